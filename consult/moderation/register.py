"""The public register: what was decided month by month, on which grounds, how fast. No names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.moderation.charter import NEEDS_REASONS, TARGETS, Conclusion, Ground, Urgency, Verdict
from consult.moderation.models import Appeal, Decision, Notice, month_of, months_after

MONTHS = 12  # on the page; the file holds every month
READ = "read"  # the delay of reading what residents write, beside those of notices
COLUMNS = ("mois", "rubrique", "detail", "valeur", "unite")


class Delay(NamedTuple):
    """How long things waited: how many, how many in time, and the middle one, in minutes."""

    number: int
    in_time: int
    median: float | None

    @property
    def share(self) -> int | None:
        """Per cent answered in time, rounded down; None of nothing."""
        return self.in_time * 100 // self.number if self.number else None


class Appeals(NamedTuple):
    """Appeals of a month: received, decided, and those that took the first decision back."""

    received: int
    decided: int
    reversed: int

    @property
    def rate(self) -> int | None:
        """Per cent of those decided that were reversed, rounded; None where none was decided."""
        return round(self.reversed * 100 / self.decided) if self.decided else None


class Register(NamedTuple):
    """Figures by month: the latest month first."""

    months: list[str]
    verdicts: Counter[tuple[str, Verdict]]
    grounds: Counter[tuple[str, Ground]]
    received: Counter[tuple[str, Urgency]]  # notices
    delays: dict[tuple[str, str], Delay]  # by month ("" for all) and urgency, or READ
    appeals: dict[str, Appeals]

    def restricted(self, month: str) -> int:
        return sum(self.verdicts[month, verdict] for verdict in NEEDS_REASONS)

    def decided(self, month: str) -> int:
        return sum(number for (at, _), number in self.verdicts.items() if at == month)

    def of_ground(self, ground: Ground) -> int:
        return sum(self.grounds[month, ground] for month in self.months)

    @property
    def all_appeals(self) -> Appeals:
        return Appeals(*(sum(column) for column in zip(*self.appeals.values(), strict=True)))


def register(since: str = "") -> Register:
    """The figures of every month from this one on; by default, of the last twelve."""
    now = clock.now()
    since = since or month_of(months_after(now, 1 - MONTHS))
    first = month_of(now)
    verdicts: Counter[tuple[str, Verdict]] = Counter()
    grounds: Counter[tuple[str, Ground]] = Counter()
    for month, verdict, ground, number in db.session.execute(
        sa.select(Decision.month, Decision.verdict, Decision.ground, sa.func.count())
        .where(Decision.month >= since)
        .group_by(Decision.month, Decision.verdict, Decision.ground)
    ):
        verdicts[month, verdict] += number
        if ground is not None and verdict in NEEDS_REASONS:
            grounds[month, ground] += number
        first = min(first, month)
    received = Counter(
        {
            (month, urgency): number
            for month, urgency, number in db.session.execute(
                sa.select(Notice.month, Notice.urgency, sa.func.count())
                .where(Notice.month >= since)
                .group_by(Notice.month, Notice.urgency)
            )
        }
    )
    appeals = {
        month: Appeals(number, decided or 0, reversed_ or 0)
        for month, number, decided, reversed_ in db.session.execute(
            sa.select(
                Appeal.month,
                sa.func.count(),
                sa.func.count(Appeal.conclusion),
                sa.func.sum(sa.case((Appeal.conclusion == Conclusion.REVERSED, 1), else_=0)),
            )
            .where(Appeal.month >= since)
            .group_by(Appeal.month)
        )
    }
    first = min([first, *appeals, *(month for month, _ in received)])
    months = _months(max(first, since), month_of(now))
    appeals = {month: appeals.get(month, Appeals(0, 0, 0)) for month in months}
    delays = dict(_delays(since))
    return Register(months, verdicts, grounds, received, delays, appeals)


def _months(first: str, last: str) -> list[str]:
    """Every month from one to the other, latest first."""
    found = [last]
    while found[-1] > first:
        year, month = divmod(int(found[-1][:4]) * 12 + int(found[-1][5:]) - 2, 12)
        found.append(f"{year:04}-{month + 1:02}")
    return found


def _delays(since: str) -> Iterator[tuple[tuple[str, str], Delay]]:
    """How long notices and texts waited, each month and over all of them."""
    notices = (Notice.month, sa.cast(Notice.urgency, sa.Text), Notice.minutes)
    texts = (Decision.month, sa.literal(READ), Decision.minutes)
    waited = sa.union_all(
        _kept(notices, since, Notice.minutes.is_not(None), month=True),
        _kept(notices, since, Notice.minutes.is_not(None), month=False),
        _kept(texts, since, Decision.minutes.is_not(None), month=True),
        _kept(texts, since, Decision.minutes.is_not(None), month=False),
    ).subquery()
    within = sa.case(
        *(
            (waited.c.what == urgency.value, target // timedelta(minutes=1))
            for urgency, target in TARGETS.items()
        ),
        else_=TARGETS[Urgency.OTHER] // timedelta(minutes=1),
    )
    apart = (waited.c.month, waited.c.what)
    ranked = sa.select(
        *apart,
        waited.c.minutes,
        sa.case((waited.c.minutes <= within, 1), else_=0).label("in_time"),
        sa.func.row_number().over(partition_by=apart, order_by=waited.c.minutes).label("rank"),
        sa.func.count().over(partition_by=apart).label("number"),
    ).subquery()
    middle = ranked.c.rank.in_(((ranked.c.number + 1) // 2, (ranked.c.number + 2) // 2))
    for month, what, number, in_time, median in db.session.execute(
        sa.select(
            ranked.c.month,
            ranked.c.what,
            sa.func.count(),
            sa.func.sum(ranked.c.in_time),
            sa.func.avg(sa.case((middle, ranked.c.minutes))),
        ).group_by(ranked.c.month, ranked.c.what)
    ):
        yield (month, what), Delay(number, in_time, float(median))


def _kept(
    columns: tuple[Any, Any, Any], since: str, where: sa.ColumnElement[bool], *, month: bool
) -> sa.Select[Any]:
    at, what, minutes = columns
    return sa.select(
        (at if month else sa.literal("")).label("month"),
        what.label("what"),
        minutes.label("minutes"),
    ).where(at >= since, where)


def rows() -> Iterator[Sequence[Any]]:
    """The whole register as a table: one figure a line, all months."""
    told = register("0000-00")
    for month in told.months:
        for verdict in Verdict:
            yield month, "decisions", verdict.value, told.verdicts[month, verdict], "nombre"
        for ground in Ground:
            number = told.grounds[month, ground]
            yield month, "motifs", f"article {ground.number} ({ground.value})", number, "nombre"
        for urgency in Urgency:
            number = told.received[month, urgency]
            yield month, "signalements recus", urgency.value, number, "nombre"
        for what in (*Urgency, READ):
            delay = told.delays.get((month, str(what)))
            if delay:
                yield month, "delai median", str(what), delay.median, "minutes"
                yield month, "dans le delai", str(what), delay.in_time, "nombre"
                yield month, "delais mesures", str(what), delay.number, "nombre"
        appeals = told.appeals[month]
        yield month, "recours", "recus", appeals.received, "nombre"
        yield month, "recours", "decides", appeals.decided, "nombre"
        yield month, "recours", "infirmes", appeals.reversed, "nombre"


class Bar(NamedTuple):
    """One month of the picture: where its bar stands, how high, what it says."""

    x: int
    y: int
    height: int
    number: int
    month: str


HIGH, WIDE = 120, 40  # of the picture: the tallest bar, and the room of one month


def bars(told: Register) -> list[Bar]:
    """The restrictions of each month as bars, the oldest first."""
    numbers = [(month, told.restricted(month)) for month in reversed(told.months)]
    top = max([1, *(number for _, number in numbers)])
    return [
        Bar(place * WIDE, HIGH - number * HIGH // top, number * HIGH // top, number, month)
        for place, (month, number) in enumerate(numbers)
    ]
