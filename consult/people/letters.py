"""Letters about accounts: written while something happens, sent once it is true, opened once."""

import hmac
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from consult.core import clock
from consult.core.db import db
from consult.people.models import Letter, User
from consult.people.passwords import sealed
from consult.people.queries import held

HOUR = timedelta(hours=1)
# How long words wait for their author's address to answer, and the link that lets it answer.
UNCONFIRMED = timedelta(days=7)
# How long the link of each letter opens something; those not named here: one hour.
VALID_FOR = {
    "people.sign_up": timedelta(days=3),
    "people.change_address": timedelta(days=1),
    "people.invite": timedelta(days=30),  # the invitation itself says when it is over
    "contributions.confirm": UNCONFIRMED,
}


class _Signer(TimestampSigner):
    """A signature dated by the one clock of the site."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def write(kind: str, to: str, *, language: str, user: User | None = None, **data: Any) -> Letter:
    """Add a letter to what waits; asking twice while it waits writes it once."""
    waiting = sa.select(Letter).filter_by(kind=kind, to=to, sent_at=None)
    for letter in db.session.scalars(waiting):
        if letter.data == data:
            return letter
    letter = Letter(
        kind=kind, to=to, language=language, user_id=user.id if user else None, data=data
    )
    db.session.add(letter)
    return letter


def write_to_nobody() -> None:
    """As much work as a letter, and none: how long it takes says nothing of an address."""
    write("people.nobody", "", language="fr").sent_at = clock.now()


def token(letter: Letter) -> str:
    """What the link of a letter ends with; made when it leaves."""
    return _timed().dumps([letter.id, _state(letter)])


def opened(token: str, *kinds: str) -> Letter | None:
    """The letter behind a link, or None where it opens nothing (any more).

    A link dies when it was used, when its time is over, when the password, the address or the
    sessions of its account changed after it left, and with its letter, whoever takes its number.
    """
    try:
        (number, state), at = _timed().loads(token, return_timestamp=True)
    except (BadData, ValueError, TypeError):
        return None
    letter = db.session.get(Letter, number)
    if letter is None or letter.kind not in kinds or letter.used_at:
        return None
    if at + VALID_FOR.get(letter.kind, HOUR) < clock.now():
        return None
    return letter if hmac.compare_digest(state, _state(letter)) else None


def hold(letter: Letter) -> None:
    """Of two who follow the same link at the same moment, the second finds it used."""
    held(letter.user)
    db.session.refresh(letter, ["used_at"], with_for_update=True)


def use(letter: Letter) -> None:
    """Have the letter's link open nothing more."""
    letter.used_at = clock.now()


def lasting(purpose: str, said: Any) -> str:
    """What a link that never grows old ends with, and serves for this alone."""
    return URLSafeSerializer(_secret(), salt=purpose).dumps(said)


def lasts(purpose: str, token: str) -> Any:
    """What such a link says; None where the site did not sign it for this."""
    try:
        return URLSafeSerializer(_secret(), salt=purpose).loads(token)
    except BadData:
        return None


def stop_token(user: User) -> str:
    """What the link that stops mails ends with."""
    return lasting("people.stop", user.id)


def stopping(token: str) -> User | None:
    """Whose mails this link stops."""
    number = lasts("people.stop", token)
    return db.session.get(User, number) if number else None


def _state(letter: Letter) -> str:
    """What must not have changed since the letter left, unreadable."""
    said: tuple[Any, ...] = (letter.kind, letter.to, letter.created_at.timestamp())
    if user := letter.user:
        said += (user.id, user.session_number, user.password_hash, user.email_key)
    return sealed(repr(said))[:16]


def _timed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(), salt="people.letter", signer=_Signer)


def _secret() -> str | bytes:
    return current_app.config["SECRET_KEY"]
