"""The same on the command line."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from consult.cli import main
from consult.contributions.models import Contribution
from consult.core.db import db
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_user
from tests.imports.bringing import DATA

TABLE = str(DATA / "contributions.csv")
EXPORT = str(DATA / "cap-collectif.csv")


@pytest.fixture
def campaign(ctx):
    return make_campaign(slug="square")


@pytest.fixture
def consult(campaign):
    db.session.rollback()

    def run(*words, fails=False):
        done = CliRunner().invoke(main, words)
        db.session.rollback()
        if fails:
            assert done.exit_code == 1, done.output
            return done.output
        assert done.exit_code == 0, done.output
        return json.loads(done.output) if "--json" in words else done.output

    return run


def number(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_contributions_twice(consult):
    words = ("import", "contributions", TABLE, "--campaign", "square", "--json")
    first = consult(*words)
    assert (first["created"], first["updated"], first["unchanged"]) == (3, 0, 0)
    assert first["refused"][0] == {
        "row": 4,
        "reason": "La ligne n’a ni titre ni texte.",
        "ref": "3",
    }
    again = consult(*words)
    assert (again["created"], again["unchanged"], len(again["refused"])) == (0, 3, 3)
    assert number(Event) == 3 + 2 + 2  # rows, files, and the theme added to an open campaign


def test_a_table_without_a_fault_prints_four_things(consult, tmp_path):
    file = tmp_path / "propositions.csv"
    file.write_text("prop_idx,texte\n3,Un banc.\n")
    words = ("import", "contributions", str(file), "--campaign", "square")
    report = consult(*words, "--columns", "ref=prop_idx,body=texte", "--json")
    assert report == {"created": 1, "updated": 0, "unchanged": 0, "refused": []}


def test_a_preview_writes_nothing(consult):
    words = ("import", "contributions", EXPORT, "--campaign", "square", "--json")
    trial = consult(*words, "--preview")
    assert number(Contribution) == number(Event) == 0
    assert consult(*words) == trial
    assert {"comments", "tallies", "warnings"} <= set(trial)


def test_pending_in_the_name_of_a_facilitator(consult):
    make_user(RoleName.FACILITATOR, email="animation@exemple.fr")
    make_user(email="habitante@exemple.fr")
    db.session.rollback()
    words = ("import", "contributions", TABLE, "--campaign", "square", "--pending", "--as")
    consult(*words, "animation@exemple.fr")
    assert set(db.session.scalars(sa.select(Contribution.status))) == {Status.PENDING}
    consult(*words, "habitante@exemple.fr", fails=True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--campaign", "absente"), "absente"),
        (("--campaign", "square", "--columns", "body=corps"), "corps"),
        (("--campaign", "square", "--columns", "corps"), "corps"),
    ],
)
def test_what_cannot_be_done_says_why(consult, more, words):
    assert words in consult("import", "contributions", TABLE, *more, fails=True)
    assert number(Event) == 0


def test_a_plan_goes_in_and_out(consult):
    first = consult("import", "plan", str(DATA / "plan.json"), "--json")
    assert first["engagements"]
    assert consult("import", "plan", str(DATA / "plan.json"), "--json") == first
    out = consult("export", "plan", first["plan"], "--json")
    assert out == json.loads((DATA / "plan.json").read_text())
    consult("export", "plan", "absent", fails=True)
    consult("import", "plan", TABLE, fails=True)


def test_counting_again(consult):
    consult("import", "contributions", EXPORT, "--campaign", "square")
    wrong = consult("recount", "--json")
    assert set(wrong.values()) == {0}
