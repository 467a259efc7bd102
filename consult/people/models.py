"""The people of the site: their account, their roles, what they follow."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import choice, db


class RoleName(StrEnum):
    """What somebody may be trusted with; everybody else is a visitor or a resident."""

    FACILITATOR = "facilitator"
    COUNCIL = "council"
    GUARANTOR = "guarantor"
    ADMINISTRATOR = "administrator"


class User(UserMixin, db.Model):
    """An account. Closing it blanks the row and never frees the address or the pseudonym."""

    email: Mapped[str | None]  # as typed; None once closed
    email_key: Mapped[str] = mapped_column(unique=True)  # folded, or its hash once closed
    pseudonym: Mapped[str]
    pseudonym_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]  # shown only where its owner chose so, or signs for the town
    position: Mapped[str | None]  # « Maire », « Service des espaces verts »
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    wants_mail: Mapped[bool] = mapped_column(default=True)
    is_system: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    session_number: Mapped[int] = mapped_column(default=1)  # one more ends every open session
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    mail_failures: Mapped[int] = mapped_column(default=0)  # notices refused in a row by the server
    mail_retry_at: Mapped[datetime | None]
    roles: Mapped[list["Role"]] = relationship(lazy="selectin", foreign_keys="Role.user_id")

    @property
    def is_active(self) -> bool:
        return self.closed_at is None and not self.is_system

    def get_id(self) -> str:
        """What the session keeps: the account and the number of its sessions."""
        return f"{self.id}.{self.session_number}"

    def holds(
        self, *names: RoleName, campaign_id: int | None = None, plan_id: int | None = None
    ) -> bool:
        """Whether one of these roles is held for the site, this campaign or this plan."""
        return any(
            role.name in names
            and role.campaign_id in (None, campaign_id)
            and role.plan_id in (None, plan_id)
            for role in self.roles
        )


class Role(db.Model):
    """One trust given to one person: for the site, or for one campaign or plan only."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    name: Mapped[RoleName] = choice(RoleName)
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"))
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"))
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    user: Mapped[User] = relationship(foreign_keys=[user_id], overlaps="roles")

    __table_args__ = (
        sa.Index(
            "uq_role_once",
            "user_id",
            "name",
            sa.text("coalesce(campaign_id, 0)"),
            sa.text("coalesce(plan_id, 0)"),
            unique=True,
        ),
        sa.CheckConstraint("campaign_id IS NULL OR plan_id IS NULL", name="one_scope"),
    )


class Invitation(db.Model):
    """A role offered to an address, until it is taken or its time is over."""

    email: Mapped[str]
    name: Mapped[RoleName] = choice(RoleName)
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"))
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"))
    invited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Follow(db.Model):
    """Somebody wishes to hear of a campaign, a contribution, an engagement, an action or a plan."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("user_id", "subject_kind", "subject_id"),
        sa.Index("ix_follow_subject", "subject_kind", "subject_id"),
    )


class Letter(db.Model):
    """A letter about an account, waiting to leave. Its link is signed only when it does."""

    kind: Mapped[str] = mapped_column(sa.String(40))  # the name of its template in mail/
    to: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # its link was followed: it opens nothing any more
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    user: Mapped[User | None] = relationship()

    __table_args__ = (
        sa.Index(
            "ix_letter_waiting",
            "id",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        ),
    )
