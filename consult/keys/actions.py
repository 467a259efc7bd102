"""What happens to second keys: chosen, shown, replaced."""

import sqlalchemy as sa

from consult.core.db import changed, db
from consult.core.i18n import _
from consult.core.rules import require
from consult.journal.actions import record
from consult.keys import codes, queries, rules
from consult.keys.models import Totp
from consult.people import letters
from consult.people.models import User

WRONG = _("This is not the code of this half minute. Wait for the next one and type it.")


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
    kept.secret, kept.last_step = codes.seal(secret), step or 0
    if actor.email:
        letters.write("keys.enrolled", actor.email, language=actor.language)
    record("keys.enrol", actor, actor)


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
