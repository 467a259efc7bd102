"""What the clock brings about: whoever is in charge of an evaluation is reminded of its day."""

from consult.core.db import db, writing
from consult.core.queue import every
from consult.engagements import actions, moments
from consult.journal.actions import commit
from consult.people.queries import system


@every(seconds=3600)
def remind() -> int:
    """Remind each pilot of the moments that come within a month or are late, once of each."""
    if not moments.to_remind():
        return 0
    db.session.rollback()
    writing()
    due = moments.to_remind()
    for one in due:
        actions.remind(system(), one.moment, due_on=one.due_on, is_late=one.is_late)
    commit()
    return len(due)
