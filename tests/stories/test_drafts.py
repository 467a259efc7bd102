"""A draft begun by mistake is thrown away; what somebody read, or leads elsewhere, stays."""

import pytest

from consult.campaigns import actions as campaigns
from consult.campaigns.models import Campaign
from consult.core.db import db
from consult.council import actions as council
from consult.council.models import Act, ActKind
from consult.engagements import actions as engagements
from consult.engagements.models import Plan
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.programmes import actions as programmes
from consult.programmes.models import Body, Programme
from consult.territory.models import Place
from tests.council.making import make_assembly
from tests.engagements.making import make_plan, published
from tests.factories import make_campaign, make_user, sign_in


@pytest.fixture
def clerk(ctx, noon, client):
    user = make_user(RoleName.COUNCIL, RoleName.FACILITATOR)
    sign_in(client, user)
    return user


def drafted(clerk) -> dict[str, tuple[type, str]]:
    """One draft of each sort: what it is, and where it is thrown away."""
    act = council.draft(
        clerk,
        kind=ActKind.DELIBERATION,
        title="Une erreur",
        assembly=make_assembly(clerk),
        places=[Place.new("Le port")],
    )
    plan = engagements.create(clerk, title="Un plan par erreur")
    programme = programmes.create(clerk, title="Un programme par erreur")
    body = programmes.create_body(clerk, name="Une instance par erreur")
    campaign = campaigns.create(clerk, title="Une consultation par erreur")
    campaigns.set_themes(clerk, campaign, [(None, "Rues")])
    commit()
    return {
        f"/actes/{act.id}": (Act, f"/actes/{act.id}/supprimer"),
        f"/plans/{plan.slug}/atelier": (Plan, f"/plans/{plan.slug}/supprimer"),
        f"/programmes/{programme.slug}/atelier": (
            Programme,
            f"/programmes/{programme.slug}/supprimer",
        ),
        f"/instances/{body.slug}/atelier": (Body, f"/instances/{body.slug}/supprimer"),
        f"/consultations/{campaign.slug}/atelier": (
            Campaign,
            f"/consultations/{campaign.slug}/supprimer",
        ),
    }


def test_each_sort_of_draft_is_thrown_away_from_its_desk(clerk, client):
    for desk, (model, address) in drafted(clerk).items():
        assert f'action="{address}"' in client.get(desk).text, desk
        assert client.post(address).status_code == 303
        assert db.session.query(model).count() == 0
        assert client.get(desk).status_code == 404


def test_what_was_published_stays(clerk, client):
    plan = published(clerk, make_plan(clerk))
    campaign = make_campaign()
    for address in (f"/plans/{plan.slug}", f"/consultations/{campaign.slug}"):
        assert client.post(f"{address}/supprimer").status_code == 403
        assert client.get(address).status_code == 200


def test_a_plan_that_holds_something_is_emptied_first(clerk, client):
    plan = make_plan(clerk)
    reply = client.post(f"/plans/{plan.slug}/supprimer")
    assert reply.status_code == 403
    assert "Autre chose y renvoie" in reply.text
    assert db.session.query(Plan).count() == 1


def test_only_those_who_prepare_it_throw_it_away(clerk, app):
    addresses = [address for _, address in drafted(clerk).values()]
    other = app.test_client()
    sign_in(other, make_user())
    for address in addresses:
        assert other.post(address).status_code in (403, 404)
    assert db.session.query(Act).count() == 1
