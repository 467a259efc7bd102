"""A question put to a secret vote: its frozen rules, who has voted, and, apart, what was voted."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.ballots.counting import Method, Option, Terms
from consult.campaigns.models import Campaign, PhaseKind
from consult.campaigns.models import State as CampaignState
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.i18n import _, spoken
from consult.core.money import written
from consult.core.personal import Basis, Fate, Use, impersonal, personal

GRADES = (  # of a majority judgement, from 0 up
    _("To reject"),
    _("Insufficient"),
    _("Passable"),
    _("Fairly good"),
    _("Good"),
    _("Very good"),
)


class State(StrEnum):
    """What people decided about it; opening and closing are the clock's."""

    DRAFT = "draft"
    ANNOUNCED = "announced"  # frozen: nothing of it changes any more
    COUNTED = "counted"  # results published
    CANCELLED = "cancelled"


NEXT = {
    State.DRAFT: {State.ANNOUNCED},
    State.ANNOUNCED: {State.COUNTED, State.CANCELLED},
    State.COUNTED: set(),
    State.CANCELLED: set(),
}


class Stage(StrEnum):
    """Where it stands now, by what people decided and by the clock: never stored."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"  # to be counted
    COUNTED = "counted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> LazyString:
        return STAGES[self]


class Channel(StrEnum):
    WEB = "web"
    PAPER = "paper"

    @property
    def label(self) -> LazyString:
        return CHANNELS[self]


METHODS = {
    Method.ONE: _("One choice"),
    Method.APPROVAL: _("Several choices"),
    Method.POINTS: _("Points to share"),
    Method.ENVELOPE: _("Choices within a budget"),
    Method.JUDGMENT: _("A grade to each choice (majority judgement)"),
}
STAGES = {
    Stage.DRAFT: _("In preparation"),
    Stage.UPCOMING: _("Opens soon"),
    Stage.OPEN: _("Voting is open"),
    Stage.CLOSED: _("Closed, being counted"),
    Stage.COUNTED: _("Results published"),
    Stage.CANCELLED: _("Cancelled"),
}
CHANNELS = {Channel.WEB: _("On the site"), Channel.PAPER: _("On paper")}


class Poll(db.Model):
    """One question put to a secret vote within a consultation."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    title: Mapped[str]  # the question
    words: Mapped[str] = mapped_column(default="")  # what one should know before voting
    method: Mapped[Method] = choice(Method, default=Method.ONE)
    limit: Mapped[int] = mapped_column("most", default=1)  # choices a ballot, or points to share
    envelope_cents: Mapped[int | None]
    seats: Mapped[int] = mapped_column(default=1)  # choices retained, where there is no budget
    opens_at: Mapped[datetime | None]  # None: with the vote step of the consultation
    closes_at: Mapped[datetime | None]
    can_change: Mapped[bool] = mapped_column(default=False)  # one's vote, until closing
    shows_turnout: Mapped[bool] = mapped_column(default=False)  # while it is open
    electorate: Mapped[int | None]  # how many people may vote; None: nobody knows
    state: Mapped[State] = choice(State, default=State.DRAFT)
    announced_at: Mapped[datetime | None]
    terms_sha256: Mapped[str | None] = mapped_column(sa.String(64))  # as they froze
    cancelled_at: Mapped[datetime | None]
    cancelled_words: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    campaign: Mapped[Campaign] = relationship(lazy="joined")
    options: Mapped[list["PollOption"]] = relationship(
        order_by="PollOption.number", lazy="selectin", viewonly=True
    )
    stations: Mapped[list["Station"]] = relationship(order_by="Station.id", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint("most > 0", name="most"),
        sa.CheckConstraint("seats > 0", name="seats"),
        sa.CheckConstraint("envelope_cents > 0", name="envelope"),
        sa.CheckConstraint("method <> 'envelope' OR envelope_cents IS NOT NULL", name="budget"),
        sa.CheckConstraint("closes_at > opens_at", name="order"),
        sa.CheckConstraint(
            "state = 'draft' OR (announced_at IS NOT NULL AND terms_sha256 IS NOT NULL)",
            name="announced",
        ),
        sa.CheckConstraint(
            "state <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_words <> '')",
            name="cancelled",
        ),
    )

    @property
    def is_public(self) -> bool:
        return self.state != State.DRAFT and self.campaign.is_public

    @property
    def opening(self) -> datetime | None:
        """When one may first vote: its own moment, never before the vote step opens."""
        phase = self.campaign.phase(PhaseKind.VOTE)
        return max(filter(None, [phase.opens_at, self.opens_at])) if phase else None

    @property
    def closing(self) -> datetime | None:
        """When one may last vote: its own moment, never after the vote step closes."""
        phase = self.campaign.phase(PhaseKind.VOTE)
        ends = [phase.closes_at, self.closes_at] if phase else []
        return min(filter(None, ends), default=None)

    @property
    def stage(self) -> Stage:
        if self.state != State.ANNOUNCED:
            return Stage(self.state.value)
        if self.campaign.state == CampaignState.CANCELLED:
            return Stage.CANCELLED
        if self.closing and self.closing <= clock.now():
            return Stage.CLOSED
        return Stage.OPEN if self.opening and self.opening <= clock.now() else Stage.UPCOMING

    @property
    def envelope(self) -> str:
        """The budget written out, if there is one."""
        return written(self.envelope_cents) if self.envelope_cents else ""

    @property
    def terms(self) -> Terms:
        """What counting depends on."""
        return Terms(
            self.method,
            tuple(Option(option.number, option.cost_cents) for option in self.options),
            self.limit,
            self.envelope_cents,
            self.seats,
        )

    def said(self) -> dict[str, Any]:
        """The question, its rules and its choices as plain data: what freezes, as published."""
        with spoken("fr"):  # whoever asks, the file says the same
            grades = [str(grade) for grade in GRADES] if self.method == Method.JUDGMENT else []
        return {
            "poll": {
                "id": self.id,
                "title": self.title,
                "method": self.method.value,
                "limit": self.limit,
                "envelope_cents": self.envelope_cents,
                "seats": self.seats,
                "grades": grades,
                "can_change": self.can_change,
                "shows_turnout": self.shows_turnout,
                "electorate": self.electorate,
            },
            "choices": [
                {"number": one.number, "title": one.title, "cost_cents": one.cost_cents}
                for one in self.options
            ],
        }

    def fingerprint(self) -> str:
        """SHA-256 of all that freezes when it is announced."""
        text = json.dumps(self.said(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def move_to(self, state: State) -> None:
        """Take the next step of its life; there is no other way to change state."""
        if state not in NEXT[self.state]:
            raise ValueError(f"{self!r}: {self.state} cannot become {state}")
        self.state = state


class PollOption(db.Model):
    """One choice. Its number is drawn by lot when the vote is announced: it orders the ballot,
    and parts equals."""

    __tablename__ = "poll_option"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"))
    number: Mapped[int]
    title: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    cost_cents: Mapped[int | None]
    contribution_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("contribution.id"), index=True
    )
    contribution: Mapped[Contribution | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("poll_id", "number"),
        sa.UniqueConstraint("poll_id", "title"),
        sa.CheckConstraint("cost_cents > 0", name="cost"),
    )

    @property
    def cost(self) -> str:
        """Its cost written out, if it has one."""
        return written(self.cost_cents) if self.cost_cents else ""


class Station(db.Model):
    """A place where one votes on paper: people are struck off there, ballots counted there."""

    __tablename__ = "poll_station"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"))
    name: Mapped[str]

    __table_args__ = (sa.UniqueConstraint("poll_id", "name"),)


class Struck(db.Model):
    """The roll: somebody has voted, and by which channel. Neither what, nor when, nor who."""

    __tablename__ = "poll_roll"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"))
    voter_key: Mapped[str] = mapped_column(sa.String(64))  # see identity.sealing
    channel: Mapped[Channel] = choice(Channel)
    station_id: Mapped[int | None] = mapped_column(sa.ForeignKey("poll_station.id"))
    receipt: Mapped[str] = mapped_column(sa.String(20), unique=True)

    __table_args__ = (
        sa.UniqueConstraint("poll_id", "voter_key"),
        sa.CheckConstraint("(channel = 'paper') = (station_id IS NOT NULL)", name="station"),
    )


class Pouch(db.Model):
    """The urn, or a part of it: many ballots in one row, in alphabetical order (see `urn.py`)."""

    __tablename__ = "poll_pouch"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), index=True)
    slips: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


