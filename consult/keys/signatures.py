"""Four eyes: an act that another person must have signed first, for exactly what it does."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import changed
from consult.keys import queries
from consult.keys.models import Countersign
from consult.people.models import User


class Unsigned(Exception):
    """Nobody else has signed this yet. A page that meets it asks for the signature."""

    def __init__(self, what: str, subject: Any, details: dict[str, Any]) -> None:
        super().__init__(what)
        self.what, self.subject, self.details = what, subject, details


def plain(details: dict[str, Any]) -> dict[str, Any]:
    """What will be done, as it is kept: words, numbers, lists."""
    return json.loads(json.dumps(details, ensure_ascii=False, default=_said))


def fingerprint(what: str, subject: Any, details: dict[str, Any]) -> str:
    """SHA-256 of the act, of what it is done to and of everything it does, in a fixed order."""
    said = [what, subject.__tablename__, subject.id, plain(details)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def spend(
    actor: User | None, what: str, subject: Any, details: dict[str, Any]
) -> Countersign | None:
    """Use up the signature for exactly this; raises `Unsigned` where there is none.

    Once only, whoever comes at the same moment. The built-in account acts for the command line,
    where whoever holds the machine needs no second person: None.
    """
    if actor is None or actor.is_system:
        return None
    found = queries.asked(fingerprint(what, subject, details), actor)
    used = sa.update(Countersign).where(
        Countersign.id == (found.id if found else 0),
        Countersign.signed_at.is_not(None),
        Countersign.used_at.is_(None),
    )
    if not changed(used.values(used_at=clock.now())):
        raise Unsigned(what, subject, details)
    return found


def _said(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
