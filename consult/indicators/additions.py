"""What a reader may add up in a table of people: its columns, its rows, its subtotals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from consult.indicators.masking import Sum
from consult.indicators.models import Measure

Values = Mapping[int, int | None]
Grid = Mapping[tuple[str, str], Measure]  # by territory and category
Addition = tuple[Measure, Sequence[Measure]]


def sums(rows: Sequence[Measure], values: Values, holders: Mapping[int, set[int]]) -> list[Sum]:
    """Every addition a reader may make among figures of one period.

    `values`: the number of each measure, by its id; `holders`: the places each place lies in. What
    two sources say the same is known from either; what one source leaves out is taken from others.
    """
    found: dict[tuple[int, tuple[int, ...]], Sum] = {}

    def add(total: Measure, parts: Sequence[Measure]) -> None:
        cells = tuple(sorted(part.id for part in parts if part is not total))
        if cells:
            found[total.id, cells] = Sum(total.id, cells)

    for source in sorted({row.source for row in rows}):
        grid: dict[tuple[str, str], Measure] = {}
        for row in rows:
            at = (row.key, row.category)
            if at not in grid or row.source == source:
                grid[at] = row
        for one in (*_columns(grid, values, holders), *_lines(grid, values)):
            add(*one)
    same: dict[tuple[str, str, int], list[Measure]] = defaultdict(list)
    for row in rows:
        if (number := values[row.id]) is not None:
            same[row.key, row.category, number].append(row)
    for first, *others in same.values():
        for other in others:
            add(first, [other])
    return list(found.values())


def _columns(grid: Grid, values: Values, holders: Mapping[int, set[int]]) -> Iterator[Addition]:
    """The line said to be the total, the place that holds others, and what happens to add up."""
    for category in dict.fromkeys(at[1] for at in grid):
        column = [row for at, row in grid.items() if at[1] == category]
        plain = [row for row in column if not row.is_total]
        for row in column:
            if row.is_total:
                yield row, plain
            yield row, [one for one in plain if _lies_in(one, row, holders)]
        yield from _adding_up(column, values)


def _lines(grid: Grid, values: Values) -> Iterator[Addition]:
    """The figure without category is the whole of those with one; so is any that adds up."""
    for territory in dict.fromkeys(at[0] for at in grid):
        line = [row for at, row in grid.items() if at[0] == territory]
        if total := grid.get((territory, "")):
            yield total, [row for row in line if row.category]
        yield from _adding_up([row for row in line if row.category], values)


def _lies_in(one: Measure, other: Measure, holders: Mapping[int, set[int]]) -> bool:
    inner, outer = one.standing, other.standing
    return bool(inner and outer and outer.id in holders.get(inner.id, ()))


def _adding_up(cells: Sequence[Measure], values: Values) -> Iterator[Addition]:
    """Totals nobody declared: a figure that is the sum of those just before it, just after it, or
    of all others; then the same again among the subtotals."""
    known = [cell for cell in cells if values[cell.id] is not None]
    for cell in known:
        others = [one for one in known if one is not cell]
        if len(others) > 1 and _sum(others, values) == values[cell.id]:
            yield cell, others
    while found := _subtotal(known, values):
        yield found
        known = [cell for cell in known if cell not in found[1]]


def _subtotal(cells: Sequence[Measure], values: Values) -> Addition | None:
    for place, cell in enumerate(cells):
        for beside in (cells[:place][::-1], cells[place + 1 :]):
            for number in range(2, len(beside) + 1):
                together = _sum(beside[:number], values)
                if together >= (values[cell.id] or 0):
                    if together == values[cell.id] and together:
                        return cell, beside[:number]
                    break
    return None


def _sum(cells: Sequence[Measure], values: Values) -> int:
    return sum(values[cell.id] or 0 for cell in cells)
