"""A printed figure is the number it says, with its sign and its own unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.indicators.figures import DIGITS, parse, spell, whole


@pytest.mark.parametrize(
    ("words", "number", "unit"),
    [
        ("- 3,5 pts", "-3.5", "pts"),  # a minus, not the bullet of a list
        ("+ 45,8 pts", "45.8", "pts"),
        ("- 674 €", "-674", "€"),
        ("−\u00a0674\u00a0€", "-674", "€"),
        ("1 349 €", "1349", "€"),
        ("1\u00a0349\u00a0€", "1349", "€"),
        ("1\u202f349 €", "1349", "€"),
        ("+ 19,0 pts", "19.0", "pts"),
        ("28,5%", "28.5", "%"),
        ("36 %", "36", "%"),
        ("100%", "100", "%"),
        ("0,9 point", "0.9", "pts"),
        ("5,1 M€", "5.1", "M€"),
        ("1349", "1349", ""),
        ("23 000 collégiens", "23000", "collégiens"),
    ],
)
def test_a_figure_is_read_with_its_sign_and_unit(words, number, unit):
    read = parse(words)
    assert (str(read.number), read.unit) == (number, unit)


@pytest.mark.parametrize(
    "words",
    ["", "environ 50", "25 à 49 %", "106e", "• 3,5", "1.349,50", "12 34", "nc", "3,5,1", "9" * 30],
)
def test_words_that_hold_no_single_number_stay_words(words):
    assert parse(words) is None


@given(
    st.decimals(
        min_value=-(10 ** (DIGITS - 3)), max_value=10 ** (DIGITS - 3), places=2, allow_nan=False
    ),
    st.sampled_from(["%", "pts", "€", "", "collégiens"]),
)
def test_a_number_spelt_and_read_again_is_the_same_digit_for_digit(number, unit):
    read = parse(spell(number, unit))
    assert read.number == number
    assert read.number.as_tuple().exponent == number.as_tuple().exponent
    assert read.unit == unit


def test_a_figure_without_unit_takes_that_of_its_column():
    assert whole("28,5", "%") == "28,5\u00a0%"
    assert whole("28,5 %", "€") == "28,5 %"
    assert spell(Decimal("-1349.5"), "€") == "−1\u202f349,5\u00a0€"
