"""What one follows is told, and is one's own business."""

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people import actions, queries, rules
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user, sign_in


def test_following_is_a_button_and_comes_back(client, ctx):
    campaign, user = make_campaign(), make_user()
    path = f"/suivre/campaign/{campaign.id}"
    sign_in(client, user)
    reply = client.post(path, data={"next": "/consultations"})
    assert (reply.status_code, reply.location) == (303, "/consultations")
    client.post(path)
    assert queries.followers("campaign", campaign.id) == [user]
    assert queries.follows(user, "campaign", campaign.id)
    assert campaign.title in client.get("/mon-espace/suivis").text
    reply = client.post(
        f"/ne-plus-suivre/campaign/{campaign.id}", headers={"Referer": "https://ailleurs.example/"}
    )
    assert reply.location == "/mon-espace/suivis"
    assert queries.followers("campaign", campaign.id) == []


def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_the_page(client, ctx):
    campaign = make_campaign()
    reply = client.post(f"/suivre/campaign/{campaign.id}", data={"next": "/consultations/x"})
    assert (reply.status_code, reply.location) == (303, "/connexion?next=/consultations/x")


@pytest.mark.parametrize("path", ["/suivre/user/1", "/suivre/campaign/999", "/suivre/x/1"])
def test_what_is_not_there_cannot_be_followed(client, ctx, path):
    assert sign_in(client, make_user()).post(path).status_code == 404


def test_what_is_not_public_cannot_be_followed(client, ctx):
    draft = make_campaign(published=False)
    hidden = make_contribution(status=Status.PENDING)
    sign_in(client, make_user())
    assert client.post(f"/suivre/campaign/{draft.id}").status_code == 403
    assert client.post(f"/suivre/contribution/{hidden.id}").status_code == 403
    sign_in(client, hidden.author)
    assert client.post(f"/suivre/contribution/{hidden.id}").status_code == 303


def test_the_journal_does_not_say_who_follows_what(ctx):
    campaign, user = make_campaign(), make_user()
    actions.follow(user, campaign)
    commit()
    (event,) = db.session.scalars(sa.select(Event))
    assert (event.name, event.actor_id, event.data) == ("people.follow", None, {})


def test_what_was_hidden_since_shows_no_title(client, ctx):
    contribution, user = make_contribution(title="Un banc secret"), make_user()
    actions.follow(user, contribution)
    commit()
    contribution.move_to(Status.RESTRICTED)
    db.session.commit()
    page = sign_in(client, user).get("/mon-espace/suivis").text
    assert "Un banc secret" not in page
    assert "n’est plus public" in page


@pytest.mark.parametrize(
    ("status", "author", "stranger", "council", "facilitator", "guarantor"),
    [
        (Status.DRAFT, True, False, False, False, False),
        (Status.PENDING, True, False, False, True, True),
        (Status.PUBLISHED, True, True, True, True, True),
        (Status.REFUSED, True, False, False, False, True),
        (Status.RESTRICTED, True, False, False, False, True),
        (Status.WITHDRAWN, True, False, True, True, True),
    ],
)
def test_who_may_read(ctx, status, author, stranger, council, facilitator, guarantor):
    """A draft is its author's; what is sealed, its author's and the guarantor's."""
    contribution = make_contribution(status=status)
    readers = {
        contribution.author: author,
        make_user(): stranger,
        None: stranger,
        make_user(RoleName.COUNCIL): council,
        make_user(RoleName.ADMINISTRATOR): council,
        make_user(RoleName.FACILITATOR): facilitator,
        make_user(RoleName.GUARANTOR): guarantor,
    }
    for reader, may in readers.items():
        if may:
            rules.read(reader, contribution)
        else:
            with pytest.raises(Refused):
                rules.read(reader, contribution)
