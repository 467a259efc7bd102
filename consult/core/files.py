"""Files that people hand in, kept under the name of their own fingerprint."""

import hashlib
import io
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.db import afterwards, db


class StoredFile(db.Model):  # type: ignore[name-defined]
    """One file in `instance/files`, and what the site knows of it."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def path(self) -> Path:
        return folder() / self.sha256[:2] / self.sha256

    def read(self) -> bytes:
        return self.path.read_bytes()


def folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / "files"


def keep(
    data: bytes, name: str, media_type: str, *, width: int | None = None, height: int | None = None
) -> StoredFile:
    """Write the bytes once, and return their row, added to the session."""
    stored = take(io.BytesIO(data), name, media_type)
    stored.width, stored.height = width, height
    return stored


def take(stream: BinaryIO, name: str, media_type: str) -> StoredFile:
    """The same for a file too large to stand whole in memory, piece by piece.

    It gets its name once the disk holds all of it: a row that is committed has its bytes.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=folder(), suffix=".part") as part:
        while piece := stream.read(2**20):
            digest.update(piece)
            part.write(piece)
        part.flush()
        os.fsync(part.fileno())
        stored = StoredFile(
            sha256=digest.hexdigest(), name=_plain(name), media_type=media_type, size=part.tell()
        )
        stored.path.parent.mkdir(exist_ok=True)
        _serves(stored.sha256)
        try:
            os.link(part.name, stored.path)
        except FileExistsError:
            os.utime(stored.path)  # it serves again: see `drop_unnamed`
        settle(stored.path.parent)
        settle(folder())
    db.session.add(stored)
    return stored


def _serves(sha256: str) -> None:
    """Have `sweep` wait for the row that is about to speak of these bytes."""
    if db.engine.dialect.name == "postgresql":
        turn: Any = sa.select(sa.func.pg_advisory_xact_lock_shared(_key(sha256)))
    else:  # nothing changes: it is this one's turn to write
        turn = sa.update(StoredFile).where(sa.false()).values(size=0)
    with db.session.no_autoflush:
        db.session.execute(turn)


def _key(name: str) -> int:
    """The number by which PostgreSQL's locks know a file."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:15], 16)


def settle(folder: Path) -> None:
    """Have the disk keep the names of a folder as well as what stands under them."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _plain(name: str) -> str:
    """A name that leads to no folder and says nothing to a browser; its end tells the format."""
    kept = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\<>"')
    return kept[-200:]


def let_go(stored: StoredFile) -> None:
    """Delete a file's row, and its bytes once that is committed and no other row speaks of them."""
    db.session.delete(stored)
    afterwards(partial(sweep, [stored.sha256]))


def empty(stored: StoredFile) -> None:
    """Delete the bytes of a file, and keep its row: it says that there was one."""
    afterwards(partial(sweep, [stored.sha256]))
    stored.sha256, stored.size = "", 0


def let_all_go(number: sa.ColumnElement[bool]) -> None:
    """The same for all files of this condition."""
    rows = db.session.execute(sa.delete(StoredFile).where(number).returning(StoredFile.sha256))
    if gone := list(rows.scalars()):
        afterwards(partial(sweep, gone))


def drop_unnamed(before: datetime, most: int) -> int:
    """Delete files older than this that nothing names: rows no other table leads to, stray bytes.

    At most so many rows at once; how many went. What is handed in just now is younger, and so is
    what somebody hands in again.
    """
    held = [
        sa.exists().where(column == StoredFile.id)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is StoredFile.__table__ for key in column.foreign_keys)
    ]
    asked = sa.select(StoredFile.id).where(StoredFile.at < before, *(~one for one in held))
    found = db.session.scalars(asked.order_by(StoredFile.id).limit(most)).all()
    known = set(db.session.scalars(sa.select(StoredFile.sha256)))
    let_all_go(StoredFile.id.in_(found))
    number = len(found)
    for path in folder().rglob("*"):
        with suppress(FileNotFoundError):  # one that was being handed in
            is_old = path.stat().st_mtime < before.timestamp()
            if is_old and path.name not in known and path.is_file():
                if path.parent.name == path.name[:2]:
                    afterwards(partial(sweep, [path.name]))
                else:  # a piece of one that never came whole
                    path.unlink()
                number += 1
    return number


def sweep(digests: Iterable[str]) -> None:
    """Delete the bytes of files that no row speaks of any more; call it once that is committed.

    Who hands in the same bytes meanwhile is waited for: either their row is there, or they write
    the bytes again. Where the database is too busy to say, the night's sweep finds them.
    """
    engine = db.engine.execution_options(writing=True)
    for digest in digests:
        with suppress(OperationalError), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_key(digest))))
            if not connection.scalar(sa.select(sa.exists().where(StoredFile.sha256 == digest))):
                (folder() / digest[:2] / digest).unlink(missing_ok=True)
