"""What can happen to accounts, roles and follows: the rule, the change, the record."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db, locked
from consult.core.text import fold
from consult.journal.actions import record
from consult.people import consents, letters, queries, rules
from consult.people.leaving import leave
from consult.people.models import ConsentKind, Follow, Invitation, Letter, Role, RoleName, User

INVITED_FOR = timedelta(days=14)


# Coming in. Nothing here says whether an address is known: only its owner's letters do.


def sign_up(
    actor: User | None, *, email: str, pseudonym: str, language: str, onward: str = ""
) -> None:
    """Somebody wishes to have an account: it opens when the address has answered."""
    rules.sign_up(actor)
    user, was_closed = queries.by_email(email), queries.closed_by_email(email)
    if user is not None:
        letters.write("people.known_address", user.email or email, language=language, user=user)
    elif was_closed:
        letters.write("people.closed_address", email, language=language)
    else:
        letters.write(
            "people.sign_up", email, language=language, pseudonym=pseudonym, onward=onward
        )


def confirm(
    actor: User | None, letter: Letter, *, pseudonym: str, password_hash: str | None = None
) -> User:
    """The address of this letter has answered: its account opens, or is confirmed."""
    letters.hold(letter)
    rules.confirm(actor, letter)
    letters.use(letter)
    user = queries.by_email(letter.to)
    if user is None:
        user = _opened(letter.to, pseudonym, password_hash, letter.language)
    user.confirmed_at = user.confirmed_at or clock.now()
    record("people.confirm", user, user)
    return user


def sign_in(actor: User | None, user: User) -> None:
    """Somebody comes in; the journal does not keep who comes and goes."""
    rules.sign_in(actor, user)
    user.seen_at = clock.now()


def sign_in_link(actor: User | None, *, email: str, language: str, onward: str = "") -> None:
    """Somebody wishes to come in by a link in a mail."""
    rules.sign_in_link(actor)
    if user := queries.by_email(email):
        assert user.email  # noqa: S101
        letters.write(
            "people.sign_in_link", user.email, language=language, user=user, onward=onward
        )
    else:
        letters.write_to_nobody()


def enter(actor: User | None, letter: Letter) -> User:
    """The link of the letter is followed: its owner comes in, once."""
    letters.hold(letter)
    rules.enter(actor, letter)
    letters.use(letter)
    user = letter.user
    assert user is not None  # noqa: S101
    user.confirmed_at = user.confirmed_at or clock.now()
    user.seen_at = clock.now()
    return user


def reset(actor: User | None, *, email: str, language: str) -> None:
    """Somebody lost a password."""
    rules.reset(actor)
    if user := queries.by_email(email):
        assert user.email  # noqa: S101
        letters.write("people.reset", user.email, language=language, user=user)
    else:
        letters.write_to_nobody()


def choose_password(actor: User | None, letter: Letter, *, password_hash: str) -> User:
    """A new password by the link of a letter; every open session ends."""
    letters.hold(letter)
    rules.choose_password(actor, letter)
    letters.use(letter)
    user = letter.user
    assert user is not None  # noqa: S101
    user.confirmed_at = user.confirmed_at or clock.now()
    user.seen_at = clock.now()
    _lock_with(user, password_hash)
    record("people.choose_password", user, user)
    return user


# One's own account.


def change_pseudonym(
    actor: User, *, pseudonym: str, name: str | None = None, position: str | None = None
) -> None:
    """Go by another name; what was signed follows."""
    queries.held(actor)  # closed in another tab, it takes nothing any more
    rules.change_pseudonym(actor)
    actor.pseudonym, actor.pseudonym_key = pseudonym, fold(pseudonym)
    actor.name, actor.position = name or None, position or None
    record("people.change_pseudonym", actor, actor)


def change_password(actor: User, *, password_hash: str) -> None:
    """Another password; every other session ends."""
    queries.held(actor)
    rules.change_password(actor)
    _lock_with(actor, password_hash)
    record("people.change_password", actor, actor)


def change_address(actor: User, *, email: str, language: str) -> None:
    """Ask for another address: it must answer first, and the one in use is told."""
    rules.change_address(actor)
    assert actor.email  # noqa: S101
    letters.write("people.address_asked", actor.email, language=language, user=actor)
    known = queries.by_email(email)
    if known is not None and known.id != actor.id:
        letters.write("people.known_address", known.email or email, language=language, user=known)
    elif queries.closed_by_email(email):
        letters.write("people.closed_address", email, language=language)
    else:
        letters.write("people.change_address", email, language=language, user=actor)
    record("people.change_address", actor, actor)


def confirm_address(actor: User | None, letter: Letter) -> User:
    """The new address has answered: it takes the place of the old one, which is told."""
    letters.hold(letter)
    rules.confirm_address(actor, letter)
    letters.use(letter)
    user = letter.user
    assert user is not None and user.email  # noqa: S101, PT018
    letters.write("people.address_changed", user.email, language=user.language)
    user.email, user.email_key = letter.to, queries.email_key(letter.to)
    user.session_number += 1
    record("people.confirm_address", user, user)
    return user


def choose_preferences(actor: User, *, language: str, wants_mail: bool) -> None:
    """In which language the site writes, and whether it writes at all."""
    rules.choose_preferences(actor)
    actor.language = language
    consents.note(actor, ConsentKind.NOTICES, wants_mail)
    record("people.choose_preferences", actor, actor)


def unsubscribe(actor: User) -> None:
    """No more notices by mail; they still stand on the site."""
    rules.unsubscribe(actor)
    consents.note(actor, ConsentKind.NOTICES, False)
    record("people.unsubscribe", actor, actor)


def close_account(actor: User, *, withdraws: bool = False) -> None:
    """Leave. What was published stays, signed by a closed account, or goes too; the rest goes."""
    _hold_administrators()
    rules.close_account(actor)
    leave(actor, withdraws=withdraws)
    record("people.close_account", actor, actor, withdraws=withdraws)


# Following. What one follows is one's own business: the journal does not say who.


def follow(actor: User, subject: Any) -> None:
    """Hear of what happens to this."""
    queries.held(actor)
    rules.follow(actor, subject)
    if queries.following(actor, subject.__tablename__, subject.id) is None:
        db.session.add(
            Follow(user_id=actor.id, subject_kind=subject.__tablename__, subject_id=subject.id)
        )
        record("people.follow", None, subject)


def unfollow(actor: User, subject: Any) -> None:
    """Hear of it no more."""
    rules.unfollow(actor, subject)
    if row := queries.following(actor, subject.__tablename__, subject.id):
        db.session.delete(row)
        record("people.unfollow", None, subject)


# Roles.


def grant(
    actor: User, user: User, *, name: RoleName, campaign: Any = None, plan: Any = None
) -> Role:
    """Trust somebody with a role, for the site or for one campaign or plan; they are told."""
    rules.grant(actor, user, name=name, campaign=campaign, plan=plan)
    rules.fresh(actor)
    role = _held(user, name, _id(campaign), _id(plan), actor.id)
    record(
        "people.grant",
        actor,
        user,
        notify=[user],
        role=name,
        campaign_id=role.campaign_id,
        plan_id=role.plan_id,
    )
    return role


def revoke(actor: User, role: Role) -> None:
    """Take a role back; whoever held it is told."""
    _hold_administrators()
    rules.revoke(actor, role)
    rules.fresh(actor)
    record(
        "people.revoke",
        actor,
        role.user,
        notify=[role.user],
        role=role.name,
        campaign_id=role.campaign_id,
        plan_id=role.plan_id,
    )
    role.user.roles.remove(role)
    db.session.delete(role)


def invite(
    actor: User,
    *,
    email: str,
    name: RoleName,
    campaign: Any = None,
    plan: Any = None,
    language: str = "fr",
) -> Invitation:
    """Offer a role to an address; a letter carries the link that takes it."""
    user = queries.by_email(email)
    rules.invite(actor, user, name=name, campaign=campaign, plan=plan)
    rules.fresh(actor)
    invitation = Invitation(
        email=email,
        name=name,
        campaign_id=_id(campaign),
        plan_id=_id(plan),
        invited_by_id=actor.id,
        expires_at=clock.now() + INVITED_FOR,
    )
    db.session.add(invitation)
    db.session.flush()
    letters.write("people.invite", email, language=language, invitation=invitation.id)
    record("people.invite", actor, invitation, role=name)
    return invitation


def reinvite(actor: User, invitation: Invitation, *, language: str = "fr") -> None:
    """Send the letter of an invitation once more, as one's own; its fourteen days begin again."""
    rules.reinvite(actor, invitation)
    rules.fresh(actor)
    invitation.expires_at, invitation.invited_by_id = clock.now() + INVITED_FOR, actor.id
    letters.write("people.invite", invitation.email, language=language, invitation=invitation.id)
    record("people.reinvite", actor, invitation, role=invitation.name)


