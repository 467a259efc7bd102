"""How Alembic reaches the database, and how it spells our types without importing the site."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context

from consult.core.db import UtcDateTime, db

# Made by hand in the migrations, for Alembic does not see them; the models make them too.
BY_HAND = ("search_fts", "ix_search_entry_stems", "uq_role_once", "ix_comment_shown")


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations name plain SQLAlchemy types, so that they outlive today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    return not (name or "").startswith(BY_HAND)


@contextmanager
def _tables_made_anew(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making another: what leads to it is looked at once, at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    sqlite: Any = connection.connection.driver_connection  # outside of any transaction
    sqlite.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        sqlite.execute("PRAGMA foreign_keys=ON")


def _nothing_lost(connection: sa.Connection) -> None:
    """Refuse, before it is committed, a change after which a row leads nowhere."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise sa.exc.IntegrityError("migration", None, ValueError(str(lost[:5])))


def run() -> None:
    warnings.filterwarnings("ignore", message=".*expression-based index", append=False)
    with db.engine.connect() as connection, _tables_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            include_object=include_object,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            _nothing_lost(connection)
        if connection.in_transaction():
            connection.commit()


run()
