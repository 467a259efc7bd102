"""Who may ask what of personal data, and who answers. Same names as actions.py."""

import re
from typing import Any

from consult.core.i18n import _
from consult.core.rules import require
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in
from consult.posts.models import Post, Status
from consult.privacy.models import Breach, Copy, Petition


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


def petition(actor: User | None) -> None:
    """Anybody, with an account or without."""


def answer_petition(actor: User | None, petition: Petition) -> None:
    officer(actor)
    require(petition.answered_at is None, _("This request was answered already."))


def extend_petition(actor: User | None, petition: Petition) -> None:
    answer_petition(actor, petition)
    require(not petition.extended_words, _("The time to answer was made longer once: it stays so."))


def erase(actor: User | None, user: User) -> None:
    """The officer, for somebody who asked by letter; never oneself, nor an administrator."""
    officer(actor)
    require(user.is_active, _("This account is closed."))
    require(
        actor is not None and actor.id != user.id,
        _("Your own account is closed from your page."),
    )
    require(
        not user.holds(RoleName.ADMINISTRATOR),
        _("Take back this person's role of administrator first."),
    )


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
