"""A copy of the whole site that only its keeper can open: made while it runs, proved by reading it.

A backup is packed and cut into sealed pieces (AES-256-GCM under a key drawn from the keeper's
secret by scrypt), numbered, the last one marked: none can be changed, moved or cut off unnoticed.
Inside stand named parts, each followed by its fingerprint: what the copy is about, the instance's
own files, every table as one moment saw it, every file handed in, and last what all of it counts.
Rows are written in a form of their own, so that either engine can take them back.
"""

import base64
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
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
LEAST = 20  # characters of a secret: no dictionary holds them
LAST = "last_backup.json"
# Beside the database and the files handed in, what an instance can make again or needs no more.
MADE_AGAIN = ("files", "papers", "mails", "metrics", "worker.beat")
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
        about, total = {}, 0
        counts: dict[str, Any] = {}
        for part in opened(source, secret):
            data = _drained(part, keep=part.name in (ABOUT, COUNTS))
            if part.name == ABOUT:
                about = json.loads(data)
                total = about["parts"]
            elif part.name == COUNTS:
                counts = json.loads(data)
            step(part.name, total)
    if not counts:
        raise BackupFault("This backup does not say what it counts: it is not whole.")
    return _report(about, counts, path.stat().st_size)


def restore(path: Path, secret: bytes, step: Step, erased: bytes = b"") -> dict[str, Any]:
    """Take a backup back into a site that has nothing yet, and prove that it says the same.

    Whoever was erased after it was made is erased again: by the list that stands in the instance,
    the one of the backup and the one given (see `core.erasures`).
    """
    with path.open("rb") as source:
        parts = opened(source, secret)
        about = _about(parts)
        _may_receive(about)
        remembered, counts = head.read(), {}
        with db.engine.begin() as connection:
            _wait_with_ties(connection)
            for part in parts:
                step(part.name, about["parts"])
                if part.name == COUNTS:
                    counts = json.loads(_drained(part))
                elif part.name.startswith(TABLE):
                    _load(connection, part)
                elif part.name.startswith(FILE):
                    _receive(part, files.folder() / part.name[len(FILE) :][:2], is_stored=True)
                elif part.name == f"{INSTANCE}{erasures.FILE}":
                    erasures.keep(erasures.read(_drained(part)))
                else:
                    _receive(part, _instance())
            _hold_ties(connection)
            _number_on(connection)
            if not counts:
                raise BackupFault("This backup does not say what it counts: it is not whole.")
            differing = [
                name
                for name, said in counts["tables"].items()
                if _fingerprint(connection, db.metadata.tables[name]) != (said[0], said[1])
            ]
            if differing:
                raise BackupFault(f"These tables did not come back as they were: {differing}")
    erasures.keep(erasures.read(erased))
    report = _report(about, counts, path.stat().st_size) | _erase_again()
    faults = [*journal.faults()]
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
    with path.open("rb") as source:
        parts = opened(source, secret)
        about = _about(parts)
        data = f"SECRET_KEY = {about['secret_key']!r}\n".encode()
        for part in parts:
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
        stored = sorted(set(connection.scalars(sa.select(files.StoredFile.sha256))) - {""})
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
    for sha256 in stored:
        file = files.folder() / sha256[:2] / sha256
        try:
            with file.open("rb") as source:
                kept = _part(sealer, f"{FILE}{sha256}", iter(lambda: source.read(PIECE), b""))
        except FileNotFoundError:  # erased since, or lost before: the rows say what should stand
            counts["absent"] += 1
        else:
            counts["files"] += 1
            if kept != sha256:
                damaged.append({"file": sha256, "fault": "not what it was when handed in"})
        step(sha256, total)
    _part(sealer, COUNTS, [json.dumps(counts).encode()])
    return damaged


