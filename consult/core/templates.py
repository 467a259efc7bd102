"""What every template leans on: words rendered, addresses worked out once, pieces drawn once."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from flask import Flask, has_request_context, request
from jinja2.runtime import Macro
from markupsafe import Markup

from consult.core.i18n import language
from consult.core.text import excerpt, opening, render

PIECES = 20_000  # kept by each worker, the oldest leaving first
ADDRESSES = 50_000
LONGEST = 200  # signs of the values of an address that is kept: longer ones are what somebody sent


def init_app(app: Flask) -> None:
    app.url_for = _remembering(app)  # type: ignore[method-assign]
    app.jinja_env.filters.update(markdown=render, excerpt=excerpt, opening=opening)
    app.jinja_env.globals.update(url_for=app.url_for, once=_pieces(), asked_besides=asked_besides)


def _remembering(app: Flask) -> Callable[..., str]:
    """`url_for`, worked out once: a path depends on nothing but its name and its values."""
    work_out = app.url_for

    @lru_cache(maxsize=ADDRESSES)
    def known(root: str, endpoint: str, values: tuple[tuple[str, str], ...]) -> str:
        named: dict[str, Any] = dict(values)
        return work_out(endpoint, **named)

    def url_for(
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        if _external and has_request_context() and (site := app.config["SITE_URL"]):
            # The town's own address, whatever name the request gives itself.
            return urljoin(site, url_for(endpoint, _anchor=_anchor, **values))
        is_plain = all(value is None or isinstance(value, str | int) for value in values.values())
        if not is_plain or _method or _scheme or _external or not has_request_context():
            return work_out(
                endpoint,
                _anchor=_anchor,
                _method=_method,
                _scheme=_scheme,
                _external=_external,
                **values,
            )
        if endpoint[0] == ".":
            endpoint = f"{request.blueprint or ''}{endpoint}".lstrip(".")
        given = tuple((name, str(value)) for name, value in values.items() if value is not None)
        is_short = sum(len(name) + len(value) for name, value in given) <= LONGEST
        work = known if is_short else known.__wrapped__
        path = work(request.environ.get("SCRIPT_NAME", ""), endpoint, given)
        return f"{path}#{quote(_anchor)}" if _anchor else path

    return url_for


def asked_besides(name: str, value: object = None) -> str:
    """What the address of this page asks for, but for this name: for a link that changes it.

    With a value, that stands there instead. What strangers wrote into an address stays words of
    its question: it names no argument of ours.
    """
    besides = [(key, one) for key, one in request.args.items(multi=True) if key != name]
    return urlencode(besides if value is None else [*besides, (name, value)])


def _pieces() -> Callable[..., Markup]:
    """`once(macro, thing)`: what the macro makes of this thing, made again only for another thing.

    The thing must be a value that says all the macro shows (a NamedTuple, say), or `key` must: the
    piece is known by that value and by the language, so it is never stale. A macro that reads the
    clock, the reader or the request is not for this.
    """
    made: dict[Hashable, Markup] = {}
    full = Lock()

    def once(macro: Macro, *things: Any, key: Hashable = None) -> Markup:
        name = (macro._func.__code__, language(), key if key is not None else things)
        piece = made.get(name)
        if piece is None:
            piece = Markup(macro(*things))  # noqa: S704 a macro escapes
            with full:
                if len(made) >= PIECES:
                    made.pop(next(iter(made)))
                made[name] = piece
        return piece

    return once
