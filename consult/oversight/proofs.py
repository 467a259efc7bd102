"""What a stranger can ask of the journal: its heads, one line, one day after another, in words."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.contributions.models import Contribution
from consult.core.db import db
from consult.journal import queries as journal
from consult.journal.models import PUBLIC, Event, SignedHead

# Lines about a contribution that its own page already tells, beside the public ones.
TOLD = ("contributions.send", "contributions.submit", "contributions.type_in")


class Proof(NamedTuple):
    """One line of the journal, and what shows that it stands under a signed head."""

    number: int
    is_public: bool
    event: Event
    leaf: str
    line: str | None  # all it says, where that is public
    head: SignedHead | None  # none signed since: the next one will hold it
    path: list[str]

    def told(self) -> dict[str, Any]:
        """The proof for a program (see journal/verifier.py)."""
        return {
            "number": self.number,
            "hash": self.event.hash,
            "leaf": self.leaf,
            "line": self.line,
            "path": self.path,
            "head": journal.told(self.head) if self.head else None,
            "keys": published_keys(),
        }


def of_line(number: int) -> Proof | None:
    """The proof of one line under the last signed head; None if there is no such line."""
    event = next(journal.lines(number, number), None)
    if event is None:
        return None
    given = journal.published(event)
    head = journal.last_head()
    if head is not None and head.count < number:
        head = None
    path = [one.hex() for one in journal.inclusion(number, head.count)] if head else []
    is_public = event["name"] in PUBLIC
    return Proof(number, is_public, Event(**event), given["leaf"], given.get("line"), head, path)


class Growth(NamedTuple):
    """Two days of the journal, and what shows that the later one only adds to the earlier."""

    since: SignedHead
    head: SignedHead
    path: list[str]

    def told(self) -> dict[str, Any]:
        return {
            "since": journal.told(self.since),
            "head": journal.told(self.head),
            "path": self.path,
            "keys": published_keys(),
        }


def between(since: date, until: date) -> Growth | None:
    """From the head of one day to that of another; None where there is no head by then."""
    old, new = journal.head_on(min(since, until)), journal.head_on(max(since, until))
    if old is None or new is None:
        return None
    return Growth(old, new, [one.hex() for one in journal.consistency(old.count, new.count)])


def published_keys() -> list[str]:
    return [journal.key_text(key) for key in journal.public_keys()]


def about(contribution: Contribution) -> list[Event]:
    """The lines about a contribution that may be told to whoever sees it, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Event)
            .where(
                Event.subject_kind == "contribution",
                Event.subject_id == contribution.id,
                Event.name.in_((*TOLD, *PUBLIC)),
            )
            .order_by(Event.id)
        )
    )
