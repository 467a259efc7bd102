"""The pages where one writes, keeps a receipt, reads what others propose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from consult.answers.queries import letters as answers_to
from consult.campaigns.models import Campaign, Identity, PhaseKind
from consult.campaigns.queries import by_slug_or_404
from consult.campaigns.rules import facilitate
from consult.comments import rules as commenting
from consult.comments.queries import thread
from consult.contributions import actions, queries, rules
from consult.contributions.forms import (
    ConfirmForm,
    ContributionForm,
    EditForm,
    SenderForm,
    SendForm,
    SlipForm,
    WordsForm,
)
from consult.contributions.models import STARTS, Contribution, Outcome
from consult.contributions.queries import Order
from consult.core import clock, throttle
from consult.core.db import writing
from consult.core.errors import page, thinks_first
from consult.core.forms import Form
from consult.core.i18n import _, gettext
from consult.core.qr import qr_svg
from consult.core.rules import Refused, refusal
from consult.core.templates import asked_besides
from consult.engagements.queries import origins_of
from consult.followup.queries import asked_with, latest
from consult.groups.queries import Standing, standings
from consult.identity.rules import proven
from consult.journal.actions import commit, rollback
from consult.moderation.queries import last_decision, page_of_receipt, wording
from consult.people import actions as people
from consult.people import letters, limits
from consult.people.consents import has_agreed
from consult.people.models import ConsentKind, User
from consult.people.passwords import sealed
from consult.people.queries import by_email, email_key, follows
from consult.people.session import actor, network, open_for
from consult.posts import changes
from consult.posts import queries as posts
from consult.posts.models import Channel, Status
from consult.posts.rules import reads_receipt
from consult.territory.models import Place
from consult.votes import rules as voting
from consult.votes.queries import imported_tallies, standing

bp = Blueprint("contributions", __name__)

LETTERS_WINDOW = timedelta(minutes=15)
LETTERS, NETWORK_LETTERS = 3, 20
STATUSES = {
    Status.REFUSED: _("Refused"),
    Status.RESTRICTED: _("Hidden"),
    Status.WITHDRAWN: _("Withdrawn"),
}
CLOSING = (Outcome.NOT_RETAINED, Outcome.OUT_OF_SCOPE, Outcome.ALREADY_DONE)
TYPED = (Channel.PAPER, Channel.MEETING, Channel.PHONE, Channel.COUNTER)
TOO_MANY_TEXTS = _("Too many texts came from here within an hour. Please try again a little later.")
TOO_MANY_LETTERS = _("Too many letters were asked for from here. Wait a quarter of an hour.")


# Writing.


@bp.app_template_global("why_not_write")
def _why_not_write(campaign: Campaign) -> LazyString | str | None:
    """Why nobody offers to write here: for pages of other rooms, and the paper form."""
    return refusal(rules.save_draft, actor(), campaign)


@bp.route("/consultations/<slug>/contributions/nouvelle", methods=["GET", "POST"])
@thinks_first
def submit(slug: str) -> ResponseReturnValue:
    _queue_to_write()
    user = actor()
    campaign = by_slug_or_404(slug, user)
    refused = refusal(rules.save_draft, user, campaign)
    if request.method == "GET" and refused:
        rules.save_draft(user, campaign)
    form = ContributionForm(campaign, user)
    if request.method == "POST" and (made := queries.by_key(form.key.data)):
        return _on_with(made)
    is_sent = not refused and form.sent()
    seen = form.signs() if is_sent else ()
    if is_sent and not _passes(user, seen):
        refused = TOO_MANY_TEXTS
    elif is_sent and _drawn(form):
        try:
            onward = _on_with(_handed(user, campaign, form, seen))
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
            twin = queries.by_key(form.key.data)
            if twin is None:
                raise
            return _on_with(twin)
        return onward
    return (
        render_template(
            "contributions/submit.html",
            campaign=campaign,
            form=form,
            refused=refused,
            needs_address=_needs_address(user, campaign),
            asks_proof=bool(campaign.accepted and refusal(proven, user, campaign)),
        ),
        403 if refused else 200,
    )


def _passes(user: User | None, seen: Sequence[str]) -> bool:
    """Whether one more text may come from here; then it is counted."""
    return limits.passed("contribute", user) and (not seen or limits.passed("unproven"))


def _handed(
    user: User | None, campaign: Campaign, form: ContributionForm, seen: Sequence[str]
) -> Contribution:
    """Sent at once where nothing more is to be asked; else safe, until it is."""
    is_to_pause = (
        request.form.get("action") == "draft"
        or refusal(rules.submit, user, campaign)
        or (user and not has_agreed(user, ConsentKind.PUBLICATION))
        or ("checked" not in request.form and queries.alike(campaign, form.title.data))
    )
    act = actions.save_draft if is_to_pause else actions.submit
    return act(user, campaign, key=form.key.data, seen=seen, **form.words())


def _on_with(made: Contribution) -> ResponseReturnValue:
    """To its receipt, or to what is still to be done before it leaves."""
    is_to_send = made.status == Status.DRAFT and request.form.get("action") != "draft"
    return redirect(url_for(".send" if is_to_send else ".receipt", receipt=made.receipt), 303)


@bp.route("/recepisse/<receipt>/envoyer", methods=["GET", "POST"])
def send(receipt: str) -> ResponseReturnValue:
    user = actor()
    contribution = queries.by_receipt_or_404(receipt)
    if contribution.status != Status.DRAFT:
        return redirect(url_for(".receipt", receipt=contribution.receipt), 303)
    rules.drafting(user, contribution)
    refused = refusal(rules.save_draft, user, contribution.campaign)
    form = SendForm()
    if user is None or has_agreed(user, ConsentKind.PUBLICATION):
        del form.agrees
    if form.sent() and not refused:
        actions.send(user, contribution, agrees=bool(form.agrees))
        commit()
        return redirect(url_for(".receipt", receipt=contribution.receipt), 303)
    shown = None if _needs_address(user, contribution.campaign) else form
    return _before_sending(user, contribution, shown, refused)


def _before_sending(
    user: User | None, contribution: Contribution, form: Any = None, refused: Any = None
) -> ResponseReturnValue:
    needs_address = _needs_address(user, contribution.campaign)
    if form is None:
        form = Form()
        if needs_address:
            form = SenderForm(
                email=contribution.awaited_email, pseudonym=contribution.awaited_pseudonym
            )
    return _private(
        "contributions/send.html",
        contribution=contribution,
        campaign=contribution.campaign,
        images=posts.images([contribution.id]).get(contribution.id, []),
        alike=queries.alike(contribution.campaign, contribution.title, but=contribution.id),
        needs_address=needs_address,
        proof=refusal(proven, user, contribution.campaign) if not needs_address else None,
        form=form,
        refused=refused,
    )


@bp.post("/recepisse/<receipt>/adresse")
def ask_confirmation(receipt: str) -> ResponseReturnValue:
    user = actor()
    contribution = queries.by_receipt_or_404(receipt)
    if contribution.status != Status.DRAFT:
        return redirect(url_for(".receipt", receipt=contribution.receipt), 303)
    form = SenderForm()
    email, name = form.email.data, form.pseudonym.data
    if "again" in request.form and contribution.awaited_email:
        email, name = contribution.awaited_email, contribution.awaited_pseudonym
    elif not form.sent():
        return _before_sending(user, contribution, form)
    elif waits := limits.must_wait(form):
        form.form_errors.append(waits)
        return _before_sending(user, contribution, form)
    if _may_write(email):
        actions.ask_confirmation(user, contribution, email=email, pseudonym=name or "")
    commit()
    return redirect(url_for(".receipt", receipt=contribution.receipt), 303)


def _may_write(email: str) -> bool:
    """Whether a letter may leave for this address; its reader is not told, the network is."""
    address, ours = f"mail-draft:{sealed(email_key(email))[:32]}", f"mail-net:{network()}"
    if throttle.too_many(ours, limit=NETWORK_LETTERS, within=LETTERS_WINDOW):
        abort(page(429, TOO_MANY_LETTERS))
    throttle.note(ours)
    if throttle.too_many(address, limit=LETTERS, within=LETTERS_WINDOW):
        return False
    throttle.note(address)
    return True


@bp.route("/contributions/confirmer/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    letter = letters.opened(token, "contributions.confirm")
    contribution = queries.by_receipt(letter.data["receipt"]) if letter else None
    if letter is None or contribution is None:
        return _dead_link()
    if contribution.status != Status.DRAFT:
        return redirect(url_for(".receipt", receipt=contribution.receipt), 303)
    known = by_email(letter.to)
    form = ConfirmForm(pseudonym=contribution.awaited_pseudonym)
    if known:
        del form.pseudonym
    refused = refusal(rules.sent_in_time, contribution)
    if form.sent() and not refused:
        name = known.pseudonym if known else form.pseudonym.data
        user = people.confirm(actor(), letter, pseudonym=name)
        try:
            actions.confirm(user, contribution, seen=form.seen.data or "")
            is_draft = contribution.status == Status.DRAFT  # a proof is asked
            commit()
        except Refused as late:
            rollback()
            form.form_errors.append(late.reason)
        else:
            if known is None:  # for an account that holds more than these words, one signs in
                open_for(user)
            there = ".send" if is_draft else ".receipt"
            return redirect(url_for(there, receipt=contribution.receipt), 303)
    form.seen.data = queries.shown(contribution)
    return _private(
        "contributions/confirm.html",
        contribution=contribution,
        campaign=contribution.campaign,
        email=letter.to,
        known=known,
        form=form,
        images=posts.images([contribution.id]).get(contribution.id, []),
        refused=refused,
    )


def _dead_link() -> ResponseReturnValue:
    response = _private("contributions/dead_link.html")
    response.status_code = 410
    return response


@bp.get("/consultations/<slug>/contributions/proches")
def similar(slug: str) -> ResponseReturnValue:
    """A piece of page for the form: what was already published that resembles this title."""
    campaign = by_slug_or_404(slug, actor())
    found = queries.alike(campaign, request.args.get("q", "")[:200])
    return render_template("contributions/similar.html", campaign=campaign, alike=found)


@bp.route("/contributions/<int:id>/modifier", methods=["GET", "POST"])
@bp.route("/recepisse/<receipt>/modifier", methods=["GET", "POST"])
@thinks_first
def edit(id: int = 0, receipt: str = "") -> ResponseReturnValue:
    _queue_to_write()
    user = actor()
    contribution = _by_number_or_receipt(id, receipt)
    rules.edit(user, contribution)
    images = posts.images([contribution.id]).get(contribution.id, [])
    if request.method == "POST":
        posts.held(contribution, user)
    form = EditForm(contribution, user, images, wording(contribution))
    is_sent = form.sent()
    if is_sent and form.is_overtaken:
        form.form_errors.append(
            _(
                "These words were changed since you opened this page, by a facilitator or by you "
                "elsewhere. Read them as they now stand, then send yours again."
            )
        )
    elif is_sent and not limits.passed("edit", user):
        form.form_errors.append(limits.TOO_MANY)
    elif is_sent and _drawn(form):
        actions.edit(user, contribution, **form.changes())
        commit()
        flash(_("Your words are kept as they now stand."), "success")
        is_to_send = contribution.status == Status.DRAFT and request.form.get("action") != "draft"
        there = ".send" if is_to_send else ".receipt"
        return redirect(url_for(there, receipt=contribution.receipt), 303)
    return _private(
        "contributions/edit.html",
        contribution=contribution,
        campaign=contribution.campaign,
        form=form,
        images=images,
    )


@bp.route("/contributions/<int:id>/retirer", methods=["GET", "POST"])
def withdraw(id: int) -> ResponseReturnValue:
    contribution = queries.by_id_or_404(id)
    user = actor()
    rules.withdraw(user, contribution)
    if request.method == "POST":
        actions.withdraw(user, contribution)  # type: ignore[arg-type]
        commit()
        return redirect(url_for(".receipt", receipt=contribution.receipt), 303)
    return _private("contributions/withdraw.html", contribution=contribution, form=Form())


@bp.post("/contributions/<int:id>/pseudonyme")
def hide_name(id: int) -> ResponseReturnValue:
    contribution = queries.by_id_or_404(id)
    actions.hide_name(actor(), contribution)
    commit()
    flash(_("Your pseudonym stands beside these words now, and your name nowhere."), "success")
    return redirect(url_for(".show", id=id), 303)


@bp.route("/recepisse/<receipt>/supprimer", methods=["GET", "POST"])
def discard(receipt: str) -> ResponseReturnValue:
    contribution = queries.by_receipt_or_404(receipt)
    user, campaign = actor(), contribution.campaign
    rules.discard(user, contribution)
    if request.method == "POST":
        actions.discard(user, contribution)
        commit()
        flash(_("Your draft is deleted."), "success")
        return redirect(url_for("campaigns.show", slug=campaign.slug), 303)
    return _private("contributions/discard.html", contribution=contribution, form=Form())


# The receipt.


@bp.get("/recepisse")
def find_receipt() -> ResponseReturnValue:
    number = queries.receipt_number(request.args.get("number", ""))
    if number and queries.by_receipt(number):
        return redirect(url_for(".receipt", receipt=number), 303)
    if number and asked_with(number):
        return redirect(url_for("followup.receipt", receipt=number), 303)
    if number and (there := page_of_receipt(number)):
        return redirect(url_for(there, receipt=number), 303)
    return _private("contributions/find_receipt.html", number=number)


@bp.get("/recepisse/<receipt>")
def receipt(receipt: str) -> ResponseReturnValue:
    contribution = queries.by_receipt_or_404(receipt)
    user, campaign = actor(), contribution.campaign
    is_decided = contribution.status in (Status.REFUSED, Status.RESTRICTED)
    slip = posts.slip(contribution)
    return _private(
        "contributions/receipt.html",
        contribution=contribution,
        campaign=campaign,
        images=posts.images([contribution.id]).get(contribution.id, []),
        slip=slip,
        decision=last_decision(contribution) if is_decided else None,
        reads=reads_receipt(user, contribution),
        answer_phase=campaign.phase(PhaseKind.ANSWER),
        is_author=user is not None and contribution.author_id == user.id,
        may_type_in=refusal(rules.type_in, user, campaign) is None,
        may_send=refusal(rules.save_draft, user, campaign) is None,
        may_edit=refusal(rules.edit, user, contribution),
        awaits=refusal(rules.sent_in_time, contribution) is None,
        within=letters.UNCONFIRMED,
        masked=_masked(contribution.awaited_email),
        form=Form() if contribution.awaited_email else None,
        qr=qr_svg(
            url_for(".receipt", receipt=contribution.receipt, _external=True),
            _("Address of this receipt"),
        ),
    )


def _masked(email: str | None) -> str:
    """Enough of an address for its owner to know it, not for anybody else."""
    name, at, host = (email or "").partition("@")
    return f"{name[:1]}…{at}{host}"


@bp.get("/recepisse/<receipt>/images/<int:image_id>")
def receipt_image(receipt: str, image_id: int) -> ResponseReturnValue:
    """A picture of a text that is not public, for whoever may read its receipt."""
    contribution = queries.by_receipt_or_404(receipt)
    image = posts.image(contribution, image_id)
    if image is None or not reads_receipt(actor(), contribution):
        raise NotFound
    response = make_response(image.file.read())
    response.headers["Content-Type"] = image.file.media_type
    response.headers["Cache-Control"] = "private, no-store"
    return response


# Reading.


@bp.get("/consultations/<slug>/contributions")
def index(slug: str) -> ResponseReturnValue:
    asked = _asked()
    if asked["order"] == Order.SHUFFLED and asked["start"] is None:
        # Each visitor begins elsewhere; where, the address says, so that pages can be kept.
        begun = asked_besides("depart", randbelow(STARTS))
        response = redirect(f"{url_for('.index', slug=slug)}?{begun}")
        response.headers["Cache-Control"] = "no-store"
        return response
    user = actor()
    campaign = by_slug_or_404(slug, user)
    known = queries.figures(campaign)
    if asked["order"] == Order.SUPPORTED and campaign.counts_hidden:
        asked["order"] = Order.NEWEST
    places = queries.places_of(campaign)
    place = next((one for one in places if one.slug == asked["place"]), None)
    found = queries.listed(
        campaign,
        order=asked["order"],
        start=asked["start"] or 0,
        theme=asked["theme"] if asked["theme"] in {one.id for one in campaign.themes} else None,
        place=place.id if place else None,
        outcome=asked["outcome"],
        after=asked["after"],
        before=asked["before"],
        known=known,
    )
    grouped = standings([row.id for row in found.rows])
    return render_template(
        "contributions/index.html",
        campaign=campaign,
        asked=asked,
        places=places,
        found=found,
        known=known,
        cards=[_card(campaign, row, grouped.get(row.id)) for row in found.rows],
        may_write=refusal(rules.save_draft, user, campaign),
        starts=STARTS,
        turn=_turn,
        **_choices(campaign, places),
    )


def _choices(campaign: Campaign, places: list[Place]) -> dict[str, list[tuple[Any, Any]]]:
    """What the lists of the filters offer."""
    orders = [
        (Order.SHUFFLED, _("Shuffled")),
        (Order.NEWEST, _("The newest first")),
        (Order.SUPPORTED, _("The most supported first")),
    ]
    return {
        "orders": orders[:2] if campaign.counts_hidden else orders,
        "themes": [("", _("All themes")), *((one.id, one.title) for one in campaign.themes)],
        "place_options": [("", _("All places")), *((one.slug, one.name) for one in places)],
        "outcomes": [
            ("", _("With or without an answer")),
            (queries.NO_ANSWER, _("No answer yet")),
            *((outcome, outcome.label) for outcome in Outcome),
        ],
    }


def _asked() -> dict[str, Any]:
    """What the address asks of a list; what makes no sense in it is not heard."""
    args = request.args
    order = args.get("order", "")
    outcome = args.get("outcome", "")
    start = args.get("depart", type=int)
    return {
        "order": Order(order) if order in set(Order) else Order.SHUFFLED,
        "start": start % STARTS if start is not None else None,
        "theme": args.get("theme", type=int) or None,
        "place": args.get("place") or None,
        "outcome": outcome if outcome in {*Outcome, queries.NO_ANSWER} else None,
        "after": args.get("after"),
        "before": args.get("before"),
    }


def _turn(**changed: Any) -> str:
    """The address of this list with something else asked of it."""
    kept = {name: request.args[name] for name in _KEPT if request.args.get(name)}
    values = {name: value for name, value in {**kept, **changed}.items() if value not in ("", None)}
    return url_for(".index", slug=(request.view_args or {})["slug"], **values)


_KEPT = ("order", "depart", "theme", "place", "outcome")


class Card(NamedTuple):
    """A contribution as a list shows it: all that its card says, and nothing else."""

    url: str
    title: str
    excerpt: str
    author: str
    on: datetime
    theme: str
    place: str | None
    outcome: Outcome | None
    supports: int | None
    comments: int
    channel: str
    demo: bool
    alike: int  # how many stand in its group, itself included; 0: in none


def _card(campaign: Campaign, row: queries.Row, stands: Standing | None) -> Card:
    return Card(
        url=url_for(".show", id=row.id),
        title=row.title,
        excerpt=row.excerpt,
        author=row.name or gettext("Without a name"),
        on=row.shown_at,
        theme=next((one.title for one in campaign.themes if one.id == row.theme_id), ""),
        place=row.place,
        outcome=row.outcome,
        supports=None if campaign.counts_hidden else row.supports,
        comments=row.comments,
        channel=str(row.channel.label) if row.channel in TYPED else "",
        demo=campaign.is_demo,
        alike=stands.number if stands else 0,
    )


@bp.get("/contributions/<int:id>")
def show(id: int) -> ResponseReturnValue:
    user = actor()
    contribution = queries.by_id_or_404(id)
    if not queries.is_visible_to(user, contribution):
        return _gone(contribution)
    campaign = contribution.campaign
    is_agent = refusal(facilitate, user, campaign) is None
    given = standing(user, campaign, [id])
    answers = answers_to(id) if contribution.outcome else []
    origins = origins_of([id], user).get(id, [])
    reports = latest([one.action_id for one in origins if one.action_id]) if origins else {}
    return render_template(
        "contributions/show.html",
        contribution=contribution,
        campaign=campaign,
        images=posts.images([id]).get(id, []),
        around=queries.around(contribution),
        steps=_steps(contribution, answers, origins, reports),
        ended=_ended(contribution, origins),
        answers=answers,
        origins=origins,
        reports=reports,
        standing=given,
        support_refusal=refusal(voting.support, user, contribution, given),
        proof_asked=refusal(proven, user, campaign) if user and campaign.accepted else None,
        tallies=_tallies(contribution),
        conversation=thread(contribution, request.args.get("after", ""), user),
        comment_refusal=refusal(commenting.comment, user, contribution),
        follows=follows(user, "contribution", id),
        is_author=user is not None and contribution.author_id == user.id,
        is_agent=is_agent,
        slip=posts.slip(contribution) if is_agent and contribution.channel in TYPED else None,
        edit_refusal=refusal(rules.edit, user, contribution),
        withdraw_refusal=refusal(rules.withdraw, user, contribution),
        may_hide_name=refusal(rules.hide_name, user, contribution) is None,
        decision=None if contribution.is_public else last_decision(contribution),
    )


def _tallies(contribution: Contribution) -> list[Any]:
    """What was counted elsewhere, for what came from elsewhere."""
    if contribution.channel != Channel.IMPORT:
        return []
    return imported_tallies([contribution.id]).get(contribution.id, [])


def _steps(
    contribution: Contribution, answers: list[Any], origins: list[Any], reports: dict[int, Any]
) -> list[dict[str, Any]]:
    """Where it stands on its path, from its receipt to the latest evidence."""
    steps: list[dict[str, Any]] = []
    if contribution.submitted_at:
        steps.append({"key": "received", "on": contribution.submitted_at})
    if contribution.published_at and contribution.status != Status.RESTRICTED:
        steps.append({"key": "published", "on": contribution.published_at})
    if answers:
        steps.append({"key": "answer", "on": answers[-1].at, "url": "#answer"})
    if origins:
        first = next((one for one in origins if one.engagement), origins[0])
        steps.append({"key": "engagement", "on": first.plan.adopted_at, "url": "#origins"})
    acts = [one.action for one in origins if one.action]
    if acts:
        act = max(acts, key=lambda one: one.reported_at or one.plan.created_at)
        url = url_for("engagements.action", id=act.id)
        steps.append({"key": "action", "url": url, "status": act.progress, "on": act.reported_at})
    shown = [report for report in reports.values() if report.evidence]
    if shown:
        last = max(shown, key=lambda report: report.id)
        url = url_for("engagements.action", id=last.action_id)
        steps.append({"key": "evidence", "url": url, "on": last.effective_on})
    return steps


def _ended(contribution: Contribution, origins: list[Any]) -> Any:
    """Why nothing more will come, if so."""
    if contribution.status in STATUSES:
        return STATUSES[contribution.status]
    outcome = contribution.outcome
    return outcome.label if outcome in CLOSING and not origins else ""


def _gone(contribution: Contribution) -> ResponseReturnValue:
    """What was public and is no more says why; what never was does not exist."""
    if contribution.published_at is None or contribution.status not in (
        Status.WITHDRAWN,
        Status.RESTRICTED,
    ):
        raise NotFound
    return render_template("contributions/gone.html", contribution=contribution), 410


@bp.get("/contributions/<int:id>/versions")
def versions(id: int) -> ResponseReturnValue:
    contribution = queries.by_id_or_404(id)
    if not queries.is_visible_to(actor(), contribution):
        return _gone(contribution)
    return render_template(
        "contributions/versions.html",
        contribution=contribution,
        campaign=contribution.campaign,
        steps=changes.told(posts.versions(contribution)),
    )


# Paper.


@bp.get("/consultations/<slug>/bulletin")
def slip(slug: str) -> ResponseReturnValue:
    """The paper form; `taille=grande`: in large print, on two sheets."""
    campaign = by_slug_or_404(slug, actor())
    return render_template(
        "contributions/slip.html",
        campaign=campaign,
        is_large=request.args.get("taille") == "grande",
        phase=campaign.phase(PhaseKind.PROPOSE),
        address=url_for("campaigns.show", slug=slug, _external=True),
        qr=qr_svg(
            url_for("campaigns.show", slug=slug, _external=True),
            _("Address of the consultation"),
        ),
    )


@bp.route("/consultations/<slug>/bulletins/saisir", methods=["GET", "POST"])
@thinks_first
def type_in(slug: str) -> ResponseReturnValue:
    _queue_to_write()
    user = actor()
    campaign = by_slug_or_404(slug, user)
    rules.type_in(user, campaign)
    assert user is not None  # noqa: S101
    form = SlipForm(campaign, user, data=_like_the_last(user, campaign))
    if request.method == "POST" and (made := queries.by_key(form.key.data)):
        return redirect(url_for(".receipt", receipt=made.receipt), 303)
    if form.sent() and _drawn(form):
        try:
            made = actions.type_in(user, campaign, key=form.key.data, **form.words())
            receipt = made.receipt
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
            twin = queries.by_key(form.key.data)
            if twin is None:
                raise
            receipt = twin.receipt
        return redirect(url_for(".receipt", receipt=receipt), 303)
    return _private(
        "contributions/type_in.html",
        campaign=campaign,
        form=form,
        lately=queries.typed_in(campaign, user),
    )


def _like_the_last(user: User, campaign: Campaign) -> dict[str, Any]:
    """A pile of sheets comes from one place and one day: what the last one said stands ready."""
    last = request.args.get("like", "")
    made = queries.by_receipt(last) if last else None
    sheet = posts.slip(made) if made and made.campaign_id == campaign.id else None
    if sheet is None or made is None:
        return {"collected_on": clock.today()}
    return {
        "channel": made.channel.value,
        "collected_on": sheet.collected_on,
        "collected_at": sheet.collected_at,
    }


# What several pages do.


def _by_number_or_receipt(id: int, receipt: str) -> Contribution:
    """A contribution by its address; a draft that nobody signed yet, by its receipt alone."""
    if receipt:
        return queries.by_receipt_or_404(receipt)
    contribution = queries.by_id_or_404(id)
    if contribution.author_id is None:
        raise NotFound
    return contribution


def _needs_address(user: User | None, campaign: Campaign) -> bool:
    return user is None and campaign.identity == Identity.EMAIL


def _queue_to_write() -> None:
    """Of a page that draws pictures again: the queue is left for that, see `_drawn`."""
    if request.method == "POST":
        writing()


def _drawn(form: WordsForm) -> bool:
    """Whether the pictures that came, if any, can be kept. Nobody waits while they are unpacked.

    Call it once the words are right and counted: what was counted stays so, whatever came.
    """
    if not form.brings_pictures:
        return True
    commit()
    is_drawn = form.draw()
    rollback()
    writing()
    return is_drawn


def _private(template: str, **values: Any) -> Response:
    """A page for the eyes of one person: no cache keeps it, no search engine lists it."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
