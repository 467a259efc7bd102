"""The journal's last number and fingerprint, also kept outside the database: a cut tail shows."""

import fcntl
import json
from pathlib import Path

from flask import current_app

LINE, SIGNED = "journal.head", "journal.signed"  # the last line, the last signed head


def path(name: str = LINE) -> Path:
    return Path(current_app.config["INSTANCE"]) / name


def keep(count: int, fingerprint: str, name: str = LINE) -> None:
    """Remember the last one sealed, unless a later one is already remembered."""
    file = path(name)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (known := read(name)) and known[0] >= count:
            return
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"count": count, "hash": fingerprint}))
        part.replace(file)


def read(name: str = LINE) -> tuple[int, str] | None:
    """The last one remembered; None before the first, or where a power cut left an empty file."""
    try:
        known = json.loads(path(name).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return known["count"], known["hash"]
