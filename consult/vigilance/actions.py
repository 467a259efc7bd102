"""What can happen to a flag and to supports proved false: raised, cleared, set aside, put back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import changed, db, insert_once
from consult.identity.models import Proof
from consult.journal.actions import record
from consult.people.models import RoleName, User
from consult.people.queries import held, with_role
from consult.posts.models import Flag, FlagKind
from consult.vigilance import queries, rules
from consult.vigilance.models import Refuted, SetAside
from consult.votes import queries as votes
from consult.votes.models import Support


def flag(actor: User, contribution: Contribution, *, hour: queries.Hour) -> None:
    """The site tells facilitators that supports came as from one hand; they keep counting."""
    rules.flag(actor, contribution)
    known = queries.burst_flag(contribution, hour.at)
    if known is not None:
        if known.cleared_at is None:
            known.number = hour.new
        return
    db.session.add(
        Flag(
            post_id=contribution.id,
            kind=FlagKind.BURST,
            mark=queries.mark(hour.at),
            number=hour.new,
        )
    )
    told = with_role(RoleName.FACILITATOR, campaign=contribution.campaign)
    record("vigilance.flag", actor, contribution, notify=told)


def clear(actor: User, flag: Flag, *, words: str) -> None:
    """A facilitator says in a word why it is nothing; the flag goes, the word stays."""
    db.session.refresh(flag, ["cleared_at"], with_for_update=True)
    rules.clear(actor, flag, words=words)
    flag.cleared_at, flag.cleared_by_id, flag.words = clock.now(), actor.id, words.strip()
    record("vigilance.clear", actor, flag.post, kind=flag.kind)


def set_aside(
    actor: User, contribution: Contribution, *, hour: datetime, facts: str, rule: str
) -> SetAside:
    """Supports proved false no longer count; those who gave them are told why, and what to do."""
    db.session.refresh(contribution, ["support_count"], with_for_update=True)
    given = queries.given_by_new_accounts(contribution, hour)
    rules.set_aside(actor, contribution, number=len(given), facts=facts, rule=rule)
    aside = SetAside(
        contribution=contribution,
        campaign_id=contribution.campaign_id,
        since=hour,
        until=hour + queries.HOUR,
        number=len(given),
        facts=facts.strip(),
        rule=rule.strip(),
        decided_by=actor,
    )
    db.session.add(aside)
    db.session.flush()
    _marked(Support, Support.id.in_([one.support_id for one in given]), aside_id=aside.id)
    contribution.counted(-len(given), apart=len(given))
    record("vigilance.set_aside", actor, aside, notify=[one.user for one in given])
    return aside


def refute(actor: User, campaign: Campaign, proof: Proof, *, reason: str) -> None:
    """An identity check taken wrongly opens nothing any more, and its supports no longer count.

    Nobody is told which, nor how many. Ballots in an urn stay, as nobody can find them. Whose name
    it was, and whoever was mistaken for them, support what they like, as if nothing had been given.
    """
    _hold(proof)
    rules.refute(actor, campaign, proof, reason=reason)
    now = clock.now()
    proof.aside_at, proof.aside_by_id, proof.aside_words = now, actor.id, reason.strip()
    for contribution, support in queries.given_with(proof):
        db.session.add(Refuted(**_as_given(support), refuted_by_id=actor.id))
        db.session.delete(support)
        if support.aside_id is None:
            contribution.counted(-1)
    record("vigilance.refute", actor, proof, notify=_holder(proof))


def reinstate(actor: User, campaign: Campaign, proof: Proof) -> None:
    """An identity check set aside holds again; so do the supports that went with it.

    Those that were given anew meanwhile, or in place of which others were, stay where they are.
    """
    _hold(proof)
    taken = queries.taken_with(proof)
    rules.reinstate(actor, campaign, proof, by={refuted.refuted_by_id for _one, refuted in taken})
    given, limit = len(votes.supported_by(campaign, [proof.voter_key])), campaign.support_limit
    for contribution, refuted in taken:
        if (limit is None or given < limit) and insert_once(Support, **_as_given(refuted)):
            given += 1
            db.session.delete(refuted)
            if refuted.aside_id is None:
                contribution.counted(+1)
    proof.aside_at, proof.aside_by_id, proof.aside_words = None, None, ""
    record("vigilance.reinstate", actor, proof, notify=_holder(proof))


def restore(actor: User, aside: SetAside, *, words: str) -> None:
    """Supports set aside count again; those who gave them are told."""
    db.session.refresh(aside.contribution, ["support_count"], with_for_update=True)
    db.session.refresh(aside, ["restored_at"], with_for_update=True)
    rules.restore(actor, aside, words=words)
    people = queries.concerned(aside)
    counting = _marked(Support, Support.aside_id == aside.id, aside_id=None)
    _marked(Refuted, Refuted.aside_id == aside.id, aside_id=None)
    aside.restored_at, aside.restored_by_id = clock.now(), actor.id
    aside.restored_words = words.strip()
    aside.contribution.counted(counting, apart=-aside.number)
    record("vigilance.restore", actor, aside, notify=people)


def _hold(proof: Proof) -> None:
    """The line and, before it, its account: nothing goes back to whoever leaves at that moment."""
    held(*_holder(proof))
    db.session.refresh(proof, with_for_update=True)


def _holder(proof: Proof) -> list[User]:
    person = db.session.get(User, proof.user_id) if proof.user_id else None
    return [person] if person else []


def _as_given(one: Support | Refuted) -> dict[str, Any]:
    """What a support and the same one refuted have in common."""
    names = {*Support.__table__.c.keys()} & {*Refuted.__table__.c.keys()} - {"id"}
    return {name: getattr(one, name) for name in names}


def _marked(model: type[Any], where: sa.ColumnElement[bool], *, aside_id: int | None) -> int:
    """Say with which hour these went, if with one; how many they are."""
    return changed(sa.update(model).where(where).values(aside_id=aside_id))
