"""How fast the site is: every page and act beside the floor of the same run, at three sizes.

    make bench              every size, both engines
    make bench SIZE=500     one size

The floor for reading is a bare Flask page under the same server; the floor for writing is one row
inserted and committed through SQLAlchemy. Each figure is also given as a share of its floor, which
is what can be compared from one machine to another.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import sqlalchemy as sa
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import generate_csrf

from consult import create_app, migrations
from consult.campaigns.models import Campaign, Identity, Phase, PhaseKind, Theme
from consult.comments.models import Comment, Side
from consult.contributions.models import SHUFFLE, Contribution, Outcome, Tally
from consult.core import clock
from consult.core.db import db
from consult.core.metrics import FOLDER
from consult.core.search import SearchEntry, indexed
from consult.council.models import Act
from consult.engagements.models import Action, Engagement, Origin, Plan, Serves
from consult.identity.sealing import of_account
from consult.journal.models import START, Event, JournalHead, fingerprint
from consult.people.models import User
from consult.posts.models import Channel, Post, Status, Version
from consult.votes.models import Support
from tests import engines
from tests.factories import free_port, open_visit

SIZES = (500, 20_000, 200_000)
SECONDS = 2
CONNECTIONS = 4
SECRET = "only for the bench"
WORDS = (  # noqa: SIM905 a list of words reads better as a line of words
    "place marché banc arbre école rue vélo jardin bus trottoir lumière bibliothèque jeunes "
    "familles commerce halle stade parc square eau nuit sécurité santé sport musique fête "
    "association bailleur logement façade énergie toit abri passage piste feu carrefour gare "
    "ligne horaire guichet aide atelier café tiers lieu numérique jeu enfant ancien voisin "
    "chien propreté bac tri compost potager fleur mur fresque théâtre scène salle mairie "
    "conseil budget "
).split()


# ---------------------------------------------------------------- building a town that wrote much
def sentence(chance: random.Random, length: int) -> str:
    """Words of a town, the first ones far more often than the last."""
    return " ".join(
        WORDS[min(int(chance.expovariate(0.06)), len(WORDS) - 1)] for _ in range(length)
    )


def chunks(rows: Iterator[dict[str, Any]], size: int = 5000) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def fill(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    for chunk in chunks(rows):
        db.session.execute(sa.insert(table), chunk)
    db.session.commit()


def build(size: int) -> dict[str, Any]:
    """A campaign of `size` published contributions, two comments and five supports each."""
    chance = random.Random(size)  # the same town every time
    now = clock.now()
    people = max(50, size // 4)
    fill(
        User.__table__,
        (
            {
                "id": n,
                "email": f"p{n}@exemple.fr",
                "email_key": f"p{n}@exemple.fr",
                "pseudonym": f"Habitant {n}",
                "pseudonym_key": f"habitant {n}",
                "language": "fr",
                "wants_mail": False,
                "is_system": False,
                "is_demo": False,
                "session_number": 1,
                "created_at": now,
                "confirmed_at": now,
                "publication_at": now,
                "position_at": now,
            }
            for n in range(1, people + 1)
        ),
    )
    campaign = Campaign(
        slug="banc-d-essai",
        title="Que faire de nos places ?",
        question="Que voulez-vous changer sur les places de la ville ?",
        decider="Le conseil municipal",
        audience="Toute personne qui habite la commune",
        purpose="Le conseil répondra à chaque contribution.",
        identity=Identity.EMAIL,
        phases=[
            Phase(kind=kind, opens_at=now - timedelta(days=20), closes_at=now + timedelta(days=20))
            for kind in (PhaseKind.PROPOSE, PhaseKind.DISCUSS, PhaseKind.VOTE)
        ],
        themes=[Theme(title=title, order=n) for n, title in enumerate(WORDS[:8])],
        state="published",
        published_at=now - timedelta(days=25),
    )
    db.session.add(campaign)
    db.session.commit()
    themes = [theme.id for theme in campaign.themes]
    outcomes = [None, None, *Outcome]
    comments, supports = 2, 5

    def moment(n: int) -> datetime:
        return now - timedelta(days=20) + timedelta(seconds=n * (19 * 86400 / size))

    said = [
        (sentence(chance, 5).capitalize(), sentence(chance, 60).capitalize() + ".")
        for _ in range(min(size, 4000))
    ]
    made = [
        {
            "id": n,
            "theme_id": chance.choice(themes),
            "outcome": chance.choice(outcomes),
            "shuffle": chance.randrange(SHUFFLE),
        }
        for n in range(1, size + 1)
    ]

    def post(n: int, kind: str, title: str, body: str) -> dict[str, Any]:
        return {
            "id": n,
            "kind": kind,
            "receipt": f"B{n:09d}",
            "author_id": 1 + n % people,
            "channel": Channel.WEB,
            "status": Status.PUBLISHED,
            "title": title,
            "body": body,
            "created_at": moment(min(n, size)),
            "submitted_at": moment(min(n, size)),
            "published_at": moment(min(n, size)),
        }

    fill(
        Post.__table__,
        (post(row["id"], "contribution", *said[row["id"] % len(said)]) for row in made),
    )
    fill(
        Contribution.__table__,
        (
            {
                **row,
                "campaign_id": campaign.id,
                "shown_at": moment(row["id"]),
                "support_count": supports,
                "comment_count": comments,
            }
            for row in made
        ),
    )
    fill(
        Version.__table__,
        (
            {
                "post_id": row["id"],
                "number": 1,
                "title": said[row["id"] % len(said)][0],
                "body": said[row["id"] % len(said)][1],
                "salt": "0" * 32,
                "at": moment(row["id"]),
            }
            for row in made
        ),
    )
    fill(
        Post.__table__,
        (
            post(size + n, "comment", "", said[n % len(said)][1])
            for n in range(1, size * comments + 1)
        ),
    )
    fill(
        Comment.__table__,
        (
            {
                "id": size + n,
                "contribution_id": 1 + n % size,
                "campaign_id": campaign.id,
                "side": chance.choice(list(Side)),
                "shown_at": moment(n % size),
            }
            for n in range(1, size * comments + 1)
        ),
    )
    keys = {n: of_account(campaign, n) for n in range(1, people + 1)}
    fill(
        Support.__table__,
        (
            {
                "contribution_id": row["id"],
                "campaign_id": campaign.id,
                "user_id": (voter := 1 + (row["id"] * supports + k) % people),
                "voter_key": keys[voter],
                "at": moment(row["id"]),
            }
            for row in made
            for k in range(supports)
        ),
    )
    counted: dict[tuple[int, str], int] = {}
    for row in made:
        key = (row["theme_id"], row["outcome"] or "")
        counted[key] = counted.get(key, 0) + 1
    fill(
        Tally.__table__,
        (
            {
                "campaign_id": campaign.id,
                "theme_id": theme,
                "status": Status.PUBLISHED,
                "outcome": outcome,
                "number": number,
            }
            for (theme, outcome), number in counted.items()
        ),
    )
    words = [indexed(title, [body]) for title, body in said]

    def marks(row: dict[str, Any]) -> dict[str, Any]:
        shown = {"campaign_id": campaign.id, "theme_id": row["theme_id"]}
        return {"kind": "contribution", "status": row["outcome"], **shown}

    fill(
        SearchEntry.__table__,
        (
            {
                "kind": "contribution",
                "subject_id": row["id"],
                "campaign_id": campaign.id,
                "theme_id": row["theme_id"],
                "status": row["outcome"] or "",
                "title": said[row["id"] % len(said)][0],
                "excerpt": said[row["id"] % len(said)][1][:200],
                "stems": " ".join((words[row["id"] % len(said)], indexed("", [], **marks(row)))),
                "at": moment(row["id"]),
            }
            for row in made
        ),
    )
    fill(Event.__table__, _events(made, campaign.id, moment))
    number_on()
    plan = _plan(campaign, made)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return {"campaign": campaign.slug, "plan": plan, "people": people, "size": size}


def _events(
    made: list[dict[str, Any]], campaign: int, moment: Callable[[int], datetime]
) -> Iterator[dict[str, Any]]:
    """One line of the journal for each contribution, truly chained."""
    previous = START
    for row in made:
        event = {
            "id": row["id"],
            "at": moment(row["id"]).astimezone(UTC),
            "salt": f"{row['id']:032x}",
            "name": "contributions.submit",
            "actor_id": None,
            "subject_kind": "contribution",
            "subject_id": row["id"],
            "campaign_id": campaign,
            "plan_id": None,
            "data": {},
            "previous": previous,
        }
        previous = event["hash"] = fingerprint(event)
        yield event
    db.session.add(JournalHead(id=1, count=len(made), hash=previous))


def number_on() -> None:
    """PostgreSQL numbers from its sequences, which did not see these rows."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in db.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None and not column.foreign_keys:
            db.session.execute(
                sa.text(
                    f'SELECT setval(s, coalesce((SELECT max(id) FROM "{table.name}"), 0) + 1,'
                    f" false) FROM pg_get_serial_sequence('\"{table.name}\"', 'id') s"
                    " WHERE s IS NOT NULL"
                )
            )
    db.session.commit()


