"""Who proved that they may take part: a fingerprint, what is needed to know, nothing readable."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import AgeBracket, Campaign, Identity
from consult.core import clock
from consult.core.db import choice, db
from consult.core.i18n import _
from consult.core.personal import Basis, Fate, Use, impersonal, personal


class Proof(db.Model):
    """One person was recognised once in one campaign, with or without an account."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    way: Mapped[Identity] = choice(Identity)
    voter_key: Mapped[str] = mapped_column(sa.String(64))  # see sealing.py
    source_key: Mapped[str | None] = mapped_column(sa.String(64))  # who vouches knows them by it
    home_key: Mapped[str | None] = mapped_column(sa.String(64))  # the address they declared
    is_inside: Mapped[bool | None]  # None: nobody asked, or nobody said
    bracket: Mapped[AgeBracket | None] = choice(AgeBracket)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    aside_at: Mapped[datetime | None]  # taken wrongly: it opens nothing any more
    aside_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    aside_words: Mapped[str] = mapped_column(default="")  # empty again once the account is erased
    campaign: Mapped[Campaign] = relationship(viewonly=True)

    is_public = False

    __table_args__ = (
        sa.CheckConstraint(
            "(aside_at IS NULL) = (aside_by_id IS NULL)"
            " AND (aside_at IS NOT NULL OR aside_words = '')",
            name="aside",
        ),
        sa.UniqueConstraint("campaign_id", "voter_key"),
        sa.UniqueConstraint("campaign_id", "user_id"),
        sa.UniqueConstraint("campaign_id", "source_key"),
        sa.Index("ix_proof_home", "campaign_id", "home_key"),
    )

    @property
    def title(self) -> str:
        return self.campaign.title


class Parted(db.Model):
    """An account whose line leads to it no more: it takes no other there by its word alone."""

    __tablename__ = "proof_parted"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(64))  # of the account, nothing of its line

    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)


class Series(db.Model):
    """Letters made together, to be printed at once: their codes are not kept to print again."""

    __tablename__ = "letter_series"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)  # one per form shown
    size: Mapped[int]
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("size > 0", name="size"),)


class LetterCode(db.Model):
    """A code on paper, kept as its fingerprint alone; it opens one participation, once."""

    __tablename__ = "letter_code"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter_series.id"), index=True)
    number: Mapped[int]  # printed on the letter: says which one was lost, opens nothing
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    voter_key: Mapped[str | None] = mapped_column(sa.String(64))  # whom an agent gave it to
    is_inside: Mapped[bool | None]
    bracket: Mapped[AgeBracket | None] = choice(AgeBracket)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="one_end"),
    )


IDENTITY = Use(
    "identity",
    _("Proof that one may take part"),
    _("Let each person take part once, by whichever way they prove it; keep a fingerprint only."),
    Basis.TASK,
    _("Until the results are final and four months more."),
    _("Nobody reads the fingerprint; an agent sees that a proof was given."),
)
personal(Proof, IDENTITY, "user_id aside_words", of="user_id")
personal(Proof, IDENTITY, "voter_key source_key home_key", of="user_id", fate=Fate.LINK)
personal(LetterCode, IDENTITY, "voter_key")
personal(Parted, IDENTITY, "key")
impersonal(Proof, Series, LetterCode)
