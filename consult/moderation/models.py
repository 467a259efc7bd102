"""What facilitators decide about what people write, and why; notices, appeals."""

from calendar import monthrange
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.i18n import _
from consult.core.personal import OFFICE, Basis, Fate, Use, impersonal, personal
from consult.moderation.charter import (
    APPEAL_MONTHS,
    NEEDS_REASONS,
    Aim,
    Conclusion,
    Ground,
    Origin,
    Urgency,
    Verdict,
)
from consult.people.models import User
from consult.posts.models import Channel, Image, Post, Status, new_receipt

# What each verdict makes of a post, by where it stands; nothing else can be decided.
POSSIBLE = {
    Status.PENDING: {
        Verdict.PUBLISH: Status.PUBLISHED,
        Verdict.REFUSE: Status.REFUSED,
        Verdict.REDACT: Status.PUBLISHED,
    },
    Status.REFUSED: {Verdict.PUBLISH: Status.PUBLISHED},
    Status.PUBLISHED: {
        Verdict.KEEP: Status.PUBLISHED,
        Verdict.RESTRICT: Status.RESTRICTED,
        Verdict.REDACT: Status.PUBLISHED,
        Verdict.REINSTATE: Status.PUBLISHED,
        Verdict.SET_ASIDE: Status.PUBLISHED,
        Verdict.BRING_BACK: Status.PUBLISHED,
    },
    Status.RESTRICTED: {Verdict.RESTORE: Status.PUBLISHED},
}


def months_after(at: datetime, months: int) -> datetime:
    """The same day of the month and hour, so many months later; the month's last where it has none.

    >>> months_after(datetime(2026, 8, 31), 6)
    datetime.datetime(2027, 2, 28, 0, 0)
    """
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def month_of(at: datetime) -> str:
    """The month of the town in which a moment falls: 2026-11."""
    return f"{clock.in_town(at):%Y-%m}"


def _this_month() -> str:
    return month_of(clock.now())


class Reasons(db.Model):
    """The words of a statement of reasons; erased, once, when nobody may need them any more."""

    passage: Mapped[str]  # the facts: the words met, as they stood in the text
    words: Mapped[str]  # why they break the article, said to the author
    law: Mapped[str] = mapped_column(default="")  # the text of law, where the ground is one
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR (trim(words) <> '' AND trim(passage) <> '')", name="said"
        ),
    )


class Decision(db.Model):
    """One decision on one post; nothing is restricted without a full statement of reasons."""

    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    facilitator_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    verdict: Mapped[Verdict] = choice(Verdict)
    ground: Mapped[Ground | None] = choice(Ground)
    aim: Mapped[Aim | None] = choice(Aim)
    origin: Mapped[Origin | None] = choice(Origin)
    is_flagged: Mapped[bool] = mapped_column(default=False)  # a machine had pointed it out
    reasons_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reasons.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # who is suspended
    until: Mapped[datetime | None]  # a suspension ends by itself
    appeal_until: Mapped[datetime | None]
    undoes_id: Mapped[int | None]  # the decision this one takes back
    version: Mapped[int]  # the wording that was read
    urgency: Mapped[Urgency] = choice(Urgency, default=Urgency.OTHER)
    minutes: Mapped[int | None]  # how long the text had waited to be read
    at: Mapped[datetime] = mapped_column(default=clock.now)
    month: Mapped[str] = mapped_column(sa.String(7), default=_this_month)
    post: Mapped[Post] = relationship()
    facilitator: Mapped[User] = relationship(foreign_keys=[facilitator_id])
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    reasons: Mapped[Reasons | None] = relationship(lazy="joined")

    __table_args__ = (
        sa.UniqueConstraint("id", "facilitator_id"),  # what an appeal leans on
        sa.Index("ix_decision_month", "month", "verdict"),
        sa.CheckConstraint(
            f"verdict NOT IN ({', '.join(repr(str(one)) for one in NEEDS_REASONS)})"
            " OR (ground IS NOT NULL AND aim IS NOT NULL AND origin IS NOT NULL"
            " AND reasons_id IS NOT NULL AND appeal_until IS NOT NULL)",
            name="reasons",
        ),
        sa.CheckConstraint("aim IS NULL OR aim <> 'conduct'", name="criticism"),
        sa.CheckConstraint(
            "ground IS NULL OR ground <> 'off_topic' OR verdict = 'set_aside'", name="off_topic"
        ),
        sa.CheckConstraint(
            "(verdict = 'suspend') = (until IS NOT NULL)"
            " AND (verdict IN ('suspend', 'lift')) = (person_id IS NOT NULL)",
            name="suspension",
        ),
    )

    @property
    def is_restriction(self) -> bool:
        return self.verdict in NEEDS_REASONS

    @property
    def decider_id(self) -> int:
        return self.facilitator_id

    @property
    def appellant(self) -> User | None:
        """The account that may contest it: of whom it suspends, or of whoever wrote the text."""
        return self.person or self.post.author

    @property
    def words(self) -> str:
        """What was written to the author; nothing once it was erased."""
        return self.reasons.words if self.reasons else ""

    @property
    def passage(self) -> str:
        """The words that were met; nothing once they were erased."""
        return self.reasons.passage if self.reasons else ""

    @property
    def campaign_id(self) -> int | None:
        return getattr(self.post, "campaign_id", None)

    @property
    def plan_id(self) -> int | None:
        return getattr(self.post, "plan_id", None)


