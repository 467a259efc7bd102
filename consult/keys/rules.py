"""Who must show a second key and when; what two people sign; who ends whose sessions."""

from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import KEY_DOOR, Refused, require
from consult.keys import queries
from consult.keys.models import Countersign, Passkey
from consult.people import rules as people
from consult.people.models import RoleName, User, Visit

fresh = people.fresh  # where other rooms look for it
WHY = _("Please say why: whoever asked reads it.")


def _own_keys(actor: User | None) -> None:
    """One's own keys: a role shows its key first, a resident has just signed in."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    if actor.roles and queries.has_key(actor):
        fresh(actor)
    elif not actor.roles:
        require(
            not actor.stale,
            _("For your safety, sign out, sign in again, and come back here at once."),
        )


# One's own keys.


def unlock(actor: User | None) -> None:
    """One's own account."""
    people.own(actor)


show_passkey = recover = warn = unlock


def enrol(actor: User | None) -> None:
    """Those who hold a role; to replace a key one has, one shows it first."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    require(actor.roles, _("Only those who hold a role on the site need a second key."))
    _own_keys(actor)


def add_passkey(actor: User | None) -> None:
    """Anybody: a passkey is the second key of a role, and lets a resident in without a password."""
    _own_keys(actor)


def remove_passkey(actor: User | None, passkey: Passkey) -> None:
    """One's own, as long as those who hold a role keep another key."""
    _own_keys(actor)
    assert actor is not None  # noqa: S101
    require(passkey.user_id == actor.id, _("This is not public."))
    is_last = len(queries.passkeys(actor)) == 1 and queries.totp(actor) is None
    require(
        not (actor.roles and is_last), _("This is your only second key: add another one first.")
    )


def renew_codes(actor: User | None) -> None:
    """Those who have a second key, just shown."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    require(queries.has_key(actor), _("Choose a second key first."))
    _own_keys(actor)


def enter_with_passkey(actor: User | None, passkey: Passkey) -> None:
    """Nobody yet, and a key whose account is open."""
    people.visitor(actor)
    require(passkey.user.is_active, _("This account is closed."))


# Open sessions.


def end_session(actor: User | None, visit: Visit) -> None:
    """One's own."""
    people.own(actor)
    assert actor is not None  # noqa: S101
    require(visit.user_id == actor.id, _("This is not public."))


def end_others(actor: User | None) -> None:
    """One's own."""
    people.own(actor)


def look_after(actor: User | None, user: User) -> None:
    """An administrator, for somebody else's account that is open."""
    people.has_role(actor, RoleName.ADMINISTRATOR)
    assert actor is not None  # noqa: S101
    require(user.id != actor.id, _("For your own account, use your own page."))
    require(user.is_active, _("This account is closed."))


reset = end_sessions = look_after


# Two people.


def ask(actor: User | None) -> None:
    """Whoever may do the act itself, which its own rule has said."""
    people.signed_in(actor)


def read_requests(actor: User | None, asked: Countersign | None = None) -> None:
    """Facilitators and administrators, who sign; the guarantor, who reads everything.

    Whose account is to be emptied, only those of the whole site read.
    """
    people.signed_in(actor)
    assert actor is not None  # noqa: S101
    if actor.roles and actor.asleep:
        raise Refused(_("Show your second key first."), door=KEY_DOOR)
    readers = (*queries.SIGNERS, RoleName.GUARANTOR)
    require(
        any(role.name in readers for role in actor.held),
        _("Facilitators, administrators and the guarantor read this."),
    )
    is_of_somebody = asked is not None and asked.subject_kind == User.__tablename__
    require(not is_of_somebody or actor.holds(*readers), _("This is not public."))


def _open(countersign: Countersign) -> None:
    require(not countersign.declined_at, _("This was declined."))
    require(not countersign.signed_at, _("This is already signed."))
    require(countersign.expires_at > clock.now(), _("The time to sign this is over."))


def countersign(actor: User | None, countersign: Countersign) -> None:
    """Another facilitator of the campaign, or an administrator; never whoever asked."""
    decline(actor, countersign)
    assert actor is not None  # noqa: S101
    require(
        actor.id != countersign.asked_by_id, _("You asked for this: somebody else must sign it.")
    )


def decline(actor: User | None, countersign: Countersign, reason: str | None = None) -> None:
    """As to sign, and one says why; whoever asked may also take their request back."""
    people.signed_in(actor)
    assert actor is not None  # noqa: S101
    require(
        actor.id == countersign.asked_by_id
        or actor.holds(*queries.SIGNERS, campaign_id=countersign.campaign_id),
        _("A facilitator or an administrator signs this."),
    )
    _open(countersign)
    if reason is not None:
        require(actor.id == countersign.asked_by_id or reason.strip(), WHY)


def exports(actor: User | None) -> None:
    """The guarantor and the administrators."""
    people.has_role(actor, RoleName.ADMINISTRATOR, RoleName.GUARANTOR)
