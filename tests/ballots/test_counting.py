"""Counting, held against a naive count written apart and against the script people run at home."""

import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.ballots import recount, results
from consult.ballots.counting import FEW, GRADES, Fault, Method, Option, Outcome, Terms, fault
from consult.ballots.models import GRADES as WORDS

COSTS = st.integers(1, 9)


@st.composite
def elections(draw):
    """A question, ballots that fit its rules, and counting sheets of other ballots."""
    method = draw(st.sampled_from(Method))
    numbers = range(1, draw(st.integers(2, 5)) + 1)
    has_budget = method == Method.ENVELOPE or draw(st.booleans())
    terms = Terms(
        method,
        tuple(Option(n, draw(COSTS) if has_budget else None) for n in numbers),
        draw(st.integers(1, 4)) if method in (Method.APPROVAL, Method.POINTS) else 1,
        draw(st.integers(1, 20)) if has_budget else None,
        1 if has_budget else draw(st.integers(1, 3)),
    )
    marks = st.integers(0 if method == Method.JUDGMENT else 1, highest(terms))
    any_ballot = st.dictionaries(st.sampled_from(numbers), marks)
    ballot = any_ballot.filter(lambda one: fault(terms, one) is None)
    return terms, draw(st.lists(ballot, max_size=30)), draw(st.lists(st.lists(ballot), max_size=2))


def highest(terms):
    return {Method.JUDGMENT: GRADES - 1, Method.POINTS: terms.limit}.get(terms.method, 1)


