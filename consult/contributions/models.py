"""What residents propose, and the states a contribution goes through."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign, Theme
from consult.core import clock, search
from consult.core.db import alone, changed, choice, count_in, db
from consult.core.i18n import Labelled, _
from consult.core.personal import Fate, impersonal, personal
from consult.core.text import excerpt, plain
from consult.posts.models import WORDS, Post, Status
from consult.territory.models import Place

STARTS = 16  # where a shuffled list may begin; the visitor's own start travels in the address
SHUFFLE = 2**30

# What is found beside an answered contribution, under its title: the room that brings it follows.
FOUND_BESIDE: list[Callable[["Contribution"], None]] = []


class Outcome(Labelled):
    """What the town answered: the latest `Answer` says it in words."""

    RETAINED = "retained", _("Retained")
    PARTLY = "partly_retained", _("Partly retained")
    NOT_RETAINED = "not_retained", _("Not retained")
    OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
    ALREADY_DONE = "already_done", _("Already done")


SHOWN: dict[str, Any] = {
    "sqlite_where": sa.text("shown_at IS NOT NULL"),
    "postgresql_where": sa.text("shown_at IS NOT NULL"),
}


class Contribution(Post):
    """A resident's proposal in answer to a campaign."""

    __tablename__ = "contribution"
    __mapper_args__ = {"polymorphic_identity": "contribution"}

    id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("theme.id"))
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"))
    awaited_email: Mapped[str | None]  # words are safe, their author has yet to confirm
    awaited_pseudonym: Mapped[str | None]
    awaited_since: Mapped[datetime | None]  # when its author asked for it to be sent
    external_ref: Mapped[str | None]
    is_inside: Mapped[bool | None]  # its author lives within the perimeter, where that is known
    shuffle: Mapped[int] = mapped_column(default=lambda: random.randrange(SHUFFLE))  # noqa: S311
    shown_at: Mapped[datetime | None]  # set while it is in the lists: on show since when
    aside_at: Mapped[datetime | None]  # set aside from the lists by a facilitator: since when
    # Kept in step by the action that changes them, rebuilt by `consult recount`.
    outcome: Mapped[Outcome | None] = choice(Outcome)
    support_count: Mapped[int] = mapped_column(default=0)  # those that count
    apart_count: Mapped[int] = mapped_column(default=0)  # those set aside as false, with reasons
    comment_count: Mapped[int] = mapped_column(default=0)
    campaign: Mapped[Campaign] = relationship()
    theme: Mapped[Theme | None] = relationship()
    place: Mapped[Place | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "external_ref"),
        sa.Index("ix_contribution_shuffled", "campaign_id", "shuffle", "id", **SHOWN),
        sa.Index("ix_contribution_newest", "campaign_id", "shown_at", "id", **SHOWN),
        sa.Index("ix_contribution_supported", "campaign_id", "support_count", "id", **SHOWN),
        sa.Index("ix_contribution_theme", "theme_id", "shown_at", "id", **SHOWN),
        sa.Index("ix_contribution_place", "place_id", "campaign_id", "shown_at", "id", **SHOWN),
        sa.Index("ix_contribution_outcome", "campaign_id", "outcome", "shown_at", "id", **SHOWN),
        sa.CheckConstraint(
            "support_count >= 0 AND comment_count >= 0 AND apart_count >= 0", name="counts"
        ),
    )

    def move_to(self, status: Status) -> None:
        """Take the next step of its life; keep its place in the lists, figures and search."""
        was_public = self.is_public
        if self.may_become(status):
            tally(self, -1)
        super().move_to(status)
        self._place()
        tally(self, +1)
        if was_public or self.is_public:
            self.shown_anew()

    def put_aside(self, at: datetime | None) -> None:
        """Out of the lists since this moment, or back at its place in them (None)."""
        tally(self, -1)
        self.aside_at = at
        self._place()
        tally(self, +1)
        self.shown_anew()

    def shown_anew(self) -> None:
        """Have the search follow its words and its place."""
        db.session.flush()
        show_in_search(self)

    def _place(self) -> None:
        """It stands in the lists by the date it was published on, unless it was set aside."""
        is_listed = self.is_public and not self.aside_at
        self.shown_at = self.published_at if is_listed else None

    @classmethod
    def enter(cls, posts: Sequence[Self], status: Status) -> None:
        """Bring in new contributions, many at once, each where it belongs."""
        shown = posts if status == Status.PUBLISHED else ()
        for one in shown:
            one.published_at = one.shown_at = one.published_at or clock.now()
        super().enter(posts, status)
        for campaign_id in sorted({one.campaign_id for one in posts}):
            hold_tallies(campaign_id)
        for where, number in Counter(tuple(_tallied(one).items()) for one in posts).items():
            count_in(Tally, dict(where), number)
        with db.session.no_autoflush:
            for one in shown:
                show_in_search(one)

    def sort_under(self, theme: Theme | None, place: Place | None) -> None:
        """Put it under this theme and this place of its campaign."""
        tally(self, -1)
        self.theme, self.place = theme, place
        self.theme_id = theme.id if theme else None
        self.place_id = place.id if place else None
        tally(self, +1)

    def answered(self, outcome: Outcome) -> None:
        """Take note of the town's latest answer."""
        tally(self, -1)
        self.outcome = outcome
        tally(self, +1)

    def commented(self, step: int) -> None:
        """Count one comment more (+1) or less (-1) on show."""
        table = Contribution.__table__
        db.session.execute(
            sa.update(table)
            .where(table.c.id == self.id)
            .values(comment_count=table.c.comment_count + step)
        )
        db.session.expire(self, ["comment_count"])

    def supported(self, step: int) -> bool:
        """Count one support more (+1), or less (-1); more only while it is on show: was it?"""
        table = Contribution.__table__
        where = [table.c.id == self.id]
        if step > 0:
            where.append(sa.or_(table.c.shown_at.is_not(None), table.c.aside_at.is_not(None)))
        counted = changed(
            sa.update(table).where(*where).values(support_count=table.c.support_count + step)
        )
        db.session.expire(self, ["support_count"])
        return counted == 1

    def counted(self, step: int, *, apart: int = 0) -> None:
        """So many supports more count, or less, and so many more are shown as set aside."""
        table = Contribution.__table__
        db.session.execute(
            sa.update(table)
            .where(table.c.id == self.id)
            .values(
                support_count=table.c.support_count + step,
                apart_count=table.c.apart_count + apart,
            )
        )
        db.session.expire(self, ["support_count", "apart_count"])


