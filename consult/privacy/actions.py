"""What happens to personal data: copies, words taken back, requests, breaches, old rows gone."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consult.campaigns.models import AgeBracket
from consult.core import clock, erasures
from consult.core.db import db
from consult.core.erasures import Erasure
from consult.core.files import StoredFile
from consult.core.i18n import day
from consult.identity import roll
from consult.journal.actions import record
from consult.keys import signatures
from consult.keys.rules import fresh
from consult.moderation.models import months_after
from consult.people import consents, letters
from consult.people.leaving import leave
from consult.people.models import ConsentKind, User
from consult.people.queries import held
from consult.posts import queries as posts
from consult.posts.models import Post, Status
from consult.privacy import archive, queries, rules
from consult.privacy.models import (
    Breach,
    Copy,
    Guardian,
    GuardianTurn,
    Petition,
    Profile,
    Purge,
    Turn,
    Wish,
)
from consult.privacy.retention import Rule
from consult.vigilance.models import Refuted
from consult.votes.models import Support

# One's own data.


def ask_copy(actor: User) -> Copy:
    """Ask for all that the site knows of oneself; the worker makes it and writes."""
    held(actor)
    rules.ask_copy(actor, queries.latest_copy(actor))
    fresh(actor)
    copy = Copy(user_id=actor.id)
    db.session.add(copy)
    db.session.flush()
    record("privacy.ask_copy", actor, copy)
    return copy


def make_copy(actor: User | None, copy: Copy, *, user: User, file: StoredFile) -> None:
    """The worker made it: its owner is told, and has a week to fetch it."""
    rules.make_copy(actor, copy)
    copy.file, copy.made_at = file, clock.now()
    assert user.email  # noqa: S101
    letters.write("privacy.copy", user.email, language=user.language, user=user)
    record("privacy.make_copy", actor, copy)


def take_back(actor: User, post: Post) -> None:
    """Withdraw one's text, even answered: a dated sentence stands in its place, everywhere."""
    rules.take_back(actor, posts.held(post))
    post.move_to(post.status.WITHDRAWN)
    record("privacy.take_back", actor, post)


def describe(actor: User, *, bracket: Any) -> None:
    """Say one's age bracket, or take it back."""
    held(actor)
    rules.describe(actor)
    profile = queries.profile(actor) or Profile(user_id=actor.id)
    profile.bracket, profile.changed_at = bracket, clock.now()
    db.session.add(profile)
    guardian = queries.guardian(actor)
    if bracket == AgeBracket.UNDER_15 and not (guardian and guardian.agreed_at):
        _wait_for_adult(actor)
    elif bracket is not None and bracket != AgeBracket.UNDER_15:
        actor.awaits_adult = False
        if guardian:
            _end(guardian, Turn.OF_AGE)
    record("privacy.describe", actor, actor)


def consent(actor: User, *, kind: ConsentKind, given: bool) -> None:
    """Agree to one thing, or take it back; supports given so far then lead to nobody."""
    held(actor)
    rules.consent(actor)
    consents.note(actor, kind, given)
    if kind == ConsentKind.POSITION and not given:
        _cut_positions(actor)
    record("privacy.consent", actor, actor, kind=kind, given=given)


def _cut_positions(user: User) -> None:
    """What this person supported leads to nobody any more; each support still counts."""
    for model in (Support, Refuted):
        db.session.execute(
            sa.update(model)
            .where(model.user_id == user.id)
            .values(user_id=None)
            .execution_options(synchronize_session=False)
        )
    roll.part(user)


# Under 15: an adult agrees too (Data Protection Act of 6 January 1978, article 45).


def name_adult(actor: User, *, email: str) -> Guardian:
    """Somebody under 15 names an adult, who gets a letter with the link to answer."""
    held(actor)
    rules.name_adult(actor, email, asked=queries.named_lately(actor))
    if before := queries.guardian(actor):
        db.session.delete(before)
        db.session.flush()
    guardian = Guardian(user_id=actor.id, email=email)
    db.session.add(guardian)
    db.session.flush()
    _turn(actor, Turn.NAMED)
    letters.write(
        "privacy.name_adult", email, language=actor.language, user=actor, sign=guardian.sign
    )
    record("privacy.name_adult", actor, actor)
    return guardian


def vouch(actor: User | None, guardian: Guardian) -> None:
    """The adult agrees: the young person may now agree too, to each thing on its own."""
    rules.vouch(actor, guardian)
    guardian.agreed_at = clock.now()
    guardian.user.awaits_adult = False
    _turn(guardian.user, Turn.AGREED)
    record("privacy.vouch", None, guardian.user, notify=[guardian.user])


def decline(actor: User | None, guardian: Guardian) -> None:
    """The adult refuses, or takes the agreement back: all that rested on it ends."""
    rules.decline(actor, guardian)
    user = guardian.user
    _end(guardian, Turn.REVOKED if guardian.agreed_at else Turn.REFUSED)
    _wait_for_adult(user)
    record("privacy.decline", None, user, notify=[user])


def release_adult(actor: User, guardian: Guardian) -> None:
    """The young person takes it back: the address goes, and all that rested on the agreement."""
    rules.release_adult(actor, guardian)
    _end(guardian, Turn.RELEASED)
    _wait_for_adult(actor)
    record("privacy.release_adult", actor, actor)


def _wait_for_adult(user: User) -> None:
    """From now on nothing rests on this young person's word alone."""
    for kind in ConsentKind:
        consents.note(user, kind, False)
    _cut_positions(user)
    user.awaits_adult = True


