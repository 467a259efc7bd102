"""Amounts as documents print them: « 157 M€ » stays so on the page, and sorts as 157 000 000."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from consult.core.i18n import Labelled, _


class Nature(Labelled):
    """What an amount is: money hoped for, voted, engaged and spent are four different things."""

    FORECAST = "forecast", _("forecast")
    VOTED = "voted", _("voted")
    COMMITTED = "committed", _("committed")
    SPENT = "spent", _("spent")
    UNKNOWN = "unknown", _("nature not stated")


class Money(NamedTuple):
    """An amount in cents of euro, and the words that say it."""

    cents: int
    words: str


def parse(words: str) -> Money | None:
    """The one amount these words give; None where they give none, or several: nobody chooses.

    The words are kept whole, with their no-break spaces; only spaces around them go.
    """
    words = words.strip()
    found = find(words)
    return Money(found[0].cents, words) if len(found) == 1 else None


def find(text: str) -> list[Money]:
    """Every amount in a text, in order, each with its own words."""
    return [
        Money(cents, match.group().strip())
        for match in _AMOUNT.finditer(text)
        if (cents := _cents(match)) is not None
    ]


def totals(amounts: Iterable[tuple[Nature, int]]) -> dict[Nature, int]:
    """What each nature sums to, in cents, in the order of `Nature`; natures are never mixed."""
    sums: dict[Nature, int] = {}
    for nature, cents in amounts:
        sums[nature] = sums.get(nature, 0) + cents
    return {nature: sums[nature] for nature in Nature if nature in sums}


def written(cents: int) -> str:
    """A sum of our own making, written out: « 157 000 000 € », « - 674 € », « 12,50 € »."""
    euros, rest = divmod(abs(cents), 100)
    figures = f"{euros:,}".replace(",", _THIN) + (f",{rest:02}" if rest else "")
    return f"{'-' + _HARD if cents < 0 else ''}{figures}{_HARD}€"


_HARD, _THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
_BLANK = f"[ {_HARD}{_THIN}\N{THIN SPACE}]"
# Thousands are parted by a space of any width, or by points, three figures at a time.
_FIGURES = rf"\d{{1,3}}(?:{_BLANK}\d{{3}})+|\d{{1,3}}(?:\.\d{{3}})+|\d+"
_AMOUNT = re.compile(
    rf"(?<![\w,.])(?:(?P<minus>[-\N{{MINUS SIGN}}]){_BLANK}?)?"
    rf"(?P<figures>{_FIGURES})(?:[.,](?P<decimals>\d+))?{_BLANK}*"
    r"(?P<scale>milliards?|millions?|milliers?|mds?|m|k)?"
    rf"{_BLANK}*(?:de{_BLANK}+|d['\N{{RIGHT SINGLE QUOTATION MARK}}])?(?:€|euros?\b|eur\b)",
    re.IGNORECASE,
)
_SCALES = {"milliard": 9, "md": 9, "million": 6, "m": 6, "millier": 3, "k": 3}


def _cents(match: re.Match[str]) -> int | None:
    figures = re.sub(r"\D", "", match["figures"])
    scale = (match["scale"] or "").lower().removesuffix("s")
    value = Decimal(f"{figures}.{match['decimals'] or 0}") * 10 ** (_SCALES.get(scale, 0) + 2)
    if value != value.to_integral_value():  # a fraction of a cent is no amount anybody printed
        return None
    return -int(value) if match["minus"] else int(value)
