"""In the months before an election nothing new that praises appears without a name."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from consult.answers import actions as answers
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.engagements import actions as engagements
from consult.followup import actions as followup
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from consult.pluralism import actions as pluralism
from consult.pluralism import queries
from consult.pluralism.models import Publication
from tests.engagements.making import adopted, clerk, make_plan, published
from tests.factories import make_campaign, make_user, sign_in

SIGNED = {
    "name": "Dominique Petit",
    "quality": "Directrice des affaires juridiques",
    "reason": "Compte rendu annuel prévu par le plan.",
}


def make_period(starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 30)):
    period = pluralism.set_period(
        make_user(RoleName.ADMINISTRATOR),
        label="Élections municipales",
        starts_on=starts_on,
        ends_on=ends_on,
    )
    commit()
    return period


def test_the_period_runs_from_its_first_day_to_its_last(ctx):
    period = make_period()
    for day, runs in {
        date(2026, 5, 31): False,
        date(2026, 6, 1): True,
        date(2026, 6, 30): True,
        date(2026, 7, 1): False,
    }.items():
        assert (queries.electoral_period(day) == period) is runs


def test_an_edition_waits_for_a_name_and_one_name_opens_one(ctx, noon):
    desk = clerk()
    plan = published(desk, make_plan(desk))
    make_period()
    picture = {"title": "Un an après", "as_of": date(2026, 6, 15)}
    with pytest.raises(Refused) as refused:
        followup.publish_edition(desk, plan, **picture)
    assert "30 juin 2026" in str(refused.value.reason)
    rollback()
    pluralism.sign_off(desk, Publication.EDITION, plan, **SIGNED)
    followup.publish_edition(desk, plan, **picture)
    commit()
    with pytest.raises(Refused):
        followup.publish_edition(desk, plan, title="Encore", as_of=date(2026, 6, 15))
    rollback()
    (signed,) = queries.sign_offs()
    assert signed.sign_off.name == "Dominique Petit"
    assert signed.used_at is not None


def test_a_plan_and_results_wait_too(ctx, noon):
    desk = clerk()
    plan = adopted(desk, make_plan(desk))
    campaign = make_campaign()
    make_period()
    with pytest.raises(Refused):
        engagements.publish(desk, plan)
    rollback()
    pluralism.sign_off(desk, Publication.PLAN, plan, **SIGNED)
    engagements.publish(desk, plan)
    commit()
    assert plan.is_public
    with clock.frozen(noon + timedelta(days=40)):
        make_period(date(2026, 7, 1), date(2026, 9, 30))
        with pytest.raises(Refused) as refused:
            answers.publish_results(desk, campaign, words="Merci.")
        assert "30 septembre" in str(refused.value.reason)
        rollback()
        pluralism.sign_off(desk, Publication.RESULTS, campaign, **SIGNED)
        answers.publish_results(desk, campaign, words="Merci.")
        commit()


def test_outside_of_it_nothing_changes_and_nothing_is_used(ctx, noon):
    desk = clerk()
    make_period(date(2026, 1, 1), date(2026, 3, 22))
    plan = published(desk, make_plan(desk))
    followup.publish_edition(desk, plan, title="Un an après", as_of=date(2026, 6, 15))
    commit()
    with pytest.raises(Refused):
        pluralism.sign_off(desk, Publication.EDITION, plan, **SIGNED)
    rollback()


def test_what_was_published_before_stays_as_it_is(ctx, noon, client):
    desk = clerk()
    plan = published(desk, make_plan(desk))
    followup.publish_edition(desk, plan, title="Un an après", as_of=date(2026, 6, 1))
    commit()
    pages = (f"/plans/{plan.slug}", f"/plans/{plan.slug}/editions/un-an-apres", "/plans")
    before = {page: client.get(page).data for page in pages}
    make_period()
    assert {page: client.get(page).data for page in pages} == before


def test_the_desk_is_warned_and_led_to_sign(ctx, noon, client):
    desk = clerk()
    plan = published(desk, make_plan(desk))
    make_period()
    assert "Période préélectorale" not in client.get("/plans").text
    sign_in(client, desk)
    assert "Période préélectorale jusqu’au 30 juin 2026" in client.get("/plans").text
    page = f"/periode-preelectorale/accord/edition/{plan.slug}"
    asked = f"/plans/{plan.slug}/editions/nouvelle"
    assert client.get(asked).location == page
    assert client.get(page).status_code == 200
    wrong = client.post(page, data={**SIGNED, "name": ""})
    assert "aria-invalid" in wrong.text
    assert SIGNED["reason"] in wrong.text
    for _ in range(2):
        assert client.post(page, data={**SIGNED, "key": "une-fois"}).location == asked
    assert client.get(asked).status_code == 200
    (one,) = queries.sign_offs()
    public = client.application.test_client().get("/periode-preelectorale").text
    for words in SIGNED.values():
        assert words in public
    with pytest.raises(DBAPIError):
        db.session.execute(sa.text("UPDATE sign_off SET name = 'Personne'"))
    rollback()


def test_an_administrator_enters_the_dates(ctx, noon, client):
    page = "/periode-preelectorale/nouvelle"
    said = {"label": "Municipales", "starts_on": "2026-09-01", "ends_on": "2026-08-01"}
    assert sign_in(client, clerk()).get(page).status_code == 403
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    assert "finit avant de commencer" in client.post(page, data=said).text
    client.post(page, data={**said, "ends_on": "2027-03-22"})
    (period,) = queries.periods()
    client.post(f"/periode-preelectorale/{period.id}", data={**said, "ends_on": "2027-03-14"})
    db.session.expire_all()
    assert period.ends_on == date(2027, 3, 14)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Deux ans après, encore beaucoup d’avancées !", ["beaucoup d’avancées"]),
        ("Je suis fière de ce succès.", ["Je", "fière", "succès"]),
        ("Dix lampes ont été posées le 1er juin.", []),
        ("Objet du marché : éclairage.", []),
    ],
)
def test_words_that_praise_are_pointed_out(text, words):
    assert [one.word for one in queries.praise(text)] == words
