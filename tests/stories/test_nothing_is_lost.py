"""A full disk, a locked database, a lost connection. Whoever writes meets a calm
page that holds what they typed; sent again it counts once, and nothing stands by half."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock, once
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.queue import work_once
from consult.journal import queries as journal
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName, User
from consult.pluralism import actions as pluralism
from consult.pluralism.models import Group
from consult.privacy.models import Petition
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.test_hostile import Forms

WORDS = "Deux bancs à l'ombre <b>du kiosque</b>, près de la fontaine."


@pytest.fixture
def writer(app: Flask, noon: Any) -> Iterator[Any]:
    """A signed-in resident's browser, and what they are about to send."""
    with app.app_context():
        campaign, author = make_campaign(), make_user()
        make_user(RoleName.FACILITATOR)
        address = f"/consultations/{campaign.slug}/contributions/nouvelle"
        client = sign_in(app.test_client(), author)
    data = {"title": "Des bancs", "body": WORDS, "key": "one-of-mine", "checked": "1"}
    yield client, address, data
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # connections that the test made narrow


def held_in(reply: Any) -> dict[str, str]:
    """What the calm page would send again, as a browser reads its form."""
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) <= 300
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Le site est en entretien" in reply.text
    assert "<b>du kiosque" not in reply.text
    assert "Content-Security-Policy" in reply.headers
    for word in ("Traceback", "sqlite", "psycopg", "sqlalchemy", "Error"):
        assert word not in reply.text
    [(action, fields)] = Forms(reply.text).found
    said = {one.name: one.value for one in fields}
    assert WORDS.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in reply.text
    return said | {"body": WORDS, "action": action}


def sent_again_counts_once(app: Flask, client: Any, reply: Any) -> None:
    held = held_in(reply)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Contribution.id))) == 0
        assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0
        db.session.remove()
    landed = {client.post(held["action"], data=held).location for _ in range(3)}
    assert len(landed) == 1
    assert landed.pop().startswith("/recepisse/")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Contribution.id))) == 1
        assert not list(journal.faults())


def narrowed(app: Flask, said: str) -> Any:
    """Every connection of the site from now on begins with this; call what it gives to end it."""
    with app.app_context():
        db.session.remove()
        engine = db.engine
        engine.dispose()

    def say(connection: Any, _record: Any) -> None:
        connection.execute(said)
        connection.commit()  # what is undone is not said

    sa.event.listen(engine, "connect", say)
    return lambda: (sa.event.remove(engine, "connect", say), engine.dispose())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_locked_database(app, writer, noon):
    client, address, data = writer
    widened = narrowed(app, "PRAGMA busy_timeout=50")
    file = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert client.get(address).status_code == 200  # whoever reads goes on reading
        reply = client.post(address, data=data)
    finally:
        other.execute("ROLLBACK")
        other.close()
        widened()
    sent_again_counts_once(app, client, reply)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_under_the_database(app, writer, noon):
    client, address, data = writer
    file = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as other:
        other.execute("VACUUM")  # no page that earlier rows left free
    widened = narrowed(app, "PRAGMA max_page_count=1")  # no page more than there are
    try:
        reply = client.post(address, data=data | {"body": f"{WORDS} {'Oui. ' * 900}"})
    finally:
        widened()
    sent_again_counts_once(app, client, reply)


