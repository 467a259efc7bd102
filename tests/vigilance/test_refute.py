"""An identity check taken wrongly is set aside with a reason: it opens nothing, counts nothing."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from consult.ballots import queries as ballots
from consult.ballots import urn
from consult.campaigns.models import Identity, State
from consult.contributions.jobs import recount
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
from consult.journal.models import PUBLIC, Event, Notification
from consult.people import actions as people
from consult.people.models import ConsentKind, RoleName
from consult.posts.models import Channel
from consult.privacy import actions as privacy
from consult.privacy.retention import drop_proofs
from consult.vigilance import actions, rules
from consult.vigilance.models import Refuted, SetAside
from consult.vigilance.queries import hours as hours_of
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
    actions.refute(agent, campaign, proof_of(resident), reason=WHY)
    commit()


def counts(contribution):
    db.session.refresh(contribution)
    return contribution.support_count, contribution.apart_count


def kept():
    return [(one.contribution_id, one.user_id) for one in db.session.scalars(sa.select(Refuted))]


def test_what_was_supported_with_it_no_longer_counts_and_is_not_erased(campaign, agent, resident):
    chosen = make_contribution(campaign)
    votes.support(resident, chosen)
    votes.support(make_user_proven(campaign, agent), chosen)
    commit()
    refuted(agent, campaign, resident)
    assert counts(chosen) == (1, 0)
    assert kept() == [(chosen.id, resident.id)]
    assert not any(recount().values())  # counted again row by row, it is the same


def test_another_facilitator_puts_the_check_back_and_its_supports_with_it(
    campaign, agent, resident, outbox
):
    chosen = make_contribution(campaign)
    votes.support(resident, chosen)
    commit()
    assert refusal(rules.reinstate, agent, campaign, proof_of(resident))  # nothing to put back
    refuted(agent, campaign, resident)
    with pytest.raises(Refused) as own:
        actions.reinstate(agent, campaign, proof_of(resident))
    assert "une autre personne" in str(own.value.reason)
    rollback()
    for actor in (None, resident, make_user(RoleName.GUARANTOR), make_user(RoleName.COUNCIL)):
        assert refusal(rules.reinstate, actor, campaign, proof_of(resident))
    actions.reinstate(make_user(RoleName.FACILITATOR), campaign, proof_of(resident))
    commit()
    assert counts(chosen) == (1, 0)
    proven(resident, campaign)
    assert not any(recount().values())


def test_supports_come_back_to_who_was_recognised_anew_at_the_desk_never_to_another(
    campaign, agent, resident
):
    chosen, colleague = make_contribution(campaign), make_user(RoleName.FACILITATOR)
    votes.support(resident, chosen)
    commit()
    refuted(agent, campaign, resident)
    identity.see(agent, campaign, person=LEA, account=resident)
    commit()
    assert refusal(rules.reinstate, colleague, campaign, proof_of(resident))
    actions.reinstate(colleague, campaign, proof_of(resident))
    commit()
    assert counts(chosen) == (1, 0)
    refuted(agent, campaign, resident)
    true = make_user()
    identity.see(agent, campaign, person=LEA, account=true)
    commit()
    with pytest.raises(Refused) as nothing:
        actions.reinstate(colleague, campaign, proof_of(true))
    assert "pas écartée" in str(nothing.value.reason)
    rollback()
    assert counts(chosen) == (0, 0)


def test_whoever_s_name_was_taken_chooses_as_if_nothing_had_been_given_under_it(ctx, noon, client):
    campaign = make_votable(ways=[Identity.DESK], support_limit=1)
    agent, thief, lea = make_user(RoleName.FACILITATOR), make_user(), make_user()
    chosen, other = (make_contribution(campaign, title=title) for title in ("Un banc", "Un stade"))
    identity.see(agent, campaign, person=LEA, account=thief)
    votes.support(thief, chosen)
    commit()
    refuted(agent, campaign, thief)
    identity.see(agent, campaign, person=LEA, account=lea)
    commit()
    assert "Un banc" not in sign_in(client, lea).get("/mon-espace/soutiens").text
    people.close_account(thief)  # what they gave leads to nobody now, and was not given on paper
    commit()
    assert refusal(rules.reinstate, make_user(RoleName.FACILITATOR), campaign, proof_of(lea))
    with pytest.raises(Refused):
        actions.reinstate(make_user(RoleName.FACILITATOR), campaign, proof_of(lea))
    rollback()
    votes.support(lea, chosen)
    commit()
    assert counts(chosen) == (1, 0)
    votes.withdraw(lea, chosen)
    votes.support(lea, other)
    commit()
    assert (counts(chosen), counts(other)) == ((0, 0), (1, 0))
    assert not any(recount().values())


def test_what_was_given_anew_meanwhile_is_not_given_twice(campaign, agent, resident):
    chosen, other = make_contribution(campaign), make_contribution(campaign, title="Un stade")
    campaign.support_limit = 2
    votes.support(resident, chosen)
    votes.support(resident, other)
    commit()
    refuted(agent, campaign, resident)
    identity.see(agent, campaign, person=LEA, account=resident)
    commit()
    votes.support(resident, chosen)
    commit()
    actions.reinstate(make_user(RoleName.FACILITATOR), campaign, proof_of(resident))
    commit()
    assert (counts(chosen), counts(other)) == ((1, 0), (1, 0))
    votes.withdraw(resident, chosen)
    commit()
    assert counts(chosen) == (0, 0)
    assert not any(recount().values())


@pytest.fixture
def hour(ctx, noon):
    """A vote in which the support of one hour was set aside, then the check it was given with."""
    campaign = make_votable(ways=[Identity.DESK], support_limit=1)
    agent, colleague = make_user(RoleName.FACILITATOR), make_user(RoleName.FACILITATOR)
    thief, other = make_user(), make_user()
    chosen = make_contribution(campaign, title="Un banc")
    identity.see(agent, campaign, person=LEA, account=thief)
    identity.see(agent, campaign, person=Person("Roy", "Max", 1990), account=other)
    for one in (thief, other):
        votes.support(one, chosen)
    commit()
    said = {"facts": "Deux comptes du même jour.", "rule": "Charte, article 4."}
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    aside = actions.set_aside(agent, chosen, hour=at, **said)
    commit()
    refuted(agent, campaign, thief)
    return SimpleNamespace(**locals())


def test_the_person_is_free_of_a_support_that_went_with_an_hour_first(hour, client):
    lea = make_user()
    identity.see(hour.agent, hour.campaign, person=LEA, account=lea)
    commit()
    assert "Un banc" not in sign_in(client, lea).get("/mon-espace/soutiens").text
    votes.support(lea, hour.chosen)
    commit()
    assert counts(hour.chosen) == (1, 2)
    votes.withdraw(lea, hour.chosen)
    commit()
    assert counts(hour.chosen) == (0, 2)
    assert not any(recount().values())


def test_an_hour_put_back_brings_back_no_support_of_a_check_set_aside(hour):
    actions.restore(hour.colleague, hour.aside, words="Ce sont des voisins.")
    commit()
    assert counts(hour.chosen) == (1, 0)
    assert not any(recount().values())
    actions.reinstate(hour.colleague, hour.campaign, proof_of(hour.thief))
    commit()
    assert counts(hour.chosen) == (2, 0)
    assert not any(recount().values())


def test_a_check_put_back_brings_back_no_support_of_an_hour_set_aside(hour):
    actions.reinstate(hour.colleague, hour.campaign, proof_of(hour.thief))
    commit()
    assert counts(hour.chosen) == (0, 2)
    actions.restore(hour.colleague, hour.aside, words="Ce sont des voisins.")
    commit()
    assert counts(hour.chosen) == (2, 0)
    assert not any(recount().values())


def test_an_hour_tells_nobody_that_one_of_its_supports_went_with_a_check(hour, client):
    assert [(one.number, one.aside) for one in hours_of(hour.chosen)] == [(2, 2)]
    page = sign_in(client, hour.colleague).get(f"/contributions/{hour.chosen.id}/soutiens/ecartes")
    assert "2 soutiens" in page.text


@pytest.mark.parametrize("has_come", [False, True], ids=["before_her", "after_her"])
def test_who_was_mistaken_for_another_is_recognised_and_gives_again(ctx, noon, has_come):
    campaign = make_votable(ways=[Identity.DESK], support_limit=1)
    agent, zoe = make_user(RoleName.FACILITATOR), make_user()
    chosen = make_contribution(campaign)
    identity.see(agent, campaign, person=LEA, account=zoe)
    votes.support(zoe, chosen)
    commit()
    refuted(agent, campaign, zoe)
    if has_come:
        identity.see(agent, campaign, person=LEA, account=make_user())
    identity.see(agent, campaign, person=Person("Aubert", "Zoé", 1990), account=zoe)
    commit()
    votes.support(zoe, chosen)
    commit()
    assert counts(chosen) == (1, 0)
    if not has_come:
        line = db.session.scalars(sa.select(Proof).filter_by(voter_key=LEA.key(campaign))).one()
        actions.reinstate(make_user(RoleName.FACILITATOR), campaign, line)
        commit()
    assert counts(chosen) == (1, 0)  # Léa's line holds again; what Zoé gave under it is Zoé's
    votes.withdraw(zoe, chosen)
    commit()
    assert counts(chosen) == (0, 0)
    assert not any(recount().values())


def test_whose_they_were_is_forgotten_with_consent_and_with_time(campaign, agent, resident, noon):
    votes.support(resident, make_contribution(campaign))
    commit()
    refuted(agent, campaign, resident)
    privacy.consent(resident, kind=ConsentKind.POSITION, given=False)
    commit()
    assert [user for _number, user in kept()] == [None]
    campaign.move_to(State.RESULTS)
    commit()
    drop_proofs(noon + timedelta(days=123))
    assert kept() == []


def test_nobody_reads_which_supports_one_person_gave(campaign, agent, resident, app):
    """Several that vanish at one moment would say that they are one person's."""
    chosen = [make_contribution(campaign, title=f"Un banc {n}") for n in range(3)]
    for one in chosen:
        votes.support(resident, one)
        votes.support(make_user_proven(campaign, agent, f"Awa{one.id}"), one)
    commit()
    refuted(agent, campaign, resident)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        actions.reinstate(make_user(RoleName.FACILITATOR), campaign, proof_of(resident))
        commit()
        refuted(agent, campaign, resident)
    assert db.session.scalars(sa.select(SetAside)).all() == []
    names = db.session.scalars(sa.select(Event.name).where(Event.name.in_(PUBLIC))).all()
    assert not {"vigilance.set_aside", "vigilance.restore", "vigilance.refute"} & set(names)
    readers = (agent, make_user(RoleName.FACILITATOR), make_user(RoleName.GUARANTOR))
    doors = [sign_in(app.test_client(), one) for one in readers]
    for door in (app.test_client(), *doors):
        for one in chosen:
            page = door.get(f"/contributions/{one.id}/soutiens/ecartes").text
            assert "Aucun soutien n’a été écarté" in page
            assert "Lesquels" not in door.get(f"/contributions/{one.id}").text
    for door in doors:
        for one in chosen:
            assert door.get(f"/contributions/{one.id}/soutiens/ecarter").status_code == 200
    assert [hour.aside for one in chosen for hour in hours_of(one)] == [0, 0, 0]
    assert [hour.number for one in chosen for hour in hours_of(one)] == [1, 1, 1]


