"""The documents carried in here, what became of each, and the words they shorten."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.personal import RECORD, impersonal, personal
from consult.people.models import User


class DocumentKind(Labelled):
    PLAN = "plan", _("Plan of action and its progress")
    CLOSING_REVIEW = "closing_review", _("Closing review of a programme")
    AGREEMENT = "agreement", _("Territorial agreement")
    NOTE = "note", _("Briefing note")
    ROADMAP = "roadmap", _("Roadmap, with its report and its deliberation")


class SourceDocument(db.Model):
    """A document as it was handed in: its file never changes; a clerk then carries it in."""

    __tablename__ = "source_document"

    ref: Mapped[str] = mapped_column(sa.String(60), unique=True)  # « 004 », in addresses
    kind: Mapped[DocumentKind] = choice(DocumentKind)
    title: Mapped[str]
    dated_words: Mapped[str] = mapped_column(default="")  # as printed: « Séance du 14/10/2024 »
    dated_on: Mapped[date | None]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    gaps: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # what it left to fill
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    handed_in_at: Mapped[datetime] = mapped_column(default=clock.now)
    carried_in_at: Mapped[datetime | None]
    file: Mapped[StoredFile] = relationship(lazy="joined")
    author: Mapped[User | None] = relationship()

    @property
    def is_public(self) -> bool:
        return self.carried_in_at is not None


class Became(db.Model):
    """One thing of the site that a document became: a plan, an act, a programme, a place."""

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("source_document.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("document_id", "subject_kind", "subject_id"),
        sa.Index("ix_became_subject", "subject_kind", "subject_id"),
    )


class Term(db.Model):
    """An acronym, what it stands for, and where that was said; unknown stays unknown."""

    acronym: Mapped[str] = mapped_column(sa.String(60), unique=True)
    expansion: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")


class Kin(db.Model):
    """Words that may speak of the same thing: editors are asked, readers never are."""

    words: Mapped[str] = mapped_column(unique=True)  # « fablab, tiers-lieu »

    @property
    def each(self) -> list[str]:
        return [word.strip() for word in self.words.split(",") if word.strip()]


personal(SourceDocument, RECORD, "content")
impersonal(SourceDocument, Became, Term, Kin)