def test_a_full_disk_under_the_files(app, writer, noon):
    """The system itself refuses the bytes: nothing is kept, neither the picture nor the words."""
    client, address, data = writer
    picture = BytesIO()
    Image.effect_noise((900, 700), 90).save(picture, "JPEG")
    photo = {"pictures-0-file": (BytesIO(picture.getvalue()), "banc.jpg"), "pictures-0-alt": "x"}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with app.app_context():
        before = set(Path(app.config["INSTANCE"]).rglob("*"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        reply = client.post(address, data=data | photo, content_type="multipart/form-data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert 'type="file"' in reply.text
    sent_again_counts_once(app, client, reply)
    with app.app_context():
        assert not [one for one in db.session.scalars(sa.select(StoredFile))]
        made = {path for path in Path(app.config["INSTANCE"]).rglob("*") if path.is_file()} - before
        assert not [path for path in made if "files" in path.parts]


def cut(app: Flask) -> None:
    """End every connection of the site, as a restart of the database does."""
    uri = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(uri, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name = 'consult under test'"
        )


@pytest.fixture
def connected(app: Flask) -> Iterator[None]:
    """The site's own connections bear a name: those of the test are left alone."""
    widened = narrowed(app, "SET application_name = 'consult under test'")
    yield
    widened()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_lost_connection(app, writer, connected, outbox, noon):
    client, address, data = writer
    assert client.get(address).status_code == 200
    cut(app)
    reply = client.post(address, data=data)
    sent_again_counts_once(app, client, reply)
    cut(app)
    work_once(app)  # a job that meets it is tried again
    work_once(app)
    assert len({letter.subject for letter in outbox}) == len(outbox) > 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_lost_while_it_is_made_true(app, writer, noon, monkeypatch):
    """Cut between the words and the commit: the whole act is undone, or the whole act stands."""
    client, address, data = writer
    first = []

    def cut_before(connection: Any) -> None:
        if not first:
            first.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
            uri = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
            with psycopg.connect(uri, autocommit=True) as server:
                server.execute("SELECT pg_terminate_backend(%s)", first)

    with app.app_context():
        sealing = db.engine
    sa.event.listen(sealing, "commit", cut_before)
    try:
        reply = client.post(address, data=data)
    finally:
        sa.event.remove(sealing, "commit", cut_before)
    assert first
    sent_again_counts_once(app, client, reply)


def the_database_goes(_response: Any) -> None:
    raise sa.exc.OperationalError("update", {}, Exception("the server closed the connection"))


def the_worker_is_killed(_response: Any) -> None:
    raise KeyboardInterrupt


@pytest.fixture(params=[the_database_goes, the_worker_is_killed])
def sent_twice(request: pytest.FixtureRequest, app: Flask, monkeypatch: Any) -> Iterator[Any]:
    """Send a form; what it does is made true, and nobody lives to note where it landed; again."""

    def post(who: User | None, address: str, **said: Any) -> Any:
        client, data = app.test_client(), {"key": "one-of-mine", **said}
        if who:
            sign_in(client, who)
        with monkeypatch.context() as meanwhile, suppress(KeyboardInterrupt):
            meanwhile.setattr(once, "_note", request.param)
            first = client.post(address, data=data)
            assert first.status_code == 303
        return client.post(address, data=data, headers={"Referer": f"http://localhost{address}"})

    monkeypatch.setattr(once, "PATIENCE", 0.05)
    return post


def test_what_stands_is_said_to_have_arrived(ctx, sent_twice):
    """Nobody is told that something failed; sent again it still counts once."""
    address = "/expression-des-groupes/groupes/nouveau"
    again = sent_twice(make_user(RoleName.ADMINISTRATOR), address, name="Port commun", seats=7)
    assert again.status_code == 200
    assert "C’est bien arrivé" in again.text
    assert f'href="{address}"' in again.text
    assert [group.name for group in db.session.scalars(sa.select(Group))] == ["Port commun"]


def test_what_has_a_receipt_leads_to_it(ctx, sent_twice):
    """The page of a receipt stands nowhere else: whoever has no account finds it all the same."""
    said = {"wish": "other", "words": WORDS, "email": "lou@exemple.fr"}
    again = sent_twice(None, "/donnees-personnelles/demande", **said)
    [made] = db.session.scalars(sa.select(Petition))
    assert (again.status_code, again.location) == (
        303,
        f"/donnees-personnelles/demande/{made.receipt}",
    )


def test_a_comment_leads_to_itself(ctx, sent_twice):
    contribution = make_contribution(make_campaign())
    there = f"/contributions/{contribution.id}/commenter"
    again = sent_twice(make_user(), there, body=WORDS, side="neutral", agrees="1")
    [made] = db.session.scalars(sa.select(Comment))
    assert again.status_code == 303
    assert again.location.startswith(f"/contributions/{made.contribution_id}#comment")


def test_what_the_journal_does_not_know_is_done_when_sent_again(ctx, sent_twice):
    """A try that was counted, before anything was done, is not taken for the thing itself."""
    again = sent_twice(None, "/inscription", email="lou@exemple.fr", pseudonym="Lou")
    assert (again.status_code, again.location) == (303, "/courriel-envoye/confirm")


def test_a_sending_that_takes_too_long_is_overtaken_and_undone(app, ctx, noon, monkeypatch):
    """It wrote a count, then worked for long; the second sending did it all meanwhile."""
    monkeypatch.setattr(once, "PATIENCE", 0.05)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    administrator = make_user(RoleName.ADMINISTRATOR)
    group = pluralism.create_group(administrator, name="Port commun", seats=7, key="k")
    commit()
    address = f"/expression-des-groupes/groupes/{group.id}"
    view, replies = app.view_functions["pluralism.edit_group"], []
    doors = [sign_in(app.test_client(), administrator) for _ in range(2)]

    def send() -> None:
        data = {"key": "one-of-mine", "name": "Port commun", "seats": 8}
        replies.append(doors.pop().post(address, data=data).status_code)

    def slow(**said: Any) -> Any:
        if not replies and not again.ident:
            db.session.commit()
            again.start()
            again.join()
        return view(**said)

    def later() -> None:
        with clock.frozen(noon + timedelta(seconds=3)):
            send()

    again = Thread(target=later)
    monkeypatch.setitem(app.view_functions, "pluralism.edit_group", slow)
    send()
    assert replies == [303, 409]
    edited = sa.select(sa.func.count(Event.id)).filter_by(name="pluralism.edit_group")
    assert db.session.scalar(edited) == 1


def test_a_page_whose_last_words_are_lost_is_calm_too(app, client, noon, monkeypatch):
    """The database goes while the answer is on its way out, after the view has said all."""

    def gone(_response: Any) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("the server closed the connection"))

    monkeypatch.setitem(app.after_request_funcs, None, [gone])
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    assert "en entretien" in client.get("/pages/contact").text


def test_what_is_secret_is_not_said_back(app, client, noon, monkeypatch):
    """A password never comes back in a page; then nothing is sent again without it."""

    def full(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))

    monkeypatch.setitem(app.view_functions, "people.sign_in", full)
    data = {"email": "lou@exemple.fr", "password": "tout à fait secret"}
    reply = client.post("/connexion", data=data)
    assert reply.status_code == 503
    assert "tout à fait" not in reply.text
    assert "Envoyer à nouveau" not in reply.text
    assert "Réessayer" in reply.text
