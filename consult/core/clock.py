"""What time it is, in one place, so that a story over years can be told in a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOWN = ZoneInfo("Europe/Paris")
_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """The day it is in town."""
    return now().astimezone(TOWN).date()


def in_town(at: datetime) -> datetime:
    """The same moment as the town's clocks show it."""
    return at.astimezone(TOWN)


def from_town(at: datetime) -> datetime:
    """A naive moment typed by someone in town, as an aware moment in UTC."""
    return at.replace(tzinfo=TOWN).astimezone(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold the clock at one aware moment, for tests and for telling the demonstration."""
    global _frozen
    before, _frozen = _frozen, at.astimezone(UTC)
    try:
        yield _frozen
    finally:
        _frozen = before
