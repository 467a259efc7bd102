"""A body has one page under all its names, and two entries for one body become one."""

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.rules import Refused
from consult.engagements.models import ActorRole
from consult.gaps.models import open_gap
from consult.gaps.queries import still_open
from consult.journal.actions import commit, rollback
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.territory import actions, queries
from consult.territory.models import Lies, Organisation, OrganisationKind, Place, PlaceKind
from tests.engagements.making import carried_in, clerk, make_plan, published
from tests.factories import make_campaign, make_contribution, make_user, sign_in


@pytest.fixture
def doubles(ctx):
    """One landlord known twice, and three actions: its own, the double's, one of both."""
    body = Organisation.new("Habitat du Port", acronym="HDP")
    double = Organisation.new("Office de l'habitat", aliases=["L'Office"])
    actor = clerk()
    plan = published(actor, make_plan(actor, "Un quai", "Un môle", "Un phare"))
    own, other, both = queries_of(plan)
    for action, who, role in (
        (own, body, "pilote"),
        (other, double, "propriétaire des murs"),
        (both, body, "pilote"),
        (both, double, "financeur"),
    ):
        db.session.add(ActorRole(action_id=action.id, organisation=who, role=role))
    commit()
    return body, double


def queries_of(plan):
    from_plan = sa.text("SELECT id, title FROM action WHERE plan_id = :plan ORDER BY id")
    return db.session.execute(from_plan, {"plan": plan.id}).all()


def roles(body) -> list[str]:
    found = sa.select(ActorRole.role).where(ActorRole.organisation_id == body.id)
    return list(db.session.scalars(found.order_by(ActorRole.action_id)))


def test_two_entries_become_one_body(doubles):
    body, double = doubles
    below = Organisation.new("Agence du Port")
    below.parent = double
    open_gap(double, "spelling", "1", "Deux graphies.")
    commit()
    actions.merge(clerk(), body, double)
    commit()
    assert body.names == ["Habitat du Port", "HDP", "Office de l'habitat", "L'Office"]
    assert roles(body) == ["pilote", "propriétaire des murs", "pilote ; financeur"]
    assert roles(double) == []
    assert queries.organisation_named("l'office") is body
    assert double not in queries.organisations()
    assert queries.under(body) == [below]
    assert [gap.words for gap in still_open(body)] == ["Deux graphies."]
    event = db.session.scalars(sa.select(Event).where(Event.name == "territory.merge")).one()
    assert (event.subject_id, event.data["merged"]) == (body.id, double.id)


def test_the_former_address_leads_to_the_body_were_it_joined_twice(doubles, client):
    body, double = doubles
    third = Organisation.new("Le bailleur")
    commit()
    actions.merge(clerk(), double, third)
    commit()
    actions.merge(clerk(), body, double)
    commit()
    for slug in ("le-bailleur", "office-de-l-habitat"):
        reply = client.get(f"/organisations/{slug}")
        assert (reply.status_code, reply.location) == (301, "/organisations/habitat-du-port")
    with pytest.raises(Refused):
        actions.merge(clerk(), body, double)
    rollback()
    with pytest.raises(Refused):
        actions.merge(clerk(), body, body)
    rollback()


def test_a_clerk_sees_what_would_follow_then_says_so(doubles, client):
    sign_in(client, make_user(RoleName.COUNCIL))
    page = "/organisations/habitat-du-port/reunir"
    assert "Office de l&#39;habitat" in client.get(page).text
    text = client.get(f"{page}?avec=office-de-l-habitat").text
    assert "2 mentions viennent ici" in text
    assert "L&#39;Office" in text
    assert "Choisissez l’autre fiche" in client.post(page, data={"other": 0}).text
    reply = client.post(page, data={"other": doubles[1].id})
    assert reply.location == "/organisations/habitat-du-port"
    text = client.get(reply.location).text
    assert "3 actions" in text
    assert "pilote ; financeur" in text
    assert sign_in(client, make_user()).get(page).status_code == 403


