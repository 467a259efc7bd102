"""The page of one's own data, the public register, and the desk of those who answer for it."""

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from consult.campaigns.models import AgeBracket
from consult.core import clock, tables
from consult.core.db import db
from consult.core.errors import local
from consult.core.forms import Form
from consult.core.i18n import _, gettext, language
from consult.core.rules import refusal
from consult.journal.actions import commit, done, rollback
from consult.keys.queries import declined, signed
from consult.people import letters, limits
from consult.people.consents import has_agreed, may_agree
from consult.people.models import ConsentKind, User
from consult.people.queries import by_email
from consult.people.rules import signed_in
from consult.people.session import actor
from consult.posts.models import Post
from consult.privacy import actions, forms, queries, rules
from consult.privacy.models import Breach, Guardian, Petition, Wish
from consult.privacy.retention import ELSEWHERE, RULES

bp = Blueprint("privacy", __name__)
Page = str | AnyResponse
# Each consent in a name and a sentence.
EXPLAINED = {
    ConsentKind.PUBLICATION: (
        _("Publish my words"),
        _(
            "What you propose, say or ask is shown to everybody, under your pseudonym. It may say "
            "something of your opinions. Without this agreement you may read, follow and vote in "
            "secret. Taken back, it stops new texts; those on show are withdrawn one by one, on "
            "the page “My data”."
        ),
    ),
    ConsentKind.POSITION: (
        _("Keep my supports"),
        _(
            "The site keeps that you support a proposal, so that each person counts once. Nobody "
            "but you sees it; others see a number. The link to you is cut four months after the "
            "results. Taken back, it is cut at once: the number stays, and you can no longer take "
            "back each support."
        ),
    ),
    ConsentKind.NOTICES: (
        _("Notices by mail"),
        _(
            "The site writes to you when something happens to your words or to what you follow. "
            "Without this agreement you find the same notices on your page."
        ),
    ),
}


def _private(template: str, **shown: Any) -> Response:
    """A page for one person, never kept on the way."""
    response = make_response(render(template, **shown))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _me() -> Any:
    user = actor()
    signed_in(user)
    return user


# One's own data.


@bp.get("/mon-espace/mes-donnees")
def mine() -> Page:
    user = _me()
    latest = queries.latest_copy(user)
    return _private(
        "privacy/mine.html",
        copy=latest,
        refused=refusal(rules.ask_copy, user, latest),
        profile=queries.profile(user),
        guardian=queries.guardian(user),
        turns=queries.guardian_turns(user),
        texts=queries.texts(user),
        petitions=queries.petitions(user),
    )


@bp.post("/mon-espace/mes-donnees/copie")
def ask_copy() -> Page:
    actions.ask_copy(_me())
    commit()
    flash(gettext("Your copy is being made. A letter tells you when it is ready."), "success")
    return redirect(url_for(".mine"), 303)


@bp.get("/mon-espace/mes-donnees/copie.zip")
def copy() -> Page:
    """The latest copy, for its owner alone, for a week."""
    latest = queries.latest_copy(_me())
    if latest is None or not latest.is_ready or latest.file is None:
        abort(404)
    response = make_response(latest.file.read())
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/mon-espace/accords")
def consents() -> Page:
    """What one agreed to, each thing on its own; `next`: where one was going when it was asked."""
    user = _me()
    return _private(
        "privacy/consents.html",
        given={kind: has_agreed(user, kind) for kind in ConsentKind},
        explained=EXPLAINED,
        history=queries.consents(user),
        refused=refusal(may_agree, user),
        onward=local(request.args.get("next")),
    )


@bp.post("/mon-espace/accords/<kind>")
def consent(kind: str) -> Page:
    user = _me()
    if kind not in list(ConsentKind):
        abort(404)
    given = request.form.get("given") == "yes"
    actions.consent(user, kind=ConsentKind(kind), given=given)
    commit()
    onward = local(request.form.get("next")) if given else None
    words = gettext("You agreed. You may take it back at any time, here.")
    if onward:
        words = gettext(
            "You agreed. You may now do what you came for, and take your agreement back at any "
            "time on the page “My data”."
        )
    flash(words if given else gettext("You took it back. It is written down with its date."))
    return redirect(onward or url_for(".consents"), 303)


