"""Indicators to start a test from: described, public, with figures."""

import json
from pathlib import Path
from typing import Any

from consult.core.db import db
from consult.indicators import actions, formats, queries
from consult.indicators.models import Indicator
from consult.indicators.queries import Shown
from consult.indicators.rules import Entry
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from consult.territory.models import Place, PlaceKind
from tests.factories import make_user

OWN = Path(__file__).resolve().parent.parent / "data" / "indicators.json"


def clerk() -> User:
    return make_user(RoleName.COUNCIL)


def own_document() -> dict[str, Any]:
    return json.loads(OWN.read_text())


def make_indicator(public: bool = True, **described: Any) -> Indicator:
    """An indicator of plain shares, unless it is described otherwise."""
    actor = clerk()
    indicator = actions.create(actor, **{"label": "Part du vélo", "unit": "%", **described})
    if public:
        actions.publish(actor, indicator)
    commit()
    return indicator


def entry(indicator: Indicator, territory: str, words: str, **more: Any) -> Entry:
    """A figure as the grid would read it."""
    place = more.pop("place", None)
    read = formats.measured(words, "", indicator)
    said = {"period": "2024", "source": "Ville", **more}
    return read._replace(territory=territory, place=place, **said)


def measured(indicator: Indicator, *entries: Entry) -> list[Shown]:
    """These figures are in; what may be seen of the indicator now."""
    actions.enter(clerk(), indicator, entries=entries)
    commit()
    return shown(indicator)


def shown(indicator: Indicator) -> list[Shown]:
    return queries.figures([indicator])[indicator.id]


def contradicted() -> list[queries.Contradicted]:
    """Every indicator whose sources disagree."""
    indicators = queries.listed(clerk())
    return queries.contradicted(indicators, queries.figures(indicators))


def make_place(name: str, kind: PlaceKind = PlaceKind.DISTRICT) -> Place:
    place = Place.new(name, kind=kind)
    db.session.commit()
    return place


def counting(table: dict[str, dict[str, str]], total: str = "Ensemble") -> Indicator:
    """An indicator of people with one table: {territory: {category: figure}}; "" is the whole."""
    indicator = make_indicator(label="Personnes accompagnées", unit="", counts_people=True)
    measured(
        indicator,
        *(
            entry(indicator, territory, words, category=category, is_total=territory == total)
            for territory, row in table.items()
            for category, words in row.items()
        ),
    )
    return indicator
