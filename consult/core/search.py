"""Finding words again: one index for everything that is public, the same hits on both engines.

What is looked for is stems (see `core.text.stems`), kept as plain text in one column, together with
marks for what an entry is (its kind, its campaign, its place…) and for the words of its title.
SQLite reads that column through FTS5; PostgreSQL through a vector of the same words, cut at the
same spaces, so that neither adds rules of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _
from consult.core.personal import impersonal
from consult.core.text import stems
from consult.core.thesaurus import kindred

MOST_STEMS = 5000  # of one entry: a whole book would not be found better


class SearchEntry(db.Model):
    """One public thing that can be found, with what the results page needs to show of it."""

    __tablename__ = "search_entry"

    kind: Mapped[str] = mapped_column(sa.String(20))  # contribution, answer, plan, action…
    subject_id: Mapped[int]
    campaign_id: Mapped[int | None]
    plan_id: Mapped[int | None]
    theme_id: Mapped[int | None]
    place_id: Mapped[int | None]
    status: Mapped[str] = mapped_column(sa.String(30), default="")  # an outcome or a progress
    title: Mapped[str]
    excerpt: Mapped[str] = mapped_column(default="")
    stems: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.UniqueConstraint("kind", "subject_id"),
        sa.Index("ix_search_entry_campaign", "campaign_id", "id"),
    )


impersonal(SearchEntry)  # public words again: they leave with their source

# On both engines the index goes by the name of `search_fts`: a table here, a column there.
DDL = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_fts USING fts5"
        "(stems, content='search_entry', content_rowid='id', tokenize='ascii', detail=none)",
        "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
        " INSERT INTO search_fts(rowid, stems) VALUES (new.id, new.stems); END",
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
        " INSERT INTO search_fts(search_fts, rowid, stems)"
        " VALUES ('delete', old.id, old.stems); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE OF stems ON search_entry BEGIN"
        " INSERT INTO search_fts(search_fts, rowid, stems) VALUES ('delete', old.id, old.stems);"
        " INSERT INTO search_fts(rowid, stems) VALUES (new.id, new.stems); END",
    ),
    "postgresql": (
        "ALTER TABLE search_entry ADD COLUMN search_fts tsvector GENERATED ALWAYS AS"
        " (array_to_tsvector(string_to_array(stems, ' '))) STORED",
        "CREATE INDEX ix_search_entry_stems ON search_entry USING gin (search_fts)",
    ),
}
for _engine, _statements in DDL.items():
    for _statement in _statements:
        sa.event.listen(
            SearchEntry.__table__,
            "after_create",
            sa.DDL(_statement.replace("%", "%%")).execute_if(dialect=_engine),
        )


# Putting in and taking out.


def put(kind: str, subject_id: int, title: str, words: Iterable[str], **shown: Any) -> None:
    """Have this thing found by its title and words, or by its new ones."""
    entry = db.session.scalar(
        sa.select(SearchEntry).filter_by(kind=kind, subject_id=subject_id)
    ) or SearchEntry(kind=kind, subject_id=subject_id)
    entry.title = title
    for name, value in shown.items():
        setattr(entry, name, value)
    entry.stems = indexed(title, words, **{name: getattr(entry, name) for name in MARKS})
    db.session.add(entry)


def indexed(title: str, words: Iterable[str], **marked: Any) -> str:
    """What is looked through for one entry: its stems, those of its title, its marks."""
    said = [stem for part in (title, *words) for stem in stems(part)]
    kept = list(dict.fromkeys(said))[:MOST_STEMS]
    marks = [mark for name, value in marked.items() for mark in _mark(name, value)]
    return " ".join(dict.fromkeys([*kept, *in_title(title), *marks]))


def mark(kind: str, subject_id: int, status: str) -> None:
    """Note what became of a thing already indexed."""
    entry = db.session.scalar(sa.select(SearchEntry).filter_by(kind=kind, subject_id=subject_id))
    if entry is not None:
        words = [word for word in entry.stems.split() if not word.startswith(MARKS["status"])]
        entry.status = status
        entry.stems = " ".join([*words, *_mark("status", status)])


def belong(name: str, before: int, after: int) -> None:
    """Have all that belonged to one place, theme or campaign (`name` says which) be another's."""
    column = getattr(SearchEntry, name)
    (old,), (new,) = _mark(name, before), _mark(name, after)
    for entry in db.session.scalars(sa.select(SearchEntry).where(column == before)):
        setattr(entry, name, after)
        words = [new if word == old else word for word in entry.stems.split()]
        entry.stems = " ".join(dict.fromkeys(words))


