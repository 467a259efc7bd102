"""What moderation does by itself: erase sealed words when nobody may need them any more."""

from consult.core.db import writing
from consult.core.queue import every
from consult.journal.actions import commit
from consult.moderation import actions
from consult.people.queries import system


@every(seconds=3600)
def purge() -> int:
    """Eighteen months after a decision, or after the end of the appeal against it."""
    writing()
    done = actions.purge(system())
    commit()
    return done
