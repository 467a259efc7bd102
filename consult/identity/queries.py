"""What to read of proofs: whether somebody gave one, and the key they are counted under."""

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.core.db import db
from consult.identity import sealing
from consult.identity.models import Proof
from consult.people.models import User


def proof_of(actor: User, campaign: Campaign) -> Proof | None:
    """What this person proved in this campaign."""
    return db.session.scalar(sa.select(Proof).filter_by(campaign_id=campaign.id, user_id=actor.id))


def voter_key(actor: User, campaign: Campaign) -> str:
    """The one key of this person in this campaign, whatever the channel: what counts them once.

    Where an address is enough it is the account, or the paper already entered for its address;
    elsewhere it is what was proved. `LookupError` for somebody `rules.proven` would refuse.
    """
    key = db.session.scalar(sa.select(Proof.voter_key).where(_theirs(actor, campaign)).limit(1))
    if key is None and campaign.accepted:
        raise LookupError(f"{actor!r} proved nothing in {campaign!r}")
    return key or sealing.of_account(campaign, actor.id)


def keys_of(actor: User, campaign: Campaign) -> sa.SelectBase:
    """The same for a larger query to look in: every key this person may be counted under."""
    proved = sa.select(Proof.voter_key).where(_theirs(actor, campaign))
    if campaign.accepted:
        return proved
    return proved.union_all(sa.select(sa.literal(sealing.of_account(campaign, actor.id))))


def _theirs(actor: User, campaign: Campaign) -> sa.ColumnElement[bool]:
    """Their own proof; where an address is enough, also the paper entered for their address."""
    theirs: sa.ColumnElement[bool] = Proof.user_id == actor.id
    if not campaign.accepted:
        theirs = sa.or_(theirs, Proof.voter_key == sealing.of_address(campaign, actor.email_key))
    return sa.and_(Proof.campaign_id == campaign.id, theirs)
