"""Which e-mail addresses are lent for a few minutes and then thrown away."""

from functools import cache
from pathlib import Path

from flask import current_app


def is_disposable(email: str | None) -> bool:
    """Whether this address, or the service above it, is on our list or on the town's own."""
    host = (email or "").rpartition("@")[2].casefold()
    known = _listed() | set(current_app.config["DISPOSABLE_DOMAINS"])
    parts = host.split(".")
    return any(".".join(parts[first:]) in known for first in range(len(parts) - 1))


@cache
def _listed() -> frozenset[str]:
    lines = Path(__file__).with_name("disposable.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
