"""A plan, an edition and an act as papers: what their pages say, set once, handed out again."""

import io
import os
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from consult.core import clock, papers
from consult.core.money import Nature
from consult.engagements import actions as engagements
from consult.engagements.models import MomentKind, Progress
from consult.followup import actions as followup
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.pluralism import actions as pluralism
from tests.engagements.making import clerk, first_action, link, make_plan, published
from tests.factories import make_user, sign_in


@pytest.fixture
def plan(ctx, noon):
    desk = clerk()
    made = make_plan(desk, "Éclairer le môle", "Refaire #read(le quai)", dates_words="été 2027")
    return published(desk, made)


def read(reply):
    assert reply.status_code == 200, reply.text[:500]
    assert reply.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(reply.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def report(action, progress=Progress.DONE):
    said = {"effective_on": date(2026, 6, 10), "words": "Dix lampes."}
    evidence = [link()] if progress == Progress.DONE else []
    followup.report(clerk(), action, progress=progress, evidence=evidence, **said)
    commit()


def test_a_plan_says_on_paper_what_its_page_says(plan, client):
    report(first_action(plan))
    reply = client.get(f"/plans/{plan.slug}.pdf")
    words = read(reply)
    for said in (
        *("Un port pour tous", "Conseil municipal", "1er juin 2026", "AXE 1", "Un quai sûr"),
        *("Éclairer le môle", "Refaire #read(le quai)", "Quand : été 2027", "Sommaire"),
        *("Réalisé 1", "Non renseigné 1", "sur 2 actions", "depuis le 10 juin 2026"),
        *("15 juin 2026", "Abandonné", "Ne se fera pas"),
    ):
        assert said in words.replace("\N{NO-BREAK SPACE}", " "), said
    assert reply.headers["Content-Disposition"] == f"inline; filename={plan.slug}.pdf"
    assert f"/plans/{plan.slug}.pdf" in client.get(f"/plans/{plan.slug}").text


def test_it_is_set_once_and_handed_out_again(plan, client, monkeypatch):
    page = f"/plans/{plan.slug}.pdf"
    first = client.get(page)
    monkeypatch.setattr(papers, "run", lambda job: pytest.fail("set twice"))
    again = client.get(page)
    assert again.data == first.data
    assert again.headers["Cache-Control"] == "public, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(page, headers=known).status_code == 304


def test_what_changes_is_set_anew(plan, client):
    page = f"/plans/{plan.slug}.pdf"
    assert "Suspendu 1" not in read(client.get(page))
    report(first_action(plan), Progress.SUSPENDED)
    assert "Suspendu 1" in read(client.get(page))


def test_nobody_takes_the_press_for_themselves(plan, client, app):
    page = f"/plans/{plan.slug}.pdf"
    shelf = Path(app.config["INSTANCE"]) / "papers"
    shelf.mkdir(exist_ok=True)
    for number in range(papers.BUSY):
        (shelf / f"{number}.pdf").write_bytes(b"")
    reply = client.get(page)
    assert reply.status_code == 429
    assert reply.headers["Retry-After"]
    old = time.time() - papers.DAYS * 24 * 3600 - 60
    for one in shelf.glob("*.pdf"):
        os.utime(one, (old, old))
    assert client.get(page).status_code == 200
    assert len(list(shelf.glob("*.pdf"))) == 1  # what nobody asked for is gone


def test_papers_asked_for_again_leave_the_press_to_new_ones(plan, client, app, monkeypatch):
    page = f"/plans/{plan.slug}.pdf"
    client.get(page)
    (kept,) = (Path(app.config["INSTANCE"]) / "papers").glob("*.pdf")
    hour = time.time() - 3600
    os.utime(kept, (hour, hour))
    client.get(page)
    monkeypatch.setattr(papers, "BUSY", 1)
    assert client.get(f"{page}?lang=en").status_code == 200


def test_a_plan_being_prepared_is_printed_for_those_who_prepare_it(ctx, noon, client):
    desk = clerk()
    plan = make_plan(desk)
    page = f"/plans/{plan.slug}.pdf"
    assert client.get(page).status_code == 404
    reply = sign_in(client, desk).get(page)
    assert "Document de travail" in read(reply)
    assert reply.headers["Cache-Control"] == "private, no-store"


def test_an_edition_on_paper_stays_as_it_was(plan, client, noon):
    action = first_action(plan)
    report(action, Progress.STARTED)
    made = followup.publish_edition(
        clerk(),
        plan,
        title="Un an après",
        as_of=date(2026, 6, 15),
        introduction="Où *nous* en sommes.",
    )
    commit()
    page = f"/plans/{plan.slug}/bilans/un-an-apres.pdf"
    before = read(client.get(page))
    for said in ("Un an après", "En cours 1", "Où nous en sommes.", made.sha256[:12], "figée"):
        assert said in before, said
    report(action)
    engagements.revise(clerk(), action, title="Éclairer tout le môle", reason="Demandé.")
    commit()
    assert read(client.get(page)) == before
    assert page in client.get(f"/plans/{plan.slug}/editions/un-an-apres").text


def test_an_edition_on_paper_keeps_its_money_its_sheets_and_its_moments(plan, client, noon):
    desk = clerk()
    engagements.note_amount(desk, plan, subject="Lampes", words="10 €", nature=Nature.SPENT)
    engagements.announce(desk, plan, thematic="Éclairage public", aim="Voir le soir")
    engagements.schedule(desk, plan, kind=MomentKind.ANNUAL, title="Revue", due_words="mai 2027")
    followup.publish_edition(desk, plan, title="Un an après", as_of=date(2026, 6, 15))
    commit()
    page = f"/plans/{plan.slug}/bilans/un-an-apres.pdf"
    before = read(client.get(page))
    for said in ("Lampes", "Éclairage public", "Revue, mai 2027", "réalisé"):
        assert said in before, said
    engagements.note_amount(desk, plan, subject="Bancs", words="20 €", nature=Nature.SPENT)
    commit()
    assert read(client.get(page)) == before


def test_an_act_says_what_is_not_communicated(plan, client):
    words = read(client.get(f"/actes/{plan.act_id}.pdf"))
    assert "Conseil municipal" in words.title() or "CONSEIL MUNICIPAL" in words
    assert "1er juin 2026" in words
    assert words.count("non communiqué") >= 7
    assert f"/actes/{plan.act_id}.pdf" in client.get(f"/actes/{plan.act_id}").text
    assert client.get("/actes/999.pdf").status_code == 404


def test_the_groups_have_their_room_on_paper_too(plan, client, noon):
    pluralism.create_group(make_user(RoleName.ADMINISTRATOR), name="Gauche unie", seats=6)
    pluralism.create_group(make_user(RoleName.ADMINISTRATOR), name="Port ensemble", seats=20)
    desk = clerk()
    room = pluralism.open(desk, plan, max_characters=300, closes_on=date(2026, 6, 20))
    space = next(one for one in room.spaces if one.name == "Gauche unie")
    said = {
        "words": "Le quai **attend**.",
        "signed_by": "D. Petit",
        "received_on": date(2026, 6, 14),
    }
    pluralism.write(desk, space, **said)
    commit()
    page = f"/plans/{plan.slug}.pdf"
    assert "Gauche unie" not in read(client.get(page))
    with clock.frozen(noon + timedelta(days=10)):
        pluralism.publish(desk, room)
        commit()
        words = read(client.get(page))
    assert "Le quai attend." in words
    assert "sa place reste vide" in words
    assert words.index("Port ensemble") < words.index("Gauche unie")


SHEET = {
    "title": "Rendre le quai sûr",
    "thematic": "Le port",
    "audience": ["Les pêcheurs"],
    "when": "2026-2027",
    "followed": ["Nombre de lampes", "Nombre de chutes"],
    "context": ["Le quai glisse."],
    "objectives": ["Éclairer", "Réparer"],
    "steps": [{"text": "Poser", "items": ["dix lampes", "deux échelles"]}],
    "mobilised": ["La capitainerie"],
    "carriers": "La Ville",
    "means": "",
}


def test_a_sheet_stands_under_its_printed_headings(plan, client):
    desk = clerk()
    sheet = engagements.announce(desk, plan, thematic="Le port", aim="Un quai net.")
    commit()
    page = f"/fiches/{sheet.id}.pdf"
    announced = read(client.get(page))
    assert "Un quai net." in announced
    assert "Fiche détaillée non publiée" in announced
    engagements.write_sheet(desk, sheet, content=SHEET)
    commit()
    assert "dix lampes" not in read(client.get(page))  # a draft is nobody else's
    engagements.publish_sheet(desk, sheet)
    spent = {"subject": "Lampes", "words": "12 000 €", "nature": Nature.SPENT, "part": sheet}
    engagements.note_amount(desk, plan, **spent)
    commit()
    words = read(client.get(page))
    order = ["Pour qui", "Quand", "Quels suivis", "Contexte", "Objectifs", "Mise en œuvre"]
    order += ["Qui mobiliser", "Porteurs", "Moyens"]
    places = [words.index(heading) for heading in order]
    assert places == sorted(places)
    assert "dix lampes" in words
    assert "non communiqué" in words[places[-1] :]
    assert "réalisé" in words
    assert "12 000 €" in words.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    assert page in client.get(f"/fiches/{sheet.id}").text


def test_amounts_of_two_natures_are_never_added_on_paper(plan, client):
    desk = clerk()
    for words, nature in (("10 €", Nature.SPENT), ("20 €", Nature.SPENT), ("5 €", Nature.FORECAST)):
        engagements.note_amount(desk, plan, subject="Lampes", words=words, nature=nature)
    commit()
    words = read(client.get(f"/plans/{plan.slug}.pdf")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Total de cette nature : 30" in words.replace("\u202f", " ")
    assert "35 €" not in words
    assert "prévisionnel" in words
