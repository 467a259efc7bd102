"""What the site says when something cannot be done: why, and what one can do about it."""

import errno
import logging
import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    PendingRollbackError,
    TimeoutError,
)
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from consult.core.db import db, writing
from consult.core.i18n import _
from consult.core.logs import incident
from consult.core.rules import KEY_DOOR, Refused, Remedy

View = TypeVar("View", bound=Callable[..., Any])
PAGES = (400, 403, 404, 409, 413, 429, 500, 503)
# A disk that takes no more, whatever the system calls it.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
# What is typed in secret is not said back, nor sent again by a page.
SECRET = re.compile(r"password|secret|^(current|code)$", re.I)
HANDLES = {"csrf_token", "key", "next"}  # what a page sends by itself
log = logging.getLogger(__name__)

# When even the page that says so cannot be made; {} is the number of the incident.
LAST_WORDS = (
    '<!doctype html><html lang="fr"><meta charset="utf-8"><title>503</title>'
    "<h1>Le site revient dans quelques minutes</h1>"
    "<p>Rien de ce qui a été envoyé n’est perdu. Merci de réessayer.</p>"
    '<p lang="en">The site will be back in a few minutes. Nothing that was sent is lost.</p>'
    "<p>Incident {}</p>"
)


def thinks_first(view: View) -> View:
    """Mark a page that does slow work before it writes: it calls `writing()` itself, afterwards."""
    view.thinks_first = True  # type: ignore[attr-defined]
    return view


def local(address: str | None) -> str | None:
    """The address, if it is a page of this site; None for any other, however it is disguised."""
    if not address or not address.startswith("/") or not address.isprintable():
        return None
    if "\\" in address or address.startswith("//"):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def came_from() -> str | None:
    """The page of this site on which the button stood."""
    if stated := local(request.form.get("next") or request.args.get("next")):
        return stated
    return _page_before()


def _page_before() -> str | None:
    """The page of this site that led here; None from elsewhere, or when the browser hides it."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return local(parts.path + (f"?{parts.query}" if parts.query else ""))


def init_app(app: Flask) -> None:
    app.before_request(_begin_writing)
    app.teardown_appcontext(_leave)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _forgotten)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(StaleDataError, _twice)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(TimeoutError, _not_now)
    app.register_error_handler(PendingRollbackError, _not_now)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(OverflowError, _no_such_number)


def page(code: int, reason: Any = None, remedy: Remedy | None = None) -> Response:
    """The page of this error; nothing of what was being done is kept."""
    _let_go()
    back = came_from() if code == 403 else _page_before()
    words = render_template(
        f"errors/{code}.html",
        reason=reason,
        back=back,
        remedy=remedy,
        written=_written(),
        incident=incident(),
    )
    response = make_response(words, code)
    response.headers["Cache-Control"] = "no-store"
    if code == 429:
        response.headers["Retry-After"] = "300"
    return response


def not_now() -> Response:
    """The page that asks for a little patience, holding what was typed: it can be sent again.

    It is made without the database, which may be what is missing: no name of the site, no reader.
    """
    try:
        _let_go()
    except Exception:  # the connection went away: so did everything that was being done on it
        db.session().invalidate()
    try:
        held = _held()
        page = current_app.jinja_env.get_template("errors/503.html").render(
            back=held["again"] if request.method == "GET" else came_from() or "/",
            incident=incident(),
            **held,
        )
    except Exception:
        log.exception("error page failed")
        page = _last_words()
    return Response(page, 503, {"Retry-After": "300", "Cache-Control": "no-store"})


def _held() -> dict[str, Any]:
    """What was typed, for a page that sends it again; whole, unless some of it is secret."""
    sent = [*request.form.items(multi=True)] if request.method == "POST" else []
    typed = [(name, words) for name, words in sent if not SECRET.search(name)]
    return {
        "typed": typed,
        "files": [name for name, file in request.files.items() if file.filename],
        "is_whole": len(typed) == len(sent),
        "again": local(request.full_path.rstrip("?")) or "/",
    }


def _written() -> list[str]:
    """The prose typed on a page of this site, to be copied from the page that refuses it."""
    if request.method != "POST" or not _page_before():
        return []
    try:
        return [words for _name, words in _held()["typed"] if len(words) > 30 and " " in words]
    except HTTPException:  # too heavy, or illegible
        return []


def _begin_writing() -> None:
    """Whoever sends something queues from the start behind those who are already writing.

    All of it has come before: a form that trickles in holds nobody else back.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not getattr(view, "thinks_first", False):
        request.get_data(parse_form_data=True)
        writing()


def _let_go() -> None:
    db.session.rollback()
    db.session.info.pop("events", None)


def _leave(_error: BaseException | None) -> None:
    """Give the connection back: if it went away meanwhile, what was answered is answered."""
    try:
        db.session.remove()
    except DBAPIError:
        db.session().invalidate()


def _refused(refused: Refused) -> AnyResponse:
    if refused.door:
        _let_go()
        held = _held()
        if refused.door == KEY_DOOR and held["is_whole"] and {*request.form} - HANDLES:
            return make_response(
                render_template("errors/key.html", reason=refused.reason, **held),
                403,
                {"Cache-Control": "no-store"},
            )
        if refused.door != "people.sign_in":  # which says it by itself
            flash(str(refused.reason))
        asked = request.full_path.rstrip("?") if request.method == "GET" else came_from()
        return redirect(url_for(refused.door, next=asked), 303)
    return page(403, refused.reason, refused.remedy)


def _forgotten(_error: CSRFError) -> Response:
    return page(400, _("This form was open for too long, or in another session."))


def _known(error: HTTPException) -> AnyResponse:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, InternalServerError) and (cause := error.original_exception):
        if isinstance(cause, OperationalError | TimeoutError | PendingRollbackError):
            return _not_now(cause)  # the database went away while the answer was on its way out
        log.error("page failed", exc_info=cause)
    if error.code == 503:
        return not_now()
    code = error.code if error.code in PAGES else 400 if error.code < 500 else 500
    try:
        response = page(code)
    except Exception:
        log.exception("error page failed")
        return Response(_last_words(), 503 if code >= 500 else code, {"Retry-After": "300"})
    response.status_code = error.code
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _last_words() -> str:
    return LAST_WORDS.format(incident())


def _twice(_error: Exception) -> Response:
    return page(409)


def _no_such_number(error: OverflowError) -> Response:
    """SQLite met a number that none of its rows can have."""
    if _asks_for_the_impossible():
        return page(404)
    if "SQLite" not in str(error):
        raise error
    return page(400)


def _asks_for_the_impossible() -> bool:
    """Whether the address holds a number larger than any row's."""
    asked = (request.view_args or {}).values()
    return request.method == "GET" or any(isinstance(one, int) and one >= 2**31 for one in asked)


def _database(error: DBAPIError) -> AnyResponse:
    """What the database says: already there, not readable, or not now."""
    if isinstance(error, IntegrityError):
        return page(409)
    if isinstance(error, DataError):
        return page(404 if _asks_for_the_impossible() else 400)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return _not_now(error)
    log.error("database refused", exc_info=error)
    return page(500)


def _not_now(error: BaseException) -> Response:
    """The database is busy, full or gone: for now."""
    log.error("not available", exc_info=error)
    return not_now()


def _disk(error: OSError) -> Response:
    if error.errno not in FULL:
        raise error
    return _not_now(error)
