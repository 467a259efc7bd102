"""What to read of answers: the letters of one contribution, how many got one, who still waits."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from consult.answers.models import Answer, Assignment, Delay, PrivateNote, SavedWording
from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution, Tally
from consult.core import clock
from consult.core.db import db
from consult.people.models import User
from consult.posts.models import SEALED, Status

PAGE = 30


class Coverage(NamedTuple):
    """How many admissible contributions got an answer, and after how many days half of them did."""

    answered: int
    admissible: int
    median_days: int | None

    @property
    def missing(self) -> int:
        return self.admissible - self.answered


def coverage(campaign: Campaign) -> Coverage:
    """The public counter of a campaign, from its tallies: as quick with many as with few.

    Admissible is what is published; what was refused, withdrawn or restricted is not counted.
    """
    rows = db.session.execute(
        sa.select(Tally.outcome, sa.func.sum(Tally.number))
        .where(Tally.campaign_id == campaign.id, Tally.status == Status.PUBLISHED)
        .group_by(Tally.outcome)
    ).all()
    admissible = sum(number for _, number in rows)
    answered = sum(number for outcome, number in rows if outcome)
    return Coverage(answered, admissible, _median_days(campaign))


def _median_days(campaign: Campaign) -> int | None:
    """The lower median of the days first answers took."""
    rows = db.session.execute(
        sa.select(Delay.days, Delay.number)
        .where(Delay.campaign_id == campaign.id, Delay.number > 0)
        .order_by(Delay.days)
    ).all()
    half = (sum(number for _, number in rows) + 1) // 2
    for days, number in rows:
        half -= number
        if half <= 0:
            return days
    return None


def letters(contribution_id: int) -> list[Answer]:
    """Every answer to one contribution, oldest first: the last one stands."""
    return list(
        db.session.scalars(
            sa.select(Answer).where(Answer.contribution_id == contribution_id).order_by(Answer.id)
        )
    )


def latest(contribution_ids: Iterable[int]) -> dict[int, Answer]:
    """The answer that stands for each of these contributions, in one query."""
    last = (
        sa.select(sa.func.max(Answer.id))
        .where(Answer.contribution_id.in_(list(contribution_ids)))
        .group_by(Answer.contribution_id)
    )
    found = db.session.scalars(sa.select(Answer).where(Answer.id.in_(last)))
    return {answer.contribution_id: answer for answer in found}


class Shown(StrEnum):
    """Which contributions the desk lists."""

    WAITING = "waiting"
    MINE = "mine"
    LATE = "late"
    ANSWERED = "answered"
    ALL = "all"


class Asked(NamedTuple):
    """What the desk and the exports are filtered by."""

    shown: Shown = Shown.WAITING
    theme_id: int | None = None
    place_id: int | None = None
    outcome: str = ""
    unit: str = ""


class DeskPage(NamedTuple):
    rows: Sequence[tuple[Contribution, Assignment | None]]
    after: int | None  # give it back to read on


def desk(campaign: Campaign, actor: User | None, asked: Asked, after: int = 0) -> DeskPage:
    """Contributions on show in the order they came, with who has them in hand."""
    statement = (
        _asked(campaign, actor, asked)
        .where(Contribution.id > after)
        .options(
            joinedload(Contribution.author),
            joinedload(Contribution.theme),
            joinedload(Contribution.place),
        )
        .limit(PAGE + 1)
    )
    rows = [(one, assignment) for one, assignment in db.session.execute(statement)]
    more = rows[PAGE - 1][0].id if len(rows) > PAGE else None
    return DeskPage(rows[:PAGE], more)


def _asked(
    campaign: Campaign, actor: User | None, asked: Asked
) -> sa.Select[Contribution, Assignment]:
    statement = (
        sa.select(Contribution, Assignment)
        .outerjoin(Assignment, Assignment.contribution_id == Contribution.id)
        .where(Contribution.campaign_id == campaign.id, Contribution.shown_at.is_not(None))
        .order_by(Contribution.id)
    )
    conditions = {
        Shown.WAITING: Contribution.outcome.is_(None),
        Shown.MINE: Assignment.assignee_id == (actor.id if actor else 0),
        Shown.LATE: sa.and_(Contribution.outcome.is_(None), Assignment.due_on < clock.today()),
        Shown.ANSWERED: Contribution.outcome.is_not(None),
    }
    if asked.shown in conditions:
        statement = statement.where(conditions[asked.shown])
    if asked.theme_id:
        statement = statement.where(Contribution.theme_id == asked.theme_id)
    if asked.place_id:
        statement = statement.where(Contribution.place_id == asked.place_id)
    if asked.outcome:
        statement = statement.where(Contribution.outcome == asked.outcome)
    if asked.unit:
        statement = statement.where(Assignment.unit == asked.unit)
    return statement


def late(campaign: Campaign) -> int:
    """How many unanswered contributions are past the day their service was given."""
    statement = (
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Contribution, Contribution.id == Assignment.contribution_id)
        .where(
            Contribution.campaign_id == campaign.id,
            Contribution.shown_at.is_not(None),
            Contribution.outcome.is_(None),
            Assignment.due_on < clock.today(),
        )
    )
    return db.session.scalar(statement) or 0


def units(campaign: Campaign) -> list[str]:
    """The services that have something of this campaign in hand."""
    return list(
        db.session.scalars(
            sa.select(Assignment.unit)
            .join(Contribution, Contribution.id == Assignment.contribution_id)
            .where(Contribution.campaign_id == campaign.id)
            .distinct()
            .order_by(Assignment.unit)
        )
    )


def some(campaign: Campaign, contribution_ids: Iterable[int]) -> list[Contribution]:
    """Those of these contributions that are on show in this campaign."""
    return list(
        db.session.scalars(
            sa.select(Contribution)
            .where(
                Contribution.id.in_(list(contribution_ids)),
                Contribution.campaign_id == campaign.id,
                Contribution.shown_at.is_not(None),
            )
            .options(joinedload(Contribution.author))
            .order_by(Contribution.id)
        )
    )


def contribution_or_404(contribution_id: int) -> Contribution:
    """One contribution that is or was on show, with its campaign, author, theme and place.

    The desk reads what everybody reads: neither what waits, nor what is kept from view.
    """
    shown = Contribution.published_at.is_not(None)
    found = db.session.scalar(
        sa.select(Contribution)
        .where(Contribution.id == contribution_id, shown, Contribution.status.not_in(SEALED))
        .options(
            joinedload(Contribution.campaign),
            joinedload(Contribution.author),
            joinedload(Contribution.theme),
            joinedload(Contribution.place),
        )
    )
    if found is None:
        raise NotFound
    return found


def assignment(contribution: Contribution) -> Assignment | None:
    return db.session.scalar(
        sa.select(Assignment)
        .where(Assignment.contribution_id == contribution.id)
        .options(joinedload(Assignment.assignee))
    )


def notes(contribution: Contribution) -> list[PrivateNote]:
    """What agents of the town told each other, oldest first."""
    return list(
        db.session.scalars(
            sa.select(PrivateNote)
            .where(PrivateNote.contribution_id == contribution.id)
            .options(joinedload(PrivateNote.author))
            .order_by(PrivateNote.id)
        )
    )


def wordings() -> list[SavedWording]:
    return list(
        db.session.scalars(
            sa.select(SavedWording)
            .where(SavedWording.removed_at.is_(None))
            .order_by(SavedWording.title)
        )
    )


def exported(
    campaign: Campaign, actor: User | None, asked: Asked, *, size: int = 1000
) -> Iterator[tuple[Contribution, Assignment | None, Answer | None]]:
    """Every contribution asked for with the answer that stands, read by the thousand."""
    after = 0
    while True:
        rows = db.session.execute(
            _asked(campaign, actor, asked)
            .where(Contribution.id > after)
            .options(
                selectinload(Contribution.author).raiseload("*"),
                selectinload(Contribution.theme),
                selectinload(Contribution.place),
            )
            .limit(size)
        ).all()
        answers = latest([row[0].id for row in rows]) if rows else {}
        for contribution, assigned in rows:
            yield contribution, assigned, answers.get(contribution.id)
        if len(rows) < size:
            return
        after = rows[-1][0].id
        db.session.expunge_all()
