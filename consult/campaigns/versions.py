"""How what frames an open campaign changes: what stood and what stands are written, with why."""

from collections.abc import Callable

from consult.campaigns.models import Campaign, CampaignRules
from consult.core.db import db
from consult.core.i18n import _
from consult.core.rules import require
from consult.journal.actions import record
from consult.people.models import User
from consult.people.queries import followers

NO_REASON = _("Please say why: the reason is shown to everybody.")


def versioned(
    actor: User | None, campaign: Campaign, reason: str, change: Callable[[], None]
) -> CampaignRules:
    """Write down what stood if nobody did, change it, write down what stands."""
    require(reason.strip(), NO_REASON, about="reason")
    if first := campaign.freeze():
        record("campaigns.freeze", None, campaign, number=1, digest=first.digest)
    change()
    version = campaign.reframe(reason.strip(), actor)
    db.session.flush()
    db.session.expire(campaign, ["versions"])
    return version


def sort_anew(
    actor: User | None, campaign: Campaign, reason: str, change: Callable[[], None]
) -> None:
    """Change the themes; once the campaign has opened they are of its rules, and followers hear."""
    if not campaign.has_opened:
        change()
        return
    db.session.refresh(campaign, with_for_update=True)
    version = versioned(actor, campaign, reason, change)
    record(
        "campaigns.change_rules",
        actor,
        campaign,
        notify=followers("campaign", campaign.id),
        number=version.number,
        fields=["themes"],
        digest=version.digest,
    )