@bp.route("/mon-espace/mes-donnees/age", methods=["GET", "POST"])
def describe() -> Page:
    user = _me()
    known = queries.profile(user)
    form = forms.DescribeForm(data={"bracket": (known and known.bracket) or ""})
    if form.sent():
        said = form.bracket.data
        actions.describe(user, bracket=AgeBracket(said) if said else None)
        commit()
        flash(gettext("This is kept."), "success")
        return redirect(url_for(".name_adult" if user.awaits_adult else ".mine"), 303)
    return _private("privacy/describe.html", form=form)


# Under 15: an adult agrees too.


@bp.route("/mon-espace/mes-donnees/adulte", methods=["GET", "POST"])
def name_adult() -> Page:
    user = _me()
    named = queries.named_lately(user)
    rules.name_adult(user)
    form = forms.AdultForm()
    if form.sent():
        if why := refusal(rules.name_adult, user, form.email.data, asked=named):
            form.email.errors = [why]
        else:
            actions.name_adult(user, email=form.email.data)  # type: ignore[arg-type]
            commit()
            flash(gettext("A letter leaves for the adult you named."), "success")
            return redirect(url_for(".mine"), 303)
    return _private("privacy/name_adult.html", form=form, guardian=queries.guardian(user))


@bp.post("/mon-espace/mes-donnees/adulte/retirer")
def release_adult() -> Page:
    user = _me()
    guardian = queries.guardian(user) or abort(404)
    actions.release_adult(user, guardian)
    commit()
    flash(gettext("This was taken back, and the address of the adult erased."), "success")
    return redirect(url_for(".mine"), 303)


@bp.route("/accord-d-un-adulte/<token>", methods=["GET", "POST"])
def vouch(token: str) -> Page:
    """Where the adult agrees; the same link stays, to take it back."""
    guardian = _guardian(token)
    if guardian is None:
        return _private("privacy/vouch.html", guardian=None)
    form = forms.VouchForm()
    refused = refusal(rules.vouch, actor(), guardian)
    if form.sent() and not refused:
        actions.vouch(actor(), guardian)
        commit()
        flash(gettext("You agreed. Thank you."), "success")
        return redirect(url_for(".vouch", token=token), 303)
    return _private(
        "privacy/vouch.html",
        guardian=guardian,
        token=token,
        form=form,
        refused=refused,
        explained=EXPLAINED,
        turns=queries.guardian_turns(guardian.user),
    )


@bp.post("/accord-d-un-adulte/<token>/refuser")
def decline(token: str) -> Page:
    if guardian := _guardian(token):
        actions.decline(actor(), guardian)
        commit()
        flash(gettext("It is written down, and your address is erased from this site."), "success")
    return redirect(url_for(".vouch", token=token), 303)


def _guardian(token: str) -> Guardian | None:
    return queries.guardian_of(letters.lasts("privacy.adult", token))


@bp.route("/mon-espace/mes-donnees/textes/<int:id>/retirer", methods=["GET", "POST"])
def take_back(id: int) -> Page:
    user = _me()
    post = db.get_or_404(Post, id)
    if post.author_id != user.id:
        abort(404)
    rules.take_back(user, post)
    form = Form()
    if form.sent():
        actions.take_back(user, post)
        commit()
        flash(gettext("Your text was withdrawn: a dated sentence stands in its place."), "success")
        return redirect(url_for(".mine"), 303)
    return _private("privacy/take_back.html", post=post, form=form)


# Requests.


