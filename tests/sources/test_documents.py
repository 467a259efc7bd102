"""A document handed in is looked at, carried in once, and says what became of it."""

import io
import json
import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from consult.cli import main
from consult.core.db import db
from consult.core.rules import Refused
from consult.gaps.models import Gap
from consult.gaps.queries import all_open
from consult.journal import queries as journal
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.sources import actions, queries, reading
from consult.sources.models import SourceDocument
from tests.engagements.making import clerk
from tests.factories import make_user, sign_in
from tests.sources.carrying import OWN, REAL, carried_in, handed_in


@pytest.fixture
def consult(ctx):
    def run(*words):
        db.session.rollback()
        done = CliRunner().invoke(main, words)
        db.session.rollback()
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return run


@pytest.mark.parametrize("kind", OWN)
def test_twice_is_once(consult, kind):
    first = consult("import", "document", str(OWN[kind]), "--json")
    before = journal.tip()
    again = consult("import", "document", str(OWN[kind]), "--json")
    assert again == first
    assert journal.tip() == before
    assert first["kind"] == kind
    assert first["became"]


@pytest.mark.parametrize("kind", OWN)
def test_every_word_comes_back(consult, kind):
    raw = json.loads(OWN[kind].read_text())
    done = consult("import", "document", str(OWN[kind]), "--json")
    assert consult("export", "document", done["document"], "--json") == raw


@pytest.mark.parametrize("ref", REAL)
def test_the_five_documents_come_in_and_back(consult, shared_data, ref):
    path = shared_data(f"sources/{REAL[ref]}")
    first = consult("import", "document", str(path), "--json")
    before = journal.tip()
    assert consult("import", "document", str(path), "--json") == first
    assert journal.tip() == before
    assert consult("export", "document", ref, "--json") == json.loads(path.read_text())


def test_the_list_an_editor_is_left_with(ctx, shared_data):
    """The figures of what the five documents leave to fill."""
    actor = clerk()
    left = {
        ref: queries.to_complete(carried_in(actor, shared_data(f"sources/{name}")))
        for ref, name in REAL.items()
    }
    assert left["000"]["status"] == 25
    assert left["000"]["image"] == 8
    assert left["001"]["level"] == 12
    assert left["001"]["actor_to_split"] == 1
    assert left["003"]["annex"] == 1
    assert left["003"]["match"] >= 1  # fablab here, tiers-lieu in the plan of Les Blagis
    assert left["004"]["sheet"] == 1
    assert left["004"]["truncated"] == 1
    assert left["004"]["spelling"] == 5
    assert left["004"]["contradiction"] == 3
    for ref in ("003", "004"):
        assert left[ref]["attendance"] == 1
        assert left[ref]["vote"] == 1


def test_another_version_under_the_same_reference_is_refused(ctx):
    actor = clerk()
    handed_in(actor, OWN["note"])
    raw = json.loads(OWN["note"].read_text()) | {"objet": "Autre chose"}

    document = reading.read(raw)
    with pytest.raises(Refused):
        actions.hand_in(actor, document, data=b"{}", name="autre.json")


def test_only_the_desk_hands_in_and_carries_in(ctx):
    document = handed_in(clerk(), OWN["note"])
    for role in (RoleName.FACILITATOR, RoleName.GUARANTOR, RoleName.ADMINISTRATOR):
        with pytest.raises(Refused):
            actions.carry_in(make_user(role), document)


def test_a_clerk_hands_in_looks_and_carries_in(ctx, client):
    visitor = sign_in(client, clerk())
    assert visitor.get("/documents/nouveau").status_code == 200
    said = {"file": (io.BytesIO(OWN["note"].read_bytes()), "note.json")}
    answer = visitor.post("/documents/nouveau", data=said, follow_redirects=True)
    assert "Rien n’est encore versé" in answer.text
    assert "Séance du 9 avril 2025" in answer.text
    assert client.application.test_client().get("/documents/demo-note").status_code == 404
    assert visitor.post("/documents/demo-note/verser").status_code == 303
    seen = client.application.test_client().get("/documents/demo-note").text
    assert "Candidature de la Ville" in seen
    document = queries.by_ref("demo-note")
    assert document.file.sha256 in seen
    assert "/actes/" in seen


def test_a_broken_file_says_where_line_by_line(ctx, client):
    raw = json.loads(OWN["note"].read_text())
    raw["paragraphs"][2] = None
    said = {"file": (io.BytesIO(json.dumps(raw).encode()), "note.json")}
    seen = sign_in(client, clerk()).post("/documents/nouveau", data=said).text
    assert "$.paragraphs[2]" in seen
    assert "On attend ici des mots." in seen
    assert db.session.scalar(sa.select(sa.func.count(SourceDocument.id))) == 0


def test_a_document_not_carried_in_is_taken_away(ctx, client):
    actor = clerk()
    document = handed_in(actor, OWN["note"])
    path = document.file.path
    sign_in(client, actor).post("/documents/demo-note/abandonner")
    assert queries.by_ref("demo-note") is None
    assert not path.exists()
    made = carried_in(actor, OWN["note"])
    with pytest.raises(Refused):
        actions.discard(actor, made)


