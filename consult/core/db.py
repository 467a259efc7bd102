"""The database: one session, types that mean the same on SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.orm.attributes import set_committed_value

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment. SQLite drops time zones, so all are kept in UTC and come back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without its time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: sa.JSON(), str: sa.Text()},
    )
    id: Mapped[int] = mapped_column(primary_key=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


@sa.event.listens_for(sa.Table, "after_parent_attach")
def give_each_number_once(table: sa.Table, _schema: Any) -> None:
    """SQLite gives a row that is gone's number to the next one, unless the table forbids it."""
    table.dialect_options["sqlite"]["autoincrement"] = True


db = SQLAlchemy(model_class=Base)


def choice(enum: type[StrEnum], **options: Any) -> Mapped[Any]:
    """A column that holds one word of an enum; the database refuses any other."""
    return mapped_column(choice_type(enum), **options)


def choice_type(enum: type[StrEnum]) -> sa.Enum:
    """The column type behind `choice`: text, with a CHECK, the same on both engines."""
    return sa.Enum(
        enum,
        native_enum=False,
        length=30,
        create_constraint=True,
        name=enum.__name__.lower(),
        values_callable=lambda words: [word.value for word in words],
    )


@sa.event.listens_for(sa.Engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    """Make SQLite durable and strict; let SQLAlchemy, not sqlite3, say when to begin."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA busy_timeout=10000; PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY;"
            "PRAGMA secure_delete=ON;"  # what is erased is overwritten in the file itself
        )


@sa.event.listens_for(sa.Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    """Open SQLite's transactions: readers share, a writer says so first (see `writing`)."""
    if connection.dialect.name == "sqlite":
        immediate = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def writing() -> None:
    """Start a transaction that will write, before reading what it depends on.

    SQLite cannot turn a reader into a writer once somebody else has written: the writer must
    queue from the start. PostgreSQL needs nothing here; rows are locked where they are read.
    """
    if db.engine.dialect.name == "sqlite" and not db.session().in_transaction():
        db.session.connection(execution_options={"writing": True})


def locked(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The same query, holding its rows until the end of the transaction.

    All acts hold things in one order, so that no two wait for each other: accounts first (lowest
    number first, `people.queries.held`), then identity checks, then texts (comments before
    contributions, lowest number first), then what hangs on a text, then the counts of a campaign,
    and at last whoever is told and the head of the journal (`journal.actions.commit`).
    """
    return statement.with_for_update()


def alone(name: int, number: int) -> None:
    """Have those who ask for the same two numbers pass one by one, until each is done."""
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(name, number)))


class Rows(NamedTuple):
    """Some rows of one table, in an order: a part of what `together` reads."""

    model: type[Any]
    where: sa.ColumnElement[bool]
    order: tuple[Any, ...] = ()
    options: tuple[Any, ...] = ()


def together(*parts: Rows) -> dict[type[Any], list[Any]]:
    """The rows of several tables by model, in one statement: what hangs on a thing, kind by kind.

    No table may stand in two parts: of models that inherit from one another, only one.
    """
    keys = sa.union_all(
        *(
            sa.select(
                sa.literal(number).label("part"),
                part.model.id.label("id"),
                sa.func.row_number().over(order_by=part.order or (part.model.id,)).label("rank"),
            ).where(part.where)
            for number, part in enumerate(parts)
        )
    ).subquery()
    statement = sa.select(keys.c.part, *(part.model for part in parts)).select_from(keys)
    for number, part in enumerate(parts):
        mine = sa.and_(keys.c.part == number, part.model.id == keys.c.id)
        statement = statement.outerjoin(part.model, mine).options(*part.options)
    found: dict[type[Any], list[Any]] = {part.model: [] for part in parts}
    for number, *things in db.session.execute(statement.order_by(keys.c.part, keys.c.rank)):
        found[parts[number].model].append(things[number])
    return found


def give(owners: Iterable[Any], name: str, rows: Iterable[Any], key: str) -> None:
    """Let things have the rows that hang on them by `key`, as if each had asked for its own."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    for owner in owners:
        set_committed_value(owner, name, found.get(owner.id, []))


def changed(statement: Any) -> int:
    """Carry out an UPDATE or DELETE, and say how many rows it met."""
    return db.session.execute(statement).rowcount  # type: ignore[attr-defined]


def afterwards(deed: Callable[[], None]) -> None:
    """Have this done once what is going on is committed; forgotten if it is not."""
    db.session.info.setdefault("afterwards", []).append(deed)


@sa.event.listens_for(Session, "after_commit")
def _do_afterwards(session: Session) -> None:
    for deed in session.info.pop("afterwards", ()):
        deed()


@sa.event.listens_for(Session, "after_rollback")
def _forget_afterwards(session: Session) -> None:
    session.info.pop("afterwards", None)


def count_in(model: type[Any], key: dict[str, Any], step: int = 1) -> None:
    """Add `step` to the `number` of the row of `model` with this unique key, made if need be."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(model)
        .values(**key, number=step)
        .on_conflict_do_update(index_elements=list(key), set_={"number": model.number + step})
    )


def insert_once(model: type[Any], **values: Any) -> bool:
    """Add a row unless a unique one like it already stands, or is being written; say whether."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    asked = insert(model).values(**values).on_conflict_do_nothing().returning(model.id)
    return db.session.scalar(asked) is not None


def append_only(model: type[Base], but: str = "") -> None:
    """Have the database itself refuse to change or delete what was said in this table.

    `but` names a column of moments: filling it in, once, is the one change allowed. It says when
    words whose time was over were erased.
    """
    table: sa.Table = model.__table__  # type: ignore[assignment]
    table.info["append_only"] = True
    name = table.name
    once = f"OLD.{but} IS NULL AND NEW.{but} IS NOT NULL" if but else ""
    for verb in ("update", "delete"):
        unless = f"WHEN NOT ({once}) " if once and verb == "update" else ""
        sa.event.listen(
            table,
            "after_create",
            sa.DDL(
                f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} {unless}"
                f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            ).execute_if(dialect="sqlite"),
        )
    sa.event.listen(
        table,
        "after_create",
        sa.DDL(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END$$; "
            + (
                f"CREATE TRIGGER {name}_append_only BEFORE UPDATE ON {name} FOR EACH ROW "
                f"WHEN (NOT ({once})) EXECUTE FUNCTION refuse_change(); "
                f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} "
                if once
                else f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
            )
            + "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ).execute_if(dialect="postgresql"),
    )
