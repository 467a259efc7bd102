"""What can happen to a place or a body: names, codes, outlines, generations, joined doubles."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.core import search
from consult.core.db import db
from consult.gaps.models import Gap, fill_gap
from consult.gaps.queries import still_open
from consult.journal.actions import record
from consult.people.models import User
from consult.territory import carrying, queries, rules
from consult.territory.files import Found
from consult.territory.geometry import Geometry
from consult.territory.models import (
    ChangeKind,
    Generation,
    Lies,
    Organisation,
    OrganisationKind,
    Perimeter,
    Place,
    PlaceChange,
    PlaceKind,
)
from consult.territory.queries import namesake

Doubled = Place | Organisation


class Stay(NamedTuple):
    """A place another lies in, since when and until when; an empty end is not known."""

    parent: Place
    since: date | None = None
    until: date | None = None


# Places.


def create_place(
    actor: User | None,
    *,
    name: str,
    kind: PlaceKind = PlaceKind.SITE,
    aliases: Sequence[str] = (),
    stays: Sequence[Stay] = (),
    **told: Any,
) -> Place:
    """Somebody of the town puts a place on the map of the site; `told`: codes and days."""
    rules.create_place(actor)
    rules.be_named(name, namesake(None, Place, [name, *aliases, *_codes(told)]))
    place = Place.new(name, kind=kind, aliases=aliases)
    _tell(place, told)
    db.session.flush()
    _lay(place, stays)
    record("territory.create_place", actor, place)
    return place


def edit_place(
    actor: User | None,
    place: Place,
    *,
    name: str,
    kind: PlaceKind,
    aliases: Sequence[str] = (),
    stays: Sequence[Stay] | None = None,
    **told: Any,
) -> None:
    """Somebody of the town corrects a place; it is still found by its former name."""
    rules.edit_place(actor, place)
    rules.be_named(name, namesake(place, Place, [name, *aliases, *_codes(told)]))
    if stays is not None:
        rules.lie_elsewhere(place, [stay.parent for stay in stays])
        _lay(place, stays)
    place.go_by(name, aliases)
    place.kind = kind
    _tell(place, told)
    for gap in still_open(place):
        if gap.kind == "spelling":  # somebody read the names and chose
            fill_gap(place, gap.kind, gap.ref)
    record("territory.edit_place", actor, place)


def draw(
    actor: User | None,
    place: Place,
    *,
    geometry: Geometry,
    since: date | None = None,
    source: str = "",
) -> None:
    """Somebody of the town draws a place as it is from a day on; the former outline is kept."""
    rules.draw(actor, place)
    known = queries.perimeters_with_points(place)
    carrying.redraw(place, geometry, known, since=since, code=place.qpv or "", source=source)
    record("territory.draw", actor, place, since=since)


def erase(actor: User | None, perimeter: Perimeter) -> None:
    """Somebody of the town takes a wrong outline away."""
    rules.erase(actor, perimeter)
    db.session.delete(perimeter)
    record("territory.erase", actor, perimeter.place, perimeter=perimeter.id)


def import_places(
    actor: User | None, found: Iterable[Found], *, since: date | None = None, source: str = ""
) -> carrying.Brought:
    """Somebody of the town brings the places of a file; a second time changes nothing."""
    rules.import_places(actor)
    brought = carrying.bring(found, since=since, source=source)
    if brought.created or brought.changed:
        where = db.session.scalars(sa.select(Place).order_by(Place.id.desc()).limit(1)).one()
        record("territory.import_places", actor, where, **brought._asdict())
    return brought


def _codes(told: dict[str, Any]) -> list[str]:
    return [told[name] for name in ("insee", "siren", "qpv") if told.get(name)]


def _tell(place: Place, told: dict[str, Any]) -> None:
    rules.be_in_order(
        told.get("valid_from", place.valid_from), told.get("valid_to", place.valid_to)
    )
    if told.get("valid_from", place.valid_from) != place.valid_from:
        place.from_words = ""
    for name, value in told.items():
        setattr(place, name, value)


def _lay(place: Place, stays: Sequence[Stay]) -> None:
    """Have a place lie in these and in no other."""
    known = db.session.scalars(sa.select(Lies).where(Lies.place_id == place.id))
    links = {link.parent_id: link for link in known}
    for stay in stays:
        rules.be_in_order(stay.since, stay.until)
        link = links.pop(stay.parent.id, None)
        if link is None:
            link = Lies(place_id=place.id, parent_id=stay.parent.id)
            db.session.add(link)
        link.valid_from, link.valid_to = stay.since, stay.until
    for link in links.values():
        db.session.delete(link)


def join(actor: User | None, place: Place, other: Place) -> None:
    """Two entries are one place: all that names the second names the first, its address too."""
    rules.join(actor, place, other)
    codes = {name: getattr(other, name) for name in ("insee", "siren", "qpv")}
    former = [code for name, code in codes.items() if code and getattr(place, name)]
    place.go_by(place.name, [*place.aliases, *other.names, *former])
    for name in codes:
        setattr(other, name, None)
    for link in db.session.scalars(_between(place, other)):
        db.session.delete(link)
    db.session.flush()
    for name, code in codes.items():
        setattr(place, name, getattr(place, name) or code)
    moved = [_move(mention, other, place) for mention in queries.mentions(other)]
    _move_gaps(other, place)
    search.belong("place_id", other.id, place.id)
    other.merged = place
    record("territory.join", actor, place, merged=other.id, moved=sum(moved))
    db.session.flush()
    db.session.expire_all()  # rows were moved behind the session's back


def _between(place: Place, other: Place) -> sa.Select[Any]:
    """What says that one of two places lies in the other."""
    ids = (place.id, other.id)
    return sa.select(Lies).where(Lies.place_id.in_(ids), Lies.parent_id.in_(ids))


# Generations.


def create_generation(
    actor: User | None, *, label: str, starts_on: date, place: Place | None, **said: Any
) -> Generation:
    """A clerk notes a new generation of a geography, with its totals as printed."""
    rules.create_generation(actor)
    made = Generation.new(label, starts_on=starts_on, place=place, **said)
    record("territory.create_generation", actor, made)
    return made


def edit_generation(actor: User | None, generation: Generation, **said: Any) -> None:
    """A clerk corrects what is said of a generation."""
    rules.edit_generation(actor, generation)
    for name, value in said.items():
        setattr(generation, name, value)
    db.session.flush()
    era = queries.era(generation, queries.generations())
    sums = queries.balances(era, queries.changes_in(generation))
    if all(balance.is_right for balance in sums):
        for gap in still_open(generation):
            fill_gap(generation, gap.kind, gap.ref)
    record("territory.edit_generation", actor, generation)


def change_place(
    actor: User | None,
    generation: Generation,
    *,
    place: Place,
    kind: ChangeKind,
    words: str = "",
    act_words: str = "",
    act_id: int | None = None,
    url: str = "",
) -> PlaceChange:
    """A clerk says what a generation did to a place; its first or last day follows if unsaid."""
    rules.change_place(actor, generation)
    change = queries.change_between(generation, place)
    if change is None:
        change = PlaceChange(generation_id=generation.id, place_id=place.id, kind=kind)
        db.session.add(change)
    change.kind, change.words = kind, words
    change.act_words, change.act_id, change.url = act_words, act_id, url
    if place.kind == generation.kind:
        if kind == ChangeKind.ENTERING and place.valid_from is None:
            place.valid_from = generation.starts_on
        if kind == ChangeKind.LEAVING and place.valid_to is None:
            place.valid_to = generation.starts_on - timedelta(days=1)
            rules.be_in_order(place.valid_from, place.valid_to)
    record("territory.change_place", actor, place, generation=generation.id, kind=kind.value)
    return change


def forget_change(actor: User | None, generation: Generation, *, place: Place) -> None:
    """A clerk takes back what was said of a place by mistake; its days stay as they are."""
    rules.forget_change(actor, generation)
    change = queries.change_between(generation, place)
    if change is not None:
        db.session.delete(change)
    record("territory.forget_change", actor, place, generation=generation.id)


# Bodies.


def create_organisation(
    actor: User | None,
    *,
    name: str,
    acronym: str = "",
    aliases: Sequence[str] = (),
    kind: OrganisationKind | None = None,
    parent: Organisation | None = None,
) -> Organisation:
    """Somebody of the town makes a body known to the site."""
    rules.create_organisation(actor)
    rules.be_named(name, namesake(None, Organisation, [name, acronym, *aliases]))
    organisation = Organisation.new(name, acronym=acronym, aliases=aliases)
    organisation.kind, organisation.parent = kind, parent
    record("territory.create_organisation", actor, organisation)
    return organisation


def edit_organisation(
    actor: User | None,
    organisation: Organisation,
    *,
    name: str,
    acronym: str = "",
    aliases: Sequence[str] = (),
    kind: OrganisationKind | None = None,
    parent: Organisation | None = None,
) -> None:
    """Somebody of the town corrects a body; it is still found by its former name."""
    rules.edit_organisation(actor, organisation)
    rules.be_named(name, namesake(organisation, Organisation, [name, acronym, *aliases]))
    rules.belong_elsewhere(organisation, parent)
    organisation.go_by(name, acronym, aliases)
    organisation.kind, organisation.parent = kind, parent
    record("territory.edit_organisation", actor, organisation)


def merge(actor: User | None, organisation: Organisation, other: Organisation) -> None:
    """Two entries are one body: the second's names and roles go to the first, its address too."""
    rules.merge(actor, organisation, other)
    if organisation.parent_id == other.id:
        organisation.parent = other.parent if other.parent is not organisation else None
    organisation.go_by(
        organisation.name,
        organisation.acronym or other.acronym,
        [*organisation.aliases, *other.names],
    )
    organisation.kind = organisation.kind or other.kind
    if organisation.parent is None and other.parent is not organisation:
        organisation.parent = other.parent
    other.parent = None
    db.session.flush()
    moved = [_move(mention, other, organisation) for mention in queries.mentions(other)]
    _move_gaps(other, organisation)
    other.merged = organisation
    record("territory.merge", actor, organisation, merged=other.id, moved=sum(moved))
    db.session.flush()
    db.session.expire_all()  # rows were moved behind the session's back


