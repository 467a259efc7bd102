"""Finding a place or a body under any of its names, and what the map of the town was on any day."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.db import Rows, db, together
from consult.core.similar import rank
from consult.core.text import fold, stems
from consult.territory.models import (
    DISTRICTS,
    HOLDERS,
    ChangeKind,
    Generation,
    Lies,
    Organisation,
    Perimeter,
    Place,
    PlaceChange,
    PlaceKind,
)

Named = TypeVar("Named", Place, Organisation)


# Names are few and asked for again and again.
@lru_cache(maxsize=20_000)
def _letters(name: str) -> str:
    return fold(name)


@lru_cache(maxsize=20_000)
def _roots(name: str) -> frozenset[str]:
    return frozenset(stems(name))


# Under any name.


def places(words: str = "", *, on: date | None = None) -> list[Place]:
    """Every place, by name; or those these words name in part; `on`: those that were one then."""
    found = _matching(Place, words)
    return [place for place in found if place.holds_on(on)] if on else found


def holders() -> list[Place]:
    """The places others may lie in, the widest first, then by name."""
    rank_of = {kind: place for place, kind in enumerate(PlaceKind)}
    found = (place for place in places() if place.kind in HOLDERS)
    return sorted(found, key=lambda place: rank_of[place.kind])


def organisations(words: str = "") -> list[Organisation]:
    """Every body, by name; or those where these words are found in any of the names."""
    return _matching(Organisation, words)


def place_named(words: str) -> Place | None:
    """The place these words name, under any of its names."""
    return _named(Place, words)


def organisation_named(words: str) -> Organisation | None:
    """The body these words name, under any of its names, its acronym included."""
    return _named(Organisation, words)


def places_by_name() -> dict[str, Place]:
    """Every place by the fold of each of its names, in one query: for reading a whole file."""
    return _by_name(Place)


def organisations_by_name() -> dict[str, Organisation]:
    """Every body by the fold of each of its names, in one query: for reading a whole file."""
    return _by_name(Organisation)


def near(model: type[Named], words: str, limit: int = 5) -> list[Named]:
    """The things whose names are spelt most like these words: for words that name nothing."""
    things = {thing.id: thing for thing in _all(model)}
    names = [((thing.id, name), name) for thing in things.values() for name in thing.names]
    found = rank(words, names, limit * 4, threshold=0.2)
    return [things[number] for number in dict.fromkeys(match.id[0] for match in found)][:limit]


def place_or_404(slug: str) -> Place:
    return _or_404(Place, slug)


def organisation_or_404(slug: str) -> Organisation:
    """The body at this address, were it only the former address of another."""
    return _or_404(Organisation, slug)


def namesake(thing: Named | None, model: type[Named], names: Iterable[str]) -> Named | None:
    """Another thing of the same sort that already goes by one of these names or codes."""
    taken = {fold(name) for name in names} - {""}
    others = [other for other in _all(model) if other is not thing]
    return next((other for other in others if taken & _calls(other)), None)


def _calls(thing: Place | Organisation) -> set[str]:
    """Every name and code of a thing, in one spelling."""
    return {_letters(name) for name in (*thing.names, *thing.codes)}


def _all(model: type[Named]) -> list[Named]:
    standing = sa.select(model).where(model.merged_id.is_(None))
    return list(db.session.scalars(standing.order_by(model.id)))


def _by_name(model: type[Named]) -> dict[str, Named]:
    """Preferred names first: a nickname never hides the name of another."""
    things = _all(model)
    named: dict[str, Named] = {}
    for names in (lambda thing: [thing.name], lambda thing: [*thing.names, *thing.codes]):
        for thing in things:
            for name in names(thing):
                named.setdefault(_letters(name), thing)
    return named


def _named(model: type[Named], words: str) -> Named | None:
    """The thing that goes by these words; else the only one with a name of the same stems."""
    if not fold(words):
        return None
    known = _by_name(model)
    if found := known.get(fold(words)):
        return found
    wanted = frozenset(stems(words))
    alike = {thing.id: thing for name, thing in known.items() if _roots(name) == wanted}
    return next(iter(alike.values())) if wanted and len(alike) == 1 else None


def _matching(model: type[Named], words: str) -> list[Named]:
    folded, wanted = fold(words), frozenset(stems(words))

    def matches(thing: Named) -> bool:
        if any(folded == fold(code) for code in thing.codes):
            return True
        return any(
            folded in _letters(name) or (wanted and wanted <= _roots(name)) for name in thing.names
        )

    found = [thing for thing in _all(model) if not folded or matches(thing)]
    return sorted(found, key=lambda thing: _letters(thing.name))


def _or_404(model: type[Named], slug: str) -> Named:
    thing = db.session.scalar(sa.select(model).where(model.slug == slug))
    if thing is None:
        raise NotFound
    return thing


# What lies in what, on a day.


class Map(NamedTuple):
    """Every place that was one on a day, and what lay in what: three questions in all."""

    on: date
    places: dict[int, Place]
    above: dict[int, list[Place]]
    below: dict[int, list[Place]]

    def under(self, place: Place) -> set[int]:
        """What lies in a place, however deep, and the place itself."""
        found, waiting = set(), [place.id]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += [one.id for one in self.below.get(number, ())]
        return found

    def communes_of(self, place: Place) -> list[Place]:
        """The municipalities a place lies in."""
        above = self.above.get(place.id, ())
        return [one for one in above if one.kind == PlaceKind.COMMUNE]

    def districts_in(self, place: Place) -> list[Place]:
        """The districts that lie directly in a place."""
        return [one for one in self.below.get(place.id, ()) if one.kind in DISTRICTS]


def map_on(day: date) -> Map:
    """What the map was on a day."""
    everything = {place.id: place for place in _matching(Place, "")}
    known = {number: place for number, place in everything.items() if place.holds_on(day)}
    above: dict[int, list[Place]] = {}
    below: dict[int, list[Place]] = {}
    for link in db.session.scalars(sa.select(Lies).where(_holds(Lies, day)).order_by(Lies.id)):
        if link.place_id in known and link.parent_id in everything:
            above.setdefault(link.place_id, []).append(everything[link.parent_id])
            below.setdefault(link.parent_id, []).append(known[link.place_id])
    for some in (*above.values(), *below.values()):
        some.sort(key=lambda place: fold(place.name))
    return Map(day, known, above, below)


def _holds(model: type[Lies] | type[Perimeter] | type[Place], day: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(model.valid_from.is_(None), model.valid_from <= day),
        sa.or_(model.valid_to.is_(None), model.valid_to >= day),
    )


class Tie(NamedTuple):
    """Another place, and since when and until when it holds this one or lies in it."""

    place: Place
    link: Lies


def parents_of(place: Place) -> list[Tie]:
    """Every place this one lies in or lay in, the links that still hold first."""
    links = db.session.scalars(
        sa.select(Lies).options(joinedload(Lies.parent)).where(Lies.place_id == place.id)
    )
    return _ties(links)


def _ties(links: Iterable[Lies]) -> list[Tie]:
    ties = [Tie(link.parent, link) for link in links]
    today = clock.today()
    return sorted(ties, key=lambda tie: (not tie.link.holds_on(today), fold(tie.place.name)))


class Around(NamedTuple):
    """What is known of a place on a day: what it lies in, what lies in it, what became of it."""

    ties: list[Tie]
    within: list[Place]
    ids: set[int]  # of all that lies in it, however deep, and its own
    perimeters: list[Perimeter]  # the latest first, without their points
    changes: list[PlaceChange]  # the earliest first, as generations are
    generations: list[Generation]


def around(place: Place, on: date | None = None) -> Around:
    """What surrounds a place on a day, or today, and its own history: one question."""
    day = on or clock.today()
    held = sa.and_(Lies.parent_id == place.id, _holds(Lies, day))
    found = together(
        Rows(Lies, sa.or_(Lies.place_id == place.id, held), options=(joinedload(Lies.parent),)),
        Rows(Place, Place.id.in_(_ids_under(place, day))),
        Rows(
            Perimeter,
            Perimeter.place_id == place.id,
            (Perimeter.valid_from.desc(), Perimeter.id.desc()),
        ),
        Rows(
            PlaceChange,
            PlaceChange.place_id == place.id,
            options=(joinedload(PlaceChange.generation),),
        ),
        Rows(Generation, Generation.place_id == place.id, (Generation.starts_on, Generation.id)),
    )
    inside = {link.place_id for link in found[Lies] if link.parent_id == place.id}
    return Around(
        _ties(link for link in found[Lies] if link.place_id == place.id),
        sorted((one for one in found[Place] if one.id in inside), key=lambda one: fold(one.name)),
        {one.id for one in found[Place]},
        found[Perimeter],
        sorted(found[PlaceChange], key=lambda one: (one.generation.starts_on, one.id)),
        found[Generation],
    )


def below(place_ids: sa.Select[Any]) -> sa.Select[Any]:
    """The ids of the places that lie today in these, as a subquery for others."""
    return sa.select(Lies.place_id).where(
        Lies.parent_id.in_(place_ids), _holds(Lies, clock.today())
    )


def _ids_under(place: Place, on: date) -> sa.Select[Any]:
    """What lay in a place on a day, however deep, and the place itself."""
    deeper = sa.select(sa.literal(place.id).label("id")).cte(recursive=True)
    deeper = deeper.union(
        sa.select(Lies.place_id)
        .join(Place, Place.id == Lies.place_id)
        .where(Lies.parent_id == deeper.c.id, _holds(Lies, on), _holds(Place, on))
    )
    return sa.select(deeper.c.id)


def circles_back(place: Place, parents: Iterable[Place]) -> bool:
    """Whether lying in these places would have a place lie in itself."""
    above: dict[int, set[int]] = {}
    for child, parent in db.session.execute(sa.select(Lies.place_id, Lies.parent_id)):
        above.setdefault(child, set()).add(parent)
    waiting, seen = [parent.id for parent in parents], set()
    while waiting:
        number = waiting.pop()
        if number == place.id:
            return True
        if number not in seen:
            seen.add(number)
            waiting += above.get(number, ())
    return False


# Outlines.


def outlines(place_ids: Iterable[int], on: date) -> dict[int, Perimeter]:
    """The outline each of these places had on a day, with its points."""
    found = db.session.scalars(
        sa.select(Perimeter)
        .options(undefer(Perimeter.geometry))
        .where(Perimeter.place_id.in_(list(place_ids)), _holds(Perimeter, on))
        .order_by(Perimeter.valid_from, Perimeter.id)
    )
    return {perimeter.place_id: perimeter for perimeter in found}


def perimeters_of(place: Place) -> list[Perimeter]:
    """Every outline a place had, the latest first, without their points."""
    return list(
        db.session.scalars(
            sa.select(Perimeter)
            .where(Perimeter.place_id == place.id)
            .order_by(Perimeter.valid_from.desc(), Perimeter.id.desc())
        )
    )


def perimeters_with_points(place: Place) -> list[Perimeter]:
    """Every outline a place had, with its points, the earliest first."""
    return list(
        db.session.scalars(
            sa.select(Perimeter)
            .options(undefer(Perimeter.geometry))
            .where(Perimeter.place_id == place.id)
            .order_by(Perimeter.valid_from, Perimeter.id)
        )
    )


def perimeter_or_404(place: Place, perimeter_id: int) -> Perimeter:
    perimeter = db.session.get(Perimeter, perimeter_id)
    if perimeter is None or perimeter.place_id != place.id:
        raise NotFound
    return perimeter


def any_outline() -> bool:
    """Whether anything can be drawn at all."""
    return db.session.scalar(sa.select(Perimeter.id).limit(1)) is not None


# Generations.


def generations() -> list[Generation]:
    """Every generation of every geography, the earliest first."""
    return list(
        db.session.scalars(
            sa.select(Generation)
            .options(joinedload(Generation.place))
            .order_by(Generation.starts_on, Generation.id)
        )
    )


def generation_or_404(slug: str) -> Generation:
    found = db.session.scalar(
        sa.select(Generation).options(joinedload(Generation.place)).where(Generation.slug == slug)
    )
    if found is None:
        raise NotFound
    return found


def slug_of(model: type[Place] | type[Generation], number: int) -> str | None:
    """The address of a thing that is already at hand."""
    return getattr(db.session.get(model, number), "slug", None)


class Era(NamedTuple):
    """A generation between the one before and the one after, and the last day it was in force."""

    generation: Generation
    before: Generation | None
    after: Generation | None

    @property
    def ends_on(self) -> date | None:
        return self.after.starts_on - timedelta(days=1) if self.after else None


def era(generation: Generation, among: Sequence[Generation]) -> Era:
    """Where a generation stands in its own geography."""
    line = [
        one for one in among if (one.kind, one.place_id) == (generation.kind, generation.place_id)
    ]
    at = line.index(generation)
    return Era(
        generation, line[at - 1] if at else None, line[at + 1] if at + 1 < len(line) else None
    )


def in_force(on: date, among: Sequence[Generation]) -> list[Era]:
    """The generation of each geography that was in force on a day."""
    latest: dict[tuple[PlaceKind, int | None], Generation] = {}
    for one in among:
        if one.starts_on <= on:
            latest[one.kind, one.place_id] = one
    return [era(one, among) for one in latest.values()]


def changes_in(generation: Generation) -> list[PlaceChange]:
    """What a generation did to each place, in the order of the act."""
    order = {kind: place for place, kind in enumerate(ChangeKind)}
    found = db.session.scalars(
        sa.select(PlaceChange)
        .options(joinedload(PlaceChange.place))
        .where(PlaceChange.generation_id == generation.id)
        .order_by(PlaceChange.id)
    )
    return sorted(found, key=lambda change: order[change.kind])


def change_between(generation: Generation, place: Place) -> PlaceChange | None:
    return db.session.scalar(
        sa.select(PlaceChange).filter_by(generation_id=generation.id, place_id=place.id)
    )


class Balance(NamedTuple):
    """What a sum should say: so many before, so many in, so many out, so many after."""

    kind: PlaceKind
    before: int
    entering: int
    leaving: int
    after: int

    @property
    def is_right(self) -> bool:
        return self.before + self.entering - self.leaving == self.after


def balances(era: Era, changes: Sequence[PlaceChange]) -> list[Balance]:
    """The sums that two printed totals and the changes between them allow; none is guessed."""

    def counted(kind: PlaceKind, change: ChangeKind) -> int:
        return sum(one.place.kind == kind and one.kind == change for one in changes)

    found = []
    if era.before is not None:
        for kind, name in ((era.generation.kind, "number"), (PlaceKind.COMMUNE, "communes")):
            before, after = getattr(era.before, name), getattr(era.generation, name)
            entering = counted(kind, ChangeKind.ENTERING)
            leaving = counted(kind, ChangeKind.LEAVING)
            if before is not None and after is not None and entering + leaving:
                found.append(Balance(kind, before, entering, leaving, after))
    return found


class Tally(NamedTuple):
    """How many places of a geography are known here by name, each once; in how many communes."""

    places: int
    communes: int


def tally(generation: Generation, shown: Map) -> Tally:
    """What is known here of a geography on the day of this map, to set beside what was printed."""
    inside = shown.under(generation.place) if generation.place else set(shown.places)
    listed = [
        place
        for place in shown.places.values()
        if place.kind == generation.kind and place.id in inside
    ]
    communes = {one.id for place in listed for one in shown.communes_of(place)}
    return Tally(len(listed), len(communes))


# Bodies.


def under(organisation: Organisation) -> list[Organisation]:
    """The bodies that belong to this one, by name."""
    found = db.session.scalars(
        sa.select(Organisation).where(
            Organisation.parent_id == organisation.id, Organisation.merged_id.is_(None)
        )
    )
    return sorted(found, key=lambda one: fold(one.name))


class Mention(NamedTuple):
    """A table whose rows name a place or a body, and how many of them do."""

    table: sa.Table
    column: sa.Column[int]
    number: int


def mentions(thing: Place | Organisation) -> list[Mention]:
    """Whatever names a thing, in every room, later ones included: read from the tables' own links.

    What the database refuses to change (see `append_only`) is left where it stands.
    """
    own = type(thing).__table__
    found = []
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is own and not table.info.get("append_only"):
                column = key.parent
                asked = sa.select(sa.func.count()).where(column == thing.id)
                if number := db.session.scalar(asked) or 0:
                    found.append(Mention(table, column, number))
    return found
