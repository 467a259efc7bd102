"""Feeds that anybody may follow without an account: what happened, in words, and nobody's name."""

import html
from xml.etree import ElementTree

import pytest

from consult.core.db import db
from consult.engagements import actions as engagements
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_campaign, make_contribution
from tests.portal.making import make_town

ATOM = "{http://www.w3.org/2005/Atom}"
BUDGET = 12


@pytest.fixture
def town(noon, ctx):
    return make_town()


@pytest.fixture
def feed(client):
    def read(path: str) -> ElementTree.Element:
        reply = client.get(path)
        assert reply.status_code == 200
        assert reply.mimetype == "application/atom+xml"
        return ElementTree.fromstring(reply.data)

    return read


def titles(feed: ElementTree.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in feed.iter(f"{ATOM}entry")]


def addresses(town) -> list[str]:
    plan = f"/plans/{town.plan.slug}"
    return [
        "/flux.atom",
        "/consultations/nos-quais/flux.atom",
        f"/contributions/{town.retained.id}/flux.atom",
        f"{plan}/flux.atom",
        f"{plan}/engagements/{town.engagement.id}/flux.atom",
        f"/actions/{town.action.id}/flux.atom",
    ]


def test_each_feed_is_whole(feed, town):
    for path in addresses(town):
        read = feed(path)
        assert read.find(f"{ATOM}link[@rel='self']").get("href") == f"http://localhost{path}"
        entries = list(read.iter(f"{ATOM}entry"))
        assert entries, path
        numbers = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(numbers) == len(set(numbers))
        dates = [entry.findtext(f"{ATOM}updated") for entry in entries]
        assert dates == sorted(dates, reverse=True)
        assert read.findtext(f"{ATOM}updated") == dates[0]


def test_they_speak_in_words(feed, town):
    assert "Poser dix bancs – Point d’avancement : Réalisé" in titles(feed("/flux.atom"))[
        0
    ].replace("\xa0", " ")
    told = [title.replace("\xa0", " ") for title in titles(feed(addresses(town)[2]))]
    assert told == [
        "Poser dix bancs – Point d’avancement : Réalisé",
        "Des bancs au quai – La ville a répondu : retenue",
        "Des bancs au quai – Nouvelle contribution",
    ]


def test_no_entry_leads_nowhere(client, feed, town):
    for path in addresses(town):
        for entry in feed(path).iter(f"{ATOM}entry"):
            link = entry.find(f"{ATOM}link").get("href").removeprefix("http://localhost")
            assert client.get(link.partition("#")[0]).status_code == 200, link


def test_a_report_on_an_action_reaches_its_engagement_its_plan_and_its_contributions(feed, town):
    followup.report(
        town.council,
        town.action,
        progress=Progress.SUSPENDED,
        effective_on=town.plan.act.adopted_on,
        words="Le bois manque.",
    )
    commit()
    for path in addresses(town):
        assert any("Suspendu" in title for title in titles(feed(path))), path
        first = next(
            entry for entry in feed(path).iter(f"{ATOM}entry") if "Suspendu" in entry[0].text
        )
        assert first.findtext(f"{ATOM}summary") == "Le bois manque."


def test_nobody_is_named(client, town):
    for path in addresses(town):
        words = client.get(path).text
        for secret in ("Camille du Port", "exemple.fr", "Claire Martin", "Un passage refusé"):
            assert secret not in words, path


def test_words_of_people_stay_words(feed, client, noon, ctx):
    campaign = make_campaign(slug="mots")
    make_contribution(campaign, title="<b>Gras</b> & \x0bbizarre", body="<img src=x onerror=1> 1<2")
    read = feed("/consultations/mots/flux.atom")
    (entry,) = read.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title").startswith("<b>Gras</b> & bizarre")
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert "<img" not in summary.text
    assert "1<2" in html.unescape(summary.text)


def test_what_is_not_public_has_no_feed(client, town):
    refused = make_contribution(town.campaign, status=Status.REFUSED)
    draft = make_campaign(published=False)
    plan = engagements.create(town.council, title="En préparation")
    commit()
    engagement = engagements.commit(town.council, plan, title="Promesse")
    action = engagements.undertake(town.council, plan, title="Geste", engagements=[engagement])
    commit()
    for path in (
        f"/contributions/{refused.id}",
        f"/consultations/{draft.slug}",
        f"/plans/{plan.slug}",
        f"/plans/{plan.slug}/engagements/{engagement.id}",
        f"/actions/{action.id}",
        "/contributions/999999",
    ):
        assert client.get(f"{path}/flux.atom").status_code == 404, path
    assert "En préparation" not in client.get("/flux.atom").text


def test_a_feed_without_news_does_not_change_by_itself(client, noon, ctx):
    make_campaign(slug="calme")
    first = client.get("/consultations/calme/flux.atom").data
    assert first == client.get("/consultations/calme/flux.atom").data


def test_pages_name_their_feed(client, town):
    for page, path in (
        ("/", "/flux.atom"),
        ("/consultations/nos-quais", addresses(town)[1]),
        (f"/contributions/{town.retained.id}", addresses(town)[2]),
        (f"/plans/{town.plan.slug}", addresses(town)[3]),
        (f"/plans/{town.plan.slug}/engagements/{town.engagement.id}", addresses(town)[4]),
        (f"/actions/{town.action.id}", addresses(town)[5]),
    ):
        head = client.get(page).text.partition("</head>")[0]
        assert 'type="application/atom+xml"' in head, page
        assert f'href="{path}"' in head, page


def test_they_ask_little_of_the_database(client, town):
    assert db.session.query(Event).count()
    for path in addresses(town):
        client.get(path)
        with statements() as sent:
            client.get(path)
        assert len(sent) <= BUDGET, path
