"""Plans the council adopts: engagements, the actions under them, and whose words they come from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.money import Nature
from consult.core.personal import RECORD, impersonal, personal
from consult.council.models import Act
from consult.people.models import User
from consult.programmes.models import Programme
from consult.territory.models import Organisation, Place


class PlanState(StrEnum):
    DRAFT = "draft"
    ADOPTED = "adopted"
    PUBLISHED = "published"


NEXT = {
    PlanState.DRAFT: {PlanState.ADOPTED},
    PlanState.ADOPTED: {PlanState.PUBLISHED},
    PlanState.PUBLISHED: set(),
}


class Progress(Labelled):
    """Where an action stands, in the order people read it: the furthest first, the unsaid last."""

    DONE = "done", _("Done")
    WELL_ADVANCED = "well_advanced", _("Well advanced")
    STARTED = "started", _("Started")
    PLANNED = "planned", _("Planned")
    SUSPENDED = "suspended", _("Suspended")
    ABANDONED = "abandoned", _("Abandoned")
    UNKNOWN = "unknown", _("Not reported")


OVER = (Progress.DONE, Progress.ABANDONED)


class Degree(StrEnum):
    WHOLE = "whole"
    PART = "part"


class PictureKind(Labelled):
    """A photograph shows what is; an architect's view shows what may come, and says so."""

    PHOTO = "photo", _("Photograph")
    PROJECTION = "projection", _("Architect's view: what is planned, not a photograph")
    MAP = "map", _("Map")
    DRAWING = "drawing", _("Drawing")


plan_campaign = sa.Table(
    "plan_campaign",
    db.metadata,
    sa.Column("plan_id", sa.ForeignKey("plan.id"), primary_key=True),
    sa.Column("campaign_id", sa.ForeignKey("campaign.id"), primary_key=True, index=True),
)
action_place = sa.Table(
    "action_place",
    db.metadata,
    sa.Column("action_id", sa.ForeignKey("action.id"), primary_key=True),
    sa.Column("place_id", sa.ForeignKey("place.id"), primary_key=True, index=True),
)
see_also = sa.Table(
    "see_also",
    db.metadata,
    sa.Column("action_id", sa.ForeignKey("action.id"), primary_key=True),
    sa.Column("other_id", sa.ForeignKey("action.id"), primary_key=True),
)


class Plan(db.Model):
    """What the council commits to, adopted by an act and followed in the open for years."""

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    subtitle: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(default="")
    state: Mapped[PlanState] = choice(PlanState, default=PlanState.DRAFT)
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"))
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    # The transcription, whole: heavy, so read only by who asks for it.
    source: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, deferred=True)
    imprint: Mapped[str] = mapped_column(default="")  # who printed it and when, one a line
    stale_after_days: Mapped[int] = mapped_column(default=365)
    is_demo: Mapped[bool] = mapped_column(default=False)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    adopted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    act: Mapped[Act | None] = relationship()
    place: Mapped[Place | None] = relationship()
    programme: Mapped[Programme | None] = relationship()
    source_file: Mapped[StoredFile | None] = relationship()
    campaigns: Mapped[list[Campaign]] = relationship(secondary=plan_campaign)

    __table_args__ = (
        sa.CheckConstraint("state = 'draft' OR act_id IS NOT NULL", name="adopted_by_an_act"),
    )

    @property
    def is_public(self) -> bool:
        return self.state == PlanState.PUBLISHED

    def move_to(self, state: PlanState) -> None:
        """Take the next step of its life; there is no other way to change state."""
        if state not in NEXT[self.state]:
            raise ValueError(f"{self!r}: {self.state} cannot become {state}")
        self.state = state
        if state == PlanState.ADOPTED:
            self.adopted_at = clock.now()
        elif state == PlanState.PUBLISHED:
            self.published_at = clock.now()


