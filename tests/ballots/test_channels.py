"""One position a person, the site and paper together; who voted is counted, never with what."""

import re
from functools import partial

import pytest
import sqlalchemy as sa

from consult.ballots import actions
from consult.ballots.counting import FEW
from consult.ballots.models import Struck
from consult.campaigns.models import Identity
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.identity.models import Proof
from consult.identity.roll import Who
from consult.journal.actions import commit, rollback
from consult.people import actions as people
from consult.people.models import RoleName
from consult.votes import actions as votes
from tests.ballots.making import after_closing, make_poll, make_votable, number_of, vote
from tests.factories import make_contribution, make_user, sign_in

ADDRESS = "mina@exemple.fr"


@pytest.fixture
def poll(ctx, noon):
    return make_poll(stations=("Mairie",))


@pytest.fixture
def desk(poll, client):
    """The page where an agent strikes off, as what it says of what is typed."""
    sign_in(client, make_user(RoleName.COUNCIL))
    where = f"/votes/{poll.id}/bureaux/{poll.stations[0].id}/emargement"

    def typed(**words):
        page = client.post(where, data={"key": f"form {len(words)}", **words})
        return "done" if page.status_code == 303 else re.sub(r"\s+", " ", page.text)

    return typed


def test_who_voted_on_the_site_is_known_at_the_desk_by_their_address(poll, desk):
    vote(poll, "Des bancs", by=make_user(email=ADDRESS))
    assert "déjà voté, sur le site" in desk(email="Mina@Exemple.fr")


def test_who_was_struck_off_by_their_address_does_not_vote_on_the_site(poll, desk):
    voter = make_user(email=ADDRESS)
    assert desk(email=ADDRESS) == "done"
    with pytest.raises(Refused):
        vote(poll, "Des bancs", by=voter)


def test_an_account_opened_after_the_desk_comes_too_late(poll, desk):
    assert desk(email=ADDRESS) == "done"
    with pytest.raises(Refused):
        vote(poll, "Des bancs", by=make_user(email=ADDRESS))
    rollback()
    assert "déjà voté, sur papier" in desk(email=ADDRESS, key="again")


def test_whoever_voted_then_closed_their_account_does_not_vote_again_at_the_desk(poll, desk):
    voter = make_user(email=ADDRESS)
    vote(poll, "Des bancs", by=voter)
    people.close_account(voter)
    commit()
    assert "déjà voté, sur le site" in desk(email=ADDRESS)
    gone = make_user(email="loin@exemple.fr")
    people.close_account(gone)
    commit()
    assert desk(email="loin@exemple.fr", key="one") == "done"  # who had not voted may
    assert "déjà voté, sur papier" in desk(email="loin@exemple.fr", key="two")


@pytest.mark.parametrize("by_paper", [False, True])
def test_an_account_that_moves_to_an_address_of_paper_votes_once(poll, by_paper):
    """It has two keys then: its own and the paper's; struck off by one is struck off."""
    agent, mina = make_user(RoleName.FACILITATOR), make_user(email="avant@exemple.fr")
    text = make_contribution(poll.campaign)
    sheet = {"who": Who(email_key=ADDRESS), "channel": "paper", "collected_on": clock.today()}
    votes.type_in(agent, poll.campaign, [make_contribution(poll.campaign)], **sheet)
    vote(poll, "Des bancs", by=mina)
    votes.support(mina, text)
    mina.email = mina.email_key = ADDRESS
    commit()
    known = Who(email_key=ADDRESS)
    again = (
        partial(actions.strike, agent, poll.stations[0], poll, who=known, key="k")
        if by_paper
        else partial(vote, poll, "Des bancs", by=mina, key="other")
    )
    with pytest.raises(Refused):
        again()
    rollback()
    votes.type_in(agent, poll.campaign, [text], **sheet)
    commit()
    assert text.support_count == 1


def test_an_address_is_looked_up_once_the_vote_is_held(poll):
    """Whatever the form knew, the account opened meanwhile is found."""
    agent = make_user(RoleName.COUNCIL)
    vote(poll, "Des bancs", by=make_user(email=ADDRESS))
    with pytest.raises(Refused):
        actions.strike(agent, poll.stations[0], poll, who=Who(email_key=ADDRESS), key="k")


