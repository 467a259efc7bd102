"""Finding a place or a body under any of its names, however it is spelt."""

from collections.abc import Iterable
from typing import TypeVar

import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.core.text import fold, stems
from consult.territory.models import Organisation, Place

Named = TypeVar("Named", Place, Organisation)


def places(words: str = "") -> list[Place]:
    """Every place, by name; or those where these words are found in any of the names."""
    return _matching(Place, words)


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


def place_or_404(slug: str) -> Place:
    return _or_404(Place, slug)


def organisation_or_404(slug: str) -> Organisation:
    return _or_404(Organisation, slug)


def within(place: Place) -> list[Place]:
    """The places that lie in this one, by name."""
    below = db.session.scalars(sa.select(Place).filter_by(parent_id=place.id))
    return sorted(below, key=lambda one: fold(one.name))


def namesake(thing: Named | None, model: type[Named], names: Iterable[str]) -> Named | None:
    """Another thing of the same sort that already goes by one of these names."""
    known = _by_name(model)
    others = (known.get(fold(name)) for name in names)
    return next((other for other in others if other is not None and other is not thing), None)


def _all(model: type[Named]) -> list[Named]:
    return list(db.session.scalars(sa.select(model).order_by(model.id)))


def _by_name(model: type[Named]) -> dict[str, Named]:
    named: dict[str, Named] = {}
    for thing in _all(model):
        for name in thing.names:
            named.setdefault(fold(name), thing)
    return named


def _named(model: type[Named], words: str) -> Named | None:
    """The thing that goes by these words; else the only one with a name of the same stems."""
    if not fold(words):
        return None
    known = _by_name(model)
    if found := known.get(fold(words)):
        return found
    wanted = set(stems(words))
    alike = {thing.id: thing for name, thing in known.items() if set(stems(name)) == wanted}
    return next(iter(alike.values())) if wanted and len(alike) == 1 else None


def _matching(model: type[Named], words: str) -> list[Named]:
    folded, wanted = fold(words), set(stems(words))

    def matches(thing: Named) -> bool:
        return any(
            folded in fold(name) or (wanted and wanted <= set(stems(name))) for name in thing.names
        )

    return sorted(
        (thing for thing in _all(model) if not folded or matches(thing)),
        key=lambda thing: fold(thing.name),
    )


def _or_404(model: type[Named], slug: str) -> Named:
    thing = db.session.scalar(sa.select(model).where(model.slug == slug))
    if thing is None:
        raise NotFound
    return thing
