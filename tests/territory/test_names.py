"""A place and a body are found under any of their names, and keep the ones they had."""

import pytest

from consult.core.rules import Refused, refusal
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from consult.territory import actions, queries, rules
from consult.territory.models import Organisation, Place, PlaceKind
from tests.factories import make_user


@pytest.fixture
def blagis(ctx):
    place = Place.new("Les Blagis", kind=PlaceKind.DISTRICT, aliases=["Cité des Blagis", "Blagis"])
    commit()
    return place


@pytest.mark.parametrize(
    "words",
    ["Les Blagis", "les BLAGIS", "cité-des-blagis", "Cite des Blagis", "aux Blagis", " blagis "],
)
def test_a_place_is_found_however_it_is_spelt(blagis, words):
    assert queries.place_named(words) is blagis


@pytest.mark.parametrize("words", ["", "  ", "—", "Robinson", "Blagis nord"])
def test_other_words_name_no_place(blagis, words):
    assert queries.place_named(words) is None


def test_words_that_fit_two_places_name_neither(blagis):
    Place.new("Parc du Château")
    Place.new("Châteaux, parcs")
    commit()
    assert queries.place_named("le parc des châteaux") is None
    assert queries.place_named("parc du chateau").name == "Parc du Château"


def test_a_body_is_found_by_its_acronym(ctx):
    body = Organisation.new("Caisse d'allocations familiales", acronym="CAF")
    commit()
    assert queries.organisation_named("la caf") is body
    assert queries.organisations_by_name()["caisse d allocations familiales"] is body


def test_a_list_is_searched_by_any_name(blagis):
    Place.new("Hôtel de ville")
    commit()
    assert [place.name for place in queries.places()] == ["Hôtel de ville", "Les Blagis"]
    assert [place.name for place in queries.places("hotel")] == ["Hôtel de ville"]
    assert [place.name for place in queries.places("cités")] == ["Les Blagis"]
    assert queries.places("gare") == []


def test_a_former_name_still_leads_there(blagis):
    actor = make_user(RoleName.FACILITATOR)
    actions.edit_place(
        actor, blagis, name="Blagis-Robinson", kind=PlaceKind.DISTRICT, aliases=["Cité des Blagis"]
    )
    commit()
    assert blagis.aliases == ["Les Blagis", "Cité des Blagis"]
    assert blagis.slug == "les-blagis"
    assert queries.place_named("les blagis") is blagis


def test_one_name_leads_to_one_place(blagis):
    actor = make_user(RoleName.FACILITATOR)
    for name, aliases in (("Cité des blagis", ()), ("Ailleurs", ("BLAGIS",)), (" ", ())):
        with pytest.raises(Refused):
            actions.create_place(actor, name=name, aliases=aliases)
        rollback()
    other = actions.create_place(actor, name="Ailleurs")
    commit()
    with pytest.raises(Refused):
        actions.edit_place(actor, other, name="Blagis", kind=PlaceKind.SITE)
    rollback()


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (None, False),
        (RoleName.FACILITATOR, True),
        (RoleName.ADMINISTRATOR, True),
        (RoleName.COUNCIL, True),
        (RoleName.GUARANTOR, False),
    ],
)
def test_who_may_name_things(blagis, role, may):
    actor = make_user(*([role] if role else []))
    assert (refusal(rules.create_place, actor) is None) is may
    assert (refusal(rules.edit_place, actor, blagis) is None) is may
    assert (refusal(rules.create_organisation, actor) is None) is may
    assert refusal(rules.create_place, None)


def test_addresses_never_meet_nor_hide_a_page(ctx):
    slugs = [Place.new(name).slug for name in ("La Gare", "la gare", "Nouveau", "—")]
    commit()
    assert slugs == ["la-gare", "la-gare-2", "nouveau-2", "lieu"]
