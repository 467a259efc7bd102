"""A power cut under load on SQLite: what the disk had not yet promised is forgotten by sectors.

Each write and each promise of the disk (fdatasync) is seen by strace. Server and worker are killed
at a random moment; of what was written since the last promise half the sectors become zeros, the
file the processes shared in memory goes, and so may the note beside the journal. What is left must
open whole, every act that was answered must stand in it exactly once, and the journal must hold.
The disk is made as slow as one that turns, so that cuts fall between a write and its promise.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from math import inf
from typing import Any, NamedTuple

from consult.core.db import db
from consult.journal import head
from tests.ordeal.kill import Broken, Load, Town, judged, let_letters_leave

SECTOR = 512  # bytes
CALLS = "pwrite64,fdatasync,fsync"
SLOW = 4000  # microseconds until the disk begins to keep its promise
CALL = re.compile(r"(\d+) +([\d.]+) (\w+)\(\d+<([^>]*)>(?:, \"\"\.{3}, (\d+), (\d+))?(.*)")
RESUMED = re.compile(r"(\d+) +([\d.]+) <\.\.\. \w+ resumed>.*= \d+")
LASTED = re.compile(r"= \d+.*<([\d.]+)>$")


class Call(NamedTuple):
    """One write to a file, or one promise that all of it is kept; `end` is infinite for a cut."""

    file: str
    start: float
    end: float
    at: int = 0
    size: int = 0


class Wired(Town):
    """A town each of whose writes is seen."""

    def under(self, role: str) -> list[str]:
        log = self.folder / f"{role}.calls"
        log.unlink(missing_ok=True)
        seen = ["-f", "--seccomp-bpf", "-qq", "-y", "-s", "0", "-ttt", "-T", "-e", f"trace={CALLS}"]
        slow = ["-e", f"inject=fdatasync:delay_enter={SLOW}", "-e", "signal=none"]
        return ["strace", *seen, *slow, "-o", str(log)]

    def kill(self, *roles: str) -> None:
        """All at once, but for those who watch: they go by themselves when all is written down."""
        watching = {self.running[role] for role in roles}
        for number in self.processes() - {one.pid for one in watching}:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for role in roles:
            self.running.pop(role).wait()

    def calls(self) -> list[Call]:
        return [
            call
            for log in self.folder.glob("*.calls")
            for call in _read(log.read_text().split("\n"))
        ]


def _read(lines: list[str]) -> Iterator[Call]:
    """What strace wrote down; a call that was interrupted in its words is put together again."""
    begun: dict[str, Call] = {}
    for line in lines:
        if found := CALL.match(line):
            process, start, _name, file, size, at, rest = found.groups()
            call = Call(file, float(start), inf, int(at or 0), int(size or 0))
            if lasted := LASTED.search(rest):
                yield call._replace(end=call.start + float(lasted[1]))
            else:
                begun[process] = call
        elif (found := RESUMED.match(line)) and found[1] in begun:
            yield begun.pop(found[1])._replace(end=float(found[2]))
    yield from begun.values()


def forget(town: Wired, chance: random.Random) -> int:
    """Lose half the sectors that no promise covers; how many were lost."""
    calls, lost = town.calls(), 0
    for name in ("consult.db", "consult.db-wal"):
        file = town.folder / name
        mine = [call for call in calls if call.file == str(file)]
        kept = max((call.start for call in mine if not call.size and call.end < inf), default=0.0)
        if not file.exists():
            continue
        with file.open("r+b") as damaged:
            for call in mine:
                # The first page of the database says how to read the rest; disks turn it whole.
                if not call.size or call.end <= kept or (name == "consult.db" and call.at == 0):
                    continue
                for at in range(call.at, call.at + call.size, SECTOR):
                    if chance.random() < 0.5:
                        damaged.seek(at)
                        damaged.write(bytes(min(SECTOR, call.at + call.size - at)))
                        lost += 1
    (town.folder / "consult.db-shm").unlink(missing_ok=True)
    return lost


def whole(town: Wired) -> None:
    """What is left, opened on its own, is a database without a fault."""
    with tempfile.TemporaryDirectory(dir=town.folder) as folder:
        for name in ("consult.db", "consult.db-wal"):
            with suppress(FileNotFoundError):
                shutil.copy(town.folder / name, folder)
        with closing(sqlite3.connect(f"{folder}/consult.db")) as copy:
            said = [
                *copy.execute("PRAGMA integrity_check"),
                *copy.execute("PRAGMA foreign_key_check"),
            ]
    if said != [("ok",)]:
        raise Broken(f"the database does not open whole: {said[:3]}")


def trial(cuts: int, seed: int = 1, *, people: int = 60, workers: int = 2) -> dict[str, Any]:
    """Cut the power so many times; the figures, or `Broken`."""
    town, chance, figures = Wired("sqlite", people, workers), random.Random(seed), Counter()
    try:
        with town.app.app_context():
            db.engine.dispose()  # nobody holds the file while it changes under them
            note = head.path()
        town.start("server", "worker")
        with Load(town, seed, decides=False) as load:
            for _ in range(cuts):
                load.stop.wait(chance.uniform(0.5, 2))
                town.kill("server", "worker")
                lost = forget(town, chance)
                figures.update(cuts=1, cuts_that_lost=bool(lost), sectors_lost=lost)
                if chance.random() < 0.3:
                    note.write_bytes(b"")
                whole(town)
                town.start("server", "worker")
            load.stop.wait(0.5)
        let_letters_leave(town)
        with town.app.app_context():
            return {**figures, **judged(town, load.acts, cuts)}
    finally:
        town.end()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.ordeal power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if not shutil.which("strace"):
        print("power cut · not tried: there is no strace on this machine")
        return
    figures = trial(asked.cuts, asked.seed)
    print("power cut ·", " · ".join(f"{name} {value}" for name, value in figures.items()))
