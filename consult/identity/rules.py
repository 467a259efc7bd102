"""Who proved enough to take part in a campaign, and who may look after proofs."""

from consult.campaigns.models import Campaign, Identity
from consult.core.i18n import _
from consult.core.rules import Refused, Remedy, require
from consult.identity import queries
from consult.people.models import User
from consult.people.rules import signed_in


def proven(actor: User | None, campaign: Campaign) -> None:
    """Somebody who showed what this campaign asks for; else said where one may show it."""
    if campaign.identity == Identity.NONE and not campaign.accepted:
        return
    signed_in(actor)
    assert actor is not None  # noqa: S101
    if not campaign.accepted:
        return
    lawful(campaign)
    if queries.proof_of(actor, campaign) is None:
        raise Refused(
            _("Here one proves first that one may take part, and only once."),
            remedy=Remedy(
                _("Prove that you may take part"), "identity.prove", {"slug": campaign.slug}
            ),
        )


def lawful(campaign: Campaign) -> None:
    """Nobody proves who they are before the impact assessment is validated (GDPR, article 35)."""
    require(
        not campaign.accepted or campaign.dpia_on,
        _("The impact assessment (AIPD) of this consultation is not validated yet."),
    )
