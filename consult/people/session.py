"""Who is asking: the one place where a request becomes a person."""

import contextlib
import ipaddress
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask_login import LoginManager, current_user, login_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from consult.core import clock, throttle
from consult.core.db import db, writing
from consult.journal.actions import commit, rollback
from consult.people import letters
from consult.people.models import Device, User, Visit
from consult.people.passwords import sealed

manager = LoginManager()

# After how long without a page a session ends; the roles of those who hold some sleep sooner.
IDLE = timedelta(days=1)
IDLE_WHO_STAYS = timedelta(days=14)
IDLE_WITH_ROLES = timedelta(hours=2)
WORKING_DAY = timedelta(hours=12)  # then the second key is asked again, idle or not
FRESH = timedelta(minutes=10)  # what is grave wants a key shown within this time
STEP = timedelta(minutes=10)  # how precisely the last page seen is kept

# A delay, never a lock: those who wait come in.
WINDOW = timedelta(minutes=5)
TRIES = 5  # by account or address, or by a browser that opened the account before
NETWORK_TRIES = 40  # by network: a library or a town hall stands behind one


@manager.user_loader
def load(key: str) -> User | None:
    """The account behind a session that is still open, its roles awake or not; one statement."""
    visit = this_one()
    if visit is None or key != visit.user.get_id():
        return None
    user, now = visit.user, clock.now()
    idle = now - visit.seen_at
    if not user.is_active or visit.number != user.session_number:
        return None
    if idle > (IDLE_WHO_STAYS if visit.stay else IDLE):
        return None
    shown = now - visit.shown_at if visit.shown_at else None
    user.asleep = shown is None or shown > WORKING_DAY or idle > IDLE_WITH_ROLES
    # Whoever holds no role has nothing to show: signing in is what they did last.
    proven = visit.shown_at if user.roles else visit.shown_at or visit.opened_at
    user.stale = proven is None or now - proven > FRESH
    if idle > STEP and request.method == "GET":
        _seen(visit.id, is_asleep=user.asleep)
    return user


def this_one() -> Visit | None:
    """The row of this browser's session, with its person and their roles."""
    token = session.get("visit")
    if not isinstance(token, str):
        return None
    return (
        db.session.scalars(
            sa.select(Visit)
            .filter_by(token=sealed(token))
            .options(joinedload(Visit.user).joinedload(User.roles))
        )
        .unique()
        .one_or_none()
    )


def _seen(number: int, *, is_asleep: bool) -> None:
    """Keep that this session lives, beside whatever the page does; missing it once is nothing.

    Roles that fell asleep stay so, whatever is read next.
    """
    seen = sa.update(Visit).where(Visit.id == number).values(seen_at=clock.now())
    if is_asleep:
        seen = seen.values(shown_at=None)
    engine = db.engine.execution_options(writing=True)
    with contextlib.suppress(OperationalError), engine.begin() as connection:
        connection.execute(seen)


def actor() -> User | None:
    """The person who asks, unwrapped; None for a visitor. Reads no session where there is none."""
    if not has_session():
        return None
    user = current_user._get_current_object()
    return user if user.is_authenticated else None


def has_session() -> bool:
    """Whether the browser sent our cookie. Asking opens nothing and costs nothing."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def open_for(user: User, *, stay: bool = False, shown: bool = False) -> None:
    """Begin a new session for this person; whatever the old one held is gone.

    `shown`: the second key was just shown. Where this browser was already theirs and awake, it
    stays so. Call it once what is done is committed: it writes down the session itself.
    """
    before = this_one() if actor() == user else None
    shown_at = before.shown_at if before and not user.asleep else None
    stay = stay or bool(before and before.stay)
    token_of_forms = session.get("csrf_token") if before else None  # what is being typed goes on
    close()
    writing()
    token = secrets.token_urlsafe(24)
    opened = Visit(
        user_id=user.id,
        token=sealed(token),
        number=user.session_number,
        device=words(request.user_agent.string),
        stay=stay,
        shown_at=clock.now() if shown else shown_at,
    )
    db.session.add(opened)
    _recognise(user, opened.device)
    commit()
    session["visit"] = token
    if token_of_forms:
        session["csrf_token"] = token_of_forms
    session.permanent = stay
    login_user(user)
    user.asleep = opened.shown_at is None


def close() -> None:
    """End this browser's session; no cookie is left."""
    if token := session.get("visit"):
        rollback()
        writing()
        db.session.execute(sa.delete(Visit).where(Visit.token == sealed(token)))
        commit()
    session.clear()
    g.pop("_login_user", None)


# What a browser says of itself, in words; the first that fits. No more is kept of it.
BROWSERS = (
    *(("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet")),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome")),
    ("Safari", "Safari"),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")),
)


def words(agent: str) -> str:
    """« Firefox, Windows »; empty where the browser does not say."""
    found = [
        next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found))


DEVICE = "device"  # a cookie that only says « somebody of this browser was here before »
DEVICE_DAYS = 400


def _recognise(user: User, device: str) -> None:
    """Tell somebody by letter that a browser never seen before opened their account."""
    kept = request.cookies.get(DEVICE, "")
    token = kept if len(kept) == 32 else secrets.token_urlsafe(24)
    known = set(db.session.scalars(sa.select(Device.token).filter_by(user_id=user.id)))
    if sealed(token) not in known:
        db.session.add(Device(user_id=user.id, token=sealed(token)))
        if known and user.email:
            letters.write("people.new_device", user.email, language=user.language, device=device)

    @after_this_request
    def remember(response: Response) -> Response:
        response.set_cookie(
            DEVICE,
            token,
            max_age=DEVICE_DAYS * 24 * 3600,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def known_device(email_key: str) -> int | None:
    """The number of this browser, if the account of this address was opened from it before.

    One statement, whether the address is known or not.
    """
    token = sealed(request.cookies.get(DEVICE, ""))
    owned = sa.select(Device.id).join(User, User.id == Device.user_id)
    return db.session.scalar(owned.where(User.email_key == email_key, Device.token == token))


def forget_device() -> None:
    """The account is closed: nothing of it stays in the browser."""

    @after_this_request
    def forget(response: Response) -> Response:
        response.delete_cookie(DEVICE)
        return response


def may_try(*keys: str) -> bool:
    """Whether somebody may try a secret now, counted by what they say they are and by network.

    The try counts before it is made. `keys`: the first is the account's, the second the network's.
    """
    rollback()
    writing()
    limits = zip(keys, (TRIES, NETWORK_TRIES), strict=True)
    if any(throttle.too_many(key, limit=limit, within=WINDOW) for key, limit in limits):
        rollback()
        return False
    for key in keys:
        throttle.note(key)
    commit()
    return True


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
