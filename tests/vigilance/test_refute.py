"""An identity check taken wrongly is set aside with a reason: it opens nothing, counts nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.ballots import queries as ballots
from consult.ballots import urn
from consult.campaigns.models import Identity, State
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.identity import actions as identity
from consult.identity.actions import Home, Person
from consult.identity.models import Proof
from consult.identity.queries import by_way
from consult.identity.roll import Who
from consult.identity.rules import proven
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.models import RoleName
from consult.posts.models import Channel
from consult.vigilance import actions, rules
from consult.vigilance.models import SetAside
from consult.votes import actions as votes
from tests.ballots.making import make_poll, make_votable, vote
from tests.factories import make_contribution, make_user, sign_in

LEA = Person("Élan", "Léa", 1984)
WHY = "Le papier montré était celui d’une autre personne."


@pytest.fixture
def campaign(ctx, noon):
    return make_votable(ways=[Identity.DESK, Identity.LETTER, Identity.DECLARED])


@pytest.fixture
def agent(campaign):
    return make_user(RoleName.FACILITATOR)


@pytest.fixture
def resident(campaign, agent):
    """Somebody the desk took for Léa Élan."""
    resident = make_user(email="autre@exemple.fr")
    identity.see(agent, campaign, person=LEA, account=resident)
    commit()
    return resident


def proof_of(resident):
    return db.session.scalars(sa.select(Proof).filter_by(user_id=resident.id)).one()


def refuted(agent, campaign, resident):
    number = actions.refute(agent, campaign, proof_of(resident), reason=WHY)
    commit()
    return number


def test_what_was_supported_with_it_no_longer_counts_and_is_not_erased(campaign, agent, resident):
    chosen = make_contribution(campaign)
    votes.support(resident, chosen)
    votes.support(make_user_proven(campaign, agent), chosen)
    commit()
    assert refuted(agent, campaign, resident) == 1
    db.session.refresh(chosen)
    assert (chosen.support_count, chosen.apart_count) == (1, 1)
    aside = db.session.scalars(sa.select(SetAside)).one()
    assert aside.is_of_proof
    assert WHY not in aside.facts  # what is public names no reason of one person
    actions.restore(make_user(RoleName.FACILITATOR), aside, words="Vérifié depuis.")
    commit()
    db.session.refresh(chosen)
    assert (chosen.support_count, chosen.apart_count) == (2, 0)


def make_user_proven(campaign, agent):
    other = make_user()
    identity.see(agent, campaign, person=Person("Diallo", "Awa", 1980), account=other)
    commit()
    return other


def test_the_account_takes_part_no_more_is_told_why_and_the_journal_keeps_it(
    campaign, agent, resident, client
):
    refuted(agent, campaign, resident)
    assert WHY in str(refusal(proven, resident, campaign))
    home = Home("1 rue Neuve", "75011", is_inside=True)
    with pytest.raises(Refused, match="refused"):
        identity.declare(resident, campaign, person=LEA, home=home)
    rollback()
    event = db.session.scalars(sa.select(Event).filter_by(name="vigilance.refute")).one()
    assert (event.actor_id, event.data) == (agent.id, {})
    told = db.session.scalars(sa.select(Notification).filter_by(event_id=event.id)).all()
    assert [one.user_id for one in told] == [resident.id]
    assert by_way(campaign) == {}
    page = sign_in(client, resident).get(f"/consultations/{campaign.slug}/prouver").text
    assert "Le papier montré" in page
    assert client.get("/journal").text.count("écartée") == 0


def test_a_ballot_stays_in_its_urn_and_its_line_on_the_roll(campaign, agent, resident):
    poll = make_poll(campaign=campaign)
    vote(poll, "Des bancs", by=resident)
    refuted(agent, campaign, resident)
    assert ballots.turnout(poll).total == 1
    assert len(urn.poured(poll)) == 1


def test_who_comes_with_a_paper_of_that_name_is_recognised_anew(campaign, agent, resident):
    refuted(agent, campaign, resident)
    sheet = {"channel": Channel.PAPER, "collected_on": clock.today()}
    who = Who(person_key=LEA.key(campaign))
    with pytest.raises(Refused):  # not on paper either, until somebody has looked
        votes.type_in(agent, campaign, [make_contribution(campaign)], who=who, **sheet)
    rollback()
    true = make_user()
    identity.see(agent, campaign, person=LEA, account=true)
    commit()
    proven(true, campaign)
    assert refusal(proven, resident, campaign)
    assert db.session.scalar(sa.select(sa.func.count(Proof.id))) == 1


def test_who_may_set_a_check_aside_and_when(campaign, agent, resident):
    proof = proof_of(resident)
    for actor in (None, resident, make_user(RoleName.GUARANTOR), make_user(RoleName.COUNCIL)):
        assert refusal(rules.refute, actor, campaign, proof)
    assert refusal(rules.refute, agent, campaign, proof) is None
    assert refusal(rules.refute, agent, campaign, proof, reason=" ")
    refuted(agent, campaign, resident)
    assert refusal(rules.refute, agent, campaign, proof)
    campaign.state, campaign.results_at = State.RESULTS, clock.now() + timedelta(days=1)
    assert refusal(rules.refute, agent, campaign)


@pytest.mark.parametrize("by", ["email", "name", "letter"])
def test_the_desk_finds_it_by_what_it_knows(campaign, agent, resident, client, by):
    typed = {"email": resident.email}
    if by == "name":
        typed = {"family": "ELAN", "given": "lea", "year": "1984"}
    elif by == "letter":
        (letter,) = identity.make_letters(agent, campaign, size=1, key="k")
        other = make_user()
        identity.enter_code(other, campaign, code=letter.code, person=Person("Roy", "Max", 1990))
        commit()
        resident, typed = other, {"number": str(letter.number)}
    page = f"/consultations/{campaign.slug}/guichet/ecarter"
    sign_in(client, agent)
    assert page in client.get(f"/consultations/{campaign.slug}/guichet").text
    wrong = client.post(page, data={"email": "personne@exemple.fr", "reason": WHY})
    assert "Aucune vérification" in wrong.text
    assert "la personne le lira" in client.post(page, data=typed).text
    assert client.post(page, data={**typed, "reason": WHY}).status_code == 303
    assert proof_of(resident).aside_words == WHY
    assert "déjà écartée" in client.post(page, data={**typed, "reason": WHY}).text


def test_while_counts_are_hidden_the_page_of_supports_set_aside_tells_none(
    campaign, agent, resident, client
):
    campaign.hides_counts = True
    chosen = make_contribution(campaign)
    votes.support(resident, chosen)
    commit()
    refuted(agent, campaign, resident)
    page = client.get(f"/contributions/{chosen.id}/soutiens/ecartes").text
    assert "Celui d’une personne" not in page
