"""The pages of indicators: figures with their sources, pictures that judge nothing, a calm desk."""

import csv
import html
import io
import json
import re
from decimal import Decimal

import frictionless
import pytest
from axe_playwright_python.sync_playwright import Axe

from consult.core import restated
from consult.core.db import db
from consult.engagements.models import Sheet
from consult.indicators import actions, carrying, formats, queries, schema
from consult.indicators.models import Measure, Yardstick
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.counting import statements
from tests.engagements.making import first_action, make_plan, published
from tests.factories import make_user, sign_in
from tests.indicators.making import (
    clerk,
    counting,
    entry,
    make_indicator,
    make_place,
    measured,
    own_document,
    shown,
)

BUDGET = 12


def text_of(page: str) -> str:
    """The words of a page, spaces that hold together as plain ones."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r"[\s\u00a0\u202f]+", " ", words)


def carried():
    made = carrying.indicators(own_document(), "900")
    db.session.commit()
    return made.indicators


# What everybody reads.


def test_the_table_stands_with_its_notes_its_reading_key_and_its_sources(ctx, client):
    carried()
    page = client.get("/indicateurs").text
    seen = text_of(page)
    for words in (
        *("Chiffres du port", "POPULATION", "14,7%", "18,2%", "- 3,5 pts", "- 674 €", "1 349 €"),
        *("2020", "Recensement", "non communiqué", "donnée officielle", "estimation"),
        "la donnée des quais est une estimation de la capitainerie.",
        "Clé de lecture : 31,0% des habitants des quais",
    ):
        assert words in seen, words
    assert page.index("</table>") < page.index("Clé de lecture : 31,0%") < page.index("Autres")


def test_a_gap_is_said_in_words_and_nobody_judges_it(ctx, client):
    """US4.6: more poverty is « supérieur au département », in no colour of good or bad."""
    carried()
    for path in ("/indicateurs", "/indicateurs/taux-de-pauvrete"):
        page = client.get(path).text
        assert "supérieur au département" in page
        assert "inférieur au département" in client.get("/indicateurs").text
        pictures = "".join(re.findall(r"<figure class=\"dots\".*?</figure>", page, re.S))
        assert pictures
        for judgement in ("s-done", "s-abandoned", "s-retained", "tag-late", "style="):
            assert judgement not in pictures


def test_every_figure_of_a_picture_stands_in_a_table(ctx, client):
    carried()
    page = client.get("/indicateurs").text
    pictures = re.findall(r"<figure class=\"dots\".*?</figure>", page, re.S)
    tables = text_of("".join(re.findall(r"<table.*?</table>", page, re.S)))
    figures = re.findall(r"-?\d[\d ]*(?:,\d+)?(?=%| €)", text_of(" ".join(pictures)))
    told = [one for one in re.findall(r"class=\"dot-figures\">([^<]+)<", page)]
    assert figures
    assert len(told) == 5
    for words in told:
        assert text_of(words).strip() in tables


def test_both_figures_stand_in_public_each_with_its_source(ctx, client):
    """US4.7."""
    carried()
    seen = text_of(client.get("/indicateurs/taux-de-pauvrete").text)
    assert "Deux sources, deux chiffres" in seen
    assert "30,2% ( Fichier des revenus, 2021 )" in seen.replace("(", "( ").replace(")", " )")
    assert "30 % ( Feuille de route du Pays du Phare )" in seen.replace("(", "( ").replace(
        ")", " )"
    )
    assert client.get("/indicateurs/contradictions").status_code in (302, 303, 403)
    for role, is_asked in ((RoleName.COUNCIL, True), (RoleName.GUARANTOR, False)):
        sign_in(client, make_user(role))
        page = client.get("/indicateurs/contradictions").text
        assert "30,2%" in text_of(page)
        assert ("Les deux peuvent rester" in page) is is_asked
    assert "Taux de pauvreté" in client.get("/a-completer").text


def test_territories_stand_side_by_side_and_over_the_years(ctx, client):
    indicator = make_indicator()
    place = make_place("Le Môle")
    measured(
        indicator,
        *(
            entry(indicator, "Le Môle", words, period=year, place=place)
            for year, words in (("2021", "12,5 %"), ("2022", "18,2 %"), ("2024", "44,0 %"))
        ),
        entry(indicator, "Le bourg", "28,7 %"),
    )
    seen = text_of(client.get("/indicateurs/part-du-velo").text)
    assert "12,5 % → 44,0 %" in seen
    assert "Le bourg" in seen
    reply = client.get("/indicateurs/aller?lieu=le-mole")
    assert reply.location == "/indicateurs/lieux/le-mole"
    seen = text_of(client.get(reply.location).text)
    assert "44,0 %" in seen
    assert "12,5 %" not in seen  # the latest of each
    assert "/indicateurs/lieux/le-mole" in client.get("/lieux/le-mole").text


def test_what_measures_and_what_is_measured_point_at_each_other(ctx, client):
    plan = published(clerk(), make_plan(clerk()))
    sheet = Sheet(plan=plan, thematic="Mer", title="Des quais sûrs", state="published")
    db.session.add(sheet)
    db.session.commit()
    action = first_action(plan)
    indicator = make_indicator(plans=[plan], actions=[action], sheets=[sheet])
    page = client.get(f"/indicateurs/{indicator.slug}").text
    doors = (f"/plans/{plan.slug}", f"/actions/{action.id}", f"/fiches/{sheet.id}")
    for door in doors:
        assert f'href="{door}"' in page
    for door in (*doors[1:], f"/plans/{plan.slug}/indicateurs"):
        assert f'href="/indicateurs/{indicator.slug}"' in client.get(door).text, door
    assert f'href="/plans/{plan.slug}/indicateurs"' in client.get(f"/plans/{plan.slug}").text


def test_what_is_not_public_is_read_by_the_desk_alone(ctx, client):
    indicator = make_indicator(public=False)
    measured(indicator, entry(indicator, "Le bourg", "12 %"))
    for path in ("/indicateurs", "/indicateurs.csv", "/indicateurs.json"):
        assert "Part du vélo" not in client.get(path).text
    assert client.get("/indicateurs/part-du-velo").status_code == 404
    sign_in(client, clerk())
    assert "Pas encore public" in client.get("/indicateurs/part-du-velo").text
    assert client.post("/indicateurs/part-du-velo/publier").status_code == 303
    assert "Part du vélo" in client.get("/indicateurs.csv").text


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_page_asks_row_by_row(ctx, client, is_signed_in):
    carried()
    counting({f"Quartier {n}": {"": str(n)} for n in range(40)})
    if is_signed_in:
        sign_in(client, clerk())
    pages = ["/indicateurs", "/indicateurs/taux-de-pauvrete", "/indicateurs/lieux/le-mole"]
    pages += ["/indicateurs/personnes-accompagnees", "/indicateurs.csv", "/indicateurs.json"]
    pages += ["/indicateurs/atelier", "/indicateurs/contradictions"] if is_signed_in else []
    for page in pages:
        client.get(page)
        with statements() as sent:
            assert client.get(page).status_code == 200
        assert len(sent) <= BUDGET, f"{page}: {len(sent)}\n" + "\n".join(sent)


# Open data.


def test_the_open_table_keeps_its_columns_and_says_what_they_mean(ctx, client):
    carried()
    reply = client.get("/indicateurs.csv")
    rows = list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert tuple(rows[0]) == formats.COLUMNS
    assert rows[0][:4] == ["indicateur_id", "collection", "theme", "indicateur"]
    assert rows[0][-1] == "cle_de_lecture"
    assert {"- 3,5 pts", "- 674 €", "+ 6,5 pts"} <= {cell for row in rows for cell in row}
    dictionary = client.get("/indicateurs/dictionnaire").text
    for name in formats.COLUMNS:
        assert f'id="{name}"' in dictionary
    assert len(client.get("/indicateurs.json").json) == len(rows) - 1


def test_a_judge_of_tables_finds_it_as_its_schema_says(ctx, client, tmp_path):
    carried()
    counting({"Nord": {"": "40"}, "Sud": {"": "4"}})
    path = tmp_path / "indicateurs.csv"
    path.write_bytes(client.get("/indicateurs.csv").data)
    described = client.get("/indicateurs/dictionnaire.json").json
    judge = frictionless.Resource(
        path=path.name,
        basepath=str(tmp_path),
        encoding="utf-8-sig",
        schema=frictionless.Schema.from_descriptor(
            {"fields": described["fields"], "missingValues": described["missingValues"]}
        ),
    )
    report = judge.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    assert [field.name for field in schema.FIELDS] == list(formats.COLUMNS)


def test_the_table_of_a_plan_holds_its_own(ctx, client):
    plan = published(clerk(), make_plan(clerk()))
    own, other = make_indicator(plans=[plan]), make_indicator(label="Autre chose")
    for one in (own, other):
        measured(one, entry(one, "Le bourg", "12 %"))
    text = client.get(f"/plans/{plan.slug}/indicateurs.csv").text
    assert "Part du vélo" in text
    assert "Autre chose" not in text


def test_what_is_taken_away_can_be_brought_in_elsewhere(ctx, client):
    carried()
    wealth = client.get("/indicateurs/niveau-de-vie-mensuel-median.csv").text.lstrip("\ufeff")
    twin = make_indicator(label="Jumeau", unit="")
    sign_in(client, clerk())
    page = f"/indicateurs/{twin.slug}/import"
    reply = client.post(page, data={"pasted": wealth, "step": "write"})
    assert reply.status_code == 303
    assert sorted((row.words, row.number, row.unit) for row in shown(twin)) == [
        ("1 349 €", Decimal(1349), "€"),
        ("2 023 €", Decimal(2023), "€"),
    ]


# Small numbers.


# As a number of its own: moments, fingerprints and tokens hold such digits by chance.
SMALL = re.compile(r"(?<![\w.:#/+=-])(613|617)(?![\w/+=-]|\.\d)")


def test_a_small_number_is_on_no_page_and_in_no_file(ctx, client):
    """A threshold of 1,000 makes 613 a small number that stands nowhere by chance."""
    plan = published(clerk(), make_plan(clerk()))
    place = make_place("Le Môle")
    indicator = make_indicator(
        label="Personnes accompagnées", unit="", counts_people=True, threshold=1000, plans=[plan]
    )
    measured(
        indicator,
        entry(indicator, "Le Môle", "613", place=place),
        entry(indicator, "Le bourg", "2 471"),
        entry(indicator, "La Criée", "5 309"),
        entry(indicator, "Ensemble", "8 393", is_total=True),
    )
    row = shown(indicator)[0]
    measure = db.session.get(Measure, row.id)
    said = {"words": "617", "number": Decimal(617), "unit": "", "reason": "Recompté."}
    actions.correct(clerk(), measure, **said)
    commit()
    slug = indicator.slug
    public = ["/indicateurs", f"/indicateurs/{slug}", "/indicateurs/lieux/le-mole"]
    public += ["/indicateurs.csv", "/indicateurs.json", f"/indicateurs/{slug}.csv"]
    public += [f"/plans/{plan.slug}{end}" for end in ("", "/indicateurs", "/indicateurs.csv")]
    public += ["/journal", "/recherche?q=accompagn%C3%A9es", "/lieux/le-mole"]
    desk = ["/indicateurs/atelier", "/indicateurs/contradictions", "/a-completer"]
    desk += [f"/indicateurs/{slug}/{end}" for end in ("saisie", "import", "modifier")]
    desk += [f"/indicateurs/chiffres/{row.id}/corriger"]
    for user in (None, clerk(), make_user(RoleName.ADMINISTRATOR)):
        if user is not None:
            sign_in(client, user)
        for page in public + (desk if user else []):
            text = client.get(page).text
            assert not SMALL.search(text), page
            # What would give it away: the total less the two others.
            numbers = re.sub(r"[\s\u00a0\u202f]", "", text)
            assert not all(words in numbers for words in ("2471", "5309", "8393")), page
    assert "masqué" in client.get(f"/indicateurs/{slug}").text
    told = client.get("/indicateurs.json").json
    assert [one["valeur"] for one in told if one["masque"]] == [None, None]


def test_an_administrator_sets_the_threshold(ctx, client):
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    reply = client.post("/indicateurs/seuil", data={"threshold": "3"})
    assert "Entre 5 et 1000 personnes." in text_of(reply.text)
    assert client.post("/indicateurs/seuil", data={"threshold": "20"}).status_code == 303
    assert 'value="20"' in client.get("/indicateurs/atelier").text
    sign_in(client, clerk())
    assert client.post("/indicateurs/seuil", data={"threshold": "12"}).status_code == 403


# The desk.


def test_from_the_first_word_to_the_public_page(ctx, client):
    sign_in(client, clerk())
    reply = client.post(
        "/indicateurs/nouveau",
        data={"label": "Arbres plantés", "theme": "Climat", "unit": "", "note_key": "a"},
    )
    assert reply.location == "/indicateurs/arbres-plantes/saisie"
    said = {"period": "2025", "source": "Service des parcs", "quality": "official"}
    lines = {
        "cells-0-territory": "Le bourg",
        "cells-0-words": "1 240",
        "cells-1-territory": "Le port",
        "cells-1-category": "fruitiers",
        "cells-1-words": "85",
        "cells-2-territory": "Le cap",  # no figure: left out
    }
    assert client.post(reply.location, data={**said, **lines}).status_code == 303
    client.post("/indicateurs/arbres-plantes/publier")
    seen = text_of(client.get("/indicateurs/arbres-plantes").text)
    for words in ("1 240", "fruitiers", "2025", "Service des parcs", "donnée officielle"):
        assert words in seen
    assert "Le cap" not in seen
    grid = client.get("/indicateurs/arbres-plantes/saisie").text
    assert 'value="Le bourg"' in grid  # next year only the figures are to be typed
    assert "1 240" not in grid


def test_the_grid_keeps_what_was_typed_and_says_what_is_wrong_beside_it(ctx, client):
    indicator = make_indicator()
    sign_in(client, clerk())
    page = f"/indicateurs/{indicator.slug}/saisie"
    lines = {
        "period": "2025",
        "source": "Ville",
        "cells-0-territory": "Le bourg",
        "cells-0-words": "douze",
        "cells-1-words": "14 %",
        "cells-2-territory": "Le port",
        "cells-2-words": "- 3,5 pts",
    }
    reply = client.post(page, data=lines)
    seen = text_of(reply.text)
    assert "Ce n’est pas un simple chiffre" in seen
    assert "Dites de quel territoire parle ce chiffre." in seen
    for value in ("Le bourg", "douze", "14 %", "Le port", "- 3,5 pts", "2025", "Ville"):
        assert f'value="{value}"' in reply.text
    assert shown(indicator) == []
    more = client.post(page, data={**lines, "more": "1"})
    assert more.text.count('name="cells-') > reply.text.count('name="cells-')
    assert 'value="douze"' in more.text
    assert "Ce n’est pas" not in more.text
    assert "au moins un chiffre" in client.post(page, data={"period": "2025"}).text


def test_a_table_is_looked_at_before_it_enters(ctx, client):
    indicator, place = make_indicator(), make_place("Le Môle")
    measured(indicator, entry(indicator, "Le cap", "9 %", period="2023"))
    sign_in(client, clerk())
    page = f"/indicateurs/{indicator.slug}/import"
    table = (
        "Territoire\t2023\t2024\n"
        "LE MOLE\t12,5\t18,2 %\n"
        "Le cap\t9 %\tdouze\n"
        "Ensemble\t11,0 %\t\n"
        "\t3 %\t\n"
    )
    reply = client.post(page, data={"pasted": table, "source": "Ville", "step": "look"})
    seen = text_of(reply.text)
    assert "3 chiffres ne peuvent pas entrer" in seen
    assert "3 chiffres entreraient" in seen
    for words in ("3 Le cap 2023 9 % Il y a déjà un chiffre", "3 Le cap 2024 douze Ce n’est pas"):
        assert words in seen
    assert "5 2023 3 % Dites de quel territoire" in seen
    assert "un lieu de ce site" in seen
    assert len(shown(indicator)) == 1
    key = re.search(r'name="key"[^>]*value="([^"]+)"', reply.text)[1]
    data = {"pasted": table, "source": "Ville", "step": "write", "key": key}
    for _again in range(2):
        assert client.post(page, data=data).status_code == 303
    rows = {(row.territory, row.period): row for row in shown(indicator)}
    assert len(rows) == 4
    assert rows["LE MOLE", "2024"].number == Decimal("18.2")
    assert (rows["LE MOLE", "2023"].unit, rows["LE MOLE", "2023"].place_id) == ("%", place.id)


def test_a_file_enters_as_what_was_pasted(ctx, client):
    indicator = make_indicator(unit="€")
    sign_in(client, clerk())
    page = f"/indicateurs/{indicator.slug}/import"
    file = "lieu;valeur;annee;source\nLe bourg;1 349 €;2021;FiLoSoFi\nLe port;;2021;FiLoSoFi\n"
    upload = (io.BytesIO(file.encode("cp1252")), "revenus.csv")
    reply = client.post(page, data={"file": upload}, content_type="multipart/form-data")
    assert "Le bourg\t1 349 €\t2021\tFiLoSoFi" in html.unescape(reply.text)
    assert "Un chiffre entrerait" in reply.text
    bad = (io.BytesIO(b"nom du chat;age\nMinou;4\n"), "chats.csv")
    reply = client.post(page, data={"file": bad}, content_type="multipart/form-data")
    assert "Aucune colonne ne dit le territoire" in text_of(reply.text)
    assert "Collez un tableau" in client.post(page, data={}).text


def test_a_formula_in_a_figure_s_words_never_runs(ctx):
    for words in ("=1+1", "+3 cmd|' /C calc'!A", "@SUM(A1)", "-2+3"):
        assert not isinstance(formats.printed(words), formats.Harmless)
    for words in ("- 3,5 pts", "+ 45,8 pts", "- 674 €", "-7", "+"):
        assert isinstance(formats.printed(words), formats.Harmless)


def test_a_figure_is_corrected_in_the_open(ctx, client):
    indicator = make_indicator()
    (figure,) = measured(indicator, entry(indicator, "Le bourg", "12,0 %"))
    sign_in(client, clerk())
    page = f"/indicateurs/chiffres/{figure.id}/corriger"
    reply = client.post(page, data={"words": "treize", "reason": ""})
    assert "Ce n’est pas un simple chiffre" in text_of(reply.text)
    assert "le motif est public" in reply.text
    assert 'value="treize"' in reply.text
    said = {"words": "13,0 %", "reason": "L’Insee a révisé ce chiffre."}
    assert client.post(page, data=said).status_code == 303
    client.delete_cookie("consult")
    seen = text_of(client.get(f"/indicateurs/{indicator.slug}").text)
    assert "imprimé : 12,0 % ; désormais : 13,0 %" in seen
    assert "L’Insee a révisé ce chiffre." in seen
    assert json.loads(client.get("/indicateurs.json").text)[0]["corrige"] is True


def test_what_everybody_reads_of_an_indicator_changes_with_its_reason(ctx, client):
    indicator = make_indicator(theme="Climat", compared_with=Yardstick.TOWN)
    said = {"label": "Part du vélo", "theme": "Climat", "unit": "%"}
    page = "/indicateurs/part-du-velo/modifier"
    sign_in(client, clerk())
    reply = client.post(page, data={**said, "label": "Trajets à vélo", "compared_with": "region"})
    assert reply.status_code == 200  # refused, beside the field; what was typed stays
    assert 'id="reason-error"' in reply.text
    assert 'value="Trajets à vélo"' in reply.text
    why = {"reason": "Le titre était incomplet."}
    changed = {**said, "label": "Trajets à vélo", "compared_with": "region", **why}
    assert client.post(page, data=changed).status_code == 303
    client.delete_cookie("consult")
    seen = text_of(client.get("/indicateurs/part-du-velo").text)
    assert "Ce qui se lisait autrement" in seen
    assert "Le titre était incomplet." in seen
    assert "retiré : Part du vélo ajouté : Trajets à vélo" in seen
    assert "retiré : la commune ajouté : la région" in seen
    assert [row.before.keys() for row in restated.of(indicator)] == [{"label", "compared_with"}]


def test_what_a_public_indicator_measures_leaves_its_page_with_a_reason(ctx, client):
    actor = clerk()
    plan, draft = published(actor, make_plan(actor)), make_plan(actor, "Le phare")
    action, unread = first_action(plan), first_action(draft)
    make_indicator(plans=[plan, draft], actions=[action, unread])
    sign_in(client, actor)
    page = "/indicateurs/part-du-velo/modifier"
    said = {"label": "Part du vélo", "unit": "%"}
    assert 'id="reason-error"' in client.post(page, data=said).text
    why = {"reason": "Il mesure autre chose."}
    assert client.post(page, data={**said, **why}).status_code == 303
    client.delete_cookie("consult")
    seen = text_of(client.get("/indicateurs/part-du-velo").text)
    assert why["reason"] in seen
    assert plan.title in seen
    assert action.title in seen
    assert unread.title not in seen


@pytest.mark.parametrize("public", [False, True])
def test_nothing_is_asked_where_nobody_read_or_nothing_was_said(ctx, client, public):
    indicator = make_indicator(public=public)
    sign_in(client, clerk())
    page = "/indicateurs/part-du-velo/modifier"
    assert ('name="reason"' in client.get(page).text) is public
    label = "Part du vélo" if public else "Trajets à vélo"
    said = {"label": label, "unit": "%", "theme": "Climat", "reading_key": "1 trajet sur 10."}
    assert client.post(page, data=said).status_code == 303
    assert indicator.theme == "Climat"
    assert "Ce qui se lisait autrement" not in text_of(client.get("/indicateurs/part-du-velo").text)


def test_every_page_is_for_all_eyes(page, app):
    """axe finds nothing, and nothing sticks out of a telephone."""
    with app.app_context():
        carried()
        indicator = counting({"Nord": {"": "40"}, "Sud": {"": "4"}, "Est": {"": "25"}})
        indicator.published_at = indicator.created_at
        db.session.commit()
        slug = indicator.slug
    for path in (
        "/indicateurs",
        "/indicateurs/taux-de-pauvrete",
        f"/indicateurs/{slug}",
        "/indicateurs/lieux/le-mole",
        "/indicateurs/dictionnaire",
    ):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path}: {wide} at {width}"
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_desk_is_for_all_eyes_and_hands(page, server):
    with server.app.app_context():
        carried()
        indicator = counting({"Nord": {"": "40"}, "Sud": {"": "4"}})
        slug = indicator.slug
        signed_in = sign_in(server.app.test_client(), clerk())
        cookie = signed_in.get_cookie("consult")
    page.context.add_cookies([{"name": "consult", "value": cookie.value, "url": server.url}])
    desk = [f"/indicateurs/{end}" for end in ("atelier", "contradictions", "nouveau")]
    desk += [f"/indicateurs/{slug}{end}" for end in ("", "/saisie", "/import", "/modifier")]
    for path in [*desk, "/indicateurs/chiffres/1/corriger"]:
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path}: {wide}"
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    page.goto(f"/indicateurs/{slug}/import")
    page.get_by_label("Collez le tableau ici").fill("territoire\tvaleur\nOuest\t35\nEst\t4,5\n")
    page.get_by_role("button", name="Voir ce qui entrerait").press("Enter")
    page.get_by_role("heading", name="Un chiffre entrerait").wait_for()
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Enregistrer ce chiffre").press("Enter")
    page.get_by_role("cell", name="35").wait_for()
    page.goto(f"/indicateurs/{slug}/saisie")
    page.get_by_label("Chiffre, ligne 1", exact=True).fill("douze")
    page.get_by_role("button", name="Enregistrer ces chiffres").press("Enter")
    page.get_by_role("link", name="Chiffre : Ce n’est pas un simple chiffre").press("Enter")
    assert page.locator(":focus").input_value() == "douze"
    assert Axe().run(page).violations_count == 0


def test_the_queries_of_plans_and_sheets_agree(ctx):
    plan = published(clerk(), make_plan(clerk()))
    sheet = Sheet(plan=plan, thematic="Mer")
    db.session.add(sheet)
    db.session.commit()
    by_plan = make_indicator(label="Un", plans=[plan])
    by_action = make_indicator(label="Deux", actions=[first_action(plan)])
    by_sheet = make_indicator(label="Trois", sheets=[sheet], public=False)
    assert {one.label for one in queries.of_plan(plan, clerk())} == {"Un", "Deux", "Trois"}
    assert {one.label for one in queries.of_plan(plan, None)} == {"Un", "Deux"}
    assert queries.of_action(first_action(plan), None) == [by_action]
    assert queries.of_sheets([sheet], clerk())[sheet.id] == [by_sheet]
    assert by_plan.is_public


def test_an_indicator_is_found_and_its_acts_are_told_in_public(ctx, client):
    indicator = make_indicator(public=False, theme="Déplacements")
    assert "Part du vélo" not in client.get("/recherche?q=v%C3%A9lo").text
    (figure,) = measured(indicator, entry(indicator, "Le bourg", "4 711 %"))
    actions.publish(clerk(), indicator)
    commit()
    said = {"words": "12 %", "number": Decimal(12), "unit": "%", "reason": "Faute de frappe."}
    actions.correct(clerk(), db.session.get(Measure, figure.id), **said)
    commit()
    assert f"/indicateurs/n/{indicator.id}" in client.get("/recherche?q=v%C3%A9lo").text
    reply = client.get(f"/indicateurs/n/{indicator.id}")
    assert reply.location == "/indicateurs/part-du-velo"
    told = client.get("/journal").text
    for words in ("Indicateur publié", "Chiffres saisis", "Chiffre corrigé, avec son motif"):
        assert words in told
    assert "4 711" not in told
