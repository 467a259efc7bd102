"""What every test may ask for: an application on either engine, a browser, a still clock."""

import contextlib
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.ctx import AppContext
from flask.testing import FlaskClient
from flask_mailman import EmailMessage
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from consult import demonstration
from consult.core import clock
from consult.core.db import db
from tests import browser as browsers
from tests import engines
from tests.databases import House, fast_folder

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
ENGINES = ("sqlite", "postgresql")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")

# The run: what it can use, what it leaves out, what it leaves behind (nothing).


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, help="run on this database alone")
    parser.addoption("--new-addresses", action="store_true", help="promise today's addresses")
    parser.addoption("--new-access", action="store_true", help="write who may open what today")


def pytest_configure(config: pytest.Config) -> None:
    """Workers share one PostgreSQL: the run that starts them starts it."""
    if getattr(config.option, "numprocesses", None) and config.option.engine != "sqlite":
        with contextlib.suppress(engines.Missing):
            engines.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    engines.stop()
    if _folder.cache_info().currsize:
        shutil.rmtree(_folder(), ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> list[str]:
    try:
        postgresql = str(engines.binaries())
    except engines.Missing as missing:
        postgresql = f"MISSING, {_consequence()} ({missing})"
    try:
        browser = str(browsers.chromium_path())
    except browsers.Missing as missing:
        browser = f"MISSING, {_consequence()} ({missing})"
    lines = [
        f"engines: sqlite {sqlite3.sqlite_version}; postgresql {postgresql}",
        f"browser: {browser}",
    ]
    if not SHARED.is_dir():
        lines.append("../shared is absent: the tests that read it are not collected")
    return lines


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other engine when one is asked for, and what needs an absent ../shared."""
    only = config.option.engine

    def is_wanted(item: Any) -> bool:
        reads = item.get_closest_marker("shared") or "shared_data" in item.fixturenames
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        return (SHARED.is_dir() or not reads) and (not only or engine in (None, only))

    items[:] = [item for item in items if is_wanted(item)]


def _consequence() -> str:
    return "its tests FAIL" if _is_ci() else "its tests are skipped"


def _is_ci() -> bool:
    return os.environ.get("CI") == "true"


def lacking(what: str) -> NoReturn:
    """What this machine cannot give: skipped on somebody's desk, a failure where we vouch."""
    pytest.fail(what) if _is_ci() else pytest.skip(what)


@pytest.fixture(scope="session", autouse=True)
def _closed_to_the_outside() -> Iterator[None]:
    """No test speaks to another machine."""

    def refuse(host: Any) -> None:
        if host and str(host) not in ("localhost", "127.0.0.1", "::1"):
            raise OSError(f"a test tried to reach {host}")

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, *args: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                refuse(args[-1][0])
            return method(self, *args)

        return call

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host.decode() if isinstance(host, bytes) else host)
        return getaddrinfo(host, *args, **kwargs)

    getaddrinfo = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", resolve)
        yield


# Time.


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Noon in town on the fifteenth of June 2026, and the clock held there."""
    moment = noon_in_town()
    with clock.frozen(moment):
        yield moment


def noon_in_town() -> datetime:
    return datetime(2026, 6, 15, 12, tzinfo=clock.TOWN)


# The application.


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that touches the database runs on both engines."""
    return available(request.param)


def available(engine: str) -> str:
    """This engine, where the machine has it."""
    if engine == "postgresql":
        try:
            engines.binaries()
        except engines.Missing as missing:
            lacking(f"no PostgreSQL: {missing}")
    return engine


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="consult-tests-", dir=fast_folder()))


@cache
def _house(engine: str) -> House:
    return House(engine, _folder() / engine, WORKER)


@pytest.fixture
def app(engine: str) -> Iterator[Flask]:
    """The application, its database as on the first day."""
    house = _house(engine)
    house.reset()
    house.app.test_client_class = Client
    yield house.app
    if has_app_context():
        pytest.fail("this test left an application context open: use the fixture ctx")


@pytest.fixture
def ctx(app: Flask) -> Iterator[AppContext]:
    """An application context for the body of the test: actions, queries, `db.session`."""
    with app.app_context() as context:
        yield context
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of the pages. Each request is on its own, whatever context the test holds."""
    return app.test_client()


@pytest.fixture
def outbox(app: Flask) -> list[EmailMessage]:
    """The letters sent during this test."""
    return app.extensions["mailman"].outbox


class Client(FlaskClient):
    """A client whose requests do not see the context of the test.

    Flask lends a context already open to the requests of the same application; Flask-Login then
    remembers the first user for ever, and the page shares the session of the test. Here the page
    reads what is in the database, and so does the test afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)  # what is streamed ends while its context is open
        if not has_app_context():
            return super().open(*args, **kwargs)
        _let_go()
        return Context().run(super().open, *args, **kwargs)


def _let_go() -> None:
    """End the reading of the test's own session; refuse to lose what it has not committed."""
    session = db.session()
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    waiting = [*session.new, *session.deleted, *changed]
    if waiting or session.info.get("events") or session.info.get("flushed"):
        raise AssertionError(f"commit before you ask for a page; the page cannot see {waiting}")
    session.rollback()


@sa.event.listens_for(db.session, "after_flush")
def _flushed(session: Any, _context: Any) -> None:
    session.info["flushed"] = True


@sa.event.listens_for(db.session, "after_commit")
@sa.event.listens_for(db.session, "after_rollback")
def _settled(session: Any) -> None:
    session.info.pop("flushed", None)


# The demonstration.


@cache
def _demonstration(engine: str) -> House:
    """A house of its own where the demonstration is told once a process, for readers only."""
    house = House(engine, _folder() / f"demonstration-{engine}", f"{WORKER}_demonstration")
    with house.app.app_context():
        demonstration.load()
    return house


@pytest.fixture
def demo(engine: str) -> Flask:
    """The site with its demonstration loaded. Tests share it: they read, and change nothing."""
    return _demonstration(engine).app


# The browser.


class Server(NamedTuple):
    """The application, listening on this machine."""

    url: str
    app: Flask


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Only errors are worth a line."""


@contextlib.contextmanager
def _served(app: Flask) -> Iterator[Server]:
    listening = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    listening.daemon_threads = False  # closing waits for the pages still on their way
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        thread.start()
        yield Server(f"http://127.0.0.1:{listening.server_port}", app)
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """The application on a free port, as a browser meets it: forms carry their token."""
    with _served(app) as listening:
        yield listening


@pytest.fixture(scope="module")
def demo_server() -> Iterator[Server]:
    """The demonstration on a free port, shared by the tests of a module: they change nothing."""
    with _served(_demonstration("sqlite").app) as listening:
        yield listening


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, started once a process."""
    try:
        options = browsers.launch_options(browsers.chromium_path())
        browsers.prepare_driver()
    except browsers.Missing as missing:
        lacking(f"no browser: {missing}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**options)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A new visitor's empty tab: `page.goto("/")`."""
    visitor = browser.new_context(base_url=server.url, locale="fr-FR", timezone_id="Europe/Paris")
    visitor.set_default_timeout(10_000)
    yield visitor.new_page()
    visitor.close()


# Real documents.


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """`shared_data("sources/…")`: a file of ../shared/data; without it the test is left out."""
    return lambda path: SHARED / "data" / path
