"""The promise as it was adopted beside what is announced today: words, dates and reasons."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from consult.core.dates import parse
from consult.core.db import db
from consult.core.i18n import n_
from consult.engagements import queries as engagements
from consult.engagements import wording
from consult.engagements.models import Action, Engagement, Plan, Promise, Revision
from consult.engagements.queries import Tree
from consult.posts.changes import Run, compare

# Word by word.


class Row(NamedTuple):
    """One field of a promise: as it was adopted, as it reads today, and the words that differ."""

    label: LazyString
    was: str
    became: str
    runs: list[Run]

    @property
    def has_changed(self) -> bool:
        return self.was != self.became


def beside(promised: dict[str, Any], today: dict[str, Any]) -> list[Row]:
    """Every field that either says something of, in the order of the plan's own words.

    What stands above it may have been renamed: that is its own change, told there and not here.
    """
    for number, words in (("serves", "engagements"), ("parent", "under")):
        if promised.get(number) and promised[number] == today.get(number):
            promised = {**promised, words: today.get(words)}
    then = {str(line.label): line for line in wording.lines(promised)}
    now = {str(line.label): line for line in wording.lines(today)}
    rows = []
    for label in wording.FIELDS.values():
        was, became = (side[str(label)].words if str(label) in side else "" for side in (then, now))
        if was or became:
            rows.append(Row(label, was, became, compare(was, became)))
    return rows


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    """Only the fields that differ."""
    return [row for row in beside(before, after) if row.has_changed]


# Dates that slip.


class Slip(NamedTuple):
    """A date that moved: its words then and now, and by how much where both give a day."""

    was: str
    became: str
    days: int | None  # after the promise; before it where negative
    months: int | None  # whole months, where both are ends of months or far apart

    @property
    def is_later(self) -> bool:
        return self.days is not None and self.days > 0

    @property
    def distance(self) -> LazyString | None:
        """« 9 mois de plus », « 12 jours de moins »."""
        if not self.days:
            return None
        if self.months:
            number = abs(self.months)
            if self.is_later:
                return n_("one month more", "%(num)d months more", number)
            return n_("one month less", "%(num)d months less", number)
        number = abs(self.days)
        if self.is_later:
            return n_("one day more", "%(num)d days more", number)
        return n_("one day less", "%(num)d days less", number)


def slip(promised: dict[str, Any], now: dict[str, Any]) -> Slip | None:
    """How far the date of an action moved since it was adopted; None where it did not."""
    was, became = str(promised.get("dates") or ""), str(now.get("dates") or "")
    then, today = _due(promised), _due(now)
    if was == became and then == today:
        return None
    if not (was and became) or then is None or today is None:
        return Slip(was, became, None, None) if was != became else None
    return Slip(was, became, (today - then).days, _months(then, today))


def _due(content: dict[str, Any]) -> date | None:
    """The last day its words may mean."""
    if due := content.get("due_on"):
        return date.fromisoformat(due)
    return parse(str(content.get("dates") or "")).end


def _months(then: date, today: date) -> int | None:
    """Whole months between two days; None where days say it better."""
    months = (today.year - then.year) * 12 + today.month - then.month
    if _ends_a_month(then) and _ends_a_month(today):
        return months
    if abs((today - then).days) < 60:
        return None
    if months > 0 and today.day < then.day:
        months -= 1
    elif months < 0 and today.day > then.day:
        months += 1
    return months


def _ends_a_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1


# A whole plan.


class Why(NamedTuple):
    """When something was changed, and the reason given."""

    at: datetime
    reason: str


class Kept(NamedTuple):
    """Something of a plan that no longer reads as it was adopted, or came after."""

    subject: Engagement | Action
    rows: list[Row]
    slip: Slip | None
    reasons: list[Why]

    @property
    def is_action(self) -> bool:
        return isinstance(self.subject, Action)


class Account(NamedTuple):
    """What became of the words of a plan since the vote."""

    total: int  # engagements and actions that were adopted
    kept: int  # of those, the ones that read word for word as they were adopted
    actions: int  # actions that were adopted with a date
    later: int  # of those, the ones announced later now
    changed: list[Kept]
    added: list[Kept]


def account(tree: Tree) -> Account | None:
    """Every promise of a plan compared with today; None where nothing was adopted yet."""
    plan = tree.plan
    promises = list(db.session.scalars(sa.select(Promise).where(Promise.plan_id == plan.id)))
    if not promises:
        return None
    by_subject = {_key(one): one.content for one in promises}
    reasons = _reasons(plan)
    changed: list[Kept] = []
    added: list[Kept] = []
    dated = later = kept = 0
    for subject, now in engagements.contents(tree):
        key = (subject.__tablename__, subject.id)
        promised = by_subject.get(key)
        why = reasons.get(key, [])
        if promised is None:
            added.append(Kept(subject, beside({}, now), None, why))
            continue
        moved = slip(promised, now) if isinstance(subject, Action) else None
        dated += isinstance(subject, Action) and bool(promised.get("dates"))
        later += bool(moved and moved.is_later)
        rows = changes(promised, now)
        if rows:
            changed.append(Kept(subject, rows, moved, why))
        else:
            kept += 1
    return Account(kept + len(changed), kept, dated, later, changed, added)


def _reasons(plan: Plan) -> dict[tuple[str, int], list[Why]]:
    found: dict[tuple[str, int], list[Why]] = {}
    rows = db.session.scalars(
        sa.select(Revision).where(Revision.plan_id == plan.id).order_by(Revision.id)
    )
    for row in rows:
        found.setdefault(_key(row), []).append(Why(row.at, row.reason))
    return found


def _key(row: Promise | Revision) -> tuple[str, int]:
    if row.action_id is not None:
        return "action", row.action_id
    return "engagement", row.engagement_id or 0


def retold(revisions: Sequence[Revision]) -> list[list[Row]]:
    """What each revision changed, word by word."""
    return [changes(one.before, one.after) for one in revisions]
