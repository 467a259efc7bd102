"""What happens to second keys, to open sessions, and to what two people sign."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import changed, db
from consult.core.i18n import _
from consult.core.rules import require
from consult.journal.actions import record
from consult.keys import codes, queries, rules, signatures
from consult.keys.models import Countersign, Passkey, RecoveryCode, Totp
from consult.keys.passkeys import Made
from consult.people import letters
from consult.people.models import User, Visit

SIGNED_FOR = timedelta(days=7)
WRONG = _("This is not the code of this half minute. Wait for the next one and type it.")
WRONG_ON_PAPER = _("This code is not among those still good.")


# Choosing keys.


def enrol(actor: User, *, secret: str, code: str | None = None) -> None:
    """Choose an application as second key, once it gave its first code; a letter tells the owner.

    Without `code`, the caller vouches that the secret reached its owner (the demonstration).
    """
    rules.enrol(actor)
    step = codes.step_of(secret, code) if code is not None else 0
    require(step is not None, WRONG)
    kept = queries.totp(actor)
    if kept is None:
        kept = Totp(user_id=actor.id)
        db.session.add(kept)
    kept.secret, kept.last_step, kept.created_at = codes.seal(secret), step or 0, clock.now()
    _tell("keys.added", actor)
    record("keys.enrol", actor, actor)


def add_passkey(actor: User, *, made: Made, name: str) -> Passkey:
    """Choose a key held by a telephone, a computer or a USB stick; a letter tells the owner."""
    rules.add_passkey(actor)
    passkey = Passkey(user_id=actor.id, name=name, **made._asdict())
    db.session.add(passkey)
    _tell("keys.added", actor)
    record("keys.add_passkey", actor, actor)
    return passkey


def remove_passkey(actor: User, passkey: Passkey) -> None:
    """Give a key up; a letter tells the owner."""
    rules.remove_passkey(actor, passkey)
    db.session.delete(passkey)
    _tell("keys.removed", actor)
    record("keys.remove_passkey", actor, actor)


def renew_codes(actor: User) -> list[str]:
    """Ten new codes on paper, told this once; those of before are good no more."""
    rules.renew_codes(actor)
    _delete(RecoveryCode, actor)
    made = codes.on_paper()
    db.session.add_all(
        RecoveryCode(user_id=actor.id, fingerprint=codes.fingerprint(actor.id, code))
        for code in made
    )
    record("keys.renew_codes", actor, actor)
    return made


# Showing them.


def unlock(actor: User, *, code: str) -> None:
    """Show the code of this half minute: it is taken once, whoever sends it at the same moment."""
    rules.unlock(actor)
    kept = queries.totp(actor)
    step = codes.step_of(codes.unseal(kept.secret) or "", code) if kept else None
    require(kept is not None and step is not None, WRONG)
    assert kept is not None and step is not None  # noqa: S101, PT018
    spent = sa.update(Totp).where(Totp.id == kept.id, Totp.last_step < step)
    require(
        changed(spent.values(last_step=step).execution_options(synchronize_session=False)),
        _("This code was already used. Wait for the next one."),
    )


def show_passkey(actor: User, passkey: Passkey, *, sign_count: int) -> None:
    """Show a passkey as second key; the page has seen that its reply is true."""
    rules.show_passkey(actor)
    passkey.sign_count, passkey.used_at = sign_count, clock.now()


def enter_with_passkey(actor: User | None, passkey: Passkey, *, sign_count: int) -> User:
    """Come in with a passkey alone: it is held and knows its owner, which makes two proofs."""
    rules.enter_with_passkey(actor, passkey)
    passkey.sign_count, passkey.used_at = sign_count, clock.now()
    passkey.user.seen_at = clock.now()
    return passkey.user


def recover(actor: User, *, code: str) -> int:
    """Show a code on paper in place of a key lost or out of reach: how many are left.

    It is good once, whoever sends it at the same moment; a letter tells the owner.
    """
    rules.recover(actor)
    kept = sa.update(RecoveryCode).where(
        RecoveryCode.fingerprint == codes.fingerprint(actor.id, code),
        RecoveryCode.user_id == actor.id,
        RecoveryCode.used_at.is_(None),
    )
    spent = kept.values(used_at=clock.now()).execution_options(synchronize_session=False)
    require(changed(spent), WRONG_ON_PAPER)
    _tell("keys.recovered", actor)
    record("keys.recover", actor, actor)
    return queries.codes_left(actor)


def warn(actor: User) -> None:
    """A letter tells the owner that somebody, who knows their password, guesses at their codes."""
    rules.warn(actor)
    _tell("keys.warn", actor)


# Open sessions.


def end_session(actor: User, visit: Visit) -> None:
    """Close one of one's own sessions from afar."""
    rules.end_session(actor, visit)
    db.session.delete(visit)
    record("keys.end_session", actor, actor)


