"""Files that people hand in, kept under the name of their own fingerprint."""

import hashlib
import io
import os
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import sqlalchemy as sa
from flask import current_app
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
        try:
            os.link(part.name, stored.path)
        except FileExistsError:
            os.utime(stored.path)  # it serves again: see `drop_unnamed`
        settle(stored.path.parent)
        settle(folder())
    db.session.add(stored)
    return stored


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
    afterwards(partial(_sweep_now, [stored.sha256]))


def empty(stored: StoredFile) -> None:
    """Delete the bytes of a file, and keep its row: it says that there was one."""
    afterwards(partial(_sweep_now, [stored.sha256]))
    stored.sha256, stored.size = "", 0


def let_all_go(number: sa.ColumnElement[bool]) -> None:
    """The same for all files of this condition."""
    rows = db.session.execute(sa.delete(StoredFile).where(number).returning(StoredFile.sha256))
    if gone := list(rows.scalars()):
        afterwards(partial(_sweep_now, gone))


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
                path.unlink()
                number += 1
    return number


def _sweep_now(digests: list[str]) -> None:
    """The same as `sweep`, while a session is closing."""
    with db.engine.connect() as connection:
        held = sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(digests))
        kept = set(connection.scalars(held))
    for digest in set(digests) - kept:
        (folder() / digest[:2] / digest).unlink(missing_ok=True)


def sweep(sha256: str) -> None:
    """Delete the bytes of a file that no row speaks of any more; call it once that is committed."""
    if not db.session.scalar(sa.select(sa.exists().where(StoredFile.sha256 == sha256))):
        (folder() / sha256[:2] / sha256).unlink(missing_ok=True)
