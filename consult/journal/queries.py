"""What to read of the journal: the last line, one thing's history, and whether the chain holds."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask

from consult.core.db import db
from consult.journal import head
from consult.journal.models import START, Event
from consult.journal.models import fingerprint as fingerprint_of


def tip() -> int:
    """The number of the last sealed event: any public change moves it."""
    return db.session.scalar(sa.select(sa.func.max(Event.id))) or 0


class Tip:
    """The last sealed line's own fingerprint: what a kept page is compared with.

    Asked before every page, outside of any request: one plain question on a pooled connection.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.engine: sa.Engine | None = None

    def __call__(self) -> str:
        if self.engine is None:
            with self.app.app_context():
                self.engine = db.engine
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT hash FROM journal_head")
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        return row[0] if row else ""


def history(kind: str, subject_id: int, limit: int = 50) -> list[Event]:
    """What happened to one thing, latest first."""
    return list(
        db.session.scalars(
            sa.select(Event)
            .where(Event.subject_kind == kind, Event.subject_id == subject_id)
            .order_by(Event.id.desc())
            .limit(limit)
        )
    )


def faults() -> Iterator[dict[str, Any]]:
    """Every place where the chain does not hold: changed, removed, reordered or cut."""
    number, previous = 0, START
    known = head.read()
    statement = sa.select(Event.__table__).order_by(Event.id).execution_options(yield_per=2000)
    for row in db.session.execute(statement):
        event = dict(row._mapping)
        number += 1
        if event["id"] != number:
            yield {"event": number, "fault": "missing", "next": event["id"]}
            number = event["id"]
        elif event["previous"] != previous:
            yield {"event": number, "fault": "reordered"}
        if fingerprint_of(event) != event["hash"]:
            yield {"event": number, "fault": "changed"}
        if known and known[0] == number and known[1] != event["hash"]:
            yield {"event": number, "fault": "rewritten"}
        previous = event["hash"]
    if known and known[0] > number:
        yield {"event": number + 1, "fault": "cut", "expected": known[0]}
