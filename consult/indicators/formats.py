"""Tables of figures that people paste or bring, and the table everybody may take away."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import _
from consult.core.rules import refusal
from consult.core.tables import FORMULA, Harmless, Source, TableError, columns, read_rows
from consult.core.text import fold
from consult.indicators import figures, queries, rules
from consult.indicators.models import Indicator, Quality
from consult.indicators.queries import YEAR, Shown
from consult.indicators.rules import Entry
from consult.territory.models import Place

# The table everybody may take away. Names and order are promised: add at the end, change nothing.
COLUMNS = (
    "indicateur_id",
    "collection",
    "theme",
    "indicateur",
    "territoire",
    "lieu",
    "categorie",
    "annee",
    "valeur",
    "unite",
    "valeur_imprimee",
    "qualite",
    "source",
    "compare_a",
    "ecart",
    "ecart_unite",
    "ecart_imprime",
    "ecart_simplifie",
    "masque",
    "total",
    "corrige",
    "note",
    "note_texte",
    "cle_de_lecture",
)
QUALITY_WORDS = {Quality.OFFICIAL: "officielle", Quality.ESTIMATE: "estimation"}
MOST = 2000  # rows somebody may bring at once

# What the columns of a file may be called, once folded; the first found is taken.
NAMES = {
    "territory": ("territoire", "territory", "lieu", "quartier", "commune", "nom"),
    "category": ("categorie", "category", "detail"),
    "period": ("annee", "periode", "year", "period", "date"),
    "number": ("valeur", "value", "chiffre", "figure", "nombre"),
    "words": ("valeur imprimee", "as printed"),
    "unit": ("unite", "unit"),
    "quality": ("qualite", "quality"),
    "source": ("source",),
    "is_total": ("total",),
    "is_masked": ("masque", "masked"),
    "compared_to": ("compare a", "compared to"),
}
# Columns of our own table that say what is known elsewhere.
PASSED_OVER = {fold(name) for name in COLUMNS}
WHOLE = ("ensemble", "tous", "toutes", "total", "all")
YES = ("1", "oui", "yes", "vrai", "true", "x")


class Row(NamedTuple):
    """One row of a table that was brought: the figure it gives, or why it is refused."""

    number: int
    entry: Entry
    reason: LazyString | str | None


class Defaults(NamedTuple):
    """What holds for every row that does not say otherwise."""

    period: str = ""
    source: str = ""
    quality: Quality | None = None
    compared_to: str = ""


def read(
    source: Source,
    filename: str,
    indicator: Indicator,
    places: Mapping[str, Place],
    defaults: Defaults,
) -> list[Row]:
    """Every figure of a table with its row and, where it cannot be taken, the reason.

    One figure a row under « valeur », else one a column: a column named by a year is that year, any
    other is a category. Raises `TableError` where there is no table, or no territory in it.
    """
    header = columns(source, filename)
    where = _known(header)
    if "territory" not in where:
        raise TableError(
            _(
                "No column says the territory: name one “territoire”. The file has: %(found)s.",
                found=", ".join(header),
            )
        )
    wide = [name for name in header if name not in where.values() and fold(name) not in PASSED_OVER]
    if "number" not in where and "words" not in where and not wide:
        raise TableError(_("No column holds figures: name one “valeur”."))
    known = queries.keys_of(indicator)
    rows: list[Row] = []
    for number, cells in read_rows(source, filename):
        said = {name: _plain(cells.get(column, "")) for name, column in where.items()}
        for entry, masked in _entries(said, cells, wide, where, indicator, places, defaults):
            reason = _MASKED if masked else _refused(indicator, entry, known)
            known.add(entry.key)
            rows.append(Row(number, entry, reason))
            if len(rows) > MOST:
                raise TableError(
                    _(
                        "This table has more than %(number)s figures: bring it in parts.",
                        number=MOST,
                    )
                )
    return rows


_MASKED = _("This figure is masked in the file: it cannot be brought in.")


def _known(header: Sequence[str]) -> dict[str, str]:
    """Which column of the file holds what."""
    by_fold = {fold(name.replace("_", " ")): name for name in reversed(header)}
    return {
        ours: by_fold[name]
        for ours, names in NAMES.items()
        if (name := next((one for one in names if one in by_fold), None))
    }


def _entries(
    said: Mapping[str, str],
    cells: Mapping[str, str],
    wide: Sequence[str],
    where: Mapping[str, str],
    indicator: Indicator,
    places: Mapping[str, Place],
    defaults: Defaults,
) -> Iterator[tuple[Entry, bool]]:
    quality = {fold(words): one for one, words in QUALITY_WORDS.items()} | {
        one.value: one for one in Quality
    }
    common: dict[str, Any] = {
        "territory": said["territory"],
        "place": places.get(fold(said["territory"])),
        "source": said.get("source") or defaults.source,
        "quality": quality.get(fold(said.get("quality", "")), defaults.quality),
        "is_total": fold(said.get("is_total", "")) in YES,
        "compared_to": said.get("compared_to") or defaults.compared_to,
    }
    period = said.get("period") or defaults.period
    masked = fold(said.get("is_masked", "")) in YES
    if "number" in where or "words" in where:
        printed, number = said.get("words", ""), said.get("number", "")
        words = printed or number
        if words or masked:
            entry = measured(words, said.get("unit", ""), indicator)
            twin = figures.parse(number) if printed and number else None
            if twin is not None and entry.number != twin.number:
                entry = entry._replace(number=None)
            yield (
                entry._replace(category=said.get("category", ""), period=period, **common),
                masked,
            )
        return
    for column in wide:
        if words := _plain(cells.get(column, "")):
            is_year = YEAR.fullmatch(column.strip())
            yield (
                measured(words, "", indicator)._replace(
                    category="" if is_year or fold(column) in WHOLE else column,
                    period=column.strip() if is_year else period,
                    **common,
                ),
                masked,
            )


def measured(words: str, unit: str, indicator: Indicator) -> Entry:
    """The figure in these words, in its own unit, else in the one given, else the indicator's."""
    found = figures.parse(words)
    own = found.unit if found else ""
    own = own or figures.unit(unit) or indicator.unit
    return Entry("", None, "", "", words, found.number if found else None, own)


