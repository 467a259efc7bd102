"""Two editions side by side: which actions moved, and how much is known, with denominators."""

from datetime import date, timedelta

import pytest

from consult.core import clock
from consult.engagements import actions as engagements
from consult.engagements import queries as plans
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.followup import asking, comparing, queries
from consult.journal.actions import commit
from tests.engagements.making import (
    clerk,
    first_engagement,
    link,
    make_plan,
    published,
)
from tests.factories import sign_in
from tests.followup.test_actions import report

YEAR = timedelta(days=365)


def edition(actor, plan, title):
    made = followup.publish_edition(actor, plan, title=title, as_of=clock.today())
    commit()
    return made


@pytest.fixture
def story(ctx, noon):
    """Three actions; a first edition, a year, a second one where two moved and one is new."""
    desk = clerk()
    plan = published(desk, make_plan(desk, "Un", "Deux", "Trois"))
    one, two, _three = plans.actions_of(plan)
    report(desk, one, Progress.STARTED)
    edition(desk, plan, "Année 1")
    with clock.frozen(noon + YEAR):
        report(desk, one, Progress.DONE, effective_on=date(2027, 6, 1), evidence=[link()])
        report(desk, two, Progress.PLANNED, effective_on=date(2027, 6, 1))
        engagements.undertake(
            desk, plan, title="Quatre", engagements=[first_engagement(plan)], reason="Voté."
        )
        commit()
        edition(desk, plan, "Année 2")
    return plan


def test_which_actions_moved_and_how(story, client):
    slug = story.slug
    page = client.get(f"/plans/{slug}/bilans/comparer?de=annee-1&a=annee-2")
    assert page.status_code == 200
    contents = [queries.edition_or_404(story, name).content for name in ("annee-1", "annee-2")]
    found = comparing.compared(*contents)
    assert [(one.title, one.was, one.became) for one in found.moved] == [
        ("Un", Progress.STARTED, Progress.DONE),
        ("Deux", Progress.UNKNOWN, Progress.PLANNED),
        ("Quatre", None, Progress.UNKNOWN),
    ]
    assert sum(one.number for one in found.passages) == 4
    assert found.common == 3
    text = page.text.replace("\xa0", " ")
    for words in ("3 actions ont changé d’état", "sur 3 actions", "Pas encore dans le plan"):
        assert words in text
    assert "1 <span" in text.replace("\n", "")


def test_coverage_has_denominators(story, noon, client):
    first = queries.edition_or_404(story, "annee-1")
    known = comparing.covered(first.content, first.as_of)
    assert known == comparing.Coverage(3, 1, 0, 1, 0, 0)
    second = queries.edition_or_404(story, "annee-2")
    assert comparing.covered(second.content, second.as_of) == (4, 2, 1, 2, 0, 0)
    old = {**first.content, "figures": {"actions": 3, "statuses": {}}}
    assert comparing.covered(old, first.as_of).asked is None
    with clock.frozen(noon + YEAR):
        today = comparing.coverage(
            plans.of_plan(story), queries.standing(story), asking.counted(story)
        )
        assert today == (4, 2, 1, 2, 0, 0)
        seen = client.get(f"/plans/{story.slug}").text
        assert "actions dont l’état est connu" in seen
    with clock.frozen(noon + 3 * YEAR):
        later = comparing.coverage(
            plans.of_plan(story), queries.standing(story), asking.counted(story)
        )
        assert later.lately == 0


def test_without_a_choice_the_last_two(story, client):
    seen = client.get(f"/plans/{story.slug}/bilans/comparer").text
    assert '<option value="annee-1" selected>' in seen
    assert '<option value="annee-2" selected>' in seen


def test_an_edition_beside_today(story, noon, client):
    desk = clerk()
    with clock.frozen(noon + YEAR + timedelta(days=9)):
        three = plans.actions_of(story)[2]
        report(desk, three, Progress.ABANDONED, words="Trop cher.", effective_on=date(2027, 6, 20))
        page = f"/plans/{story.slug}/bilans/comparer?de=annee-2&a=aujourdhui"
        seen = client.get(page).text
    assert "Une action a changé d’état" in seen


@pytest.mark.parametrize("asked", ["de=autre", "a=autre", "de=aujourdhui"])
def test_what_does_not_exist(story, client, asked):
    assert client.get(f"/plans/{story.slug}/bilans/comparer?{asked}").status_code == 404


def test_before_the_first_edition(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    assert "Pas encore d’édition" in client.get(f"/plans/{plan.slug}/bilans/comparer").text
    draft = make_plan(clerk(), "Secret")
    assert client.get(f"/plans/{draft.slug}/bilans/comparer").status_code == 404
    assert sign_in(client, clerk()).get(f"/plans/{draft.slug}/bilans/comparer").status_code == 200