def end_others(actor: User, *, but: Visit | None) -> int:
    """Close all of one's sessions but this one: how many there were."""
    rules.end_others(actor)
    others = sa.delete(Visit).where(
        Visit.user_id == actor.id, Visit.id != (but.id if but is not None else 0)
    )
    record("keys.end_others", actor, actor)
    return changed(others.execution_options(synchronize_session=False))


def end_sessions(actor: User, user: User) -> None:
    """An administrator closes every session of somebody; a letter tells them."""
    rules.end_sessions(actor, user)
    user.session_number += 1
    _delete(Visit, user)
    _tell("keys.ended", user)
    record("keys.end_sessions", actor, user)


def reset(actor: User, user: User) -> None:
    """Somebody lost their second key: an administrator, who has seen them, takes it away.

    Their sessions close, a letter tells them, and at the next sign-in they choose a new key.
    """
    rules.reset(actor, user)
    rules.fresh(actor)
    for model in (Totp, Passkey, RecoveryCode, Visit):
        _delete(model, user)
    user.session_number += 1
    _tell("keys.reset", user)
    record("keys.reset", actor, user)


# Two people.


def ask(actor: User, what: str, subject: Any, *, details: dict[str, Any]) -> Countersign:
    """Ask that somebody else sign an act before it is done; asking twice asks once.

    Whose account it is about hears of it at once: a false request is known before it is done.
    """
    rules.ask(actor)
    mark = signatures.fingerprint(what, subject, details)
    if waiting := queries.asked(mark, actor):
        return waiting
    countersign = Countersign(
        what=what,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        details=signatures.plain(details),
        fingerprint=mark,
        asked_by_id=actor.id,
        expires_at=clock.now() + SIGNED_FOR,
    )
    db.session.add(countersign)
    db.session.flush()
    if isinstance(subject, User) and subject.email:
        letters.write(
            f"{what}_asked", subject.email, language=subject.language, **countersign.details
        )
    record("keys.ask", actor, countersign, notify=queries.signers(countersign), what=what)
    return countersign


def countersign(actor: User, countersign: Countersign) -> None:
    """A second person signs: whoever asked may now do exactly that, once."""
    _hold(countersign)
    rules.countersign(actor, countersign)
    rules.fresh(actor)
    countersign.signed_by_id, countersign.signed_at = actor.id, clock.now()
    told = [countersign.asked_by]
    record("keys.countersign", actor, countersign, notify=told, what=countersign.what)


def decline(actor: User, countersign: Countersign, *, reason: str = "") -> None:
    """A second person says no and why, or whoever asked takes their request back."""
    _hold(countersign)
    rules.decline(actor, countersign, reason)
    countersign.declined_by_id, countersign.declined_at = actor.id, clock.now()
    about = db.session.get(User, countersign.subject_id)
    has_left = countersign.subject_kind == "user" and about is not None and not about.is_active
    countersign.declined_words = None if has_left else reason.strip() or None
    told = [countersign.asked_by]
    record("keys.decline", actor, countersign, notify=told, what=countersign.what)


def _hold(countersign: Countersign) -> None:
    """Of two who answer at the same moment, the second finds it answered."""
    db.session.refresh(countersign, ["signed_at", "declined_at"], with_for_update=True)


def _delete(model: Any, user: User) -> None:
    gone = sa.delete(model).where(model.user_id == user.id)
    db.session.execute(gone.execution_options(synchronize_session=False))


def _tell(kind: str, user: User) -> None:
    if user.email:
        letters.write(kind, user.email, language=user.language)
