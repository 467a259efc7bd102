"""What the assembly decided: its sittings, its acts, their votes, and when they became public."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.personal import RECORD, impersonal, personal
from consult.core.text import fold
from consult.council import law
from consult.territory.models import Place

_WEEK = timedelta(days=law.LIST_DAYS)


class ActKind(Labelled):
    """A note is no report, a report no draft, a draft no deliberation."""

    DELIBERATION = "deliberation", _("Deliberation")
    REPORT = "report", _("Written report")
    NOTE = "note", _("Briefing note")
    DRAFT = "draft", _("Draft deliberation")
    MINUTES = "minutes", _("Minutes of a sitting")
    AGREEMENT = "agreement", _("Agreement")
    CALL = "call", _("Call for expressions of interest")
    ORDER = "order", _("Order of the executive")


# What is put to the council: nothing is voted in these documents.
PROPOSALS = (ActKind.NOTE, ActKind.REPORT, ActKind.DRAFT)
# What binds, once it is published and transmitted.
BINDING = (ActKind.DELIBERATION, ActKind.AGREEMENT, ActKind.ORDER)
# What is signed without a vote of its own: an order, and an agreement that a deliberation approves.
UNVOTED = (ActKind.AGREEMENT, ActKind.ORDER)


class ActState(Labelled):
    DRAFT = "draft", _("In preparation")
    ON_AGENDA = "on_agenda", _("On the agenda")
    WITHDRAWN = "withdrawn", _("Taken off the agenda")
    POSTPONED = "postponed", _("Postponed to a later sitting")
    ADOPTED = "adopted", _("Adopted by the assembly")
    REJECTED = "rejected", _("Rejected by the assembly")
    SIGNED = "signed", _("The act is signed")
    TRANSMITTED = "transmitted", _("Transmitted to the prefecture")
    PUBLISHED = "published", _("Put online")
    ENFORCEABLE = "enforceable", _("Enforceable")
    AMENDED = "amended", _("Amended by a later act")
    REPEALED = "repealed", _("Repealed")
    ANNULLED = "annulled", _("Annulled by the court")


_ENDED = {ActState.REPEALED, ActState.ANNULLED}
NEXT: dict[ActState, set[ActState]] = {
    ActState.DRAFT: {ActState.ON_AGENDA},
    ActState.ON_AGENDA: {
        *(ActState.WITHDRAWN, ActState.POSTPONED),
        *(ActState.ADOPTED, ActState.REJECTED),
    },
    ActState.WITHDRAWN: set(),
    ActState.POSTPONED: {ActState.ON_AGENDA},
    ActState.ADOPTED: {ActState.SIGNED},
    ActState.REJECTED: set(),
    ActState.SIGNED: {ActState.TRANSMITTED},
    ActState.TRANSMITTED: {ActState.PUBLISHED},
    ActState.PUBLISHED: {ActState.ENFORCEABLE},
    ActState.ENFORCEABLE: {ActState.AMENDED, *_ENDED},
    ActState.AMENDED: {ActState.AMENDED, *_ENDED},
    ActState.REPEALED: set(),
    ActState.ANNULLED: set(),
}
# States in which an assembly has said yes.
CARRIED = (
    *(ActState.ADOPTED, ActState.SIGNED, ActState.TRANSMITTED, ActState.PUBLISHED),
    *(ActState.ENFORCEABLE, ActState.AMENDED, ActState.REPEALED, ActState.ANNULLED),
)
OPEN = (ActState.DRAFT, ActState.ON_AGENDA, ActState.POSTPONED)
IN_FORCE = (ActState.ENFORCEABLE, ActState.AMENDED)


class VoteMode(Labelled):
    PUBLIC = "public", _("Public ballot")
    SECRET = "secret", _("Secret ballot")


class Casting(Labelled):
    """Which way the president's voice turned a tie."""

    FOR = "for", _("For")
    AGAINST = "against", _("Against")


