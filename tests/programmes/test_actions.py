"""What the desk may do with a programme, and what it may not."""

import pytest
import sqlalchemy as sa

from consult.core import dates
from consult.core.db import db
from consult.core.money import Nature
from consult.core.rules import Refused
from consult.gaps.queries import still_open
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.programmes import actions as programmes
from consult.programmes import carrying, queries
from consult.programmes.models import (
    Agreement,
    AgreementSignatory,
    Assessment,
    Call,
    Candidate,
    Choice,
    Component,
    Criterion,
    Deed,
    Doneness,
    Experiment,
    Finding,
    FindingKind,
    Method,
    MethodKind,
    Objective,
    Outcome,
    Participant,
    Programme,
    ProgrammePhase,
    ProgrammeState,
    Remaining,
    RemainingKind,
    Stocktake,
    Sum,
    months_after,
)
from tests.factories import make_user
from tests.programmes.making import REVIEW, clerk, closing, document, make_programme


@pytest.fixture
def actor(ctx):
    return clerk()


_keys = iter(range(10**6))


def add(actor, owner, part, **said):
    made = programmes.add(actor, owner, part, key=f"k{next(_keys)}", **said)
    commit()
    return made


# Who may.


@pytest.mark.parametrize("role", [RoleName.FACILITATOR, RoleName.GUARANTOR, None])
def test_only_the_council_s_desk_writes(ctx, role):
    user = make_user(role) if role else make_user()
    programme = make_programme(clerk())
    for forbidden in (
        lambda: programmes.create(user, title="Un autre"),
        lambda: programmes.edit(user, programme, title="Autre"),
        lambda: programmes.add(user, programme, Objective, key="x", title="Loger"),
        lambda: programmes.create_body(user, name="Un jury"),
        lambda: programmes.take_stock(user, programme, title="B", by_words="Moi"),
    ):
        with pytest.raises(Refused):
            forbidden()


def test_the_same_form_sent_twice_makes_one_thing(ctx, actor):
    programme = make_programme(actor)
    for _ in range(2):
        programmes.add(actor, programme, Objective, key="once", title="Loger")
        programmes.create(actor, title="Un seul", key="one")
        programmes.create_body(actor, name="Un jury", key="two")
        commit()
    assert len(queries.whole(programme).objectives) == 1
    assert db.session.scalar(sa.select(sa.func.count(Programme.id))) == 2


# Steps in time.


def test_steps_may_come_in_any_order_and_overlap(ctx, actor):
    programme = make_programme(actor)
    add(actor, programme, ProgrammePhase, label="1", start_words="mai 2020", end_words="juin 2020")
    add(actor, programme, ProgrammePhase, label="2", start_words="2019", end_words="2020")
    add(actor, programme, ProgrammePhase, label="3", start_words="", end_words="")
    whole = queries.whole(programme)
    assert [one.label for one in whole.phases] == ["1", "2", "3"]
    line = queries.line(whole.phases)
    assert line.overlaps == [(2, 1, 16)]
    assert [one.label for _, one in line.undated] == ["3"]
    assert line.years == [(2019, 0), (2020, 365)]


def test_steps_side_by_side_do_not_overlap(ctx, actor):
    programme = make_programme(actor)
    add(actor, programme, ProgrammePhase, label="1", start_words="2019", end_words="2019")
    add(actor, programme, ProgrammePhase, label="2", start_words="2020", end_words="2020")
    assert queries.line(queries.whole(programme).phases).overlaps == []


def test_a_step_that_ends_before_it_begins_is_refused(ctx, actor):
    programme = make_programme(actor)
    with pytest.raises(Refused):
        add(actor, programme, ProgrammePhase, label="1", start_words="juin 2020", end_words="2019")
    phase = add(actor, programme, ProgrammePhase, label="1", start_words="2020", end_words="2021")
    with pytest.raises(Refused):
        programmes.change(actor, phase, end_words="mars 2018")


