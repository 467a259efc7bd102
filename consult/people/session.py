"""Who is asking: the one place where a request becomes a person."""

import ipaddress

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, current_user, login_user
from sqlalchemy.orm import joinedload

from consult.core.db import db
from consult.people.models import User
from consult.people.passwords import sealed

manager = LoginManager()
_AND_ROLES = [joinedload(User.roles)]  # asked together: every page of somebody signed in does


@manager.user_loader
def load(key: str) -> User | None:
    """The account behind a session, if it is still active and its sessions were not ended."""
    number, _, sessions = key.partition(".")
    user = db.session.get(User, int(number), options=_AND_ROLES) if number.isdigit() else None
    return user if user and user.is_active and str(user.session_number) == sessions else None


def actor() -> User | None:
    """The person who asks, unwrapped; None for a visitor. Reads no session where there is none."""
    if not has_session():
        return None
    user = current_user._get_current_object()
    return user if user.is_authenticated else None


def has_session() -> bool:
    """Whether the browser sent our cookie. Asking opens nothing and costs nothing."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def open_for(user: User, *, stay: bool = False) -> None:
    """Begin a new session for this person; whatever the old one held is gone.

    Call it once what is done is committed: it writes down the number of the account's sessions.
    """
    session.clear()
    session.permanent = stay
    login_user(user)


def close() -> None:
    """End this browser's session; no cookie is left."""
    session.clear()
    g.pop("_login_user", None)


def network() -> str:
    """The network that asks, as a fingerprint: one address, or one household in IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return sealed("nowhere")[:32]
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False)[0]
    return sealed(str(address))[:32]


def init_app(app: Flask) -> None:
    manager.init_app(app, add_context_processor=False)  # it would open every session
    manager.login_view = "people.sign_in"
    app.extensions["csrf"].exempt("consult.people.views.unsubscribe")
