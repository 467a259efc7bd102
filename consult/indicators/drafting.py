"""How figures enter the tables, whoever brings them, and what is noted when two disagree."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from consult.core import clock, search
from consult.core.db import db, locked
from consult.core.text import fold
from consult.gaps.models import fill_gap, open_gap
from consult.indicators import queries, rules
from consult.indicators.models import DESCRIBED, Indicator, Measure, territory_key
from consult.indicators.queries import Shown
from consult.indicators.rules import Entry
from consult.people.models import User


def hold(indicator: Indicator) -> None:
    """Have others wait until this is written, so that no figure enters twice."""
    db.session.execute(locked(sa.select(Indicator.id).where(Indicator.id == indicator.id)))


def write(
    actor: User | None, indicator: Indicator, entries: Sequence[Entry], key: str | None
) -> list[Measure]:
    """All these figures, each sound and new, or none of them."""
    known = queries.keys_of(indicator)
    order = queries.last_order(indicator)
    measures = []
    for number, entry in enumerate(entries, start=1):
        rules.be_sound(indicator, entry)
        rules.be_new(entry, known)
        known.add(entry.key)
        measures.append(
            Measure(
                indicator=indicator,
                place_id=entry.place.id if entry.place else None,
                territory=entry.territory,
                territory_key=territory_key(entry.place, entry.territory),
                category=entry.category,
                period=entry.period,
                words=entry.words,
                number=entry.number,
                unit=entry.unit,
                quality=entry.quality,
                source=entry.source,
                is_total=entry.is_total,
                order=order + number,
                batch=key,
                author_id=actor.id if actor else None,
            )
        )
    _compare(indicator, entries, measures)
    db.session.add_all(measures)
    db.session.flush()
    note_contradictions(indicator)
    return measures


def _compare(indicator: Indicator, entries: Sequence[Entry], measures: Sequence[Measure]) -> None:
    """Set each figure beside that of the territory it is compared with, like with like."""
    if not any(entry.compared_to for entry in entries):
        return
    beside = {
        (fold(one.territory), one.category, one.period, one.source): one
        for one in (*queries.measures_of(indicator), *measures)
    }
    for entry, measure in zip(entries, measures, strict=True):
        at = (fold(entry.compared_to), measure.category, measure.period, measure.source)
        reference = beside.get(at)
        if reference is not measure:
            measure.reference = reference


def note_contradictions(indicator: Indicator) -> None:
    """Ask an editor, once, about figures that disagree; withdraw what no longer does.

    The reference of a gap names the pairs it is about, so that later ones ask anew. Where people
    are counted, its words hold no figure.
    """
    pairs = {
        f"{one.id}-{other.id}": (one, other)
        for one, other in queries.contradictions(queries.figures([indicator])[indicator.id])
    }
    asked: set[str] = set()
    for gap in queries.contradiction_gaps([indicator]):
        about = set(gap.ref.split())
        asked |= about
        if not about & set(pairs):
            fill_gap(indicator, gap.kind, gap.ref)
    if new := [ref for ref in pairs if ref not in asked]:
        words = " ; ".join(_both(indicator, *pairs[ref]) for ref in new)
        open_gap(indicator, queries.CONTRADICTION, " ".join(new), words)


def _both(indicator: Indicator, *figures: Shown) -> str:
    return " / ".join(
        " – ".join(
            filter(
                None,
                (
                    one.territory,
                    one.category,
                    "" if indicator.counts_people else one.said,
                    one.period,
                    one.source,
                ),
            )
        )
        for one in figures
    )


def index(indicator: Indicator) -> None:
    """Have a public indicator found by what it measures; no figure is ever looked through."""
    if not indicator.is_public:
        return
    search.put(
        "indicator",
        indicator.id,
        indicator.label,
        [indicator.theme, indicator.collection, indicator.note_words],
        excerpt=" – ".join(filter(None, (indicator.theme, indicator.collection))),
        at=indicator.published_at or clock.now(),
    )


def described(indicator: Indicator) -> dict[str, Any]:
    """What it says of itself, in plain words and numbers."""
    compared = indicator.compared_with
    said = {name: getattr(indicator, name) for name in DESCRIBED}
    tied = {
        "plan_ids": [plan.title for plan in indicator.plans if plan.is_public],
        "action_ids": [action.title for action in indicator.actions if action.plan.is_public],
        "sheet_ids": [sheet.name for sheet in indicator.sheets if sheet.plan.is_public],
    }
    return {**said, **tied, "compared_with": compared.label if compared else None}


def apply(indicator: Indicator, **fields: Any) -> None:
    """What is said of an indicator, its ties to plans and actions included."""
    for name, value in fields.items():
        setattr(indicator, name, value)
