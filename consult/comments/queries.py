"""The conversation under a contribution, page by page, and who hears of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import joinedload, lazyload
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.comments.models import Comment, Side
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.text import render
from consult.people.models import Follow, RoleName, User
from consult.people.queries import with_role
from consult.posts.models import Post, Status

PAGE = 20  # comments on one page, answers included
TOLD_AGAIN_AFTER = timedelta(days=1)

_post, _comment, _user = Post.__table__, Comment.__table__, User.__table__
_root = sa.func.coalesce(_comment.c.thread_id, _comment.c.id)


@dataclass(frozen=True, slots=True)
class Line:
    """One comment as a page shows it; once withdrawn or hidden, its words and names are gone."""

    id: int
    root: int
    status: Status
    side: Side
    body: str
    unit: str | None  # of the town, where it speaks for it
    author_id: int | None
    name: str | None
    at: datetime
    to: str | None = None  # whom it answers, where that is not who opened the thread

    @property
    def is_public(self) -> bool:
        return self.status == Status.PUBLISHED

    @property
    def words(self) -> Markup:
        return render(self.body)

    @property
    def is_answer(self) -> bool:
        return self.root != self.id


class Thread(NamedTuple):
    """A first comment and the answers to it that this page holds."""

    first: Line
    answers: list[Line]
    is_continued: bool  # its beginning stands on the page before


class Conversation(NamedTuple):
    """One page of the comments of a contribution."""

    threads: list[Thread]
    waiting: list[Line]  # the reader's own, not read by a facilitator yet
    next: str = ""  # cursors: what to ask `thread` for
    previous: str | None = None  # "" is the first page, None: this is the first page


def thread(contribution: Contribution, after: str = "", actor: User | None = None) -> Conversation:
    """The comments that follow the cursor: at most four queries, however many there are."""
    start = _read(after)
    rows = db.session.execute(_lines(contribution.id, start).limit(PAGE + 1)).all()
    lines = [_line(row) for row in rows[:PAGE]]
    return Conversation(
        threads=_threads(lines),
        waiting=_waiting(contribution, actor),
        next=_cursor(lines[-1]) if len(rows) > PAGE else "",
        previous=_previous(contribution.id, start) if start else None,
    )


def position(comment: Comment) -> str:
    """The cursor of a page where this comment is sure to stand: its thread's, or its own."""
    if comment.thread_id is None:
        return f"{comment.id}-0"
    before = db.session.scalar(
        sa.select(sa.func.count()).where(
            _comment.c.contribution_id == comment.contribution_id,
            _comment.c.shown_at.is_not(None),
            _root == comment.thread_id,
            _comment.c.id < comment.id,
        )
    )
    is_near = (before or 0) < PAGE
    return f"{comment.thread_id}-{0 if is_near else comment.id - 1}"


def by_id_or_404(id: int) -> Comment:
    comment = db.session.get(Comment, id, options=[joinedload(Comment.contribution)])
    if comment is None:
        raise NotFound
    return comment


def on_show_or_404(contribution_id: int) -> Contribution:
    """The contribution one wishes to comment, while anybody may read it."""
    contribution = db.session.scalar(
        sa.select(Contribution)
        .where(Contribution.id == contribution_id)
        .options(joinedload(Contribution.campaign).lazyload(Campaign.themes))
    )
    if contribution is None or not (contribution.is_public and contribution.campaign.is_public):
        raise NotFound
    return contribution


def with_key(key: str | None, author: User | None) -> Comment | None:
    """The comment this very form already made."""
    if not key or author is None:
        return None
    return db.session.scalar(sa.select(Comment).filter_by(key=key, author_id=author.id))


def listeners(comment: Comment) -> list[User]:
    """Who hears of a new comment: the contribution's author, its followers, whom it answers."""
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    named = {comment.contribution.author_id, parent.author_id if parent else None}
    following = sa.select(Follow.user_id).where(
        Follow.subject_kind == "contribution", Follow.subject_id == comment.contribution_id
    )
    return list(
        db.session.scalars(
            sa.select(User)
            .where(
                sa.or_(User.id.in_(named - {None}), User.id.in_(following)),
                User.closed_at.is_(None),
                User.id != comment.author_id,
            )
            .options(lazyload(User.roles))
        )
    )


def readers(comment: Comment) -> list[User]:
    """The facilitators, unless they were told lately of another comment that still waits."""
    others = (
        sa.select(Comment.id)
        .where(
            Comment.campaign_id + 0 == comment.campaign_id,  # few wait: start from those
            Comment.waiting_since > clock.now() - TOLD_AGAIN_AFTER,
            Comment.id != comment.id,
        )
        .limit(1)
    )
    if comment.waiting_since is None or db.session.scalar(others):
        return []
    return with_role(RoleName.FACILITATOR, campaign=comment.campaign)


