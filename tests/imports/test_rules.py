"""Who may bring in a file, and for which campaign."""

from datetime import timedelta

import pytest

from consult.campaigns.models import State
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.imports import rules
from consult.people.models import Role, RoleName
from consult.people.queries import system
from tests.factories import make_campaign, make_user
from tests.imports.bringing import bring, hand_in, table

ACTS = ("hand_in", "arrange", "confirm", "discard")
DATA = table(("1", "Des bancs", ""))


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign()


def somebody(who, campaign):
    if who == "visitor":
        return None
    if who == "system":
        return system()
    if who.startswith("of "):
        user = make_user()
        other = campaign if who == "of this campaign" else make_campaign()
        user.roles.append(Role(name=RoleName.FACILITATOR, campaign_id=other.id))
        db.session.commit()
        return user
    return make_user(*([] if who == "resident" else [RoleName(who)]))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("visitor", False),
        ("resident", False),
        ("council", False),
        ("guarantor", False),
        ("administrator", False),
        ("of another campaign", False),
        ("of this campaign", True),
        ("facilitator", True),
        ("system", True),
    ],
)
def test_who_may(campaign, act, who, may):
    actor = somebody(who, campaign)
    subject = campaign if act == "hand_in" else hand_in(campaign, DATA)
    if may:
        getattr(rules, act)(actor, subject)
    else:
        with pytest.raises(Refused) as refused:
            getattr(rules, act)(actor, subject)
        assert refused.value.sign_in == (who == "visitor")


@pytest.mark.parametrize(("who", "may"), [("guarantor", True), ("facilitator", True)])
def test_who_may_look(campaign, who, may):
    rules.read(somebody(who, campaign), campaign)
    with pytest.raises(Refused):
        rules.read(somebody("council", campaign), campaign)


def test_a_draft_and_a_closed_campaign_take_files(campaign):
    facilitator = make_user(RoleName.FACILITATOR)
    rules.hand_in(facilitator, make_campaign(published=False))
    with clock.frozen(clock.now() + timedelta(days=365)):
        rules.hand_in(facilitator, campaign)


@pytest.mark.parametrize("state", [State.CANCELLED, State.RESULTS])
def test_a_campaign_that_ended_stays_as_it_was(campaign, state):
    campaign.cancelled_words = "Faute de temps."
    campaign.move_to(state)
    db.session.commit()
    with pytest.raises(Refused):
        rules.hand_in(system(), campaign)


def test_a_campaign_carried_in_takes_what_was_said_in_it(ctx):
    carried = make_campaign(external_ref="campaign:blagis")
    carried.move_to(State.RESULTS)
    rules.hand_in(system(), carried)


def test_what_was_confirmed_is_not_arranged_again(campaign):
    importing = bring(campaign, DATA)
    for act in ("arrange", "confirm", "discard", "take_in"):
        with pytest.raises(Refused):
            getattr(rules, act)(importing.author, importing)
