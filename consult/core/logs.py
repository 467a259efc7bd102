"""What the site notes of its own running: one line of JSON an event, and nothing about anybody.

A line never holds what came from outside (addresses asked for, words, names, e-mails, networks,
browsers) nor the message of a fault, which may quote it: only words written in the code, the route
as the code spells it, and where in the code a fault happened.
"""

import json
import logging
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_app_context, has_request_context, request

from consult.core import metrics
from consult.core.paths import PACKAGE

OURS = "consult"
DEEPEST = 12  # steps of a fault that are told, the innermost last
log = logging.getLogger("consult.requests")


class Line(logging.Formatter):
    """A record as one line of JSON. What is to be said beside the words comes in `extra=told(…)`.

    The values put into a message (`%s`) are left out, and so are the messages of other libraries:
    nobody can vouch for what they hold. Of those, the place in their code is told instead.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        if record.name.split(".")[0] == OURS:
            line["event"] = str(record.msg)
        else:
            line["place"] = f"{record.module}:{record.lineno}"
        if has_request_context():
            line["request"] = incident()
            line["route"] = route()
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0]:
            line["fault"] = _fault(*record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def told(**fields: Any) -> dict[str, Any]:
    """Fields for `extra=`: numbers and codes of our own, never what somebody sent."""
    return {"told": fields}


def incident() -> str:
    """The number of this request, the same on the page that failed and in every line about it."""
    if "incident" not in g:
        g.incident = secrets.token_hex(4)
    return g.incident


def route() -> str:
    """The route as the code spells it; never the address that was asked for."""
    return request.url_rule.rule if request.url_rule else ""


def init_app(app: Flask) -> None:
    """Note every request that wakes the application; kept pages are counted alone (`metrics`)."""
    app.before_request(_begin)
    app.after_request(_end)
    metrics.init_app(app)
    if not app.testing:
        set_up(app.config["LOG_LEVEL"])


def set_up(level: str) -> None:
    """Send everything that is noted to the standard error, as lines of JSON, once a process."""
    root = logging.getLogger()
    if not any(isinstance(known.formatter, Line) for known in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Line())
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)


def _begin() -> None:
    g.began, g.statements = time.perf_counter(), 0


def _end(response: Response) -> Response:
    if "began" not in g:
        return response
    seconds = time.perf_counter() - g.began
    metrics.request(request.method, route(), response.status_code, seconds)
    response.headers["X-Request-Id"] = incident()
    if log.isEnabledFor(logging.INFO):
        fields = told(
            method=request.method if request.method in METHODS else "",
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            statements=g.statements,
        )
        log.info("request", extra=fields)
    return response


METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _count(*_: Any) -> None:
    if has_app_context() and "statements" in g:
        g.statements += 1


def _fault(
    kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None
) -> dict[str, Any]:
    """What kind of fault, and through which lines of code it came; not what it says."""
    causes: list[str] = []
    cause = fault
    while cause is not None and len(causes) < 5:
        causes.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = getattr(cause, "orig", None) or cause.__cause__
    frames = traceback.extract_tb(trace)[-DEEPEST:]
    steps = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kinds": causes or [kind.__qualname__], "steps": steps}


def _short(file: str) -> str:
    """A file of ours or of a library, without where it stands on this machine."""
    return file.rpartition("/site-packages/")[2].removeprefix(f"{PACKAGE.parent}/")
