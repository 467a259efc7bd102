"""What the site notes of its own running: enough to find a fault, nothing about anybody."""

import io
import json
import logging
import smtplib

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from consult.core import logs, queue
from consult.core.db import db
from consult.people import jobs as letters
from consult.people.models import Letter
from tests.factories import make_campaign, make_user, sign_in

CANARY = "Kanari"


@pytest.fixture
def noted(app):
    """Everything that was noted so far, as text, in the form an operator gets it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Line())
    root, ours = logging.getLogger(), logging.getLogger("consult")
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


def lines(noted, event="request"):
    found = [json.loads(line) for line in noted().splitlines()]
    return [line for line in found if line.get("event") == event]


@pytest.fixture
def asked(client, ctx, noon):
    """A request that carries the canary wherever one can be put."""
    client.set_cookie("lang", CANARY)
    client.set_cookie("autre", CANARY)

    def ask(path, method="GET", **more):
        return client.open(
            f"{path}?q={CANARY}&next={CANARY}",
            method=method,
            headers={
                "User-Agent": CANARY,
                "Referer": f"http://localhost/{CANARY}",
                "X-Forwarded-For": f"{CANARY}, 198.51.100.77",
                "X-Request-Id": CANARY,
                "Accept-Language": CANARY,
                "Authorization": f"Bearer {CANARY}",
            },
            environ_overrides={"REMOTE_ADDR": "198.51.100.77", "REMOTE_USER": CANARY},
            **more,
        )

    return ask


FORM = {
    "email": f"{CANARY}@exemple.fr",
    "password": f"{CANARY} mot de passe",
    "pseudonym": CANARY,
    "title": CANARY,
    "body": CANARY,
    "words": CANARY,
    CANARY: CANARY,
}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        *[("/", "GET"), ("/recherche", "GET"), (f"/consultations/{CANARY}", "GET")],
        *[(f"/recepisse/{CANARY}", "GET"), (f"/{CANARY}", "GET"), ("/connexion", "POST")],
        *[("/inscription", "POST"), (f"/connexion/{CANARY}", "GET"), ("/", CANARY)],
        *[("/consultations/parc/contributions/nouvelle", "POST")],
    ],
)
def test_no_line_holds_anything_of_a_request(asked, noted, path, method):
    make_campaign(slug="parc")
    asked(path, method, **({"data": FORM} if method == "POST" else {}))
    text = noted()
    assert lines(noted)
    for secret in (CANARY, CANARY.casefold(), "198.51.100", "exemple.fr"):
        assert secret not in text


def test_a_line_says_what_an_operator_needs(client, noted, ctx, noon):
    campaign = make_campaign()
    reply = client.get(f"/consultations/{campaign.slug}")
    (line,) = lines(noted)
    assert line["route"] == "/consultations/<slug>"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "info")
    assert line["request"] == reply.headers["X-Request-Id"]
    assert line["ms"] > 0
    assert line["statements"] > 0


@pytest.fixture
def breaks(monkeypatch):
    """Have a page fail, with a message that quotes what somebody typed."""

    def arm(fault):
        def fail(*_):
            raise fault

        monkeypatch.setattr("consult.portal.views.on_show", fail)

    return arm


TYPED = "Rossignol"  # what a fault quotes
FAULTS = [
    ValueError(f"{TYPED}@exemple.fr is no number"),
    OperationalError(f"SELECT '{TYPED}'", {"email": TYPED}, Exception(TYPED)),
    sa.exc.ProgrammingError(f"SELECT '{TYPED}'", {"email": TYPED}, Exception(TYPED)),
]


@pytest.mark.parametrize("fault", FAULTS, ids=["ours", "no database", "database"])
def test_a_fault_is_found_by_its_number_and_place_without_its_words(
    app, asked, noted, breaks, fault, monkeypatch
):
    breaks(fault)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    reply = asked("/")
    assert reply.status_code in (500, 503)
    incident = reply.headers["X-Request-Id"]
    assert incident in reply.text
    for secret in (TYPED, "Traceback", type(fault).__name__):
        assert secret not in reply.text
    told = [json.loads(line) for line in noted().splitlines() if "fault" in json.loads(line)]
    assert told
    assert told[0]["request"] == incident
    assert told[0]["fault"]["kinds"][0].endswith(type(fault).__name__)
    assert any("portal/views.py" in step for step in told[0]["fault"]["steps"])
    assert TYPED not in noted()
    assert CANARY not in noted()


def test_a_job_that_fails_is_noted_without_its_words(app, ctx, noted):
    def fail():
        raise RuntimeError(CANARY)

    queue.work_once(app, [queue.Job("people.fail", 1, fail)])
    (line,) = lines(noted, "job failed")
    assert line["job"] == "people.fail"
    assert CANARY not in noted()
    queue.FAILING.clear()


def test_a_letter_that_bounces_is_noted_without_its_address(app, ctx, noon, noted, monkeypatch):
    user = make_user(email=f"{CANARY}@exemple.fr", pseudonym=CANARY)
    db.session.add(Letter(kind="people.sign_in_link", to=user.email, user_id=user.id))
    db.session.commit()

    def refuse(*_, **__):
        raise smtplib.SMTPRecipientsRefused({user.email: (550, CANARY.encode())})

    monkeypatch.setattr("consult.core.mail.send", refuse)
    letters.send_letters()
    (line,) = lines(noted, "letter not sent")
    assert line["problem"] == "SMTPRecipientsRefused"
    assert CANARY not in noted()


def test_what_other_libraries_say_is_left_out(noted):
    logging.getLogger("somebody.else").warning("cannot reach %s", CANARY)
    logging.getLogger("somebody.else").warning(f"cannot reach {CANARY}")
    told = [json.loads(line) for line in noted().splitlines()]
    assert [line["from"] for line in told] == ["somebody.else"] * 2
    assert all(line["place"] for line in told)
    assert CANARY not in noted()


def test_who_is_signed_in_is_not_noted(client, noted, ctx, noon):
    user = make_user(pseudonym=CANARY)
    sign_in(client, user).get("/")
    assert not {"user", "account", "actor"} & set(lines(noted)[-1])
    assert CANARY not in noted()
