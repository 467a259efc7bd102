"""The pages of the parts of a plan: what a resident reads, what a clerk types, step by step."""

import csv
import html
import io
import json
import re

import pytest

from consult.core.money import Nature
from consult.engagements import actions as engagements
from consult.engagements import amounts, moments, queries, sheets
from consult.engagements.models import (
    Amount,
    Engagement,
    Moment,
    MomentKind,
    Plan,
    PlanVersion,
    Sheet,
)
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.counting import statements
from tests.engagements.making import clerk, first_engagement, make_plan, published
from tests.engagements.test_parts import WORDS, announced, written
from tests.engagements.test_roadmap import SMALL, carried
from tests.factories import make_user, sign_in

BUDGET = 12


def text_of(reply) -> str:
    assert reply.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def headings(reply) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])", reply.text)]


def in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


@pytest.fixture
def plan(ctx) -> Plan:
    return carried(json.loads(SMALL.read_text()))


def pages(plan: Plan) -> list[str]:
    home = f"/plans/{plan.slug}"
    full, bare = sheets.of_plan(plan)
    branches = Engagement.query.filter_by(plan_id=plan.id).order_by(Engagement.id)
    return [
        home,
        *(f"{home}/{part}" for part in ("fiches", "montants", "evaluations", "versions/1")),
        *(f"{home}/engagements/{one.id}" for one in branches),
        f"/fiches/{full.id}",
        f"/fiches/{full.id}/versions/1",
        f"/fiches/{bare.id}",
    ]


def test_every_page_is_read_by_all_few_questions_asked_and_no_heading_skipped(plan, client):
    for page in pages(plan):
        client.get(page)
        with statements() as sent:
            reply = client.get(page)
        assert reply.status_code == 200, page
        assert len(sent) <= BUDGET, f"{page}: {len(sent)}\n" + "\n".join(sent)
        levels = headings(reply)
        steps = zip(levels, levels[1:], strict=False)
        assert levels[0] == 1, page
        assert all(after - before <= 1 for before, after in steps), (page, levels)


def test_a_plan_says_its_levels_its_sheets_and_what_comes(plan, client):
    text = text_of(client.get(f"/plans/{plan.slug}"))
    assert "2 annoncées, une publiée" in text
    assert "Enjeu : 1" in text
    assert "2 montants" in text
    assert "Octobre 2024" in text
    assert in_order(text, "ENJEU N°1 : LE PORT", "Axe 1: Un quai sûr", "Le môle", "Les anneaux")


def test_a_branch_reads_as_a_chapter(plan, client):
    axis = Engagement.query.filter_by(plan_id=plan.id, number="Axe 1").one()
    text = text_of(client.get(f"/plans/{plan.slug}/engagements/{axis.id}"))
    assert in_order(text, "Page 4 du document imprimé", "Le môle", "le poncer", "Trente anneaux.")
    assert "environ 2 M€" in text


def test_a_sheet_shows_its_printed_headings_in_order(plan, client):
    full, bare = sheets.of_plan(plan)
    text = text_of(client.get(f"/fiches/{full.id}"))
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    assert in_order(
        text,
        *("Pour qui ?", "Quand ?", "Quels suivis ?", "Contexte", "Objectifs", "Mise en œuvre"),
        *("Gratter, notamment", "à marée basse", "Qui mobiliser ?"),
        *("Porteurs de l’action", "Moyens de mise en œuvre", "Deux brosses"),
    )
    text = text_of(client.get(f"/fiches/{bare.id}"))
    assert "La fiche détaillée n’est pas publiée" in text
    assert "Des lampes au bout du môle." in text


