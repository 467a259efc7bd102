"""Printed notes, reports and deliberations carried in: every word kept, nothing guessed."""

import html
import json
import re
from datetime import date

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.council import actions as council
from consult.council import carrying, queries
from consult.council.models import Act, ActKind, ActLink, ActState, Annex, Part, Sitting
from consult.gaps.models import Gap
from consult.journal.actions import commit
from tests.council.making import SIRET, clerk, make_act
from tests.factories import sign_in
from tests.sources import carrying as documents

NOTE = {
    "assembly": "CONSEIL MUNICIPAL",
    "session": {"text": "Séance du 3 mars 2025", "_date": "2025-03-03"},
    "document_type": "NOTE DE PRÉSENTATION",
    "labels": ["OBJET :", "Rapporteur :"],
    "objet": "Convention pour le port",
    "rapporteur": "Alix Roy",
    "paragraphs": ["Le port change.", "Il est proposé d'approuver la convention jointe."],
    "territory": {"quartier": "Vieux-Port", "_commune": "Port-Clair"},
    "annexes": [{"text": "la convention", "_file": None, "_status": "cited_not_supplied"}],
}
ACT = {
    "rapport": {
        "title": "RAPPORT N° 2025 -3 - 1",
        "number": "N° 2025 -3 - 1",
        "to": "au CONSEIL DÉPARTEMENTAL",
        "session": "Séance du 03/03/2025",
        "objet": "Plan des ports.",
        "presented_by_label": "Rapport présenté par :",
        "presented_by": {"name": "M. BEL", "quality": "Vice président"},
        "context_title": "Contexte",
        "context": ["Les ports changent."],
        "parts": [
            {
                "title": "I. TROIS PORTS",
                "sections": [
                    {
                        "title": "Le tableau",
                        "paragraphs": ["Voici les ports."],
                        "table_title": "LES PORTS",
                        "table_columns": ["Port", "But"],
                        "table": [{"port": "Port-Clair", "but": "De l'ombre", "_id": 1}],
                    }
                ],
            }
        ],
        "conclusion": "Il est demandé au conseil :",
        "requests": ["D'approuver le plan."],
        "closing": "Je vous prie de délibérer.",
        "signature_note": "A handwritten signature in blue ink.",
    },
    "deliberation": {
        "title": "DÉLIBÉRATION N° 2025-3-1",
        "number": "N° 2025-3-1",
        "assembly": "du CONSEIL DÉPARTEMENTAL",
        "session": "Séance du 03/03/2025",
        "_session_date": "2025-03-03",
        "opening": "Le Conseil départemental des Ports s'est réuni le 03/03/2025.",
        "place": "la salle",
        "attendance": {"present_label": "Étaient présents :", "present": None},
        "objet": "Objet : Plan des ports.",
        "authority": "LE CONSEIL,",
        "visas": ["Vu le code ;"],
        "considerants": ["Considérant le rapport."],
        "sur": ["Sur le rapport de M. Cam ;"],
        "rapporteur": {"name": "M. Cam", "on_behalf_of": "la 1re commission"},
        "opinions": [{"text": "l'avis des finances"}],
        "formula": "APRÈS EN AVOIR DÉLIBÉRÉ :",
        "articles": [
            {"number": "Article 1er", "text": "Article 1er : Approuve le plan."},
            {"number": "Article 2", "text": "Article 2 : Recours au Tribunal, 1 rue du Quai."},
        ],
        "recours": {"court": "Tribunal", "address": "1 rue du Quai"},
        "signatory": {"quality": "Le Président", "name": "Dan Eme"},
    },
}


