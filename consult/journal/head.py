"""The journal's last number and fingerprint, also kept outside the database: a cut tail shows."""

import fcntl
import json
from pathlib import Path

from flask import current_app


def path() -> Path:
    return Path(current_app.config["INSTANCE"]) / "journal.head"


def keep(count: int, fingerprint: str) -> None:
    """Remember the last sealed line, unless a later one is already remembered."""
    file = path()
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (known := read()) and known[0] >= count:
            return
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"count": count, "hash": fingerprint}))
        part.replace(file)


def read() -> tuple[int, str] | None:
    """The last line remembered, or None before the first."""
    try:
        known = json.loads(path().read_text())
    except FileNotFoundError:
        return None
    return known["count"], known["hash"]
