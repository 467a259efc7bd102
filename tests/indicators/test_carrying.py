"""A printed table of indicators enters whole, figure by figure, and once."""

import csv
import html
import io
import json
from decimal import Decimal

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.tables import write_csv
from consult.gaps.models import Gap
from consult.indicators import carrying, formats, queries
from consult.indicators.models import Indicator, Quality
from consult.territory.models import Place
from tests.indicators.making import contradicted, own_document

SOURCE = "sources/004_val_de_marne_feuille_de_route.json"


@pytest.fixture
def own(ctx):
    made = carrying.indicators(own_document(), "900")
    db.session.commit()
    return made


@pytest.fixture
def real(ctx, shared_data):
    data = json.loads(shared_data(SOURCE).read_text())
    made = carrying.indicators(data, "004")
    db.session.commit()
    return data, made


def exported(indicators) -> list[dict[str, str]]:
    text = "".join(
        write_csv(formats.rows_of(indicators, queries.figures(indicators)), formats.COLUMNS)
    )
    return list(csv.DictReader(io.StringIO(text)))


def test_each_figure_enters_as_printed_and_as_a_number(own):
    rows = queries.figures(own.indicators)[own.indicators[1].id]
    reference, figure = sorted(rows, key=lambda row: row.reference_id is not None)
    assert (figure.territory, figure.words) == ("Ensemble des quais du Pays du Phare", "14,7%")
    assert (reference.territory, reference.number) == ("Ensemble du Pays du Phare", Decimal("18.2"))
    assert (figure.gap_words, figure.gap_number, figure.gap_unit) == (
        "- 3,5 pts",
        Decimal("-3.5"),
        "pts",
    )
    assert figure.direction == "below"
    assert (figure.period, figure.source, figure.quality) == (
        "2020",
        "Recensement",
        Quality.OFFICIAL,
    )
    assert own.indicators[1].note_words == "la donnée des quais est la donnée officielle."
    assert own.indicators[1].reading_key.startswith("Clé de lecture")


def test_what_the_table_leaves_empty_stays_empty(own):
    wealth = next(one for one in own.indicators if one.label.startswith("Niveau de vie"))
    row = queries.figures([wealth])[wealth.id][0]
    assert (row.source, row.quality, wealth.note_key) == ("", None, "")
    assert (row.unit, row.gap_unit, row.gap_number) == ("€", "€", Decimal(-674))


def test_figures_of_single_quarters_enter_without_a_year_nobody_printed(own):
    heat = next(one for one in own.indicators if "îlot" in one.label)
    rows = {row.territory: row for row in queries.figures([heat])[heat.id]}
    assert (rows["La Criée"].number, rows["La Criée"].period) == (Decimal(100), "")
    assert db.session.get(Place, rows["Le Môle"].place_id).name == "Le Môle"
    assert rows["Le Môle"].source == "Feuille de route du Pays du Phare"


def test_what_a_document_says_twice_and_differently_is_asked(own):
    gaps = db.session.scalars(sa.select(Gap).order_by(Gap.id)).all()
    assert [gap.kind for gap in gaps] == ["contradiction"] * 2
    wrong_gap, poverty = gaps
    assert wrong_gap.words == "46,9% / 23,5% / + 23,5 pts"  # 23,4, had they reckoned
    assert "30,2%" in poverty.words
    assert "30 %" in poverty.words


def test_a_second_time_nothing_is_written(own):
    again = carrying.indicators(own_document(), "900")
    db.session.commit()
    assert (again.created, again.figures) == (0, 0)
    assert [one.id for one in again.indicators] == [one.id for one in own.indicators]


def test_what_sheets_say_they_will_count_waits_for_its_figures(own):
    waiting = next(one for one in own.indicators if one.external_ref == "900/FA1/I1")
    assert waiting.counts_people
    assert queries.figures([waiting])[waiting.id] == []


def test_the_export_reads_back_digit_for_digit(own):
    rows = exported(own.indicators[:5])
    printed = {row["ecart_imprime"]: row for row in rows if row["ecart_imprime"]}
    assert printed["- 3,5 pts"]["ecart"] == "-3.5"
    assert (printed["- 674 €"]["ecart"], printed["- 674 €"]["ecart_unite"]) == ("-674", "€")
    assert printed["- 674 €"]["valeur_imprimee"] == "1 349 €"


# The real one: 17 rows of the Val-de-Marne.


