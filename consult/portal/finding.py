"""Finding what was said, answered and promised, by its words and by where it belongs."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.campaigns.models import Campaign, State, Theme
from consult.contributions.models import Contribution
from consult.core import search
from consult.core.db import db
from consult.core.search import Cursor, SearchEntry
from consult.core.text import stems
from consult.engagements.models import Plan
from consult.territory.models import Place

PAGE = 15
COUNTED = 50  # beyond, the page says « more than 50 »


class Asked(NamedTuple):
    """What is looked for: words, and where it must belong."""

    words: str = ""
    kind: str = ""
    campaign: str = ""  # its slug
    theme: int | None = None
    place: str = ""  # its slug
    outcome: str = ""
    status: str = ""
    after: str = ""

    @property
    def is_filtered(self) -> bool:
        return any(self[1:-1])


class Hit(NamedTuple):
    """One thing found, as the results show it."""

    kind: str
    subject_id: int
    title: str
    excerpt: str
    status: str
    at: datetime
    campaign_title: str | None
    is_demo: bool
    plan_slug: str | None
    plan_title: str | None
    place: str | None


class Choice(NamedTuple):
    """Something to filter by."""

    id: int
    slug: str
    title: str


class Found(NamedTuple):
    """One page of hits, how many there are in all where that is known, where the next begins."""

    hits: list[Hit]  # where the number is 0, what says the same otherwise
    number: int | None  # None: not the first page
    is_more: bool  # there are more than `number`
    after: Cursor | None


class Options(NamedTuple):
    """What one may choose among."""

    campaigns: list[Choice]
    themes: list[Theme]
    places: list[Place]


def options(asked: Asked) -> Options:
    """The campaigns and places of the site, and the themes of the campaign chosen."""
    rows = db.session.execute(
        sa.select(Campaign.id, Campaign.slug, Campaign.title)
        .where(Campaign.state != State.DRAFT)
        .order_by(Campaign.id.desc())
    )
    campaigns = [Choice(*row) for row in rows]
    chosen = next((one.id for one in campaigns if one.slug == asked.campaign), None)
    themes: list[Theme] = []
    if chosen:
        in_order = sa.select(Theme).where(Theme.campaign_id == chosen)
        themes = list(db.session.scalars(in_order.order_by(Theme.order, Theme.id)))
    places = db.session.scalars(
        sa.select(Place).where(Place.merged_id.is_(None)).order_by(Place.name)
    )
    return Options(campaigns, themes, list(places))


def find(asked: Asked, among: Options) -> Found | None:
    """The hits, those found by their title first, each newest first; None: nothing was asked.

    Where nothing holds the words, the newest that name the same things otherwise in their title.
    """
    words = search.asking(asked.words, [(one.id, one.names) for one in among.places])
    filters = _filters(asked, among)
    if filters is None or (asked.words.strip() and words is None):
        return Found([], 0, False, None)
    within = [one for one in [search.filtered(filters)] if one]
    if words is None and not within:
        return None
    after = Cursor.read(asked.after)
    found = search.newest(
        search.together([words, *within] if words else within),
        search.in_title(asked.words) if words else [],
        PAGE + 1 if after else COUNTED + 1,
        after=after,
        only=[_is_on_show()],
    )
    if not found and not after and (otherwise := search.asking_otherwise(asked.words)):
        found = search.newest(search.together([otherwise, *within]), [], PAGE, only=[_is_on_show()])
        return Found(_hits([cursor.id for cursor in found]), 0, False, None)
    shown = found[:PAGE]
    return Found(
        _hits([cursor.id for cursor in shown]),
        None if after else min(len(found), COUNTED),
        after is None and len(found) > COUNTED,
        shown[-1] if len(found) > PAGE else None,
    )


def _filters(asked: Asked, among: Options) -> list[tuple[str, Any]] | None:
    """Where it must belong; None for a campaign or a place that nobody knows."""
    filters: list[tuple[str, Any]] = [
        ("kind", asked.kind),
        ("theme_id", asked.theme or None),
        ("status", asked.outcome),
        ("status", asked.status),
    ]
    choices: tuple[tuple[str, str, Sequence[Choice | Place]], ...] = (
        ("campaign_id", asked.campaign, among.campaigns),
        ("place_id", asked.place, among.places),
    )
    for name, slug, known in choices:
        if slug:
            chosen = next((one.id for one in known if one.slug == slug), None)
            if chosen is None:
                return None
            filters.append((name, chosen))
    return filters


@cache
def _is_on_show() -> sa.ColumnElement[bool]:
    """What people wrote, and its answer, are found while it is on show in a public campaign."""
    entry, contribution = SearchEntry.__table__, Contribution.__table__
    campaign = Campaign.__table__
    on_show = sa.exists().where(
        contribution.c.id == entry.c.subject_id,
        contribution.c.shown_at.is_not(None),
        campaign.c.id == contribution.c.campaign_id,
        campaign.c.state != State.DRAFT,
    )
    return sa.or_(entry.c.kind.not_in(("contribution", "answer")), on_show)


def _hits(numbers: Sequence[int]) -> list[Hit]:
    """What the page shows of these entries, in this order, in one query."""
    if not numbers:
        return []
    rows = db.session.execute(_shown(), {"numbers": list(numbers)})
    hits = {number: Hit(*row) for number, *row in rows}
    return [hits[number] for number in numbers if number in hits]


@cache
def _shown() -> sa.Executable:
    entry = SearchEntry
    return (
        sa.select(
            *(entry.id, entry.kind, entry.subject_id, entry.title, entry.excerpt, entry.status),
            *(entry.at, Campaign.title, sa.func.coalesce(Campaign.is_demo, Plan.is_demo, False)),
            *(Plan.slug, Plan.title, Place.name),
        )
        .outerjoin(Campaign, Campaign.id == entry.campaign_id)
        .outerjoin(Plan, Plan.id == entry.plan_id)
        .outerjoin(Place, Place.id == entry.place_id)
        .where(entry.id.in_(sa.bindparam("numbers", expanding=True)))
    )


def says_nothing(words: str) -> bool:
    """Whether these words are all too common to be looked for."""
    return bool(words.strip()) and not stems(words)
