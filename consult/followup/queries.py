"""What to read of the follow-up: where actions stand, on what evidence, at which date."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.db import db
from consult.engagements import exports, moments
from consult.engagements import queries as engagements
from consult.engagements.models import (
    OVER,
    Action,
    Moment,
    MomentDone,
    MomentKind,
    Plan,
    PlanState,
    Progress,
)
from consult.engagements.queries import Branch, Tree
from consult.followup import asking
from consult.followup.asking import REPORTERS
from consult.followup.models import (
    Edition,
    Evidence,
    Question,
    Reminder,
    Rendezvous,
    StatusReport,
)
from consult.people.models import Role, RoleName, User
from consult.posts.models import Status

asked_with = asking.by_receipt  # the question of this receipt, for the page that finds them


# Reports.


def latest(action_ids: Sequence[int]) -> dict[int, StatusReport]:
    """The latest report on each of these actions, with its evidence."""
    newest = (
        sa.select(sa.func.max(StatusReport.id))
        .where(StatusReport.action_id.in_(action_ids))
        .group_by(StatusReport.action_id)
    )
    found = db.session.scalars(
        sa.select(StatusReport)
        .where(StatusReport.id.in_(newest))
        .options(joinedload(StatusReport.evidence))
    )
    return {report.action_id: report for report in found.unique()}


def reports(action: Action) -> list[StatusReport]:
    """Everything that was reported on an action, latest first, with its evidence."""
    return list(
        db.session.scalars(
            sa.select(StatusReport)
            .options(joinedload(StatusReport.author).lazyload("*"))
            .where(StatusReport.action_id == action.id)
            .order_by(StatusReport.id.desc())
        )
    )


class Standing(NamedTuple):
    """What a row says of an action's latest report."""

    on: date | None
    words: str
    at: datetime
    evidence: int


def standing(plan: Plan) -> dict[int, Standing]:
    """Since when each action of a plan stands where it does, and on how much evidence."""
    newest = (
        sa.select(sa.func.max(StatusReport.id))
        .where(StatusReport.plan_id == plan.id)
        .group_by(StatusReport.action_id)
    )
    shown = (
        sa.select(sa.func.count())
        .where(Evidence.report_id == StatusReport.id)
        .correlate(StatusReport)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            StatusReport.action_id,
            StatusReport.effective_on,
            StatusReport.effective_words,
            StatusReport.at,
            shown,
        ).where(StatusReport.id.in_(newest))
    )
    return {action_id: Standing(*row) for action_id, *row in rows}


# The picture of a plan at one moment: what an edition freezes, what the open data gives.


class Whole(NamedTuple):
    """A plan read once from end to end, with what was last said of each of its actions."""

    tree: Tree
    said: dict[int, StatusReport]
    linked: dict[int, list[Action]]
    beside: exports.Beside

    @property
    def standing(self) -> dict[int, Standing]:
        """Since when each action stands where it does, and on how much evidence."""
        return {
            number: Standing(one.effective_on, one.effective_words, one.at, len(one.evidence))
            for number, one in self.said.items()
        }


def whole(plan: Plan) -> Whole:
    tree = engagements.of_plan(plan)
    said = latest(list(tree.actions))
    return Whole(tree, said, engagements.linked(tree), exports.beside(plan))