class Part(Labelled):
    """What a person does on an act. Who presents a report may not be who reports on the act."""

    RAPPORTEUR = "rapporteur", _("Rapporteur")
    PRESENTER = "presenter", _("Presented by")
    SIGNATORY = "signatory", _("Signed by")


class Tie(Labelled):
    """How an act follows from another."""

    FOLLOWS = "follows", _("Follows from")
    AMENDS = "amends", _("Amends")
    REPEALS = "repeals", _("Repeals")

    @property
    def turned(self) -> LazyString:
        """The same, read from the earlier act."""
        return TURNED[self]


TURNED = {
    Tie.FOLLOWS: _("Led to"),
    Tie.AMENDS: _("Amended by"),
    Tie.REPEALS: _("Repealed by"),
}


class ItemState(Labelled):
    LISTED = "listed", _("On the agenda")
    EXAMINED = "examined", _("Examined")
    WITHDRAWN = "withdrawn", _("Taken off the agenda")
    POSTPONED = "postponed", _("Postponed to a later sitting")


class Fate(Labelled):
    """What became of an amendment."""

    PENDING = "pending", _("Not examined yet")
    ADOPTED = "adopted", _("Amendment adopted")
    REJECTED = "rejected", _("Amendment rejected")
    WITHDRAWN = "withdrawn", _("Amendment withdrawn")


class Online(StrEnum):
    """What was put online with its date: an act, the list of a sitting, its minutes."""

    ACT = "act"
    LIST = "list"
    MINUTES = "minutes"


class Remark(Labelled):
    CORRECTION = "correction", _("Correction")
    ANNULMENT = "annulment", _("Annulment by the court")
    OFFLINE = "offline", _("Taken offline")


act_place = sa.Table(
    "act_place",
    db.metadata,
    sa.Column("act_id", sa.ForeignKey("act.id"), primary_key=True),
    sa.Column("place_id", sa.ForeignKey("place.id"), primary_key=True, index=True),
)


class Assembly(db.Model):
    """A body that sits and votes, and what the law asks to know of it."""

    name: Mapped[str]
    collectivity: Mapped[str] = mapped_column(default="")  # « Ville de … », on open data
    siret: Mapped[str | None] = mapped_column(sa.String(14))
    in_office: Mapped[int | None]
    proxies_each: Mapped[int] = mapped_column(default=1)  # how many one member may hold
    court: Mapped[str] = mapped_column(default="")
    court_address: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)

    __table_args__ = (
        sa.UniqueConstraint("name", "collectivity"),
        sa.CheckConstraint("proxies_each >= 0", name="proxies"),
        sa.CheckConstraint("in_office IS NULL OR in_office > 0", name="in_office"),
    )


class Quorum(NamedTuple):
    """Whether enough members were in the room. `reached` is None where nobody said who was."""

    needed: int | None
    counted: int | None
    reached: bool | None
    is_waived: bool = False  # a second convening needs none


