"""The days of the story: some are dates, others are counted from the day it is loaded."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from babel.dates import format_date

from consult.core import clock


class Scene(NamedTuple):
    """One moment of the story, and what happens then."""

    at: datetime
    play: Callable[[], object]


class Days:
    """A calendar whose zero is the day of loading."""

    def __init__(self, today: date) -> None:
        self.today = today

    def on(self, day: date | int) -> date:
        return self.today + timedelta(days=day) if isinstance(day, int) else day

    def at(self, day: date | int, hour: int, minute: int = 0) -> datetime:
        """An hour in town on that day."""
        return datetime.combine(self.on(day), time(hour, minute), clock.TOWN)

    def month(self, day: date | int) -> str:
        """The month of that day, as a plan prints it."""
        return format_date(self.on(day), "MMMM yyyy", locale="fr")
