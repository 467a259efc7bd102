"""How much stands in a plan beside its branches and actions: one question, whatever its size."""

from typing import NamedTuple

import sqlalchemy as sa

from consult.core.db import db
from consult.core.restated import Restated
from consult.engagements.models import (
    Action,
    Amount,
    Moment,
    MomentKind,
    Picture,
    Plan,
    PlanVersion,
    Sheet,
    SheetState,
    see_also,
)
from consult.engagements.queries import Tree

LONG = 6_000  # characters of a plan's branches; beyond, its page shows their titles alone


class Extent(NamedTuple):
    """How many of each a plan holds; what it has none of is not asked again."""

    announced: int
    published: int
    amounts: int
    evaluations: int
    versions: int
    pictures: int
    links: int  # between actions that speak of the same thing
    restated: int  # what read otherwise


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
        sa.select(sa.func.count(Picture.id)).where(
            Picture.plan_id == plan.id, Picture.file_id.is_not(None)
        ),
        sa.select(sa.func.count())
        .select_from(see_also.join(Action.__table__, Action.id == see_also.c.action_id))
        .where(Action.plan_id == plan.id),
        sa.select(sa.func.count(Restated.id)).where(
            Restated.subject_kind == Plan.__tablename__, Restated.subject_id == plan.id
        ),
    ]
    row = db.session.execute(sa.select(*(one.scalar_subquery() for one in counts))).one()
    return Extent(*row)


def is_long(tree: Tree) -> bool:
    """Whether a plan says too much to be read on one page: its branches then keep their words."""
    return sum(len(one.words) for one in tree.engagements) > LONG


def levels(tree: Tree) -> dict[str, int]:
    """How many branches of each named level, from the top of the tree down."""
    found: dict[str, int] = {}
    for one in sorted(tree.walk(), key=lambda branch: branch.depth):
        if one.engagement.level:
            found[one.engagement.level] = found.get(one.engagement.level, 0) + 1
    return found