def _snapshot() -> sa.Connection:
    """A reader to whom the database stands still, while others write."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection


def _own_files() -> Iterator[Path]:
    """The instance's own files: settings, keys, the journal's last line."""
    root, url = _instance(), db.engine.url
    database = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    for file in root.rglob("*"):
        inside = file.relative_to(root)
        is_database = database and file.name.startswith(database.name)
        is_passing = file.suffix in PASSING or file.name == LAST
        if file.is_file() and not (inside.parts[0] in MADE_AGAIN or is_passing or is_database):
            yield file


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
        sealer.frame(HOLDS, piece)
    sealer.frame(ENDS, digest.digest())
    return digest.hexdigest()


# Reading.


def opened(source: BinaryIO, secret: bytes) -> Iterator[Part]:
    """The parts of a backup in their order, each held against its fingerprint as it ends."""
    frames = _frames(_unsealed(source, secret))
    for kind, payload in frames:
        if kind != OPENS:
            raise BackupFault("This backup is not written as it should be.")
        yield Part(payload.decode(), _held(frames))


def _held(frames: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for kind, payload in frames:
        if kind == ENDS:
            if digest.digest() != payload:
                raise BackupFault("A part of this backup is not what its fingerprint says.")
            return
        digest.update(payload)
        yield payload
    raise BackupFault("This backup ends in the middle of a part.")


def _drained(part: Part, *, keep: bool = True) -> bytes:
    pieces = []
    for piece in part.pieces:
        if keep:
            pieces.append(piece)
    return b"".join(pieces)


def _about(parts: Iterator[Part]) -> dict[str, Any]:
    part = next(parts, None)
    if part is None or part.name != ABOUT:
        raise BackupFault("This backup does not say what it is about.")
    return json.loads(_drained(part))


def _may_receive(about: dict[str, Any]) -> None:
    """Refuse a site that already has something, another secret key, or another version."""
    if about["secret_key"] != current_app.config["SECRET_KEY"]:
        raise BackupFault(
            "This instance has another SECRET_KEY than the site that was backed up: what is sealed"
            " with it would never open. Move its config.py away, and restore writes the right one."
        )
    if sa.inspect(db.engine).has_table("alembic_version"):
        with db.engine.connect() as connection:
            taken = [
                table.name
                for table in db.metadata.sorted_tables
                if connection.scalar(sa.select(sa.literal(1)).select_from(table).limit(1))
            ]
        if taken:
            raise BackupFault(
                "This database is not empty, and a restore never writes over anything:"
                f" {', '.join(taken[:5])}… Give it a new one."
            )
    migrations.upgrade()
    with db.engine.connect() as connection:
        here = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if here != about["revision"]:
        raise BackupFault(
            f"This program knows the tables as {here}, the backup as {about['revision']}: restore"
            " it with the version that made it, then bring that one up to date."
        )


def _load(connection: sa.Connection, part: Part) -> None:
    """Put the rows of one table back."""
    table = db.metadata.tables[part.name[len(TABLE) :]]
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
    for piece in part.pieces:
        rows = [json.loads(line) for line in piece.splitlines()]
        connection.execute(
            statement,
            [
                {
                    name: _read(value, kind)
                    for name, value, kind in zip(names, row, kinds, strict=True)
                }
                for row in rows
            ],
        )


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


def _hold_ties(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
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


def _receive(part: Part, folder: Path, *, is_stored: bool = False) -> None:
    """Write one file where it stood; a setting or key that is already there stays."""
    target = folder / part.name.partition("/")[2]
    if not target.resolve().is_relative_to(_instance()):
        raise BackupFault(f"A file of this backup would leave the instance: {part.name}")
    data = _drained(part)
    if is_stored or not target.exists() or target == head.path():
        _replace(target, data)


def _report(about: dict[str, Any], counts: dict[str, Any], size: int) -> dict[str, Any]:
    rows = {name: said[0] for name, said in counts["tables"].items()}
    return {
        "at": about["at"],
        "events": rows["event"],
        "rows": sum(rows.values()),
        "tables": {name: number for name, number in rows.items() if number},
        "files": counts["files"],
        "files_absent": counts["absent"],
        "bytes": size,
    }


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
        yield unpacker.decompress(packed)
        piece, number = following, number + 1
    if not number:
        raise BackupFault("This backup is empty.")


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
