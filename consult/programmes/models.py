"""Programmes and what they are made of: who is in, what for, by which steps, and how it ended."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock, dates
from consult.core.dates import PartialDate, Precision
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.money import Nature
from consult.core.personal import RECORD, impersonal, personal
from consult.council.models import Act
from consult.territory.models import Organisation, Place

# Words of enums.


class ProgrammeKind(Labelled):
    """What sort of programme it is."""

    CONTRACT = "contract", _("Territorial agreement")
    RENEWAL = "renewal", _("Urban renewal")
    ROADMAP = "roadmap", _("Roadmap")
    INNOVATION = "innovation", _("Innovation programme")
    MISSION = "mission", _("Study mission")
    OTHER = "other", _("Programme")


class ProgrammeState(Labelled):
    """Where a programme stands in its life; unknown until somebody says."""

    UNKNOWN = "unknown", _("State not communicated")
    PREPARED = "prepared", _("In preparation")
    RUNNING = "running", _("In progress")
    CLOSING = "closing", _("Being closed")
    CLOSED = "closed", _("Programme closed")


# What the desk may say of it; it is closed by `close` alone.
NEXT = {
    ProgrammeState.UNKNOWN: {
        ProgrammeState.PREPARED,
        ProgrammeState.RUNNING,
        ProgrammeState.CLOSING,
    },
    ProgrammeState.PREPARED: {ProgrammeState.RUNNING, ProgrammeState.CLOSING},
    ProgrammeState.RUNNING: {ProgrammeState.CLOSING},
    ProgrammeState.CLOSING: {ProgrammeState.RUNNING, ProgrammeState.CLOSED},
    ProgrammeState.CLOSED: set(),
}


class PhaseKind(Labelled):
    """What a phase is for."""

    DIAGNOSIS = "diagnosis", _("Diagnosis")
    REVIEW = "review", _("Review of what was done")
    ORIENTATIONS = "orientations", _("Orientations")
    SUBMISSION = "submission", _("Handing in of proposals")
    INSTRUCTION = "instruction", _("Study of proposals")
    VOTE = "vote", _("Vote")
    WORKS = "works", _("Carrying out")
    EVALUATION = "evaluation", _("Evaluation")
    OTHER = "other", _("Other step")


class MethodKind(Labelled):
    """How people were met or the work was done."""

    INTERVIEW = "interview", _("Interviews")
    WORKSHOP = "workshop", _("Workshops")
    MEETING = "meeting", _("Public meetings")
    VISIT = "visit", _("Walks and visits")
    SURVEY = "survey", _("Survey face to face")
    EVALUATION = "evaluation", _("Evaluation")
    FEEDBACK = "feedback", _("Sharing of experience")
    OTHER = "other", _("Other work")


# Where people were met: shown as participation in person, never added to what came in online.
IN_PERSON = (
    MethodKind.INTERVIEW,
    MethodKind.WORKSHOP,
    MethodKind.MEETING,
    MethodKind.VISIT,
    MethodKind.SURVEY,
)


class FindingKind(Labelled):
    """What a finding says of a place or a project."""

    STRENGTH = "strength", _("Strength")
    WEAKNESS = "weakness", _("Weakness")
    DYSFUNCTION = "dysfunction", _("What does not work")
    RISK = "risk", _("Risk")
    VIGILANCE = "vigilance", _("To be watched")


class Doneness(Labelled):
    """Whether something undertaken was done; unknown is neither yes nor no."""

    UNKNOWN = "unknown", _("Not reported")
    DONE = "done", _("Done")
    NOT_DONE = "not_done", _("Not carried out")


class RemainingKind(Labelled):
    """What a programme leaves behind it: an issue, or an action that was not finished."""

    ISSUE = "issue", _("Issue that remains")
    ACTION = "action", _("Action not finished")


class Outcome(Labelled):
    """What becomes of an unfinished action when its programme closes."""

    OPEN = "open", _("Not settled yet")
    REATTACHED = "reattached", _("Taken up elsewhere")
    DROPPED = "dropped", _("Closed with a reason")


class BodyKind(Labelled):
    """What sort of body it is."""

    STEERING = "steering", _("Steering committee")
    TECHNICAL = "technical", _("Technical team")
    MISSION = "mission", _("Mission of the administration")
    ASSEMBLY = "assembly", _("Deliberating body")
    COMMISSION = "commission", _("Commission")
    CITIZENS_JURY = "citizens_jury", _("Citizens' jury")
    CITIZENS_COUNCIL = "citizens_council", _("Citizens' council")
    RESIDENTS = "residents", _("Residents' committee")
    CONFERENCE = "conference", _("Conference")
    WORKING_GROUP = "working_group", _("Working group")
    OTHER = "other", _("Other body")


# Where residents sit.
OF_RESIDENTS = (BodyKind.CITIZENS_JURY, BodyKind.CITIZENS_COUNCIL, BodyKind.RESIDENTS)


# A programme.


programme_place = sa.Table(
    "programme_place",
    db.metadata,
    sa.Column("programme_id", sa.ForeignKey("programme.id"), primary_key=True),
    sa.Column("place_id", sa.ForeignKey("place.id"), primary_key=True, index=True),
)
programme_body = sa.Table(
    "programme_body",
    db.metadata,
    sa.Column("programme_id", sa.ForeignKey("programme.id"), primary_key=True),
    sa.Column("body_id", sa.ForeignKey("body.id"), primary_key=True, index=True),
)


def _span(period: PartialDate) -> tuple[date | None, date | None]:
    return period.start, period.end


class Programme(db.Model):
    """A framework the town acts within for some years, with others, in certain places."""

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    subtitle: Mapped[str] = mapped_column(default="")
    kind: Mapped[ProgrammeKind] = choice(ProgrammeKind, default=ProgrammeKind.OTHER)
    state: Mapped[ProgrammeState] = choice(ProgrammeState, default=ProgrammeState.UNKNOWN)
    introduction: Mapped[str] = mapped_column(default="")
    period_words: Mapped[str] = mapped_column(default="")  # as printed: « 2007/2009 »
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    legal_framework: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    facts: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)  # printed label, words
    headings: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # part → as printed
    participants_words: Mapped[str] = mapped_column(default="")  # the sentence that names them
    owner_words: Mapped[str] = mapped_column(default="")  # as printed
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    # How it ends: see `rules.close`.
    closing_report: Mapped[str] = mapped_column(default="")
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id"))
    successor_words: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    owner: Mapped[Organisation | None] = relationship()
    act: Mapped[Act | None] = relationship()
    parent: Mapped["Programme | None"] = relationship(
        remote_side="Programme.id", foreign_keys=[parent_id]
    )
    successor: Mapped["Programme | None"] = relationship(
        remote_side="Programme.id", foreign_keys=[successor_id]
    )
    places: Mapped[list[Place]] = relationship(secondary=programme_place)
    bodies: Mapped[list["Body"]] = relationship(
        secondary=programme_body, back_populates="programmes", order_by="Body.id"
    )

    __table_args__ = (
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="order"
        ),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("successor_id IS NULL OR successor_id <> id", name="succeeds_itself"),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR ("
            "closing_report <> '' AND (successor_id IS NOT NULL OR successor_words <> '')))",
            name="closed_with_a_report",
        ),
    )

    @property
    def is_public(self) -> bool:
        return self.published_at is not None

    @property
    def lead(self) -> str:
        """How a list introduces it: the first paragraph of its presentation, else its subtitle."""
        paragraphs = (one.strip() for one in self.introduction.split("\n\n"))
        return next((one for one in paragraphs if one and one[0] not in "#-"), self.subtitle)

    def move_to(self, state: ProgrammeState) -> None:
        """Take the next step of its life; there is no other way to change state."""
        if state not in NEXT[self.state]:
            raise ValueError(f"{self!r}: {self.state} cannot become {state}")
        self.state = state
        if state == ProgrammeState.CLOSED:
            self.closed_at = clock.now()

    def last(self, words: str) -> None:
        """Take this printed period; only what it says is counted from it."""
        self.period_words = words
        self.starts_on, self.ends_on = _span(dates.parse(words))


class ProgrammePhase(db.Model):
    """A step of a programme. Steps keep their printed order, whatever their dates are."""

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    label: Mapped[str]
    kind: Mapped[PhaseKind] = choice(PhaseKind, default=PhaseKind.OTHER)
    start_words: Mapped[str] = mapped_column(default="")
    end_words: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    lines: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="order"
        ),
    )

    def last(self, start_words: str, end_words: str) -> None:
        """Take these printed dates: from the first day of the start to the last of the end."""
        self.start_words, self.end_words = start_words, end_words
        self.starts_on, self.ends_on = dates.parse(start_words).start, dates.parse(end_words).end


class Objective(db.Model):
    """What a programme is for."""

    __tablename__ = "programme_objective"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()


class Participant(db.Model):
    """Who is in a programme, as its document names and groups them."""

    __tablename__ = "programme_participant"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    named: Mapped[str]  # as printed
    group: Mapped[str] = mapped_column(default="")  # as printed
    role: Mapped[str] = mapped_column(default="")
    is_doubtful: Mapped[bool] = mapped_column(default=False)  # to be checked by an editor
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), index=True
    )
    body_id: Mapped[int | None] = mapped_column(sa.ForeignKey("body.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    body: Mapped["Body | None"] = relationship()


class Sum(db.Model):
    """An amount of money of a programme: as printed, as a number, and what nature it has."""

    __tablename__ = "programme_amount"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    label: Mapped[str]
    words: Mapped[str]  # as printed: « 157 M€ »
    cents: Mapped[int | None] = mapped_column(sa.BigInteger)
    nature: Mapped[Nature] = choice(Nature, default=Nature.UNKNOWN)
    date_words: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()


class Method(db.Model):
    """How the work was done: interviews, workshops, with how many, as printed."""

    __tablename__ = "programme_method"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    kind: Mapped[MethodKind] = choice(MethodKind, default=MethodKind.OTHER)
    words: Mapped[str]
    quantity_words: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int | None]
    is_approximate: Mapped[bool] = mapped_column(default=False)
    date_words: Mapped[str] = mapped_column(default="")
    place_words: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int | None]
    minutes: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()

    __table_args__ = (sa.CheckConstraint("quantity >= 0 AND capacity >= 0", name="counts"),)

    @property
    def is_in_person(self) -> bool:
        return self.kind in IN_PERSON

    @property
    def number(self) -> str:
        """« ≈ 50 », « 2 »; nothing where no number is given."""
        if self.quantity is None:
            return ""
        return f"{'≈ ' if self.is_approximate else ''}{self.quantity}"


class Component(db.Model):
    """One thing a mission is made of. Its level stays empty until somebody knows it."""

    __tablename__ = "programme_component"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    label: Mapped[str]
    level: Mapped[int | None]  # per cent
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()

    __table_args__ = (sa.CheckConstraint("level BETWEEN 0 AND 100", name="per_cent"),)


class Finding(db.Model):
    """What a diagnosis found: strengths, weaknesses, what does not work, risks."""

    __tablename__ = "programme_finding"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    kind: Mapped[FindingKind] = choice(FindingKind, default=FindingKind.STRENGTH)
    words: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()
    place: Mapped[Place | None] = relationship()


class Deed(db.Model):
    """Something undertaken within a programme, for one of its objectives and for some people."""

    __tablename__ = "programme_deed"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    objective_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("programme_objective.id"), index=True
    )
    title: Mapped[str]
    carrier: Mapped[str] = mapped_column(default="")
    date_words: Mapped[str] = mapped_column(default="")
    doneness: Mapped[Doneness] = choice(Doneness, default=Doneness.UNKNOWN)
    beneficiaries: Mapped[int | None]
    place_kind: Mapped[str] = mapped_column(default="")  # type of place: « quartier »
    housing: Mapped[str] = mapped_column(default="")  # type of housing: « habitat social »
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()
    objective: Mapped[Objective | None] = relationship()

    __table_args__ = (sa.CheckConstraint("beneficiaries >= 0", name="counts"),)


class Remaining(db.Model):
    """What is left when a programme closes, and what becomes of it."""

    __tablename__ = "programme_remaining"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    kind: Mapped[RemainingKind] = choice(RemainingKind, default=RemainingKind.ISSUE)
    words: Mapped[str]
    outcome: Mapped[Outcome] = choice(Outcome, default=Outcome.OPEN)
    outcome_words: Mapped[str] = mapped_column(default="")  # where to, or why not
    action_id: Mapped[int | None]  # of a plan, in a later room
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("programme_id", "action_id"),
        sa.CheckConstraint("outcome = 'open' OR outcome_words <> ''", name="said"),
    )

    @property
    def is_unsettled(self) -> bool:
        return self.kind == RemainingKind.ACTION and self.outcome == Outcome.OPEN


class Stocktake(db.Model):
    """What was done under a programme, counted on a day and kept as it was, with who says it."""

    __tablename__ = "programme_stocktake"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    title: Mapped[str]
    by_words: Mapped[str]  # « les services porteurs de projet »
    words: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    programme: Mapped[Programme] = relationship()

    __table_args__ = (sa.CheckConstraint("by_words <> ''", name="by_somebody"),)


# Agreements.


class Agreement(db.Model):
    """What several sign together: who signs, for how long, who may enter it."""

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="")
    framework: Mapped[str] = mapped_column(default="")
    duration_words: Mapped[str] = mapped_column(default="")
    signed_words: Mapped[str] = mapped_column(default="")
    criteria_words: Mapped[str] = mapped_column(default="")  # the criteria together, as printed
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()
    act: Mapped[Act | None] = relationship()
    signatories: Mapped[list["AgreementSignatory"]] = relationship(
        order_by="(AgreementSignatory.order, AgreementSignatory.id)", back_populates="agreement"
    )
    criteria: Mapped[list["Criterion"]] = relationship(
        order_by="(Criterion.order, Criterion.id)", back_populates="agreement"
    )
    assessments: Mapped[list["Assessment"]] = relationship(
        order_by="Assessment.id", back_populates="agreement"
    )


class AgreementSignatory(db.Model):
    """Somebody who signs an agreement, as it names them."""

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    named: Mapped[str]
    quality: Mapped[str] = mapped_column(default="")
    signed_words: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), index=True
    )
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    agreement: Mapped[Agreement] = relationship(back_populates="signatories")
    organisation: Mapped[Organisation | None] = relationship()


class Operator(Labelled):
    """How a figure is compared with a threshold."""

    MORE = ">", _("strictly more than")
    AT_LEAST = ">=", _("at least")
    LESS = "<", _("strictly less than")
    AT_MOST = "<=", _("at most")


class Criterion(db.Model):
    """What one must be to enter an agreement: the printed words, and the comparison they mean."""

    __tablename__ = "agreement_criterion"

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    words: Mapped[str]  # as printed: « + de 20% de logements sociaux »
    operator: Mapped[Operator | None] = choice(Operator, nullable=True)
    value: Mapped[str] = mapped_column(default="")  # a decimal number
    unit: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    agreement: Mapped[Agreement] = relationship(back_populates="criteria")

    __table_args__ = (
        sa.CheckConstraint("(operator IS NULL) = (value = '')", name="all_or_nothing"),
    )


class Assessment(db.Model):
    """A municipality looked at against the criteria: the figures entered, with their source."""

    __tablename__ = "agreement_assessment"

    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    named: Mapped[str]
    figures: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)  # criterion → as typed
    source: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    agreement: Mapped[Agreement] = relationship(back_populates="assessments")


# Calls.


class Call(db.Model):
    """A call that towns or associations answer; some are chosen and try something for a time."""

    __tablename__ = "programme_call"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    launched_by: Mapped[str] = mapped_column(default="")
    period_words: Mapped[str] = mapped_column(default="")
    cohort: Mapped[str] = mapped_column(default="")  # « première promotion de lauréats »
    duration_words: Mapped[str] = mapped_column(default="")
    months: Mapped[int | None]  # how long an experiment lasts
    experimenters: Mapped[str] = mapped_column(default="")
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    programme: Mapped[Programme] = relationship()
    act: Mapped[Act | None] = relationship()
    candidates: Mapped[list["Candidate"]] = relationship(
        order_by="(Candidate.order, Candidate.id)", back_populates="call"
    )
    experiments: Mapped[list["Experiment"]] = relationship(
        order_by="(Experiment.order, Experiment.id)", back_populates="call"
    )

    __table_args__ = (sa.CheckConstraint("months BETWEEN 1 AND 240", name="months"),)


class Choice(Labelled):
    """What became of a candidacy."""

    CANDIDATE = "candidate", _("Candidate")
    LAUREATE = "laureate", _("Laureate")
    NOT_CHOSEN = "not_chosen", _("Not chosen")


class Candidate(db.Model):
    """Who answered a call, with what territory, and whether they were chosen."""

    __tablename__ = "call_candidate"

    call_id: Mapped[int] = mapped_column(sa.ForeignKey("programme_call.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    named: Mapped[str]
    area: Mapped[str] = mapped_column(default="")  # where it would try it, as printed
    choice: Mapped[Choice] = choice(Choice, default=Choice.CANDIDATE)
    strengths: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # what it put forward
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    call: Mapped[Call] = relationship(back_populates="candidates")
    place: Mapped[Place | None] = relationship()


class Experiment(db.Model):
    """A solution tried at a laureate's: its end is its start and the months of the call."""

    __tablename__ = "call_experiment"

    call_id: Mapped[int] = mapped_column(sa.ForeignKey("programme_call.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    candidate_id: Mapped[int] = mapped_column(sa.ForeignKey("call_candidate.id"), index=True)
    title: Mapped[str]
    experimenter: Mapped[str] = mapped_column(default="")
    start_words: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    call: Mapped[Call] = relationship(back_populates="experiments")
    candidate: Mapped[Candidate] = relationship()

    @property
    def end(self) -> PartialDate | None:
        """Its start and the months of the call, no finer than the start is known; else None."""
        return months_after(dates.parse(self.start_words), self.call.months)


def months_after(start: PartialDate, months: int | None) -> PartialDate | None:
    """The same period some months later; None while the start or the duration is unknown."""
    if start.start is None or start.end is None or months is None:
        return None
    first, last = _later(start.start, months), _later(start.end, months)
    if start.precision is Precision.DAY:
        return dates.parse(first.isoformat())
    whole = first.day == 1 and (start.end.month != _next_day(start.end).month)
    if whole:  # a month stays a month: its last day is the last of the month it becomes
        last = last.replace(day=monthrange(last.year, last.month)[1])
    if whole and (first.year, first.month) == (last.year, last.month):
        return dates.parse(f"{first:%Y-%m}")
    return dates.parse(f"{first.isoformat()}/{last.isoformat()}")


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


# Bodies.


class Body(db.Model):
    """A body that steers, advises or judges: who presides, how often it meets, who sits there."""

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[BodyKind] = choice(BodyKind, default=BodyKind.OTHER)
    words: Mapped[str] = mapped_column(default="")  # what it is there for, as printed
    presidency: Mapped[str] = mapped_column(default="")
    rhythm_words: Mapped[str] = mapped_column(default="")  # as printed: « chaque mois »
    colleges: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    is_demo: Mapped[bool] = mapped_column(default=False)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    published_at: Mapped[datetime | None]
    programmes: Mapped[list[Programme]] = relationship(
        secondary=programme_body, back_populates="bodies", order_by="Programme.id"
    )
    members: Mapped[list["BodyMember"]] = relationship(
        order_by="(BodyMember.order, BodyMember.id)", back_populates="body"
    )
    minutes: Mapped[list["BodyMinutes"]] = relationship(
        order_by="(BodyMinutes.held_on.desc(), BodyMinutes.id)", back_populates="body"
    )

    @property
    def title(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.published_at is not None

    @property
    def is_of_residents(self) -> bool:
        return self.kind in OF_RESIDENTS


class BodyMember(db.Model):
    """A seat in a body: who sits there, for which college, with what mandate, from when to when."""

    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    named: Mapped[str]
    college: Mapped[str] = mapped_column(default="")
    mandate: Mapped[str] = mapped_column(default="")
    start_words: Mapped[str] = mapped_column(default="")
    end_words: Mapped[str] = mapped_column(default="")
    agrees: Mapped[bool] = mapped_column(default=False)  # to be named in public
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id"), index=True
    )
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    body: Mapped[Body] = relationship(back_populates="members")
    organisation: Mapped[Organisation | None] = relationship()


class BodyMinutes(db.Model):
    """What was said at a meeting of a body, in short, and the paper that says it whole."""

    body_id: Mapped[int] = mapped_column(sa.ForeignKey("body.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    date_words: Mapped[str] = mapped_column(default="")
    held_on: Mapped[date | None]  # the first day the words may mean, to sort by
    words: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    body: Mapped[Body] = relationship(back_populates="minutes")
    file: Mapped[StoredFile | None] = relationship()


append_only(Stocktake)

# What a clerk adds, changes and removes one by one, by the thing it belongs to.
Part = (
    ProgrammePhase
    | Objective
    | Participant
    | Sum
    | Method
    | Component
    | Finding
    | Deed
    | Remaining
    | Agreement
    | AgreementSignatory
    | Criterion
    | Assessment
    | Call
    | Candidate
    | Experiment
    | BodyMember
    | BodyMinutes
)
Owner = Programme | Agreement | Call | Body
OWNED: dict[type[Any], str] = {
    **dict.fromkeys(
        (ProgrammePhase, Objective, Participant, Sum, Method, Component, Finding, Deed, Remaining),
        "programme",
    ),
    **dict.fromkeys((Agreement, Call), "programme"),
    **dict.fromkeys((AgreementSignatory, Criterion, Assessment), "agreement"),
    **dict.fromkeys((Candidate, Experiment), "call"),
    **dict.fromkeys((BodyMember, BodyMinutes), "body"),
}


def owner_of(part: Part) -> Owner:
    """What a part belongs to at once: its programme, its agreement, its call or its body."""
    return getattr(part, OWNED[type(part)])


def root_of(thing: Part | Owner) -> Programme | Body:
    """The programme or the body that a part belongs to in the end."""
    up: Callable[[Any], Any] = owner_of
    while not isinstance(thing, Programme | Body):
        thing = thing.programme if isinstance(thing, Agreement | Call) else up(thing)
    return thing


personal(Participant, RECORD, "named")
personal(AgreementSignatory, RECORD, "named quality")
personal(Body, RECORD, "presidency")
personal(BodyMember, RECORD, "named college mandate")
impersonal(
    Programme,
    ProgrammePhase,
    Objective,
    Participant,
    Sum,
    Method,
    Component,
    Finding,
    Deed,
    Remaining,
    Stocktake,
    Agreement,
    AgreementSignatory,
    Criterion,
    Assessment,
    Call,
    Candidate,
    Experiment,
    Body,
    BodyMember,
    BodyMinutes,
)