class Notice(db.Model):
    """Somebody points out a text: no account needed, a receipt, and an answer."""

    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    image_id: Mapped[int | None] = mapped_column(sa.ForeignKey("image.id", ondelete="SET NULL"))
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    name: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    urgency: Mapped[Urgency] = choice(Urgency, default=Urgency.OTHER)
    ground: Mapped[Ground] = choice(Ground)
    words: Mapped[str]
    in_good_faith: Mapped[bool] = mapped_column(default=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    month: Mapped[str] = mapped_column(sa.String(7), default=_this_month)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    dismissed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    dismissed_words: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    minutes: Mapped[int | None]  # from its arrival to its answer
    erased_at: Mapped[datetime | None]  # its names, and its words unless it waits for its answer
    text: Mapped[Post] = relationship()  # told of even when hidden: never by its words
    image: Mapped[Image | None] = relationship()
    reporter: Mapped[User | None] = relationship(foreign_keys=[reporter_id])
    decision: Mapped[Decision | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("id", "dismissed_by_id"),  # what an appeal leans on
        sa.Index(
            "ix_notice_open",
            "id",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_notice_month", "month"),
        sa.CheckConstraint(
            "closed_at IS NULL OR decision_id IS NOT NULL OR erased_at IS NOT NULL"
            " OR (dismissed_by_id IS NOT NULL AND trim(dismissed_words) <> '')",
            name="answered",
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (minutes IS NULL)", name="measured"),
        sa.CheckConstraint("in_good_faith", name="good_faith"),
        sa.CheckConstraint(
            "ground = 'child_abuse' OR reporter_id IS NOT NULL OR erased_at IS NOT NULL"
            " OR (trim(coalesce(name, '')) <> '' AND trim(coalesce(email, '')) <> '')",
            name="signed",
        ),
    )

    @property
    def title(self) -> str:
        return str(_("Notice %(receipt)s", receipt=self.receipt))

    @property
    def campaign_id(self) -> int | None:
        return getattr(self.text, "campaign_id", None)

    @property
    def decider_id(self) -> int | None:
        return self.dismissed_by_id

    @property
    def appellant(self) -> User | None:
        """The account that may contest the answer: of whoever sent it."""
        return self.reporter

    @property
    def appeal_until(self) -> datetime | None:
        """Until when whoever sent it may ask somebody else to look again."""
        if self.dismissed_by_id is None or self.closed_at is None:
            return None
        return months_after(self.closed_at, APPEAL_MONTHS)


class Appeal(db.Model):
    """Somebody contests a restriction, or the answer to their notice: another person decides."""

    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"))
    notice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice.id"))
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))  # who decided first
    words: Mapped[str]
    channel: Mapped[Channel] = choice(Channel, default=Channel.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    received_on: Mapped[date]  # the day it arrived: a letter's own
    contact: Mapped[str | None]  # where to write back to, for a letter
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    month: Mapped[str] = mapped_column(sa.String(7), default=_this_month)
    conclusion: Mapped[Conclusion | None] = choice(Conclusion)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decided_words: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    erased_at: Mapped[datetime | None]
    decision: Mapped[Decision | None] = relationship(foreign_keys=[decision_id], lazy="joined")
    notice: Mapped[Notice | None] = relationship(foreign_keys=[notice_id], lazy="joined")
    first: Mapped[User] = relationship(foreign_keys=[first_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["decision_id", "first_id"],
            ["decision.id", "decision.facilitator_id"],
            name="fk_appeal_first_decision",
        ),
        sa.ForeignKeyConstraint(
            ["notice_id", "first_id"],
            ["notice.id", "notice.dismissed_by_id"],
            name="fk_appeal_first_notice",
        ),
        # A letter that anybody may have written leaves the owner of the account their own.
        sa.UniqueConstraint("decision_id", "channel"),
        sa.UniqueConstraint("notice_id", "channel"),
        sa.Index("ix_appeal_month", "month"),
        sa.CheckConstraint(
            "(decision_id IS NULL) <> (notice_id IS NULL)", name="one_thing_contested"
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> first_id", name="another"),
        sa.CheckConstraint(
            "(conclusion IS NULL) = (decided_at IS NULL)"
            " AND (conclusion IS NULL) = (decided_by_id IS NULL)"
            " AND (conclusion IS NULL) = (minutes IS NULL)"
            " AND (conclusion IS NULL OR erased_at IS NOT NULL OR trim(decided_words) <> '')",
            name="reasoned",
        ),
        sa.CheckConstraint("erased_at IS NOT NULL OR trim(words) <> ''", name="said"),
        sa.CheckConstraint("(channel = 'web') = (entered_by_id IS NULL)", name="entered"),
    )

    @property
    def title(self) -> str:
        return str(_("Appeal %(receipt)s", receipt=self.id))

    @property
    def contested(self) -> Decision | Notice:
        found = self.decision or self.notice
        assert found is not None  # noqa: S101
        return found

    @property
    def appellant(self) -> User | None:
        """The account in whose name it is made: of the author, or of whoever pointed it out."""
        return self.contested.appellant

    @property
    def text(self) -> Post:
        return self.decision.post if self.decision else self.contested.text  # type: ignore[union-attr]

    @property
    def campaign_id(self) -> int | None:
        return getattr(self.text, "campaign_id", None)

    @property
    def plan_id(self) -> int | None:
        return getattr(self.text, "plan_id", None)


append_only(Decision)
append_only(Reasons, but="erased_at")

MODERATION = Use(
    "moderation",
    _("Moderation"),
    _("Give reasons to whoever is refused or hidden, and let others point out a text."),
    Basis.LAW,
    _("Six months to appeal, then one year; the decision stays, without its words."),
    _("The author, whoever pointed it out, the facilitators, the guarantor."),
)
personal(Reasons, MODERATION, "passage words law", fate=Fate.RECORD)
impersonal(Decision, Notice, Appeal, columns="month")
personal(Decision, MODERATION, "person_id", of="person_id", fate=Fate.LINK)
personal(Decision, OFFICE, "facilitator_id", of="facilitator_id", fate=Fate.LINK)
personal(Notice, MODERATION, "name email", of="reporter_id email")
personal(Notice, MODERATION, "words dismissed_words", of="reporter_id email", until="closed_at")
personal(Notice, MODERATION, "reporter_id", of="reporter_id", fate=Fate.LINK)
personal(Notice, OFFICE, "dismissed_by_id", of="dismissed_by_id", fate=Fate.LINK)
personal(Appeal, MODERATION, "words decided_words contact", fate=Fate.RECORD)
personal(Appeal, OFFICE, "first_id", of="first_id", fate=Fate.LINK)
personal(Appeal, OFFICE, "entered_by_id", of="entered_by_id", fate=Fate.LINK)
personal(Appeal, OFFICE, "decided_by_id", of="decided_by_id", fate=Fate.LINK)
