"""A plan written as a table, CSV or spreadsheet: each row an action, turned into a document.

The columns are found by what they are called, in several languages, or said by hand:
`ref=ID,title=Títol`. Rows that cannot be taken are told with their line and their reference; the
others stand. A state of progress that the table names in words of its own is kept as printed and
means nothing until somebody says what: `FIN=done,TRAVAUX=started`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from consult.core.i18n import _
from consult.core.pasted import to_markdown
from consult.core.slugs import slugify
from consult.core.tables import TableError, read_rows
from consult.core.text import fold
from consult.engagements.documents import STATUSES, Problem

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
# What the columns may be called, folded: the whole name, or its beginning.
GUESSES = {
    "ref": ("identifiant", "id", "ref", "reference", "code", "numero", "result id"),
    "title": ("titre", "intitule", "title", "titol", "action", "titulo"),
    "words": ("description", "descripcio", "descripcion", "texte", "detail"),
    "engagement": ("engagement", "axe", "thematique", "theme", "categorie", "categoria", "enjeu"),
    "status": ("statut", "avancement", "etat", "status"),
    "date": ("livraison", "echeance", "date de fin", "end date", "date"),
    "unit": ("direction", "pilote", "service", "porteur"),
    "place": ("adresse", "lieu", "quartier", "districte", "arrondissement"),
}
NEEDED = ("title",)


@dataclass
class Table:
    """What a table gave: the document, the columns that were read, the rows left out and why."""

    raw: dict[str, Any]
    columns: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)  # states named in words of its own


def is_table(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def pairs(words: str) -> dict[str, str]:
    """`ref=ID,title=Títol` as a mapping; TableError where it is not written so."""
    found = {}
    for pair in words.split(","):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if pair.strip():
            if not (name and equals and value):
                raise TableError(_("“%(pair)s” is not understood.", pair=pair.strip()))
            found[name] = value
    return found


def read(
    source: Path | BinaryIO,
    name: str,
    *,
    title: str = "",
    columns: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
) -> Table:
    """The plan in a table; TableError where no column holds the titles of its actions."""
    rows = list(_rows(source, name))
    header = list(rows[0][1]) if rows else []
    chosen = {**_guessed(header), **(columns or {})}
    for wanted in NEEDED:
        if chosen.get(wanted) not in header:
            raise TableError(
                _("No column holds the titles of the actions. Say which: title=its name.")
            )
    codes = STATUSES | {_code(key): value for key, value in (states or {}).items()}
    title = title or Path(name).stem
    table = Table({}, {key: column for key, column in chosen.items() if column in header})
    branches: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for line, row in rows:
        said = {key: _clean(row.get(column)) for key, column in table.columns.items()}
        ref = said.get("ref") or f"L{line}"
        at = f"{line} ({ref})"
        if not said.get("title"):
            table.problems.append(Problem(at, _("This row has no title.")))
        elif ref in seen:
            table.problems.append(Problem(at, _("This reference stands twice.")))
        else:
            seen.add(ref)
            branch = said.get("engagement") or title
            number = len(branches) + 1
            held = branches.setdefault(
                branch, {"_ref": f"T{number}", "title": branch, "actions": []}
            )
            held["actions"].append(_action(ref, said, codes, table.unknown))
    table.raw = {
        "_meta": {
            "_seed": slugify(title, limit=50, default="plan"),
            "_table": name,
            "_columns": table.columns,
            "_left_out": [[one.path, str(one.message)] for one in table.problems],
            "_unknown_states": table.unknown,
        },
        "title": title,
        "engagements": list(branches.values()),
    }
    return table


def _rows(source: Path | BinaryIO, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    yield from read_rows(source, name)


def _guessed(header: list[str]) -> dict[str, str]:
    """The column of each field: one called just so, else one whose name begins so."""
    found: dict[str, str] = {}
    folded = {name: fold(name) for name in header}
    for key, names in GUESSES.items():
        free = {name: words for name, words in folded.items() if name not in found.values()}
        exact = (name for want in names for name, words in free.items() if words == want)
        begun = (name for want in names for name, words in free.items() if _begins(words, want))
        column = next(exact, None) or next(begun, None)
        if column:
            found[key] = column
    return found


def _begins(words: str, want: str) -> bool:
    return words.startswith(f"{want} ") or words.startswith(f"{want}_")


def _action(
    ref: str, said: dict[str, str], codes: Mapping[str, str], unknown: dict[str, int]
) -> dict[str, Any]:
    mark = said.get("status", "")
    status = codes.get(_code(mark))
    if mark and status is None:
        unknown[mark] = unknown.get(mark, 0) + 1
    action: dict[str, Any] = {"_id": ref, "text": said["title"], "status_mark": mark or None}
    if status:
        action["_status"] = status
    if said.get("words"):
        action["words"] = to_markdown(said["words"])
    for key, name in (("date", "dates"), ("place", "places"), ("unit", "partners")):
        if said.get(key):
            action[name] = [said[key]]
    return action


def _code(words: str) -> str:
    return fold(words).replace(" ", "_")


def _clean(value: str | None) -> str:
    return " ".join((value or "").split())
