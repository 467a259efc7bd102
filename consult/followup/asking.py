"""What residents asked about the actions of a plan, whom it is for, and how long it has waited."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.db import db
from consult.engagements.models import Action, ActorRole, Plan, PlanState
from consult.followup.models import Question, Reply
from consult.moderation import queries as moderation
from consult.people.models import RoleName, User
from consult.people.queries import with_role
from consult.posts.models import Status
from consult.posts.rules import opens_seal

HALF_DAY = 12 * 3600  # facilitators are told once in each, however many questions come
PAGE = 30
REPORTERS = (RoleName.FACILITATOR, RoleName.COUNCIL)  # beside the pilot of an action
READERS = (RoleName.FACILITATOR, RoleName.GUARANTOR)


class Asked(NamedTuple):
    """A question and the replies it has, earliest first."""

    question: Question
    replies: list[Reply]


class Counted(NamedTuple):
    """How many questions are on show, how many have a reply, how long the oldest has waited."""

    asked: int
    answered: int
    days: int | None

    @property
    def waiting(self) -> int:
        return self.asked - self.answered


# Reading.


def question_or_404(question_id: int, actor: User | None) -> Question:
    """A question, for whoever may read it: everybody once it is on show."""
    question = db.session.scalar(_whole().where(Question.id == question_id))
    if question is None or not is_visible_to(actor, question):
        raise NotFound
    return question


def by_receipt(receipt: str) -> Question | None:
    """The question that was given this receipt number."""
    return db.session.scalar(_whole().where(Question.receipt == receipt))


def by_receipt_or_404(receipt: str) -> Question:
    question = by_receipt("".join(sign for sign in receipt.upper() if sign.isalnum())[:12])
    if question is None:
        raise NotFound
    return question


def _whole() -> Any:
    return sa.select(Question).options(
        joinedload(Question.action).joinedload(Action.pilot).lazyload("*"),
        joinedload(Question.plan),
        joinedload(Question.author).lazyload("*"),
    )


def is_visible_to(actor: User | None, question: Question) -> bool:
    """What is on show is everybody's; the rest is its author's, and of those who watch over it."""
    if question.is_public and question.plan.is_public:
        return True
    if actor is None:
        return False
    if question.is_sealed:
        return opens_seal(actor, question)
    is_own = question.author_id == actor.id or actor.is_system
    return is_own or actor.holds(*READERS, RoleName.COUNCIL, plan_id=question.plan_id)


def replies_to(question_ids: Iterable[int]) -> dict[int, list[Reply]]:
    """The replies to each of these questions, earliest first, in one query."""
    found: dict[int, list[Reply]] = {}
    wanted = list(question_ids)
    if wanted:
        rows = db.session.scalars(
            sa.select(Reply).where(Reply.question_id.in_(wanted)).order_by(Reply.id)
        )
        for row in rows:
            found.setdefault(row.question_id, []).append(row)
    return found


def of_action(action: Action) -> list[Asked]:
    """The questions on show about an action, latest first, with their replies."""
    return _with_replies(
        db.session.scalars(
            sa.select(Question)
            .options(joinedload(Question.author).lazyload("*"))
            .where(Question.action_id == action.id, _on_show())
            .order_by(Question.id.desc())
            .limit(100)
        ).all()
    )


class Asking(NamedTuple):
    """One page of the questions of a plan, and where the next begins."""

    rows: list[Asked]
    after: int | None


def of_plan(plan: Plan, *, waiting: bool, after: int = 0) -> Asking:
    """The questions on show about a plan: those that wait, oldest first, or all, latest first."""
    statement = (
        sa.select(Question)
        .join(Question.action)
        .options(contains_eager(Question.action), joinedload(Question.author).lazyload("*"))
        .where(Question.plan_id == plan.id, _on_show())
        .limit(PAGE + 1)
    )
    if waiting:
        statement = statement.where(Question.answered_at.is_(None), Question.id > after)
        statement = statement.order_by(Question.id)
    else:
        if after:
            statement = statement.where(Question.id < after)
        statement = statement.order_by(Question.id.desc())
    rows = db.session.scalars(statement).all()
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return Asking(_with_replies(rows[:PAGE]), more)


def _with_replies(questions: Sequence[Question]) -> list[Asked]:
    replies = replies_to(one.id for one in questions if one.answered_at)
    return [Asked(one, replies.get(one.id, [])) for one in questions]


def counted(plan: Plan) -> Counted:
    """The figures of a plan: asked, answered, and how long the oldest has waited."""
    asked, answered, oldest = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(Question.answered_at),
            sa.func.min(sa.case((Question.answered_at.is_(None), Question.submitted_at))),
        )
        .select_from(Question)
        .where(Question.plan_id == plan.id, _on_show())
    ).one()
    return Counted(asked, answered, _days(oldest))


def _days(since: datetime | None) -> int | None:
    return (clock.now() - since).days if since else None


def _on_show() -> sa.ColumnElement[bool]:
    return Question.status == Status.PUBLISHED


def mine(actor: User, limit: int = 50) -> list[Question]:
    """What this person asked, latest first, with the actions."""
    return list(
        db.session.scalars(
            sa.select(Question)
            .options(joinedload(Question.action))
            .where(Question.author_id == actor.id)
            .order_by(Question.id.desc())
            .limit(limit)
        )
    )


# Whom it is for.


def charged(question: Question) -> list[User]:
    """Who owes the reply: the person in charge of the action, else the council's desk."""
    pilot = question.action.pilot
    if pilot is not None and pilot.closed_at is None:
        return [pilot]
    return with_role(RoleName.COUNCIL, plan=question.plan)