def _lines(contribution_id: int, start: tuple[int, int] | None) -> sa.Select[Any]:
    """The comments of a page, in the order of the threads."""
    statement = _LINES.where(_comment.c.contribution_id == contribution_id)
    if start:
        root, number = start
        statement = statement.where(_root >= root, sa.or_(_root > root, _comment.c.id > number))
    return statement


def _with_authors() -> sa.Select[Any]:
    """Comments, their authors, and whom they answer, in one query."""
    to, to_post, to_user = _comment.alias(), _post.alias(), _user.alias()
    return (
        sa.select(
            _comment.c.id,
            _root.label("root"),
            _post.c.status,
            _comment.c.side,
            _post.c.body,
            _comment.c.speaks_for,
            _post.c.author_id,
            sa.func.coalesce(_post.c.byline, _user.c.pseudonym).label("name"),
            sa.func.coalesce(_comment.c.shown_at, _post.c.submitted_at).label("at"),
            sa.case(
                (
                    to_post.c.status == Status.PUBLISHED,
                    sa.func.coalesce(to.c.speaks_for, to_post.c.byline, to_user.c.pseudonym),
                )
            ).label("to"),
        )
        .join(_post, _post.c.id == _comment.c.id)
        .outerjoin(_user, _user.c.id == _post.c.author_id)
        .outerjoin(to, sa.and_(to.c.id == _comment.c.parent_id, to.c.id != _comment.c.thread_id))
        .outerjoin(to_post, to_post.c.id == to.c.id)
        .outerjoin(to_user, to_user.c.id == to_post.c.author_id)
    )


# Put together once: building this takes longer than asking it.
_WITH_AUTHORS = _with_authors()
_LINES = _WITH_AUTHORS.where(_comment.c.shown_at.is_not(None)).order_by(_root, _comment.c.id)


def _line(row: Any) -> Line:
    is_readable = row.status in (Status.PUBLISHED, Status.PENDING)
    return Line(
        id=row.id,
        root=row.root,
        status=row.status,
        side=row.side,
        body=row.body if is_readable else "",
        unit=row.speaks_for if is_readable else None,
        author_id=row.author_id,
        name=row.name if is_readable else None,
        at=row.at,
        to=row.to,
    )


def _threads(lines: list[Line]) -> list[Thread]:
    """The lines, answers under the comment they answer; its beginning fetched where it is away."""
    threads: list[Thread] = []
    if lines and lines[0].is_answer:
        first = db.session.execute(_WITH_AUTHORS.where(_comment.c.id == lines[0].root)).one()
        threads.append(Thread(_line(first), [], True))
    for line in lines:
        if threads and line.root == threads[-1].first.root:
            threads[-1].answers.append(line)
        else:
            threads.append(Thread(line, [], False))
    return threads


def _waiting(contribution: Contribution, actor: User | None) -> list[Line]:
    """What the reader wrote here and no facilitator has read yet."""
    if actor is None:
        return []
    rows = db.session.execute(
        _WITH_AUTHORS.where(
            _comment.c.contribution_id == contribution.id,
            _post.c.author_id == actor.id,
            _post.c.status == Status.PENDING,
        )
        .order_by(_comment.c.id)
        .limit(PAGE)
    )
    return [_line(row) for row in rows]


def _previous(contribution_id: int, start: tuple[int, int]) -> str | None:
    """The cursor of the page before: where it begins."""
    root, number = start
    before = db.session.execute(
        sa.select(_root.label("root"), _comment.c.id)
        .where(
            _comment.c.contribution_id == contribution_id,
            _comment.c.shown_at.is_not(None),
            _root <= root,
            sa.or_(_root < root, _comment.c.id <= number),
        )
        .order_by(_root.desc(), _comment.c.id.desc())
        .limit(PAGE + 1)
    ).all()
    if not before:
        return None
    return f"{before[PAGE].root}-{before[PAGE].id}" if len(before) > PAGE else ""


def _cursor(line: Line) -> str:
    return f"{line.root}-{line.id}"


def _read(cursor: str) -> tuple[int, int] | None:
    """A cursor as two numbers; whatever else was typed in the address is the first page."""
    root, _, number = cursor.partition("-")
    if not (root.isdecimal() and number.isdecimal() and len(cursor) < 40):
        return None
    return int(root), int(number)
