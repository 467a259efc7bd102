"""Kill -9 of the database server under load, and a start at once: what was acknowledged is there.

A PostgreSQL of its own, as durable as a town's, loses its first process or all of them without
warning. In between the site says calmly to come back; afterwards the same processes of the site go
on by themselves, and every act that was answered stands exactly once.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg

from consult.core.db import db
from tests import engines
from tests.databases import fast_folder
from tests.ordeal.kill import READY, Broken, Load, Town, judged, let_letters_leave

CALM = "quelques minutes"  # of the page that asks for patience


class Database:
    """A PostgreSQL that keeps what it says it keeps, and can be killed."""

    def __init__(self) -> None:
        short = fast_folder() or "/tmp"  # noqa: S108
        self.folder = Path(tempfile.mkdtemp(prefix="consult-pg-", dir=short))
        self.programs = engines.create(self.folder)
        self.start()
        with psycopg.connect(
            host=str(self.folder), user=engines.OWNER, dbname="postgres", autocommit=True
        ) as server:
            server.execute("CREATE DATABASE town")
        self.uri = f"postgresql+psycopg://{engines.OWNER}@/town?host={self.folder}"

    def start(self) -> None:
        """As soon as what was killed is gone from memory."""
        until = time.monotonic() + READY
        while True:
            try:
                self.server = engines.launch(
                    self.folder, self.programs, listen_addresses="", timezone="UTC"
                )
                return
            except engines.Missing:
                if time.monotonic() > until:
                    raise

    def kill(self, *, is_whole: bool) -> None:
        """The first process, or each of them; those left alone notice, and go."""
        first = self.server.pid
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for number in [first, *map(int, others if is_whole else [])]:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.server.wait()

    def end(self) -> None:
        self.kill(is_whole=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def trial(kills: int, seed: int = 1, *, people: int = 60, workers: int = 2) -> dict[str, Any]:
    """Kill so many times; the figures, or `Broken`."""
    database, chance, waited = Database(), random.Random(seed), []
    town, calm = None, 0
    try:
        town = Town(database.uri, people, workers)
        town.start("server", "worker")
        began = town.processes()
        with Load(town, seed) as load:
            for _ in range(kills):
                load.stop.wait(chance.uniform(0.3, 1.5))
                is_whole = not waited or chance.random() < 0.5
                database.kill(is_whole=is_whole)
                if is_whole:
                    calm += _is_calm(town)
                    load.stop.wait(chance.choice((0, 0, 1)))
                database.start()
                back = time.monotonic()
                town.wait()
                waited.append(time.monotonic() - back)
            load.stop.wait(0.5)
        if odd := {status for status in load.answers if status >= 500} - {503}:
            raise Broken(f"the site answered {odd}:\n{town.failures()}")
        with town.app.app_context():
            db.engine.dispose()  # the trial's own connections went with the database
        let_letters_leave(town)
        if town.processes() != began:
            raise Broken(f"a process of the site was replaced:\n{town.said()}")
        with town.app.app_context():
            figures = judged(town, load.acts, kills)
    finally:
        if town:
            town.end()
        database.end()
    return {
        "kills": kills,
        **figures,
        "said_to_wait": load.answers[503],
        "pages_that_said_so": calm,
        "back_within_s": round(max(waited), 2),
    }


def _is_calm(town: Town) -> bool:
    """Whether a page asked for while there is no database says when to come back."""
    connection = HTTPConnection("127.0.0.1", town.port, timeout=20)
    connection.request("GET", f"/consultations/{town.slugs[0]}")
    reply = connection.getresponse()
    page = reply.read().decode()
    connection.close()
    if reply.status != 503 or CALM not in page or not reply.headers["Retry-After"]:
        raise Broken(f"without its database the site said {reply.status}: {page[:500]}")
    return True


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.ordeal database", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    figures = trial(asked.kills, asked.seed)
    print("database killed ·", " · ".join(f"{name} {value}" for name, value in figures.items()))
