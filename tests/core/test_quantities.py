"""Quantities and thresholds keep their words and mean no more than they say."""

from decimal import Decimal

import pytest

from consult.core.quantities import Quantity, figure, quantity, threshold


@pytest.mark.parametrize(
    ("words", "number", "is_approximate"),
    [
        ("~50", 50, True),
        ("environ 1 200", 1200, True),
        ("près de 40 habitantes", 40, True),
        ("2", 2, False),
        ("2 ateliers thématiques", 2, False),
        ("trois réunions", 3, False),
        ("un atelier stratégique", 1, False),
        ("des centaines", None, False),
        ("", None, False),
    ],
)
def test_a_quantity_is_its_words_and_the_number_they_give(words, number, is_approximate):
    assert quantity(words) == Quantity(words, number, is_approximate)


@pytest.mark.parametrize(
    ("words", "operator", "value", "unit"),
    [
        ("+ de 20% de logements sociaux", ">", "20", "% de logements sociaux"),
        ("+ de 5000 habitants", ">", "5000", "habitants"),
        ("plus de 5 000 habitants", ">", "5000", "habitants"),
        ("au moins 12,5 % de jeunes", ">=", "12.5", "% de jeunes"),
        ("moins de 30 minutes", "<", "30", "minutes"),
        ("au plus 3 dossiers", "<=", "3", "dossiers"),
    ],
)
def test_a_threshold_is_read_from_its_words(words, operator, value, unit):
    found = threshold(words)
    assert (found.words, found.operator) == (words, operator)
    assert (found.value, found.unit) == (Decimal(value), unit)


def test_more_than_twenty_is_strict():
    assert not threshold("+ de 20 %").is_met(Decimal("20"))
    assert threshold("+ de 20 %").is_met(Decimal("20.01"))
    assert threshold("au moins 20 %").is_met(Decimal("20"))


def test_words_that_compare_nothing_are_no_threshold():
    assert threshold("communes en prévention") is None


@pytest.mark.parametrize(
    ("words", "value"), [("20,5 %", "20.5"), ("5 000", "5000"), ("beaucoup", None), ("NaN", None)]
)
def test_a_figure_is_typed_as_people_do(words, value):
    assert figure(words) == (Decimal(value) if value else None)
