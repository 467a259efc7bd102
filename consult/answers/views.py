"""The town's desk: who waits for an answer, the answer itself, and the lists one takes away."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response as Reply

from consult.answers import actions, queries, rules
from consult.answers.forms import (
    AnswerForm,
    AssignForm,
    CompleteForm,
    NoteForm,
    ResultsForm,
    WordingForm,
)
from consult.answers.models import Answer, Assignment, SavedWording
from consult.answers.queries import Asked, Shown
from consult.campaigns.models import Campaign
from consult.campaigns.queries import by_slug_or_404
from consult.contributions.models import Contribution, Outcome
from consult.core import clock
from consult.core.db import db
from consult.core.i18n import _, gettext
from consult.core.rules import refusal
from consult.core.tables import write_csv, write_xlsx
from consult.groups.queries import grouped_in
from consult.journal.actions import commit
from consult.keys.queries import declined, signed
from consult.keys.rules import fresh
from consult.people.models import RoleName
from consult.people.queries import with_role
from consult.people.session import actor

bp = Blueprint("answers", __name__)

SHOWN = {
    Shown.WAITING: _("Waiting for us"),
    Shown.MINE: _("In my hands"),
    Shown.LATE: _("Late"),
    Shown.ANSWERED: _("Answered"),
    Shown.ALL: _("All"),
}


def _asked() -> Asked:
    """The filters in the address; what makes no sense there is left out."""
    values = request.args
    shown, outcome = values.get("etat", ""), values.get("suite", "")
    return Asked(
        Shown(shown) if shown in set(Shown) else Shown.WAITING,
        values.get("theme", type=int),
        values.get("lieu", type=int),
        outcome if outcome in set(Outcome) else "",
        values.get("service", ""),
    )


@bp.get("/consultations/<slug>/reponses")
def desk(slug: str) -> str:
    campaign = by_slug_or_404(slug, actor())
    rules.read(actor(), campaign)
    asked = _asked()
    return render_template(
        "answers/desk.html",
        campaign=campaign,
        asked=asked,
        shown=SHOWN,
        page=queries.desk(campaign, actor(), asked, request.args.get("apres", 0, type=int)),
        coverage=queries.coverage(campaign),
        late=queries.late(campaign),
        units=queries.units(campaign),
        today=clock.today(),
        why_no_answer=refusal(rules.work, actor(), campaign),
        why_no_results=refusal(rules.publish_results, actor(), campaign),
    )


@bp.route("/contributions/<int:id>/repondre", methods=["GET", "POST"])
@bp.route("/consultations/<slug>/reponses/rediger", methods=["GET", "POST"])
def answer(id: int | None = None, slug: str | None = None) -> str | Reply:
    campaign, chosen = _chosen(id, slug)
    rules.work(actor(), campaign)
    if not chosen:
        flash(_("Please tick at least one contribution."), "warning")
        return redirect(url_for(".desk", slug=campaign.slug), 303)
    form = AnswerForm(**_defaults())
    if form.sent():
        actions.answer(
            actor(),
            *chosen,
            outcome=Outcome(form.outcome.data),
            part=form.part.data or "",
            words=form.words.data,
            signatory=form.signatory.data,
            unit=form.unit.data,
        )
        commit()
        flash(
            gettext("The answer was sent to %(num)s contributions.", num=len(chosen))
            if len(chosen) > 1
            else gettext("The answer was published."),
            "success",
        )
        return redirect(url_for(".desk", slug=campaign.slug), 303)
    if len(chosen) > 1 or id is None:
        return render_template(
            "answers/answer_many.html",
            campaign=campaign,
            chosen=chosen,
            form_answer=form,
            wordings=queries.wordings(),
        )
    return _one(chosen[0], answer=form)


def _one(contribution: Contribution, **forms: Any) -> str:
    """The page of one contribution at the desk: its words, its answers, who has it, notes."""
    campaign = contribution.campaign
    assigned = queries.assignment(contribution)
    return render_template(
        "answers/answer.html",
        campaign=campaign,
        contribution=contribution,
        form_answer=forms.get("answer") or AnswerForm(formdata=None, **_defaults()),
        assign_form=forms.get("assign") or _assign_form(campaign, assigned, formdata=None),
        note_form=forms.get("note") or NoteForm(formdata=None),
        assignment=assigned,
        notes=queries.notes(contribution),
        letters=queries.letters(contribution.id),
        wordings=queries.wordings(),
        today=clock.today(),
        why_not=refusal(rules.answer, actor(), contribution),
    )


def _chosen(contribution_id: int | None, slug: str | None) -> tuple[Campaign, list[Contribution]]:
    """The contributions this answer is for: the one in the address, or those that were ticked."""
    if contribution_id is not None:
        contribution = queries.contribution_or_404(contribution_id)
        return contribution.campaign, [contribution]
    campaign = by_slug_or_404(slug or "", actor())
    ticked = request.values.getlist("c", type=int)
    return campaign, queries.some(campaign, ticked[:200])


def _defaults() -> dict[str, Any]:
    """Who usually signs, and the saved wording that was asked for."""
    person = actor()
    values: dict[str, Any] = {}
    if person:
        values = {"signatory": person.name or "", "unit": person.position or ""}
    wording = db.session.get(SavedWording, request.args.get("formule", 0, type=int))
    if wording and not wording.removed_at:
        values |= {"outcome": wording.outcome, "words": wording.words}
    return values


def _assign_form(campaign: Campaign, assigned: Assignment | None, **options: Any) -> AssignForm:
    agents = with_role(RoleName.COUNCIL, RoleName.FACILITATOR, campaign=campaign)
    values = {
        "unit": assigned.unit if assigned else "",
        "assignee": (assigned.assignee_id or 0) if assigned else 0,
        "due_on": assigned.due_on if assigned else None,
    }
    return AssignForm(agents, data=values, **options)


@bp.post("/contributions/<int:id>/confier")
def assign(id: int) -> str | Reply:
    contribution = queries.contribution_or_404(id)
    rules.assign(actor(), contribution)
    form = _assign_form(contribution.campaign, queries.assignment(contribution))
    if not form.sent():
        return _one(contribution, assign=form)
    agents = with_role(RoleName.COUNCIL, RoleName.FACILITATOR, campaign=contribution.campaign)
    actions.assign(
        actor(),
        contribution,
        unit=form.unit.data,
        assignee=next((agent for agent in agents if agent.id == form.assignee.data), None),
        due_on=form.due_on.data,
    )
    commit()
    flash(_("The contribution was entrusted."), "success")
    return redirect(url_for(".answer", id=id), 303)


@bp.post("/contributions/<int:id>/note")
def note(id: int) -> str | Reply:
    contribution = queries.contribution_or_404(id)
    rules.note(actor(), contribution)
    form = NoteForm()
    if not form.sent():
        return _one(contribution, note=form)
    actions.note(actor(), contribution, words=form.words.data)
    commit()
    return redirect(url_for(".answer", id=id, _anchor="notes"), 303)


@bp.route("/reponses/formules", methods=["GET", "POST"])
def save_wording() -> str | Reply:
    rules.save_wording(actor())
    form = WordingForm()
    if form.sent():
        actions.save_wording(
            actor(),
            title=form.title.data,
            outcome=Outcome(form.outcome.data),
            words=form.words.data,
        )
        commit()
        flash(_("The wording was saved."), "success")
        return redirect(url_for(".save_wording"), 303)
    return render_template(
        "answers/save_wording.html", form_wording=form, wordings=queries.wordings()
    )


@bp.post("/reponses/formules/<int:wording_id>/retirer")
def remove_wording(wording_id: int) -> Reply:
    wording = db.session.get(SavedWording, wording_id) or abort(404)
    actions.remove_wording(actor(), wording)
    commit()
    flash(_("The wording was taken away."), "success")
    return redirect(url_for(".save_wording"), 303)


@bp.route("/consultations/<slug>/resultats", methods=["GET", "POST"])
def publish_results(slug: str) -> str | Reply:
    campaign = by_slug_or_404(slug, actor())
    rules.publish_results(actor(), campaign)
    form = ResultsForm()
    if form.sent():
        actions.publish_results(actor(), campaign, words=form.words.data)
        commit()
        flash(_("The results are published."), "success")
        return redirect(url_for("portal.thread", slug=slug), 303)
    return render_template(
        "answers/publish_results.html",
        campaign=campaign,
        form_results=form,
        coverage=queries.coverage(campaign),
    )


# --- Lists one takes away -------------------------------------------------------------------------

Row = tuple[Contribution, Assignment | None, Answer | None]
Grouped = Mapping[int, tuple[int | str, str]]  # number and title of the group of each


PERIMETER = {True: "dans", False: "hors", None: ""}


def _public(row: Row, supports: bool, grouped: Grouped) -> list[Any]:
    """One contribution as anybody may take it away: no name, no pseudonym, no receipt."""
    contribution, _assigned, given = row
    group, group_title = grouped.get(contribution.id, ("", ""))
    return [
        contribution.id,
        url_for("contributions.show", id=contribution.id, _external=True),
        contribution.title,
        contribution.body,
        contribution.theme.title if contribution.theme else "",
        contribution.place.name if contribution.place else "",
        contribution.channel.value,
        contribution.published_at.date().isoformat() if contribution.published_at else "",
        contribution.support_count if supports else "",
        contribution.comment_count,
        contribution.outcome.value if contribution.outcome else "",
        given.part if given else "",
        given.words if given else "",
        given.signatory if given else "",
        given.unit if given else "",
        given.at.date().isoformat() if given else "",
        "oui" if contribution.campaign.is_demo else "non",
        group_title,
        group,
        contribution.apart_count if supports else "",
        PERIMETER[contribution.is_inside],  # its own page says it as well
    ]


PUBLIC = (
    *("identifiant", "adresse", "titre", "texte", "theme", "lieu", "canal", "publiee_le"),
    *("soutiens", "commentaires", "suite", "partie_retenue", "reponse", "signataire"),
    *("service", "reponse_du", "demonstration", "groupe", "numero_du_groupe"),
    *("soutiens_ecartes", "perimetre"),
)


def _staff(row: Row, supports: bool, grouped: Grouped) -> list[Any]:
    """The same, with who answers and by when; never who wrote: see `export_complete` (R11)."""
    _contribution, assigned, _given = row
    return [
        *_public(row, supports, grouped),
        assigned.unit if assigned else "",
        assigned.due_on.isoformat() if assigned and assigned.due_on else "",
    ]


STAFF = (*PUBLIC, "confiee_a", "reponse_attendue_le")


def _rows(campaign: Campaign, asked: Asked, staff: bool) -> Iterator[list[Any]]:
    supports = not campaign.counts_hidden
    serialize = _staff if staff else _public
    grouped = grouped_in(campaign)
    for row in queries.exported(campaign, actor() if staff else None, asked):
        yield serialize(row, supports, grouped)


@bp.get("/consultations/<slug>/contributions.csv")
def open_data(slug: str) -> Reply:
    """Everything published in a campaign with its answers, for anybody, by the line."""
    campaign = by_slug_or_404(slug, None)
    return _csv(_rows(campaign, Asked(Shown.ALL), staff=False), PUBLIC, f"{slug}-contributions")


@bp.get("/consultations/<slug>/export.<any(csv, xlsx):kind>")
def export(slug: str, kind: str) -> Reply:
    """What the desk lists, under the same filters, answers included."""
    campaign = by_slug_or_404(slug, actor())
    rules.work(actor(), campaign)
    rows = _rows(campaign, _asked(), staff=True)
    name = f"{slug}-{clock.today().isoformat()}"
    if kind == "csv":
        return _csv(rows, STAFF, name)
    return Response(
        write_xlsx(rows, STAFF),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


def _csv(rows: Iterator[list[Any]], header: tuple[str, ...], name: str) -> Response:
    return Response(
        stream_with_context(write_csv(rows, header, bom=True)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@bp.route("/consultations/<slug>/export-complet", methods=["GET", "POST"])
def export_complete(slug: str) -> str | Reply:
    """The whole of a campaign, for the archives: two people sign, the log keeps it."""
    campaign = by_slug_or_404(slug, actor())
    rules.export_complete(actor(), campaign)
    fresh(actor())
    form = CompleteForm()
    if form.sent():
        whole = actions.export_complete(
            actor(),  # type: ignore[arg-type]
            campaign,
            purpose=form.export_for.data,
        )
        commit()
        name = f"{slug}-complet-{clock.today().isoformat()}.zip"
        return Response(
            whole.body,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    if number := request.args.get("signature", type=int):
        details = signed(number, actor(), "answers.export_complete")
        form.export_for.data = details.get("export_for", form.export_for.data)
    return render_template(
        "answers/export_complete.html",
        campaign=campaign,
        form=form,
        declined=declined("answers.export_complete", campaign),
    )
