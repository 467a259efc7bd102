"""Contributions close to what somebody writes: other names of the same thing, few or many."""

import pytest

from consult.contributions import queries
from consult.core import search
from consult.core.db import db
from tests.counting import statements
from tests.factories import make_campaign, make_contribution


@pytest.fixture
def campaign(ctx, noon, monkeypatch):
    monkeypatch.setattr(queries, "_samples", {})  # what was learnt of another campaign's words
    return make_campaign()


def proposed(campaign, words):
    return [one.title for one in queries.alike(campaign, words)]


def crowd(campaign, *titles):
    """More recent titles than those that are all compared, these in turn."""
    for number in range(queries.FEW + 40):
        title = f"{titles[number % len(titles)]} {number}"
        search.put("contribution", 10_000 + number, title, [], campaign_id=campaign.id)
    db.session.commit()


def test_another_name_is_proposed_after_the_same_word_and_nothing_else_is(campaign):
    for title in ("Ranger les patinettes", "Une haie au stade", "Ranger les trottinettes"):
        make_contribution(campaign, title=title)
    asked = "Des trottinettes en vrac"
    assert proposed(campaign, asked) == ["Ranger les trottinettes", "Ranger les patinettes"]


def test_an_expression_is_another_name_where_it_is_whole(campaign):
    for title in ("Un dos d'âne rue Haute", "Un âne rue Haute"):
        make_contribution(campaign, title=title)
    assert proposed(campaign, "Des ralentisseurs") == ["Un dos d'âne rue Haute"]


def test_among_many_the_rare_ones_are_found_by_their_other_name(campaign):
    for title in ("Ranger les patinettes", "Un dos d'âne rue Haute"):
        make_contribution(campaign, title=title)
    crowd(campaign, "Une fête au lavoir", "Un verger")
    assert proposed(campaign, "trottinettes") == ["Ranger les patinettes"]
    assert proposed(campaign, "Plus de ralentisseurs")[0] == "Un dos d'âne rue Haute"


def test_among_many_common_words_are_found_where_two_of_them_meet(campaign):
    make_contribution(campaign, title="Bannir les patinettes")
    crowd(campaign, "Des patinettes au soleil", "Bannir la foudre", "Un lavoir")
    with statements() as sent:
        assert proposed(campaign, "Interdire les trottinettes")[0] == "Bannir les patinettes"
    assert len(sent) <= 9, sent
