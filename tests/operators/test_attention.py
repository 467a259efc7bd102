"""The page of what needs attention: each fault shows there, and it is empty when all is well."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from consult.campaigns.models import PhaseKind
from consult.contributions.jobs import recount
from consult.core import clock, queue
from consult.core.db import db
from consult.journal import jobs as journal
from consult.journal.actions import commit
from consult.keys.models import Passkey
from consult.operators import health, jobs, queries
from consult.people.models import Letter, Role, RoleName
from consult.portal import actions as portal
from consult.portal import legal
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.portal.making import text_of


def titles():
    return [str(point.title) for point in queries.points()]


@pytest.fixture
def well(app, ctx, noon, monkeypatch):
    """A site on which nothing is missing; gives its administrator."""
    for name, value in {
        "SITE_URL": "https://participer.ville.example",
        "MAIL_DEFAULT_SENDER": "participer@ville.example",
        "SESSION_COOKIE_SECURE": True,
        "TRUSTED_HOSTS": ["localhost"],
    }.items():
        monkeypatch.setitem(app.config, name, value)
    people = [make_user(RoleName.ADMINISTRATOR) for _ in range(2)]
    for number, user in enumerate(people):
        db.session.add(keyed(user, number))
    portal.change_settings(
        people[0],
        name="Ville",
        tagline="",
        colour="#12495a",
        contact_email="participer@ville.example",
        contact_postal="",
        contact_phone="",
        texts=dict.fromkeys(legal.TITLES, "Tout est rempli."),
    )
    portal.record_audit(
        people[0], on=clock.today(), auditor="Un cabinet", criteria_met=1, criteria_applicable=1
    )
    commit()
    jobs.beat()
    backup(app, clock.now())
    assert titles() == []
    return people[0]


def keyed(user, number):
    return Passkey(user_id=user.id, credential=f"c{number}", public_key="x", name="Téléphone")


def backup(app, at):
    said = {"at": at.isoformat(), "bytes": 1}
    (Path(app.config["INSTANCE"]) / health.BACKUP).write_text(json.dumps(said))


def test_the_page_is_empty_when_all_is_well(client, well):
    # Asked over HTTPS, as cookies now want it.
    page = sign_in(client, well).get("/administration/attention", base_url="https://localhost")
    assert "Tout va bien" in text_of(page)


def test_it_is_for_administrators(client, ctx, noon):
    sign_in(client, make_user(RoleName.COUNCIL))
    assert client.get("/administration/attention").status_code == 403


def test_a_new_site_says_what_is_to_be_set_up(client, ctx, noon):
    page = sign_in(client, make_user(RoleName.ADMINISTRATOR)).get("/administration/attention")
    words = text_of(page).replace("\xa0", " ")
    for said in (
        "Le service d’arrière-plan est arrêté",
        "Aucune sauvegarde",
        "Une seule personne administre le site",
        "L’adresse du site n’est pas réglée",
        "Il reste à compléter : Mentions légales",
    ):
        assert said in words, said
    assert 'href="/administration/reglages"' in page.text


def test_the_tools_of_an_administrator_lead_there(client, ctx, noon):
    page = sign_in(client, make_user(RoleName.ADMINISTRATOR)).get("/mon-espace")
    assert 'href="/administration/attention"' in page.text


# What may need attention: what happened, and what the page says of it.


def worker_sleeps(app, now):
    return "Le service d’arrière-plan est arrêté", timedelta(minutes=10)


def job_fails(app, now):
    queue.FAILING.add("people.send_letters")
    jobs.beat()
    queue.FAILING.clear()
    return "Des tâches d’arrière-plan échouent : people.send_letters", timedelta()


def old_backup(app, now):
    backup(app, now - timedelta(days=5))
    return "La dernière sauvegarde a 5 jours", timedelta()


def day_unsigned(app, now):
    return "Des journées du journal ne sont pas signées", timedelta(days=1)


def letters_bounce(app, now):
    db.session.add(Letter(kind="people.sign_in_link", to="x@exemple.fr", failures=3))
    return "1 courriel de compte ne part pas", timedelta()


def notices_bounce(app, now):
    make_user(mail_failures=4)
    return "Les avis à 1 personne reviennent", timedelta()


def alone(app, now):
    second = db.session.scalars(sa.select(Role).order_by(Role.id.desc())).first()
    db.session.delete(second)
    return "Une seule personne administre le site", timedelta()


def no_second_key(app, now):
    make_user(RoleName.COUNCIL)
    return "1 personne ayant un rôle n’a pas encore de seconde clé", timedelta()


def late_moderation(app, now):
    with clock.frozen(now - timedelta(hours=73)):
        make_contribution(status=Status.PENDING)
    return "1 texte attend plus que le délai annoncé", timedelta()


def late_answers(app, now):
    asked = make_campaign(PhaseKind.ANSWER, title="Le parc")
    make_contribution(asked)
    recount()
    asked.phases[0].closes_at = now - timedelta(days=1)
    return "1 réponse est en retard : Le parc", timedelta()


CASES = (
    *(worker_sleeps, job_fails, old_backup, day_unsigned, letters_bounce, notices_bounce, alone),
    *(no_second_key, late_moderation, late_answers),
)


def test_late_texts_lead_to_where_they_are_read_or_to_who_reads_them(client, well, noon):
    late_moderation(None, noon)
    page = sign_in(client, well).get("/administration/attention")
    assert "Voir qui s’en occupe" in text_of(page)
    assert 'href="/moderation"' not in page.text
    both = make_user(RoleName.ADMINISTRATOR, RoleName.FACILITATOR)
    assert 'href="/moderation"' in sign_in(client, both).get("/administration/attention").text


@pytest.mark.parametrize("case", CASES)
def test_each_shows(app, well, noon, case):
    said, after = case(app, noon)
    commit()
    with clock.frozen(noon + after):
        assert said in [title.replace("\xa0", " ") for title in titles()]


def test_a_full_disk_shows(app, well, monkeypatch):
    monkeypatch.setitem(app.config, "DISK_ROOM", 2**62)
    assert "Le disque est presque plein" in titles()


def test_once_the_night_is_signed_nothing_is_left(app, well, noon):
    with clock.frozen(noon + timedelta(days=1)):
        jobs.beat()
        assert titles() == ["Des journées du journal ne sont pas signées"]
        journal.sign_heads()
        assert titles() == []


def test_the_page_asks_little_of_the_database(well):
    with statements() as sent:
        queries.points()
    assert len(sent) <= 10
