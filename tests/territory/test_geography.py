"""The map of the town on any day: what was in force, what was printed, what became of a place."""

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.gaps.queries import still_open
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from consult.territory import actions, carrying, queries, rules
from consult.territory.models import ChangeKind, Generation, Lies, Place, PlaceChange, PlaceKind
from tests.counting import statements
from tests.factories import make_user, sign_in

OWN = Path(__file__).resolve().parent.parent / "data" / "geographie.json"
PRINTED = "sources/004_val_de_marne_feuille_de_route.json"
EVE, DAY = date(2023, 12, 31), date(2024, 1, 1)


def carried(path=OWN, ref="E"):
    found = carrying.geography(json.loads(Path(path).read_text()), ref)
    commit()
    return found


def said(reply) -> str:
    """What a screen reader says of a page."""
    assert reply.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def districts(shown) -> list[str]:
    return sorted(place.name for place in shown.places.values() if place.kind == PlaceKind.PRIORITY)


def test_a_day_has_its_own_list(ctx):
    carried()
    assert districts(queries.map_on(EVE)) == ["La Butte", "Le Moulin", "Les Tilleuls / La Gare"]
    assert districts(queries.map_on(DAY)) == [
        "Cité Neuve - Les Pins",
        "Le Moulin",
        "Le Port",
        "Les Tilleuls / La Gare",
    ]
    assert districts(queries.map_on(date(2014, 12, 31))) == []


def test_the_sum_is_checked_and_a_wrong_one_is_told(ctx):
    after = carried().after
    era = queries.era(after, queries.generations())
    quarters, communes = queries.balances(era, queries.changes_in(after))
    assert (quarters.before, quarters.entering, quarters.leaving, quarters.after) == (3, 2, 1, 4)
    assert quarters.is_right
    assert (communes.before, communes.entering, communes.after) == (2, 1, 3)
    assert communes.is_right
    assert era.before.starts_on == date(2015, 1, 1)
    assert queries.era(era.before, queries.generations()).ends_on == EVE
    assert still_open(after) == []


def test_a_printed_contradiction_waits_for_an_editor(ctx):
    data = json.loads(OWN.read_text())
    data["feuille_de_route"]["geographie"]["after"]["_qpv"] = 5
    after = carrying.geography(data, "E").after
    commit()
    assert [(gap.kind, gap.words) for gap in still_open(after)] == [
        ("contradiction", "3 + 2 − 1 ≠ 5")
    ]


def test_what_waited_is_settled_by_who_corrects_it(ctx):
    data = json.loads(OWN.read_text())
    data["feuille_de_route"]["geographie"]["after"]["_qpv"] = 5
    after = carrying.geography(data, "E").after
    commit()
    clerk = make_user(RoleName.COUNCIL)
    gare = queries.place_named("Les Tilleuls / La Gare")
    told = {"name": "La Gare - Les Tilleuls", "kind": gare.kind, "aliases": gare.aliases}
    actions.edit_place(clerk, gare, **told)
    actions.edit_generation(clerk, after, communes=4)
    commit()
    assert still_open(gare) == []
    assert len(still_open(after)) == 1
    actions.edit_generation(clerk, after, communes=3, number=4)
    commit()
    assert still_open(after) == []
    assert queries.place_named("Les Tilleuls / La Gare") is gare


def test_a_district_of_two_communes_stands_in_both_and_counts_once(ctx, client):
    after = carried().after
    shown = queries.map_on(DAY)
    port = queries.place_named("Le Port")
    assert [one.name for one in shown.communes_of(port)] == ["Aubes", "Bréval"]
    for commune in shown.communes_of(port):
        assert port in shown.districts_in(commune)
        assert "Le Port" in said(client.get(f"/lieux/{commune.slug}"))
    assert queries.tally(after, shown) == (4, 3)
    text = said(client.get("/lieux?au=2024-01-01"))
    assert text.count("Comprend : Cité Neuve") == 1
    assert "Quartiers prioritaires (QPV) 4" in text


def test_carrying_twice_adds_nothing_and_overwrites_nothing(ctx):
    first = carried()
    first.after.number_words = "quatre quartiers"
    gare = queries.place_named("La Gare - Les Tilleuls")
    gare.go_by("La Gare", gare.aliases)
    commit()
    counts = [
        db.session.scalar(sa.select(sa.func.count(model.id)))
        for model in (Place, Lies, Generation, PlaceChange)
    ]
    again = carried()
    assert again.after is first.after
    assert again.after.number_words == "quatre quartiers"
    assert counts == [
        db.session.scalar(sa.select(sa.func.count(model.id)))
        for model in (Place, Lies, Generation, PlaceChange)
    ]
    assert gare.name == "La Gare"


def test_spellings_lead_to_one_place_and_wait_for_an_editor(ctx):
    carried()
    gare = queries.place_named("Les Tilleuls / La Gare")
    assert queries.places("gare les tileuls") == [gare]
    assert queries.place_named("la gare, les TILEULS") is gare
    assert [gap.kind for gap in still_open(gare)] == ["spelling"]
    assert queries.near(Place, "Tilleul de la gar")[0] is gare


