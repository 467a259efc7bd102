"""The pages of places and bodies: what is done there, by whom, and the editor of their names."""

import pytest

from consult.core import clock
from consult.core.db import db
from consult.council.models import Act
from consult.engagements.models import Action, ActorRole, Plan, PlanState
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.territory.models import Lies, Organisation, Place, PlaceKind
from tests.counting import statements
from tests.factories import make_campaign, make_user, sign_in


@pytest.fixture
def blagis(ctx):
    place = Place.new("Les Blagis", kind=PlaceKind.DISTRICT, aliases=["Cité des Blagis"])
    commit()
    return place


def make_plan(*, published=True):
    act = Act(title="Délibération", assembly="Conseil municipal", adopted_on=clock.today())
    plan = Plan(slug="plan", title="Plan des Blagis", act=act, state=PlanState.DRAFT)
    if published:
        plan.move_to(PlanState.ADOPTED)
        plan.move_to(PlanState.PUBLISHED)
    db.session.add(plan)
    db.session.flush()
    return plan


@pytest.mark.parametrize("page", ["/lieux", "/lieux?q=cite", "/lieux/les-blagis", "/organisations"])
def test_everybody_reads_without_a_cookie(blagis, client, page):
    with statements() as sent:
        reply = client.get(page)
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
    assert len(sent) <= 12


@pytest.mark.parametrize("page", ["/lieux/ailleurs", "/organisations/personne"])
def test_what_nobody_knows_has_no_page(ctx, client, page):
    assert client.get(page).status_code == 404


def test_a_place_tells_what_is_asked_and_done_there(blagis, client):
    asked = make_campaign(title="Parlons des Blagis", places=[blagis])
    hidden = make_campaign(title="Un brouillon", published=False, places=[blagis])
    action = Action(plan_id=make_plan().id, title="Planter dix arbres", places=[blagis])
    db.session.add(action)
    commit()
    text = client.get("/lieux/les-blagis").text
    assert "Cité des Blagis" in text
    assert asked.title in text
    assert action.title in text
    assert hidden.title not in text


def test_the_actions_of_a_plan_about_a_place_stand_on_its_page(blagis, client):
    plan = make_plan()
    plan.place = blagis
    db.session.add(Action(plan_id=plan.id, title="Rénover les halls"))
    commit()
    assert "Rénover les halls" in client.get("/lieux/les-blagis").text


def test_a_long_list_of_actions_goes_page_by_page(blagis, client):
    plan = make_plan()
    for n in range(60):
        db.session.add(Action(plan_id=plan.id, title=f"Action {n}.", order=n, places=[blagis]))
    commit()
    first, second = (client.get(f"/lieux/les-blagis?page={n}").text for n in (1, 2))
    assert "Action 49." in first
    assert "Action 50." not in first
    assert 'rel="next"' in first
    assert "Action 59." in second
    assert 'rel="prev"' in second
    assert client.get("/lieux/les-blagis?page=99999999999999999999").status_code == 200


def test_an_organisation_lists_what_it_carries_and_as_what(ctx, client):
    body = Organisation.new("Caisse d'allocations familiales", acronym="CAF")
    plan = make_plan()
    for title, role in (("Ouvrir une crèche", "pilote"), ("Prêter des livres", "")):
        action = Action(plan_id=plan.id, title=title)
        db.session.add(action)
        db.session.flush()
        db.session.add(ActorRole(action_id=action.id, organisation_id=body.id, role=role))
    commit()
    with statements() as sent:
        text = client.get(f"/organisations/{body.slug}").text
    for words in ("2 actions", "Plan des Blagis", "Ouvrir une crèche", "pilote", "non communiqué"):
        assert words in text
    assert len(sent) <= 12


def test_what_is_not_published_is_not_told(ctx, client):
    body = Organisation.new("Une régie")
    action = Action(plan_id=make_plan(published=False).id, title="Un secret")
    db.session.add(action)
    db.session.flush()
    db.session.add(ActorRole(action_id=action.id, organisation_id=body.id))
    commit()
    assert "Un secret" not in client.get("/organisations/une-regie").text


def test_a_facilitator_makes_and_renames_a_place(blagis, client):
    sign_in(client, make_user(RoleName.FACILITATOR))
    typed = {
        "name": "Square Aragon",
        "kind": "site",
        "stays-0-parent": blagis.id,
        "aliases": "le square",
    }
    reply = client.post("/lieux/nouveau", data=typed)
    assert reply.location == "/lieux/square-aragon"
    assert "Square Aragon" in client.get("/lieux/les-blagis").text
    page = "/lieux/square-aragon/modifier"
    assert "le square" in client.get(page).text
    typed |= {"name": "Square Elsa-Triolet", "aliases": "le square\r\nsquare Elsa"}
    assert client.post(page, data=typed).status_code == 303
    text = client.get("/lieux?q=square aragon").text
    assert "Square Elsa-Triolet" in text
    typed["name"] = "cité des blagis"
    assert "«\xa0Les Blagis\xa0» porte déjà ce nom" in client.post(page, data=typed).text


def test_a_place_cannot_lie_in_itself(blagis, client):
    sign_in(client, make_user(RoleName.FACILITATOR))
    inner = Place.new("Square", kind=PlaceKind.DISTRICT)
    db.session.flush()
    db.session.add(Lies(place_id=inner.id, parent_id=blagis.id))
    commit()
    typed = {"name": "Les Blagis", "kind": "district", "stays-0-parent": inner.id}
    reply = client.post("/lieux/les-blagis/modifier", data=typed)
    assert "dans lui-même" in reply.text


def test_a_facilitator_makes_and_renames_an_organisation(ctx, client):
    sign_in(client, make_user(RoleName.FACILITATOR))
    typed = {"name": "Caisse d'allocations familiales", "acronym": "CAF"}
    page = client.post("/organisations/nouvelle", data=typed).location
    assert client.get(page).status_code == 200
    assert (
        "porte déjà ce nom"
        in client.post("/organisations/nouvelle", data={"name": "Autre", "acronym": "caf"}).text
    )
    typed = {"name": "CAF des Hauts-de-Seine", "acronym": "CAF", "aliases": ""}
    assert client.post(f"{page}/modifier", data=typed).status_code == 303
    assert "Caisse d&#39;allocations familiales" in client.get(page).text


@pytest.mark.parametrize(
    "page", ["/lieux/nouveau", "/lieux/les-blagis/modifier", "/organisations/nouvelle"]
)
def test_others_change_no_name(blagis, client, page):
    assert client.get(page).location.startswith("/connexion")
    assert sign_in(client, make_user()).post(page, data={"name": "x"}).status_code == 403
