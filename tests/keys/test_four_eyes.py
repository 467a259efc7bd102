"""What counts voices changes by two hands, for exactly what was signed."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from consult.campaigns import actions as campaigns
from consult.campaigns.models import Campaign, PhaseKind
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.keys import actions
from consult.keys.models import Countersign
from consult.keys.signatures import Unsigned, spend
from consult.people.models import RoleName
from tests.factories import make_campaign, make_user, sign_in
from tests.people.doors import post_around

WHAT = "campaigns.change_rules"


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign(
        support_limit=3,
        **{"legal_nature": "survey", "audience": "Tous", "rules": "Une voix.", "purpose": "Dire."},
        **{"offline": "En mairie.", "privacy": "Rien.", "contact": "01", "presentation": "Voici."},
    )


@pytest.fixture
def two(ctx, noon):
    return make_user(RoleName.FACILITATOR), make_user(RoleName.ADMINISTRATOR)


def signed(asker, signer, what, subject, details):
    asked = actions.ask(asker, what, subject, details=details)
    commit()
    actions.countersign(signer, asked)
    commit()
    return asked


def test_nobody_alone_changes_how_supports_count(campaign, two):
    asker, signer = two
    change = {"support_limit": 5, "reason": "Trois ne suffisent pas."}
    with pytest.raises(Unsigned) as wanted:
        campaigns.change_rules(asker, campaign, **change)
    details = wanted.value.details
    assert details["support_limit"] == {"before": 3, "after": 5}
    signed(asker, signer, WHAT, campaign, details)
    for other in ({**change, "support_limit": 50}, {**change, "reason": "Parce que."}):
        with pytest.raises(Unsigned):
            campaigns.change_rules(asker, campaign, **other)
        db.session.rollback()
    campaigns.change_rules(asker, campaign, **change)
    commit()
    assert campaign.support_limit == 5
    with pytest.raises(Unsigned):
        spend(asker, WHAT, campaign, details)


def test_words_that_count_no_voice_need_no_second_hand(campaign, two):
    campaigns.change_rules(two[0], campaign, audience="Dès 11 ans.", reason="Oubli.")
    commit()
    assert campaign.audience == "Dès 11 ans."


def test_more_time_to_vote_needs_a_second_hand_and_more_time_to_propose_none(campaign, two):
    last = clock.today() + timedelta(days=60)
    more = {"last": last, "reason": "La poste a tardé."}
    campaigns.extend(two[0], campaign, campaign.phase(PhaseKind.PROPOSE), **more)
    commit()
    with pytest.raises(Unsigned):
        campaigns.extend(two[0], campaign, campaign.phase(PhaseKind.VOTE), **more)


def test_what_is_not_announced_is_one_person_s_work(ctx, noon, two):
    campaign = make_campaign(published=False)
    for phase in campaign.phases:
        phase.opens_at += timedelta(days=60)
        phase.closes_at += timedelta(days=90)
    db.session.commit()
    campaigns.edit(two[0], campaign, support_limit=4)
    commit()
    assert campaign.support_limit == 4


def test_nobody_signs_for_themselves(campaign, two):
    asked = actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
    commit()
    with pytest.raises(Refused):
        actions.countersign(two[0], asked)
    asked.signed_by_id, asked.signed_at = two[0].id, clock.now()
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.mark.parametrize("role", [RoleName.COUNCIL, RoleName.GUARANTOR, None])
def test_only_the_right_role_signs(campaign, two, role):
    asked = actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
    commit()
    with pytest.raises(Refused):
        actions.countersign(make_user(*([role] if role else [])), asked)


def test_a_signature_is_over_after_a_week(campaign, two, noon):
    signed(*two, WHAT, campaign, {"reason": "x"})
    late = actions.ask(two[0], WHAT, campaign, details={"reason": "y"})
    commit()
    with clock.frozen(noon + timedelta(days=8)):
        with pytest.raises(Refused):
            actions.countersign(two[1], late)
        with pytest.raises(Unsigned):
            spend(two[0], WHAT, campaign, {"reason": "x"})


def test_a_signature_for_one_is_not_for_another(campaign, two, noon):
    signed(*two, WHAT, campaign, {"reason": "x"})
    with pytest.raises(Unsigned):
        spend(make_user(RoleName.FACILITATOR), WHAT, campaign, {"reason": "x"})
    with pytest.raises(Unsigned):
        spend(two[0], WHAT, make_campaign(), {"reason": "x"})
    with pytest.raises(Unsigned):
        spend(two[0], "campaigns.extend", campaign, {"reason": "x"})
    assert spend(two[0], WHAT, campaign, {"reason": "x"})


def test_what_is_declined_is_not_done(campaign, two):
    asked = actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
    commit()
    with pytest.raises(Refused):
        actions.decline(two[1], asked, reason=" ")
    actions.decline(two[1], asked, reason="Le conseil n’en a pas parlé.")
    commit()
    with pytest.raises(Refused):
        actions.countersign(two[1], asked)
    with pytest.raises(Unsigned):
        spend(two[0], WHAT, campaign, {"reason": "x"})


def test_whoever_asked_reads_why_it_was_not_signed(campaign, two, app, outbox):
    asked = actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
    commit()
    asker, signer = (sign_in(app.test_client(), user) for user in two)
    where = f"/administration/signatures/{asked.id}"
    again = signer.post(f"{where}/refuser", data={"reason": " "}).get_data(as_text=True)
    assert "Dites pourquoi" in again
    assert "<details" in again
    assert "open>" in again
    words = "Le conseil n’en a pas parlé."
    assert signer.post(f"{where}/refuser", data={"reason": words}).status_code == 303
    assert words in asker.get(where).get_data(as_text=True)
    post_around(app)
    assert words in outbox[-1].body
    event = db.session.scalars(db.select(Event).filter_by(name="keys.decline")).one()
    assert words not in str(event.data)


def test_one_takes_one_s_own_request_back_without_a_reason(campaign, two, app):
    asked = actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
    commit()
    asker = sign_in(app.test_client(), two[0])
    where = f"/administration/signatures/{asked.id}"
    assert asker.post(f"{where}/refuser").status_code == 303
    assert "Demande retirée par" in asker.get(where).get_data(as_text=True)


def test_asking_twice_asks_once(campaign, two):
    for _ in range(2):
        actions.ask(two[0], WHAT, campaign, details={"reason": "x"})
        commit()
    assert db.session.scalar(db.select(db.func.count(Countersign.id))) == 1


def test_by_the_pages_from_the_form_to_the_deed(campaign, two, app):
    asker, signer = (sign_in(app.test_client(), user) for user in two)
    page = f"/consultations/{campaign.slug}/regles/changer"
    names = ("title", "question", "decider", "legal_nature", "audience", "rules", "purpose")
    form = {name: getattr(campaign, name) for name in (*names, "offline", "privacy")}
    form |= {"moderation": "before", "identity": "email", "hides_counts": ""}
    form |= {"support_limit": "5", "reason": "Trois ne suffisent pas."}
    reply = asker.post(page, data=form)
    asked = db.session.scalars(db.select(Countersign)).one()
    where = f"/administration/signatures/{asked.id}"
    assert (reply.status_code, reply.location) == (303, where)
    assert db.session.get(Campaign, campaign.id).support_limit == 3
    told = db.session.scalars(db.select(Notification.user_id)).all()
    assert told == [two[1].id]
    words = signer.get(where).get_data(as_text=True)
    assert "Trois ne suffisent pas." in words
    assert "5 soutiens" in words
    assert signer.post(where).status_code == 303
    again = asker.get(where).get_data(as_text=True)
    assert f"{page}?signature={asked.id}" in again
    refilled = asker.get(f"{page}?signature={asked.id}").get_data(as_text=True)
    assert "Trois ne suffisent pas." in refilled
    assert 'value="5"' in refilled
    assert asker.post(page, data=form).location.endswith("/regles")
    assert db.session.get(Campaign, campaign.id, populate_existing=True).support_limit == 5
    event = db.session.scalars(db.select(Event).filter_by(name="keys.countersign")).one()
    assert event.actor_id == two[1].id
    assert asker.get("/administration/signatures").status_code == 200
