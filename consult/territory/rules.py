"""Who may name the places and the bodies of the town, and draw where they are."""

from collections.abc import Iterable
from datetime import date

from consult.core.i18n import _
from consult.core.rules import require
from consult.core.text import fold
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.territory import queries
from consult.territory.models import Generation, Organisation, Perimeter, Place

EDITORS = (RoleName.FACILITATOR, RoleName.COUNCIL, RoleName.ADMINISTRATOR)


def create_place(actor: User | None) -> None:
    has_role(actor, *EDITORS)


def edit_place(actor: User | None, place: Place) -> None:
    create_place(actor)
    require(place.merged_id is None, _("This entry was joined to another one."))


def join(actor: User | None, place: Place, other: Place) -> None:
    """Two entries for one place: the second is joined to the first."""
    edit_place(actor, place)
    require(place is not other, _("These are the same entry already."))
    require(other.merged_id is None, _("This entry was joined to another one."))
    for one, two in ((place, other), (other, place)):
        above = [tie.place for tie in queries.parents_of(two) if tie.place is not one]
        lie_elsewhere(one, above)


def draw(actor: User | None, place: Place) -> None:
    create_place(actor)


def erase(actor: User | None, perimeter: Perimeter) -> None:
    create_place(actor)


def import_places(actor: User | None) -> None:
    create_place(actor)


def create_generation(actor: User | None) -> None:
    create_place(actor)


def edit_generation(actor: User | None, generation: Generation) -> None:
    create_place(actor)


def change_place(actor: User | None, generation: Generation) -> None:
    create_place(actor)


def forget_change(actor: User | None, generation: Generation) -> None:
    create_place(actor)


def create_organisation(actor: User | None) -> None:
    has_role(actor, *EDITORS)


def edit_organisation(actor: User | None, organisation: Organisation) -> None:
    create_organisation(actor)
    require(organisation.merged_id is None, _("This entry was joined to another one."))


def merge(actor: User | None, organisation: Organisation, other: Organisation) -> None:
    """Two entries for one body: the second is joined to the first."""
    edit_organisation(actor, organisation)
    require(organisation is not other, _("These are the same entry already."))
    require(other.merged_id is None, _("This entry was joined to another one."))


def be_named(name: str, other: Place | Organisation | None) -> None:
    """A name says something, and says one thing."""
    require(fold(name), _("Please give a name."))
    if other is not None:
        require(False, _("“%(name)s” already goes by this name.", name=other.name))


def be_in_order(start: date | None, end: date | None) -> None:
    require(
        start is None or end is None or start <= end,
        _("The last day comes before the first."),
    )


def lie_elsewhere(place: Place, parents: Iterable[Place]) -> None:
    """A place lies in other places, never in itself, were it by a detour."""
    require(not queries.circles_back(place, parents), _("A place cannot lie in itself."))


def belong_elsewhere(organisation: Organisation, parent: Organisation | None) -> None:
    """A body belongs to another, never to itself, were it by a detour."""
    above, seen = parent, set()
    while above is not None and above.id not in seen:
        require(above is not organisation, _("An organisation cannot belong to itself."))
        seen.add(above.id)
        above = above.parent
