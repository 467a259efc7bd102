"""What the assembly decided: a sitting, an act, and the vote as it was counted or printed."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.db import choice, db
from consult.core.files import StoredFile
from consult.core.i18n import _


class ActKind(StrEnum):
    DELIBERATION = "deliberation"
    REPORT = "report"
    NOTE = "note"
    AGREEMENT = "agreement"

    @property
    def label(self) -> LazyString:
        return KINDS[self]


KINDS = {
    ActKind.DELIBERATION: _("Deliberation"),
    ActKind.REPORT: _("Written report"),
    ActKind.NOTE: _("Briefing note"),
    ActKind.AGREEMENT: _("Agreement"),
}


class Act(db.Model):
    """A decision of the assembly. What its source does not say stays empty; empty is never zero."""

    kind: Mapped[ActKind] = choice(ActKind, default=ActKind.DELIBERATION)
    number: Mapped[str | None]
    title: Mapped[str]
    words: Mapped[str] = mapped_column(default="")  # what it decides, as printed
    assembly: Mapped[str]
    adopted_on: Mapped[date | None]
    adopted_words: Mapped[str | None]  # the date as printed, where it gives no day
    place: Mapped[str | None]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    vote_words: Mapped[str | None]  # as printed, where the counts are not known
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    document: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "coalesce(votes_for, 0) >= 0 AND coalesce(votes_against, 0) >= 0"
            " AND coalesce(abstentions, 0) >= 0",
            name="counts",
        ),
    )

    @property
    def is_counted(self) -> bool:
        """Whether every count of the vote is known."""
        return None not in (self.votes_for, self.votes_against, self.abstentions)

    @property
    def vote(self) -> LazyString | str | None:
        """What the vote was, in words: computed from the counts, else as printed, else None."""
        if not self.is_counted:
            return self.vote_words or None
        if not self.votes_against:
            return _("unanimously of those voting") if self.abstentions else _("unanimously")
        return _(
            "by %(number)s votes to %(against)s", number=self.votes_for, against=self.votes_against
        )
