"""What every page knows of the site: its name and colour, who reads, in which language."""

from datetime import date
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, has_request_context, request, url_for

from consult.core.i18n import LANGUAGES, _
from consult.core.rules import refusal
from consult.moderation.queries import waiting
from consult.people.models import RoleName, User
from consult.people.session import actor, has_session
from consult.portal import queries
from consult.portal.mine import my_contributions

YEAR = 365 * 24 * 3600


# What people of the town work with, by role, in the order of the story.
COUNCIL, FACILITATOR = RoleName.COUNCIL, RoleName.FACILITATOR
GUARANTOR, ADMINISTRATOR = RoleName.GUARANTOR, RoleName.ADMINISTRATOR
TOOLS = (
    ({GUARANTOR}, _("Desk of the guarantor"), "oversight.index"),
    ({FACILITATOR, GUARANTOR}, _("Contributions to read"), "moderation.queue"),
    ({FACILITATOR, GUARANTOR}, _("Appeals"), "moderation.appeals"),
    ({ADMINISTRATOR}, _("Type in an appeal that came by letter"), "moderation.enter_appeal"),
    ({FACILITATOR, GUARANTOR}, _("Flags to look at"), "vigilance.index"),
    ({FACILITATOR}, _("Consultations in preparation"), "campaigns.index"),
    (
        {FACILITATOR, GUARANTOR, ADMINISTRATOR},
        _("What two people sign"),
        "keys.signatures_asked",
    ),
    ({GUARANTOR, ADMINISTRATOR}, _("What left the site in bulk"), "keys.exports"),
    ({COUNCIL, GUARANTOR}, _("What is still missing"), "gaps.index"),
    ({COUNCIL}, _("Sittings"), "council.sittings"),
    ({COUNCIL}, _("Acts"), "council.index"),
    ({COUNCIL}, _("Documents"), "sources.index"),
    ({COUNCIL}, _("Indicators"), "indicators.desk"),
    ({ADMINISTRATOR}, _("What needs attention"), "operators.attention"),
    ({ADMINISTRATOR}, _("Words of the groups"), "pluralism.index"),
    ({ADMINISTRATOR}, _("Pre-electoral period"), "pluralism.period"),
    ({ADMINISTRATOR}, _("Desk of personal data"), "privacy.desk"),
    ({ADMINISTRATOR}, _("Settings of the site"), "portal.settings"),
)


class Shown(NamedTuple):
    """The site as the head and the foot of every page show it."""

    name: str
    tagline: str
    colour: str
    logo_url: str
    logo_alt: str
    contact: str
    accessibility_status: str  # full, partial, none
    electoral_until: date | None  # the last day of the pre-electoral period that runs, if one does


def init_app(app: Flask) -> None:
    app.context_processor(_context)
    app.after_request(_keep_language)
    app.jinja_env.globals.update(
        refusal=refusal, my_contributions=my_contributions, tools_of=tools_of
    )


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {"site": shown(), "actor": None, "has_session": False}
    return {"site": shown(), "actor": actor(), "has_session": has_session()}


def shown() -> Shown:
    """The settings of the site, read once a page, and once a change for anonymous readers."""
    if "site" not in g:
        tip = g.get("page_tip")
        known = current_app.extensions.get("site_shown")
        g.site = known[1] if tip and known and known[0] == tip else _read()
        if tip:
            current_app.extensions["site_shown"] = (tip, g.site)
    return g.site


def tools_of(actor: User) -> list[tuple[str, str, int]]:
    """The pages somebody of the town works with: their names, addresses, and how much waits."""
    held = {role.name for role in actor.held}
    waits = {}
    if held & {FACILITATOR, GUARANTOR}:
        texts, _notices, appeals = waiting(actor)
        waits = {"moderation.queue": texts, "moderation.appeals": appeals}
    return [
        (str(name), url_for(endpoint), waits.get(endpoint, 0))
        for roles, name, endpoint in TOOLS
        if roles & held
    ]


def _read() -> Shown:
    known = queries.site_on_pages()
    site = known if known.name else queries.first_day()
    return Shown(
        name=site.name,
        tagline=site.tagline,
        colour=site.colour,
        logo_url=_logo_url(known.logo_id, known.logo_name),
        logo_alt=site.logo_alternative,
        contact=site.contact_email or site.contact_phone,
        accessibility_status=queries.accessibility_status(known),
        electoral_until=known.electoral_until,
    )


def _logo_url(number: int | None, name: str | None) -> str:
    """Where the logo is; letters, written outside of any request, show none."""
    if number is None or not has_request_context():
        return ""
    return url_for("portal.file", id=number, name=name)


def _keep_language(response: Response) -> Response:
    """A language asked for in the address stays for the pages that follow."""
    asked = request.args.get("lang")
    if asked in LANGUAGES and asked != request.cookies.get("lang"):
        response.set_cookie(
            "lang",
            asked,
            max_age=YEAR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        response.headers["Cache-Control"] = "private, no-cache"
    return response
