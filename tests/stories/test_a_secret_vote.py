"""Ballots apart from the roll, hidden to the end, recounted at home."""

import re
import subprocess
import sys

import sqlalchemy as sa

from consult.ballots import actions, queries
from consult.ballots.counting import FEW, Method
from consult.ballots.models import Pouch
from consult.core.db import db
from consult.identity.roll import Who
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.ballots.making import after_closing, make_poll, number_of, vote
from tests.factories import make_user, sign_in

TREES, BENCHES, FOUNTAIN = "Des tilleuls", "Des bancs", "Une fontaine"


def test_a_town_votes_and_a_sceptic_recounts_at_home(app, ctx, client, noon, tmp_path):
    clerks = [make_user(RoleName.COUNCIL), make_user(RoleName.COUNCIL)]
    facilitator = make_user(RoleName.FACILITATOR)
    poll = make_poll(
        Method.ENVELOPE,
        facilitator=facilitator,
        envelope_cents=1000_00,
        costs=(700, 600, 300),
        stations=("Mairie",),
        can_change=True,
    )
    station = poll.stations[0]

    # Twelve people vote on the site, one of them blank; one changes their mind with their code.
    receipts = [vote(poll, TREES, FOUNTAIN, key=f"k{turn}") for turn in range(7)]
    receipts += [vote(poll, BENCHES, key=f"b{turn}") for turn in range(4)]
    receipts.append(vote(poll, key="blank"))
    fountain = {number_of(poll, FOUNTAIN): 1}
    actions.change(None, poll, secret=receipts[-2].secret, ballot=fountain)
    commit()
    # Ten vote at the town hall, struck off the same roll.
    for turn in range(FEW):
        actions.strike(clerks[0], station, poll, who=Who(person_key=f"{turn:064}"), key="desk")
        commit()

    # Before the end nobody, not even the town, finds a count anywhere.
    sign_in(client, facilitator)
    assert client.get(f"/votes/{poll.id}/bulletins.json").status_code == 404
    assert client.post(f"/votes/{poll.id}/depouiller").status_code == 403

    content = {
        "ballots": FEW,
        "blank": 0,
        "spoilt": 1,
        "marks": {
            str(number_of(poll, TREES)): {"1": 2},
            str(number_of(poll, BENCHES)): {"1": 6},
            str(number_of(poll, FOUNTAIN)): {"1": 3},
        },
    }
    with after_closing(poll):
        for clerk in clerks:
            actions.enter(clerk, station, poll, content=content)
            commit()
        sign_in(client, facilitator)
        assert client.post(f"/votes/{poll.id}/depouiller").status_code == 303
        assert db.session.scalar(sa.select(sa.func.count(Pouch.id))) == 0

        # A stranger takes the file and the programme from the site, and runs them elsewhere.
        stranger = app.test_client()
        page = stranger.get(f"/votes/{poll.id}").text
        journal = stranger.get("/journal").text
        assert stranger.get(f"/votes/verifier?code={receipts[0].code}").text.count(poll.title) >= 1
        for address in (f"/votes/{poll.id}/bulletins.json", "/votes/recompter.py"):
            path = tmp_path / address.rsplit("/", 1)[-1]
            path.write_bytes(stranger.get(address).data)
    done = subprocess.run(
        [sys.executable, "-I", "recompter.py", "bulletins.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Bulletins : 22 ; blancs : 1 ; nuls : 1 ; exprimés : 20" in done.stdout
    # 9 for the trees, 9 for the benches, 11 for the fountain: 300 + 600, the trees do not fit.
    lines = re.findall(r"^(\d)\. (.+) : (\d+) \((.+)\)$", done.stdout, re.MULTILINE)
    assert [(line[1], line[2], line[3].split(" :")[0]) for line in lines] == [
        (FOUNTAIN, "11", "retenu"),
        (BENCHES, "9", "retenu"),
        (TREES, "9", "non retenu"),
    ]
    fingerprint = re.search(r"SHA-256 du fichier : ([0-9a-f]{64})", done.stdout)[1]
    assert fingerprint == queries.result(poll).sha256
    assert fingerprint in page
    assert fingerprint in journal
