"""What a campaign lacks is said, one sentence each, with where to fill it."""

from datetime import timedelta

import pytest

from consult.campaigns import actions
from consult.campaigns.actions import Dates
from consult.campaigns.models import LegalNature, PhaseKind, State
from consult.campaigns.queries import REQUIRED, gaps
from consult.core import clock
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from tests.campaigns.ready import PDF, TEXTS, calendar, facilitator, published, ready


def keys(campaign):
    return [gap.key for gap in gaps(campaign)]


def test_a_new_campaign_lacks_everything(ctx, noon):
    campaign = actions.create(facilitator(), title="La place")
    commit()
    assert keys(campaign) == [*REQUIRED, "phases", "documents"]
    assert all(str(gap.words).endswith(".") for gap in gaps(campaign))
    assert [(gap.page, gap.field) for gap in gaps(campaign)[-2:]] == [
        ("schedule", "propose-first"),
        ("add_document", "file"),
    ]


def test_a_complete_campaign_lacks_nothing(ctx, noon):
    assert keys(ready(facilitator())) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_each_text_left_out_is_missed(ctx, noon, name):
    actor = facilitator()
    campaign = ready(actor)
    actions.edit(actor, campaign, **{name: None if name == "legal_nature" else "  "})
    commit()
    (gap,) = gaps(campaign)
    assert (gap.key, gap.page, gap.field) == (name, "edit", name)
    with pytest.raises(Refused) as refused:
        actions.publish(actor, campaign)
    assert str(gap.words) in str(refused.value.reason)
    assert campaign.state == State.DRAFT


def test_a_file_without_a_document_is_missed(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    actions.remove_document(actor, campaign, campaign.documents[0])
    commit()
    assert keys(campaign) == ["documents"]


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ({}, "au moins une étape"),
        ({PhaseKind.ANSWER: (0, 30)}, "au moins une étape"),
        ({PhaseKind.PROPOSE: (0, None)}, "dernier jour à l’étape «\xa0Proposer\xa0»"),
        ({PhaseKind.PROPOSE: (-30, -2)}, "déjà passé"),
        (
            {PhaseKind.PROPOSE: (0, 5)},
            "au moins 7 jours pour participer\xa0; le calendrier en laisse 6",
        ),
        ({PhaseKind.PROPOSE: (-9, 3)}, "le calendrier en laisse 4"),
        ({PhaseKind.PROPOSE: (0, 6)}, None),
        ({PhaseKind.VOTE: (40, 50)}, None),
        ({PhaseKind.PROPOSE: (0, 3), PhaseKind.VOTE: (5, 9)}, None),
    ],
)
def test_the_calendar_leaves_people_time(ctx, noon, steps, sentence):
    actor, today = facilitator(), clock.today()
    campaign = ready(actor)

    def day(number):
        return None if number is None else today + timedelta(days=number)

    actions.schedule(
        actor,
        campaign,
        {kind: Dates(day(first), day(last)) for kind, (first, last) in steps.items()},
    )
    commit()
    assert [sentence in str(gap.words) for gap in gaps(campaign)] == ([True] if sentence else [])


def test_a_law_may_ask_for_more_time(ctx, noon):
    actor, today = facilitator(), clock.today()
    campaign = ready(actor)
    actions.edit(actor, campaign, legal_nature=LegalNature.ENVIRONMENT)
    for days, missing in ((20, ["phases"]), (21, [])):
        dates = Dates(today, today + timedelta(days=days - 1))
        actions.schedule(actor, campaign, {PhaseKind.DISCUSS: dates})
        assert keys(campaign) == missing
    commit()


def test_a_title_from_elsewhere_that_says_referendum_is_missed(ctx, noon):
    campaign = ready(facilitator())
    campaign.title = "Le référendum"
    assert keys(campaign) == ["title"]


def test_what_is_public_stays_complete(ctx, noon):
    actor = facilitator()
    campaign = published(actor, first=clock.today() + timedelta(days=5))
    number = campaign.id
    for spoil in (
        lambda: actions.edit(actor, campaign, purpose=""),
        lambda: actions.schedule(actor, campaign, {}),
        lambda: actions.remove_document(actor, campaign, campaign.documents[0]),
        lambda: actions.schedule(actor, campaign, calendar(clock.today() - timedelta(days=1))),
    ):
        with pytest.raises(Refused):
            spoil()
        rollback()
        assert campaign.id == number
        assert campaign.purpose == TEXTS["purpose"]


def test_a_document_is_judged_by_its_content(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    with pytest.raises(Refused):
        actions.add_document(actor, campaign, data=b"<html>", name="a.pdf", title="Faux")
    rollback()
    again = actions.add_document(actor, campaign, data=PDF, name="b.pdf", title="Étude")
    commit()
    assert [again] == campaign.documents
    assert (again.file.name, again.file.media_type) == ("etude.pdf", "application/pdf")
