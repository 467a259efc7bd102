"""What can happen to a vote: prepared, announced, cast, changed, counted."""

from datetime import datetime
from typing import Any, NamedTuple

from consult.ballots import queries, results, rules, urn
from consult.ballots.counting import Marks, Method
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
from consult.campaigns.models import AgeBracket, Campaign
from consult.core import clock
from consult.core.db import db
from consult.core.i18n import _
from consult.core.rules import require
from consult.identity.queries import voter_key
from consult.identity.roll import Who, keys_behind, paper_line
from consult.identity.rules import belong
from consult.journal.actions import record
from consult.keys import signatures
from consult.keys.rules import fresh
from consult.people.models import User
from consult.people.queries import followers


class Receipt(NamedTuple):
    """What a voter keeps: a code that is on the roll, and the one that changes the vote, if any."""

    code: str
    secret: str = ""


# Preparing.


def create(actor: User | None, campaign: Campaign, *, title: str, key: str | None = None) -> Poll:
    """A facilitator writes a question to be put to a secret vote."""
    rules.create(actor, campaign)
    poll = Poll(
        campaign=campaign, title=title, key=key, author_id=actor.id if actor is not None else None
    )
    db.session.add(poll)
    db.session.flush()
    record("ballots.create", actor, poll)
    return poll


def edit(
    actor: User | None,
    poll: Poll,
    *,
    title: str,
    words: str = "",
    method: Method = Method.ONE,
    limit: int | None = None,
    envelope_cents: int | None = None,
    seats: int | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    can_change: bool = False,
    shows_turnout: bool = False,
    electorate: int | None = None,
) -> None:
    """A facilitator says how it is voted and counted, until it is announced."""
    queries.hold(poll)
    rules.edit(actor, poll)
    is_limited = method in (Method.APPROVAL, Method.POINTS)
    poll.title, poll.words, poll.method = title, words, method
    poll.limit = (limit or 1) if is_limited else 1
    poll.envelope_cents = envelope_cents
    poll.seats = 1 if envelope_cents else seats or 1
    poll.opens_at, poll.closes_at = opens_at, closes_at
    poll.can_change, poll.shows_turnout = can_change, shows_turnout
    poll.electorate = electorate
    record("ballots.edit", actor, poll)


def add_option(
    actor: User | None,
    poll: Poll,
    *,
    title: str,
    words: str = "",
    cost_cents: int | None = None,
    contribution_id: int | None = None,
) -> None:
    """A choice is added, free or taken from a published contribution."""
    queries.hold(poll)
    rules.add_option(actor, poll, title)
    last = max((option.number for option in poll.options), default=0)
    option = PollOption(
        poll_id=poll.id,
        number=last + 1,
        title=title,
        words=words,
        cost_cents=cost_cents,
        contribution_id=contribution_id,
    )
    db.session.add(option)
    db.session.flush()
    record("ballots.add_option", actor, poll, option=option.id)


def remove_option(actor: User | None, poll: Poll, *, option: PollOption) -> None:
    """A choice is taken away, before the vote is announced."""
    queries.hold(poll)
    rules.remove_option(actor, poll)
    db.session.delete(option)
    record("ballots.remove_option", actor, poll, option=option.id)


def add_station(actor: User | None, poll: Poll, *, name: str) -> None:
    """A place where one will vote on paper."""
    queries.hold(poll)
    rules.add_station(actor, poll, name)
    station = Station(poll_id=poll.id, name=name)
    db.session.add(station)
    db.session.flush()
    record("ballots.add_station", actor, poll, station=station.id)


def remove_station(actor: User | None, poll: Poll, *, station: Station) -> None:
    """A place is taken away, before the vote is announced."""
    queries.hold(poll)
    rules.remove_station(actor, poll)
    db.session.delete(station)
    record("ballots.remove_station", actor, poll, station=station.id)


def announce(actor: User | None, poll: Poll) -> None:
    """The question freezes, by two hands; its choices draw their numbers by lot, before any vote.

    Raises `Unsigned` until somebody else has signed these very rules.
    """
    queries.hold(poll)
    rules.announce(actor, poll)
    signatures.spend(actor, "ballots.announce", poll.campaign, queries.to_sign(poll))
    drawn = list(poll.options)
    urn.DRAWN.shuffle(drawn)
    for option in drawn:  # out of the way of each other: two never bear the same number
        option.number = -option.number
    db.session.flush()
    for number, option in enumerate(drawn, 1):
        option.number = number
    db.session.flush()
    db.session.expire(poll, ["options"])
    poll.terms_sha256, poll.announced_at = poll.fingerprint(), clock.now()
    poll.move_to(State.ANNOUNCED)
    record(
        "ballots.announce",
        actor,
        poll,
        sha256=poll.terms_sha256,
        notify=followers("campaign", poll.campaign_id),
    )


