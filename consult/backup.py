"""A copy of the whole site that only its keeper can open: made while it runs, proved by reading it.

A backup is packed and cut into sealed pieces (AES-256-GCM under a key drawn from the keeper's
secret by scrypt), numbered, the last one marked: none can be changed, moved or cut off unnoticed.
Inside stand named parts, each followed by its fingerprint: what the copy is about, the instance's
own files, every table as one moment saw it, every file handed in, and last what all of it counts.
Rows are written in a form of their own, so that either engine can take them back.

Whoever holds the secret can seal anything, so that nothing inside is believed either: names lead
nowhere but to where such a part belongs, nothing is larger than was said or than the disk has room
for, and what a restore brings is one whole at its end, or nothing.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from flask import current_app

from consult import migrations
from consult.core import clock, erasures, files
from consult.core.db import UtcDateTime, db, writing
from consult.journal import head
from consult.journal import queries as journal
from consult.journal.actions import commit
from consult.privacy import actions as privacy
from consult.privacy import queries as personal

MAGIC = b"consult backup 1\n"
SALT, TAG, PIECE = 16, 16, 2**18  # bytes
FRAME = struct.Struct(">cI")
OPENS, HOLDS, ENDS = b"P", b"D", b"E"  # a part begins, its bytes, its fingerprint
ABOUT, INSTANCE, TABLE, FILE, COUNTS = "about", "instance/", "table/", "file/", "counts"
ROWS = 1000  # read and written at a time
LARGEST = 2**26  # bytes of one row, or of what a copy says of itself
LEAST = 20  # characters of a secret: no dictionary holds them
LAST = "last_backup.json"
SQLITE = "consult.db"  # what a town's database is called unless it says otherwise
# Beside the database and the files handed in, what an instance can make again or needs no more.
RESTORING = "restoring"  # where files wait until all is known to be right
MADE_AGAIN = ("files", "papers", "mails", "metrics", "worker.beat", RESTORING)
PASSING = (".part", ".lock", ".tmp")

Step = Callable[[str, int], None]  # the part just dealt with, and how many there are in all


class BackupFault(Exception):
    """Why a backup cannot be made, opened or taken back, in words for whoever keeps it."""


class Part(NamedTuple):
    """One named part of a backup; `pieces` must be read before the next part is asked for."""

    name: str
    pieces: Iterator[bytes]


def secret_in(file: Path | str | None) -> bytes:
    """The keeper's secret, from a file of its own that does not stand in the instance."""
    if not file:
        raise BackupFault(
            "No secret to seal the backup with. Write one into a file that is kept elsewhere"
            " (head -c 32 /dev/urandom | base64 > /root/consult.key), and give its path with"
            " --key-file or the setting BACKUP_KEY_FILE."
        )
    path = Path(file).resolve()
    if current_app and path.is_relative_to(_instance()):
        raise BackupFault(f"{path} stands in what is backed up: lost with it, it opens nothing.")
    try:
        secret = path.read_bytes().strip()
    except OSError as problem:
        raise BackupFault(f"The secret cannot be read: {problem}") from problem
    if len(secret) < LEAST:
        raise BackupFault(f"The secret in {path} is shorter than {LEAST} characters.")
    return secret


def make(path: Path, secret: bytes, step: Step) -> dict[str, Any]:
    """Copy the site as it is at this moment into `path`, then read the copy back to its end."""
    part = path.with_name(path.name + ".part")
    try:
        with _private(part) as out:
            sealer = _Sealer(out, secret)
            damaged = _write(sealer, step)
            sealer.close()
            out.flush()
            os.fsync(out.fileno())
        report = verify(part, secret, lambda *_: None)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    files.settle(path.parent)
    said = {"at": report["at"], "bytes": path.stat().st_size}
    _replace(_instance() / LAST, json.dumps(said).encode())
    return {**report, **({"faults": damaged} if damaged else {})}


def verify(path: Path, secret: bytes, step: Step) -> dict[str, Any]:
    """Read a backup to its end: every piece opens, every part says what its fingerprint says."""
    with path.open("rb") as source:
        for part in (reading := Reading(source, secret)):
            for _piece in part.pieces:
                pass
            step(part.name, reading.about.parts)
        step(COUNTS, reading.about.parts)
        return reading.report(path.stat().st_size)


