"""Who watches over a consultation. Same names as actions.py."""

from collections.abc import Iterable

from consult.campaigns.models import Campaign
from consult.core.i18n import _
from consult.core.rules import KEY_DOOR, Refused, require
from consult.oversight import queries
from consult.people.models import Role, RoleName, User
from consult.people.rules import ROLE_NEEDED, has_role, signed_in


def index(actor: User | None) -> None:
    """The guarantor of one consultation at least."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    if actor.asleep and _guards(actor.roles):
        raise Refused(_("Show your second key first."), door=KEY_DOOR)
    require(_guards(actor.held), ROLE_NEEDED[RoleName.GUARANTOR])


def watch(actor: User | None, campaign: Campaign) -> None:
    """The guarantor of this consultation; nobody in their name, not even the command line."""
    has_role(actor, RoleName.GUARANTOR, campaign=campaign)
    require(actor is not None and not actor.is_system, ROLE_NEEDED[RoleName.GUARANTOR])


def _guards(roles: Iterable[Role]) -> bool:
    return any(role.name == RoleName.GUARANTOR for role in roles)


def draft(actor: User | None, campaign: Campaign) -> None:
    watch(actor, campaign)


def publish(actor: User | None, campaign: Campaign) -> None:
    """Once; afterwards it is corrected, never replaced."""
    watch(actor, campaign)
    require(campaign.is_public, _("This consultation is not published yet."))
    require(
        not queries.last_number(campaign),
        _("The report is published. It can be corrected by a new version, with its reason."),
    )


def correct(actor: User | None, campaign: Campaign, number: int | None = None) -> None:
    """A published report, by a version that follows the last one."""
    watch(actor, campaign)
    last = queries.last_number(campaign)
    require(last, _("There is no published report to correct."))
    require(
        number is None or number == last + 1,
        _("Another version was published meanwhile. Read it before you correct it."),
    )
