"""What anybody writes: the words, who wrote them, how they came, and every version of them."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock, erasures, files
from consult.core.db import choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _, day, spoken
from consult.core.personal import OFFICE, Basis, Fate, Use, personal
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
SEALED = (Status.REFUSED, Status.RESTRICTED)  # read by their author and the guarantor alone
LAST_RANK = 3  # in the queue, of what nobody says is pressing


class Channel(Labelled):
    WEB = "web", _("On this site")
    PAPER = "paper", _("Paper form")
    MEETING = "meeting", _("Said at a meeting")
    PHONE = "phone", _("By telephone")
    COUNTER = "counter", _("At the counter")
    IMPORT = "import", _("Brought from another site")


# What stands in place of words their author took back.
GONE = {
    "contribution": _("Contribution withdrawn at its author's request on %(day)s"),
    "comment": _("Comment withdrawn at its author's request on %(day)s"),
    "question": _("Question withdrawn at its author's request on %(day)s"),
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
    withdrawn_at: Mapped[datetime | None]  # since when its words are gone
    rank: Mapped[int] = mapped_column(default=LAST_RANK)  # in the queue: 1 is read first
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__: Any = (
        sa.Index("ix_post_author", "author_id", "id"),
        sa.Index(
            "ix_post_waiting",
            "rank",
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
    def is_sealed(self) -> bool:
        """Kept from view by a facilitator: readable by its author and the guarantor alone."""
        return self.status in SEALED

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
        self.rank = LAST_RANK
        if status == Status.PUBLISHED:
            self.published_at = self.published_at or now  # restored words keep their date
        if status == Status.WITHDRAWN:
            self.let_words_go()
            if self.id is not None:
                erasures.note("post", self.id, self.created_at)

    def let_words_go(self) -> None:
        """Empty its words, their copies, its signature; a dated sentence stands in their place."""
        self.withdrawn_at = self.withdrawn_at or clock.now()
        with spoken("fr"):
            self.title = str(GONE[self.kind]) % {"day": day(self.withdrawn_at)}
        self.body, self.byline = "", None
        forget_words([self.id])

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

    def read_again(self, rank: int = LAST_RANK) -> None:
        """Have a facilitator look at words that changed or were pointed out; 1 is read first."""
        self.rank = min(self.rank, rank) if self.waiting_since else rank
        self.waiting_since = self.waiting_since or clock.now()

    def shown_anew(self) -> None:
        """Have lists and search follow what changed; a kind that stands in some says how."""


class Version(db.Model):
    """The words as they were at one moment; the salt goes with them when they are erased."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    salt: Mapped[str] = mapped_column(default=lambda: secrets.token_hex(16))
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    sealed_at: Mapped[datetime | None]  # a passage was taken out since: no page shows it any more

    __table_args__ = (sa.UniqueConstraint("post_id", "number"),)


class FlagKind(StrEnum):
    """What a machine may find odd about a text: it decides nothing, it has a human look."""

    HONEYPOT = "honeypot"
    HASTE = "haste"
    UNPROVEN = "unproven"
    LINKS = "links"
    ALIKE = "alike"
    DISPOSABLE = "disposable"
    BURST = "burst"

    @property
    def label(self) -> LazyString:
        return FLAGS[self][0]

    @property
    def why(self) -> LazyString:
        return FLAGS[self][1]


FLAGS = {
    FlagKind.HONEYPOT: (
        _("A hidden field was filled in"),
        _("The form has a field that nobody sees. Programs fill it in; people hardly ever do."),
    ),
    FlagKind.HASTE: (
        _("Sent within three seconds"),
        _("Nobody reads the form and writes in so short a time; a pasted text may explain it."),
    ),
    FlagKind.UNPROVEN: (
        _("The browser did not do its sum"),
        _("This is also so for people whose browser runs no scripts: it says little by itself."),
    ),
    FlagKind.LINKS: (
        _("First text, with links"),
        _("Nothing by this person was published before, and most advertising begins so."),
    ),
    FlagKind.ALIKE: (
        _("Nearly the same text several times in a day"),
        _("It may be a campaign of one sender, or neighbours who share a letter: both exist."),
    ),
    FlagKind.DISPOSABLE: (
        _("Throw-away e-mail address"),
        _("Such addresses serve to open many accounts, and also to stay discreet."),
    ),
    FlagKind.BURST: (
        _("Many supports from new accounts within an hour"),
        _("It may be one person with many accounts, or a neighbourhood that was just told."),
    ),
}


