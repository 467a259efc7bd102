"""Files that mean harm go through every file field of the site, found on its
pages: none breaks a page, none is kept as what it is not, and what is kept hides nothing."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from PIL import Image

from consult.core import clock, files
from consult.core.db import db
from tests.conftest import noon_in_town
from tests.core.test_hostile_files import HARM, PAGE, PLACE, SVG, jpeg
from tests.databases import fast_folder
from tests.test_access import Small
from tests.test_hostile import MARKUP, READERS, Field, Form, Forms, filled, harm_in, openings

NAME = "../<script>alert(1)</script>\"';=1+1\u202egpj"  # the harm stands in the file's name too


def workbook(size: int) -> bytes:
    """A few bytes that call themselves a table, and unpack to this many."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr(
            "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'
        )
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * size)
    return out.getvalue()


def photograph() -> bytes:
    """A true one, with the place where it was taken and things hidden behind it."""
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Lou"
    exif.get_ifd(0x8825).update(PLACE)
    return jpeg(tail=PAGE + SVG + b"PK\x03\x04", exif=exif)


FILES = {
    **HARM,
    "bomb.xlsx": workbook(60_000_000),
    "bomb.ods": workbook(60_000_000),
    "deep.json": b"[" * 100_000,
    "deep.geojson": b'{"type":"Feature","a":' * 4_000,
    "nan.json": b'{"format": NaN, "a": 1e999999, "b": "\\ud800"}',
    "wide.csv": b";".join([b"=1+1"] * 20_000) + b"\n\x00\xff\xfe",
    "list.json": json.dumps([None, {"title": MARKUP}]).encode(),
    "page.pdf": b"<script>alert(1)</script>%PDF-1.4 /OpenAction /JavaScript",
    "photograph.jpg": photograph(),
}
# What a file may be kept as, and how such a file begins.
KEPT = {
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "application/pdf": lambda data: b"%PDF-" in data[:1024],
}
ENOUGH = 12  # file fields, or this test looks at nothing


class FormsWithFiles(Forms):
    """The forms of a page, their file fields with the others."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        said = dict(attrs)
        if tag == "input" and said.get("type") == "file" and self._fields is not None:
            self._fields.append(Field(said.get("name") or "", "file", ""))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    base = Path(fast_folder() or tmp_path_factory.getbasetemp())
    folder = base / f"consult-files-{id(object())}"
    with clock.frozen(noon_in_town()):
        try:
            yield Small(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def forms(small: Small, clients: dict[str, FlaskClient]) -> list[Form]:
    """Every form of the site that takes a file, once."""
    bound, found = small.house.app.url_map.bind("localhost"), {}
    for door, role in openings(small):
        reply = clients[role].get(door.address)
        if reply.mimetype != "text/html" or b'type="file"' not in reply.data:
            continue
        for action, fields in FormsWithFiles(reply.text).found:
            if any(one.kind == "file" for one in fields):
                address = action or door.address
                endpoint, _values = bound.match(urlsplit(address).path, method="POST")
                found.setdefault(endpoint, Form(role, address, endpoint, fields))
    return list(found.values())


def new_files(small: Small, known: set[int]) -> list[tuple[str, str, bytes]]:
    """What was kept since: its media type, its name, its bytes."""
    with small.house.app.app_context():
        rows = db.session.scalars(db.select(files.StoredFile)).all()
        found = [
            (one.media_type, one.name, one.path.read_bytes())
            for one in rows
            if one.id not in known and one.sha256
        ]
        for one in rows:  # nothing of a name ever becomes a path
            assert one.path.parent.parent == files.folder()
            assert not one.sha256 or one.path.name == one.sha256
    return found


def harm_kept(media_type: str, data: bytes, sent: bytes) -> str:
    """What is wrong with having kept this; nothing, when all is well."""
    if media_type not in KEPT:  # a table or a document, kept as its own text: read, never shown
        return "" if media_type in DATA else f"kept as {media_type}"
    if not KEPT[media_type](data):
        return f"kept as {media_type}, which it is not"
    if media_type == "image/webp":
        with Image.open(io.BytesIO(data)) as picture:
            if picture.getexif() or any(word in data for word in (b"Lou", b"<script", b"<svg")):
                return "a picture that says more than its pixels"
    return ""


# What a table or a transcription is kept as.
DATA = (
    *("application/json", "application/geo+json", "text/csv", "text/plain"),
    "application/octet-stream",
)


def test_no_file_does_harm_through_any_form(small: Small):
    clients = {role: small.client(role) for role in READERS}
    with small.house.app.app_context():
        known = set(db.session.scalars(db.select(files.StoredFile.id)))
    broken, taken, shown = [], set(), forms(small, clients)
    for form in shown:
        fields = [one.name for one in form.fields if one.kind == "file"]
        plain = [one for one in form.fields if one.kind != "file"]
        data = filled(form._replace(fields=plain), MARKUP)
        usual = {one.name: one.value for one in plain}
        for number, (name, sent) in enumerate(FILES.items()):
            said = f"{form.endpoint} with {name}"
            known_name = NAME + "." + name.rpartition(".")[2]
            try:
                reply = _send(clients[form.role], form, data, fields, sent, known_name, number)
                if named := set(re.findall(r'href="#([\w-]+)"', reply.text)) & set(data):
                    more = data | {one: usual[one] or "Des mots" for one in named}
                    reply = _send(clients[form.role], form, more, fields, sent, known_name, number)
            except Exception as problem:  # noqa: BLE001 whatever it is, the form is broken
                broken.append(f"{said}: {' '.join(repr(problem).split())[:160]}")
                continue
            if reply.status_code >= 500:
                broken.append(f"{said}: {reply.status_code}")
            broken += [f"{said}: {harm}" for harm in harm_in(reply)]
            if reply.status_code == 303:
                for reader in {form.role, "visitor"}:
                    page = clients[reader].get(reply.location)
                    broken += [f"{said}, for the {reader}: {harm}" for harm in harm_in(page)]
            for media_type, kept_name, kept in new_files(small, known):
                taken.add(form.endpoint)
                if harm := harm_kept(media_type, kept, sent):
                    broken.append(f"{said}: {harm}")
                if set(kept_name) & set("/\\<>\n"):
                    broken.append(f"{said}: kept under the name {kept_name!r}")
            if not small.is_untouched():
                small.put_back()
                clients = {role: small.client(role) for role in READERS}
    if broken:
        pytest.fail("\n  ".join([f"{len(broken)} harms:", *dict.fromkeys(broken)]), pytrace=False)
    assert len(shown) >= ENOUGH, sorted(form.endpoint for form in shown)
    assert len(taken) >= 4, sorted(taken)


def _send(
    client: FlaskClient,
    form: Form,
    data: dict[str, str],
    fields: list[str],
    sent: bytes,
    name: str,
    number: int,
) -> object:
    whole = data | ({"key": f"{data['key'][:20]}f{number}"} if data.get("key") else {})
    for field in fields:
        whole[field] = (io.BytesIO(sent), name)
    return client.post(form.address, data=whole, content_type="multipart/form-data")