def _refused(
    indicator: Indicator, entry: Entry, known: set[tuple[str, str, str, str]]
) -> LazyString | str | None:
    return refusal(rules.be_sound, indicator, entry) or refusal(rules.be_new, entry, known)


def _plain(cell: str) -> str:
    """A cell as it was before a table made it safe for spreadsheets."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def as_text(source: Source, filename: str) -> str:
    """A file as the text one would have pasted: to show it, correct it and send it again."""
    header = columns(source, filename)
    lines = ["\t".join(header)]
    for _number, cells in read_rows(source, filename):
        lines.append("\t".join(cells.get(name, "").replace("\t", " ") for name in header))
        if len(lines) > MOST + 1:
            break
    return "\n".join(" ".join(line.splitlines()) for line in lines)


def pasted(text: str) -> io.BytesIO:
    """What was pasted, as the file it would be."""
    return io.BytesIO(text.encode())


# Taking away.


def rows_of(
    indicators: Iterable[Indicator], shown: Mapping[int, Sequence[Shown]]
) -> Iterator[list[Any]]:
    """Every figure that may be shown, in the order of `COLUMNS`; a masked one without number."""
    for one in indicators:
        by_id = {row.id: row for row in shown[one.id]}
        for row in shown[one.id]:
            beside = by_id.get(row.reference_id or 0)
            yield [
                one.slug,
                one.collection,
                one.theme,
                one.label,
                row.territory,
                row.place_slug or "",
                row.category,
                row.period,
                row.number,
                row.unit,
                printed(row.words),
                QUALITY_WORDS.get(row.quality, "") if row.quality else "",
                row.source,
                beside.territory if beside else "",
                row.gap_number,
                row.gap_unit if row.gap_number is not None else "",
                printed(row.gap_words),
                printed(row.gap_sign),
                row.is_masked,
                row.is_total,
                row.is_corrected,
                one.note_key,
                one.note_words,
                one.reading_key,
            ]


def printed(words: str) -> str:
    """A printed figure as it is: a sign, digits and a plain unit are no formula."""
    found = figures.parse(words)
    is_plain = found is not None and (
        found.unit in (figures.PERCENT, figures.EUROS, figures.COUNT)
        or found.unit.replace(" ", "").isalpha()
    )
    return Harmless(words) if is_plain or words in ("+", "-", "−", "–") else words
