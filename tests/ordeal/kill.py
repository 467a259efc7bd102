"""Kill -9 of server and worker under load, hundreds of times: what was acknowledged is there, once.

The site runs as a town runs it (`consult run`, `consult worker`), on a free port. Residents send
contributions, supports and comments, a facilitator decides; at random moments the processes are
killed without warning and started again. Whoever got no answer sends the same form again, as a
person does, or gives up. In the end every act that was answered must stand exactly once, no act
twice, counts must be those of the rows, and the journal must hold.

Letters: SMTP cannot be made true in one step with a database. A worker killed between the mail
server's yes and its own note sends that letter again, under the same Message-ID: none is lost, and
at most one a kill comes twice.

`database` and `power` try a killed database server and a power cut in the same way.
"""

import argparse
import os
import random
import re
import shutil
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import OperationalError

from consult import create_app, migrations
from consult.campaigns.models import Moderation
from consult.comments.models import Comment
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution
from consult.core.db import db, writing
from consult.journal import head
from consult.journal import queries as journal
from consult.journal.models import Event, Notification
from consult.moderation.models import Decision
from consult.people.models import RoleName, User
from consult.posts.models import Post, Status, Version
from consult.votes.models import Support
from tests import engines
from tests.databases import fast_folder
from tests.factories import free_port, make_campaign, make_contribution, make_user, open_visit

SECRET = "only for the ordeal"
HANDS = 4  # at once
READY = 60  # seconds a start may take on a busy machine
ANSWERED = (301, 302, 303)
TOWNS = count()  # each has a database of its own


class Broken(AssertionError):
    """A promise that did not hold."""


@dataclass
class Act:
    """One thing somebody did: what names it, and what they were answered."""

    kind: str
    name: Any
    answer: int = 0  # 0: no answer ever came
    landed: set[str] = field(default_factory=set)
    tries: int = 0


class Person(NamedTuple):
    """A signed-in browser: its cookie, its form token, its network."""

    id: int
    cookie: str
    token: str
    network: str


class Town:
    """What there is before the first kill, and the processes that serve it."""

    def __init__(
        self, uri: str, people: int, workers: int, *, layers: tuple[str, ...] = ()
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consult-ordeal-", dir=fast_folder()))
        self.port, self.mails = free_port(), _MailServer()
        self.workers, self.running = workers, {}
        uri = f"sqlite:///{self.folder / 'consult.db'}" if uri == "sqlite" else uri
        (self.folder / "config.py").write_text(
            f"SECRET_KEY = {SECRET!r}\nSESSION_COOKIE_SECURE = False\nPROXIES = 1\n"
            f"DATABASE_URI = {uri!r}\nLAYERS = {layers!r}\nNOTICE_WAIT = 0\n"
            f"MAIL_SERVER = '127.0.0.1'\nMAIL_PORT = {self.mails.port}\n"
        )
        self.app: Flask = create_app(INSTANCE=str(self.folder))
        with self.app.app_context():
            migrations.upgrade()
            after = make_campaign(moderation=Moderation.AFTER)
            before = make_campaign(moderation=Moderation.BEFORE)
            self.slugs = [after.slug, before.slug]
            self.facilitator = self._signed_in(make_user(RoleName.FACILITATOR), 0)
            self.people = [self._signed_in(make_user(), n + 1) for n in range(people)]
            author = make_user()
            self.subjects = [make_contribution(after, author=author).id for _ in range(12)]
            recount()
            db.session.commit()
            self.known = {post.id for post in db.session.scalars(sa.select(Post))}
            db.session.remove()

    def _signed_in(self, user: User, number: int) -> Person:
        """As the site itself would have signed them in."""
        network = f"10.{number // 250}.{number % 250}.7"
        own = {"_user_id": user.get_id(), "_fresh": True, "visit": open_visit(self.app, user)}
        return self._person(user.id, network, own)

    def visitor(self, network: str) -> Person:
        """Somebody without an account, who has opened a page with a form."""
        return self._person(0, network, {})

    def _person(self, number: int, network: str, own: dict[str, Any]) -> Person:
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        with self.app.test_request_context():
            g.pop("csrf_token", None)  # of the person before, where one context holds all
            token = generate_csrf()
            content = {"csrf_token": session["csrf_token"], **own}
        return Person(number, f"consult={signer.dumps(content)}", token, network)

    # The processes.

    def under(self, _role: str) -> list[str]:
        """The program that watches over this one, if any does."""
        return []

    def start(self, *roles: str) -> None:
        run = ["run", "--port", str(self.port), "--workers", str(self.workers)]
        words = {"server": run, "worker": ["worker"]}
        environment = {**os.environ, "CONSULT_INSTANCE": str(self.folder)}
        for role in roles:
            with (self.folder / f"{role}.log").open("ab") as log:
                self.running[role] = subprocess.Popen(
                    [
                        *self.under(role),
                        sys.executable,
                        "-W",
                        "ignore",
                        "-m",
                        "consult",
                        *words[role],
                    ],
                    env=environment,
                    start_new_session=True,
                    stdout=log,
                    stderr=log,
                )
        self.wait()

    def wait(self) -> None:
        """Until the site answers again."""
        until = time.monotonic() + READY
        while time.monotonic() < until:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, HTTPException), closing(connection):
                connection.request("GET", "/pages/contact")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.05)
        raise Broken(f"the site did not come back:\n{self.said()}")

    def kill(self, *roles: str) -> None:
        """Without warning: the process, and those it started."""
        for role in roles:
            process = self.running.pop(role)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def processes(self) -> set[int]:
        """The numbers of all processes at work: the same as before, unless one was replaced."""
        groups = {process.pid for process in self.running.values()}
        found = set()
        for number in map(int, filter(str.isdigit, os.listdir("/proc"))):
            with suppress(ProcessLookupError):
                if os.getsid(number) in groups:
                    found.add(number)
        return found

    def said(self) -> str:
        return "\n".join(
            (self.folder / f"{role}.log").read_text()[-2000:] for role in ("server", "worker")
        )

    def failures(self) -> str:
        """What the server said that was no ordinary line, or spoke of a page that failed."""
        said = (self.folder / "server.log").read_text().splitlines()
        odd = [one for one in said if "page failed" in one or "refused" in one or one[:1] != "{"]
        return "\n".join(odd)[:9000]

    def end(self) -> None:
        self.kill(*self.running)
        self.mails.stop()
        with self.app.app_context():
            db.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)


