"""The pages of a campaign: what the public reads, and the workshop of those who prepare it."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from consult.answers.queries import coverage
from consult.ballots.queries import of_campaign as polls
from consult.campaigns import actions, queries, rules
from consult.campaigns.actions import Dates
from consult.campaigns.forms import (
    ChangeRulesForm,
    CopyForm,
    CreateForm,
    DocumentForm,
    EditForm,
    ExtendForm,
    FreeForm,
    PlaceForm,
    ReasonForm,
    RemoveDocumentForm,
    RemovePlaceForm,
    ScheduleForm,
    ThemesForm,
)
from consult.campaigns.models import PARTICIPATION, Campaign, Phase, PhaseKind, Stage
from consult.contributions import rules as writing
from consult.contributions.queries import figures
from consult.core import clock, restated
from consult.core.forms import Form, labels
from consult.core.i18n import _, gettext
from consult.core.qr import qr_svg
from consult.core.rules import refusal
from consult.journal.actions import commit, done, rollback
from consult.keys.queries import signed
from consult.keys.rules import fresh
from consult.moderation.queries import waiting_count
from consult.people.queries import follows
from consult.people.session import actor
from consult.portal.queries import totals
from consult.territory.queries import place_or_404, places
from consult.votes import rules as voting

bp = Blueprint("campaigns", __name__)


# What the public reads.


class Group(NamedTuple):
    """Campaigns that stand at the same point, as cards."""

    key: str
    title: LazyString
    cards: list[dict[str, Any]]


RESTATED = {**labels(FreeForm), "places": _("Places")}
GROUPS = {
    Stage.OPEN: _("Open now"),
    Stage.UPCOMING: _("To come"),
    Stage.CLOSED: _("Closed, results expected"),
    Stage.ANSWERED: _("Results published"),
    Stage.CANCELLED: _("Cancelled"),
}


@bp.get("/consultations")
def index() -> str:
    campaigns = queries.on_show()
    written = totals(campaigns).by_campaign
    groups = [
        Group(
            stage,
            title,
            [_card(one, written.get(one.id)) for one in campaigns if one.stage == stage],
        )
        for stage, title in GROUPS.items()
    ]
    return render_template(
        "campaigns/index.html",
        groups=[group for group in groups if group.cards],
        drafts=queries.in_preparation(actor()),
        may_create=actor() is not None and refusal(rules.create, actor()) is None,
    )


def _card(campaign: Campaign, contributions: int | None) -> dict[str, Any]:
    """A campaign as the list shows it, with how many contributions are on show if there are any."""
    stage = campaign.stage
    may_write = refusal(writing.save_draft, actor(), campaign) is None
    is_open = stage == Stage.OPEN
    return {
        "url": url_for("campaigns.show", slug=campaign.slug),
        "title": campaign.title,
        "question": campaign.question,
        "campaign": campaign,
        "phase": _steps_now(campaign) if is_open else _when(campaign),
        "ends_at": campaign.closes_at if is_open else None,
        "decider": campaign.decider,
        "demo": campaign.is_demo,
        "contributions": contributions,
        "now": clock.now(),
        "action_url": url_for("contributions.submit", slug=campaign.slug) if may_write else "",
        "action_label": _("Write a contribution"),
    }


def _steps_now(campaign: Campaign) -> str:
    return ", ".join(
        str(phase.kind.label)
        for phase in campaign.phases
        if phase.kind in PARTICIPATION and phase.is_current
    )


def _when(campaign: Campaign) -> str:
    """The days of a campaign that is not open, or what its source says of them."""
    if campaign.opens_at is None or campaign.closes_at is None:
        return campaign.period_words or ""
    dates = {"opens_at": campaign.opens_at, "closes_at": campaign.closes_at}
    return str(queries.dates({name: at.isoformat() for name, at in dates.items()}))


@bp.get("/consultations/<slug>")
def show(slug: str) -> str:
    return _shown(queries.by_slug_or_404(slug, actor()))


@bp.get("/consultations/<slug>/apercu")
def preview(slug: str) -> str:
    """What everybody will see, for those who prepare it."""
    campaign = queries.by_slug_or_404(slug, actor())
    rules.preview(actor(), campaign)
    return _shown(campaign, is_preview=True)


def _shown(campaign: Campaign, is_preview: bool = False) -> str:
    is_preview = is_preview or not campaign.is_public
    versions = campaign.versions
    return render_template(
        "campaigns/show.html",
        campaign=campaign,
        is_preview=is_preview,
        steps=_steps(campaign, is_preview),
        polls=polls(campaign) if campaign.phase(PhaseKind.VOTE) else [],
        phases=_line(campaign),
        now=clock.now(),
        figures=figures(campaign),
        changed=versions[-1] if len(versions) > 1 else None,
        restated=restated.of(campaign) if campaign.has_opened else [],
        labels=RESTATED,
        follows=follows(actor(), "campaign", campaign.id),
        why_no_part=None if is_preview else refusal(rules.take_part, actor(), campaign),
        may_vote=refusal(rules.not_guarantor, actor(), campaign) is None,
        **_staff(campaign),
    )


class Step(NamedTuple):
    """One way to take part: what it is, whether it is open, when, and where."""

    kind: PhaseKind
    label: LazyString
    words: str
    state: str  # open, upcoming, over
    opens_at: datetime
    closes_at: datetime | None
    url: str


def _steps(campaign: Campaign, is_preview: bool) -> list[Step]:
    """The ways to take part; a preview shows the first one as on its first day."""
    steps: list[Step] = []
    for phase in campaign.phases:
        if phase.kind not in PARTICIPATION:
            continue
        state = "upcoming" if phase.opens_at > clock.now() else "over"
        if campaign.is_open(phase.kind) or (is_preview and not steps):
            state = "open"
        page = "contributions.submit" if phase.kind == PhaseKind.PROPOSE else "contributions.index"
        steps.append(
            Step(
                phase.kind,
                phase.kind.label,
                phase.words,
                state,
                phase.opens_at,
                phase.closes_at,
                "" if is_preview else url_for(page, slug=campaign.slug),
            )
        )
    return steps


def _line(campaign: Campaign) -> list[dict[str, Any]]:
    """The calendar as the line of phases draws it."""
    return [
        {
            "label": phase.kind.label,
            "starts_at": phase.opens_at,
            "ends_at": phase.closes_at,
            "note": phase.words,
        }
        for phase in campaign.phases
    ]


def _staff(campaign: Campaign) -> dict[str, Any]:
    """What those who prepare a campaign see besides."""
    user = actor()
    may_preview = user is not None and refusal(rules.preview, user, campaign) is None
    return {"is_staff": may_preview}


@bp.get("/consultations/<slug>/calendrier")
def calendar(slug: str) -> str:
    campaign = queries.by_slug_or_404(slug, actor())
    return render_template(
        "campaigns/calendar.html",
        campaign=campaign,
        phases=_line(campaign),
        now=clock.now(),
        versions=[version for version in campaign.versions if version.number > 1],
        **_staff(campaign),
    )


@bp.get("/consultations/<slug>/dossier")
def file(slug: str) -> str:
    campaign = queries.by_slug_or_404(slug, actor())
    shown = [paper for paper in campaign.documents if not paper.removed_at or paper.removed_words]
    return render_template(
        "campaigns/file.html",
        campaign=campaign,
        documents=sorted(shown, key=lambda paper: paper.removed_at is not None),
        **_staff(campaign),
    )


@bp.get("/consultations/<slug>/regles", endpoint="rules")
def framed(slug: str) -> str:
    campaign = queries.by_slug_or_404(slug, actor())
    versions = queries.history(campaign)
    return render_template(
        "campaigns/rules.html",
        campaign=campaign,
        terms=queries.terms(campaign.framed()),
        versions=versions,
        first_terms=queries.terms(versions[-1].version.content) if versions else [],
        may_change=actor() is not None and refusal(rules.change_rules, actor(), campaign) is None,
        **_staff(campaign),
    )


@bp.get("/consultations/<slug>/affiche")
def poster(slug: str) -> str:
    """A sheet to print: the question, until when, how to take part, and a code for telephones."""
    campaign = queries.by_slug_or_404(slug, actor())
    address = _address(campaign)
    return render_template(
        "campaigns/poster.html",
        campaign=campaign,
        address=address.partition("://")[2],
        code=qr_svg(address, gettext("Address of the consultation")),
        is_large=request.args.get("taille") == "grande",
    )


def _address(campaign: Campaign) -> str:
    """Where the campaign is, as a telephone must read it."""
    page, site = url_for("campaigns.show", slug=campaign.slug), current_app.config["SITE_URL"]
    return f"{site.rstrip('/')}{page}" if site else request.host_url.rstrip("/") + page


# The workshop.


@bp.get("/consultations/<slug>/atelier")
def desk(slug: str) -> str:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.preview(actor(), campaign)
    user = actor()
    missing = queries.gaps(campaign) if not campaign.has_opened else []
    return render_template(
        "campaigns/desk.html",
        campaign=campaign,
        gaps=[
            (gap.words, url_for(f".{gap.page}", slug=slug, _anchor=gap.field)) for gap in missing
        ],
        coverage=coverage(campaign),
        waiting=waiting_count(campaign) if campaign.is_public else 0,
        phases=_line(campaign),
        now=clock.now(),
        why_no_sheet=refusal(writing.type_in, user, campaign),
        why_no_paper_support=refusal(voting.type_in, user, campaign),
        why_no_edit=refusal(rules.edit, user, campaign),
        why_no_publish=refusal(rules.publish, user, campaign),
        why_no_schedule=refusal(rules.schedule, user, campaign),
        why_no_change=refusal(rules.change_rules, user, campaign),
        why_no_cancel=refusal(rules.cancel, user, campaign),
        why_no_copy=refusal(rules.copy, user, campaign),
        extendable=_extendable(campaign),
    )


@bp.route("/consultations/nouvelle", methods=["GET", "POST"])
def create() -> str | Response:
    rules.create(actor())
    form = CreateForm()
    if form.sent():
        made = queries.with_key(form.key.data) or _made(
            lambda: actions.create(
                actor(),
                title=form.title.data.strip(),
                question=form.question.data.strip(),
                key=form.key.data,
            ),
            form.key.data,
        )
        return redirect(url_for(".edit", slug=made.slug), 303)
    return render_template("campaigns/create.html", form=form)


@bp.route("/consultations/<slug>/copier", methods=["GET", "POST"])
def copy(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.copy(actor(), campaign)
    form = CopyForm(title=campaign.title)
    if form.sent():
        made = queries.with_key(form.key.data) or _made(
            lambda: actions.copy(
                actor(),
                campaign,
                title=form.title.data.strip(),
                first=form.first.data,
                key=form.key.data,
            ),
            form.key.data,
        )
        flash(gettext("The new campaign is ready to be written. Nobody sees it yet."), "success")
        return redirect(url_for(".desk", slug=made.slug), 303)
    return render_template("campaigns/copy.html", campaign=campaign, form=form)


def _made(make: Callable[[], Campaign], key: str) -> Campaign:
    """The campaign this form makes; sent twice at the same moment, it is made once."""
    try:
        campaign = make()
        commit()
    except IntegrityError:
        rollback()
        twin = queries.with_key(key)
        if twin is None:
            raise
        return twin
    return campaign


@bp.route("/consultations/<slug>/modifier", methods=["GET", "POST"])
def edit(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), campaign)
    form = (FreeForm if campaign.has_opened else EditForm)(campaign=campaign)
    _as_signed(form, "campaigns.edit")
    if form.sent() and done(
        form,
        lambda: actions.edit(actor(), campaign, reason=_reason(form), **form.fields()),
    ):
        flash(gettext("The texts are saved."), "success")
        return redirect(url_for(".desk", slug=campaign.slug), 303)
    return render_template("campaigns/edit.html", campaign=campaign, form=form)


@bp.route("/consultations/<slug>/modifier/calendrier", methods=["GET", "POST"])
def schedule(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.schedule(actor(), campaign)
    form = ScheduleForm(campaign=campaign)
    if days := _as_signed(form.vote.form, "campaigns.schedule").get(PhaseKind.VOTE):
        first, last = [*(date.fromisoformat(one) for one in days["after"] or ()), None, None][:2]
        form.vote.form.first.data, form.vote.form.last.data = first, last
    if form.sent():
        steps = {
            kind: Dates(part.first.data, part.last.data, (part.words.data or "").strip())
            for kind, part in form.parts().items()
        }
        if done(form, lambda: actions.schedule(actor(), campaign, steps)):
            flash(gettext("The calendar is saved."), "success")
            return redirect(url_for(".desk", slug=campaign.slug), 303)
    return render_template("campaigns/schedule.html", campaign=campaign, form=form)


@bp.route("/consultations/<slug>/modifier/themes", methods=["GET", "POST"])
def set_themes(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.set_themes(actor(), campaign)
    form = ThemesForm(campaign=campaign)
    if form.sent() and done(
        form,
        lambda: actions.set_themes(actor(), campaign, form.titles(), reason=_reason(form)),
    ):
        flash(gettext("The themes are saved."), "success")
        return redirect(url_for(".desk", slug=campaign.slug), 303)
    return render_template("campaigns/set_themes.html", campaign=campaign, form=form)


@bp.route("/consultations/<slug>/modifier/lieux", methods=["GET", "POST"])
def add_place(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.add_place(actor(), campaign)
    form = PlaceForm()
    if not campaign.has_opened:
        del form.reason
    if form.sent() and done(
        form,
        lambda: actions.add_place(
            actor(),
            campaign,
            name=form.name.data.strip(),
            kind=form.kind.data,
            aliases=[line.strip() for line in (form.aliases.data or "").splitlines()],
            reason=_reason(form),
        ),
    ):
        return redirect(url_for(".add_place", slug=campaign.slug), 303)
    return render_template("campaigns/add_place.html", campaign=campaign, form=form, known=places())


@bp.route("/consultations/<slug>/modifier/lieux/<place>/retirer", methods=["GET", "POST"])
def remove_place(slug: str, place: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.remove_place(actor(), campaign)
    gone = place_or_404(place)
    form = RemovePlaceForm()
    if not campaign.has_opened:
        del form.reason
    if form.sent() and done(
        form,
        lambda: actions.remove_place(actor(), campaign, place=gone, reason=_reason(form)),
    ):
        return redirect(url_for(".add_place", slug=slug), 303)
    return render_template("campaigns/remove_place.html", campaign=campaign, place=gone, form=form)


@bp.route("/consultations/<slug>/modifier/dossier", methods=["GET", "POST"])
def add_document(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.add_document(actor(), campaign)
    form = DocumentForm()
    if form.sent() and done(
        form,
        lambda: actions.add_document(
            actor(),
            campaign,
            data=form.file.data.read(),
            name=form.file.data.filename or "",
            title=form.title.data.strip(),
            nature=(form.nature.data or "").strip(),
            dated_on=form.dated_on.data,
        ),
    ):
        flash(gettext("The document is in the file."), "success")
        return redirect(url_for(".add_document", slug=campaign.slug), 303)
    return render_template(
        "campaigns/add_document.html",
        campaign=campaign,
        form=form,
        kept={
            paper.id: refusal(rules.remove_document, actor(), campaign, paper)
            for paper in campaign.file_on_show
        },
    )


@bp.route("/consultations/<slug>/modifier/dossier/<int:id>/retirer", methods=["GET", "POST"])
def remove_document(slug: str, id: int) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    document = queries.document_or_404(campaign, id)
    rules.remove_document(actor(), campaign, document)
    form = RemoveDocumentForm()
    if form.sent() and done(
        form,
        lambda: actions.remove_document(actor(), campaign, document, reason=form.reason.data or ""),
    ):
        flash(gettext("The document is no longer in the file."), "success")
        return redirect(url_for(".add_document", slug=campaign.slug), 303)
    return render_template(
        "campaigns/remove_document.html", campaign=campaign, document=document, form=form
    )


@bp.post("/consultations/<slug>/publier")
def publish(slug: str) -> Response:
    campaign = queries.by_slug_or_404(slug, actor())
    actions.publish(actor(), campaign)
    commit()
    flash(gettext("The campaign is public. It opens and closes by its calendar."), "success")
    return redirect(url_for(".desk", slug=campaign.slug), 303)


@bp.route("/consultations/<slug>/regles/changer", methods=["GET", "POST"])
def change_rules(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.change_rules(actor(), campaign)
    form = ChangeRulesForm(campaign=campaign)
    _as_signed(form, "campaigns.change_rules")
    if form.sent() and done(
        form,
        lambda: actions.change_rules(actor(), campaign, reason=form.reason.data, **form.fields()),
    ):
        flash(gettext("The new rules are public, and those who follow are told."), "success")
        return redirect(url_for(".rules", slug=campaign.slug), 303)
    return render_template("campaigns/change_rules.html", campaign=campaign, form=form)


@bp.route("/consultations/<slug>/prolonger", methods=["GET", "POST"])
def extend(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.facilitate(actor(), campaign)
    open_steps = _extendable(campaign)
    form = ExtendForm(phase=open_steps[0].id if open_steps else None)
    if details := _as_signed(form, "campaigns.extend"):
        form.phase.data = next(one.id for one in open_steps if one.kind == details["step"])
        form.last.data = date.fromisoformat(details["last"])
    form.phase.choices = [SelectChoice(str(one.id), one.kind.label) for one in open_steps]
    if form.sent():
        phase = next(phase for phase in open_steps if phase.id == form.phase.data)
        moves = campaign.phases if form.following.data == "move" else ()
        if done(
            form,
            lambda: actions.extend(
                actor(),
                campaign,
                phase,
                last=form.last.data,
                reason=form.reason.data,
                moves_next=[other for other in moves if other is not phase],
            ),
        ):
            flash(gettext("There is more time, and those who follow are told."), "success")
            return redirect(url_for(".calendar", slug=campaign.slug), 303)
    return render_template(
        "campaigns/extend.html",
        campaign=campaign,
        form=form,
        phases=_line(campaign),
        now=clock.now(),
        why_not=_why_not_extend(campaign, open_steps),
    )


def _extendable(campaign: Campaign) -> list[Phase]:
    """The steps that may be made longer."""
    user = actor()
    return [
        phase for phase in campaign.phases if refusal(rules.extend, user, campaign, phase) is None
    ]


def _why_not_extend(campaign: Campaign, open_steps: Iterable[Phase]) -> LazyString | str | None:
    if list(open_steps) or not campaign.phases:
        return None
    return refusal(rules.extend, actor(), campaign, campaign.phases[-1])


@bp.route("/consultations/<slug>/annuler", methods=["GET", "POST"])
def cancel(slug: str) -> str | Response:
    campaign = queries.by_slug_or_404(slug, actor())
    rules.cancel(actor(), campaign)
    fresh(actor())
    form = ReasonForm()
    if form.sent() and done(
        form, lambda: actions.cancel(actor(), campaign, reason=form.reason.data)
    ):
        flash(gettext("The campaign is cancelled; its page says so and why."), "success")
        return redirect(url_for(".show", slug=campaign.slug), 303)
    return render_template("campaigns/cancel.html", campaign=campaign, form=form)


@bp.post("/consultations/<slug>/supprimer")
def discard(slug: str) -> Response:
    actions.discard(actor(), queries.by_slug_or_404(slug, actor()))
    commit()
    flash(gettext("The draft is gone."), "success")
    return redirect(url_for(".index"), 303)


def _reason(form: Form) -> str:
    """Why something on show changes, where somebody is asked."""
    return form.data.get("reason") or ""


def _as_signed(form: Form, what: str) -> dict[str, Any]:
    """What somebody else signed for me, typed into the form again; it is then sent as it is."""
    number = request.args.get("signature", type=int) if request.method == "GET" else None
    details = signed(number, actor(), what) if number else {}
    for name, value in details.items():
        if name in form:
            form[name].data = value["after"] if isinstance(value, dict) else value
    return details
