"""What a document left empty, doubtful or missing, until somebody fills it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.db import db
from consult.core.i18n import _
from consult.core.personal import impersonal

# What each kind of gap is called, in the order an editor takes them up.
KINDS = {
    "status": _("State of progress"),
    "level": _("Level"),
    "reason": _("Reason"),
    "sheet": _("Sheet announced, not supplied"),
    "annex": _("Annex cited, not supplied"),
    "actor_to_split": _("Two names in one"),
    "truncated": _("Cut line"),
    "spelling": _("Several spellings"),
    "contradiction": _("Two sources, two figures"),
    "adoption": _("Adoption"),
    "act_number": _("Number of the act"),
    "adoption_date": _("Day of the vote"),
    "attendance": _("Attendance"),
    "vote": _("Vote"),
    "vote_counts": _("Vote"),
    "signature": _("Signature"),
    "transmission": _("Transmission"),
    "publication": _("Publication"),
    "date": _("Date"),
    "consultation_dates": _("Date"),
    "report_date": _("Date"),
    "first_date": _("Date"),
    "picture": _("Picture"),
    "image": _("Picture"),
    "credit": _("Credit"),
    "alt": _("Alternative text"),
    "match": _("Possible match"),
}


class Gap(db.Model):
    """One thing that a subject's source does not say; it is never guessed meanwhile."""

    is_public = False

    subject_kind: Mapped[str] = mapped_column(sa.String(40))  # the name of its table
    subject_id: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(40))
    ref: Mapped[str] = mapped_column(default="")  # which of several, in the source's own numbering
    words: Mapped[str]  # for editors, in the language of the document
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (sa.UniqueConstraint("subject_kind", "subject_id", "kind", "ref"),)

    @property
    def label(self) -> LazyString | str:
        """What sort of thing is missing, in a word or two."""
        return KINDS.get(self.kind, _("To check"))


def open_gap(subject: Any, kind: str, ref: str = "", words: str = "") -> Gap:
    """Note that something is missing of a subject, once; what was filled stays filled."""
    gap = _between(subject, kind, ref)
    if gap is None:
        gap = Gap(
            subject_kind=subject.__tablename__,
            subject_id=subject.id,
            kind=kind,
            ref=ref,
            words=words,
        )
        db.session.add(gap)
    return gap


def fill_gap(subject: Any, kind: str, ref: str = "") -> None:
    """Note that what was missing is there now; nothing happens where nothing was missing."""
    gap = _between(subject, kind, ref)
    if gap is not None and gap.done_at is None:
        gap.done_at = clock.now()


def _between(subject: Any, kind: str, ref: str) -> Gap | None:
    if subject.id is None:
        db.session.flush()
    return db.session.scalar(
        sa.select(Gap).where(
            Gap.subject_kind == subject.__tablename__,
            Gap.subject_id == subject.id,
            Gap.kind == kind,
            Gap.ref == ref,
        )
    )


impersonal(Gap)
