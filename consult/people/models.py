"""The people of the site: their account, their roles, what they follow."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.i18n import _
from consult.core.personal import OFFICE, Basis, Fate, Use, personal


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
    publication_at: Mapped[datetime | None]  # since when one's words may be published
    position_at: Mapped[datetime | None]  # since when one's supports may be kept
    awaits_adult: Mapped[bool] = mapped_column(default=False)  # under 15: agrees to nothing alone
    is_system: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    session_number: Mapped[int] = mapped_column(default=1)  # one more ends every open session
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]  # takes no part until then; see moderation
    mail_failures: Mapped[int] = mapped_column(default=0)  # notices refused in a row by the server
    mail_retry_at: Mapped[datetime | None]
    roles: Mapped[list["Role"]] = relationship(lazy="selectin", foreign_keys="Role.user_id")

    # Said of a browser's session alone, by whoever loads it (people/session.py); never kept.
    asleep = False  # the second key was not shown: no role counts
    stale = False  # who it is was not proven in the last minutes: not enough for what is grave

    @property
    def is_active(self) -> bool:
        return self.closed_at is None and not self.is_system

    @property
    def held(self) -> list["Role"]:
        """The roles that count for whoever asks: none while they sleep."""
        return [] if self.asleep else self.roles

    def get_id(self) -> str:
        """What the session keeps: the account and the number of its sessions."""
        return f"{self.id}.{self.session_number}"

    def holds(
        self, *names: RoleName, campaign_id: int | None = None, plan_id: int | None = None
    ) -> bool:
        """Whether one of these roles is held, and awake, for the site, this campaign or plan."""
        return not self.asleep and self.bears(*names, campaign_id=campaign_id, plan_id=plan_id)

    def bears(
        self, *names: RoleName, campaign_id: int | None = None, plan_id: int | None = None
    ) -> bool:
        """The same, awake or asleep: for what a role forbids, which no sleep allows."""
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


class Visit(db.Model):
    """One open session: a browser that somebody signed in with, until it ends or is ended."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)  # fingerprint of the cookie's
    number: Mapped[int]  # of the account's sessions, when it opened
    device: Mapped[str] = mapped_column(sa.String(80), default="")  # « Firefox, Windows »
    stay: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)  # to ten minutes
    shown_at: Mapped[datetime | None]  # when the second key was last shown
    user: Mapped[User] = relationship()


class Device(db.Model):
    """A browser somebody signed in from: the next new one is told to them by letter."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    token: Mapped[str] = mapped_column(sa.String(64))  # fingerprint of a cookie of its own
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("user_id", "token"),)


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


class ConsentKind(StrEnum):
    """What is asked on its own: never bundled, never a condition of something else."""

    NOTICES = "notices"
    PUBLICATION = "publication"
    POSITION = "position"


class Consent(db.Model):
    """One person agreed to one thing, or took it back, on one day, after these words."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    kind: Mapped[ConsentKind] = choice(ConsentKind)
    given: Mapped[bool]
    wording: Mapped[int]  # see consents.py
    at: Mapped[datetime] = mapped_column(default=clock.now)


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


append_only(Consent)

ACCOUNT = Use(
    "account",
    _("Accounts"),
    _("Let a person come in, sign under the name they chose, and find their words again."),
    Basis.TASK,
    _("Until the account is closed; two years without a visit close it, after two letters."),
    _("The pseudonym: everybody. The rest: the person, and administrators for the address."),
)
VISITS = Use(
    "visits",
    _("Open sessions"),
    _("Let a person see from which browsers they are signed in, and end a session from afar."),
    Basis.TASK,
    _("Until the session ends: two weeks without a visit at most."),
    _("The person alone."),
)
CONSENTS = Use(
    "consents",
    _("Consents"),
    _("Prove what each person agreed to, when, and when they took it back."),
    Basis.LAW,
    _("As long as the account; then the date alone, of nobody."),
    _("The person, the data protection officer."),
)
TRUST = Use(
    "trust",
    _("Roles given to agents"),
    _("Know who was trusted with what, and offer a role to an address."),
    Basis.TASK,
    _("As long as the role; an invitation nobody took, 35 days after its end."),
    _("The person, administrators."),
)
FOLLOWING = Use(
    "following",
    _("What one follows"),
    _("Tell a person of what they asked to hear of."),
    Basis.CONSENT,
    _("Until the person stops, or closes their account."),
    _("The person alone."),
)
LETTERS = Use(
    "letters",
    _("Letters about accounts"),
    _("Confirm an address, open a session, tell of a change."),
    Basis.TASK,
    _("35 days; the address goes as soon as the letter has left, where it opens nothing."),
    _("The person alone."),
)
personal(User, ACCOUNT, "email email_key pseudonym pseudonym_key name position", of="id")
personal(User, ACCOUNT, "password_hash", of="id")
personal(Visit, VISITS, "user_id token device", of="user_id", fate=Fate.ROW)
personal(Device, VISITS, "user_id token", of="user_id", fate=Fate.ROW)
personal(Consent, CONSENTS, "user_id", of="user_id", fate=Fate.LINK)
personal(Role, TRUST, "user_id", of="user_id", fate=Fate.ROW)
personal(Role, OFFICE, "granted_by_id", of="granted_by_id", fate=Fate.LINK)
personal(Invitation, TRUST, "email", of="email")
personal(Invitation, OFFICE, "invited_by_id", of="invited_by_id", fate=Fate.LINK)
personal(Follow, FOLLOWING, "user_id", of="user_id", fate=Fate.ROW)
personal(Letter, LETTERS, "to user_id data", of="user_id to", fate=Fate.ROW)