class Sitting(db.Model):
    """One meeting of an assembly. Who was there may not be known: then it stays unknown."""

    assembly_id: Mapped[int] = mapped_column(sa.ForeignKey("assembly.id"), index=True)
    held_on: Mapped[date]
    hour: Mapped[str] = mapped_column(default="")  # « 19 h 30 »
    place: Mapped[str | None]
    convened_on: Mapped[date | None]
    # The sitting that lacked its quorum, where this is the second convening.
    after_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sitting.id"), unique=True)
    president: Mapped[str | None]
    secretary: Mapped[str | None]
    in_office: Mapped[int | None]
    present: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    absent: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    proxies_are_known: Mapped[bool] = mapped_column(default=False)
    printed: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # The minutes: what is not said above.
    ballot_requests: Mapped[str | None]
    ballot_results: Mapped[str | None]
    discussions: Mapped[str | None]
    approved_on: Mapped[date | None]
    shown_at: Mapped[datetime | None]
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    assembly: Mapped[Assembly] = relationship()
    after: Mapped["Sitting | None"] = relationship(remote_side="Sitting.id")
    proxies: Mapped[list["Proxy"]] = relationship(
        cascade="all, delete-orphan", order_by="Proxy.id", back_populates="sitting"
    )
    items: Mapped[list["AgendaItem"]] = relationship(
        order_by="AgendaItem.order", back_populates="sitting"
    )
    publications: Mapped[list["Publication"]] = relationship(order_by="Publication.id")

    __table_args__ = (
        sa.CheckConstraint("convened_on IS NULL OR convened_on <= held_on", name="convened"),
        sa.CheckConstraint("approved_on IS NULL OR approved_on >= held_on", name="approved"),
        sa.CheckConstraint("in_office IS NULL OR in_office > 0", name="in_office"),
    )

    @property
    def is_public(self) -> bool:
        return self.shown_at is not None

    def show(self) -> None:
        """Let everybody read it from now on."""
        self.shown_at = self.shown_at or clock.now()

    @property
    def members(self) -> int | None:
        return self.in_office or self.assembly.in_office

    def quorum(self, item: "AgendaItem | None" = None) -> Quorum:
        """More than half of those in office, in the room; proxies do not count, nor do those who
        have an interest in the item. A second convening needs none."""
        needed = law.quorum_needed(self.members) if self.members else None
        counted = len(self.present) if self.present is not None else None
        if item is not None:
            counted = item.present if item.present is not None else counted
            if counted is not None:
                counted = max(0, counted - len(item.interested))
        if self.after_id:
            return Quorum(needed, counted, True, is_waived=True)
        known = needed is not None and counted is not None
        return Quorum(needed, counted, counted >= needed if known else None)  # type: ignore[operator]

    @property
    def list_due_on(self) -> date:
        """The last day to put online the list of what was examined."""
        return self.held_on + _WEEK

    @property
    def minutes_due_on(self) -> date | None:
        return self.approved_on + _WEEK if self.approved_on else None

    def put_online(self, what: Online) -> "Publication | None":
        return next((one for one in self.publications if one.what == what), None)

    @property
    def is_list_overdue(self) -> bool:
        """More than a week since it sat, and the list of what was examined is not online."""
        is_owed = self.external_ref is None and self.list_due_on < clock.today()
        return is_owed and self.put_online(Online.LIST) is None

    @property
    def are_minutes_overdue(self) -> bool:
        due = self.minutes_due_on
        return due is not None and due < clock.today() and not self.put_online(Online.MINUTES)


class Proxy(db.Model):
    """A member who cannot come gives their voice to one who is there."""

    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("sitting.id"))
    giver: Mapped[str]
    giver_key: Mapped[str]
    holder: Mapped[str]
    sitting: Mapped[Sitting] = relationship(back_populates="proxies")

    __table_args__ = (sa.UniqueConstraint("sitting_id", "giver_key"),)

    @validates("giver")
    def _fold_giver(self, _name: str, giver: str) -> str:
        self.giver_key = fold(giver)
        return giver


class AgendaItem(db.Model):
    """One thing a sitting speaks of, in its order; who has an interest in it leaves the room."""

    __tablename__ = "agenda_item"

    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("sitting.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"), index=True)
    state: Mapped[ItemState] = choice(ItemState, default=ItemState.LISTED)
    reason: Mapped[str] = mapped_column(default="")  # why it was withdrawn or postponed
    present: Mapped[int | None]  # in the room for this item, where it differs from the sitting
    interested: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    sitting: Mapped[Sitting] = relationship(back_populates="items")
    act: Mapped["Act | None"] = relationship()
    amendments: Mapped[list["Amendment"]] = relationship(order_by="Amendment.id")

    __table_args__ = (
        sa.UniqueConstraint("sitting_id", "act_id"),
        sa.CheckConstraint("present IS NULL OR present >= 0", name="present"),
    )

    @property
    def is_public(self) -> bool:
        return self.sitting.is_public


class Amendment(db.Model):
    """A change somebody asked for in the text before the vote, and what became of it."""

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), index=True)
    author: Mapped[str]
    words: Mapped[str]
    fate: Mapped[Fate] = choice(Fate, default=Fate.PENDING)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    item: Mapped[AgendaItem] = relationship(back_populates="amendments")


