"""The promise as adopted beside today's: each word, each date that slips, each reason."""

import re

import pytest

from consult.engagements import actions as engagements
from consult.engagements import queries as plans
from consult.followup import promises
from consult.journal.actions import commit
from tests.engagements.making import clerk, first_action, first_engagement, make_plan, published


def revised(desk, subject, reason="Le chantier voisin.", **changes):
    engagements.revise(desk, subject, reason=reason, **changes)
    commit()


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("was", "became", "told"),
    [
        ("juin 2023", "mars 2024", "9 mois de plus"),
        ("second semestre 2023", "2024", "12 mois de plus"),
        ("juin 2024", "mars 2024", "3 mois de moins"),
        ("1er juin 2026", "13 juin 2026", "12 jours de plus"),
        ("13 juin 2026", "12 juin 2026", "un jour de moins"),
        ("15 juin 2026", "14 octobre 2026", "3 mois de plus"),  # not quite four
        ("juin 2023", "dès que possible", None),
        ("", "mars 2024", None),
        ("juin 2023", "", None),
    ],
)
def test_how_far_a_date_moved(ctx, was, became, told):
    slip = promises.slip({"dates": was}, {"dates": became})
    assert slip is not None
    assert (str(slip.distance) if slip.distance else None) == told


def test_the_same_date_in_other_words_did_not_move(ctx):
    assert promises.slip({"dates": "juin 2023"}, {"dates": "juin 2023"}) is None
    assert promises.slip({"dates": "juin 2023"}, {"dates": "Juin 2023"}).distance is None


def test_each_word_that_changed_is_seen_and_said(ctx, noon, client):
    desk = clerk()
    plan = published(
        desk,
        make_plan(desk, words="Douze lampes sur le môle.", dates_words="juin 2026"),
    )
    action = first_action(plan)
    assert "n’est plus exactement" not in client.get(f"/actions/{action.id}").text
    revised(
        desk,
        action,
        reason="Deux lampes gênaient les bateaux.",
        words="Dix lampes sur le môle.",
        dates_words="mars 2027",
    )
    page = client.get(f"/actions/{action.id}").text
    today = page.partition('id="today"')[2].partition('id="reports"')[0]
    assert '<del><span class="visually-hidden">retiré' in today
    assert re.search(r"<del>.*Douze.*</del>\s*<ins>.*Dix.*</ins>", today)
    assert "lampes sur le môle." in words_of(today)
    assert "Promis pour « juin 2026 », annoncé maintenant pour « mars 2027 » : 9 mois de plus" in (
        words_of(today)
    )
    revisions = page.partition('id="revised"')[2]
    assert "Deux lampes gênaient les bateaux." in revisions
    assert re.search(r"<del>.*Douze", revisions)


def test_the_account_of_a_plan(ctx, noon, client):
    desk = clerk()
    plan = published(desk, make_plan(desk, "Éclairer", "Paver", dates_words="juin 2026"))
    page = f"/plans/{plan.slug}/promesses"
    assert "mot pour mot comme elle a été adoptée" in client.get(page).text
    revised(desk, first_action(plan), dates_words="juin 2027", reason="Le budget.")
    revised(desk, first_engagement(plan), title="Un quai très sûr", reason="Un mot de plus.")
    engagements.undertake(
        desk,
        plan,
        title="Planter",
        engagements=[first_engagement(plan)],
        reason="Voté en juin.",
    )
    commit()
    account = promises.account(plans.of_plan(plan))
    assert (account.total, account.actions, account.later) == (3, 2, 1)
    assert [one.subject.title for one in account.changed] == ["Un quai très sûr", "Éclairer"]
    assert [one.subject.title for one in account.added] == ["Planter"]
    seen = words_of(client.get(page).text)
    for words in ("12 mois de plus", "Le budget.", "Un mot de plus.", "Voté en juin."):
        assert words in seen
    assert f"{account.kept} sur 3" in seen


def test_nothing_is_frozen_before_the_vote(ctx, noon, client):
    desk = clerk()
    plan = make_plan(desk)
    assert promises.account(plans.of_plan(plan)) is None
