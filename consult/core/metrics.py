"""Figures of the site's running for Prometheus, added up over all its workers.

Each worker counts in a file of its own in `instance/metrics`; whichever is asked reads them all.
No label holds anything that came from outside: routes are as the code spells them.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from consult.core.later import Later

prometheus = Later("prometheus_client")
multiprocess = Later("prometheus_client.multiprocess")
core = Later("prometheus_client.core")

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it when it comes into memory
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """What this process counts."""

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        own = {"namespace": "consult", "registry": self.registry}
        self.requests = prometheus.Counter(
            *("requests", "Requests that woke the application.", ("method", "route", "status")),
            **own,
        )
        self.seconds = prometheus.Histogram(
            *("request_seconds", "How long these requests took.", ("method",)),
            buckets=SECONDS,
            **own,
        )
        self.kept = prometheus.Counter("kept_pages", "Pages handed out as they were kept.", **own)
        self.jobs = prometheus.Counter(
            "jobs", "Rounds of the worker's jobs.", ("job", "outcome"), **own
        )


def init_app(app: Flask) -> None:
    app.extensions["meters"] = None  # made at the first count: it takes memory


def start_afresh(instance: Path) -> None:
    """Forget what earlier runs counted; call it before any worker starts."""
    shutil.rmtree(instance / "metrics", ignore_errors=True)


def meters(app: Flask | None = None) -> Meters:
    """The meters of this process, made when first asked for."""
    app = app or current_app
    if app.extensions["meters"] is None:
        if not app.testing:
            folder = Path(app.config["INSTANCE"]) / "metrics"
            folder.mkdir(exist_ok=True)
            os.environ.setdefault(FOLDER, str(folder))
        app.extensions["meters"] = Meters()
    return app.extensions["meters"]


def request(method: str, route: str, status: int, seconds: float) -> None:
    known = method if method in ("GET", "HEAD", "POST") else "other"
    with suppress(OSError):  # no page fails for want of being counted
        meters().requests.labels(known, route, str(status)).inc()
        meters().seconds.labels(known).observe(seconds)


def job(name: str, *, is_done: bool) -> None:
    with suppress(OSError):
        meters().jobs.labels(name, "done" if is_done else "failed").inc()


class _Gauges:
    """Figures read at the moment they are asked for, as the library wants to collect them."""

    def __init__(self, gauges: Iterable[tuple[str, str, dict[str, str], float]]) -> None:
        self.gauges = gauges

    def collect(self) -> Iterable[Any]:
        families: dict[str, Any] = {}
        for name, words, labels, value in self.gauges:
            family = families.setdefault(
                name, core.GaugeMetricFamily(f"consult_{name}", words, labels=list(labels))
            )
            family.add_metric(list(labels.values()), value)
        return families.values()


def exposition(gauges: Iterable[tuple[str, str, dict[str, str], float]]) -> bytes:
    """Everything in Prometheus' text format: all workers' counts, and these gauges (name without
    its prefix, what it is, labels, value)."""
    own = meters().registry
    registry = prometheus.CollectorRegistry()
    if os.environ.get(FOLDER) and not current_app.testing:
        multiprocess.MultiProcessCollector(registry)
    else:
        registry = own
    counted: bytes = prometheus.generate_latest(registry)
    asked = prometheus.CollectorRegistry()
    asked.register(_Gauges(gauges))
    return counted + prometheus.generate_latest(asked)
