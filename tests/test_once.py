"""Every form sent twice is sent once. A double click, two tabs, a dead network:
the same form arrives again, nothing more is made, and both lead to the same page."""

import inspect
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from consult.core import clock
from consult.core.db import db
from tests.conftest import noon_in_town
from tests.databases import fast_folder
from tests.test_access import Small
from tests.test_hostile import LEAVING, READERS, Field, Forms, filled, openings

WORDS = "Des bancs à l’ombre"
# What only says that somebody came by, or what waits to be told.
TRACES = ("attempt", "event", "journal_head", "notification", "search_entry", "visit")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    base = Path(fast_folder() or tmp_path_factory.getbasetemp())
    folder = base / f"consult-once-{id(object())}"
    with clock.frozen(noon_in_town()):
        try:
            yield Small(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def counts(small: Small) -> dict[str, int]:
    """How many rows each table of things has."""
    with small.house.app.app_context(), db.engine.connect() as connection:
        tables = [one for one in db.metadata.sorted_tables if one.name not in TRACES]
        every = [
            sa.select(sa.func.count()).select_from(one).where(*_addressed(one)).scalar_subquery()
            for one in tables
        ]
        row = connection.execute(sa.select(*every)).one()
    return {table.name: number for table, number in zip(tables, row, strict=True)}


def _addressed(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    """What is written to nobody, so that a door takes as long for any address, is no letter."""
    return [table.c.to != ""] if table.name == "letter" else []


class Shown(NamedTuple):
    """A form as a page shows it, or a button that stands alone."""

    role: str
    address: str
    endpoint: str
    fields: list[Field]

    @property
    def has_key(self) -> bool:
        return any(one.name == "key" or one.name.endswith("-key") for one in self.fields)


def shown(small: Small, clients: dict[str, FlaskClient]) -> list[Shown]:
    """Every form and every button of the site, once."""
    bound, found = small.house.app.url_map.bind("localhost"), {}
    for door, role in openings(small):
        reply = clients[role].get(door.address)
        if reply.mimetype == "text/html":
            for action, fields in Forms(reply.text).found:
                address = action or door.address
                endpoint, _values = bound.match(urlsplit(address).path, method="POST")
                key = endpoint, tuple(sorted({one.name for one in fields}))
                found.setdefault(key, Shown(role, address, endpoint, fields))
    return [one for one in found.values() if one.endpoint not in LEAVING]


def test_every_form_sent_twice_is_sent_once(small: Small):
    clients = {role: small.client(role) for role in READERS}
    wrong, taken = [], set()
    for form in shown(small, clients):
        client, data = clients[form.role], filled(form, WORDS)
        first = client.post(form.address, data=data)
        if named := set(re.findall(r'href="#([\w-]+)"', first.text)) & set(data):
            usual = {one.name: one.value for one in form.fields}
            data |= {name: usual[name] for name in named}
            first = client.post(form.address, data=data)
        if first.status_code != 303 or small.is_untouched():
            continue
        after = counts(small)
        second = client.post(form.address, data=data)
        more = {name for name, number in counts(small).items() if number > after[name]}
        taken.add(form.endpoint)
        if more:
            wrong.append(f"{form.endpoint}: made {sorted(more)} twice")
        elif second.status_code >= 500:
            wrong.append(f"{form.endpoint}: {second.status_code}")
        elif form.has_key and second.location != first.location and form.endpoint not in OPENS_ONCE:
            wrong.append(f"{form.endpoint}: {first.location}, then {second.status_code}")
        small.put_back()
        clients = {role: small.client(role) for role in READERS}
    if wrong:
        pytest.fail("\n  ".join([f"{len(wrong)}, {len(taken)} taken:", *wrong]), pytrace=False)
    assert len(taken) >= ENOUGH, sorted(taken)


# What a button alone may do, by its verb, and why twice is once; reviewed, as access.txt is.
GONE = "what is gone is gone"
STATE = "it says how things stand, not one more of them; said again, nothing changes"
LAST = "the last one stands, and those before it are void"
STEP = "one step a press, as it says; nothing is made"
ALONE = {
    **dict.fromkeys(("remove", "discard", "strike", "untie", "unlink", "detach", "erase"), GONE),
    **dict.fromkeys(("unschedule", "unfollow", "unsubscribe", "withdraw", "dismiss", "end"), GONE),
    **dict.fromkeys(("revoke", "forget", "decline", "take", "sign", "lift", "reset"), GONE),
    **dict.fromkeys(("release", "hide"), GONE),
    **dict.fromkeys(("publish", "announce", "hear", "follow", "support", "confirm"), STATE),
    **dict.fromkeys(("carry", "countersign", "enter", "consent", "gather", "send"), STATE),
    **dict.fromkeys(("fill", "ask", "describe", "postpone"), STATE),
    **dict.fromkeys(("renew", "reinvite"), LAST),
    "move": STEP,
}


def test_a_button_without_a_number_is_one_that_may_be_pressed_twice(app):
    """Every other form is a `Form`, which carries its number."""
    unknown = []
    for rule in app.url_map.iter_rules():
        view = inspect.unwrap(app.view_functions[rule.endpoint])
        verb = rule.endpoint.rpartition(".")[2].partition("_")[0]
        is_form = re.search(r"Form\b|sent\(\)|_form\(", inspect.getsource(view))
        if "POST" in (rule.methods or ()) and not is_form and verb not in ALONE:
            unknown.append(rule.endpoint)
    assert not unknown, "give these a Form, or say in ALONE why twice is once"


# The link of a letter opens once, and says so the second time; nothing is made twice.
OPENS_ONCE = ("people.confirm", "people.accept_invitation", "people.reset")
ENOUGH = 40