def words_of(page: str) -> str:
    """What a reader sees of a page, with single spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def gaps_of(act: Act) -> list[str]:
    kinds = sa.select(Gap.kind).where(Gap.subject_kind == "act", Gap.subject_id == act.id)
    return sorted(db.session.scalars(kinds))


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_note_says_that_nothing_is_voted_in_it(ctx, client):
    act = carrying.note(NOTE, "n1")
    commit()
    assert (act.kind, act.state) == (ActKind.NOTE, ActState.ON_AGENDA)
    seen = words_of(client.get(f"/actes/{act.id}").text)
    assert "rien n’est voté dans ce document" in seen
    assert not re.search("adopt|approuvée", seen, re.IGNORECASE)
    for words in ("Convention pour le port", "Alix Roy", "Séance du 3 mars 2025", "Vieux-Port"):
        assert words in seen
    assert "Annexe citée, non fournie" in seen
    assert gaps_of(act) == ["annex", "attendance", "vote"]
    assert act.publication is None
    assert act.appeal_until is None
    assert [one.id for one in queries.at_place(act.places[0])] == [act.id]


def test_carrying_in_twice_writes_nothing_more(ctx):
    first = carrying.note(NOTE, "n1")
    carrying.report_and_act(ACT, "n2")
    commit()
    numbers = [count(model) for model in (Act, Sitting, Annex, ActLink, Gap)]
    assert carrying.note(NOTE, "n1") is first
    carrying.report_and_act(ACT, "n2")
    commit()
    assert [count(model) for model in (Act, Sitting, Annex, ActLink, Gap)] == numbers


def test_a_deliberation_reads_in_its_own_order(ctx, client):
    report, act = carrying.report_and_act(ACT, "n2")
    commit()
    assert report.number_key == act.number_key == "2025-3-1"
    assert [one.name for one in report.named(Part.PRESENTER)] == ["M. BEL"]
    assert [one.name for one in act.named(Part.RAPPORTEUR)] == ["M. Cam"]
    seen = words_of(client.get(f"/actes/{act.id}").text)
    order = [
        *("DÉLIBÉRATION N° 2025-3-1", "Séance du 03/03/2025", "Étaient présents :", "Objet : Plan"),
        *("Vu le code ;", "Considérant le rapport.", "Sur le rapport de M. Cam ;"),
        *("APRÈS EN AVOIR DÉLIBÉRÉ :", "Article 1er : Approuve", "Article 2 : Recours", "Dan Eme"),
    ]
    places = [seen.index(words) for words in order]
    assert places == sorted(places)
    assert "Vote non communiqué" in seen
    assert "non calculé : présences non communiquées" in seen
    assert "date de publication non communiquée" in seen
    assert "Exécutoire" not in seen
    assert gaps_of(act) == ["attendance", "publication", "transmission", "vote"]


def test_what_a_machine_says_of_a_signature_is_never_published(ctx, client):
    report, act = carrying.report_and_act(ACT, "n2")
    commit()
    for page in (f"/actes/{report.id}", f"/actes/{act.id}", f"/actes/{report.id}.txt"):
        assert "handwritten" not in client.get(page).text
    seen = words_of(client.get(f"/actes/{report.id}").text)
    for words in ("RAPPORT N° 2025 -3 - 1", "Rapport présenté par :", "De l'ombre", "LES PORTS"):
        assert words in seen
    assert gaps_of(report) == ["signature"]


def test_what_was_missing_is_filled_by_the_desk(ctx, noon, client):
    _report, act = carrying.report_and_act(ACT, "n2")
    note = carrying.note(NOTE, "n1")
    commit()
    actor = clerk()
    sign_in(client, actor)
    assert f"/actes/{act.id}/voter" in client.get("/a-completer").text
    names = {"present": "A\nB\nC", "absent": "D", "in_office": "4"}
    assert client.post(f"/seances/{act.sitting_id}/presences", data=names).status_code == 303
    counts = {"votes_for": "3", "votes_against": "0", "abstentions": "0", "proxies": "0"}
    reply = client.post(f"/actes/{act.id}/voter", data=counts)
    assert reply.status_code == 303
    db.session.expire_all()
    act = db.session.get(Act, act.id)
    assert act.state == ActState.ADOPTED
    left = sa.select(Gap.kind).where(
        Gap.subject_kind == "act", Gap.subject_id == act.id, Gap.done_at.is_(None)
    )
    assert sorted(db.session.scalars(left)) == ["publication", "transmission"]
    annex = note.annexes[0]
    assert f"/actes/{note.id}/annexes/{annex.id}" in client.get("/a-completer").text
    assert client.get(f"/actes/{note.id}/modifier").status_code == 403  # a source is not rewritten


def test_a_note_is_voted_where_its_deliberation_is(ctx, noon, client):
    actor = clerk()
    note = carrying.note(NOTE, "n1")
    act = make_act(actor, note.chamber, title="Convention pour le port")
    council.inscribe(
        actor, council.convene(actor, assembly=note.chamber, held_on=clock.today()), act=act
    )
    council.link(actor, act, note)
    council.vote(actor, act, votes_for=5, votes_against=0, abstentions=0)
    act.show()
    commit()
    seen = words_of(client.get(f"/actes/{note.id}").text)
    assert "Adopté par l’assemblée" in seen  # said of the deliberation, which has a vote


def test_us_3_1_to_3_4_the_note_of_sceaux(ctx, client, shared_data):
    path = shared_data("sources/003_sceaux_note_quartiers_metropolitains_innovation.json")
    data = json.loads(path.read_text())
    act = carrying.note(data, "003")
    commit()
    assert act.sitting.held_on == date(2023, 3, 23)
    assert gaps_of(act) == ["annex", "attendance", "vote"]
    seen = words_of(client.get(f"/actes/{act.id}").text)
    said = [data["assembly"], data["document_type"], data["objet"], data["session"]["text"]]
    for words in [*said, data["rapporteur"], *data["paragraphs"], *data["labels"]]:
        assert words in seen
    for words in ("Florence Presson", "23/03/2023", "23 mars 2023", "Quartiers Métropolitains"):
        assert f"/actes/{act.id}" in client.get("/actes", query_string={"q": words}).text


def test_us_4_10_and_4_11_the_deliberation_of_the_val_de_marne(ctx, client, shared_data):
    data = json.loads(shared_data("sources/004_val_de_marne_feuille_de_route.json").read_text())
    report, act = carrying.report_and_act(data, "004")
    commit()
    assert (act.number_key, report.number_key) == ("2024-7-2.2.15", "2024-7-2.2.15")
    assert (len(act.visas), len(act.considerations), len(act.grounds)) == (4, 1, 2)
    assert [one["number"] for one in act.articles] == ["Article 1er", "Article 2", "Article 3"]
    assert act.sitting.present is None
    assert act.sitting.quorum().reached is None
    assert (act.votes_for, act.vote) == (None, None)
    seen = words_of(client.get(f"/actes/{act.id}").text)
    said = data["deliberation"]
    order = [
        *(said["title"], said["session"], "Étaient présents :", "Étaient absents excusés :"),
        *(said["attendance"]["proxies_label"], said["objet"], *said["visas"]),
        *(*said["considerants"], *said["sur"], said["formula"]),
        *(one["text"] for one in said["articles"]),
        *(said["signatory"]["quality"], said["signatory"]["name"]),
    ]
    places = [seen.index(words) for words in order]
    assert places == sorted(places)
    assert "M. Aslangul" in seen
    assert "DUVAUDIER" not in seen
    told = words_of(client.get(f"/actes/{report.id}").text)
    for words in verbatim(data["rapport"]):
        assert words in told, words
    assert "handwritten" not in told


def verbatim(thing) -> list[str]:
    """Every string of a document, but what is derived and what a machine said of a signature."""
    if isinstance(thing, str):
        return [thing]
    if isinstance(thing, list):
        return [words for one in thing for words in verbatim(one)]
    if isinstance(thing, dict):
        kept = {k: v for k, v in thing.items() if k[0] != "_" and k != "signature_note"}
        return [words for one in kept.values() for words in verbatim(one)]
    return []


@pytest.mark.parametrize("number", ["2024 -7 - 2 . 2 . 15", "2024-7-2.2.15"])
def test_a_number_is_found_however_it_is_spaced(ctx, client, shared_data, number):
    data = json.loads(shared_data("sources/004_val_de_marne_feuille_de_route.json").read_text())
    _report, act = carrying.report_and_act(data, "004")
    commit()
    assert f"/actes/{act.id}" in client.get("/actes", query_string={"q": number}).text
    assert SIRET not in client.get("/open-data/deliberations.csv").text


@pytest.mark.parametrize("order", [("000", "003"), ("003", "000")])
def test_us_3_2_a_district_tells_its_story_in_order(ctx, client, shared_data, order):
    actor = clerk()
    for ref in order:
        documents.carried_in(actor, shared_data("sources") / documents.REAL[ref])
    seen = words_of(client.get("/lieux/blagis").text)
    story = [
        "Parlons ensemble des Blagis",
        "16 octobre 2021",
        "23 mars 2023",
        "Deux ans après",
    ]
    places = [seen.index(words) for words in story]
    assert places == sorted(places)
