"""The first page: what the town asks now, what became of the past, the latest evidence."""

from datetime import timedelta

import pytest

from consult.campaigns.models import PhaseKind
from consult.core import clock
from consult.core.db import db
from tests.counting import statements
from tests.factories import make_campaign, make_contribution
from tests.portal.making import links_in, make_town, text_of

BUDGET = 12


@pytest.fixture
def home(client):
    return lambda: text_of(client.get("/")).replace("\xa0", " ")


def test_an_empty_site_says_what_will_come(home, noon, ctx):
    words = home()
    assert "Aucune consultation n’est ouverte" in words or "Pas de consultation" in words
    assert "non conforme" in words


def test_the_town_asks_one_thing_with_its_time_and_its_deed(client, home, noon, ctx):
    campaign = make_campaign(
        PhaseKind.PROPOSE,
        question="Où planter cent arbres ?",
        decider="Le conseil municipal",
        purpose="Le conseil votera une liste.",
    )
    words = home()
    assert "Où planter cent arbres ?" in words
    assert "jusqu’au 15 juillet 2026" in words
    assert "Le conseil votera une liste." in words
    assert f"/consultations/{campaign.slug}/contributions/nouvelle" in links_in(client.get("/"))


@pytest.mark.parametrize(
    ("phase", "deed"),
    [(PhaseKind.VOTE, "Lire et soutenir"), (PhaseKind.DISCUSS, "Lire et commenter")],
)
def test_the_deed_follows_the_step(home, noon, ctx, phase, deed):
    make_campaign(phase)
    assert deed in home()


def test_figures_have_their_denominators_and_their_day(home, noon, ctx):
    make_town()
    words = home()
    assert "Ce que sont devenues vos contributions, au 15 juin 2026" in words
    assert "5 contributions reçues" in words
    assert "4 sur 5 publiées" in words
    assert "2 sur 4 ont reçu une réponse" in words
    assert "1 sur 2 retenues" in words
    assert "1 sur 1 actions réalisées" in words


def test_the_latest_evidence_leads_to_its_action(client, home, noon, ctx):
    town = make_town()
    assert "Les bancs posés" in home()
    reply = client.get("/")
    assert f"/actions/{town.action.id}" in links_in(reply)
    assert 'src="/fichiers/1/bancs.webp" alt="Dix bancs sous les tilleuls"' in reply.text


def test_the_demonstration_is_never_counted_as_the_town_s(home, noon, ctx):
    make_contribution(make_campaign(is_demo=True))
    assert "Ces chiffres sont ceux de la démonstration" in home()
    make_contribution(make_campaign())
    words = home()
    assert "ceux de la démonstration" not in words
    assert "1 contributions reçues" in words


def test_drafts_are_not_shown(home, noon, ctx):
    make_campaign(published=False, title="Encore secrète", question="Rien à voir ?")
    assert "secrète" not in home()
    assert "Rien à voir" not in home()


def test_a_past_consultation_without_results_says_since_when(home, noon, ctx):
    campaign = make_campaign(PhaseKind.PROPOSE)
    campaign.phases[0].closes_at = clock.now() - timedelta(days=12)
    db.session.commit()
    assert "résultats attendus depuis 12 jours" in home()


def test_it_asks_little_of_the_database(client, noon, ctx):
    make_town()
    for _ in range(8):
        make_contribution()
    client.get("/")
    with statements() as sent:
        client.get("/")
    assert len(sent) <= BUDGET, "\n".join(sent)
