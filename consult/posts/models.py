"""What anybody writes: the words, who wrote them, how they came, and every version of them."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import choice, db
from consult.core.files import StoredFile
from consult.core.i18n import _
from consult.people.models import User

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no sign that can be read as another


class Status(StrEnum):
    DRAFT = "draft"
    PENDING = "pending"
    PUBLISHED = "published"
    REFUSED = "refused"
    RESTRICTED = "restricted"
    WITHDRAWN = "withdrawn"


NEXT = {
    Status.DRAFT: {Status.PENDING, Status.PUBLISHED, Status.WITHDRAWN},
    Status.PENDING: {Status.PUBLISHED, Status.REFUSED, Status.WITHDRAWN},
    Status.PUBLISHED: {Status.RESTRICTED, Status.WITHDRAWN},
    Status.REFUSED: {Status.PUBLISHED, Status.WITHDRAWN},
    Status.RESTRICTED: {Status.PUBLISHED, Status.WITHDRAWN},
    Status.WITHDRAWN: set(),
}


class Channel(StrEnum):
    WEB = "web"
    PAPER = "paper"
    MEETING = "meeting"
    PHONE = "phone"
    COUNTER = "counter"
    IMPORT = "import"

    @property
    def label(self) -> LazyString:
        return CHANNELS[self]


CHANNELS = {
    Channel.WEB: _("On this site"),
    Channel.PAPER: _("Paper form"),
    Channel.MEETING: _("Said at a meeting"),
    Channel.PHONE: _("By telephone"),
    Channel.COUNTER: _("At the counter"),
    Channel.IMPORT: _("Brought from another site"),
}


def new_receipt() -> str:
    """A receipt number short enough to be read over the phone: 10 signs, 50 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


class Post(db.Model):
    """Anything a person writes. Moderation, notices, search and erasure know nothing narrower."""

    kind: Mapped[str] = mapped_column(sa.String(20))
    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    byline: Mapped[str | None]  # the name to show; None: the author's pseudonym, or nobody's
    channel: Mapped[Channel] = choice(Channel, default=Channel.WEB)
    status: Mapped[Status] = choice(Status, default=Status.DRAFT)
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]  # for a facilitator to read it
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__: Any = (
        sa.Index("ix_post_author", "author_id", "id"),
        sa.Index(
            "ix_post_waiting",
            "waiting_since",
            "id",
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        ),
        sa.CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="submitted"),
        sa.CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name="published"),
    )

    @property
    def is_public(self) -> bool:
        return self.status == Status.PUBLISHED

    @property
    def name(self) -> str | None:
        """The name its author goes by here; None where nobody gave one."""
        return self.byline or (self.author.pseudonym if self.author else None)

    def may_become(self, status: Status) -> bool:
        """Whether this is a next step of its life."""
        return status in NEXT[self.status]

    def move_to(self, status: Status) -> None:
        """Take the next step of its life; there is no other way to change status."""
        if not self.may_become(status):
            raise ValueError(f"{self!r}: {self.status} cannot become {status}")
        now = clock.now()
        is_unread = self.status == Status.DRAFT and self.channel != Channel.IMPORT
        self.status = status
        self.submitted_at = self.submitted_at or now
        is_to_read = status == Status.PENDING or (is_unread and status == Status.PUBLISHED)
        self.waiting_since = now if is_to_read else None
        if status == Status.PUBLISHED:
            self.published_at = self.published_at or now  # restored words keep their date

    def say(self, title: str, body: str, editor: User | None) -> "Version":
        """Put these words in place, and keep every earlier wording as a version."""
        last = None
        self.title, self.body = title, body
        if self.id is None:
            db.session.add(self)
            db.session.flush()
        else:
            last = db.session.scalar(
                sa.select(sa.func.max(Version.number)).where(Version.post_id == self.id)
            )
        version = Version(
            post_id=self.id,
            number=(last or 0) + 1,
            title=title,
            body=body,
            editor_id=editor.id if editor else None,
        )
        db.session.add(version)
        return version

    @classmethod
    def enter(cls, posts: Sequence[Self], status: Status) -> None:
        """Bring in new posts, many at once: what `say` and `move_to` do to each of them."""
        for post in posts:
            Post.move_to(post, status)
        db.session.add_all(posts)
        db.session.flush()
        first = [
            {"post_id": post.id, "number": 1, "title": post.title, "body": post.body}
            for post in posts
        ]
        if first:
            db.session.execute(sa.insert(Version), first)

    def read_again(self) -> None:
        """Have a facilitator look at words that changed after they were published."""
        self.waiting_since = self.waiting_since or clock.now()


class Version(db.Model):
    """The words as they were at one moment; the salt goes with them when they are erased."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    salt: Mapped[str] = mapped_column(default=lambda: secrets.token_hex(16))
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("post_id", "number"),)


class Image(db.Model):
    """A picture joined to a post, with the words for those who do not see it."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    thumbnail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    alternative: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    order: Mapped[int] = mapped_column(default=0)
    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id], lazy="joined")
    thumbnail: Mapped[StoredFile | None] = relationship(foreign_keys=[thumbnail_id])


class Slip(db.Model):
    """A sheet of paper, a call or a word at the counter, typed in by an agent for its author."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), unique=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    collected_on: Mapped[date]
    collected_at: Mapped[str]  # the place where it was handed in
    number: Mapped[str] = mapped_column(index=True)  # as written on the sheet
    contact: Mapped[str | None]  # how to reach the author, if they wished to be reached
    post: Mapped[Post] = relationship()
    agent: Mapped[User] = relationship()
