"""Who may write what is measured, and what a figure must be. Same names as actions.py."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from consult.core.i18n import _
from consult.core.rules import require
from consult.indicators import queries
from consult.indicators.figures import EUROS, PERCENT, POINTS
from consult.indicators.models import LOWEST, Indicator, Measure, Quality, territory_key
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.territory.models import Place

LONG = 300


class Entry(NamedTuple):
    """One figure somebody gives: where, of what part, when, how much, from which source."""

    territory: str
    place: Place | None
    category: str
    period: str
    words: str
    number: Decimal | None
    unit: str
    quality: Quality | None = None
    source: str = ""
    is_total: bool = False
    compared_to: str = ""  # the territory whose figure it is set beside

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same figure as another."""
        at = territory_key(self.place, self.territory)
        return at, self.category, self.period, self.source


def create(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def edit(actor: User | None, indicator: Indicator) -> None:
    has_role(actor, RoleName.COUNCIL)


def publish(actor: User | None, indicator: Indicator) -> None:
    has_role(actor, RoleName.COUNCIL)
    require(not indicator.is_public, _("This indicator is already public."))


def enter(actor: User | None, indicator: Indicator) -> None:
    has_role(actor, RoleName.COUNCIL)


bring_in = enter


def correct(actor: User | None, measure: Measure) -> None:
    has_role(actor, RoleName.COUNCIL)


def set_threshold(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)


def read_desk(actor: User | None) -> None:
    """Those who work on the site, and the guarantor, who reads everything."""
    has_role(
        actor,
        RoleName.COUNCIL,
        RoleName.FACILITATOR,
        RoleName.ADMINISTRATOR,
        RoleName.GUARANTOR,
    )


# What a figure must be.


def be_sound(indicator: Indicator, entry: Entry) -> None:
    """A territory, and one plain number; of people, a whole number of them."""
    require(entry.territory, _("Say which territory this figure is about."))
    said = (entry.territory, entry.category, entry.period, entry.words, entry.source)
    require(all(len(words) <= LONG for words in said), _("This text is too long."))
    be_a_figure(entry.number)
    count_people(indicator.counts_people, entry.number, entry.unit)


def be_a_figure(number: Decimal | None) -> None:
    require(
        number is not None,
        _("This is not one plain figure. Write it as 28,5 % or 1 349 €."),
    )


def count_people(counts_people: bool, number: Decimal | None, unit: str) -> None:
    """A share of a known total gives the number away: people are counted whole, or not at all."""
    if not counts_people or number is None:
        return
    require(
        unit not in (PERCENT, POINTS, EUROS) and number >= 0 and number == number.to_integral(),
        _("This indicator counts people: give whole numbers of people, without share or amount."),
    )


def be_new(entry: Entry, known: Iterable[tuple[str, str, str, str]]) -> None:
    """What was entered is corrected, never entered twice."""
    require(
        entry.key not in known,
        _("There is already a figure for this territory, this period and this source: correct it."),
    )


def give_a_reason(reason: str) -> None:
    require(reason.strip(), _("Say why this figure changes: the reason is public."))


def keep_masking(indicator: Indicator, changes: dict[str, Any]) -> None:
    """Figures entered as numbers of people stay masked; others become so only if they can be."""
    becomes = changes.get("counts_people", indicator.counts_people)
    if becomes == indicator.counts_people:
        return
    numbers = queries.numbers_of(indicator)
    require(
        becomes or not numbers,
        _("This indicator has figures that count people: they stay masked under the threshold."),
    )
    for number, unit in numbers:
        count_people(True, number, unit)


def be_high_enough(threshold: int | None) -> None:
    require(
        threshold is None or threshold >= LOWEST,
        _("Below %(number)s people, somebody would be recognised.", number=LOWEST),
    )