class Engagement(db.Model):
    """One branch of a plan; the tree may be as deep as the document that was adopted."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"))
    level: Mapped[str] = mapped_column(default="")  # what the document calls it: enjeu, axe…
    number: Mapped[str] = mapped_column(default="")  # as printed: « ENGAGEMENT N°1 »
    title: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    page: Mapped[str] = mapped_column(default="")  # where it stands in the printed document
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    plan: Mapped[Plan] = relationship()

    __table_args__ = (sa.UniqueConstraint("plan_id", "external_ref"),)


class Action(db.Model):
    """Something the town will do. It may serve several engagements; totals count it once."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    title: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    dates_words: Mapped[str] = mapped_column(default="")  # as printed: « second semestre 2023 »
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]  # the last day of what was promised
    periodicity: Mapped[str] = mapped_column(default="")
    events: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    tags: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # « ENGAGE EN 2023 »
    unit: Mapped[str] = mapped_column(default="")  # the service that carries it
    pilot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    # The latest status report, kept in step by `reported`, rebuilt by `consult recount`.
    progress: Mapped[Progress] = choice(Progress, default=Progress.UNKNOWN)
    reported_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship()
    pilot: Mapped[User | None] = relationship()
    places: Mapped[list[Place]] = relationship(secondary=action_place)
    see_also: Mapped[list["Action"]] = relationship(
        secondary=see_also,
        primaryjoin=lambda: Action.id == see_also.c.action_id,
        secondaryjoin=lambda: Action.id == see_also.c.other_id,
    )

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "external_ref"),
        sa.Index("ix_action_standing", "plan_id", "progress", "due_on"),  # all that counts need
        sa.CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR starts_on <= due_on", name="order"
        ),
    )

    @property
    def is_overdue(self) -> bool:
        """Past the day it was promised for, and nobody said that it is over."""
        over = self.progress in OVER
        return self.due_on is not None and self.due_on < clock.today() and not over

    @property
    def is_late(self) -> bool:
        """Overdue, and somebody said it is not over; where nobody said, that is not known."""
        return self.is_overdue and self.progress != Progress.UNKNOWN

    @property
    def days_unreported(self) -> int | None:
        """Whole days since anybody said where it stands; None where it is over."""
        if self.progress in OVER:
            return None
        since = self.reported_at or self.plan.published_at
        return (clock.now() - since).days if since else None

    @property
    def is_stale(self) -> bool:
        days = self.days_unreported
        return days is not None and days > self.plan.stale_after_days

    def reported(self, progress: Progress, at: datetime) -> None:
        """Take note of the latest status report."""
        self.progress, self.reported_at = progress, at


class Serves(db.Model):
    """Which engagements an action serves, and in what order it stands there."""

    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id"))
    engagement_id: Mapped[int] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    action: Mapped[Action] = relationship()
    engagement: Mapped[Engagement] = relationship()

    __table_args__ = (sa.UniqueConstraint("action_id", "engagement_id"),)


class ActorRole(db.Model):
    """Which body takes part in an action, and as what, in the words of the source."""

    __tablename__ = "actor_role"

    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(default="")
    named: Mapped[str] = mapped_column(default="")  # the name as printed there
    order: Mapped[int] = mapped_column(default=0)
    action: Mapped[Action] = relationship()
    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (sa.UniqueConstraint("action_id", "organisation_id"),)


class Origin(db.Model):
    """Whose words an engagement or an action comes from, in whole or in part, and how."""

    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"))
    action_id: Mapped[int | None] = mapped_column(sa.ForeignKey("action.id"))
    degree: Mapped[Degree] = choice(Degree, default=Degree.WHOLE)
    words: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    removed_at: Mapped[datetime | None]
    contribution: Mapped[Contribution] = relationship()
    engagement: Mapped[Engagement | None] = relationship()
    action: Mapped[Action | None] = relationship()
    plan: Mapped[Plan] = relationship()

    __table_args__ = (
        sa.Index("uq_origin_engagement", "engagement_id", "contribution_id", unique=True),
        sa.Index("uq_origin_action", "action_id", "contribution_id", unique=True),
        sa.CheckConstraint(
            "(engagement_id IS NULL) <> (action_id IS NULL)", name="engagement_or_action"
        ),
        sa.CheckConstraint("degree = 'whole' OR words <> ''", name="which_part"),
    )


