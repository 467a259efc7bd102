"""The page of an act: what it says, what it leaves unsaid, and how a clerk fills it."""

import io
import re
from datetime import date

import pytest

from consult.core.db import db
from consult.core.i18n import spoken
from consult.core.rules import Refused
from consult.council import actions as council
from consult.council.models import Act
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from tests.engagements.making import adopted, carried_in, clerk, make_plan, published
from tests.factories import make_user, sign_in


@pytest.mark.parametrize(
    ("counts", "printed", "words"),
    [
        ((20, 0, 0), None, "à l’unanimité"),
        ((20, 0, 2), None, "à l’unanimité des votants"),
        ((20, 5, 2), None, "par 20 voix contre 5"),
        ((20, 0, 0), "à l'unanimité des votants", "à l’unanimité"),
        ((None, None, None), "à l'unanimité des votants", "à l'unanimité des votants"),
        ((20, None, None), "adopté", "adopté"),
        ((20, None, 0), None, None),
        ((None, None, None), None, None),
    ],
)
def test_the_vote_in_words(ctx, counts, printed, words):
    names = ("votes_for", "votes_against", "abstentions")
    act = Act(vote_words=printed, **dict(zip(names, counts, strict=True)))
    with spoken("fr"):
        assert (None if act.vote is None else str(act.vote)) == words


def test_its_page_says_what_is_not_communicated(ctx, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    seen = client.get(f"/actes/{plan.act_id}").text
    assert "Conseil municipal" in seen
    assert "1er juin 2026" in seen
    unsaid = re.findall(r"<dt>([^<]+)</dt><dd>non communiqué", seen)
    assert unsaid == [
        *("Numéro de l’acte", "Lieu de la séance", "Voix pour", "Voix contre", "Abstentions"),
        *("Ne prennent pas part au vote", "Reçu par la préfecture", "Document"),
    ]
    assert '<p class="lead">non communiqué</p>' in seen  # the vote
    assert "date de publication non communiquée" in seen
    assert "<dd>0</dd>" not in seen


def test_the_act_of_a_draft_is_read_by_those_who_prepare_it(ctx, client):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    assert client.get(f"/actes/{plan.act_id}").status_code == 404
    assert sign_in(client, actor).get(f"/actes/{plan.act_id}").status_code == 200
    assert client.get("/actes/999").status_code == 404


def test_what_is_empty_is_filled_and_what_is_said_stays(ctx, client):
    act = carried_in().act
    actor = make_user(RoleName.COUNCIL)
    with pytest.raises(Refused):
        council.complete(actor, act, place="ailleurs")
    rollback()
    with pytest.raises(Refused):
        council.complete(make_user(RoleName.FACILITATOR), act, number="2023-12")
    rollback()
    page = f"/actes/{act.id}/completer"
    seen = sign_in(client, actor).get(page).text
    assert 'name="number"' in seen
    assert 'name="votes_for"' not in seen  # the document gives the counts
    reply = client.post(page, data={"number": "2023-12"})
    assert (reply.status_code, reply.location) == (303, f"/actes/{act.id}")
    assert db.session.get(Act, act.id).number == "2023-12"


def test_three_counts_or_none(ctx, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    page = f"/actes/{plan.act_id}/completer"
    sign_in(client, actor)
    for known in ("votes_for", "abstentions"):
        seen = client.post(page, data={known: "20"}).text
        assert "Donnez les trois nombres, ou aucun" in seen
        assert 'value="20"' in seen
    pdf = (io.BytesIO(b"%PDF-1.7 ..."), "acte.pdf")
    counts = {"votes_for": "20", "votes_against": "0", "abstentions": "3"}
    assert client.post(page, data={**counts, "document": pdf}).status_code == 303
    act = db.session.get(Act, plan.act_id)
    assert (act.abstentions, act.document.media_type) == (3, "application/pdf")
    assert "à l’unanimité des votants" in client.get(f"/actes/{act.id}").text


def test_a_file_that_is_no_pdf_is_refused_beside_its_field(ctx, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    sign_in(client, actor)
    wrong = {"document": (io.BytesIO(b"MZ..."), "acte.pdf")}
    reply = client.post(f"/actes/{plan.act_id}/completer", data=wrong)
    assert "Ce fichier n’est pas un PDF." in reply.text


def test_a_full_act_asks_nothing_more(ctx):
    act = Act(
        title="Acte",
        assembly="Conseil",
        number="1",
        adopted_on=date(2026, 1, 1),
        place="Mairie",
        votes_for=1,
        votes_against=0,
        abstentions=0,
        document_id=1,
    )
    with pytest.raises(Refused):
        council.complete(make_user(RoleName.COUNCIL), act)
    db.session.expunge_all()
    commit()
