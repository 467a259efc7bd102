"""What to read of plans: their tree, whose words they come from, what is still missing."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, State
from consult.core import clock
from consult.core.db import Rows, db, together
from consult.council.models import CARRIED, Act, ActKind
from consult.engagements.models import (
    OVER,
    Action,
    ActorRole,
    Engagement,
    Origin,
    Picture,
    Plan,
    PlanState,
    Progress,
    Promise,
    Revision,
    Serves,
    action_place,
    plan_campaign,
    see_also,
)
from consult.engagements.wording import called
from consult.gaps.models import Gap
from consult.gaps.queries import still_open
from consult.people.models import RoleName, User
from consult.territory.models import Organisation, Place

STAFF = (
    RoleName.COUNCIL,
    RoleName.FACILITATOR,
    RoleName.GUARANTOR,
    RoleName.ADMINISTRATOR,
)


# Plans.


def is_staff(actor: User | None, plan: Plan | None = None) -> bool:
    """Whether somebody reads plans, or this one, before they are published."""
    return actor is not None and (
        actor.is_system or actor.holds(*STAFF, plan_id=plan.id if plan is not None else None)
    )


def visible_to(actor: User | None) -> sa.ColumnElement[bool]:
    """Published plans; others too for those who prepare them."""
    if is_staff(actor):
        return sa.true()
    own = [role.plan_id for role in actor.held if role.plan_id] if actor else []
    return sa.or_(Plan.state == PlanState.PUBLISHED, Plan.id.in_(own))


def by_slug_or_404(slug: str, actor: User | None) -> Plan:
    """The plan with its act, its place and its campaigns, if this person may read it."""
    plan = db.session.scalars(_by_slug(), {"slug": slug}).unique().one_or_none()
    if plan is None or not (plan.is_public or is_staff(actor, plan)):
        raise NotFound
    return plan


@cache
def _by_slug() -> sa.Select[Any]:
    return sa.select(Plan).options(*_frame()).where(Plan.slug == sa.bindparam("slug"))


def _frame(*path: Any) -> list[Any]:
    """What a page says around a plan, in the same query."""

    def load(attribute: Any) -> Any:
        start: Any = None
        for step in (*path, attribute):
            start = joinedload(step) if start is None else start.joinedload(step)
        return start

    around = [load(Plan.act), load(Plan.place), load(Plan.source_file)]
    return [*around, load(Plan.campaigns).lazyload("*")]


class Listed(NamedTuple):
    """A plan in the list, with its actions by status, each counted once."""

    plan: Plan
    counts: Counter[Progress]

    @property
    def total(self) -> int:
        return self.counts.total()


PLANS = 20  # on one page of the list


def listed(actor: User | None, page: int = 1) -> tuple[list[Listed], bool]:
    """One page of the plans this person may read, latest first, and whether more follow."""
    newest = sa.func.coalesce(Plan.published_at, Plan.created_at).desc()
    plans = list(
        db.session.scalars(
            sa.select(Plan)
            .options(*_frame())
            .where(Plan.id.in_(_page(actor, newest, page)))
            .order_by(newest, Plan.id.desc())
        ).unique()
    )
    counts = counted([plan.id for plan in plans])
    rows = [Listed(plan, counts.get(plan.id, Counter())) for plan in plans]
    return rows[:PLANS], len(rows) > PLANS


def _page(actor: User | None, newest: Any, page: int) -> sa.ScalarSelect[Any]:
    """The plans of one page, and one more: joined tables would upset the counting."""
    return (
        sa.select(Plan.id)
        .where(visible_to(actor))
        .order_by(newest, Plan.id.desc())
        .offset((max(page, 1) - 1) * PLANS)
        .limit(PLANS + 1)
        .scalar_subquery()
    )


def of_programme(programme_id: int, actor: User | None) -> list[Plan]:
    """The plans of a programme that this person may read, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Plan)
            .where(visible_to(actor), Plan.programme_id == programme_id)
            .order_by(Plan.published_at, Plan.id)
        )
    )


def unfinished_of(programme_id: int) -> list[Action]:
    """The actions of a programme's plans that nobody said are over, in the plans' order."""
    return list(
        db.session.scalars(
            sa.select(Action)
            .join(Plan, Plan.id == Action.plan_id)
            .where(Plan.programme_id == programme_id, Action.progress.not_in(OVER))
            .order_by(Plan.id, Action.order, Action.id)
        )
    )


