"""Who reads what is missing, and who may say that it is filled."""

from consult.core.i18n import _
from consult.core.rules import require
from consult.gaps.models import Gap
from consult.people.models import RoleName, User
from consult.people.rules import has_role


def read(actor: User | None) -> None:
    """Those who work on the site, and the guarantor, who reads everything."""
    has_role(
        actor,
        RoleName.COUNCIL,
        RoleName.FACILITATOR,
        RoleName.ADMINISTRATOR,
        RoleName.GUARANTOR,
    )


def fill(actor: User | None, gap: Gap) -> None:
    """The council's desk, once."""
    has_role(actor, RoleName.COUNCIL)
    be_open(gap)


def be_open(gap: Gap) -> None:
    require(gap.done_at is None, _("This was already filled."))
