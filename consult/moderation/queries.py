"""What waits to be read, in which order, for whom; what was decided; what was pointed out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, load_only, with_polymorphic
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core.db import db
from consult.core.text import excerpt
from consult.moderation.models import Decision, Notice
from consult.people.models import RoleName, User
from consult.people.queries import with_role
from consult.posts.models import Post, Status, Version

BEFORE, AFTER = 3, 16  # how many texts the list shows around the one being read
KINDS = ("contribution", "comment", "question")
READERS = (RoleName.FACILITATOR, RoleName.GUARANTOR)

# Who owes a reply to a text once it is on show, by its kind: the room that brings it says so.
OWED_BY: dict[str, Callable[[Any], list[User]]] = {}

OF_PLANS: list[sa.Table] = []  # tables of texts that belong to a plan, named by their rooms

_post, _user = Post.__table__, User.__table__
_contribution, _comment = Contribution.__table__, Comment.__table__
_reported, _reported_contribution = _post.alias(), _contribution.alias()
_reported_comment = _comment.alias()
_reported_in = sa.func.coalesce(
    _reported_contribution.c.campaign_id, _reported_comment.c.campaign_id
)
_BARE = (lazyload(Campaign.phases), lazyload(Campaign.themes))  # only its name is needed
_campaign_id = sa.func.coalesce(_contribution.c.campaign_id, _comment.c.campaign_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One text in the list of those that wait."""

    id: int
    kind: str
    status: Status
    title: str
    name: str | None
    since: datetime
    campaign: str | None  # a question belongs to a plan, not to a consultation


class Queue(NamedTuple):
    """The part of the list around one text, and how many wait in all."""

    lines: list[Line]
    total: int
    oldest: datetime | None
    notices: int  # how many were pointed out and wait, in all this person's campaigns
    previous: int | None  # the text before this one in the list, and the one after
    next: int | None


class Scope(NamedTuple):
    """What one asked to see: one campaign or all, one kind of text or all."""

    campaign: Campaign | None = None
    kind: str = ""


def queue(actor: User, scope: Scope, around: Post | None = None) -> Queue:
    """The texts around this one, oldest first; around the oldest where none is named."""
    notices = _open_notices(sa.select(sa.func.count(Notice.id)), actor, Scope())
    counted = sa.select(
        sa.func.count(_post.c.id),
        sa.func.min(_post.c.waiting_since),
        notices.scalar_subquery(),
    )
    total, oldest, pointed_out = db.session.execute(_visible(counted, actor, scope)).one()
    before: list[Line] = []
    following = _visible(_lines(), actor, scope)
    if around is not None and around.waiting_since:
        since, number = around.waiting_since, around.id
        rows = db.session.execute(
            _visible(_lines(), actor, scope)
            .where(
                _post.c.waiting_since <= since,
                sa.or_(_post.c.waiting_since < since, _post.c.id < number),
            )
            .order_by(_post.c.waiting_since.desc(), _post.c.id.desc())
            .limit(BEFORE)
        )
        before = [_line(row) for row in rows][::-1]
        following = following.where(
            _post.c.waiting_since >= since,
            sa.or_(_post.c.waiting_since > since, _post.c.id >= number),
        )
    rows = db.session.execute(
        following.order_by(_post.c.waiting_since, _post.c.id).limit(AFTER + 1)
    )
    after = [_line(row) for row in rows]
    is_first = bool(after) and (around is None or after[0].id == around.id)
    coming = after[1:] if is_first else after
    return Queue(
        lines=before + after,
        total=total,
        oldest=oldest,
        notices=pointed_out,
        previous=before[-1].id if before else None,
        next=coming[0].id if coming else None,
    )


def campaigns(actor: User) -> list[Campaign]:
    """The campaigns whose texts this person may read here, for the filter."""
    asked = (
        sa.select(Campaign)
        .options(load_only(Campaign.slug, Campaign.title), *_BARE)
        .order_by(Campaign.id.desc())
    )
    allowed = _campaigns_of(actor)
    if allowed is not None:
        asked = asked.where(Campaign.id.in_(allowed))
    return list(db.session.scalars(asked.limit(200)))


