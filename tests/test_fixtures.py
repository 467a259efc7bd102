"""The promises of our own fixtures: clean rows, requests on their own, nothing sent outside."""

import socket
from contextlib import contextmanager
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import g, request_started

from consult.core import clock, mail
from consult.core.db import db
from consult.core.throttle import Attempt

PAGE = "/static/0/style.css"  # always there


@contextmanager
def asked(app):
    """What each request could see of its application context."""
    seen = []

    def look(_app, **_):
        seen.append({name: g.get(name) for name in g})

    with request_started.connected_to(look, app):
        yield seen


def count():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Attempt))


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_starts_from_empty_tables(ctx, time):
    assert count() == 0
    attempt = Attempt(key=time, at=clock.now())
    db.session.add(attempt)
    db.session.commit()
    assert (count(), attempt.id) == (1, 1)


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_row_that_never_came_to_be_takes_no_number_from_the_next_test(ctx, time):
    attempt = Attempt(key=time, at=clock.now())
    db.session.add(attempt)
    db.session.flush()
    assert attempt.id == 1
    db.session.rollback()


def test_each_engine_is_the_one_it_says(ctx, engine):
    assert db.engine.dialect.name == engine


def test_a_request_does_not_see_the_context_of_the_test(app, ctx, client):
    g._login_user = "somebody"
    with asked(app) as seen:
        client.get(PAGE)
        client.get(PAGE)
    assert len(seen) == 2
    assert "_login_user" in g
    assert "somebody" not in [look.get("_login_user") for look in seen]


def test_what_is_not_committed_is_not_lost_in_silence(ctx, client):
    db.session.add(Attempt(key="unsaved"))
    with pytest.raises(AssertionError, match="commit before"):
        client.get(PAGE)
    db.session.flush()
    with pytest.raises(AssertionError, match="commit before"):
        client.get(PAGE)


def test_the_test_reads_what_the_page_wrote(app, ctx, client):
    assert count() == 0  # a reading is under way

    def write(_app, **_):
        db.session.add(Attempt(key="page"))
        db.session.commit()

    with request_started.connected_to(write, app):
        client.get(PAGE)
    assert count() == 1


def test_the_clock_is_held_at_noon(noon):
    assert clock.now() == noon == datetime(2026, 6, 15, 12, tzinfo=clock.TOWN)


@pytest.mark.parametrize("place", ["192.0.2.1", "town.example"])
def test_nothing_is_sent_outside(place):
    with pytest.raises(OSError, match="tried to reach"):
        socket.create_connection((place, 80), timeout=1)


def test_a_browser_meets_the_application(page, server):
    answer = page.goto(PAGE)
    assert answer is not None
    assert answer.url == server.url + PAGE


@pytest.mark.parametrize("time", ["first", "second"])
def test_letters_wait_in_a_box_of_their_own(ctx, outbox, time):
    assert outbox == []
    mail.send("resident@town.example", "Votre avis", "Merci.")
    assert [letter.subject for letter in outbox] == ["Votre avis"]
