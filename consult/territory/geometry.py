"""The outline of a place on a map: read with care from a file, drawn without anybody else's map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, floor, hypot, isfinite, log10, radians
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import _
from consult.core.text import read_json

BYTES = 2 * 1024 * 1024  # of one outline
POSITIONS = 20_000
DECIMALS = 6  # some ten centimetres

# How deep the positions of each kind lie (RFC 7946): a point is one position.
DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_AREAS = {"Polygon": 2, "MultiPolygon": 3}

Position = tuple[float, float]
Geometry = dict[str, Any]


class GeometryError(ValueError):
    """An outline that cannot be drawn, in words for whoever sent it."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


# --- Reading --------------------------------------------------------------------------------------


def parse(text: str | bytes, *, most: int = BYTES) -> Any:
    """JSON of a bearable size, with real numbers; raises `GeometryError`."""
    if len(text) > most:
        raise GeometryError(_("This outline is too heavy: at most 2 MB."))
    try:
        return read_json(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise GeometryError(_("This is not GeoJSON: the text cannot be read as JSON.")) from error


def _refuse_constant(word: str) -> float:
    raise ValueError(word)


def read(text: str | bytes) -> Geometry:
    """The one outline of a GeoJSON text: a geometry, a Feature, or a collection of one."""
    found = parse(text)
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        features = found.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise GeometryError(
                _("This file holds several outlines. Send one, or import the whole file instead.")
            )
        found = features[0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    return check(found)


def check(geometry: Any) -> Geometry:
    """A sound copy: known type, longitudes and latitudes, closed rings; raises `GeometryError`."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in DEPTHS:
        raise GeometryError(
            _(
                "This kind of outline is not known here. Kinds that are: %(kinds)s.",
                kinds=", ".join(DEPTHS),
            )
        )
    counter = [0]
    coordinates = _positions(geometry.get("coordinates"), DEPTHS[kind], counter)
    if kind in ("LineString", "MultiLineString"):
        for line in _nested(coordinates, DEPTHS[kind]):
            if len(line) < 2:
                raise GeometryError(_("A line needs at least two points."))
    if kind in _AREAS:
        for ring in _nested(coordinates, _AREAS[kind]):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise GeometryError(
                    _("An outline is not closed: its last point must be its first, after two more.")
                )
    return {"type": kind, "coordinates": coordinates}


def _positions(found: Any, depth: int, counter: list[int]) -> Any:
    if not isinstance(found, list) or not found:
        raise GeometryError(_("The outline has no points, or points at the wrong place."))
    if depth:
        return [_positions(one, depth - 1, counter) for one in found]
    counter[0] += 1
    if counter[0] > POSITIONS:
        raise GeometryError(_("This outline has too many points: at most 20,000."))
    numbers = found[:2]
    if len(numbers) < 2 or not all(
        isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one)
        for one in numbers
    ):
        raise GeometryError(_("A point must be two numbers: longitude, then latitude."))
    longitude, latitude = numbers
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise GeometryError(
            _(
                "A point is nowhere on Earth. Give longitudes and latitudes in degrees (WGS 84),"
                " not metres (Lambert 93)."
            )
        )
    return [round(float(longitude), DECIMALS), round(float(latitude), DECIMALS)]


def _nested(coordinates: Any, depth: int) -> Iterator[list[list[float]]]:
    """The lists of positions in coordinates of this depth."""
    if depth == 1:
        yield coordinates
    else:
        for one in coordinates:
            yield from _nested(one, depth - 1)


def lines(geometry: Geometry) -> list[list[list[float]]]:
    """The lists of positions of any geometry; a lone point is a list of one."""
    depth = DEPTHS[geometry["type"]]
    if depth == 0:
        return [[geometry["coordinates"]]]
    return list(_nested(geometry["coordinates"], depth))


# --- Drawing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """One thing to draw: its outline, where it leads, the number it has in the list."""

    geometry: Geometry
    label: str
    url: str = ""
    number: int | None = None  # None: the ground under the others
    tone: str = ""


class Shape(NamedTuple):
    """A mark in its place on the drawing."""

    mark: Mark
    path: str
    is_area: bool
    x: float  # where its number stands
    y: float
    own_x: float  # the middle of the shape itself
    own_y: float

    @property
    def is_apart(self) -> bool:
        """Whether the number had to move away from its shape."""
        return hypot(self.x - self.own_x, self.y - self.own_y) > RADIUS


@dataclass(frozen=True)
class Drawing:
    """Shapes on a grid of `width` × `height`, and how long a round distance is there."""

    width: int
    height: int
    ground: list[Shape]
    shapes: list[Shape]
    scale_width: float
    scale_metres: int

    @property
    def scale_label(self) -> str:
        metres = self.scale_metres
        return (
            f"{metres // 1000}\N{NO-BREAK SPACE}km"
            if metres >= 1000
            else (f"{metres}\N{NO-BREAK SPACE}m")
        )


WIDTH, TALLEST, MARGIN = 440, 520, 20
RADIUS = 11.5  # of the disc that holds a number
POINT = 6.0
DODGING = 90  # beyond so many numbers they may overlap: the list says the same
METRES = 111_320.0  # in a degree of latitude


@dataclass
class _Frame:
    """From degrees to the grid: north is up, distances are true in the middle of the picture."""

    west: float
    north: float
    squeeze: float
    scale: float
    left: float
    top: float

    def at(self, position: Sequence[float]) -> Position:
        return (
            self.left + (position[0] - self.west) * self.squeeze * self.scale,
            self.top + (self.north - position[1]) * self.scale,
        )


def draw(marks: Sequence[Mark]) -> Drawing | None:
    """The marks on one picture, the ground below; None where there is nothing to draw.

    The ground that lies outside what is numbered is cut off by the frame, so that a small district
    is not lost in a large department.
    """
    if not marks:
        return None
    framed = [mark for mark in marks if mark.number is not None] or list(marks)
    positions = [p for mark in framed for line in lines(mark.geometry) for p in line]
    west, east = min(p[0] for p in positions), max(p[0] for p in positions)
    south, north = min(p[1] for p in positions), max(p[1] for p in positions)
    squeeze = max(0.05, cos(radians((south + north) / 2)))
    across = max((east - west) * squeeze, 1e-9)
    up = max(north - south, 1e-9)
    if max(across, up) < 1e-3:  # a lone point: some two hundred metres around it
        middle = (west + east) / 2, (south + north) / 2
        west, north = middle[0] - 1e-3 / squeeze, middle[1] + 1e-3
        across = up = 2e-3
    inner = WIDTH - 2 * MARGIN
    scale = min(inner / across, (TALLEST - 2 * MARGIN) / up)
    height = ceil(max(140, up * scale + 2 * MARGIN))
    left, top = (WIDTH - across * scale) / 2, (height - up * scale) / 2
    frame = _Frame(west, north, squeeze, scale, left, top)
    shapes = [_shape(mark, frame) for mark in marks if mark.number is not None]
    ground = [_shape(mark, frame) for mark in marks if mark.number is None]
    metres, length = _scale_bar(METRES / scale)
    return Drawing(WIDTH, height, ground, _apart(shapes, height), length, metres)


def _shape(mark: Mark, frame: _Frame) -> Shape:
    is_area = mark.geometry["type"] in _AREAS
    parts, largest, middle = [], -1.0, (0.0, 0.0)
    for line in lines(mark.geometry):
        placed = [frame.at(position) for position in line]
        kept = _thinned(placed)
        if len(kept) == 1:
            x, y = kept[0]
            parts.append(
                f"M{x - POINT:.1f} {y:.1f}a{POINT} {POINT} 0 1 0 {2 * POINT} 0"
                f"a{POINT} {POINT} 0 1 0 -{2 * POINT} 0Z"
            )
        else:
            points = "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)
            parts.append(f"M{points}{'Z' if is_area else ''}")
        xs, ys = [x for x, _y in placed], [y for _x, y in placed]
        size = (max(xs) - min(xs)) * (max(ys) - min(ys))
        if size > largest:
            largest, middle = (
                size,
                _middle(placed)
                if is_area
                else (
                    (max(xs) + min(xs)) / 2,
                    (max(ys) + min(ys)) / 2,
                ),
            )
    x, y = middle
    return Shape(mark, "".join(parts), is_area, round(x, 1), round(y, 1), round(x, 1), round(y, 1))


def _thinned(points: Sequence[Position]) -> list[Position]:
    """The points without those that the eye could not tell from the one before."""
    kept = [points[0]]
    for point in points[1:]:
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= 0.6:
            kept.append(point)
    return kept


def _middle(ring: Sequence[Position]) -> Position:
    """The centre of a closed ring; of its points where it has no inside."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if abs(area) < 1e-6:
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    return x / (3 * area), y / (3 * area)


def _apart(shapes: list[Shape], height: int) -> list[Shape]:
    """The same shapes, their numbers moved until no two discs overlap."""
    spots = [[shape.x, shape.y] for shape in shapes]
    if len(spots) > DODGING:
        return shapes
    least = 2 * RADIUS + 2
    for _round in range(120):
        moved = False
        for i, one in enumerate(spots):
            for j in range(i + 1, len(spots)):
                other = spots[j]
                dx, dy = other[0] - one[0], other[1] - one[1]
                distance = hypot(dx, dy)
                if distance >= least:
                    continue
                moved = True
                if distance < 1e-6:
                    dx, dy, distance = 1.0, (j % 3) - 1.0, 1.0
                push = (least - distance) / 2 / distance
                one[0], one[1] = one[0] - dx * push, one[1] - dy * push
                other[0], other[1] = other[0] + dx * push, other[1] + dy * push
        if not moved:
            break
    edge = RADIUS + 2
    return [
        shape._replace(
            x=round(min(max(x, edge), WIDTH - edge), 1),
            y=round(min(max(y, edge), height - edge), 1),
        )
        for shape, (x, y) in zip(shapes, spots, strict=True)
    ]


def _scale_bar(metres_a_step: float) -> tuple[int, float]:
    """A round distance that takes about a fifth of the picture: (metres, steps of the grid)."""
    wanted = metres_a_step * WIDTH / 5
    power = 10 ** floor(log10(max(wanted, 1)))
    metres = max(step * power for step in (1, 2, 5) if step * power <= max(wanted, 1))
    return int(metres), round(metres / metres_a_step, 1)
