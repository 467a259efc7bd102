"""Small numbers stay unseen: which figures of a table hide so that nobody can work one out.

Plain numbers in, the cells to hide out. A cell is hidden because it is small, or because it would
give a small one away: a total less all that is shown is as good as the figure itself.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

Cell = Hashable
Values = Mapping[Cell, int | None]


class Sum(NamedTuple):
    """Something a reader may add up: this total, and the cells that are parts of it."""

    total: Cell
    parts: tuple[Cell, ...]


class _Rest(NamedTuple):
    """What a total holds beyond its parts: printed nowhere, yet a subtraction finds it."""

    of: int


def hidden(values: Values, sums: Iterable[Sum], threshold: int) -> frozenset[Cell]:
    """The cells not to show: those under the threshold, and enough others to keep them unknown.

    `values`: whole numbers of people by cell, None where nobody said. `sums`: every addition a
    reader may make. Afterwards no sum or difference of shown cells gives a small number, neither a
    hidden one nor what is left of a total beyond its parts.
    """
    return _hidden(tuple(values.items()), tuple(sums), threshold)


@lru_cache(maxsize=256)
def _hidden(
    items: tuple[tuple[Cell, int | None], ...], sums: tuple[Sum, ...], threshold: int
) -> frozenset[Cell]:
    values = dict(items)
    table = _Table(values, sums, threshold)
    unseen = set(table.small)
    while (given_away := table.given_away(unseen)) is not None:
        more = table.cheapest(given_away, unseen)
        if more is None:
            break  # nothing of it is shown any more
        unseen.add(more)
    for cell in sorted(unseen - table.small, key=table.cost, reverse=True):
        if table.given_away(unseen - {cell}) is None:
            unseen.discard(cell)
    return frozenset(unseen)


class _Table:
    """The sums of a table as equations: total less parts less rest is nothing."""

    def __init__(self, values: Values, sums: Sequence[Sum], threshold: int) -> None:
        self.values: dict[Cell, int | None] = dict(values)
        self.threshold = threshold
        self.totals = {one.total for one in sums}
        self.small = {
            cell for cell, number in values.items() if number is not None and number < threshold
        }
        self.rests: dict[_Rest, int | None] = {}
        self.equations: list[dict[Cell, int]] = []
        for number, one in enumerate(sums):
            self._add(_Rest(number), one)

    def _add(self, rest: _Rest, one: Sum) -> None:
        known = [self.values.get(cell) for cell in (one.total, *one.parts)]
        if known[0] is None:
            return
        equation = {one.total: 1, **dict.fromkeys(one.parts, -1)}
        left = None if None in known else known[0] - sum(known[1:])  # type: ignore[arg-type]
        if left != 0:
            equation[rest] = -1
            self.rests[rest] = left
        self.equations.append(equation)

    def value(self, cell: Cell) -> int | None:
        return self.rests[cell] if isinstance(cell, _Rest) else self.values.get(cell)

    def is_sensitive(self, cell: Cell) -> bool:
        if isinstance(cell, _Rest):
            left = self.rests[cell]
            return left is not None and 0 < left < self.threshold
        return cell in self.small

    def is_unknown(self, cell: Cell, unseen: set[Cell]) -> bool:
        return isinstance(cell, _Rest) or cell in unseen or self.values.get(cell) is None

    def given_away(self, unseen: set[Cell]) -> Cell | None:
        """A sensitive cell that what is shown gives away, if there is one.

        Either the equations leave it a single value, or the hidden cells of one addition amount to
        so little together that each of them is known to be small.
        """
        rows = [
            {cell: Fraction(sign) for cell, sign in one.items() if self.is_unknown(cell, unseen)}
            for one in self.equations
        ]
        for row in [*rows, *_reduced(rows)]:
            sensitive = next((cell for cell in row if self.is_sensitive(cell)), None)
            if sensitive is None:
                continue
            if len(row) == 1:
                return sensitive
            signs = {sign > 0 for sign in row.values()}
            parts = [(sign, self.value(cell)) for cell, sign in row.items()]
            together = [abs(sign) * number for sign, number in parts if number is not None]
            is_known = len(together) == len(row) and len(signs) == 1
            if is_known and sum(together) < self.threshold:
                return sensitive
        return None

    def cheapest(self, given_away: Cell, unseen: set[Cell]) -> Cell | None:
        """The next cell to hide: one that settles it, the least loss first."""
        near = self._near(given_away, unseen)
        for cell in near:
            if self.given_away({*unseen, cell}) != given_away:
                return cell
        return near[0] if near else None

    def _near(self, start: Cell, unseen: set[Cell]) -> list[Cell]:
        """What is shown in the sums this cell stands in; else further along the table."""
        reached, seen = {start}, set()
        while True:
            around = [
                one for n, one in enumerate(self.equations) if n not in seen and reached & set(one)
            ]
            if not around:
                return []
            seen |= {n for n, one in enumerate(self.equations) if reached & set(one)}
            shown = {cell for one in around for cell in one if not self.is_unknown(cell, unseen)}
            if shown:
                return sorted(shown, key=self.cost)
            reached |= {cell for one in around for cell in one}

    def cost(self, cell: Cell) -> tuple[bool, int, str]:
        """What readers lose: a total more than a part, a large figure more than a small one."""
        return cell in self.totals, self.values.get(cell) or 0, repr(cell)


def _reduced(rows: Sequence[dict[Cell, Fraction]]) -> list[dict[Cell, Fraction]]:
    """The equations solved as far as they go: alone in its row, a cell is known."""
    solved: list[tuple[Cell, dict[Cell, Fraction]]] = []
    for row in rows:
        left = dict(row)
        for pivot, other in solved:
            _take_away(left, pivot, other)
        if not left:
            continue
        pivot = next(iter(left))
        scale = left[pivot]
        left = {cell: sign / scale for cell, sign in left.items()}
        for _pivot, other in solved:
            _take_away(other, pivot, left)
        solved.append((pivot, left))
    return [row for _pivot, row in solved]


def _take_away(row: dict[Cell, Fraction], pivot: Cell, other: dict[Cell, Fraction]) -> None:
    """Take `other` from `row` as often as it holds the pivot."""
    factor = row.get(pivot)
    if not factor:
        return
    for cell, sign in other.items():
        left = row.get(cell, Fraction(0)) - factor * sign
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
