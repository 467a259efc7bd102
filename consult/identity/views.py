"""The pages where one proves that one may take part, the desk, and the letters."""

from collections.abc import Callable
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, Identity
from consult.campaigns.queries import by_slug_or_404
from consult.contributions.rules import type_in
from consult.core import papers, throttle
from consult.core.db import writing
from consult.core.errors import local
from consult.core.forms import Form
from consult.core.i18n import _, gettext, moment
from consult.core.qr import qr_svg
from consult.core.rules import Refused, refusal
from consult.identity import actions, codes, oidc, queries, rules
from consult.identity import papers as own_papers
from consult.identity.actions import Letter
from consult.identity.forms import CodeForm, DeclareForm, LettersForm, ReplaceForm, SeenForm
from consult.journal.actions import commit, rollback
from consult.people.models import User
from consult.people.queries import by_email
from consult.people.session import actor, network
from consult.portal.queries import letterhead
from consult.votes import rules as voting

bp = Blueprint("identity", __name__)

WINDOW = timedelta(hours=1)
TRIES, NETWORK_TRIES = 8, 40  # a town hall's counter stands behind one network
DONE = _("You may take part: it is noted, and nothing of what you typed is kept.")


# For oneself.


@bp.get("/consultations/<slug>/prouver")
def prove(slug: str) -> ResponseReturnValue:
    """Every way this campaign accepts, each with what it asks and what is kept of it."""
    user = actor()
    campaign = by_slug_or_404(slug, user)
    rules.asked(campaign)
    return _private(
        "identity/prove.html",
        campaign=campaign,
        proof=queries.proof_of(user, campaign) if user else None,
        refused=refusal(rules.prove, user, campaign) if user else None,
        providers=list(oidc.providers().values()) if Identity.OIDC in campaign.accepted else [],
        asks_where=rules.asks_where(campaign),
        onward=_onward(),
    )


@bp.route("/consultations/<slug>/prouver/adresse", methods=["GET", "POST"])
def declare(slug: str) -> ResponseReturnValue:
    user = actor()
    campaign = by_slug_or_404(slug, user)
    rules.declare(user, campaign)
    assert user is not None  # noqa: S101
    form = DeclareForm(campaign)
    tries = _tries("declare", user)
    waits = request.method == "POST" and _waits(form, tries)
    if not waits and form.sent():
        is_done = _done(
            form,
            lambda: actions.declare(
                user,
                campaign,
                person=form.person(),  # type: ignore[arg-type]
                home=form.home(),
                bracket=form.belonging().get("bracket"),
            ),
        )
        _note(tries)  # who is known here is not asked name by name, nor a whole street declared
        if is_done:
            return _on()
    shown = _private("identity/declare.html", campaign=campaign, form=form, onward=_onward())
    return shown, 429 if waits else 200


@bp.route("/consultations/<slug>/prouver/lettre", methods=["GET", "POST"])
def enter_code(slug: str) -> ResponseReturnValue:
    user = actor()
    campaign = by_slug_or_404(slug, user)
    rules.enter_code(user, campaign)
    assert user is not None  # noqa: S101
    form = CodeForm(campaign)
    tries = _tries("code", user)
    waits = request.method == "POST" and _waits(form, tries)
    if not waits and form.sent():
        if _done(
            form,
            lambda: actions.enter_code(
                user,
                campaign,
                code=codes.tidy(form.code.data or ""),
                person=form.person(),
                bracket=form.belonging().get("bracket"),
            ),
        ):
            return _on()
        _note(tries)  # a code that opens is not a way to ask who is known here, name by name
    shown = _private("identity/enter_code.html", campaign=campaign, form=form, onward=_onward())
    return shown, 429 if waits else 200


def _tries(what: str, user: User) -> dict[str, int]:
    """What is counted, and how often it may be in an hour."""
    return {f"{what}:{user.id}": TRIES, f"{what}-net:{network()}": NETWORK_TRIES}


def _waits(form: Form, tries: dict[str, int]) -> bool:
    """Whether nothing more is tried from here for now; above what was typed stands until when."""
    frees = [throttle.free_at(key, limit=limit, within=WINDOW) for key, limit in tries.items()]
    if not any(frees):
        return False
    until = moment(max(filter(None, frees)) + timedelta(minutes=1))  # no seconds are said
    form.form_errors.append(
        _(
            "Too many tries were made from here within an hour, perhaps by others who share your"
            " network. Nothing you typed is lost: send it again after %(until)s, or use another"
            " way of this consultation, as the desk or a letter.",
            until=until,
        )
    )
    return True


