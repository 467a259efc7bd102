"""Each day that is over gets its head: what the journal said that evening, signed."""

from datetime import date, timedelta

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db, writing
from consult.core.queue import every
from consult.journal import head, queries, signing
from consult.journal.models import BLOCK, Event, SignedHead, TreeNode
from consult.journal.verifier import node_hash

AT_ONCE = 16  # blocks of lines read while others wait to write


@every(seconds=60)
def sign_heads() -> int:
    """Sign the head of every day that is over and has none yet; a day without a line has none."""
    ends = _ends()
    if not ends:
        return 0
    while _grow(ends[-1][1]):
        pass
    writing()
    last = queries.last_head()
    number = last.id if last else 0
    for day, count in ends:
        number += 1
        root = queries.root(count)
        chain = db.session.scalars(sa.select(Event.hash).where(Event.id == count)).one()
        note = signing.sign(count, root, day.isoformat(), chain)
        one = {"id": number, "on": day, "count": count, "root": root.hex(), "hash": chain}
        db.session.add(SignedHead(**one, note=note, at=clock.now()))
    db.session.commit()
    head.keep(number, root.hex(), head.SIGNED)
    return len(ends)


def _ends() -> list[tuple[date, int]]:
    """The days over and not signed, each with the number of its last line.

    A line sealed after midnight for an act of the evening belongs to the next day.
    """
    last = queries.last_head()
    day = last.on if last else date.min
    found: dict[date, int] = {}
    lines = sa.select(Event.id, Event.at).where(Event.id > (last.count if last else 0))
    for number, at in db.session.execute(lines.order_by(Event.id).execution_options(yield_per=999)):
        day = max(day, clock.in_town(at).date())
        if last and day == last.on:
            day += timedelta(days=1)
        found[day] = number
    db.session.rollback()
    return [(day, number) for day, number in found.items() if day < clock.today()]


def _grow(count: int) -> int:
    """Keep the fingerprints of some more full blocks of the first `count` lines; how many."""
    writing()
    first = db.session.scalar(
        sa.select(sa.func.max(TreeNode.start) + BLOCK).where(TreeNode.size == BLOCK)
    )
    starts = range(first or 0, count - BLOCK + 1, BLOCK)[:AT_ONCE]
    for start in starts:
        size, made = BLOCK, queries.block(start)(start, BLOCK)
        _keep(size, start, made)
        while start // size % 2:
            start -= size
            made = node_hash(queries.node(size, start), made)
            size *= 2
            _keep(size, start, made)
    db.session.commit()
    return len(starts)


def _keep(size: int, start: int, made: bytes) -> None:
    db.session.add(TreeNode(size=size, start=start, hash=made.hex()))
