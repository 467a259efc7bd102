"""Amounts keep the words of the document and compare as numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core import i18n
from consult.core.money import Money, Nature, find, parse, totals, written

HARD, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("words", "euros"),
    [
        ("157 M€", 157_000_000),
        ("110M€", 110_000_000),
        ("5,1 M€", 5_100_000),
        ("28 millions d'euros", 28_000_000),
        ("28 millions d’euros", 28_000_000),
        ("1 million d'euros", 1_000_000),
        ("1,2 milliard d'euros", 1_200_000_000),
        ("2 Md€", 2_000_000_000),
        ("350 k€", 350_000),
        ("1 349 €", 1_349),
        (f"1{HARD}349{HARD}€", 1_349),
        (f"1{THIN}349{HARD}€", 1_349),
        ("1.250.000 €", 1_250_000),
        ("1.5 M€", 1_500_000),
        ("12 000 euros", 12_000),
        ("- 674 €", -674),
        ("−674 €", -674),
        ("0 €", 0),
        ("un montant prévisionnel de 110M€", 110_000_000),
    ],
)
def test_an_amount_is_a_number_and_its_words(words, euros):
    assert parse(f" {words} ") == Money(euros * 100, words)


def test_cents_are_kept():
    assert parse("12,50 €") == Money(1250, "12,50 €")
    assert parse("0,10 €") == Money(10, "0,10 €")


@pytest.mark.parametrize(
    "words", ["", "non communiqué", "157", "36,2 %", "environ cent euros", "5 M€ puis 28 M€", "M€"]
)
def test_what_gives_no_amount_or_several_gives_none(words):
    assert parse(words) is None


def test_amounts_are_found_in_a_sentence_in_order():
    text = "La part de la ville est de 5,1 M€, celle de l'État de 28 millions d'euros en 2024."
    assert find(text) == [
        Money(510_000_000, "5,1 M€"),
        Money(2_800_000_000, "28 millions d'euros"),
    ]


def test_totals_never_mix_natures():
    rows = [(Nature.SPENT, 510), (Nature.FORECAST, 11_000), (Nature.SPENT, 2_800)]
    assert totals(rows) == {Nature.FORECAST: 11_000, Nature.SPENT: 3_310}
    assert totals([]) == {}


def test_natures_are_said_in_french(app):
    with app.app_context(), i18n.spoken("fr"):
        assert [str(nature.label) for nature in Nature] == [
            *("prévisionnel", "voté", "engagé", "réalisé", "nature non précisée")
        ]


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_what_is_written_out_reads_back(cents):
    assert parse(written(cents)) == Money(cents, written(cents))


def test_the_amounts_of_the_documents(shared_data):
    bagneux = shared_data("sources/001_anru_point_etape_bagneux.json")
    roadmap = shared_data("sources/004_val_de_marne_feuille_de_route.json")
    amounts = [
        json.loads(bagneux.read_text())["amount"],
        *json.loads(roadmap.read_text())["montants"],
    ]
    assert [parse(one["text"]).cents for one in amounts] == [one["_eur"] * 100 for one in amounts]