class Promise(db.Model):
    """An engagement or an action as it was adopted. Nothing changes it afterwards."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"), unique=True)
    action_id: Mapped[int | None] = mapped_column(sa.ForeignKey("action.id"), unique=True)
    content: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.CheckConstraint(
            "(engagement_id IS NULL) <> (action_id IS NULL)", name="engagement_or_action"
        ),
    )


class Revision(db.Model):
    """One change to a promise after its adoption: what it was, what it became, and why."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(sa.ForeignKey("action.id"), index=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str]
    version: Mapped[int] = mapped_column(default=0)  # the version of the plan it belongs to
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason"),)


class Picture(db.Model):
    """A picture of a plan: its caption first; it is shown once it has words and a credit."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    kind: Mapped[PictureKind] = choice(PictureKind, default=PictureKind.PHOTO)
    caption: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    alternative: Mapped[str] = mapped_column(default="")
    is_decorative: Mapped[bool] = mapped_column(default=False)
    credit: Mapped[str] = mapped_column(default="")
    order: Mapped[int] = mapped_column(default=0)
    plan: Mapped[Plan] = relationship()
    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    __table_args__ = (
        sa.CheckConstraint(
            "file_id IS NULL OR (credit <> '' AND (alternative <> '' OR is_decorative))",
            name="words_and_credit",
        ),
    )


class VersionKind(Labelled):
    """Which text of a plan this is: the one adopted, or one that came after it."""

    ADOPTED = "adopted", _("Adopted version")
    MIDTERM = "midterm", _("Mid-term version")
    OTHER = "other", _("Later version")


class PlanVersion(db.Model):
    """A text of the plan, in force until the next one opens; what joins meanwhile belongs to it."""

    __tablename__ = "plan_version"

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    number: Mapped[int]  # 1 is what was adopted
    kind: Mapped[VersionKind] = choice(VersionKind)
    title: Mapped[str] = mapped_column(default="")
    as_of: Mapped[date | None]
    as_of_words: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    plan: Mapped[Plan] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
    )


class SheetState(StrEnum):
    """Announced: its theme and aim are known; published: it can be read whole."""

    ANNOUNCED = "announced"
    PUBLISHED = "published"


class Sheet(db.Model):
    """An action sheet: announced first, then published; each text of it stays where it was."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    number: Mapped[str] = mapped_column(default="")  # as printed, where it is
    thematic: Mapped[str]
    title: Mapped[str] = mapped_column(default="")  # of the latest text; empty until there is one
    aim: Mapped[str] = mapped_column(default="")  # what was announced
    state: Mapped[SheetState] = choice(SheetState, default=SheetState.ANNOUNCED)
    since: Mapped[int] = mapped_column(default=0)  # the version of the plan it joined; 0: before
    order: Mapped[int] = mapped_column(default=0)
    # What is being written and nobody else reads yet.
    draft: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True), deferred=True)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    plan: Mapped[Plan] = relationship()
    engagement: Mapped[Engagement | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "external_ref"),
        sa.CheckConstraint("state = 'announced' OR title <> ''", name="published_with_a_title"),
    )

    @property
    def name(self) -> str:
        """What it is called: by its title, else by its theme."""
        return self.title or self.thematic

    def become(self, title: str, thematic: str) -> None:
        """Take the title and the theme of the text just published."""
        self.title, self.thematic = title, thematic
        self.state, self.draft = SheetState.PUBLISHED, None


class SheetVersion(db.Model):
    """One text of an action sheet, whole; the next one stands beside it and never over it."""

    __tablename__ = "sheet_version"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("sheet.id"))
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    number: Mapped[int]
    plan_version: Mapped[int] = mapped_column(default=0)  # the version of the plan in force then
    content: Mapped[dict[str, Any]]  # see consult.engagements.sheets
    reason: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    sheet: Mapped[Sheet] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "number"),
        sa.CheckConstraint("number = 1 OR reason <> ''", name="reason"),
    )


