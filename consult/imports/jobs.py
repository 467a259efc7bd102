"""Bringing files in, a little at a time, and taking up what somebody left half done."""

import time
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from consult.contributions.formats import Found, Notice
from consult.core import clock
from consult.core.db import changed, db, writing
from consult.core.i18n import _, spoken
from consult.core.queue import every
from consult.core.rules import Refused
from consult.core.tables import TableError
from consult.imports import actions, queries
from consult.imports.models import Import
from consult.journal.actions import commit, rollback

SLICE = 2.0  # seconds at a stretch: letters and other work go on in between
AT_WORK = timedelta(minutes=1)  # without news of it, somebody else takes it up
COURTESY = 0.05  # seconds between two handfuls, when others may write
LOOKING = timedelta(minutes=10)  # to read a large file through
ATTEMPTS = 5  # that came no further


class _Opened:
    """A file open at some place, while this process is at work on it."""

    def __init__(self, importing: Import) -> None:
        found = queries.found(importing.file.path, importing.file.name, queries.reading(importing))
        self.position = importing.position
        for _passed in range(self.position):
            next(found, None)
        self.batches: Iterator[list[Found]] = queries.batches(found)


_open: dict[int, _Opened] = {}


@every(seconds=1)
def bring_in() -> int:
    """Go on with the file at hand, or with the one that has waited longest."""
    number = next(iter(_open), None) or queries.waiting()
    db.session.rollback()
    return carry(number, SLICE) if number else 0


def carry(number: int, seconds: float, *, is_held: bool = False) -> int:
    """Go on with this import for so long; return how many things of its file were dealt with."""
    try:
        return _go_on(number, time.monotonic() + seconds, is_held)
    except Refused as refused:
        _stop(number, refused.reason)
    except TableError as error:
        _stop(number, error.message)
    except BaseException:
        rollback()
        _open.pop(number, None)
        raise
    return 0


def carry_through(importing: Import) -> None:
    """Bring in the whole file now, for somebody who waits; if they leave, a worker goes on."""
    importing.hold(LOOKING)
    commit()
    number = importing.id
    while importing.finished_at is None:
        carry(number, SLICE, is_held=True)


def _go_on(number: int, until: float, is_held: bool) -> int:
    opened = _open.get(number) or _taken_up(number, is_held)
    dealt = 0
    while opened:
        batch = next(opened.batches, [])
        db.session.rollback()
        writing()
        importing = db.session.get_one(Import, number, with_for_update=True)
        if importing.finished_at or importing.position != opened.position:
            rollback()  # somebody else took it up meanwhile
            _open.pop(number, None)
            break
        with spoken(importing.author.language):
            if batch:
                actions.take_in(importing.author, importing, batch)
                importing.attempts = 0
                importing.hold(AT_WORK)
            else:
                importing.finish()
        commit()
        dealt += len(batch)
        opened.position += len(batch)
        if not batch:
            _open.pop(number, None)
            break
        if time.monotonic() >= until:
            break
        time.sleep(COURTESY)
    return dealt


def _taken_up(number: int, is_held: bool) -> _Opened | None:
    """Make this import ours if nobody is at work on it, read it through, and open it."""
    writing()
    taken = changed(
        sa.update(Import)
        .where(*([Import.id == number] if is_held else queries.free(number)))
        .values(
            attempts=Import.attempts + 1,
            held_until=clock.now() + LOOKING,
            started_at=sa.func.coalesce(Import.started_at, clock.now()),
        )
        .execution_options(synchronize_session=False)
    )
    commit()
    if not taken:
        return None
    importing = db.session.get_one(Import, number)
    if importing.attempts > ATTEMPTS:
        raise Refused(_("It was tried %(number)s times and came no further.", number=ATTEMPTS))
    opened, is_counted = _Opened(importing), importing.total is not None
    if not is_counted:
        _count(importing)
    _open[number] = opened
    return opened


def _count(importing: Import) -> None:
    """Read it all before anything is written: a file that breaks half-way brings in nothing."""
    number = importing.id
    found = queries.found(importing.file.path, importing.file.name, queries.reading(importing))
    db.session.rollback()
    total = sum(not isinstance(one, Notice) for one in found)
    writing()
    importing = db.session.get_one(Import, number, with_for_update=True)
    importing.total = total
    commit()


def _stop(number: int, reason: object) -> None:
    """It cannot go on: say why, in the words of whoever sent it. What came in stays."""
    rollback()
    _open.pop(number, None)
    writing()
    importing = db.session.get_one(Import, number, with_for_update=True)
    with spoken(importing.author.language):
        importing.finish(str(reason))
    commit()
