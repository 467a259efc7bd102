"""Work done away from any page. What must not be lost is a row that waits; this only wakes it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from consult.core import clock, metrics
from consult.core.db import db
from consult.core.logs import told

log = logging.getLogger(__name__)


@dataclass
class Job:
    """One thing the worker does again and again: returns how many rows it dealt with."""

    name: str
    seconds: int
    work: Callable[[], int]


JOBS: list[Job] = []
FAILING: set[str] = set()  # those whose last round failed, in this process


def every(seconds: int) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Have the worker call this function, in an app context of its own, this often."""

    def register(work: Callable[[], int]) -> Callable[[], int]:
        JOBS.append(Job(f"{work.__module__.split('.')[-2]}.{work.__name__}", seconds, work))
        return work

    return register


def work_once(app: Flask, jobs: list[Job] | None = None) -> int:
    """Do everything that waits now, and say how many rows were dealt with."""
    return sum(_do(app, job) for job in (JOBS if jobs is None else jobs))


def work(app: Flask, stop: threading.Event) -> None:
    """Go on until told to stop. A job that fails is written down and tried again next time."""
    due = {job.name: clock.now().timestamp() for job in JOBS}
    while not stop.wait(0.5):
        now = clock.now().timestamp()
        for job in JOBS:
            if due[job.name] <= now:
                due[job.name] = now + job.seconds
                _do(app, job)


def _do(app: Flask, job: Job) -> int:
    with app.app_context():
        try:
            done = job.work()
        except Exception:
            db.session.rollback()
            log.exception("job failed", extra=told(job=job.name))
            metrics.job(job.name, is_done=False)
            FAILING.add(job.name)
            return 0
        metrics.job(job.name, is_done=True)
        FAILING.discard(job.name)
        return done