def counted(plan_ids: Sequence[int]) -> dict[int, Counter[Progress]]:
    """Actions by status, each counted once however many engagements it serves."""
    counts: dict[int, Counter[Progress]] = {}
    rows = db.session.execute(
        sa.select(Action.plan_id, Action.progress, sa.func.count())
        .where(Action.plan_id.in_(plan_ids))
        .group_by(Action.plan_id, Action.progress)
    )
    for plan_id, progress, number in rows:
        counts.setdefault(plan_id, Counter())[progress] = number
    return counts


def adopted_by(act: Act, actor: User | None) -> list[Plan]:
    """The plans an act adopted, those this person may read."""
    return list(
        db.session.scalars(
            sa.select(Plan)
            .options(joinedload(Plan.campaigns).lazyload("*"))
            .where(Plan.act_id == act.id, visible_to(actor))
            .order_by(Plan.id)
        ).unique()
    )


def may_adopt() -> list[Act]:
    """Acts the assembly voted that adopt no plan yet, latest first."""
    return list(
        db.session.scalars(
            sa.select(Act)
            .where(
                Act.kind == ActKind.DELIBERATION,
                Act.state.in_(CARRIED),
                sa.or_(Act.vote_words.is_not(None), Act.votes_for.is_not(None)),
                ~sa.exists().where(Plan.act_id == Act.id),
            )
            .order_by(Act.adopted_on.desc(), Act.id.desc())
            .limit(30)
        )
    )


def campaigns_to_link() -> list[Campaign]:
    """The campaigns a plan may say it comes from, latest first."""
    return list(
        db.session.scalars(
            sa.select(Campaign)
            .options(lazyload("*"))
            .where(Campaign.state != State.DRAFT)
            .order_by(Campaign.id.desc())
        )
    )


# The tree.


@dataclass(eq=False)
class Branch:
    """An engagement in its place: what stands above and under it."""

    engagement: Engagement
    depth: int = 0
    above: "Branch | None" = None
    branches: list["Branch"] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Progress]:
        """Actions by status, here and below, each counted once."""
        return Counter(action.progress for action in self.distinct().values())

    def distinct(self) -> dict[int, Action]:
        """The actions here and below, each once, in the order of the plan."""
        actions = {action.id: action for action in self.actions}
        for branch in self.branches:
            actions |= branch.distinct()
        return actions

    def walk(self) -> Iterator["Branch"]:
        """This branch and all below it, in the order of the plan."""
        yield self
        for branch in self.branches:
            yield from branch.walk()

    @property
    def path(self) -> list[Engagement]:
        """From the top of the plan down to this engagement."""
        return [*(self.above.path if self.above else []), self.engagement]


@dataclass(eq=False)
class Tree:
    """A whole plan, read at once: its branches, its actions, who carries each."""

    plan: Plan
    branches: list[Branch]
    by_engagement: dict[int, Branch]
    actions: dict[int, Action]  # in the order of the plan, each once
    carriers: dict[int, list[ActorRole]]

    def walk(self) -> Iterator[Branch]:
        for branch in self.branches:
            yield from branch.walk()

    @property
    def counts(self) -> Counter[Progress]:
        return Counter(action.progress for action in self.actions.values())

    @property
    def engagements(self) -> list[Engagement]:
        return [branch.engagement for branch in self.walk()]

    @property
    def served(self) -> dict[int, list[Engagement]]:
        """The engagements each action serves, in the order of the plan."""
        found: dict[int, list[Engagement]] = {}
        for branch in self.walk():
            for action in branch.actions:
                found.setdefault(action.id, []).append(branch.engagement)
        return found

    def by_status(self) -> dict[Progress, list[Action]]:
        """Actions by status in the order people read them; what nobody said comes last."""
        return {
            progress: rows
            for progress in Progress
            if (rows := [one for one in self.actions.values() if one.progress == progress])
        }

    @property
    def dated(self) -> list[Action]:
        """Actions whose words give a date, earliest first."""
        rows = [one for one in self.actions.values() if one.starts_on or one.due_on]
        return sorted(rows, key=lambda one: (one.starts_on or one.due_on, one.due_on or date.max))


def row_of(
    action: Action,
    standing: Hashable = None,
    carriers: Iterable[ActorRole] = (),
    others: Iterable[Action] = (),
) -> Hashable:
    """All that the row of an action says, as one value: the same value, the same row."""
    return (
        *(action.id, action.title, action.unit, action.dates_words, action.periodicity),
        *(tuple(action.tags), action.progress, action.is_late, action.is_overdue, standing),
        tuple((one.named or one.organisation.name, one.role) for one in carriers),
        tuple((one.id, one.title) for one in others),
    )


