"""Supports, one a person, and the counts that came from elsewhere and are shown apart."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.db import choice, db
from consult.core.i18n import _
from consult.core.personal import Basis, Fate, Use, impersonal, personal
from consult.posts.models import Channel


class Support(db.Model):
    """One person stands behind one contribution. The database refuses a second time."""

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"))
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    voter_key: Mapped[str] = mapped_column(sa.String(64))  # identity.queries.voter_key
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # None: on paper
    channel: Mapped[Channel] = choice(Channel, default=Channel.WEB)
    is_inside: Mapped[bool | None]  # within the perimeter, where that is known
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # who typed the paper
    aside_id: Mapped[int | None] = mapped_column(sa.ForeignKey("set_aside.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("contribution_id", "voter_key"),
        sa.UniqueConstraint("contribution_id", "user_id"),
        sa.Index("ix_support_voter", "voter_key", "campaign_id"),
        sa.Index("ix_support_person", "user_id", "campaign_id"),
        sa.CheckConstraint("user_id IS NULL OR channel = 'web'", name="web_account"),
    )


class ImportedTally(db.Model):
    """Votes counted on another platform, by position; never added to supports."""

    __tablename__ = "imported_tally"

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"))
    position: Mapped[str] = mapped_column(sa.String(30))  # « oui », « mitigé », « non »
    number: Mapped[int]
    source: Mapped[str]

    __table_args__ = (
        sa.UniqueConstraint("contribution_id", "position"),
        sa.CheckConstraint("number >= 0", name="number"),
    )


POSITIONS = Use(
    "positions",
    _("Supports and positions"),
    _("Count each person once; say to nobody who supports what."),
    Basis.EXPLICIT_CONSENT,
    _("Until the results are final and four months more; counts stay."),
    _("The person alone; everybody else sees counts."),
)
personal(Support, POSITIONS, "user_id", of="user_id")
personal(Support, POSITIONS, "voter_key", of="user_id", fate=Fate.LINK)  # not counted twice
impersonal(Support, ImportedTally)