def withdraw_invitation(actor: User, invitation: Invitation) -> None:
    """Take an offer back: its link opens nothing any more."""
    rules.withdraw_invitation(actor, invitation)
    invitation.withdrawn_at = clock.now()
    record("people.withdraw_invitation", actor, invitation, role=invitation.name)


def accept_invitation(
    actor: User | None,
    invitation: Invitation,
    *,
    pseudonym: str = "",
    password_hash: str | None = None,
    language: str = "fr",
) -> User:
    """The address of an invitation takes its role, with its account or with a new one."""
    user = queries.by_email(invitation.email)
    rules.accept_invitation(actor, invitation, user)
    if user is None:
        user = _opened(invitation.email, pseudonym, password_hash, language)
    user.confirmed_at = user.confirmed_at or clock.now()
    _held(
        user,
        invitation.name,
        invitation.campaign_id,
        invitation.plan_id,
        invitation.invited_by_id,
    )
    invitation.accepted_at = clock.now()
    inviter = queries.inviter(invitation)
    record(
        "people.accept_invitation",
        user,
        invitation,
        notify=[inviter] if inviter and not inviter.is_system else [],
        role=invitation.name,
        user_id=user.id,
    )
    return user


def _opened(email: str, pseudonym: str, password_hash: str | None, language: str) -> User:
    """A new account whose address has answered."""
    user = User(
        email=email,
        email_key=queries.email_key(email),
        pseudonym=pseudonym,
        pseudonym_key=fold(pseudonym),
        password_hash=password_hash,
        language=language,
        confirmed_at=clock.now(),
        seen_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    return user


def _held(
    user: User, name: RoleName, campaign_id: int | None, plan_id: int | None, granted_by: int
) -> Role:
    """The role, as it is already held or from now on."""
    for role in user.roles:
        if (role.name, role.campaign_id, role.plan_id) == (name, campaign_id, plan_id):
            return role
    role = Role(name=name, campaign_id=campaign_id, plan_id=plan_id, granted_by_id=granted_by)
    user.roles.append(role)
    db.session.flush()
    return role


def _hold_administrators() -> None:
    """Two administrators who leave at the same moment leave one after the other."""
    db.session.scalars(
        locked(sa.select(Role).where(Role.name == RoleName.ADMINISTRATOR).order_by(Role.id))
    ).all()


def _lock_with(user: User, password_hash: str) -> None:
    """A new password: every session and every waiting link ends; its owner is told."""
    user.password_hash = password_hash
    user.session_number += 1
    assert user.email  # noqa: S101
    letters.write("people.password_changed", user.email, language=user.language)


def _id(thing: Any) -> int | None:
    return thing.id if thing is not None else None