@bp.route("/donnees-personnelles/demande", methods=["GET", "POST"])
def petition() -> Page:
    user = actor()
    form = forms.PetitionForm()
    if user:
        del form.email
    if request.method == "POST" and (made := queries.petition_by_key(form.key.data)):
        return redirect(url_for(".petitioned", receipt=made.receipt), 303)
    is_sent = form.sent()
    if is_sent and not limits.passed("unproven", user):
        form.form_errors.append(limits.TOO_MANY)
    elif is_sent:
        try:
            made = actions.petition(
                user,
                wish=Wish(form.wish.data),
                words=form.words.data,
                email=None if user else form.email.data,
                language=language(),
                key=form.key.data,
            )
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
            found = queries.petition_by_key(form.key.data)
            if found is None:
                raise
            made = found
        return redirect(url_for(".petitioned", receipt=made.receipt), 303)
    return _private("privacy/petition.html", form=form)


@bp.get("/donnees-personnelles/demande/<receipt>")
def petitioned(receipt: str) -> Page:
    """Where a request stands, for whoever holds its number: never its words."""
    return _private("privacy/petitioned.html", petition=_petition_or_404(receipt))


# The register.


@bp.get("/donnees-personnelles/registre")
def register() -> Page:
    return render(
        "privacy/register.html",
        lines=queries.register(),
        fates=queries.FATES,
        rules=RULES,
        elsewhere=ELSEWHERE,
        may_answer=refusal(rules.officer, actor()) is None,
    )


@bp.get("/donnees-personnelles/registre.<any(csv, json):form>")
def register_file(form: str) -> Response:
    rows = queries.data_map()
    if form == "json":
        words = json.dumps(rows, ensure_ascii=False, indent=1)
        return Response(words, content_type="application/json; charset=utf-8")
    header = [
        gettext("Table"),
        gettext("Column"),
        gettext("Treatment"),
        gettext("What for"),
        gettext("Legal base"),
        gettext("Kept"),
        gettext("Seen by"),
        gettext("When the account is erased"),
    ]
    text = tables.write_csv((list(row.values()) for row in rows), header)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="registre.csv"'
    return response


@bp.get("/donnees-personnelles/registre/fiche")
def blank_entry() -> Page:
    """An entry to fill in by hand, for what the town does with data outside this site."""
    return render("privacy/blank_entry.html")


@bp.get("/donnees-personnelles/analyse-d-impact")
def assessment() -> Page:
    return render("privacy/assessment.html", lines=queries.register(), rules=RULES)


# The desk of those who answer for it.


@bp.get("/donnees-personnelles/bureau")
def desk() -> Page:
    rules.officer(actor())
    return _private(
        "privacy/desk.html",
        petitions=queries.desk(),
        breaches=[one for one in queries.breaches() if one.is_waiting],
        purged=queries.purged(),
        rules=RULES,
        now=clock.now(),
    )


@bp.route("/donnees-personnelles/bureau/<receipt>", methods=["GET", "POST"])
def answer_petition(receipt: str) -> Page:
    rules.officer(actor())
    asked = _petition_or_404(receipt)
    form = forms.AnswerForm()
    if form.sent():
        actions.answer_petition(actor(), asked, words=form.words.data)  # type: ignore[arg-type]
        commit()
        flash(gettext("The answer leaves by letter."), "success")
        return redirect(url_for(".desk"), 303)
    return _private(
        "privacy/answer_petition.html",
        petition=asked,
        form=form,
        refused=refusal(rules.answer_petition, actor(), asked),
        may_extend=refusal(rules.extend_petition, actor(), asked) is None,
        may_erase=asked.wish == Wish.ERASE
        and asked.user is not None
        and refusal(rules.erase, actor(), asked.user) is None,
    )


@bp.route("/donnees-personnelles/bureau/<receipt>/prolonger", methods=["GET", "POST"])
def extend_petition(receipt: str) -> Page:
    asked = _petition_or_404(receipt)
    rules.extend_petition(actor(), asked)
    form = forms.AnswerForm()
    if form.sent():
        actions.extend_petition(actor(), asked, words=form.words.data)  # type: ignore[arg-type]
        commit()
        flash(gettext("The person is told why more time is needed."), "success")
        return redirect(url_for(".desk"), 303)
    return _private("privacy/extend_petition.html", petition=asked, form=form)