def picture(plan: Plan, read: Whole | None = None) -> dict[str, Any]:
    """A whole plan as it stands now, as plain data: its words, statuses and evidence.

    `statut` and `statut_connu` carry the names their readers were promised; where nobody said
    where an action stands, `statut` is null and `statut_connu` false.
    """
    tree, said, pointing, beside = read or whole(plan)
    places = engagements.places_of(plan)
    served = tree.served
    counts = tree.counts
    questions = asking.counted(plan)
    return {
        "slug": plan.slug,
        "title": plan.title,
        "subtitle": plan.subtitle,
        "introduction": plan.introduction,
        "place": plan.place.name if plan.place else None,
        "is_demonstration": plan.is_demo,
        "campaigns": [
            {"slug": campaign.slug, "title": campaign.title} for campaign in plan.campaigns
        ],
        "act": _act(plan),
        "figures": {
            "engagements": len(tree.by_engagement),
            "actions": len(tree.actions),
            "statuses": {key.value: counts[key] for key in Progress if counts[key]},
            "questions": {"asked": questions.asked, "answered": questions.answered},
        },
        **exports.parts(plan, beside),
        "engagements": [_branch(branch) for branch in tree.branches],
        "actions": [
            {
                "id": action.id,
                "ref": action.external_ref,
                "title": action.title,
                "words": action.words,
                "dates": action.dates_words,
                "starts_on": _iso(action.starts_on),
                "due_on": _iso(action.due_on),
                "periodicity": action.periodicity,
                "events": list(action.events),
                "tags": list(action.tags),
                "unit": action.unit,
                "organisations": [
                    {
                        "slug": row.organisation.slug,
                        "name": row.named or row.organisation.name,
                        "role": row.role,
                    }
                    for row in tree.carriers.get(action.id, [])
                ],
                "places": [place.name for place in places.get(action.id, [])],
                "engagements": [engagement.id for engagement in served[action.id]],
                "see_also": [other.id for other in pointing.get(action.id, [])],
                "statut": None if action.progress == Progress.UNKNOWN else action.progress.value,
                "statut_connu": action.progress != Progress.UNKNOWN,
                "report": _report(said.get(action.id)),
            }
            for action in tree.actions.values()
        ],
    }


def _act(plan: Plan) -> dict[str, Any] | None:
    act = plan.act
    if act is None:
        return None
    return {
        "id": act.id,
        "kind": act.kind.value,
        "number": act.number,
        "title": act.title,
        "assembly": act.assembly,
        "adopted_on": _iso(act.adopted_on),
        "place": act.place,
        "votes_for": act.votes_for,
        "votes_against": act.votes_against,
        "abstentions": act.abstentions,
        "vote_words": act.vote_words,
    }


def _branch(branch: Branch) -> dict[str, Any]:
    engagement = branch.engagement
    return {
        "id": engagement.id,
        "ref": engagement.external_ref,
        "level": engagement.level,
        "number": engagement.number,
        "title": engagement.title,
        "words": engagement.words,
        "page": engagement.page,
        "actions": [action.id for action in branch.actions],
        "engagements": [_branch(below) for below in branch.branches],
    }


def _report(report: StatusReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "effective_on": _iso(report.effective_on),
        "effective_words": report.effective_words,
        "mark": report.mark,
        "words": report.words,
        "reported_on": _iso(clock.in_town(report.at).date()),
        "evidence": [
            {
                "kind": one.kind.value,
                "title": one.title,
                "url": one.url,
                "file": _file(one),
                "alternative": one.alternative,
                "credit": one.credit,
            }
            for one in report.evidence
        ],
    }


def _file(evidence: Evidence) -> dict[str, Any] | None:
    if evidence.file is None:
        return None
    file = evidence.file
    return {
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def canonical(content: dict[str, Any]) -> bytes:
    """A picture as bytes, whatever spaces or order of keys a database gives it back with."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 of a picture: anybody can compute it again."""
    return hashlib.sha256(canonical(content)).hexdigest()


# Editions.


class Bound(NamedTuple):
    """An edition in a list, without its content."""

    id: int
    slug: str
    title: str
    as_of: date | None
    as_of_words: str
    at: datetime
    content: dict[str, Any] | None  # of the latest alone


def editions(plan: Plan) -> list[Bound]:
    """The editions of a plan, latest first; the first of the list comes with its content."""
    newest = sa.select(sa.func.max(Edition.id)).where(Edition.plan_id == plan.id)
    content = sa.case((Edition.id == newest.scalar_subquery(), Edition.content))
    rows = db.session.execute(
        sa.select(
            Edition.id,
            Edition.slug,
            Edition.title,
            Edition.as_of,
            Edition.as_of_words,
            Edition.at,
            content,
        )
        .where(Edition.plan_id == plan.id)
        .order_by(Edition.id.desc())
    )
    return [Bound(*row) for row in rows]


def editions_of(plans: Sequence[Plan]) -> dict[int, list[Bound]]:
    """The editions of several plans, earliest first, without their contents."""
    rows = db.session.execute(
        sa.select(
            Edition.plan_id,
            Edition.id,
            Edition.slug,
            Edition.title,
            Edition.as_of,
            Edition.as_of_words,
            Edition.at,
        )
        .where(Edition.plan_id.in_([plan.id for plan in plans]))
        .order_by(Edition.id)
    )
    found: dict[int, list[Bound]] = {}
    for plan_id, *row in rows:
        found.setdefault(plan_id, []).append(Bound._make([*row, None]))
    return found


def edition_or_404(plan: Plan, slug: str) -> Edition:
    edition = db.session.scalar(
        sa.select(Edition).where(Edition.plan_id == plan.id, Edition.slug == slug)
    )
    if edition is None:
        raise NotFound
    return edition


def is_taken(plan: Plan, slug: str) -> bool:
    """Whether an edition of this plan already has this address."""
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(Edition.plan_id == plan.id, Edition.slug == slug))
        )
    )


