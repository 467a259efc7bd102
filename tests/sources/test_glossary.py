"""Acronyms are told in full where a page first meets them; the desk keeps the list."""

import pytest
from markupsafe import Markup

from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.sources import actions, queries
from consult.sources.glossary import kindred, spell_out, spell_out_page
from tests.engagements.making import clerk
from tests.factories import make_user, sign_in
from tests.sources.carrying import OWN, carried_in

TERMS = {"QPV": "quartiers politique de la ville", "EDS": "espaces & solidarités"}
TOLD = ' <span class="spelt-out">(quartiers politique de la ville)</span>'
ASIDE = '<span class="spelt-out">, quartiers politique de la ville</span>'


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Les QPV, puis les QPV.", f"Les QPV{TOLD}, puis les QPV."),
        ("Quartiers (QPV)", f"Quartiers (QPV{ASIDE})"),
        ("Rien à dire.", "Rien à dire."),
        ("<b>QPV</b>", f"&lt;b&gt;QPV{TOLD}&lt;/b&gt;"),
        (Markup('<a title="QPV">QPV</a>'), f'<a title="QPV">QPV{TOLD}</a>'),
        ("Les quartiers politique de la ville (QPV)", "Les quartiers politique de la ville (QPV)"),
        ("Un QPVA, un AQPV, un QPV-X", "Un QPVA, un AQPV, un QPV-X"),
        ("EDS", 'EDS <span class="spelt-out">(espaces &amp; solidarités)</span>'),
        ("", ""),
    ],
)
def test_us4_15_the_words_follow_an_acronym_in_the_text(words, told):
    assert spell_out(words, TERMS, set()) == told


def test_us4_15_only_where_the_page_first_meets_it():
    met: set[str] = set()
    assert "politique de la ville" in spell_out("Un QPV.", TERMS, met)
    assert spell_out("Un autre QPV.", TERMS, met) == "Un autre QPV."


def test_us4_15_the_glossary_lists_them_and_silence_stays_silence(ctx, client):
    actor = clerk()
    actions.define(actor, acronym="QPV", expansion=TERMS["QPV"], source="Rapport 2024")
    actions.define(actor, acronym="DEVP")
    commit()
    seen = client.get("/glossaire").text
    assert seen.index("DEVP") < seen.index("QPV")
    assert "non communiqué" in seen
    assert "Rapport 2024" in seen
    assert "/glossaire/ajouter" not in seen


def test_the_desk_writes_corrects_and_strikes_an_acronym(ctx, client):
    visitor = sign_in(client, clerk())
    visitor.post("/glossaire/ajouter", data={"acronym": "OQHS", "expansion": "Observatoire"})
    term = queries.term("OQHS")
    assert visitor.get(f"/glossaire/{term.id}/modifier").status_code == 200
    twice = visitor.post("/glossaire/ajouter", data={"acronym": "OQHS"})
    assert "déjà dans le glossaire" in twice.text
    visitor.post(
        f"/glossaire/{term.id}/modifier",
        data={"acronym": "OQHS", "expansion": "Observatoire des quartiers"},
    )
    assert "Observatoire des quartiers" in visitor.get("/glossaire").text
    visitor.post(f"/glossaire/{term.id}/retirer")
    assert queries.glossary() == []


def test_only_the_desk_writes_it(ctx):
    for role in (RoleName.FACILITATOR, RoleName.GUARANTOR):
        with pytest.raises(Refused):
            actions.define(make_user(role), acronym="QPV")
        with pytest.raises(Refused):
            actions.relate(make_user(role), ["fablab, tiers-lieu"])


def test_us3_5_two_words_of_one_family_are_found_in_any_spelling():
    family = ["fablab", "tiers-lieu"]
    here, there = ["Un projet de FABLAB."], ["Ouvrir un tiers lieu."]
    assert kindred(here, there, family) == ("fablab", "tiers-lieu")
    assert kindred(here, here, family) is None
    assert kindred(["Un fablabo"], there, family) is None


def test_the_desk_says_which_words_are_akin(ctx, client):
    visitor = sign_in(client, clerk())
    assert "fablab" in visitor.get("/glossaire/rapprochements").text
    visitor.post("/glossaire/rapprochements", data={"families": "crèche,  halte-garderie\nseul"})
    assert queries.kin() == [["crèche", "halte-garderie"]]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<h1>Les QPV</h1><p>QPV</p>", f"<h1>Les QPV{TOLD}</h1><p>QPV</p>"),
        ('<a href="/x">QPV</a><p>QPV</p>', f'<a href="/x">QPV</a><p>QPV{TOLD}</p>'),
        ("<textarea>QPV</textarea>", "<textarea>QPV</textarea>"),
        ('<img alt="QPV"><p>a &amp; b</p>', '<img alt="QPV"><p>a &amp; b</p>'),
        ("<svg><path/><text>QPV</text></svg>QPV", f"<svg><path/><text>QPV</text></svg>QPV{TOLD}"),
    ],
)
def test_us4_15_a_page_tells_an_acronym_once_and_leaves_its_links(page, told):
    assert spell_out_page(page, TERMS, set()) == told


def test_us4_15_the_page_of_an_act_tells_its_acronyms_in_full(ctx, client):
    (act, *_others) = queries.became(carried_in(clerk(), OWN["note"]))
    act.body = [{"kind": "paragraph", "words": "Les QPV. Encore les QPV."}]
    actions.define(clerk(), acronym="QPV", expansion=TERMS["QPV"])
    commit()
    seen = client.get(f"/actes/{act.id}").text
    assert seen.count("(quartiers politique de la ville)") == 1
