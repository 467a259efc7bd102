"""What a guarantor does: keep a draft, publish the report, correct it. Nobody else can."""

from consult.campaigns.models import Campaign
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import record
from consult.oversight import queries, rules
from consult.oversight.models import Draft, Report
from consult.people.models import User
from consult.people.queries import followers


def draft(actor: User | None, campaign: Campaign, *, words: str) -> Draft:
    """The guarantor keeps what they have written so far; nobody else reads it."""
    rules.draft(actor, campaign)
    kept = queries.draft_of(campaign) or Draft(campaign=campaign)
    kept.words, kept.changed_at = words.strip(), clock.now()
    db.session.add(kept)
    db.session.flush()
    record("oversight.draft", actor, campaign)
    return kept


def publish(actor: User, campaign: Campaign, *, words: str) -> Report:
    """The report is published as it stands, for good; those who follow the campaign are told."""
    rules.publish(actor, campaign)
    report = _said(actor, campaign, number=1, words=words)
    if kept := queries.draft_of(campaign):
        db.session.delete(kept)
    record("oversight.publish", actor, campaign, notify=_told(campaign), number=1)
    return report


def correct(actor: User, campaign: Campaign, *, number: int, words: str, reason: str) -> Report:
    """A version follows the last one and says why; the earlier ones stay beside it."""
    rules.correct(actor, campaign, number)
    report = _said(actor, campaign, number=number, words=words, reason=reason.strip())
    record("oversight.correct", actor, campaign, notify=_told(campaign), number=number)
    return report


def _said(actor: User, campaign: Campaign, *, number: int, words: str, reason: str = "") -> Report:
    report = Report(
        campaign=campaign,
        number=number,
        words=words.strip(),
        reason=reason,
        guarantor_id=actor.id,
        signature=actor.name or actor.pseudonym,
    )
    db.session.add(report)
    db.session.flush()
    return report


def _told(campaign: Campaign) -> list[User]:
    return followers("campaign", campaign.id)
