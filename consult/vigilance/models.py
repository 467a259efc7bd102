"""Supports a human proved false and set aside: counted apart, never erased, with reasons."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.personal import OFFICE, personal
from consult.people.models import User


class SetAside(db.Model):
    """One decision: which supports of a contribution no longer count, on which facts, by whom.

    It names an hour and a kind of account, never people. Put back, it says why as well. Without
    an hour it is the support of one person whose identity check was set aside: no page, count or
    line of the journal shows such a row, as several of one moment would lead to that person.
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
    )

    @property
    def title(self) -> str:
        return self.contribution.title


personal(SetAside, OFFICE, "facts rule restored_words")
personal(SetAside, OFFICE, "decided_by_id", of="decided_by_id")
personal(SetAside, OFFICE, "restored_by_id", of="restored_by_id")
