"""The question a town asks: its calendar, its rules, its file."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.personal import impersonal
from consult.people.models import User
from consult.territory.models import Place


class LegalNature(Labelled):
    """Under which law people are asked, named as the law does (CRPA, C. env., C. urb., CGCT)."""

    OPEN_CONSULTATION = "open_consultation", _("Open consultation (CRPA, article L. 131-1)")
    ENVIRONMENT = (
        "environment",
        _("Public participation on the environment (environmental code, article L. 123-19-1)"),
    )
    PLANNING = "planning", _("Concertation before planning (planning code, article L. 103-2)")
    PARTICIPATORY_BUDGET = (
        "participatory_budget",
        _("Participatory budget (rules voted by the council)"),
    )
    SURVEY = "survey", _("Survey")
    PREFERENCE_VOTE = "preference_vote", _("Vote of preference, which decides nothing by itself")


class Moderation(Labelled):
    BEFORE = "before", _("A facilitator reads each text before it is published.")
    AFTER = "after", _("Texts are published at once; a facilitator reads them afterwards.")


class Identity(Labelled):
    """How somebody shows who they are: nothing, an address, or one of the stronger `WAYS`."""

    NONE = "none", _("Nobody is asked who they are: no account is needed.")
    EMAIL = "email", _("An e-mail address that answers is needed, or a paper form.")
    DECLARED = "declared", _("One declares an address within the perimeter.")
    LETTER = "letter", _("One types in a code received in a paper letter.")
    OIDC = "oidc", _("One signs in with FranceConnect or a similar service.")
    DESK = "desk", _("One shows a paper to an agent at the desk.")


WAYS = (Identity.DECLARED, Identity.LETTER, Identity.OIDC, Identity.DESK)


def known_by(ways: Sequence[str] | None) -> Identity:
    """What counts a person once where these ways are accepted: account, letter, or who they are."""
    if not ways:
        return Identity.EMAIL
    return Identity.LETTER if set(ways) == {Identity.LETTER} else Identity.DECLARED


class AgeBracket(Labelled):
    """How old somebody is, no nearer than a rule needs."""

    UNDER_15 = "under_15", _("Under 15")
    FROM_15 = "from_15", _("15 to 17")
    ADULT = "adult", _("18 and over")


class State(StrEnum):
    """What people decided about it; what the clock can tell is never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RESULTS = "results"  # results published
    CANCELLED = "cancelled"


NEXT = {
    State.DRAFT: {State.PUBLISHED},
    State.PUBLISHED: {State.RESULTS, State.CANCELLED},
    State.RESULTS: set(),
    State.CANCELLED: set(),
}