def _plan(campaign: Campaign, made: list[dict[str, Any]]) -> str:
    """A plan of 10 engagements and 60 actions fed by one contribution in a hundred."""
    act = Act(title="Plan", assembly="Conseil municipal", adopted_on=clock.today())
    plan = Plan(
        slug="plan-d-essai",
        title="Plan d'action pour nos places",
        act=act,
        state="published",
        adopted_at=clock.now(),
        published_at=clock.now(),
        campaigns=[campaign],
    )
    db.session.add(plan)
    db.session.flush()
    actions = []
    for n in range(10):
        engagement = Engagement(plan=plan, number=f"{n + 1}", title=WORDS[n].capitalize(), order=n)
        for k in range(6):
            action = Action(
                plan=plan, title=f"Améliorer : {WORDS[n * 6 + k]}", order=k, progress="started"
            )
            db.session.add(Serves(engagement=engagement, action=action, order=k))
            actions.append(action)
    db.session.flush()
    fill(
        Origin.__table__,
        (
            {
                "contribution_id": row["id"],
                "campaign_id": campaign.id,
                "plan_id": plan.id,
                "action_id": actions[row["id"] % len(actions)].id,
                "degree": "whole",
                "author_id": 1,
            }
            for row in made[::100]
        ),
    )
    return plan.slug


