"""How a promise is written down: its fields, its place in the plan, its frozen copy, its index."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from consult.contributions.models import Contribution
from consult.core import clock, dates, search
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.core.restated import lost, restate
from consult.core.text import excerpt, fold
from consult.engagements import lineage, queries, sheets, versions, wording
from consult.engagements.models import (
    Action,
    ActorRole,
    Degree,
    Engagement,
    Moment,
    Origin,
    Picture,
    Plan,
    PlanState,
    PlanVersion,
    Promise,
    Revision,
    Serves,
    Sheet,
    SheetVersion,
    VersionKind,
)
from consult.gaps.models import fill_gap
from consult.people.models import User
from consult.territory.models import Organisation, Place
from consult.territory.queries import organisations_by_name, places_by_name

Said = dict[str, Any]
Carrier = tuple[str, str]  # the name of a body, and its role in the words of the plan


def hold(plan: Plan) -> None:
    """Keep the plan to ourselves until we are done, and see it as it now is."""
    db.session.scalars(
        locked(sa.select(Plan).where(Plan.id == plan.id)).execution_options(populate_existing=True)
    ).one()


def last(model: type[Any], *where: sa.ColumnElement[bool]) -> int:
    """The place behind the last one."""
    highest = db.session.scalar(sa.select(sa.func.max(model.order)).where(*where))
    return 0 if highest is None else highest + 1


# The fields.


def apply(subject: Engagement | Action, **changes: Any) -> None:
    """Put these words, dates, bodies and places where they belong."""
    put = {
        "parent": _stand_under,
        "dates_words": _be_dated,
        "engagements": _serve,
        "organisations": _be_carried_by,
        "places": _happen_at,
        "see_also": _point_to,
    }
    for name, value in changes.items():
        if name in put:
            put[name](subject, value)
        else:
            setattr(subject, name, list(value) if name in ("tags", "events") else value)


def _stand_under(engagement: Engagement, parent: Engagement | None) -> None:
    number = parent.id if parent else None
    if engagement.parent_id == number:
        return
    engagement.parent_id = number
    engagement.order = last(
        Engagement,
        Engagement.plan_id == engagement.plan_id,
        sa.func.coalesce(Engagement.parent_id, 0) == (number or 0),
        Engagement.id != engagement.id,
    )


def _be_dated(action: Action, words: str) -> None:
    """Keep the words; read from them the first and the last day they may mean, and no other."""
    if action.dates_words == words:
        return
    action.dates_words = words
    period = dates.parse(words)
    action.starts_on, action.due_on = period.start, period.end


def _serve(action: Action, engagements: Sequence[Engagement]) -> None:
    now = queries.serves(action)
    wanted = {engagement.id for engagement in engagements}
    for engagement_id, row in now.items():
        if engagement_id not in wanted:
            db.session.delete(row)
    for engagement_id in wanted - now.keys():
        order = last(Serves, Serves.engagement_id == engagement_id)
        db.session.add(Serves(action_id=action.id, engagement_id=engagement_id, order=order))
    db.session.flush()


def _be_carried_by(action: Action, carriers: Iterable[Carrier]) -> None:
    known = organisations_by_name()
    rows = {row.organisation_id: row for row in queries.carriers_of(action)}
    kept = set()
    for order, (name, role) in enumerate(carriers):
        body = known.get(fold(name))
        if body is None:
            body = known[fold(name)] = Organisation.new(name)
            db.session.flush()
        if body.id in kept:
            continue
        kept.add(body.id)
        row = rows.get(body.id)
        if row is None:
            row = ActorRole(action_id=action.id, organisation_id=body.id)
            db.session.add(row)
        row.role, row.named, row.order = role, name, order
    for organisation_id, row in rows.items():
        if organisation_id not in kept:
            db.session.delete(row)
    db.session.flush()


def _happen_at(action: Action, names: Iterable[str]) -> None:
    known = places_by_name()
    found: dict[str, Place] = {}
    for name in names:
        place = known.get(fold(name))
        if place is None:
            place = known[fold(name)] = Place.new(name)
            db.session.flush()
        found.setdefault(place.slug, place)
    action.places = list(found.values())


def _point_to(action: Action, others: Iterable[Action]) -> None:
    """Two actions that speak of the same thing point to each other."""
    wanted = [other for other in others if other is not action]
    for other in {*action.see_also, *wanted}:
        if other not in wanted and action in other.see_also:
            other.see_also.remove(action)
        elif other in wanted and action not in other.see_also:
            other.see_also.append(action)
    action.see_also = wanted


# Whose words it comes from.


def originate(
    actor: User | None, subject: Engagement | Action, contributions: Iterable[Contribution]
) -> None:
    """These contributions, whole, are where this comes from."""
    for contribution in contributions:
        tied(actor, subject, contribution)


def tied(
    actor: User | None,
    subject: Engagement | Action,
    contribution: Contribution,
    *,
    degree: Degree = Degree.WHOLE,
    words: str = "",
) -> Origin:
    """The tie between somebody's words and a promise: new, said again, or put back."""
    origin = lineage.origin_between(subject, contribution)
    if origin is None:
        origin = Origin(
            contribution=contribution, campaign_id=contribution.campaign_id, plan=subject.plan
        )
        setattr(origin, subject.__tablename__, subject)
        db.session.add(origin)
    origin.degree, origin.words = degree, words
    origin.author_id = actor.id  # type: ignore[union-attr]
    origin.at, origin.removed_at = clock.now(), None
    db.session.flush()
    return origin


