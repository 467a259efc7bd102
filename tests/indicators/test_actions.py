"""What happens to an indicator: described, measured, corrected in the open, small numbers hid."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.rules import Refused
from consult.gaps.models import Gap
from consult.gaps.queries import still_open
from consult.indicators import actions, queries
from consult.indicators.models import Measure, Quality
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.territory.models import Lies, PlaceKind
from tests.factories import make_user
from tests.indicators.making import (
    clerk,
    contradicted,
    counting,
    entry,
    make_indicator,
    make_place,
    measured,
    shown,
)


@pytest.mark.parametrize("role", [None, *RoleName])
def test_only_the_councils_desk_writes_what_is_measured(ctx, role):
    actor = make_user(role) if role else make_user()
    indicator = make_indicator(public=False)
    (figure,) = measured(indicator, entry(indicator, "Le bourg", "12 %"))
    measure = db.session.get(Measure, figure.id)
    said = {"words": "13 %", "number": Decimal(13), "unit": "%", "reason": "Erreur de frappe."}
    deeds = [
        lambda: actions.create(actor, label="Autre"),
        lambda: actions.edit(actor, indicator, theme="Climat"),
        lambda: actions.enter(actor, indicator, entries=[entry(indicator, "Le port", "1 %")]),
        lambda: actions.bring_in(actor, indicator, entries=[entry(indicator, "Le cap", "2 %")]),
        lambda: actions.correct(actor, measure, **said),
        lambda: actions.publish(actor, indicator),
    ]
    for deed in deeds:
        if role == RoleName.COUNCIL:
            deed()
        else:
            with pytest.raises(Refused):
                deed()
    if role == RoleName.ADMINISTRATOR:
        actions.set_threshold(actor, threshold=20)
        assert queries.threshold() == 20
    else:
        with pytest.raises(Refused):
            actions.set_threshold(actor, threshold=20)


def test_a_figure_is_kept_as_printed_and_as_a_number_with_its_own_unit(ctx):
    indicator = make_indicator(unit="pts")
    rows = measured(
        indicator,
        entry(indicator, "Les quais", "- 3,5"),
        entry(indicator, "Le bourg", "1 349 €", quality=Quality.OFFICIAL),
    )
    assert [(row.words, str(row.number), row.unit) for row in rows] == [
        ("- 3,5", "-3.5", "pts"),
        ("1 349 €", "1349", "€"),
    ]
    assert rows[0].said == "- 3,5\u00a0pts"
    assert (rows[1].period, rows[1].source, rows[1].quality) == ("2024", "Ville", Quality.OFFICIAL)


def test_a_place_is_the_same_under_any_of_its_names(ctx):
    indicator, place = make_indicator(), make_place("Le Môle")
    measured(indicator, entry(indicator, "Le Môle", "12 %", place=place))
    with pytest.raises(Refused):
        actions.enter(
            clerk(), indicator, entries=[entry(indicator, "le mole", "13 %", place=place)]
        )
    measured(indicator, entry(indicator, "le mole", "13 %", place=place, source="Insee"))
    assert {row.place_slug for row in shown(indicator)} == {place.slug}


@pytest.mark.parametrize("words", ["environ douze", "12 à 15 %", ""])
def test_what_is_no_figure_does_not_enter(ctx, words):
    indicator = make_indicator()
    with pytest.raises(Refused):
        actions.enter(clerk(), indicator, entries=[entry(indicator, "Le bourg", words)])


def test_all_the_figures_of_a_form_enter_or_none(ctx):
    indicator = make_indicator()
    with pytest.raises(Refused):
        actions.enter(
            clerk(),
            indicator,
            entries=[entry(indicator, "Le bourg", "1 %"), entry(indicator, "Le bourg", "2 %")],
        )
    db.session.rollback()
    assert shown(indicator) == []


def test_the_same_form_sent_twice_enters_once(ctx):
    indicator, actor = make_indicator(), clerk()
    for _again in range(2):
        actions.enter(actor, indicator, entries=[entry(indicator, "Le bourg", "1 %")], key="abc")
        commit()
    assert len(shown(indicator)) == 1


def test_a_figure_never_changes_and_is_corrected_beside_itself(ctx, noon):
    indicator, actor = make_indicator(), clerk()
    (figure,) = measured(indicator, entry(indicator, "Le bourg", "12,0 %"))
    measure = db.session.get(Measure, figure.id)
    with pytest.raises(Refused):
        actions.correct(actor, measure, words="13 %", number=Decimal(13), unit="%", reason=" ")
    said = {"words": "13 %", "number": Decimal(13), "unit": "%"}
    actions.correct(actor, measure, **said, reason="L’Insee a publié une révision.")
    commit()
    (row,) = shown(indicator)
    assert (row.said, row.is_corrected) == ("13 %", True)
    (past,) = queries.corrections(indicator, [row])
    assert (past.was, past.became) == ("12,0 %", "13 %")
    actions.correct(actor, measure, words="", number=None, unit="", reason="Chiffre retiré.")
    commit()
    assert [row.number for row in shown(indicator)] == [None]
    assert [one.was for one in queries.corrections(indicator, shown(indicator))] == [
        "13 %",
        "12,0 %",
    ]
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(Measure).values(words="99 %"))


def test_two_sources_that_disagree_are_an_editor_s_to_settle(ctx):
    indicator = make_indicator(label="Taux de pauvreté")
    rows = measured(
        indicator,
        entry(indicator, "Le bourg", "17,2 %", period="2021", source="FiLoSoFi"),
        entry(indicator, "Le bourg", "17,2 %", period="2019", source="FiLoSoFi"),
        entry(indicator, "Le port", "72,0 %", period="2021", source="FiLoSoFi"),
        entry(indicator, "Le port", "72 %", period="", source="Note"),
    )
    assert still_open(indicator) == []
    measured(indicator, entry(indicator, "Le bourg", "16 %", period="", source="Note"))
    (gap,) = still_open(indicator)
    assert gap.kind == "contradiction"
    assert "17,2 % – 2021 – FiLoSoFi / Le bourg – 16 % – Note" in gap.words
    (found,) = contradicted()
    assert [(one.said, other.said) for one, other in found.pairs] == [
        ("17,2 %", "16 %"),
        ("17,2 %", "16 %"),
    ]
    for figure in [row for row in rows if row.territory == "Le bourg"]:
        actions.correct(
            clerk(),
            db.session.get(Measure, figure.id),
            words="16 %",
            number=Decimal(16),
            unit="%",
            reason="La note donne le bon chiffre.",
        )
    commit()
    assert still_open(indicator) == []
    assert contradicted() == []


def test_a_later_disagreement_is_asked_anew(ctx):
    indicator = make_indicator()
    measured(
        indicator,
        entry(indicator, "Le bourg", "1 %", source="A"),
        entry(indicator, "Le bourg", "2 %", source="B"),
    )
    (gap,) = still_open(indicator)
    gap.done_at = gap.opened_at
    db.session.commit()
    measured(indicator, entry(indicator, "Le port", "3 %", source="A"))
    assert still_open(indicator) == []
    measured(indicator, entry(indicator, "Le port", "4 %", source="B"))
    assert len(still_open(indicator)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Gap)) == 2


def test_the_gap_is_worked_out_again_once_a_figure_is_corrected(ctx):
    indicator = make_indicator()
    reference = Measure(
        indicator=indicator, territory="Le pays", territory_key="pays", words="20 %", unit="%"
    )
    reference.number = Decimal(20)
    row = Measure(
        indicator=indicator,
        territory="Le bourg",
        territory_key="bourg",
        words="16,5 %",
        unit="%",
        gap_words="- 3,5 pts",
        gap_unit="pts",
        reference=reference,
    )
    row.number, row.gap_number = Decimal("16.5"), Decimal("-3.5")
    db.session.add(row)
    db.session.commit()
    assert [one.gap_words for one in shown(indicator)] == ["", "- 3,5 pts"]
    said = {"words": "17,0 %", "number": Decimal("17.0"), "unit": "%"}
    actions.correct(clerk(), row, **said, reason="Révision.")
    commit()
    figure = shown(indicator)[1]
    assert (figure.gap_words, str(figure.gap_number), figure.gap_unit) == ("", "-3.0", "pts")
    assert figure.direction == "below"


# Small numbers.

TABLE = {
    "Nord": {"": "40", "femmes": "22", "hommes": "18"},
    "Sud": {"": "30", "femmes": "4", "hommes": "26"},
    "Centre": {"": "25", "femmes": "12", "hommes": "13"},
    "Ensemble": {"": "95", "femmes": "38", "hommes": "57"},
}


def masked(indicator) -> set[tuple[str, str]]:
    return {(row.territory, row.category) for row in shown(indicator) if row.is_masked}


def test_a_small_number_is_masked_with_what_would_give_it_away(ctx):
    unseen = masked(counting(TABLE))
    assert ("Sud", "femmes") in unseen
    assert len([one for one in unseen if one[0] == "Sud"]) > 1
    assert len([one for one in unseen if one[1] == "femmes"]) > 1
    assert ("Ensemble", "") not in unseen


def test_a_masked_figure_leaves_the_query_without_its_number(ctx):
    for row in shown(counting(TABLE)):
        if row.is_masked:
            assert (row.number, row.words, row.said) == (None, "", "")


def test_a_total_nobody_declared_is_found_by_its_sum(ctx):
    plain = {name: {"": row[""]} for name, row in TABLE.items()} | {"Sud": {"": "4"}}
    plain["Ensemble"] = {"": "69"}
    assert len(masked(counting(plain, total="none is said to be"))) == 2


def test_the_figures_of_a_place_hide_with_those_of_the_places_in_it(ctx):
    town, mole, port = (
        make_place("Port-Clair", PlaceKind.COMMUNE),
        make_place("Le Môle"),
        make_place("La Criée"),
    )
    db.session.add_all([Lies(place_id=one.id, parent_id=town.id) for one in (mole, port)])
    db.session.commit()
    indicator = make_indicator(counts_people=True, unit="")
    measured(
        indicator,
        entry(indicator, "Port-Clair", "60", place=town),
        entry(indicator, "Le Môle", "53", place=mole),
        entry(indicator, "La Criée", "7", place=port),
    )
    assert len(masked(indicator)) >= 2


def test_the_threshold_is_the_site_s_or_the_indicator_s_own(ctx):
    one = {"Nord": {"": "15"}, "Sud": {"": "80"}}
    indicator = counting(one)
    assert masked(indicator) == set()
    actions.set_threshold(make_user(RoleName.ADMINISTRATOR), threshold=20)
    commit()
    assert masked(indicator) == {("Nord", "")}
    actions.edit(clerk(), indicator, threshold=12)
    commit()
    assert masked(indicator) == set()
    for threshold in (0, 4):
        with pytest.raises(Refused):
            actions.edit(clerk(), indicator, threshold=threshold)
        with pytest.raises(Refused):
            actions.set_threshold(make_user(RoleName.ADMINISTRATOR), threshold=threshold)


@pytest.mark.parametrize("words", ["10 %", "3,5", "-4", "12 €"])
def test_people_are_counted_whole(ctx, words):
    indicator = make_indicator(counts_people=True, unit="")
    with pytest.raises(Refused):
        actions.enter(clerk(), indicator, entries=[entry(indicator, "Sud", words)])


def test_what_counts_people_goes_on_being_masked(ctx):
    indicator = counting(TABLE)
    with pytest.raises(Refused):
        actions.edit(clerk(), indicator, counts_people=False)
    shares = make_indicator()
    measured(shares, entry(shares, "Sud", "4,5 %"))
    with pytest.raises(Refused):
        actions.edit(clerk(), shares, counts_people=True)


def test_a_correction_of_a_small_number_tells_no_figure(ctx):
    indicator = counting(TABLE)
    row = next(row for row in shown(indicator) if row.territory == "Sud" and row.is_masked)
    actions.correct(
        clerk(),
        db.session.get(Measure, row.id),
        words="44",
        number=Decimal(44),
        unit="",
        reason="Erreur de saisie.",
    )
    commit()
    rows = shown(indicator)
    assert [(one.was, one.became) for one in queries.corrections(indicator, rows)] == [("", "")]


def test_the_journal_holds_no_figure(ctx):
    indicator = counting({"Sud": {"": "7"}, "Nord": {"": "8317"}})
    row = shown(indicator)[0]
    measure = db.session.get(Measure, row.id)
    actions.correct(clerk(), measure, words="6", number=Decimal(6), unit="", reason="Recompté.")
    commit()
    told = db.session.scalars(sa.select(Event).where(Event.name.startswith("indicators.")))
    data = [event.data for event in told]
    assert {"measures": 2} in data
    assert "8317" not in str(data)
    assert [one for one in data if "measure" in one] == [{"measure": measure.id}]


def test_a_gap_is_worked_out_beside_the_territory_named(ctx):
    indicator = make_indicator()
    rows = measured(
        indicator,
        entry(indicator, "Le bourg", "16,5 %", compared_to="le pays"),
        entry(indicator, "Le port", "20,0 %", compared_to="le pays"),
        entry(indicator, "Le cap", "1 349 €", compared_to="le pays"),
        entry(indicator, "Le pays", "20,0 %", compared_to="le pays"),
        entry(indicator, "Le bourg", "1 %", compared_to="le pays", category="femmes"),
    )
    assert [(str(row.gap_number or ""), row.gap_unit, row.direction) for row in rows] == [
        ("-3.5", "pts", "below"),
        ("", "pts", "equal"),
        ("", "", ""),
        ("", "", ""),
        ("", "", ""),
    ]


def test_no_gap_gives_a_masked_figure_away(ctx):
    indicator = make_indicator(counts_people=True, unit="")
    rows = measured(
        indicator,
        entry(indicator, "Sud", "4", compared_to="Ensemble"),
        entry(indicator, "Nord", "60", compared_to="Sud"),
        entry(indicator, "Ensemble", "90"),
    )
    assert [row.is_masked for row in rows] == [True, False, False]
    assert [row.gap_number for row in rows] == [None, None, None]


def test_entries_found_to_be_one_place_have_their_figures_together(ctx, client):
    indicator = make_indicator()
    kept, other = make_place("La Criée"), make_place("Halle de la criée")
    measured(
        indicator,
        entry(indicator, "La Criée", "12 %", place=kept),
        entry(indicator, "Halle de la criée", "14 %", place=other, period="2025"),
    )
    other.merged = kept
    db.session.commit()
    (row,) = queries.latest(shown(indicator))
    assert (row.said, row.place_slug) == ("14 %", "la-criee")
    assert [one.figure.said for one in queries.at_place(kept, None)] == ["14 %"]
    assert [(one.place.slug, one.indicators) for one in queries.places(None)] == [("la-criee", 1)]
    assert client.get("/indicateurs/lieux/halle-de-la-criee").location.endswith("/la-criee")
    again = entry(indicator, "La Criée", "15 %", place=kept, period="2025")
    with pytest.raises(Refused):
        actions.enter(clerk(), indicator, entries=[again])


def test_subtotals_nobody_declared_give_nothing_away(ctx):
    """Two communes with their quarters, and a total: only the last line is said to be one."""
    table = {"Môle": 4, "Criée": 30, "Port-Clair": 34, "Phare": 20, "Cap": 46, "Les Caps": 66}
    lines = {name: {"": str(number)} for name, number in table.items()}
    unseen = {name for name, _category in masked(counting({**lines, "Ensemble": {"": "100"}}))}
    assert "Môle" in unseen
    assert unseen & {"Criée", "Port-Clair"}
    if "Port-Clair" in unseen:
        assert unseen & {"Les Caps", "Ensemble"}