def post_or_404(id: int) -> Post:
    """Any text that was sent, with its author, its campaign and what it speaks of, in one query."""
    either = with_polymorphic(Post, [Contribution, Comment])
    post = db.session.scalar(
        sa.select(either)
        .where(either.id == id, either.status != Status.DRAFT)
        .options(
            joinedload(either.author).lazyload(User.roles),
            joinedload(either.Contribution.campaign).options(*_BARE),
            joinedload(either.Contribution.theme),
            joinedload(either.Contribution.place),
            joinedload(either.Comment.campaign).options(*_BARE),
            joinedload(either.Comment.contribution),
        )
    )
    if post is None:
        raise NotFound
    return post


def on_show_or_404(id: int) -> Post:
    """A text anybody may read: what can be pointed out."""
    post = post_or_404(id)
    if not post.is_public:
        raise NotFound
    return post


def wording(post: Post) -> int:
    """The number of the wording that stands now."""
    last = sa.select(sa.func.max(Version.number)).where(Version.post_id == post.id)
    return db.session.scalar(last) or 0


def decisions(post: Post) -> list[Decision]:
    """What was decided about a text, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Decision)
            .where(Decision.post_id == post.id)
            .options(joinedload(Decision.facilitator).lazyload(User.roles))
            .order_by(Decision.id)
        )
    )


def last_decision(post: Post) -> Decision | None:
    return db.session.scalar(
        sa.select(Decision)
        .where(Decision.post_id == post.id)
        .options(joinedload(Decision.facilitator))
        .order_by(Decision.id.desc())
        .limit(1)
    )


def lately_decided_by(actor: User, limit: int = 5) -> list[Decision]:
    """What this person decided last: where a slip of the hand is taken back."""
    return list(
        db.session.scalars(
            sa.select(Decision)
            .where(Decision.facilitator_id == actor.id)
            .options(joinedload(Decision.post))
            .order_by(Decision.id.desc())
            .limit(limit)
        )
    )


def reads(actor: User | None) -> bool:
    """Whether this person has anything to read here."""
    return actor is not None and (actor.is_system or any(r.name in READERS for r in actor.roles))


def waiting_count(campaign: Campaign) -> int:
    """How many texts of a campaign wait to be read."""
    statement = (
        sa.select(sa.func.count(_post.c.id))
        .outerjoin(_contribution, _contribution.c.id == _post.c.id)
        .outerjoin(_comment, _comment.c.id == _post.c.id)
        .where(_post.c.waiting_since.is_not(None), _campaign_id == campaign.id)
    )
    return db.session.scalar(statement) or 0


def label(post: Post) -> str:
    """What to call a text in a list: its title, or how it begins."""
    return post.title or excerpt(post.body, 90)


# What readers pointed out.


class NoticeLine(NamedTuple):
    """One notice in the list, with the text it is about."""

    notice: Notice
    title: str
    status: Status
    campaign: str | None


class NoticePage(NamedTuple):
    """Open notices, oldest first."""

    notices: list[NoticeLine]
    next: int | None


def open_notices(actor: User, scope: Scope, after: int = 0, limit: int = 20) -> NoticePage:
    """What was pointed out in the campaigns of this person and is not settled yet."""
    asked = sa.select(
        Notice,
        _reported.c.title,
        sa.func.substr(_reported.c.body, 1, 300).label("body"),
        _reported.c.status,
        Campaign.title.label("campaign"),
    )
    rows = db.session.execute(
        _open_notices(asked, actor, scope)
        .outerjoin(Campaign, Campaign.id == _reported_in)
        .where(Notice.id > after)
        .order_by(Notice.id)
        .limit(limit + 1)
    ).all()
    lines = [
        NoticeLine(row.Notice, row.title or excerpt(row.body, 90), row.status, row.campaign)
        for row in rows[:limit]
    ]
    return NoticePage(lines, lines[-1].notice.id if len(rows) > limit else None)


def notices_of(post: Post, *, limit: int = 50) -> list[Notice]:
    """The open notices about a text, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Notice)
            .where(Notice.post_id == post.id, Notice.closed_at.is_(None))
            .order_by(Notice.id)
            .limit(limit)
        )
    )


