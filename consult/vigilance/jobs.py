"""Looking every minute whether supports come as from one hand; a human decides what it means."""

from consult.core.db import writing
from consult.core.door import is_on
from consult.core.queue import every
from consult.journal.actions import commit, rollback
from consult.people.queries import system
from consult.vigilance import actions, queries


@every(60)
def watch_supports() -> int:
    """Flag the bursts of this hour and the one before; how many there are."""
    if not is_on("bursts"):
        return 0
    found = queries.bursts()
    rollback()
    if not found:
        return 0
    writing()
    found = queries.bursts()
    for contribution, hour in found:
        actions.flag(system(), contribution, hour=hour)
    commit()
    return len(found)
