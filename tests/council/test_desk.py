"""The desk's pages: an act typed, found again, voted and put online, in French and without loss."""

import io

import pytest

from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.council import actions as council
from consult.council import texts
from consult.council.models import Act, ActKind, ActState
from consult.journal.actions import commit
from tests.council.making import (
    attended,
    clerk,
    in_force,
    inscribed,
    make_act,
    make_assembly,
    make_sitting,
)
from tests.factories import sign_in

PDF = b"%PDF-1.7 ..."


def test_an_act_is_typed_from_top_to_bottom(ctx, noon, client):
    actor = clerk()
    assembly = make_assembly(actor)
    typed = {
        "kind": "deliberation",
        "assembly_id": str(assembly.id),
        "number": "2026 -7 - 2 . 2 . 15",
        "title": "Plan d’ombrage",
        "rapporteurs": "Alix Roy ; la commission des écoles",
        "presenters": "Nadia Bel ; maire",
        "visas": "Vu le code de l’éducation ;\nVu l’avis de la commission ;",
        "formula": "Après en avoir délibéré,",
        "articles": "Article 1er : Le plan est adopté.\n\nArticle 2 : Il est publié.",
        "places": "Le port",
        "matter_code": "8.1",
        "matter": "Enseignement",
        "key": "once",
        "document": (io.BytesIO(PDF), "acte.pdf"),
    }
    sign_in(client, actor)
    reply = client.post("/actes/nouveau", data=typed)
    assert reply.status_code == 303
    typed["document"] = (io.BytesIO(PDF), "acte.pdf")
    assert client.post("/actes/nouveau", data=typed).location == reply.location
    act = db.session.query(Act).one()
    assert act.number_key == "2026-7-2.2.15"
    assert [one["number"] for one in act.articles] == ["Article 1er", "Article 2"]
    assert [one.on_behalf_of for one in act.people] == ["la commission des écoles", ""]
    seen = client.get(f"/actes/{act.id}/modifier").text
    assert "Alix Roy ; la commission des écoles" in seen
    assert "Article 2 : Il est publié." in seen
    page = client.get(f"/actes/{act.id}").text
    order = ["2026-7-2.2.15", "Plan d’ombrage", "Vu le code", "Après en avoir", "Le plan est adop"]
    places = [page.index(words, page.index("<main")) for words in order]
    assert places == sorted(places)
    assert 'href="/lieux/le-port"' in page


def test_articles_typed_without_an_empty_line_stay_apart():
    first = "Article 1er : Le plan,\nvisé à l’\narticle 5 du code, est adopté."
    typed = f"{first}\nArticle 2 – Il est publié."
    numbers = [one["number"] for one in texts.articles(typed)]
    assert numbers == ["Article 1er", "Article 2"]
    assert "article 5 du code" in texts.articles(typed)[0]["words"]


def test_bad_input_is_said_beside_its_field(ctx, noon, client):
    actor = clerk()
    assembly = make_assembly(actor)
    sign_in(client, actor)
    typed = {"kind": "note", "assembly_id": str(assembly.id), "matter_code": "huit"}
    seen = client.post("/actes/nouveau", data={**typed, "visas": "Vu ceci"}).text
    assert "Un chiffre, un point" in seen
    assert "Vu ceci" in seen
    seen = client.post("/assemblees/nouvelle", data={"name": "Conseil", "siret": "123"}).text
    assert "Ce n’est pas un numéro SIRET" in seen
    seen = client.post("/seances/nouvelle", data={"assembly_id": "1", "held_on": "hier"}).text
    assert "31/12/2026" in seen
    act = inscribed(actor)
    seen = client.post(f"/actes/{act.id}/voter", data={"votes_for": "beaucoup"}).text
    assert "Donnez un nombre" in seen
    seen = client.post(
        f"/actes/{act.id}/voter",
        data={"votes_for": "20", "votes_against": "0", "abstentions": "0"},
    ).text
    assert "c’est trop" in seen
    assert 'value="20"' in seen


