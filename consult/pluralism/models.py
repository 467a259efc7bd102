"""Room for every group of the assembly, and the months before an election when the town is sober.

A town that tells what it achieved gives each group of its assembly the same room beside it
(general code of local authorities, L.2121-27-1); in the months before an election it praises
nothing (electoral code, L.52-1). Which months, an administrator enters: no date stands here.
"""

import hashlib
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import append_only, choice, db
from consult.core.i18n import Labelled, _
from consult.core.personal import RECORD, impersonal, personal
from consult.people.models import User


class Group(db.Model):
    """A group of the assembly, and how many seats it holds."""

    __tablename__ = "assembly_group"

    name: Mapped[str]
    seats: Mapped[int]
    ended_on: Mapped[date | None]  # the day it was no longer a group; what it said stays
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.CheckConstraint("seats > 0", name="seats"),)


class Spokesperson(db.Model):
    """Somebody who may write for a group, until they no longer do."""

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("assembly_group.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    group: Mapped[Group] = relationship()
    user: Mapped[User] = relationship()

    __table_args__ = (sa.UniqueConstraint("group_id", "user_id"),)


@algorithm(
    Kind.SORT,
    _("Groups of the assembly by their seats"),
    purpose=_("To give the groups their places beside a page."),
    data=_("How many seats each group holds."),
    rule=_("The most seats first."),
    part="seats",
)
@algorithm(
    Kind.SORT,
    _("Groups of the assembly drawn by lot"),
    purpose=_("To give the groups their places without favour."),
    data=_("A number drawn when the page was opened to the groups."),
    rule=_("By a fingerprint of that number and of each group: drawn once, one for all."),
    part="drawn",
)
class Order(Labelled):
    """In which order the groups stand, said on the page."""

    SEATS = "seats", _("By number of seats")
    DRAWN = "drawn", _("Drawn by lot")


class Expression(db.Model):
    """The words of all groups beside one page: the same room for each, shown on the same day."""

    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"), unique=True)
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edition.id"), unique=True)
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"), unique=True)
    title: Mapped[str]  # of the page it stands beside, on the day it was opened
    max_characters: Mapped[int]
    order: Mapped[Order] = choice(Order, default=Order.SEATS)
    seed: Mapped[str] = mapped_column(sa.String(32), default="")  # of the draw, public
    closes_on: Mapped[date]  # the last day to write
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    spaces: Mapped[list["Space"]] = relationship(
        back_populates="expression", lazy="selectin", order_by="Space.position"
    )

    __table_args__ = (
        sa.CheckConstraint(
            "(CASE WHEN plan_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN edition_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN act_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_page",
        ),
        sa.CheckConstraint("max_characters > 0", name="room"),
        sa.CheckConstraint("\"order\" = 'seats' OR seed <> ''", name="drawn"),
    )

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def has_closed(self) -> bool:
        return clock.today() > self.closes_on

    def publish(self) -> None:
        """All groups are shown at once; nothing hides them again."""
        if self.published_at is not None:
            raise ValueError(f"{self!r} is published")
        self.published_at = clock.now()


class Space(db.Model):
    """The place of one group: its name and seats on the day the room was opened, its rank."""

    expression_id: Mapped[int] = mapped_column(sa.ForeignKey("expression.id"))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("assembly_group.id"), index=True)
    name: Mapped[str]
    seats: Mapped[int]
    position: Mapped[int]
    expression: Mapped[Expression] = relationship(back_populates="spaces")
    statements: Mapped[list["Statement"]] = relationship(
        back_populates="space", lazy="selectin", order_by="Statement.id"
    )

    __table_args__ = (
        sa.UniqueConstraint("expression_id", "group_id"),
        sa.UniqueConstraint("expression_id", "position"),
    )

    @property
    def said(self) -> "Statement | None":
        """What the group says: the last words it handed in, empty ones taking the others back."""
        last = self.statements[-1] if self.statements else None
        return last if last and last.words else None

    @property
    def shown(self) -> list["Statement"]:
        """What was ever public, first to last: what stood on the day all were shown, then each
        correction."""
        day = self.expression.published_at
        if day is None:
            return []
        before = [one for one in self.statements if one.at <= day and not one.reason]
        return [*before[-1:], *(one for one in self.statements if one.reason)]


class Statement(db.Model):
    """The words of a group as handed in. Never changed: a later one stands instead."""

    space_id: Mapped[int] = mapped_column(sa.ForeignKey("space.id"), index=True)
    words: Mapped[str]
    signed_by: Mapped[str]
    received_on: Mapped[date | None]  # on paper or by mail, where the council's desk typed it
    reason: Mapped[str] = mapped_column(default="")  # of a correction, once it is public
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    space: Mapped[Space] = relationship(back_populates="statements")

    __table_args__ = (sa.CheckConstraint("words = '' OR signed_by <> ''", name="signed"),)


class ElectoralPeriod(db.Model):
    """From when to when the town praises nothing, before which election."""

    __tablename__ = "electoral_period"

    label: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # its last day
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)

    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="order"),)

    @property
    def is_running(self) -> bool:
        return self.starts_on <= clock.today() <= self.ends_on


class Publication(Labelled):
    """What waits for a name and a reason during the period."""

    PLAN = "plan", _("A plan")
    EDITION = "edition", _("An edition of a plan")
    RESULTS = "results", _("The results of a consultation")


class SignOff(db.Model):
    """Somebody named says, with a reason, that one page may appear during the period. Public."""

    __tablename__ = "sign_off"

    period_id: Mapped[int] = mapped_column(sa.ForeignKey("electoral_period.id"), index=True)
    publication: Mapped[Publication] = choice(Publication)
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    title: Mapped[str]  # of the plan or the campaign, that day
    name: Mapped[str]
    quality: Mapped[str]
    reason: Mapped[str]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    period: Mapped[ElectoralPeriod] = relationship(lazy="joined")

    __table_args__ = (
        sa.CheckConstraint("(plan_id IS NULL) <> (campaign_id IS NULL)", name="of_one"),
        sa.CheckConstraint("name <> '' AND quality <> '' AND reason <> ''", name="named"),
    )


class Use(db.Model):
    """A sign-off was used: it opens one publication, once."""

    __tablename__ = "sign_off_use"

    sign_off_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_off.id"), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


append_only(Statement)
append_only(SignOff)
append_only(Use)


def drawn(group_id: int, seed: str) -> str:
    """The lot of a group: SHA-256 of the public seed, a colon and its number; the least is first.

    Anybody can draw again: `printf 'seed:12' | sha256sum`.
    """
    return hashlib.sha256(f"{seed}:{group_id}".encode()).hexdigest()


personal(Statement, RECORD, "signed_by")
personal(SignOff, RECORD, "name quality")
impersonal(Group, Spokesperson, Expression, Space, Statement, ElectoralPeriod, SignOff, Use)
