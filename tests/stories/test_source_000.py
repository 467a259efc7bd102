"""The promises of the site on a real printed plan: Sceaux, Les Blagis, two years on.

Each test is named after the story it keeps. They read the document where it lies, outside the
project; the same promises are kept on the project's own small plan in tests/followup.
"""

import html
import io
import json
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.core.rules import Refused
from consult.engagements import actions as engagements
from consult.engagements import documents
from consult.engagements import queries as plans
from consult.engagements.models import Action, Engagement, Plan, Progress
from consult.followup import actions as followup
from consult.followup import agenda, asking, queries
from consult.followup.models import StatusReport
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.moderation import actions as moderation
from consult.moderation.models import Verdict
from consult.people.models import Follow, RoleName
from consult.territory.models import Organisation
from tests.engagements.making import carried_in, clerk, link
from tests.factories import make_user, sign_in

pytestmark = pytest.mark.shared
SOURCE = "sources/000_sceaux_plan_action_blagis.json"
SLUG = "plan-d-action-pour-les-blagis"
PLAN = f"/plans/{SLUG}"


@pytest.fixture
def source(shared_data):
    return shared_data(SOURCE)


@pytest.fixture
def plan(ctx, noon, source) -> Plan:
    return carried_in(source)


def action(ref: str) -> Action:
    return db.session.scalar(sa.select(Action).filter_by(external_ref=ref))


def text_of(reply) -> str:
    """What a screen reader says of a page: no tags, no pictures."""
    assert reply.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def png() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    file.seek(0)
    return file


def test_import_prints_its_figures_and_does_it_once(plan, source):
    figures = queries.figures(plan)
    assert {name: figures[name] for name in ("engagements", "actions", "organisations")} == {
        "engagements": 11,
        "actions": 31,
        "organisations": 14,
    }
    assert figures["statuses"] == {"done": 6, "unknown": 25}
    events = db.session.scalar(sa.select(sa.func.count(Event.id)))
    carried_in(source)
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == events
    assert queries.figures(plan) == figures


def test_export_gives_every_printed_word_back(plan, source):
    db.session.expire_all()
    out = json.loads(json.dumps(queries.exported(plan), ensure_ascii=False))
    printed = documents.read(source).printed_strings()
    assert set(documents.read(out).printed_strings()) == set(printed)
    kept = plan.source_file.read().decode()
    assert [words for words in printed if words not in kept] == []


def test_us0_1_read_the_plans_progress(plan, client):
    seen = text_of(client.get(PLAN))
    titles = [one["title"] for one in plan.source["engagements"]]
    places = [seen.index(title) for title in titles]
    assert len(places) == 11
    assert places == sorted(places)
    assert "Réalisé 6" in seen
    assert "Non renseigné 25" in seen
    assert "sur 31 actions" in seen
    assert "En cours" not in seen
    for one in plan.source["engagements"]:
        for row in one["actions"]:
            assert row["text"] in seen


def test_us0_2_status_without_colour(plan, client):
    desk = clerk()
    for ref, progress in (("E02-A3", Progress.STARTED), ("E03-A3", Progress.WELL_ADVANCED)):
        followup.report(desk, action(ref), progress=progress, effective_on=date(2024, 1, 8))
    commit()
    reply = client.get(f"{PLAN}?vue=etats")
    seen = text_of(reply)
    shapes = {}
    for status, words in (
        ("done", "Réalisé"),
        ("well_advanced", "Très avancé"),
        ("started", "En cours"),
        ("unknown", "Non renseigné"),
    ):
        assert words in seen
        found = re.search(rf'class="status s-{status}[^"]*"><svg[^>]*>(.*?)</svg>', reply.text)
        shapes[status] = found[1]
    assert len(set(shapes.values())) == 4
    assert "style=" not in reply.text