class Load:
    """Several hands that write until told to stop; what each did, and what they were told."""

    def __init__(self, town: Town, seed: int, *, decides: bool = True) -> None:
        self.town, self.stop, self.acts = town, threading.Event(), []
        self.decides = decides
        self.lock, self.used, self.answers = threading.Lock(), set(), Counter()
        self.hands = [
            threading.Thread(target=self._write, args=(random.Random(seed + n), n))
            for n in range(HANDS)
        ]

    def __enter__(self) -> "Load":
        for hand in self.hands:
            hand.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop.set()
        for hand in self.hands:
            hand.join()

    def _write(self, chance: random.Random, hand: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            does = self._decide if self.decides and hand == 0 and number % 2 else self._say
            does(chance, f"{hand}-{number}-{chance.randrange(10**9)}")

    def _say(self, chance: random.Random, key: str) -> None:
        """A resident sends a contribution, a support or a comment."""
        town, person = self.town, chance.choice(self.town.people)
        kind = chance.choice(("contribution", "support", "comment"))
        subject = chance.choice(town.subjects)
        if kind == "support":
            with self.lock:
                if (person.id, subject) in self.used:
                    kind = "comment"
                self.used.add((person.id, subject))
        words = f"Des mots {key}"
        if kind == "contribution":
            there = f"/consultations/{chance.choice(town.slugs)}/contributions/nouvelle"
            sent = {"title": f"Idée {key}", "body": words, "key": key, "checked": "1"}
            self._send(chance, person, Act(kind, key), there, sent)
        elif kind == "comment":
            there = f"/contributions/{subject}/commenter"
            sent = {"body": words, "key": key, "side": "neutral"}
            self._send(chance, person, Act(kind, key), there, sent)
        else:
            there = f"/contributions/{subject}/soutenir"
            self._send(chance, person, Act(kind, (person.id, subject)), there, {})

    def _decide(self, chance: random.Random, key: str) -> None:
        """The facilitator publishes a text that waits."""
        waiting: list[int] = []
        with self.town.app.app_context(), suppress(OperationalError):  # the database was killed
            pending = sa.select(Post.id).where(Post.status == Status.PENDING)
            waiting = list(db.session.scalars(pending.order_by(Post.id).limit(20)))
        with self.town.app.app_context():
            db.session.remove()
        if not waiting:
            return self._say(chance, key)
        number, person = chance.choice(waiting), self.town.facilitator
        there = f"/moderation/{number}"
        _status, _place, page = self._ask(person, "GET", there)
        if seen := re.search(r'name="seen"[^>]*value="([^"]+)"', page):
            sent = {"seen": seen[1], "verdict": "publish", "key": key}
            self._send(chance, person, Act("decision", number), there, sent)
        return None

    def _send(
        self, chance: random.Random, person: Person, act: Act, there: str, sent: dict[str, str]
    ) -> None:
        """Send, and when no answer comes send the same again, or give up, as people do."""
        self.acts.append(act)
        while act.answer == 0 and not (self.stop.is_set() and act.tries):
            act.tries += 1
            status, place, _page = self._ask(person, "POST", there, sent)
            act.answer = 0 if status in (0, 503) else status
            if status in ANSWERED:
                act.landed.add(place)
                if chance.random() < 0.1:  # a finger that trembles
                    again, place, _page = self._ask(person, "POST", there, sent)
                    if again in ANSWERED:
                        act.landed.add(place)
            elif act.answer == 0 and chance.random() < 0.05:
                return
            elif act.answer == 0:
                self.stop.wait(0.2)

    def _ask(
        self, person: Person, method: str, there: str, sent: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Status, landing place and page; 0 where nobody answered."""
        headers = {"Cookie": person.cookie, "X-Forwarded-For": person.network}
        headers |= {"X-Forwarded-Proto": "http", "Content-Type": FORM}
        body = urlencode({**sent, "csrf_token": person.token}) if sent is not None else None
        connection = HTTPConnection("127.0.0.1", self.town.port, timeout=20)
        try:
            connection.request(method, there, body, headers)
            reply = connection.getresponse()
            page = reply.read().decode()
        except (OSError, HTTPException):
            self.answers[0] += 1
            return 0, "", ""
        finally:
            connection.close()
        self.answers[reply.status] += 1
        return reply.status, reply.headers.get("Location", ""), page


WHO = (["server"], ["worker"], ["server", "worker"])
FORM = "application/x-www-form-urlencoded"


def address(engine: str) -> str:
    """Where a town's database is to be: "sqlite" stands for a file in its own folder."""
    if engine == "sqlite":
        return engine
    return engines.postgresql_uri(f"ordeal_{os.getpid()}_{next(TOWNS)}")


def trial(
    engine: str, kills: int, seed: int = 1, *, people: int = 60, workers: int = 2
) -> dict[str, Any]:
    """Kill so many times; the figures, or `Broken`."""
    town, chance, killed = Town(address(engine), people, workers), random.Random(seed), Counter()
    started = time.monotonic()
    try:
        town.start("server", "worker")
        with Load(town, seed) as load:
            for _ in range(kills):
                load.stop.wait(chance.uniform(0.2, 1.2))
                roles = chance.choice(WHO) if killed else WHO[-1]
                town.kill(*roles)
                killed.update(roles)
                town.start(*roles)
            load.stop.wait(0.5)
        let_letters_leave(town)
        with town.app.app_context():
            figures = judged(town, load.acts, killed["worker"])
            db.session.remove()
    finally:
        town.end()
    return {
        "engine": engine,
        "kills": sum(killed.values()),
        **figures,
        "minutes": round((time.monotonic() - started) / 60, 1),
    }


def let_letters_leave(town: Town) -> None:
    until = time.monotonic() + READY
    waiting = sa.select(sa.func.count(Notification.id)).where(Notification.mailed_at.is_(None))
    with town.app.app_context():
        while db.session.scalar(waiting) and time.monotonic() < until:
            db.session.remove()
            time.sleep(0.2)
        if db.session.scalar(waiting):
            raise Broken(f"letters still wait:\n{town.said()}")
        db.session.remove()


def judged(town: Town, acts: list[Act], cuts: int) -> dict[str, Any]:
    """Hold what stands against what was answered; so many letters may have been cut short."""
    stands = _standing()
    wrong = []
    for act in acts:
        number = stands[act.kind][act.name]
        if number > 1:
            wrong.append(f"{act} stands {number} times")
        if act.answer == 409 and act.tries > 1:
            wrong.append(f"{act} was sent again, and told that it failed")
        if act.answer in ANSWERED and number == 0:
            wrong.append(f"{act} was answered, and is not there")
        if act.kind == "contribution" and len(act.landed) > 1:
            wrong.append(f"{act} landed on several pages")
    told = Counter(town.mails.numbers)
    expected = db.session.scalar(sa.select(sa.func.count(Notification.id))) or 0
    twice = sum(told.values()) - len(told)
    named = {int(number) for one in told for number in re.findall(r"notification-(\d+)-", one)}
    first_of_each = db.session.scalars(sa.select(Notification.id)).all()
    if not named <= set(first_of_each):
        wrong.append("a letter about nothing")
    if twice > cuts:
        wrong.append(f"{twice} letters twice, where {cuts} may have been cut short")
    if lost := _letters_lost():
        wrong.append(f"{lost} people never heard")
    wrong += [str(fault) for fault in journal.faults()]
    if (known := head.read()) and known[0] > journal.tip():
        wrong.append("the journal is shorter than what was noted beside it")
    db.session.rollback()
    writing()  # the worker still runs: what was read before it wrote may not be written on
    wrong += [f"{name} was wrong by {number}" for name, number in recount().items() if number]
    db.session.rollback()
    if wrong:
        raise Broken("\n".join([f"{len(wrong)} promises broke:", *wrong[:20]]))
    return {
        "acts": len(acts),
        "answered": sum(act.answer in ANSWERED for act in acts),
        "sent_again": sum(act.tries > 1 for act in acts),
        "never_answered": sum(act.answer == 0 for act in acts),
        "refused": sum(act.answer not in (0, *ANSWERED) for act in acts),
        "lost": 0,
        "double": 0,
        "events": journal.tip(),
        "notices": expected,
        "letters": sum(told.values()),
        "letters_twice": twice,
    }


def _standing() -> dict[str, Counter[Any]]:
    """How often each act stands in the database."""
    titles = Counter(
        title.removeprefix("Idée ")
        for title in db.session.scalars(
            sa.select(Version.title).join(Contribution, Contribution.id == Version.post_id)
        )
    )
    bodies = Counter(
        body.removeprefix("Des mots ")
        for body in db.session.scalars(
            sa.select(Version.body).join(Comment, Comment.id == Version.post_id)
        )
    )
    return {
        "contribution": titles,
        "comment": bodies,
        "support": Counter(
            (one.user_id, one.contribution_id) for one in db.session.scalars(sa.select(Support))
        ),
        "decision": Counter(db.session.scalars(sa.select(Decision.post_id))),
    }


def _letters_lost() -> int:
    """Notices that were neither mailed nor noted; each event of a text stands once as well."""
    once = sa.select(sa.func.count()).select_from(
        sa.select(Event.subject_id)
        .where(Event.name.in_(("contributions.submit", "comments.comment")))
        .group_by(Event.subject_id, Event.name)
        .having(sa.func.count() > 1)
        .subquery()
    )
    waiting = sa.select(sa.func.count(Notification.id)).where(Notification.mailed_at.is_(None))
    return (db.session.scalar(once) or 0) + (db.session.scalar(waiting) or 0)


class _MailServer:
    """A mail server that takes everything, and remembers under which number."""

    def __init__(self) -> None:
        numbers = self.numbers = []

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the worker was killed while it spoke
                    self.talk()

            def talk(self) -> None:
                self.say("220 here")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"DATA":
                        self.say("354 go on")
                        numbers.extend(self.letter())
                        self.say("250 taken")
                    elif word == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 yes")

            def letter(self) -> Iterator[str]:
                found = ""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    if line.lower().startswith(b"message-id:"):
                        found = line.decode().partition(":")[2].strip()
                if line:
                    yield found

            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@contextmanager
def a_postgresql() -> Iterator[None]:
    try:
        yield
    finally:
        engines.stop()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.ordeal kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each engine")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with a_postgresql():
        for engine in [asked.engine] if asked.engine else ["sqlite", "postgresql"]:
            figures = trial(engine, asked.kills, asked.seed)
            print("kill -9 ·", " · ".join(f"{name} {value}" for name, value in figures.items()))
