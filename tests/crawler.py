"""A reader who follows every link of the site and looks at each page as a careful printer would."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from consult.core.db import db

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"))
VOID |= {"source", "track", "wbr"}
UNSEEN = frozenset(("script", "style", "template", "code", "pre"))
# Words that no French page says, unless somebody forgot to translate them.
ENGLISH = re.compile(
    r"\b(the|your|you|with|please|this|these|from|and|what|which|been|was|has been|of the)\b", re.I
)
SPOKEN = ("alt", "aria-label", "title", "placeholder")
NOT_OURS = re.compile(r"^(https?:)?//")


class Visit(NamedTuple):
    """One page asked for, what it answered and what is wrong with it."""

    path: str
    found_on: str  # the page that leads there
    endpoint: str
    status: int
    statements: int
    faults: list[str]


class Reading(HTMLParser):
    """A page read from its first tag to its last."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []  # method, address (none: the page itself)
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.anchors: list[str] = []
        self.described: list[str] = []
        self.tags: Counter[str] = Counter()
        self.language = ""
        self.title = ""
        self._open: list[tuple[str, str]] = []  # each tag that is open, and the language inside
        self.feed(html)
        self.close()
        self._look_back()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if len(said) != len(attrs):
            self.faults.append(f"<{tag}> says an attribute twice")
        language = said.get("lang", self._open[-1][1] if self._open else "")
        if tag == "html":
            self.language = language
        if tag not in VOID:
            self._open.append((tag, language))
        self.tags[tag] += 1
        self._look_at(tag, said, language)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1][0] != tag:
            above = self._open[-1][0] if self._open else "nothing"
            self.faults.append(f"</{tag}> closes <{above}> near line {self.getpos()[0]}")
            while self._open and self._open.pop()[0] != tag:
                pass
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if tags[-1:] == ["title"] and "svg" not in tags:
            self.title += data
        if self._open and not UNSEEN & set(tags):
            self._hear(data, self._open[-1][1])

    def _look_at(self, tag: str, said: dict[str, str], language: str) -> None:
        if tag == "form":
            self.forms.append((said.get("method", "get").upper(), said.get("action", "")))
        if "formaction" in said:
            self.forms.append(("POST", said["formaction"]))
        if "style" in said:
            self.faults.append(f"<{tag}> has a style")
        self.faults += [f"<{tag}> has {name}" for name in said if name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in said):
            self.faults.append(f"<{tag}> inside the page")
        if tag == "img" and "alt" not in said:
            self.faults.append(f"<img src={said.get('src')}> has no alt")
        if "id" in said:
            self.ids[said["id"]] += 1
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            self.described += said.get(name, "").split()
        for name in SPOKEN:
            self._hear(said.get(name, ""), language)
        address = said.get("href") or said.get("src") or ""
        if not address or address.startswith(("mailto:", "tel:", "data:", "otpauth:")):
            return
        is_fetched = tag in ("script", "img", "source") or "stylesheet" in said.get("rel", "")
        if is_fetched and NOT_OURS.match(address):
            self.faults.append(f"<{tag}> asks another host: {address}")
        if address.startswith("#"):
            self.anchors.append(address[1:])
        elif tag in ("a", "link", "img", "script", "use", "source"):
            self.links.append(address)

    def _hear(self, words: str, language: str) -> None:
        if language.startswith("fr") and (heard := ENGLISH.search(words)):
            around = " ".join(words.split())[:80]
            self.faults.append(f"English ({heard[0]}): {around}")

    def _look_back(self) -> None:
        self.faults += [f"<{tag}> is never closed" for tag, _ in self._open]
        self.faults += [f"id {name!r} stands {n} times" for name, n in self.ids.items() if n > 1]
        known = {*self.ids, "", "top"}
        self.faults += [f"#{name} leads nowhere" for name in self.anchors if name not in known]
        self.faults += [
            f"{name!r} labels or describes nothing" for name in set(self.described) - known
        ]
        if self.tags["h1"] != 1:
            self.faults.append(f"{self.tags['h1']} <h1>")
        if not self.language:
            self.faults.append("no language")
        if not self.title.strip():
            self.faults.append("no title")


class Crawler:
    """Walks from page to page, at most `each` pages of a kind, and counts what they ask."""

    def __init__(self, app: Flask, client: FlaskClient, each: int) -> None:
        self.client, self.each = client, each
        self.addresses = app.url_map.bind("localhost")
        with app.app_context():
            self.engine = db.engine
        self.seen: set[str] = set()
        self.sends: dict[str, str] = {}  # what can only be sent: its route, and a page that does
        self.kinds: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def walk(self, *starts: str) -> Iterator[Visit]:
        waiting = deque((start, "") for start in starts)
        while waiting:
            link, found_on = waiting.popleft()
            path = link.partition("#")[0]
            if path in self.seen or not self._is_wanted(path):
                continue
            self.seen.add(path)
            visit, links = self.visit(path, found_on)
            yield visit
            waiting += [(one, path) for one in links]

    def visit(self, path: str, found_on: str = "") -> tuple[Visit, list[str]]:
        """Ask for one page, read it, and knock at the doors its forms lead to."""
        faults: list[str] = []
        links: list[str] = []
        endpoint = self._endpoint(path)
        with self._counting() as statements:
            try:
                answer = self.client.get(path)
            except Exception as problem:  # noqa: BLE001 whatever it is, the page is broken
                said = " ".join(repr(problem).split())[:200]
                return Visit(path, found_on, endpoint, 500, len(statements), [said]), links
        if answer.status_code in (301, 302, 303, 307, 308):
            links = [answer.location]
        elif answer.mimetype == "text/html":
            reading = Reading(answer.get_data(as_text=True))
            faults, links = reading.faults, reading.links
            for method, address in reading.forms:
                faults += self._knock(path, method, address)
        answer.close()
        return Visit(path, found_on, endpoint, answer.status_code, len(statements), faults), links

    def _knock(self, path: str, method: str, address: str) -> list[str]:
        """Whether a form leads to a door that is shut; what can only be sent goes to `sends`."""
        if not address or address in self.seen:
            return []
        there = urlsplit(address).path
        try:
            route, _ = self.addresses.match(there, method=method, return_rule=True)
        except HTTPException as problem:
            return [f"a form sent to {address}: {problem.code}"]
        if "GET" not in (route.methods or ()):
            self.sends.setdefault(route.rule, path)
        elif self._is_wanted(address) and self.client.get(address).status_code == 403:
            return [f"a form sent to {address}, which refuses"]
        return []

    def _is_wanted(self, path: str) -> bool:
        if NOT_OURS.match(path):
            return False
        kind = (self._endpoint(path), tuple(sorted(key for key, _ in _asked(path))))
        self.kinds[kind] += 1
        return self.kinds[kind] <= self.each

    def _endpoint(self, path: str) -> str:
        try:
            return self.addresses.match(urlsplit(path).path, method="GET")[0]
        except RequestRedirect:
            return "redirect"
        except HTTPException as problem:
            return f"{problem.code}"

    @contextmanager
    def _counting(self) -> Iterator[list[str]]:
        """What one page asks of the database; beginning and ending are not questions."""
        said: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                said.append(statement)

        sa.event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            sa.event.remove(self.engine, "before_cursor_execute", note)


def _asked(path: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(path).query)
