"""Who may open what: every route and method, asked by everybody, against a reviewed table.

`access.txt` says it, one line a route and method, one column a role. A route it does not list
fails; `pytest -n0 tests/test_access.py --new-access` writes what the site answers today, to be
read line by line before it is kept. Lines marked + ask for what is not public yet.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from consult.core import clock, papers
from consult.core.db import db
from consult.journal.models import Event
from tests.conftest import ENGINES, WORKER, Client, available, noon_in_town
from tests.databases import House, fast_folder
from tests.everything import Everything, make_everything
from tests.factories import open_visit

TABLE = Path(__file__).with_name("access.txt")
ROLES = (*("visitor", "resident", "owner", "facilitator", "council", "guarantor", "administrator"),)
MEANING = """\
# ok        the page, or the form with what is missing in it
# sign-in   sent to the page where one signs in
# refused   may not, and is told why
# hidden    nothing there for them
# sent-on   to another page, and nothing has changed
# done      changed something: the journal says so
# other numbers are those of HTTP; a form sent is empty; + asks for what is not public yet
"""
# Files of the house, the same for all: nothing of the town is behind them.
SAME_FOR_ALL = ("asset", "bootstrap.static", "static")


class Door(NamedTuple):
    """One line of the table: what is asked, and where it is on this small site."""

    name: str
    method: str
    address: str


class Small:
    """The small site, put back as it was after each thing that may have changed it."""

    def __init__(self, folder: Path, engine: str = "sqlite") -> None:
        self.house = House(engine, folder, f"{WORKER}_{folder.name}")
        self.house.app.test_client_class = Client
        with self.house.app.app_context():
            self.there: Everything = make_everything()
            self.sessions = {
                role: {
                    "_user_id": user.get_id(),
                    "_fresh": True,
                    "visit": open_visit(self.house.app, user),
                }
                for role, user in self.there.people.items()
            }
            self.events = self.count()
            db.session.remove()
        self.house.keep()
        shutil.copytree(self.house.instance, folder / "instance.kept")

    def is_untouched(self) -> bool:
        """Whether nothing at all was written since."""
        return self.house.is_untouched()

    def count(self) -> int:
        with db.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(Event)) or 0

    def put_back(self) -> None:
        self.house.reset()
        kept = self.house.instance.with_suffix(".kept")
        shutil.copytree(kept, self.house.instance, dirs_exist_ok=True)

    def doors(self) -> list[Door]:
        found = []
        for rule in self.house.app.url_map.iter_rules():
            if rule.endpoint in SAME_FOR_ALL:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                name = f"{method:4} {rule.rule}"
                found.append(Door(name, method, self._address(rule)))
                if address := self.there.fill(rule, hidden=True):
                    found.append(Door(f"{name} +", method, address))
        return sorted(found, key=lambda door: (door.name[5:], door.name))

    def _address(self, rule: Rule) -> str:
        address = self.there.fill(rule)
        assert address
        return address

    def client(self, role: str) -> FlaskClient:
        client = self.house.app.test_client()
        if role != "visitor":
            with client.session_transaction() as session:
                session.update(self.sessions[role])
        return client

    def ask(self, role: str, client: FlaskClient, door: Door) -> str:
        """What a role is answered at a door, in one word."""
        try:
            reply = client.open(door.address, method=door.method)
        except Exception as problem:  # noqa: BLE001 whatever it is, the page is broken
            return f"500:{type(problem).__name__}:{str(problem)[:80]}".replace(" ", "_")
        if not self.is_untouched():
            with self.house.app.app_context():
                has_changed = self.count() != self.events
            self.put_back()
            if has_changed:
                return "done"
        if reply.status_code in (301, 302, 303, 308):
            is_door = reply.location.partition("?")[0].endswith("/connexion")
            return "sign-in" if is_door and role == "visitor" else "sent-on"
        return {200: "ok", 403: "refused", 404: "hidden"}.get(
            reply.status_code, str(reply.status_code)
        )


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return available(request.param)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[Small]:
    base = fast_folder()
    folder = Path(base or tmp_path_factory.getbasetemp()) / f"consult-access-{id(object())}"
    with clock.frozen(noon_in_town()), pytest.MonkeyPatch.context() as patch:
        try:
            small = Small(folder, engine)
            # Who may is decided before a page is drawn, or a paper: other tests look at them.
            patch.setattr("flask.templating._render", lambda *_: "")
            patch.setattr(small.house.app.jinja_env, "get_or_select_template", lambda *_: None)
            patch.setattr(papers, "run", lambda job: Path(job["output"]).write_bytes(b"%PDF-"))
            yield small
            small.house.leave()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_opens_what_they_may_and_nothing_else(small: Small, role: str, request: Any):
    listed, client, answers = read(), small.client(role), {}
    for door in small.doors():
        if door.method == "POST":
            client = small.client(role)  # a form may have signed them in or out
        answers[door.name] = small.ask(role, client, door)
    if request.config.option.new_access:
        write(listed, role, answers)
        listed = read()
    wrong = [
        f"{name}: {listed.get(name, {}).get(role, 'not listed')} → {answer}"
        for name, answer in answers.items()
        if listed.get(name, {}).get(role) != answer or answer.startswith("5")
    ]
    wrong += [f"{name}: answers no more" for name in listed if name not in answers]
    if wrong:
        law = f"{TABLE.name} says otherwise of the {role} (review it, then --new-access):"
        pytest.fail("\n  ".join([law, *wrong]), pytrace=False)


# What everybody may change: what is their own, or what a letter in their hands opens.
ONE_S_OWN = (
    *("/mon-espace/", "/desinscription/", "/confirmer/", "/connexion/", "/deconnexion"),
    *("/suivre/", "/ne-plus-suivre/", "/invitation/", "/mot-de-passe/", "/deuxieme-cle"),
    "/accord-d-un-adulte/",  # whoever holds the link of the letter
)


def test_the_table_itself_keeps_the_laws_of_the_house():
    """What no review may let through, whatever the site answers today."""
    wrong = []
    for name, row in read().items():
        method, route = name.split()[:2]
        is_own = route.startswith(ONE_S_OWN)
        changing = [role for role, answer in row.items() if answer == "done"]
        if method == "GET" and changing:
            wrong.append(f"{name}: reading changes something")
        if "guarantor" in changing and not is_own:
            wrong.append(f"{name}: the guarantor reads everything and changes nothing")
        if "visitor" in changing and not is_own:
            wrong.append(f"{name}: a stranger changes something with an empty form")
        if name.endswith("+") and {row["visitor"], row["resident"]} & {"ok", "done"}:
            wrong.append(f"{name}: what is not public yet is shown to anybody")
        is_somebody_s = "owner" in changing and not is_own and route not in ANY_RESIDENT
        if is_somebody_s and "resident" in changing:
            wrong.append(f"{name}: any resident changes what belongs to somebody")
    assert read(), "the table is empty"
    if wrong:
        pytest.fail("\n  ".join(["These lines cannot be:", *wrong]), pytrace=False)


ANY_RESIDENT = ("/contributions/<int:id>/soutenir",)


def read() -> dict[str, dict[str, str]]:
    """The table: {method and route: {role: answer}}."""
    found = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else ():
        if line and not line.startswith("#"):
            name, *answers = line.rsplit(maxsplit=len(ROLES))
            found[name] = dict(zip(ROLES, answers, strict=True))
    return found


def write(listed: dict[str, dict[str, str]], role: str, answers: dict[str, str]) -> None:
    """The column of one role as the site answers today; the columns of the others stay."""
    lines = {name: {**listed.get(name, {}), role: answer} for name, answer in answers.items()}
    wide = max(map(len, lines)) + 2
    rows = [f"{'# method and route':{wide}}" + " ".join(f"{one:13}" for one in ROLES).rstrip()]
    for name, row in lines.items():
        said = " ".join(f"{row.get(one, '?'):13}" for one in ROLES).rstrip()
        rows.append(f"{name:{wide}}{said}")
    TABLE.write_text(MEANING + "\n" + "\n".join(rows) + "\n")
