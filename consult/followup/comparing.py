"""Two pictures of a plan side by side: which actions moved, and how much of it is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core import clock
from consult.core.flow import Column, Flow, Link, Node
from consult.engagements.models import Progress
from consult.engagements.queries import Tree
from consult.followup.asking import Counted
from consult.followup.queries import Standing

YEAR = timedelta(days=365)


class Coverage(NamedTuple):
    """How much of a plan is known, each of the same number of actions."""

    total: int
    status: int  # actions somebody said something of
    evidence: int  # actions whose latest report shows evidence
    lately: int  # actions reported on within the year before
    asked: int | None  # questions on show; None: that picture did not count them
    answered: int | None


def coverage(tree: Tree, standing: Mapping[int, Standing], questions: Counted) -> Coverage:
    """How much of a plan is known today."""
    rows = list(tree.actions.values())
    since = clock.now() - YEAR
    return Coverage(
        len(rows),
        sum(one.progress != Progress.UNKNOWN for one in rows),
        sum(bool(one.id in standing and standing[one.id].evidence) for one in rows),
        sum(bool(one.reported_at and one.reported_at > since) for one in rows),
        questions.asked,
        questions.answered,
    )


def covered(content: Mapping[str, Any], on: date) -> Coverage:
    """How much was known in a frozen picture, on the day it shows."""
    rows = content["actions"]
    since = (on - YEAR).isoformat()
    questions = content["figures"].get("questions") or {}
    return Coverage(
        len(rows),
        sum(bool(row["statut"]) for row in rows),
        sum(bool(row["report"] and row["report"]["evidence"]) for row in rows),
        sum(bool(row["report"] and _said_on(row["report"]) > since) for row in rows),
        questions.get("asked"),
        questions.get("answered"),
    )


def _said_on(report: Mapping[str, Any]) -> str:
    """The day a report speaks of, else the day it was written."""
    return report["effective_on"] or report["reported_on"]


class Step(NamedTuple):
    """An action and where it stood in both pictures; None where it was not in one of them."""

    id: int
    title: str
    was: Progress | None
    became: Progress | None

    @property
    def has_moved(self) -> bool:
        return self.was != self.became


class Passage(NamedTuple):
    """How many actions went from one status to another."""

    was: Progress | None
    became: Progress | None
    number: int


class Comparison(NamedTuple):
    """What happened between two pictures of a plan."""

    steps: list[Step]  # every action, in the order of the later picture
    passages: list[Passage]

    @property
    def moved(self) -> list[Step]:
        return [one for one in self.steps if one.has_moved]

    @property
    def common(self) -> int:
        """Actions that stand in both."""
        return sum(one.was is not None and one.became is not None for one in self.steps)

    def flow(self, before: str, after: str, absent: tuple[Any, Any]) -> Flow:
        """The passages as bands between two columns of statuses."""
        return Flow(
            columns=[
                Column(before, _nodes("was", (one.was for one in self.passages), absent[0])),
                Column(after, _nodes("became", (one.became for one in self.passages), absent[1])),
            ],
            links=[
                Link(_key("was", one.was), _key("became", one.became), one.number)
                for one in self.passages
            ],
        )


ORDER: tuple[Progress | None, ...] = (*Progress, None)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Two pictures of the same plan, action by action; an action is known by its number."""
    then = {row["id"]: row for row in before["actions"]}
    now = {row["id"]: row for row in after["actions"]}
    rows = [*now.values(), *(row for number, row in then.items() if number not in now)]
    steps = [
        Step(row["id"], row["title"], _status(then.get(row["id"])), _status(now.get(row["id"])))
        for row in rows
    ]
    counts = Counter((one.was, one.became) for one in steps)
    passages = [
        Passage(was, became, counts[was, became])
        for was in ORDER
        for became in ORDER
        if counts[was, became]
    ]
    return Comparison(steps, passages)


def _status(row: Mapping[str, Any] | None) -> Progress | None:
    return Progress(row["statut"] or Progress.UNKNOWN) if row else None


def _nodes(side: str, found: Iterable[Progress | None], absent: LazyString) -> list[Node]:
    present = set(found)
    return [
        Node(
            _key(side, one),
            str(one.label if one else absent),
            tone=one.value if one else "none",
        )
        for one in ORDER
        if one in present
    ]


def _key(side: str, status: Progress | None) -> str:
    return f"{side}-{status.value if status else 'absent'}"
