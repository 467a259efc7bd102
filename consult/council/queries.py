"""What to read of the acts of the assembly."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.council.models import Act

# What a source may leave empty and a clerk may fill later.
FILLABLE = ("number", "assembly", "adopted_on", "place", "vote_words")
COUNTS = ("votes_for", "votes_against", "abstentions")


def act_or_404(act_id: int) -> Act:
    act = db.session.scalar(
        sa.select(Act).options(joinedload(Act.document)).where(Act.id == act_id)
    )
    if act is None:
        raise NotFound
    return act


def empty(act: Act) -> list[str]:
    """What is not said of an act yet, by the name of its field."""
    names = [name for name in FILLABLE if not getattr(act, name)]
    if act.is_counted:
        names = [name for name in names if name != "vote_words"]
    else:
        names += COUNTS
    return names if act.document_id else [*names, "document"]