# ------------------------------------------------------------------------------------- the floor
FLOOR_ROW = sa.Table(
    "floor_row",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("words", sa.Text),
)


def floor() -> Flask:
    """The least a page and a write can cost: Flask and SQLAlchemy with nothing around."""
    app = Flask("floor")
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["CONSULT_DATABASE_URI"]
    floor_db = SQLAlchemy(app)

    @app.get("/")
    def page() -> str:
        return "Bonjour"

    @app.post("/")
    def write() -> str:
        floor_db.session.execute(sa.insert(FLOOR_ROW), {"words": "Bonjour"})
        floor_db.session.commit()
        return "Bonjour"

    return app


# ------------------------------------------------------------------------------------ measuring
@dataclass
class Figure:
    """What one page or act took: requests a second, milliseconds, statements, bytes."""

    per_second: float
    p50: float
    p95: float
    cpu: float
    cpu_database: float
    status: int
    bytes: int


SITE = ("consult", "run")
FLOOR = (
    *("granian", "--interface", "wsgi", "--factory", "--workers", "2", "--blocking-threads", "4"),
    *("--log-level", "warning", "tests.bench:floor"),
)


class Server:
    """The site as a town runs it, or the floor under the same server with as many workers."""

    def __init__(self, command: tuple[str, ...], uri: str, folder: Path, **settings: str) -> None:
        self.port = free_port()
        environment = {
            **{name: value for name, value in os.environ.items() if name != FOLDER},
            "CONSULT_INSTANCE": str(folder),
            "CONSULT_DATABASE_URI": uri,
            "CONSULT_SECRET_KEY": SECRET,
            "CONSULT_LOG_LEVEL": "WARNING",
            "CONSULT_PROXIES": "1",  # each request comes from a network of its own: see `post`
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--host", "127.0.0.1", "--port", str(self.port)],
            env=environment,
            start_new_session=True,
        )
        deadline = time.time() + 40
        while time.time() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{command} did not start")

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def cpu(self) -> float:
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        return sum(sum(one.cpu_times()[:2]) for one in family)

    def memory(self) -> str:
        """MB of the largest worker: its share of what all of them hold; and all it can see."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        largest = max((child.memory_full_info() for child in children), key=lambda one: one.rss)
        share = getattr(largest, "pss", largest.uss)  # only Linux knows shares
        return f"{share / 2**20:.0f} MB ({largest.rss / 2**20:.0f} MB with all it shares)"

    def measure(self, request: Callable[[int], bytes], connections: int = CONNECTIONS) -> Figure:
        """Ask again and again over a few open connections, after a short warm-up."""
        self._ask(request, connections, 0.5)
        before, database = self.cpu(), _database_cpu()
        started = time.perf_counter()
        times, status, size = self._ask(request, connections, SECONDS)
        elapsed = time.perf_counter() - started
        done = len(times)
        return Figure(
            done / elapsed,
            statistics.median(times) * 1000,
            sorted(times)[int(done * 0.95)] * 1000,
            (self.cpu() - before) / done * 1000,
            (_database_cpu() - database) / done * 1000,
            status,
            size,
        )

    def _ask(
        self, request: Callable[[int], bytes], connections: int, seconds: float
    ) -> tuple[list[float], int, int]:
        times: list[float] = []
        last: list[tuple[int, int]] = []
        number = iter(range(10**9))
        end = time.perf_counter() + seconds

        def run() -> None:
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                file = connection.makefile("rb", buffering=65536)
                while (now := time.perf_counter()) < end:
                    connection.sendall(request(next(number)))
                    reply = _read_reply(file)
                    times.append(time.perf_counter() - now)
                    last.append(reply)

        threads = [threading.Thread(target=run) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = {status for status, _ in last}
        return times, max(statuses), last[-1][1]


def _read_reply(file: Any) -> tuple[int, int]:
    status = int(file.readline().split()[1])
    length = 0
    while (line := file.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length:
        file.read(length)
    return status, length


def _database_cpu() -> float:
    """Processor seconds of every PostgreSQL process on this machine."""
    total = 0.0
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            try:
                total += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
    return total


def get(path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, cookie: str, fields: dict[str, str]) -> bytes:
    body = urlencode(fields).encode()
    network = ".".join(str(random.randrange(1, 255)) for _ in range(4))
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"X-Forwarded-For: {network}",
        f"Cookie: {cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


# ------------------------------------------------------------------------------------ the run
def sessions(app: Flask, number: int) -> list[tuple[str, str]]:
    """(cookie, token) of so many signed-in people, as the site itself would have made them."""
    made = []
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    for n in range(1, number + 1):
        with app.test_request_context():
            token = generate_csrf()
            content = {"_user_id": f"{n}.1", "_fresh": True, "csrf_token": session["csrf_token"]}
            content["visit"] = open_visit(app, db.session.get_one(User, n))
        made.append((f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(content)}", token))
    return made


def reads(town: dict[str, Any]) -> dict[str, str]:
    slug = town["campaign"]
    return {
        "home": "/",
        "campaign list": "/consultations",
        "list page": f"/consultations/{slug}/contributions?depart=3",
        "contribution": f"/contributions/{town['size'] // 2}",
        "plan": f"/plans/{town['plan']}",
        "thread": f"/consultations/{slug}/suites",
        "search": "/recherche?q=banc+theatre",
    }


def writes(app: Flask, town: dict[str, Any]) -> dict[str, Callable[[int], bytes]]:
    """Acts by many different people, each of them new to the database."""
    people = sessions(app, min(town["people"], 400))
    slug, size = town["campaign"], town["size"]
    run = random.randrange(10**6)  # keys and pairs nobody used yet

    def submit(n: int) -> bytes:
        cookie, token = people[n % len(people)]
        return post(
            f"/consultations/{slug}/contributions/nouvelle",
            cookie,
            {
                "csrf_token": token,
                "key": f"s{run}-{n}",
                "title": f"Une idée {run}-{n} pour la place",
                "body": "Planter des arbres et poser des bancs. " * 5,
                "checked": "1",
            },
        )

    def support(n: int) -> bytes:
        cookie, token = people[n % len(people)]
        target = 1 + (run * 7 + n * 13 + n // len(people)) % size
        return post(f"/contributions/{target}/soutenir", cookie, {"csrf_token": token})

    def comment(n: int) -> bytes:
        cookie, token = people[n % len(people)]
        return post(
            f"/contributions/{1 + n % size}/commenter",
            cookie,
            {
                "csrf_token": token,
                "key": f"c{run}-{n}",
                "side": "for",
                "body": f"D'accord, et vite ({n}).",
            },
        )

    return {"submit": submit, "support": support, "comment": comment}


def statements(app: Flask, path: str) -> int:
    """How many SQL statements this page takes when it is built."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def count(*arguments: Any) -> None:
        seen.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", count)
    reply = app.test_client().get(path)
    sa.event.remove(engine, "before_cursor_execute", count)
    if reply.status_code != 200:
        raise RuntimeError(f"{path} answers {reply.status_code}")
    return len(seen)


