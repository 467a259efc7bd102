"""The public journal: what the town did, in words, with the number and the fingerprint to note."""

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.journal.actions import commit, record
from consult.journal.models import PUBLIC, Event, JournalHead, among
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.oversight import words as names
from consult.people.models import RoleName
from consult.portal import news
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_contribution, make_user, reasons
from tests.portal.making import make_town, text_of

BUDGET = 12


@pytest.fixture
def journal(client):
    return lambda query="": text_of(client.get(f"/journal{query}")).replace("\xa0", " ")


def test_it_shows_the_last_number_and_its_fingerprint(journal, noon, ctx):
    make_town()
    head = db.session.get(JournalHead, 1)
    words = journal()
    assert f"N° {head.count}" in words
    assert head.hash in words
    assert "consult journal verify" in words


def test_acts_are_told_in_words(journal, noon, ctx):
    make_town()
    words = journal()
    for said in (
        "Plan adopté par l’assemblée Plan des quais",
        "Plan publié Plan des quais",
        "La ville a répondu : retenue Des bancs au quai",
        "Point d’avancement : Réalisé Poser dix bancs",
    ):
        assert said in words, said


def test_every_public_act_has_its_words():
    special = {"answers.answer", "followup.report", "moderation.decide"}
    assert set(PUBLIC) == set(names.ACTS) | special


def test_a_refusal_says_its_ground_and_nothing_of_the_text(journal, noon, ctx):
    town = make_town()
    facilitator = make_user(RoleName.FACILITATOR, pseudonym="Sofia l'animatrice")
    waiting = make_contribution(
        town.campaign, status=Status.PENDING, title="Des mots terribles", author=town.author
    )
    moderation.decide(
        facilitator,
        waiting,
        verdict=Verdict.REFUSE,
        why=reasons(waiting, Ground.INSULT, "Il insulte un voisin."),
    )
    commit()
    words = journal()
    assert "Un texte a été refusé (Injure" in words
    for secret in ("terribles", "insulte un voisin", "Sofia", "Camille", "Claire", "exemple.fr"):
        assert secret not in words


def test_what_is_hidden_later_loses_its_title_here_too(journal, noon, ctx):
    town = make_town()
    assert "Un téléphérique" in journal()
    moderation.decide(
        make_user(RoleName.FACILITATOR),
        town.refused,
        verdict=Verdict.RESTRICT,
        why=reasons(town.refused, Ground.PRIVACY, "Un nom."),
    )
    commit()
    assert "Un téléphérique" not in journal()


def test_acts_of_accounts_and_drafts_stay_out(journal, noon, ctx):
    user = make_user(pseudonym="Quelqu'un")
    record("people.change_pseudonym", user, user)
    commit()
    words = journal()
    assert "Quelqu'un" not in words
    assert "Aucune ligne" in words


def test_reading_on_loses_nothing(noon, ctx, monkeypatch):
    make_town()
    monkeypatch.setattr(news, "PAGE", 2)
    expected = db.session.scalars(
        sa.select(Event.id).where(sa.text(among(PUBLIC))).order_by(Event.id.desc())
    ).all()
    seen, before = [], None
    while True:
        lines, before = news.journal(before)
        seen += [line.number for line in lines]
        if before is None:
            break
    assert seen == expected


@pytest.mark.parametrize("query", ["?before=0", "?before=-3", "?before=x", f"?before={10**30}"])
def test_an_address_typed_by_hand_is_no_fault(client, noon, ctx, query):
    assert client.get(f"/journal{query}").status_code in (200, 404)


def test_it_asks_little_of_the_database(client, noon, ctx):
    make_town()
    client.get("/journal")
    with statements() as sent:
        client.get("/journal")
    assert len(sent) <= BUDGET
