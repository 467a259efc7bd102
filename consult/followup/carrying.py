"""How a printed plan enters the tables: every word kept, nothing added that it does not say."""

from datetime import date

import sqlalchemy as sa

from consult.campaigns.models import Campaign, State
from consult.core import clock, files
from consult.core.dates import PartialDate
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.i18n import gettext, spoken
from consult.core.slugs import distinct, slugify
from consult.core.text import fold
from consult.council import texts
from consult.council.models import Act, ActState
from consult.engagements import documents as printed
from consult.engagements import drafting
from consult.engagements import queries as engagements
from consult.engagements.models import (
    Action,
    ActorRole,
    Engagement,
    Picture,
    PictureKind,
    Plan,
    PlanState,
    Progress,
    Serves,
)
from consult.followup import queries
from consult.followup.models import Edition, Evidence, EvidenceKind, StatusReport
from consult.gaps.models import open_gap
from consult.people.models import User
from consult.territory.models import Organisation, Place
from consult.territory.queries import organisations_by_name, places_by_name


def carry(actor: User | None, document: printed.PlanDocument, ref: str) -> Plan:
    """The plan of a document, adopted and published as the document says it was."""
    plan = Plan(
        slug=distinct(slugify(document.title, default="plan"), engagements.is_taken),
        title=document.title,
        subtitle=document.subtitle,
        introduction=document.introduction,
        state=PlanState.DRAFT,
        source=document.raw,
        source_file=_kept(document),
        external_ref=ref,
        author_id=actor.id if actor else None,
        act=_act(document, ref),
        campaigns=_campaigns(actor, document),
    )
    db.session.add(plan)
    plan.move_to(PlanState.ADOPTED)
    plan.move_to(PlanState.PUBLISHED)
    branches = _engagements(document, plan)
    actions = _actions(document, plan, branches)
    _take_part(document, actions)
    _pictures(document, plan)
    db.session.flush()
    if plan.act is not None:
        texts.index(plan.act)
    drafting.freeze(plan)
    _report(actor, document, plan, actions)
    _list_what_is_missing(document, plan)
    drafting.index_all(plan)
    _edition(actor, document, plan)
    db.session.flush()
    return plan


# Around the plan.


def _kept(document: printed.PlanDocument) -> StoredFile:
    """The printed words as a text that anybody can read, kept as the plan's source."""
    name = f"{slugify(document.title, default='plan')}.txt"
    text = "\n\n".join(document.printed_strings()) + "\n"
    return files.keep(text.encode(), name, "text/plain; charset=utf-8")


def _act(document: printed.PlanDocument, ref: str) -> Act:
    """The act that adopted it; what the document does not say of it stays empty."""
    adoption = document.adoption or printed.Adoption()
    counts = adoption.vote_counts or {}
    return Act(
        state=ActState.ADOPTED,
        shown_at=clock.now(),
        title=document.title,
        words=adoption.decision,
        assembly=adoption.body,
        number=adoption.number or None,
        adopted_on=adoption.date.day if adoption.date else None,
        adopted_words=adoption.date.text if adoption.date else None,
        place=adoption.place or None,
        vote_words=adoption.vote or None,
        votes_for=counts.get("for"),
        votes_against=counts.get("against"),
        abstentions=counts.get("abstained", counts.get("abstentions")),
        external_ref=ref,
    )


def _campaigns(actor: User | None, document: printed.PlanDocument) -> list[Campaign]:
    """The consultation it came from: the one already here, else what the document says of it."""
    told = document.consultation
    if told is None or not told.name:
        return []
    slug = slugify(told.name, default="consultation")
    campaign = db.session.scalar(sa.select(Campaign).where(Campaign.slug == slug))
    if campaign is None:
        campaign = Campaign(
            slug=slug,
            title=told.name,
            state=State.DRAFT,
            period_words=told.period.text if told.period else None,
            participation_words=told.participation or None,
            external_ref=f"campaign:{slug}",
            author_id=actor.id if actor else None,
        )
        campaign.move_to(State.PUBLISHED)
        db.session.add(campaign)
    return [campaign]


# The tree.


def _engagements(document: printed.PlanDocument, plan: Plan) -> dict[str, Engagement]:
    rows = {
        one.ref: Engagement(
            plan=plan,
            number=one.number,
            title=one.title,
            words=one.words,
            order=order,
            external_ref=one.ref,
        )
        for order, one in enumerate(document.engagements)
    }
    db.session.add_all(rows.values())
    db.session.flush()
    for one in document.engagements:
        if one.parent:
            rows[one.ref].parent_id = rows[one.parent].id
    return rows


def _actions(
    document: printed.PlanDocument, plan: Plan, branches: dict[str, Engagement]
) -> dict[str, Action]:
    rows: dict[str, Action] = {}
    places = places_by_name()
    for order, one in enumerate(document.actions):
        first, last = _period(one)
        action = Action(
            plan=plan,
            title=one.text,
            words=one.words,
            dates_words=", ".join(said.text for said in one.dates),
            starts_on=first,
            due_on=last,
            periodicity=one.periodicity.text if one.periodicity else "",
            events=list(one.events),
            tags=list(one.tags),
            order=order,
            external_ref=one.ref,
            places=[_place(name, places) for name in dict.fromkeys(one.places)],
        )
        rows[one.ref] = action
        db.session.add(action)
        for ref in dict.fromkeys([one.engagement, *one.serves]):
            db.session.add(Serves(action=action, engagement=branches[ref], order=one.order))
    for one in document.actions:
        rows[one.ref].see_also = [rows[ref] for ref in dict.fromkeys(one.see_also)]
    return rows


