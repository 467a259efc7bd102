"""Signed daily head, inclusion and consistency: a resident holds the town to what it wrote down.

She notes the key and the day's head, keeps the proof of her own contribution, and a year later
runs the site's own program at home: first on what is true, then after somebody with the database
in hand has rewritten a refusal.
"""

import json
import subprocess
import sys
from datetime import timedelta

import sqlalchemy as sa

from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.db import db
from consult.journal import jobs, queries
from consult.journal.actions import commit
from consult.journal.models import Event
from tests.factories import make_campaign, make_user
from tests.journal.test_heads import tamper


def test_a_resident_checks_a_year_later_what_she_noted(client, ctx, noon, tmp_path):
    campaign = make_campaign()
    hers = contributions.submit(make_user(), campaign, title="Un banc", body="À l'ombre.")
    commit()
    receipt = client.get(f"/recepisse/{hers.receipt}").text
    assert f"/recepisse/{hers.receipt}/preuves" in receipt
    with clock.frozen(noon + timedelta(days=1)):
        jobs.sign_heads()
        published = client.get("/journal/preuves.json").json
        (tmp_path / "noted.json").write_text(json.dumps(published["heads"][-1]))
        (tmp_path / "mine.json").write_text(client.get("/journal/preuves/lignes/1.json").text)
    for month in range(1, 12):
        with clock.frozen(noon + timedelta(days=30 * month)):
            contributions.submit(make_user(), make_campaign(), title="Autre", body="Chose.")
            commit()
    with clock.frozen(noon + timedelta(days=365)):
        jobs.sign_heads()
        _fetch(client, tmp_path)
        key = ("--key", published["keys"][0])
        everything = ("journal.jsonl", "heads.json", *key, "--noted", "noted.json")
        said = _run(tmp_path, 0, *everything)
        assert "12 line(s), the first 12 of them under 12 signed head(s)" in said
        assert "line 1 is in the journal of 2026-06-15" in _run(
            tmp_path, 0, "--proof", "mine.json", *key
        )
        days = client.get("/journal/preuves/coherence.json?du=2026-06-15&au=2027-06-14")
        (tmp_path / "days.json").write_text(days.text)
        _run(tmp_path, 0, "--proof", "days.json", *key, "--noted", "noted.json")
        invented = {"number": 1, "leaf": "00" * 32, "line": "invented"}
        (tmp_path / "both.json").write_text(json.dumps({**days.json, **invented}))
        assert "line 1 is not in" in _run(tmp_path, 1, "--proof", "both.json", *key)
        later = {"id": 13, "hash": "ab" * 32, "leaf": "cd" * 32, "line": None}
        with (tmp_path / "journal.jsonl").open("a") as lines:
            lines.write(json.dumps(later) + "\n")
        assert "13 line(s), the first 12 of them" in _run(tmp_path, 0, *everything)
        heads = json.loads((tmp_path / "heads.json").read_text())
        heads["heads"][0]["day"] += "\x1b[2K\rAll holds"
        (tmp_path / "heads.json").write_text(json.dumps(heads))
        assert "\x1b" not in _run(tmp_path, 1, *everything), "no fault hides another"

        _rewrite_everything_from_the_first_line()
        _fetch(client, tmp_path)
        assert "another root" in _run(tmp_path, 1, *everything)
        assert {"root", "chain"} <= {fault["fault"] for fault in queries.faults()}


def _fetch(client, folder):
    for address, name in (
        ("/journal/lignes.jsonl", "journal.jsonl"),
        ("/journal/preuves.json", "heads.json"),
        ("/journal/verifier.py", "verifier.py"),
    ):
        (folder / name).write_bytes(client.get(address).data)


def _run(folder, code, *arguments):
    done = subprocess.run(
        [sys.executable, "-I", "verifier.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def _rewrite_everything_from_the_first_line():
    """As a cheat would who makes every fingerprint anew, but does not hold the key of that year."""
    table, previous = Event.__table__, queries.START
    for event in list(queries.lines(1)):
        event |= {"previous": previous, "actor_id": 99}
        previous = queries.fingerprint_of(event)
        new = {"previous": event["previous"], "actor_id": 99, "hash": previous}
        change = table.update().where(table.c.id == event["id"]).values(new)
        tamper("event", str(change.compile(db.engine, compile_kwargs={"literal_binds": True})))
    assert db.session.scalar(sa.select(sa.func.count()).where(Event.actor_id == 99)) == 12
