"""One person has one key in a campaign, whatever the channel, and another in the next."""

import pytest

from consult.campaigns.models import Identity
from consult.core.db import db
from consult.core.rules import Refused
from consult.identity import sealing
from consult.identity.models import Proof
from consult.identity.queries import voter_key
from consult.identity.rules import proven
from tests.factories import make_campaign, make_user


def test_an_address_is_one_person_in_a_campaign_and_somebody_else_in_the_next(ctx):
    one, other, resident = make_campaign(), make_campaign(), make_user()
    assert voter_key(resident, one) == voter_key(resident, one)
    assert voter_key(resident, one) != voter_key(make_user(), one)
    assert voter_key(resident, one) != voter_key(resident, other)


def test_a_key_says_nothing_of_whom_it_counts(ctx):
    campaign = make_campaign()
    key = sealing.of_person(campaign, "De La Tour", "Héloïse", 1984)
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")
    assert key == sealing.of_person(campaign, "de la tour", "Heloise Marie", 1984)
    assert key != sealing.of_person(campaign, "de la tour", "Héloïse", 1985)
    assert key != sealing.of_person(campaign, "de la tour", "Héloïse", 1984, "Marie")


def test_where_more_is_asked_an_address_is_not_enough(ctx, noon):
    campaign = make_campaign(
        ways=["letter", "desk"], dpia_on=noon.date(), dpia_by="La déléguée (fictive)"
    )
    resident = make_user()
    with pytest.raises(Refused) as refused:
        proven(resident, campaign)
    assert refused.value.remedy.endpoint == "identity.prove"
    with pytest.raises(LookupError):
        voter_key(resident, campaign)


def test_paper_entered_for_an_address_counts_as_its_account(ctx, app):
    campaign, resident = make_campaign(), make_user(email="lea@exemple.fr")
    key = sealing.of_address(campaign, "lea@exemple.fr")
    db.session.add(Proof(campaign_id=campaign.id, way=Identity.EMAIL, voter_key=key))
    db.session.commit()
    assert voter_key(resident, campaign) == key
