"""Which second keys somebody has."""

import sqlalchemy as sa

from consult.core.db import db
from consult.keys.models import Totp
from consult.people.models import User


def totp(user: User) -> Totp | None:
    """The application that gives this person's codes."""
    return db.session.scalar(sa.select(Totp).filter_by(user_id=user.id))


def has_key(user: User) -> bool:
    """Whether this person has chosen a second key."""
    return totp(user) is not None
