"""The second keys of people: what is kept of each, never enough to show it in their place."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import db
from consult.people.models import User


class Totp(db.Model):
    """An application on somebody's telephone that gives codes; its secret is sealed."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), unique=True)
    secret: Mapped[str]  # sealed, see codes.py
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code taken: none is taken twice
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    user: Mapped[User] = relationship()
