"""Money in a plan: what was printed, what it is, and what each nature comes to on its own."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload
from werkzeug.exceptions import NotFound

from consult.core import money
from consult.core.db import Rows, db, together
from consult.core.money import Nature
from consult.engagements import queries
from consult.engagements.models import Action, Amount, Engagement, Plan, Sheet
from consult.people.models import User

Subject = Plan | Engagement | Action | Sheet


def of_plan(plan: Plan) -> list[Amount]:
    """Every amount of a plan, wherever it stands in it, in order; what was struck is left out."""
    return _amounts(Amount.plan_id == plan.id)


def of(*subjects: Engagement | Action | Sheet) -> list[Amount]:
    """The amounts of these parts of a plan."""
    if not subjects:
        return []
    return _amounts(
        sa.or_(*(getattr(Amount, f"{one.__tablename__}_id") == one.id for one in subjects))
    )


def wanted(condition: sa.ColumnElement[bool]) -> Rows:
    """These amounts in order with the parts of the plan they stand in; not those struck out."""
    around = (
        joinedload(Amount.engagement),
        joinedload(Amount.action).lazyload("*"),
        joinedload(Amount.sheet),
        joinedload(Amount.replaces).lazyload("*"),
    )
    kept = sa.and_(condition, Amount.struck_at.is_(None))
    return Rows(Amount, kept, (Amount.order, Amount.id), around)


def _amounts(condition: sa.ColumnElement[bool]) -> list[Amount]:
    return together(wanted(condition))[Amount]


def taken_away(plan: Plan) -> list[Amount]:
    """What everybody could read of a public plan and no amount in sight names any more."""
    if plan.published_at is None:
        return []
    after = aliased(Amount)
    in_sight = sa.exists().where(after.replaces_id == Amount.id, after.struck_at.is_(None))
    asked = sa.select(Amount).where(
        Amount.plan_id == plan.id, Amount.struck_at > plan.published_at, ~in_sight
    )
    return list(db.session.scalars(asked.order_by(Amount.struck_at, Amount.id)))


class Purse(NamedTuple):
    """The amounts of one nature, and what they come to; two natures are never added up."""

    nature: Nature
    amounts: list[Amount]
    cents: int

    @property
    def total(self) -> str:
        return money.written(self.cents)


def purses(amounts: Iterable[Amount]) -> list[Purse]:
    """Amounts by nature, from what is hoped for to what is spent."""
    rows = list(amounts)
    sums = money.totals((one.nature, one.cents) for one in rows)
    return [
        Purse(nature, [one for one in rows if one.nature == nature], cents)
        for nature, cents in sums.items()
    ]


def amount_or_404(amount_id: int, actor: User | None) -> Amount:
    amount = db.session.get(Amount, amount_id)
    if amount is None or not (amount.plan.is_public or queries.is_staff(actor, amount.plan)):
        raise NotFound
    if amount.struck_at is not None:
        raise NotFound
    return amount


def parts(subject: Subject | None) -> dict[str, Any]:
    """The columns that say where in a plan an amount stands."""
    columns: dict[str, Any] = {"engagement_id": None, "action_id": None, "sheet_id": None}
    if subject is not None and not isinstance(subject, Plan):
        columns[f"{subject.__tablename__}_id"] = subject.id
    return columns


def stands_in(amount: Amount) -> Engagement | Action | Sheet | None:
    """The part of the plan an amount is for; None: the plan as a whole."""
    return amount.engagement or amount.action or amount.sheet
