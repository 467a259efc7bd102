"""Who may do what with accounts and roles, and the question every other rule asks: who is this?"""

from collections.abc import Iterable
from typing import Any

from consult.core import clock
from consult.core.i18n import _, day
from consult.core.rules import KEY_DOOR, Refused, Remedy, require
from consult.people import queries
from consult.people.models import Invitation, Letter, Role, RoleName, User

ROLE_NEEDED = {
    RoleName.FACILITATOR: _("This is for the facilitators of the site."),
    RoleName.COUNCIL: _("This is for those who hold the council's desk."),
    RoleName.GUARANTOR: _("This is for the guarantor."),
    RoleName.ADMINISTRATOR: _("This is for the administrators of the site."),
}
# How each role is called.
ROLES = {
    RoleName.FACILITATOR: _("Facilitator"),
    RoleName.COUNCIL: _("Council's desk"),
    RoleName.GUARANTOR: _("Guarantor"),
    RoleName.ADMINISTRATOR: _("Administrator"),
}
FOLLOWED = ("campaign", "contribution", "engagement", "action", "plan")


def signed_in(actor: User | None) -> None:
    """Somebody whose address has answered, and whose account is open."""
    _open(actor)
    assert actor is not None  # noqa: S101
    require(actor.confirmed_at or actor.is_system, _("Please confirm your e-mail address first."))


def _open(actor: User | None) -> None:
    if actor is None or actor.closed_at:
        raise Refused(_("Please sign in first."), sign_in=True)


def takes_part(actor: User) -> None:
    """Somebody whose account is open, and not suspended: they have the reasons, and may appeal."""
    _open(actor)
    if actor.suspended_until and actor.suspended_until > clock.now():
        raise Refused(
            _(
                "You are suspended until %(day)s. The letter you received says why, and how to "
                "appeal.",
                day=day(actor.suspended_until),
            )
        )


def has_role(actor: User | None, *names: RoleName, campaign: Any = None, plan: Any = None) -> None:
    """Somebody who holds one of these roles for the site, this campaign or this plan.

    The built-in account `système` may do what the command line asks of it.
    """
    signed_in(actor)
    assert actor is not None  # noqa: S101
    held = actor.is_system or actor.holds(
        *names,
        campaign_id=campaign.id if campaign is not None else None,
        plan_id=plan.id if plan is not None else None,
    )
    if actor.asleep and any(role.name in names for role in actor.roles):
        raise Refused(_("Show your second key first."), door=KEY_DOOR)
    require(held, ROLE_NEEDED[names[0]])


def fresh(actor: User | None) -> None:
    """For what is grave: somebody whose second key was shown in the last ten minutes.

    It asks nothing of those who hold no role: their pages ask the password. The command line and
    the built-in account are no session, and pass. It stands in actions and views, never in the
    rule a page asks before it draws a button: a button leads to the key.
    """
    if actor is not None and actor.roles and (actor.asleep or actor.stale):
        raise Refused(_("This is grave: show your second key again first."), door=KEY_DOOR)


# Coming in.


def anew(address: str) -> None:
    """An address whose account was closed opens no other: neither a second voice nor a way back."""
    require(
        queries.closed_by_email(address) is None,
        _("An account of this address was closed, and none opens with it again: use another one."),
    )


def visitor(actor: User | None) -> None:
    """Nobody yet."""
    require(actor is None, _("You are already signed in."))


sign_up = sign_in_link = reset = visitor


def sign_in(actor: User | None, user: User) -> None:
    """Somebody whose account is open; the page has seen the password."""
    require(user.is_active, _("This account is closed."))


def confirm(actor: User | None, letter: Letter) -> None:
    """Whoever holds the letter sent to that address, once."""
    require(letter.used_at is None, _("This link was already used. Ask for a new one."))
    if letter.user is None:
        anew(letter.to)


def enter(actor: User | None, letter: Letter) -> None:
    """Whoever holds the letter, once, for an account that is still open."""
    confirm(actor, letter)
    require(letter.user and letter.user.is_active, _("This account is closed."))


choose_password = confirm_address = enter


# One's own account.


def own(actor: User | None) -> None:
    """One's own account, once signed in."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(actor.is_active, _("Nobody signs in to this account."))


change_password = change_address = choose_preferences = own


def change_pseudonym(actor: User | None) -> None:
    """One's own, unless one is suspended: it stands beside all one ever published."""
    own(actor)
    assert actor is not None  # noqa: S101
    takes_part(actor)


def unsubscribe(actor: User | None) -> None:
    """Whoever holds a letter sent to this account: nothing to sign in to."""
    require(actor is not None and actor.is_active, _("This account is closed."))


def close_account(actor: User | None) -> None:
    """One's own, unless the site would be left with nobody to look after it."""
    own(actor)
    assert actor is not None  # noqa: S101
    if actor.bears(RoleName.ADMINISTRATOR):
        others = [user for user in queries.administrators() if user.id != actor.id]
        require(
            others,
            _("You are the last administrator: give this role to somebody else first."),
        )


# What one sees and follows.


