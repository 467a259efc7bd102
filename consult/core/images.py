"""Photographs people send: drawn again from their pixels, so that nothing else comes along."""

import io
import re
from dataclasses import dataclass
from threading import Lock

import pillow_heif
from flask_babel.speaklater import LazyString
from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)
from PIL import Image as Pillow

from consult.core.i18n import _

SIDE, THUMBNAIL = 1600, 400  # pixels, the longer side of what is kept
PIXELS = 25_000_000  # what a telephone of today takes, and 75 MB once unpacked
JPEG_PIXELS = 64_000_000  # a JPEG gone over once can be unpacked at half its size or less
SCANS = 32  # times a JPEG goes over its pixels: cameras and programs make ten or so
LOOKS = 20_000  # times a file is turned to while it is read: those of devices, a few hundred
PARTS = 10_000  # of a JPEG, however small
READERS = (AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP", "HEIF")
QUALITY = 82
LIGHT = 30 * 1024  # bytes, the most a small copy weighs: a list of them comes over any telephone

pillow_heif.register_heif_opener(thumbnails=False)
Pillow.MAX_IMAGE_PIXELS = JPEG_PIXELS
_one_at_a_time = Lock()  # unpacked pictures are the heaviest thing a worker ever holds


class ImageRefused(ValueError):
    """A picture that cannot be kept, with words that say what to do."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Image:
    """A picture ready to be kept: its bytes, its size in pixels and its media type."""

    data: bytes
    width: int
    height: int
    type: str = "image/webp"


def reencode(data: bytes, *, limit: int = SIDE) -> Image:
    """The same picture upright, at most `limit` pixels wide or high, as WebP and nothing more.

    What it is, is judged by unpacking it, never by its name. Place, date, camera and every other
    note are gone; of a moving picture the first one stays.
    """
    with _one_at_a_time:
        try:
            picture = _redrawn(_opened(data, limit), limit)
        except UnidentifiedImageError:
            raise ImageRefused(
                _("This is not a picture we can read. Send a JPEG, PNG, WebP or HEIC photograph.")
            ) from None
        except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
            raise _too_large() from None
        except ImageRefused:
            raise
        except Exception:  # decoders fail in as many ways as there are broken files
            raise ImageRefused(
                _("This picture is damaged. Open it on your device, save it again and send that.")
            ) from None
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=QUALITY, method=4)
        return Image(out.getvalue(), *picture.size)


def thumbnail(data: bytes, *, limit: int = THUMBNAIL) -> Image:
    """A small copy for lists, of at most `LIGHT` bytes: a crowded picture is made smaller yet."""
    small = reencode(data, limit=limit)
    while len(small.data) > LIGHT and limit > 120:
        limit = limit * 4 // 5
        small = reencode(small.data, limit=limit)
    return small


def _too_large() -> ImageRefused:
    return ImageRefused(
        _("This picture has too many pixels. Make it smaller, or send a screenshot of it.")
    )


class _Sparing(io.BytesIO):
    """A file that is turned to only so often: millions of empty parts would take seconds."""

    looks = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.looks += 1
        if self.looks > LOOKS:
            raise ValueError("too many parts")
        return super().read(size)


def _opened(data: bytes, limit: int) -> Pillow.Image:
    picture: Pillow.Image = Pillow.open(_Sparing(data), formats=FORMATS)
    is_jpeg = picture.format in {"JPEG", "MPO"}
    if picture.width * picture.height > (JPEG_PIXELS if is_jpeg else PIXELS):
        raise _too_large()
    if is_jpeg:
        scans = _scans(data)
        if scans > SCANS or (scans > 1 and picture.width * picture.height > PIXELS):
            raise _too_large()
        picture.draft("RGB", (limit * 2, limit * 2))
    picture.load()
    return picture


# What parts a JPEG; not a pixel like it. A long row of FF is gone through once, by its last.
_MARK = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")


def _scans(data: bytes) -> int:
    """How often a JPEG goes over its pixels: each time costs all of them, in a hundred bytes."""
    number, parts, at = 0, 0, 2
    while number <= SCANS and (mark := _MARK.search(data, at)):
        parts += 1
        if parts > PARTS:
            raise ValueError("too many parts")
        if mark[1] == b"\xd9":  # the end: what a telephone puts behind is not unpacked
            break
        number += mark[1] == b"\xda"
        at = mark.end() + int.from_bytes(data[mark.end() : mark.end() + 2])
    return number


def _redrawn(picture: Pillow.Image, limit: int) -> Pillow.Image:
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    has_holes = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if has_holes else "RGB"
    if picture.mode.startswith(("I", "F")):
        picture = picture.point(lambda value: value / 256).convert("L")
    if picture.mode != mode and picture.mode != "CMYK":
        picture = picture.convert(mode)
    picture.thumbnail((limit, limit), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
    if profile:
        picture = _in_plain_colours(picture, profile, mode)
    clean = Pillow.new(mode, picture.size)
    clean.paste(picture.convert(mode))
    return clean


def _in_plain_colours(picture: Pillow.Image, profile: bytes, mode: str) -> Pillow.Image:
    """Colours as every screen shows them, since the note that explains others is taken away."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        plain = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, own, plain, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