def restore(path: Path, secret: bytes, step: Step, erased: bytes = b"") -> dict[str, Any]:
    """Take a backup back into a site that has nothing yet, and prove that it says the same.

    Whoever was erased after it was made is erased again: by the list that stands in the instance,
    the one of the backup and the one given (see `core.erasures`).
    """
    with path.open("rb") as source, _waiting() as waits:
        reading = Reading(source, secret)
        _may_receive(reading.about)
        remembered, listed, faults = head.read(), b"", []
        sizes: dict[str, int] = {}
        with db.engine.begin() as connection:
            _wait_with_ties(connection)
            for part in reading:
                step(part.name, reading.about.parts)
                if part.name.startswith(TABLE):
                    _load(connection, part)
                elif part.name.startswith(FILE):
                    sizes = sizes or _sizes(connection)
                    faults += _receive_file(part, waits, sizes)
                elif part.name == f"{INSTANCE}{erasures.FILE}":
                    listed = _drained(part)
                elif Path(part.name).name.startswith(_database()):
                    raise BackupFault(f"A backup holds no database as a file: {part.name!r}")
                else:
                    _receive(part, waits / part.name, _fits())
            step(COUNTS, reading.about.parts)
            if missing := set(db.metadata.tables) - set(reading.counts.tables):
                raise BackupFault(f"This backup lacks these tables: {sorted(missing)}")
            _hold_ties(connection)
            _number_on(connection)
            differing = [
                name
                for name, (rows, fingerprint) in reading.counts.tables.items()
                if _fingerprint(connection, db.metadata.tables[name]) != (rows, fingerprint)
            ]
            if differing:
                raise BackupFault(f"These tables did not come back as they were: {differing}")
            _take_over(waits)
    erasures.keep([*erasures.read(listed), *erasures.read(erased)])
    report = reading.report(path.stat().st_size) | _erase_again()
    faults += journal.faults()
    if remembered and remembered[0] > report["events"]:
        report["lost_since"] = remembered[0] - report["events"]
    return {**report, "faults": faults}


def _erase_again() -> dict[str, int]:
    """Nobody who was erased since comes back with a copy; of how many erasures how many did."""
    known = erasures.read(erasures.path().read_bytes())
    again = personal.come_back(known)
    writing()
    for subject, erasure in again:
        privacy.repeat(None, subject, erasure)
    commit()
    return {"erasures_known": len(known), "erased_again": len(again)}


def bring_settings(path: Path, secret: bytes, instance: Path) -> None:
    """Give a bare instance the `config.py` of the site that was backed up, or its key alone."""
    verify(path, secret, lambda *_: None)  # nothing of a copy that is not whole
    with path.open("rb") as source:
        reading = Reading(source, secret)
        data = f"SECRET_KEY = {reading.about.secret_key!r}\n".encode()
        for part in reading:
            if not part.name.startswith(INSTANCE):
                break
            held = _drained(part)
            if part.name == f"{INSTANCE}config.py":
                data = held
    _replace(instance / "config.py", data)


# Writing.


def _write(sealer: "_Sealer", step: Step) -> list[dict[str, str]]:
    """Every part in its order; the files that were not what their name says."""
    tables = db.metadata.sorted_tables
    counts: dict[str, Any] = {"tables": {}, "files": 0, "absent": 0}
    damaged = []
    with _snapshot() as connection:
        stored = _sizes(connection)
        own = sorted(_own_files())
        about = {
            "at": clock.now().astimezone(UTC).isoformat(timespec="seconds"),
            "revision": connection.scalar(sa.text("SELECT version_num FROM alembic_version")),
            "secret_key": current_app.config["SECRET_KEY"],
            "parts": 2 + len(own) + len(tables) + len(stored),
        }
        total = about["parts"]
        _part(sealer, ABOUT, [json.dumps(about).encode()])
        for file in own:
            _part(sealer, f"{INSTANCE}{file.relative_to(_instance())}", [file.read_bytes()])
            step(file.name, total)
        for table in tables:
            number, pieces = [0], _lines(connection, table)
            fingerprint = _part(sealer, f"{TABLE}{table.name}", _counted(pieces, number))
            counts["tables"][table.name] = (number[0], fingerprint)
            step(table.name, total)
    for sha256, size in stored.items():
        file = files.folder() / sha256[:2] / sha256
        try:
            with file.open("rb") as source:
                kept = _part(sealer, f"{FILE}{sha256}", _beginning(source, size))
        except FileNotFoundError:  # erased since, or lost before: the rows say what should stand
            counts["absent"] += 1
        else:
            counts["files"] += 1
            if kept != sha256:
                damaged.append({"file": sha256, "fault": "not what it was when handed in"})
        step(sha256, total)
    _part(sealer, COUNTS, [json.dumps(counts).encode()])
    return damaged