def _text(kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """The text of an act: read only by who asks for its page (`undefer_group("text")`)."""
    return mapped_column(sa.JSON, default=kind, deferred=True, deferred_group="text")


class Act(db.Model):
    """A document of the assembly. What its source does not say stays empty; empty is never zero."""

    kind: Mapped[ActKind] = choice(ActKind, default=ActKind.DELIBERATION)
    state: Mapped[ActState] = choice(ActState, default=ActState.DRAFT)
    number: Mapped[str | None]  # as printed
    number_key: Mapped[str | None]
    title: Mapped[str]  # its « objet »
    words: Mapped[str] = mapped_column(default="")  # what it decides, as printed
    assembly: Mapped[str]
    assembly_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assembly.id"))
    sitting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sitting.id"), index=True)
    adopted_on: Mapped[date | None]
    adopted_words: Mapped[str | None]  # the date as printed, where it gives no day
    place: Mapped[str | None]
    # Its text, in the order of the page.
    visas: Mapped[list[str]] = _text(list)
    considerations: Mapped[list[str]] = _text(list)
    grounds: Mapped[list[str]] = _text(list)  # the lines that begin with « Sur »
    formula: Mapped[str] = mapped_column(default="")
    articles: Mapped[list[dict[str, str]]] = _text(list)  # {"number", "words"}
    body: Mapped[list[dict[str, Any]]] = _text(list)  # see `texts.py`
    printed: Mapped[dict[str, Any]] = _text(dict)  # the labels of the source, letter for letter
    commission: Mapped[str | None]
    opinions: Mapped[list[str]] = _text(list)
    # The vote.
    in_office: Mapped[int | None]
    present: Mapped[int | None]
    proxies: Mapped[int | None]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    not_voting: Mapped[int | None]  # there, and taking no part in the vote
    vote_mode: Mapped[VoteMode | None] = choice(VoteMode)
    casting_vote: Mapped[Casting | None] = choice(Casting)
    vote_words: Mapped[str | None]  # as printed, where the counts are not known
    # What follows the vote.
    signed_on: Mapped[date | None]
    transmitted_on: Mapped[date | None]
    received_on: Mapped[date | None]  # by the prefecture
    prefecture_id: Mapped[str | None]
    matter_code: Mapped[str | None]  # « 8.5 », national list of matters
    matter: Mapped[str | None]
    budget_year: Mapped[str | None]
    budget_name: Mapped[str | None]
    court: Mapped[str | None]
    court_address: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    shown_at: Mapped[datetime | None]  # since when everybody may read it
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    # Every word it is looked for by, folded.
    folded: Mapped[str] = mapped_column(default="", deferred=True)
    document: Mapped[StoredFile | None] = relationship()
    chamber: Mapped[Assembly | None] = relationship()
    sitting: Mapped[Sitting | None] = relationship()
    places: Mapped[list[Place]] = relationship(secondary=act_place, order_by=Place.name)
    people: Mapped[list["ActPerson"]] = relationship(
        cascade="all, delete-orphan", order_by="ActPerson.order", back_populates="act"
    )
    annexes: Mapped[list["Annex"]] = relationship(order_by="Annex.order", back_populates="act")
    publications: Mapped[list["Publication"]] = relationship(order_by="Publication.id")
    remarks: Mapped[list["ActRemark"]] = relationship(order_by="ActRemark.id")
    links: Mapped[list["ActLink"]] = relationship(
        foreign_keys="ActLink.act_id", order_by="ActLink.id", back_populates="act"
    )

    __table_args__ = (
        sa.UniqueConstraint("assembly_id", "kind", "number_key"),
        sa.CheckConstraint(
            "coalesce(votes_for, 0) >= 0 AND coalesce(votes_against, 0) >= 0"
            " AND coalesce(abstentions, 0) >= 0 AND coalesce(not_voting, 0) >= 0",
            name="counts",
        ),
        sa.CheckConstraint(
            "present IS NULL OR proxies IS NULL OR coalesce(votes_for, 0)"
            " + coalesce(votes_against, 0) + coalesce(abstentions, 0) + coalesce(not_voting, 0)"
            " <= present + proxies",
            name="ballots",
        ),
        sa.CheckConstraint(
            "casting_vote IS NULL OR (votes_for = votes_against AND vote_mode = 'public')",
            name="casting_vote",
        ),
    )

    @validates("number")
    def _key_of_number(self, _name: str, number: str | None) -> str | None:
        self.number_key = law.number_key(number)
        return number

    def move_to(self, state: ActState) -> None:
        """Take the next step of its life; there is no other way to change state."""
        steps = NEXT[self.state]
        if self.state == ActState.DRAFT and self.kind in UNVOTED:
            steps = steps | {ActState.SIGNED}
        if state not in steps:
            raise ValueError(f"{self!r}: {self.state} cannot become {state}")
        self.state = state

    # Who may read it.

    @property
    def is_public(self) -> bool:
        return self.shown_at is not None

    def show(self) -> None:
        """Let everybody read it from now on."""
        self.shown_at = self.shown_at or clock.now()

    @property
    def is_open(self) -> bool:
        """Whether its text may still be written: nobody voted on it or read it in public."""
        return self.state in OPEN and self.external_ref is None and not self.publications

    # What it is called.

    @property
    def heading(self) -> LazyString | str:
        """« Delibération n° 12 », or its subject where it has no number."""
        if self.number is None:
            return self.title
        return _("%(kind)s No. %(number)s", kind=self.kind.label, number=self.number_key)

    @property
    def short(self) -> LazyString | str:
        """Its number, or else what sort of document it is: for a narrow place."""
        return self.heading if self.number else self.kind.label

    @property
    def is_proposal(self) -> bool:
        """A note, a report, a draft: put to the council, and nothing is voted in it."""
        return self.kind in PROPOSALS

    @property
    def is_binding(self) -> bool:
        return self.kind in BINDING

    def named(self, part: Part) -> list["ActPerson"]:
        return [one for one in self.people if one.part == part]

    # The vote.

    @property
    def is_counted(self) -> bool:
        """Whether every count of the vote is known."""
        return None not in (self.votes_for, self.votes_against, self.abstentions)

    @property
    def has_vote(self) -> bool:
        """Whether anything is known of a vote: its counts, or how it was printed."""
        return self.is_counted or bool(self.vote_words)

    @property
    def cast(self) -> int | None:
        """How many took part in the vote, those who abstained included."""
        if not self.is_counted:
            return None
        return self.votes_for + self.votes_against + self.abstentions  # type: ignore[operator]

    @property
    def is_carried(self) -> bool | None:
        """Whether the counts say yes: more for than against, or a tie turned by the president."""
        if not self.is_counted:
            return None
        if self.votes_for == self.votes_against:
            return self.casting_vote is Casting.FOR
        return self.votes_for > self.votes_against  # type: ignore[operator]

    @property
    def vote(self) -> LazyString | str | None:
        """What the vote was, in words: computed from the counts, else as printed, else None."""
        if not self.is_counted:
            return self.vote_words or None
        if not self.votes_for and not self.votes_against:
            return _("no vote was cast for or against")
        if not self.votes_against:
            is_partial = self.abstentions or self.not_voting
            return _("unanimously of those voting") if is_partial else _("unanimously")
        counts = {"number": self.votes_for, "against": self.votes_against}
        if self.votes_for == self.votes_against:
            if self.casting_vote:
                return _(
                    "by %(number)s votes to %(against)s, the president's voice deciding", **counts
                )
            return _("rejected, %(number)s votes to %(against)s", **counts)
        if not self.is_carried:
            return _("rejected, %(number)s votes to %(against)s", **counts)
        return _("by %(number)s votes to %(against)s", **counts)

    @property
    def standing(self) -> LazyString:
        """Where it stands, in words. An assembly is said to have adopted only what it is known to
        have voted."""
        is_past = self.adopted_on is not None and self.adopted_on <= clock.today()
        is_decided = self.state == ActState.ADOPTED or (
            self.state == ActState.ON_AGENDA and self.kind == ActKind.DELIBERATION and is_past
        )
        if is_decided and not self.has_vote:
            return _("Vote not communicated")
        return self.state.label

    # What follows.

    @property
    def publication(self) -> "Publication | None":
        """The first time it was put online; nothing moves that day afterwards."""
        return self.publications[0] if self.publications else None

    @property
    def published_on(self) -> date | None:
        return clock.in_town(self.publication.at).date() if self.publication else None

    @property
    def enforceable_on(self) -> date | None:
        """The later of the two: the day it was put online, the day the prefecture received it."""
        if not self.is_binding or self.published_on is None or self.received_on is None:
            return None
        return max(self.published_on, self.received_on)

    @property
    def appeal_until(self) -> date | None:
        """The last day to go to court, as a guide; None as long as nothing says when it began."""
        if not self.is_binding or self.published_on is None:
            return None
        return law.last_day_of_appeal(self.published_on)


class ActPerson(db.Model):
    """Somebody named on an act in their public function."""

    __tablename__ = "act_person"

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("act.id"), index=True)
    part: Mapped[Part] = choice(Part)
    name: Mapped[str]
    quality: Mapped[str] = mapped_column(default="")
    on_behalf_of: Mapped[str] = mapped_column(default="")  # « la 2e commission »
    order: Mapped[int] = mapped_column(default=0)
    act: Mapped[Act] = relationship(back_populates="people")