@bp.route("/donnees-personnelles/bureau/effacer", methods=["GET", "POST"])
def erase() -> Page:
    rules.officer(actor())
    user = db.session.get(User, request.args.get("account", 0, type=int))
    if user is None:
        return _whose()
    form = forms.EraseForm()
    known: dict[str, Any] = {}
    if number := request.args.get("signature", type=int):
        known = signed(number, actor(), "privacy.erase")
    if request.method == "GET":
        form.words.data = known.get("texts")
    withdraws = form.words.data == "withdraw"
    if form.sent() and done(form, lambda: actions.erase(actor(), user, withdraws=withdraws)):  # type: ignore[arg-type]
        flash(gettext("The account was emptied."), "success")
        return redirect(url_for(".desk"), 303)
    return _private(
        "privacy/erase.html",
        form=form,
        user=user,
        texts=queries.number_of_texts(user),
        is_signed=bool(known),
        refused=refusal(rules.erase, actor(), user),
        declined=declined("privacy.erase", user),
    )


def _whose() -> Page:
    """Before an account is emptied: whose, by its address."""
    form = forms.AccountForm()
    if form.sent():
        if found := by_email(form.email.data or ""):
            return redirect(url_for(".erase", account=found.id), 303)
        form.email.errors = [gettext("No account has this address.")]
    return _private("privacy/erase.html", form=form, user=None)


@bp.get("/donnees-personnelles/violations")
def breaches() -> Page:
    rules.officer(actor())
    return _private("privacy/breaches.html", breaches=queries.breaches())


@bp.route("/donnees-personnelles/violations/nouvelle", methods=["GET", "POST"])
def declare_breach() -> Page:
    rules.declare_breach(actor())
    form = forms.BreachForm()
    if form.sent():
        said = {name: form.data[name] for name in ("title", "nature", "people", "effects")}
        try:
            actions.declare_breach(
                actor(),  # type: ignore[arg-type]
                noticed_at=clock.from_town(form.noticed_at.data),  # type: ignore[arg-type]
                measures=form.measures.data or "",
                is_risky=form.is_risky.data,
                key=form.key.data,
                **said,
            )
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
        return redirect(url_for(".breaches"), 303)
    return _private("privacy/declare_breach.html", form=form)


@bp.route("/donnees-personnelles/violations/<int:id>", methods=["GET", "POST"])
def update_breach(id: int) -> Page:
    rules.officer(actor())
    breach = db.get_or_404(Breach, id)
    town = clock.in_town
    form = forms.FollowBreachForm(
        data={
            "measures": breach.measures,
            "late_words": breach.late_words,
            "told_authority_at": breach.told_authority_at and town(breach.told_authority_at),
            "told_people_at": breach.told_people_at and town(breach.told_people_at),
        }
    )
    told = form.told_authority_at.data
    form.is_late = bool(told and clock.from_town(told.replace(tzinfo=None)) > breach.due_at)
    if form.sent():
        people = form.told_people_at.data
        actions.update_breach(
            actor(),  # type: ignore[arg-type]
            breach,
            measures=form.measures.data,
            late_words=form.late_words.data,
            told_authority_at=clock.from_town(told) if told else None,
            told_people_at=clock.from_town(people) if people else None,
            closed_at=clock.now() if form.is_over.data else None,
        )
        commit()
        flash(gettext("This is kept."), "success")
        return redirect(url_for(".breaches"), 303)
    refused = refusal(rules.update_breach, actor(), breach)
    return _private("privacy/update_breach.html", breach=breach, form=form, refused=refused)


def _petition_or_404(receipt: str) -> Petition:
    return queries.petition_by_receipt(receipt) or abort(404)