def _sizes(connection: sa.Connection) -> dict[str, int]:
    """How large each file handed in is said to be, by its fingerprint."""
    table = files.StoredFile.__table__
    said = sa.select(table.c.sha256, sa.func.max(table.c.size)).where(table.c.sha256 != "")
    rows = connection.execute(said.group_by(table.c.sha256).order_by(table.c.sha256))
    return {sha256: size for sha256, size in rows}


def _beginning(source: BinaryIO, size: int) -> Iterator[bytes]:
    """A file as far as it is said to go: what stands behind that is none of it."""
    while size > 0 and (piece := source.read(min(PIECE, size))):
        size -= len(piece)
        yield piece


def _snapshot() -> sa.Connection:
    """A reader to whom the database stands still, while others write."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection


def _own_files() -> Iterator[Path]:
    """The instance's own files: settings, keys, the journal's last line."""
    root, database = _instance(), _database()
    for file in root.rglob("*"):
        inside = file.relative_to(root)
        is_database = file.name.startswith(database)
        is_passing = file.suffix in PASSING or file.name == LAST
        if file.is_file() and not (inside.parts[0] in MADE_AGAIN or is_passing or is_database):
            yield file


def _database() -> str:
    """How the names of the files of a database begin: this town's, or one it had before."""
    url = db.engine.url
    return Path(url.database or "").name if url.get_backend_name() == "sqlite" else SQLITE


def _lines(connection: sa.Connection, table: sa.Table) -> Iterator[list[bytes]]:
    """The rows of a table, some at a time, each a line that says the same on either engine."""
    texts = [isinstance(column.type, sa.JSON) for column in table.columns]
    columns = [
        sa.cast(column, sa.Text).label(column.name) if is_text else column
        for column, is_text in zip(table.columns, texts, strict=True)
    ]
    statement = sa.select(*columns).order_by(*table.primary_key.columns)
    found = connection.execute(statement.execution_options(yield_per=ROWS))
    for rows in found.partitions():
        yield [
            json.dumps(
                # What is JSON stands in a list of its own: nothing and `null` are two things.
                [
                    [json.loads(value)] if is_text and value is not None else value
                    for value, is_text in zip(row, texts, strict=True)
                ],
                ensure_ascii=False,
                separators=(",", ":"),
                default=_plain,
            ).encode()
            for row in rows
        ]


def _counted(batches: Iterable[list[bytes]], number: list[int]) -> Iterator[bytes]:
    for lines in batches:
        number[0] += len(lines)
        yield b"\n".join(lines) + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"no form for {type(value)} in a backup")


def _fingerprint(connection: sa.Connection, table: sa.Table) -> tuple[int, str]:
    number, digest = [0], hashlib.sha256()
    for piece in _counted(_lines(connection, table), number):
        digest.update(piece)
    return number[0], digest.hexdigest()


def _part(sealer: "_Sealer", name: str, pieces: Iterable[bytes]) -> str:
    """Write one part; its fingerprint."""
    digest = hashlib.sha256()
    sealer.frame(OPENS, name.encode())
    for piece in pieces:
        digest.update(piece)
        for at in range(0, len(piece), PIECE):
            sealer.frame(HOLDS, piece[at : at + PIECE])
    sealer.frame(ENDS, digest.digest())
    return digest.hexdigest()


# Reading.


class About(NamedTuple):
    """What a copy says of itself at its beginning."""

    at: str
    revision: str
    secret_key: str
    parts: int

    @classmethod
    def read(cls, data: bytes) -> "About":
        said = _object(data)
        about = cls(*(said.get(name) for name in cls._fields))  # type: ignore[arg-type]
        if not all(isinstance(one, str) for one in about[:3]) or not _is_number(about.parts):
            raise BackupFault("This backup does not say what it is about.")
        return about


