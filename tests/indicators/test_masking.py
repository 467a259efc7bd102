"""No sum and no difference of what is shown gives a small number of people.

The judge here is another than the code: it tries every combination of the additions of a table,
each taken once, left out or subtracted. For a table with rows, columns and their totals no other
combination says more (its matrix is totally unimodular).
"""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.indicators.masking import Sum, hidden

LIMIT = 11


def table(cells: list[list[int]]) -> tuple[dict, list[Sum]]:
    """A table with the totals of its rows and columns, and every addition in it."""
    rows, columns = range(len(cells)), range(len(cells[0]))
    values = {(r, c): cells[r][c] for r in rows for c in columns}
    values |= {(r, "all"): sum(cells[r]) for r in rows}
    values |= {("all", c): sum(cells[r][c] for r in rows) for c in columns}
    values["all", "all"] = sum(map(sum, cells))
    sums = [Sum((r, "all"), tuple((r, c) for c in columns)) for r in (*rows, "all")]
    sums += [Sum(("all", c), tuple((r, c) for r in rows)) for c in (*columns, "all")]
    return values, sums


def worked_out(values: dict, sums: list[Sum], unseen: frozenset) -> dict:
    """What adding and subtracting gives away: {hidden cell: its number}."""
    found = {}
    for signs in product((-1, 0, 1), repeat=len(sums)):
        left: dict = {}
        for sign, one in zip(signs, sums, strict=True):
            for cell, times in ((one.total, sign), *((part, -sign) for part in one.parts)):
                left[cell] = left.get(cell, 0) + times
        unknown = {cell: times for cell, times in left.items() if times and cell in unseen}
        if len(unknown) == 1:
            ((cell, times),) = unknown.items()
            known = sum(values[other] * n for other, n in left.items() if other not in unseen)
            found[cell] = -known // times
    return found


def together(values: dict, sums: list[Sum], unseen: frozenset) -> list[int]:
    """What the hidden parts of each addition amount to: a subtraction of shown cells tells it."""
    return [
        sum(values[part] for part in one.parts if part in unseen)
        for one in sums
        if one.total not in unseen and unseen & set(one.parts)
    ]


small_tables = st.integers(2, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=2, max_size=3
    )
)


@given(small_tables)
@settings(max_examples=60)
def test_no_combination_of_sums_gives_a_hidden_figure_away(cells):
    values, sums = table(cells)
    unseen = hidden(values, sums, LIMIT)
    assert {cell for cell, number in values.items() if number < LIMIT} <= unseen
    given_away = worked_out(values, sums, unseen)
    if values["all", "all"] in (0, None):
        return
    assert {cell: n for cell, n in given_away.items() if n < LIMIT} == {}
    assert all(number >= LIMIT for number in together(values, sums, unseen))


@given(st.lists(st.lists(st.integers(LIMIT, 90), min_size=3, max_size=3), min_size=3, max_size=3))
@settings(max_examples=20)
def test_what_is_large_enough_everywhere_is_shown_whole(cells):
    values, sums = table(cells)
    assert hidden(values, sums, LIMIT) == frozenset()


def test_one_small_number_hides_another_beside_it():
    values = {"all": 100, "a": 50, "b": 46, "c": 4}
    unseen = hidden(values, [Sum("all", ("a", "b", "c"))], LIMIT)
    assert "c" in unseen
    assert len(unseen) == 2
    assert "all" not in unseen


def test_two_small_numbers_that_make_a_small_sum_need_a_third():
    """Both would be known to be next to nothing."""
    values = {"all": 97, "a": 50, "b": 40, "c": 4, "d": 3}
    unseen = hidden(values, [Sum("all", ("a", "b", "c", "d"))], LIMIT)
    assert {"b", "c", "d"} <= unseen
    assert sum(values[cell] for cell in unseen) >= LIMIT


def test_what_is_left_of_a_total_is_a_figure_too():
    """997 of 1,000 live in the district: the three others are found by subtraction."""
    values = {"town": 1000, "district": 997}
    assert hidden(values, [Sum("town", ("district",))], LIMIT)
    assert not hidden({"town": 1000, "district": 700}, [Sum("town", ("district",))], LIMIT)


def test_a_figure_nobody_gave_protects_as_well_as_a_hidden_one():
    values = {"all": 100, "a": 50, "b": None, "c": 4}
    assert hidden(values, [Sum("all", ("a", "b", "c"))], LIMIT) == {"c"}


def test_two_sources_that_say_the_same_hide_the_same():
    values = {"one": 4, "all": 60, "other": 56, "again": 56}
    sums = [Sum("all", ("one", "other")), Sum("other", ("again",))]
    unseen = hidden(values, sums, LIMIT)
    assert "one" in unseen
    assert ("all" in unseen) or {"other", "again"} <= unseen


@pytest.mark.parametrize("limit", [5, 11, 20])
def test_the_threshold_is_the_first_number_shown(limit):
    values = {"under": limit - 1, "at": limit}
    assert hidden(values, [], limit) == {"under"}


def test_a_large_table_is_soon_decided():
    cells = [[(7 * r + 13 * c) % 37 for c in range(8)] for r in range(40)]
    values, sums = table(cells)
    unseen = hidden(values, sums, LIMIT)
    assert all(number >= LIMIT for number in together(values, sums, unseen))