# What every page of a plan asks is put together once.
_TREE = (
    sa.select(Engagement, Action)
    .outerjoin(Serves, Serves.engagement_id == Engagement.id)
    .outerjoin(Action, Action.id == Serves.action_id)
    .where(Engagement.plan_id == sa.bindparam("plan"))
    .order_by(Engagement.order, Engagement.id, Serves.order, Serves.id)
)
_LINKED = (
    sa.select(see_also.c.action_id, see_also.c.other_id)
    .join(Action, Action.id == see_also.c.action_id)
    .where(Action.plan_id == sa.bindparam("plan"))
    .order_by(see_also.c.action_id, see_also.c.other_id)
)
_CARRIERS = (
    sa.select(ActorRole)
    .join(Action, Action.id == ActorRole.action_id)
    .options(joinedload(ActorRole.organisation))
    .order_by(ActorRole.order, ActorRole.id)
)


def of_plan(plan: Plan) -> Tree:
    """The whole tree in two queries, whatever its size."""
    by_engagement: dict[int, Branch] = {}
    for engagement, action in db.session.execute(_TREE, {"plan": plan.id}):
        branch = by_engagement.setdefault(engagement.id, Branch(engagement))
        if action is not None:
            branch.actions.append(action)
    roots: list[Branch] = []
    for branch in by_engagement.values():
        branch.above = by_engagement.get(branch.engagement.parent_id or 0)
        (branch.above.branches if branch.above else roots).append(branch)
    tree = Tree(plan, roots, by_engagement, {}, _carriers(Action.plan_id == plan.id))
    for branch in tree.walk():
        branch.depth = branch.above.depth + 1 if branch.above else 0
        for action in branch.actions:
            tree.actions.setdefault(action.id, action)
    return tree


def _carriers(condition: sa.ColumnElement[bool]) -> dict[int, list[ActorRole]]:
    carriers: dict[int, list[ActorRole]] = {}
    for role in db.session.scalars(_CARRIERS.where(condition)):
        carriers.setdefault(role.action_id, []).append(role)
    return carriers


def carriers_of(action: Action) -> list[ActorRole]:
    """Who takes part in an action, and as what."""
    return _carriers(Action.id == action.id).get(action.id, [])


def linked(tree: Tree) -> dict[int, list[Action]]:
    """The other actions of the plan that each action points to."""
    found: dict[int, list[Action]] = {}
    for action_id, other_id in db.session.execute(_LINKED, {"plan": tree.plan.id}):
        if other_id in tree.actions:
            found.setdefault(action_id, []).append(tree.actions[other_id])
    return found


def places_of(plan: Plan) -> dict[int, list[Place]]:
    """The places of each action of a plan."""
    found: dict[int, list[Place]] = {}
    rows = db.session.execute(
        sa.select(action_place.c.action_id, Place)
        .join(Place, Place.id == action_place.c.place_id)
        .join(Action, Action.id == action_place.c.action_id)
        .where(Action.plan_id == plan.id)
        .order_by(Place.id)
    )
    for action_id, place in rows:
        found.setdefault(action_id, []).append(place)
    return found


def pictures_of(plan: Plan) -> list[Picture]:
    """The pictures of a plan, those still awaited included, in their order."""
    return list(
        db.session.scalars(
            sa.select(Picture).where(Picture.plan_id == plan.id).order_by(Picture.order, Picture.id)
        )
    )


def picture_or_404(plan: Plan, picture_id: int) -> Picture:
    picture = db.session.get(Picture, picture_id)
    if picture is None or picture.plan_id != plan.id:
        raise NotFound
    return picture


# One engagement, one action.


def engagement_or_404(plan: Plan, engagement_id: int) -> Engagement:
    engagement = db.session.get(Engagement, engagement_id)
    if engagement is None or engagement.plan_id != plan.id:
        raise NotFound
    return engagement