class Counts(NamedTuple):
    """What it says at its end: rows and fingerprint of each table, files, files that were gone."""

    tables: dict[str, tuple[int, str]]
    files: int
    absent: int

    @classmethod
    def read(cls, data: bytes) -> "Counts":
        said = _object(data)
        try:
            tables = {name: (rows, mark) for name, (rows, mark) in said["tables"].items()}
            counts = cls(tables, said["files"], said["absent"])
        except (KeyError, AttributeError, TypeError, ValueError):
            raise BackupFault(UNCOUNTED) from None
        if not all(map(_is_number, [*counts[1:], *(rows for rows, _mark in tables.values())])):
            raise BackupFault(UNCOUNTED)
        return counts


UNCOUNTED = "This backup does not say what it counts: it is not whole."


class Reading:
    """A backup read once from its beginning to its end, and what it said of itself.

    Going through it gives the parts between the two; their pieces are read as one goes on.
    """

    def __init__(self, source: BinaryIO, secret: bytes) -> None:
        self.parts = opened(source, secret)
        first = next(self.parts, None)
        if first is None or first.name != ABOUT:
            raise BackupFault("This backup does not say what it is about.")
        self.about = About.read(_drained(first))
        self.counts: Counts = None  # type: ignore[assignment]  # until the end

    def __iter__(self) -> Iterator[Part]:
        seen: set[str] = set()
        for part in self.parts:
            if self.counts:
                raise BackupFault(f"Something stands behind the end of this backup: {part.name!r}")
            if part.name == COUNTS:
                self.counts = Counts.read(_drained(part))
                continue
            if part.name in seen or not _has_place(part.name):
                raise BackupFault(f"No part of a backup is called so, or not twice: {part.name!r}")
            seen.add(part.name)
            yield part
        if not self.counts:
            raise BackupFault(UNCOUNTED)
        self._hold_together(seen)

    def _hold_together(self, seen: set[str]) -> None:
        tables = {name.removeprefix(TABLE) for name in seen if name.startswith(TABLE)}
        number = sum(name.startswith(FILE) for name in seen)
        if (
            set(self.counts.tables) != tables
            or self.counts.files != number
            or self.about.parts != len(seen) + 2 + self.counts.absent
        ):
            raise BackupFault("This backup does not hold what it says it holds.")

    def report(self, size: int) -> dict[str, Any]:
        rows = {name: number for name, (number, _mark) in self.counts.tables.items()}
        return {
            "at": self.about.at,
            "events": rows.get("event", 0),
            "rows": sum(rows.values()),
            "tables": {name: number for name, number in rows.items() if number},
            "files": self.counts.files,
            "files_absent": self.counts.absent,
            "bytes": size,
        }


def _has_place(name: str) -> bool:
    """Whether a part of this name belongs anywhere: in no case outside of the instance."""
    if name.startswith(TABLE):
        return name.removeprefix(TABLE).isidentifier()
    if name.startswith(FILE):
        return bool(re.fullmatch(r"[0-9a-f]{64}", name.removeprefix(FILE)))
    steps = name.removeprefix(INSTANCE).split("/")
    is_inside = name.startswith(INSTANCE) and "\0" not in name and not {"", ".", ".."} & {*steps}
    return is_inside and steps[0] not in MADE_AGAIN


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BackupFault("What this backup says of itself cannot be read.")
    return said


def _is_number(value: Any) -> bool:
    return type(value) is int and value >= 0


def opened(source: BinaryIO, secret: bytes) -> Iterator[Part]:
    """The parts of a backup in their order, each held against its fingerprint as it ends."""
    frames = _frames(_unsealed(source, secret))
    for kind, payload in frames:
        if kind != OPENS:
            raise BackupFault("This backup is not written as it should be.")
        yield Part(payload.decode(errors="replace"), _held(frames))