class Moved(NamedTuple):
    """An action that stands elsewhere than in an edition."""

    action: Action
    was: Progress | None  # None: it was not in that edition
    became: Progress


def since(content: dict[str, Any], tree: Tree) -> list[Moved]:
    """What changed between an edition and today, in the order of the plan."""
    then = {row["id"]: Progress(row["statut"] or Progress.UNKNOWN) for row in content["actions"]}
    return [
        Moved(action, then.get(action.id), action.progress)
        for action in tree.actions.values()
        if then.get(action.id) != action.progress
    ]


# What the town has to do.


class Work(NamedTuple):
    """An action somebody has to report on: how late it is, how long nobody said anything."""

    action: Action
    days_late: int | None
    days_silent: int | None


PAGE = 50


class Works(NamedTuple):
    """One page of what is to be done, and where the next begins."""

    rows: list[Work]
    after: str | None


def works(actor: User, which: str, after: str = "") -> Works:
    """Actions of public plans that are mine, late (the oldest promise first) or long silent."""
    number = _number(after)
    statement = (
        sa.select(Action)
        .join(Action.plan)
        .options(
            contains_eager(Action.plan),
            joinedload(Action.pilot).lazyload("*"),
        )
        .where(_open_to(actor), _which(actor)[which])
    )
    if which == "late":
        reached = sa.select(Action.due_on).where(Action.id == number).scalar_subquery()
        if number:
            statement = statement.where(
                sa.or_(
                    Action.due_on > reached,
                    sa.and_(Action.due_on == reached, Action.id > number),
                )
            )
        statement = statement.order_by(Action.due_on, Action.id)
    else:
        statement = statement.where(Action.id > number).order_by(Action.id)
    actions = list(db.session.scalars(statement.limit(PAGE + 1)))
    rows = [Work(one, _days_late(one), one.days_unreported) for one in actions[:PAGE]]
    return Works(rows, str(actions[PAGE - 1].id) if len(actions) > PAGE else None)


def works_count(actor: User) -> dict[str, int]:
    """How much there is of each, in one query."""
    row = db.session.execute(
        sa.select(
            *(
                sa.func.count(sa.case((condition, Action.id))).label(name)
                for name, condition in _which(actor).items()
            )
        )
        .join(Plan, Plan.id == Action.plan_id)
        .where(_open_to(actor))
    ).one()
    return dict(row._mapping)


def _which(actor: User) -> dict[str, sa.ColumnElement[bool]]:
    return {
        "mine": Action.pilot_id == actor.id,
        "late": engagements.overdue(),
        "stale": _stale(),
    }


def _number(after: str) -> int:
    return int(after) if after.isdecimal() and len(after) < 12 else 0


def _open_to(actor: User) -> sa.ColumnElement[bool]:
    """What is not over and somebody may report on: all, the plans they hold, what they pilot."""
    going = sa.and_(Plan.state == PlanState.PUBLISHED, Action.progress.not_in(OVER))
    return sa.and_(going, _reported_by(actor))


def _reported_by(actor: User) -> sa.ColumnElement[bool]:
    """What somebody may report on: all, the plans they hold, what they pilot."""
    return sa.or_(_held_by(actor), Action.pilot_id == actor.id)


