"""What each column knows of a person: what for, on which base, for how long, for whose eyes.

Beside its tables every room says which columns speak of people (`personal`) and which tables do not
(`impersonal`); a test refuses a column nobody spoke of. The register, the data map, the export of
one's data, the erasure and the tests that look for what it left are all made from what is said
here, so that a new column is covered on the day it appears.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from consult.core import clock
from consult.core.db import changed, db
from consult.core.files import StoredFile, let_all_go
from consult.core.i18n import Labelled, _

PERSON = "user"  # the table of accounts
CODES = ("key", "kind", "subject_kind", "language", "receipt")  # never words of anybody


class Basis(Labelled):
    """Why the law allows it (GDPR, articles 6 and 9)."""

    TASK = "6.1.e", _("Task in the public interest (GDPR, article 6.1.e)")
    LAW = "6.1.c", _("Legal obligation (GDPR, article 6.1.c)")
    CONSENT = "6.1.a", _("Consent (GDPR, article 6.1.a)")
    EXPLICIT_CONSENT = "9.2.a", _("Explicit consent (GDPR, article 9.2.a)")
    MADE_PUBLIC = (
        "9.2.e",
        _(
            "Task in the public interest, and opinions made public by their author"
            " (GDPR, articles 6.1.e and 9.2.e)"
        ),
    )


class Fate(StrEnum):
    """What becomes of a column when the account it belongs to is erased."""

    BLANK = "blank"  # emptied
    ROW = "row"  # its whole row goes
    WORDS = "words"  # published words: stay without their author, or go if the author so wishes
    LINK = "link"  # a number that leads to the emptied account, and so to nobody
    RECORD = "record"  # belongs to the town's public record, not to an account


@dataclass(frozen=True)
class Use:
    """One thing that personal data is used for: a line of the register."""

    name: str
    title: LazyString
    purpose: LazyString
    basis: Basis
    kept: LazyString  # for how long
    seen_by: LazyString


@dataclass(frozen=True)
class Datum:
    """One column that speaks of a person."""

    column: sa.Column[Any]
    use: Use
    of: tuple[str, ...]  # the columns of its table that lead to the person; none: no account
    fate: Fate
    until: str | None = None  # the column of its table that says since when it serves no more

    @property
    def table(self) -> sa.Table:
        return self.column.table  # type: ignore[return-value]


_data: dict[str, dict[str, Datum]] = {}
_plain: dict[str, set[str]] = {}  # "*": the whole table, but for what is declared personal


def personal(
    model: type[Any],
    use: Use,
    columns: str,
    *,
    of: str = "",
    fate: Fate | None = None,
    until: str | None = None,
) -> None:
    """Say that these columns of a model (names apart by spaces) speak of a person.

    `of` names the columns that lead to this person: a key to the account, a key to a row that leads
    there in turn (its own first `of`), or an e-mail address. Empty: nobody with an account.
    What becomes of them, if it is not said: emptied; who signed for the town leads to nobody.
    `until`: a column of moments. While it holds none, others still need what was said: it stays,
    without its author, and the room empties it then (the row bears its `erased_at`).
    """
    table: sa.Table = model.__table__
    if fate is None:
        fate = (Fate.LINK if use is OFFICE else Fate.BLANK) if of else Fate.RECORD
    for name in columns.split():
        _data.setdefault(table.name, {})[name] = Datum(
            table.c[name], use, tuple(of.split()), fate, until
        )


def impersonal(*models: type[Any], columns: str = "*") -> None:
    """Say that these columns, or all others of these models, are the town's and not a person's.

    Whoever signed such a row did so for the town (see `OFFICE`).
    """
    for model in models:
        table: sa.Table = model.__table__
        names = set(columns.split())
        if unknown := names - {"*", *table.c.keys()}:
            raise KeyError(f"{table.name} has no column {unknown}")
        _plain.setdefault(table.name, set()).update(names)


def data() -> list[Datum]:
    """Every column that speaks of a person, whoever signed for the town included."""
    found = []
    for table in db.metadata.sorted_tables:
        said = _data.get(table.name, {})
        for column in table.columns:
            if column.name in said:
                found.append(said[column.name])
            elif _leads_to_account(column) and "*" in _plain.get(table.name, ()):
                found.append(Datum(column, OFFICE, (column.name,), Fate.LINK))
    return found


def undeclared() -> list[str]:
    """Columns of words or that lead to an account, of which nobody said anything."""
    return [
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if _may_speak(column)
        and column.name not in _data.get(table.name, {})
        and not _plain.get(table.name, set()) & {column.name, "*"}
        and column.name not in CODES
    ]


def mine(table: sa.Table, of: tuple[str, ...], user: Any) -> sa.ColumnElement[bool]:
    """Which rows of a table lead to this person (an account with `id` and `email_key`)."""
    return sa.or_(sa.false(), *(_one(table, table.c[name], user) for name in of))


def of_table(name: str) -> tuple[str, ...]:
    """The columns by which a table leads to a person; none if it does not."""
    return next((datum.of for datum in _data.get(name, {}).values() if datum.of), ())


def _one(table: sa.Table, column: sa.Column[Any], user: Any) -> sa.ColumnElement[bool]:
    if table.name == PERSON and column.primary_key:
        return column == user.id
    for key in column.foreign_keys:
        other = key.column.table
        if other.name == PERSON:
            return column == user.id
        return column.in_(sa.select(key.column).where(mine(other, of_table(other.name), user)))
    if isinstance(column.type, sa.Text | sa.String):
        return sa.func.lower(column) == user.email_key
    return column == user.id


def _leads_to_account(column: sa.Column[Any]) -> bool:
    return any(key.column.table.name == PERSON for key in column.foreign_keys)


def _may_speak(column: sa.Column[Any]) -> bool:
    is_words = isinstance(column.type, sa.String | sa.JSON | sa.LargeBinary)
    return (is_words and not isinstance(column.type, sa.Enum)) or _leads_to_account(column)


# Uses that every room shares; the others stand beside the tables that serve them.

OFFICE = Use(
    "office",
    _("Acts signed for the town"),
    _(
        "Know which agent or elected person published, decided or answered, so that the town can "
        "be held to account."
    ),
    Basis.TASK,
    _("As long as the act itself; the name goes when the account is closed."),
    _("The services of the town; the public where the act is signed."),
)
RECORD = Use(
    "record",
    _("Names in public acts and documents"),
    _(
        "Show who voted, signed, chaired or carried out, as deliberations, agreements and plans "
        "say."
    ),
    Basis.LAW,
    _("As long as the document: public archives."),
    _("Everybody: these documents are public."),
)
SAFETY = Use(
    "safety",
    _("Protection against abuse"),
    _("Count tries for a short while, so that nobody guesses a password or floods a form."),
    Basis.TASK,
    _("One day."),
    _("Nobody: counted by the machine."),
)


# Erasing.

Step = Callable[[Any, bool], None]
_first: list[Step] = []
_steps: list[Step] = []


def before_leaving(step: Step) -> Step:
    """Have this held before anything of whoever is erased goes: `step(person, withdraws)`."""
    _first.append(step)
    return step


def on_leaving(step: Step) -> Step:
    """Have this done whenever somebody is erased: `step(person, withdraws)`, after the tables."""
    _steps.append(step)
    return step


def erase(person: Any, *, withdraws: bool) -> None:
    """Empty or delete all that leads to this person, table by table, but the account's own row.

    `withdraws`: their published words go too. What a room must do besides, it asked for by
    `on_leaving`. Whoever calls then blanks the row of the account itself, and commits.
    """
    db.session.flush()
    for step in _first:
        step(person, withdraws)
    fates = (Fate.BLANK, Fate.WORDS) if withdraws else (Fate.BLANK,)
    said = data()
    for table in reversed(db.metadata.sorted_tables):
        if table.name == PERSON:
            continue
        here = [datum for datum in said if datum.column.table is table and datum.of]
        for of in {datum.of for datum in here if datum.fate == Fate.ROW}:
            delete(table, mine(table, of, person))
        # What waits for its end first: rows are found by addresses that the others empty.
        for of, until in sorted({(datum.of, datum.until or "") for datum in here}, reverse=True):
            blanks = {
                datum.column.name: _blank(datum.column)
                for datum in here
                if (datum.of, datum.until or "") == (of, until) and datum.fate in fates
            }
            which = [mine(table, of, person)]
            if until:
                which.append(table.c[until].is_not(None))
            if blanks and "erased_at" in table.columns:
                blanks["erased_at"] = clock.now()
            if blanks:
                db.session.execute(sa.update(table).where(*which).values(blanks))
    db.session.expire_all()
    for step in _steps:
        step(person, withdraws)


def delete(table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Delete these rows, and the files that they alone held; how many rows."""
    held: list[int] = []
    for column in table.columns:
        if any(key.column.table is StoredFile.__table__ for key in column.foreign_keys):
            found = db.session.scalars(sa.select(column).where(which, column.is_not(None)))
            held.extend(found)
    number = changed(sa.delete(table).where(which))
    if held:
        let_all_go(StoredFile.id.in_(held))
    return number


def _blank(column: sa.Column[Any]) -> Any:
    """Nothing, as this column can say it."""
    if column.nullable:
        return None
    return {} if isinstance(column.type, sa.JSON) else ""


personal(StoredFile, RECORD, "name")
impersonal(StoredFile)
