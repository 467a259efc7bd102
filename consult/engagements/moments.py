"""When a plan is looked at again: what is done, what comes, what is late, who is to be reminded."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.dates import Recurrence, recurrence
from consult.core.db import Rows, db, together
from consult.core.i18n import Labelled, _
from consult.engagements import queries
from consult.engagements.models import (
    Moment,
    MomentDone,
    MomentKind,
    MomentReminder,
    Plan,
    PlanState,
    Sheet,
)
from consult.people.models import User

NOTICE = timedelta(days=30)  # how long before its day somebody is reminded of a moment
MOST = 200  # dates of one recurring moment: a daily one would never end


class State(Labelled):
    """Where a moment stands, in the order an editor looks at them."""

    LATE = "late", _("Late")
    TO_COME = "to_come", _("To come")
    UNDATED = "undated", _("Date not communicated")
    DONE = "done", _("Took place")
    MENTIONED = "mentioned", _("Key date")  # a key date: nobody has to hold it


class Standing(NamedTuple):
    """A moment, when it took place, and the date that is now awaited."""

    moment: Moment
    done: list[MomentDone]  # the latest first
    awaited: date | None
    state: State


def of_plan(plan: Plan) -> list[Standing]:
    """The moments of a plan with where each stands, in their order, in one statement."""
    return _standing(Moment.plan_id == plan.id)


def of_sheet(sheet: Sheet) -> list[Standing]:
    """The moments of one sheet, then those of its whole plan that are evaluations."""
    whole = sa.and_(
        Moment.plan_id == sheet.plan_id,
        Moment.sheet_id.is_(None),
        Moment.kind != MomentKind.MILESTONE,
    )
    rows = _standing(sa.or_(Moment.sheet_id == sheet.id, whole))
    return sorted(rows, key=lambda one: one.moment.sheet_id is None)


def standing(moment: Moment) -> Standing:
    """Where one moment stands."""
    return _standing(Moment.id == moment.id)[0]


def wanted(condition: sa.ColumnElement[bool]) -> tuple[Rows, Rows]:
    """These moments in their order, and each time one of them took place, the latest first."""
    kept = sa.and_(condition, Moment.removed_at.is_(None))
    held = MomentDone.moment_id.in_(sa.select(Moment.id).where(kept))
    around = joinedload(Moment.sheet), joinedload(Moment.pilot).lazyload("*")
    return (
        Rows(Moment, kept, (Moment.order, Moment.id), around),
        Rows(MomentDone, held, (MomentDone.done_on.desc(), MomentDone.id)),
    )


def placed(moments: Iterable[Moment], times: Iterable[MomentDone]) -> list[Standing]:
    """Where each of these moments stands, given the times they took place."""
    done: dict[int, list[MomentDone]] = {}
    for one in times:
        done.setdefault(one.moment_id, []).append(one)
    return [stand(one, done.get(one.id, [])) for one in moments]


def _standing(condition: sa.ColumnElement[bool]) -> list[Standing]:
    found = together(*wanted(condition))
    return placed(found[Moment], found[MomentDone])


def stand(moment: Moment, done: Sequence[MomentDone]) -> Standing:
    """Where a moment stands, once one knows when it took place."""
    held = list(done)
    if moment.kind == MomentKind.MILESTONE:
        return Standing(moment, held, None, State.MENTIONED)
    if not recurrence(moment.periodicity):
        if held:
            return Standing(moment, held, None, State.DONE)
        return Standing(moment, held, moment.due_on, _dated(moment.due_on))
    answered = {one.due_on for one in held}
    awaited = next((day for day in dates_of(moment) if day not in answered), None)
    return Standing(moment, held, awaited, _dated(awaited))


def _dated(day: date | None) -> State:
    if day is None:
        return State.UNDATED
    return State.LATE if day < clock.today() else State.TO_COME


def dates_of(moment: Moment) -> Iterator[date]:
    """The days a moment is due: one, or one after the other from the first that was given."""
    if moment.due_on is None:
        return
    step = recurrence(moment.periodicity)
    yield moment.due_on
    for number in range(1, MOST if step else 1):
        yield _after(moment.due_on, step, number)


def _after(day: date, step: Recurrence, number: int) -> date:
    """This many steps later; the 31st becomes the last day of a shorter month."""
    many = number * (step.every or 1)
    if step.unit in ("day", "week"):
        return day + timedelta(days=many * (7 if step.unit == "week" else 1))
    months = day.month - 1 + many * (12 if step.unit == "year" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class Shown(NamedTuple):
    """What the page of evaluations shows, each part in its own order."""

    evaluations: list[Standing]
    key_dates: list[Standing]

    @property
    def late(self) -> int:
        return sum(one.state == State.LATE for one in self.evaluations)

    @property
    def upcoming(self) -> Standing | None:
        """What is awaited first, late or to come."""
        awaited = [one for one in self.evaluations if one.awaited]
        return min(awaited, key=lambda one: one.awaited or date.max, default=None)


def shown(standings: Iterable[Standing]) -> Shown:
    """The evaluations, what is late first; and the key dates, earliest first."""
    rows = list(standings)
    order = list(State)
    evaluations = sorted(
        (one for one in rows if one.state != State.MENTIONED),
        key=lambda one: (order.index(one.state), one.awaited or date.max, one.moment.order),
    )
    dates = sorted(
        (one for one in rows if one.state == State.MENTIONED),
        key=lambda one: (one.moment.starts_on or date.max, one.moment.order),
    )
    return Shown(evaluations, dates)


# What a public plan said of its moments, and says no more.

SAID = ("plan_id", "sheet_id", "kind", "title", "due_words", "starts_on", "due_on", "periodicity")
BY_WHOM = ("responsible", "deliverable", "order")


def as_it_stood(moment: Moment) -> Moment:
    """A moment as it stands just before it changes, no longer awaited."""
    said = {name: getattr(moment, name) for name in (*SAID, *BY_WHOM)}
    return Moment(**said, removed_at=clock.now())


def taken_away(plan: Plan) -> list[Moment]:
    """The moments everybody could read, as they stood before they were moved or taken away."""
    if plan.published_at is None:
        return []
    gone = sa.select(Moment).where(Moment.plan_id == plan.id, Moment.removed_at > plan.published_at)
    return list(db.session.scalars(gone.order_by(Moment.removed_at, Moment.id)))


def moment_or_404(moment_id: int, actor: User | None) -> Moment:
    moment = db.session.get(Moment, moment_id)
    if moment is None or moment.removed_at is not None:
        raise NotFound
    if not (moment.plan.is_public or queries.is_staff(actor, moment.plan)):
        raise NotFound
    return moment


# Who is to be reminded.


class Due(NamedTuple):
    """A date its pilot was not reminded of yet."""

    moment: Moment
    due_on: date
    is_late: bool


def to_remind() -> list[Due]:
    """The dates that come within a month or are past, of public plans, each once of each."""
    public = sa.select(Plan.id).where(Plan.state == PlanState.PUBLISHED)
    rows = [
        one
        for one in _standing(sa.and_(Moment.pilot_id.is_not(None), Moment.plan_id.in_(public)))
        if one.awaited and one.awaited - NOTICE <= clock.today()
    ]
    told = sa.select(MomentReminder.moment_id, MomentReminder.due_on, MomentReminder.is_late)
    asked = told.where(MomentReminder.moment_id.in_([one.moment.id for one in rows]))
    known = {tuple(row) for row in db.session.execute(asked)}
    due = [Due(one.moment, one.awaited, one.state == State.LATE) for one in rows if one.awaited]
    return [one for one in due if (one.moment.id, one.due_on, one.is_late) not in known]
