"""What can happen to something missing: somebody fills it."""

from consult.core import clock
from consult.gaps import rules
from consult.gaps.models import Gap
from consult.journal.actions import record
from consult.people.models import User


def fill(actor: User | None, gap: Gap) -> None:
    """Somebody filled, elsewhere than here, what a source left empty."""
    rules.fill(actor, gap)
    gap.done_at = clock.now()
    record("gaps.fill", actor, gap)