def naive(terms, ballots):
    """The same rules, as somebody would follow them with a heap of paper."""
    said = [ballot for ballot in ballots if ballot]
    budget = terms.envelope is not None

    def better(one, other):
        """Whether `one` stands before `other`."""
        mine, theirs = worth(one), worth(other)
        if mine != theirs:
            return mine > theirs
        if budget and one.cost != other.cost:
            return one.cost < other.cost
        return one.number < other.number

    def worth(option):
        if terms.method != Method.JUDGMENT:
            return [sum(ballot.get(option.number, 0) for ballot in said)]
        heap, taken = sorted(ballot.get(option.number, 0) for ballot in said), []
        while heap:
            taken.append(heap.pop((len(heap) - 1) // 2))
        return taken

    for order in permutations(terms.options):
        if all(
            better(order[i], order[j]) for i in range(len(order)) for j in range(i + 1, len(order))
        ):
            break
    kept, spent = [], 0
    for place, option in enumerate(order):
        if not said or worth(option)[0] == 0:
            continue
        if budget and spent + option.cost <= terms.envelope:
            kept.append(option.number)
            spent += option.cost
        elif not budget and place < terms.seats:
            kept.append(option.number)
    return [option.number for option in order], kept


def file_of(terms, ballots, sheets):
    said = {
        "poll": {
            "id": 1,
            "title": "Que planter ?",
            "method": terms.method.value,
            "limit": terms.limit,
            "envelope_cents": terms.envelope,
            "seats": terms.seats,
            "grades": [str(n) for n in range(GRADES)],
        },
        "choices": [
            {"number": n, "title": f"Choix {n}", "cost_cents": cost} for n, cost in terms.options
        ],
    }
    papers = [results.sheet_of(terms, f"Bureau {n}", heap) for n, heap in enumerate(sheets)]
    return results.drawn_up(said, terms, ballots, papers, {"web": len(ballots), "paper": 0})


@given(elections())
@settings(max_examples=300)
def test_the_count_is_what_a_naive_count_and_the_script_find(tmp_path_factory, election):
    terms, ballots, sheets = election
    data = file_of(terms, ballots, sheets)
    order, kept = naive(terms, [*ballots, *(one for heap in sheets for one in heap)])
    lines = data["result"]["lines"]
    assert [line["number"] for line in lines] == order
    assert [line["number"] for line in lines if line["outcome"] == "retained"] == kept
    everybody = len(ballots) + sum(map(len, sheets))
    assert data["result"]["ballots"] == everybody
    path = tmp_path_factory.getbasetemp() / "counted.json"
    path.write_text(results.as_json(data), encoding="utf-8")
    assert recount.main(str(path)) == 0


@given(elections())
def test_nobody_s_ballot_stands_alone_in_what_is_published(election):
    terms, ballots, sheets = election
    data = file_of(terms, ballots, sheets)
    parts = [len(data["ballots"]), *(sheet["ballots"] for sheet in data["sheets"])]
    assert sum(parts) == len(ballots) + sum(map(len, sheets))
    shown = [part for part in parts if part]
    assert (
        len(shown) <= 1
        or min(shown) >= FEW
        or (data["ballots"] and len(data["ballots"]) >= FEW and sum(parts[1:]) >= FEW)
    )
    assert not 0 < len(data["ballots"]) < FEW


@given(elections())
def test_a_sheet_of_true_ballots_is_never_refused(election):
    terms, ballots, _sheets = election
    assert results.faults(terms, results.sheet_of(terms, "Mairie", ballots)) == []


def test_the_file_is_recounted_by_a_stranger_who_sees_when_it_was_touched(tmp_path):
    terms = Terms(Method.ENVELOPE, (Option(1, 6), Option(2, 5), Option(3, 4)), envelope=10)
    ballots = [{1: 1, 3: 1}] * 8 + [{2: 1}] * 7 + [{}] * 2
    data = file_of(terms, ballots, [])
    path = tmp_path / "bulletins-1.json"
    path.write_text(results.as_json(data), encoding="utf-8")
    done = run(path)
    assert done.returncode == 0, done.stderr
    assert "Le résultat annoncé est exact." in done.stdout
    assert "Bulletins : 17 ; blancs : 2 ; nuls : 0 ; exprimés : 15" in done.stdout
    assert results.sha256(results.as_json(data)) in done.stdout
    outcomes = {line["number"]: line["outcome"] for line in data["result"]["lines"]}
    assert outcomes == {1: "retained", 3: "retained", 2: "costly"}
    touched = path.read_text().replace('{"1": 1, "3": 1}', '{"2": 1}')
    path.write_text(touched)
    done = run(path)
    assert done.returncode == 1
    assert "DIFFÉRENT" in done.stdout
    data["ballots"][0] = {"1": 1, "2": 1, "3": 1}  # more than the budget
    path.write_text(json.dumps(data))
    assert "ne respecte pas les règles" in run(path).stderr


def run(path):
    """As at home: nothing but Python, nothing of ours in reach."""
    command = [sys.executable, "-I", recount.__file__, path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)


def test_the_script_is_short_and_needs_nothing():
    text = Path(recount.__file__).read_text()
    assert len(text.splitlines()) < 150
    assert {line for line in text.splitlines() if line.startswith(("import", "from"))} == {
        "import hashlib",
        "import json",
        "import sys",
    }


@pytest.mark.parametrize(
    ("terms", "ballot", "wrong"),
    [
        (Terms(Method.ONE, (Option(1), Option(2))), {1: 1, 2: 1}, Fault.MANY),
        (Terms(Method.ONE, (Option(1), Option(2))), {3: 1}, Fault.UNKNOWN),
        (Terms(Method.ONE, (Option(1), Option(2))), {1: 2}, Fault.UNKNOWN),
        (Terms(Method.APPROVAL, (Option(1), Option(2)), 1), {1: 1, 2: 1}, Fault.MANY),
        (Terms(Method.POINTS, (Option(1), Option(2)), 5), {1: 4, 2: 2}, Fault.MANY),
        (Terms(Method.POINTS, (Option(1), Option(2)), 5), {1: -1, 2: 6}, Fault.UNKNOWN),
        (Terms(Method.ENVELOPE, (Option(1, 6), Option(2, 5)), 1, 10), {1: 1, 2: 1}, Fault.COSTLY),
        (Terms(Method.JUDGMENT, (Option(1), Option(2))), {1: GRADES}, Fault.UNKNOWN),
        (Terms(Method.JUDGMENT, (Option(1), Option(2))), {1: 0, 2: 5}, None),
        (Terms(Method.ONE, (Option(1), Option(2))), {}, None),
    ],
)
def test_a_ballot_says_no_more_than_the_rules_allow(terms, ballot, wrong):
    assert fault(terms, ballot) is wrong


def test_equals_are_parted_by_cost_then_by_lot_and_it_is_said():
    terms = Terms(Method.APPROVAL, (Option(1, 7), Option(2, 3), Option(3, 3)), 3, 6)
    data = file_of(terms, [{1: 1, 2: 1, 3: 1}] * FEW, [])
    assert [
        (line["number"], line["outcome"], line["tied"]) for line in data["result"]["lines"]
    ] == [
        (2, "retained", True),
        (3, "retained", True),
        (1, "costly", True),
    ]


def test_what_nobody_chose_is_never_retained():
    terms = Terms(Method.ONE, (Option(1), Option(2)), seats=2)
    outcomes = [line["outcome"] for line in file_of(terms, [{2: 1}] * FEW, [])["result"]["lines"]]
    assert outcomes == [Outcome.RETAINED, Outcome.NOT]


def test_grades_have_words():
    assert len(WORDS) == GRADES
