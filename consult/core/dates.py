"""Dates as documents print them: « au printemps 2021 » stays a spring, and nobody invents a day."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consult.core.text import fold


class Precision(StrEnum):
    """How much of the date the words really say."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    QUARTER = "quarter"
    SEMESTER = "semester"
    YEAR = "year"
    PART = "part"  # the beginning, the middle or the end of a month or a year
    RANGE = "range"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PartialDate:
    """The printed words, and the first and last day they may mean."""

    text: str
    start: date | None = None
    end: date | None = None
    precision: Precision = Precision.UNKNOWN

    @property
    def day(self) -> date | None:
        """The day, only where the words give one."""
        return self.start if self.precision is Precision.DAY else None

    @property
    def iso(self) -> str:
        """The period in ISO 8601, no finer than the words: 2023, 2022-11, 2023-07-01/2023-12-31."""
        if self.start is None or self.end is None:
            return ""
        if self.precision is Precision.DAY:
            return self.start.isoformat()
        if self.precision is Precision.MONTH:
            return f"{self.start:%Y-%m}"
        if self.precision is Precision.YEAR:
            return f"{self.start:%Y}"
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    def __bool__(self) -> bool:
        return self.start is not None


@dataclass(frozen=True)
class Recurrence:
    """The printed words of something that comes back, and its step where they give one."""

    text: str
    every: int | None = None
    unit: str | None = None  # day, week, month, year

    def __bool__(self) -> bool:
        return self.unit is not None


def parse(text: str) -> PartialDate:
    """What the words say, and no more: words that give no period keep an unknown one."""
    text = " ".join(text.split())
    words = _normal(text)
    period = _iso(text) or _period(words) or _range(words)
    if period is None:
        return PartialDate(text)
    start, end, precision = period
    return PartialDate(text, start, end, precision)


def find(text: str) -> list[PartialDate]:
    """The dates that stand in a sentence, in order, each with its own words."""
    found = [parse(match.group().strip(" ,")) for match in _IN_WORDS.finditer(text)]
    return [moment for moment in found if moment]


def recurrence(text: str) -> Recurrence:
    """« une année sur deux » comes every second year; other words are kept as they stand."""
    text = " ".join(text.split())
    words = fold(text)
    for pattern, (every, unit) in _RECURRENCES:
        if match := pattern.search(words):
            number = match.groupdict().get("n")
            step = every * _number(number) if number else every
            found = match.groupdict().get("unit")
            return Recurrence(text, step, _UNITS[found] if found else unit)
    return Recurrence(text)


# --- Periods --------------------------------------------------------------------------------------

Period = tuple[date, date, Precision]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
_SEASONS = {"printemps": (3, 20), "ete": (6, 21), "automne": (9, 22), "hiver": (12, 21)}
_ORDINALS = {
    **{word: 1 for word in ("1er", "1ere", "premier", "premiere", "1")},
    **{word: 2 for word in ("2e", "2eme", "2nd", "2nde", "second", "seconde", "deuxieme", "2")},
    **{word: 3 for word in ("3e", "3eme", "troisieme", "dernier", "3")},
    **{word: 4 for word in ("4e", "4eme", "quatrieme", "4")},
}
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ORDINAL = rf"(?P<n>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_PART = r"(?P<part>debut|mi|milieu|fin)"
_LEAD = re.compile(
    r"^(?:(?:le|la|les|l|du|de|des|d|en|au|aux|a|dans|des|courant|cours|pendant|durant|vers|annee|"
    r"mois|date|depuis|partir|avant|apres|jusqu|printanier) )+"
)


def _normal(text: str) -> str:
    """Folded words, where the marks that part days, months and years are still to be seen."""
    kept = re.sub(r"[/.]", " s ", re.sub(r"(?<=\d)[/.](?=\d)", " s ", text).replace(".", " "))
    kept = re.sub(r"\s*[-–—]\s*(?=\d)", " t ", kept)
    return _LEAD.sub("", fold(kept))


def _iso(text: str) -> Period | None:
    match = re.fullmatch(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:/(\d{4}(?:-\d\d(?:-\d\d)?)?))?", text)
    if not match:
        return None
    first = _iso_one(match[1])
    if match[2] is None or first is None:
        return first
    last = _iso_one(match[2])
    if last is None or last[1] < first[0]:
        return None
    return first[0], last[1], Precision.RANGE


def _iso_one(text: str) -> Period | None:
    parts = [int(part) for part in text.split("-")]
    if not 1000 <= parts[0] <= 9998:
        return None
    if len(parts) == 1:
        return _year(parts[0])
    if not 1 <= parts[1] <= 12:
        return None
    return _month(*parts) if len(parts) == 2 else _day(*parts)


