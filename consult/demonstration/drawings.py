"""Pictures of the demonstration, drawn here so that nobody takes them for photographs."""

import io
import math
import random
from collections.abc import Callable, Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 750  # the measures one draws in
FINE = 2  # drawn larger, then made smaller: soft edges
KEPT = (800, 500)

SKY, NIGHT = "#e6eef0", "#22344a"
GROUND, GRASS, STONE, WALL = "#e9dfcd", "#b9cfa6", "#d8d2c6", "#f3ece0"
INK, WOOD, TRUNK = "#2f4550", "#b5794a", "#8a6748"
LEAVES = ("#6f9a6c", "#87ad78", "#5c8a66", "#9dbb82")
CLOTHES = ("#c1583d", "#12495a", "#e0a53d", "#7a5a86", "#4f7f8c")
ROOFS = ("#c98a6b", "#b97a62", "#a8b2b6")

Point = tuple[float, float]


class Sheet:
    """A sheet one draws on in its final measures."""

    def __init__(self, sky: str, seed: int) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), sky)
        self._pen = ImageDraw.Draw(self.image)
        self.chance = random.Random(seed)  # noqa: S311 the same picture each time

    def box(self, x: float, y: float, w: float, h: float, fill: str, round_: float = 0) -> None:
        corners = [x * FINE, y * FINE, (x + w) * FINE, (y + h) * FINE]
        self._pen.rounded_rectangle(corners, round_ * FINE, fill)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        self._pen.ellipse([(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE], fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        scaled = [(x * FINE, y * FINE) for x, y in points]
        self._pen.line(scaled, fill, round(width * FINE), joint="curve")

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self._pen.polygon([(x * FINE, y * FINE) for x, y in points], fill)

    def ring(self, x: float, y: float, r: float, fill: str, width: float) -> None:
        corners = [(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE]
        self._pen.ellipse(corners, outline=fill, width=round(width * FINE))

    def words(self, x: float, y: float, text: str, fill: str) -> None:
        self._pen.text((x * FINE, y * FINE), text, fill, ImageFont.load_default(22 * FINE))

    def webp(self) -> bytes:
        out = io.BytesIO()
        small = self.image.resize(KEPT, Image.Resampling.LANCZOS)
        small.save(out, "WEBP", quality=88)
        return out.getvalue()


# What stands in the pictures.


def houses(on: Sheet, ground: float, dark: bool = False) -> None:
    """A row of fronts along the horizon."""
    x = -20.0
    while x < WIDTH:
        w, h = on.chance.uniform(110, 190), on.chance.uniform(150, 270)
        wall = on.chance.choice(("#34475c", "#3b5066", "#2d4054") if dark else (WALL, "#ece3d4"))
        on.box(x, ground - h, w, h, wall)
        roof = "#1a2839" if dark else on.chance.choice(ROOFS)
        on.shape([(x - 6, ground - h), (x + w + 6, ground - h), (x + w / 2, ground - h - 46)], roof)
        for row in range(int((h - 40) // 62)):
            for column in range(int(w // 52)):
                lit = on.chance.random() < 0.4
                glass = ("#f2c66d" if lit else "#24364a") if dark else "#c4d6da"
                on.box(x + 18 + column * 52, ground - h + 26 + row * 62, 24, 36, glass, 3)
        x += w + on.chance.uniform(0, 14)


def tree(on: Sheet, x: float, foot: float, size: float = 1.0) -> None:
    """A trunk and a crown of several discs."""
    on.box(x - 7 * size, foot - 120 * size, 14 * size, 120 * size, TRUNK, 5)
    for _ in range(11):
        turn, far = on.chance.uniform(0, math.tau), on.chance.uniform(0, 58) * size
        on.disc(
            x + far * math.cos(turn),
            foot - 165 * size + far * 0.75 * math.sin(turn),
            on.chance.uniform(34, 52) * size,
            on.chance.choice(LEAVES),
        )


def bench(on: Sheet, x: float, foot: float, size: float = 1.0) -> None:
    """A bench with a back and two arms."""
    for side in (0, 210):
        on.box(x + side * size, foot - 62 * size, 12 * size, 62 * size, INK, 3)
        on.box(x + side * size, foot - 120 * size, 10 * size, 70 * size, INK, 3)
    for step in range(3):
        on.box(x - 8 * size, foot - (118 - 20 * step) * size, 240 * size, 13 * size, WOOD, 5)
    on.box(x - 12 * size, foot - 60 * size, 248 * size, 16 * size, WOOD, 6)
    for side in (-6, 206):
        on.box(x + side * size, foot - 88 * size, 34 * size, 8 * size, INK, 4)


def person(on: Sheet, x: float, foot: float, size: float = 1.0, colour: str = "") -> None:
    """Somebody standing, seen from afar."""
    colour = colour or on.chance.choice(CLOTHES)
    skin = on.chance.choice(("#e7bd97", "#c48f68", "#8d5b3f", "#f0cfae"))
    on.box(x - 11 * size, foot - 46 * size, 9 * size, 46 * size, INK, 4)
    on.box(x + 2 * size, foot - 46 * size, 9 * size, 46 * size, INK, 4)
    on.box(x - 17 * size, foot - 100 * size, 34 * size, 62 * size, colour, 12)
    on.disc(x, foot - 116 * size, 15 * size, skin)


def stall(on: Sheet, x: float, foot: float, colour: str) -> None:
    """A market stall: an awning with stripes, and what it sells."""
    for post in (0, 156):
        on.box(x + post, foot - 130, 7, 130, INK)
    for stripe in range(7):
        fill = colour if stripe % 2 == 0 else "#fbf7ef"
        left = x - 8 + stripe * 25
        on.shape(
            [
                (left + 5, foot - 168),
                (left + 25, foot - 168),
                (left + 27, foot - 122),
                (left, foot - 122),
            ],
            fill,
        )
    on.box(x + 4, foot - 62, 156, 62, WOOD, 4)
    for fruit in range(9):
        on.disc(
            x + 18 + fruit * 16, foot - 66, 9, on.chance.choice(("#c1583d", "#e0a53d", "#7aa05f"))
        )


def bicycle(on: Sheet, x: float, foot: float, colour: str) -> None:
    """Two wheels, a frame and a handlebar."""
    for wheel in (0, 92):
        on.ring(x + wheel, foot - 30, 30, INK, 5)
    on.line(
        [(x, foot - 30), (x + 30, foot - 80), (x + 78, foot - 80), (x + 92, foot - 30)], colour, 7
    )
    on.line([(x + 30, foot - 80), (x + 44, foot - 30), (x + 78, foot - 80)], colour, 7)
    on.line([(x, foot - 30), (x + 44, foot - 30)], colour, 7)
    on.line([(x + 78, foot - 80), (x + 74, foot - 98), (x + 92, foot - 100)], INK, 6)
    on.box(x + 18, foot - 92, 26, 8, INK, 4)


# The pictures.


def square() -> Sheet:
    """The market square, planted."""
    on = Sheet(SKY, 3)
    houses(on, 400)
    on.box(0, 395, WIDTH, 360, GROUND)
    for x, size in ((120, 0.8), (420, 0.75), (760, 0.8), (1080, 0.78)):
        tree(on, x, 450, size)
    for x, colour in ((190, "#c1583d"), (500, "#4f7f8c"), (840, "#7aa05f")):
        stall(on, x, 545, colour)
    for x, foot in ((410, 590), (455, 600), (725, 585), (1060, 610), (130, 600)):
        person(on, x, foot)
    tree(on, 60, 690, 1.25)
    tree(on, 1150, 700, 1.3)
    bench(on, 480, 700, 0.9)
    return on


def courtyard() -> Sheet:
    """A schoolyard with earth, young trees, a hopscotch and logs."""
    on = Sheet(SKY, 8)
    on.box(0, 150, WIDTH, 260, WALL)
    on.box(0, 130, WIDTH, 24, "#c98a6b")
    for x in range(60, WIDTH, 150):
        on.box(x, 200, 84, 110, "#c4d6da", 6)
    on.box(560, 250, 110, 160, "#12495a", 6)
    on.box(0, 405, WIDTH, 350, GRASS)
    on.shape([(0, 560), (520, 470), (760, 480), (700, 750), (0, 750)], GROUND)
    for step in range(6):
        on.box(250 + (step % 2) * 34 - 17, 690 - step * 38, 46, 34, "#fbf7ef", 4)
        on.box(253 + (step % 2) * 34 - 17, 693 - step * 38, 40, 28, CLOTHES[step % 5], 3)
    for x, foot, size in ((90, 470, 0.6), (820, 520, 0.85), (1010, 480, 0.7), (1130, 640, 1.1)):
        tree(on, x, foot, size)
    for x in (860, 930, 1000):
        on.box(x, 640, 58, 22, WOOD, 11)
        on.disc(x + 50, 651, 11, "#d9a878")
    for x, foot in (
        (300, 560),
        (420, 600),
        (640, 560),
        (690, 640),
        (905, 640),
        (990, 600),
        (160, 640),
    ):
        person(on, x, foot, 0.72)
    return on


def benches() -> Sheet:
    """A bench under two trees, at the foot of a building."""
    on = Sheet(SKY, 5)
    on.box(120, 60, 620, 420, WALL)
    on.box(120, 44, 620, 20, "#a8b2b6")
    for row in range(4):
        for column in range(7):
            on.box(155 + column * 82, 95 + row * 92, 46, 58, "#c4d6da", 4)
            on.box(150 + column * 82, 155 + row * 92, 56, 6, "#a8b2b6")
    on.box(0, 470, WIDTH, 300, GRASS)
    on.shape([(0, 640), (1200, 580), (1200, 690), (0, 750)], GROUND)
    tree(on, 250, 600, 1.6)
    tree(on, 985, 590, 1.7)
    bench(on, 420, 650, 1.35)
    person(on, 830, 640, 1.25, "#7a5a86")
    on.line([(862, 560), (866, 642)], INK, 5)
    return on


def evening() -> Sheet:
    """The evening market under strings of lights."""
    on = Sheet(NIGHT, 11)
    for _ in range(60):
        on.disc(on.chance.uniform(0, WIDTH), on.chance.uniform(0, 240), 1.6, "#8fa3b5")
    houses(on, 420, dark=True)
    on.box(0, 415, WIDTH, 340, "#3d4a55")
    for x in (40, 420, 800, 1160):
        on.box(x, 250, 7, 290, "#14202e")
    for left in (40, 420, 800):
        arc = [(left + 38 * n, 258 + 46 * math.sin(math.pi * n / 10)) for n in range(11)]
        on.line(arc, "#14202e", 3)
        for x, y in arc[1:-1]:
            on.disc(x, y + 8, 13, "#5b5a4c")
            on.disc(x, y + 8, 7, "#ffd98a")
    for x, colour in ((110, "#e0a53d"), (400, "#c1583d"), (680, "#4f7f8c"), (950, "#e0a53d")):
        stall(on, x, 560, colour)
    for x, foot in (
        (90, 640),
        (330, 620),
        (370, 640),
        (620, 650),
        (660, 630),
        (900, 640),
        (1140, 650),
    ):
        person(on, x, foot)
    return on


def street() -> Sheet:
    """A street with a planted chicane, a cyclist and a pram."""
    on = Sheet(SKY, 21)
    houses(on, 430)
    on.box(0, 425, WIDTH, 60, STONE)
    on.box(0, 485, WIDTH, 200, "#b9bcbb")
    on.box(0, 680, WIDTH, 80, STONE)
    for x in range(30, WIDTH, 130):
        on.box(x, 578, 66, 8, "#f6f3ec", 3)
    for x, y in ((130, 486), (690, 612)):
        on.box(x, y, 330, 66, "#8b9d6f", 30)
        for flower in range(26):
            on.disc(
                x + 24 + flower * 11.4,
                y + on.chance.uniform(14, 54),
                on.chance.uniform(6, 11),
                on.chance.choice(("#c1583d", "#e0a53d", "#f3ece0", *LEAVES)),
            )
    tree(on, 210, 520, 0.9)
    tree(on, 930, 640, 1.0)
    bicycle(on, 520, 600, "#c1583d")
    person(on, 565, 570, 0.95, "#12495a")
    person(on, 330, 470, 0.85)
    person(on, 1060, 668, 1.15, "#e0a53d")
    on.box(1088, 598, 74, 40, "#12495a", 16)
    for wheel in (1102, 1148):
        on.ring(wheel, 652, 14, INK, 5)
    return on


PICTURES: dict[str, Callable[[], Sheet]] = {
    "place": square,
    "cour": courtyard,
    "bancs": benches,
    "soir": evening,
    "rue": street,
}
LABEL = "Dessin, pas une photographie"  # the letters Pillow brings have no accents
CREDIT = "Dessin de la démonstration"


@cache
def draw(name: str) -> bytes:
    """One picture of the demonstration, which says in a corner what it is."""
    sheet = PICTURES[name]()
    sheet.box(WIDTH - 338, HEIGHT - 52, 326, 40, "#ffffff", 6)
    sheet.words(WIDTH - 324, HEIGHT - 46, LABEL, INK)
    return sheet.webp()
