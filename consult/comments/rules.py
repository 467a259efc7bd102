"""Who may comment, in whose name, and take their words back. Same names as actions.py."""

from consult.campaigns.models import Campaign, PhaseKind, State
from consult.campaigns.rules import take_part
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _, day
from consult.core.rules import Refused, require
from consult.identity.rules import proven
from consult.people.consents import may_agree
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in
from consult.posts.models import NEXT, Status


def comment(
    actor: User | None, contribution: Contribution, *, parent: Comment | None = None
) -> None:
    discussing(contribution.campaign)
    require(contribution.is_public, _("Only published contributions can be commented."))
    signed_in(actor)
    assert actor is not None  # noqa: S101
    take_part(actor, contribution.campaign)
    may_agree(actor)
    if contribution.campaign.proves_comments:
        proven(actor, contribution.campaign)
    if parent is not None:
        require(
            parent.is_public and parent.contribution_id == contribution.id,
            _("The comment you answer is no longer on show."),
        )


def speak_for_town(actor: User | None, contribution: Contribution) -> None:
    """Agents of the town may write in the name of their service; their words wear its badge."""
    has_role(actor, RoleName.COUNCIL, RoleName.FACILITATOR, campaign=contribution.campaign)


def withdraw(actor: User | None, comment: Comment) -> None:
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(comment.author_id == actor.id, _("Only its author can withdraw a comment."))
    require(Status.WITHDRAWN in NEXT[comment.status], _("This comment has already been withdrawn."))


def discussing(campaign: Campaign) -> None:
    """Whether the discussion is open today."""
    phase = campaign.phase(PhaseKind.DISCUSS)
    require(phase is not None, _("There is no discussion in this consultation."))
    assert phase is not None  # noqa: S101
    if phase.opens_at > clock.now():
        raise Refused(_("The discussion opens on %(day)s.", day=day(phase.opens_at)))
    if phase.closes_at and phase.is_past:
        raise Refused(_("The discussion closed on %(day)s.", day=day(phase.closes_at)))
    require(campaign.state == State.PUBLISHED, _("This consultation takes no more comments."))
