"""Who may fill what an act of the assembly does not say yet."""

from typing import Any

from consult.core.i18n import _
from consult.core.rules import require
from consult.council import queries
from consult.council.models import Act
from consult.people.models import RoleName, User
from consult.people.rules import has_role


def complete(actor: User | None, act: Act) -> None:
    has_role(actor, RoleName.COUNCIL)
    require(queries.empty(act), _("Nothing is missing on this act."))


def only_fill(act: Act, said: dict[str, Any]) -> None:
    """What an act says stays; only what it leaves empty is filled."""
    empty = queries.empty(act)
    require(
        all(name in empty for name, value in said.items() if value not in (None, "")),
        _("What this act already says does not change."),
    )