def action_or_404(action_id: int, actor: User | None) -> Action:
    """The action with its plan, act, campaigns, pilot, places and neighbours, in two queries."""
    action = (
        db.session.scalars(
            sa.select(Action)
            .options(
                joinedload(Action.plan),
                *_frame(Action.plan),
                joinedload(Action.pilot).lazyload("*"),
            )
            .where(Action.id == action_id)
        )
        .unique()
        .one_or_none()
    )
    if action is None:
        raise NotFound
    is_pilot = actor is not None and actor.id == action.pilot_id
    if not (action.plan.is_public or is_pilot or is_staff(actor, action.plan)):
        raise NotFound
    here = sa.select(action_place.c.place_id).where(action_place.c.action_id == action_id)
    near = sa.select(see_also.c.other_id).where(see_also.c.action_id == action_id)
    # Joined to the first question, these would make SQLite read both tables whole.
    found = together(Rows(Place, Place.id.in_(here)), Rows(Action, Action.id.in_(near)))
    set_committed_value(action, "places", found[Place])
    set_committed_value(action, "see_also", found[Action])
    return action


class Served(NamedTuple):
    """An engagement an action serves, and the one above it."""

    engagement: Engagement
    parent: Engagement | None


def served_by(action: Action) -> list[Served]:
    """The engagements an action serves."""
    above = aliased(Engagement)
    rows = db.session.execute(
        sa.select(Engagement, above)
        .join(Serves, Serves.engagement_id == Engagement.id)
        .outerjoin(above, above.id == Engagement.parent_id)
        .where(Serves.action_id == action.id)
        .order_by(Engagement.order, Engagement.id)
    )
    return [Served(*row) for row in rows]


class History(NamedTuple):
    """What was adopted, and each change since, earliest first."""

    promise: Promise | None
    revisions: list[Revision]


def history(subject: Engagement | Action) -> History:
    """The promise as it was adopted, and what was revised since, in one query."""
    kind = _kind(subject)
    one = sa.select(sa.literal(1).label("one")).subquery()
    rows = db.session.execute(
        sa.select(Promise, Revision)
        .select_from(one)
        .outerjoin(Promise, getattr(Promise, kind) == subject.id)
        .outerjoin(Revision, getattr(Revision, kind) == subject.id)
        .order_by(Revision.id)
    ).all()
    return History(rows[0][0], [revision for _promise, revision in rows if revision])


def _kind(subject: Engagement | Action) -> str:
    return f"{subject.__tablename__}_id"


# What was promised, in plain words.


def content(subject: Engagement | Action) -> dict[str, Any]:
    """What is promised, as it stands now: what adoption freezes and a revision changes."""
    if isinstance(subject, Action):
        served = [one.engagement for one in served_by(subject)]
        return action_content(subject, served, carriers_of(subject))
    parent = db.session.get(Engagement, subject.parent_id) if subject.parent_id else None
    return engagement_content(subject, parent)


def contents(tree: Tree) -> Iterator[tuple[Engagement | Action, dict[str, Any]]]:
    """Everything a plan promises, without asking row by row."""
    for branch in tree.walk():
        above = branch.above.engagement if branch.above else None
        yield branch.engagement, engagement_content(branch.engagement, above)
    served = tree.served
    for action in tree.actions.values():
        carriers = tree.carriers.get(action.id, [])
        yield action, action_content(action, served[action.id], carriers)


def engagement_content(engagement: Engagement, parent: Engagement | None) -> dict[str, Any]:
    """What an engagement promises; `parent` is the id of the one it stands under."""
    return {
        "level": engagement.level,
        "number": engagement.number,
        "title": engagement.title,
        "words": engagement.words,
        "under": called(parent) if parent else "",
        "parent": engagement.parent_id,
    }


def action_content(
    action: Action, served: Iterable[Engagement], carriers: Iterable[ActorRole]
) -> dict[str, Any]:
    """What an action promises; `serves` are the ids of the engagements it serves."""
    served = list(served)
    return {
        "title": action.title,
        "words": action.words,
        "dates": action.dates_words,
        "starts_on": action.starts_on.isoformat() if action.starts_on else "",
        "due_on": action.due_on.isoformat() if action.due_on else "",
        "periodicity": action.periodicity,
        "events": list(action.events),
        "unit": action.unit,
        "organisations": [
            {"name": one.named or one.organisation.name, "role": one.role} for one in carriers
        ],
        "engagements": [called(engagement) for engagement in served],
        "serves": [engagement.id for engagement in served],
    }


# What became of somebody's words; whose words a promise comes from is told in `lineage`.


def origins_of(
    contribution_ids: Sequence[int], actor: User | None = None
) -> dict[int, list[Origin]]:
    """What contributions led to: their engagements and actions, with their plans, in one query."""
    found: dict[int, list[Origin]] = {}
    asked = _origins().where(visible_to(actor))
    for origin in db.session.scalars(asked, {"contributions": list(contribution_ids)}):
        found.setdefault(origin.contribution_id, []).append(origin)
    return found


