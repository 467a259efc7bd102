"""How a printed table of indicators enters the tables: every figure as printed, none made up."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.slugs import distinct, slugify
from consult.core.text import fold
from consult.engagements.models import Plan, Sheet
from consult.gaps.models import open_gap
from consult.indicators import drafting, figures, queries
from consult.indicators.models import (
    Indicator,
    Measure,
    PrintedTable,
    Quality,
    Yardstick,
    territory_key,
)
from consult.territory.models import Place, PlaceKind
from consult.territory.queries import places_by_name

# What the notes of a table say of the quality of its first column.
ESTIMATED, OFFICIAL = "estimation", "donnee officielle"
# Which indicator of the table the figures of one quarter belong to.
QUARTERS = {"heat": "ilot de chaleur", "trees": "aerienne arboree"}
# What the text gives a second figure of.
POVERTY = "taux de pauvrete"
COLLEGES = "Collèges départementaux implantés en cœur de quartier ou à proximité"
PRIORITY_EDUCATION = "éducation prioritaire"
ALL_COLLEGES = "Collèges du département"


class Carried(NamedTuple):
    """What a document brought: its indicators and its figures, new ones counted."""

    indicators: list[Indicator]
    created: int
    figures: int


def indicators(data: Mapping[str, Any], ref: str, plan: Plan | None = None) -> Carried:
    """The table of indicators of a document, the figures of its quarters, its contradictions.

    `data`: the whole transcription; `plan`: what these indicators measure. What was carried in
    before stays as it is; a second time nothing is written.
    """
    zoom = data["feuille_de_route"].get("zoom") or {}
    table = zoom.get("indicateurs")
    if not table:
        return Carried([], 0, 0)
    carrier = _Carrier(data, ref, plan)
    carrier.around(zoom, table)
    carrier.table(table)
    carrier.quarters(zoom.get("donnees_par_quartier") or ())
    carrier.followed(data.get("fiches_action") or ())
    carrier.told_twice()
    db.session.flush()
    if carrier.created or carrier.figures:
        for one in carrier.made:
            drafting.index(one)
            drafting.note_contradictions(one)
    return Carried(carrier.made, carrier.created, carrier.figures)


class _Carrier:
    """One document being carried in."""

    def __init__(self, data: Mapping[str, Any], ref: str, plan: Plan | None) -> None:
        self.data, self.ref, self.plan = data, ref, plan
        self.places = places_by_name()
        self.territory = str(data["_meta"]["_title"]).partition(" – ")[0].strip()
        self.document = str(data["feuille_de_route"].get("title") or data["_meta"]["_title"])
        self.made: list[Indicator] = []
        self.created = self.figures = 0

    # The printed table.

    def around(self, zoom: Mapping[str, Any], table: Mapping[str, Any]) -> None:
        """What the document says before the table, above its columns and after it."""
        title = table["title"]
        known = sa.select(PrintedTable.id).where(PrintedTable.title == title)
        if db.session.scalar(known) is None:
            db.session.add(
                PrintedTable(
                    title=title,
                    heading=zoom.get("title") or "",
                    introduction=list(zoom.get("paragraphs") or ()),
                    columns=list(table.get("columns") or ()),
                    analysis=list(zoom.get("analyse") or ()),
                    source=self.document,
                    external_ref=f"{self.ref}/{slugify(title)}",
                )
            )

    def table(self, table: Mapping[str, Any]) -> None:
        first, second = table["columns"][:2]
        notes = {one["key"]: one["text"] for one in table.get("notes") or ()}
        for number, row in enumerate(table["rows"], start=1):
            indicator = self.indicator(
                f"{self.ref}/I{row.get('_n', number)}",
                label=row["label"],
                theme=row["theme"],
                collection=table["title"],
                unit=self._unit(row["qpv"]),
                note_key=row.get("note") or "",
                note_words=notes.get(row.get("note"), ""),
                reading_key=table.get("reading_key") or "",
                compared_with=Yardstick.DEPARTMENT,
                order=number,
            )
            reference = self.measure(
                indicator,
                second,
                row["val_de_marne"],
                period=row.get("annee"),
                source=row.get("source"),
                order=2,
            )
            self.measure(
                indicator,
                first,
                row["qpv"],
                period=row.get("annee"),
                source=row.get("source"),
                quality=_quality(indicator.note_words),
                gap=row.get("ecart_detaille"),
                gap_sign=row.get("ecart_simplifie"),
                reference=reference,
                order=1,
            )

    def quarters(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What the text says of single quarters; it names no year, so none is given."""
        by_words = {
            name: next((one for one in self.made if words in fold(one.label)), None)
            for name, words in QUARTERS.items()
        }
        for number, row in enumerate(rows, start=1):
            for name, indicator in by_words.items():
                if indicator is not None and row.get(name):
                    self.measure(
                        indicator,
                        row["name"],
                        row[name],
                        place=self._quarter(row["name"], row.get("commune")),
                        source=self.document,
                        order=10 + number,
                    )

    def followed(self, sheets: Iterable[Mapping[str, Any]]) -> None:
        """What the action sheets say they will count; nobody has counted it yet."""
        known = self._sheets()
        for sheet in sheets:
            for number, label in enumerate(sheet.get("_indicators") or (), start=1):
                indicator = self.indicator(
                    f"{self.ref}/{sheet['_id']}/I{number}",
                    label=label,
                    theme=sheet["thematique"],
                    counts_people=True,
                    order=100 + number,
                )
                measured = known.get(sheet["_id"])
                if measured is not None and measured not in indicator.sheets:
                    indicator.sheets.append(measured)

    def told_twice(self) -> None:
        """The same thing with two figures: both stay, each where it was read."""
        poverty = next((one for one in self.made if fold(one.label) == POVERTY), None)
        if poverty and (
            text := self._quoted(r"taux de pauvreté moyen de ([\d,]+ ?%).*?contre ([\d,]+ ?%)")
        ):
            for order, (territory, words) in enumerate(
                zip(self._columns(), text.words, strict=True)
            ):
                self.measure(poverty, territory, words, source=text.source, order=3 + order)
        sheet = self._quoted(
            r"(\d+) des (\d+) collèges.*?(\d+) appartiennent au réseau de l'éducation prioritaire"
        )
        text = self._quoted(
            r"(\d+) collèges en cœur de quartier.*?(\d+) collèges relevant de l'éducation prio"
        )
        if not (sheet and text):
            return
        theme = str((self.data.get("fiches_action") or [{}])[0].get("thematique", ""))
        near = self.indicator(f"{self.ref}/C1", label=COLLEGES, theme=theme, order=90)
        for said, (number, priority) in ((sheet, sheet.words[::2]), (text, text.words)):
            self.measure(near, self.territory, number, source=said.source)
            self.measure(
                near, self.territory, priority, category=PRIORITY_EDUCATION, source=said.source
            )
        total = self.indicator(f"{self.ref}/C2", label=ALL_COLLEGES, theme=theme, order=91)
        self.measure(total, self.territory, sheet.words[1], source=sheet.source)
        if caption := self._quoted(r"le (\d+e) du département.*?(\d{4})"):
            words, year = caption.words
            self.measure(total, self.territory, words, period=year, source=caption.source)

    # One thing at a time.

    def indicator(self, ref: str, *, label: str, **described: Any) -> Indicator:
        """The indicator of this reference, else a new one, public as its document is."""
        found = db.session.scalar(sa.select(Indicator).where(Indicator.external_ref == ref))
        if found is None:
            found = Indicator(
                slug=distinct(slugify(label, default="indicateur"), queries.is_taken),
                label=label,
                external_ref=ref,
                published_at=clock.now(),
                **described,
            )
            found.plans = [self.plan] if self.plan is not None else []
            db.session.add(found)
            db.session.flush()
            self.created += 1
        self.made.append(found)
        return found

    def measure(
        self,
        indicator: Indicator,
        territory: str,
        words: str | None,
        *,
        place: Place | None = None,
        category: str = "",
        period: str | None = None,
        source: str | None = None,
        quality: Quality | None = None,
        gap: str | None = None,
        gap_sign: str | None = None,
        reference: Measure | None = None,
        order: int = 0,
    ) -> Measure | None:
        """The figure as printed; none where the document prints none."""
        if not words:
            return None
        place = place or self._place(territory)
        key = territory_key(place, territory)
        ref = "/".join(
            (indicator.external_ref or "", key, category, period or "", slugify(source or ""))
        )
        found = db.session.scalar(sa.select(Measure).where(Measure.external_ref == ref))
        if found is not None:
            return found
        figure, apart = figures.parse(words), figures.parse(gap or "")
        measure = Measure(
            indicator=indicator,
            place_id=place.id if place else None,
            territory=territory,
            territory_key=key,
            category=category,
            period=period or "",
            words=words,
            number=figure.number if figure else None,
            unit=figure.unit if figure else "",
            quality=quality,
            source=source or "",
            gap_words=gap or "",
            gap_number=apart.number if apart else None,
            gap_unit=apart.unit if apart else "",
            gap_sign=gap_sign or "",
            reference=reference,
            order=order,
            external_ref=ref,
        )
        db.session.add(measure)
        db.session.flush()
        self.figures += 1
        self._check(measure)
        return measure

    def _check(self, measure: Measure) -> None:
        """The printed gap is the difference of the printed figures, or an editor hears of it."""
        beside = measure.reference
        if beside is None or None in (measure.number, beside.number, measure.gap_number):
            return
        if measure.number - beside.number != measure.gap_number:  # type: ignore[operator]
            words = f"{measure.words} / {beside.words} / {measure.gap_words}"
            open_gap(measure.indicator, queries.CONTRADICTION, f"gap-{measure.id}", words)

    # Where, who, in which words.

    def _columns(self) -> list[str]:
        return list(self.data["feuille_de_route"]["zoom"]["indicateurs"]["columns"][:2])

    def _unit(self, words: str | None) -> str:
        found = figures.parse(words or "")
        return found.unit if found else ""

    def _place(self, territory: str) -> Place | None:
        """The place these words name; « Ensemble du Val-de-Marne » is the Val-de-Marne."""
        if place := self.places.get(fold(territory)):
            return place
        whole = self.places.get(fold(self.territory))
        of_all = fold(f"Ensemble du {self.territory}")
        return whole if fold(territory) == of_all else None

    def _quarter(self, name: str, commune: str | None) -> Place:
        """The quarter of this name, in its municipality where two bear it; else a new one."""
        spellings = [f"{name} ({commune})", name] if commune else [name]
        for spelling in spellings:
            if place := self.places.get(fold(spelling)):
                return place
        place = Place.new(name, kind=PlaceKind.PRIORITY)
        db.session.flush()
        self.places[fold(name)] = place
        return place

    def _sheets(self) -> dict[str, Sheet]:
        """The action sheets of the plan by the last part of their reference: « FA1 »."""
        if self.plan is None:
            return {}
        rows = db.session.scalars(sa.select(Sheet).where(Sheet.plan_id == self.plan.id))
        return {(one.external_ref or "").rpartition("/")[2]: one for one in rows}

    def _quoted(self, pattern: str) -> "_Quoted | None":
        """The first words of the document of this form, and where it says them."""
        found = _search(self.data, re.compile(pattern))
        if found is None:
            return None
        said, titles = found
        ends = dict.fromkeys((*titles[:1], *titles[-1:]))
        return _Quoted(list(said.groups()), " – ".join(ends))


class _Quoted(NamedTuple):
    """Figures read in a sentence, and the printed titles above it."""

    words: list[str]
    source: str


def _quality(note: str) -> Quality | None:
    """What a note says of a figure; without a note nobody said."""
    words = fold(note)
    if ESTIMATED in words:
        return Quality.ESTIMATE
    return Quality.OFFICIAL if OFFICIAL in words else None


def _search(
    part: Any, pattern: re.Pattern[str], titles: tuple[str, ...] = ()
) -> tuple[re.Match[str], tuple[str, ...]] | None:
    """Where a document first says words of this form, with the printed titles above them."""
    inner: Iterable[Any] = ()
    if isinstance(part, str):
        said = pattern.search(part)
        return (said, titles) if said else None
    if isinstance(part, Mapping):
        title = part.get("title") or part.get("thematique")
        titles = (*titles, title) if isinstance(title, str) else titles
        inner = (one for name, one in part.items() if not name.startswith("_"))
    elif isinstance(part, list):
        inner = part
    for one in inner:
        if found := _search(one, pattern, titles):
            return found
    return None