class Stage(StrEnum):
    """Where a campaign stands today, by what people decided and by the clock: never stored."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"  # results are expected
    ANSWERED = "answered"  # results are published
    CANCELLED = "cancelled"


class PhaseKind(Labelled):
    PROPOSE = "propose", _("Propose")
    DISCUSS = "discuss", _("Discuss")
    VOTE = "vote", _("Support")
    ANSWER = "answer", _("Answers of the town")
    FOLLOW_UP = "follow_up", _("Follow-up")


YOUNGEST: dict[AgeBracket | None, LazyString] = {
    None: _("No age is asked."),
    AgeBracket.FROM_15: _("From 15 on."),
    AgeBracket.ADULT: _("From 18 on."),
}
NIGHT = time(23, 59, 59)  # a last day is a whole day
PARTICIPATION = (PhaseKind.PROPOSE, PhaseKind.DISCUSS, PhaseKind.VOTE)
# What a campaign may not change in silence once it has opened; its calendar and themes as well.
FROZEN = (
    "title",
    "question",
    "decider",
    "legal_nature",
    "audience",
    "rules",
    "purpose",
    "offline",
    "privacy",
    "moderation",
    "identity",
    "ways",
    "proves_comments",
    "perimeter",
    "postcodes",
    "is_for_insiders",
    "youngest",
    "support_limit",
    "hides_counts",
)

campaign_place = sa.Table(
    "campaign_place",
    db.metadata,
    sa.Column("campaign_id", sa.ForeignKey("campaign.id"), primary_key=True),
    sa.Column("place_id", sa.ForeignKey("place.id"), primary_key=True, index=True),
)


class Campaign(db.Model):
    """A consultation. What frames it is written down in `CampaignRules` when it opens."""

    slug: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    title: Mapped[str]
    question: Mapped[str] = mapped_column(default="")
    presentation: Mapped[str] = mapped_column(default="")
    decider: Mapped[str] = mapped_column(default="")
    legal_nature: Mapped[LegalNature | None] = choice(LegalNature)
    audience: Mapped[str] = mapped_column(default="")  # who may take part
    rules: Mapped[str] = mapped_column(default="")  # the rules of participation, in words
    purpose: Mapped[str] = mapped_column(default="")  # what will be done with the results
    offline: Mapped[str] = mapped_column(default="")  # how to take part without the web
    privacy: Mapped[str] = mapped_column(default="")  # what is done with personal data
    contact: Mapped[str] = mapped_column(default="")
    period_words: Mapped[str | None]  # the dates as a source prints them, when it gives no days
    participation_words: Mapped[str | None]  # « des centaines d'habitants »
    moderation: Mapped[Moderation] = choice(Moderation, default=Moderation.BEFORE)
    identity: Mapped[Identity] = choice(Identity, default=Identity.EMAIL)
    # Beyond the address: any one of these stronger ways proves that one may take part.
    ways: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    proves_comments: Mapped[bool] = mapped_column(default=False)  # asked of comments as well
    perimeter: Mapped[str] = mapped_column(default="")  # where one lives to be inside, in words
    postcodes: Mapped[str] = mapped_column(default="")  # « 92330 92220 »; empty: not compared
    is_for_insiders: Mapped[bool] = mapped_column(default=False)  # else outsiders count apart
    youngest: Mapped[AgeBracket | None] = choice(AgeBracket)  # None: no age is asked
    dpia_on: Mapped[date | None]  # « AIPD validée le … »: nobody proves anything before
    dpia_by: Mapped[str] = mapped_column(default="")
    support_limit: Mapped[int | None]  # supports each; None: as many as one likes
    hides_counts: Mapped[bool] = mapped_column(default=False)  # until the vote closes
    state: Mapped[State] = choice(State, default=State.DRAFT)
    is_demo: Mapped[bool] = mapped_column(default=False)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    evaluates_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    results_at: Mapped[datetime | None]
    results_words: Mapped[str] = mapped_column(default="")  # the synthesis that closes it
    cancelled_at: Mapped[datetime | None]
    cancelled_words: Mapped[str] = mapped_column(default="")
    phases: Mapped[list["Phase"]] = relationship(
        order_by="Phase.opens_at, Phase.id", lazy="selectin", back_populates="campaign"
    )
    themes: Mapped[list["Theme"]] = relationship(order_by="Theme.order, Theme.id", lazy="selectin")
    places: Mapped[list[Place]] = relationship(secondary=campaign_place, order_by=Place.name)
    documents: Mapped[list["CampaignDocument"]] = relationship(
        order_by="CampaignDocument.id", viewonly=True
    )
    versions: Mapped[list["CampaignRules"]] = relationship(
        order_by="CampaignRules.number", viewonly=True
    )

    __table_args__ = (
        sa.CheckConstraint("support_limit IS NULL OR support_limit > 0", name="support_limit"),
        sa.CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published"),
        sa.CheckConstraint("state <> 'results' OR results_at IS NOT NULL", name="results"),
        sa.CheckConstraint(
            "state <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_words <> '')",
            name="cancelled",
        ),
        sa.CheckConstraint("identity IN ('none', 'email')", name="base_identity"),
        sa.CheckConstraint("dpia_on IS NULL OR dpia_by <> ''", name="dpia"),
    )

    @property
    def is_public(self) -> bool:
        return self.state != State.DRAFT

    @property
    def accepted(self) -> tuple[Identity, ...]:
        """The stronger ways it accepts, any of which is enough; none: an address at most."""
        return tuple(way for way in WAYS if way in (self.ways or ()))

    def phase(self, kind: PhaseKind) -> "Phase | None":
        """The phase of this kind, if the calendar has one."""
        return next((phase for phase in self.phases if phase.kind == kind), None)

    def is_open(self, kind: PhaseKind) -> bool:
        """Whether the clock stands within the phase of this kind, and people may act in it."""
        phase = self.phase(kind)
        return self.state == State.PUBLISHED and phase is not None and phase.is_current

    @property
    def opens_at(self) -> datetime | None:
        """When people may first take part."""
        return min((phase.opens_at for phase in self._participation), default=None)

    @property
    def closes_at(self) -> datetime | None:
        """When people may last take part."""
        ends = [phase.closes_at for phase in self._participation if phase.closes_at]
        return max(ends, default=None)

    @property
    def has_opened(self) -> bool:
        return self.is_public and self.opens_at is not None and self.opens_at <= clock.now()

    @property
    def has_closed(self) -> bool:
        return self.is_public and self.closes_at is not None and self.closes_at <= clock.now()

    @property
    def counts_hidden(self) -> bool:
        """Whether supports are still counted out of sight."""
        vote = self.phase(PhaseKind.VOTE)
        return bool(
            self.hides_counts and vote and (not vote.closes_at or vote.closes_at > clock.now())
        )

    @property
    def days_without_results(self) -> int | None:
        """Whole days since it closed, while its results are not published."""
        if self.state != State.PUBLISHED or not self.has_closed or self.closes_at is None:
            return None
        return (clock.now() - self.closes_at).days

    @property
    def opened_at(self) -> datetime | None:
        """The moment its rules froze: its first day, or its publication if that came later."""
        if not self.has_opened or self.published_at is None or self.opens_at is None:
            return None
        return max(self.opens_at, self.published_at)

    @property
    def stage(self) -> Stage:
        """Where it stands today."""
        if self.state in (State.DRAFT, State.CANCELLED):
            return Stage(self.state.value)
        if self.state == State.RESULTS:
            return Stage.ANSWERED
        if self.opens_at is None or self.has_closed:
            return Stage.CLOSED  # a source that gives no days tells of something over
        return Stage.OPEN if self.has_opened else Stage.UPCOMING

    @property
    def file_on_show(self) -> list["CampaignDocument"]:
        """The papers of its file that were not taken away."""
        return [document for document in self.documents if document.removed_at is None]

    @property
    def _participation(self) -> list["Phase"]:
        return [phase for phase in self.phases if phase.kind in PARTICIPATION]

    def framed(self) -> dict[str, Any]:
        """What frames it as it stands: every frozen field, the themes, and the calendar."""
        content = {name: _plain(getattr(self, name)) for name in FROZEN}
        content["themes"] = [{"id": theme.id, "title": theme.title} for theme in self.themes]
        content["phases"] = [
            {
                "kind": phase.kind.value,
                "opens_at": phase.opens_at.isoformat(),
                "closes_at": phase.closes_at.isoformat() if phase.closes_at else None,
            }
            for phase in sorted(self.phases, key=lambda phase: phase.opens_at)
        ]
        return content

    def freeze(self) -> "CampaignRules | None":
        """Write down the rules as they stood at opening, unless that was done already.

        Nothing that frames an open campaign changes before this is called, so what stands is what
        stood when it opened.
        """
        if self.opened_at is None or self._last_version():
            return None
        return self._write(1, at=self.opened_at)

    def reframe(self, reason: str, author: User | None) -> "CampaignRules":
        """Write down the rules as they now stand, and why they changed."""
        return self._write(self._last_version() + 1, reason=reason, author=author)

    def _last_version(self) -> int:
        numbers = sa.select(sa.func.max(CampaignRules.number)).where(
            CampaignRules.campaign_id == self.id
        )
        return db.session.scalar(numbers) or 0

    def _write(
        self,
        number: int,
        *,
        reason: str = "",
        author: User | None = None,
        at: datetime | None = None,
    ) -> "CampaignRules":
        version = CampaignRules(
            campaign_id=self.id,
            number=number,
            content=self.framed(),
            reason=reason,
            author_id=author.id if author else None,
            at=at or clock.now(),
        )
        db.session.add(version)
        return version

    def move_to(self, state: State) -> None:
        """Take the next step of its life; there is no other way to change state."""
        if state not in NEXT[self.state]:
            raise ValueError(f"{self!r}: {self.state} cannot become {state}")
        self.state = state
        if state == State.PUBLISHED:
            self.published_at = clock.now()
        elif state == State.RESULTS:
            self.results_at = clock.now()
        elif state == State.CANCELLED:
            self.cancelled_at = clock.now()


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def opening(first: date) -> datetime:
    """The first moment of a day in town."""
    return clock.from_town(datetime.combine(first, time.min))


def closing(last: date) -> datetime:
    """The last second of a day in town."""
    return clock.from_town(datetime.combine(last, NIGHT))


class Phase(db.Model):
    """One dated step of a campaign; rights open and close with it by the clock alone."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    kind: Mapped[PhaseKind] = choice(PhaseKind)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(default="")  # what happens then
    campaign: Mapped[Campaign] = relationship(back_populates="phases")

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "kind"),
        sa.CheckConstraint("closes_at IS NULL OR closes_at > opens_at", name="order"),
    )

    @property
    def is_past(self) -> bool:
        return self.closes_at is not None and self.closes_at <= clock.now()

    @property
    def is_current(self) -> bool:
        return self.opens_at <= clock.now() and not self.is_past


class Theme(db.Model):
    """One subject under which contributions of a campaign are sorted."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    title: Mapped[str]
    order: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("campaign_id", "title"),)


class CampaignRules(db.Model):
    """What framed a campaign from one moment on: the first version at opening, others with why."""

    __tablename__ = "campaign_rules"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]  # see `Campaign.framed`
    reason: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("number = 1 OR reason <> ''", name="reason"),
    )

    @property
    def digest(self) -> str:
        """The fingerprint of a version, so that the journal vouches for its words."""
        text = json.dumps(self.content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class CampaignDocument(db.Model):
    """A paper of the campaign's file: its title, what it is, its day."""

    __tablename__ = "campaign_document"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    title: Mapped[str]
    nature: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    removed_at: Mapped[datetime | None]
    removed_words: Mapped[str] = mapped_column(default="")  # why, once the campaign has opened
    file: Mapped[StoredFile] = relationship(lazy="joined")


append_only(CampaignRules)

impersonal(Campaign, Phase, Theme, CampaignRules, CampaignDocument)