def test_the_steps_after_the_vote_are_pages(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    sign_in(client, actor)
    day = clock.today().isoformat()
    steps = {
        "voter": {"votes_for": "8", "votes_against": "0", "abstentions": "0", "mode": "public"},
        "signer": {"on": day, "signatories": "Nadia Bel ; Maire"},
        "transmettre": {"on": day},
        "publier": {"checked_by": "Camille Martin"},
        "reception": {"on": day, "prefecture_id": "PREF056"},
        "rectifier": {"words": "Lire préau.", "reason": "Faute de frappe."},
    }
    for step, typed in steps.items():
        page = f"/actes/{act.id}/{step}"
        assert client.get(page).status_code == 200, step
        assert client.post(page, data=typed).status_code == 303, step
    db.session.expire_all()
    assert db.session.get(Act, act.id).state == ActState.ENFORCEABLE
    assert client.get(f"/actes/{act.id}/publier").status_code == 403


def test_a_draft_changes_its_assembly_until_it_is_on_an_agenda(ctx, noon, client):
    actor = clerk()
    first, second = make_assembly(actor), make_assembly(actor, court="Tribunal de Nantes")
    act = make_act(actor, first)
    page = f"/actes/{act.id}/modifier"
    seen = sign_in(client, actor).get(page).text
    assert f'<option selected value="{first.id}">' in seen
    typed = {"assembly_id": str(second.id), "title": act.title}
    assert client.post(page, data=typed).status_code == 303
    db.session.expire_all()
    assert (act.chamber, act.assembly, act.court) == (second, second.name, "Tribunal de Nantes")
    council.inscribe(actor, make_sitting(actor, second), act=act)
    commit()
    assert 'name="assembly_id"' not in client.get(page).text
    with pytest.raises(Refused):
        council.edit(actor, act, assembly=first)


def test_a_step_that_is_closed_says_why(ctx, noon, client):
    actor = clerk()
    assembly = make_assembly(actor)
    act = make_act(actor, assembly)
    sitting = attended(actor, make_sitting(actor, assembly), 3)
    council.inscribe(actor, sitting, act=act)
    commit()
    sign_in(client, actor)
    why = "Le quorum n’est pas atteint"
    for page in (f"/seances/{sitting.id}", f"/actes/{act.id}"):
        seen = client.get(page).text
        assert why in seen
        assert f'href="/actes/{act.id}/voter"' not in seen
    refused = client.get(f"/actes/{act.id}/voter", headers={"Referer": f"http://localhost{page}"})
    assert f'href="{page}"' in refused.text[refused.text.index("<main") :]
    attended(actor, sitting, 8)
    assert f'href="/actes/{act.id}/voter"' in client.get(f"/seances/{sitting.id}").text
    day = clock.today()
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    council.sign(actor, act, on=day, signatories=[("Nadia Bel", "Maire")])
    council.transmit(actor, act, on=day)
    commit()
    assert "Ajoutez d’abord le PDF signé" in client.get(f"/actes/{act.id}").text


def test_the_place_of_a_sitting_is_said_once(ctx, noon, client):
    actor = clerk()
    act = make_act(actor, make_assembly(actor))
    sitting = council.convene(
        actor, assembly=act.chamber, held_on=clock.today(), place="Salle du conseil"
    )
    council.inscribe(actor, sitting, act=act)
    commit()
    seen = sign_in(client, actor).get(f"/actes/{act.id}").text
    assert seen.count("Lieu de la séance") == 1
    assert "Salle du conseil" in seen


def test_acts_are_found_by_any_of_their_words(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    note = make_act(actor, act.chamber, title="Une autre affaire", people=[])
    for words in ("ombrage", "2026 - 41", "alix roy", "12 juin 2026", "12/06/2026"):
        seen = client.get("/actes", query_string={"q": words}).text
        assert f"/actes/{act.id}" in seen, words
    assert f'href="/actes/{note.id}"' not in client.get("/actes").text
    assert "Aucun acte ne répond" in client.get("/actes?q=piscine").text
    assert "Aucun acte ne répond" in client.get("/actes?nature=note").text
    assert f"/actes/{act.id}" in client.get("/actes?annee=2026&etat=enforceable").text
    assert client.get("/actes?annee=abc&etat=x&nature=y&page=-2").status_code == 200
    assert f"/actes/{act.id}" in client.get("/recherche?q=ombrage").text


def test_two_acts_are_tied_from_a_page(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    note = make_act(actor, act.chamber, kind=ActKind.NOTE, title="Note sur l’ombrage")
    council.publish(actor, note, checked_by="Camille Martin")
    commit()
    page = f"/actes/{act.id}/liens"
    assert "Note sur l’ombrage" in sign_in(client, actor).get(f"{page}?q=ombrage").text
    assert client.post(page, data={"earlier_id": note.id, "tie": "follows"}).status_code == 303
    assert "A conduit à" in client.get(f"/actes/{note.id}").text
    assert "Fait suite à" in client.get(f"/actes/{act.id}").text
    link = db.session.get(Act, act.id).links[0]
    assert client.post(f"{page}/{link.id}/retirer").status_code == 303
    assert "Fait suite à" not in client.get(f"/actes/{act.id}").text


def test_the_paper_of_an_act_is_read_once_it_is_public(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    page = f"/fichiers/{act.document_id}/acte.pdf"
    assert client.get(page).status_code == 404
    act.show()
    commit()
    assert client.get(page).data == PDF


def test_an_assembly_is_set_up_first(ctx, noon, client):
    actor = clerk()
    sign_in(client, actor)
    assert client.get("/actes/nouveau").location == "/assemblees/nouvelle"
    assert client.get("/seances/nouvelle").location == "/assemblees/nouvelle"
    typed = {"name": "Conseil municipal", "siret": "218 601 946 00013", "proxies_each": "1"}
    assert client.post("/assemblees/nouvelle", data=typed).status_code == 303
    assert "Conseil municipal" in client.get("/actes/nouveau").text
    make_sitting(actor, make_assembly(actor))
