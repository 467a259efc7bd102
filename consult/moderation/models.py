"""What facilitators decide about what people write, and why; what readers point out to them."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.i18n import _
from consult.people.models import User
from consult.posts.models import Post, Status, new_receipt


class Verdict(StrEnum):
    PUBLISH = "publish"
    REFUSE = "refuse"
    KEEP = "keep"  # read after publication, and left as it is
    RESTRICT = "restrict"
    RESTORE = "restore"

    @property
    def label(self) -> LazyString:
        return VERDICTS[self]


VERDICTS = {
    Verdict.PUBLISH: _("Publication"),
    Verdict.REFUSE: _("Refusal"),
    Verdict.KEEP: _("Read and left as it is"),
    Verdict.RESTRICT: _("Text hidden"),
    Verdict.RESTORE: _("Text shown again"),
}
# What each verdict makes of a post, by where it stands; nothing else can be decided.
POSSIBLE = {
    Status.PENDING: {Verdict.PUBLISH: Status.PUBLISHED, Verdict.REFUSE: Status.REFUSED},
    Status.REFUSED: {Verdict.PUBLISH: Status.PUBLISHED},
    Status.PUBLISHED: {Verdict.KEEP: Status.PUBLISHED, Verdict.RESTRICT: Status.RESTRICTED},
    Status.RESTRICTED: {Verdict.RESTORE: Status.PUBLISHED},
}
NEEDS_REASONS = (Verdict.REFUSE, Verdict.RESTRICT)


class Ground(StrEnum):
    """The articles of the charter. Criticism of the town, however sharp, is none of them."""

    INSULT = "insult"
    HATRED = "hatred"
    THREAT = "threat"
    PRIVACY = "privacy"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    OFF_TOPIC = "off_topic"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> LazyString:
        return GROUNDS[self][0]

    @property
    def sentence(self) -> LazyString:
        return GROUNDS[self][1]


GROUNDS = {
    Ground.INSULT: (
        _("Insult or personal attack"),
        _("The text goes for a person instead of their ideas: insult, slander, hurtful mockery."),
    ),
    Ground.HATRED: (
        _("Hatred or discrimination"),
        _("It targets people for their origin, religion, sex, orientation or disability."),
    ),
    Ground.THREAT: (
        _("Threat or call to violence"),
        _("It threatens somebody, or calls on others to do harm."),
    ),
    Ground.PRIVACY: (
        _("Private life"),
        _("It gives the name, address, telephone or private affairs of somebody else."),
    ),
    Ground.ADVERTISING: (
        _("Advertising"),
        _("It sells or promotes something, or asks for money or votes for somebody."),
    ),
    Ground.UNLAWFUL: (
        _("Against the law"),
        _("Another law forbids it; say which one in your words to the author."),
    ),
    Ground.OFF_TOPIC: (
        _("Nothing to do with the question"),
        _("It answers another question. Say where it could be heard."),
    ),
    Ground.REPEATED: (
        _("Sent several times"),
        _("The same person already sent the same text. Say where the first one stands."),
    ),
    Ground.UNREADABLE: (
        _("Cannot be understood"),
        _("Signs without meaning, a trial, an empty text."),
    ),
}


class Decision(db.Model):
    """One decision on one post; nothing is kept from view without a ground and words."""

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    facilitator_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    verdict: Mapped[Verdict] = choice(Verdict)
    ground: Mapped[Ground | None] = choice(Ground)
    words: Mapped[str] = mapped_column(default="")
    version: Mapped[int]  # the wording that was read
    at: Mapped[datetime] = mapped_column(default=clock.now)
    post: Mapped[Post] = relationship()
    facilitator: Mapped[User] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "verdict NOT IN ('refuse', 'restrict') OR (ground IS NOT NULL AND trim(words) <> '')",
            name="reasons",
        ),
    )


class Notice(db.Model):
    """Somebody points out a text: no account needed, a receipt, and an answer."""

    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    ground: Mapped[Ground] = choice(Ground)
    words: Mapped[str]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"))
    dismissed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    dismissed_words: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    text: Mapped[Post] = relationship()  # told of even when hidden: never by its words
    reporter: Mapped[User | None] = relationship(foreign_keys=[reporter_id])
    decision: Mapped[Decision | None] = relationship()

    __table_args__ = (
        sa.Index(
            "ix_notice_open",
            "id",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR decision_id IS NOT NULL"
            " OR (dismissed_by_id IS NOT NULL AND trim(dismissed_words) <> '')",
            name="answered",
        ),
    )

    @property
    def title(self) -> str:
        return str(_("Notice %(receipt)s", receipt=self.receipt))

    @property
    def campaign_id(self) -> int | None:
        return getattr(self.text, "campaign_id", None)


append_only(Decision)