def read(actor: User | None, subject: Any) -> None:
    """What is public is for all; the rest for who wrote it and for those who look after it."""
    if actor is not None and actor.id in (
        getattr(subject, "author_id", None),
        getattr(subject, "reporter_id", None),
    ):
        return
    for other in queries.above(subject):
        read(actor, other)
    if isinstance(subject, User):
        is_open = actor is not None and (actor.id == subject.id or actor.is_system)
    else:
        is_open = getattr(subject, "is_public", True)
    if not is_open:
        require(actor is not None and _looks_after(actor, subject), _("This is not public."))


def _looks_after(actor: User, subject: Any) -> bool:
    """Who holds a role there; of words kept from view, the guarantor alone; of words that wait,
    who reads them first as well; of a draft, nobody."""
    if actor.is_system:
        return True
    status = getattr(subject, "status", None)
    if status == "draft":
        return False
    roles = tuple(RoleName)
    if getattr(subject, "is_sealed", False):
        roles = (RoleName.GUARANTOR,)
    elif status == "pending":
        roles = (RoleName.FACILITATOR, RoleName.GUARANTOR)
    belongs = {
        f"{kind}_id": subject.id
        if subject.__tablename__ == kind
        else getattr(subject, f"{kind}_id", None)
        for kind in ("campaign", "plan")
    }
    return actor.holds(*roles, **belongs)


def follow(actor: User | None, subject: Any) -> None:
    """Somebody signed in, and something of the town that they may see."""
    signed_in(actor)
    require(subject.__tablename__ in FOLLOWED, _("This cannot be followed."))
    read(actor, subject)


def unfollow(actor: User | None, subject: Any) -> None:
    """One may always stop."""
    signed_in(actor)


# Roles.


def roles(actor: User | None) -> None:
    """Administrators, and the guarantor, who reads everything."""
    has_role(actor, RoleName.ADMINISTRATOR, RoleName.GUARANTOR)


def grant(
    actor: User | None, user: User, *, name: RoleName, campaign: Any = None, plan: Any = None
) -> None:
    """An administrator trusts somebody; a guarantor holds no other role, nor the reverse."""
    has_role(actor, RoleName.ADMINISTRATOR)
    require(user.is_active, _("This account is closed."))
    _fits(user.roles, name, campaign, plan)


def invite(
    actor: User | None,
    user: User | None,
    *,
    name: RoleName,
    campaign: Any = None,
    plan: Any = None,
) -> None:
    """As `grant`, for an address that may have an account (`user`) or none yet."""
    has_role(actor, RoleName.ADMINISTRATOR)
    _fits(user.roles if user else [], name, campaign, plan)


def _fits(held: list[Role], name: RoleName, campaign: Any, plan: Any) -> None:
    if name == RoleName.ADMINISTRATOR:
        require(
            campaign is None and plan is None, _("An administrator looks after the whole site.")
        )
    is_guarantor = any(role.name == RoleName.GUARANTOR for role in held)
    require(
        name == RoleName.GUARANTOR or not is_guarantor,
        _("A guarantor reads everything and changes nothing: they can hold no other role."),
    )
    require(
        name != RoleName.GUARANTOR or all(role.name == RoleName.GUARANTOR for role in held),
        _("This person already holds a role that changes things: they cannot be the guarantor."),
    )


def revoke(actor: User | None, role: Role, administrators: Iterable[User] | None = None) -> None:
    """An administrator, as long as one is left; a page that asks often says who they are."""
    has_role(actor, RoleName.ADMINISTRATOR)
    if role.name == RoleName.ADMINISTRATOR:
        known = queries.administrators() if administrators is None else administrators
        others = [user for user in known if user.id != role.user_id]
        require(others, _("The site needs at least one administrator."))


def withdraw_invitation(actor: User | None, invitation: Invitation) -> None:
    """An administrator, while nobody has taken it."""
    has_role(actor, RoleName.ADMINISTRATOR)
    require(not invitation.accepted_at, _("This invitation was already accepted."))


def reinvite(actor: User | None, invitation: Invitation) -> None:
    """An administrator, while nobody took it and nobody took it back."""
    withdraw_invitation(actor, invitation)
    require(not invitation.withdrawn_at, _("This invitation was withdrawn."))
    require(invitation.email, _("Its address is no longer kept: invite the person anew."))


def accept_invitation(actor: User | None, invitation: Invitation, user: User | None = None) -> None:
    """Whoever holds the letter, while the invitation and the trust behind it stand."""
    require(not invitation.accepted_at, _("This invitation was already accepted."))
    require(not invitation.withdrawn_at, _("This invitation was withdrawn."))
    if invitation.expires_at <= clock.now():
        raise Refused(
            _("The time to accept this invitation is over. Whoever invited you can send it again."),
            remedy=Remedy(_("Write to the town"), "portal.legal", {"page": "contact"}),
        )
    inviter = queries.inviter(invitation)
    require(
        inviter is not None and (inviter.is_system or inviter.bears(RoleName.ADMINISTRATOR)),
        _("Whoever invited you no longer looks after this site: ask for another invitation."),
    )
    if user is None:
        anew(invitation.email)
    else:
        require(user.is_active, _("This account is closed."))
        _fits(user.roles, invitation.name, invitation.campaign_id, invitation.plan_id)