class Annex(db.Model):
    """What an act carries with it; it may be cited and not supplied, and then it says so."""

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("act.id"), index=True)
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")  # « plan », « convention », « tableau »
    dated_on: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    act: Mapped[Act] = relationship(back_populates="annexes")
    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (sa.UniqueConstraint("act_id", "external_ref"),)


class ActLink(db.Model):
    """An act that follows from an earlier one, amends it or repeals it."""

    __tablename__ = "act_link"

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("act.id"), index=True)
    earlier_id: Mapped[int] = mapped_column(sa.ForeignKey("act.id"), index=True)
    tie: Mapped[Tie] = choice(Tie, default=Tie.FOLLOWS)
    act: Mapped[Act] = relationship(foreign_keys=[act_id], back_populates="links")
    earlier: Mapped[Act] = relationship(foreign_keys=[earlier_id])

    __table_args__ = (
        sa.UniqueConstraint("act_id", "earlier_id", "tie"),
        sa.CheckConstraint("act_id <> earlier_id", name="two_acts"),
    )


class Publication(db.Model):
    """When something was put online, by the clock of the site; the line is never changed."""

    what: Mapped[Online] = choice(Online, default=Online.ACT)
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"), index=True)
    sitting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sitting.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the document that was shown
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    checked_by: Mapped[str] = mapped_column(default="")  # who read it for personal data
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    __table_args__ = (
        sa.UniqueConstraint("sitting_id", "what"),
        sa.CheckConstraint(
            "(what = 'act' AND act_id IS NOT NULL AND sitting_id IS NULL)"
            " OR (what <> 'act' AND act_id IS NULL AND sitting_id IS NOT NULL)",
            name="of_what",
        ),
    )


class ActRemark(db.Model):
    """What was noted on an act after its vote, with its reason; the act itself stays as it was."""

    __tablename__ = "act_remark"

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("act.id"), index=True)
    kind: Mapped[Remark] = choice(Remark, default=Remark.CORRECTION)
    words: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason"),)


append_only(Publication)
append_only(ActRemark)

personal(Sitting, RECORD, "president secretary present absent printed discussions")
personal(Proxy, RECORD, "giver giver_key holder")
personal(AgendaItem, RECORD, "interested")
personal(Amendment, RECORD, "author")
personal(ActPerson, RECORD, "name quality on_behalf_of")
personal(Publication, RECORD, "checked_by")
impersonal(Assembly, Sitting, AgendaItem, Amendment, Act, Annex, ActLink, Publication, ActRemark)
