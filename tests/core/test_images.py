"""A photograph keeps its pixels, upright, and loses everything it would tell about its author."""

import io
import struct
import zlib

import pytest
from PIL import Image as Pillow
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from consult.core import images

RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(size=(80, 40), mode="RGB", colour=RED):
    return Pillow.new(mode, size, colour)


def saved(image, kind, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(image: images.Image):
    return Pillow.open(io.BytesIO(image.data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
def test_every_usual_kind_becomes_webp(kind):
    image = images.reencode(saved(picture(), kind))
    assert (image.width, image.height, image.type) == (80, 40, "image/webp")
    assert opened(image).format == "WEBP"


def test_a_photograph_stands_upright_and_its_place_is_gone():
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Camera of Zoé"
    exif.get_ifd(0x8825)[2] = (48.0, 46.0, 30.0)
    image = images.reencode(saved(picture(), "JPEG", exif=exif, comment=b"secret words"))
    assert (image.width, image.height) == (40, 80)
    assert not opened(image).getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(image).info)
    assert b"Zo" not in image.data
    assert b"EXIF" not in image.data


def test_notes_of_a_png_are_gone():
    notes = PngInfo()
    notes.add_itxt("Author", "Zoé secret")
    assert b"secret" not in images.reencode(saved(picture(), "PNG", pnginfo=notes)).data


def test_a_large_one_is_made_smaller():
    data = saved(picture((4032, 3024)), "JPEG")
    assert (images.reencode(data).width, images.reencode(data).height) == (1600, 1200)
    small = images.thumbnail(data)
    assert (small.width, small.height) == (400, 300)


def test_a_small_one_is_not_blown_up():
    image = images.reencode(saved(picture((3, 2)), "PNG"))
    assert (image.width, image.height) == (3, 2)


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "1", "I;16", "CMYK"])
def test_every_mode(mode):
    if mode == "I;16":
        image = Pillow.frombytes(mode, (80, 40), b"\x00\x80" * (80 * 40))
    else:
        image = picture(colour=(128, 128, 128)).convert(mode)
    made = opened(images.reencode(saved(image, "JPEG" if mode == "CMYK" else "PNG")))
    grey = {"1": made, "P": image}.get(mode, picture(colour=(128, 128, 128))).convert("RGB")
    assert made.convert("RGB").getpixel((40, 20)) == pytest.approx(grey.getpixel((40, 20)), abs=6)


def test_see_through_stays_see_through():
    image = images.reencode(saved(Pillow.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"))
    assert opened(image).getpixel((5, 5))[3] == 0


def test_of_a_moving_picture_the_first_stays():
    data = saved(picture(), "GIF", save_all=True, append_images=[picture(colour=BLUE)])
    image = opened(images.reencode(data))
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((40, 20))
    assert red > 150 > blue


def test_colours_are_kept_when_their_note_goes():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = opened(images.reencode(saved(picture(), "PNG", icc_profile=profile)))
    assert image.getpixel((5, 5)) == pytest.approx(RED, abs=8)
    assert "icc_profile" not in image.info
    assert images.reencode(saved(picture(), "PNG", icc_profile=b"nonsense")).width == 80


class TestRefusals:
    def test_what_is_no_picture_whatever_its_name(self):
        for data in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF89a"):
            with pytest.raises(images.ImageRefused):
                images.reencode(data)

    def test_kinds_nobody_photographs_in(self):
        for kind in ("TIFF", "BMP", "PPM", "ICO"):
            with pytest.raises(images.ImageRefused):
                images.reencode(saved(picture((16, 16)), kind))

    def test_a_damaged_one(self):
        data = saved(picture((400, 400)), "PNG")
        with pytest.raises(images.ImageRefused):
            images.reencode(data[: len(data) // 2])

    def test_a_bomb_is_not_unpacked(self):
        for side in (6_000, 9_000, 50_000):
            with pytest.raises(images.ImageRefused):
                images.reencode(bomb(side))

    def test_a_large_photograph_is_read_at_a_part_of_its_size(self):
        assert images.reencode(saved(picture((8000, 6000)), "JPEG", quality=10)).width == 1600

    def test_it_is_a_value_error_with_words(self):
        with pytest.raises(ValueError) as error:  # noqa: PT011
            images.reencode(b"x")
        assert error.value.message is not None


def bomb(side: int) -> bytes:
    """A tiny PNG that announces a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