def test_us0_3_unknown_is_not_guessed(plan, client):
    halle = action("E10-A2")
    seen = text_of(client.get(f"/actions/{halle.id}"))
    assert "État non renseigné dans la source" in seen
    assert "Engagé en 2023" in seen
    assert "ENGAGE EN 2023" in seen  # as printed
    assert "En retard" not in seen
    data = client.get(f"{PLAN}.json").get_json()
    row = next(one for one in data["actions"] if one["ref"] == "E10-A2")
    assert row["statut"] is None
    assert row["statut_connu"] is False
    assert row["tags"] == ["ENGAGE EN 2023"]
    assert sum(one["statut_connu"] for one in data["actions"]) == 6
    by_status = text_of(client.get(f"{PLAN}?vue=etats"))
    assert by_status.rindex("Réalisé") < by_status.index(halle.title)
    assert "elles ne comptent ni comme réalisées, ni comme non réalisées" in by_status


def test_us0_4_partner_view(plan, client):
    def carried(name):
        body = db.session.scalar(sa.select(Organisation).filter_by(name=name))
        rows = plans.carried_by(body).rows
        return body, {row.action.external_ref: row.role for row in rows}

    body, habitat = carried("Hauts-de-Seine Habitat")
    assert sorted(habitat) == ["E01-A2", "E02-A3", "E03-A2", "E03-A4"]
    assert habitat["E02-A3"] == "propriétaire des murs"
    page = text_of(client.get(f"/organisations/{body.slug}"))
    assert "propriétaire des murs" in page
    for ref in habitat:
        assert action(ref).title in page
    centre, cscb = carried("Centre social et culturel des Blagis")
    assert sorted(cscb) == ["E05-A1", "E05-A4", "E08-A2", "E09-A1"]
    assert {"CSCB", "Centre social et culturel des Blagis (CSCB)"} <= set(centre.names)
    page = text_of(client.get(f"/organisations/{centre.slug}"))
    for ref in cscb:
        assert action(ref).title in page


def test_us0_5_one_project_several_engagements(plan, client):
    halle, sport = action("E01-A3"), action("E10-A2")
    for number, here, other in ((1, halle, sport), (10, sport, halle)):
        engagement = db.session.scalar(
            sa.select(Engagement).filter_by(number=f"ENGAGEMENT N°{number}")
        )
        seen = client.get(f"{PLAN}/engagements/{engagement.id}").text
        assert f'href="/actions/{other.id}"' in seen
        assert html.escape(here.title, quote=False) in seen.replace("&#39;", "'")
    both = [one.engagement for one in plans.served_by(halle) + plans.served_by(sport)]
    engagements.revise(
        clerk(), halle, engagements=both, reason="La même halle sert les deux engagements."
    )
    commit()
    tree = plans.of_plan(plan)
    assert len(tree.actions) == 31
    assert sum(len(branch.actions) for branch in tree.walk()) == 32
    assert "sur 31 actions" in text_of(client.get(PLAN))


def test_us0_6_partial_dates(plan, client):
    mediators = action("E03-A3")
    assert (mediators.starts_on, mediators.due_on) == (date(2023, 7, 1), date(2023, 12, 31))
    reply = client.get(f"{PLAN}?vue=dates")
    assert 'data-from="2023-07-01" data-to="2023-12-31"' in reply.text
    seen = text_of(reply)
    assert "second semestre 2023" in seen
    for page in (seen, text_of(client.get(f"/actions/{mediators.id}"))):
        assert "second semestre 2023" in page
        assert "01/07/2023" not in page
        assert "1er juillet 2023" not in page


def test_us0_7_traceability(plan, client):
    page = f"/actions/{action('E03-A3').id}"
    first = client.get(page).text
    engagement = db.session.scalar(sa.select(Engagement).filter_by(number="ENGAGEMENT N°3"))
    steps = [
        f"{PLAN}/engagements/{engagement.id}",
        PLAN,
        f"/actes/{plan.act_id}",
        "/consultations/parlons-ensemble-des-blagis",
    ]
    for step in steps:  # one link at a time, each page leading to the next
        assert f'href="{step}"' in first
        reply = client.get(step)
        assert reply.status_code == 200
        first = reply.text
    act = text_of(client.get(f"/actes/{plan.act_id}"))
    assert "16 octobre 2021" in act
    assert "à l'unanimité des votants" in act
    assert "non communiqué" in act
    assert [one.title for one in queries.editions(plan)] == ["Deux ans après"]


