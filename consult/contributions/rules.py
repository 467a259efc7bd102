"""Who may write, send, change and take back a contribution, and when. Same names as actions.py."""

from datetime import date, datetime

from consult.campaigns.models import Campaign, Moderation, PhaseKind, State
from consult.campaigns.rules import facilitate, take_part
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _, day
from consult.core.rules import Refused, require
from consult.identity.rules import proven
from consult.people.consents import agreed
from consult.people.letters import UNCONFIRMED
from consult.people.models import ConsentKind, User
from consult.people.rules import signed_in
from consult.posts.models import NEXT, Status


def save_draft(actor: User | None, campaign: Campaign) -> None:
    """Anybody may write, with or without an account, while contributions are asked for."""
    proposing(campaign)
    take_part(actor, campaign)


def submit(actor: User | None, campaign: Campaign) -> None:
    """The same, and somebody who showed what the campaign asks for: see `identity.rules`."""
    save_draft(actor, campaign)
    proven(actor, campaign)


def send(actor: User | None, contribution: Contribution) -> None:
    """A draft of one's own, or one that nobody has signed yet."""
    drafting(actor, contribution)
    if contribution.awaited_since:  # asked for in time; a proof was wanting
        take_part(actor, contribution.campaign)
        sent_in_time(contribution)
        proven(actor, contribution.campaign)
    else:
        submit(actor, contribution.campaign)


def ask_confirmation(actor: User | None, contribution: Contribution) -> None:
    """A visitor's draft, as long as its campaign takes contributions; again, a little longer."""
    drafting(actor, contribution)
    require(contribution.author_id is None, _("This draft already belongs to an account."))
    sent_in_time(contribution)


def confirm(actor: User | None, contribution: Contribution) -> None:
    """Whoever holds the letter, for words that were sent while there was still time."""
    signed_in(actor)
    require(contribution.author_id is None, _("This contribution was already confirmed."))
    drafting(actor, contribution)
    require(contribution.awaited_since, _("Nobody asked for this contribution to be sent."))
    take_part(actor, contribution.campaign)
    sent_in_time(contribution)


def edit(actor: User | None, contribution: Contribution) -> None:
    """Its author, until a decision; where texts are read afterwards, until somebody leans on it.

    Where supports are hidden, until somebody may lean on it.
    """
    if contribution.status == Status.DRAFT:
        drafting(actor, contribution)
        return
    own(actor, contribution)
    assert actor is not None  # noqa: S101
    take_part(actor, contribution.campaign)  # new words are published as the first were
    agreed(actor, ConsentKind.PUBLICATION)
    if contribution.status == Status.PENDING:
        return
    require(
        contribution.is_public,
        _("This contribution is not on show: its words stay as they were decided on."),
    )
    require(
        contribution.campaign.moderation == Moderation.AFTER,
        _("A facilitator has read these words and published them: they stay as they are."),
    )
    require(
        not contribution.outcome, _("The town has answered these words: they stay as they are.")
    )
    vote = contribution.campaign.phase(PhaseKind.VOTE)
    require(  # alike for all, or the refusal would tell
        not (contribution.campaign.counts_hidden and vote and vote.opens_at <= clock.now()),
        _("Supports are being counted out of sight: until they are shown, all words stay."),
    )
    require(
        not contribution.support_count and not contribution.comment_count,
        _("Others have supported or commented these words: they stay as they are."),
    )


def withdraw(actor: User | None, contribution: Contribution) -> None:
    """Its author, as long as the town has not answered."""
    own(actor, contribution)
    require(contribution.status != Status.WITHDRAWN, _("This contribution was already withdrawn."))
    require(contribution.status != Status.DRAFT, _("This draft was never sent: you may delete it."))
    require(
        Status.WITHDRAWN in NEXT[contribution.status]
        and contribution.status in (Status.PENDING, Status.PUBLISHED),
        _("This contribution is not on show: there is nothing to withdraw."),
    )
    require(
        not contribution.outcome,
        _("The town has answered this contribution: question and answer stay together."),
    )
    require(
        contribution.campaign.state != State.RESULTS,
        _("The results of this consultation are published: it stays as it was."),
    )


def hide_name(actor: User | None, contribution: Contribution) -> None:
    """Its author, at any time: a name one chose to give for these words is one's own to take back.

    No phase, decision, support, answer or suspension keeps it (GDPR, articles 7.3 and 17).
    """
    own(actor, contribution)
    require(
        contribution.byline is not None,
        _("These words are signed with your pseudonym already."),
    )


def discard(actor: User | None, contribution: Contribution) -> None:
    """A draft of one's own, or one that nobody has signed yet."""
    drafting(actor, contribution)


def type_in(actor: User | None, campaign: Campaign, collected_on: date | None = None) -> None:
    """A facilitator, for words said or written on paper while contributions were asked for."""
    facilitate(actor, campaign)
    phase = campaign.phase(PhaseKind.PROPOSE)
    require(phase is not None, _("Nobody is asked to propose anything in this consultation."))
    assert phase is not None  # noqa: S101
    require(campaign.state != State.DRAFT, _("This consultation is not published yet."))
    require(campaign.state != State.CANCELLED, _("This consultation was cancelled."))
    require(
        campaign.state != State.RESULTS,
        _("The results of this consultation are published: it stays as it was."),
    )
    first = clock.in_town(phase.opens_at).date()
    require(
        first <= clock.today(),
        _("Contributions open on %(day)s.", day=day(phase.opens_at)),
    )
    if collected_on is None:
        return
    require(collected_on <= clock.today(), _("This day is still to come."))
    require(
        collected_on >= first,
        _("Contributions opened on %(day)s, for paper as for the site.", day=day(phase.opens_at)),
    )
    if phase.closes_at and collected_on > clock.in_town(phase.closes_at).date():
        raise Refused(
            _(
                "Contributions closed on %(day)s, for paper as for the site.",
                day=day(phase.closes_at),
            )
        )


# What several of these ask.


def proposing(campaign: Campaign, at: datetime | None = None) -> None:
    """Whether contributions are asked for today, or were at that moment."""
    at = at or clock.now()
    phase = campaign.phase(PhaseKind.PROPOSE)
    require(campaign.state != State.DRAFT, _("This consultation is not published yet."))
    require(campaign.state != State.CANCELLED, _("This consultation was cancelled."))
    require(phase is not None, _("Nobody is asked to propose anything in this consultation."))
    assert phase is not None  # noqa: S101
    require(phase.opens_at <= at, _("Contributions open on %(day)s.", day=day(phase.opens_at)))
    if phase.closes_at and phase.closes_at <= at:
        raise Refused(_("Contributions closed on %(day)s.", day=day(phase.closes_at)))
    require(
        campaign.state == State.PUBLISHED,
        _("The results of this consultation are published: it stays as it was."),
    )


def sent_in_time(contribution: Contribution) -> None:
    """Contributions are asked for, or were a few days ago when its author asked to send it."""
    since = contribution.awaited_since
    is_late = since is None or since + UNCONFIRMED < clock.now()
    proposing(contribution.campaign, None if is_late else since)


def drafting(actor: User | None, contribution: Contribution) -> None:
    """A draft of one's own. One that nobody has signed yet is whose number it is known by."""
    require(contribution.status == Status.DRAFT, _("This contribution was already sent."))
    if contribution.author_id is not None:
        own(actor, contribution)


def own(actor: User | None, contribution: Contribution) -> None:
    """One's own words."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(contribution.author_id == actor.id, _("This contribution is not yours."))
