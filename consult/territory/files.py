"""A file of places as the open-data portals give them, read line by line, each fault in words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import _
from consult.core.tables import TableError, opened, read_rows
from consult.core.text import fold
from consult.territory import geometry
from consult.territory.geometry import Geometry, GeometryError
from consult.territory.models import PlaceKind

MOST = 20 * 1024 * 1024  # bytes of a whole file
PLACES = 5_000

# How each column is called from one file to another, after `fold` (accents and marks gone).
COLUMNS = {
    "code": ("code qp", "code qpv", "codeqp", "code quartier"),
    "name": ("lib qp", "nom qp", "nom qpv", "nom quartier", "libelle", "nom", "name"),
    "commune": ("nom commune", "lib com", "libelle commune", "commune qp", "commune", "communes"),
    "insee": ("code commune", "insee com", "code insee", "depcom", "codgeo"),
    "shape": ("geo shape", "geometry", "geom", "geojson"),
}
# QPNNNNNN until 2023, QNXXXYYZ since 2024; « 02A » and « 02B » for Corsica.
QPV_CODE = re.compile(r"QP(?:\d{3}|02[AB])\d{3}|QN(?:\d{3}|02[AB])\d{2}[A-Z]")
COMMUNE_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
DEPARTMENT_CODE = re.compile(r"\d{2,3}|2[AB]")
_SEVERAL = re.compile(r"\s*[,;|/]\s*")


def is_siren(digits: str) -> bool:
    """Nine digits whose sum, every second one doubled, ends in zero (Luhn)."""
    if not re.fullmatch(r"\d{9}", digits):
        return False
    doubled = (
        sum(divmod(int(digit) * (2 if place % 2 else 1), 10)) for place, digit in enumerate(digits)
    )
    return sum(doubled) % 10 == 0


class Commune(NamedTuple):
    """A municipality as a file names it: by its name, its code, or both."""

    name: str
    insee: str


@dataclass(frozen=True)
class Found:
    """One place of a file."""

    line: int
    kind: PlaceKind
    name: str
    code: str
    communes: tuple[Commune, ...] = ()
    geometry: Geometry | None = None


class Fault(NamedTuple):
    """One line that cannot be taken in, and why."""

    line: int
    reason: LazyString


class Contents(NamedTuple):
    """What a file holds: sound places and faulty lines."""

    places: list[Found]
    faults: list[Fault]


def read(source: str | Path | BinaryIO, filename: str = "") -> Contents:
    """Every place of a CSV, Excel or GeoJSON file; raises `TableError` for what is neither."""
    places: list[Found] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for line, row, shape in _rows(source, filename or str(source)):
        if len(places) + len(faults) >= PLACES:
            raise TableError(_("This file holds too many places: at most 5,000."))
        try:
            place = _place(line, row, shape)
            if place.code and place.code in seen:
                raise _Faulty(
                    _(
                        "The code %(code)s already stands at line %(line)d.",
                        code=place.code,
                        line=seen[place.code],
                    )
                )
        except (_Faulty, GeometryError) as faulty:
            faults.append(Fault(line, faulty.message))
            continue
        if place.code:
            seen[place.code] = line
        places.append(place)
    return Contents(places, faults)


class _Faulty(ValueError):
    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


def _rows(
    source: str | Path | BinaryIO, filename: str
) -> Iterator[tuple[int, Mapping[str, str], Any]]:
    """Each line of the file: its number, its cells by folded column name, its outline if any."""
    with opened(source) as stream:
        start = stream.read(2048).lstrip(b"\xef\xbb\xbf \t\r\n")
        stream.seek(0)
        if not start.startswith(b"{"):
            for line, row in read_rows(stream, filename):
                yield line, {fold(name): cell for name, cell in row.items()}, None
            return
        text = stream.read(MOST + 1)
    if len(text) > MOST:
        raise TableError(_("This file is too heavy: at most 20 MB."))
    yield from _features(text)


def _features(text: bytes) -> Iterator[tuple[int, Mapping[str, str], Any]]:
    try:
        found = geometry.parse(text, most=MOST)
    except GeometryError as error:
        raise TableError(error.message) from error
    features = found.get("features")
    if found.get("type") == "Feature":
        features = [found]
    if not isinstance(features, list):
        raise TableError(_("This GeoJSON file holds no list of places (FeatureCollection)."))
    for number, feature in enumerate(features, start=1):
        told = feature.get("properties") if isinstance(feature, dict) else None
        cells = {
            fold(str(name)): " ".join(str(value).split())
            for name, value in (told.items() if isinstance(told, dict) else ())
            if value is not None
        }
        yield number, cells, feature.get("geometry") if isinstance(feature, dict) else None


def _cell(row: Mapping[str, str], column: str) -> str:
    return next((cell for name in COLUMNS[column] if (cell := row.get(name, ""))), "")


def _place(line: int, row: Mapping[str, str], shape: Any) -> Found:
    code = _cell(row, "code").replace(" ", "").upper()
    communes = _communes(row)
    if code:
        kind, name = PlaceKind.PRIORITY, _cell(row, "name")
        if not QPV_CODE.fullmatch(code):
            raise _Faulty(
                _(
                    "“%(code)s” is not the code of a priority district (QN09401A, QP094001).",
                    code=code,
                )
            )
    elif len(communes) == 1 and not any(row.get(name) for name in COLUMNS["name"][:4]):
        kind, name, code = PlaceKind.COMMUNE, communes[0].name, communes[0].insee
        communes = ()
    else:
        kind, name = PlaceKind.DISTRICT, _cell(row, "name")
    if not fold(name):
        raise _Faulty(_("The name is missing."))
    if text := _cell(row, "shape"):
        shape = geometry.parse(text)
    return Found(line, kind, name, code, communes, geometry.check(shape) if shape else None)


def _communes(row: Mapping[str, str]) -> tuple[Commune, ...]:
    names = [name for name in _SEVERAL.split(_cell(row, "commune")) if name]
    codes = [code for code in _SEVERAL.split(_cell(row, "insee").upper()) if code]
    for code in codes:
        if not COMMUNE_CODE.fullmatch(code):
            raise _Faulty(_("“%(code)s” is not the INSEE code of a municipality.", code=code))
    if names and codes and len(names) != len(codes):
        raise _Faulty(_("There are not as many municipalities as INSEE codes."))
    return tuple(
        Commune(names[at] if names else "", codes[at] if codes else "")
        for at in range(max(len(names), len(codes)))
    )