def _held(frames: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for kind, payload in frames:
        if kind == ENDS:
            if digest.digest() != payload:
                raise BackupFault("A part of this backup is not what its fingerprint says.")
            return
        if kind != HOLDS:
            raise BackupFault("This backup is not written as it should be.")
        digest.update(payload)
        yield payload
    raise BackupFault("This backup ends in the middle of a part.")


def _drained(part: Part) -> bytes:
    """All of a part that is read at once."""
    data = bytearray()
    for piece in part.pieces:
        data += piece
        if len(data) > LARGEST:
            raise BackupFault(f"This part of the backup is larger than it can be: {part.name!r}")
    return bytes(data)


def _may_receive(about: About) -> None:
    """Refuse a site that already has something, another secret key, or another version."""
    if about.secret_key != current_app.config["SECRET_KEY"]:
        raise BackupFault(
            "This instance has another SECRET_KEY than the site that was backed up: what is sealed"
            " with it would never open. Move its config.py away, and restore writes the right one."
        )
    known = migrations.newest()
    if about.revision != known:
        raise BackupFault(
            f"This program knows the tables as {known}, the backup as {about.revision}: restore"
            " it with the version that made it, then bring that one up to date."
        )
    there = set(sa.inspect(db.engine).get_table_names())
    taken = sorted(there) if "alembic_version" not in there else []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables if not taken else []:
            asked = sa.select(sa.literal(1)).select_from(table).limit(1)
            if table.name in there and connection.scalar(asked):
                taken.append(table.name)
    if taken:
        raise BackupFault(
            "This database is not empty, and a restore never writes over anything:"
            f" {', '.join(taken[:5])}… Give it a new one."
        )
    migrations.upgrade()


def _load(connection: sa.Connection, part: Part) -> None:
    """Put the rows of one table back."""
    table = db.metadata.tables.get(part.name.removeprefix(TABLE))
    if table is None:
        raise BackupFault(f"This program knows no such table: {part.name!r}")
    columns = list(table.columns)
    kinds = [
        sa.JSON(none_as_null=True) if isinstance(one.type, sa.JSON) else one.type for one in columns
    ]
    names = [f"v_{one.name}" for one in columns]
    statement = table.insert().values(
        {
            one.name: sa.bindparam(name, type_=kind)
            for one, name, kind in zip(columns, names, kinds, strict=True)
        }
    )
    fits = _fits()
    for lines in _rows(part):
        fits(sum(map(len, lines)))
        try:
            connection.execute(
                statement,
                [
                    {
                        name: _read(value, kind)
                        for name, value, kind in zip(names, json.loads(line), kinds, strict=True)
                    }
                    for line in lines
                ],
            )
        except (ValueError, TypeError, LookupError, RecursionError, sa.exc.SQLAlchemyError) as odd:
            raise BackupFault(
                f"The rows of {table.name} cannot be taken back ({type(odd).__name__})."
            ) from odd


def _rows(part: Part) -> Iterator[list[bytes]]:
    """The lines of a part, some at a time, wherever its pieces were cut."""
    rest, lines = b"", []
    for piece in part.pieces:
        *whole, rest = (rest + piece).split(b"\n")
        lines += whole
        if len(rest) > LARGEST:
            raise BackupFault(f"A row of this backup is larger than it can be: {part.name!r}")
        if len(lines) >= ROWS:
            yield lines
            lines = []
    if lines := [*lines, *([rest] if rest else [])]:
        yield lines


def _read(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.JSON):
        return sa.JSON.NULL if value[0] is None else value[0]
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value)
    return value


def _wait_with_ties(connection: sa.Connection) -> None:
    """Let rows come before the rows they hang on, until all are there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        return
    for table, name in _ties(connection):
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"
        )


LOOSE = "Rows of {} hang on rows that this backup does not hold."


def _hold_ties(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        if loose := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BackupFault(LOOSE.format(loose[0]))
        return
    try:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    except sa.exc.IntegrityError as loose:
        table = getattr(getattr(loose.orig, "diag", None), "table_name", "?")
        raise BackupFault(LOOSE.format(table)) from loose
    for table, name in _ties(connection):
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")


def _ties(connection: sa.Connection) -> list[Any]:
    """The foreign keys of PostgreSQL's tables, spelt as it wants them."""
    return list(
        connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    )


