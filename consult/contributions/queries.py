"""What to read of contributions: lists, one and its neighbours, what resembles it, figures."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, load_only
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, campaign_place
from consult.contributions.models import (
    SHUFFLE,
    STARTS,
    Contribution,
    Outcome,
    Tally,
)
from consult.core import search, similar
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _
from consult.core.search import SearchEntry
from consult.core.text import excerpt, fold, stems
from consult.core.thesaurus import kindred
from consult.people.models import RoleName, User
from consult.posts import queries as posts
from consult.posts.models import Channel, Post, Slip, Status, Version
from consult.posts.rules import opens_seal
from consult.territory.models import Place
from consult.territory.queries import below

PAGE = 15
COUNTED = 1000  # beyond, a list says « plus de 1 000 »
NARROW = 2000  # as many rows as are sorted in no time
LOOKED = (300, 4000)  # how far a page looks for rows that answer several filters at once
NO_ANSWER = "none"  # the filter « sans réponse »

contribution = Contribution.__table__
post = Post.__table__
person = User.__table__
# What is asked on every page is put together once.
_WHOLE = sa.select(Contribution).options(
    joinedload(Contribution.campaign).lazyload(Campaign.themes),
    joinedload(Contribution.author).options(
        load_only(User.pseudonym, User.name, User.closed_at), lazyload(User.roles)
    ),
    joinedload(Contribution.theme),
    joinedload(Contribution.place),
)
_BY_ID = _WHOLE.where(Contribution.id == sa.bindparam("id"))


# One contribution.


def by_id_or_404(contribution_id: int) -> Contribution:
    """The contribution with its campaign, author, theme and place, in one query."""
    found = by_id(contribution_id)
    if found is None:
        raise NotFound
    return found


def by_id(contribution_id: int) -> Contribution | None:
    return db.session.scalar(_BY_ID, {"id": contribution_id})


def shown(contribution: Contribution) -> str:
    """A fingerprint of all that stands on the page where a draft is confirmed, pictures too."""
    draft = contribution
    pictures = posts.images([draft.id]).get(draft.id, [])
    said = [
        *(draft.title, draft.body, draft.byline, draft.theme_id, draft.place_id),
        *((one.file_id, one.alternative, one.credit) for one in pictures),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def by_receipt(receipt: str) -> Contribution | None:
    """The contribution that was given this receipt number, however the number was copied."""
    return db.session.scalar(_WHOLE.where(Contribution.receipt == receipt_number(receipt)))


def by_receipt_or_404(receipt: str) -> Contribution:
    found = by_receipt(receipt)
    if found is None:
        raise NotFound
    return found


def by_key(key: str | None) -> Contribution | None:
    """The contribution this very form already brought."""
    return db.session.scalar(_WHOLE.where(Contribution.key == key)) if key else None


def receipt_number(words: str) -> str:
    """A receipt number as it is kept: capitals, no spaces, no hyphens."""
    return "".join(letter for letter in words.upper() if letter.isalnum())[:12]


def is_visible_to(actor: User | None, contribution: Contribution) -> bool:
    """What is published is everybody's; the rest is its author's, and of those who watch over it.

    A draft is its author's alone; what was kept from view is its author's and the guarantor's.
    """
    if contribution.is_public:
        return contribution.campaign.is_public or _watches(actor, contribution)
    if contribution.is_sealed:
        return opens_seal(actor, contribution)
    if actor is not None and contribution.author_id == actor.id:
        return True
    return contribution.status != Status.DRAFT and _watches(actor, contribution)


def _watches(actor: User | None, contribution: Contribution) -> bool:
    roles = (RoleName.FACILITATOR, RoleName.GUARANTOR)
    return actor is not None and (
        actor.is_system or actor.holds(*roles, campaign_id=contribution.campaign_id)
    )


class Neighbour(NamedTuple):
    id: int
    title: str


class Around(NamedTuple):
    """What stands around a contribution: its neighbours, and how many wordings it had."""

    before: Neighbour | None
    after: Neighbour | None
    wordings: int


def around(of: Contribution) -> Around:
    """The one before and the one after, in the order that favours nobody; in one query."""
    asked = {"campaign": of.campaign_id, "shuffle": of.shuffle, "id": of.id}
    found = {
        side: Neighbour(number or 0, title)
        for side, number, title in db.session.execute(_AROUND, asked)
    }
    return Around(found.get("before"), found.get("after"), found["wordings"].id)


def _around() -> sa.CompoundSelect[Any]:
    c, p = contribution.c, post.c
    id = sa.bindparam("id", type_=sa.Integer)
    here = sa.tuple_(sa.bindparam("shuffle", type_=sa.Integer), id)
    key = sa.tuple_(c.shuffle, c.id)
    shown = sa.select(c.id).where(
        c.campaign_id == sa.bindparam("campaign", type_=sa.Integer), c.shown_at.is_not(None)
    )
    last = shown.where(key < here).order_by(c.shuffle.desc(), c.id.desc()).limit(1)
    following = shown.where(key > here).order_by(c.shuffle, c.id).limit(1)
    wordings = sa.select(sa.func.max(Version.number)).where(Version.post_id == id)
    return sa.select(sa.literal("wordings"), wordings.scalar_subquery(), sa.literal("")).union_all(
        *(
            sa.select(sa.literal(side), p.id, p.title).where(p.id == found.scalar_subquery())
            for side, found in (("before", last), ("after", following))
        )
    )


_AROUND = _around()


def slips_numbered(campaign: Campaign, number: str) -> list[Contribution]:
    """The contributions of this campaign already typed in from a sheet of this number."""
    if not number.strip():
        return []
    return list(
        db.session.scalars(
            sa.select(Contribution)
            .join(Slip, Slip.post_id == Contribution.id)
            .where(
                Contribution.campaign_id == campaign.id,
                Slip.number == number.strip(),
                Contribution.status != Status.WITHDRAWN,
            )
            .order_by(Contribution.id)
        )
    )


def typed_in(campaign: Campaign, agent: User, limit: int = 5) -> list[Contribution]:
    """What this agent typed in last for this campaign."""
    return list(
        db.session.scalars(
            sa.select(Contribution)
            .join(Slip, Slip.post_id == Contribution.id)
            .where(Contribution.campaign_id == campaign.id, Slip.agent_id == agent.id)
            .order_by(Contribution.id.desc())
            .limit(limit)
        )
    )


def places_of(campaign: Campaign) -> list[Place]:
    """The places one may speak of in a campaign: its own, and those that lie within them."""
    own = sa.select(campaign_place.c.place_id).where(campaign_place.c.campaign_id == campaign.id)
    found = db.session.scalars(
        sa.select(Place).where(sa.or_(Place.id.in_(own), Place.id.in_(below(own))))
    )
    return sorted(found, key=lambda place: fold(place.name))


# Figures.


class Figures(NamedTuple):
    """How many contributions of a campaign stand where; drafts are in none of these."""

    received: int
    by_status: Mapping[Status, int]
    by_outcome: Mapping[Outcome, int]  # of those published
    by_theme: Mapping[int, int]  # of those published; 0: no theme
    crossed: Mapping[tuple[int, Outcome | None], int]  # theme and answer, of those published

    @property
    def pending(self) -> int:
        return self.by_status.get(Status.PENDING, 0)

    @property
    def published(self) -> int:
        return self.by_status.get(Status.PUBLISHED, 0)

    @property
    def answered(self) -> int:
        return sum(self.by_outcome.values())

    @property
    def retained(self) -> int:
        return sum(self.by_outcome.get(key, 0) for key in (Outcome.RETAINED, Outcome.PARTLY))


_TALLY = sa.select(Tally.theme_id, Tally.status, Tally.outcome, Tally.number).where(
    Tally.campaign_id == sa.bindparam("campaign"), Tally.number > 0
)


@algorithm(
    Kind.COUNT,
    _("Contributions received, published, answered, retained"),
    purpose=_("To say where the contributions of a consultation stand."),
    data=_("The status, theme and latest answer of each contribution."),
    rule=_(
        "Each is counted once where it stands. Answered: published and given an answer; retained:"
        " in whole or in part. Drafts are in no figure."
    ),
)
def figures(campaign: Campaign) -> Figures:
    """The figures of a campaign, from its tally: one short query however much was written."""
    statuses: Counter[Status] = Counter()
    outcomes: Counter[Outcome] = Counter()
    themes: Counter[int] = Counter()
    crossed: Counter[tuple[int, Outcome | None]] = Counter()
    for theme, status, answer, number in db.session.execute(_TALLY, {"campaign": campaign.id}):
        statuses[status] += number
        if status == Status.PUBLISHED:
            outcome = Outcome(answer) if answer else None
            themes[theme] += number
            crossed[theme, outcome] += number
            if outcome:
                outcomes[outcome] += number
    return Figures(sum(statuses.values()), statuses, outcomes, themes, crossed)


# Lists. Every page is found by walking an index from a cursor: the thousandth page costs what the
# first does. A list is never counted beyond what the tally knows or `COUNTED`.


@algorithm(
    Kind.SORT,
    _("Contributions, shuffled"),
    purpose=_("To favour nobody: this is how lists are shown first."),
    data=_("A number drawn by lot for each contribution when it was sent."),
    rule=_(
        "By the number drawn; the list begins at one of sixteen places, drawn for each visitor and"
        " written in the address, so that anybody can see the same order again."
    ),
    part="shuffled",
)
@algorithm(
    Kind.SORT,
    _("Contributions, the newest first"),
    purpose=_("To see what has just been published."),
    data=_("The moment of publication."),
    rule=_("Latest first. What was hidden and restored keeps its first date."),
    part="newest",
)
@algorithm(
    Kind.SORT,
    _("Contributions, the most supported first"),
    purpose=_("To see what many stand behind, when one asks for it."),
    data=_("The number of supports that count."),
    rule=_("Most supports first; not offered while counts are out of sight."),
    part="supported",
)
class Order(StrEnum):
    SHUFFLED = "shuffled"
    NEWEST = "newest"
    SUPPORTED = "supported"


class Row(NamedTuple):
    """One contribution as a list shows it."""

    id: int
    title: str
    excerpt: str
    name: str | None
    channel: Channel
    shown_at: datetime
    theme_id: int | None
    place: str | None
    outcome: Outcome | None
    supports: int
    comments: int


class Page(NamedTuple):
    """Rows, the cursors of the pages around, and how many rows the whole list has."""

    rows: list[Row]
    previous: str | None
    next: str | None
    number: int | None  # None: nobody counted
    is_more: bool  # there are more than `number`

    @property
    def is_partial(self) -> bool:
        """Whether fewer were found than a page holds although one may look further."""
        return self.next is not None and len(self.rows) < PAGE


class _Walk(NamedTuple):
    """How a list is walked: along this column, among these rows, keeping those that also hold."""

    column: sa.ColumnElement[Any]
    is_descending: bool
    among: Mapping[str, Any]
    kept: Mapping[str, Any]


class _Found(NamedTuple):
    """The keys of one page in the order they were met, and where going on would begin."""

    keys: list[Any]
    beyond: str | None


def listed(
    campaign: Campaign,
    *,
    order: Order = Order.SHUFFLED,
    start: int = 0,
    theme: int | None = None,
    place: int | None = None,
    outcome: Outcome | str | None = None,
    after: str | None = None,
    before: str | None = None,
    known: Figures | None = None,
) -> Page:
    """One page of the published contributions of a campaign.

    `start` (0…15) says where the shuffled order begins. `outcome` may be "none": no answer yet.
    `after` and `before` are cursors given by another page of the same list.
    """
    known = known or figures(campaign)
    filters: dict[str, Any] = {}
    if place is not None:
        filters["place_id"] = place
    if theme is not None:
        filters["theme_id"] = theme
    if outcome is not None:
        filters["outcome"] = None if outcome == NO_ANSWER else Outcome(outcome)
    numbers = {name: _number(campaign, known, {name: filters[name]}) for name in filters}
    walk = _walk(order, filters, numbers)
    cursor = _read(before or after, order)
    found = _keys(campaign, walk, order, start % STARTS, cursor, before is not None)
    if before is not None:
        rows = _rows(found.keys[::-1])
        previous, following = found.beyond, _cursor(found.keys[0]) if found.keys else None
    else:
        rows = _rows(found.keys)
        previous = _cursor(found.keys[0]) if cursor and found.keys else None
        following = found.beyond
    count = (
        numbers["place_id"] if len(filters) == 1 and place else _number(campaign, known, filters)
    )
    is_capped = place is not None and (count or 0) > COUNTED
    return Page(rows, previous, following, COUNTED if is_capped else count, is_capped)


def _number(campaign: Campaign, known: Figures, filters: Mapping[str, Any]) -> int | None:
    """How many rows these filters leave, where that is quick to know; at most `NARROW` + 1."""
    if "place_id" not in filters:
        return sum(
            number
            for (theme, outcome), number in known.crossed.items()
            if filters.get("theme_id", theme) == theme
            and filters.get("outcome", outcome) == outcome
        )
    if len(filters) > 1:
        return None
    some = sa.select(contribution.c.id).where(*_held(campaign, filters)).limit(NARROW + 1)
    return db.session.scalar(sa.select(sa.func.count()).select_from(some.subquery()))


def _walk(order: Order, filters: Mapping[str, Any], numbers: Mapping[str, int | None]) -> _Walk:
    """The index to walk. Each order has its own; newest first has one for each filter as well."""
    c = contribution.c
    if order == Order.NEWEST:
        rarest = min(filters, key=lambda name: numbers[name] or 0, default=None)
        among = {rarest: filters[rarest]} if rarest else {}
        kept = {name: value for name, value in filters.items() if name != rarest}
        return _Walk(c.shown_at, True, among, kept)
    is_supported = order == Order.SUPPORTED
    column = c.support_count if is_supported else c.shuffle
    if any((numbers[name] or 0) <= NARROW for name in filters):
        # Few rows: found by their filter, then sorted. Adding nothing keeps the order's own index
        # out of it, which would be walked from end to end to find them.
        return _Walk(column + 0, is_supported, filters, {})
    return _Walk(column, is_supported, {}, filters)


def _keys(
    campaign: Campaign,
    walk: _Walk,
    order: Order,
    start: int,
    cursor: tuple[Any, int] | None,
    is_back: bool,
) -> _Found:
    """Walk from the cursor until a page is full; a shuffled list goes on at its other end."""
    c = contribution.c
    column = walk.column
    stretches: list[list[sa.ColumnElement[bool]]] = [[]]
    if order == Order.SHUFFLED:
        turn = start * (SHUFFLE // STARTS)
        stretches = [[column >= turn], [column < turn]]
        is_second = cursor is not None and cursor[0] < turn
        if is_back:
            stretches = stretches[::-1] if is_second else stretches[:1]
        elif is_second:
            stretches = stretches[1:]
    is_descending = walk.is_descending != is_back
    ordering = [each.desc() if is_descending else each for each in (column, c.id)]
    if walk.among.get("outcome", c.outcome) is None:
        # PostgreSQL does not see that all of these are equal: say so in the words of the index.
        ordering.insert(0, c.outcome.desc() if is_descending else c.outcome.asc())
    statement = sa.select(column.label("key"), c.id, c.theme_id, c.place_id, c.outcome)
    statement = statement.where(*_held(campaign, walk.among)).order_by(*ordering)
    keys: list[Any] = []
    for number, stretch in enumerate(stretches):
        asked = statement.where(*stretch)
        if cursor is not None and number == 0:
            here = sa.tuple_(sa.literal(cursor[0], column.type), sa.literal(cursor[1]))
            place = sa.tuple_(column, c.id)
            asked = asked.where(place < here if is_descending else place > here)
        wanted = PAGE + 1 - len(keys)
        met, stopped = _kept(asked, walk.kept, wanted)
        keys += met
        if stopped is not None:
            return _Found(keys[:PAGE], _cursor(stopped))
        if len(keys) > PAGE:
            return _Found(keys[:PAGE], _cursor(keys[PAGE - 1]))
    return _Found(keys, None)


def _kept(asked: sa.Select[Any], kept: Mapping[str, Any], wanted: int) -> tuple[list[Any], Any]:
    """The next rows that hold these values as well, and where looking for them stopped short."""
    if not kept:
        return list(db.session.execute(asked.limit(wanted))), None
    for size in LOOKED:
        looked = db.session.execute(asked.limit(size)).all()
        met = [row for row in looked if all(getattr(row, name) == kept[name] for name in kept)]
        if len(met) >= wanted or len(looked) < size:
            return met[:wanted], None
    return met, looked[-1]


def _held(campaign: Campaign, values: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """The conditions of being on show in this campaign and holding these values.

    They are those of the partial indexes, no more: a theme belongs to one campaign only.
    """
    c = contribution.c
    held = [c.shown_at.is_not(None)]
    if "theme_id" not in values:
        held.append(c.campaign_id == campaign.id)
    return held + [
        c[name].is_(None) if value is None else c[name] == value for name, value in values.items()
    ]


def _rows(keys: list[Any]) -> list[Row]:
    """What a list shows of these contributions, in this order, in one query."""
    if not keys:
        return []
    rows = {
        number: Row(number, title, excerpt(body) if begins is None else begins, *rest)
        for number, title, begins, body, *rest in db.session.execute(
            _ROWS, {"ids": [key.id for key in keys]}
        )
    }
    return [rows[key.id] for key in keys if key.id in rows]


def _rows_asked() -> sa.Select[Any]:
    """How a text begins stands in the search index; the text itself is read where it does not."""
    c, p = contribution.c, post.c
    entry, place = SearchEntry.__table__, Place.__table__
    is_its = sa.and_(entry.c.kind == "contribution", entry.c.subject_id == c.id)
    return (
        sa.select(
            *(c.id, p.title, entry.c.excerpt),
            sa.case((entry.c.id.is_(None), sa.func.substr(p.body, 1, 1600)), else_=""),
            sa.func.coalesce(p.byline, person.c.pseudonym),
            *(p.channel, c.shown_at, c.theme_id, place.c.name, c.outcome),
            *(c.support_count, c.comment_count),
        )
        .join_from(contribution, post, p.id == c.id)
        .outerjoin(entry, is_its)
        .outerjoin(person, person.c.id == p.author_id)
        .outerjoin(place, place.c.id == c.place_id)
        .where(c.id.in_(sa.bindparam("ids", expanding=True)))
    )


_ROWS = _rows_asked()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _cursor(key: Any) -> str:
    """A place in a list, as an address carries it."""
    value = key.key
    if isinstance(value, datetime):
        value = (value - _EPOCH) // _MICROSECOND
    return f"{value:x}-{key.id:x}"


def _read(cursor: str | None, order: Order) -> tuple[Any, int] | None:
    """The place an address carries; None where it makes no sense."""
    try:
        value, number = (int(part, 16) for part in (cursor or "").split("-"))
        if not (0 <= value < 2**62 and 0 <= number < 2**62):
            return None
        return (_EPOCH + value * _MICROSECOND if order == Order.NEWEST else value), number
    except (ValueError, OverflowError):
        return None


# What resembles a title.


class Alike(NamedTuple):
    """A published contribution near to what somebody is about to write."""

    id: int
    title: str
    excerpt: str
    supports: int
    outcome: Outcome | None


SAMPLE = 2000  # titles from which one learns which words are rare
SAMPLED_FOR = 600  # seconds
FEW = 200  # titles that can all be compared
CANDIDATES = 120
_samples: dict[tuple[str, int], tuple[float, Counter[str]]] = {}


@algorithm(
    Kind.SUGGESTION,
    _("Contributions close to yours"),
    purpose=_(
        "To let whoever writes support what exists, and facilitators gather what is the same."
    ),
    data=_("Titles of the published contributions of the same consultation."),
    rule=_(
        "The five nearest by their words, nearest first, above a threshold. Shown while you type,"
        " before sending, and to facilitators. Nothing is refused or merged because of it."
    ),
)
def alike(campaign: Campaign, title: str, but: int | None = None, limit: int = 5) -> list[Alike]:
    """The published contributions of this campaign nearest to this title, nearest first."""
    near = nearest(campaign, title, but, limit)
    if not near:
        return []
    c, p = contribution.c, post.c
    rows = db.session.execute(
        sa.select(c.id, p.title, sa.func.substr(p.body, 1, 1200), c.support_count, c.outcome)
        .join_from(contribution, post, p.id == c.id)
        .where(c.id.in_([one.id for one in near]), c.shown_at.is_not(None))
    )
    found = {
        number: Alike(number, name, excerpt(body, 140), supports, outcome)
        for number, name, body, supports, outcome in rows
    }
    return [found[one.id] for one in near if one.id in found]


def nearest(
    campaign: Campaign, title: str, but: int | None = None, limit: int = 5
) -> list[Neighbour]:
    """The same by their number and title alone."""
    roots = list(dict.fromkeys(stems(title)))[:12]
    if not roots:
        return []
    titles = _titles(campaign, FEW)
    frequency = None
    if len(titles) == FEW:
        frequency = _frequency(campaign)
        titles |= _candidates(campaign, roots, frequency)
    found = similar.rank(
        title,
        [(number, words) for number, words in titles.items() if number != but],
        limit,
        document_frequency=frequency,
        documents=SAMPLE if frequency else None,
    )
    return [Neighbour(match.id, titles[match.id]) for match in found]


def _titles(campaign: Campaign, limit: int) -> dict[int, str]:
    """The latest titles of this campaign."""
    rows = db.session.execute(
        sa.select(SearchEntry.subject_id, SearchEntry.title)
        .where(SearchEntry.campaign_id == campaign.id, SearchEntry.kind == "contribution")
        .order_by(SearchEntry.id.desc())
        .limit(limit)
    )
    return {number: title for number, title in rows}


def _frequency(campaign: Campaign) -> Counter[str]:
    """In how many of the latest titles each root stands, learned again now and then."""
    key = (str(db.engine.url), campaign.id)
    known = _samples.get(key)
    if known is None or time.monotonic() - known[0] > SAMPLED_FOR:
        titles = _titles(campaign, SAMPLE).values()
        counted = Counter(root for title in titles for root in set(stems(title)))
        known = _samples[key] = time.monotonic(), counted
    return known[1]


def _candidates(campaign: Campaign, roots: list[str], frequency: Counter[str]) -> dict[int, str]:
    """Titles that may be near: those that hold a rare root, those that hold every one, and those
    that hold other names of the same things."""
    rarest = sorted(roots, key=frequency.__getitem__)
    few = rarest[: max(1, _rare(frequency[root] for root in rarest))]
    found = _titled(campaign, search.either(_named([root]) for root in few))
    if len(roots) > 1:
        found |= _titled(campaign, _named(rarest[:6]))
    if len(few) == 1 and len(roots) > 2:
        found |= _titled(campaign, _named(rarest[:2]))
    if otherwise := _otherwise(rarest, frequency):
        found |= _titled(campaign, otherwise)
    return found


def _otherwise(roots: list[str], frequency: Counter[str]) -> search.Query | None:
    """Titles that name a rare one of these things, or the next two at once, by any of its names."""
    names = kindred(roots)
    if not names:
        return None
    counts = {
        root: frequency[root]
        + sum(min(frequency[part] for part in name) for name in names.get(root, ()))
        for root in roots
    }
    things = sorted(roots, key=lambda root: (root not in names, counts[root]))
    ways = [search.either(map(_named, [[root], *names.get(root, ())])) for root in things]
    rare = _rare(counts[root] for root in things if root in names)
    wanted, common = ways[:rare], ways[rare : rare + 2]
    if len(common) == 2:
        wanted.append(common[0] & common[1])
    return search.either(wanted) if wanted else None


def _rare(counts: Iterable[int]) -> int:
    """How many of these words, rarest first, two titles in a hundred hold: more find crowds."""
    return sum(total <= SAMPLE // 50 for total in accumulate(counts))


def _named(roots: Iterable[str]) -> search.Query:
    return search.every(search.title_marks(roots))


def _titled(campaign: Campaign, query: search.Query) -> dict[int, str]:
    """Some published titles of this campaign that this finds."""
    values = {"campaign": campaign.id, "most": CANDIDATES, "words": query.text}
    if db.engine.dialect.name == "sqlite":
        # The index comes first and is read from its end: what is found stops the search.
        statement = """
            SELECT entry.subject_id, entry.title FROM search_fts
            CROSS JOIN search_entry AS entry ON entry.id = search_fts.rowid
            WHERE search_fts MATCH :words
              AND entry.campaign_id = :campaign AND entry.kind = 'contribution'
            ORDER BY search_fts.rowid DESC LIMIT :most"""
    else:
        statement = """
            SELECT entry.subject_id, entry.title FROM search_entry AS entry
            WHERE entry.search_fts @@ CAST(:words AS tsquery)
              AND entry.campaign_id = :campaign AND entry.kind = 'contribution'
            LIMIT :most"""
    return {number: title for number, title in db.session.execute(sa.text(statement), values)}