def test_us0_7_the_consultation_lists_the_plan_and_the_review(plan, client):
    seen = client.get("/consultations/parlons-ensemble-des-blagis/suites").text
    assert f'href="{PLAN}"' in seen
    assert f'href="{PLAN}/editions/deux-ans-apres"' in seen


def test_us0_8_dated_editions(plan, client):
    page = f"{PLAN}/editions/deux-ans-apres"
    centre = action("E02-A3")
    before = client.get(page).text
    with clock.frozen(clock.now() + timedelta(days=30)):
        desk = clerk()
        followup.report(
            desk,
            centre,
            progress=Progress.DONE,
            effective_on=date(2026, 7, 1),
            words="Les travaux sont reçus.",
            evidence=[link()],
        )
        commit()
        after = client.get(page).text
        live = text_of(client.get(f"/actions/{centre.id}"))

    def frozen(seen):
        return seen[seen.index('id="standing"') : seen.index('id="since"')]

    assert frozen(after) == frozen(before)
    assert html.escape(centre.title, quote=False) in after[after.index('id="since"') :].replace(
        "&#39;", "'"
    )
    for words in ("Réalisé", "1er juillet 2026", "Camille Martin", "Le compte rendu"):
        assert words in live
    assert text_of(client.get(PLAN)).count("Réalisé 7") == 1
    frozen_data = client.get(f"{page}.json").data
    assert queries.fingerprint(json.loads(frozen_data)) in after


def test_us0_9_evidence(plan, client):
    centre = action("E02-A3")
    page = f"/actions/{centre.id}/avancement"
    sign_in(client, clerk())
    day = {"effective_on": "2026-06-01"}
    for data, words in (
        ({"progress": "done", **day}, "Il manque la preuve"),
        (
            {"progress": "done", "link": "https://exemple.fr", "link_title": "Photos"},
            "Il manque la date",
        ),
        ({"progress": "abandoned", **day}, "Il manque le motif"),
        ({"progress": "suspended", **day}, "Il manque le motif"),
    ):
        reply = client.post(page, data=data)
        assert reply.status_code == 200
        assert words in reply.text
        assert 'aria-invalid="true"' in reply.text
    with pytest.raises(Refused):
        followup.report(clerk(), centre, progress=Progress.DONE, effective_on=date(2026, 6, 1))
    count = sa.select(sa.func.count(StatusReport.id)).where(StatusReport.action_id == centre.id)
    assert db.session.scalar(count) == 0
    assert (
        client.post(
            page,
            data={
                "progress": "done",
                **day,
                "photo": (png(), "chantier.png"),
                "photo_kind": "photo",
                "photo_alternative": "Les vitrines refaites, vues de la place",
                "photo_credit": "Ville de Sceaux",
            },
        ).status_code
        == 303
    )
    assert db.session.scalar(count) == 1


def test_us0_10_recurring_events(plan, client):
    """Words until a clerk enters a first day, days from then on."""
    page = client.get(f"{PLAN}/agenda")
    seen = text_of(page)
    for words in ("Nocturnes des Blagis", "mensuel", "Fête du sport", "une année sur deux"):
        assert words in seen
    assert "<time" not in page.text.partition("<main")[2]
    sign_in(client, clerk())
    (night,) = [one for one in agenda.announced(plan) if one.name == "Nocturnes des Blagis"]
    (sport,) = [one for one in agenda.announced(plan) if one.name.startswith("Fête du sport")]
    for one, first in ((night, "2023-06-16"), (sport, "2022-09-10")):
        number = agenda.names(one.action).index(one.name)
        client.post(f"/actions/{one.action.id}/agenda/{number}", data={"first_on": first})
    days = re.findall(r'datetime="([^"]+)"', client.get(f"{PLAN}/agenda").text)
    assert "2026-06-16" in days
    assert "2026-09-10" in days
    assert "2027-09-10" not in days  # every second year


