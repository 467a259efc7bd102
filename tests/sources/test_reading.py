"""A document is recognised, checked line by line and counted, without guessing."""

import json

import pytest

from consult.core.i18n import spoken
from consult.engagements.documents import DocumentError
from consult.sources import reading
from tests.sources.carrying import OWN, REAL

# The figures a person counted in the five documents.
COUNTED = {
    "000": {
        "engagements": 11,
        "actions": 31,
        "statuses": {"done": 6, "unknown": 25},
        "organisations": 14,
        "captions": 8,
        "legend": 3,
    },
    "001": {
        "actors": 19,
        "groups": {"Etat": 2, "Collectivités Territoriales": 4},
        "to_split": 1,
        "components": 12,
        "content_items": 5,
        "paragraphs": 3,
        "issues": 2,
        "amount_eur": 157_000_000,
        "population": 38_495,
        "year": 2012,
    },
    "002": {
        "phases": ["2007-10/2008-03", "2007-01/2008-04", "2008-04/2008-06"],
        "objectives": 3,
        "signatories": 3,
        "bodies": 2,
        "thresholds": 2,
        "paragraphs": 7,
        "acronyms": 2,
    },
    "003": {
        "sitting": "2023-03-23",
        "paragraphs": 7,
        "partners": 4,
        "laureates": 4,
        "local_dynamics": 6,
        "annexes": 1,
        "annexes_not_supplied": 1,
    },
    "004": {
        "enjeux": 3,
        "axes": 6,
        "sections": 14,
        "champs": 6,
        "sheets": 6,
        "sheets_full": 5,
        "sheets_announced_only": 1,
        "duplicates": 1,
        "indicators": 17,
        "themes": 6,
        "entering": 9,
        "leaving": 4,
        "places_with_data": 8,
        "visas": 4,
        "articles": 3,
        "amounts": 3,
        "milestones": 10,
        "bodies": 7,
        "acronyms": 29,
    },
}


@pytest.mark.parametrize("ref", COUNTED)
def test_the_figures_of_the_five_documents(shared_data, ref):
    path = shared_data(f"sources/{REAL[ref]}")
    found = reading.read(reading.loaded(path.read_bytes()))
    assert found.ref == ref
    assert found.figures() == COUNTED[ref]


@pytest.mark.parametrize("kind", OWN)
def test_each_kind_is_recognised_by_what_it_holds(kind):
    found = reading.read(reading.loaded(OWN[kind].read_bytes()))
    assert found.kind == kind
    assert found.title
    assert all(reading.figure_words(name) != name for name in found.figures())


def test_what_is_wrong_is_told_line_by_line(ctx):
    raw = json.loads(OWN["roadmap"].read_text())
    raw["fiches_action"][0]["objectifs"] = "un seul"
    raw["fiches_action"][1]["_id"] = "FA1"
    raw["montants"][0] = {"subject": "sans montant"}
    raw["deliberation"]["visas"][1] = 12
    del raw["rapport"]["number"]
    with pytest.raises(DocumentError) as caught, spoken("fr"):
        reading.read(raw)
    assert [problem.path for problem in caught.value.problems] == [
        "$.rapport.number",
        "$.deliberation.visas[1]",
        "$.fiches_action[0](FA1).objectifs",
        "$.montants[0].text",
        "$.fiches_action(FA1)",
    ]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b"\xff\xfe", b'{"title": "Rien"}'])
def test_what_is_no_document_is_refused(data):
    with pytest.raises(DocumentError):
        reading.read(reading.loaded(data))


def test_a_note_gives_its_day_and_a_plan_of_words_none():
    note = reading.read(reading.loaded(OWN["note"].read_bytes()))
    assert (note.dated_words, note.dated_on.isoformat()) == ("Séance du 9 avril 2025", "2025-04-09")
    plan = reading.read(reading.loaded(OWN["plan"].read_bytes()))
    assert (plan.dated_words, plan.dated_on) == ("Un an après", None)


def test_what_everybody_takes_away_leaves_out_a_short_list():
    raw = json.loads(OWN["roadmap"].read_text())
    shared = reading.as_json(reading.shareable(raw))
    assert "handwritten" in reading.as_json(raw)
    assert "handwritten" not in shared
    review = json.loads(OWN["closing_review"].read_text())
    assert "Camille Inventée" not in reading.as_json(reading.shareable(review))
    assert "Atelier des Deux Rives" in reading.as_json(reading.shareable(review))


def test_the_public_words_of_the_real_ones_lose_that_list_alone(shared_data):
    left = set()
    for name in REAL.values():
        raw = reading.loaded(shared_data(f"sources/{name}").read_bytes())
        left |= _words(raw) - _words(reading.shareable(raw))
    assert len(left) == 3  # the remark on a signature, and two private persons
    assert sum("signature" in words for words in left) == 1


def _words(raw):
    if isinstance(raw, dict):
        return set().union(
            *(_words(value) for key, value in raw.items() if not key.startswith("_")), set()
        )
    if isinstance(raw, list):
        return set().union(*(_words(one) for one in raw), set())
    return {raw} if isinstance(raw, str) else set()


@pytest.mark.parametrize("kind", OWN)
def test_each_kind_has_a_schema_its_own_document_keeps(app, client, kind):
    schema = client.get(f"/documents/formats/{kind}.json").get_json()
    assert schema["$schema"].endswith("2020-12/schema")
    assert _breaks(schema, json.loads(OWN[kind].read_text())) == []
    assert _breaks(schema, {}) != []


def test_the_formats_are_explained_to_everybody(client):
    seen = client.get("/documents/formats").text
    assert "fiches_action[].objectifs[]" in seen
    assert client.get("/documents/formats/rien.json").status_code == 404


def _breaks(schema, value, path="$"):
    """What a value breaks of the few words of JSON Schema that ours speak."""
    if "anyOf" in schema:
        tried = [_breaks(one, value, path) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    kinds = {"string": str, "array": list, "object": dict, "null": type(None)}
    if not isinstance(value, kinds[schema["type"]]):
        return [path]
    if isinstance(value, list):
        return [
            broken
            for place, one in enumerate(value)
            for broken in _breaks(schema["items"], one, f"{path}[{place}]")
        ]
    if isinstance(value, dict):
        wrong = [f"{path}.{key}" for key in schema["required"] if key not in value]
        for key, inner in schema["properties"].items():
            wrong += _breaks(inner, value[key], f"{path}.{key}") if key in value else []
        return wrong
    return [] if schema["type"] != "string" or value else [path]
