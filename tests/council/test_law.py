"""What the law counts: quorums, clear days, last days, numbers however they are spaced."""

from datetime import date

import pytest

from consult.council import law
from consult.council.models import AgendaItem, Assembly, Sitting


@pytest.mark.parametrize(
    ("in_office", "needed"), [(11, 6), (8, 5), (29, 15), (19, 10), (1, 1), (2, 2)]
)
def test_more_than_half_of_the_members_in_office(in_office, needed):
    assert law.quorum_needed(in_office) == needed


def room(in_office, present, interested=0, after=None):
    sitting = Sitting(
        assembly=Assembly(name="Conseil", in_office=in_office),
        present=None if present is None else [f"M{number}" for number in range(present)],
        after_id=after,
    )
    names = [f"M{number}" for number in range(interested)]
    return sitting.quorum(AgendaItem(interested=names))


def test_proxies_do_not_count_for_the_quorum():
    assert room(29, 14).reached is False  # eight proxies change nothing: they are not in the room
    assert room(29, 15).reached is True


def test_those_who_have_an_interest_leave_the_quorum():
    assert room(19, 10).reached is True
    assert room(19, 10, interested=2).reached is False
    assert room(19, 10, interested=2) == (10, 8, False, False)


def test_a_second_convening_needs_no_quorum():
    assert room(19, 3, after=1) == (10, 3, True, True)


def test_an_unknown_attendance_computes_no_quorum():
    assert room(19, None).reached is None
    assert room(None, 10).reached is None


def test_clear_days_count_neither_end():
    assert law.clear_days(date(2026, 6, 1), date(2026, 6, 4)) == 2
    assert law.clear_days(date(2026, 6, 1), date(2026, 6, 5)) == 3


@pytest.mark.parametrize(
    ("published", "last"),
    [
        (date(2024, 10, 14), date(2024, 12, 16)),  # the 15th is a Sunday
        (date(2026, 6, 15), date(2026, 8, 17)),  # 16 August 2026 is a Sunday
        (date(2026, 3, 13), date(2026, 5, 15)),  # 14 May 2026 is Ascension Day
        (date(2026, 12, 31), date(2027, 3, 1)),  # the end of a short month
        (date(2026, 9, 10), date(2026, 11, 12)),  # 11 November
    ],
)
def test_the_last_day_of_an_appeal(published, last):
    assert law.last_day_of_appeal(published) == last


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))],
)
def test_easter(year, sunday):
    assert law.easter(year) == sunday


@pytest.mark.parametrize(
    "number",
    ["2024 -7 - 2 . 2 . 15", "2024-7 - 2 . 2 . 15", "N° 2024-7-2.2.15", "n°2024-7-2.2.15"],
)
def test_a_number_is_the_same_however_it_is_spaced(number):
    assert law.number_key(number) == "2024-7-2.2.15"


def test_no_number_has_no_key():
    assert law.number_key(None) is None
    assert law.number_key(" N° ") is None


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("21860194600013", True),
        ("35600000000048", True),
        ("21860194600014", False),
        ("2186019460001", False),
        ("abc", False),
    ],
)
def test_a_siret_checks_itself(number, is_one):
    assert law.is_siret(number) is is_one
