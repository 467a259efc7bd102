"""What can happen to an indicator: it is described, shown, measured, and its figures corrected."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from consult.core.db import db
from consult.core.restated import lost, restate
from consult.core.slugs import distinct, slugify
from consult.indicators import drafting, queries, rules
from consult.indicators.models import Correction, Indicator, Measure, Quality, SmallNumbers
from consult.indicators.rules import Entry
from consult.journal.actions import record
from consult.people.models import User


def create(
    actor: User | None, *, label: str, key: str | None = None, **described: Any
) -> Indicator:
    """Somebody of the council's desk says what will be measured."""
    rules.create(actor)
    rules.be_high_enough(described.get("threshold"))
    if made := queries.made_with(key):
        return made
    indicator = Indicator(
        slug=distinct(slugify(label, default="indicateur"), queries.is_taken),
        label=label,
        key=key,
        author_id=actor.id if actor else None,
    )
    db.session.add(indicator)
    drafting.apply(indicator, **described)
    db.session.flush()
    record("indicators.create", actor, indicator)
    return indicator


def edit(actor: User | None, indicator: Indicator, *, reason: str = "", **changes: Any) -> None:
    """What an indicator says of itself changes; its figures stay.

    Once public, what it said stays to be read, with the reason.
    """
    drafting.hold(indicator)
    rules.edit(actor, indicator)
    rules.be_high_enough(changes.get("threshold"))
    rules.keep_masking(indicator, changes)
    before = drafting.described(indicator)
    drafting.apply(indicator, **changes)
    if indicator.is_public:
        after = drafting.described(indicator)
        restate(actor, indicator, lost(before, after), after, reason=reason)
    drafting.index(indicator)
    record("indicators.edit", actor, indicator, changed=sorted(changes))


def publish(actor: User | None, indicator: Indicator) -> None:
    """An indicator is shown to all."""
    rules.publish(actor, indicator)
    indicator.publish()
    drafting.index(indicator)
    record("indicators.publish", actor, indicator)


def enter(
    actor: User | None, indicator: Indicator, *, entries: Sequence[Entry], key: str | None = None
) -> list[Measure]:
    """Figures typed into a grid, all of them or none."""
    drafting.hold(indicator)
    rules.enter(actor, indicator)
    if queries.entered_with(key):
        return []
    measures = drafting.write(actor, indicator, entries, key)
    record("indicators.enter", actor, indicator, measures=len(measures))
    return measures


def bring_in(
    actor: User | None, indicator: Indicator, *, entries: Sequence[Entry], key: str | None = None
) -> list[Measure]:
    """Figures brought from a table made elsewhere, all that were seen to be sound."""
    drafting.hold(indicator)
    rules.bring_in(actor, indicator)
    if queries.entered_with(key):
        return []
    measures = drafting.write(actor, indicator, entries, key)
    record("indicators.bring_in", actor, indicator, measures=len(measures))
    return measures


def correct(
    actor: User | None,
    measure: Measure,
    *,
    words: str,
    number: Decimal | None,
    unit: str,
    reason: str,
    quality: Quality | None = None,
    key: str | None = None,
) -> Correction:
    """A figure is said again, or taken back; what was printed stays, beside the reason."""
    drafting.hold(measure.indicator)
    rules.correct(actor, measure)
    rules.give_a_reason(reason)
    if words:
        rules.be_a_figure(number)
        rules.count_people(measure.indicator.counts_people, number, unit)
    if made := queries.corrected_with(key):
        return made
    correction = Correction(
        measure=measure,
        words=words,
        number=number,
        unit=unit,
        quality=quality,
        reason=reason,
        key=key,
        author_id=actor.id if actor else None,
    )
    db.session.add(correction)
    db.session.flush()
    drafting.note_contradictions(measure.indicator)
    record("indicators.correct", actor, measure.indicator, measure=measure.id)
    return correction


def set_threshold(actor: User | None, *, threshold: int) -> SmallNumbers:
    """How many people a figure must count before anybody sees it."""
    rules.set_threshold(actor)
    rules.be_high_enough(threshold)
    settings = queries.settings()
    settings.threshold = threshold
    db.session.flush()
    record("indicators.set_threshold", actor, settings, threshold=threshold)
    return settings