def test_us0_12_resident_reaction(plan, client, outbox, app):
    """A number at once; the pilot is told; the answer, or the days without one, are public."""
    subject, pilot = action("E02-A3"), make_user(email="pilote@exemple.fr", name="Ada Lo")
    engagements.appoint(clerk(), subject, pilot)
    commit()
    reply = client.post(f"/actions/{subject.id}/question", data={"body": "Quand, au juste ?"})
    number = reply.location.rpartition("/")[2]
    assert "Ada Lo" in text_of(client.get(reply.location))
    question = asking.by_receipt(number)
    moderation.decide(make_user(RoleName.FACILITATOR), question, verdict=Verdict.PUBLISH)
    commit()
    with clock.frozen(clock.now() + timedelta(days=9)):
        assert "sans réponse depuis 9 jours" in text_of(client.get(f"/actions/{subject.id}"))
        work_once(app)
        assert [one for one in outbox if one.to == ["pilote@exemple.fr"]]
        said = {"words": "À la rentrée.", "signatory": "Ada Lo", "unit": "Service habitat"}
        sign_in(client, pilot).post(f"/questions/{question.id}/repondre", data=said)
    seen = text_of(client.get(f"/actions/{subject.id}"))
    assert "À la rentrée." in seen
    assert "sans réponse" not in seen


def test_us0_11_images(plan, client):
    projects = [one for one in plans.pictures_of(plan) if one.kind == "projection"]
    assert len(projects) == 2
    picture = projects[0]
    page = f"{PLAN}/illustrations/{picture.id}"
    sign_in(client, clerk())
    full = {
        "kind": "projection",
        "caption": picture.caption,
        "alternative": "La halle, de verre et de bois",
        "credit": "Atelier du Large",
    }
    for lack, words in (
        ("alternative", "Dites ce que montre l’image"),
        ("credit", "Indiquez qui l’a faite"),
        ("image", "Choisissez une image."),
    ):
        said = {**full, "image": (png(), "vue.png")}
        del said[lack]
        reply = client.post(page, data=said)
        assert reply.status_code == 200
        assert words in reply.text
    assert "Vue d’architecte" not in text_of(client.get(PLAN))
    reply = client.post(page, data={**full, "image": (png(), "vue.png")})
    assert reply.status_code == 303
    seen = client.get(PLAN).text
    assert "Vue d’architecte\xa0: ce qui est prévu, pas une photographie" in seen
    assert 'alt="La halle, de verre et de bois"' in seen
    assert "Atelier du Large" in seen
    decorative = {"kind": "photo", "credit": "Ville", "is_decorative": "y"}
    said = {**decorative, "image": (png(), "frise.png")}
    assert client.post(f"{PLAN}/illustrations/nouvelle", data=said).status_code == 303


def test_us0_13_follow(plan, client, outbox, app):
    follower = make_user()
    engagement = db.session.scalar(sa.select(Engagement).filter_by(number="ENGAGEMENT N°3"))
    db.session.add(Follow(user_id=follower.id, subject_kind="engagement", subject_id=engagement.id))
    commit()
    feed = f"{PLAN}/engagements/{engagement.id}/flux.atom"
    before = client.get(feed).text.count("<entry>")
    followup.report(
        clerk(), action("E03-A3"), progress=Progress.STARTED, effective_on=date(2026, 6, 1)
    )
    commit()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        work_once(app)
        work_once(app)
    letters = [one for one in outbox if one.to == [follower.email]]
    assert len(letters) == 1
    (letter,) = letters
    assert "médiateurs sociaux" in letter.subject
    assert "En cours" in letter.body
    assert "/desinscription/" in letter.body
    assert "List-Unsubscribe-Post" in letter.extra_headers
    feed_after = client.get(feed)  # for those without an account
    assert feed_after.text.count("<entry>") == before + 1
    assert "Set-Cookie" not in feed_after.headers


def test_what_an_editor_still_has_to_fill(plan, client):
    sign_in(client, clerk())
    seen = text_of(client.get(f"{PLAN}/a-completer"))
    assert "45 points à compléter" in seen
    kinds = [one.item.kind for one in plans.to_complete(plan)]
    assert (kinds.count("status"), kinds.count("image")) == (25, 8)
    assert {"act_number", "vote_counts", "attendance"} <= set(kinds)
