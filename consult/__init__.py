"""A town asks, residents answer, the council commits, and everybody sees what became of it."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from consult import config
from consult.core import (
    assets,
    errors,
    headers,
    i18n,
    incoming,
    logs,
    mail,
    once,
    outgoing,
    pages,
    templates,
)
from consult.core.db import db
from consult.core.paths import data_path
from consult.journal import queries as journal
from consult.people import session

# In the order of the story: a room imports only rooms before it.
ROOMS = (
    "journal",
    "people",
    "keys",
    "gaps",
    "territory",
    "posts",
    "council",
    "programmes",
    "pluralism",
    "campaigns",
    "identity",
    "contributions",
    "comments",
    "moderation",
    "votes",
    "ballots",
    "vigilance",
    "groups",
    "imports",
    "answers",
    "engagements",
    "followup",
    "indicators",
    "evaluations",
    "sources",
    "privacy",
    "oversight",
    "portal",
    "operators",
)

# Forms whose effect is in the browser that sends them, and the ballot: see `core/once.py`.
IN_THE_BROWSER = (
    *(
        "keys",
        "ballots.cast",
        "ballots.change",
        "people.confirm",
        "people.sign_in",
        "people.enter",
        "people.sign_out",
    ),
    *("people.choose_password", "people.reset", "people.change_password", "people.close_account"),
    *("people.confirm_address", "people.accept_invitation"),
)
# Forms that know again by their own key what they made: its receipt is nowhere else.
BY_THEIR_KEY = (
    *("comments.comment", "followup.ask", "moderation.notify_content", "privacy.petition"),
)


def create_app(**overrides: Any) -> Flask:
    """The whole site: the only place that knows every room."""
    app = Flask(__name__, template_folder=str(data_path("templates")), static_folder=None)
    config.load(app.config, overrides)
    incoming.init_app(app)
    for kept in ("files", "search", "throttle"):
        import_module(f"consult.core.{kept}")
    for room in ROOMS:
        for part in ("models", "jobs", "views"):
            name = f"consult.{room}.{part}"
            if find_spec(name):
                module = import_module(name)
                if part == "views":
                    app.register_blueprint(module.bp)
    db.init_app(app)
    logs.init_app(app)
    CSRFProtect(app)
    errors.init_app(app)
    Bootstrap5(app)
    i18n.init_app(app)
    mail.init_app(app)
    session.init_app(app)
    once.init_app(app, but=(*IN_THE_BROWSER, *BY_THEIR_KEY))
    headers.init_app(app)
    templates.init_app(app)
    assets.init_app(app)
    pages.init_app(app, journal.Tip(app))
    outgoing.init_app(app)
    if find_spec("consult.portal.site"):
        import_module("consult.portal.site").init_app(app)
    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]
    return app
