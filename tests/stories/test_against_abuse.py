"""Against abuse: layers that hold programs back, and a human who decides (see tests/abuse.py)."""

from datetime import timedelta

from consult.core import clock
from tests import abuse

TRIES = 60


def test_accounts_asked_for_by_the_dozen(app, noon):
    assert abuse.register(app, TRIES).through == TRIES  # with no layer, every letter leaves


def test_limits_and_the_door_hold_mass_registration(app, noon):
    assert abuse.register(app, TRIES, "door").through == 0
    assert abuse.register(app, TRIES, "rate", "door", proves=True).through == 20
    with clock.frozen(noon + timedelta(minutes=16)):  # a delay, never a lock
        assert abuse.register(app, 1, "rate", "door", proves=True, first=99).through == 21


def test_advertisements_wait_for_a_human(app, noon):
    ended = abuse.write(app, TRIES, *abuse.ALL)
    assert ended.through == 0
    assert 0 < ended.flagged <= 10  # those without a proof are few an hour


def test_without_layers_they_would_all_be_shown(app, noon):
    assert abuse.write(app, TRIES) == abuse.Figures(TRIES, TRIES, 0)


def test_mass_support_counts_until_a_human_says_otherwise(app, noon):
    assert abuse.support(app, TRIES, *abuse.ALL) == abuse.Figures(TRIES, TRIES, 1)
    assert abuse.human(app) == 0
