"""The two databases each test may run on, and how each is made empty again, quickly."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import sqlalchemy as sa
from flask import Flask

import consult
from consult import migrations
from consult.core.db import db
from tests.engines import postgresql_uri

MIGRATIONS = Path(consult.__file__).parent / "migrations"
KEPT = "alembic_version"


class House:
    """One application on one engine, shared by the tests of one process."""

    def __init__(self, engine: str, folder: Path, worker: str) -> None:
        self.instance = folder / "instance"
        self.instance.mkdir(parents=True, exist_ok=True)
        self.uri = (
            f"sqlite:///{folder / 'consult.db'}" if engine == "sqlite" else postgresql_uri(worker)
        )
        self.app: Flask = consult.create_app(
            TESTING=True,
            SECRET_KEY="only for tests",
            INSTANCE=str(self.instance),
            SQLALCHEMY_DATABASE_URI=self.uri,
            SERVER_NAME="localhost",
            SESSION_COOKIE_SECURE=False,
            WTF_CSRF_ENABLED=False,
            PAGE_CACHE=False,
            # Tests send forms as fast as programs do; those about the door put it back.
            LAYERS=("rate", "disposable", "links", "alike", "bursts"),
            MAIL_BACKEND="locmem",
            DISK_ROOM=1,  # a folder in memory may be small
        )
        self.engine = engine
        migrate(self.app)
        self.keep()
        self._is_clean = True

    def keep(self) -> None:
        """Make this the first day: what is there now is there after each reset."""
        self._files = set(self.instance.rglob("*"))
        self._empty = self._sqlite() if self.engine == "sqlite" else self._postgresql()
        self._first_mark = self._mark()
        self._is_clean = False

    def is_untouched(self) -> bool:
        """Whether nothing at all was written since the first day, or since the last reset."""
        return self._mark() == self._first_mark

    def _mark(self) -> int:
        """Moves whenever something is written: SQLite's log, PostgreSQL's next transaction."""
        if self.engine == "sqlite":
            log = Path(self.uri.removeprefix("sqlite:///") + "-wal")
            return log.stat().st_size if log.exists() else 0
        asked = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        return self.server.execute(asked).fetchone()[0]

    def reset(self) -> None:
        """As on the first day: rows, numbering, files, letters."""
        if not self._is_clean:
            with self.app.app_context():
                db.engine.dispose()
            self._empty()
            for path in sorted(set(self.instance.rglob("*")) - self._files, reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        self.app.extensions["mailman"].outbox = []
        self._first_mark = self._mark()
        self._is_clean = False

    def leave(self) -> None:
        """Close what is open to the database: nobody comes back to this house."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if hasattr(self, "server"):
            self.server.close()

    def _sqlite(self) -> Callable[[], None]:
        """SQLite: put the first day's file back."""
        file = Path(self.uri.removeprefix("sqlite:///"))
        first_day = file.with_suffix(".first")
        with self.app.app_context():
            with db.engine.connect() as connection:
                connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        shutil.copyfile(file, first_day)

        def empty() -> None:
            for suffix in ("-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
            # Another file under the same name: whoever still holds the old one disturbs nobody.
            fresh = file.with_suffix(".fresh")
            shutil.copyfile(first_day, fresh)
            fresh.replace(file)

        return empty

    def _postgresql(self) -> Callable[[], None]:
        """PostgreSQL: empty what has rows, put the first day's rows back, number from one."""
        if hasattr(self, "server"):
            self.server.close()
        self.server = server = psycopg.connect(self.uri.replace("+psycopg", ""), autocommit=True)
        server.execute("SET session_replication_role = replica")  # no triggers, any order
        server.execute("SET lock_timeout = '10s'")  # somebody still holds a row: say so
        tables = dict(
            server.execute(
                "SELECT relname, string_agg(quote_ident(attname), ', ') FROM pg_class"
                " JOIN pg_attribute ON attrelid = pg_class.oid WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace AND relname <> %s"
                " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname",
                [KEPT],
            ).fetchall()
        )
        full = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables
        )
        first_day = []
        for (name,) in server.execute(full).fetchall():
            server.execute(f'CREATE TEMP TABLE "first {name}" AS TABLE "{name}"')
            first_day.append(
                f'INSERT INTO "{name}" ({tables[name]}) OVERRIDING SYSTEM VALUE'
                f' SELECT {tables[name]} FROM "first {name}"'
            )
        numbering = (
            "SELECT format('%I', sequencename), last_value FROM pg_sequences"
            " WHERE schemaname = 'public'"
        )
        first_numbers = dict(server.execute(numbering).fetchall())

        def empty() -> None:
            found = [f'DELETE FROM "{name}"' for (name,) in server.execute(full).fetchall()]
            server.execute("; ".join([*found, *first_day]))
            # A number taken by a row that never came to be is taken all the same.
            for name, last in server.execute(numbering).fetchall():
                if last != (first := first_numbers[name]):
                    server.execute("SELECT setval(%s, %s, %s)", [name, first or 1, bool(first)])

        return empty


def migrate(app: Flask) -> None:
    """Make the tables as a town would; straight from the models while nothing is written down."""
    with app.app_context():
        if list((MIGRATIONS / "versions").glob("*.py")):
            migrations.upgrade()
        else:
            if db.engine.dialect.name == "postgresql":
                with db.engine.begin() as connection:
                    connection.execute(sa.text("DROP SCHEMA public CASCADE"))
                    connection.execute(sa.text("CREATE SCHEMA public"))
            db.create_all()


def fast_folder() -> str | None:
    """A folder in memory where the machine has one: SQLite waits for the disk at each commit."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK)
    return str(memory) if roomy and shutil.disk_usage(memory).free > 256 * 2**20 else None