# Money, methods, levels.


def test_amounts_sort_by_their_number_and_natures_never_mix(ctx, actor):
    programme = make_programme(actor)
    for label, words, nature in (
        ("Quai", "5,1 M€", Nature.SPENT),
        ("Port", "157 M€", Nature.FORECAST),
        ("Phare", "900 000 €", Nature.SPENT),
        ("Digue", "110M€", Nature.FORECAST),
    ):
        add(actor, programme, Sum, label=label, words=words, nature=nature)
    whole = queries.whole(programme)
    assert [one.words for one in whole.by_amount()] == ["157 M€", "110M€", "5,1 M€", "900 000 €"]
    assert whole.totals == {Nature.FORECAST: 26_700_000_000, Nature.SPENT: 600_000_000}


def test_work_face_to_face_keeps_its_own_number(ctx, actor):
    programme = make_programme(actor)
    add(
        *(actor, programme, Method),
        words="Entretiens",
        kind=MethodKind.INTERVIEW,
        quantity_words="~50",
    )
    add(actor, programme, Method, words="Une foule", kind=MethodKind.MEETING, quantity_words="")
    add(actor, programme, Method, words="Évaluation", kind=MethodKind.EVALUATION)
    whole = queries.whole(programme)
    assert [one.number for one in whole.in_person] == ["≈ 50", ""]
    assert [one.words for one in whole.other_work] == ["Évaluation"]


def test_a_level_that_is_entered_fills_what_was_missing(ctx, actor):
    programme = carrying.closing_review(document(REVIEW), "x1")
    commit()
    component, _other = queries.whole(programme).components
    programmes.change(actor, component, level=40)
    commit()
    assert [gap.kind for gap in still_open(programme)].count("level") == 1


def test_two_names_printed_as_one_are_split_in_their_place(ctx, actor):
    programme = carrying.closing_review(document(REVIEW), "x1")
    commit()
    (doubtful,) = [one for one in queries.whole(programme).participants if one.is_doubtful]
    with pytest.raises(Refused):
        programmes.split(actor, doubtful, ["SEM 1"])
    programmes.split(actor, doubtful, ["SEM 1", "SEM 2"], reason="Deux organismes.")
    commit()
    names = [one.named for one in queries.whole(programme).participants]
    assert names[3:6] == ["SEM 1", "SEM 2", "Coopérative des pêcheurs"]
    assert "actor_to_split" not in [gap.kind for gap in still_open(programme)]


def test_parts_move_and_leave(ctx, actor):
    programme = make_programme(actor)
    first = add(actor, programme, Objective, title="Loger")
    second = add(actor, programme, Objective, title="Relier")
    programmes.move(actor, second, by=-1)
    commit()
    assert [one.title for one in queries.whole(programme).objectives] == ["Relier", "Loger"]
    add(actor, programme, Deed, title="Dix bancs", objective_id=first.id)
    with pytest.raises(Refused):
        programmes.remove(actor, first)
    programmes.remove(actor, second, reason="Dit deux fois.")
    commit()
    assert [one.title for one in queries.whole(programme).objectives] == ["Loger"]


def test_an_agreement_leaves_with_all_that_hangs_on_it(ctx, actor):
    programme = make_programme(actor)
    agreement = add(actor, programme, Agreement, title="Convention")
    add(actor, agreement, AgreementSignatory, named="la ville")
    add(actor, agreement, Criterion, words="+ de 20%")
    call = add(actor, programme, Call, title="Appel", months=18)
    town = add(actor, call, Candidate, named="Arzon", choice=Choice.LAUREATE)
    add(actor, call, Experiment, title="Un banc", candidate_id=town.id)
    for part in (agreement, call):
        programmes.remove(actor, part, reason="Jamais signé.")
        commit()
    whole = queries.whole(programme)
    assert (whole.agreements, whole.calls) == ([], [])


# Who may enter an agreement.


