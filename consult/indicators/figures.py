"""Figures as people print them, and the numbers they stand for: « - 3,5 pts » is less than none."""

import re
from decimal import Decimal
from typing import NamedTuple

PERCENT, POINTS, EUROS, COUNT = "%", "pts", "€", ""
SPACES = " \u00a0\u202f\u2009"
DIGITS = 18  # more than any figure of a town
ORDINALS = ("e", "er", "re", "ère", "ème", "eme", "nd", "nde")  # « le 106e » counts nothing

_FIGURE = re.compile(
    rf"(?P<sign>[+\-−–])?[{SPACES}]*"
    rf"(?P<whole>\d{{1,3}}(?:[{SPACES}]\d{{3}})+|\d+)"
    r"(?:[.,](?P<part>\d+))?"
    rf"(?:[{SPACES}]*(?P<unit>%|[^\W\d_€][^\d%€]*|€[^\d%]*|[^\W\d_]*€))?"
)
_UNITS = {
    **dict.fromkeys(("%", "pour cent", "pourcent"), PERCENT),
    **dict.fromkeys(("pt", "pts", "pt.", "pts.", "point", "points", "pp"), POINTS),
    **dict.fromkeys(("€", "eur", "euro", "euros"), EUROS),
}


class Figure(NamedTuple):
    """A number and its unit: `%`, `pts`, `€`, nothing for a count, or the words printed."""

    number: Decimal
    unit: str


def parse(words: str) -> Figure | None:
    """The number in these words, exactly; None where they hold no single plain number.

    A sign stands before the number, spaces group its thousands, a comma or a point parts its
    decimals. « environ 50 » and « 25 à 49 % » are words: no number is made of them.
    """
    said = _FIGURE.fullmatch(words.strip(SPACES + "\t\r\n"))
    if said is None or (said["unit"] or "").lower() in ORDINALS:
        return None
    whole = re.sub(rf"[{SPACES}]", "", said["whole"])
    if len(whole) + len(said["part"] or "") > DIGITS:
        return None
    minus = "-" if said["sign"] in ("-", "−", "–") else ""
    number = Decimal(f"{minus}{whole}.{said['part']}" if said["part"] else f"{minus}{whole}")
    return Figure(number, unit(said["unit"] or ""))


def unit(words: str) -> str:
    """The usual sign of a unit, or its words where it has none."""
    plain = " ".join(words.split())
    return _UNITS.get(plain.lower(), plain)


def spell(number: Decimal, of: str = COUNT) -> str:
    """A number as French prints it: « 1 349 € », with spaces that hold it together."""
    whole, _point, part = f"{abs(number):f}".partition(".")
    groups = f"{int(whole):,}".replace(",", "\u202f")
    sign = "−" if number < 0 else ""
    words = f"{sign}{groups},{part}" if part else f"{sign}{groups}"
    return f"{words}\u00a0{of}" if of else words


def whole(words: str, unit_: str) -> str:
    """The figure as printed, with the unit of its column where it was printed without one."""
    said = parse(words)
    return f"{words}\u00a0{unit_}" if said and not said.unit and unit_ else words
