"""A printed document becomes a programme: every word kept, nothing invented, nothing twice."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from consult.core.db import db
from consult.core.money import Nature
from consult.council.models import Act, ActKind
from consult.gaps.queries import still_open
from consult.journal.actions import commit
from consult.programmes import carrying, queries
from consult.programmes.models import (
    Body,
    BodyKind,
    Choice,
    MethodKind,
    Participant,
    Programme,
    ProgrammeState,
)
from consult.territory.models import Organisation
from tests.programmes.making import AGREEMENT, CALL, GOVERNANCE, REVIEW, document


def carry(how, data, *more):
    how(data, *more)
    commit()
    return db.session.scalars(sa.select(Programme)).one()


def rows() -> dict[str, int]:
    return {
        mapper.local_table.name: db.session.scalar(
            sa.select(sa.func.count()).select_from(mapper.local_table)
        )
        for mapper in db.Model.registry.mappers
    }


@pytest.mark.parametrize(
    ("how", "data"),
    [
        (carrying.closing_review, REVIEW),
        (carrying.agreement, AGREEMENT),
        (carrying.call, CALL),
        (carrying.governance, GOVERNANCE),
    ],
    ids=["review", "agreement", "call", "governance"],
)
def test_a_second_reading_adds_nothing(ctx, how, data):
    carry(how, document(data), "x1")
    before = rows()
    carry(how, document(data), "x1")
    assert rows() == before


def test_what_an_editor_corrected_stays(ctx):
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    programme.title = "Le bilan du port, corrigé"
    queries.whole(programme).components[0].level = 60
    commit()
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    assert programme.title == "Le bilan du port, corrigé"
    assert [one.level for one in queries.whole(programme).components] == [60, None]


def test_levels_that_were_lost_stay_unknown_and_are_asked_for(ctx):
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    whole = queries.whole(programme)
    assert [one.level for one in whole.components] == [None, None]
    assert [gap.kind for gap in still_open(programme)].count("level") == 2


def test_groups_are_kept_and_a_missing_comma_is_flagged(ctx):
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    groups = queries.whole(programme).groups()
    assert [(group.name, [one.named for one in group.members]) for group in groups] == [
        ("Etat", ["Préfecture maritime"]),
        ("Jury des riverains", []),
        ("SEM 1 SEM 2", []),
        ("Coopérative des pêcheurs", []),
        ("Atelier des Quais", []),
    ]
    assert groups[0].head.named == "Etat"
    (doubtful,) = [one for one in queries.whole(programme).participants if one.is_doubtful]
    assert (doubtful.named, doubtful.organisation) == ("SEM 1 SEM 2", None)
    (gap,) = [gap for gap in still_open(programme) if gap.kind == "actor_to_split"]
    assert "SEM 1 / SEM 2" in gap.words


def test_a_citizens_jury_is_a_body(ctx):
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    (jury,) = [one for one in queries.whole(programme).participants if one.body]
    assert (jury.named, jury.body.kind) == ("Jury des riverains", BodyKind.CITIZENS_JURY)
    assert programme.bodies == [jury.body]


def test_private_persons_of_a_team_are_left_out(ctx):
    carry(carrying.closing_review, document(REVIEW), "x1")
    known = [*db.session.scalars(sa.select(Organisation.name))]
    named = [*db.session.scalars(sa.select(Participant.named))]
    assert "Atelier des Quais" in known
    assert not any("Jeanne" in name for name in [*known, *named])


def test_an_amount_without_a_nature_has_none(ctx):
    programme = carry(carrying.closing_review, document(REVIEW), "x1")
    (amount,) = queries.whole(programme).amounts
    assert (amount.words, amount.cents, amount.nature) == ("2,4 M€", 240_000_000, Nature.UNKNOWN)


def test_the_agreement_keeps_its_order_though_step_2_begins_before_step_1(ctx):
    programme = carry(carrying.agreement, document(AGREEMENT), "x2")
    whole = queries.whole(programme)
    assert [(one.start_words, one.end_words) for one in whole.phases] == [
        ("mai 2010", "juin 2010"),
        ("janvier 2010", "juin 2010"),
    ]
    assert queries.line(whole.phases).overlaps == [(2, 1, 4)]
    (agreement,) = whole.agreements
    assert [(one.operator, one.value, one.unit) for one in agreement.criteria] == [
        (">", "15", "% de résidences"),
        (">", "900", "habitants"),
    ]
    assert "+ de 900 habitants" in agreement.criteria_words
    assert [(one.name, one.kind, one.presidency) for one in programme.bodies] == [
        ("comité de pilotage", BodyKind.STEERING, "la maire"),
        ("équipe technique", BodyKind.TECHNICAL, ""),
    ]
    assert [place.name for place in programme.places] == ["Arzon"]


def test_the_call_knows_its_laureates_and_the_act_that_speaks_of_it(ctx):
    act = Act(kind=ActKind.NOTE, title="Une note", assembly="Conseil municipal")
    db.session.add(act)
    programme = carry(carrying.call, document(CALL), "x3", act)
    (call,) = queries.whole(programme).calls
    assert [(one.named, one.choice) for one in call.candidates] == [
        ("Port-Neuf", Choice.LAUREATE),
        ("Arzon", Choice.LAUREATE),
    ]
    assert call.candidates[0].strengths == ["un marché flottant"]
    assert (call.months, call.cohort) == (18, "première promotion")
    assert call.act is programme.act is act


def test_the_bodies_of_a_roadmap_stand_on_its_page(ctx):
    programme = carry(carrying.governance, document(GOVERNANCE), "x4")
    assert (programme.period_words, programme.starts_on.year, programme.ends_on.year) == (
        *("2024-2030", 2024),
        2030,
    )
    assert [(one.name, one.rhythm_words) for one in programme.bodies] == [
        ("mission littoral", "Revue annuelle"),
        ("comité d'habitants", ""),
    ]


# The figures of the real documents.


def read(path):
    return json.loads(path.read_text())


def test_the_closing_review_of_bagneux(ctx, shared_data):
    data = read(shared_data("sources/001_anru_point_etape_bagneux.json"))
    programme = carry(carrying.closing_review, data, "001")
    whole = queries.whole(programme)
    printed = [one for one in whole.participants if not one.role]
    assert len(printed) == 19
    assert [one.named for one in printed if one.group == "Etat"] == ["DDT", "Préfecture"]
    assert len([one for one in printed if one.group == "Collectivités Territoriales"]) == 4
    assert [one.named for one in printed if one.is_doubtful] == ["SEM 92 DRIHL92"]
    jury = next(one for one in printed if one.named == "Jury Citoyen")
    assert jury.body.kind == BodyKind.CITIZENS_JURY
    assert len(whole.components) == 12
    assert {one.level for one in whole.components} == {None}
    kinds = [gap.kind for gap in still_open(programme)]
    assert (kinds.count("level"), kinds.count("actor_to_split")) == (12, 1)
    assert [(one.kind, one.number) for one in whole.in_person] == [
        (MethodKind.INTERVIEW, "≈ 50"),
        (MethodKind.WORKSHOP, "2"),
        (MethodKind.WORKSHOP, "1"),
    ]
    assert len(whole.methods) == 5
    assert len(whole.issues) == 2
    assert [one.cents for one in whole.amounts] == [15_700_000_000]
    assert programme.starts_on == date(2012, 1, 1)
    assert programme.state == ProgrammeState.CLOSING
    for section in data["sections"]:
        for paragraph in section.get("paragraphs", ()):
            assert paragraph in programme.introduction
    persons = [one["name"] for one in data["team"] if one["_kind"] == "person"]
    everything = json.dumps([one.named for one in whole.participants]) + str(programme.facts)
    assert not any(name in everything + programme.introduction for name in persons)


def test_the_agreement_of_igny(ctx, shared_data):
    data = read(shared_data("sources/002_igny_convention_territoriale.json"))
    programme = carry(carrying.agreement, data, "002")
    whole = queries.whole(programme)
    assert [(f"{one.starts_on:%Y-%m}", f"{one.ends_on:%Y-%m}") for one in whole.phases] == [
        ("2007-10", "2008-03"),
        ("2007-01", "2008-04"),
        ("2008-04", "2008-06"),
    ]
    line = queries.line(whole.phases)
    assert queries.Overlap(2, 1, 9) in line.overlaps
    assert [span.number for span in line.spans] == [1, 2, 3]
    (agreement,) = whole.agreements
    assert len(whole.objectives) == len(agreement.signatories) == 3
    assert [(one.words, one.operator, one.value) for one in agreement.criteria] == [
        ("+ de 20% de logements sociaux", ">", "20"),
        ("+ de 5000 habitants", ">", "5000"),
    ]
    assert [one.name for one in programme.bodies] == [
        "instance de pilotage stratégique",
        "équipe technique de direction de projet",
    ]
    assert programme.bodies[0].presidency == "le maire"
    for words in [*data["presentation"], data["presentation_fin"]]:
        assert words in programme.introduction


def test_the_call_of_the_metropolis(ctx, shared_data):
    data = read(shared_data("sources/003_sceaux_note_quartiers_metropolitains_innovation.json"))
    programme = carry(carrying.call, data, "003")
    whole = queries.whole(programme)
    (call,) = whole.calls
    assert [one.named for one in call.candidates if one.choice == Choice.LAUREATE] == [
        *("Sceaux", "Aulnay-sous-Bois", "Meudon", "Noisy-le-Grand")
    ]
    assert "première promotion" in call.cohort
    assert call.months == 18
    assert len(call.candidates[0].strengths) == 6
    assert len(whole.participants) == 4
    assert call.experiments == []


def test_the_bodies_of_the_val_de_marne(ctx, shared_data):
    data = read(shared_data("sources/004_val_de_marne_feuille_de_route.json"))
    programme = carry(carrying.governance, data, "004")
    assert len(programme.bodies) == 7
    assert db.session.scalar(sa.select(sa.func.count(Body.id))) == 7
    assert programme.period_words == "2024-2030"
    (mission,) = [one for one in programme.bodies if one.kind == BodyKind.MISSION]
    assert mission.rhythm_words == "Revue annuelle"
