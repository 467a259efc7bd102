"""Files that people hand in, kept under the name of their own fingerprint."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.core import clock
from consult.core.db import db
from consult.core.personal import RECORD, impersonal, personal


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


personal(StoredFile, RECORD, "name")
impersonal(StoredFile)


def folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / "files"


def keep(
    data: bytes, name: str, media_type: str, *, width: int | None = None, height: int | None = None
) -> StoredFile:
    """Write the bytes once, and return their row, added to the session."""
    digest = hashlib.sha256(data).hexdigest()
    stored = StoredFile(
        sha256=digest, name=name, media_type=media_type, size=len(data), width=width, height=height
    )
    if not stored.path.exists():
        stored.path.parent.mkdir(parents=True, exist_ok=True)
        part = stored.path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(stored.path)
    db.session.add(stored)
    return stored


def take(stream: BinaryIO, name: str, media_type: str) -> StoredFile:
    """Keep a file too large to stand whole in memory, piece by piece."""
    folder().mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=folder(), suffix=".part") as part:
        while piece := stream.read(2**20):
            digest.update(piece)
            part.write(piece)
        part.flush()
        stored = StoredFile(
            sha256=digest.hexdigest(), name=name, media_type=media_type, size=part.tell()
        )
        if not stored.path.exists():
            stored.path.parent.mkdir(exist_ok=True)
            os.link(part.name, stored.path)
    db.session.add(stored)
    return stored


def let_go(stored: StoredFile) -> None:
    """Delete a file's row, and its bytes once that is committed and no other row speaks of them."""
    db.session.info.setdefault("loose", set()).add(stored.sha256)
    db.session.delete(stored)


@sa.event.listens_for(Session, "after_commit")
def _sweep_loose(session: Session) -> None:
    loose = session.info.pop("loose", ())
    if loose:
        with db.engine.connect() as connection:
            held = sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(loose))
            kept = set(connection.scalars(held))
        for sha256 in loose - kept:
            (folder() / sha256[:2] / sha256).unlink(missing_ok=True)


@sa.event.listens_for(Session, "after_rollback")
def _hold_loose(session: Session) -> None:
    session.info.pop("loose", None)


def sweep(sha256: str) -> None:
    """Delete the bytes of a file that no row speaks of any more; call it once that is committed."""
    if not db.session.scalar(sa.select(sa.exists().where(StoredFile.sha256 == sha256))):
        (folder() / sha256[:2] / sha256).unlink(missing_ok=True)
