"""What to read of the guarantor's report, and all that a guarantor reads of a consultation."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, selectinload, with_polymorphic

from consult.answers.queries import Coverage, coverage
from consult.campaigns.models import Campaign
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.journal.models import Event
from consult.moderation.charter import NEEDS_REASONS
from consult.moderation.models import Appeal, Decision
from consult.oversight.models import Draft, Report
from consult.people.models import RoleName, User
from consult.posts.models import Post, Status

PAGE = 20  # texts, lines
LATE = 72  # hours before a text that waits is said to be late


def reports(campaign: Campaign) -> list[Report]:
    """Every published version of the report, latest first."""
    return list(
        db.session.scalars(
            sa.select(Report)
            .where(Report.campaign_id == campaign.id)
            .order_by(Report.number.desc())
        )
    )


def last_number(campaign: Campaign) -> int:
    """The number of the version that stands; 0 while nothing is published."""
    last = sa.select(sa.func.max(Report.number)).where(Report.campaign_id == campaign.id)
    return db.session.scalar(last) or 0


def draft_of(campaign: Campaign) -> Draft | None:
    return db.session.scalar(sa.select(Draft).where(Draft.campaign_id == campaign.id))


def campaigns_of(actor: User) -> list[Campaign]:
    """The consultations this guarantor watches over, latest first."""
    watched = [role.campaign_id for role in actor.held if role.name == RoleName.GUARANTOR]
    asked = sa.select(Campaign).options(lazyload(Campaign.themes)).order_by(Campaign.id.desc())
    if None not in watched:
        asked = asked.where(Campaign.id.in_(watched))
    return list(db.session.scalars(asked))


# The figures of the desk.


class Figures(NamedTuple):
    """What became of the texts of a consultation, and how long it took."""

    contributions: dict[Status, int]
    comments: dict[Status, int]
    decisions: int
    restrictions: int
    appeals: int
    appeals_open: int
    median_minutes: int | None  # that a text waited before it was read
    oldest: datetime | None  # of those that wait
    answers: Coverage

    @property
    def waiting(self) -> int:
        return self.contributions.get(Status.PENDING, 0) + self.comments.get(Status.PENDING, 0)

    @property
    def is_late(self) -> bool:
        return self.oldest is not None and (clock.now() - self.oldest).total_seconds() > LATE * 3600


def figures(campaign: Campaign) -> Figures:
    """The figures of a consultation, counted now: drafts are nobody's."""
    counted = {kind: _counted(kind, campaign) for kind in (Contribution, Comment)}
    numbers = _numbers(campaign)
    decided = sa.select(Decision).where(Decision.post_id.in_(numbers)).subquery()
    restricting = sa.case((decided.c.verdict.in_(NEEDS_REASONS), 1))
    decisions, restrictions, timed = db.session.execute(
        sa.select(
            sa.func.count(), sa.func.count(restricting), sa.func.count(decided.c.minutes)
        ).select_from(decided)
    ).one()
    median = (
        sa.select(decided.c.minutes)
        .where(decided.c.minutes.is_not(None))
        .order_by(decided.c.minutes)
        .offset((timed - 1) // 2)
        .limit(1)
    )
    oldest = sa.select(sa.func.min(Post.__table__.c.waiting_since)).where(
        Post.__table__.c.id.in_(numbers)
    )
    contested = sa.select(
        sa.func.count(), sa.func.count(Appeal.conclusion), oldest.scalar_subquery()
    ).select_from(Appeal)
    appeals, concluded, since = db.session.execute(
        contested.join(Decision, Decision.id == Appeal.decision_id).where(
            Decision.post_id.in_(numbers)
        )
    ).one()
    return Figures(
        counted[Contribution],
        counted[Comment],
        decisions,
        restrictions,
        appeals,
        appeals - concluded,
        db.session.scalar(median) if timed else None,
        since,
        coverage(campaign),
    )


def _counted(kind: type[Any], campaign: Campaign) -> dict[Status, int]:
    rows = sa.select(kind.status, sa.func.count()).where(
        kind.campaign_id == campaign.id, kind.status != Status.DRAFT
    )
    return {status: number for status, number in db.session.execute(rows.group_by(kind.status))}


def _numbers(campaign: Campaign) -> Any:
    """The numbers of all texts of a consultation."""
    return sa.union_all(
        *(
            sa.select(kind.__table__.c.id).where(kind.__table__.c.campaign_id == campaign.id)
            for kind in (Contribution, Comment)
        )
    )


# Every text, every line.


class Text(NamedTuple):
    """One text as it stands, hidden or not, with all that was decided about it."""

    post: Any
    decisions: list[Decision]


def texts(
    campaign: Campaign, status: Status | None = None, before: int | None = None
) -> tuple[list[Text], int | None]:
    """A page of texts, latest first, and the number below which the next begins."""
    either = with_polymorphic(Post, [Contribution, Comment])
    asked = (
        sa.select(either)
        .where(either.id.in_(_numbers(campaign)), either.status != Status.DRAFT)
        .options(
            selectinload(either.author).lazyload(User.roles),
            joinedload(either.Comment.contribution).lazyload("*"),
        )
        .order_by(either.id.desc())
        .limit(PAGE + 1)
    )
    if status is not None:
        asked = asked.where(either.status == status)
    if before:
        asked = asked.where(either.id < before)
    found = list(db.session.scalars(asked))
    by_post: dict[int, list[Decision]] = {}
    decided = (
        sa.select(Decision)
        .where(Decision.post_id.in_([post.id for post in found]))
        .options(joinedload(Decision.reasons))
        .order_by(Decision.id)
    )
    for decision in db.session.scalars(decided):
        by_post.setdefault(decision.post_id, []).append(decision)
    page = [Text(post, by_post.get(post.id, [])) for post in found[:PAGE]]
    return page, found[PAGE - 1].id if len(found) > PAGE else None


def lines(campaign: Campaign, before: int | None = None) -> tuple[list[Event], int | None]:
    """A page of all that the journal holds of a consultation, latest first."""
    asked = (
        sa.select(Event)
        .where(Event.campaign_id == campaign.id)
        .order_by(Event.id.desc())
        .limit(PAGE * 2 + 1)
    )
    if before:
        asked = asked.where(Event.id < before)
    found = list(db.session.scalars(asked))
    return found[: PAGE * 2], found[PAGE * 2 - 1].id if len(found) > PAGE * 2 else None
