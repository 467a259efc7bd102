"""When something comes back: its next days once somebody gave the first, its words until then."""

import calendar
import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.dates import PartialDate, Recurrence, parse, recurrence
from consult.core.db import db
from consult.engagements.models import Action, Plan, PlanState
from consult.followup.models import Rendezvous, Rhythm

AHEAD = timedelta(days=366)  # how far the agenda looks; what comes more rarely shows its next day
MOST = 60  # days of one event on the page
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


# What an action announces.


class Announced(NamedTuple):
    """Something an action announces: its name, its words, its first day where somebody gave it."""

    action: Action
    name: str
    periodicity: str  # as printed
    dates_words: str  # as printed
    rendezvous: Rendezvous | None

    @property
    def step(self) -> Recurrence:
        return recurrence(self.periodicity)

    @property
    def period(self) -> PartialDate:
        return parse(self.dates_words)


class Coming(NamedTuple):
    """One day of the agenda."""

    on: date
    rendezvous: Rendezvous
    action: Action

    @property
    def month(self) -> str:
        return f"{self.on:%Y-%m}"


def announced(plan: Plan) -> list[Announced]:
    """All that the actions of a plan announce, in the order of the plan."""
    known = {(one.action_id, one.name): one for one in _entered(Rendezvous.plan_id == plan.id)}
    actions = db.session.scalars(
        sa.select(Action).where(Action.plan_id == plan.id).order_by(Action.order, Action.id)
    )
    return [
        Announced(
            action,
            name,
            action.periodicity,
            action.dates_words,
            known.get((action.id, name)),
        )
        for action in actions
        for name in names(action)
    ]


def names(action: Action) -> list[str]:
    """What comes back or takes place in an action: its events, else what it is called itself."""
    if action.events:
        return list(dict.fromkeys(action.events))
    return [action.title] if action.periodicity else []


def announces(actions: Iterable[Action]) -> bool:
    """Whether any of these actions has something for the agenda."""
    return any(names(action) for action in actions)


def announced_or_404(action: Action, number: int) -> Announced:
    """One of the things an action announces, by its place among them, from 0."""
    called = names(action)
    if not 0 <= number < len(called):
        raise NotFound
    name = called[number]
    row = db.session.scalar(
        sa.select(Rendezvous).where(Rendezvous.action_id == action.id, Rendezvous.name == name)
    )
    return Announced(action, name, action.periodicity, action.dates_words, row)


# The days.


def coming(plan: Plan, limit: int = 200) -> list[Coming]:
    """The next days of a plan, earliest first."""
    return _coming(_entered(Rendezvous.plan_id == plan.id), limit)


def coming_anywhere(*, with_demo: bool, limit: int = 3) -> list[Coming]:
    """The next days of all published plans: the next day of each thing, earliest first."""
    shown = [Plan.state == PlanState.PUBLISHED]
    if not with_demo:
        shown.append(Plan.is_demo.is_(False))
    days = [next(_ahead(one), None) for one in _entered(*shown)]
    return sorted((one for one in days if one), key=lambda one: one.on)[:limit]


def _entered(*conditions: sa.ColumnElement[bool]) -> list[Rendezvous]:
    """What has a first day and is not over."""
    return list(
        db.session.scalars(
            sa.select(Rendezvous)
            .join(Rendezvous.action)
            .join(Plan, Plan.id == Rendezvous.plan_id)
            .options(contains_eager(Rendezvous.action), contains_eager(Rendezvous.plan))
            .where(*conditions)
            .order_by(Rendezvous.id)
        )
    )


def _coming(entered: Iterable[Rendezvous], limit: int) -> list[Coming]:
    found: list[Coming] = []
    end = clock.today() + AHEAD
    for one in entered:
        for number, day in enumerate(_ahead(one)):
            if number and (day.on > end or number >= MOST):
                break
            found.append(day)
    return sorted(found, key=lambda day: (day.on, day.rendezvous.starts_at))[:limit]


def _ahead(one: Rendezvous) -> Iterator[Coming]:
    """The days of one thing from today on; none where it is over."""
    days = occurrences(
        one.first_on,
        recurrence(one.action.periodicity),
        rhythm=one.rhythm,
        until=one.until,
        but=one.except_on,
    )
    today = clock.today()
    ahead = itertools.dropwhile(lambda day: day < today, days)
    return (Coming(day, one, one.action) for day in ahead)


