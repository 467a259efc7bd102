"""Who must show a second key, and when."""

from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.keys import queries
from consult.people import rules as people
from consult.people.models import User

DOOR = "keys.unlock"


def awake(actor: User | None) -> None:
    """Somebody whose session has shown its second key, where their roles ask for one."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    if actor.roles and actor.asleep:
        raise Refused(_("Show your second key first."), door=DOOR)


def fresh(actor: User | None) -> None:
    """For what is grave: somebody whose second key was shown in the last ten minutes.

    It asks nothing of those who hold no role: their pages ask the password. The command line and
    the built-in account are no session, and pass. It stands in actions and views, never in the
    rule a page asks before it draws a button: a button leads to the key.
    """
    if actor is not None and actor.roles and (actor.asleep or actor.stale):
        raise Refused(_("This is grave: show your second key again first."), door=DOOR)


def unlock(actor: User | None) -> None:
    """One's own account."""
    people.own(actor)


def enrol(actor: User | None) -> None:
    """Those who hold a role; to replace a key one has, one shows it first."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    require(actor.roles, _("Only those who hold a role on the site need a second key."))
    if queries.has_key(actor):
        fresh(actor)
