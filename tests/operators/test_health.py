"""What machines ask: does it live, is it ready, what are its figures."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from datetime import timedelta

import pytest

from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.journal.queries import Tip
from consult.operators import health, jobs
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user
from tests.portal.making import make_town


@pytest.fixture
def awake(app, ctx, noon):
    jobs.beat()


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("asked the database")

    monkeypatch.setattr("sqlalchemy.engine.Connection.exec_driver_sql", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Connection.execute", refuse)
    monkeypatch.setattr(Tip, "__call__", refuse)


def test_it_lives_without_asking_the_database(app, client, no_database, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE", True)
    reply = client.get("/healthz")
    assert (reply.status_code, reply.text) == (200, "ok\n")
    assert reply.headers["Cache-Control"] == "no-store"


READY = {"ready": True, "database": True, "migrations": True, "disk": True, "worker": True}


def test_it_is_ready_when_nothing_is_missing(client, awake):
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json) == (200, READY)


def test_it_says_that_the_worker_sleeps(client, awake, noon):
    with clock.frozen(noon + timedelta(minutes=6)):
        reply = client.get("/readyz")
    assert (reply.status_code, reply.json) == (503, {**READY, "ready": False, "worker": False})


def test_it_says_that_the_disk_is_full(client, awake, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**40, 2**40, 0))
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json["disk"]) == (503, False)


def test_it_says_that_tables_are_of_another_version(client, awake, monkeypatch):
    monkeypatch.setattr(health, "newest", lambda: "0002_later")
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json["migrations"]) == (503, False)


def test_it_says_that_the_database_is_gone(client, awake, monkeypatch):
    def gone(*_):
        raise OSError("gone")

    monkeypatch.setattr(db.session, "scalar", gone)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert (reply.json["database"], reply.json["migrations"]) == (False, False)


def test_the_newest_migration_is_the_one_the_database_has(ctx):
    assert health.newest() == health._version()


# Figures.


def figures(reply):
    rows = (line.rsplit(" ", 1) for line in reply.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def test_figures_are_counted_by_route_never_by_address(client, awake):
    town = make_town()
    client.get(f"/consultations/{town.campaign.slug}")
    client.get("/consultations/aucune-de-ce-nom")
    found = figures(client.get("/metrics"))
    base = 'consult_requests_total{method="GET",route="/consultations/<slug>",status="%s"}'
    assert found[base % 200] >= 1
    assert found[base % 404] >= 1
    assert not [name for name in found if town.campaign.slug in name or "aucune-de" in name]
    assert found['consult_request_seconds_count{method="GET"}'] >= 2


def test_queues_journal_and_ages_are_told(client, awake, noon):
    contributions.submit(make_user(), make_campaign(), title="Un banc", body="Ici.")
    commit()
    with clock.frozen(noon + timedelta(seconds=90)):
        found = figures(client.get("/metrics"))
    assert found['consult_waiting{queue="moderation"}'] == 1
    assert found["consult_journal_lines"] == 1
    assert found["consult_worker_beat_age_seconds"] == 90
    assert "consult_backup_age_seconds" not in found  # none was made: not zero


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 403),
        ("203.0.113.9", {"Authorization": "Bearer long-jeton"}, 200),
        ("203.0.113.9", {"Authorization": "Bearer autre"}, 403),
        ("203.0.113.9", {"Authorization": "Bearer "}, 403),
        ("203.0.113.9", {"Authorization": "é"}, 403),
    ],
)
def test_figures_are_for_this_machine_or_for_the_token(
    app, client, awake, monkeypatch, address, headers, status
):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "long-jeton")
    asked = {"headers": headers, "environ_overrides": {"REMOTE_ADDR": address}}
    assert client.get("/metrics", **asked).status_code == status


def test_without_a_token_nobody_elsewhere_reads_them(client, awake):
    asked = {
        "headers": {"Authorization": "Bearer "},
        "environ_overrides": {"REMOTE_ADDR": "203.0.113.9"},
    }
    assert client.get("/metrics", **asked).status_code == 403


WORKER = """
import sys, consult
from consult import migrations
app = consult.create_app(SECRET_KEY="x", INSTANCE=sys.argv[1], LOG_LEVEL="ERROR")
with app.app_context():
    migrations.upgrade()
for _ in range(int(sys.argv[2])):
    app.test_client().get("/healthz")
print(app.test_client().get("/metrics").text)
"""


def test_several_workers_are_added_up(tmp_path):
    """Two processes one after the other, as two workers of one server: the second sees both."""
    told = ""
    for times in ("2", "3"):
        told = subprocess.run(
            [sys.executable, "-c", WORKER, tmp_path, times],
            capture_output=True,
            text=True,
            check=True,
            env={key: value for key, value in os.environ.items() if "PROMETHEUS" not in key},
        ).stdout
    name = 'consult_requests_total{method="GET",route="/healthz",status="200"} '
    assert f"{name}5.0" in told
    assert "consult_journal_lines 0.0" in told


def test_a_text_that_waits_too_long_is_counted(client, awake, noon):
    with clock.frozen(noon - timedelta(hours=80)):
        make_contribution(status=Status.PENDING)
    assert figures(client.get("/metrics"))["consult_moderation_late"] == 1