def measure(engine: str, size: int, floors: dict[str, Figure]) -> list[dict[str, Any]]:
    """Every page and act on one engine at one size."""
    folder = Path(tempfile.mkdtemp(prefix="consult-bench-"))
    name = f"bench_{size}"
    uri = f"sqlite:///{folder / 'consult.db'}" if engine == "sqlite" else fresh(name)
    rows = []
    try:
        app = create_app(
            INSTANCE=str(folder),
            SQLALCHEMY_DATABASE_URI=uri,
            SECRET_KEY=SECRET,
            PAGE_CACHE=False,
            LOG_LEVEL="WARNING",
        )
        started = time.perf_counter()
        with app.app_context():
            migrations.upgrade()
            town = build(size)
        print(
            f"\n{engine}, {size:,} contributions (built in {time.perf_counter() - started:.0f} s)"
        )
        print(HEAD)
        built = Server(SITE, uri, folder, CONSULT_PAGE_CACHE="false")
        try:
            for page, path in reads(town).items():
                figure = built.measure(lambda _, path=path: get(path))
                rows.append(line(engine, size, page, "rebuilt", figure, floors["read"]))
                rows[-1]["statements"] = statements(app, path)
                report(rows[-1])
            for act, request in writes(app, town).items():
                figure = built.measure(request, connections=2)
                rows.append(line(engine, size, act, "write", figure, floors["write"]))
                report(rows[-1])
            print(f"largest worker: {built.memory()}")
        finally:
            built.stop()
        kept = Server(SITE, uri, folder)
        try:
            for page, path in reads(town).items():
                etag = app_etag(kept.port, path)
                for state, headers in (("unchanged", ()), ("304", (f"If-None-Match: {etag}",))):
                    figure = kept.measure(lambda _, p=path, h=headers: get(p, *h))
                    rows.append(line(engine, size, page, state, figure, floors["read"]))
                    report(rows[-1])
        finally:
            kept.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def app_etag(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().headers["ETag"] or ""


def fresh(name: str) -> str:
    uri = engines.postgresql_uri(name)
    with sa.create_engine(uri).begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return uri


HEAD = (
    f"{'page or act':15}{'state':11}{'req/s':>8}{'of floor':>9}{'p50 ms':>8}{'p95 ms':>8}"
    f"{'cpu ms':>8}{'db ms':>7}{'SQL':>5}{'bytes':>8}"
)


def line(
    engine: str, size: int, what: str, state: str, figure: Figure, floor: Figure
) -> dict[str, Any]:
    return {
        "engine": engine,
        "size": size,
        "what": what,
        "state": state,
        "share": figure.per_second / floor.per_second,
        **vars(figure),
    }


def report(row: dict[str, Any]) -> None:
    wrong = "" if row["status"] in (200, 302, 303, 304) else f"  answers {row['status']}!"
    print(
        f"{row['what']:15}{row['state']:11}{row['per_second']:8.0f}{row['share']:9.1%}"
        f"{row['p50']:8.2f}{row['p95']:8.2f}{row['cpu']:8.2f}{row['cpu_database']:7.2f}"
        f"{row.get('statements', ''):>5}{row['bytes']:8}{wrong}",
        flush=True,
    )


def floors(engine: str) -> dict[str, Figure]:
    """What the floor reads and writes on this engine, now."""
    folder = Path(tempfile.mkdtemp(prefix="consult-floor-"))
    uri = f"sqlite:///{folder / 'floor.db'}" if engine == "sqlite" else fresh("floor")
    with sa.create_engine(uri).begin() as connection:
        FLOOR_ROW.create(connection)
    server = Server(FLOOR, uri, folder)
    found = {
        "read": server.measure(lambda _: get("/")),
        "write": server.measure(lambda _: post("/", "a=b", {}), connections=2),
    }
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
    for what, figure in found.items():
        print(
            f"floor, {engine}, {what}: {figure.per_second:.0f} req/s, p50 {figure.p50:.2f} ms,"
            f" p95 {figure.p95:.2f} ms, cpu {figure.cpu:.2f} ms"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--json", type=Path, help="also write every figure here")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for engine in arguments.engine or ("sqlite", "postgresql"):
        floor = floors(engine)
        for size in arguments.size or SIZES:
            rows += measure(engine, size, floor)
    engines.stop()
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
