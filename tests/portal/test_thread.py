"""What became of your contributions: figures with their denominators, and links all the way."""

import html
import re

import pytest

from consult.contributions.models import Outcome
from consult.core.db import db
from consult.engagements import actions as engagements
from consult.engagements.models import Origin, Progress
from consult.followup import actions as followup
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import RoleName
from consult.portal import thread
from tests.counting import statements
from tests.engagements.making import carried_in
from tests.factories import make_campaign, make_contribution, make_user, reasons, sign_in
from tests.portal.making import answered, links_in, make_town, text_of

BUDGET = 12
PAGE = "/consultations/nos-quais/suites"


@pytest.fixture
def town(noon, ctx):
    return make_town()


def figures(reply) -> dict[str, str]:
    """Every figure of the page by its label: « 2 sur 4 »."""
    found = re.findall(
        r'<span class="value">(.*?)</span>\s*<span class="label">(.*?)</span>', reply.text, re.S
    )
    clean = [[" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in pair] for pair in found]
    return {html.unescape(label): value for value, label in clean}


def test_every_figure_has_its_denominator(client, town):
    reply = client.get(PAGE)
    assert figures(reply) == {
        "contributions reçues": "5",
        "publiées": "4 sur 5",
        "ont reçu une réponse de la ville": "2 sur 4",
        "retenues, en tout ou en partie": "1 sur 2",
        "à l’origine d’un engagement ou d’une action": "1 sur 4",
        "actions promises": "1",
        "en cours": "0 sur 1",
        "réalisées": "1 sur 1",
        "en retard": "0 sur 1",
        "abandonnées": "0 sur 1",
    }
    words = text_of(reply)
    assert "En chiffres, au 15 juin 2026" in words
    assert "pour la moitié d’entre elles, en 10 jours au plus" in words
    assert "1 a été refusée avec un motif" in words


def test_the_picture_and_the_table_say_the_same(client, town):
    told = thread.story(town.campaign)
    with client.application.test_request_context():
        picture = thread.picture(told)
        rows = [(row.source.label, row.target.label, row.value) for row in picture.rows()]
    assert rows == [
        ("Ombre", "Retenue", 1),
        ("Marche", "Non retenue", 1),
        ("Marche", "Pas encore de réponse", 1),
        ("Sans thème", "Pas encore de réponse", 1),
        ("Retenue", "Des quais à l'ombre", 1),
        ("Des quais à l'ombre", "Réalisé", 1),
    ]
    reply = client.get(PAGE)
    assert reply.text.count('<svg class="flow-wide"') == 1
    for source, target, value in rows:
        assert html.unescape(reply.text).count(f"{source} → {target}") >= 2, (source, value)


def test_each_band_leads_to_what_it_stands_for(client, town):
    theme = town.campaign.themes[0].id
    links = links_in(client.get(PAGE))
    assert f"/consultations/nos-quais/contributions?theme={theme}&outcome=retained" in links
    assert "/consultations/nos-quais/contributions?outcome=none" in links
    assert f"/plans/{town.plan.slug}/engagements/{town.engagement.id}" in links
    for link in links:
        assert client.get(link, follow_redirects=True).status_code == 200, link


def test_what_is_retained_and_not_tied_yet_is_drawn_so(client, town):
    answered(town.council, Outcome.PARTLY, town.unanswered, part="le ponton nord")
    words = text_of(client.get(PAGE))
    assert "2 sur 3 retenues" in words
    assert "Pas encore rattachées à un engagement" in words


def test_an_engagement_whose_actions_differ_says_so(client, town):
    engagements.undertake(
        town.council, town.plan, title="Planter", engagements=[town.engagement], reason="Ajout."
    )
    engagements.tie(town.council, town.engagement, town.unanswered)
    commit()
    with client.application.test_request_context():
        rows = thread.picture(thread.story(town.campaign)).rows()
    assert ("Plusieurs actions, pas toutes au même point", 1) in [
        (row.target.label, row.value) for row in rows
    ]


def test_a_contribution_tied_twice_is_counted_once(town):
    engagements.tie(town.council, town.engagement, town.retained)
    commit()
    assert thread.story(town.campaign).tied == 1


def test_what_is_hidden_afterwards_leaves_the_figures(client, town):
    facilitator = make_user(RoleName.FACILITATOR)
    moderation.decide(
        facilitator,
        town.retained,
        verdict=Verdict.RESTRICT,
        why=reasons(town.retained, Ground.PRIVACY, "Un nom y figure."),
    )
    commit()
    told = thread.story(town.campaign)
    assert (told.figures.published, told.tied) == (3, 0)


def test_many_ties_are_counted_again_only_after_a_change(town, monkeypatch):
    monkeypatch.setattr(thread, "REMEMBERED", 1)
    thread._remembered.clear()
    for _ in range(2):
        assert thread.story(town.campaign).tied == 1
    with statements() as sent:
        assert thread.story(town.campaign).tied == 1
    assert not any("FROM origin" in one for one in sent)
    engagements.untie(town.council, db.session.query(Origin).one())
    commit()
    assert thread.story(town.campaign).tied == 0


def test_from_any_contribution_to_the_evidence_and_back_in_three_clicks(client, town):
    proof = f"/fichiers/{town.action.plan_id and 1}/bancs.webp"
    contribution, action = f"/contributions/{town.retained.id}", f"/actions/{town.action.id}"

    def within(start: str, goal: str, clicks: int) -> bool:
        seen, here = {start}, {start}
        for _ in range(clicks):
            here = {link for page in here for link in links_of(client, page)} - seen
            if any(link.startswith(goal) for link in here):
                return True
            seen |= here
        return False

    assert proof in pictures_of(client, action), "the evidence stands on the page of the action"
    assert within(contribution, action, 2)
    assert within(action, contribution, 3)
    assert within(PAGE, action, 1)
    assert within("/", action, 3)


def links_of(client, page: str) -> set[str]:
    reply = client.get(page)
    is_page = reply.status_code == 200 and reply.mimetype == "text/html"
    return links_in(reply) if is_page else set()


def pictures_of(client, page: str) -> set[str]:
    return set(re.findall(r'(?:src|href)="(/fichiers/[^"]+)"', client.get(page).text))


def test_a_campaign_carried_in_from_a_document_says_what_is_known(client, noon, ctx):
    plan = carried_in()
    slug = plan.campaigns[0].slug
    reply = client.get(f"/consultations/{slug}/suites")
    words = text_of(reply)
    assert "non communiqué" in words
    assert "contributions reçues" not in figures(reply)
    assert figures(reply)["non renseignées"].endswith(f"sur {figures(reply)['actions promises']}")
    links = links_in(reply)
    assert f"/plans/{plan.slug}" in links
    assert any(link.startswith(f"/plans/{plan.slug}/editions/") for link in links)
    assert "<svg" in reply.text


def test_a_campaign_without_anything_says_what_will_be_here(client, noon, ctx):
    campaign = make_campaign()
    words = text_of(client.get(f"/consultations/{campaign.slug}/suites"))
    assert "Pas encore de contribution" in words or "No contribution yet" not in words
    assert "Pas encore de plan" in words


def test_a_plan_is_not_told_before_it_is_published(client, noon, ctx):
    council = make_user(RoleName.COUNCIL)
    contribution = make_contribution()
    plan = engagements.create(council, title="Secret", campaigns=[contribution.campaign])
    commit()
    engagement = engagements.commit(council, plan, title="Caché", origins=[contribution])
    engagements.undertake(council, plan, title="Masquée", engagements=[engagement])
    commit()
    reply = client.get(f"/consultations/{contribution.campaign.slug}/suites")
    for word in ("Secret", "Caché", "Masquée"):
        assert word not in reply.text


def test_it_asks_as_much_of_the_database_with_one_contribution_as_with_many(client, town):
    client.get(PAGE)
    with statements() as few:
        client.get(PAGE)
    for number in range(12):
        one = make_contribution(town.campaign, title=f"Idée {number}")
        answered(town.council, Outcome.RETAINED, one)
        engagements.undertake(
            town.council,
            town.plan,
            title=f"Action {number}",
            engagements=[town.engagement],
            origins=[one],
            reason="Ajout.",
        )
        commit()
    with statements() as many:
        assert "13 sur 16" in text_of(client.get(PAGE))
    assert len(many) == len(few) <= BUDGET
    sign_in(client, town.council)
    with statements() as signed:
        client.get(PAGE)
    assert len(signed) <= BUDGET, "\n".join(one[:70] for one in signed)


def test_a_late_action_is_late_in_the_figures(client, town):
    late = engagements.undertake(
        town.council,
        town.plan,
        title="Border le canal",
        engagements=[town.engagement],
        dates_words="mars 2026",
        reason="Ajout.",
    )
    commit()
    assert figures(client.get(PAGE))["en retard"] == "0 sur 2"  # nobody said where it stands
    followup.report(
        town.council, late, progress=Progress.STARTED, effective_on=town.plan.act.adopted_on
    )
    commit()
    assert figures(client.get(PAGE))["en retard"] == "1 sur 2"
    assert figures(client.get(PAGE))["en cours"] == "1 sur 2"
