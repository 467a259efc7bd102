"""The pages where the town says where an action stands, and where anybody checks."""

import io
import re
from datetime import date

import sqlalchemy as sa
from PIL import Image

from consult.core.db import db
from consult.engagements import actions as engagements
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.followup import queries
from consult.followup.models import Evidence, EvidenceKind, StatusReport
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.engagements.making import clerk, first_action, link, make_plan, published
from tests.factories import make_user, sign_in

DAY = {"effective_on": "2026-06-01"}


def png(size=(40, 30)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    file.seek(0)
    return file


def pdf() -> io.BytesIO:
    return io.BytesIO(b"%PDF-1.7\n...")


def count(table) -> int:
    return db.session.scalar(sa.select(sa.func.count(table.id)))


def test_a_report_with_every_sort_of_evidence(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    sign_in(client, clerk())
    page = f"/actions/{first_action(plan).id}"
    reply = client.post(
        f"{page}/avancement",
        data={
            "progress": "done",
            **DAY,
            "words": "Dix lampes, allumées **le 1er juin**.",
            "photo": (png((3000, 20)), "IMG 0001.png"),
            "photo_kind": "photo",
            "photo_alternative": "Le môle éclairé, de nuit",
            "photo_credit": "Ville",
            "document": (pdf(), "Réception des travaux.pdf"),
            "document_title": "Procès-verbal de réception",
            "link": "https://exemple.fr/mole",
            "link_title": "Le reportage",
        },
    )
    assert reply.location == f"{page}#reports"
    kinds = {one.kind: one for one in db.session.scalars(sa.select(Evidence))}
    assert set(kinds) == {EvidenceKind.PHOTO, EvidenceKind.DOCUMENT, EvidenceKind.LINK}
    photo = kinds[EvidenceKind.PHOTO].file
    assert (photo.media_type, photo.width) == ("image/webp", 1600)
    assert photo.read()[8:12] == b"WEBP"
    assert kinds[EvidenceKind.DOCUMENT].file.name == "reception-des-travaux.pdf"
    seen = client.get(page).text
    assert 'alt="Le môle éclairé, de nuit"' in seen
    for words in ("<strong>le 1er juin</strong>", "Procès-verbal de réception", "Le reportage"):
        assert words in seen
    assert "1er juin 2026" in seen


def test_what_is_wrong_stays_beside_its_field(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    sign_in(client, clerk())
    page = f"/actions/{first_action(plan).id}/avancement"
    base = {"progress": "started", "words": "Mes mots", **DAY}
    for data, words in (
        ({"progress": ""}, "Choisissez l’état de l’action."),
        ({"effective_on": "hier"}, "Ce n’est pas une date"),
        ({"effective_on": "2027-01-01"}, "pas encore arrivée"),
        ({"photo": (png(), "a.png"), "photo_credit": "Ville"}, "Dites ce que montre l’image"),
        ({"photo": (png(), "a.png"), "photo_alternative": "Le môle"}, "Indiquez qui l’a faite"),
        ({"photo": (io.BytesIO(b"no"), "a.png")}, "Nous ne pouvons pas lire ce fichier"),
        ({"document": (pdf(), "a.pdf")}, "Donnez un titre au document."),
        (
            {"document": (io.BytesIO(b"MZ"), "a.exe"), "document_title": "Pièce"},
            "ni un PDF, ni une image",
        ),
        ({"link": "http://exemple.fr", "link_title": "Lien"}, "commence par https://"),
        ({"link": "https://exemple.fr"}, "Donnez un titre au lien."),
        (
            {
                "progress": "done",
                "document": (pdf(), "a.pdf"),
                "document_title": "P",
                **{"link": "x"},
            },
            "Choisissez de nouveau ce fichier",
        ),
    ):
        reply = client.post(page, data={**base, **data})
        assert reply.status_code == 200, words
        assert words in reply.text
        assert "Mes mots" in reply.text
    assert count(StatusReport) == 0


def test_an_architects_view_proves_nothing_and_says_what_it_is(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    sign_in(client, clerk())
    page = f"/actions/{first_action(plan).id}"
    view = {
        "photo_kind": "projection",
        "photo_alternative": "Le môle demain",
        "photo_credit": "Atelier du Large",
    }
    reply = client.post(
        f"{page}/avancement", data={"progress": "done", **DAY, **view, "photo": (png(), "v.png")}
    )
    assert "Il manque la preuve" in reply.text
    reply = client.post(
        f"{page}/avancement", data={"progress": "planned", **DAY, **view, "photo": (png(), "v.png")}
    )
    assert reply.status_code == 303
    assert "Vue d’architecte\xa0: ce qui est prévu" in client.get(page).text


def test_who_may_not_report_is_told_why(ctx, noon, client):
    plan = published(clerk(), make_plan(clerk()))
    page = f"/actions/{first_action(plan).id}/avancement"
    assert client.get(page).location.startswith("/connexion")
    sign_in(client, make_user())
    assert client.get(page).status_code == 403
    assert client.post(page, data={"progress": "started", **DAY}).status_code == 403


def test_the_pilot_reports_from_their_list(ctx, noon, client):
    desk, pilot = clerk(), make_user()
    plan = published(desk, make_plan(desk, "Un", "Deux", dates_words="mai 2026"))
    action = first_action(plan)
    engagements.appoint(desk, action, pilot)
    commit()
    sign_in(client, pilot)
    seen = client.get("/suivi").text
    assert "Un</a>" in seen
    assert "Deux</a>" not in seen
    assert "échéance passée de 15 jours" in client.get("/suivi?vue=late").text
    page = f"/actions/{action.id}/avancement"
    assert client.post(page, data={"progress": "started", **DAY}).status_code == 303
    sign_in(client, make_user())
    assert client.get("/suivi").status_code == 403
    assert client.get("/suivi?vue=n-importe").status_code == 403
    for view in ("mine", "late", "stale", "autre"):
        assert sign_in(client, desk).get(f"/suivi?vue={view}&apres=x").status_code == 200


def test_an_edition_from_the_form_to_its_data(ctx, noon, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    sign_in(client, actor)
    new = f"/plans/{plan.slug}/editions/nouvelle"
    reply = client.post(new, data={"title": "Un an après"})
    assert "Dites à quelle date" in reply.text
    assert 'value="Un an après"' in reply.text, "nothing typed is lost"
    reply = client.post(new, data={"title": "Un an après", "as_of": "2026-06-01", "key": "k"})
    page = f"/plans/{plan.slug}/editions/un-an-apres"
    assert reply.location == page
    again = client.post(new, data={"title": "Un an après", "as_of": "2026-06-01", "key": "k"})
    assert again.location == page
    followup.report(
        actor,
        first_action(plan),
        progress=Progress.DONE,
        effective_on=date(2026, 6, 2),
        evidence=[link()],
    )
    commit()
    seen = client.get(page).text
    standing, since = re.search(r'id="standing"(.*)id="since"(.*)</main>', seen, re.S).groups()
    assert "Réalisé" not in standing
    assert "Réalisé" in since
    edition = queries.edition_or_404(plan, "un-an-apres")
    assert edition.sha256 in seen
    assert client.get(f"{page}.json").data == queries.canonical(edition.content)
    sign_in(client, make_user(RoleName.FACILITATOR))
    assert client.get(new).status_code == 403


def test_the_data_say_what_is_not_known(ctx, client):
    plan = published(clerk(), make_plan(clerk()))
    (row,) = client.get(f"/plans/{plan.slug}.json").get_json()["actions"]
    assert (row["statut"], row["statut_connu"], row["report"]) == (None, False, None)
