"""The guarantor: reads everything, changes nothing, publishes a report that nobody takes away."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns import actions as campaigns
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Verdict
from consult.oversight import actions, queries
from consult.oversight.models import Report
from consult.people import actions as people
from consult.people import queries as accounts
from consult.people.models import Role, RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.portal.making import make_town, text_of


@pytest.fixture
def town(noon, ctx):
    return make_town()


@pytest.fixture
def guarantor(town):
    return make_user(RoleName.GUARANTOR, name="Dominique Roche")


@pytest.fixture
def desk(client, guarantor):
    """The pages of the guarantor, as text."""
    sign_in(client, guarantor)
    return lambda path="": text_of(client.get(f"/garant{path}")).replace("\xa0", " ")


def published(guarantor, campaign, words="J'ai tout lu. *Rien* n'a été caché sans motif."):
    report = actions.publish(guarantor, campaign, words=words)
    commit()
    return report


# The desk.


def test_the_desk_lists_what_the_guarantor_watches_over(desk, town):
    assert town.campaign.title in desk()


def test_a_guarantor_of_one_consultation_sees_that_one(client, town):
    other = make_campaign(title="Une autre question")
    watcher = make_user()
    db.session.add(Role(user_id=watcher.id, name=RoleName.GUARANTOR, campaign_id=other.id))
    db.session.commit()
    sign_in(client, watcher)
    listed = text_of(client.get("/garant"))
    assert "Une autre question" in listed
    assert town.campaign.title not in listed
    assert client.get(f"/garant/{town.campaign.slug}").status_code == 403


def test_figures_and_delays_stand_there(desk, town):
    words = desk(f"/{town.campaign.slug}")
    assert "Refusé" in words
    assert "2 sur 4" in words  # answered, of those on show


def test_what_waits_too_long_is_said(desk, town):
    with clock.frozen(clock.now() - timedelta(days=5)):
        make_contribution(town.campaign, status=Status.PENDING, title="Personne ne m'a lu")
    assert "Un texte attend depuis plus de 72 heures" in desk(f"/{town.campaign.slug}")


def test_every_text_is_read_even_what_nobody_else_sees(desk, town):
    make_contribution(town.campaign, status=Status.PENDING, title="En attente de lecture ici")
    make_contribution(town.campaign, status=Status.RESTRICTED, title="Masquée ensuite")
    words = desk(f"/{town.campaign.slug}/textes")
    for title in ("En attente de lecture ici", "Masquée ensuite", "Des mots durs", "Un ponton"):
        assert title in words
    refused = desk(f"/{town.campaign.slug}/textes?statut=refused")
    assert "Des mots durs" in refused
    assert "Un ponton" not in refused


def test_drafts_are_their_author_s_alone(desk, town):
    make_contribution(town.campaign, status=Status.DRAFT, title="Pas encore envoyée")
    assert "Pas encore envoyée" not in desk(f"/{town.campaign.slug}/textes")


def test_reading_on_misses_no_text(town, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    seen, before = [], None
    while True:
        page, before = queries.texts(town.campaign, None, before)
        seen += [text.post.id for text in page]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 5


def test_every_line_of_the_consultation_is_told_in_words(desk, town):
    words = desk(f"/{town.campaign.slug}/journal")
    assert "La ville a répondu : retenue" in words
    assert "answers." not in words


def test_the_guarantor_changes_nothing(town, guarantor):
    with pytest.raises(Refused):
        people.grant(guarantor, make_user(), name=RoleName.COUNCIL)
    with pytest.raises(Refused):
        moderation.decide(guarantor, town.unanswered, verdict=Verdict.KEEP)


# The report.


def test_a_report_is_written_kept_and_published(client, guarantor, town):
    sign_in(client, guarantor)
    slug = town.campaign.slug
    client.post(f"/garant/{slug}/rapport/brouillon", data={"words": "Un début"})
    assert "Un début" in client.get(f"/garant/{slug}/rapport").text
    public = f"/consultations/{slug}/rapport-du-garant"
    assert "Un début" not in client.get(public).text
    client.post(f"/garant/{slug}/rapport", data={"words": "# Bilan\n\nTout s'est bien tenu."})
    page = client.get(public).text
    assert "Bilan</h" in page
    assert "Dominique Roche" in page
    assert queries.draft_of(town.campaign) is None
    for where in (f"/consultations/{slug}", f"/consultations/{slug}/suites"):
        assert public in client.get(where).text


def test_publishing_twice_publishes_once(client, guarantor, town):
    sign_in(client, guarantor)
    for _ in range(2):
        client.post(f"/garant/{town.campaign.slug}/rapport", data={"words": "Bilan."})
    assert [one.number for one in queries.reports(town.campaign)] == [1]


def test_an_empty_report_is_not_published(client, guarantor, town):
    sign_in(client, guarantor)
    reply = client.post(f"/garant/{town.campaign.slug}/rapport", data={"words": "  "})
    assert "Écrivez le rapport avant de le publier." in text_of(reply)
    assert not queries.reports(town.campaign)


def test_it_is_corrected_by_a_version_with_its_reason_and_the_first_stays(client, guarantor, town):
    published(guarantor, town.campaign, "Dix textes refusés.")
    sign_in(client, guarantor)
    form = {"number": "2", "words": "Onze textes refusés.", "reason": "Un décompte oublié."}
    client.post(f"/garant/{town.campaign.slug}/rapport/correction", data=form)
    client.post(f"/garant/{town.campaign.slug}/rapport/correction", data=form)
    page = text_of(client.get(f"/consultations/{town.campaign.slug}/rapport-du-garant"))
    for said in ("Onze textes refusés.", "Dix textes refusés.", "Un décompte oublié."):
        assert said in page
    assert [one.number for one in queries.reports(town.campaign)] == [2, 1]


def test_a_correction_without_a_reason_is_refused(client, guarantor, town):
    published(guarantor, town.campaign)
    sign_in(client, guarantor)
    form = {"number": "2", "words": "Autre chose.", "reason": ""}
    reply = client.post(f"/garant/{town.campaign.slug}/rapport/correction", data=form)
    assert "Dites ce qui est corrigé" in text_of(reply)
    assert len(queries.reports(town.campaign)) == 1


@pytest.mark.parametrize(
    "role", [RoleName.ADMINISTRATOR, RoleName.COUNCIL, RoleName.FACILITATOR, None]
)
def test_nobody_else_writes_publishes_or_corrects(town, guarantor, role):
    other = make_user(*([role] if role else []))
    campaign = town.campaign
    with pytest.raises(Refused):
        actions.draft(other, campaign, words="x")
    with pytest.raises(Refused):
        actions.publish(other, campaign, words="x")
    published(guarantor, campaign)
    with pytest.raises(Refused):
        actions.correct(other, campaign, number=2, words="x", reason="y")


def test_not_even_the_command_line(town):
    with pytest.raises(Refused):
        actions.publish(accounts.system(), town.campaign, words="Tout va bien.")


@pytest.mark.parametrize(
    "change", [sa.update(Report).values(words="Tout va bien."), sa.delete(Report)]
)
def test_the_database_itself_refuses_to_change_or_remove_a_report(town, guarantor, change):
    published(guarantor, town.campaign)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(change)
    db.session.rollback()


def test_it_stays_whatever_the_organiser_does_with_the_consultation(client, town, guarantor):
    published(guarantor, town.campaign)
    organiser = make_user(RoleName.FACILITATOR)
    asked = make_campaign(slug="annulee")
    published(guarantor, asked, "Elle a été *bien* tenue.")
    campaigns.cancel(organiser, asked, reason="Faute de budget.")
    commit()
    assert "Elle a été bien tenue." in text_of(
        client.get("/consultations/annulee/rapport-du-garant")
    )
    page = client.get(f"/consultations/{town.campaign.slug}/rapport-du-garant")
    assert "caché sans motif" in text_of(page)


def test_those_who_follow_the_consultation_are_told(town, guarantor, outbox):
    follower = make_user()
    people.follow(follower, town.campaign)
    commit()
    published(guarantor, town.campaign)
    told = db.session.execute(sa.text("SELECT user_id FROM notification")).scalars().all()
    assert follower.id in told
