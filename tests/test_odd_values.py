"""Odd numbers and names in addresses and forms: a page answers, and takes none as its own."""

import pytest
import sqlalchemy as sa

from consult.ballots.counting import Method
from consult.campaigns.models import Moderation, PhaseKind
from consult.comments.models import Comment
from consult.core.db import db
from consult.journal.actions import commit
from consult.journal.jobs import sign_heads
from consult.people.models import RoleName
from consult.territory.models import Place
from consult.votes.queries import named_on_paper
from tests.ballots.making import make_poll
from tests.factories import make_campaign, make_contribution, make_user, sign_in

NAMES = ("slug", "endpoint", "_method", "_external", "self")
NUMBERS = ("9" * 30, "9" * 5000, "²", "-1")


@pytest.fixture
def contribution(ctx, noon):
    return make_contribution(
        make_campaign(PhaseKind.PROPOSE, PhaseKind.DISCUSS, moderation=Moderation.AFTER)
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_an_address_asks_names_no_argument_of_ours(contribution, client, name):
    lists = f"/consultations/{contribution.campaign.slug}/contributions"
    begun = client.get(lists, query_string={name: "DELETE", "place": "le-marché"})
    assert begun.status_code == 302
    assert begun.location.startswith(f"{lists}?{name}=DELETE&place=le-march%C3%A9&depart=")
    place = Place.new("Le marché")
    db.session.add(place)
    commit()
    page = client.get(f"/lieux/{place.slug}", query_string={name: "DELETE", "page": 2})
    assert f'href="/lieux/{place.slug}?{name}=DELETE&amp;page=1"' in page.text


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_nothing_has_leads_nowhere(contribution, client, number):
    page = f"/contributions/{contribution.id}/commenter"
    for address in (
        f"{page}?answers={number}",
        f"/expression-des-groupes/ouvrir?act={number}",
        f"/journal/preuves/ligne?numero={number}",
    ):
        assert client.get(address).status_code in (200, 404), address
    sign_in(client, make_user())
    sent = {"key": "k", "answers": number, "body": "Oui, des tilleuls."}
    assert client.post(page, data=sent).status_code in (303, 400, 404)
    assert not db.session.scalar(sa.select(Comment.parent_id))
    assert named_on_paper(contribution.campaign, [number]) == [None]
    sign_in(client, make_user(RoleName.FACILITATOR))
    works = client.get(f"/suivi?vue=questions&apres={number}")
    assert works.status_code in (200, 404)


@pytest.mark.parametrize("mark", [" ", "\x0b", "9", "²"])
def test_a_ballot_takes_no_mark_that_is_not_offered(ctx, client, noon, mark):
    poll = make_poll(Method.JUDGMENT)
    sign_in(client, make_user())
    sent = {"key": "k", f"mark_{poll.options[0].number}": mark}
    reply = client.post(f"/votes/{poll.id}/voter", data=sent)
    assert (reply.status_code, "Vérifiez votre bulletin" in reply.text) == (200, False)


def test_nothing_lies_before_the_first_signed_day(ctx, client):
    make_user()
    commit()
    sign_heads()
    assert client.get("/journal/preuves?before=1").status_code == 200
