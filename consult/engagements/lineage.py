"""Whose words a promise comes from, and in what part."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import search
from consult.core.db import db
from consult.engagements.models import Action, Engagement, Origin, Plan
from consult.people.models import User
from consult.posts.models import Status


class Source(NamedTuple):
    """A contribution that something in a plan comes from, as much of it as may be shown."""

    origin: Origin
    contribution_id: int
    title: str
    author: str | None
    campaign_title: str
    campaign_slug: str
    is_public: bool


def sources_of(subject: Plan | Engagement | Action) -> list[Source]:
    """Whose words a plan, an engagement or an action comes from, earliest contribution first."""
    return _sources(getattr(Origin, f"{subject.__tablename__}_id") == subject.id)


def _sources(*conditions: sa.ColumnElement[bool]) -> list[Source]:
    author = aliased(User)
    rows = db.session.execute(
        sa.select(
            Origin,
            Contribution.id,
            Contribution.title,
            sa.func.coalesce(Contribution.byline, author.pseudonym),
            Campaign.title,
            Campaign.slug,
            Contribution.status,
        )
        .join(Contribution, Contribution.id == Origin.contribution_id)
        .join(Campaign, Campaign.id == Origin.campaign_id)
        .outerjoin(author, author.id == Contribution.author_id)
        .where(*conditions, Origin.removed_at.is_(None))
        .order_by(Contribution.id)
    )
    return [Source(*row[:-1], is_public=row[-1] == Status.PUBLISHED) for row in rows]


def origin_or_404(origin_id: int) -> Origin:
    origin = db.session.get(Origin, origin_id)
    if origin is None or origin.removed_at is not None:
        raise NotFound
    return origin


def origin_between(subject: Engagement | Action, contribution: Contribution) -> Origin | None:
    """The tie between the two, even one that was undone."""
    return db.session.scalar(
        sa.select(Origin).where(
            Origin.contribution_id == contribution.id,
            getattr(Origin, f"{subject.__tablename__}_id") == subject.id,
        )
    )


class Candidate(NamedTuple):
    """A contribution somebody may be looking for."""

    id: int
    title: str
    campaign_title: str


def candidates(words: str, limit: int = 12) -> list[Candidate]:
    """Published contributions of any campaign, by number, receipt or words of their title."""
    number = words.strip().lower().removeprefix("n°").removeprefix("#").strip()
    select = (
        sa.select(Contribution.id, Contribution.title, Campaign.title)
        .join(Campaign, Campaign.id == Contribution.campaign_id)
        .where(Contribution.status == Status.PUBLISHED)
        .limit(limit)
    )
    exact = [Contribution.receipt == number.upper()]
    if number.isdecimal() and len(number) < 10:
        exact.append(Contribution.id == int(number))
    found = db.session.execute(select.where(sa.or_(*exact))).all()
    condition = search.matching(words)
    if not found and condition is not None:
        entry = search.SearchEntry
        is_its_entry = sa.and_(entry.subject_id == Contribution.id, entry.kind == "contribution")
        by_words = select.join(entry, is_its_entry).where(condition)
        found = db.session.execute(by_words.order_by(Contribution.id.desc())).all()
    return [Candidate(*row) for row in found]


def contribution_or_404(contribution_id: int | None) -> Contribution:
    contribution = db.session.get(Contribution, contribution_id) if contribution_id else None
    if contribution is None:
        raise NotFound
    return contribution


def own_words(user: User, subject: Plan | Engagement | Action) -> list[Source]:
    """Which of this person's contributions fed a plan or a part of it, each once."""
    mine = Contribution.author_id == user.id
    sources = _sources(getattr(Origin, f"{subject.__tablename__}_id") == subject.id, mine)
    return list({one.contribution_id: one for one in sources}.values())
