"""How ballots are counted: plain numbers in, a ranked list out, the same for whoever counts."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from consult.core.algorithms import Kind, algorithm
from consult.core.i18n import _

GRADES = 6  # majority judgement: from 0, to reject, to 5, very good
FEW = 10  # fewer ballots than this may tell how one person voted: they are shown with others

Marks = Mapping[int, int]  # one ballot: what it gives to each choice it names; nothing: blank
Tally = dict[int, dict[int, int]]  # for each choice, how many ballots gave it each mark


class Method(StrEnum):
    """What one ballot may say."""

    ONE = "one"  # one choice
    APPROVAL = "approval"  # up to so many choices
    POINTS = "points"  # up to so many points, shared as one likes
    ENVELOPE = "envelope"  # choices whose costs fit together into the budget
    JUDGMENT = "judgment"  # a grade to each choice; the highest median wins


class Option(NamedTuple):
    """One choice: the number drawn for it before the vote, and what it costs (cents)."""

    number: int
    cost: int | None = None


class Terms(NamedTuple):
    """All that counting depends on, frozen before the first ballot."""

    method: Method
    options: tuple[Option, ...]
    limit: int = 1  # choices on one ballot, or points to share
    envelope: int | None = None  # cents; None: no budget
    seats: int = 1  # how many choices are retained, where there is no budget


class Fault(StrEnum):
    """Why a ballot does not count as it stands."""

    UNKNOWN = "unknown"  # a choice or a mark that does not exist
    MANY = "many"  # more choices or points than allowed
    COSTLY = "costly"  # more than the budget


class Outcome(StrEnum):
    RETAINED = "retained"
    COSTLY = "costly"  # did not fit into what was left of the budget: passed over
    NOT = "not"


class Line(NamedTuple):
    """Where one choice came out."""

    number: int
    score: int  # voices or points; in a judgement, the majority grade
    marks: dict[int, int]  # how many ballots gave it each mark
    outcome: Outcome
    tied: bool  # as good as the line before or after: the tie rule parted them


def fault(terms: Terms, ballot: Marks) -> Fault | None:
    """What is wrong with one ballot; a ballot that says nothing is blank, and right."""
    costs = {option.number: option.cost or 0 for option in terms.options}
    highest = {Method.JUDGMENT: GRADES - 1, Method.POINTS: terms.limit}.get(terms.method, 1)
    lowest = 0 if terms.method == Method.JUDGMENT else 1
    if not all(one in costs and lowest <= mark for one, mark in ballot.items()):
        return Fault.UNKNOWN
    if terms.method == Method.POINTS and sum(ballot.values()) > terms.limit:
        return Fault.MANY
    if any(mark > highest for mark in ballot.values()):
        return Fault.UNKNOWN
    if terms.method in (Method.ONE, Method.APPROVAL) and len(ballot) > terms.limit:
        return Fault.MANY
    if terms.method == Method.ENVELOPE and sum(map(costs.__getitem__, ballot)) > (
        terms.envelope or 0
    ):
        return Fault.COSTLY
    return None


def tallied(terms: Terms, ballots: Iterable[Marks]) -> Tally:
    """How many of these ballots gave each mark to each choice."""
    tally: Tally = {option.number: {} for option in terms.options}
    for ballot in ballots:
        for one, mark in ballot.items():
            tally[one][mark] = tally[one].get(mark, 0) + 1
    return tally


def added(terms: Terms, tallies: Iterable[Mapping[int, Mapping[int, int]]]) -> Tally:
    """Several tallies as one."""
    total: Tally = {option.number: {} for option in terms.options}
    for tally in tallies:
        for one, marks in tally.items():
            for mark, number in marks.items():
                total[one][mark] = total[one].get(mark, 0) + number
    return total


@algorithm(
    Kind.COUNT,
    _("Results of a vote"),
    purpose=_("To say which choices a vote retains."),
    data=_("The ballots without their voters, the terms frozen before the first ballot."),
    rule=_(
        "More voices or points first; in a judgement, the better majority value. Of equals, the"
        " cheaper where there is a budget, then the number drawn by lot before the vote. The file"
        " of ballots and a short program let anybody recount."
    ),
)
def counted(terms: Terms, tally: Tally, expressed: int) -> list[Line]:
    """The choices from the best to the last, and which of them are retained.

    `expressed`: ballots that are neither blank nor spoilt. More voices come first; in a judgement,
    the better majority value (Balinski and Laraki): the median grade, then the median once that
    grade is taken out, and so on. Of equals, the cheaper comes first where there is a budget, then
    the number drawn by lot before the vote. Under a budget the list is read from the top: what
    fits into what is left is retained, what does not is passed over. What nobody chose, or what
    most reject, is never retained.
    """
    values = {
        option.number: _value(terms, tally[option.number], expressed) for option in terms.options
    }
    costs = {option.number: option.cost or 0 for option in terms.options}
    has_budget = terms.envelope is not None
    order = sorted(
        costs, key=lambda one: ([-part for part in values[one]], costs[one] * has_budget, one)
    )
    left, seats = terms.envelope or 0, terms.seats
    lines = []
    for place, one in enumerate(order):
        neighbours = order[max(place - 1, 0) : place] + order[place + 1 : place + 2]
        outcome = Outcome.NOT
        if any(values[one][:1]):
            if has_budget:
                outcome = Outcome.RETAINED if costs[one] <= left else Outcome.COSTLY
                left -= costs[one] * (outcome == Outcome.RETAINED)
            elif place < seats:
                outcome = Outcome.RETAINED
        lines.append(
            Line(
                one,
                values[one][0] if values[one] else 0,
                dict(sorted(tally[one].items())),
                outcome,
                any(values[other] == values[one] for other in neighbours),
            )
        )
    return lines


def _value(terms: Terms, marks: Mapping[int, int], expressed: int) -> tuple[int, ...]:
    """What a choice is worth; greater is better."""
    if terms.method != Method.JUDGMENT:
        return (sum(mark * number for mark, number in marks.items()),)
    silent = expressed - sum(marks.values())  # whoever gave no grade to it rejects it
    grades = sorted([*(mark for mark, n in marks.items() for _ in range(n)), *([0] * silent)])
    below, above = iter(grades[: len(grades) // 2][::-1]), iter(grades[len(grades) // 2 :])
    # The lower median, then the lower median of the others, and so on: outwards from the middle.
    return tuple(next(above if rest % 2 else below) for rest in range(len(grades), 0, -1))
