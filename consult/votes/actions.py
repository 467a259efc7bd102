"""What can happen to a support: given once, taken back until the vote closes."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from consult.campaigns.models import AgeBracket, Campaign
from consult.contributions.models import Contribution
from consult.core.db import changed, db, insert_once
from consult.core.i18n import _
from consult.core.rules import require
from consult.identity.queries import held, is_inside, voter_key
from consult.identity.roll import Who, keys_behind, paper_line
from consult.identity.rules import belong
from consult.journal.actions import record
from consult.people.consents import agreed
from consult.people.models import ConsentKind, User
from consult.posts.models import Channel
from consult.votes import queries, rules
from consult.votes.models import Support


def support(actor: User | None, contribution: Contribution) -> None:
    """Somebody stands behind a contribution. Doing it twice is doing it once."""
    if actor is not None:
        held(actor, contribution.campaign)
    standing = queries.standing(actor, contribution.campaign, [contribution.id])
    if contribution.id in standing.supported:
        return
    rules.support(actor, contribution, standing)
    assert actor is not None  # noqa: S101
    agreed(actor, ConsentKind.POSITION)
    require(contribution.supported(+1), rules.NOT_PUBLISHED)
    is_new = insert_once(
        Support,
        contribution_id=contribution.id,
        campaign_id=contribution.campaign_id,
        voter_key=voter_key(actor, contribution.campaign),
        user_id=actor.id,
        is_inside=is_inside(actor, contribution.campaign),
    )
    require(is_new, _("You already support this contribution."))
    record("votes.support", None, _subject(contribution))


def withdraw(actor: User | None, contribution: Contribution) -> None:
    """Somebody takes their support back; taking back what was not given changes nothing."""
    if actor is not None:
        held(actor, contribution.campaign)
    standing = queries.standing(actor, contribution.campaign, [contribution.id])
    if actor is not None and contribution.id not in standing.supported:
        return
    rules.withdraw(actor, contribution, standing)
    assert actor is not None  # noqa: S101
    db.session.refresh(contribution, ["support_count"], with_for_update=True)  # as who sets aside
    require(
        not queries.is_apart(actor, contribution),
        _("This support was set aside, with reasons: it is not taken back meanwhile."),
    )
    contribution.supported(
        -changed(sa.delete(Support).where(queries.given_to(actor, contribution)))
    )
    record("votes.withdraw", None, _subject(contribution))


def type_in(
    actor: User,
    campaign: Campaign,
    contributions: Sequence[Contribution],
    *,
    who: Who,
    channel: Channel,
    collected_on: date,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
) -> None:
    """An agent types in what one person supports on paper: counted once, as on the site.

    Nothing that is answered depends on what this person supports already: an agent who types a
    name would read it there. The journal holds one line for each contribution typed, counted or
    not.
    """
    rules.type_in(actor, campaign, collected_on)
    belong(campaign, is_inside=is_inside, bracket=bracket)
    require(all(one.is_public for one in contributions), rules.NOT_PUBLISHED)
    line = paper_line(campaign, who, actor, is_inside=is_inside, bracket=bracket)
    supported = queries.supported_by(campaign, keys_behind(line, who))
    given = len(supported)
    rules.have_left(campaign, given, len(contributions))
    for one in sorted(contributions, key=lambda one: one.id):  # as everybody (`core.db.locked`)
        db.session.refresh(one, ["support_count"], with_for_update=True)
    for contribution in contributions:
        record("votes.type_in", actor, _subject(contribution), channel=channel)
        if contribution.id in supported or given == campaign.support_limit:
            continue
        is_new = insert_once(
            Support,
            contribution_id=contribution.id,
            campaign_id=campaign.id,
            voter_key=line.voter_key,
            channel=channel,
            is_inside=line.is_inside,
            agent_id=actor.id,
        )
        if is_new:
            require(contribution.supported(+1), rules.NOT_PUBLISHED)
            given += 1


def _subject(contribution: Contribution) -> Contribution | Campaign:
    """What the journal names: who voted, never; for what, not while counts are hidden."""
    return contribution.campaign if contribution.campaign.counts_hidden else contribution