def _move(mention: queries.Mention, other: Doubled, kept: Doubled) -> int:
    """Have the rows that name one entry name the other; a row both have is kept once."""
    table, column = mention.table, mention.column
    for rule in _unique(table, column):
        twin = table.alias()
        same = sa.and_(
            twin.c[column.name] == kept.id,
            *(twin.c[one.name] == table.c[one.name] for one in rule if one is not column),
        )
        if (role := table.c.get("role")) is not None and isinstance(role.type, sa.Text):
            _join_roles(table, twin, same, column == other.id)
        db.session.execute(sa.delete(table).where(column == other.id, sa.exists().where(same)))
    db.session.execute(sa.update(table).where(column == other.id).values({column.name: kept.id}))
    return mention.number


def _unique(table: sa.Table, column: sa.Column[Any]) -> list[list[sa.Column[Any]]]:
    """What may stand only once in a table, where what is doubled is part of it."""
    together = [
        *(list(one.columns) for one in table.constraints if isinstance(one, sa.UniqueConstraint)),
        *(list(one.columns) for one in table.indexes if one.unique),
        list(table.primary_key.columns),
    ]
    return [columns for columns in together if any(one is column for one in columns)]


def _join_roles(
    table: sa.Table, twin: Any, same: sa.ColumnElement[bool], is_other: sa.ColumnElement[bool]
) -> None:
    """Where both entries had a part in the same thing, the one that stays says both."""
    pairs = db.session.execute(
        sa.select(twin.c.id, twin.c.role, table.c.role).join_from(table, twin, same).where(is_other)
    ).all()
    for number, kept, role in pairs:
        if role and role not in kept.split(" ; "):
            words = f"{kept} ; {role}" if kept else role
            db.session.execute(sa.update(table).where(table.c.id == number).values(role=words))


def _move_gaps(other: Doubled, kept: Doubled) -> None:
    """What was missing of one entry is missing of the one that stays."""
    own = sa.select(Gap).where(Gap.subject_kind == kept.__tablename__)
    taken = {
        (gap.kind, gap.ref) for gap in db.session.scalars(own.where(Gap.subject_id == kept.id))
    }
    for gap in db.session.scalars(own.where(Gap.subject_id == other.id)):
        if (gap.kind, gap.ref) in taken:
            db.session.delete(gap)
        else:
            gap.subject_id = kept.id