def test_a_body_has_a_kind_a_parent_and_never_belongs_to_itself(ctx, client):
    sign_in(client, make_user(RoleName.COUNCIL))
    client.post("/organisations/nouvelle", data={"name": "Ville", "kind": "authority"})
    town = queries.organisation_named("Ville")
    typed = {"name": "Service des quais", "kind": "", "parent": town.id}
    client.post("/organisations/nouvelle", data=typed)
    service = queries.organisation_named("Service des quais")
    assert (town.kind, service.kind, service.parent) == (OrganisationKind.AUTHORITY, None, town)
    assert "Collectivité" in client.get("/organisations/ville").text
    assert "Service des quais" in client.get("/organisations/ville").text
    reply = client.post(
        "/organisations/ville/modifier", data={"name": "Ville", "parent": service.id}
    )
    assert "dépendre d’elle-même" in reply.text


def test_us0_4_partner_view(ctx, noon, shared_data, client):
    carried_in(shared_data("sources/000_sceaux_plan_action_blagis.json"))

    def carried(name: str) -> dict[str, str]:
        body = queries.organisation_named(name)
        found = sa.text(
            "SELECT action.external_ref, actor_role.role FROM actor_role"
            " JOIN action ON action.id = actor_role.action_id"
            " WHERE organisation_id = :body ORDER BY action.external_ref"
        )
        return dict(db.session.execute(found, {"body": body.id}).all())

    roles = carried("Hauts-de-Seine Habitat")
    assert list(roles) == ["E01-A2", "E02-A3", "E03-A2", "E03-A4"]
    assert roles["E02-A3"] == "propriétaire des murs"
    text = client.get("/organisations/hauts-de-seine-habitat").text
    assert "4 actions" in text
    assert text.count("propriétaire des murs</li>") == 1
    whole = queries.organisation_named("Centre social et culturel des Blagis (CSCB)")
    assert queries.organisation_named("CSCB") is whole
    assert list(carried("CSCB")) == ["E05-A1", "E05-A4", "E08-A2", "E09-A1"]


def test_the_date_of_a_status_carried_in_is_the_reports_own_words(ctx, noon, client):
    carried_in()
    bodies = queries.organisations()
    pages = " ".join(client.get(f"/organisations/{body.slug}").text for body in bodies)
    pages += " ".join(client.get(f"/lieux/{place.slug}").text for place in queries.places())
    words = db.session.scalars(sa.text("SELECT DISTINCT effective_words FROM status_report"))
    assert any(said in pages for said in words if said)
    assert "15 juin 2026" not in pages


def test_two_entries_for_one_place_become_one(ctx, client):
    quay = Place.new("Les Quais", kind=PlaceKind.DISTRICT)
    double = Place.new("Quartier du quai", kind=PlaceKind.DISTRICT, aliases=["Le quai"])
    town, block = Place.new("Portville", kind=PlaceKind.COMMUNE), Place.new("Îlot des mouettes")
    quay.insee, double.qpv = None, "QN09901A"
    db.session.flush()
    pairs = ((quay, town), (double, town), (block, double), (double, quay))
    db.session.add_all(Lies(place_id=one.id, parent_id=other.id) for one, other in pairs)
    campaign = make_campaign(places=[double], title="Parlons du quai")
    contribution = make_contribution(campaign, place=double, title="Des bancs au quai")
    commit()
    sign_in(client, make_user(RoleName.COUNCIL))
    page = "/lieux/les-quais/reunir"
    assert "Le quai" in client.get(f"{page}?avec=quartier-du-quai").text
    assert client.post(page, data={"other": double.id}).location == "/lieux/les-quais"
    db.session.expire_all()
    assert quay.names == ["Les Quais", "Quartier du quai", "Le quai"]
    assert (quay.qpv, double.qpv) == ("QN09901A", None)
    assert contribution.place is quay
    assert [tie.place for tie in queries.parents_of(quay)] == [town]
    assert queries.around(quay).within == [block]
    assert queries.place_named("le quai") is quay
    assert double not in queries.places()
    text = client.get("/lieux/les-quais").text
    assert "Parlons du quai" in text
    reply = client.get("/lieux/quartier-du-quai")
    assert (reply.status_code, reply.location) == (301, "/lieux/les-quais")
    found = client.get("/recherche?place=les-quais").text
    assert "Des bancs au quai" in found
    with pytest.raises(Refused):
        actions.join(clerk(), quay, double)
    rollback()
