"""What to read of indicators. Every figure anybody sees comes through here, small ones masked."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.core.text import fold
from consult.engagements.models import Action, Plan, Sheet
from consult.engagements.queries import STAFF
from consult.gaps.models import Gap
from consult.indicators import additions, masking
from consult.indicators.figures import PERCENT, POINTS, whole
from consult.indicators.models import (
    THRESHOLD,
    Correction,
    Indicator,
    Measure,
    PrintedTable,
    Quality,
    SmallNumbers,
    indicator_action,
    indicator_plan,
    indicator_sheet,
)
from consult.people.models import User
from consult.territory.models import Lies, Place

CONTRADICTION = "contradiction"
YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


# Indicators.


def is_staff(actor: User | None) -> bool:
    """Whether somebody reads indicators before they are public."""
    return actor is not None and (actor.is_system or actor.holds(*STAFF))


def visible_to(actor: User | None) -> sa.ColumnElement[bool]:
    return sa.true() if is_staff(actor) else Indicator.published_at.is_not(None)


def by_slug_or_404(slug: str, actor: User | None) -> Indicator:
    """The indicator with the plans and actions it measures, if this person may read it."""
    rows = db.session.scalars(
        sa.select(Indicator)
        .options(
            joinedload(Indicator.plans),
            selectinload(Indicator.actions).joinedload(Action.plan),
            selectinload(Indicator.sheets).joinedload(Sheet.plan),
        )
        .where(Indicator.slug == slug, visible_to(actor))
    )
    found = rows.unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def numbered_or_404(number: int, actor: User | None) -> Indicator:
    """The indicator of this number, if this person may read it."""
    found = db.session.scalar(sa.select(Indicator).where(Indicator.id == number, visible_to(actor)))
    if found is None:
        raise NotFound
    return found


def listed(actor: User | None) -> list[Indicator]:
    """The indicators this person may read, table by table, in the order of print."""
    return _in_order(sa.select(Indicator).where(visible_to(actor)))


def of_plan(plan: Plan, actor: User | None) -> list[Indicator]:
    """What measures a plan, one of its actions or one of its sheets, each once."""
    by_action = (
        sa.select(indicator_action.c.indicator_id)
        .join(Action, Action.id == indicator_action.c.action_id)
        .where(Action.plan_id == plan.id)
    )
    by_plan = sa.select(indicator_plan.c.indicator_id).where(indicator_plan.c.plan_id == plan.id)
    by_sheet = (
        sa.select(indicator_sheet.c.indicator_id)
        .join(Sheet, Sheet.id == indicator_sheet.c.sheet_id)
        .where(Sheet.plan_id == plan.id)
    )
    tied = sa.or_(*(Indicator.id.in_(some) for some in (by_plan, by_action, by_sheet)))
    return _in_order(sa.select(Indicator).where(tied, visible_to(actor)))


def of_action(action: Action, actor: User | None) -> list[Indicator]:
    """What measures an action."""
    tied = sa.select(indicator_action.c.indicator_id).where(
        indicator_action.c.action_id == action.id
    )
    return _in_order(sa.select(Indicator).where(Indicator.id.in_(tied), visible_to(actor)))


def of_sheets(sheets: Sequence[Sheet], actor: User | None) -> dict[int, list[Indicator]]:
    """What measures each of these action sheets."""
    found: dict[int, list[Indicator]] = {sheet.id: [] for sheet in sheets}
    rows = db.session.execute(
        sa.select(indicator_sheet.c.sheet_id, Indicator)
        .join(Indicator, Indicator.id == indicator_sheet.c.indicator_id)
        .where(indicator_sheet.c.sheet_id.in_(list(found)), visible_to(actor))
        .order_by(Indicator.order, Indicator.id)
    )
    for sheet_id, indicator in rows:
        found[sheet_id].append(indicator)
    return found


def to_tie(indicator: Indicator) -> tuple[list[Action], list[Sheet]]:
    """The actions and the sheets of the plans an indicator measures."""
    plan_ids = [plan.id for plan in indicator.plans]
    found: list[list[Any]] = [
        list(
            db.session.scalars(
                sa.select(model).where(model.plan_id.in_(plan_ids)).order_by(model.order, model.id)
            )
        )
        for model in (Action, Sheet)
    ]
    return found[0], found[1]


def plans_to_tie() -> list[Plan]:
    """Every plan an indicator may measure."""
    return list(db.session.scalars(sa.select(Plan).order_by(Plan.title, Plan.id)))


def _in_order(select: sa.Select[tuple[Indicator]]) -> list[Indicator]:
    """Printed tables first, each in its own order."""
    is_loose = sa.case((Indicator.collection == "", 1), else_=0)
    order = (is_loose, Indicator.collection, Indicator.order, Indicator.id)
    return list(db.session.scalars(select.order_by(*order)))


def printed(indicators: Iterable[Indicator]) -> dict[str, PrintedTable]:
    """What documents say around the tables of these indicators, by the title of the table."""
    titles = {one.collection for one in indicators if one.collection}
    if not titles:
        return {}
    rows = db.session.scalars(sa.select(PrintedTable).where(PrintedTable.title.in_(titles)))
    return {one.title: one for one in rows}


def is_taken(slug: str) -> bool:
    exists = sa.select(sa.exists().where(Indicator.slug == slug))
    return slug in RESERVED or bool(db.session.scalar(exists))


RESERVED = (
    *("nouveau", "atelier", "contradictions", "dictionnaire"),
    *("lieux", "seuil", "aller", "chiffres", "n"),
)


def made_with(key: str | None) -> Indicator | None:
    """What this very form already made, if it was sent before."""
    return db.session.scalar(sa.select(Indicator).where(Indicator.key == key)) if key else None


def entered_with(key: str | None) -> bool:
    """Whether the figures of this very form are already in."""
    return bool(key and db.session.scalar(sa.select(sa.exists().where(Measure.batch == key))))


def corrected_with(key: str | None) -> Correction | None:
    return db.session.scalar(sa.select(Correction).where(Correction.key == key)) if key else None


def measure_or_404(measure_id: int) -> Measure:
    measure = db.session.scalar(
        sa.select(Measure).options(joinedload(Measure.indicator)).where(Measure.id == measure_id)
    )
    if measure is None:
        raise NotFound
    return measure


def measures_of(indicator: Indicator) -> list[Measure]:
    """Every figure of an indicator as it was entered: for actions alone, never for pages."""
    rows = sa.select(Measure).where(Measure.indicator_id == indicator.id).order_by(Measure.id)
    return list(db.session.scalars(rows))


def keys_of(indicator: Indicator) -> set[tuple[str, str, str, str]]:
    """Territory, category, period and source of every figure of an indicator."""
    return {(row.key, row.category, row.period, row.source) for row in _measures([indicator.id])}


def numbers_of(indicator: Indicator) -> list[tuple[Decimal, str]]:
    """Every number ever given for an indicator, with its unit: for rules alone, never for pages."""
    ever = sa.select(Measure.number_text, Measure.unit).where(Measure.indicator_id == indicator.id)
    corrected = (
        sa.select(Correction.number_text, Correction.unit)
        .join(Measure, Measure.id == Correction.measure_id)
        .where(Measure.indicator_id == indicator.id)
    )
    rows = db.session.execute(ever.union_all(corrected))
    return [(Decimal(row[0]), row[1]) for row in rows if row[0] is not None]


def last_order(indicator: Indicator) -> int:
    """Behind which place the next figure of an indicator stands."""
    last = sa.select(sa.func.max(Measure.order)).where(Measure.indicator_id == indicator.id)
    return db.session.scalar(last) or 0


def threshold() -> int:
    """How many people a figure of this site must count before it is shown."""
    return db.session.scalar(sa.select(SmallNumbers.threshold)) or THRESHOLD


def settings() -> SmallNumbers:
    """The one row that holds the threshold, made when first asked for."""
    row = db.session.get(SmallNumbers, 1)
    if row is None:
        row = SmallNumbers(id=1, threshold=THRESHOLD)
        db.session.add(row)
    return row


# Figures, as much of them as may be shown.


class Shown(NamedTuple):
    """One figure as anybody may see it. A masked one holds no number, nor what would give it."""

    id: int
    indicator_id: int
    territory: str
    key: str
    place_id: int | None
    place_slug: str | None
    category: str
    period: str
    words: str
    number: Decimal | None
    unit: str
    quality: Quality | None
    source: str
    gap_words: str
    gap_number: Decimal | None
    gap_unit: str
    gap_sign: str
    reference_id: int | None
    is_total: bool
    is_masked: bool
    is_corrected: bool

    @property
    def said(self) -> str:
        """The figure in its words, with its unit."""
        return whole(self.words, self.unit)

    @property
    def year(self) -> int | None:
        """The last year its period names."""
        years = YEAR.findall(self.period)
        return int(years[-1]) if years else None

    @property
    def direction(self) -> str:
        """Where it stands beside what it is compared with: above, below, equal, or nothing."""
        if self.gap_number is not None:
            return "above" if self.gap_number > 0 else "below" if self.gap_number < 0 else "equal"
        return {"+": "above", "-": "below", "−": "below", "–": "below", "=": "equal"}.get(
            self.gap_sign, ""
        )


def figures(indicators: Sequence[Indicator]) -> dict[int, list[Shown]]:
    """The figures of these indicators in the order they were entered, in three questions.

    Where an indicator counts people, figures under its threshold are masked, and with them every
    figure from which one could work them out.
    """
    counting = {one.id: one for one in indicators if one.counts_people}
    shown: dict[int, list[Shown]] = {one.id: [] for one in indicators}
    if not shown:
        return shown
    rows = _measures(shown)
    latest = _latest_corrections(shown)
    site = threshold() if counting else THRESHOLD
    holders = _holders(rows) if counting else {}
    current = {row.id: _now(row, latest.get(row.id)) for row in rows}
    by_indicator: dict[int, list[Measure]] = defaultdict(list)
    for row in rows:
        by_indicator[row.indicator_id].append(row)
    for number, own in by_indicator.items():
        unseen: frozenset[int] = frozenset()
        if indicator := counting.get(number):
            unseen = _unseen(own, current, holders, indicator.threshold or site)
        shown[number] = [_show(row, current, row.id in unseen, unseen) for row in own]
    return shown


class _Now(NamedTuple):
    """A figure as it stands today, before anybody asks whether it may be seen."""

    words: str
    number: Decimal | None
    unit: str
    quality: Quality | None
    is_corrected: bool


def _measures(indicator_ids: Iterable[int]) -> list[Measure]:
    return list(
        db.session.scalars(
            sa.select(Measure)
            .options(joinedload(Measure.place).joinedload(Place.merged))
            .where(Measure.indicator_id.in_(list(indicator_ids)))
            .order_by(Measure.indicator_id, Measure.order, Measure.id)
        )
    )


def _latest_corrections(indicator_ids: Iterable[int]) -> dict[int, Correction]:
    rows = db.session.scalars(
        sa.select(Correction)
        .join(Measure, Measure.id == Correction.measure_id)
        .where(Measure.indicator_id.in_(list(indicator_ids)))
        .order_by(Correction.id)
    )
    return {row.measure_id: row for row in rows}


def _now(row: Measure, correction: Correction | None) -> _Now:
    said = correction or row
    return _Now(said.words, said.number, said.unit, said.quality, correction is not None)


def _show(row: Measure, current: dict[int, _Now], is_masked: bool, unseen: frozenset[int]) -> Shown:
    now = current[row.id]
    beside = current.get(row.reference_id) if row.reference_id else None
    gap = _gap(row, now, beside)
    if is_masked or row.reference_id in unseen:
        gap = ("", None, "", "")
    return Shown(
        id=row.id,
        indicator_id=row.indicator_id,
        territory=row.territory,
        key=row.key,
        place_id=row.standing.id if row.standing else None,
        place_slug=row.standing.slug if row.standing else None,
        category=row.category,
        period=row.period,
        words="" if is_masked else now.words,
        number=None if is_masked else now.number,
        unit=now.unit,
        quality=now.quality,
        source=row.source,
        gap_words=gap[0],
        gap_number=gap[1],
        gap_unit=gap[2],
        gap_sign=gap[3],
        reference_id=row.reference_id,
        is_total=row.is_total,
        is_masked=is_masked,
        is_corrected=now.is_corrected,
    )


def _gap(row: Measure, now: _Now, beside: _Now | None) -> tuple[str, Decimal | None, str, str]:
    """The gap as printed while both figures stand as printed, else their difference today."""
    is_as_printed = not now.is_corrected and not (beside and beside.is_corrected)
    if is_as_printed and (row.gap_words or row.gap_sign):
        return row.gap_words, row.gap_number, row.gap_unit, row.gap_sign
    if beside is None or now.number is None or beside.number is None or now.unit != beside.unit:
        return "", None, "", ""
    return "", now.number - beside.number, POINTS if now.unit == PERCENT else now.unit, ""


# Small numbers.


def _holders(rows: Iterable[Measure]) -> dict[int, set[int]]:
    """Which places each place with figures ever lay in."""
    found: dict[int, set[int]] = defaultdict(set)
    place_ids = {row.standing.id for row in rows if row.standing}
    if not place_ids:
        return found
    links = sa.select(Lies.place_id, Lies.parent_id).where(Lies.place_id.in_(place_ids))
    for place_id, parent_id in db.session.execute(links):
        found[place_id].add(parent_id)
    return found


def _unseen(
    rows: list[Measure], current: dict[int, _Now], holders: dict[int, set[int]], limit: int
) -> frozenset[int]:
    """The figures of a counting indicator to mask, period by period."""
    by_period: dict[str, list[Measure]] = defaultdict(list)
    for row in rows:
        by_period[fold(row.period)].append(row)
    undated = by_period.pop("", [])  # may be of any period: beside each of them
    unseen: set[int] = set()
    for own in [[*some, *undated] for some in by_period.values()] or [undated]:
        values = {row.id: _whole_number(current[row.id].number) for row in own}
        found = masking.hidden(values, additions.sums(own, values, holders), limit)
        unseen |= found  # type: ignore[arg-type]
    return frozenset(unseen)


def _whole_number(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


# Side by side.


def latest(rows: Iterable[Shown]) -> list[Shown]:
    """For each territory and category the figure of the last year; first entered, first served."""
    best: dict[tuple[str, str], Shown] = {}
    for row in rows:
        at = (row.key, row.category)
        if at not in best or (row.year or 0) > (best[at].year or 0):
            best[at] = row
    return list(best.values())


class Way(NamedTuple):
    """One territory over the years: a figure a year, earliest first."""

    territory: str
    category: str
    unit: str
    figures: tuple[Shown, ...]


def over_time(rows: Iterable[Shown]) -> list[Way]:
    """The territories with figures for several years, in one unit."""
    ways: dict[tuple[str, str], dict[int, Shown]] = {}
    for row in rows:
        if row.year is not None:
            ways.setdefault((row.key, row.category), {}).setdefault(row.year, row)
    found = []
    for by_year in ways.values():
        own = tuple(by_year[year] for year in sorted(by_year))
        if len(own) > 1 and len({one.unit for one in own if one.number is not None}) == 1:
            first = own[0]
            unit = next(one.unit for one in own if one.number is not None)
            found.append(Way(first.territory, first.category, unit, own))
    return found


class Pair(NamedTuple):
    """The same thing said twice, and not the same."""

    one: Shown
    other: Shown


def contradictions(rows: Sequence[Shown]) -> list[Pair]:
    """Figures of two sources for one territory that differ, where the periods do not part them."""
    pairs = []
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            if (one.key, one.category) != (other.key, other.category):
                continue
            if one.period and other.period and fold(one.period) != fold(other.period):
                continue
            if one.words and other.words and _differ(one, other):
                pairs.append(Pair(one, other))
    return pairs


def _differ(one: Shown, other: Shown) -> bool:
    if one.number is None or other.number is None:
        return fold(one.words) != fold(other.words)
    return (one.number, one.unit) != (other.number, other.unit)


def contradiction_gaps(indicators: Iterable[Indicator]) -> list[Gap]:
    """What an editor was asked about these indicators' figures, settled or not."""
    rows = sa.select(Gap).where(
        Gap.subject_kind == "indicator",
        Gap.subject_id.in_([one.id for one in indicators]),
        Gap.kind == CONTRADICTION,
    )
    return list(db.session.scalars(rows.order_by(Gap.id)))


