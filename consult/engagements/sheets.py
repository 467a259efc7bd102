"""Action sheets: what stands under each heading, which text is in force, which are printed twice.

The content of a sheet is plain data, the same in a draft, in a version, in the open data:

    title, thematic      words
    audience             for whom: a list of words
    when                 words
    followed             how it is followed: a list of words
    context              paragraphs
    objectives           a list of words
    steps                how it is done: a list of {text, items}, items being a list of words
    mobilised            whom to call on: a list of words
    carriers, means      words
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload, undefer
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.core.i18n import _
from consult.core.text import fold
from consult.engagements import queries
from consult.engagements.models import Engagement, Plan, Sheet, SheetState, SheetVersion
from consult.people.models import User

Content = dict[str, Any]


class Shape(StrEnum):
    """How what stands under a heading is laid out."""

    LINE = "line"
    LINES = "lines"
    STEPS = "steps"


class Heading(NamedTuple):
    """One of the headings of a printed sheet."""

    key: str
    label: LazyString
    shape: Shape


# The eight headings in the order of the printed sheets.
HEADINGS = (
    Heading("audience", _("For whom?"), Shape.LINES),
    Heading("when", _("When?"), Shape.LINE),
    Heading("followed", _("Followed how?"), Shape.LINES),
    Heading("objectives", _("Objectives"), Shape.LINES),
    Heading("steps", _("How it is done"), Shape.STEPS),
    Heading("mobilised", _("Whom to call on?"), Shape.LINES),
    Heading("carriers", _("Who carries the action"), Shape.LINE),
    Heading("means", _("Means"), Shape.LINE),
)
CONTEXT = Heading("context", _("Context"), Shape.LINES)
COMPARED = ("title", CONTEXT.key, *(heading.key for heading in HEADINGS))


def content(**said: Any) -> Content:
    """The content of a sheet, whole: what nobody said is empty, and empty lines are left out."""
    return {
        "title": _line(said.get("title")),
        "thematic": _line(said.get("thematic")),
        **{heading.key: _under(heading, said.get(heading.key)) for heading in (*HEADINGS, CONTEXT)},
    }


def _under(heading: Heading, said: Any) -> Any:
    if heading.shape == Shape.LINE:
        return _line(said)
    if heading.shape == Shape.LINES:
        return _lines(said)
    steps = [{"text": _line(one["text"]), "items": _lines(one["items"])} for one in said or ()]
    return [one for one in steps if one["text"] or one["items"]]


def _line(words: str | None) -> str:
    return (words or "").strip()


def _lines(words: Iterable[str] | None) -> list[str]:
    return [line.strip() for line in words or () if line.strip()]


# The same sheet twice.


def likeness(said: Content) -> str:
    """What two printings of one sheet have in common, whatever their spaces and capitals."""
    return "\n".join(fold(" ".join(_said(said.get(key)))) for key in COMPARED)


def twins(contents: Sequence[Content]) -> list[tuple[int, int]]:
    """Which sheets of a document are the same: the place of each, and of the first like it.

    A sheet that is only announced says too little to be like another.
    """
    first: dict[str, int] = {}
    found = []
    for place, said in enumerate(contents):
        like = likeness(said)
        if not fold(said.get("title") or ""):
            continue
        if like in first:
            found.append((place, first[like]))
        else:
            first[like] = place
    return found


def twin_of(sheet: Sheet, said: Content) -> Sheet | None:
    """Another sheet of the plan that already says all this."""
    latest = (
        sa.select(sa.func.max(SheetVersion.id))
        .where(SheetVersion.plan_id == sheet.plan_id, SheetVersion.sheet_id != sheet.id)
        .group_by(SheetVersion.sheet_id)
    )
    rows = db.session.scalars(
        sa.select(SheetVersion)
        .options(joinedload(SheetVersion.sheet))
        .where(SheetVersion.id.in_(latest))
        .order_by(SheetVersion.id)
    )
    like = likeness(said)
    return next((row.sheet for row in rows if likeness(row.content) == like), None)


def cut_lines(said: Content) -> list[str]:
    """The lines that stop in the middle of a word: « CAUE 94 et ALEC- »."""
    return [line for line in lines_of(said) if line.endswith("-")]


def lines_of(said: Content) -> list[str]:
    """Every line under the headings of a sheet."""
    return [line for heading in (*HEADINGS, CONTEXT) for line in _said(said.get(heading.key))]


def _said(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [
        line
        for one in value or ()
        for line in ((one["text"], *one["items"]) if isinstance(one, dict) else (one,))
    ]


# What to read.


def of_plan(plan: Plan) -> list[Sheet]:
    """The sheets of a plan, announced or published, in their order."""
    return list(
        db.session.scalars(
            sa.select(Sheet)
            .options(joinedload(Sheet.engagement))
            .where(Sheet.plan_id == plan.id)
            .order_by(Sheet.order, Sheet.id)
        )
    )


class Count(NamedTuple):
    """« 6 announced, 5 published »: whatever is published was announced."""

    announced: int
    published: int


def counted(sheets: Iterable[Sheet]) -> Count:
    rows = list(sheets)
    return Count(len(rows), sum(one.state == SheetState.PUBLISHED for one in rows))


def sheet_or_404(sheet_id: int, actor: User | None) -> Sheet:
    """The sheet with its plan and its branch, if this person may read the plan."""
    sheet = (
        db.session.scalars(
            sa.select(Sheet)
            .options(
                joinedload(Sheet.plan).options(
                    joinedload(Plan.act),
                    joinedload(Plan.place),
                    joinedload(Plan.campaigns).lazyload("*"),
                ),
                joinedload(Sheet.engagement),
                undefer(Sheet.draft),
            )
            .where(Sheet.id == sheet_id)
        )
        .unique()
        .one_or_none()
    )
    if sheet is None or not (sheet.plan.is_public or queries.is_staff(actor, sheet.plan)):
        raise NotFound
    return sheet


def texts(sheet: Sheet) -> list[SheetVersion]:
    """Every text of a sheet, the latest first."""
    return list(
        db.session.scalars(
            sa.select(SheetVersion)
            .where(SheetVersion.sheet_id == sheet.id)
            .order_by(SheetVersion.number.desc())
        )
    )


def latest(plan: Plan, until: int | None = None) -> dict[int, SheetVersion]:
    """The text in force of each sheet of a plan; `until`: as it was in that version of the plan."""
    rows = db.session.scalars(sa.select(SheetVersion).where(in_force(plan, until)))
    return {row.sheet_id: row for row in rows}


def in_force(plan: Plan, until: int | None = None) -> sa.ColumnElement[bool]:
    """Whether a text is the latest of its sheet, or was in that version of the plan."""
    select = (
        sa.select(sa.func.max(SheetVersion.id))
        .where(SheetVersion.plan_id == plan.id)
        .group_by(SheetVersion.sheet_id)
    )
    if until is not None:
        select = select.where(SheetVersion.plan_version <= until)
    return SheetVersion.id.in_(select)


def being_written(sheet: Sheet, versions: Sequence[SheetVersion]) -> Content:
    """What the form shows: the draft, else the latest text, else what was announced."""
    if sheet.draft is not None:
        return content(**sheet.draft)
    if versions:
        return content(**versions[0].content)
    return content(thematic=sheet.thematic, objectives=[sheet.aim])


def beside(sheet: Sheet) -> list[Sheet]:
    """The sheets of the same plan, in order."""
    return list(
        db.session.scalars(
            sa.select(Sheet).where(Sheet.plan_id == sheet.plan_id).order_by(Sheet.order, Sheet.id)
        )
    )


def branches(sheets: Iterable[Sheet]) -> dict[int, list[Sheet]]:
    """The sheets under each branch of the plan."""
    found: dict[int, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.engagement_id is not None:
            found.setdefault(sheet.engagement_id, []).append(sheet)
    return found


def has_sheets(engagement: Engagement) -> bool:
    """Whether a sheet stands under this branch."""
    return bool(
        db.session.scalar(sa.select(sa.exists().where(Sheet.engagement_id == engagement.id)))
    )