def cancel(actor: User | None, poll: Poll, *, reason: str) -> None:
    """An announced vote will not be carried through: by two hands, and its ballots destroyed.

    Raises `Unsigned` until somebody else has signed this very reason.
    """
    queries.hold(poll)
    rules.cancel(actor, poll, reason)
    fresh(actor)  # what was voted is destroyed
    signatures.spend(
        actor, "ballots.cancel", poll.campaign, queries.to_sign_cancelled(poll, reason)
    )
    poll.cancelled_words, poll.cancelled_at = reason.strip(), clock.now()
    poll.move_to(State.CANCELLED)
    urn.emptied(poll)
    record("ballots.cancel", actor, poll, notify=followers("campaign", poll.campaign_id))


# Voting.


def cast(actor: User | None, poll: Poll, *, ballot: Marks, key: str) -> Receipt:
    """A voter is struck off the roll and a ballot goes into the urn; nothing joins the two.

    `key` names the form: sent twice, it casts one ballot and gives the same receipt.
    """
    queries.hold(poll)
    own = f"{actor.id if actor is not None else 0}:{key}"
    receipt = Receipt(urn.receipt(poll, own), urn.secret(poll, own) if poll.can_change else "")
    if queries.with_receipt(receipt.code):
        return receipt
    rules.cast(actor, poll, ballot)
    assert actor is not None  # noqa: S101
    voter = voter_key(actor, poll.campaign)
    db.session.add(
        Struck(poll_id=poll.id, voter_key=voter, channel=Channel.WEB, receipt=receipt.code)
    )
    urn.put(poll, ballot, urn.mark(poll, receipt.secret) if receipt.secret else "")
    record("ballots.cast", None, poll)
    return receipt


def change(actor: User | None, poll: Poll, *, secret: str, ballot: Marks) -> None:
    """Whoever holds the code of a ballot puts another in its place; the roll does not move."""
    queries.hold(poll)
    marked = urn.mark(poll, secret)
    rules.change(None, poll, marked, ballot)
    urn.take(poll, marked)
    urn.put(poll, ballot, marked)
    record("ballots.change", None, poll)


# Paper.


def strike(
    actor: User,
    station: Station,
    poll: Poll,
    *,
    who: Who,
    key: str,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
) -> Receipt:
    """An agent strikes off somebody who votes on paper; the ballot goes into the box."""
    queries.hold(poll)
    rules.strike(actor, station, poll)
    belong(poll.campaign, is_inside=is_inside, bracket=bracket)
    line = paper_line(poll.campaign, who, actor, is_inside=is_inside, bracket=bracket)
    voter = line.voter_key
    receipt = Receipt(urn.receipt(poll, f"{voter}:{key}"))
    if queries.with_receipt(receipt.code):
        return receipt
    rules.strike(actor, station, poll, keys_behind(line, who))
    db.session.add(
        Struck(
            poll_id=poll.id,
            voter_key=voter,
            channel=Channel.PAPER,
            station_id=station.id,
            receipt=receipt.code,
        )
    )
    record("ballots.strike", None, poll)
    return receipt


def enter(actor: User | None, station: Station, poll: Poll, *, content: dict[str, Any]) -> None:
    """An agent types what a counting sheet says; it counts once another has typed the same."""
    queries.hold(poll)
    rules.enter(actor, station, poll, content)
    assert actor is not None  # noqa: S101
    db.session.add(SheetEntry(station_id=station.id, agent_id=actor.id, content=content))
    record("ballots.enter", actor, poll, station=station.id)


def publish(actor: User | None, poll: Poll) -> PollResult:
    """The urn is opened once and for all: the file, its fingerprints, the result."""
    queries.hold(poll)
    rules.publish(actor, poll)
    turnout, ballots = queries.turnout(poll), urn.poured(poll)
    require(
        len(ballots) == turnout.channels[Channel.WEB] and poll.fingerprint() == poll.terms_sha256,
        _(
            "The urn and the roll do not agree, or the rules were touched: do not publish, and call"
            " the guarantor."
        ),
    )
    sheets = [
        {"station": sheet.station.name, **sheet.content}
        for sheet in queries.sheets(poll)
        if sheet.content
    ]
    roll = queries.roll(poll, by_place=rules.parts_voters(poll.campaign))
    data = results.drawn_up(poll.said(), poll.terms, ballots, sheets, roll)
    content, table = results.as_json(data), results.as_csv(data)
    result = PollResult(
        poll_id=poll.id,
        content=content,
        sha256=results.sha256(content),
        table=table,
        table_sha256=results.sha256(table),
        author_id=actor.id if actor is not None else None,
    )
    db.session.add(result)
    urn.emptied(poll)
    poll.move_to(State.COUNTED)
    record(
        "ballots.publish",
        actor,
        poll,
        sha256=result.sha256,
        table_sha256=result.table_sha256,
        notify=followers("campaign", poll.campaign_id),
    )
    return result