def _period(action: printed.Action) -> tuple[date | None, date | None]:
    """The first and last day its words may mean; a year on a label says when it began, no more."""
    said = [one for one in action.dates if one.start and one.end]
    first = min((one.start for one in said if one.start), default=None)
    last = max((one.end for one in said if one.end and not _on_a_label(one, action)), default=None)
    return first, last


def _on_a_label(when: PartialDate, action: printed.Action) -> bool:
    return any(fold(when.text) in fold(tag) for tag in action.tags)


def _place(name: str, known: dict[str, Place]) -> Place:
    place = known.get(fold(name))
    if place is None:
        place = known[fold(name)] = Place.new(name)
        db.session.flush()
    return place


def _take_part(document: printed.PlanDocument, actions: dict[str, Action]) -> None:
    """Every body under one name, whatever the document calls it, and its part in each action."""
    known = organisations_by_name()
    bodies = {key: _body(one, known) for key, one in document.organisations.items()}
    for one in document.actions:
        parts = {part.organisation: part for part in reversed(one.parts)}
        for order, (key, part) in enumerate(reversed(parts.items())):
            db.session.add(
                ActorRole(
                    action=actions[one.ref],
                    organisation=bodies[key],
                    role=part.role,
                    named=part.name,
                    order=order,
                )
            )


def _body(told: printed.Organisation, known: dict[str, Organisation]) -> Organisation:
    """« Centre social (CSCB) » goes by its name and by its acronym; both find it."""
    name = told.name.removesuffix(f"({told.acronym})").strip() if told.acronym else told.name
    names = [name, *(one for one in told.names if one != told.acronym)]
    body = next((known[fold(one)] for one in [*names, *told.names] if fold(one) in known), None)
    if body is None:
        body = Organisation.new(name, acronym=told.acronym, aliases=names)
        db.session.flush()
    else:
        body.go_by(body.name, body.acronym or told.acronym, [*body.aliases, *names])
    known |= {fold(one): body for one in body.names}
    return body


def _pictures(document: printed.PlanDocument, plan: Plan) -> None:
    """The captions; each picture comes with its words and its credit, or not at all."""
    for order, one in enumerate(document.illustrations):
        kind = PictureKind(one.kind)
        db.session.add(Picture(plan=plan, kind=kind, caption=one.caption, order=order))


# What the document reports.


def _report(
    actor: User | None,
    document: printed.PlanDocument,
    plan: Plan,
    actions: dict[str, Action],
) -> None:
    """Where each action stood, in the document's own words; the document is the evidence."""
    label = document.progress_report.label if document.progress_report else ""
    legend = {entry.status: entry.label for entry in document.legend}
    title = " – ".join(filter(None, [document.title, document.subtitle]))
    for one in document.actions:
        progress = Progress(one.status)
        if progress == Progress.UNKNOWN:
            continue
        source = Evidence(kind=EvidenceKind.DOCUMENT, title=title, file=plan.source_file)
        db.session.add(
            StatusReport(
                action=actions[one.ref],
                plan_id=plan.id,
                progress=progress,
                effective_on=_as_of(document),
                effective_words=label or document.title,
                mark=one.mark,
                words=legend.get(one.status) or _unsaid(plan, one.ref, progress),
                author=actor,
                evidence=[source],
            )
        )
        actions[one.ref].reported(progress, clock.now())


def _unsaid(plan: Plan, ref: str, progress: Progress) -> str:
    """What stands for the reason a document does not give; somebody is asked for it."""
    if progress != Progress.ABANDONED:
        return ""
    with spoken("fr"):
        words = gettext("The document does not say why.")
        open_gap(plan, "reason", ref, gettext("Say why this action was abandoned."))
    return words


def _as_of(document: printed.PlanDocument) -> date | None:
    report = document.progress_report
    return report.as_of.day if report and report.as_of else None


def _list_what_is_missing(document: printed.PlanDocument, plan: Plan) -> None:
    with spoken("fr"):
        for one in document.todo():
            open_gap(plan, one.kind, one.ref, str(one.message))


def _edition(actor: User | None, document: printed.PlanDocument, plan: Plan) -> None:
    """The review that the document is, frozen as it was printed."""
    report = document.progress_report
    if report is None or not report.label:
        return
    db.session.flush()
    content = queries.picture(plan)
    db.session.add(
        Edition(
            plan=plan,
            slug=slugify(report.label, default="edition"),
            title=report.label,
            as_of=_as_of(document),
            as_of_words=report.label,
            introduction=document.introduction,
            content=content,
            sha256=queries.fingerprint(content),
            author_id=actor.id if actor else None,
        )
    )
