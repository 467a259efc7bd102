"""Whether the site has what it needs to work: its database, its tables, its disk, its worker."""

import json
import re
import shutil
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from consult.core import clock, queue
from consult.core.db import db
from consult.core.paths import PACKAGE

BEAT, BACKUP = "worker.beat", "last_backup.json"
ASLEEP = timedelta(minutes=5)  # without a sign of the worker


def checks() -> dict[str, bool]:
    """What `/readyz` asks, each as true or false."""
    found = _version()
    return {
        "database": found is not None,
        "migrations": found == newest(),
        "disk": free() >= current_app.config["DISK_ROOM"],
        "worker": is_awake(),
    }


def has_its_tables() -> bool:
    return _version() == newest()


def _version() -> str | None:
    """Which tables the database has; None when it does not answer."""
    try:
        return db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) or ""
    except (SQLAlchemyError, OSError):
        db.session.rollback()
        return None


@cache
def newest() -> str:
    """The last of the migrations, read from their files: Alembic stays out of the workers."""
    files = (PACKAGE / "migrations" / "versions").glob("*.py")
    texts = [file.read_text() for file in files]
    own = {_said("revision", text) for text in texts}
    (last,) = own - {_said("down_revision", text) for text in texts}
    return last


def _said(name: str, text: str) -> str:
    found = re.search(rf'^{name}[^=]*= "(\w+)"', text, re.M)
    return found[1] if found else ""


def free() -> int:
    """Bytes free where the instance lives."""
    return shutil.disk_usage(current_app.config["INSTANCE"]).free


class Beat(NamedTuple):
    """The last sign the worker gave, and the jobs that failed in their last round."""

    at: datetime
    failing: list[str]


def give_sign() -> None:
    """The worker writes that it is there; a file, for the database may be what fails."""
    said = {"at": clock.now().isoformat(), "failing": sorted(queue.FAILING)}
    part = _instance() / f"{BEAT}.part"
    part.write_text(json.dumps(said))
    part.replace(_instance() / BEAT)


def last_sign() -> Beat | None:
    """None where the worker never ran."""
    said = _read(BEAT)
    return Beat(datetime.fromisoformat(said["at"]), said["failing"]) if said else None


def is_awake() -> bool:
    sign = last_sign()
    return sign is not None and clock.now() - sign.at < ASLEEP


def last_backup() -> datetime | None:
    """When the last backup was made and read back (`consult backup`); None: never."""
    said = _read(BACKUP)
    return datetime.fromisoformat(said["at"]) if said else None


def _read(name: str) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads((_instance() / name).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return said


def _instance() -> Path:
    return Path(current_app.config["INSTANCE"])
