"""What was erased, noted outside the database: a copy brought back does not bring it back.

Each line of the file holds a moment, a kind of thing and a mark: a keyed fingerprint by which this
site, and nobody else, finds the row again in an older copy of itself. Nothing of a person is there.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from consult.core import clock
from consult.core.db import afterwards, db

FILE = "erasures.jsonl"


class Erasure(NamedTuple):
    """One thing that was erased; `withdraws`: the words of an account went with it."""

    at: datetime
    kind: str  # its table; or "byline": a text's signature alone
    mark: str
    withdraws: bool = False


def path() -> Path:
    return Path(current_app.config["INSTANCE"]) / FILE


def mark(kind: str, number: int, born: datetime) -> str:
    """The keyed fingerprint of a row: its number, and the moment it came to be.

    A number may serve again in a site taken back from an older copy; the two together do not.
    """
    key = hashlib.sha256(b"erasures" + current_app.config["SECRET_KEY"].encode()).digest()
    said = f"{kind} {number} {born.astimezone(UTC).isoformat()}"
    return hmac.new(key, said.encode(), "sha256").hexdigest()


def note(kind: str, number: int, born: datetime, *, withdraws: bool = False) -> None:
    """Write down that this row is erased, once that is committed."""
    line = Erasure(clock.now().astimezone(UTC), kind, mark(kind, number, born), withdraws)
    for deed in db.session.info.get("afterwards", ()):
        if isinstance(deed, partial) and deed.func is keep:  # one writing for all of one commit
            deed.args[0].append(line)
            return
    afterwards(partial(keep, [line]))


def keep(lines: Iterable[Erasure]) -> None:
    """Add lines to the file, but those that stand there already; on the disk before it returns."""
    with os.fdopen(os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = file.read()
        known = set(read(before))
        # What a dead machine left of a line ends here.
        start = b"\n" if before and not before.endswith(b"\n") else b""
        said = "".join(_said(line) for line in dict.fromkeys(lines) if line not in known)
        file.write(start + said.encode())
        file.flush()
        os.fsync(file.fileno())


def known() -> list[Erasure]:
    """What was erased here, oldest first."""
    return read(path().read_bytes()) if path().exists() else []


def read(data: bytes) -> list[Erasure]:
    """The lines of such a file, oldest first; half a line, cut by a dead machine, says nothing."""
    found = []
    for line in data.splitlines():
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"])
            found.append(Erasure(at, said["kind"], said["mark"], bool(said["withdraws"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _said(line: Erasure) -> str:
    return json.dumps({**line._asdict(), "at": line.at.isoformat()}) + "\n"
