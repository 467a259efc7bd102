"""What each column knows of a person: what for, on which base, for how long, for whose eyes.

Beside its tables every room says which columns speak of people (`personal`) and which tables do not
(`impersonal`); a test refuses a column nobody spoke of. The register, the data map, the export of
one's data, the erasure and the tests that look for what it left are all made from what is said
here, so that a new column is covered on the day it appears.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from consult.core.db import db
from consult.core.i18n import _

PERSON = "user"  # the table of accounts
CODES = ("key", "kind", "subject_kind", "language", "receipt")  # never words of anybody


class Basis(StrEnum):
    """Why the law allows it (GDPR, articles 6 and 9)."""

    TASK = "6.1.e"
    LAW = "6.1.c"
    CONSENT = "6.1.a"
    EXPLICIT_CONSENT = "9.2.a"
    MADE_PUBLIC = "9.2.e"

    @property
    def label(self) -> LazyString:
        return BASES[self]


BASES = {
    Basis.TASK: _("Task in the public interest (GDPR, article 6.1.e)"),
    Basis.LAW: _("Legal obligation (GDPR, article 6.1.c)"),
    Basis.CONSENT: _("Consent (GDPR, article 6.1.a)"),
    Basis.EXPLICIT_CONSENT: _("Explicit consent (GDPR, article 9.2.a)"),
    Basis.MADE_PUBLIC: _(
        "Task in the public interest, and opinions made public by their author"
        " (GDPR, articles 6.1.e and 9.2.e)"
    ),
}


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

    @property
    def table(self) -> sa.Table:
        return self.column.table  # type: ignore[return-value]


_data: dict[str, dict[str, Datum]] = {}
_plain: dict[str, set[str]] = {}  # "*": the whole table, but for what is declared personal


def personal(
    model: type[Any], use: Use, columns: str, *, of: str = "", fate: Fate | None = None
) -> None:
    """Say that these columns of a model (names apart by spaces) speak of a person.

    `of` names the columns that lead to this person: a key to the account, a key to a row that leads
    there in turn (its own first `of`), or an e-mail address. Empty: nobody with an account.
    """
    table: sa.Table = model.__table__
    for name in columns.split():
        _data.setdefault(table.name, {})[name] = Datum(
            table.c[name], use, tuple(of.split()), fate or (Fate.BLANK if of else Fate.RECORD)
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
