"""Papers that can be handed out: what a page says, set in type as a PDF everybody can read.

A paper is a template of `templates/papers` and plain data. It is set once for each thing it says,
by a process apart (`press.py`), and kept in `instance/papers` under the fingerprint of all it is
made of: the same paper asked for again is a file handed out.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore
from typing import Any, NamedTuple

from flask import Response, current_app, send_file, url_for
from markdown_it.token import Token
from werkzeug.exceptions import TooManyRequests

from consult.core import clock, mail
from consult.core.i18n import _, day, gettext, language
from consult.core.paths import PACKAGE, data_path
from consult.core.qr import qr_svg
from consult.core.rules import Refused
from consult.core.slugs import slugify
from consult.core.text import elsewhere, parse

PRESS = PACKAGE / "core" / "press.py"
WAIT = 8  # seconds somebody waits for the press before they are asked to come back
BUSY = 40  # new papers a minute for the whole site: more is somebody taking all of it
DAYS = 30  # a paper nobody asked for since leaves the shelf
PATIENCE = 90  # seconds for one paper
HANDS = Semaphore(2)  # of one worker at the press or waiting for it, half of those it has


class PaperRefused(Refused):
    """A paper that would leave some readers out, in words for whoever can mend it."""


class Picture(NamedTuple):
    """A picture on a paper: its file, what it shows, whose it is."""

    path: Path
    caption: str = ""
    alternative: str = ""
    credit: str = ""
    is_decorative: bool = False
    kind: str = ""  # said where it is not a photograph
    name: str = ""  # how its editor knows it, where it has no caption


class Letterhead(NamedTuple):
    """Whose paper it is: name, colour and logo."""

    name: str
    colour: str
    logo: Path | None = None
    logo_alternative: str = ""
    contact: str = ""


# Handing out.


def hand_out(
    template: str,
    facts: dict[str, Any],
    head: Letterhead,
    *,
    url: str,
    name: str,
    pictures: Sequence[Picture] = (),
    is_public: bool = True,
) -> Response:
    """The paper as an answer to this request: from the shelf, or set in type now."""
    job = prepare(template, facts, head, url=url, pictures=pictures)
    key = fingerprint(job)
    path = on_shelf(job, key)
    response = send_file(
        path,
        mimetype="application/pdf",
        download_name=f"{slugify(name, default='document')}.pdf",
        etag=key[:24],
        conditional=True,
        last_modified=None,
    )
    response.headers["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
    response.headers["Link"] = f'<{url}>; rel="canonical"'
    return response


def once(template: str, facts: dict[str, Any], head: Letterhead, *, url: str) -> bytes:
    """A paper that nobody may print again: set in type now, kept nowhere on this site."""
    job = prepare(template, facts, head, url=url)
    shelf().mkdir(exist_ok=True)
    with _alone(), TemporaryDirectory() as folder:
        path = Path(folder) / "once.pdf"
        run({**job, "output": str(path)})
        return path.read_bytes()


def prepare(
    template: str,
    facts: dict[str, Any],
    head: Letterhead,
    *,
    url: str,
    pictures: Sequence[Picture] = (),
) -> dict[str, Any]:
    """All that makes a paper, as plain data; refuses a picture some readers would not have."""
    be_for_all(pictures)
    files = {f"picture-{n}.jpg": str(one.path) for n, one in enumerate(pictures)}
    if head.logo:
        files["logo.png"] = str(head.logo)
    data = {
        **facts,
        "lang": language(),
        "on": day(clock.today()),
        "date": [clock.today().year, clock.today().month, clock.today().day],
        "town": head.name,
        "contact": head.contact,
        "colour": head.colour,
        "logo": head.logo_alternative if head.logo else None,
        "url": url,
        "address": url.split("://", 1)[-1],
        "qr": qr_svg(url, str(WORDS["qr"])),
        "pictures": [
            {
                "file": f"picture-{n}.jpg",
                "alt": "" if one.is_decorative else one.alternative,
                "caption": one.caption,
                "kind": one.kind,
                "credit": gettext("Credit: %(who)s", who=one.credit) if one.credit else "",
            }
            for n, one in enumerate(pictures)
        ],
        "words": {key: str(words) for key, words in WORDS.items()},
    }
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    drawn, missing = _drawable(plain)
    drawn["unreadable"] = missing
    return {"template": template, "data": drawn, "pictures": files}


# What templates say by themselves, in the language of the reader.
WORDS = {
    "contents": _("Contents"),
    "overleaf": _("It has several pages: read them all before you choose."),
    "live": _("The page as it stands today, with its evidence and its data:"),
    "qr": _("Square code that leads to the page of this document"),
    "printed": _("Printed from the page of"),
    "colophon": _("About this document"),
    "fingerprint": _("Fingerprint of its data (SHA-256):"),
    "accessible": _(
        "This document can be read aloud by a machine (PDF/UA-1) and is made to be kept (PDF/A-2a)."
    ),
    "unreadable": _(
        "A sign that the type of this document does not have is shown as □; the page shows it."
    ),
    "legend": _("How to read the marks"),
    "marks": _("Each mark is a shape and a word: it reads as well in black and white."),
    "status": _("Status"),
    "amount": _("Amount"),
    "for_what": _("For what"),
    "date": _("Date"),
}


def be_for_all(pictures: Iterable[Picture]) -> None:
    """Every picture has words for those who do not see it, and the name of whose it is."""
    for number, one in enumerate(pictures, 1):
        name = one.caption or one.name or str(number)
        if not (one.alternative.strip() or one.is_decorative):
            raise PaperRefused(
                _(
                    "This PDF cannot be made: the picture “%(name)s” has no alternative text."
                    " Say in words what it shows, or mark it as decorative.",
                    name=name,
                )
            )
        if not one.credit.strip():
            raise PaperRefused(
                _(
                    "This PDF cannot be made: the picture “%(name)s” has no credit. Say who made"
                    " it, or who holds its rights.",
                    name=name,
                )
            )


def live(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as paper needs it."""
    if current_app.config["SITE_URL"]:
        return mail.address(endpoint, **values)
    return url_for(endpoint, _external=True, **values)


