"""My page: what became of what I wrote, in words, before anything else."""

import pytest

from consult.contributions.models import Outcome
from consult.core.text import fold
from consult.engagements import actions as engagements
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import RoleName
from consult.portal import mine
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_contribution, make_user, reasons, sign_in
from tests.portal.making import answered, make_town, text_of


@pytest.fixture
def town(noon, ctx):
    return make_town()


@pytest.fixture
def page(client, town):
    def read(user=town.author) -> str:
        return text_of(sign_in(client, user).get("/mon-espace")).replace("\xa0", " ")

    return read


def test_it_says_where_each_stands(page, town):
    words = page()
    assert "Vous avez envoyé 2 contributions. 2 sont publiées, 1 a reçu la réponse" in words
    assert "La ville l’a retenue le 17 mars 2026." in words
    assert "Voici pourquoi : le budget" in words
    assert "Claire Martin, maire, Rues" in words
    assert "Elle a donné lieu à une action du plan Plan des quais" in words
    assert "Réalisé Poser dix bancs au 5 juin 2026 Preuve : Les bancs posés" in words
    assert "Elle est publiée depuis le 7 mars 2026. La ville doit une réponse" in words


def test_the_links_lead_to_the_answer_the_action_and_the_evidence(client, town):
    reply = sign_in(client, town.author).get("/mon-espace")
    for link in (
        f"/contributions/{town.retained.id}#answer",
        f"/actions/{town.action.id}",
        "/fichiers/1/bancs.webp",
        f"/plans/{town.plan.slug}",
    ):
        assert f'href="{link}"' in reply.text, link


@pytest.mark.parametrize(
    ("outcome", "more", "said"),
    [
        (Outcome.PARTLY, {"part": "la moitié nord"}, "retenu une partie le 15 juin 2026 : la moit"),
        (Outcome.NOT_RETAINED, {}, "ne l’a pas retenue ; elle a dit pourquoi"),
        (Outcome.OUT_OF_SCOPE, {}, "sort du champ de la question"),
        (Outcome.ALREADY_DONE, {}, "c’est déjà fait"),
    ],
)
def test_every_answer_is_said_plainly(page, town, outcome, more, said):
    answered(town.council, outcome, town.unanswered, **more)
    assert said in page()


def test_what_was_refused_says_why(page, town):
    facilitator = make_user(RoleName.FACILITATOR)
    waiting = make_contribution(town.campaign, status=Status.PENDING, author=town.author)
    assert "Elle est bien arrivée." in page()
    moderation.decide(
        facilitator,
        waiting,
        verdict=Verdict.REFUSE,
        why=reasons(waiting, Ground.PRIVACY, "Le nom d’un voisin y figure."),
    )
    commit()
    words = page()
    assert "Elle n’a pas été publiée. Motif donné le 15 juin 2026 : article 5, Vie privée." in words
    assert "Le nom d’un voisin y figure." in words


def test_a_plan_in_the_making_is_not_told(page, town):
    plan = engagements.create(town.council, title="Plan caché")
    commit()
    engagements.commit(town.council, plan, title="Promesse cachée", origins=[town.unanswered])
    commit()
    assert "cach" not in fold(page())


def test_an_action_tied_twice_is_listed_once(town):
    engagements.tie(town.council, town.engagement, town.retained)
    commit()
    rows = {one.id: one for one in mine.my_contributions(town.author).rows}
    results = rows[town.retained.id].results
    assert [len(result.actions) for result in results] == [1, 0]
    assert not results[1].is_empty


def test_whoever_wrote_nothing_is_told_what_will_be_here(page):
    assert "Vous n’avez encore rien écrit" in page(make_user())


def test_as_many_questions_for_twenty_as_for_two(client, town):
    sign_in(client, town.author)
    client.get("/mon-espace")
    with statements() as few:
        client.get("/mon-espace")
    for number in range(18):
        one = make_contribution(town.campaign, author=town.author, title=f"Idée {number}")
        answered(town.council, Outcome.RETAINED, one)
        engagements.tie(town.council, town.engagement, one)
        commit()
    with statements() as many:
        client.get("/mon-espace")
    assert len(many) <= len(few) + 1 <= 13, "\n".join(one[:80] for one in many)


def test_reading_on_loses_and_repeats_nothing(client, town, monkeypatch):
    monkeypatch.setattr(mine, "PAGE", 3)
    for number in range(6):
        make_contribution(town.campaign, author=town.author, title=f"Idée {number}")
    seen, before = [], None
    while True:
        page = mine.my_contributions(town.author, before)
        seen += [one.id for one in page.rows]
        before = page.before
        if before is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 8