def _range(words: str) -> Period | None:
    """« de janvier 2007 à avril 2008 », « du 7 au 20 mai 2021 », « 2024-2030 », « 2007/2009 »."""
    match = re.fullmatch(r"(?:entre |de |du )?(.+?) (?:a|au|et|t|jusqu (?:a|au|en)) (.+)", words)
    if not match:
        match = re.fullmatch(rf"({_YEAR}) s ((?:19|20)\d\d|\d\d)", words)
        if not match:
            return None
        first, second = match[1], match[3]
    else:
        first, second = match[1], _LEAD.sub("", match[2])
    if re.fullmatch(r"(?:19|20)\d\d", first) and re.fullmatch(r"\d\d", second):
        second = first[:2] + second
    end = _period(second)
    if end is None:
        return None
    # « du 7 au 20 mai 2021 »: the first day borrows its month and year from the last.
    start = _period(first) or _borrowed(first, second, end)
    if start is None or end[1] < start[0]:
        return None
    return start[0], end[1], Precision.RANGE


def _borrowed(first: str, second: str, end: Period) -> Period | None:
    day_only = re.fullmatch(rf"{_WEEKDAY}(\d\d?|1er)", first)
    if day_only and end[2] is Precision.DAY:
        first += f" {_month_name(second)} {end[0].year}"
        return _period(first)
    return _period(f"{first} {end[0].year}")


def _month_name(words: str) -> str:
    match = re.search(_MONTH, words)
    return match.group() if match else ""


def _period(words: str) -> Period | None:
    for pattern, read in _PERIODS:
        if match := pattern.fullmatch(words):
            return read(match)
    return None


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        moment = date(year, month, day)
    except ValueError:  # « 31 février » is kept as words: nobody guesses what was meant
        return None
    return moment, moment, Precision.DAY


def _month(year: int, month: int) -> Period:
    last = monthrange(year, month)[1]
    return date(year, month, 1), date(year, month, last), Precision.MONTH


def _months(year: int, first: int, last: int, precision: Precision) -> Period:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1]), precision


def _year(year: int) -> Period:
    return date(year, 1, 1), date(year, 12, 31), Precision.YEAR


def _read_day(match: re.Match[str]) -> Period | None:
    day = 1 if match["day"] == "1er" else int(match["day"])
    return _day(int(match["year"]), _MONTHS[match["month"]], day)


def _read_figures(match: re.Match[str]) -> Period | None:
    return _day(int(match["year"]), int(match["m"]), int(match["day"]))


def _read_month(match: re.Match[str]) -> Period:
    return _month(int(match["year"]), _MONTHS[match["month"]])


def _read_part_of_month(match: re.Match[str]) -> Period:
    first, last, _ = _read_month(match)
    thirds = {"debut": (1, 10), "mi": (11, 20), "milieu": (11, 20), "fin": (21, last.day)}
    begin, end = thirds[match["part"]]
    return first.replace(day=begin), first.replace(day=end), Precision.PART


def _read_part_of_year(match: re.Match[str]) -> Period:
    thirds = {"debut": (1, 4), "mi": (5, 8), "milieu": (5, 8), "fin": (9, 12)}
    return _months(int(match["year"]), *thirds[match["part"]], Precision.PART)


def _read_season(match: re.Match[str]) -> Period:
    names = list(_SEASONS)
    place = names.index(match["season"])
    year = int(match["year"])
    begin = date(year, *_SEASONS[names[place]])
    after = date(year + (place == 3), *_SEASONS[names[(place + 1) % 4]])
    return begin, date.fromordinal(after.toordinal() - 1), Precision.SEASON


def _read_slice(length: int, precision: Precision) -> Callable[[re.Match[str]], Period | None]:
    def read(match: re.Match[str]) -> Period | None:
        number = _ORDINALS[match["n"]]
        if match["n"] == "dernier":
            number = 12 // length
        if number * length > 12:
            return None
        return _months(int(match["year"]), (number - 1) * length + 1, number * length, precision)

    return read


_read_quarter = _read_slice(3, Precision.QUARTER)
_read_semester = _read_slice(6, Precision.SEMESTER)

