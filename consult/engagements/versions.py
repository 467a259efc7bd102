"""The texts of a plan: the one adopted, those that came after, and what belonged to each."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.engagements import sheets
from consult.engagements.models import (
    Engagement,
    Plan,
    PlanVersion,
    Promise,
    Revision,
    Sheet,
    SheetVersion,
)


def of_plan(plan: Plan) -> list[PlanVersion]:
    """The versions of a plan, the adopted one first."""
    return list(
        db.session.scalars(
            sa.select(PlanVersion)
            .where(PlanVersion.plan_id == plan.id)
            .order_by(PlanVersion.number)
        )
    )


def current(plan: Plan) -> int:
    """The number of the version in force; 0 while nothing is adopted."""
    highest = sa.select(sa.func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan.id)
    return db.session.scalar(highest) or 0


def version_or_404(plan: Plan, number: int) -> PlanVersion:
    version = db.session.scalar(
        sa.select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == number)
    )
    if version is None:
        raise NotFound
    return version


class Promised(NamedTuple):
    """A branch or an action as it stood: its content, and whether it changed since adoption."""

    kind: str
    id: int
    content: dict[str, Any]
    is_revised: bool


class Read(NamedTuple):
    """One sheet as it stood: its text then, or that it was only announced."""

    sheet: Sheet
    text: SheetVersion | None


class Text(NamedTuple):
    """A whole version of a plan: its branches by depth, its actions, its sheets."""

    branches: list[tuple[int, Promised]]
    actions: dict[int, list[Promised]]  # by the id of the branch they stand under
    sheets: list[Read]
    until: datetime | None  # when the next version opened; None while this one is in force


def text(plan: Plan, version: PlanVersion) -> Text:
    """The plan as it stood in one of its versions, built from what nobody can change.

    What was adopted, then each revision made while this version or an earlier one was in force.
    """
    then: dict[tuple[str, int], Promised] = {}
    promises = db.session.scalars(sa.select(Promise).where(Promise.plan_id == plan.id))
    for one in promises:
        key = _key(one)
        then[key] = Promised(*key, one.content, is_revised=False)
    revisions = db.session.scalars(
        sa.select(Revision)
        .where(Revision.plan_id == plan.id, Revision.version <= version.number)
        .order_by(Revision.id)
    )
    for revision in revisions:
        key = _key(revision)
        then[key] = Promised(*key, revision.after, is_revised=True)
    texts = sheets.latest(plan, version.number)
    joined = [one for one in sheets.of_plan(plan) if one.since <= version.number]
    after = sa.select(PlanVersion.at).where(
        PlanVersion.plan_id == plan.id, PlanVersion.number == version.number + 1
    )
    return Text(
        branches=_in_order(plan, then),
        actions=_by_branch(then),
        sheets=[Read(one, texts.get(one.id)) for one in joined],
        until=db.session.scalar(after),
    )


def _key(row: Promise | Revision) -> tuple[str, int]:
    if row.engagement_id is not None:
        return "engagement", row.engagement_id
    return "action", row.action_id  # type: ignore[return-value]


def _in_order(plan: Plan, then: dict[tuple[str, int], Promised]) -> list[tuple[int, Promised]]:
    """The branches in the order of the plan, each with its depth."""
    order = db.session.execute(
        sa.select(Engagement.id)
        .where(Engagement.plan_id == plan.id)
        .order_by(Engagement.order, Engagement.id)
    ).scalars()
    known = [then["engagement", number] for number in order if ("engagement", number) in then]
    ids = {one.id for one in known}
    below: dict[int, list[Promised]] = {}
    for one in known:
        above = one.content.get("parent")
        below.setdefault(above if above in ids else 0, []).append(one)

    def walk(above: int, depth: int) -> list[tuple[int, Promised]]:
        rows = []
        for one in below.get(above, []):
            rows += [(depth, one), *walk(one.id, depth + 1)]
        return rows

    return walk(0, 0)


def _by_branch(then: dict[tuple[str, int], Promised]) -> dict[int, list[Promised]]:
    found: dict[int, list[Promised]] = {}
    for (kind, _number), one in sorted(then.items()):
        if kind == "action":
            for branch in one.content.get("serves", []):
                found.setdefault(branch, []).append(one)
    return found