def fingerprint(job: dict[str, Any]) -> str:
    """SHA-256 of all a paper is made of: its data, its pictures, its template, its press."""
    content = json.dumps([job, _workshop()], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def _workshop() -> str:
    """What sets papers: read once a process, since it changes with the code alone."""
    tools = sorted(data_path("templates").joinpath("papers").glob("*.typ"))
    digest = hashlib.sha256(version("typst").encode())
    for path in (*tools, PRESS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# The shelf and the press.


def shelf() -> Path:
    return Path(current_app.config["INSTANCE"]) / "papers"


def on_shelf(job: dict[str, Any], key: str) -> Path:
    """The file of this paper by its fingerprint, set in type if nobody asked for it before."""
    path = shelf() / f"{key}.pdf"
    if path.exists():
        os.utime(path, (time.time(), path.stat().st_mtime))  # it was asked for: it stays
        return path
    path.parent.mkdir(exist_ok=True)
    with _alone():
        if not path.exists():
            _be_calm()
            part = path.with_suffix(".part.pdf")
            run({**job, "output": str(part)})
            part.replace(path)
            _tidy()
    return path


def run(job: dict[str, Any]) -> None:
    """Have the press set this job; raises what it refuses."""
    job = {**job, "templates": str(data_path("templates") / "papers")}
    done = subprocess.run(  # noqa: S603 - our own program, its job on standard input
        [sys.executable, "-P", str(PRESS)],
        input=json.dumps(job).encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        current_app.logger.error("paper refused: %s: %s", job["template"], said[-2000:])
        raise PaperRefused(_("This PDF could not be made. The page itself holds all it would say."))


@contextmanager
def _alone() -> Iterator[None]:
    """One paper at a time for the whole site; who waits too long is asked to come back.

    So is, at once, whoever would wait while `HANDS` of this worker do: the others read pages.
    """
    if not HANDS.acquire(blocking=False):
        raise TooManyRequests(retry_after=30)
    until = time.monotonic() + WAIT
    try:
        with (shelf() / "press.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise TooManyRequests(retry_after=30) from None
                    time.sleep(0.05)
            yield
    finally:
        HANDS.release()


def _be_calm() -> None:
    """Not more than so many new papers a minute."""
    since = time.time() - 60
    new = sum(one.stat().st_mtime > since for one in shelf().glob("*.pdf"))
    if new >= BUSY:
        raise TooManyRequests(retry_after=60)


def clear() -> None:
    """Empty the shelf: what papers said may have been erased; they are set again when asked for."""
    for one in shelf().glob("*.pdf"):
        one.unlink(missing_ok=True)


def _tidy() -> None:
    before = time.time() - DAYS * 24 * 3600
    for one in shelf().glob("*.pdf"):
        if one.stat().st_atime < before:
            one.unlink(missing_ok=True)


# Words people wrote, as pieces a template lays out: Markdown is read here, never by typst.

Node = dict[str, Any]


DEEPEST = 8  # quotes, lists or marks within one another; typst refuses a paper of some twenty
LONGEST = 2000  # signs of an address; typst refuses a paper for one of 8,000


def nodes(markdown: str) -> list[Node]:
    """The paragraphs, lists, quotes and tables of a text, as plain data.

    A block is {"t": kind} with "c", the pieces inside; a piece is text ("s"), strong, emphasised,
    struck, code, a link or a line break. Links keep only addresses a reader may follow.
    """
    return _blocks(iter(parse(markdown)))


def plain(*paragraphs: str) -> list[Node]:
    """Paragraphs whose every sign stands for itself: what was printed, letter for letter."""
    return [{"t": "p", "c": [_text(words)]} for words in paragraphs if words]


def _blocks(tokens: Iterator[Token], end: str = "", depth: int = 1) -> list[Node]:
    found: list[Node] = []
    for token in tokens:
        if token.type == end:
            break
        kind = token.type
        if kind in ("paragraph_open", "heading_open"):
            (inside,) = _until(tokens, kind.replace("open", "close"))
            node: Node = {"t": "p", "c": _pieces(iter(inside.children or ()))}
            if kind == "heading_open" and inside.content:
                node |= {"t": "h", "level": int(token.tag[1]) - 2}
            found.append(node)
        elif kind in ("bullet_list_open", "ordered_list_open"):
            close = kind.replace("open", "close")
            items = []
            for item in tokens:
                if item.type == close:
                    break
                items.append(_blocks(tokens, "list_item_close", depth + 1))
            if depth > DEEPEST:
                found += [node for item in items for node in item]
                continue
            first = token.attrGet("start")
            is_counted = kind.startswith("ordered")
            start = {"start": int(first) if first is not None else 1} if is_counted else {}
            found.append({"t": "ol" if is_counted else "ul", "items": items, **start})
        elif kind == "blockquote_open":
            inner = _blocks(tokens, "blockquote_close", depth + 1)
            found += inner if depth > DEEPEST else [{"t": "quote", "c": inner}]
        elif kind in ("fence", "code_block"):
            found.append({"t": "code", "text": token.content.rstrip("\n")})
        elif kind == "table_open":
            found.append(_table(tokens))
        elif kind == "html_block":
            found.append({"t": "p", "c": [_text(token.content.strip())]})
    return found


def _until(tokens: Iterator[Token], end: str) -> list[Token]:
    found = []
    for token in tokens:
        if token.type == end:
            break
        found.append(token)
    return found


def _table(tokens: Iterator[Token]) -> Node:
    rows: list[list[list[Node]]] = []
    for token in _until(tokens, "table_close"):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_pieces(iter(token.children or ())))
    return {"t": "table", "head": rows[0], "rows": rows[1:]}


SCHEMES = ("https://", "http://", "mailto:", "tel:")
_MARKS = {"strong_open": "b", "em_open": "i", "s_open": "del"}


def _pieces(tokens: Iterator[Token], end: str = "", depth: int = 1) -> list[Node]:
    found: list[Node] = []
    for token in tokens:
        if token.type == end:
            break
        if token.type in _MARKS and depth <= DEEPEST:
            inside = _pieces(tokens, token.type.replace("open", "close"), depth + 1)
            found.append({"t": _MARKS[token.type], "c": inside})
        elif token.type == "link_open":
            href = str(token.attrGet("href") or "")
            held = _until(tokens, "link_close")
            inside = _pieces(iter(held), depth=depth + 1)
            if len(href) <= LONGEST and href.startswith(SCHEMES):
                found.append({"t": "a", "href": href, "c": inside})
                if host := elsewhere(token, held):
                    found.append(_text(f" ({host})"))
            else:
                found += inside
        elif token.type == "code_inline":
            found.append({"t": "code", "text": token.content})
        elif token.type in ("softbreak", "hardbreak"):
            found.append({"t": "br"})
        elif token.content:
            found.append(_text(token.content))
    return found


def _text(words: str) -> Node:
    return {"t": "s", "text": words}


# Signs.

NO_SIGN = "\N{WHITE SQUARE}"

# What the fonts inside typst 0.15 can draw, of the scripts and signs French papers meet; a test
# sets them all. Others would have typst refuse the whole paper.
DRAWN = (
    *((0x20, 0x7E), (0xA0, 0x377), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1)),
    *((0x3A3, 0x4FF), (0x1E00, 0x1EFF), (0x2000, 0x2029), (0x202F, 0x2040), (0x2044, 0x2052)),
    *((0x2056, 0x2064),),
    *((0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20C0), (0x2100, 0x211E), (0x2122, 0x2122)),
    *((0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x23FF), (0x2460, 0x262F), (0x2638, 0x268B)),
    *((0x2690, 0x269C), (0x26A0, 0x26A7), (0x26AA, 0x26B2), (0x2701, 0x2704), (0x2706, 0x2709)),
    *((0x270C, 0x2727), (0x2729, 0x274B), (0x2758, 0x275E), (0x2761, 0x277F), (0x2794, 0x2794)),
    *((0x2798, 0x27AF), (0x27B1, 0x2B73), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD)),
)


def _drawable(value: Any) -> tuple[Any, bool]:
    """The same data with only signs our type has, and whether one had to be left out."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value, False
        shown = "".join(map(_sign, unicodedata.normalize("NFC", value)))
        if value.strip() and not shown.strip():  # a title must not be lost with its only sign
            shown = NO_SIGN
        return shown, NO_SIGN in shown and NO_SIGN not in value
    if isinstance(value, list):
        rows = [_drawable(one) for one in value]
        return [one for one, _missing in rows], any(missing for _one, missing in rows)
    if isinstance(value, dict):
        named = {key: _drawable(one) for key, one in value.items()}
        lacking = any(missing for _one, missing in named.values())
        return {key: one for key, (one, _missing) in named.items()}, lacking
    return value, False


@lru_cache(maxsize=4096)
def _sign(sign: str) -> str:
    """The sign itself; nothing for what shows nothing alone; a square for what we cannot draw."""
    if sign in "\n\t" or any(first <= ord(sign) <= last for first, last in DRAWN):
        return sign
    return "" if unicodedata.category(sign) in ("Cc", "Cf", "Mn") else NO_SIGN