def test_its_file_is_for_the_desk_and_its_words_for_all(ctx, client):
    carried_in(clerk(), OWN["roadmap"])
    anonymous = client.get("/documents/demo-feuille-de-route.json")
    assert "handwritten" not in anonymous.text
    assert "Planter 300 arbres" in anonymous.text
    assert client.get("/documents/demo-feuille-de-route/fichier").status_code != 200
    reader = sign_in(client, make_user(RoleName.GUARANTOR))
    whole = reader.get("/documents/demo-feuille-de-route/fichier")
    assert whole.data == OWN["roadmap"].read_bytes()


def test_us3_4_an_annex_cited_and_not_supplied_is_a_gap_and_no_link(ctx, client):
    document = carried_in(clerk(), OWN["note"])
    assert queries.to_complete(document)["annex"] == 1
    (act, *_others) = queries.became(document)
    seen = client.get(f"/actes/{act.id}").text
    assert "non fournie" in seen


def test_us3_5_a_possible_match_is_asked_of_editors_and_shown_to_nobody(ctx, client):
    actor = clerk()
    raw = json.loads(OWN["plan"].read_text())
    raw["engagements"][0]["actions"][0]["text"] = "Ouvrir un tiers-lieu sur le quai."
    document = reading.read(raw)
    plan = actions.hand_in(actor, document, data=json.dumps(raw).encode(), name="plan.json")
    actions.carry_in(actor, plan)
    commit()
    note = carried_in(actor, OWN["note"])
    gap = next(one for one in queries.gaps_of(note) if one.kind == "match")
    assert "fablab" in gap.words
    assert "tiers-lieu" in gap.words
    (act, *_others) = queries.became(note)
    assert "tiers-lieu" not in client.get(f"/actes/{act.id}").text
    assert gap.words in sign_in(client, actor).get("/a-completer").text.replace("&#39;", "'")


def test_the_acronyms_of_a_document_join_the_glossary(ctx):
    actor = clerk()
    carried_in(actor, OWN["roadmap"])
    assert queries.expansions() == {"QPV": "quartiers prioritaires de la politique de la ville"}
    assert [term.acronym for term in queries.glossary()] == ["QPV", "RLS"]


def test_us4_15_the_real_glossary_has_29_and_2(ctx, shared_data):
    actor = clerk()
    for ref, number in (("004", 29), ("002", 31)):
        carried_in(actor, shared_data(f"sources/{REAL[ref]}"))
        assert len(queries.glossary()) == number


def test_what_is_missing_leads_to_where_it_is_filled(ctx):
    carried_in(clerk(), OWN["note"])
    assert db.session.scalar(sa.select(sa.func.count(Gap.id)))
    assert all_open()


def test_the_journal_tells_everybody_that_a_document_came_in(ctx, client):
    carried_in(clerk(), OWN["note"])
    seen = client.get("/journal").text
    assert "Document versé" in seen
    assert "/documents/demo-note" in seen


HIDDEN = ("Camille Inventée", "handwritten")


def seen_of(client, document):
    """Every public page a document became, its own included, as one text."""
    own = client.get(f"/documents/{document.ref}").text
    pages = set(re.findall(r'href="(/(?:actes|plans|programmes|lieux)/[^"#?]+)"', own))
    return own + "".join(client.get(page).text for page in sorted(pages))


@pytest.mark.parametrize("kind", ["closing_review", "roadmap"])
def test_what_is_left_out_is_on_no_page(ctx, client, kind):
    seen = seen_of(client, carried_in(clerk(), OWN[kind]))
    assert not [words for words in HIDDEN if words in seen]


def test_us4_10_the_real_ones_keep_two_names_and_a_remark_off_every_page(ctx, client, shared_data):
    actor = clerk()
    for ref in ("001", "004"):
        path = shared_data(f"sources/{REAL[ref]}")
        raw = json.loads(path.read_text())
        hidden = [one["name"] for one in raw.get("team", ()) if one["_kind"] == "person"]
        hidden += ["handwritten", "signature in black ink"] if ref == "004" else []
        seen = seen_of(client, carried_in(actor, path))
        assert hidden
        assert not [words for words in hidden if words in seen]


def test_another_version_is_told_beside_the_file_and_a_second_click_is_calm(ctx, client):
    visitor = sign_in(client, clerk())
    data = OWN["note"].read_bytes()
    visitor.post("/documents/nouveau", data={"file": (io.BytesIO(data), "note.json")})
    other = data.replace(b"Mireille", b"Marielle")
    answer = visitor.post("/documents/nouveau", data={"file": (io.BytesIO(other), "note.json")})
    assert answer.status_code == 200
    assert "il ne change pas" in answer.text
    for _click in range(2):
        assert visitor.post("/documents/demo-note/verser").status_code == 303