def _note(tries: dict[str, int]) -> None:
    for key in tries:
        throttle.note(key)
    commit()


def _onward() -> str | None:
    """What one was doing when a proof was asked."""
    return local(request.values.get("next"))


def _on() -> ResponseReturnValue:
    """Back to what one was doing."""
    flash(DONE, "success")
    slug = (request.view_args or {})["slug"]
    onward = _onward() or url_for("campaigns.show", slug=slug)
    return redirect(onward, 303)


# Somebody else vouches. These pages are opened by links: a browser follows them to the provider.


@bp.get("/consultations/<slug>/prouver/service/<name>")
def leave(slug: str, name: str) -> ResponseReturnValue:
    """To the provider, with three secrets that stay in the session.

    Another site's page may open this address as well: its visitor is shown first what is asked.
    """
    campaign, provider = by_slug_or_404(slug, actor()), _provider(name)
    rules.vouch(actor(), campaign)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        onward = local(request.args.get("next"))
        return redirect(url_for(".prove", slug=slug, next=onward), 303)
    rollback()  # nothing is held while the provider thinks
    asked, onward = oidc.ask(), local(request.args.get("next"))
    try:
        address = oidc.door(provider, asked, _callback(name))
    except oidc.Distrusted as refused:
        return _another_way(refused, url_for(".prove", slug=slug, next=onward))
    session["vouching"] = {
        "name": name,
        "slug": slug,
        "next": onward,
        "inside": {"oui": True, "non": False}.get(request.args.get("dedans", "")),
        "asked": list(asked),
    }
    return redirect(address, 303)


@bp.get("/identite/<name>/retour")
def come_back(name: str) -> ResponseReturnValue:
    """From the provider: believed only if it answers to the three secrets of this session."""
    provider, left = _provider(name), session.pop("vouching", None)
    if not left or left["name"] != name:
        raise Refused(_("This request is no longer under way. Please start again."))
    there = url_for(".prove", slug=left["slug"], next=left["next"])
    if "error" in request.args:
        flash(gettext("Nothing was done: the service did not confirm who you are."))
        return redirect(there, 303)
    rollback()
    try:
        vouched = oidc.fetch(
            provider,
            oidc.Asked(*left["asked"]),
            _callback(name),
            code=request.args.get("code", ""),
            state=request.args.get("state", ""),
        )
    except oidc.Distrusted as refused:
        return _another_way(refused, there)
    writing()
    try:
        _vouch(left, vouched)
        commit()
        flash(DONE, "success")
        onward = left["next"] or url_for("campaigns.show", slug=left["slug"])
    except Refused as refused:
        rollback()
        flash(str(refused.reason), "warning")
        onward = there
    session["leaving"] = {"state": token_urlsafe(32), "next": onward}
    goodbye = oidc.farewell(
        provider,
        vouched.id_token,
        session["leaving"]["state"],
        url_for(".signed_out", _external=True),
    )
    return redirect(goodbye or onward, 303)


def _another_way(refused: Refused, there: str) -> ResponseReturnValue:
    """Back where the other ways to prove it stand, told what happened."""
    flash(str(refused.reason), "warning")
    return redirect(there, 303)


def _vouch(left: dict[str, Any], vouched: oidc.Vouched) -> None:
    user = actor()
    campaign = by_slug_or_404(left["slug"], user)
    actions.vouch(
        user,  # type: ignore[arg-type]
        campaign,
        subject=vouched.subject,
        person=actions.Person(vouched.family, vouched.given, vouched.born.year),
        is_inside=left["inside"] if rules.asks_where(campaign) else None,
        bracket=vouched.bracket if campaign.youngest else None,
    )


@bp.get("/identite/deconnexion")
def signed_out() -> ResponseReturnValue:
    """The provider has forgotten the visit; on with what one was doing."""
    left = session.pop("leaving", None)
    if not left or left["state"] != request.args.get("state"):
        return redirect(url_for("portal.home"), 303)
    return redirect(left["next"], 303)


def _provider(name: str) -> oidc.Provider:
    provider = oidc.providers().get(name)
    if provider is None:
        raise NotFound
    return provider


def _callback(name: str) -> str:
    return papers.live("identity.come_back", name=name)


# The desk.


