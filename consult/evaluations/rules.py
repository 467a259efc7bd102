"""Who may ask residents what they make of a plan. Same names as actions.py."""

from consult.campaigns import rules as campaigns
from consult.core.i18n import _
from consult.core.rules import require
from consult.engagements.models import Plan
from consult.people.models import User


def open(actor: User | None, plan: Plan) -> None:
    """A facilitator, of a plan everybody can read."""
    campaigns.create(actor)
    require(plan.is_public, _("Publish the plan first: residents evaluate what they can read."))
