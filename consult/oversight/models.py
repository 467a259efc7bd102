"""The report of a guarantor on a consultation: a draft of their own, then words nobody changes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign
from consult.core import clock
from consult.core.db import append_only, db
from consult.core.personal import OFFICE, Fate, impersonal, personal


class Draft(db.Model):
    """What the guarantor is writing; they alone read it."""

    __tablename__ = "report_draft"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), unique=True)
    words: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    campaign: Mapped[Campaign] = relationship()


class Report(db.Model):
    """One published version of the report: the database refuses to change it or take it away.

    The first is the report; each later one corrects it, and says why.
    """

    __tablename__ = "guarantor_report"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    number: Mapped[int]
    words: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    guarantor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    signature: Mapped[str]  # the name under which it was published
    at: Mapped[datetime] = mapped_column(default=clock.now)
    campaign: Mapped[Campaign] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("number >= 1 AND trim(words) <> ''", name="said"),
        sa.CheckConstraint("number = 1 OR trim(reason) <> ''", name="reason"),
    )


append_only(Report)
impersonal(Draft, Report)
personal(Report, OFFICE, "signature", fate=Fate.RECORD)