class Flag(db.Model):
    """Something odd about a text, for a human to look at; only a human takes it away, in words."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    kind: Mapped[FlagKind] = choice(FlagKind)
    mark: Mapped[str] = mapped_column(sa.String(20), default="")  # of several bursts, which
    number: Mapped[int] = mapped_column(default=0)  # how many links, texts or supports
    at: Mapped[datetime] = mapped_column(default=clock.now)
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(default="")  # why it was cleared
    post: Mapped[Post] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("post_id", "kind", "mark"),
        sa.Index(
            "ix_flag_open",
            "id",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
        sa.CheckConstraint(
            "cleared_at IS NULL OR (cleared_by_id IS NOT NULL AND trim(words) <> '')",
            name="cleared",
        ),
    )


class Image(db.Model):
    """A picture joined to a post, with the words for those who do not see it."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    thumbnail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    alternative: Mapped[str] = mapped_column(default="")
    as_written: Mapped[str | None]  # what its author wrote, where a facilitator's words stand
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


def forget_words(post_ids: Sequence[int]) -> None:
    """Empty every wording these posts had; delete their pictures, files and thumbnails."""
    db.session.flush()
    named = Version.post_id.in_(post_ids)
    db.session.execute(sa.update(Version).where(named).values(title="", body="", salt=""))
    db.session.execute(sa.update(Slip).where(Slip.post_id.in_(post_ids)).values(contact=None))
    for image in db.session.scalars(sa.select(Image).where(Image.post_id.in_(post_ids))):
        take_away(image)


def take_away(image: Image) -> None:
    """Delete a picture, its file and its thumbnail."""
    db.session.delete(image)
    db.session.flush()
    for stored in (image.file, image.thumbnail):
        if stored is not None:
            files.let_go(stored)


WORDS = Use(
    "words",
    _("What people write"),
    _("Publish what each person proposes, says or asks, and let the town answer it."),
    Basis.MADE_PUBLIC,
    _(
        "As long as the file of the consultation; without their author once the account is closed; "
        "unsent drafts, six months."
    ),
    _("Everybody once published; before, their author and the facilitators."),
)
PAPER = Use(
    "paper",
    _("Words handed in on paper, by telephone or at the counter"),
    _("Give paper the same weight as the web, and write back to whoever wished it."),
    Basis.TASK,
    _("The way to reach the author: until results and two months more."),
    _("The facilitators of the consultation."),
)
personal(Post, WORDS, "title body", of="author_id", fate=Fate.WORDS)
personal(Post, WORDS, "byline", of="author_id")
personal(Post, WORDS, "author_id", of="author_id", fate=Fate.LINK)
personal(Version, WORDS, "title body salt", of="post_id", fate=Fate.WORDS)
personal(Version, OFFICE, "editor_id", of="editor_id", fate=Fate.LINK)
personal(Image, WORDS, "alternative as_written credit", of="post_id", fate=Fate.WORDS)
personal(Slip, PAPER, "contact", of="post_id")
personal(Slip, PAPER, "collected_at number", of="post_id", fate=Fate.WORDS)
personal(Flag, OFFICE, "words mark", of="")
personal(Flag, OFFICE, "cleared_by_id", of="cleared_by_id", fate=Fate.LINK)
personal(Slip, OFFICE, "agent_id", of="agent_id", fate=Fate.LINK)