class Contradicted(NamedTuple):
    """An indicator whose sources disagree, and what an editor was asked to settle."""

    indicator: Indicator
    pairs: list[Pair]
    gaps: list[Gap]


def contradicted(
    indicators: Sequence[Indicator], shown: Mapping[int, Sequence[Shown]]
) -> list[Contradicted]:
    """Those with two figures for one thing, the ones nobody has looked at first."""
    gaps: dict[int, list[Gap]] = defaultdict(list)
    for gap in contradiction_gaps(indicators):
        gaps[gap.subject_id].append(gap)
    found = [
        Contradicted(one, contradictions(shown[one.id]), gaps.get(one.id, [])) for one in indicators
    ]
    found = [one for one in found if one.pairs]
    return sorted(found, key=lambda one: all(gap.done_at for gap in one.gaps))


# By place.


class AtPlace(NamedTuple):
    """What one indicator says of a place, beside what it is compared with."""

    indicator: Indicator
    figure: Shown
    reference: Shown | None


def of_place(place: Place, actor: User | None) -> list[Indicator]:
    """The indicators with a figure in a place."""
    entries = sa.select(Place.id).where(sa.or_(Place.id == place.id, Place.merged_id == place.id))
    here = sa.select(Measure.indicator_id).where(Measure.place_id.in_(entries))
    return _in_order(sa.select(Indicator).where(Indicator.id.in_(here), visible_to(actor)))


