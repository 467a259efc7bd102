"""What can happen to a place or a body: it gets a name, and other names."""

from collections.abc import Sequence

from consult.journal.actions import record
from consult.people.models import User
from consult.territory import rules
from consult.territory.models import Organisation, Place, PlaceKind
from consult.territory.queries import namesake


def create_place(
    actor: User | None,
    *,
    name: str,
    kind: PlaceKind = PlaceKind.SITE,
    aliases: Sequence[str] = (),
    parent: Place | None = None,
) -> Place:
    """A facilitator puts a place on the map of the site."""
    rules.create_place(actor)
    rules.be_named(name, namesake(None, Place, [name, *aliases]))
    place = Place.new(name, kind=kind, aliases=aliases)
    place.parent = parent
    record("territory.create_place", actor, place)
    return place


def edit_place(
    actor: User | None,
    place: Place,
    *,
    name: str,
    kind: PlaceKind,
    aliases: Sequence[str] = (),
    parent: Place | None = None,
) -> None:
    """A facilitator gives a place another name; it is still found by the former one."""
    rules.edit_place(actor, place)
    rules.be_named(name, namesake(place, Place, [name, *aliases]))
    place.go_by(name, aliases)
    place.kind, place.parent = kind, parent
    record("territory.edit_place", actor, place)


def create_organisation(
    actor: User | None, *, name: str, acronym: str = "", aliases: Sequence[str] = ()
) -> Organisation:
    """A facilitator makes a body known to the site."""
    rules.create_organisation(actor)
    rules.be_named(name, namesake(None, Organisation, [name, acronym, *aliases]))
    organisation = Organisation.new(name, acronym=acronym, aliases=aliases)
    record("territory.create_organisation", actor, organisation)
    return organisation


def edit_organisation(
    actor: User | None,
    organisation: Organisation,
    *,
    name: str,
    acronym: str = "",
    aliases: Sequence[str] = (),
) -> None:
    """A facilitator gives a body another name; it is still found by the former one."""
    rules.edit_organisation(actor, organisation)
    rules.be_named(name, namesake(organisation, Organisation, [name, acronym, *aliases]))
    organisation.go_by(name, acronym, aliases)
    record("territory.edit_organisation", actor, organisation)