@cache
def _origins() -> sa.Select[Any]:
    return (
        sa.select(Origin)
        .join(Origin.plan)
        .options(
            contains_eager(Origin.plan),
            joinedload(Origin.engagement),
            joinedload(Origin.action),
        )
        .where(
            Origin.contribution_id.in_(sa.bindparam("contributions", expanding=True)),
            Origin.removed_at.is_(None),
        )
        .order_by(Origin.id)
    )


# Who carries it, where it happens.


Row = TypeVar("Row")
ACTIONS = 50  # on one page of a list that plans share
_IN_ORDER = (Plan.published_at, Plan.id, Action.order, Action.id)


class Carried(NamedTuple):
    """An action an organisation takes part in, and as what."""

    action: Action
    role: str
    named: str


class Portion(NamedTuple, Generic[Row]):
    """One page of a list of actions, and how many there are in all."""

    rows: list[Row]
    number: int
    page: int

    @property
    def is_last(self) -> bool:
        return self.page * ACTIONS >= self.number


def carried_by(organisation: Organisation, page: int = 1) -> Portion[Carried]:
    """The published actions an organisation takes part in, each once, in the plans' order."""
    select = (
        sa.select(ActorRole, sa.func.count().over())
        .join(ActorRole.action)
        .join(Action.plan)
        .options(contains_eager(ActorRole.action).contains_eager(Action.plan))
        .where(ActorRole.organisation_id == organisation.id, Plan.state == PlanState.PUBLISHED)
    )
    roles = _portion(select, page)
    return Portion([Carried(row.action, row.role, row.named) for row in roles.rows], *roles[1:])


def at_places(place_ids: Iterable[int], page: int = 1) -> Portion[Action]:
    """The published actions said to be at one of these places, or of a plan about it, each once."""
    ids = list(place_ids)
    there = sa.select(action_place.c.action_id).where(action_place.c.place_id.in_(ids))
    about = sa.select(Action.id).join(Action.plan).where(Plan.place_id.in_(ids))
    here = sa.union(there, about)
    select = (
        sa.select(Action, sa.func.count().over())
        .join(Action.plan)
        .options(contains_eager(Action.plan))
        .where(Action.id.in_(here), Plan.state == PlanState.PUBLISHED)
    )
    return _portion(select, page)


def _portion(select: Any, page: int) -> Portion[Any]:
    """One page of rows that each say how many there are."""
    start = (max(page, 1) - 1) * ACTIONS
    found = db.session.execute(select.order_by(*_IN_ORDER).offset(start).limit(ACTIONS)).all()
    return Portion([row[0] for row in found], found[0][1] if found else 0, max(page, 1))


def plans_at(place_ids: Iterable[int], campaign_ids: Iterable[int] = ()) -> list[Plan]:
    """The published plans about one of these places, or that came out of one of these campaigns.

    A plan is about a place by its own subject, or by one of its actions.
    """
    ids = list(place_ids)
    asked = sa.select(plan_campaign.c.plan_id).where(
        plan_campaign.c.campaign_id.in_(list(campaign_ids))
    )
    acting = (
        sa.select(Action.plan_id)
        .join(action_place, action_place.c.action_id == Action.id)
        .where(action_place.c.place_id.in_(ids))
    )
    return list(
        db.session.scalars(
            sa.select(Plan)
            .options(joinedload(Plan.act), joinedload(Plan.campaigns).lazyload("*"))
            .where(
                Plan.state == PlanState.PUBLISHED,
                sa.or_(Plan.place_id.in_(ids), Plan.id.in_(acting), Plan.id.in_(asked)),
            )
            .order_by(Plan.published_at, Plan.id)
        ).unique()
    )


# What is still missing.


class Missing(NamedTuple):
    """Something an editor still has to fill: its words, and the action it is about."""

    item: Gap
    action: Action | None


def to_complete(plan: Plan) -> list[Missing]:
    """What a source did not say and nobody has filled since."""
    return _missing([plan], still_open(plan))


def _missing(plans: Iterable[Plan], items: Sequence[Gap]) -> list[Missing]:
    """Which of these gaps of these plans are still to be filled, in one question for all."""
    by_id = {plan.id: plan for plan in plans}
    refs = {item.ref for item in items}
    found = together(
        Rows(Action, sa.and_(Action.plan_id.in_(by_id), Action.external_ref.in_(refs))),
        Rows(Picture, sa.and_(Picture.plan_id.in_(by_id), Picture.file_id.is_not(None))),
    )
    actions = {(one.plan_id, one.external_ref): one for one in found[Action]}
    in_place = {(one.plan_id, f"I{one.order + 1}") for one in found[Picture]}
    missing = [Missing(item, actions.get((item.subject_id, item.ref))) for item in items]
    return [one for one in missing if not _is_filled(one, by_id[one.item.subject_id], in_place)]


