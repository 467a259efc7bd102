"""Who is told when something of a plan changes: those who follow it, those whose words fed it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from consult.contributions.models import Contribution
from consult.core.db import db
from consult.engagements.models import Action, Engagement, Origin, Plan, plan_campaign
from consult.engagements.queries import served_by
from consult.people.models import Follow, User


def concerned(subject: Engagement | Action) -> list[User]:
    """Those who follow this, what it serves or its plan, and those whose words it comes from."""
    if isinstance(subject, Action):
        served = served_by(subject)
        engagement_ids = {one.engagement.id for one in served}
        parents = {one.engagement.parent_id for one in served}
    else:
        engagement_ids, parents = {subject.id}, {subject.parent_id}
    while above := parents - engagement_ids - {None}:
        engagement_ids |= above
        parents = set(
            db.session.scalars(sa.select(Engagement.parent_id).where(Engagement.id.in_(above)))
        )
    action_ids = [subject.id] if isinstance(subject, Action) else []
    tied = sa.select(Origin.contribution_id).where(
        Origin.removed_at.is_(None),
        sa.or_(Origin.action_id.in_(action_ids), Origin.engagement_id.in_(engagement_ids)),
    )
    return _people(
        _follow("action", action_ids),
        _follow("engagement", engagement_ids),
        _follow("plan", [subject.plan_id]),
        _follow("contribution", tied),
        wrote=tied,
    )


def fed(plan: Plan) -> list[User]:
    """Those whose words fed a plan, and those who follow it, its campaigns or those words."""
    tied = sa.select(Origin.contribution_id).where(
        Origin.removed_at.is_(None), Origin.plan_id == plan.id
    )
    follows = [*_around(plan), _follow("contribution", tied)]
    return _people(*follows, wrote=tied)


def followers(plan: Plan) -> list[User]:
    """Those who follow a plan or one of its campaigns."""
    return _people(*_around(plan))


def _around(plan: Plan) -> list[sa.ColumnElement[bool]]:
    campaigns = sa.select(plan_campaign.c.campaign_id).where(plan_campaign.c.plan_id == plan.id)
    return [_follow("plan", [plan.id]), _follow("campaign", campaigns)]


def _follow(kind: str, ids: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Follow.subject_kind == kind, Follow.subject_id.in_(ids))


def _people(*follows: sa.ColumnElement[bool], wrote: Any = None) -> list[User]:
    """Each person once, however many reasons there are to tell them."""
    told = User.id.in_(sa.select(Follow.user_id).where(sa.or_(*follows)))
    if wrote is not None:
        authors = sa.select(Contribution.author_id).where(Contribution.id.in_(wrote))
        told = sa.or_(told, User.id.in_(authors))
    return list(
        db.session.scalars(
            sa.select(User)
            .options(lazyload("*"))
            .where(told, User.closed_at.is_(None), User.is_system.is_(False))
        )
    )
