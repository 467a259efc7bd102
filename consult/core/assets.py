"""The few files a page needs to look like itself: read once, named by their fingerprint."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import NamedTuple

import flask_bootstrap
from flask import Flask, Response, abort, request, url_for

from consult.core.paths import PACKAGE

VENDORED = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css"
SOURCES = {
    "bootstrap.css": VENDORED / "bootstrap.min.css",
    "style.css": PACKAGE / "static" / "style.css",
    "site.js": PACKAGE / "static" / "site.js",
    "passkeys.js": PACKAGE / "static" / "passkeys.js",
    "proof.js": PACKAGE / "static" / "proof.js",
    "icon.svg": PACKAGE / "static" / "icon.svg",
}


class Asset(NamedTuple):
    body: bytes
    packed: bytes
    fingerprint: str
    media_type: str


def _read(name: str) -> Asset:
    body = SOURCES[name].read_bytes()
    if name == "bootstrap.css":
        body = body.rpartition(b"/*#")[0]  # its source map is not served
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(
        body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:12], media_type
    )


def init_app(app: Flask) -> None:
    """Serve them under names that never change meaning, so that browsers keep them for a year."""
    assets: dict[str, Asset] = {}

    def known(name: str) -> Asset:
        if name not in assets or app.debug:
            assets[name] = _read(name)
        return assets[name]

    def asset(name: str) -> str:
        return url_for("asset", fingerprint=known(name).fingerprint, name=name)

    @app.get("/static/<fingerprint>/<name>", endpoint="asset")
    def serve(fingerprint: str, name: str) -> Response:
        if name not in SOURCES:
            abort(404)
        found = known(name)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(found.packed if packed else found.body, mimetype=found.media_type)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        same = fingerprint == found.fingerprint
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if same else "no-cache"
        )
        return response

    app.jinja_env.globals["asset"] = asset