def _is_filled(missing: Missing, plan: Plan, pictures: set[tuple[int, str]]) -> bool:
    """What the tables already answer is not asked again."""
    item, action, act = missing.item, missing.action, plan.act
    answered = {
        "status": action is not None and action.progress != Progress.UNKNOWN,
        "adoption": act is not None and bool(act.assembly),
        "act_number": act is not None and bool(act.number),
        "adoption_date": act is not None and act.adopted_on is not None,
        "vote_counts": act is not None and act.is_counted,
        "image": (plan.id, item.ref) in pictures,
    }
    return answered.get(item.kind, False)


def settled(gaps: list[Gap]) -> list[Gap]:
    """Which of these gaps of plans the tables already answer."""
    plans = db.session.scalars(
        sa.select(Plan)
        .options(joinedload(Plan.act))
        .where(Plan.id.in_({one.subject_id for one in gaps}))
    )
    missing = {one.item.id for one in _missing(plans, gaps)}
    return [gap for gap in gaps if gap.id not in missing]


def of_gap(gap: Gap) -> Plan:
    """The plan of which something is missing."""
    return db.session.get_one(Plan, gap.subject_id)


def item_or_404(plan: Plan, item_id: int) -> Gap:
    item = db.session.get(Gap, item_id)
    if item is None or (item.subject_kind, item.subject_id) != ("plan", plan.id):
        raise NotFound
    return item


# Small questions.


def made_with(model: type[Any], key: str | None) -> Any:
    """What this very form already made, if it was sent before."""
    return db.session.scalar(sa.select(model).where(model.key == key)) if key else None


def is_taken(slug: str) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Plan.slug == slug))))


def siblings(row: Engagement | Serves) -> Sequence[Any]:
    """What stands beside an engagement, or beside an action under one engagement, in order."""
    if isinstance(row, Serves):
        beside = sa.select(Serves).where(Serves.engagement_id == row.engagement_id)
        return db.session.scalars(beside.order_by(Serves.order, Serves.id)).all()
    rows = db.session.scalars(
        sa.select(Engagement)
        .where(
            Engagement.plan_id == row.plan_id,
            sa.func.coalesce(Engagement.parent_id, 0) == (row.parent_id or 0),
        )
        .order_by(Engagement.order, Engagement.id)
    )
    return rows.all()


def serves(action: Action) -> dict[int, Serves]:
    """Its place under each engagement it serves."""
    rows = db.session.scalars(sa.select(Serves).where(Serves.action_id == action.id))
    return {row.engagement_id: row for row in rows}


def serves_or_404(engagement: Engagement, action_id: int) -> Serves:
    row = db.session.scalar(
        sa.select(Serves).where(
            Serves.engagement_id == engagement.id, Serves.action_id == action_id
        )
    )
    if row is None:
        raise NotFound
    return row


def is_empty(plan: Plan) -> bool:
    """Whether a plan promises nothing yet."""
    promised = sa.select(Serves.id).join(Engagement).where(Engagement.plan_id == plan.id)
    return db.session.scalar(promised.limit(1)) is None


def has_below(engagement: Engagement) -> bool:
    """Whether something stands under an engagement."""
    below = sa.select(Engagement.id).where(Engagement.parent_id == engagement.id)
    served = sa.select(Serves.id).where(Serves.engagement_id == engagement.id)
    return db.session.execute(below.union_all(served).limit(1)).first() is not None


def actions_of(plan: Plan) -> list[Action]:
    """The actions of a plan with their places."""
    return list(
        db.session.scalars(
            sa.select(Action)
            .options(selectinload(Action.places))
            .where(Action.plan_id == plan.id)
            .order_by(Action.order, Action.id)
        )
    )


def overdue() -> sa.ColumnElement[bool]:
    """What `Action.is_overdue` says, for a whole list."""
    return sa.and_(Action.due_on < clock.today(), Action.progress.not_in(OVER))


def late() -> sa.ColumnElement[bool]:
    """What `Action.is_late` says, for a whole list."""
    return sa.and_(overdue(), Action.progress != Progress.UNKNOWN)
