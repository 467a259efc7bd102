"""What to read of votes: the questions, who has voted (a number), the sheets, the results."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload
from werkzeug.exceptions import NotFound

from consult.ballots.counting import FEW, Method
from consult.ballots.models import (
    METHODS,
    Channel,
    Poll,
    PollOption,
    PollResult,
    SheetEntry,
    Stage,
    State,
    Station,
    Struck,
)
from consult.campaigns.models import Campaign, Identity
from consult.campaigns.queries import is_visible_to
from consult.contributions.models import Contribution
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db, locked
from consult.core.i18n import _, moment, spoken
from consult.identity.models import Proof
from consult.keys import queries as keys
from consult.keys.models import Countersign
from consult.keys.signatures import fingerprint
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


# What two people sign before a vote is announced, or cancelled.

LABELS = {
    "poll": _("Number of the vote"),
    "stage": _("How far the vote is"),
    "words": _("What to know before voting"),
    "method": _("What a ballot may say"),
    "limit": _("How many choices a ballot may name, or how many points it shares"),
    "envelope": _("Budget"),
    "seats": _("How many choices are retained"),
    "choices": _("The choices"),
    "opening": _("First moment to vote"),
    "closing": _("Last moment to vote"),
    "can_change": _("May one change one's vote?"),
    "shows_turnout": _("The number of voters is shown while the vote is open"),
    "electorate": _("How many people may vote"),
    "stations": _("Places of vote"),
}


def to_sign(poll: Poll) -> dict[str, Any]:
    """All that freezes when it is announced, and who may vote, as plain data."""
    with spoken("fr"):  # amounts are written alike, whoever asks
        choices = [
            {
                "title": one.title,
                "cost": one.cost,
                "words": one.words,
                "contribution_id": one.contribution_id,
            }
            for one in poll.options
        ]
        envelope = poll.envelope
    frame = poll.campaign
    details = {
        "poll": poll.id,
        "question": poll.title,
        "words": poll.words,
        "choices": choices,
        "method": poll.method,
        "limit": None if poll.method in (Method.ENVELOPE, Method.JUDGMENT) else poll.limit,
        "envelope": envelope,
        "seats": None if envelope else poll.seats,
        "opening": poll.opening,
        "closing": poll.closing,
        "identity": frame.identity,
        "ways": list(frame.accepted),
        "is_for_insiders": frame.is_for_insiders,
        "youngest": frame.youngest,
        "can_change": poll.can_change,
        "shows_turnout": poll.shows_turnout,
        "electorate": poll.electorate,
        "stations": [station.name for station in poll.stations],
    }
    return {name: value for name, value in details.items() if value not in (None, "", [])}


def to_sign_cancelled(poll: Poll, reason: str) -> dict[str, Any]:
    """Which vote is cancelled, how far it is by now and the reason, as plain data."""
    return {
        "poll": poll.id,
        "question": poll.title,
        "stage": poll.stage,
        "reason": reason.strip(),
    }


def asked(poll: Poll) -> Countersign | None:
    """The request to announce it as it stands, still good, whoever made it."""
    return keys.asked(fingerprint("ballots.announce", poll.campaign, to_sign(poll)))


def asked_to_cancel(poll: Poll) -> Countersign | None:
    """The latest request to cancel it as far as it is now, still good, whoever made it."""
    open_ones = keys.open_requests("ballots.cancel", poll.campaign)
    now = (poll.id, poll.stage)
    mine = (one for one in open_ones if (one.details["poll"], one.details["stage"]) == now)
    return next(mine, None)


def said(name: str, value: Any) -> Any:
    """One of these in words, where it is not its own words."""
    if name == "stage":
        return Stage(value).label
    if name == "method":
        return METHODS[Method(value)]
    return moment(datetime.fromisoformat(value)) if name in ("opening", "closing") else value


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


def roll(poll: Poll, *, by_place: bool) -> dict[str, int]:
    """What is published of the roll: voters by channel, and more where that tells nobody's vote.

    `inside`, `outside` and `unknown` (where they live; asked with `by_place`) unless a handful
    could be known by it; `without_address`: those who, where an e-mail address is enough, declared
    on paper that they have none. Ballots bear none of this: only voters are counted by it.
    """
    counted = turnout(poll)
    said = {channel.value: number for channel, number in counted.channels.items()}
    known = db.session.execute(
        sa.select(Proof.is_inside, Proof.way, sa.func.count())
        .join(Struck, Struck.voter_key == Proof.voter_key)
        .where(Struck.poll_id == poll.id, Proof.campaign_id == poll.campaign_id)
        .group_by(Proof.is_inside, Proof.way)
    ).all()
    if not poll.campaign.accepted:
        said["without_address"] = sum(n for _in, way, n in known if way == Identity.DECLARED)
    elif by_place:
        inside = sum(number for is_inside, _way, number in known if is_inside)
        outside = sum(number for is_inside, _way, number in known if is_inside is False)
        places = (inside, outside, counted.total - inside - outside)
        if all(number == 0 or number >= FEW for number in places):
            said |= zip(("inside", "outside", "unknown"), places, strict=True)
    return said


def struck(poll: Poll, keys: Sequence[str] | sa.SelectBase) -> Struck | None:
    """Whether this voter is on the roll of this question already, by any of their keys."""
    found = sa.select(Struck).where(Struck.poll_id == poll.id, Struck.voter_key.in_(keys))
    return db.session.scalar(found.limit(1))


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
