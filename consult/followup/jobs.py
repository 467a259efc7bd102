"""Those in charge of actions are reminded, once a week at most; addresses left behind go."""

from datetime import timedelta

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import changed, db, writing
from consult.core.queue import every
from consult.core.rules import Refused
from consult.followup import actions, queries
from consult.followup.models import Question
from consult.journal.actions import commit, rollback
from consult.people.models import User
from consult.posts.models import Status

KEPT = timedelta(days=90)  # after the first reply: another one may follow it


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


@every(seconds=3600)
def forget() -> int:
    """The addresses visitors left with a question go, once no letter can follow it any more."""
    writing()
    over = sa.select(Question.id).where(
        Question.email.is_not(None),
        sa.or_(
            Question.answered_at < clock.now() - KEPT,
            Question.status.in_((Status.REFUSED, Status.WITHDRAWN)),
        ),
    )
    table = Question.__table__
    gone = changed(sa.update(table).where(table.c.id.in_(over)).values(email=None))
    db.session.commit()
    return gone
