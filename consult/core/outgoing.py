"""What leaves in pieces: whoever reads slowly holds up a few hands of the server, never all."""

from collections.abc import Iterable, Iterator
from threading import Semaphore
from typing import Any

from flask import Flask

from consult.core import errors
from consult.core.i18n import _

WHOLE = 2**20  # bytes handed to the server at once: it sends them by itself, at any reader's pace
PIECE = 2**16
STREAMS = 2  # longer answers under way in one worker, half of its hands
LONG = "consult.is_long"  # said by a page of what it gives: ask for a hand before it is made
BUSY = _("Several large files are leaving just now. Please try again in a minute.")


class Dispatch:
    """Stands between the application and the server.

    The server holds a hand for an answer until its last piece is taken, and a reader may take none
    for hours. What is short is handed over whole; of what is long so many at a time.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inside: Any = app.wsgi_app
        self.free = Semaphore(STREAMS)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        said: list[Any] = []
        answer = self.inside(environ, lambda *args: said.append(args))
        if isinstance(answer, list):
            start_response(*said[-1])
            return answer
        pieces, first, is_all = iter(answer), b"", False
        try:
            if not environ.pop(LONG, False):
                first, is_all = _beginning(pieces)
            is_leaving = not is_all and self.free.acquire(blocking=False)
        except BaseException:
            _close(answer)
            raise
        if is_leaving:
            start_response(*said[-1])
            return _Leaving(first, pieces, answer, self.free)
        _close(answer)
        if is_all:
            start_response(*said[-1])
            return [first]
        with self.app.request_context(environ):
            busy = self.app.process_response(errors.page(429, BUSY))
            busy.headers["Retry-After"] = "60"
            return busy(environ, start_response)


class _Leaving:
    """A long answer, in pieces worth a journey each; its place is free again when it is closed."""

    def __init__(self, first: bytes, pieces: Iterator[bytes], answer: Any, free: Semaphore) -> None:
        self.pieces, self.answer, self.free = _gathered(first, pieces), answer, free
        self.is_closed = False

    def __iter__(self) -> "_Leaving":
        return self

    def __next__(self) -> bytes:
        return next(self.pieces)

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self.free.release()
            _close(self.answer)

    __del__ = close


def _beginning(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """As much as is handed over whole, and whether that is all."""
    kept, size = [], 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > WHOLE:
            return b"".join(kept), False
    return b"".join(kept), True


def _gathered(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    kept, size = [first], len(first)
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


def _close(answer: Any) -> None:
    if hasattr(answer, "close"):
        answer.close()


def init_app(app: Flask) -> None:
    app.wsgi_app = Dispatch(app)  # type: ignore[method-assign]
