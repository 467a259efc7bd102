"""What can happen to an answer: it is given, and stands; the desk behind it does its work."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from consult.answers import queries, rules
from consult.answers.archive import Archive, archive
from consult.answers.models import Answer, Assignment, Delay, PrivateNote, SavedWording
from consult.campaigns.models import Campaign, State
from consult.contributions.models import FOUND_BESIDE, Contribution, Outcome
from consult.core import clock, search
from consult.core.db import count_in, db, locked
from consult.core.text import excerpt
from consult.journal.actions import record
from consult.keys import signatures
from consult.keys.models import BulkExport
from consult.keys.rules import fresh
from consult.people.models import User
from consult.people.queries import followers
from consult.pluralism import queries as pluralism
from consult.pluralism.models import Publication


def answer(
    actor: User,
    *contributions: Contribution,
    outcome: Outcome,
    words: str,
    signatory: str,
    unit: str,
    part: str = "",
) -> list[Answer]:
    """The town answers one contribution, or several alike; each author hears of their own."""
    answers = []
    for contribution in _held(contributions):
        rules.answer(
            actor,
            contribution,
            outcome=outcome,
            part=part,
            words=words,
            signatory=signatory,
            unit=unit,
        )
        given = Answer(
            contribution=contribution,
            campaign_id=contribution.campaign_id,
            outcome=outcome,
            part=part.strip() if outcome == Outcome.PARTLY else "",
            words=words.strip(),
            signatory=signatory.strip(),
            unit=unit.strip(),
            author_id=actor.id,
            delay_days=_first_delay(contribution),
        )
        db.session.add(given)
        contribution.answered(outcome)
        db.session.flush()
        _index(given)
        record(
            "answers.answer",
            actor,
            contribution,
            notify=[contribution.author, *followers("contribution", contribution.id)],
            answer=given.id,
            outcome=outcome,
        )
        answers.append(given)
    return answers


def _held(contributions: Sequence[Contribution]) -> list[Contribution]:
    """The same contributions, fresh and held, in one order for everybody: no two wait crosswise."""
    ids = sorted(contribution.id for contribution in contributions)
    return list(
        db.session.scalars(
            locked(sa.select(Contribution).where(Contribution.id.in_(ids)))
            .order_by(Contribution.id)
            .execution_options(populate_existing=True)
        )
    )


def _first_delay(contribution: Contribution) -> int | None:
    """The whole days a first answer took, added to the campaign's; None for a later one."""
    if contribution.outcome is not None or contribution.submitted_at is None:
        return None
    days = max(0, (clock.now() - contribution.submitted_at).days)
    count_in(Delay, {"campaign_id": contribution.campaign_id, "days": days})
    return days


def _index(given: Answer) -> None:
    """Have the answer found by its words, in place of an earlier one, and mark what it answers."""
    search.mark("contribution", given.contribution_id, given.outcome)
    _put(given)


def _follow(contribution: Contribution) -> None:
    """Have the answer found under the title as it now reads, while what it answers is in lists."""
    given = queries.latest([contribution.id]).get(contribution.id)
    if given is not None and contribution.shown_at:
        _put(given)
    else:
        search.drop("answer", contribution.id)


def _put(given: Answer) -> None:
    contribution = given.contribution
    search.put(
        "answer",
        contribution.id,
        contribution.title,
        [given.words, given.part, given.unit],
        campaign_id=contribution.campaign_id,
        theme_id=contribution.theme_id,
        place_id=contribution.place_id,
        status=given.outcome,
        excerpt=excerpt(given.words),
        at=given.at,
    )


FOUND_BESIDE.append(_follow)


def assign(
    actor: User,
    contribution: Contribution,
    *,
    unit: str,
    assignee: User | None = None,
    due_on: date | None = None,
) -> Assignment:
    """A service takes a contribution in hand, until a day; the person named hears of it."""
    rules.assign(actor, contribution, due_on=due_on)
    assigned = queries.assignment(contribution) or Assignment(contribution=contribution)
    assigned.unit, assigned.assignee, assigned.due_on = unit.strip(), assignee, due_on
    assigned.author_id, assigned.at = actor.id, clock.now()
    db.session.add(assigned)
    record("answers.assign", actor, contribution, notify=[assignee], due_on=due_on)
    return assigned


def note(actor: User, contribution: Contribution, *, words: str) -> PrivateNote:
    """An agent leaves a word for the others; whoever has the contribution in hand hears of it."""
    rules.note(actor, contribution)
    written = PrivateNote(contribution_id=contribution.id, words=words.strip(), author=actor)
    db.session.add(written)
    assigned = queries.assignment(contribution)
    record("answers.note", actor, contribution, notify=[assigned.assignee] if assigned else [])
    return written


def save_wording(actor: User, *, title: str, outcome: Outcome, words: str) -> SavedWording:
    """A wording is kept for another time."""
    rules.save_wording(actor)
    known = db.session.scalar(sa.select(SavedWording).filter_by(title=title.strip()))
    wording = known or SavedWording(title=title.strip(), author_id=actor.id)
    wording.outcome, wording.words, wording.removed_at = outcome, words.strip(), None
    db.session.add(wording)
    db.session.flush()
    record("answers.save_wording", actor, wording)
    return wording


def remove_wording(actor: User, wording: SavedWording) -> None:
    """A wording is not offered any more."""
    rules.remove_wording(actor, wording)
    wording.removed_at = clock.now()
    record("answers.remove_wording", actor, wording)


def publish_results(actor: User, campaign: Campaign, *, words: str) -> None:
    """The town says what it heard and what it will do; those who follow the campaign are told."""
    db.session.refresh(campaign, with_for_update=True)
    rules.publish_results(actor, campaign, words=words)
    campaign.results_words = words.strip()
    campaign.move_to(State.RESULTS)
    pluralism.spend(Publication.RESULTS, campaign)
    record("answers.publish_results", actor, campaign, notify=followers("campaign", campaign.id))


def export_complete(actor: User, campaign: Campaign, *, purpose: str) -> Archive:
    """Take the whole of a campaign out, once another has signed; the log keeps it for good."""
    rules.export_complete(actor, campaign)
    fresh(actor)
    details = {"export_for": purpose.strip()}
    signed = signatures.spend(actor, "answers.export_complete", campaign, details)
    made = archive(campaign)
    taken = BulkExport(
        what="answers.export_complete",
        subject_kind=campaign.__tablename__,
        subject_id=campaign.id,
        by_id=actor.id,
        signed_by_id=signed.signed_by_id if signed else None,
        rows=made.rows,
    )
    db.session.add(taken)
    record("answers.export_complete", actor, campaign, rows=made.rows)
    return made
