"""Words that mean harm go through every form, and come out as words: in no page, table, feed,
letter or paper do they do anything."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from pypdf import PdfReader

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.core.tables import FORMULA
from consult.core.text import render
from consult.posts.models import Version
from tests.conftest import ENGINES, available, noon_in_town
from tests.databases import fast_folder
from tests.test_access import Door, Small
from tests.test_access import read as access_table

MARKUP = (
    "Banc#panic(1)$<xss-a onfocus=alert(1)>\"'><script>alert(2)</script>"
    "<img src=x onerror=alert(3)>"
)
PACKED = f"=1+1 nul\x00{MARKUP}"  # on PostgreSQL, all at once
OTHERS = (
    "=1+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{7*7}}{% raise %}${7*7}#{7*7}%(title)s {0}",
    "\u202eà l’envers\u2066 \u200b\ufeff ﷽ 𝕏 😀",
    "null",
    "nul\x00caché",
    "x" * 10_000,
    '[un lien](javascript:alert(1)) ![](x" onerror=alert(1)) <https://a.example/?"onclick=1>',
    "'; DROP TABLE user; --",
)
# Who opens a page, where several may: those who see most first.
READERS = ("council", "facilitator", "administrator", "owner", "guarantor", "visitor")
TYPED = ("text", "search", "", "textarea", "url", "tel")
# Acts that end something: after all the others, so that the others still find it.
ENDINGS = re.compile(
    r"\.(cancel|annul|unpublish|withdraw|remove\w*|discard|publish\w*|vote|close)$"
)
FIGURE = re.compile(r"[-+] ?[\d\s.,]*(%|€|pts)?")  # « - 3,5 pts » begins like a formula
LEAVING = ("people.sign_out", "people.close_account", "people.change_password")
ENOUGH = 30  # forms that took such words, or this test looks at nothing
PAPERS = 2  # PDFs that print them


class Field(NamedTuple):
    name: str
    kind: str
    value: str


class Forms(HTMLParser):
    """The forms of a page that send something, with what their fields hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[Field]]] = []
        self._fields: list[Field] | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = [] if said.get("method", "").lower() == "post" else None
            if self._fields is not None:
                self.found.append((said.get("action", ""), self._fields))
        if self._fields is None:
            return
        name = said.get("name", "")
        if tag == "input" and name and said.get("type") not in ("file", "submit", "button"):
            if said.get("type") != "radio" or name not in [one.name for one in self._fields]:
                kind, value = said.get("type", "text"), said.get("value", "")
                self._fields.append(Field(name, kind, value))
        elif tag == "textarea" and name:
            self._fields.append(Field(name, "textarea", ""))
        elif tag == "button" and name in ("action", "verdict"):
            self._fields.append(Field(name, "button", said.get("value", "")))
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and said.get("value"):
            self._fields.append(Field(self._select, "select", said["value"]))
            self._select = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""