def _open_notices(statement: sa.Select[Any], actor: User, scope: Scope) -> sa.Select[Any]:
    """Those that wait for an answer, in the campaigns of this person."""
    statement = (
        statement.select_from(Notice)
        .join(_reported, _reported.c.id == Notice.post_id)
        .outerjoin(_reported_contribution, _reported_contribution.c.id == _reported.c.id)
        .outerjoin(_reported_comment, _reported_comment.c.id == _reported.c.id)
        .where(Notice.closed_at.is_(None))
    )
    return _within(statement, actor, scope, _reported_in, _reported)


def notice_or_404(receipt: str) -> Notice:
    """The notice that was given this receipt, however the number was copied."""
    sign = "".join(receipt.upper().split()).replace("-", "")
    notice = db.session.scalar(
        sa.select(Notice)
        .filter_by(receipt=sign)
        .options(joinedload(Notice.text), joinedload(Notice.decision))
    )
    if notice is None:
        raise NotFound
    return notice


def notice_with_key(key: str | None) -> Notice | None:
    """The notice this very form already made."""
    return db.session.scalar(sa.select(Notice).filter_by(key=key)) if key else None


def watchers(notice: Notice) -> list[User]:
    """The facilitators, told once a text, however many people point it out."""
    others = (
        sa.select(Notice.id)
        .where(Notice.post_id == notice.post_id, Notice.closed_at.is_(None), Notice.id != notice.id)
        .limit(1)
    )
    if db.session.scalar(others):
        return []
    campaign = getattr(notice.text, "campaign", None)
    return with_role(RoleName.FACILITATOR, campaign=campaign)


# The list, in one query.


def _lines() -> sa.Select[Any]:
    return sa.select(
        _post.c.id,
        _post.c.kind,
        _post.c.status,
        _post.c.title,
        sa.func.substr(_post.c.body, 1, 300).label("body"),
        sa.func.coalesce(_post.c.byline, _user.c.pseudonym).label("name"),
        _post.c.waiting_since,
        Campaign.title.label("campaign"),
    )


def _line(row: Any) -> Line:
    title = row.title or excerpt(row.body, 90)
    return Line(row.id, row.kind, row.status, title, row.name, row.waiting_since, row.campaign)


def _visible(statement: sa.Select[Any], actor: User, scope: Scope) -> sa.Select[Any]:
    """Those that wait, in the campaigns of this person, not written by them."""
    statement = (
        statement.select_from(_post)
        .outerjoin(_user, _user.c.id == _post.c.author_id)
        .outerjoin(_contribution, _contribution.c.id == _post.c.id)
        .outerjoin(_comment, _comment.c.id == _post.c.id)
        .outerjoin(Campaign, Campaign.id == _campaign_id)
        .where(
            _post.c.waiting_since.is_not(None),
            sa.or_(_post.c.author_id.is_(None), _post.c.author_id != actor.id),
        )
    )
    return _within(statement, actor, scope, _campaign_id, _post)


def _within(
    statement: sa.Select[Any], actor: User, scope: Scope, campaign_id: Any, post: Any
) -> sa.Select[Any]:
    """Only the campaigns and plans of this person, and of those only what was asked for."""
    allowed = _campaigns_of(actor)
    if allowed is not None:
        plans = [role.plan_id for role in actor.roles if role.name in READERS and role.plan_id]
        of_plans = [
            post.c.id.in_(sa.select(table.c.id).where(table.c.plan_id.in_(plans)))
            for table in OF_PLANS
        ]
        statement = statement.where(sa.or_(campaign_id.in_(allowed), *of_plans))
    if scope.campaign:
        statement = statement.where(campaign_id == scope.campaign.id)
    if scope.kind:
        statement = statement.where(post.c.kind == scope.kind)
    return statement


def _campaigns_of(actor: User) -> list[int] | None:
    """The campaigns somebody reads for; None: every one."""
    held = [role for role in actor.roles if role.name in READERS]
    if actor.is_system or any(role.campaign_id is None for role in held if not role.plan_id):
        return None
    return [role.campaign_id for role in held if role.campaign_id]
