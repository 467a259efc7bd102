"""What the clock brings about: the rules of a campaign are written down once it has opened."""

from consult.campaigns import actions
from consult.campaigns.queries import opened_without_rules
from consult.core.db import db, writing
from consult.core.queue import every
from consult.journal.actions import commit


@every(seconds=300)
def freeze() -> int:
    """Write down the first rules of every campaign that has opened since the last time."""
    if not opened_without_rules():
        return 0
    db.session.rollback()
    writing()
    waiting = opened_without_rules()
    for campaign in waiting:
        actions.freeze(None, campaign)
    commit()
    return len(waiting)
