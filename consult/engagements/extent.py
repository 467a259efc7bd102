"""How much stands in a plan beside its branches and actions: one question, whatever its size."""

from typing import NamedTuple

import sqlalchemy as sa

from consult.core.db import db
from consult.engagements.models import (
    Amount,
    Moment,
    MomentKind,
    Plan,
    PlanVersion,
    Sheet,
    SheetState,
)
from consult.engagements.queries import Tree

LONG = 6_000  # characters of a plan's branches; beyond, its page shows their titles alone


class Extent(NamedTuple):
    """How many sheets, amounts, evaluations and versions a plan holds."""

    announced: int
    published: int
    amounts: int
    evaluations: int
    versions: int


def of(plan: Plan) -> Extent:
    """What a plan's page says of its parts, in one statement."""
    is_published = sa.case((Sheet.state == SheetState.PUBLISHED, 1))
    counts = [
        sa.select(sa.func.count(Sheet.id)).where(Sheet.plan_id == plan.id),
        sa.select(sa.func.count(is_published)).where(Sheet.plan_id == plan.id),
        sa.select(sa.func.count(Amount.id)).where(
            Amount.plan_id == plan.id, Amount.struck_at.is_(None)
        ),
        sa.select(sa.func.count(Moment.id)).where(
            Moment.plan_id == plan.id,
            Moment.removed_at.is_(None),
            Moment.kind != MomentKind.MILESTONE,
        ),
        sa.select(sa.func.count(PlanVersion.id)).where(PlanVersion.plan_id == plan.id),
    ]
    row = db.session.execute(sa.select(*(one.scalar_subquery() for one in counts))).one()
    return Extent(*row)


def is_long(tree: Tree) -> bool:
    """Whether a plan says too much to be read on one page: its branches then keep their words."""
    return sum(len(one.words) for one in tree.engagements) > LONG