def test_what_happened_to_each_place_is_told_in_the_words_of_the_act(ctx, client):
    after = carried().after
    kinds = {change.place.name: change.kind for change in queries.changes_in(after)}
    assert kinds["La Butte"] == ChangeKind.LEAVING
    assert kinds["Le Moulin"] == ChangeKind.REDUCED
    assert kinds["Les Tilleuls / La Gare"] == ChangeKind.ENLARGED
    assert kinds["Corval"] == ChangeKind.ENTERING
    text = said(client.get("/lieux/la-butte"))
    assert "La Butte (Aubes)" in text
    assert "L'arrêté n° 2023-7 du 20 décembre 2023" in text
    assert "de « 2015-2023 » au 31 décembre 2023" in text.replace("\xa0", " ")
    assert "1er janvier 2015" not in text
    page = said(client.get(f"/lieux/geographies/{after.slug}"))
    assert "3 + 2 − 1 = 4" in page
    for words in ("8 200 habitants", "Les 2 quartiers entrants sont :", "Une nouvelle commune"):
        assert words in page


def test_a_day_that_is_none_is_said_beside_its_field(ctx, client):
    carried()
    text = client.get("/lieux?au=hier").text
    assert "31/12/2026" in text
    assert 'value="hier"' in text
    assert "31 décembre 2023" in said(client.get("/lieux?au=31/12/2023"))


def test_a_long_list_asks_no_more_than_a_short_one(ctx, client):
    carried()
    with statements() as few:
        client.get("/lieux?au=2024-01-01")
    town = queries.place_named("Aubes")
    for number in range(150):
        place = Place.new(f"Îlot {number}", kind=PlaceKind.DISTRICT)
        db.session.flush()
        db.session.add(Lies(place_id=place.id, parent_id=town.id))
    commit()
    with statements() as many:
        text = said(client.get("/lieux?au=2024-01-01&type=district"))
    assert len(many) <= len(few) <= 9
    assert "Îlot 99" not in text
    assert "150 lieux" in text
    assert "Îlot 99" in said(client.get("/lieux?au=2024-01-01&type=district&page=2"))


def test_a_clerk_notes_a_geography_and_what_it_changed(ctx, client):
    sign_in(client, make_user(RoleName.COUNCIL))
    town = Place.new("Portville", kind=PlaceKind.COMMUNE)
    quay = Place.new("Le Quai", kind=PlaceKind.PRIORITY)
    commit()
    typed = {
        "label": "Portville 2030",
        "kind": "priority",
        "place": town.id,
        "starts_on": "01/01/2030",
        "number": "1",
        "number_words": "un quartier",
        "share": "12,7",
    }
    assert (
        "entre 0 et 100"
        in client.post("/lieux/geographies/nouvelle", data=typed | {"share": "127"}).text
    )
    page = client.post("/lieux/geographies/nouvelle", data=typed).location
    text = said(client.get(page))
    assert "un quartier" in text
    assert "non communiqué" in text  # the inhabitants nobody counted
    assert (
        "en vigueur depuis le même jour"
        in client.post("/lieux/geographies/nouvelle", data=typed).text
    )
    change = {"place": quay.id, "kind": "entering", "words": "Le Quai entre.", "act_id": 0}
    assert client.post(f"{page}/evolution", data=change).location == page
    assert "Le Quai entre." in said(client.get(page))
    assert db.session.get(Place, quay.id).valid_from == date(2030, 1, 1)
    assert client.post(f"{page}/evolution/le-quai/retirer").status_code == 303
    assert "Le Quai entre." not in said(client.get(page))
    typed["label"] = "Portville, 2030"
    assert client.post(f"{page}/modifier", data=typed).status_code == 303
    assert "Portville, 2030" in said(client.get(page))


def test_a_district_that_leaves_ends_the_day_before(ctx):
    after = carried().after
    clerk = make_user(RoleName.COUNCIL)
    port = queries.place_named("Le Port")
    port.valid_from = None
    later = actions.create_generation(
        clerk, label="Pays 2030", starts_on=date(2030, 1, 1), place=after.place
    )
    db.session.flush()
    actions.change_place(clerk, later, place=port, kind=ChangeKind.LEAVING)
    commit()
    assert port.valid_to == date(2029, 12, 31)
    assert port.holds_on(date(2029, 12, 31))
    assert not port.holds_on(date(2030, 1, 1))


def test_days_come_in_order_and_no_place_lies_in_itself_by_a_detour(ctx):
    clerk = make_user(RoleName.COUNCIL)
    names = ("Ville", "Quartier", "Îlot")
    town, quarter, block = (Place.new(name, kind=PlaceKind.DISTRICT) for name in names)
    commit()

    def lay(place, parent):
        told = {"name": place.name, "kind": place.kind, "aliases": place.aliases}
        actions.edit_place(clerk, place, **told, stays=[actions.Stay(parent)])
        commit()

    lay(quarter, town)
    lay(block, quarter)
    with pytest.raises(Refused):
        lay(town, block)
    rollback()
    with pytest.raises(Refused):
        actions.create_place(clerk, name="Hier", valid_from=DAY, valid_to=EVE)
    rollback()


