"""Who sees what needs attention."""

from consult.people.models import RoleName, User
from consult.people.rules import has_role


def attend(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)