class SheetEntry(db.Model):
    """What one agent read on a station's counting sheet; typed again, it is a new line."""

    __tablename__ = "poll_sheet_entry"

    station_id: Mapped[int] = mapped_column(sa.ForeignKey("poll_station.id"), index=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    content: Mapped[dict[str, Any]]  # ballots, blank, spoilt, marks: see `queries.Sheet`
    at: Mapped[datetime] = mapped_column(default=clock.now)


class PollResult(db.Model):
    """The published file of a vote, as it was on the day: its fingerprint is in the journal."""

    __tablename__ = "poll_result"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id"), unique=True)
    content: Mapped[str]  # JSON, see schema.json
    sha256: Mapped[str] = mapped_column(sa.String(64))
    table: Mapped[str]  # the same ballots as CSV
    table_sha256: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found


append_only(SheetEntry)
append_only(PollResult)

ROLL = Use(
    "roll",
    _("Roll of a secret vote"),
    _("Let nobody vote twice, on the site and on paper; let each voter check that they are on it."),
    Basis.TASK,
    _("Until the results are final and four months more; the number of voters stays."),
    _("Nobody: compared by the machine. What was voted is kept apart, with nothing of anybody."),
)
personal(Struck, ROLL, "voter_key receipt", fate=Fate.RECORD)
impersonal(Poll, PollOption, Station, Pouch, SheetEntry, PollResult)
