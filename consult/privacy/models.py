"""What people ask about their data, what is kept under seal, what was purged, what went wrong."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import AgeBracket
from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.personal import Basis, Fate, Use, impersonal, personal
from consult.people.models import User
from consult.posts.models import new_receipt

COPY_LASTS = timedelta(days=7)  # the link to one's own data
TELLING = timedelta(hours=72)  # to tell the authority of a breach (GDPR, article 33)
NAMED_A_MONTH = 3  # letters to adults that one young person may cause
UNANSWERED = timedelta(days=30)  # then the adult's address goes
SOON = timedelta(days=7)  # before the end of a month to answer: somebody is alerted


class Profile(db.Model):
    """What somebody chose to say of themselves: an age bracket, never a date of birth."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), unique=True)
    bracket: Mapped[AgeBracket | None] = choice(AgeBracket)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class Copy(db.Model):
    """All that the site knows of one person, made for them alone; its file lives a week."""

    __tablename__ = "data_copy"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    file: Mapped[StoredFile | None] = relationship()

    is_public = False

    @property
    def until(self) -> datetime | None:
        return self.made_at + COPY_LASTS if self.made_at else None

    @property
    def is_ready(self) -> bool:
        return bool(self.file_id and self.until and clock.now() < self.until)


class Guardian(db.Model):
    """The adult somebody under 15 named; gone, address and all, as soon as it serves no more."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), unique=True)
    email: Mapped[str]
    secret: Mapped[str] = mapped_column(sa.String(32), default=lambda: secrets.token_hex(16))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    agreed_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()

    is_public = False

    @property
    def sign(self) -> list[Any]:
        """What the link of the letter proves."""
        return [self.id, self.secret]


class Turn(Labelled):
    """What was done of the agreement of an adult, and by whom."""

    NAMED = "named", _("An adult was named, and written to")
    AGREED = "agreed", _("The adult agreed")
    REFUSED = "refused", _("The adult refused")
    REVOKED = "revoked", _("The adult took the agreement back")
    RELEASED = "released", _("The young person took it back")
    LAPSED = "lapsed", _("No answer within 30 days: the address was erased")
    OF_AGE = "of_age", _("15 or over: no agreement is needed any more")


class GuardianTurn(db.Model):
    """One turn of the agreement an adult gives for somebody under 15, on its day."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    turn: Mapped[Turn] = choice(Turn)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    is_public = False


class Wish(Labelled):
    """What somebody may ask of the town about their data (GDPR, articles 15 to 22)."""

    ACCESS = "access", _("See what you hold about me")
    RECTIFY = "rectify", _("Correct something")
    ERASE = "erase", _("Erase something")
    OPPOSE = "oppose", _("Object to a use of my data")
    RESTRICT = "restrict", _("Set my data aside while a question is settled")
    OTHER = "other", _("Something else")


class Petition(db.Model):
    """One request about one's data, with its receipt and its month to answer."""

    receipt: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_receipt)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    email: Mapped[str | None]  # where to answer somebody without an account
    language: Mapped[str] = mapped_column(sa.String(5), default="fr")
    wish: Mapped[Wish] = choice(Wish)
    words: Mapped[str]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    extended_words: Mapped[str] = mapped_column(default="")  # why two months more are needed
    answered_at: Mapped[datetime | None]
    answered_words: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    alerted_at: Mapped[datetime | None]
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

    is_public = False

    __table_args__ = (
        sa.Index("ix_petition_due", "answered_at", "due_at"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"
        ),
    )

    @property
    def is_late(self) -> bool:
        return self.answered_at is None and self.due_at < clock.now()

    @property
    def is_near(self) -> bool:
        return self.answered_at is None and self.due_at - SOON < clock.now()


class SealedIdentity(db.Model):
    """Who published something, encrypted to a key that is not on this server (archive.py)."""

    __tablename__ = "sealed_identity"

    account: Mapped[int]  # the number of an account closed since
    sealed: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime] = mapped_column(index=True)

    is_public = False


class Farewell(db.Model):
    """Somebody who was not seen for long was told, for the first or the second time."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    step: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("user_id", "step"),)


class Purge(db.Model):
    """How many rows a rule of retention emptied or deleted on one day. Counts, never contents."""

    rule: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    is_public = False


class Breach(db.Model):
    """A loss, a leak or a change of personal data: the register the law asks for (article 33.5)."""

    title: Mapped[str]
    noticed_at: Mapped[datetime]
    nature: Mapped[str]  # what happened, to which data
    people: Mapped[str]  # who, and how many about
    effects: Mapped[str]
    measures: Mapped[str] = mapped_column(default="")
    is_risky: Mapped[bool] = mapped_column(default=True)  # else the authority need not be told
    told_authority_at: Mapped[datetime | None]
    late_words: Mapped[str] = mapped_column(default="")  # why after 72 hours
    told_people_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    reminded_at: Mapped[datetime | None]

    is_public = False

    __table_args__ = (
        sa.CheckConstraint("trim(title) <> '' AND trim(nature) <> ''", name="described"),
    )

    @property
    def due_at(self) -> datetime:
        return self.noticed_at + TELLING

    @property
    def is_waiting(self) -> bool:
        """Whether the authority is still to be told."""
        return self.is_risky and self.told_authority_at is None and self.closed_at is None

    @property
    def hours_left(self) -> int:
        """Whole hours until the 72 are over; negative after."""
        return int((self.due_at - clock.now()).total_seconds() // 3600)


append_only(Purge)
append_only(GuardianTurn)

PROFILE = Use(
    "profile",
    _("Age bracket, if one says it"),
    _("Apply the rules that protect the young, and say in figures who took part."),
    Basis.CONSENT,
    _("Until the person takes it back, or closes their account."),
    _("Nobody; the public sees counts, never small ones."),
)
MINORS = Use(
    "minors",
    _("Agreement of an adult for somebody under 15"),
    _(
        "Have an adult agree with the young person before their words are published, their supports"
        " kept or notices sent to them; nothing else is done with the address."
    ),
    Basis.LAW,
    _(
        "The address: until either takes the agreement back, the young person is 15 or leaves; 30 "
        "days without an answer. The dates stay as long as the account, then of nobody."
    ),
    _("The young person and the adult."),
)
RIGHTS = Use(
    "rights",
    _("Requests about one's data"),
    _("Answer within a month whoever asks to see, correct, erase or object."),
    Basis.LAW,
    _("The answer and its date: five years, without the words after one year."),
    _("The person, the data protection officer."),
)
SEALED = Use(
    "sealed",
    _("Identity of whoever published, under seal"),
    _("Answer a judge who asks who published a text (law of 21 June 2004, decree 2021-1362)."),
    Basis.LAW,
    _("Five years after the account is closed; one year for the day it was opened."),
    _("Nobody on this site: the key is elsewhere, and each opening is written in the journal."),
)
personal(Profile, PROFILE, "user_id bracket", of="user_id", fate=Fate.ROW)
personal(Guardian, MINORS, "user_id email secret", of="user_id", fate=Fate.ROW)
personal(GuardianTurn, MINORS, "user_id", of="user_id", fate=Fate.LINK)
personal(Copy, RIGHTS, "user_id file_id", of="user_id", fate=Fate.ROW)
personal(Farewell, RIGHTS, "user_id", of="user_id", fate=Fate.ROW)
personal(Petition, RIGHTS, "email words answered_words extended_words", of="user_id email")
personal(Petition, RIGHTS, "user_id", of="user_id", fate=Fate.LINK)
personal(SealedIdentity, SEALED, "sealed")
impersonal(Petition, SealedIdentity, Purge, Breach)
