"""Pages that many people read: built once, sent again until something is written."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, NamedTuple

from flask import Flask, Response, g, request
from flask.globals import request_ctx
from werkzeug.http import parse_cookie

from consult.core import clock, metrics
from consult.core.headers import spoken_to
from consult.core.incoming import legible

SECONDS = 30  # phases open and close by the clock: no page is older than this
ROOM = 16 * 2**20  # bytes kept by each worker
LARGEST = 2**20
OPERATORS = ("/healthz", "/readyz", "/metrics")  # never kept: they say what is true now


class Kept(NamedTuple):
    """A page as it was built: at which point of the journal, until when it may be sent again."""

    tip: str
    until: float
    etag: str
    media_type: str
    body: bytes
    packed: bytes


class Shelf:
    """The pages one worker keeps, the least asked for leaving first."""

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self.size = 0
        self.lock = Lock()

    def get(self, key: tuple[str, ...]) -> Kept | None:
        with self.lock:
            if kept := self.pages.get(key):
                self.pages.move_to_end(key)
        return kept

    def put(self, key: tuple[str, ...], kept: Kept) -> None:
        with self.lock:
            self._drop(key)
            self.pages[key] = kept
            self.size += _weight(key, kept)
            while self.size > ROOM:
                self._drop(next(iter(self.pages)))

    def _drop(self, key: tuple[str, ...]) -> None:
        if kept := self.pages.pop(key, None):
            self.size -= _weight(key, kept)


def _weight(key: tuple[str, ...], kept: Kept) -> int:
    return sum(map(len, (*key, kept.body, kept.packed)))


class Doorstep:
    """Stands before the application: hands out kept pages without waking it."""

    def __init__(self, app: Flask, shelf: Shelf, tip: Callable[[], str]) -> None:
        self.app, self.shelf, self.tip = app, shelf, tip
        self.inside = app.wsgi_app
        self.session = f"{app.config['SESSION_COOKIE_NAME']}="

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        cookies = legible(environ)["HTTP_COOKIE"]
        is_anonymous = environ["REQUEST_METHOD"] == "GET" and self.session not in cookies
        is_ours = environ.get("PATH_INFO") in OPERATORS
        if is_ours or not is_anonymous or not self.app.config.get("PAGE_CACHE", True):
            return self.inside(environ, start_response)
        key = (
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            parse_cookie(cookies).get("lang", "") if cookies else "",
        )
        try:
            tip = self.tip()
        except Exception:  # no database: the application says so calmly
            return self.inside(environ, start_response)
        kept = self.shelf.get(key)
        if kept and kept.tip == tip and kept.until > clock.now().timestamp():
            metrics.meters(self.app).kept.inc()
            return _hand_out(kept, environ, start_response)
        environ["consult.page"] = key, tip
        return self.inside(environ, start_response)


def init_app(app: Flask, tip: Callable[[], str]) -> None:
    """Send kept pages to anonymous readers as long as `tip`, the journal's last line, is the same.

    Every act that changes what is public writes to the journal, so a page is never stale after a
    write; it is at most `SECONDS` behind the clock.
    """
    shelf = Shelf()
    app.wsgi_app = Doorstep(app, shelf, tip)  # type: ignore[method-assign]

    @app.before_request
    def remember_the_tip() -> None:
        if page := request.environ.get("consult.page"):
            g.page_tip = page[1]

    @app.after_request
    def keep(response: Response) -> Response:
        page = request.environ.get("consult.page")
        if (
            page is None
            or response.status_code != 200
            or response.is_streamed
            or "Set-Cookie" in response.headers
            or _has_read_session()
            or "Cache-Control" in response.headers
            or "ETag" in response.headers
        ):
            return response
        body = response.get_data()
        if len(body) > LARGEST:
            return response
        key, tip = page
        kept = Kept(
            tip,
            clock.now().timestamp() + SECONDS,
            f'"{hashlib.sha256(body).hexdigest()[:24]}"',
            response.content_type,
            body,
            gzip.compress(body, 5, mtime=0),
        )
        shelf.put(key, kept)
        status, words, headers = _reply(kept, request.environ)
        return Response(words, status, headers)


def _has_read_session() -> bool:
    """Whether the page read the session; asking `session` itself would be reading it."""
    opened = request_ctx._session
    return opened is not None and opened.accessed


def _reply(kept: Kept, environ: dict[str, Any]) -> tuple[str, bytes, list[tuple[str, str]]]:
    """The status, words and headers of a kept page, for what this reader has and understands."""
    headers = [
        ("ETag", kept.etag),
        ("Cache-Control", "public, no-cache"),
        ("Vary", "Accept-Encoding, Cookie"),
    ]
    if environ.get("HTTP_IF_NONE_MATCH") == kept.etag:
        return "304 NOT MODIFIED", b"", headers
    headers.append(("Content-Type", kept.media_type))
    if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
        return "200 OK", kept.body, headers
    headers.append(("Content-Encoding", "gzip"))
    return "200 OK", kept.packed, headers


def _hand_out(kept: Kept, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    status, words, headers = _reply(kept, environ)
    if words:
        headers.append(("Content-Length", str(len(words))))
    protections = spoken_to(environ["wsgi.url_scheme"] == "https")
    start_response(status, [*headers, *protections])
    return [words]
