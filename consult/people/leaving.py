"""How an account is left, or closed: its row is emptied, and all that led to its person."""

from consult.core import clock, erasures, personal
from consult.core.db import db
from consult.people import letters, queries
from consult.people.models import User

CLOSED = "Compte fermé"  # what stands in place of the pseudonym, with the words left on the site


def leave(user: User, *, withdraws: bool = False, is_known: bool = False) -> None:
    """Empty the account and every table that leads to it (see `core.personal.erase`).

    The address and the pseudonym leave a fingerprint behind, so that nobody ever takes them again.
    `is_known`: its owner was told long ago, and gets no letter.
    """
    queries.held(user)  # nothing is given meanwhile
    erasures.note("user", user.id, user.created_at, withdraws=withdraws)
    address, key, pseudonym = user.email, user.email_key, user.pseudonym_key
    personal.erase(user, withdraws=withdraws)
    if address and not is_known:
        letters.write("people.close_account", address, language=user.language)
    user.email, user.email_key = None, queries.closed_key(key)
    user.pseudonym, user.pseudonym_key = CLOSED, queries.closed_key(pseudonym)
    user.name = user.position = user.password_hash = user.seen_at = None
    user.wants_mail = user.awaits_adult = False
    user.session_number += 1
    user.closed_at = clock.now()
    db.session.flush()
    db.session.expire(user, ["roles"])
