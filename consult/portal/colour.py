"""Whether a colour can be read, on white paper and in the dark, by the formula of the standard."""

import re
from collections.abc import Callable

# The papers of the style sheet, and how much of the town's colour stands in its ink at night.
PAPERS = ("#ffffff", "#f7f4ee")
DARK_PAPER = "#15191b"
SHARE_AT_NIGHT = 0.38
ENOUGH = 4.5  # WCAG 2.1, 1.4.3: text of ordinary size

Rgb = tuple[float, float, float]
_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


def is_colour(text: str) -> bool:
    return bool(_HEX.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances, from 1 (the same) to 21 (black on white)."""
    lights = sorted((_luminance(_linear(one)), _luminance(_linear(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def by_day(colour: str) -> float:
    """How well it reads on the lightest papers; white words on it read as well on a button."""
    return min(contrast(colour, paper) for paper in PAPERS)


def by_night(colour: str) -> float:
    """How well the lighter ink made of it reads on dark paper."""
    return contrast(at_night(colour), DARK_PAPER)


def at_night(colour: str) -> str:
    """The ink of the dark scheme: the colour mixed into white, as the style sheet does it."""
    own, white = _oklab(_linear(colour)), (1.0, 0.0, 0.0)
    mixed = tuple(
        SHARE_AT_NIGHT * a + (1 - SHARE_AT_NIGHT) * b for a, b in zip(own, white, strict=True)
    )
    return _hex(_from_oklab(mixed))


def nearest_readable(colour: str) -> str:
    """The lightest shade of this colour that can be read everywhere."""
    red, green, blue = _linear(colour)
    for step in range(100, -1, -1):
        shade = _hex((red * step / 100, green * step / 100, blue * step / 100))
        if by_day(shade) >= ENOUGH and by_night(shade) >= ENOUGH:
            return shade
    return "#000000"


def _linear(colour: str) -> Rgb:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def _luminance(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _hex(rgb: Rgb) -> str:
    encode: Callable[[float], float] = lambda c: (  # noqa: E731
        12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
    )
    return "#" + "".join(f"{round(255 * encode(min(1.0, max(0.0, c)))):02x}" for c in rgb)


# Oklab, the space in which the style sheet mixes: Björn Ottosson's matrices.


def _oklab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lab: tuple[float, ...]) -> Rgb:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
