"""An outline is read with care and drawn here: what cannot be drawn says why."""

import json
from xml.etree import ElementTree

import pytest

from consult.core.i18n import spoken
from consult.territory import geometry
from consult.territory.geometry import GeometryError, Mark

SQUARE = [[2.0, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.1], [2.0, 48.0]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


def moved(east: float, north: float = 0.0) -> dict:
    return {"type": "Polygon", "coordinates": [[[x + east, y + north] for x, y in SQUARE]]}


@pytest.mark.parametrize(
    "found",
    [
        POLYGON,
        {"type": "Feature", "properties": {}, "geometry": POLYGON},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POLYGON}]},
    ],
)
def test_one_outline_is_read_in_any_of_its_wrappings(found):
    assert geometry.read(json.dumps(found)) == POLYGON


def test_height_and_needless_digits_are_left_aside():
    point = geometry.check({"type": "Point", "coordinates": [2.12345678912, 48.5, 35.2]})
    assert point == {"type": "Point", "coordinates": [2.123457, 48.5]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<svg>", "not GeoJSON"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "not GeoJSON"),
        ("[" * 100_000, "not GeoJSON"),
        ("[]", "kind of outline"),
        ('{"type": "GeometryCollection", "geometries": []}', "kind of outline"),
        ('{"type": "Feature", "geometry": null}', "kind of outline"),
        ('{"type": "Polygon"}', "no points"),
        ('{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}', "not closed"),
        ('{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 6], [7, 8]]]}', "not closed"),
        ('{"type": "LineString", "coordinates": [[1, 2]]}', "two points"),
        ('{"type": "Point", "coordinates": [652000.0, 6862000.0]}', "WGS 84"),
        ('{"type": "Point", "coordinates": ["2", "48"]}', "two numbers"),
        ('{"type": "Point", "coordinates": [true, 48]}', "two numbers"),
        ('{"type": "Point", "coordinates": [2]}', "two numbers"),
        ('{"type": "FeatureCollection", "features": [1, 2]}', "several outlines"),
        (" " * (geometry.BYTES + 1), "too heavy"),
        (
            json.dumps({"type": "MultiPoint", "coordinates": [[1, 2]] * (geometry.POSITIONS + 1)}),
            "too many points",
        ),
    ],
)
def test_what_cannot_be_drawn_says_why(ctx, text, reason):
    with pytest.raises(GeometryError) as refused, spoken("en"):
        geometry.read(text)
    with spoken("en"):
        assert reason in str(refused.value.message)


def test_a_drawing_keeps_north_up_and_every_number_in_the_frame():
    marks = [Mark(moved(0.2 * n, 0.1 * n), f"Quartier {n}", number=n) for n in range(1, 6)]
    drawing = geometry.draw(marks)
    xs, ys = [one.x for one in drawing.shapes], [one.y for one in drawing.shapes]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)
    assert all(0 < x < drawing.width for x in xs)
    assert all(0 < y < drawing.height for y in ys)
    assert ElementTree.fromstring(f'<path d="{drawing.shapes[0].path}"/>') is not None


def test_numbers_of_near_places_do_not_cover_each_other():
    marks = [Mark(moved(0.0001 * n), f"Îlot {n}", number=n) for n in range(1, 13)]
    marks.append(Mark(moved(3), "Loin", number=13))
    shapes = geometry.draw(marks).shapes
    for i, one in enumerate(shapes):
        for other in shapes[i + 1 :]:
            apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert apart > 1.8 * geometry.RADIUS or max(one.x, other.x) < 30
    assert any(one.is_apart for one in shapes)


def test_the_scale_is_a_round_distance_that_is_true():
    drawing = geometry.draw([Mark(POLYGON, "Un carré", number=1)])
    # A tenth of a degree of latitude is 11.1 km; it takes the height left by the margins.
    height = drawing.height - 2 * geometry.MARGIN
    assert drawing.scale_metres in (1000, 2000)
    expected = height * drawing.scale_metres / 11_132
    assert drawing.scale_width == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("kind", ["Point", "MultiPoint", "LineString", "MultiLineString"])
def test_points_and_lines_are_drawn_too(kind):
    depth = geometry.DEPTHS[kind]
    coordinates = SQUARE[0] if depth == 0 else SQUARE[:2] if depth == 1 else [SQUARE[:2]]
    drawing = geometry.draw([Mark({"type": kind, "coordinates": coordinates}, "Ici", number=1)])
    assert drawing.shapes[0].path.startswith("M")
    assert not drawing.shapes[0].is_area


def test_nothing_to_draw_is_no_drawing():
    assert geometry.draw([]) is None
