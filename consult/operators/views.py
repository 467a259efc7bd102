"""What machines ask of the site, and the page of what needs an administrator's attention."""

import hmac
import ipaddress

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from consult.core import metrics
from consult.moderation.queries import reads
from consult.operators import health, queries, rules
from consult.people.session import actor

bp = Blueprint("operators", __name__)

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")


@bp.get("/healthz")
def healthz() -> Response:
    """This process answers; it asks nothing of the database. For a balancer."""
    return _now(Response("ok\n", mimetype="text/plain"))


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Everything the site needs is there; if not, which. For whoever watches over it."""
    checks = health.checks()
    is_ready = all(checks.values())
    return _now(jsonify(ready=is_ready, **checks)), 200 if is_ready else 503


@bp.get("/metrics")
def metrics_page() -> Response:
    """Figures for Prometheus: to this machine itself, or to whoever shows the token."""
    if not (_shows_the_token() or _is_on_this_machine()):
        abort(403)
    text = metrics.exposition(queries.gauges())
    return _now(Response(text, content_type="text/plain; version=0.0.4; charset=utf-8"))


@bp.get("/administration/attention")
def attention() -> str:
    rules.attend(actor())
    return render_template(
        "operators/attention.html", points=queries.points(), reads=reads(actor())
    )


def _now(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _shows_the_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())


def _is_on_this_machine() -> bool:
    """Asked directly from here: what a proxy passes on says so, and comes from elsewhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
