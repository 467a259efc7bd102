"""Contributions that say the same, shown under one title; each stays where and what it is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import append_only, db
from consult.core.i18n import _
from consult.core.personal import OFFICE, Basis, Fate, Use, personal


class Group(db.Model):
    """Several contributions of one campaign under a title of the group's own. Merges nothing."""

    __tablename__ = "contribution_group"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    title: Mapped[str]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    dissolved_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()


class Member(db.Model):
    """One contribution stands in one group, and in no other: the database refuses a second."""

    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution_group.id"), index=True)
    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    group: Mapped[Group] = relationship()
    contribution: Mapped[Contribution] = relationship()


class GroupVersion(db.Model):
    """What a group was from one moment on, and why. Versions are added, never changed."""

    __tablename__ = "group_version"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution_group.id"))
    number: Mapped[int]
    title: Mapped[str]
    members: Mapped[list[int]] = mapped_column(sa.JSON)  # the numbers of its contributions
    reason: Mapped[str] = mapped_column(default="")  # "": an author left, see `left_id`
    left_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contribution.id"))
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("group_id", "number"),
        sa.CheckConstraint("trim(reason) <> '' OR left_id IS NOT NULL", name="reasoned"),
    )


class Objection(db.Model):
    """« This does not represent me »: an author left, and alone may say that this is over."""

    __tablename__ = "group_objection"

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), unique=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution_group.id"))
    words: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


LEAVING = Use(
    "objections",
    _("Objections to a grouping"),
    _("Keep a contribution out of a group that does not represent its author."),
    Basis.TASK,
    _("As long as the contribution itself."),
    _("The author, the facilitators and the guarantor."),
)
personal(Objection, LEAVING, "words", of="contribution_id")
personal(Group, OFFICE, "title")
personal(GroupVersion, OFFICE, "title members reason")
personal(GroupVersion, OFFICE, "editor_id", of="editor_id", fate=Fate.LINK)
append_only(GroupVersion)
