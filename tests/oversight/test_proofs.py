"""The public proofs: what anybody reads, takes home and checks, and what nobody learns there."""

import json
import subprocess
import sys
from datetime import timedelta
from threading import Semaphore

import pytest

from consult.contributions import actions as contributions
from consult.core import clock
from consult.journal import jobs, queries, verifier
from consult.journal.actions import commit
from consult.oversight import views
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.portal.making import make_town, text_of


@pytest.fixture
def signed(noon, ctx):
    """A small town of two days, both signed: the number of its lines."""
    town = make_town()
    with clock.frozen(noon + timedelta(days=1)):
        jobs.sign_heads()
        contributions.submit(make_user(), make_campaign(), title="Un arbre", body="Devant l'école.")
        commit()
    with clock.frozen(noon + timedelta(days=2)):
        jobs.sign_heads()
        yield town


def words(client, address):
    return text_of(client.get(address)).replace("\xa0", " ")


def test_the_days_the_key_and_the_files_stand_on_one_page(client, signed):
    page = client.get("/journal/preuves")
    for head in queries.heads():
        assert head.root[:16] in page.text
    assert queries.key_text(queries.public_keys()[0]) in page.text
    for link in ("/journal/lignes.jsonl", "/journal/preuves.json", "/journal/verifier.py"):
        assert link in page.text


def test_before_the_first_night_it_says_so(client, noon, ctx):
    assert "Aucun jour n’est encore signé" in words(client, "/journal/preuves")
    assert client.get("/journal/preuves.json").json == {"heads": [], "keys": []}
    assert client.get("/journal/lignes.jsonl").text == ""


def test_what_is_published_holds_for_a_stranger(client, signed):
    told = client.get("/journal/preuves.json").json
    lines = [json.loads(line) for line in client.get("/journal/lignes.jsonl").text.splitlines()]
    keys = [verifier.read_key(key) for key in told["keys"]]
    assert list(verifier.check_all(lines, told["heads"], keys)) == []
    assert len(lines) == told["heads"][-1]["count"]
    again = client.get("/journal/lignes.jsonl?depuis=3").text.splitlines()
    assert [json.loads(line) for line in again] == lines[2:]


@pytest.mark.parametrize("is_long", [False, True])
def test_a_long_journal_asks_for_a_hand_before_it_is_read(
    app, client, signed, monkeypatch, is_long
):
    """While others take theirs, the long file is refused before a line is made of it."""
    monkeypatch.setattr(views, "MANY", 2 if is_long else views.LARGEST)
    assert client.get("/journal/lignes.jsonl").text.count("\n") > 2
    made, published = [], queries.published
    monkeypatch.setattr(queries, "published", lambda one: made.append(one) or published(one))
    monkeypatch.setattr(app.wsgi_app, "free", Semaphore(0))
    reply = client.get("/journal/lignes.jsonl")
    assert (reply.status_code, bool(made)) == ((429, False) if is_long else (200, True))


def test_the_program_is_the_one_the_tests_hold(client, app):
    with open(verifier.__file__, "rb") as file:
        assert client.get("/journal/verifier.py").data == file.read()


def test_a_proof_that_is_not_where_it_was_said_is_told_in_words(tmp_path):
    torn = tmp_path / "proof.json"
    torn.write_text("{")
    for file in (tmp_path / "missing.json", torn):
        asked = [sys.executable, verifier.__file__, "--proof", str(file)]
        run = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        assert run.returncode == 1
        assert run.stderr.startswith("A file cannot be read: ")


def test_every_line_has_its_proof_as_page_and_file(client, signed):
    keys = [verifier.read_key(queries.key_text(key)) for key in queries.public_keys()]
    for number in range(1, queries.tip() + 1):
        proof = client.get(f"/journal/preuves/lignes/{number}.json").json
        assert list(verifier.check_proof(proof, keys)) == []
        assert "Elle est dans le journal signé au" in words(
            client, f"/journal/preuves/lignes/{number}"
        )