def _held_by(actor: User) -> sa.ColumnElement[bool]:
    """The plans somebody reports on, whoever is in charge there."""
    if actor.is_system or actor.holds(*REPORTERS):
        return sa.true()
    plans = [role.plan_id for role in actor.held if role.plan_id and role.name in REPORTERS]
    return Plan.id.in_(plans)


def _stale() -> sa.ColumnElement[bool]:
    """Nobody said anything for longer than the plan allows: `Action.is_stale`, for a list."""
    paces = db.session.execute(
        sa.select(Plan.stale_after_days)
        .where(Plan.state == PlanState.PUBLISHED)
        .group_by(Plan.stale_after_days)
    ).scalars()
    since = sa.func.coalesce(Action.reported_at, Plan.published_at)
    return sa.or_(
        sa.false(),
        *(
            sa.and_(Plan.stale_after_days == days, since < clock.now() - timedelta(days=days + 1))
            for days in paces
        ),
    )


def _days_late(action: Action) -> int | None:
    if action.due_on is None or not action.is_overdue:
        return None
    return (clock.today() - action.due_on).days


def may_work(actor: User | None) -> bool:
    """Whether somebody has anything to report on here."""
    if actor is None:
        return False
    if actor.is_system or any(role.name in REPORTERS for role in actor.held):
        return True
    piloted = sa.select(Action.id).where(Action.pilot_id == actor.id)
    held = sa.select(Moment.id).where(Moment.pilot_id == actor.id, Moment.removed_at.is_(None))
    return db.session.scalar(sa.select(sa.or_(piloted.exists(), held.exists()))) or False


def moments_of(actor: User) -> list[moments.Standing]:
    """The evaluations this person has to hold, or looks after: late ones first, then by day."""
    rows = list(
        db.session.scalars(
            sa.select(Moment)
            .join(Moment.plan)
            .options(contains_eager(Moment.plan), joinedload(Moment.pilot).lazyload("*"))
            .where(
                Plan.state == PlanState.PUBLISHED,
                Moment.removed_at.is_(None),
                Moment.kind != MomentKind.MILESTONE,
                sa.or_(_held_by(actor), Moment.pilot_id == actor.id),
            )
        )
    )
    done: dict[int, list[MomentDone]] = {}
    if rows:
        held = sa.select(MomentDone).where(MomentDone.moment_id.in_([one.id for one in rows]))
        for one in db.session.scalars(held):
            done.setdefault(one.moment_id, []).append(one)
    standings = [moments.stand(one, done.get(one.id, [])) for one in rows]
    return sorted(
        (one for one in standings if one.awaited),
        key=lambda one: (one.awaited or date.max, one.moment.id),
    )


class Service(NamedTuple):
    """What one service of the town carries, and what waits there."""

    unit: str  # "" where nobody said which service
    actions: int  # of published plans, those that are over included
    over: int
    late: int
    stale: int
    questions: int

    @property
    def waits(self) -> bool:
        return bool(self.late or self.stale or self.questions)


def services(actor: User) -> list[Service]:
    """The services of the town, those with most to do first, for those who may report there."""
    public = Plan.state == PlanState.PUBLISHED
    going = Action.progress.not_in(OVER)
    asked = (
        sa.select(sa.func.count())
        .select_from(Question)
        .where(
            Question.action_id == Action.id,
            Question.answered_at.is_(None),
            Question.status == Status.PUBLISHED,
        )
        .correlate(Action)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Action.unit,
            sa.func.count(),
            sa.func.count(sa.case((Action.progress.in_(OVER), 1))),
            sa.func.count(sa.case((engagements.overdue(), 1))),
            sa.func.count(sa.case((sa.and_(going, _stale()), 1))),
            sa.func.sum(asked),
        )
        .join(Plan, Plan.id == Action.plan_id)
        .where(public, _reported_by(actor))
        .group_by(Action.unit)
    )
    found = [Service(*row) for row in rows]
    return sorted(found, key=lambda one: (-one.late, -one.questions, -one.stale, one.unit))


# Reminders.


class Due(NamedTuple):
    """What waits for one person."""

    user_id: int
    late: int = 0
    stale: int = 0
    questions: int = 0


