"""What is still missing, of one subject or of all, and where each thing is filled."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.gaps.models import KINDS, Gap
from consult.people.queries import subjects

Address = Callable[[Gap], str | None]
Settled = Callable[[list[Gap]], Iterable[Gap]]

_addresses: dict[str, Address] = {}
_settled: dict[str, Settled] = {}


def filled_at(kind: str) -> Callable[[Address], Address]:
    """Have a room say at which address a gap of its subjects (the name of a table) is filled."""

    def keep(address: Address) -> Address:
        _addresses[kind] = address
        return address

    return keep


def settled(kind: str) -> Callable[[Settled], Settled]:
    """Have a room say which gaps of its subjects the tables already answer."""

    def keep(answer: Settled) -> Settled:
        _settled[kind] = answer
        return answer

    return keep


def still_open(subject: Any) -> list[Gap]:
    """What is missing of a subject, in the order it was noted."""
    return list(
        db.session.scalars(
            sa.select(Gap)
            .where(
                Gap.subject_kind == subject.__tablename__,
                Gap.subject_id == subject.id,
                Gap.done_at.is_(None),
            )
            .order_by(Gap.id)
        )
    )


class Line(NamedTuple):
    """One or several gaps that read the same and are filled at the same place."""

    gaps: list[Gap]
    address: str | None

    @property
    def gap(self) -> Gap:
        return self.gaps[0]


class Group(NamedTuple):
    """A subject and what is missing of it."""

    subject: Any
    title: str
    within: str  # the plan or the programme it is a part of
    lines: list[Line]

    @property
    def number(self) -> int:
        return sum(len(line.gaps) for line in self.lines)


def all_open() -> list[Group]:
    """Everything that is missing, subject by subject, the latest document first."""
    gaps = list(
        db.session.scalars(
            sa.select(Gap)
            .where(Gap.done_at.is_(None))
            .order_by(Gap.subject_kind, Gap.subject_id, Gap.id)
        )
    )
    known = subjects((gap.subject_kind, gap.subject_id) for gap in gaps)
    groups = []
    for kind, some in groupby(gaps, key=lambda gap: gap.subject_kind):
        group = list(some)
        answered = {gap.id for gap in _settled[kind](group)} if kind in _settled else set()
        for subject_id, own in groupby(group, key=lambda gap: gap.subject_id):
            lines = _lines([gap for gap in own if gap.id not in answered])
            subject = known.get((kind, subject_id))
            if subject is not None and lines:
                groups.append(Group(subject, _title(subject), _within(subject), lines))
    return sorted(groups, key=lambda group: -max(line.gap.id for line in group.lines))


def sections(groups: list[Group]) -> dict[str, list[Group]]:
    """Groups under what they are a part of, or under their own title, in their order."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.within or group.title, []).append(group)
    return found


def _title(subject: Any) -> str:
    names = ("title", "name", "label", "words")
    return next((str(words) for name in names if (words := getattr(subject, name, ""))), "")


def _within(subject: Any) -> str:
    whole = getattr(subject, "plan", None) or getattr(subject, "programme", None)
    return _title(whole) if whole is not None else ""


def _lines(gaps: list[Gap]) -> list[Line]:
    lines: dict[tuple[str, str, str | None], Line] = {}
    for gap in sorted(gaps, key=_rank):
        say = _addresses.get(gap.subject_kind)
        address = say(gap) if say else None
        lines.setdefault((gap.kind, gap.words, address), Line([], address)).gaps.append(gap)
    return list(lines.values())


def _rank(gap: Gap) -> tuple[int, int]:
    order = list(KINDS)
    return (order.index(gap.kind) if gap.kind in order else len(order), gap.id)


def gap_or_404(gap_id: int) -> Gap:
    gap = db.session.get(Gap, gap_id)
    if gap is None:
        raise NotFound
    return gap
