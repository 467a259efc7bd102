"""Supports that no longer count: proved false by a human, or given with a check taken wrongly."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import choice, db
from consult.core.personal import OFFICE, Fate, impersonal, personal
from consult.people.models import User
from consult.posts.models import Channel
from consult.votes.models import POSITIONS


class SetAside(db.Model):
    """One decision: which supports of a contribution no longer count, on which facts, by whom.

    It names an hour and a kind of account, never people. Put back, it says why as well.
    """

    __tablename__ = "set_aside"

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    number: Mapped[int]  # of supports
    facts: Mapped[str]
    rule: Mapped[str]  # the article of the charter or of the consultation's rules
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    restored_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    restored_at: Mapped[datetime | None]
    restored_words: Mapped[str] = mapped_column(default="")
    contribution: Mapped[Contribution] = relationship()
    decided_by: Mapped[User] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        sa.CheckConstraint(
            "trim(facts) <> '' AND trim(rule) <> '' AND number > 0", name="reasoned"
        ),
        sa.CheckConstraint(
            "restored_at IS NULL OR (restored_by_id IS NOT NULL AND trim(restored_words) <> '')",
            name="restored",
        ),
        sa.CheckConstraint("since < until", name="hour"),
    )

    @property
    def title(self) -> str:
        return self.contribution.title


class Refuted(db.Model):
    """A support given with an identity check that was set aside: as it was, in nobody's way.

    No page, count or line of the journal shows one: several of one moment are one person's.
    """

    __tablename__ = "refuted_support"

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    voter_key: Mapped[str] = mapped_column(sa.String(64))  # of the check
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    channel: Mapped[Channel] = choice(Channel)
    is_inside: Mapped[bool | None]
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    aside_id: Mapped[int | None] = mapped_column(sa.ForeignKey("set_aside.id"))
    at: Mapped[datetime]
    refuted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))

    __table_args__ = (sa.Index("ix_refuted_support_voter", "voter_key", "campaign_id"),)


personal(SetAside, OFFICE, "facts rule restored_words")
personal(SetAside, OFFICE, "decided_by_id", of="decided_by_id")
personal(SetAside, OFFICE, "restored_by_id", of="restored_by_id")
personal(Refuted, POSITIONS, "user_id", of="user_id")
personal(Refuted, POSITIONS, "voter_key", of="user_id", fate=Fate.LINK)
impersonal(Refuted)