def drop(kind: str, subject_id: int) -> None:
    """Let this thing be found no more."""
    db.session.execute(
        sa.delete(SearchEntry).where(SearchEntry.kind == kind, SearchEntry.subject_id == subject_id)
    )


def scrub() -> int:
    """Rewrite what SQLite keeps of deleted words in its own files; 1 where something was done.

    Its index holds deleted stems until its parts are merged, and its log the pages as they were;
    PostgreSQL's own vacuum does the like.
    """
    if db.engine.dialect.name != "sqlite":
        return 0
    with db.engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO search_fts(search_fts) VALUES ('optimize')")
        connection.commit()
    raw = db.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
    return 1


# No French word begins like these.
MARKS = {
    "kind": "zk",
    "campaign_id": "zc",
    "plan_id": "zl",
    "theme_id": "zh",
    "place_id": "zp",
    "status": "zs",
}


def in_title(title: str) -> list[str]:
    """The roots of a title, marked as such."""
    return title_marks(stems(title))


def title_marks(roots: Iterable[str]) -> list[str]:
    """These roots, marked as those of a title."""
    return stems(" ".join(f"zt{root}" for root in roots))


def _mark(name: str, value: Any) -> list[str]:
    """What stands in the index for « of this campaign », « at this place »…"""
    return [MARKS[name] + str(value).replace("_", "")] if value not in (None, "") else []


# Looking for.


class Query:
    """Which entries to find, in words that both engines understand: all of these, any, but not."""

    def __init__(self, sqlite: str, postgresql: str) -> None:
        self.sqlite = sqlite
        self.postgresql = postgresql

    @property
    def text(self) -> str:
        return self.sqlite if db.engine.dialect.name == "sqlite" else self.postgresql

    def __and__(self, other: "Query") -> "Query":
        return together([self, other])

    def __or__(self, other: "Query") -> "Query":
        return either([self, other])

    def __sub__(self, other: "Query") -> "Query":
        return _joined([self, other], " NOT ", " & !")


def holding(words: Iterable[str]) -> Query | None:
    """Entries that hold all these stems or marks; None if there are none."""
    kept = list(dict.fromkeys(words))
    return every(kept) if kept else None


def every(words: Iterable[str]) -> Query:
    """Entries that hold all these stems or marks; at least one is given."""
    kept = list(words)
    return Query(
        " AND ".join(f'"{word}"' for word in kept), " & ".join(f"'{word}'" for word in kept)
    )


def either(queries: Iterable[Query]) -> Query:
    """Entries that any of these finds; at least one is given."""
    return _joined(queries, " OR ", " | ")


def together(queries: Iterable[Query]) -> Query:
    """Entries that all of these find; at least one is given."""
    return _joined(queries, " AND ", " & ")


def _joined(queries: Iterable[Query], sqlite: str, postgresql: str) -> Query:
    kept = list(queries)
    return Query(
        sqlite.join(f"({query.sqlite})" for query in kept),
        postgresql.join(f"({query.postgresql})" for query in kept),
    )


