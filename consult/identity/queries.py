"""What to read of proofs: whether somebody gave one, and the key they are counted under."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, Identity
from consult.core.db import db, locked
from consult.identity import sealing
from consult.identity.models import LetterCode, Proof, Series
from consult.people import queries as people
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


def keys_of(actor: User, campaign: Campaign) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The same for a larger query to look in: every key this person may be counted under."""
    proved = sa.select(Proof.voter_key).where(_theirs(actor, campaign))
    if campaign.accepted:
        return proved
    return proved.union_all(sa.select(sa.literal(sealing.of_account(campaign, actor.id))))


def is_inside(actor: User | None, campaign: Campaign) -> bool | None:
    """Whether this person lives within the perimeter, where a proof says so."""
    if actor is None or not campaign.accepted:
        return None
    return db.session.scalar(
        sa.select(Proof.is_inside).filter_by(campaign_id=campaign.id, user_id=actor.id)
    )


def held(actor: User, campaign: Campaign) -> None:
    """Hold what counts this person: their account, as it is by now, and their line in the roll."""
    people.held(actor)
    if campaign.accepted:
        db.session.execute(locked(sa.select(Proof.id).where(_theirs(actor, campaign))))


# Letters and figures, for those who look after a campaign.


class Pile(NamedTuple):
    """Letters made together: how many, how many served, how many opens nothing any more."""

    series: Series
    made: int
    used: int
    revoked: int


def piles(campaign: Campaign) -> list[Pile]:
    """Every pile of letters of a campaign, the latest first."""
    rows = db.session.execute(
        sa.select(
            Series,
            sa.func.count(LetterCode.id),
            sa.func.count(LetterCode.used_at),
            sa.func.count(LetterCode.revoked_at),
        )
        .outerjoin(LetterCode, LetterCode.series_id == Series.id)
        .where(Series.campaign_id == campaign.id)
        .group_by(Series.id)
        .order_by(Series.id.desc())
    )
    return [Pile(*row) for row in rows]


def handed(campaign: Campaign) -> tuple[int, int]:
    """How many codes the desk gave, and how many of them served."""
    row = db.session.execute(
        sa.select(sa.func.count(LetterCode.id), sa.func.count(LetterCode.used_at)).where(
            LetterCode.campaign_id == campaign.id, LetterCode.series_id.is_(None)
        )
    ).one()
    return row[0], row[1]


def series_or_404(campaign: Campaign, number: int) -> Series:
    series = db.session.get(Series, number)
    if series is None or series.campaign_id != campaign.id:
        raise NotFound
    return series


def series_with_key(key: str) -> Series | None:
    """The letters this very form already made."""
    return db.session.scalar(sa.select(Series).filter_by(key=key)) if key else None


def letter_numbered(campaign: Campaign, number: int) -> LetterCode | None:
    """The letter with this number on it."""
    return db.session.scalar(
        sa.select(LetterCode).filter_by(campaign_id=campaign.id, number=number)
    )


def named(campaign: Campaign, voter_key: str) -> Proof | None:
    """The proof of the person, or of the letter, that this key stands for."""
    return db.session.scalar(
        sa.select(Proof).filter_by(campaign_id=campaign.id, voter_key=voter_key)
    )


def by_way(campaign: Campaign) -> dict[Identity, int]:
    """How many people were recognised, by way; proofs set aside left out."""
    rows = db.session.execute(
        sa.select(Proof.way, sa.func.count())
        .where(Proof.campaign_id == campaign.id, Proof.aside_at.is_(None))
        .group_by(Proof.way)
    )
    return {way: number for way, number in rows}


def without_address(campaign: Campaign) -> int:
    """Where an address is enough, how many took part on paper by name, declaring they have none."""
    if campaign.accepted:
        return 0
    return by_way(campaign).get(Identity.DECLARED, 0)


CROWD = 5


def crowded(campaign: Campaign) -> int:
    """How many addresses were declared by more than `CROWD` people: for a human to look into."""
    homes = (
        sa.select(Proof.home_key)
        .where(Proof.campaign_id == campaign.id, Proof.home_key.is_not(None))
        .group_by(Proof.home_key)
        .having(sa.func.count() > CROWD)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(homes)) or 0


def _theirs(actor: User, campaign: Campaign) -> sa.ColumnElement[bool]:
    """Their own proof; where an address is enough, also the paper entered for their address."""
    theirs: sa.ColumnElement[bool] = Proof.user_id == actor.id
    if not campaign.accepted:
        theirs = sa.or_(theirs, Proof.voter_key == sealing.of_address(campaign, actor.email_key))
    return sa.and_(Proof.campaign_id == campaign.id, theirs)
