"""Where each figure stands on a line from little to much: plain numbers in, plain positions out.

Positions along the line are shares of its width, so that the same drawing fits a telephone and a
desk; a picture says more and less, never better and worse.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from consult.indicators.figures import PERCENT, spell

INSET = Decimal(3)  # kept free at both ends, for the dots to stand whole
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
TICKS = 5
SHORT = 2  # letters: a longer unit is written once, under the last mark
HEIGHT = 72  # of a line over the years
EDGE = 10


class Tick(NamedTuple):
    """One mark of the line, with its figure in words."""

    x: str
    words: str
    anchor: str


class Scale(NamedTuple):
    """A line from a low figure to a high one, in one unit."""

    low: Decimal
    high: Decimal
    unit: str
    ticks: tuple[Tick, ...]

    def share(self, number: Decimal) -> Decimal:
        """How far along the line this number stands, from 0 to 1."""
        return (number - self.low) / (self.high - self.low)

    def x(self, number: Decimal) -> str:
        """Where this number stands along the line: « 36.2% »."""
        return _percent(self.share(number))


class Point(NamedTuple):
    """One figure on its way over the years, with the stroke that leads to it."""

    x: str
    y: float
    before_x: str
    before_y: float
    is_first: bool


def scale(numbers: Iterable[Decimal], unit: str) -> Scale | None:
    """The line that holds these numbers and nothing, with a few round marks."""
    known = list(numbers)
    if not known:
        return None
    low, high = min(Decimal(0), *known), max(Decimal(0), *known)
    if low == high:
        high = Decimal(1)
    step = _step((high - low) / (TICKS - 1))
    first = low // step - (1 if low % step else 0)
    last = high // step + (1 if high % step else 0)
    if unit == PERCENT and low == 0 and Decimal(50) < high <= 100:
        step, first, last = Decimal(25), Decimal(0), Decimal(4)
    marks = [step * n for n in range(int(first), int(last) + 1)]
    line = Scale(marks[0], marks[-1], unit, ())
    ends = {marks[0]: "start", marks[-1]: "end"}
    ticks = tuple(
        Tick(
            line.x(mark),
            spell(_plain(mark), unit if len(unit) <= SHORT or mark == marks[-1] else ""),
            ends.get(mark, "middle"),
        )
        for mark in marks
    )
    return line._replace(ticks=ticks)


def over_time(
    figures: Sequence[tuple[int, Decimal]], years: Sequence[int], on: Scale
) -> list[Point]:
    """The way of one figure over the years, each point with the stroke from the one before."""
    span = max(1, years[-1] - years[0])
    places = [
        (
            _percent(Decimal(year - years[0]) / span),
            round(float(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * on.share(number)), 1),
        )
        for year, number in figures
    ]
    before = [places[0], *places]
    return [Point(x, y, *before[n], is_first=n == 0) for n, (x, y) in enumerate(places)]


def _step(rough: Decimal) -> Decimal:
    """The round number just above: 1, 2, 2.5 or 5 times a power of ten."""
    power = Decimal(10) ** rough.adjusted()
    return next(one * power for one in STEPS if one * power >= rough)


def _plain(number: Decimal) -> Decimal:
    """Without the zeros that say nothing."""
    return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()


def _percent(share: Decimal) -> str:
    return f"{round(INSET + share * (100 - 2 * INSET), 2):f}%"