@pytest.mark.parametrize(
    ("figures", "verdicts", "together"),
    [
        (("20", "6000"), [False, True], False),
        (("20,1 %", "5 001"), [True, True], True),
        (("25", "5000"), [True, False], False),
        (("25", ""), [True, None], None),
        (("20", ""), [False, None], False),
        (("", ""), [None, None], None),
    ],
)
def test_more_than_twenty_per_cent_is_strict(ctx, actor, figures, verdicts, together):
    programme = make_programme(actor)
    agreement = add(actor, programme, Agreement, title="Convention")
    criteria = [
        add(actor, agreement, Criterion, words=words)
        for words in ("+ de 20% de logements sociaux", "+ de 5000 habitants")
    ]
    entered = {str(one.id): typed for one, typed in zip(criteria, figures, strict=True) if typed}
    add(actor, agreement, Assessment, named="Arzon", figures=entered)
    (result,) = queries.eligibility(queries.whole(programme).agreements[0])
    assert [one.is_met for one in result.verdicts] == verdicts
    assert result.is_met is together
    assert result.verdicts[0].criterion.words == "+ de 20% de logements sociaux"


# Experiments.


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("15 septembre 2023", "2025-03-15"),
        ("31 août 2023", "2025-02-28"),
        ("septembre 2023", "2025-03"),
        ("second semestre 2023", "2025-01-01/2025-06-30"),
        ("2023", "2024-07-01/2025-06-30"),
        ("", None),
        ("bientôt", None),
    ],
)
def test_an_experiment_ends_eighteen_months_after_it_began(start, end):
    found = months_after(dates.parse(start), 18)
    assert (found.iso if found else None) == end


def test_without_a_start_there_is_no_end(ctx, actor):
    programme = make_programme(actor)
    call = add(actor, programme, Call, title="Appel", months=18)
    town = add(actor, call, Candidate, named="Arzon", choice=Choice.LAUREATE)
    trial = add(actor, call, Experiment, title="Un banc", candidate_id=town.id)
    assert trial.end is None
    programmes.change(actor, trial, start_words="mars 2024")
    assert trial.end.iso == "2025-09"


# Reviews.


def test_a_review_counts_what_is_known_and_stays_as_it_was(ctx, actor):
    programme = make_programme(actor)
    housing = add(actor, programme, Objective, title="Loger")
    add(actor, programme, Objective, title="Relier")
    for title, doneness, people in (("A", Doneness.DONE, 40), ("B", Doneness.UNKNOWN, None)):
        add(
            *(actor, programme, Deed),
            title=title,
            objective_id=housing.id,
            doneness=doneness,
            beneficiaries=people,
            housing="social",
            carrier="Service logement",
        )
    said = {"title": "Bilan 2026", "by_words": "les services porteurs"}
    review = programmes.take_stock(actor, programme, **said, key="r1")
    assert programmes.take_stock(actor, programme, **said, key="r1") is review
    commit()
    rows = review.content["objectives"]
    assert [(row["objective"], row["actions"]) for row in rows] == [("Loger", 2), ("Relier", 0)]
    assert (rows[0]["done"], rows[0]["unknown"]) == (1, 1)
    assert (rows[0]["beneficiaries"], rows[0]["beneficiaries_known"]) == (40, 1)
    assert rows[1]["beneficiaries"] is None
    assert review.content["housing"] == [{"words": "social", "actions": 2}]
    assert review.content["carriers"] == [{"words": "Service logement", "actions": 2}]
    assert review.by_words == "les services porteurs"
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(Stocktake).values(title="Autre"))
    db.session.rollback()
    with pytest.raises(Refused):
        programmes.take_stock(actor, programme, title="Bilan", by_words=" ")


# Closing.


