"""What became of what one person wrote: each contribution, its answer, and what came out of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from consult.answers.models import Answer
from consult.answers.queries import latest as latest_answers
from consult.campaigns.models import Campaign, State
from consult.contributions.models import Contribution, Outcome
from consult.core.db import db
from consult.engagements.models import Action, Origin, Serves
from consult.engagements.queries import origins_of
from consult.followup.models import StatusReport
from consult.followup.queries import latest as latest_reports
from consult.moderation.models import Decision
from consult.people.models import User
from consult.posts.models import Status

PAGE = 20
MOST_ACTIONS = 5  # of one engagement; the others are on its own page


class Now(NamedTuple):
    """An action that came out of it, and the last thing said of it."""

    action: Action
    report: StatusReport | None


class Result(NamedTuple):
    """An engagement or an action it fed."""

    origin: Origin
    actions: list[Now]  # each once, under the first it came through
    others: int  # actions of the engagement that are not listed
    is_empty: bool  # an engagement that no action serves yet


class Mine(NamedTuple):
    """One contribution and all that became of it."""

    id: int
    title: str
    receipt: str
    status: Status
    outcome: Outcome | None
    sent_at: datetime | None
    published_at: datetime | None
    campaign_title: str
    campaign_slug: str
    is_cancelled: bool
    is_demo: bool
    answer: Answer | None
    decision: Decision | None
    results: list[Result]


class Page(NamedTuple):
    rows: list[Mine]
    before: int | None  # give it back to read on
    written: int
    published: int
    answered: int


def my_contributions(actor: User | None, before: int | None = None) -> Page:
    """Everything this person wrote, latest first, with its way; as many questions as for one."""
    if actor is None:
        return Page([], None, 0, 0, 0)
    c, campaign = Contribution, Campaign
    statement = (
        sa.select(
            *(c.id, c.title, c.receipt, c.status, c.outcome, c.submitted_at, c.published_at),
            *(campaign.title, campaign.slug, campaign.state, campaign.is_demo),
        )
        .join(campaign, campaign.id == c.campaign_id)
        .where(c.author_id == actor.id)
        .order_by(c.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        statement = statement.where(c.id < before)
    rows = db.session.execute(statement).all()
    shown = rows[:PAGE]
    numbers = [row.id for row in shown]
    answers = latest_answers(row.id for row in shown if row.outcome)
    decisions = _decisions([row.id for row in shown if row.status in _DECIDED])
    results = _results(numbers)
    mine = [
        Mine(
            *row[:9],
            row.state == State.CANCELLED,
            row.is_demo,
            answers.get(row.id),
            decisions.get(row.id),
            results.get(row.id, []),
        )
        for row in shown
    ]
    return Page(mine, numbers[-1] if len(rows) > PAGE else None, *_counts(actor))


_DECIDED = (Status.REFUSED, Status.RESTRICTED)


def _counts(actor: User) -> Sequence[int]:
    """How many this person sent, how many of them were published, and answered."""
    table = Contribution.__table__
    is_on_show = table.c.shown_at.is_not(None)
    return db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((is_on_show, 1))),
            sa.func.count(sa.case((sa.and_(is_on_show, table.c.outcome.is_not(None)), 1))),
        )
        .select_from(Contribution)
        .where(Contribution.author_id == actor.id, Contribution.status != Status.DRAFT)
    ).one()


def _decisions(numbers: Sequence[int]) -> dict[int, Decision]:
    """Why those that are not on show are not."""
    if not numbers:
        return {}
    last = (
        sa.select(sa.func.max(Decision.id))
        .where(Decision.post_id.in_(numbers), Decision.person_id.is_(None))
        .group_by(Decision.post_id)
    )
    found = db.session.scalars(sa.select(Decision).where(Decision.id.in_(last)))
    return {decision.post_id: decision for decision in found}


def _results(numbers: Sequence[int]) -> dict[int, list[Result]]:
    """What came out of each of them, with the actions and their latest report."""
    origins = origins_of(numbers) if numbers else {}
    ties = [origin for each in origins.values() for origin in each]
    under = _actions_under({tie.engagement_id for tie in ties if tie.engagement_id})
    listed = {action.id for actions in under.values() for action in actions[:MOST_ACTIONS]}
    listed |= {tie.action_id for tie in ties if tie.action_id}
    reports = latest_reports(list(listed)) if listed else {}

    return {
        number: _told(sorted(each, key=lambda tie: tie.action_id is None), under, reports)
        for number, each in origins.items()
    }


def _told(
    ties: Sequence[Origin], under: dict[int, list[Action]], reports: dict[int, StatusReport]
) -> list[Result]:
    results: list[Result] = []
    seen: set[int] = set()
    for tie in ties:
        actions = [tie.action] if tie.action else under.get(tie.engagement_id or 0, [])
        fresh = [action for action in actions if action.id not in seen]
        now = [Now(action, reports.get(action.id)) for action in fresh[:MOST_ACTIONS]]
        seen |= {action.id for action in fresh}
        results.append(Result(tie, now, len(fresh) - len(now), not actions))
    return results


def _actions_under(engagements: Iterable[int]) -> dict[int, list[Action]]:
    wanted = list(engagements)
    found: dict[int, list[Action]] = {}
    if wanted:
        rows = db.session.scalars(
            sa.select(Serves)
            .options(joinedload(Serves.action))
            .where(Serves.engagement_id.in_(wanted))
            .order_by(Serves.engagement_id, Serves.order, Serves.id)
        )
        for row in rows:
            found.setdefault(row.engagement_id, []).append(row.action)
    return found
