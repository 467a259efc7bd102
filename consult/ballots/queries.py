"""What to read of votes: the questions, who has voted (a number), the sheets, the results."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload
from werkzeug.exceptions import NotFound

from consult.ballots.models import (
    Channel,
    Poll,
    PollOption,
    PollResult,
    SheetEntry,
    State,
    Station,
    Struck,
)
from consult.campaigns.models import Campaign
from consult.campaigns.queries import is_visible_to
from consult.contributions.models import Contribution
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.people.models import User

_WITH_CAMPAIGN = joinedload(Poll.campaign).options(
    lazyload(Campaign.themes), joinedload(Campaign.phases)
)


def poll_or_404(id: int, actor: User | None) -> Poll:
    """The question at this address, if this person may see it."""
    poll = (
        db.session.scalars(sa.select(Poll).where(Poll.id == id).options(_WITH_CAMPAIGN))
        .unique()
        .one_or_none()
    )
    if poll is None or not (poll.is_public or _is_prepared_by(actor, poll.campaign)):
        raise NotFound
    return poll


def _is_prepared_by(actor: User | None, campaign: Campaign) -> bool:
    """Drafts are for those who see the campaign's own draft."""
    return actor is not None and is_visible_to(actor, Campaign(id=campaign.id, state="draft"))


def of_campaign(campaign: Campaign, *, drafts: bool = False) -> list[Poll]:
    """Its questions, in the order they were written."""
    wanted = sa.select(Poll).where(Poll.campaign_id == campaign.id).order_by(Poll.id)
    if not drafts:
        wanted = wanted.where(Poll.state != State.DRAFT)
    return list(db.session.scalars(wanted.options(lazyload("*"))))


def with_key(key: str | None) -> Poll | None:
    """The question this very form already made."""
    return db.session.scalar(sa.select(Poll).filter_by(key=key)) if key else None


def hold(poll: Poll) -> None:
    """Hold the question until the end of the transaction: one ballot at a time, or the count."""
    db.session.scalars(
        locked(sa.select(Poll).where(Poll.id == poll.id))
        .options(lazyload("*"))
        .execution_options(populate_existing=True)
    ).one()


def option_or_404(poll: Poll, id: int) -> PollOption:
    option = db.session.get(PollOption, id)
    if option is None or option.poll_id != poll.id:
        raise NotFound
    return option


def station_or_404(poll: Poll, id: int) -> Station:
    station = db.session.get(Station, id)
    if station is None or station.poll_id != poll.id:
        raise NotFound
    return station


@algorithm(
    Kind.SORT,
    _("Contributions offered as choices of a vote"),
    purpose=_("To let whoever prepares a vote pick its choices."),
    data=_("The number of supports that count."),
    rule=_("Most supports first, on the desk alone; voters see the order drawn by lot."),
)
def contributions(campaign: Campaign) -> list[tuple[int, str]]:
    """What may become a choice: published contributions, by number and title.

    The most supported first; while counts are out of sight their order would tell them.
    """
    first = [] if campaign.counts_hidden else [Contribution.support_count.desc()]
    rows = db.session.execute(
        sa.select(Contribution.id, Contribution.title)
        .where(Contribution.campaign_id == campaign.id, Contribution.shown_at.is_not(None))
        .order_by(*first, Contribution.id)
        .limit(500)
    )
    return [(number, title) for number, title in rows]


# The roll.


class Turnout(NamedTuple):
    """How many people have voted, by channel and by place."""

    channels: dict[Channel, int]
    stations: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.channels.values())


def turnout(poll: Poll) -> Turnout:
    """How many are struck off the roll. Shown while the vote is open only if it was announced."""
    rows = db.session.execute(
        sa.select(Struck.channel, Struck.station_id, sa.func.count())
        .where(Struck.poll_id == poll.id)
        .group_by(Struck.channel, Struck.station_id)
    )
    channels, stations = dict.fromkeys(Channel, 0), {}
    for channel, station_id, number in rows:
        channels[channel] += number
        if station_id:
            stations[station_id] = number
    return Turnout(channels, stations)


def struck(poll: Poll, voter: str) -> Struck | None:
    """Whether this voter is on the roll of this question already."""
    return db.session.scalar(sa.select(Struck).filter_by(poll_id=poll.id, voter_key=voter))


def with_receipt(code: str) -> Poll | None:
    """The question whose roll bears this receipt."""
    return db.session.scalar(
        sa.select(Poll).join(Struck, Struck.poll_id == Poll.id).where(Struck.receipt == code)
    )


# Paper.


class Sheet(NamedTuple):
    """A station's counting sheet: what each agent last typed, and what two of them agree on."""

    station: Station
    entries: tuple[SheetEntry, ...]  # the last of each agent, the latest first
    content: dict[str, Any] | None  # None: not typed twice alike yet

    def by(self, actor: User | None) -> SheetEntry | None:
        """What this agent typed last."""
        mine = (one for one in self.entries if actor and one.agent_id == actor.id)
        return next(mine, None)

    @property
    def differences(self) -> list[tuple[str, str, list[int | None]]]:
        """What the last two agents read differently: (what, mark, their numbers)."""
        if self.content or len(self.entries) < 2:
            return []
        both = [_flat(entry.content) for entry in self.entries[:2]]
        keys = sorted(both[0].keys() | both[1].keys(), key=_reading_order)
        return [
            (*key, [one.get(key) for one in both])
            for key in keys
            if both[0].get(key) != both[1].get(key)
        ]


def _flat(content: dict[str, Any]) -> dict[tuple[str, str], int]:
    flat = {(key, ""): content[key] for key in ("ballots", "blank", "spoilt")}
    for one, marks in content["marks"].items():
        flat |= {(one, mark): number for mark, number in marks.items()}
    return flat


def _reading_order(key: tuple[str, str]) -> tuple[int, str]:
    return (int(key[0]), key[1]) if key[0].isdigit() else (0, key[0])


def sheets(poll: Poll) -> list[Sheet]:
    """The counting sheets of all its stations, in one query."""
    rows = db.session.scalars(
        sa.select(SheetEntry)
        .join(Station, Station.id == SheetEntry.station_id)
        .where(Station.poll_id == poll.id)
        .order_by(SheetEntry.id.desc())
    ).all()
    return [
        _sheet(station, (row for row in rows if row.station_id == station.id))
        for station in poll.stations
    ]


def _sheet(station: Station, rows: Iterable[SheetEntry]) -> Sheet:
    last: dict[int, SheetEntry] = {}
    for row in rows:
        last.setdefault(row.agent_id, row)
    entries = tuple(last.values())
    agreed = None
    if entries and any(other.content == entries[0].content for other in entries[1:]):
        agreed = entries[0].content
    return Sheet(station, entries, agreed)


# Results.


def result(poll: Poll) -> PollResult | None:
    """The published file."""
    return db.session.scalar(sa.select(PollResult).filter_by(poll_id=poll.id))
