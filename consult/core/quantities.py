"""How many, as documents say it: « ~50 » is about fifty, « + de 20 % » is more than twenty."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from consult.core.text import fold


class Quantity(NamedTuple):
    """The printed words, and the number they give, if any: « des centaines » gives none."""

    words: str
    number: int | None = None
    is_approximate: bool = False


class Threshold(NamedTuple):
    """The printed words, and the comparison they mean: `>`, `>=`, `<` or `<=`."""

    words: str
    operator: str
    value: Decimal
    unit: str  # what is counted: « % de logements sociaux », « habitants »

    def is_met(self, figure: Decimal) -> bool:
        """Whether a figure passes; « plus de 20 » is not met by 20."""
        return {
            ">": figure > self.value,
            ">=": figure >= self.value,
            "<": figure < self.value,
            "<=": figure <= self.value,
        }[self.operator]


def quantity(words: str) -> Quantity:
    """The number in these words: « ~50 », « environ 1 200 », « 2 », « trois », « un atelier »."""
    words = " ".join(words.split())
    match = _QUANTITY.search(words.replace("\N{NARROW NO-BREAK SPACE}", " "))
    if match:
        return Quantity(words, int(re.sub(r"\D", "", match["n"])), bool(match["about"]))
    first, *_rest = fold(words).split() or [""]
    return Quantity(words, _NUMBERS.get(first))


def threshold(words: str) -> Threshold | None:
    """What these words ask for; None where they compare nothing. « + de » and « plus de » are
    strict, « au moins » is not."""
    words = " ".join(words.split())
    for pattern, operator in _COMPARED:
        if match := re.search(rf"{pattern} {_FIGURE} ?(?P<unit>.*)", words, re.IGNORECASE):
            value = figure(match["n"])
            return Threshold(words, operator, value, match["unit"].strip(" .")) if value else None
    return None


def figure(words: str) -> Decimal | None:
    """A number as people type it: « 20,5 », « 5 000 », « 20 % »; None where it is none."""
    kept = re.sub(r"[\s%]", "", words).replace(",", ".")
    try:
        value = Decimal(kept)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


_QUANTITY = re.compile(
    r"(?P<about>~|≈|\benv(?:iron|\.)\s|\bquelque\s|\bprès de\s|\bune? peu plus de\s)?\s*"
    r"(?P<n>\d{1,3}(?:[  ]\d{3})+|\d+)(?![\d,.]*%)",
    re.IGNORECASE,
)
_NUMBERS = {
    **{word: 1 for word in ("un", "une")},
    **dict(zip(("deux", "trois", "quatre", "cinq", "six", "sept"), range(2, 8), strict=True)),
    **dict(zip(("huit", "neuf", "dix", "douze"), (8, 9, 10, 12), strict=True)),
}
_FIGURE = r"(?P<n>\d{1,3}(?:[\s.]\d{3})+|\d+(?:,\d+)?)"
_COMPARED = (
    (r"(?:au moins|à partir de|(?:≥|>=))", ">="),
    (r"(?:au plus|jusqu'à|maximum|(?:≤|<=))", "<="),
    (r"(?:\+|plus|supérieure?s?|(?:>))(?: (?:de|d'|à))?", ">"),
    (r"(?:-|moins|inférieure?s?|(?:<))(?: (?:de|d'|à))?", "<"),
)