@pytest.mark.parametrize(
    "rule", [rules.create_generation, rules.import_places, rules.create_organisation]
)
def test_residents_and_the_guarantor_change_nothing(ctx, rule):
    for actor in (None, make_user(), make_user(RoleName.GUARANTOR)):
        assert refusal(rule, actor)
    assert refusal(rule, make_user(RoleName.COUNCIL)) is None


@pytest.fixture
def val_de_marne(ctx, shared_data):
    return carried(shared_data(PRINTED), "004")


def test_us4_8_geography_over_time(val_de_marne, client):
    before, after = val_de_marne.before, val_de_marne.after
    assert (before.number, before.communes, before.population) == (42, 23, 143_000)
    assert (after.number, after.communes, after.population) == (47, 26, 178_400)
    assert (before.share_permille, after.share_permille) == (103, 127)
    changes = queries.changes_in(after)
    era = queries.era(after, queries.generations())
    quarters, communes = queries.balances(era, changes)
    assert quarters == (PlaceKind.PRIORITY, 42, 9, 4, 47)
    assert quarters.is_right
    assert communes == (PlaceKind.COMMUNE, 23, 3, 0, 26)
    assert communes.is_right
    old = said(client.get("/lieux?au=2023-12-31"))
    new = said(client.get("/lieux?au=2024-01-01"))
    for words in ("42 QPV", "23 communes", "143 000 Val-de-Marnais", "10,3% de la population"):
        assert words in old
        assert words not in new
    for words in ("47 QPV", "26 communes", "178 400 habitants", "12,7%"):
        assert words in new
        assert words not in old
    assert "Balzac" in old
    assert "Balzac" not in new
    assert "Les Combattants" in new
    assert "Les Combattants" not in old
    shown = queries.map_on(DAY)
    vercors = queries.place_named("Vercors - Chastenot")
    assert [one.name for one in shown.communes_of(vercors)] == ["Le Kremlin-Bicêtre", "Villejuif"]
    assert districts(shown).count("Vercors - Chastenot") == 1
    lallier = queries.place_named("Lallier")
    assert [one.name for one in queries.map_on(EVE).communes_of(lallier)] == ["L'Haÿ-les-Roses"]
    assert len(shown.communes_of(lallier)) == 2
    reduced = [change.place.name for change in changes if change.kind == ChangeKind.REDUCED]
    assert reduced == ["Chantereine"]


def test_no_day_is_made_of_a_printed_period(ctx, client):
    found = carried()
    for page in ("/lieux?au=2023-12-31", f"/lieux/geographies/{found.before.slug}"):
        text = said(client.get(page)).replace("\xa0", " ")
        assert "En vigueur : « 2015-2023 »" in text
        assert "/lieux?" in page or "Feuille de route du Pays d'Exemple" in text
        assert "1er janvier 2015" not in text
    moulin = queries.place_named("Le Moulin")
    assert "depuis « 2015-2023 »" in said(client.get("/lieux/le-moulin")).replace("\xa0", " ")
    told = {"name": moulin.name, "kind": moulin.kind, "aliases": moulin.aliases}
    day = date(2015, 3, 12)
    actions.edit_place(make_user(RoleName.COUNCIL), moulin, **told, valid_from=day)
    commit()
    assert "depuis le 12 mars 2015" in said(client.get("/lieux/le-moulin"))


def test_us4_8_every_printed_word_of_it_stands_on_a_page(val_de_marne, shared_data, client):
    told = json.loads(shared_data(PRINTED).read_text())["feuille_de_route"]["geographie"]
    pages = " ".join(
        said(client.get(f"/lieux/geographies/{one.slug}"))
        for one in (val_de_marne.before, val_de_marne.after)
    )

    def printed(found):
        if isinstance(found, dict):
            for name, value in found.items():
                if not name.startswith("_"):
                    yield from printed(value)
        elif isinstance(found, list):
            for value in found:
                yield from printed(value)
        elif isinstance(found, str):
            yield " ".join(found.split())

    assert [words for words in printed(told) if words not in pages] == []


@pytest.mark.parametrize(
    "words", ["Haie Grisselle", "La Hétraie", "haie griselle", "LA HAIE GRISSELLE - LA HETRAIE"]
)
def test_us4_9_search_by_any_spelling(val_de_marne, client, words):
    assert [place.name for place in queries.places(words)] == ["La Haie Griselle - La Hêtraie"]
    text = said(client.get("/lieux", query_string={"q": words}))
    assert "La Haie Griselle - La Hêtraie" in text


def test_us4_9_a_spelling_nobody_knows_still_suggests(val_de_marne, client):
    assert queries.places("Aie Grizelle") == []
    assert "La Haie Griselle" in said(client.get("/lieux?q=Aie Griselles Hetrai"))


def test_the_five_spellings_of_004_wait_for_an_editor(val_de_marne):
    waiting = [
        gap for place in queries.places() for gap in still_open(place) if gap.kind == "spelling"
    ]
    assert len(waiting) == 5