# What was adopted, and what changed since.


def freeze(plan: Plan) -> int:
    """Keep a copy of everything a plan promises, as it was adopted; say how many promises."""
    rows = [
        {
            "plan_id": plan.id,
            "engagement_id": subject.id if isinstance(subject, Engagement) else None,
            "action_id": subject.id if isinstance(subject, Action) else None,
            "content": promised,
            "at": clock.now(),
        }
        for subject, promised in queries.contents(queries.of_plan(plan))
    ]
    db.session.execute(sa.insert(Promise), rows)
    act = plan.act
    open_version(
        plan,
        VersionKind.ADOPTED,
        as_of=act.adopted_on if act else None,
        as_of_words=(act.adopted_words or "") if act else "",
    )
    return len(rows)


def put_in_force(
    sheet: Sheet,
    said: sheets.Content,
    *,
    author: User | None = None,
    reason: str = "",
    key: str | None = None,
) -> SheetVersion:
    """One more text of a sheet, which belongs to the version of the plan now in force."""
    before = sa.select(sa.func.max(SheetVersion.number)).where(SheetVersion.sheet_id == sheet.id)
    text = SheetVersion(
        sheet=sheet,
        plan_id=sheet.plan_id,
        number=(db.session.scalar(before) or 0) + 1,
        plan_version=versions.current(sheet.plan),
        content=said,
        reason=reason,
        author_id=author.id if author else None,
        key=key,
    )
    sheet.become(said["title"], said["thematic"] or sheet.thematic)
    db.session.add(text)
    db.session.flush()
    fill_gap(sheet, "sheet")
    if not sheets.cut_lines(said):
        fill_gap(sheet, "truncated")
    index_sheet(sheet)
    return text


def date_moment(moment: Moment, words: str) -> None:
    """Keep the words; read from them the first and the last day they may mean, and no other."""
    if moment.id and moment.due_words == words:
        return
    found = dates.find(words)
    period = dates.parse(words) or (found[0] if len(found) == 1 else None)
    moment.due_words = words
    moment.starts_on, moment.due_on = (period.start, period.end) if period else (None, None)
    if moment.id and moment.due_on:
        fill_gap(moment, "date")


def open_version(
    plan: Plan, kind: VersionKind, *, author: User | None = None, **said: Any
) -> PlanVersion:
    """From now on, what joins the plan or changes in it belongs to this version."""
    version = PlanVersion(
        plan_id=plan.id,
        number=versions.current(plan) + 1,
        kind=kind,
        author_id=author.id if author else None,
        **said,
    )
    db.session.add(version)
    db.session.flush()
    return version


def note_change(
    actor: User | None,
    subject: Engagement | Action,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
) -> None:
    """Keep what it was, what it became, and why."""
    db.session.add(
        Revision(
            plan_id=subject.plan_id,
            engagement_id=subject.id if isinstance(subject, Engagement) else None,
            action_id=subject.id if isinstance(subject, Action) else None,
            before=before,
            after=after,
            reason=reason.strip(),
            version=versions.current(subject.plan),
            author_id=actor.id,  # type: ignore[union-attr]
        )
    )


def note_restated(
    actor: User | None,
    subject: Plan | Sheet,
    before: Said,
    after: Said,
    reason: str,
    part: str = "",
) -> None:
    """Keep what stood around the promises of an adopted plan, as it read before."""
    plan = subject if isinstance(subject, Plan) else subject.plan
    if plan.state != PlanState.DRAFT:
        restate(actor, subject, lost(before, after), after, reason=reason, part=part)


