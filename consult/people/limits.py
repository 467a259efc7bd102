"""How often one account, and one network, may do a thing: the public doors, in one table.

Counted in the database (core/throttle.py), so that every worker agrees. Reading has no limit here:
a counter would make a writer of every reader; search and suggestions are kept pages or cost little,
and a proxy is the place to slow down whoever reads without end. Sign-in, letters, questions and
notices have their own counts in their views, by address or account as well as by network.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from flask import abort

from consult.core import throttle
from consult.core.door import DoorForm
from consult.core.errors import page
from consult.core.i18n import _
from consult.people.models import User
from consult.people.session import network

HOUR = timedelta(hours=1)
TOO_MANY = _("This was done very often within an hour from here. Please try again a little later.")
LONG_ENOUGH = 15  # seconds of waiting that stand for the sum a browser did not do
WAIT_A_LITTLE = _(
    "Your browser could not vouch for you, as happens without scripts. Nothing is lost: wait"
    " %(seconds)d seconds, then press the button again.",
    seconds=LONG_ENOUGH,
)


class Limit(NamedTuple):
    """So many within an hour; a workshop or a town hall stands behind one network."""

    account: int
    network: int


LIMITS = {
    "contribute": Limit(20, 60),
    "edit": Limit(30, 200),  # each is a version, and the versions are compared on one page
    "comment": Limit(30, 200),
    "support": Limit(120, 400),
    "unproven": Limit(10, 10),  # forms without an account whose browser did not do its sum
}


def passed(what: str, user: User | None = None) -> bool:
    """Whether this may be done once more, on behalf of this account and network; then counted."""
    limit = LIMITS[what]
    asked = {f"{what}-net:{network()}": limit.network}
    if user is not None:  # apart from visitors, who shall not keep those with an account out
        asked = {f"{what}:{user.id}": limit.account, f"{what}-in:{network()}": limit.network}
    return throttle.passes(asked, within=HOUR)


def pass_or_wait(what: str, user: User | None = None) -> None:
    """The same, with the page that says to come back later."""
    if not passed(what, user):
        abort(page(429, TOO_MANY))


def must_wait(form: DoorForm) -> Any:
    """Why a letter does not leave yet: its form does not look sent by a person, and is too fresh.

    Nobody is turned away: a little later the same form passes, up to a few an hour and a network.
    It is this count that holds a program back, which can wait as long as one likes.
    """
    if not form.signs():
        return None
    if form.age < LONG_ENOUGH:
        return WAIT_A_LITTLE
    return None if passed("unproven") else TOO_MANY
