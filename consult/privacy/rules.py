"""Who may ask what of personal data, and who answers. Same names as actions.py."""

import re
from typing import Any

from consult.core.i18n import _
from consult.core.rules import require
from consult.people.models import RoleName, User
from consult.people.queries import email_key
from consult.people.rules import has_role, signed_in
from consult.posts.models import Post, Status
from consult.privacy.models import NAMED_A_MONTH, Breach, Copy, Guardian, Petition


def purge(actor: User | None, rule: Any = None) -> None:
    """The worker, each day."""
    require(actor is None, _("The worker does this by itself."))


def officer(actor: User | None) -> None:
    """Who answers for personal data in this town: the administrators, among them the officer."""
    has_role(actor, RoleName.ADMINISTRATOR)


def ask_copy(actor: User | None, latest: Copy | None) -> None:
    signed_in(actor)
    require(
        latest is None or latest.made_at is not None,
        _("Your copy is being made: you will receive a letter when it is ready."),
    )


def make_copy(actor: User | None, copy: Copy) -> None:
    purge(actor)
    require(copy.made_at is None, _("This copy was made already."))


def take_back(actor: User | None, post: Post) -> None:
    """Its author, at any time, answered or not; nobody else."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(post.author_id == actor.id, _("Only its author can withdraw a text."))
    require(post.may_become(Status.WITHDRAWN), _("This text was already withdrawn."))
    require(post.status != Status.DRAFT, _("This draft was never sent: you may delete it."))


def describe(actor: User | None) -> None:
    signed_in(actor)


def consent(actor: User | None) -> None:
    signed_in(actor)


def name_adult(actor: User | None, email: str | None = None, *, asked: int = 0) -> None:
    """Somebody under 15, for an adult who has another address; three times a month at most."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(
        actor.awaits_adult, _("You may agree by yourself: only under 15 an adult agrees with you.")
    )
    require(
        asked < NAMED_A_MONTH,
        _("You named an adult three times within 30 days: please wait before you name another."),
    )
    require(
        email is None or email_key(email) != actor.email_key,
        _("This is your own address: give the address of the adult."),
    )


def release_adult(actor: User | None, guardian: Guardian) -> None:
    """The young person, at any time."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    require(guardian.user_id == actor.id, _("Only the young person can do this."))


def vouch(actor: User | None, guardian: Guardian) -> None:
    """Whoever holds the link of the letter; the young person does not agree in their place."""
    require(guardian.agreed_at is None, _("You agreed already."))
    not_oneself(actor, guardian)


def decline(actor: User | None, guardian: Guardian) -> None:
    """Whoever holds the link of the letter, before they agreed or at any time after."""


def not_oneself(actor: User | None, guardian: Guardian) -> None:
    require(
        actor is None or actor.id != guardian.user_id,
        _("You are signed in as the young person: the adult answers from their own browser."),
    )


def petition(actor: User | None) -> None:
    """Anybody, with an account or without."""


def answer_petition(actor: User | None, petition: Petition) -> None:
    officer(actor)
    require(petition.answered_at is None, _("This request was answered already."))


def extend_petition(actor: User | None, petition: Petition) -> None:
    answer_petition(actor, petition)
    require(not petition.extended_words, _("The time to answer was made longer once: it stays so."))


def erase(actor: User | None, user: User) -> None:
    """The officer, for somebody who asked by letter; never oneself, nor who keeps watch."""
    officer(actor)
    require(user.is_active, _("This account is closed."))
    require(
        actor is not None and actor.id != user.id,
        _("Your own account is closed from your page."),
    )
    require(
        not {RoleName.ADMINISTRATOR, RoleName.GUARANTOR} & {role.name for role in user.roles},
        _("Take back this person's role first: everybody then sees that it was taken."),
    )


def repeat(actor: User | None) -> None:
    """Whoever brings a copy of the site back, at the command line."""
    require(actor is None, _("The worker does this by itself."))


def open_archive(actor: User | None, reference: str) -> None:
    """Whoever holds the private key, at the command line alone, for a request with a number."""
    require(
        re.fullmatch(r"[\w./-]{3,40}", reference),
        _("Give the reference of the request: letters, digits, dots, dashes."),
    )


def declare_breach(actor: User | None) -> None:
    officer(actor)


def update_breach(actor: User | None, breach: Breach) -> None:
    officer(actor)
    require(breach.closed_at is None, _("This breach is closed."))


def remind(actor: User | None) -> None:
    purge(actor)