@bp.route("/consultations/<slug>/guichet", methods=["GET", "POST"])
def see(slug: str) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    rules.see(actor(), campaign)
    form = SeenForm(campaign)
    if form.sent():
        account = by_email(form.email.data) if form.email.data else None
        if form.email.data and account is None:
            form.email.errors = [_("No account has this address. Leave it empty for a code.")]
        elif seen := _done(
            form,
            lambda: actions.see(
                actor(),  # type: ignore[arg-type]
                campaign,
                person=form.person(form.other.data or ""),  # type: ignore[arg-type]
                account=account,
                **form.belonging(),
            ),
        ):
            if seen.letter:
                return _handed(campaign, seen.letter)
            flash(gettext("This account may take part. Nothing of what you typed is kept."))
            return redirect(url_for(".see", slug=slug), 303)
    return _private(
        "identity/see.html",
        campaign=campaign,
        form=form,
        why_no_support=refusal(voting.type_in, actor(), campaign),
        why_no_sheet=refusal(type_in, actor(), campaign),
    )


def _handed(campaign: Campaign, letter: Letter) -> Response:
    """A code for one person, shown once, to be printed and handed over."""
    address = papers.live("identity.enter_code", slug=campaign.slug)
    code = codes.shown(letter.code)
    return _private(
        "identity/handed.html",
        campaign=campaign,
        letter=letter,
        code=code,
        address=address.partition("://")[2],
        square=qr_svg(f"{address}#{code}", gettext("Square of the code")),
    )


# Letters.


@bp.route("/consultations/<slug>/lettres", methods=["GET", "POST"])
def make_letters(slug: str) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    rules.letters(actor(), campaign)
    form = LettersForm()
    if request.method == "POST" and queries.series_with_key(form.key.data):
        flash(gettext("These letters were already made. If the file is lost, cancel them."))
        return redirect(url_for(".make_letters", slug=slug), 303)
    if form.sent():
        made = _done(
            form,
            lambda: actions.make_letters(
                actor(),  # type: ignore[arg-type]
                campaign,
                size=form.size.data,
                key=form.key.data,
            ),
        )
        if made:
            return _printed(campaign, made, form.key.data)
    return _letters(campaign, form)


def _printed(campaign: Campaign, made: list[Letter], key: str) -> Response:
    """The letters as a file, now or never; if the press fails they open nothing."""
    address = papers.live("identity.enter_code", slug=campaign.slug)
    try:
        file = papers.once(
            "letters", own_papers.letters(campaign, made, address), letterhead(), url=address
        )
    except Exception:
        series = queries.series_with_key(key)
        assert series is not None  # noqa: S101
        actions.revoke_series(actor(), campaign, series)  # type: ignore[arg-type]
        commit()
        raise
    response = make_response(file)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="lettres-{campaign.slug}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _letters(
    campaign: Campaign, form: LettersForm | None = None, lost: ReplaceForm | None = None
) -> Response:
    return _private(
        "identity/make_letters.html",
        campaign=campaign,
        form=form or LettersForm(formdata=None),
        lost=lost or ReplaceForm(formdata=None),
        piles=queries.piles(campaign),
        handed=queries.handed(campaign),
        crowded=queries.crowded(campaign),
        crowd=queries.CROWD,
        why_not=refusal(rules.make_letters, actor(), campaign),
    )


@bp.post("/consultations/<slug>/lettres/<int:id>/annuler")
def revoke_series(slug: str, id: int) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    actions.revoke_series(
        actor(),  # type: ignore[arg-type]
        campaign,
        queries.series_or_404(campaign, id),
    )
    commit()
    flash(gettext("The letters of this pile that had not served open nothing any more."))
    return redirect(url_for(".make_letters", slug=slug), 303)


@bp.post("/consultations/<slug>/lettres/remplacer")
def replace_letter(slug: str) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    rules.make_letters(actor(), campaign)
    form = ReplaceForm()
    if form.sent():
        lost = queries.letter_numbered(campaign, form.number.data)
        if lost is None:
            form.number.errors = [_("No letter has this number.")]
        elif letter := _done(
            form,
            lambda: actions.replace_letter(
                actor(),  # type: ignore[arg-type]
                campaign,
                lost,
            ),
        ):
            return _handed(campaign, letter)
    return _letters(campaign, lost=form)


# What several pages do.


def _done(form: Form, act: Callable[[], Any]) -> Any:
    """What the act made, once it is true; or nothing, and why not above the form."""
    try:
        made = act()
        commit()
    except Refused as refused:
        rollback()
        form.form_errors.append(refused.reason)
        return None
    return made


def _private(template: str, **values: Any) -> Response:
    """A page for the eyes of one person: no cache keeps it, no search engine lists it."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
