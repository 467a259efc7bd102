"""What comes back: nothing is counted before a clerk gives the first day, words until then."""

from datetime import date
from itertools import islice

import pytest
import sqlalchemy as sa

from consult.core.dates import recurrence
from consult.core.db import db
from consult.core.rules import Refused
from consult.engagements import actions as engagements
from consult.engagements.models import Action
from consult.followup import actions as followup
from consult.followup import agenda
from consult.followup.models import Rendezvous, Rhythm
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.engagements.making import clerk, make_plan, published
from tests.factories import make_user, sign_in


def days(first, words, number=4, **how) -> list[str]:
    found = agenda.occurrences(date.fromisoformat(first), recurrence(words), **how)
    return [day.isoformat() for day in islice(found, number)]


@pytest.mark.parametrize(
    ("first", "words", "how", "expected"),
    [
        ("2026-06-05", "mensuel", {}, ["2026-06-05", "2026-07-05", "2026-08-05", "2026-09-05"]),
        (
            "2026-06-05",
            "mensuel",
            {"rhythm": Rhythm.WEEKDAY},  # the first Friday
            ["2026-06-05", "2026-07-03", "2026-08-07", "2026-09-04"],
        ),
        (
            "2026-05-29",
            "chaque mois",
            {"rhythm": Rhythm.WEEKDAY},  # the fifth Friday: the last one
            ["2026-05-29", "2026-06-26", "2026-07-31", "2026-08-28"],
        ),
        ("2026-01-31", "mensuel", {}, ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
        ("2023-09-09", "une année sur deux", {}, ["2023-09-09", "2025-09-09", "2027-09-09"]),
        (
            "2023-09-09",
            "une année sur deux",
            {"rhythm": Rhythm.WEEKDAY},  # the second Saturday of September
            ["2023-09-09", "2025-09-13", "2027-09-11"],
        ),
        ("2026-06-01", "hebdomadaire", {}, ["2026-06-01", "2026-06-08", "2026-06-15"]),
        ("2026-06-01", "", {}, ["2026-06-01"]),
        ("2026-06-01", "quand il fait beau", {}, ["2026-06-01"]),
        (
            "2026-06-05",
            "mensuel",
            {"until": date(2026, 9, 4), "but": ["2026-07-05"]},
            ["2026-06-05", "2026-08-05"],
        ),
    ],
)
def test_the_days_that_follow_the_first(first, words, how, expected):
    assert days(first, words, len(expected) + (1 if "until" in how else 0), **how) == expected


@pytest.fixture
def plan(ctx, noon):
    """Two things that come back, one that takes place once, one action that announces nothing."""
    desk = clerk()
    draft = make_plan(desk, "Tenir des Nocturnes", "Fêter le sport", "Inaugurer", "Éclairer")
    for action, events, rhythm in zip(
        db.session.scalars(sa.select(Action).order_by(Action.id)),
        (["Nocturnes du port", "Nocturnes d'hiver"], ["Fête du sport"], ["Inauguration"], []),
        ("mensuel", "une année sur deux", "", ""),
        strict=True,
    ):
        action.events, action.periodicity = events, rhythm
    db.session.commit()
    return published(desk, draft)


def action_of(name) -> Action:
    return next(one for one in db.session.scalars(sa.select(Action)) if name in agenda.names(one))


def test_us0_10_recurring_events(plan, client):
    """Words until a clerk gives a first day; days from then on, and a file for one's calendar."""
    page = f"/plans/{plan.slug}/agenda"
    seen = client.get(page).text
    for words in ("Nocturnes du port", "mensuel", "Fête du sport", "une année sur deux"):
        assert words in seen
    assert "<time" not in seen.partition("<main")[2]
    assert "premier jour non communiqué" in seen
    assert "BEGIN:VEVENT" not in client.get(f"{page}.ics").text
    sign_in(client, clerk())
    port, sport = action_of("Nocturnes du port"), action_of("Fête du sport")
    told = {"first_on": "2023-09-08", "starts_at": "18 h 30", "rhythm": "weekday", "place": "Quai"}
    assert client.post(f"/actions/{port.id}/agenda/0", data=told).location == page
    assert client.post(f"/actions/{sport.id}/agenda/0", data={"first_on": "09/09/2023"}).location
    seen = client.get(page).text
    for day in ("2026-07-10T18:30", "2026-08-14T18:30", "2027-06-11T18:30", "2027-09-09"):
        assert f'datetime="{day}"' in seen
    assert "2026-06-12" not in seen  # it is over
    assert "2029" not in seen
    assert seen.count("premier jour non communiqué") == 2
    plan_page = client.get(f"/plans/{plan.slug}").text
    assert 'datetime="2026-07-10T18:30"' in plan_page
    feed = client.get(f"{page}.atom").text
    assert "Nocturnes du port – Le 10 juillet 2026" in feed
    assert "11 septembre" not in feed  # two months before, no sooner
    file = client.get(f"{page}.ics")
    assert file.content_type == "text/calendar; charset=utf-8"
    lines = file.text.replace("\r\n ", "").split("\r\n")
    for line in (
        "DTSTART;TZID=Europe/Paris:20230908T183000",
        "RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=2FR",
        "SUMMARY:Nocturnes du port",
        "LOCATION:Quai",
        "DTSTART;VALUE=DATE:20230909",
        "RRULE:FREQ=YEARLY;INTERVAL=2",
        "BEGIN:VTIMEZONE",
    ):
        assert line in lines
    assert all(len(line.encode()) <= 75 for line in file.text.split("\r\n"))


def test_what_is_changed_or_taken_away(plan, client):
    desk = clerk()
    sign_in(client, desk)
    address = f"/actions/{action_of('Nocturnes du port').id}/agenda/1"
    told = {
        "first_on": "2026-06-20",
        "until": "2026-08-20",
        "except_on": "20/07/2026",
        "starts_at": "9",
    }
    client.post(address, data=told)
    row = db.session.scalar(sa.select(Rendezvous))
    assert (row.name, row.starts_at, row.except_on) == (
        "Nocturnes d'hiver",
        "09:00",
        ["2026-07-20"],
    )
    form = client.get(address).text
    assert 'value="2026-06-20"' in form
    assert "20/07/2026" in form
    client.post(address, data={**told, "first_on": "2026-06-21", "starts_at": ""})
    assert db.session.scalar(sa.select(sa.func.count(Rendezvous.id))) == 1
    text = client.get(f"/plans/{plan.slug}/agenda.ics").text
    assert "UNTIL=20260820" in text
    assert "EXDATE;VALUE=DATE:20260720" in text
    assert client.post(f"{address}/retirer").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(Rendezvous.id))) == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Indiquez le premier jour"),
        ({"first_on": "2026-06-20", "starts_at": "25:00"}, "pas une heure"),
        ({"first_on": "2026-06-20", "starts_at": "midi"}, "pas une heure"),
        ({"first_on": "2026-06-20", "until": "2026-06-19"}, "précède le premier"),
        ({"first_on": "2026-06-20", "except_on": "un lundi"}, "« un lundi » n’est pas un jour"),
    ],
)
def test_what_is_wrong_stays_beside_its_field(plan, client, data, words):
    sign_in(client, clerk())
    address = f"/actions/{action_of('Nocturnes du port').id}/agenda/0"
    reply = client.post(address, data=data)
    assert reply.status_code == 200
    assert words in reply.text.replace("\xa0", " ")
    assert db.session.scalar(sa.select(Rendezvous)) is None


