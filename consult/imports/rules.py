"""Who may bring in a file of contributions, and for which campaign. Same names as actions.py."""

from consult.campaigns.models import Campaign, State
from consult.campaigns.rules import facilitate
from consult.core.i18n import _
from consult.core.rules import require
from consult.imports.models import Import, Step
from consult.people.models import RoleName, User
from consult.people.rules import has_role


def read(actor: User | None, campaign: Campaign) -> None:
    """Those who look after the campaign, and those who watch over it."""
    has_role(actor, RoleName.FACILITATOR, RoleName.GUARANTOR, campaign=campaign)


def hand_in(actor: User | None, campaign: Campaign) -> None:
    """A facilitator, before or after people took part; an import opens no right to anybody."""
    facilitate(actor, campaign)
    require(campaign.state != State.CANCELLED, _("This consultation was cancelled."))
    require(
        campaign.state != State.RESULTS or campaign.external_ref,
        _("The results of this consultation are published: it stays as it was."),
    )


def arrange(actor: User | None, importing: Import) -> None:
    """As long as nothing was brought in."""
    hand_in(actor, importing.campaign)
    require(importing.step == Step.PREPARED, _("This import was already confirmed."))


confirm = discard = arrange


def take_in(actor: User | None, importing: Import) -> None:
    """Whoever confirmed it, as long as they look after the campaign."""
    hand_in(actor, importing.campaign)
    require(importing.step in (Step.WAITING, Step.RUNNING), _("This import is over."))
