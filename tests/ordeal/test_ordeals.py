"""The short form of each trial, by real processes of the site; `make ordeal` does hundreds."""

import shutil

import pytest

from tests.ordeal import database, kill, limits, power

pytestmark = pytest.mark.xdist_group("ordeal")


def test_what_was_acknowledged_is_there_once_after_kills(engine):
    figures = kill.trial(engine, kills=1, people=6, workers=1)
    assert figures["kills"] == 2
    assert figures["answered"] > 5
    assert figures["lost"] == figures["double"] == 0


@pytest.mark.parametrize("engine", ["postgresql"])
def test_what_was_acknowledged_is_there_once_after_the_database_is_killed(engine):
    figures = database.trial(kills=1, people=6, workers=1)
    assert figures["pages_that_said_so"] == 1
    assert figures["lost"] == figures["double"] == 0


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here: apt install strace")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_was_acknowledged_is_there_once_after_a_power_cut(engine):
    figures = power.trial(cuts=1, people=6, workers=1)
    assert figures["cuts"] == 1
    assert figures["lost"] == figures["double"] == 0


def test_limits_hold_across_several_workers(engine):
    assert limits.trial(engine, supports=False)["comments"] == "30 of 46"
