"""What can happen to a support: given once, taken back until the vote closes."""

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core.db import db, insert_once
from consult.core.i18n import _
from consult.core.rules import require
from consult.identity.queries import keys_of, voter_key
from consult.journal.actions import record
from consult.people.models import User
from consult.votes import queries, rules
from consult.votes.models import Support


def support(actor: User | None, contribution: Contribution) -> None:
    """Somebody stands behind a contribution. Doing it twice is doing it once."""
    queries.held(actor)
    standing = queries.standing(actor, contribution.campaign, [contribution.id])
    if contribution.id in standing.supported:
        return
    rules.support(actor, contribution, standing)
    assert actor is not None  # noqa: S101
    require(contribution.supported(+1), _("Only published contributions can be supported."))
    is_new = insert_once(
        Support,
        contribution_id=contribution.id,
        campaign_id=contribution.campaign_id,
        voter_key=voter_key(actor, contribution.campaign),
        user_id=actor.id,
    )
    require(is_new, _("You already support this contribution."))
    record("votes.support", None, _subject(contribution))


def withdraw(actor: User | None, contribution: Contribution) -> None:
    """Somebody takes their support back; taking back what was not given changes nothing."""
    queries.held(actor)
    standing = queries.standing(actor, contribution.campaign, [contribution.id])
    if actor is not None and contribution.id not in standing.supported:
        return
    rules.withdraw(actor, contribution, standing)
    assert actor is not None  # noqa: S101
    require(
        not queries.is_apart(actor, contribution),
        _("This support was set aside, with reasons: it is not taken back meanwhile."),
    )
    db.session.execute(
        sa.delete(Support).where(
            Support.contribution_id == contribution.id,
            Support.voter_key.in_(keys_of(actor, contribution.campaign)),
        )
    )
    contribution.supported(-1)
    record("votes.withdraw", None, _subject(contribution))


def _subject(contribution: Contribution) -> Contribution | Campaign:
    """What the journal names: who voted, never; for what, not while counts are hidden."""
    return contribution.campaign if contribution.campaign.counts_hidden else contribution