def ready(actor) -> Programme:
    programme = closing(actor)
    programmes.conclude(
        actor, programme, closing_report="Le quai est fini.", successor_words="droit commun"
    )
    add(actor, programme, Remaining, words="finir le môle", kind=RemainingKind.ISSUE)
    add(actor, programme, Finding, words="le sel", kind=FindingKind.RISK)
    return programme


def test_a_programme_closes_with_its_report_issues_risks_and_successor(ctx, actor):
    programme = ready(actor)
    programmes.close(actor, programme)
    commit()
    assert (programme.state, programme.closed_at is not None) == (ProgrammeState.CLOSED, True)
    for after in (
        lambda: programmes.edit(actor, programme, title="Autre"),
        lambda: programmes.add(actor, programme, Objective, key="x", title="Loger"),
        lambda: programmes.close(actor, programme),
    ):
        with pytest.raises(Refused):
            after()


def test_nothing_that_a_closing_needs_may_be_missing(ctx, actor):
    def close_without(spoil):
        programme = ready(actor)
        spoil(programme, queries.whole(programme))
        commit()
        with pytest.raises(Refused):
            programmes.close(actor, programme)

    def conclude(programme, **said):
        was = {
            "closing_report": programme.closing_report,
            "successor_words": programme.successor_words,
        }
        programmes.conclude(actor, programme, **{**was, **said}, reason="Trop tôt.")

    close_without(lambda programme, _: conclude(programme, closing_report=""))
    close_without(lambda programme, _: conclude(programme, successor_words=""))
    close_without(lambda _, whole: programmes.remove(actor, whole.issues[0], reason="Trop tôt."))
    close_without(lambda _, whole: programmes.remove(actor, whole.risks[0], reason="Trop tôt."))


def test_an_unfinished_action_is_taken_up_elsewhere_or_closed_with_a_reason(ctx, actor):
    programme = ready(actor)
    unfinished = [(7, "Éclairer le môle")]
    with pytest.raises(Refused):
        programmes.close(actor, programme, unfinished=unfinished)
    assert programmes.gather(actor, programme, unfinished) == 1
    assert programmes.gather(actor, programme, unfinished) == 0
    commit()
    (left,) = queries.whole(programme).unfinished
    with pytest.raises(Refused):
        programmes.close(actor, programme, unfinished=unfinished)
    programmes.change(actor, left, outcome=Outcome.DROPPED, outcome_words="Le môle est démoli.")
    programmes.close(actor, programme, unfinished=unfinished)
    commit()
    assert programme.state == ProgrammeState.CLOSED


def test_a_programme_that_is_not_being_closed_does_not_close(ctx, actor):
    programme = make_programme(actor, state=ProgrammeState.RUNNING)
    with pytest.raises(Refused):
        programmes.close(actor, programme)
    with pytest.raises(Refused):
        programmes.edit(actor, programme, state=ProgrammeState.CLOSED)


def test_a_programme_stands_neither_under_nor_after_itself(ctx, actor):
    programme = make_programme(actor)
    child = make_programme(actor, title="Le phare", parent=programme)
    with pytest.raises(Refused):
        programmes.edit(actor, programme, parent=child)
    db.session.rollback()
    programmes.edit(actor, programme, state=ProgrammeState.CLOSING)
    with pytest.raises(Refused):
        programmes.conclude(actor, programme, closing_report="Fin.", successor=programme)


def test_who_is_in_finds_its_organisation_under_any_name(ctx, actor):
    programme = make_programme(actor, owner_words="Agence du Littoral")
    add(actor, programme, Participant, named="AGENCE DU LITTORAL", role="pilote")
    (taken,) = queries.of_organisation(programme.owner)
    assert (taken.programme, taken.role) == (programme, "pilote")


def test_a_component_may_be_unknown_but_not_beyond_a_hundred(ctx, actor):
    programme = make_programme(actor)
    assert add(actor, programme, Component, label="Études").level is None
    with pytest.raises(sa.exc.IntegrityError):
        add(actor, programme, Component, label="Études", level=120)
    db.session.rollback()