def asking(words: str, places: Iterable[tuple[int, Iterable[str]]] = ()) -> Query | None:
    """Entries that hold every word; where the words name one of these places (its number, all its
    names), also those at that place that hold the other words."""
    looked_for = list(dict.fromkeys(stems(words)))
    found = holding(looked_for)
    if found is None:
        return None
    for number, names in places:
        for name in names:
            named = set(stems(name))
            if named and named <= set(looked_for):
                others = [stem for stem in looked_for if stem not in named]
                there = holding([*_mark("place_id", number), *others])
                found = found | there if there else found
    return found


def asking_otherwise(words: str) -> Query | None:
    """Entries that hold every word, or another name of the same thing in their title (in a long
    text such a name tells little); None where no word has another."""
    looked_for = list(dict.fromkeys(stems(words)))
    names = kindred(looked_for)
    if not names:
        return None
    return together(
        either(every(words) for words in ([root], *map(title_marks, names.get(root, ()))))
        for root in looked_for
    )


def filtered(values: Iterable[tuple[str, Any]]) -> Query | None:
    """Entries of this kind, campaign, theme, place, status; None where nothing is asked."""
    return holding(mark for name, value in values for mark in _mark(name, value))


def matching(words: str) -> sa.ColumnElement[bool] | None:
    """The condition that an entry holds every stem of these words; None if there are none."""
    query = asking(words)
    return None if query is None else _matches(query)


def _matches(query: Query) -> sa.ColumnElement[bool]:
    if db.engine.dialect.name == "sqlite":
        return SearchEntry.id.in_(
            sa.text("SELECT rowid FROM search_fts WHERE search_fts MATCH :query").bindparams(
                query=query.text
            )
        )
    return sa.literal_column("search_entry.search_fts").op("@@")(
        sa.cast(sa.literal(query.text), TSQUERY)
    )


class Cursor(NamedTuple):
    """Where a list of hits goes on: among those found by their title or the others, below which."""

    is_title: bool
    id: int

    @classmethod
    def read(cls, words: str | None) -> "Cursor | None":
        """The place an address carries; None where it makes no sense."""
        words = words or ""
        if words[:1] in ("t", "r") and words[1:].isdecimal() and len(words) < 18:
            return cls(words[0] == "t", int(words[1:]))
        return None

    def __str__(self) -> str:
        return f"{'t' if self.is_title else 'r'}{self.id}"


@algorithm(
    Kind.SORT,
    _("Results of a search"),
    purpose=_("To find what was written on the site."),
    data=_("Titles and words of what is public; nothing of who searches."),
    rule=_(
        "What holds every word asked, by its root: first those that hold them in their title, then"
        " the others, each the newest first. Where nothing does, the newest that hold other names"
        " of the same things in their title, said to be such."
    ),
)
def newest(
    query: Query,
    title: Sequence[str],
    limit: int,
    *,
    after: Cursor | None = None,
    only: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Cursor]:
    """The first hits: those that hold all of `title` in their title, then the others, each newest
    first. However many there are, only about as many as asked for are read."""
    walk = _Walk(only)
    in_titles = holding(title)
    if in_titles is None:
        return [Cursor(False, number) for number in walk.back(query, _below(after), limit)]
    if after is None:
        return _first(walk, query, in_titles, limit)
    found: list[Cursor] = []
    if after.is_title:
        titled = walk.back(query & in_titles, after.id, limit)
        found, after = [Cursor(True, number) for number in titled], None
    if len(found) < limit:
        rest = walk.back(query - in_titles, _below(after), limit - len(found))
        found += [Cursor(False, number) for number in rest]
    return found


def _below(after: Cursor | None) -> int | None:
    return after.id if after else None


def _first(walk: "_Walk", query: Query, in_titles: Query, limit: int) -> list[Cursor]:
    """The beginning of a list; where there are few hits, one walk finds them all."""
    hits = walk.back(query, None, limit)
    titled = walk.among(hits, query & in_titles) if hits else set()
    first = [number for number in hits if number in titled]
    if len(hits) == limit and len(titled) < limit:
        is_rare = len(titled) < limit // 10
        first = walk.back(query & in_titles, None, limit, is_rare=is_rare)
    rest = [number for number in hits if number not in titled][: limit - len(first)]
    return [Cursor(True, number) for number in first] + [Cursor(False, number) for number in rest]


