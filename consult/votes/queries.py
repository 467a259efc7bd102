"""What one person supports, what they have left to give, and what was counted elsewhere."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _
from consult.identity.models import Proof
from consult.identity.queries import keys_of
from consult.people.models import User
from consult.posts.models import Channel
from consult.votes.models import ImportedTally, Support


@algorithm(
    Kind.COUNT,
    _("Supports of a contribution"),
    purpose=_("To say how many people stand behind a contribution."),
    data=_("One sealed key a person and a consultation; who supports what is shown to nobody."),
    rule=_(
        "One support a person, whatever the channel, until it is taken back. Supports proved false"
        " by a human are counted apart, with their reasons; votes counted on another site are"
        " shown apart and never added."
    ),
)
class Standing(NamedTuple):
    """Where somebody stands in one campaign: what they support, how many supports are left."""

    supported: frozenset[int] = frozenset()
    remaining: int | None = None  # None: as many as one likes


class Given(NamedTuple):
    """What somebody gave in one campaign."""

    campaign: Campaign
    contributions: list[Contribution]

    @property
    def remaining(self) -> int | None:
        limit = self.campaign.support_limit
        return None if limit is None else max(0, limit - len(self.contributions))


def contribution_or_404(id: int) -> Contribution:
    """The contribution with its campaign, in one query."""
    contribution = db.session.scalar(
        sa.select(Contribution)
        .where(Contribution.id == id)
        .options(joinedload(Contribution.campaign).lazyload(Campaign.themes))
    )
    if contribution is None:
        raise NotFound
    return contribution


def standing(
    actor: User | None, campaign: Campaign, contribution_ids: Iterable[int] = ()
) -> Standing:
    """One query for a whole page: which of these the person supports, and what is left to give."""
    limit = campaign.support_limit
    if actor is None:
        return Standing(remaining=limit)
    given = sa.select(Support.contribution_id).where(
        _of(actor, campaign), Support.campaign_id == campaign.id
    )
    if limit is None:  # nothing to count: only what the page shows
        given = given.where(Support.contribution_id.in_(list(contribution_ids)))
    supported = frozenset(db.session.scalars(given))
    return Standing(supported, None if limit is None else max(0, limit - len(supported)))


def is_apart(actor: User, contribution: Contribution) -> bool:
    """Whether this person's support was set aside as false."""
    found = sa.select(Support.id).where(
        given_to(actor, contribution), Support.aside_id.is_not(None)
    )
    return db.session.scalar(found.limit(1)) is not None


def given_to(actor: User, contribution: Contribution) -> sa.ColumnElement[bool]:
    """Where this person supports this contribution."""
    return sa.and_(Support.contribution_id == contribution.id, _of(actor, contribution.campaign))


def _of(actor: User, campaign: Campaign) -> sa.ColumnElement[bool]:
    """Supports of this person: by what they are known by here, or were when they gave them."""
    mine = Support.voter_key.in_(keys_of(actor, campaign))
    return sa.or_(mine, Support.user_id == actor.id)


def supported_by(campaign: Campaign, keys: Iterable[str]) -> set[int]:
    """The contributions of this campaign that somebody of these keys supports."""
    return set(
        db.session.scalars(
            sa.select(Support.contribution_id).where(
                Support.voter_key.in_(keys), Support.campaign_id == campaign.id
            )
        )
    )


def named_on_paper(campaign: Campaign, names: Iterable[str]) -> list[Contribution | None]:
    """The contributions of this campaign a sheet names, by number or receipt; None: unknown."""
    wanted = list(names)
    numbers = [int(name) for name in wanted if name.isdecimal() and len(name) < 10]
    found = list(
        db.session.scalars(
            sa.select(Contribution).where(
                Contribution.campaign_id == campaign.id,
                sa.or_(Contribution.id.in_(numbers), Contribution.receipt.in_(wanted)),
            )
        )
    )
    by_name = {str(one.id): one for one in found} | {one.receipt: one for one in found}
    return [by_name.get(name) for name in wanted]


class Split(NamedTuple):
    """Some things counted, in whole and by what is known of where people live."""

    inside: int = 0
    outside: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.inside + self.outside + self.unknown


def _split(rows: Iterable[Any]) -> Split:
    known = {is_inside: number for is_inside, number in rows}
    return Split(known.get(True, 0), known.get(False, 0), known.get(None, 0))


def contributions_split(campaign: Campaign) -> Split:
    """The contributions on show, with and without those from elsewhere."""
    return _split(
        db.session.execute(
            sa.select(Contribution.is_inside, sa.func.count())
            .where(Contribution.campaign_id == campaign.id, Contribution.shown_at.is_not(None))
            .group_by(Contribution.is_inside)
        )
    )


def supports_split(campaign: Campaign) -> dict[Channel, Split]:
    """The supports of a campaign by channel, each with and without those from elsewhere."""
    rows = db.session.execute(
        sa.select(Support.channel, Support.is_inside, sa.func.count())
        .where(Support.campaign_id == campaign.id)
        .group_by(Support.channel, Support.is_inside)
    )
    found: dict[Channel, list[tuple[bool | None, int]]] = {}
    for channel, is_inside, number in rows:
        found.setdefault(channel, []).append((is_inside, number))
    return {channel: _split(found[channel]) for channel in Channel if channel in found}


def of_person(actor: User) -> list[Given]:
    """All they support, on this site and on paper, campaign by campaign, the latest first."""
    on_paper = sa.select(Proof.voter_key).where(Proof.user_id == actor.id)
    rows = db.session.execute(
        sa.select(Contribution, Campaign)
        .join(Support, Support.contribution_id == Contribution.id)
        .join(Campaign, Campaign.id == Support.campaign_id)
        .where(sa.or_(Support.user_id == actor.id, Support.voter_key.in_(on_paper)))
        .order_by(Campaign.id.desc(), Support.id.desc())
        .limit(500)
    )
    given: dict[int, Given] = {}
    for contribution, campaign in rows:
        given.setdefault(campaign.id, Given(campaign, [])).contributions.append(contribution)
    return list(given.values())


def imported_tallies(contribution_ids: Iterable[int]) -> dict[int, list[ImportedTally]]:
    """What was counted on another platform, by contribution; shown apart, never added."""
    found: dict[int, list[ImportedTally]] = {}
    for tally in db.session.scalars(
        sa.select(ImportedTally)
        .where(ImportedTally.contribution_id.in_(list(contribution_ids)))
        .order_by(ImportedTally.id)
    ):
        found.setdefault(tally.contribution_id, []).append(tally)
    return found
