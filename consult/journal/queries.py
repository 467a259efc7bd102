"""What to read of the journal: the last line, its signed heads, and whether the chain holds."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask

from consult.core.db import db
from consult.journal import head, merkle, verifier
from consult.journal.models import (
    BLOCK,
    PUBLIC,
    START,
    Event,
    JournalKey,
    SignedHead,
    TreeNode,
    said,
)
from consult.journal.models import fingerprint as fingerprint_of
from consult.journal.verifier import check_head, grow, leaf_hash, root_of


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


# The tree and its signed heads.


def last_head() -> SignedHead | None:
    return db.session.scalar(sa.select(SignedHead).order_by(SignedHead.id.desc()).limit(1))


def head_on(day: date) -> SignedHead | None:
    """The head of this day, or, if nothing happened on it, of the day before that has one."""
    return db.session.scalar(
        sa.select(SignedHead).where(SignedHead.on <= day).order_by(SignedHead.on.desc()).limit(1)
    )


def heads(before: int | None = None, limit: int | None = None) -> list[SignedHead]:
    """The signed heads, latest first, from below this number."""
    below = [SignedHead.id < before] if before else []
    ordered = sa.select(SignedHead).where(*below).order_by(SignedHead.id.desc())
    return list(db.session.scalars(ordered.limit(limit)))


def public_keys() -> list[JournalKey]:
    """The public keys that signed heads, oldest first."""
    return list(db.session.scalars(sa.select(JournalKey).order_by(JournalKey.id)))


def lines(first: int, last: int | None = None) -> Iterator[dict[str, Any]]:
    """Lines of the journal from number `first` on, as the database holds them."""
    table = Event.__table__
    until = [table.c.id <= last] if last else []
    statement = sa.select(table).where(table.c.id >= first, *until).order_by(table.c.id)
    if last is None or last - first > BLOCK:
        statement = statement.execution_options(yield_per=2000)
    with db.session.execute(statement) as rows:
        for row in rows:
            yield dict(row._mapping)


def published(event: dict[str, Any]) -> dict[str, Any]:
    """What everybody may have of a line: its fingerprints, and all it says if the act is public."""
    text = said(event)
    leaf = leaf_hash(text.encode()).hex()
    told = {"id": event["id"], "hash": event["hash"], "leaf": leaf}
    return told | ({"line": text} if event["name"] in PUBLIC else {})


def block(start: int) -> merkle.Full:
    """The subtrees inside the block of lines that begins after line `start`."""
    return merkle.over([_leaf(event) for event in lines(start + 1, start + BLOCK)], start)


def node(size: int, start: int) -> bytes:
    """A stored fingerprint of the tree; it is there once a head over it is signed."""
    found = sa.select(TreeNode.hash).where(TreeNode.size == size, TreeNode.start == start)
    return bytes.fromhex(db.session.scalars(found).one())


def root(count: int) -> bytes:
    """The fingerprint of the first `count` lines; their full blocks are stored."""
    return _from_rows(lambda full: merkle.root(full, count))


def inclusion(number: int, count: int) -> list[bytes]:
    """What leads from line `number` to the root of the first `count` lines."""
    return _from_rows(lambda full: merkle.inclusion(full, number - 1, count))


def consistency(old: int, count: int) -> list[bytes]:
    """What shows that the first `old` of `count` lines are unchanged."""
    return _from_rows(lambda full: merkle.consistency(full, old, count))


def _from_rows(make: Callable[[merkle.Full], Any]) -> Any:
    """Make something of the tree with two questions: which rows it takes, however long it is."""
    wanted: set[tuple[int, int]] = set()

    def note(start: int, size: int) -> bytes:
        wanted.add((size, start))
        return b""

    make(note)
    large = [key for key in wanted if key[0] >= BLOCK]
    stored: dict[tuple[int, int], bytes] = {}
    if large:
        key = sa.tuple_(TreeNode.size, TreeNode.start)
        rows = sa.select(TreeNode.size, TreeNode.start, TreeNode.hash).where(key.in_(large))
        stored = {(size, at): bytes.fromhex(made) for size, at, made in db.session.execute(rows)}
    starts = {start // BLOCK * BLOCK for size, start in wanted if size < BLOCK}
    blocks = {start: block(start) for start in starts}  # two at most

    def full(start: int, size: int) -> bytes:
        if size >= BLOCK:
            return stored[size, start]
        return blocks[start // BLOCK * BLOCK](start, size)

    return make(full)


def _leaf(event: dict[str, Any]) -> bytes:
    return leaf_hash(said(event).encode())


# Whether all of it holds.


def faults() -> Iterator[dict[str, Any]]:
    """Every place where the journal does not hold: its chain, its tree, its heads, their keys."""
    number, previous = 0, START
    known = head.read()
    signed = {one.count: one for one in heads()}
    stored = {
        (size, start): made
        for size, start, made in db.session.execute(
            sa.select(TreeNode.size, TreeNode.start, TreeNode.hash)
        )
    }
    grown = max(signed, default=0)
    peaks: list[tuple[int, bytes]] = []
    for event in lines(1):
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
        for size, made in grow(peaks, _leaf(event)):
            kept = stored.get((size, number - size), "" if number <= grown else made.hex())
            if size >= BLOCK and kept != made.hex():
                yield {"event": number, "fault": "tree", "lines": size}
        if one := signed.get(number):
            if one.root != root_of(peaks).hex():
                yield {"head": one.on.isoformat(), "fault": "root", "event": number}
            if one.hash != previous:
                yield {"head": one.on.isoformat(), "fault": "chain", "event": number}
    if known and known[0] > number:
        yield {"event": number + 1, "fault": "cut", "expected": known[0]}
    yield from _faults_of_heads(number)


def _faults_of_heads(lines: int) -> Iterator[dict[str, Any]]:
    """Heads that are missing, cut, unsigned, or that say something else than was signed."""
    trusted = [(one.name, bytes.fromhex(one.public)) for one in public_keys()]
    known = head.read(head.SIGNED)
    number = 0
    for one in reversed(heads()):
        number += 1
        day = one.on.isoformat()
        if one.id != number:
            yield {"head": day, "fault": "missing", "before": one.id - number}
            number = one.id
        if wrong := check_head(told(one), trusted):
            yield {"head": day, "fault": "signature", "why": wrong}
        if one.count > lines:
            yield {"head": day, "fault": "cut", "expected": one.count}
        if known and known[0] == one.id and known[1] != one.root:
            yield {"head": day, "fault": "rewritten"}
    if known and known[0] > number:
        yield {"head": number + 1, "fault": "cut", "expected": known[0]}


def told(one: SignedHead) -> dict[str, Any]:
    """A signed head as it is given away."""
    day = one.on.isoformat()
    return {"day": day, "count": one.count, "root": one.root, "hash": one.hash, "note": one.note}


def key_text(one: JournalKey) -> str:
    """A public key as one line to note on paper."""
    return verifier.key_text(one.name, bytes.fromhex(one.public))
