"""The picture of what became of the contributions: its numbers, its places, its table."""

import re

import pytest

from consult.core.flow import Column, Flow, Link, Node


@pytest.fixture
def flow():
    return Flow(
        [
            Column("Themes", [Node("housing", "Housing"), Node("parks", "Parks and gardens")]),
            Column(
                "Answers", [Node("yes", "Retained", tone="retained"), Node("no", "Not retained")]
            ),
            Column("Today", [Node("done", "Done", tone="done")]),
        ],
        [
            Link("parks", "yes", 5, url="/parks-yes"),
            Link("housing", "no", 3),
            Link("housing", "yes", 7),
            Link("yes", "done", 4),
        ],
    )


def test_a_box_is_worth_what_goes_through_it(flow):
    assert [flow.value(key) for key in ("housing", "parks", "yes", "no", "done")] == [
        10,
        5,
        12,
        3,
        4,
    ]


def test_a_figure_of_its_own_wins():
    flow = Flow(
        [Column("", [Node("all", "All", value=9)]), Column("", [Node("a", "A")])],
        [Link("all", "a", 4)],
    )
    assert flow.value("all") == 9


def test_bands_are_as_thick_as_their_numbers_and_stay_within_their_boxes(flow):
    drawing = flow.wide()
    boxes = {box.node.key: box for box in drawing.boxes}
    scale = boxes["housing"].height / 10
    for band in drawing.bands:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", band.path)]
        top, bottom = numbers[1], numbers[-1]
        source = boxes[band.source.key]
        assert bottom - top == pytest.approx(band.value * scale, abs=0.3)
        assert top >= source.y - 0.3
        assert bottom <= source.y + source.height + 0.3
    assert all(box.y + box.height <= drawing.height for box in drawing.boxes)


def test_boxes_of_a_column_do_not_overlap(flow):
    for drawing in (flow.wide(), *flow.steps()):
        for above, below in zip(drawing.boxes, drawing.boxes[1:], strict=False):
            if above.x == below.x:
                assert above.y + above.height <= below.y


def test_a_telephone_gets_one_picture_a_step(flow):
    first, second = flow.steps()
    assert [heading.words for heading in first.headings] == ["Themes", "Answers"]
    assert [band.value for band in second.bands] == [4]
    assert all(drawing.width == 360 for drawing in (first, second))


def test_the_table_says_the_same(flow):
    assert [(row.source.label, row.target.label, row.value) for row in flow.rows()] == [
        ("Housing", "Retained", 7),
        ("Housing", "Not retained", 3),
        ("Parks and gardens", "Retained", 5),
        ("Retained", "Done", 4),
    ]
    assert sum(band.value for band in flow.wide().bands) == sum(row.value for row in flow.rows())


def test_a_band_takes_the_tone_of_what_it_became(flow):
    tones = {(band.source.key, band.target.key): band.tone for band in flow.wide().bands}
    assert tones[("housing", "yes")] == "retained"
    assert tones[("yes", "done")] == "done"
    assert tones[("housing", "no")] == ""


def test_nothing_yet_still_draws():
    flow = Flow([Column("Themes", [Node("a", "A")]), Column("Answers", [])], [])
    assert flow.wide().bands == []
    assert flow.wide().height > 0


def test_a_long_label_is_cut_into_lines():
    words = "Aménager les pieds d'immeubles et les cheminements du quartier avec ses habitants"
    flow = Flow([Column("", [Node("a", words)]), Column("", [Node("b", "B")])], [Link("a", "b", 1)])
    assert 1 < len(flow.steps()[0].boxes[0].lines) <= 3


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link("a", "c", 1), "not one step"),
        (Link("b", "a", 1), "not one step"),
        (Link("a", "b", -1), "fewer than none"),
    ],
)
def test_impossible_links_are_refused(link, reason):
    columns = [Column("", [Node(key, key)]) for key in ("a", "b", "c")]
    with pytest.raises(ValueError, match=reason):
        Flow(columns, [link])


def test_two_boxes_with_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        Flow([Column("", [Node("a", "A")]), Column("", [Node("a", "A")])], [])