def test_seventeen_rows_in_six_themes(real):
    data, made = real
    rows = [one for one in made.indicators if one.collection]
    assert len(rows) == data["_counts"]["indicator_rows"] == 17
    assert len({one.theme for one in rows}) == 6
    assert {one.collection for one in rows} == {"Indicateurs clés OQHS"}
    assert {one.reading_key for one in rows} == {
        data["feuille_de_route"]["zoom"]["indicateurs"]["reading_key"]
    }


def test_each_gap_is_the_difference_of_its_two_figures_on_seventeen_of_seventeen(real):
    _data, made = real
    checked = 0
    for rows in queries.figures([one for one in made.indicators if one.collection]).values():
        by_id = {row.id: row for row in rows}
        for row in rows:
            if row.reference_id:
                assert row.number - by_id[row.reference_id].number == row.gap_number
                checked += 1
    assert checked == 17


def test_the_csv_gives_every_printed_value_back(real):
    """US4.5: « - 3,5 pts » is −3.5, « + 45,8 pts » 45.8, « - 674 € » −674 in euros."""
    data, made = real
    rows = exported(made.indicators)
    compared = {row["indicateur"]: row for row in rows if row["compare_a"]}
    for one in data["feuille_de_route"]["zoom"]["indicateurs"]["rows"]:
        row = compared[one["label"]]
        assert Decimal(row["valeur"]) == Decimal(str(one["_qpv"]))
        assert Decimal(row["ecart"]) == Decimal(str(one["_ecart"]))
        assert (row["unite"], row["ecart_unite"]) == (one["_unit"], one["_ecart_unit"])
        printed = ("valeur_imprimee", "ecart_imprime", "ecart_simplifie", "annee", "source", "note")
        said = ("qpv", "ecart_detaille", "ecart_simplifie", "annee", "source", "note")
        assert [row[name] for name in printed] == [one[name] or "" for name in said]
        beside = next(
            other
            for other in rows
            if other["indicateur"] == one["label"]
            and other["territoire"] == "Ensemble du Val-de-Marne"
            and other["annee"]
        )
        assert beside["valeur_imprimee"] == one["val_de_marne"]
    assert compared["Population de 60 ans et plus"]["ecart"] == "-3.5"
    assert compared["Ménages locataires d'un logement social"]["ecart"] == "45.8"
    wealth = compared["Niveau de vie mensuel médian des ménages"]
    assert (wealth["ecart"], wealth["ecart_unite"], wealth["valeur"]) == ("-674", "€", "1349")


def test_eight_quarters_have_their_own_figures(real):
    data, made = real
    places = {
        row.territory
        for rows in queries.figures(made.indicators).values()
        for row in rows
        if row.place_id and not row.period and row.unit == "%"
    }
    told = {one["name"] for one in data["feuille_de_route"]["zoom"]["donnees_par_quartier"]}
    assert told <= places
    assert len(told) == 8


def test_three_contradictions_are_an_editor_s_to_settle(real):
    """US4.7: 36,2/17,2 and 36/16; 48 colleges and 44; 108 colleges and « le 106e »."""
    gaps = db.session.scalars(sa.select(Gap).where(Gap.kind == "contradiction")).all()
    assert len(gaps) == 3
    found = {one.indicator.label: one.pairs for one in contradicted()}
    assert {(one.said, other.said) for pair in found.values() for one, other in pair} == {
        ("36,2%", "36 %"),
        ("17,2%", "16%"),
        ("48", "44"),
        ("37", "27"),
        ("108", "106e"),
    }
    assert all(row.source for pairs in found.values() for pair in pairs for row in pair)


def test_what_the_sheets_follow_counts_people(real):
    _data, _made = real
    labels = db.session.scalars(sa.select(Indicator.label).where(Indicator.counts_people)).all()
    assert "Suivi de cohorte des bénéficiaires du RSA en QPV" in labels


def test_what_a_document_says_around_its_table_stands_around_it(own, client):
    seen = client.get("/indicateurs").text
    for words in ("Le taux de pauvreté moyen de 30 % sur les quais", "Détaillé (en points)"):
        assert words in seen
    assert "Ce que la source dit de ces chiffres" in seen


def test_every_printed_word_of_the_real_table_stands_on_its_page(real, client):
    data, _made = real
    zoom = data["feuille_de_route"]["zoom"]
    seen = html.unescape(client.get("/indicateurs").text)
    table = zoom["indicateurs"]
    printed = [zoom["title"], *zoom["paragraphs"], *zoom["analyse"], table["reading_key"]]
    printed += [*table["columns"], *(note["text"] for note in table["notes"])]
    for row in table["rows"]:
        printed += [words for name, words in row.items() if isinstance(words, str)]
    assert [words for words in printed if words not in seen] == []
