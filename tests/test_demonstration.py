"""The demonstration: told once, true to its source, and not one of its pages broken."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from flask import Flask

from consult import demonstration
from consult.answers.queries import coverage
from consult.campaigns.models import Campaign, PhaseKind, Stage
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution, Outcome
from consult.core.db import db
from consult.demonstration import drawings
from consult.demonstration.papers import paper
from consult.demonstration.words import printed, read
from consult.engagements import documents
from consult.engagements.models import Action, Origin, Plan, Progress
from consult.followup import queries as followup
from consult.followup.models import Edition, StatusReport
from consult.journal import queries as journal
from consult.journal.models import Notification
from consult.people.models import Letter, User
from consult.people.passwords import matches
from consult.people.queries import by_email
from consult.posts.models import Channel, Status
from tests import test_access as access
from tests.crawler import Crawler
from tests.factories import free_port, sign_in

BLAGIS = "plan-d-action-pour-le-quartier-des-blagis"
# How many pages of a kind each of them looks at, on either engine.
EACH = {"sqlite": 2, "postgresql": 1}
READERS = ("visitor", *demonstration.ACCOUNTS)
# Who they are in the table of who may open what.
ROLES = {
    "visitor": {"visitor"},
    "habitante": {"resident", "owner"},
    "jeune": {"resident", "owner"},
    "animation": {"facilitator"},
    "conseil": {"council"},
    "garante": {"guarantor"},
    "administration": {"administrator"},
}
STATEMENTS = 12  # a page asks the database at most so many questions
KNOWN = 4  # who it is, what is new for them, what they follow, what they support

pytestmark = pytest.mark.xdist_group("demonstration")


@pytest.fixture
def told(demo: Flask):
    """The demonstration, to be read."""
    with demo.app_context():
        yield demo
        db.session.rollback()


def campaign(slug: str) -> Campaign:
    return db.session.scalars(sa.select(Campaign).filter_by(slug=slug)).one()


def plan(slug: str) -> Plan:
    return db.session.scalars(sa.select(Plan).filter_by(slug=slug)).one()


class TestWhatItHolds:
    def test_it_is_told_once(self, told):
        before = journal.tip()
        demonstration.load()
        assert journal.tip() == before

    def test_a_story_cut_short_is_told_again(self, told, tmp_path):
        assert not demonstration.was_interrupted(tmp_path)
        (tmp_path / "demonstration.part").touch()
        assert demonstration.was_interrupted(tmp_path)

    def test_the_journal_holds(self, told):
        assert list(journal.faults()) == []

    def test_what_is_counted_is_right(self, told):
        assert set(recount().values()) == {0}

    def test_where_actions_stand_is_what_was_last_said(self, told):
        last = {
            report.action_id: report.progress
            for report in db.session.scalars(sa.select(StatusReport).order_by(StatusReport.id))
        }
        for action in db.session.scalars(sa.select(Action)):
            assert action.progress == last.get(action.id, Progress.UNKNOWN)

    def test_nothing_waits_to_be_mailed(self, told):
        assert not db.session.scalar(
            sa.select(Notification.id).where(Notification.mailed_at.is_(None))
        )
        assert not db.session.scalar(sa.select(Letter.id).where(Letter.sent_at.is_(None)))


class TestTheBlagis:
    def test_the_figures_are_those_of_the_document(self, told):
        found = followup.figures(plan(BLAGIS))
        assert {name: found[name] for name in ("engagements", "actions", "statuses")} == {
            "engagements": 11,
            "actions": 31,
            "statuses": {"done": 6, "unknown": 25},
        }
        assert found["organisations"] == 14

    def test_its_adoption_is_as_printed(self, told):
        act = plan(BLAGIS).act
        assert act.adopted_on.isoformat() == "2021-10-16"
        assert act.vote == "à l’unanimité des votants"
        assert act.place == "site sportif et de loisirs des Blagis"
        assert (act.votes_for, act.votes_against, act.number) == (None, None, None)

    def test_its_review_is_frozen(self, told):
        [edition] = db.session.scalars(sa.select(Edition).filter_by(plan_id=plan(BLAGIS).id))
        assert edition.title == "Deux ans après"
        assert edition.sha256 == followup.fingerprint(edition.content)

    def test_it_says_where_it_comes_from(self, told):
        assert "Ville de Sceaux" in plan(BLAGIS).introduction
        assert read("blagis.json")["_meta"]["_source"].startswith("Ville de Sceaux")

    def test_nobody_is_made_to_say_more(self, told):
        """Not one report was added to what the document reports."""
        reports = db.session.scalars(
            sa.select(StatusReport).join(Action).where(Action.plan_id == plan(BLAGIS).id)
        )
        assert Counter(report.progress for report in reports) == {Progress.DONE: 6}

    def test_it_is_the_document_word_for_word_where_both_are_here(self, shared_data):
        ours = documents.read(read("blagis.json"))
        theirs = documents.read(shared_data("sources/000_sceaux_plan_action_blagis.json"))
        assert ours.figures() == theirs.figures()

        def facts(document):
            return [
                (one.ref, one.engagement, one.status, [part.organisation for part in one.parts])
                + ([when.iso for when in one.dates], one.see_also)
                for one in document.actions
            ]

        assert facts(ours) == facts(theirs)
        assert ours.introduction != theirs.introduction


class TestTheVoices:
    def test_everything_invented_is_marked(self, told):
        assert all(one.is_demo for one in db.session.scalars(sa.select(Campaign)))
        assert all(one.is_demo for one in db.session.scalars(sa.select(Plan)) if one.slug != BLAGIS)
        assert all(one.is_demo for one in db.session.scalars(sa.select(User)) if not one.is_system)

    @pytest.mark.parametrize("slug", ["parlons-ensemble-des-blagis", "parlons-ensemble"])
    def test_pages_and_files_say_so(self, told, slug):
        client = told.test_client()
        file = client.get(f"/consultations/{slug}/contributions.csv").text
        rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
        assert {row["demonstration"] for row in rows} == {"oui"}
        for path in ("", "/contributions", "/suites"):
            assert (
                "Démonstration"
                in client.get(f"/consultations/{slug}{path}", follow_redirects=True).text
            )

    def test_they_are_many_and_of_all_kinds(self, told):
        voices = list(
            db.session.scalars(
                sa.select(Contribution).filter_by(
                    campaign_id=campaign("parlons-ensemble-des-blagis").id
                )
            )
        )
        assert len(voices) >= 24
        assert len({one.theme_id for one in voices}) >= 5
        assert {one.channel for one in voices} >= {Channel.WEB, Channel.PAPER, Channel.MEETING}
        assert {one.status for one in voices} >= {Status.PUBLISHED, Status.REFUSED}
        assert {one.outcome for one in voices} >= set(Outcome)

    def test_every_voice_has_its_answer(self, told):
        for slug in ("parlons-ensemble-des-blagis", "coeur-de-ville"):
            assert coverage(campaign(slug)).missing == 0
            assert campaign(slug).stage == Stage.ANSWERED

    def test_the_open_one_takes_everything_today(self, told):
        now = campaign("parlons-ensemble")
        assert now.stage == Stage.OPEN
        assert all(
            now.is_open(kind) for kind in (PhaseKind.PROPOSE, PhaseKind.DISCUSS, PhaseKind.VOTE)
        )

    def test_every_place_an_action_can_stand_is_shown(self, told):
        actions = list(
            db.session.scalars(
                sa.select(Action).where(
                    Action.plan_id == plan("plan-coeur-de-ville-demonstration").id
                )
            )
        )
        assert {one.progress for one in actions} == set(Progress)
        assert any(one.is_late for one in actions)
        assert any(one.is_stale for one in actions)

    def test_words_lead_to_promises(self, told):
        assert db.session.scalar(sa.select(sa.func.count(Origin.id))) >= 40


class TestTheAccounts:
    @pytest.mark.parametrize("role", demonstration.ACCOUNTS)
    def test_the_password_opens_them(self, told, role):
        user = by_email(demonstration.ACCOUNTS[role])
        assert matches(user.password_hash, demonstration.PASSWORD)

    def test_nobody_else_has_one(self, told):
        known = set(demonstration.ACCOUNTS.values())
        others = sa.select(User).where(User.password_hash.is_not(None))
        assert {user.email for user in db.session.scalars(others)} == known


class TestItsWords:
    def test_they_are_set_as_a_printer_would(self):
        assert printed("l'été : « oui » !") == "l’été\xa0: «\xa0oui\xa0»\u202f!"
        assert printed(["une\nligne", 3]) == ["une ligne", 3]
        assert printed("- un\n- deux\n\ntrois") == "- un\n- deux\n\ntrois"

    def test_a_paper_opens(self):
        data = paper("Un titre (avec des signes)", ["Été\u202f: 3 € l’entrée."])
        assert data.startswith(b"%PDF-1.4")
        assert b"\\(avec des signes\\)" in data
        place = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
        assert data[place : place + 4] == b"xref"

    @pytest.mark.parametrize("name", drawings.PICTURES)
    def test_a_drawing_is_the_same_each_time(self, name):
        assert drawings.PICTURES[name]().webp() == drawings.PICTURES[name]().webp()


@pytest.mark.parametrize("reader", READERS)
def test_no_page_is_broken(demo, engine, reader):
    """Every link from the home page on, for a visitor and for each of the five.

    None leads to a refusal: what the site shows to somebody, it lets them do.
    """
    client = demo.test_client()
    if reader != "visitor":
        with demo.app_context():
            sign_in(client, by_email(demonstration.ACCOUNTS[reader]))
    allowed = STATEMENTS + (KNOWN if reader != "visitor" else 0)
    wrong, seen = [], Counter()
    crawler = Crawler(demo, client, EACH[engine])
    for visit in crawler.walk("/"):
        seen[visit.endpoint] += 1
        if visit.status not in (200, 302, 303, 308):
            wrong.append(f"{visit.path}: {visit.status}, offered on {visit.found_on}")
        if visit.status == 200 and visit.statements > allowed:
            wrong.append(f"{visit.path}: {visit.statements} statements")
        wrong += [f"{visit.path}: {fault}" for fault in visit.faults]
    wrong += [
        f"{page}: a form that sends to {route}, which refuses"
        for route, page in crawler.sends.items()
        if is_refused(route, ROLES[reader])
    ]
    assert len(seen) >= 30, sorted(seen)
    if wrong:
        pytest.fail("\n  ".join([f"{len(wrong)} faults as {reader}:", *wrong]), pytrace=False)


def is_refused(route: str, roles: set[str]) -> bool:
    """Whether the table says that others may send something there, and these never."""
    rows = [row for name, row in access.read().items() if name.split()[:2] == ["POST", route]]
    told = {(role, answer) for row in rows for role, answer in row.items()}
    shut = {"refused", "sign-in"}
    return {answer for role, answer in told if role in roles} <= shut and any(
        answer not in {*shut, "hidden"} for _, answer in told
    )


START = """
import sys
from pathlib import Path
from consult import cli
cli.DEMO = Path(sys.argv[1])
cli.demonstration.load = lambda: None  # the story itself is told above
cli.main(["demo", "--serve", "--port", sys.argv[2]])
"""


def _alive(folder: Path) -> list[psutil.Process]:
    """The processes that were started with this folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in process.info["cmdline"] or [])
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_everything(tmp_path, number):
    """Ctrl-C reaches all that runs in the terminal at once; the site hears it only once."""
    port = free_port()
    start = [sys.executable, "-c", START, str(tmp_path / "demo"), str(port)]
    with subprocess.Popen(start, stdout=subprocess.PIPE, start_new_session=True) as running:  # noqa: S603 our own words
        try:
            _wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5))  # noqa: S310 ours
            assert len(_alive(tmp_path)) >= 5  # itself, the server and two of its own, the worker
            os.killpg(running.pid, number)
            assert running.wait(30) == 0
            said = running.stdout.read().decode()
        finally:
            running.kill()
    assert f"http://127.0.0.1:{port}" in said
    assert demonstration.PASSWORD in said
    assert _alive(tmp_path) == []


def _wait(ready: Callable[[], Any]) -> None:
    for _ in range(600):
        with suppress(OSError):
            return ready().close()
        time.sleep(0.1)
    pytest.fail("nobody answers")
