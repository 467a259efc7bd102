"""What the site says when something cannot be done, and what it never lets out."""

import io

import pytest
import sqlalchemy as sa
from flask import request_started
from sqlalchemy.exc import IntegrityError, OperationalError

from consult.core import errors
from consult.core.db import db
from consult.core.errors import local, thinks_first
from consult.core.rules import Refused
from consult.core.throttle import Attempt
from tests.factories import make_user, sign_in


@pytest.fixture
def raising(app):
    """A page that fails as it is told to."""
    problem = []

    def fail(_app, **_):
        if problem:
            raise problem[0]

    with request_started.connected_to(fail, app):
        yield problem.append


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (Refused("C’est trop tard."), 403, "C’est trop tard."),
        (IntegrityError("insert", {}, Exception("unique")), 409, "déjà"),
        (OperationalError("select", {}, Exception("locked")), 503, "minutes"),
    ],
)
def test_a_problem_becomes_a_calm_page(client, ctx, raising, problem, code, words):
    raising(problem)
    reply = client.get("/compte-ferme")
    assert reply.status_code == code
    assert words in reply.text
    assert "Traceback" not in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


def test_what_needs_an_account_leads_to_the_door(client, ctx, raising):
    raising(Refused("d’abord", sign_in=True))
    reply = client.get("/compte-ferme?a=1")
    assert (reply.status_code, reply.location) == (303, "/connexion?next=/compte-ferme?a%3D1")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_what_trickles_in_holds_nobody_back(client, app, kind):
    """No writer is waited for while a browser, or whoever plays one, is still sending."""
    held = []

    class Trickle(io.BytesIO):
        def read(self, size=-1):
            held.append(db.session().in_transaction())
            return super().read(size)

        def readinto(self, buffer):
            held.append(db.session().in_transaction())
            return super().readinto(buffer)

    sent = b"List-Unsubscribe=One-Click"
    client.post(
        "/desinscription/rien",
        input_stream=Trickle(sent),
        content_length=len(sent),
        content_type=kind,
    )
    assert held
    assert not any(held)


def test_words_are_said_even_without_a_page(client, ctx, app, raising, monkeypatch):
    raising(OperationalError("select", {}, Exception("gone")))

    def no_page(*_args, **_kwargs):
        raise RuntimeError("no page either")

    monkeypatch.setattr(app.jinja_env, "get_template", no_page)
    reply = client.get("/compte-ferme")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "300")
    assert "revient dans quelques minutes" in reply.text


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("get", "/nulle-part", 404),
        ("delete", "/connexion", 405),
        ("post", "/suivre/campaign/99999999999999999999", 404),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(client, ctx, method, path, code):
    sign_in(client, make_user())
    reply = getattr(client, method)(path)
    assert reply.status_code == code
    assert "<h1>" in reply.text


def test_a_form_from_another_session_is_told_so(client, ctx, app):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        reply = client.post("/connexion", data={"email": "x@exemple.fr", "password": "x"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert reply.status_code == 400
    assert "connecté ou déconnecté entre-temps" in reply.text


def test_nothing_is_kept_of_what_was_refused(client, ctx, app):
    def write(_app, **_):
        db.session.add(Attempt(key="half"))
        db.session.flush()
        raise Refused("non")

    with request_started.connected_to(write, app):
        assert client.post("/deconnexion").status_code == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_whoever_writes_queues_from_the_start(ctx, app, engine, monkeypatch):
    begun = []
    monkeypatch.setattr(errors, "writing", lambda: begun.append(True))

    @thinks_first
    def slow():
        return "slow"

    def quick():
        return "quick"

    for view in (slow, quick):
        monkeypatch.setitem(app.view_functions, "people.sign_out", view)
        app.test_client().post("/deconnexion")
    app.test_client().get("/compte-ferme")
    assert len(begun) == 1


@pytest.mark.parametrize("address", ["/a", "/a?b=/c", "/consultations/x#y"])
def test_a_page_of_ours(address):
    assert local(address) == address


@pytest.mark.parametrize(
    "address",
    [None, "", "a", "//b", "/\\b", "\\/b", "http://b/", "javascript:x", "/a\nb", "/\x00"],
)
def test_a_page_of_others(address):
    assert local(address) is None


def test_a_page_that_refuses_says_back_the_prose_typed_here(client, ctx, raising):
    """Only what was typed on a page of this site: nobody else fills a page of the town."""
    raising(IntegrityError("insert", {}, Exception("unique")))
    words = {"words": "Trois bancs à l’ombre, devant l’école.", "password": "un mot de passe " * 3}
    here, elsewhere = "http://localhost/recherche?q=bancs", "https://ailleurs.example/"
    reply = client.post("/inscription", data=words, headers={"Referer": here})
    assert reply.status_code == 409
    assert words["words"] in reply.text
    assert 'href="/recherche?q=bancs"' in reply.text
    assert "un mot de passe" not in reply.text
    reply = client.post("/inscription", data=words, headers={"Referer": elsewhere})
    assert words["words"] not in reply.text
