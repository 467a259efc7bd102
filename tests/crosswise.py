"""Two acts at the same instant on two real connections: one stops wherever it holds a row."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread
from time import monotonic
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask

from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback

# What several acts want: accounts, texts, what hangs on them, counts, the head of the journal.
WANTED = (
    ' "user"|\\b(post|contribution|comment|tally|support|refuted|set_aside|proof|journal_head)\\b'
    "|advisory"
)
A_WHILE = 0.1  # seconds: a statement that takes as long waits for somebody
LONG = 20


class Met(NamedTuple):
    """What became of both: "done", "refused", or what went wrong; where the first stopped."""

    first: Any
    second: Any
    after: str


def crosswise(
    app: Flask,
    stage: Callable[[], Any],
    first: Callable[[Any], Any],
    second: Callable[[Any], Any],
    *,
    wanted: str = WANTED,
) -> Iterator[Met]:
    """The second act begun after each statement by which the first holds something new, in turn.

    `stage` sets the scene anew for each of these rounds, and gives what both acts start from.
    """
    number = 0
    while True:
        number += 1
        with app.app_context():
            scene = stage()
            engine = db.engine
        met: dict[str, Any] = {}
        one, other = (
            Thread(target=_act, args=(app, act, scene, met, name))
            for name, act in (("first", first), ("second", second))
        )
        with _watching(engine, one, other, number, wanted) as watch:
            one.start()
            while not watch.stopped.wait(0.01) and one.is_alive():
                pass
            if not watch.stopped.is_set():
                one.join()
                return
            other.start()
            while other.is_alive() and not watch.waits():
                other.join(0.005)
            watch.go_on.set()
            one.join(LONG)
            other.join(LONG)
        yield Met(met.get("first"), met.get("second"), watch.after)


def _act(app: Flask, act: Callable[[Any], Any], scene: Any, met: dict[str, Any], name: str) -> None:
    with app.app_context():
        try:
            writing()
            act(scene)
            commit()
            met[name] = "done"
        except Refused:
            rollback()
            met[name] = "refused"
        except Exception as problem:
            rollback()
            met[name] = problem
        finally:
            db.session.remove()


def _holds(statement: str, wanted: str) -> bool:
    """Whether a statement holds something of what several acts want."""
    if statement.startswith("SELECT") and not re.search(" FOR |advisory", statement):
        return False
    return re.search(wanted, statement.partition("(")[0]) is not None


class _Watch:
    """Stops one thread after its so-many-th new statement; sees whether the other waits."""

    def __init__(self, one: Thread, other: Thread, number: int, wanted: str) -> None:
        self.one, self.other, self.number, self.wanted = one, other, number, wanted
        self.stopped, self.go_on, self.after = Event(), Event(), ""
        self.seen: set[str] = set()
        self.since: float | None = None  # the other one's statement is under way

    def begins(self, *_said: Any) -> None:
        if current_thread() is self.other:
            self.since = monotonic()

    def ends(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if current_thread() is self.other:
            self.since = None
        elif current_thread() is self.one and _holds(statement, self.wanted):
            kind = re.split(r"[.(=]", statement, maxsplit=1)[0]  # what is done, to which table
            self.seen.add(kind)
            if len(self.seen) == self.number and not self.stopped.is_set():
                self.after = " ".join(statement.split())[:120]
                self.stopped.set()
                self.go_on.wait(LONG)

    def waits(self) -> bool:
        since = self.since
        return since is not None and monotonic() - since > A_WHILE


@contextmanager
def _watching(engine: sa.Engine, *said: Any) -> Iterator[_Watch]:
    watch = _Watch(*said)
    listeners = (
        (engine, "before_cursor_execute", watch.begins),
        (engine, "after_cursor_execute", watch.ends),
    )
    for one in listeners:
        sa.event.listen(*one)
    try:
        yield watch
    finally:
        watch.go_on.set()
        for one in listeners:
            sa.event.remove(*one)