def test_a_line_that_is_not_public_says_only_its_fingerprint(client, signed):
    private = next(line for line in queries.lines(1) if line["name"] == "contributions.submit")
    page = client.get(f"/journal/preuves/lignes/{private['id']}")
    assert private["hash"] in page.text
    assert "contributions.submit" not in page.text
    assert "Contribution envoyée" not in page.text
    proof = client.get(f"/journal/preuves/lignes/{private['id']}.json")
    assert proof.json["line"] is None


def test_a_line_of_today_is_signed_next_night(client, signed):
    contributions.submit(make_user(), make_campaign(), title="Un banc", body="À l'ombre.")
    commit()
    assert "Elle n’est pas encore dans un jour signé" in words(
        client, f"/journal/preuves/lignes/{queries.tip()}"
    )


def test_one_finds_a_line_by_its_number_however_it_is_typed(client, signed):
    for typed in ("2", " 2 ", "2 "):
        reply = client.get("/journal/preuves/ligne", query_string={"numero": typed})
        assert reply.headers["Location"].endswith("/journal/preuves/lignes/2")
    for typed in ("", "x", "-1", "9" * 40, "²"):
        asked = client.get("/journal/preuves/ligne", query_string={"numero": typed})
        assert asked.status_code == 404
    for number in ("0", "999999", "9" * 30):
        assert client.get(f"/journal/preuves/lignes/{number}").status_code == 404


def test_two_days_are_compared_as_page_and_file(client, signed):
    days = {"du": "2026-06-05", "au": "2026-06-16"}
    page = client.get("/journal/preuves/coherence", query_string=days)
    assert "Ce qui a été signé le 5 juin 2026" in text_of(page)
    proof = client.get("/journal/preuves/coherence.json", query_string=days).json
    keys = [verifier.read_key(queries.key_text(key)) for key in queries.public_keys()]
    assert list(verifier.check_proof(proof, keys)) == []
    assert proof["since"]["count"] < proof["head"]["count"]


@pytest.mark.parametrize("query", ["", "?du=x&au=y", "?du=1999-01-01&au=1999-01-02"])
def test_days_that_are_none_are_no_fault(client, signed, query):
    page = client.get(f"/journal/preuves/coherence{query}")
    assert "Aucun jour signé à cette date" in text_of(page)
    assert client.get(f"/journal/preuves/coherence.json{query}").status_code == 404


def test_a_contribution_leads_to_its_proofs_and_so_does_its_receipt(client, signed):
    one = signed.retained
    page = client.get(f"/contributions/{one.id}")
    assert f"/contributions/{one.id}/preuves" in page.text
    assert "La ville a répondu" in words(client, f"/contributions/{one.id}/preuves")
    receipt = client.get(f"/recepisse/{one.receipt}")
    assert f"/recepisse/{one.receipt}/preuves" in receipt.text
    proofs = client.get(f"/recepisse/{one.receipt}/preuves")
    assert (proofs.status_code, proofs.headers["Cache-Control"]) == (200, "no-store")


def test_what_is_not_public_has_no_page_of_proofs_but_for_its_author(client, signed):
    author = make_user()
    waiting = make_contribution(signed.campaign, status=Status.PENDING, author=author)
    address = f"/contributions/{waiting.id}/preuves"
    assert client.get(address).status_code == 404
    assert sign_in(client, author).get(address).status_code == 200


def test_the_journal_leads_to_the_proof_of_each_line(client, signed):
    page = client.get("/journal").text
    assert "/journal/preuves/lignes/" in page
    assert 'href="/journal/preuves"' in page


def test_the_pages_ask_little_of_the_database(client, signed):
    for address in ("/journal/preuves", "/journal/preuves/lignes/2"):
        client.get(address)
        with statements() as sent:
            client.get(address)
        assert len(sent) <= 12, address


def test_no_one_is_named_in_what_is_given_away(client, signed):
    given = client.get("/journal/lignes.jsonl").text + client.get("/journal/preuves.json").text
    for name in ("Camille", "exemple.fr", "Claire"):
        assert name not in given
    assert "actor" not in given
