"""What those who follow a campaign are written when it changes."""

from datetime import timedelta

import pytest

from consult.campaigns import actions
from consult.core import clock
from consult.journal.actions import commit
from tests.campaigns.ready import PDF, facilitator, follow, published
from tests.factories import make_user
from tests.people.doors import links, post_around


def more_time(actor, campaign):
    propose = campaign.phases[0]
    last = clock.in_town(propose.closes_at).date() + timedelta(days=7)
    actions.extend(actor, campaign, propose, last=last, reason="La poste a tardé.")


def new_rules(actor, campaign):
    actions.change_rules(actor, campaign, reason="La poste a tardé.", audience="Dès 11 ans.")


def new_themes(actor, campaign):
    kept = [(theme.id, theme.title) for theme in campaign.themes]
    actions.set_themes(actor, campaign, [*kept, (None, "Eau")], reason="La poste a tardé.")


def end(actor, campaign):
    actions.cancel(actor, campaign, reason="La poste a tardé.")


def new_document(actor, campaign):
    actions.add_document(actor, campaign, data=PDF + b"2", name="b.pdf", title="Plan")


@pytest.mark.parametrize(
    ("change", "subject", "page"),
    [
        (more_time, "Plus de temps pour participer : La place", "/calendrier"),
        (new_rules, "Les règles changent : La place", "/regles#version-2"),
        (new_themes, "Les règles changent : La place", "/regles#version-2"),
        (end, "Consultation annulée : La place", ""),
        (new_document, "Un nouveau document au dossier : La place", "/dossier"),
    ],
)
def test_followers_get_a_letter_with_the_reason_and_one_link(
    app, ctx, noon, outbox, change, subject, page
):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    slug = campaign.slug
    follow(reader, campaign)
    change(actor, campaign)
    commit()
    # The letter goes once the hour of grouping is over.
    post_around(app, noon + timedelta(days=1))
    (letter,) = outbox
    assert letter.subject == subject
    assert letter.to == [reader.email]
    assert f"/consultations/{slug}{page}" in links(letter)
    assert ("La poste a tardé." in letter.body) is (change is not new_document)