def _number_on(connection: sa.Connection) -> None:
    """Have new rows numbered behind those that came back; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in db.metadata.sorted_tables:
        last = connection.scalar(sa.select(sa.func.max(table.c.id))) if "id" in table.c else None
        if last:
            connection.execute(
                sa.text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"),
                {"table": connection.dialect.identifier_preparer.format_table(table), "last": last},
            )


@contextmanager
def _waiting() -> Iterator[Path]:
    """A folder where files wait until all of a copy is known to be right; gone at the end."""
    folder = _instance() / RESTORING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fits() -> Callable[[int], None]:
    """A guard to be told of every byte to come: it speaks before the disk is full."""
    left = shutil.disk_usage(_instance()).free - current_app.config["DISK_ROOM"]

    def more(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            raise BackupFault("What this backup unpacks to does not fit on the disk.")

    return more


def _receive(part: Part, target: Path, room: Callable[[int], None]) -> str:
    """Write one file piece by piece; its fingerprint."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with _private(target) as out:
        for piece in part.pieces:
            room(len(piece))
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _receive_file(part: Part, folder: Path, sizes: dict[str, int]) -> list[dict[str, str]]:
    """One file handed in, no larger than its row says; whether it is what it was."""
    sha256, fits = part.name.removeprefix(FILE), _fits()
    if sha256 not in sizes:
        raise BackupFault(f"No row of this backup speaks of this file: {sha256}")
    left = sizes[sha256]

    def room(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            raise BackupFault(f"This file of the backup is larger than was said: {sha256}")
        fits(size)

    kept = _receive(part, folder / FILE / sha256[:2] / sha256, room)
    return [] if kept == sha256 else [{"file": sha256, "fault": "not what it was when handed in"}]


def _take_over(waits: Path) -> None:
    """Give all files their place; a setting or key that is already there stays."""
    for inside, target in ((waits / INSTANCE, _instance()), (waits / FILE, files.folder())):
        for file in sorted(path for path in inside.rglob("*") if path.is_file()):
            place = target / file.relative_to(inside)
            is_ours = target != _instance() or place == head.path()
            if is_ours or not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                file.replace(place)


# Sealing.


def _key(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(secret))


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Each backup has a key of its own (its salt is): pieces are simply numbered under it."""
    return number.to_bytes(11, "big") + bytes([is_last])


class _Sealer:
    """Cuts what is written to it into sealed pieces."""

    def __init__(self, out: BinaryIO, secret: bytes) -> None:
        salt = os.urandom(SALT)
        self.out, self.start = out, MAGIC + salt
        self.key, self.number, self.buffer = _key(secret, salt), 0, bytearray()
        self.packer = zlib.compressobj(1)
        out.write(self.start)

    def frame(self, kind: bytes, payload: bytes) -> None:
        self.buffer += self.packer.compress(FRAME.pack(kind, len(payload)) + payload)
        while len(self.buffer) > PIECE:
            self._seal(bytes(self.buffer[:PIECE]), is_last=False)
            del self.buffer[:PIECE]

    def close(self) -> None:
        self.buffer += self.packer.flush()
        self._seal(bytes(self.buffer), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self.number, is_last=is_last)
        self.out.write(self.key.encrypt(nonce, piece, self.start))
        self.number += 1


def _unsealed(source: BinaryIO, secret: bytes) -> Iterator[bytes]:
    start = source.read(len(MAGIC) + SALT)
    if not start.startswith(MAGIC):
        raise BackupFault("This is not a backup of this program.")
    key, number, unpacker = _key(secret, start[len(MAGIC) :]), 0, zlib.decompressobj()
    piece = source.read(PIECE + TAG)
    while piece:
        following = source.read(PIECE + TAG)
        try:
            packed = key.decrypt(_nonce(number, is_last=not following), piece, start)
        except InvalidTag:
            raise BackupFault(
                "This backup does not open: another secret, or it was changed or cut short"
                f" (piece {number + 1})."
            ) from None
        yield from _unpacked(unpacker, packed)
        piece, number = following, number + 1
    if not number:
        raise BackupFault("This backup is empty.")


def _unpacked(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    """What was packed, never much of it at once: it may be a thousand times as large."""
    try:
        while True:
            yield (piece := unpacker.decompress(packed, PIECE))
            packed = unpacker.unconsumed_tail
            if not packed and len(piece) < PIECE:
                return
    except zlib.error:
        raise BackupFault("This backup is not packed as it should be.") from None


def _frames(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    buffer = bytearray()

    def take(size: int) -> bytes | None:
        while len(buffer) < size:
            piece = next(pieces, None)
            if piece is None:
                return None
            buffer.extend(piece)
        taken = bytes(buffer[:size])
        del buffer[:size]
        return taken

    while start := take(FRAME.size):
        kind, size = FRAME.unpack(start)
        if size > PIECE:
            raise BackupFault("This backup is not written as it should be.")
        payload = take(size)
        if payload is None:
            raise BackupFault("This backup ends in the middle of a part.")
        yield kind, payload


# The folder.


def _instance() -> Path:
    return Path(current_app.config["INSTANCE"])


def _private(file: Path) -> BinaryIO:
    """A file to write that only the account of the site may read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _replace(target: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by the site alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with _private(part) as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