# PostgreSQL's index of words gives its hits in no order. Words that stand everywhere are sooner
# found by reading the newest entries one by one; so many are read before the index is asked.
NEAREST, FURTHEST = 500, 6000
FEW = 3
LAST = 2**62
_entry = SearchEntry.__table__
_fts = sa.table("search_fts", sa.column("rowid", sa.Integer))
_THROUGH = (
    sa.select(_fts.c.rowid)
    .where(
        sa.text("search_fts MATCH :query"),
        _fts.c.rowid < sa.bindparam("below"),
        _fts.c.rowid >= sa.bindparam("first"),
    )
    .order_by(_fts.c.rowid.desc())
    .limit(sa.bindparam("most"))
)


class _Walk:
    """Going back from the newest entries; `only` what also meets these conditions is found."""

    def __init__(self, only: Sequence[sa.ColumnElement[bool]]) -> None:
        self.only = only
        self.is_sqlite = db.engine.dialect.name == "sqlite"
        self.last = 0 if self.is_sqlite else self._prepare()

    def back(
        self, query: Query, below: int | None, limit: int, *, is_rare: bool = False
    ) -> list[int]:
        """The newest entries that answer a question, below this number."""
        if self.is_sqlite:
            return self._through(query, below, limit)
        first = self.last + 1 if below is None else below
        found: list[int] = []
        if not is_rare:
            found = self._read(query, first, NEAREST, limit)
            first -= NEAREST
            if FEW < len(found) < limit:  # words that stand in many: enough are not far
                further = min(FURTHEST, 2 * NEAREST * limit // len(found))
                found += self._read(query, first, further, limit - len(found))
                first -= further
        if len(found) < limit:  # few: found by the index of words, then sorted
            statement = sa.select(_entry.c.id).where(
                _matches(query), _entry.c.id < first, *self.only
            )
            # Adding nothing keeps PostgreSQL from walking all entries in order of their numbers.
            in_order = statement.order_by((_entry.c.id + 0).desc())
            found += db.session.scalars(in_order.limit(limit - len(found)))
        return found

    def among(self, hits: Sequence[int], query: Query) -> set[int]:
        """Which of these hits, the newest of a wider question, answer this narrower one."""
        if self.is_sqlite:
            return set(self._through(query, None, len(hits), down_to=hits[-1]))
        asked = sa.select(_entry.c.id).where(_entry.c.id.in_(hits), _matches(query))
        return set(db.session.scalars(asked))

    def _through(
        self, query: Query, below: int | None, limit: int, down_to: int | None = None
    ) -> list[int]:
        """SQLite reads its index of words from its end, and stops once enough is found."""
        statement = _THROUGH
        if self.only:
            statement = statement.where(sa.exists().where(_entry.c.id == _fts.c.rowid, *self.only))
        values = {"query": query.text, "most": limit, "below": below or LAST, "first": down_to or 0}
        return list(db.session.scalars(statement, values))

    def _read(self, query: Query, below: int, size: int, limit: int) -> list[int]:
        """PostgreSQL reads so many entries below this number, one by one."""
        near = _entry.c.id < below, _entry.c.id >= below - size
        statement = sa.select(_entry.c.id).where(*near, _matches(query), *self.only)
        return list(db.session.scalars(statement.order_by(_entry.c.id.desc()).limit(limit)))

    def _prepare(self) -> int:
        """The last number; and for the rest of this reading, the index is said to be at hand."""
        near = (
            sa.func.set_config("random_page_cost", "1.1", True),
            sa.func.set_config("jit", "off", True),
        )
        return db.session.execute(sa.select(*near, sa.func.max(_entry.c.id))).one()[2] or 0