def test_who_fills_it(plan, client):
    action = action_of("Inauguration")
    for role in (None, RoleName.FACILITATOR, RoleName.GUARANTOR, RoleName.ADMINISTRATOR):
        with pytest.raises(Refused):
            followup.schedule(
                make_user(*([role] if role else [])),
                action,
                name="Inauguration",
                first_on=date(2026, 7, 1),
            )
    with pytest.raises(Refused):
        followup.schedule(clerk(), action, name="Autre chose", first_on=date(2026, 7, 1))
    address = f"/actions/{action.id}/agenda/0"
    assert client.get(address).location.startswith("/connexion")
    assert sign_in(client, clerk()).get(f"/actions/{action.id}/agenda/7").status_code == 404
    assert client.get(address).status_code == 200
    assert "rhythm" not in client.get(address).text


def test_the_home_page_says_what_comes(plan, client):
    desk = clerk()
    followup.schedule(
        desk, action_of("Inauguration"), name="Inauguration", first_on=date(2026, 7, 1)
    )
    commit()
    assert "Inauguration" in client.get("/").text
    followup.unschedule(desk, action_of("Inauguration"), name="Inauguration")
    commit()
    assert "Inauguration" not in client.get("/").text


def test_a_plan_that_announces_nothing(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    assert "/agenda" not in client.get(f"/plans/{plan.slug}").text
    assert "n’annonce de rendez-vous" in client.get(f"/plans/{plan.slug}/agenda").text


def test_a_rhythm_without_a_name_goes_by_its_action(ctx, noon):
    desk = clerk()
    plan = make_plan(desk, "Réunir le comité", periodicity="chaque mois")
    engagements.revise(desk, agenda.announced(plan)[0].action, words="À la mairie.")
    commit()
    assert [one.name for one in agenda.announced(plan)] == ["Réunir le comité"]
