"""Those who have actions in charge are reminded of what waits: once a week at most, in one mail."""

import sqlalchemy as sa

from consult.core.db import db, writing
from consult.core.queue import every
from consult.core.rules import Refused
from consult.followup import actions, queries
from consult.journal.actions import commit, rollback
from consult.people.models import User


@every(seconds=3600)
def remind() -> int:
    """Each person on their own: one that fails is tried again, the others are told."""
    return sum(_remind(due) for due in queries.to_remind())


def _remind(due: queries.Due) -> int:
    rollback()
    writing()
    user = db.session.get(User, due.user_id)
    if user is None:
        return 0
    try:
        actions.remind(None, user, due=due)
        commit()
    except (Refused, sa.exc.IntegrityError):  # another worker was faster
        rollback()
        return 0
    return 1
