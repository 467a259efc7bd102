"""Tables anybody may take away: their columns in words, and as programs read them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


class Field(NamedTuple):
    """One column: its name in the file, what it holds, its type in a Table Schema."""

    name: str
    words: LazyString
    type: str = "string"
    example: str = ""


class Dataset(NamedTuple):
    """One table at an address that does not change; new columns only ever come at the end."""

    name: str  # in its address
    title: LazyString
    words: LazyString
    fields: tuple[Field, ...]
    rows: Callable[[], Iterable[Sequence[Any]]]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in self.fields]


def table_schema(
    name: str, title: str, path: str, homepage: str, fields: Iterable[Field]
) -> dict[str, Any]:
    """The columns as a Table Schema (specs.frictionlessdata.io), under the Licence Ouverte 2.0."""
    return {
        "name": name,
        "title": title,
        "homepage": homepage,
        "path": path,
        "licenses": [LICENCE],
        "missingValues": [""],
        "fields": [_described(field) for field in fields],
    }


def _described(field: Field) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "description": str(field.words),
    }
    if field.type == "boolean":
        said |= {"trueValues": ["1"], "falseValues": ["0"]}
    if field.example:
        said["example"] = field.example
    return said