def test_without_an_address_one_votes_by_name_once_declares_it_and_is_counted(poll, desk, client):
    name = {"family": "Durand", "given": "Zoé", "year": "1951"}
    assert "cochez cette case" in desk(**name)
    assert "décochez cette case" in desk(**name, no_address="y", email=ADDRESS)
    assert "nom et l’année" in desk(no_address="y")
    assert desk(**name, no_address="y") == "done"
    assert "déjà voté, sur papier" in desk(**name, no_address="y", key="again")
    assert db.session.scalars(sa.select(Proof.way)).all() == [Identity.DECLARED]
    assert (
        "déclarant n’avoir aucune adresse"
        in client.get(f"/consultations/{poll.campaign.slug}/comptes").text
    )
    assert published(poll).data["roll"] == {"web": 0, "paper": 1, "without_address": 1}
    with after_closing(poll):
        assert "déclarant n’avoir aucune adresse" in client.get(f"/votes/{poll.id}").text


def published(poll):
    """The result, each paper voter having left a blank sheet."""
    struck = db.session.scalar(
        sa.select(sa.func.count()).select_from(Struck).where(Struck.station_id.is_not(None))
    )
    marks = {str(one.number): {"1": 0} for one in poll.options}
    content = {"ballots": struck, "blank": struck, "spoilt": 0, "marks": marks}
    with after_closing(poll):
        for _agent in range(2):
            for station in poll.stations:
                actions.enter(make_user(RoleName.COUNCIL), station, poll, content=content)
        result = actions.publish(make_user(RoleName.FACILITATOR), poll)
        commit()
    return result


def voted(inside, outside, unknown=0, **fields):
    """A vote where people proved that they may take part: so many from here and from there."""
    campaign = make_votable(ways=[Identity.DESK], perimeter="Le quartier", **fields)
    poll = make_poll(campaign=campaign)
    for turn in range(inside + outside + unknown):
        voter = make_user()
        is_inside = None if turn >= inside + outside else turn < inside
        proof = Proof(
            campaign_id=campaign.id,
            user_id=voter.id,
            way=Identity.DESK,
            voter_key=f"{turn:064}",
            is_inside=is_inside,
        )
        db.session.add(proof)
        db.session.flush()
        vote(poll, "Des bancs", by=voter, key=f"k{turn}")
    return poll


def test_voters_are_counted_with_and_without_those_from_elsewhere(ctx, noon, client):
    poll = voted(FEW + 2, FEW)
    data = published(poll).data
    places = {"inside": FEW + 2, "outside": FEW, "unknown": 0}
    assert data["roll"] == {"web": 2 * FEW + 2, "paper": 0, **places}
    assert set(map(str, data["ballots"])) == {str({str(number_of(poll, "Des bancs")): 1})}
    with after_closing(poll):
        page = client.get(f"/votes/{poll.id}").text
    assert "avec et sans les personnes d’ailleurs" in page
    assert "sans rompre le secret" in page


@pytest.mark.parametrize("numbers", [(FEW, 1), (FEW - 1, FEW), (FEW, FEW, 1), (3, 0)])
def test_a_handful_that_could_be_known_is_not_counted_apart(ctx, noon, client, numbers):
    poll = voted(*numbers)
    assert set(published(poll).data["roll"]) == {"web", "paper"}
    with after_closing(poll):
        page = client.get(f"/votes/{poll.id}").text
    assert "n’est pas montré" in page
    assert "avec et sans les personnes d’ailleurs" not in page


def test_where_only_those_from_here_vote_nothing_is_told_apart(ctx, noon, client):
    poll = voted(FEW, 0, is_for_insiders=True)
    assert set(published(poll).data["roll"]) == {"web", "paper"}
    with after_closing(poll):
        assert "périmètre n’est pas montré" not in client.get(f"/votes/{poll.id}").text


def test_the_drawing_and_the_table_of_a_result_have_one_order(poll, client):
    for turn in range(FEW):
        vote(poll, "Des bancs" if turn else "Une fontaine", key=f"k{turn}")
    published(poll)
    with after_closing(poll):
        page = client.get(f"/votes/{poll.id}").text
    drawn = re.findall(r'class="dot-label">\d\. ([^<]+)<', page)
    table = re.findall(r'<th scope="row">(Des [^<]+|Une [^<]+)</th>', page)
    assert drawn == table == ["Des bancs", "Une fontaine", "Des tilleuls"]
    assert "Du premier au dernier" in page
