"""What every page of moderation leans on: where the addresses stand, what was asked, how long."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from babel.dates import format_date, format_timedelta
from flask import Blueprint, Response, make_response, render_template, request, url_for

from consult.core import clock
from consult.core.i18n import language
from consult.core.rules import Refused
from consult.moderation import queries, rules
from consult.moderation.models import Decision, Notice
from consult.moderation.queries import KINDS, Scope
from consult.people.session import actor
from consult.posts.models import Post

bp = Blueprint("moderation", __name__)


def scope_asked() -> Scope:
    """The campaign and the kind of text the address asks for, if this person reads there."""
    user = actor()
    slug, kind = request.args.get("campaign", ""), request.args.get("kind", "")
    among = queries.campaigns(user) if user else []
    asked = next((one for one in among if one.slug == slug), None)
    return Scope(asked, kind if kind in KINDS else "", among)


def asked_again(scope: Scope) -> dict[str, Any]:
    """The same filters, for the address of another page."""
    asked = {"campaign": scope.campaign.slug if scope.campaign else "", "kind": scope.kind}
    return {name: value for name, value in asked.items() if value}


def waited(since: datetime) -> str:
    """How long ago that is, in words: « 3 jours »."""
    return spelt(clock.now() - since)


def spelt(time: timedelta) -> str:
    return format_timedelta(time, threshold=1.5, locale=language())


def is_late(due: datetime) -> bool:
    return clock.now() > due


def sign_in_first(contested: Decision | Notice) -> str:
    """Where whom it concerns signs in and comes back to contest it, if that is all they lack."""
    try:
        rules.appeal(actor(), contested)
    except Refused as refused:
        if refused.sign_in:
            return url_for("people.sign_in", next=url_for(".appeal", receipt=contested.receipt))
    return ""


def one_of(words: type[StrEnum], value: str | None) -> Any:
    """The word of this list, or None for anything else that was sent."""
    return next((word for word in words if word == value), None)


def private(template: str, status: int = 200, **values: Any) -> Response:
    """A page for whoever holds its number: no cache keeps it, no search engine lists it."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


PAGES = {"comment": "comments.show", "question": "followup.question"}


def place_of(post: Post, *, external: bool = False) -> str:
    """The address where everybody reads this text."""
    return url_for(PAGES.get(post.kind, "contributions.show"), id=post.id, _external=external)


@bp.app_template_filter("in_month")
def _in_month(month: str) -> str:
    """« novembre 2026 », of 2026-11."""
    day = date(int(month[:4]), int(month[5:]), 1)
    return format_date(day, "LLLL y", locale=language())


@bp.app_template_global("decision")
def _decision(number: int) -> Decision | None:
    """The decision an event speaks of: letters quote its words."""
    return queries.decision(number)


bp.add_app_template_global(place_of, "place_of")
