"""What became of the promises: reports with their evidence, editions, questions, rendezvous."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock, search
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.personal import OFFICE, RECORD, Fate, impersonal, personal
from consult.core.text import excerpt, plain
from consult.engagements.models import Action, Plan, Progress
from consult.people.models import User
from consult.posts.models import WORDS, Post, Status


class EvidenceKind(Labelled):
    PHOTO = "photo", _("Photograph")
    DRAWING = "drawing", _("Drawing")  # nobody may take it for a photograph: it proves nothing
    # an architect's view shows what is planned: it proves nothing
    PROJECTION = "projection", _("Architect's view: what is planned, not a photograph")
    DOCUMENT = "document", _("Document")
    LINK = "link", _("Link")


PICTURES = (EvidenceKind.PHOTO, EvidenceKind.DRAWING, EvidenceKind.PROJECTION)
PROVES_NOTHING = (EvidenceKind.DRAWING, EvidenceKind.PROJECTION)


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
    thumbnail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    url: Mapped[str | None]
    alternative: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    file: Mapped[StoredFile | None] = relationship(lazy="joined", foreign_keys=[file_id])
    thumbnail: Mapped[StoredFile | None] = relationship(lazy="joined", foreign_keys=[thumbnail_id])

    __table_args__ = (
        sa.CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name="file_or_address"),
        sa.CheckConstraint(
            "kind NOT IN ('photo', 'drawing', 'projection')"
            " OR (alternative <> '' AND credit <> '')",
            name="picture",
        ),
    )

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES


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


class Purpose(Labelled):
    ASK = "ask", _("Question")
    CONTEST = "contest", _("Status contested")


class Question(Post):
    """What somebody asks about an action, or that it does not stand where the town says."""

    __tablename__ = "question"
    __mapper_args__ = {"polymorphic_identity": "question"}

    id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    purpose: Mapped[Purpose] = choice(Purpose, default=Purpose.ASK)
    contested: Mapped[Progress | None] = choice(Progress)  # what the town said then
    email: Mapped[str | None]  # of a visitor who wishes to be told; shown to nobody
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    answered_at: Mapped[datetime | None]  # when the first reply came
    action: Mapped[Action] = relationship()
    plan: Mapped[Plan] = relationship()

    __table_args__ = (  # type: ignore[assignment]
        sa.Index("ix_question_action", "action_id", "id"),
        sa.Index("ix_question_plan", "plan_id", "answered_at", "id"),
        sa.CheckConstraint(
            "purpose <> 'contest' OR contested IS NOT NULL", name="what_is_contested"
        ),
    )

    @property
    def days_waiting(self) -> int | None:
        """Whole days without an answer since it came; None once it is answered."""
        if self.answered_at or self.submitted_at is None:
            return None
        return (clock.now() - self.submitted_at).days

    def move_to(self, status: Status) -> None:
        """Take the next step of its life; it is found while it is on show."""
        was_public = self.is_public
        super().move_to(status)
        if was_public or self.is_public:
            self.shown_anew()

    def shown_anew(self) -> None:
        """Have the search follow its words."""
        db.session.flush()
        show_in_search(self)

    def replied(self, at: datetime) -> None:
        """Take note of the town's first reply; others are appended and change nothing here."""
        self.answered_at = self.answered_at or at


def show_in_search(question: Question) -> None:
    """Have it found while it is public, by its words and the title of its action; else not."""
    if not question.is_public:
        search.drop("question", question.id)
        return
    search.put(
        "question",
        question.id,
        question.title,
        [plain(question.body), question.action.title],
        plan_id=question.plan_id,
        excerpt=excerpt(question.body),
        at=question.published_at,
    )


class Reply(db.Model):
    """What the town replies to a question, signed and dated. Never changed: others may follow."""

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    words: Mapped[str]
    signatory: Mapped[str]
    unit: Mapped[str]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    question: Mapped[Question] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "trim(words) <> '' AND trim(signatory) <> '' AND trim(unit) <> ''", name="signed"
        ),
    )


class Rhythm(StrEnum):
    """How the next day of something that comes back each month or year is counted."""

    DATE = "date"  # the 8th each time
    WEEKDAY = "weekday"  # the second Friday each time


class Rendezvous(db.Model):
    """The first day of something an action announced, entered by a clerk; the others follow."""

    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    name: Mapped[str]  # « Nocturnes des Blagis »
    first_on: Mapped[date]
    starts_at: Mapped[str] = mapped_column(sa.String(5), default="")  # 18:30, in town
    until: Mapped[date | None]
    rhythm: Mapped[Rhythm] = choice(Rhythm, default=Rhythm.DATE)
    except_on: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # days without it, ISO
    place: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    action: Mapped[Action] = relationship()
    plan: Mapped[Plan] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("action_id", "name"),
        sa.CheckConstraint("until IS NULL OR until >= first_on", name="order"),
    )


class Reminder(db.Model):
    """Somebody was reminded of what waits for them, at most once a week."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    week: Mapped[str] = mapped_column(sa.String(8))  # 2026-W24
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("user_id", "week"),)


append_only(StatusReport)
append_only(Evidence)
append_only(Edition)
append_only(Reply)

personal(Question, WORDS, "email", of="id email")
personal(Reply, RECORD, "signatory")
personal(Reminder, OFFICE, "user_id", of="user_id", fate=Fate.ROW)
impersonal(StatusReport, Evidence, Edition, Reply, Rendezvous, Reminder)
