"""Who may give or take back a support, and when. Same names as actions.py."""

from datetime import date

from consult.campaigns.models import Campaign, PhaseKind, State
from consult.campaigns.rules import facilitate, take_part
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _, day, n_
from consult.core.rules import Refused, require
from consult.identity.rules import lawful, proven
from consult.people.models import User
from consult.people.rules import signed_in
from consult.votes.queries import Standing

NOT_PUBLISHED = _("Only published contributions can be supported.")


def support(actor: User | None, contribution: Contribution, standing: Standing) -> None:
    voting(contribution.campaign)
    require(contribution.is_public, NOT_PUBLISHED)
    signed_in(actor)
    assert actor is not None  # noqa: S101
    take_part(actor, contribution.campaign)
    proven(actor, contribution.campaign)
    require(contribution.id not in standing.supported, _("You already support this contribution."))
    if standing.remaining == 0:
        limit = contribution.campaign.support_limit or 0
        raise Refused(
            n_(
                "You have given your only support. Take it back to give it here.",
                "You have given your %(num)d supports. Take one back to give it here.",
                limit,
            )
        )


def type_in(actor: User | None, campaign: Campaign, collected_on: date | None = None) -> None:
    """A facilitator, for supports given on paper while the vote was open, until the results."""
    facilitate(actor, campaign)
    lawful(campaign)
    phase = campaign.phase(PhaseKind.VOTE)
    require(phase is not None, _("There is no vote in this consultation."))
    assert phase is not None  # noqa: S101
    if phase.opens_at > clock.now():
        raise Refused(_("Supports open on %(day)s.", day=day(phase.opens_at)))
    require(campaign.state == State.PUBLISHED, _("This consultation takes no more supports."))
    if collected_on is None:
        return
    require(collected_on <= clock.today(), _("This day is still to come."))
    is_in_time = clock.in_town(phase.opens_at).date() <= collected_on and (
        not phase.closes_at or collected_on <= clock.in_town(phase.closes_at).date()
    )
    require(is_in_time, _("The vote was not open on that day, for paper as for the site."))


def have_left(campaign: Campaign, given: int, named: int) -> None:
    """Somebody on paper who has a support left, for no more than this campaign allows.

    Asked of the numbers alone: never of what they support.
    """
    limit = campaign.support_limit
    if limit is None:
        return
    require(
        given < limit,
        _("This person has no support left to give: %(number)d each.", number=limit),
    )
    require(
        named <= limit,
        _("This sheet names too many contributions: %(number)d each.", number=limit),
    )


def withdraw(actor: User | None, contribution: Contribution, standing: Standing) -> None:
    voting(contribution.campaign)
    signed_in(actor)
    require(contribution.id in standing.supported, _("You do not support this contribution."))


def voting(campaign: Campaign) -> None:
    """Whether supports are counted today."""
    phase = campaign.phase(PhaseKind.VOTE)
    require(phase is not None, _("There is no vote in this consultation."))
    assert phase is not None  # noqa: S101
    if phase.opens_at > clock.now():
        raise Refused(_("Supports open on %(day)s.", day=day(phase.opens_at)))
    if phase.closes_at and phase.is_past:
        raise Refused(_("Supports closed on %(day)s.", day=day(phase.closes_at)))
    require(campaign.state == State.PUBLISHED, _("This consultation takes no more supports."))