class Tags(HTMLParser):
    """What of a page a browser would run, or take for a tag of ours."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.harm: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: (value or "") for name, value in attrs}
        if tag.startswith("xss") or (tag == "script" and "src" not in said):
            self.harm.append(f"<{tag}>")
        self.harm += [f"<{tag} {name}>" for name in said if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|vbscript|data:text)", said.get(name, ""), re.I):
                self.harm.append(f"<{tag} {name}={said[name][:40]}>")


class Form(NamedTuple):
    role: str
    address: str
    endpoint: str
    fields: list[Field]


def filled(form: Form, words: str) -> dict[str, str]:
    """The form as its page gave it, these words wherever one may type."""
    given = {"date": "2026-06-20", "email": "lou@exemple.fr", "number": "2", "checkbox": "y"}
    return {
        one.name: words if one.kind in TYPED else one.value or given.get(one.kind, "")
        for one in form.fields
    }


def harm_in(reply: Any) -> list[str]:
    """What this answer would do to whoever opens it; nothing, when all is well."""
    kind, data = reply.mimetype, reply.get_data()
    if kind == "text/html":
        harm = Tags(data.decode()).harm
        return harm + (["a template was run"] if b"4949" in data else [])
    if kind.endswith("json"):
        for one in data.splitlines() if kind.endswith("ndjson") else [data]:
            json.loads(one)
    elif kind == "text/csv":
        words = data.decode("utf-8-sig")
        separator = ";" if words.partition("\n")[0].count(";") else ","
        return [
            f"cell {cell[:30]!r}"
            for row in csv.reader(io.StringIO(words), delimiter=separator)
            for cell in row
            if cell.startswith(FORMULA) and not FIGURE.fullmatch(cell)
        ]
    elif kind.endswith("sheet"):
        parts = zipfile.ZipFile(io.BytesIO(data))
        return ["a formula" for name in parts.namelist() if b"<f>" in parts.read(name)]
    elif kind == "application/pdf" and b"Typst" in data:  # not a file somebody handed in
        return harm_in_paper(data)
    elif kind.endswith("xml"):
        for node in ElementTree.fromstring(data).iter():  # noqa: S314 our own feed
            if node.attrib.get("type") == "html":
                harm = Tags(node.text or "").harm
                if harm:
                    return harm
    return []


def harm_in_paper(data: bytes) -> list[str]:
    """What a reader of this PDF would run or open; that a template was obeyed."""
    reader, harm = PdfReader(io.BytesIO(data)), []
    waiting = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting += thing
        elif isinstance(thing, dict):
            waiting += thing.values()
            harm += [f"a paper holds {name}" for name in RUN & thing.keys()]
            if thing.get("/S") in RUN:
                harm.append(f"a paper holds {thing['/S']}")
            if not str(thing.get("/URI", "https:")).startswith(
                ("http:", "https:", "mailto:", "tel:")
            ):
                harm.append(f"a paper leads to {thing['/URI']}")
    words = words_of(reader)
    return harm + [f"a paper says {one}" for one in ("root:x:", "4949") if one in words]


def words_of(paper: PdfReader) -> str:
    """The words of a paper, however its lines are broken."""
    return "".join("".join(page.extract_text() for page in paper.pages).split())


# What makes a PDF do something, or hold something else.
RUN = {
    *("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/XFA"),
    *("/OpenAction", "/AA", "/EmbeddedFiles", "/EmbeddedFile", "/AcroForm", "/RichMedia", "/Movie"),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return available(request.param)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, engine: str) -> Iterator[Small]:
    base = Path(fast_folder() or tmp_path_factory.getbasetemp())
    folder = base / f"consult-hostile-{id(object())}"
    with clock.frozen(noon_in_town()):
        try:
            small = Small(folder, engine)
            yield small
            small.house.leave()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def openings(small: Small) -> Iterator[tuple[Door, str]]:
    """Each page there is, and who opens it."""
    table = access_table()
    for door in small.doors():
        row = table.get(door.name, {})
        role = next((one for one in READERS if row.get(one) == "ok"), None)
        if door.method == "GET" and role:
            yield door, role


def forms(small: Small, clients: dict[str, FlaskClient]) -> list[Form]:
    """Every form of the site where one types, once."""
    bound, found = small.house.app.url_map.bind("localhost"), {}
    for door, role in openings(small):
        reply = clients[role].get(door.address)
        if reply.mimetype != "text/html":
            continue
        for action, fields in Forms(reply.text).found:
            address = action or door.address
            if not any(one.kind in TYPED for one in fields):
                continue
            endpoint, _values = bound.match(urlsplit(address).path, method="POST")
            if endpoint not in LEAVING:
                key = endpoint, tuple(sorted({one.name for one in fields}))
                found.setdefault(key, Form(role, address, endpoint, fields))
    return sorted(found.values(), key=lambda form: bool(ENDINGS.search(form.endpoint)))


def test_the_strings_others_collected_come_out_as_words(
    small: Small, engine: str, shared_data: Any
):
    """A sample of two public lists, as the words of a contribution and as a search."""
    naughty = json.loads(shared_data("web-standards/blns_half.json").read_text())
    payloads = shared_data("web-standards/xss-payloads_quarter.txt").read_text().splitlines()
    fewer = 1 if engine == "sqlite" else 4
    sample = [*naughty[:: 9 * fewer], *payloads[:: 40 * fewer]]
    for words in naughty + payloads:
        assert not Tags(str(render(words))).harm, words
    client = small.client("visitor")
    page = "/consultations/le-square/contributions/nouvelle"
    [(_action, fields)] = [
        one for one in Forms(client.get(page).text).found if any(f.name == "body" for f in one[1])
    ]
    form = Form("visitor", page, "", fields)
    for number, words in enumerate(sample):
        data = filled(form, words) | {"key": f"sample{number}"}
        for reply in (
            client.post(page, data=data, follow_redirects=True),
            client.get("/recherche", query_string={"q": words}),
        ):
            assert reply.status_code < 500, words
            assert not harm_in(reply), words
    with small.house.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Version.id))) > len(sample) / 4


def test_what_is_typed_in_any_form_comes_out_as_words(
    small: Small, engine: str, caplog: pytest.LogCaptureFixture
):
    is_sqlite = engine == "sqlite"
    app = small.house.app
    outbox = app.extensions["mailman"].outbox = []
    clients = {role: small.client(role) for role in READERS}
    broken, taken, printed = [], set(), []
    for number, form in enumerate(forms(small, clients)):
        for words in (OTHERS[number % len(OTHERS)], MARKUP) if is_sqlite else (PACKED,):
            client = clients[form.role]
            data = filled(form, words)
            data |= {"key": f"{data['key'][:20]}{words[:2]}"} if data.get("key") else {}
            said = f"{form.address} as {form.role} with {words[:20]!r}"
            try:
                reply = client.post(form.address, data=data)
                if named := set(re.findall(r'href="#([\w-]+)"', reply.text)) & set(data):
                    # Where these words cannot stand (a number, an hour), what stood there before.
                    before = {one.name: one.value for one in form.fields}
                    reply = client.post(form.address, data=data | {n: before[n] for n in named})
            except Exception as problem:  # noqa: BLE001 whatever it is, the form is broken
                broken.append(f"{said}: {' '.join(repr(problem).split())[:160]}")
                continue
            if reply.status_code >= 500 or reply.status_code == 400:
                broken.append(f"{said}: {reply.status_code}")
            elif reply.status_code in (302, 303):
                taken.add(form.endpoint)
            broken += [f"{said}: {harm}" for harm in harm_in(reply)]
    work_once(app)
    for door, role in openings(small):
        for reader in {role, "visitor"} if is_sqlite else {role}:
            try:
                reply = small.client(reader).get(door.address)
                harms = harm_in(reply) + (["500"] if reply.status_code >= 500 else [])
                if (
                    reader == role
                    and reply.mimetype == "application/pdf"
                    and b"Typst" in reply.data
                ):
                    words = words_of(PdfReader(io.BytesIO(reply.data)))
                    printed += [door.name] if "#panic(1)" in words.casefold() else []
            except Exception as problem:  # noqa: BLE001 the same
                harms = [" ".join(repr(problem).split())[:160]]
            broken += [f"{door.name} as {reader}: {harm}" for harm in harms]
    for letter in outbox:
        assert "\n" not in letter.subject
        for words, kind in getattr(letter, "alternatives", None) or ():
            broken += [f"letter: {harm}" for harm in Tags(words).harm if kind == "text/html"]
    broken += [f"log: {one.message}" for one in caplog.records if one.levelname == "ERROR"]
    if broken:
        pytest.fail("\n  ".join([f"{len(broken)} harms:", *dict.fromkeys(broken)]), pytrace=False)
    assert len(taken) >= ENOUGH, sorted(taken)
    assert len(printed) >= PAPERS, printed