def test_each_text_of_a_sheet_is_cited_by_its_own_address(ctx, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    sheet = written(actor, plan)
    engagements.write_sheet(actor, sheet, content={**WORDS, "means": "Trois brosses"})
    engagements.publish_sheet(actor, sheet, reason="Une brosse de plus.")
    commit()
    assert "Deux brosses" in text_of(client.get(f"/fiches/{sheet.id}/versions/1"))
    assert "Trois brosses" in text_of(client.get(f"/fiches/{sheet.id}"))
    assert client.get(f"/fiches/{sheet.id}/versions/3").status_code == 404


def test_nature_stands_beside_each_amount_and_natures_are_not_added(plan, client):
    text = text_of(client.get(f"/plans/{plan.slug}/montants"))
    assert "environ 2 M€ prévisionnel" in text
    assert "1 500 € de pierre réalisé" in text
    assert "2 001 500" not in text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_evaluations_say_who_and_when_or_that_nobody_said(plan, client, noon):
    text = text_of(client.get(f"/plans/{plan.slug}/evaluations"))
    assert "d’ici le 31 décembre 2027" in text
    assert "Date non communiquée" in text
    assert "Menée par : mission du port" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "adopté en juillet 2023" in text


def test_tables_open_in_a_spreadsheet(plan, client):
    for name, rows in (("actions", 0), ("fiches", 2), ("montants", 2), ("evaluations", 4)):
        reply = client.get(f"/plans/{plan.slug}/{name}.csv")
        assert reply.content_type == "text/csv; charset=utf-8"
        lines = list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
        assert len(lines) == rows, name


def test_a_draft_and_its_parts_are_seen_by_those_who_prepare_it(ctx, client):
    actor = clerk()
    plan = make_plan(actor)
    sheet = announced(actor, plan)
    addresses = [f"/plans/{plan.slug}/{name}" for name in ("fiches", "montants", "evaluations")]
    addresses += [f"/fiches/{sheet.id}", f"/plans/{plan.slug}/fiches.csv"]
    assert {client.get(one).status_code for one in addresses} == {404}
    sign_in(client, actor)
    assert {client.get(one).status_code for one in addresses} == {200}


def test_a_long_plan_shows_its_contents_and_keeps_its_words_for_each_branch(ctx, client):
    small = json.loads(SMALL.read_text())
    section = small["feuille_de_route"]["enjeux"][0]["axes"][0]["sections"][1]
    section["paragraphs"] = ["Une cale douce et longue. " * 300]
    plan = carried(small)
    text = text_of(client.get(f"/plans/{plan.slug}"))
    assert "Ce que contient le plan" in text
    assert "La cale" in text
    assert "douce et longue" not in text
    branch = Engagement.query.filter_by(title="La cale").one()
    page = client.get(f"/plans/{plan.slug}/engagements/{branch.id}")
    assert "douce et longue" in text_of(page)


def test_a_sheet_is_found_and_what_it_lacks_leads_to_its_form(plan, client):
    full, bare = sheets.of_plan(plan)
    assert f"/fiches/{full.id}" in client.get("/recherche?q=algues").text
    sign_in(client, clerk())
    text = client.get("/a-completer").text
    assert f"/fiches/{bare.id}/rediger" in text
    assert f"/fiches/{full.id}/rediger" in text
    review = Moment.query.filter_by(kind=MomentKind.ANNUAL).one()
    assert f"/evaluations/{review.id}/modifier" in text


# A clerk at work.


@pytest.fixture
def desk(ctx, client):
    actor = clerk()
    return sign_in(client, actor), make_plan(actor)


def test_a_sheet_from_its_announcement_to_its_second_text(desk):
    client, plan = desk
    home = f"/plans/{plan.slug}/fiches"
    reply = client.post(f"{home}/nouvelle", data={"thematic": "", "aim": "Un quai net."})
    assert "Indiquez le thème." in text_of(reply)
    assert "Un quai net." in reply.text
    branch = first_engagement(plan).id
    data = {"thematic": "Propreté", "aim": "Un quai net.", "engagement_id": branch}
    reply = client.post(f"{home}/nouvelle", data=data)
    sheet = Sheet.query.one()
    assert reply.location.endswith(f"/fiches/{sheet.id}/rediger")
    assert sheet.engagement_id == branch
    typed = {
        "thematic": "Propreté",
        "title": "Un quai sans algues",
        "audience": "Les pêcheurs\nLes familles",
        "steps": "Gratter, notamment\n- le matin\n– à marée basse\nRincer",
    }
    page = f"/fiches/{sheet.id}"
    client.post(f"{page}/rediger", data={**typed, "then": "later"})
    assert "le matin" in client.get(f"{page}/rediger").text
    assert "La fiche détaillée n’est pas publiée" in text_of(client.get(page))
    reply = client.post(f"{page}/rediger", data=typed)
    assert reply.location.endswith("/publier")
    assert in_order(text_of(client.get(f"{page}/publier")), "Un quai sans algues", "à marée basse")
    assert client.post(f"{page}/publier", data={}).status_code == 303
    text = sheets.texts(sheets.of_plan(plan)[0])[0]
    assert text.content["steps"] == [
        {"text": "Gratter, notamment", "items": ["le matin", "à marée basse"]},
        {"text": "Rincer", "items": []},
    ]
    assert "Rien de nouveau" in text_of(client.get(f"{page}/publier"))
    client.post(f"{page}/rediger", data={**typed, "means": "Deux brosses"})
    assert "dites pourquoi son texte change" in text_of(client.post(f"{page}/publier", data={}))
    client.post(f"{page}/publier", data={"reason": "Les brosses manquaient."})
    assert "Les brosses manquaient." in text_of(client.get(page))
    client.post(f"{page}/annonce", data={"thematic": "Net", "aim": "Plus net.", "number": "A1"})
    assert "Plus net." in text_of(client.get(page))


def test_what_was_announced_of_a_sheet_changes_with_a_public_reason(desk):
    client, plan = desk
    sheet = engagements.announce(clerk(), plan, thematic="Net", aim="Un quai net.")
    commit()
    page = f"/fiches/{sheet.id}"
    now = {"thematic": "Propreté", "aim": "Un quai net et sec.", "number": "A1"}
    assert 'name="reason"' not in client.get(f"{page}/annonce").text  # nobody read it yet
    published(clerk(), plan)
    refused = client.post(f"{page}/annonce", data=now).text
    assert 'id="reason-error"' in refused
    assert "Un quai net et sec." in refused
    why = {"reason": "Le quai doit aussi être sec."}
    assert client.post(f"{page}/annonce", data={**now, **why}).status_code == 303
    seen = text_of(client.get(page)).partition("Ce qui se lisait autrement")[2]
    assert why["reason"] in seen
    assert "retiré : Net ajouté : Propreté" in seen
    assert "retiré : Un quai net. ajouté : Un quai net et sec." in seen
    assert "A1" not in seen  # the number was only filled in


def test_an_amount_is_typed_corrected_and_taken_away(desk):
    client, plan = desk
    home = f"/plans/{plan.slug}/montants"
    typed = {"words": "beaucoup", "subject": "Le môle", "nature": "voted", "part": "plan"}
    assert "Ces mots ne donnent aucun montant" in text_of(
        client.post(f"{home}/nouveau", data=typed)
    )
    part = f"engagement-{first_engagement(plan).id}"
    client.post(f"{home}/nouveau", data={**typed, "words": "157 M€", "part": part})
    (amount,) = amounts.of_plan(plan)
    assert (amount.cents, amount.nature) == (157_000_000_00, Nature.VOTED)
    assert amount.engagement_id == first_engagement(plan).id
    page = f"/montants/{amount.id}"
    assert "157 M€" in client.get(f"{page}/corriger").text
    client.post(f"{page}/corriger", data={**typed, "words": "160 M€", "nature": "spent"})
    assert "160 M€" in text_of(client.get(home))
    client.post(f"{page}/retirer")
    assert Amount.query.filter_by(struck_at=None).count() == 0


def test_an_evaluation_is_typed_moved_held(desk, noon):
    client, plan = desk
    home = f"/plans/{plan.slug}/evaluations"
    pilot = make_user(email="pilote@exemple.fr", name="Dominique Petit")
    typed = {"kind": "midterm", "title": "Le mi-parcours", "due_words": "2027"}
    reply = client.post(f"{home}/nouvelle", data={**typed, "email": "personne@nulle.part"})
    assert "Aucun compte confirmé" in text_of(reply)
    client.post(f"{home}/nouvelle", data={**typed, "email": pilot.email})
    moment = Moment.query.one()
    assert (moment.pilot_id, moment.kind) == (pilot.id, MomentKind.MIDTERM)
    page = f"/evaluations/{moment.id}"
    client.post(f"{page}/modifier", data={**typed, "due_words": "mai 2026"})
    assert "En retard" in text_of(client.get(home))
    reply = client.post(f"{page}/tenue", data={"done_on": "2026-06-01"})
    assert "Ajoutez le document" in text_of(reply)
    paper = (io.BytesIO(b"%PDF-1.7 rapport"), "Rapport.pdf")
    client.post(
        f"{page}/tenue",
        data={"done_on": "2026-06-01", "words": "Bien.", "document": paper},
        content_type="multipart/form-data",
    )
    text = text_of(client.get(home))
    assert "A eu lieu le 1er juin 2026" in text
    client.post(f"{page}/retirer")
    assert moments.of_plan(plan) == []


def test_levels_are_renamed_and_versions_opened_from_the_desk(desk):
    client, plan = desk
    slug = plan.slug
    top = first_engagement(plan)
    data = {"title": "Une section", "level": "Section", "page": "12", "parent_id": top.id}
    client.post(f"/plans/{slug}/engagements/nouveau", data=data)
    client.post(f"/plans/{slug}/niveaux", data={"level": "Section", "name": "Chapitre"})
    section = Engagement.query.filter_by(title="Une section").one()
    assert (section.level, section.page) == ("Chapitre", "12")
    assert client.get(f"/plans/{slug}/versions/nouvelle").status_code == 403
    published(clerk(), queries.by_slug_or_404(slug, clerk()))
    reply = client.post(f"/plans/{slug}/niveaux", data={"level": "Chapitre", "name": "Section"})
    assert "Le plan a été adopté" in text_of(reply)
    data = {"kind": "midterm", "as_of_words": "automne 2027", "words": "Trois ans après."}
    client.post(f"/plans/{slug}/versions/nouvelle", data=data)
    assert PlanVersion.query.count() == 2
    assert "Trois ans après." in text_of(client.get(f"/plans/{slug}/versions/2"))
    assert "Cette version est close" in text_of(client.get(f"/plans/{slug}/versions/1"))
    assert client.get(f"/plans/{slug}/versions/3").status_code == 404


@pytest.mark.parametrize("role", [None, RoleName.FACILITATOR, RoleName.GUARANTOR])
def test_the_desk_of_the_parts_is_for_the_councils_desk(ctx, client, role):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    sheet = announced(actor, plan)
    sign_in(client, make_user(*([role] if role else [])))
    for address in (
        *(f"/plans/{plan.slug}/{part}" for part in ("fiches/nouvelle", "montants/nouveau")),
        *(f"/plans/{plan.slug}/{part}" for part in ("evaluations/nouvelle", "niveaux")),
        *(f"/fiches/{sheet.id}/{verb}" for verb in ("rediger", "annonce", "publier")),
    ):
        assert client.get(address).status_code == 403, address
        assert client.post(address, data={}).status_code == 403, address