class Addressee(NamedTuple):
    """To whom a question about an action goes: a person, a service, a body; else the town."""

    person: str | None
    position: str | None
    unit: str
    bodies: list[str]


def addressee(action: Action) -> Addressee:
    """The pilot, the service and the bodies that carry an action, as its page names them."""
    pilot = action.pilot
    rows = db.session.scalars(
        sa.select(ActorRole)
        .options(joinedload(ActorRole.organisation))
        .where(ActorRole.action_id == action.id)
        .order_by(ActorRole.order, ActorRole.id)
        .limit(3)
    )
    return Addressee(
        (pilot.name or pilot.pseudonym) if pilot else None,
        pilot.position if pilot else None,
        action.unit,
        [row.named or row.organisation.name for row in rows],
    )


def readers(question: Question) -> list[User]:
    """The facilitators, unless another question that waits came in the same half-day."""
    now = clock.now()
    since = now - timedelta(seconds=now.timestamp() % HALF_DAY)
    others = (
        sa.select(Question.id)
        .where(Question.waiting_since >= since, Question.id != question.id)
        .limit(1)
    )
    if db.session.scalar(others):
        return []
    return with_role(RoleName.FACILITATOR, plan=question.plan)


# What waits for a reply.


class Waiting(NamedTuple):
    """A question without a reply, and for how many days."""

    question: Question
    days: int


def open_to(actor: User) -> sa.ColumnElement[bool]:
    """Questions without a reply that this person may reply to."""
    open_ = sa.and_(_on_show(), Question.answered_at.is_(None), Plan.state == PlanState.PUBLISHED)
    if actor.is_system or actor.holds(*REPORTERS):
        return open_
    plans = [role.plan_id for role in actor.held if role.plan_id and role.name in REPORTERS]
    return sa.and_(open_, sa.or_(Question.plan_id.in_(plans), Action.pilot_id == actor.id))


def waiting_count(actor: User) -> int:
    statement = _joined(sa.select(sa.func.count()).select_from(Question))
    return db.session.scalar(statement.where(open_to(actor))) or 0


def waiting(actor: User, after: int = 0, limit: int = 50) -> list[Waiting]:
    """Questions this person may reply to, those that have waited longest first."""
    rows = db.session.scalars(
        _joined(sa.select(Question))
        .options(
            contains_eager(Question.action).joinedload(Action.pilot).lazyload("*"),
            contains_eager(Question.plan),
        )
        .where(open_to(actor), Question.id > after)
        .order_by(Question.id)
        .limit(limit)
    )
    return [Waiting(one, one.days_waiting or 0) for one in rows]


def _joined(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.join(Action, Action.id == Question.action_id).join(
        Plan, Plan.id == Question.plan_id
    )


def due_on(question: Question) -> date:
    """The day by which the town means to reply (`QUESTION_DAYS` of the settings)."""
    start = clock.in_town(question.submitted_at or question.created_at).date()
    return start + timedelta(days=within())


def within() -> int:
    """How many days the town gives itself to reply."""
    return int(current_app.config["QUESTION_DAYS"])


moderation.OWED_BY["question"] = charged
moderation.OF_PLANS.append(Question.__table__)  # type: ignore[arg-type]
