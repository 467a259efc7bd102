"""What is counted is counted again, row by row, for the day somebody doubts it."""

from typing import Any

import sqlalchemy as sa

from consult.contributions.models import Contribution, Tally
from consult.core.db import db
from consult.posts.models import Post, Status

# Tables of later rooms, known by their name alone: what they hold is counted in this one.
support = sa.table("support", sa.column("contribution_id"), sa.column("aside_id"))
comment = sa.table("comment", sa.column("id"), sa.column("contribution_id"))
aside = sa.table(
    "set_aside", sa.column("contribution_id"), sa.column("number"), sa.column("restored_at")
)
answer = sa.table("answer", sa.column("id"), sa.column("contribution_id"), sa.column("outcome"))


def recount() -> dict[str, int]:
    """Rebuild every count and outcome from the rows behind them; how many were wrong, by name.

    Whoever calls commits.
    """
    c, p = Contribution.__table__.c, Post.__table__.c
    supports = (
        sa.select(sa.func.count())
        .select_from(support)
        .where(support.c.contribution_id == c.id, support.c.aside_id.is_(None))
        .correlate(Contribution.__table__)
        .scalar_subquery()
    )
    # As decided: that one of these went with an identity check as well is told by no count.
    apart = (
        sa.select(sa.func.coalesce(sa.func.sum(aside.c.number), 0))
        .where(aside.c.contribution_id == c.id, aside.c.restored_at.is_(None))
        .correlate(Contribution.__table__)
        .scalar_subquery()
    )
    comments = (
        sa.select(sa.func.count())
        .select_from(comment.join(Post.__table__, p.id == comment.c.id))
        .where(comment.c.contribution_id == c.id, p.status == Status.PUBLISHED)
        .correlate(Contribution.__table__)
        .scalar_subquery()
    )
    last = (
        sa.select(answer.c.outcome)
        .where(answer.c.contribution_id == c.id)
        .order_by(answer.c.id.desc())
        .limit(1)
        .correlate(Contribution.__table__)
        .scalar_subquery()
    )
    # An imported contribution may carry an outcome that no letter of this site gave.
    outcome = sa.case((_has_answer(), last), else_=c.outcome)
    return {
        "supports": _mend(c.support_count, supports),
        "apart": _mend(c.apart_count, apart),
        "comments": _mend(c.comment_count, comments),
        "outcomes": _mend(c.outcome, outcome),
        "tallies": _mend_tallies(),
    }


def _has_answer() -> sa.ColumnElement[bool]:
    c = Contribution.__table__.c
    return (
        sa.select(answer.c.id)
        .where(answer.c.contribution_id == c.id)
        .correlate(Contribution.__table__)
        .exists()
    )


def _mend(column: sa.Column[Any], right: sa.ColumnElement[Any]) -> int:
    """Put the right value where another stands."""
    done = db.session.execute(
        sa.update(Contribution.__table__)
        .where(column.is_distinct_from(right))
        .values({column.name: right})
    )
    return done.rowcount  # type: ignore[attr-defined]


def _mend_tallies() -> int:
    """Count contributions by where they stand, and make the tally say so."""
    c, p = Contribution.__table__.c, Post.__table__.c
    is_aside = sa.and_(p.status == Status.PUBLISHED, c.aside_at.is_not(None))
    stands = sa.case((is_aside, sa.literal(Status.RESTRICTED, p.status.type)), else_=p.status)
    counted = {
        (campaign, theme or 0, status, outcome or ""): number
        for campaign, theme, status, outcome, number in db.session.execute(
            sa.select(c.campaign_id, c.theme_id, stands, c.outcome, sa.func.count())
            .join_from(Contribution.__table__, Post.__table__, p.id == c.id)
            .where(p.status != Status.DRAFT)
            .group_by(c.campaign_id, c.theme_id, stands, c.outcome)
        )
    }
    wrong = 0
    for row in db.session.scalars(sa.select(Tally)):
        number = counted.pop((row.campaign_id, row.theme_id, row.status, row.outcome), 0)
        if row.number != number:
            row.number = number
            wrong += 1
    for (campaign, theme, status, outcome), number in counted.items():
        db.session.add(
            Tally(
                campaign_id=campaign, theme_id=theme, status=status, outcome=outcome, number=number
            )
        )
        wrong += 1
    db.session.flush()
    return wrong