def occurrences(
    first: date,
    step: Recurrence,
    *,
    rhythm: Rhythm = Rhythm.DATE,
    until: date | None = None,
    but: Iterable[str] = (),
) -> Iterator[date]:
    """Every day from the first on; one day alone where the words give no step.

    `but` holds ISO days on which it does not take place. A month that lacks the day (a 31st) is
    skipped, as calendars do (RFC 5545); a fifth weekday means the last one of its month.
    """
    skipped = set(but)
    last = until or date(first.year + 100, 12, 31)
    for day in _days(first, step, rhythm):
        if day > last:
            return
        if day.isoformat() not in skipped:
            yield day


def _days(first: date, step: Recurrence, rhythm: Rhythm) -> Iterator[date]:
    every = step.every or 1
    if step.unit is None:
        yield first
        return
    if step.unit in ("day", "week"):
        length = timedelta(days=every * (7 if step.unit == "week" else 1))
        for turn in itertools.count():
            yield first + turn * length
    months = every * (12 if step.unit == "year" else 1)
    for turn in itertools.count():
        year, month = divmod(first.year * 12 + first.month - 1 + turn * months, 12)
        if year > date.max.year - 1:
            return
        if day := _same_day(first, year, month + 1, rhythm):
            yield day


def _same_day(first: date, year: int, month: int, rhythm: Rhythm) -> date | None:
    length = calendar.monthrange(year, month)[1]
    if rhythm == Rhythm.DATE:
        return date(year, month, first.day) if first.day <= length else None
    day = 1 + (first.weekday() - date(year, month, 1).weekday()) % 7 + 7 * (rank(first) - 1)
    return date(year, month, day if day <= length else day - 7)


def rank(day: date) -> int:
    """Which of its weekday it is in its month: 1 to 4, and 5 for the last."""
    return (day.day - 1) // 7 + 1


# For the calendars people carry with them.

# Central European time since 1996.
_TOWN = """\
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE""".splitlines()  # noqa: SIM905


class Dated(NamedTuple):
    """A rendezvous for the calendar file: itself, its step, and the page that tells of it."""

    rendezvous: Rendezvous
    step: Recurrence
    url: str


def calendar_file(title: str, rows: Iterable[Dated], domain: str) -> bytes:
    """What has a first day as an iCalendar file (RFC 5545), one event each, repeated by rule."""
    events = [line for row in rows for line in _event(row, domain)]
    needs_time = any(line.startswith("DTSTART;TZID") for line in events)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//consult//agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(title)}",
        *(_TOWN if needs_time else ()),
        *events,
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(row: Dated, domain: str) -> list[str]:
    one = row.rendezvous
    changed = f"{one.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VEVENT",
        f"UID:rendezvous-{one.id}@{domain}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"DTSTART{_moment(one, one.first_on)}",
        f"SUMMARY:{_escaped(one.name)}",
        f"URL:{row.url}",
    ]
    if rule := _rule(one, row.step):
        lines.append(f"RRULE:{rule}")
    lines += [f"EXDATE{_moment(one, date.fromisoformat(day))}" for day in one.except_on]
    if one.place:
        lines.append(f"LOCATION:{_escaped(one.place)}")
    if one.name != one.action.title:
        lines.append(f"DESCRIPTION:{_escaped(one.action.title)}")
    return [*lines, "END:VEVENT"]


def _moment(one: Rendezvous, on: date) -> str:
    if not one.starts_at:
        return f";VALUE=DATE:{on:%Y%m%d}"
    return f";TZID=Europe/Paris:{on:%Y%m%d}T{one.starts_at.replace(':', '')}00"


def _rule(one: Rendezvous, step: Recurrence) -> str:
    if step.unit is None:
        return ""
    names = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
    parts = [f"FREQ={names[step.unit]}", f"INTERVAL={step.every or 1}"]
    if step.unit in ("month", "year") and one.rhythm == Rhythm.WEEKDAY:
        which = rank(one.first_on)
        if step.unit == "year":
            parts.append(f"BYMONTH={one.first_on.month}")
        parts.append(f"BYDAY={-1 if which == 5 else which}{DAYS[one.first_on.weekday()]}")
    if one.until and one.starts_at:
        end = datetime.combine(one.until, time(23, 59, 59), clock.TOWN).astimezone(UTC)
        parts.append(f"UNTIL={end:%Y%m%dT%H%M%SZ}")
    elif one.until:
        parts.append(f"UNTIL={one.until:%Y%m%d}")
    return ";".join(parts)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> bytes:
    """At most 75 octets a line, none cut inside a letter."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
