"""What became of the promises: dated reports with their evidence, and frozen pictures of a date."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import _
from consult.engagements.models import Action, Plan, Progress
from consult.people.models import User


class EvidenceKind(StrEnum):
    PHOTO = "photo"
    PROJECTION = "projection"  # an architect's view shows what is planned: it proves nothing
    DOCUMENT = "document"
    LINK = "link"

    @property
    def label(self) -> LazyString:
        return EVIDENCE[self]


EVIDENCE = {
    EvidenceKind.PHOTO: _("Photograph"),
    EvidenceKind.PROJECTION: _("Architect's view: what is planned, not a photograph"),
    EvidenceKind.DOCUMENT: _("Document"),
    EvidenceKind.LINK: _("Link"),
}
PICTURES = (EvidenceKind.PHOTO, EvidenceKind.PROJECTION)


class StatusReport(db.Model):
    """Somebody of the town says where an action stands, since when, in words. Never changed."""

    __tablename__ = "status_report"

    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    progress: Mapped[Progress] = choice(Progress)
    effective_on: Mapped[date | None]
    effective_words: Mapped[str] = mapped_column(default="")  # where a source gives no day
    mark: Mapped[str] = mapped_column(default="")  # the sign as printed: « ✓ »
    words: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    action: Mapped[Action] = relationship()
    author: Mapped[User] = relationship()
    evidence: Mapped[list["Evidence"]] = relationship(lazy="selectin", order_by="Evidence.id")

    __table_args__ = (
        sa.Index("ix_status_report_action", "action_id", "id"),
        sa.Index("ix_status_report_plan", "plan_id", "id"),
        sa.CheckConstraint("effective_on IS NOT NULL OR effective_words <> ''", name="dated"),
        sa.CheckConstraint(
            "progress NOT IN ('abandoned', 'suspended') OR words <> ''", name="reason"
        ),
    )


class Evidence(db.Model):
    """What shows that it is so: a photo, a document, an address elsewhere."""

    report_id: Mapped[int] = mapped_column(sa.ForeignKey("status_report.id"), index=True)
    kind: Mapped[EvidenceKind] = choice(EvidenceKind)
    title: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    url: Mapped[str | None]
    alternative: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    __table_args__ = (
        sa.CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name="file_or_address"),
        sa.CheckConstraint(
            "kind NOT IN ('photo', 'projection') OR (alternative <> '' AND credit <> '')",
            name="picture",
        ),
    )


class Edition(db.Model):
    """A dated picture of a whole plan, frozen: « Deux ans après » stays as it was."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    slug: Mapped[str]
    title: Mapped[str]
    as_of_words: Mapped[str] = mapped_column(default="")
    as_of: Mapped[date | None]
    introduction: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    plan: Mapped[Plan] = relationship()

    __table_args__ = (sa.UniqueConstraint("plan_id", "slug"),)


append_only(StatusReport)
append_only(Evidence)
append_only(Edition)