def at_place(place: Place, actor: User | None) -> list[AtPlace]:
    """The latest figure of each indicator in a place, beside its reference."""
    indicators = of_place(place, actor)
    shown = figures(indicators)
    found = []
    for one in indicators:
        by_id = {row.id: row for row in shown[one.id]}
        for row in latest(shown[one.id]):
            if row.place_id == place.id:
                found.append(AtPlace(one, row, by_id.get(row.reference_id or 0)))
    return found


class Measured(NamedTuple):
    """A place with figures, and how many indicators speak of it."""

    place: Place
    indicators: int


def places(actor: User | None) -> list[Measured]:
    """The places that have figures, by name."""
    entry = aliased(Place)
    rows = db.session.execute(
        sa.select(Place, sa.func.count(sa.distinct(Measure.indicator_id)))
        .join(entry, sa.func.coalesce(entry.merged_id, entry.id) == Place.id)
        .join(Measure, Measure.place_id == entry.id)
        .join(Indicator, Indicator.id == Measure.indicator_id)
        .where(visible_to(actor))
        .group_by(Place.id)
    )
    return sorted((Measured(*row) for row in rows), key=lambda one: fold(one.place.name))


# What was corrected.


class Past(NamedTuple):
    """A figure before and after a correction; in a table with masked figures, only the reason."""

    figure: Shown
    was: str
    became: str
    reason: str
    correction: Correction


def corrections(indicator: Indicator, rows: Sequence[Shown]) -> list[Past]:
    """What was corrected, latest first; no former figure where any was ever a small number."""
    if not any(row.is_corrected for row in rows):
        return []
    by_id = {row.id: row for row in rows}
    told = db.session.scalars(
        sa.select(Correction)
        .join(Measure, Measure.id == Correction.measure_id)
        .options(joinedload(Correction.measure))
        .where(Measure.indicator_id == indicator.id)
        .order_by(Correction.id)
    ).all()
    is_shown = not (told and indicator.counts_people and _was_ever_small(indicator))
    said: dict[int, str] = {}
    past = []
    for one in told:
        was = said.get(one.measure_id, whole(one.measure.words, one.measure.unit))
        became = whole(one.words, one.unit)
        said[one.measure_id] = became
        if not is_shown:
            was = became = ""
        past.append(Past(by_id[one.measure_id], was, became, one.reason, one))
    return past[::-1]


def _was_ever_small(indicator: Indicator) -> bool:
    limit = indicator.threshold or threshold()
    return any(number < limit for number, _unit in numbers_of(indicator))
