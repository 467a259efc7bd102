"""Second keys, signatures of a second person, and what left the site in bulk."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, db
from consult.core.i18n import _
from consult.core.personal import Basis, Fate, Use, impersonal, personal
from consult.people.models import User


class Totp(db.Model):
    """An application on somebody's telephone that gives codes; its secret is sealed."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), unique=True)
    secret: Mapped[str]  # sealed, see codes.py
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code taken: none is taken twice
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    user: Mapped[User] = relationship()


class Passkey(db.Model):
    """A key held by somebody's telephone, computer or USB stick; only its public half is here."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    credential: Mapped[str] = mapped_column(unique=True)  # what the key calls itself, base64url
    public_key: Mapped[str]  # base64url
    sign_count: Mapped[int] = mapped_column(default=0)  # must grow, where the key counts at all
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class RecoveryCode(db.Model):
    """A code on paper, for the day the key is not at hand: good once, kept as a fingerprint."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class Countersign(db.Model):
    """What one person wishes to do and another signs: good once, for exactly that, for a week."""

    what: Mapped[str] = mapped_column(sa.String(60))  # the name of the act: campaigns.change_rules
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # all that will be done
    fingerprint: Mapped[str] = mapped_column(sa.String(64), index=True)  # of all of the above
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    signed_at: Mapped[datetime | None]
    declined_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    declined_at: Mapped[datetime | None]
    declined_words: Mapped[str | None]  # why, for whoever asked; none where they took it back
    used_at: Mapped[datetime | None]
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])
    declined_by: Mapped[User | None] = relationship(foreign_keys=[declined_by_id])

    is_public = False

    __table_args__ = (
        sa.CheckConstraint("signed_by_id <> asked_by_id", name="two_people"),
        sa.CheckConstraint("used_at IS NULL OR signed_at IS NOT NULL", name="signed_before"),
        sa.CheckConstraint("signed_at IS NULL OR declined_at IS NULL", name="one_answer"),
    )

    @property
    def campaign_id(self) -> int | None:
        return self.subject_id if self.subject_kind == "campaign" else None

    @property
    def is_taken_back(self) -> bool:
        return self.declined_by_id == self.asked_by_id

    @property
    def title(self) -> str:
        return str(TITLES.get(self.what, _("An act that two people sign")))


TITLES = {
    "campaigns.edit": _("Change how a published consultation counts voices"),
    "campaigns.schedule": _("Change the calendar of the votes of a published consultation"),
    "campaigns.change_rules": _("Change how an open consultation counts voices"),
    "campaigns.extend": _("Give the votes of a consultation more time"),
    "ballots.announce": _("Announce a secret vote: its question and its rules freeze"),
    "ballots.cancel": _("Cancel a secret vote: its ballots are destroyed uncounted"),
    "answers.export_complete": _("Take the whole of a consultation out of the site"),
    "privacy.erase": _("Empty somebody's account at their request"),
}


class BulkExport(db.Model):
    """One time that the whole of a campaign left the site: who took it, who signed, how much."""

    what: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    rows: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])


KEYS = Use(
    "keys",
    _("Second keys of agents"),
    _("Make sure that whoever acts for the town is the person who was trusted."),
    Basis.TASK,
    _("As long as the key is in use: removed with it, and with the account."),
    _("The person alone; administrators see that there is one."),
)
personal(Totp, KEYS, "user_id secret", of="user_id", fate=Fate.ROW)
personal(Passkey, KEYS, "user_id credential public_key name", of="user_id", fate=Fate.ROW)
personal(RecoveryCode, KEYS, "user_id fingerprint", of="user_id", fate=Fate.ROW)
impersonal(Countersign, BulkExport)
append_only(BulkExport)