_OF = r"(?: (?:de|d|de l|de l annee))?"
_PERIODS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Period | None]]] = [
    (re.compile(rf"{_WEEKDAY}(?P<day>\d\d?|1er) {_MONTH} {_YEAR}"), _read_day),
    (re.compile(rf"{_WEEKDAY}(?P<day>\d\d?) s (?P<m>\d\d?) s {_YEAR}"), _read_figures),
    (re.compile(rf"{_MONTH}{_OF} {_YEAR}"), _read_month),
    (re.compile(rf"{_PART}(?: (?:de|du|d|mois de))? {_MONTH} {_YEAR}"), _read_part_of_month),
    (re.compile(rf"{_PART}(?: t)?{_OF} {_YEAR}"), _read_part_of_year),
    (re.compile(rf"(?P<season>printemps|ete|automne|hiver){_OF} {_YEAR}"), _read_season),
    (re.compile(rf"(?P<season>hiver) {_YEAR} t (?:19|20)?\d\d"), _read_season),
    (re.compile(rf"{_ORDINAL} trimestre{_OF} {_YEAR}"), _read_quarter),
    (re.compile(rf"{_ORDINAL} semestre{_OF} {_YEAR}"), _read_semester),
    (re.compile(rf"t(?P<n>[1-4]) {_YEAR}"), _read_quarter),
    (re.compile(rf"s(?P<n>[12]) {_YEAR}"), _read_semester),
    (re.compile(rf"(?:annee |exercice )?{_YEAR}"), lambda match: _year(int(match["year"]))),
]

# --- In a sentence: the same words with their accents and marks -----------------------------------

_Y = r"(?:19|20)\d\d"
_M = (
    r"(?:janvier|janv\.|février|fevrier|févr\.|mars|avril|avr\.|mai|juin|juillet|juil\.|août|aout|"
    r"septembre|sept\.|octobre|oct\.|novembre|nov\.|décembre|decembre|déc\.)"
)
_D = rf"(?:\d\d?|1er) {_M} {_Y}"
_IN_WORDS = re.compile(
    rf"(?<![\w/-])(?:"
    rf"\d{{4}}-\d\d(?:-\d\d)?(?:/\d{{4}}-\d\d(?:-\d\d)?)?"
    rf"|du (?:\d\d?|1er)(?: {_M})?(?: {_Y})? au {_D}"
    rf"|(?:de )?{_M}(?: {_Y})? à {_M} {_Y}"
    rf"|{_D}|\d\d?/\d\d?/{_Y}"
    rf"|(?:début|mi|milieu|fin)[ -](?:{_M} )?{_Y}"
    rf"|{_M} {_Y}"
    rf"|(?:printemps|été|automne|hiver) (?:de )?{_Y}(?:-\d{{2,4}})?"
    rf"|(?:premier|première|1er|second|deuxième|2e|2ème|2nd|troisième|3e|quatrième|4e|dernier) "
    rf"(?:semestre|trimestre) (?:de )?{_Y}"
    rf"|(?:entre|de) {_Y} (?:et|à) {_Y}|{_Y} ?[-–/] ?{_Y}|{_Y}"
    rf")(?![\w/-])",
    re.IGNORECASE,
)

# --- What comes back ------------------------------------------------------------------------------

_UNITS = {
    **{word: "day" for word in ("jour", "jours", "quotidien", "quotidienne")},
    **{word: "week" for word in ("semaine", "semaines")},
    **{word: "month" for word in ("mois",)},
    **{word: "year" for word in ("an", "ans", "annee", "annees")},
}
_NUMBERS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10, "quinze": 15}
_UNIT = r"(?P<unit>jours?|semaines?|mois|ans?|annees?)"
_N = rf"(?P<n>\d+|{'|'.join(_NUMBERS)})"
_RECURRENCES: list[tuple[re.Pattern[str], tuple[int, str]]] = [
    (re.compile(rf"\bun(?:e|) {_UNIT} sur {_N}\b"), (1, "")),
    (re.compile(rf"\b(?:tous|toutes) les {_N} {_UNIT}\b"), (1, "")),
    (re.compile(rf"\b(?:chaque|tous les|toutes les) {_UNIT}\b"), (1, "")),
    (re.compile(rf"\bune fois par {_UNIT}\b"), (1, "")),
    (re.compile(r"\b(?:quotidien|quotidienne)(?:s|ment)?\b"), (1, "day")),
    (re.compile(r"\bhebdomadaire(?:s|ment)?\b"), (1, "week")),
    (re.compile(r"\b(?:mensuel|mensuelle)(?:s|ment)?\b"), (1, "month")),
    (re.compile(r"\b(?:bimestriel|bimestrielle)(?:s|ment)?\b"), (2, "month")),
    (re.compile(r"\b(?:trimestriel|trimestrielle)(?:s|ment)?\b"), (3, "month")),
    (re.compile(r"\b(?:semestriel|semestrielle)(?:s|ment)?\b"), (6, "month")),
    (re.compile(r"\b(?:annuel|annuelle)(?:s|ment)?\b"), (1, "year")),
    (re.compile(r"\b(?:biennal|biennale|bisannuel|bisannuelle)s?\b"), (2, "year")),
]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]