WEEK = timedelta(days=7)


def to_remind() -> list[Due]:
    """Who has something to do and was not reminded within the week.

    Those in charge of actions: what is late, long silent, or asked more than a week ago. The
    council's desk: questions asked more than a week ago that nobody is in charge of.
    """
    due: dict[int, Due] = {}
    for row in db.session.execute(
        sa.select(
            Action.pilot_id,
            sa.func.count(sa.case((engagements.overdue(), 1))).label("late"),
            sa.func.count(sa.case((_stale(), 1))).label("stale"),
        )
        .join(Plan, Plan.id == Action.plan_id)
        .where(
            Action.pilot_id.is_not(None),
            Plan.state == PlanState.PUBLISHED,
            Action.progress.not_in(OVER),
        )
        .group_by(Action.pilot_id)
    ):
        due[row.pilot_id] = Due(row.pilot_id, row.late, row.stale)
    for pilot_id, plan_id, number in db.session.execute(
        sa.select(Action.pilot_id, Plan.id, sa.func.count())
        .select_from(Question)
        .join(Action, Action.id == Question.action_id)
        .join(Plan, Plan.id == Question.plan_id)
        .where(
            Question.status == Status.PUBLISHED,
            Plan.state == PlanState.PUBLISHED,
            Question.answered_at.is_(None),
            Question.submitted_at < clock.now() - WEEK,
        )
        .group_by(Action.pilot_id, Plan.id)
    ):
        for user_id in [pilot_id] if pilot_id else _desk(plan_id):
            known = due.get(user_id, Due(user_id))
            due[user_id] = known._replace(questions=known.questions + number)
    told = sa.select(Reminder.user_id).where(Reminder.at > clock.now() - WEEK)
    wish = db.session.scalars(
        sa.select(User.id).where(
            User.id.in_(due),
            User.id.not_in(told),
            User.closed_at.is_(None),
            User.is_system.is_(False),
            User.wants_mail,
        )
    )
    return [due[number] for number in sorted(wish) if any(due[number][1:])]


def _desk(plan_id: int) -> list[int]:
    """Who holds the council's desk for the site or for this plan."""
    return list(
        db.session.scalars(
            sa.select(Role.user_id)
            .where(
                Role.name == RoleName.COUNCIL,
                Role.campaign_id.is_(None),
                sa.or_(Role.plan_id.is_(None), Role.plan_id == plan_id),
            )
            .distinct()
        )
    )


def was_reminded(user: User) -> bool:
    """Whether somebody was reminded within the week."""
    lately = sa.select(Reminder.id).where(
        Reminder.user_id == user.id, Reminder.at > clock.now() - WEEK
    )
    return db.session.scalar(lately.limit(1)) is not None


def rendezvous(action: Action, name: str) -> Rendezvous | None:
    """The first day of something an action announces, if somebody gave it."""
    return db.session.scalar(
        sa.select(Rendezvous).where(Rendezvous.action_id == action.id, Rendezvous.name == name)
    )


# What was carried in from a document.


def carried_in(ref: str) -> Plan | None:
    """The plan already carried in from a document of this name."""
    return db.session.scalar(sa.select(Plan).where(Plan.external_ref == ref))


def figures(plan: Plan) -> dict[str, Any]:
    """What a plan holds, counted: what the import prints."""
    tree = engagements.of_plan(plan)
    bodies = {row.organisation_id for rows in tree.carriers.values() for row in rows}
    return {
        "plan": plan.slug,
        "engagements": len(tree.by_engagement),
        "actions": len(tree.actions),
        "statuses": dict(sorted((key.value, number) for key, number in tree.counts.items())),
        "organisations": len(bodies),
        "to_complete": len(engagements.to_complete(plan)),
    }


def exported(plan: Plan) -> dict[str, Any]:
    """A plan as a file: the document it was carried in from, word for word, else its picture.

    What was noted since stands under `_parts`, which reading the document again passes over.
    """
    if plan.source is None:
        return picture(plan)
    parts = {
        name: rows for name, rows in exports.parts(plan).items() if rows and name != "versions"
    }
    return {**plan.source, **({"_parts": parts} if parts else {})}