def _end(guardian: Guardian, turn: Turn) -> None:
    _turn(guardian.user, turn)
    db.session.delete(guardian)


def _turn(user: User, turn: Turn) -> None:
    db.session.add(GuardianTurn(user_id=user.id, turn=turn))


# Requests.


def petition(
    actor: User | None,
    *,
    wish: Wish,
    words: str,
    key: str,
    language: str,
    email: str | None = None,
) -> Petition:
    """Ask something of the town about one's data: a receipt at once, an answer within a month."""
    held(actor)
    rules.petition(actor)
    asked = Petition(
        user_id=actor.id if actor else None,
        email=None if actor else email,
        language=language,
        wish=wish,
        words=words,
        key=key,
        due_at=months_after(clock.now(), 1),
    )
    db.session.add(asked)
    db.session.flush()
    to = (actor.email if actor else email) or ""
    letters.write(
        "privacy.petition_received", to, language=language, user=actor, receipt=asked.receipt
    )
    _tell_officers("privacy.asked", due=day(asked.due_at))
    record("privacy.petition", actor, asked, wish=wish)
    return asked


def answer_petition(actor: User, petition: Petition, *, words: str) -> None:
    """Answer, in words that leave by letter."""
    rules.answer_petition(actor, petition)
    petition.answered_words, petition.answered_at = words, clock.now()
    petition.answered_by_id = actor.id
    if to := queries.address_of(petition):
        letters.write(
            "privacy.answer_petition",
            to,
            language=petition.language,
            user=petition.user,
            receipt=petition.receipt,
            words=words,
        )
    record("privacy.answer_petition", actor, petition)


def extend_petition(actor: User, petition: Petition, *, words: str) -> None:
    """Two months more, once, with the reason told (GDPR, article 12.3)."""
    rules.extend_petition(actor, petition)
    petition.extended_words, petition.due_at = words, months_after(petition.due_at, 2)
    if to := queries.address_of(petition):
        letters.write(
            "privacy.extend_petition",
            to,
            language=petition.language,
            user=petition.user,
            receipt=petition.receipt,
            words=words,
            due=petition.due_at.isoformat(),
        )
    record("privacy.extend_petition", actor, petition)


def erase(actor: User, user: User, *, withdraws: bool) -> None:
    """Empty the account of somebody who asked for it otherwise than by closing it.

    Raises `Unsigned` until somebody else has signed it: whoever asks from their account that
    something be erased has not asked that it be emptied.
    """
    rules.erase(actor, user)
    fresh(actor)
    texts = "withdraw" if withdraws else "keep"
    signatures.spend(actor, "privacy.erase", user, {"texts": texts})
    leave(user, withdraws=withdraws)
    record("privacy.erase", actor, user, withdraws=withdraws)


def repeat(actor: User | None, subject: User | Post, erasure: Erasure) -> None:
    """Erase once more what a copy of the site brought back, under the day it was first erased."""
    rules.repeat(actor)
    if isinstance(subject, User):
        leave(subject, withdraws=erasure.withdraws, is_known=True)
        subject.closed_at = erasure.at
    elif erasure.kind == "byline":
        subject.byline = None
        erasures.note("byline", subject.id, subject.created_at)
    else:
        subject.withdrawn_at = erasure.at
        subject.move_to(Status.WITHDRAWN)
    record("privacy.repeat", actor, subject)


def open_archive(
    actor: User | None, user: User, *, private: str, reference: str
) -> list[dict[str, Any]]:
    """Read what is under seal of one account, for a judge; ValueError with another key."""
    rules.open_archive(actor, reference)
    found = archive.opened(user.id, private)
    record("privacy.open_archive", actor, user, reference=reference, rows=len(found))
    return found


# The register of breaches.


def declare_breach(
    actor: User,
    *,
    title: str,
    noticed_at: datetime,
    nature: str,
    people: str,
    effects: str,
    measures: str,
    is_risky: bool,
    key: str,
) -> Breach:
    """Write down a loss, a leak or a change of personal data: the 72 hours run."""
    rules.declare_breach(actor)
    breach = Breach(
        title=title,
        noticed_at=noticed_at,
        nature=nature,
        people=people,
        effects=effects,
        measures=measures,
        is_risky=is_risky,
        key=key,
        author_id=actor.id,
    )
    db.session.add(breach)
    db.session.flush()
    _tell_officers("privacy.breach")
    record("privacy.declare_breach", actor, breach)
    return breach


def update_breach(actor: User, breach: Breach, **said: Any) -> None:
    """What was done since: who was told and when, what was mended, that it is over."""
    rules.update_breach(actor, breach)
    for name, value in said.items():
        setattr(breach, name, value)
    record("privacy.update_breach", actor, breach)


# What the worker does.


def purge(actor: User | None, rule: Rule) -> int:
    """Carry out one handful of one rule of retention; counted in the journal, never named."""
    rules.purge(actor, rule)
    number = rule.work(clock.now())
    if number:
        purged = Purge(rule=rule.name, number=number)
        db.session.add(purged)
        db.session.flush()
        record("privacy.purge", actor, purged, rule=rule.name, number=number)
    return number


def remind(actor: User | None, subject: Petition | Breach) -> None:
    """Tell the administrators that time runs out."""
    rules.remind(actor)
    if isinstance(subject, Petition):
        subject.alerted_at = clock.now()
    else:
        subject.reminded_at = clock.now()
    _tell_officers("privacy.reminder")
    record("privacy.remind", actor, subject)


def _tell_officers(kind: str, **data: str) -> None:
    for officer in queries.officers():
        if officer.email:
            letters.write(kind, officer.email, language=officer.language, user=officer, **data)