def show_in_search(contribution: Contribution) -> None:
    """Have it found while it is public, by its words and by any name of its place; else not."""
    if contribution.outcome:
        for follow in FOUND_BESIDE:
            follow(contribution)
    if not contribution.is_public or contribution.aside_at:
        search.drop("contribution", contribution.id)
        return
    place = contribution.place
    search.put(
        "contribution",
        contribution.id,
        contribution.title,
        [plain(contribution.body), *(place.names if place else ())],
        campaign_id=contribution.campaign_id,
        theme_id=contribution.theme_id,
        place_id=contribution.place_id,
        status=contribution.outcome or "",
        excerpt=excerpt(contribution.body),
        at=contribution.shown_at,
    )


class Tally(db.Model):
    """How many contributions of a campaign stand where: what figures and pictures are made of."""

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    theme_id: Mapped[int] = mapped_column(default=0)  # 0: no theme
    status: Mapped[Status] = choice(Status)
    outcome: Mapped[str] = mapped_column(sa.String(30), default="")  # "": no answer yet
    number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "theme_id", "status", "outcome"),
        sa.CheckConstraint("number >= 0", name="number"),
    )


def tally(contribution: Contribution, step: int) -> None:
    """Count this contribution in (+1) or out (-1) of where it stands; drafts are not counted."""
    if contribution.status == Status.DRAFT:
        return
    where = _tallied(contribution)
    if step > 0:
        count_in(Tally, where)
    else:
        hold_tallies(where["campaign_id"])
        db.session.execute(sa.update(Tally).filter_by(**where).values(number=Tally.number - 1))


def hold_tallies(campaign_id: int) -> None:
    """Hold the counts of a campaign: two texts that change places would wait crosswise."""
    alone(crc32(b"tally") >> 1, campaign_id)


def _tallied(contribution: Contribution) -> dict[str, Any]:
    """Where a contribution is counted."""
    return {
        "campaign_id": contribution.campaign_id or contribution.campaign.id,
        "theme_id": contribution.theme_id or (contribution.theme.id if contribution.theme else 0),
        "status": _counted_as(contribution),
        "outcome": contribution.outcome or "",
    }


def _counted_as(contribution: Contribution) -> Status:
    """What was set aside is counted with what moderation keeps out of the lists."""
    is_aside = contribution.is_public and contribution.aside_at
    return Status.RESTRICTED if is_aside else contribution.status


personal(Contribution, WORDS, "awaited_email awaited_pseudonym", of="id awaited_email")
personal(Contribution, WORDS, "external_ref", of="id", fate=Fate.LINK)  # not brought in twice
impersonal(Tally)
