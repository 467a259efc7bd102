"""The town's reasoned answer to each contribution, and the town's own desk behind it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.contributions.models import Contribution, Outcome
from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.personal import RECORD, impersonal, personal
from consult.people.models import User


class Answer(db.Model):
    """What the town says to one contribution. Answers are added, never changed."""

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"))
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    outcome: Mapped[Outcome] = choice(Outcome)
    part: Mapped[str] = mapped_column(default="")  # which part is retained
    words: Mapped[str]
    signatory: Mapped[str]
    unit: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    delay_days: Mapped[int | None]  # whole days since it was sent; on a first answer only
    contribution: Mapped[Contribution] = relationship()

    __table_args__ = (
        sa.Index("ix_answer_contribution", "contribution_id", "id"),
        sa.Index("ix_answer_campaign", "campaign_id", "id"),
        sa.CheckConstraint("words <> '' AND signatory <> '' AND unit <> ''", name="reasoned"),
        sa.CheckConstraint("outcome <> 'partly_retained' OR part <> ''", name="part"),
    )


class Delay(db.Model):
    """How many first answers of a campaign took so many days: what the median is read from."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    days: Mapped[int]
    number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("campaign_id", "days"),)


class Assignment(db.Model):
    """Which service has a contribution in hand, and until when."""

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), unique=True)
    unit: Mapped[str]
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    due_on: Mapped[date | None]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    contribution: Mapped[Contribution] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])


class PrivateNote(db.Model):
    """A word between agents of the town; never shown to anybody else."""

    __tablename__ = "private_note"

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), index=True)
    words: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    author: Mapped[User] = relationship()


class SavedWording(db.Model):
    """A wording the town uses often; always read again before it is sent."""

    __tablename__ = "saved_wording"

    title: Mapped[str] = mapped_column(unique=True)
    outcome: Mapped[Outcome] = choice(Outcome)
    words: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    removed_at: Mapped[datetime | None]


append_only(Answer)

personal(Answer, RECORD, "signatory")
impersonal(Answer, Assignment, PrivateNote, SavedWording)
