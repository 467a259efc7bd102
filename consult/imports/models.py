"""Files of contributions brought from elsewhere: how far each has gone, and what was refused."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign
from consult.core import clock
from consult.core.db import choice, db
from consult.core.files import StoredFile
from consult.core.i18n import _
from consult.core.personal import Basis, Use, impersonal, personal
from consult.people.models import User

WAITS = timedelta(days=30)  # for somebody to confirm it; then the file is deleted


class Step(StrEnum):
    """Where an import stands; told by its dates, never stored."""

    PREPARED = "prepared"  # somebody looks at what it would bring
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # the file, or whoever sent it, could not go on


class Import(db.Model):
    """A file of contributions for one campaign: what to read in it, and how far that went."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    format: Mapped[str] = mapped_column(sa.String(30), default="auto")
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)  # ours → the file's; "": none
    is_pending: Mapped[bool] = mapped_column(default=False)  # a facilitator reads each text first
    at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]  # somebody is at work; after that it is taken up again
    attempts: Mapped[int] = mapped_column(default=0)  # since it last went on
    fault: Mapped[str] = mapped_column(default="")  # why it stopped before its end
    total: Mapped[int | None]  # contributions in the file
    position: Mapped[int] = mapped_column(default=0)  # things of the file dealt with
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    comments: Mapped[int] = mapped_column(default=0)
    tallies: Mapped[dict[str, Any]] = mapped_column(default=dict)  # votes by position
    file: Mapped[StoredFile] = relationship()
    campaign: Mapped[Campaign] = relationship()
    author: Mapped[User] = relationship()

    __table_args__ = (
        sa.Index(
            "ix_import_waiting",
            "confirmed_at",
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND finished_at IS NULL"),
        ),
        sa.CheckConstraint("finished_at IS NULL OR confirmed_at IS NOT NULL", name="confirmed"),
    )

    is_public = False  # a matter between those who look after the campaign

    @property
    def step(self) -> Step:
        if self.confirmed_at is None:
            return Step.PREPARED
        if self.finished_at is not None:
            return Step.STOPPED if self.fault else Step.DONE
        return Step.RUNNING if self.started_at else Step.WAITING

    @property
    def waits_until(self) -> datetime:
        """When a file that nobody confirms is deleted."""
        return self.at + WAITS

    @property
    def dealt_with(self) -> int:
        """How many contributions of the file have met their fate."""
        return self.created + self.updated + self.unchanged + self.refused

    def hold(self, during: timedelta) -> None:
        """Keep others from taking it up for a while."""
        self.held_until = clock.now() + during

    def finish(self, fault: str = "") -> None:
        """Come to the end, or to what keeps it from going there."""
        self.finished_at, self.held_until, self.fault = clock.now(), None, fault


class RemarkKind(StrEnum):
    REFUSED = "refused"  # a contribution that was not brought in
    WARNING = "warning"  # something left aside, though its contribution came in


class Remark(db.Model):
    """What is to be said of one row of a file, in the language of whoever sent it."""

    __tablename__ = "import_remark"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import.id"))
    kind: Mapped[RemarkKind] = choice(RemarkKind)
    row: Mapped[int]
    ref: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    comments: Mapped[int] = mapped_column(default=0)  # what hung on it, and stays out with it
    votes: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.Index("ix_import_remark_import", "import_id", "kind", "id"),)


IMPORTS = Use(
    "imports",
    _("Files of contributions brought in"),
    _("Bring in what people wrote elsewhere, and say which rows were refused."),
    Basis.TASK,
    _("The file: three months after it was read, the remarks with it; 30 days if it never was."),
    _("The facilitators of the consultation."),
)
personal(Remark, IMPORTS, "ref reason")
impersonal(Import)
