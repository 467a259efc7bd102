"""Who may prepare a vote, cast a ballot, hold a station, count, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from consult.ballots import queries, results, urn
from consult.ballots.counting import Fault, Marks, Method, fault
from consult.ballots.models import Channel, Poll, Stage, State, Station
from consult.campaigns.models import Campaign, Identity, PhaseKind
from consult.campaigns.models import State as CampaignState
from consult.campaigns.queries import NO_REFERENDUM, says_referendum
from consult.campaigns.rules import facilitate, not_guarantor
from consult.core import clock
from consult.core.i18n import _, moment, n_
from consult.core.rules import Refused, require
from consult.identity.queries import keys_of
from consult.identity.rules import asks_where, proven
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in

# Preparing.


def desk(actor: User | None, poll: Poll) -> None:
    """Those who prepare it, those who hold its stations, and those who watch over it."""
    has_role(
        actor,
        RoleName.FACILITATOR,
        RoleName.COUNCIL,
        RoleName.GUARANTOR,
        RoleName.ADMINISTRATOR,
        campaign=poll.campaign,
    )


def create(actor: User | None, campaign: Campaign) -> None:
    facilitate(actor, campaign)
    require(
        campaign.state in (CampaignState.DRAFT, CampaignState.PUBLISHED),
        _("This consultation is over: no vote can be added to it."),
    )


def edit(actor: User | None, poll: Poll) -> None:
    """Everything is free until it is announced; then nothing changes."""
    facilitate(actor, poll.campaign)
    require(
        poll.state == State.DRAFT,
        _("This vote was announced: its question, its choices and its rules are frozen."),
    )


def add_option(actor: User | None, poll: Poll, title: str | None = None) -> None:
    edit(actor, poll)
    if title is not None:
        taken = {option.title.casefold() for option in poll.options}
        require(title.casefold() not in taken, _("This choice is already there."))


def remove_option(actor: User | None, poll: Poll) -> None:
    edit(actor, poll)


def add_station(actor: User | None, poll: Poll, name: str | None = None) -> None:
    edit(actor, poll)
    if name is not None:
        taken = {station.name.casefold() for station in poll.stations}
        require(name.casefold() not in taken, _("This place is already there."))


def remove_station(actor: User | None, poll: Poll) -> None:
    edit(actor, poll)


def announce(actor: User | None, poll: Poll) -> None:
    """Once nothing is missing: from then on nothing changes."""
    edit(actor, poll)
    missing = gaps(poll)
    if missing:
        raise Refused(missing[0])


def gaps(poll: Poll) -> list[Any]:
    """What is missing before the vote may be announced, in words."""
    campaign, terms = poll.campaign, poll.terms
    costs = [option.cost for option in terms.options]
    checks = [
        (campaign.is_public, _("Publish the consultation first.")),
        (
            campaign.phase(PhaseKind.VOTE),
            _("Give the consultation a vote step: the vote takes place within it."),
        ),
        (
            not poll.closing or poll.closing > clock.now(),
            _("The last moment to vote is already past: choose one to come."),
        ),
        (
            not poll.closing or not poll.opening or poll.opening < poll.closing,
            _("The vote would close before it opens: its dates stand within the vote step."),
        ),
        (
            campaign.phase(PhaseKind.VOTE) is None or poll.closing,
            _("Give the vote a last moment: a vote without an end is never counted."),
        ),
        (
            campaign.identity != Identity.NONE or campaign.accepted,
            _("In this consultation nobody is asked who they are: one could vote twice."),
        ),
        (
            campaign.dpia_on,
            _(
                "The impact assessment on personal data (AIPD) is not validated: say when it was,"
                " in the identity settings of the consultation."
            ),
        ),
        (not says_referendum(poll.title), NO_REFERENDUM),
        (len(terms.options) >= 2, _("Give at least two choices.")),
        (
            terms.envelope is None or None not in costs,
            _("Give the cost of each choice: there is a budget to stay within."),
        ),
        (
            terms.envelope is None or all((cost or 0) <= terms.envelope for cost in costs),
            _("One choice costs more than the whole budget."),
        ),
        (
            terms.method != Method.APPROVAL or terms.limit <= len(terms.options),
            _("A ballot could name more choices than there are."),
        ),
        (
            terms.envelope is not None or terms.seats < len(terms.options),
            _("All the choices would be retained: there is nothing to vote about."),
        ),
    ]
    return [words for holds, words in checks if not holds]


def cancel(actor: User | None, poll: Poll, reason: str | None = None) -> None:
    """A vote that will not be carried through is said to be so; nothing of it is counted."""
    facilitate(actor, poll.campaign)
    require(poll.state == State.ANNOUNCED, _("Only an announced vote can be cancelled."))
    if reason is not None:
        require(reason.strip(), _("Please say why: the reason is shown to everybody."))


# Voting.


def is_open(poll: Poll) -> None:
    """Whether ballots are taken now."""
    stage = poll.stage
    if stage == Stage.UPCOMING and poll.opening:
        raise Refused(_("Voting opens on %(day)s.", day=moment(poll.opening)))
    if stage in (Stage.CLOSED, Stage.COUNTED) and poll.closing:
        raise Refused(_("Voting closed on %(day)s.", day=moment(poll.closing)))
    require(
        stage == Stage.OPEN and poll.campaign.state == CampaignState.PUBLISHED,
        _("No ballot is taken here."),
    )


def cast(actor: User | None, poll: Poll, ballot: Marks | None = None) -> None:
    """Somebody the consultation recognises, once, while the vote is open."""
    vote(actor, poll)
    assert actor is not None  # noqa: S101
    not_struck(poll, keys_of(actor, poll.campaign))
    if ballot is not None:
        fits(poll, ballot)


def vote(actor: User | None, poll: Poll) -> None:
    """Whoever may vote here today, whether or not they already did."""
    is_open(poll)
    signed_in(actor)
    assert actor is not None  # noqa: S101
    not_guarantor(actor, poll.campaign)
    proven(actor, poll.campaign)


def not_struck(poll: Poll, keys: sa.SelectBase) -> None:
    """Nobody votes twice, whatever the channel."""
    before = queries.struck(poll, keys)
    if before is None:
        return
    if before.channel == Channel.PAPER:
        raise Refused(_("You are on the roll already: you voted on paper."))
    raise Refused(_("You are on the roll already: your ballot is in the urn."))


def fits(poll: Poll, ballot: Marks) -> None:
    """A ballot says no more than the rules of the vote allow."""
    wrong = fault(poll.terms, ballot)
    if wrong == Fault.COSTLY:
        raise Refused(_("These choices cost more than the budget: take one away."))
    if wrong == Fault.MANY and poll.method == Method.POINTS:
        raise Refused(
            n_("You have one point to share.", "You have %(num)d points to share.", poll.limit)
        )
    if wrong == Fault.MANY:
        raise Refused(n_("Choose only one.", "Choose %(num)d at most.", poll.limit))
    require(wrong is None, _("This is not a choice of this vote."))


def change(actor: User | None, poll: Poll, marked: str = "", ballot: Marks | None = None) -> None:
    """Whoever holds the code of a ballot, until the vote closes, if that was announced."""
    require(poll.can_change, _("In this vote a ballot cast is final: it was announced so."))
    is_open(poll)
    if ballot is not None:
        fits(poll, ballot)
    if marked:
        require(
            urn.holds(poll, marked),
            _(
                "No ballot bears this code. Check the letters; if the receipt is lost, nothing is"
                " lost of your vote: it stands and counts as you cast it."
            ),
        )


# Paper.


def agent(actor: User | None, poll: Poll) -> None:
    """Those who hold the stations: facilitators and the council's desk."""
    has_role(actor, RoleName.FACILITATOR, RoleName.COUNCIL, campaign=poll.campaign)


