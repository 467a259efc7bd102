"""The worker says that it is there."""

from consult.core.queue import every
from consult.operators import health


@every(seconds=10)
def beat() -> int:
    """Give a sign of life; whoever misses it for five minutes says that the worker is asleep."""
    health.give_sign()
    return 0