class Amount(db.Model):
    """Money a plan speaks of: as printed, in cents, and what it is: hoped for, voted or spent.

    A correction is a new line that names the one it replaces.
    """

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"))
    action_id: Mapped[int | None] = mapped_column(sa.ForeignKey("action.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sheet.id"), index=True)
    subject: Mapped[str]
    words: Mapped[str]  # as printed: « un montant prévisionnel de 110M€ »
    cents: Mapped[int] = mapped_column(sa.BigInteger)
    nature: Mapped[Nature] = choice(Nature, default=Nature.UNKNOWN)
    dates_words: Mapped[str] = mapped_column(default="")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("amount.id"), unique=True)
    reason: Mapped[str] = mapped_column(default="")
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    struck_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship()
    engagement: Mapped[Engagement | None] = relationship()
    action: Mapped[Action | None] = relationship()
    sheet: Mapped[Sheet | None] = relationship()
    replaces: Mapped["Amount | None"] = relationship(remote_side="Amount.id")

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "external_ref"),
        sa.CheckConstraint(
            "(CASE WHEN engagement_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN action_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN sheet_id IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_subject",
        ),
        sa.CheckConstraint("words <> ''", name="words"),
        sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name="reason"),
    )


class MomentKind(Labelled):
    """Why one meets: to evaluate, each in its own way, or a date the plan only mentions."""

    MIDTERM = "midterm", _("Mid-term evaluation")
    ANNUAL = "annual", _("Annual review")
    CLOSING = "closing", _("Closing evaluation")
    PARTICIPATIVE = "participative", _("Evaluation with residents")
    COHORT = "cohort", _("Following a group of people over time")
    OTHER = "other", _("Other evaluation")
    MILESTONE = "milestone", _("Key date")


class Moment(db.Model):
    """A moment at which a plan is looked at again: when, how often, by whom, with what to show."""

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sheet.id"), index=True)
    kind: Mapped[MomentKind] = choice(MomentKind)
    title: Mapped[str]
    due_words: Mapped[str] = mapped_column(default="")  # as printed; of the first, if it recurs
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]  # the last day those words may mean
    periodicity: Mapped[str] = mapped_column(default="")  # as printed: « Revue annuelle »
    responsible: Mapped[str] = mapped_column(default="")  # a body or a service, as printed
    pilot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    deliverable: Mapped[str] = mapped_column(default="")
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    removed_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship()
    sheet: Mapped[Sheet | None] = relationship()
    pilot: Mapped[User | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "external_ref"),
        sa.CheckConstraint("title <> ''", name="title"),
        sa.CheckConstraint(
            "starts_on IS NULL OR due_on IS NULL OR starts_on <= due_on", name="order"
        ),
    )


class MomentDone(db.Model):
    """A moment took place: on which day, and the document that shows it."""

    __tablename__ = "moment_done"

    moment_id: Mapped[int] = mapped_column(sa.ForeignKey("moment.id"), index=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    due_on: Mapped[date | None]  # which of its dates this answers
    done_on: Mapped[date]
    words: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    url: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    moment: Mapped[Moment] = relationship()
    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    __table_args__ = (
        sa.UniqueConstraint("moment_id", "due_on"),
        sa.CheckConstraint("file_id IS NOT NULL OR url IS NOT NULL", name="document"),
    )


class MomentReminder(db.Model):
    """The person in charge was reminded of this date: once as it comes, once when it is past."""

    __tablename__ = "moment_reminder"

    moment_id: Mapped[int] = mapped_column(sa.ForeignKey("moment.id"))
    due_on: Mapped[date]
    is_late: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("moment_id", "due_on", "is_late"),)


append_only(Promise)
append_only(Revision)
append_only(PlanVersion)
append_only(SheetVersion)
append_only(MomentDone)

personal(ActorRole, RECORD, "named")
personal(Moment, RECORD, "responsible")
impersonal(
    Plan,
    Engagement,
    Action,
    Serves,
    ActorRole,
    Origin,
    Promise,
    Revision,
    Picture,
    PlanVersion,
    Sheet,
    SheetVersion,
    Amount,
    Moment,
    MomentDone,
    MomentReminder,
)