def said(client, page):
    """What the page says after it was done."""
    return re.search(r"La vérification est écartée[^<]*", client.get(page).text).group()


def test_the_page_counts_neither_supports_nor_secret_votes(campaign, agent, resident, client):
    votes.support(resident, make_contribution(campaign))
    vote(make_poll(campaign=campaign), "Des bancs", by=resident)
    page = f"/consultations/{campaign.slug}/guichet/ecarter"
    sign_in(client, agent).post(page, data={"email": resident.email, "reason": WHY})
    with_votes = said(client, page)
    other = make_user_proven(campaign, agent)
    client.post(page, data={"email": other.email, "reason": WHY})
    assert said(client, page) == with_votes
    assert "personne ne peut les retrouver" in with_votes


def make_user_proven(campaign, agent, given="Awa"):
    other = make_user()
    identity.see(agent, campaign, person=Person("Diallo", given, 1980), account=other)
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
    back = f"/consultations/{campaign.slug}/guichet/retablir"
    assert back in client.get(f"/consultations/{campaign.slug}/guichet").text
    assert "une autre personne de l’animation" in client.post(back, data=typed).text
    sign_in(client, make_user(RoleName.FACILITATOR))
    assert client.post(back, data=typed).location == back
    assert proof_of(resident).aside_at is None
    assert "pas écartée" in client.post(back, data=typed).text
