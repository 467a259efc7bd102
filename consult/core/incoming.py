"""What a browser sends, before anybody reads it: words that can be kept, and nothing else."""

import re
from typing import Any

import flask
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.routing import PathConverter, UnicodeConverter, ValidationError

from consult.core.text import says_something, writable


class Sent(ImmutableMultiDict[str, Any]):
    """The parameters of an address, or the fields of a form, in words that can be kept.

    NUL and its like are dropped here, once, below every form: nobody typed them, and what was
    typed stays. A field of nothing but signs that nobody sees is empty: it gives no reason.
    """

    def __init__(self, pairs: Any = ()) -> None:
        super().__init__((writable(name), _kept(value)) for name, value in pairs)


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        words = writable(value)
        return words if words.isspace() or says_something(words) else ""
    if isinstance(value, FileStorage) and value.filename:
        value.filename = writable(value.filename)
    return value


class Request(flask.Request):
    """A request whose words can be kept."""

    parameter_storage_class = Sent

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Some programs write « é » there as it is; read as the bytes it stands for.
        self.query_string = re.sub(
            rb"[\x80-\xff]", lambda byte: b"%%%02X" % ord(byte[0]), self.query_string
        )


def legible(environ: dict[str, Any]) -> dict[str, Any]:
    """The same request without the bytes that keep its cookies from being read.

    Ours hold none; another program of the same town may have left some in the browser.
    """
    environ["HTTP_COOKIE"] = re.sub(r"[^\x00-\x7f]", "", environ.get("HTTP_COOKIE", ""))
    return environ


class _Writable:
    """A word of an address; where it cannot be kept there is no such page."""

    def to_python(self, value: str) -> str:
        if writable(value) != value:
            raise ValidationError
        return value


class Word(_Writable, UnicodeConverter):
    """One word between two strokes."""


class Words(_Writable, PathConverter):
    """The rest of an address."""


def init_app(app: flask.Flask) -> None:
    app.request_class = Request
    app.url_map.converters |= {"default": Word, "string": Word, "path": Words}