def around(plan: Plan) -> Said:
    """What is read around the promises of a plan, but for the words that were voted."""
    programme = plan.programme if plan.programme and plan.programme.is_public else None
    return {
        "imprint": plan.imprint,
        "place_id": plan.place.name if plan.place else "",
        "programme_id": programme.title if programme else "",
        "campaign_ids": [campaign.title for campaign in plan.campaigns if campaign.is_public],
        "stale_after_days": plan.stale_after_days,
    }


def of_picture(picture: Picture) -> Said:
    """What everybody reads of a picture, those who do not see it included."""
    return {
        "kind": picture.kind.label,
        "caption": picture.caption,
        "alternative": "" if picture.is_decorative else picture.alternative,
        "credit": picture.credit,
    }


def named(picture: Picture) -> str:
    """The words that say which picture is meant."""
    return picture.caption or picture.alternative or str(_("Picture"))


def of_sheet(sheet: Sheet) -> Said:
    """What is announced of a sheet, and where it stands."""
    under = wording.called(sheet.engagement) if sheet.engagement else ""
    said = {name: getattr(sheet, name) for name in ("thematic", "aim", "number")}
    return {**said, "engagement_id": under}


def note_addition(actor: User | None, subject: Engagement | Action, reason: str) -> None:
    """What joins a plan after its adoption says why, and is found at once if the plan is public."""
    if subject.plan.state != PlanState.DRAFT:
        note_change(actor, subject, {}, queries.content(subject), reason)
    if subject.plan.is_public:
        index(subject)


# Finding it again.


def index_all(plan: Plan) -> None:
    """Have a whole plan found by its words."""
    index_plan(plan)
    tree = queries.of_plan(plan)
    campaign_id = _campaign_of(plan)
    for engagement in tree.engagements:
        _index_engagement(engagement, campaign_id)
    for action in queries.actions_of(plan):
        _index_action(action, tree.carriers.get(action.id, []), campaign_id)
    texts = sheets.latest(plan)
    for sheet in sheets.of_plan(plan):
        text = texts.get(sheet.id)
        _index_sheet(sheet, text.content if text else None, campaign_id)


def index_plan(plan: Plan) -> None:
    """Have a plan found by its own words."""
    act = [plan.act.title, plan.act.number or ""] if plan.act else []
    search.put(
        "plan",
        plan.id,
        plan.title,
        [plan.subtitle, plan.introduction, *act, *(plan.place.names if plan.place else [])],
        plan_id=plan.id,
        campaign_id=_campaign_of(plan),
        place_id=plan.place_id,
        excerpt=excerpt(plan.introduction or plan.subtitle),
        at=plan.published_at or clock.now(),
    )


def index(subject: Engagement | Action) -> None:
    """Have an engagement or an action found by its words."""
    campaign_id = _campaign_of(subject.plan)
    if isinstance(subject, Engagement):
        _index_engagement(subject, campaign_id)
    else:
        _index_action(subject, queries.carriers_of(subject), campaign_id)


def index_sheet(sheet: Sheet) -> None:
    """Have an action sheet found by what was announced and by its text in force."""
    if sheet.plan.is_public:
        text = next(iter(sheets.texts(sheet)), None)
        _index_sheet(sheet, text.content if text else None, _campaign_of(sheet.plan))


def _index_sheet(sheet: Sheet, said: sheets.Content | None, campaign_id: int | None) -> None:
    search.put(
        "sheet",
        sheet.id,
        sheet.name,
        [sheet.number, sheet.thematic, sheet.aim, *(sheets.lines_of(said) if said else ())],
        plan_id=sheet.plan_id,
        campaign_id=campaign_id,
        excerpt=excerpt(sheet.aim),
    )


def _index_engagement(engagement: Engagement, campaign_id: int | None) -> None:
    search.put(
        "engagement",
        engagement.id,
        engagement.title,
        [engagement.number, engagement.words],
        plan_id=engagement.plan_id,
        campaign_id=campaign_id,
        excerpt=excerpt(engagement.words),
    )


def _index_action(action: Action, carriers: Iterable[ActorRole], campaign_id: int | None) -> None:
    names = [name for place in action.places for name in place.names]
    bodies = [name for row in carriers for name in (row.named, *row.organisation.names)]
    search.put(
        "action",
        action.id,
        action.title,
        [action.words, action.dates_words, action.unit, *action.events, *action.tags]
        + [*names, *bodies],
        plan_id=action.plan_id,
        campaign_id=campaign_id,
        place_id=action.places[0].id if action.places else None,
        status=action.progress,
        excerpt=excerpt(action.words),
    )


def _campaign_of(plan: Plan) -> int | None:
    """The campaign a plan comes from, where it comes from one alone."""
    return plan.campaigns[0].id if len(plan.campaigns) == 1 else None
