"""Files that mean harm. What a file is, is judged by its content; what stays of a
picture is its pixels. How files are handed out: tests/portal/test_files.py."""

import io
import struct
import time
import zlib
from contextlib import nullcontext, suppress

import pytest
from PIL import Image

from consult.core import files
from consult.core.db import db
from consult.core.images import ImageRefused, reencode, thumbnail
from tests.factories import make_campaign, make_user, sign_in

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
PLACE = {1: "N", 2: (48.0, 46.0, 30.0), 3: "E", 4: (2.0, 17.0, 20.0)}  # EXIF: latitude, longitude


def jpeg(*, tail: bytes = b"", exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    picture = Image.linear_gradient("L").convert("RGB")
    picture.save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue() + tail


def png_of(width: int, height: int) -> bytes:
    """A few bytes that unpack to as many pixels as they say."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * min(height, 20_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_of(scans: int) -> bytes:
    """A picture that goes over the same pixels again and again, each time in a hundred bytes."""
    out = io.BytesIO()
    Image.new("L", (64, 64), 128).save(out, "JPEG", progressive=True)
    whole = out.getvalue()[:-2]
    begins = whole.rindex(b"\xff\xc4")  # the table of the last one stands before it
    return whole + whole[begins:] * scans + b"\xff\xd9"


HARM = {
    "drawing.jpg": SVG,
    "drawing.svg": SVG,
    "page.png": PAGE,
    "half.gif": b"GIF89a" + PAGE,
    "paper.jpg": b"%PDF-1.7\n" + PAGE,
    "archive.png": b"PK\x03\x04" + PAGE,
    "bomb.png": png_of(60_000, 60_000),
    "again and again.jpg": jpeg_of(500),
    "program.jpg": b"\x7fELF" + b"\0" * 200,
    "../../etc/passwd": b"root:x:0:0",
    "nothing.jpg": b"",
}


@pytest.mark.parametrize("name", HARM)
def test_what_is_no_photograph_is_refused_whatever_its_name(name):
    for drawn in (reencode, thumbnail):
        with pytest.raises(ImageRefused):
            drawn(HARM[name])


def test_a_long_row_of_nothing_within_a_picture_takes_no_time():
    whole = jpeg_of(0)
    begins = whole.index(b"\xff\xda")
    pixels = begins + 2 + int.from_bytes(whole[begins + 2 : begins + 4])
    row = b"\xff" * 100_000 + b"\0"  # a minute, and hours for ten times it, if read from each byte
    began = time.process_time()
    with suppress(ImageRefused):
        reencode(whole[:pixels] + row + whole[pixels:])
    assert time.process_time() - began < 5


ROOM = 12 * 2**20 - 10_000  # what the form of a contribution takes, but for the picture


def counting(parts: int) -> float:
    """Seconds of work to count so many, with nothing done to any: what this machine does today."""
    began = time.process_time()
    for _part in range(parts):
        pass
    return time.process_time() - began


@pytest.mark.parametrize("at", [2, -2])
@pytest.mark.parametrize("part", [b"\xff\xe0\0\2", b"\xff\xd0", b"\xff\xff", b"\xff\xd9\0\0"])
def test_a_picture_of_millions_of_empty_parts_takes_no_time(part, at):
    """Half a minute, were each of them looked at before the picture is judged."""
    whole, parts = jpeg_of(0), ROOM // len(part)
    sent = whole[:at] + part * parts + whole[at:]
    began = time.process_time()
    with pytest.raises(ImageRefused) if at == 2 else suppress(ImageRefused):
        reencode(sent)
    assert time.process_time() - began < 30 * counting(parts)


def test_a_png_of_a_million_empty_parts_takes_no_time():
    empty = struct.pack(">I", 0) + b"noTe" + struct.pack(">I", zlib.crc32(b"noTe"))
    whole, parts = png_of(64, 64), ROOM // len(empty)
    began = time.process_time()
    with pytest.raises(ImageRefused):
        reencode(whole[:33] + empty * parts + whole[33:])
    assert time.process_time() - began < 30 * counting(parts)


def test_a_picture_of_many_parts_as_devices_write_them_is_read():
    note = b"\xff\xe2" + (52).to_bytes(2) + b"\0" * 50
    sent = jpeg_of(10)
    assert reencode(sent[:2] + note * 1_000 + sent[2:]).width == 64


def test_a_large_picture_that_is_held_whole_to_be_unpacked_is_refused():
    for is_refused, how in ((True, {"progressive": True}), (False, {})):
        out = io.BytesIO()
        Image.new("L", (6000, 5000), 128).save(out, "JPEG", **how)
        with pytest.raises(ImageRefused) if is_refused else nullcontext():
            thumbnail(out.getvalue())


def test_what_a_telephone_puts_around_a_picture_does_not_count():
    note = b"\xff\xe1" + (2002).to_bytes(2) + b"\xff\xda" * 1000
    behind = b"\xff\xda" * 1000
    sent = jpeg_of(10)
    assert reencode(sent[:2] + note + sent[2:] + behind).width == 64


def test_what_hides_behind_a_photograph_does_not_come_along():
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Lou"
    exif.get_ifd(0x8825).update(PLACE)
    sent = jpeg(tail=b"\0" + PAGE + SVG + b"PK\x03\x04", exif=exif)
    assert b"Appareil de Lou" in sent
    kept = reencode(sent).data
    for harm in (b"Appareil", b"<script", b"<svg", b"PK\x03\x04", b"Exif", b"GPS"):
        assert harm not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert picture.format == "WEBP"


@pytest.mark.parametrize("name", [*HARM, "plain.jpg"])
def test_through_the_form_of_a_contribution(client, ctx, app, noon, name):
    """Refused with words beside the field; nothing of it stays, under no name."""
    campaign = make_campaign()
    data = jpeg() if name == "plain.jpg" else HARM[name]
    sign_in(client, make_user())
    reply = client.post(
        f"/consultations/{campaign.slug}/contributions/nouvelle",
        data={
            **{"title": "Des bancs", "body": "À l'ombre.", "key": "k", "checked": "1"},
            "pictures-0-file": (io.BytesIO(data), name),
            "pictures-0-alternative": "Un banc",
        },
        content_type="multipart/form-data",
    )
    assert reply.status_code < 500
    stored = list(db.session.scalars(db.select(files.StoredFile)))
    assert {one.media_type for one in stored} <= {"image/webp"}
    assert bool(stored) == (name == "plain.jpg")
    for one in stored:
        assert one.path.parent.parent == files.folder()
        assert one.path.name == one.sha256