def strike(
    actor: User | None,
    station: Station,
    poll: Poll,
    keys: Sequence[str] | None = None,
) -> None:
    """An agent strikes off, while the vote is open, somebody who has not voted yet."""
    agent(actor, poll)
    is_open(poll)
    if keys is not None:
        before = queries.struck(poll, keys)
        if before is not None:
            raise Refused(
                _("This person is on the roll already: they voted on paper.")
                if before.channel == Channel.PAPER
                else _("This person is on the roll already: they voted on the site.")
            )


def enter(
    actor: User | None, station: Station, poll: Poll, content: Mapping[str, Any] | None = None
) -> None:
    """An agent types a counting sheet, once nobody can vote any more."""
    agent(actor, poll)
    require(poll.stage == Stage.CLOSED, _("Sheets are counted once the vote is closed."))
    if content is not None:
        wrong = results.faults(poll.terms, content)
        if wrong:
            raise Refused(SHEET_FAULTS[wrong[0]])


def parts_voters(campaign: Campaign) -> bool:
    """Whether voters from within the perimeter and from elsewhere are told apart."""
    return bool(campaign.accepted) and asks_where(campaign) and not campaign.is_for_insiders


SHEET_FAULTS = {
    "more": _("There are more blank and spoilt ballots than ballots: count again."),
    "many": _("One choice has more voices than there are ballots that say something."),
    "total": _("There are more voices than these ballots can hold: count again."),
    "grades": _("Each choice must have as many grades as there are ballots that say something."),
    "few": _("There are fewer voices than ballots that say something: some are blank, or missing."),
}


def publish(actor: User | None, poll: Poll) -> None:
    """Once the vote is closed and every paper sheet was typed twice alike."""
    facilitate(actor, poll.campaign)
    require(poll.stage == Stage.CLOSED, _("Only a closed vote is counted, once."))
    for sheet in queries.sheets(poll):
        require(
            sheet.content is not None,
            _("The sheet of “%(place)s” is not typed twice alike yet.", place=sheet.station.name),
        )
