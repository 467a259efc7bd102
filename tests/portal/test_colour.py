"""A town's colour: read by day and by night, or refused with its ratio."""

import pytest

from consult.portal import colour


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the greys everybody knows around the threshold
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_by_the_formula_of_the_standard(one, other, ratio):
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert colour.contrast(other, one) == colour.contrast(one, other)


@pytest.mark.parametrize("text", ["#12495a", "#ABCDEF"])
def test_a_colour_is_six_figures(text):
    assert colour.is_colour(text)


@pytest.mark.parametrize("text", ["", "12495a", "#fff", "#12495", "#12495a;}", "red", "#12495g"])
def test_anything_else_is_none(text):
    assert not colour.is_colour(text)


def test_mixing_white_into_white_changes_nothing():
    assert colour.at_night("#ffffff") == "#ffffff"


@pytest.mark.parametrize("town", ["#12495a", "#000000", "#7a1f3d", "#0b3d0b", "#1d1d8f"])
def test_dark_colours_are_readable_everywhere(town):
    assert colour.by_day(town) >= colour.ENOUGH
    assert colour.by_night(town) >= colour.ENOUGH
    assert colour.nearest_readable(town) == town


@pytest.mark.parametrize("town", ["#ffcc00", "#7fdbff", "#ff0000", "#ffffff"])
def test_a_darker_shade_is_offered(town):
    assert colour.by_day(town) < colour.ENOUGH
    shade = colour.nearest_readable(town)
    assert colour.by_day(shade) >= colour.ENOUGH
    assert colour.by_night(shade) >= colour.ENOUGH
