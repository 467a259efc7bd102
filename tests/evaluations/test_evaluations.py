"""Residents are asked what a plan did, from what the plan, its sheets and its indicators say."""

import html
import re

import pytest

from consult.campaigns import queries as campaigns
from consult.campaigns.models import Campaign, State
from consult.core.db import db
from consult.core.rules import Refused
from consult.evaluations import actions, queries
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName
from tests.counting import statements
from tests.engagements.making import carried_in, first_action, make_plan, published
from tests.factories import make_user, sign_in
from tests.indicators.making import clerk, entry, make_indicator, measured


@pytest.fixture
def facilitator(ctx, noon):
    return make_user(RoleName.FACILITATOR)


def words_of(page: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def a_measured_plan():
    """A published plan; one of its actions is measured."""
    plan = carried_in()
    bikes = make_indicator(plans=[plan], actions=[first_action(plan)])
    measured(bikes, entry(bikes, "Quartier du port", "14,7 %"))
    return plan


def opened(facilitator, plan, **said) -> Campaign:
    campaign = actions.open(
        facilitator,
        queries.matter(plan, None),
        **{"title": "Évaluation du plan", "paper": b"%PDF-1.7", **said},
    )
    commit()
    return campaign


def test_an_evaluation_begins_filled_in_from_the_plan_and_its_indicators(facilitator):
    plan = a_measured_plan()
    campaign = opened(facilitator, plan)
    assert campaign.state == State.DRAFT
    assert campaign.evaluates_id == plan.id
    tops = [part.name for part in queries.matter(plan, None).parts]
    assert [theme.title for theme in campaign.themes] == tops
    assert plan.title in campaign.presentation
    assert "Part du vélo" in campaign.presentation
    assert "14,7" in campaign.presentation
    [document] = campaign.documents
    assert document.title == plan.title
    assert document.file.media_type == "application/pdf"


def test_what_too_few_people_are_counted_in_is_masked_there_too(facilitator):
    plan = published(clerk(), make_plan(clerk()))
    helped = make_indicator(
        label="Personnes accompagnées", unit="", counts_people=True, plans=[plan]
    )
    measured(helped, entry(helped, "Quartier du port", "3"))
    assert "masqué, trop peu" in queries.presentation(queries.matter(plan, None))


def test_a_draft_plan_is_not_evaluated_and_only_a_facilitator_begins(facilitator):
    draft = make_plan(clerk())
    with pytest.raises(Refused) as refused:
        opened(facilitator, draft)
    assert "Publiez d’abord le plan" in str(refused.value.reason)
    plan = published(clerk(), draft)
    for actor in (None, make_user(), clerk()):
        with pytest.raises(Refused):
            opened(actor, plan)


def test_from_the_plan_to_the_consultation_and_back(facilitator, client):
    plan = a_measured_plan()
    db.session.commit()
    assert "Demander aux habitantes et habitants" not in client.get(f"/plans/{plan.slug}").text
    sign_in(client, facilitator)
    assert "Demander aux habitantes et habitants" in client.get(f"/plans/{plan.slug}").text
    page = client.get(f"/plans/{plan.slug}/evaluer").text
    assert "14,7" in page
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page).group(1)
    typed = {"title": "Que pensez-vous du plan ?", "question": "Et pour vous ?", "key": key}
    for _ in range(2):  # a double click makes one consultation
        reply = client.post(f"/plans/{plan.slug}/evaluer", data=typed)
        assert reply.status_code == 303
    [campaign] = Campaign.query.filter_by(evaluates_id=plan.id)
    assert reply.location.endswith(f"/consultations/{campaign.slug}/modifier")
    assert [one.name for one in Event.query.filter_by(subject_kind="campaign")] == [
        "evaluations.open"
    ]
    document = campaign.documents[0].file
    assert document.size > 5000, "the real paper of the plan"


def test_residents_see_what_there_is_to_judge(facilitator, client):
    plan = a_measured_plan()
    campaign = opened(facilitator, plan)
    address = f"/consultations/{campaign.slug}"
    assert client.get(f"{address}/a-evaluer").status_code == 404, "a draft"
    campaign.move_to(State.PUBLISHED)
    db.session.commit()
    assert plan.title in client.get(address).text
    page = words_of(client.get(f"{address}/a-evaluer").text)
    for said in (
        "Part du vélo",
        "14,7 %",
        *(part.name for part in queries.matter(plan, None).parts),
    ):
        assert said in page
    assert campaign.title in client.get(f"/plans/{plan.slug}").text
    other = campaigns.by_slug_or_404(campaign.slug, None)
    assert queries.evaluated(other).id == plan.id


def test_a_plan_of_many_actions_is_read_in_a_handful_of_questions(facilitator, client):
    plan = published(clerk(), make_plan(clerk(), *(f"Action {n}" for n in range(60))))
    campaign = opened(facilitator, plan)
    campaign.move_to(State.PUBLISHED)
    db.session.commit()
    client.get(f"/consultations/{campaign.slug}/a-evaluer")
    with statements() as sent:
        client.get(f"/consultations/{campaign.slug}/a-evaluer")
    assert len(sent) <= 12
