"""Who may name the places and the bodies of the town."""

from consult.core.i18n import _
from consult.core.rules import require
from consult.core.text import fold
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.territory.models import Organisation, Place


def create_place(actor: User | None) -> None:
    has_role(actor, RoleName.FACILITATOR, RoleName.ADMINISTRATOR)


def edit_place(actor: User | None, place: Place) -> None:
    create_place(actor)


def create_organisation(actor: User | None) -> None:
    has_role(actor, RoleName.FACILITATOR, RoleName.ADMINISTRATOR)


def edit_organisation(actor: User | None, organisation: Organisation) -> None:
    create_organisation(actor)


def be_named(name: str, other: Place | Organisation | None) -> None:
    """A name says something, and says one thing."""
    require(fold(name), _("Please give a name."))
    if other is not None:
        require(False, _("“%(name)s” already goes by this name.", name=other.name))
