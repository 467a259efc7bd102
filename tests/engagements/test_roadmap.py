"""A printed roadmap is carried in: its whole tree, each sheet once, its money, its dates."""

import copy
import json
from collections import Counter
from datetime import date

import pytest

from consult.core.db import db
from consult.core.money import Nature
from consult.council.models import Act
from consult.engagements import amounts, carrying, moments, queries, sheets, versions, wording
from consult.engagements.models import (
    Amount,
    Engagement,
    Moment,
    MomentKind,
    Picture,
    Plan,
    Sheet,
    SheetState,
)
from consult.gaps.models import Gap
from consult.journal.actions import commit
from tests.engagements.making import OWN

SMALL = OWN.parent / "roadmap.json"


def act() -> Act:
    deed = Act(title="Une feuille de route", assembly="Conseil", adopted_on=date(2024, 10, 14))
    db.session.add(deed)
    commit()
    return deed


def carried(data, ref: str = "900") -> Plan:
    plan = carrying.roadmap(data, ref, act())
    commit()
    return plan


@pytest.fixture
def small():
    return json.loads(SMALL.read_text())


@pytest.fixture
def real(shared_data):
    return json.loads(shared_data("sources/004_val_de_marne_feuille_de_route.json").read_text())


def levels(plan: Plan) -> list[str]:
    return [f"{'  ' * one.depth}{one.engagement.level}" for one in queries.of_plan(plan).walk()]


def test_a_roadmap_keeps_its_tree_its_levels_and_its_pages(ctx, small):
    plan = carried(small)
    assert levels(plan) == ["Enjeu", "  Axe", "    Section", "      Champ", "    Section", "  Axe"]
    first, axis = queries.of_plan(plan).engagements[:2]
    assert (first.number, first.title, first.page) == ("ENJEU N°1", "ENJEU N°1 : LE PORT", "3")
    assert axis.page == "4"
    assert wording.called(first) == "ENJEU N°1 : LE PORT"


def test_every_printed_word_of_a_branch_stands_in_it(ctx, small):
    plan = carried(small)
    section = Engagement.query.filter_by(plan_id=plan.id, level="Section").first()
    assert section.words.split("\n\n")[:3] == [
        "Le quai est long :",
        "- le poncer\n- le peindre",
        "Puis on recommence.",
    ]
    assert "| Propreté | Un quai sans algues. |" in section.words


def test_carrying_twice_changes_nothing(ctx, small):
    plan = carried(small)
    before = {model: model.query.count() for model in (Engagement, Sheet, Amount, Moment, Gap)}
    plan.title = "Corrigé par la mairie"
    commit()
    again = carrying.roadmap(small, "900", act())
    assert again is plan
    assert plan.title == "Corrigé par la mairie"
    assert {model: model.query.count() for model in before} == before


def test_a_sheet_printed_twice_is_made_once(ctx, small):
    twice = copy.deepcopy(small["fiches_action"][0]) | {"_id": "FA9"}
    twice["title"] = "  " + twice["title"].lower() + "  "
    small["fiches_action"].append(twice)
    plan = carried(small)
    assert [one.external_ref for one in sheets.of_plan(plan)] == ["900/FA1", "900/FA2"]


def test_a_sheet_that_is_only_announced_is_not_invented(ctx, small):
    plan = carried(small)
    full, announced = sheets.of_plan(plan)
    assert sheets.counted([full, announced]) == (2, 1)
    assert (announced.state, announced.title) == (SheetState.ANNOUNCED, "")
    assert announced.aim == "Des lampes au bout du môle."
    assert sheets.texts(announced) == []
    gaps = {(one.subject_kind, one.kind) for one in Gap.query}
    assert ("sheet", "sheet") in gaps
    assert ("sheet", "truncated") in gaps  # « l'agence du PORT- »


def test_money_keeps_its_words_and_its_nature(ctx, small):
    plan = carried(small)
    hoped, spent = amounts.of_plan(plan)
    assert (hoped.words, hoped.cents, hoped.nature) == ("environ 2 M€", 200_000_000, "forecast")
    assert (spent.cents, spent.nature) == (1_50000, Nature.SPENT)
    assert hoped.engagement.level == "Section"
    totals = [" ".join(one.total.split()) for one in amounts.purses([hoped, spent])]
    assert totals == ["2 000 000 €", "1 500 €"]


def test_evaluations_and_key_dates_are_told_apart(ctx, small, noon):
    plan = carried(small)
    shown = moments.shown(moments.of_plan(plan))
    assert [(one.moment.kind, one.state) for one in shown.evaluations] == [
        (MomentKind.MIDTERM, moments.State.TO_COME),
        (MomentKind.ANNUAL, moments.State.UNDATED),
        (MomentKind.COHORT, moments.State.UNDATED),
    ]
    assert shown.evaluations[0].awaited == date(2027, 12, 31)
    assert [one.moment.due_words for one in shown.key_dates] == ["adopté en juillet 2023"]


def test_what_was_carried_in_is_frozen_as_the_adopted_version(ctx, small):
    plan = carried(small)
    assert plan.is_public
    (version,) = versions.of_plan(plan)
    assert (version.number, version.as_of) == (1, date(2024, 10, 14))
    text = versions.text(plan, version)
    assert [depth for depth, _branch in text.branches] == [0, 1, 2, 3, 2, 1]
    assert [one.text is not None for one in text.sheets] == [True, False]


def test_the_roadmap_of_the_val_de_marne_is_whole(ctx, real):
    plan = carried(real, "004")
    tree = queries.of_plan(plan)
    levels = Counter(one.level for one in tree.engagements)
    assert levels == {"Enjeu": 3, "Axe": 6, "Section": 14, "Champ": 6}
    assert sheets.counted(sheets.of_plan(plan)) == (6, 5)
    assert (Amount.query.count(), Moment.query.count()) == (3, 14)
    axes = [axe for enjeu in tree.branches for axe in enjeu.branches]
    assert [len(axe.branches) for axe in axes] == [2, 3, 3, 2, 2, 2]
    assert sum(len(section.branches) for section in axes[0].branches) == 6
    assert [axe.engagement.page for axe in axes] == ["10", "14", "16", "17", "20", "20"]


def test_its_sheets_say_what_the_printed_ones_say(ctx, real):
    plan = carried(real, "004")
    rows = sheets.of_plan(plan)
    texts = sheets.latest(plan)
    for sheet, told in zip(rows[:5], real["fiches_action"], strict=False):
        said = texts[sheet.id].content
        assert said["title"] == told["title"]
        assert said["audience"] == told["pour_qui"]
        assert said["steps"] == told["mise_en_oeuvre"]
        assert said["carriers"] == told["porteurs_de_l_action"]
    assert [len(step["items"]) for step in texts[rows[2].id].content["steps"]] == [0, 3, 0, 0]
    assert rows[5].state == SheetState.ANNOUNCED
    assert "MAC VAL" in rows[5].aim
    assert {one.engagement.title for one in rows} == {
        "Des fiches action opérationnelles pour décliner les actions départementales dans les QPV"
    }
    assert [(one.cents, one.nature.value) for one in amounts.of_plan(plan)] == [
        (110_000_000_00, "forecast"),
        (5_100_000_00, "spent"),
        (28_000_000_00, "spent"),
    ]
    assert all(one.engagement is not None for one in amounts.of_plan(plan))
    assert Picture.query.filter_by(plan_id=plan.id).count() == 5
