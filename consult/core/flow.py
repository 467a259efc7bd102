"""A picture of what became of what: columns of boxes, and bands as thick as the numbers they carry.

Plain numbers in, plain positions out; the page draws them. Units are those of the picture's own
grid, one column of text at its natural size.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

TITLE_HEIGHT = 34.0
LINE = 18.0
GAP = 12.0
THINNEST = 2.0


@dataclass(frozen=True)
class Node:
    """One box: a theme, a kind of answer, a status. Without a value, what goes through it."""

    key: str
    label: str
    url: str = ""
    tone: str = ""
    value: int | None = None


@dataclass(frozen=True)
class Column:
    """One moment of the story, with its boxes from top to bottom."""

    title: str
    nodes: Sequence[Node]


@dataclass(frozen=True)
class Link:
    """How many went from one box to a box of the next column."""

    source: str
    target: str
    value: int
    url: str = ""


@dataclass(frozen=True)
class Format:
    """The size of a picture: how wide, how high the largest column, how wide a box."""

    width: float
    height: float
    box: float
    margin: float  # kept free on the right for the words of the last column
    letter: float  # how wide a letter is, more or less


WIDE = Format(width=1000, height=360, box=14, margin=190, letter=7.9)
STEP = Format(width=360, height=250, box=10, margin=0, letter=8.6)


@dataclass(frozen=True)
class Heading:
    x: float
    anchor: str
    words: str


@dataclass(frozen=True)
class Box:
    """A node in its place, with its words cut into lines."""

    node: Node
    value: int
    x: float
    y: float
    width: float
    height: float
    label_x: float
    label_y: float
    anchor: str
    lines: list[str]


@dataclass(frozen=True)
class Band:
    """A link in its place: the outline to fill."""

    source: Node
    target: Node
    value: int
    url: str
    tone: str
    path: str


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    headings: list[Heading]
    boxes: list[Box]
    bands: list[Band]


@dataclass(frozen=True)
class Row:
    """The same as a band, for the table that says what the picture shows."""

    origin: str
    source: Node
    outcome: str
    target: Node
    value: int
    url: str


@dataclass
class Flow:
    """The numbers of the picture. A link may only go to the next column."""

    columns: Sequence[Column]
    links: Sequence[Link]
    _place: dict[str, tuple[int, Node]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._place = {
            node.key: (index, node)
            for index, column in enumerate(self.columns)
            for node in column.nodes
        }
        if len(self._place) < sum(len(column.nodes) for column in self.columns):
            raise ValueError("two boxes have the same key")
        for link in self.links:
            start, end = self._place[link.source][0], self._place[link.target][0]
            if end != start + 1:
                raise ValueError(f"{link.source} → {link.target} is not one step")
            if link.value < 0:
                raise ValueError(f"{link.source} → {link.target}: fewer than none")

    @property
    def numbers(self) -> Hashable:
        """All that the picture says, as one value: the same value, the same picture."""
        return (
            *((column.title, tuple(column.nodes)) for column in self.columns),
            tuple(self.links),
        )

    def value(self, key: str) -> int:
        """What a box stands for: its own figure, else the larger of what enters and leaves."""
        own = self._place[key][1].value
        if own is not None:
            return own
        entering = sum(link.value for link in self.links if link.target == key)
        leaving = sum(link.value for link in self.links if link.source == key)
        return max(entering, leaving)

    def rows(self) -> list[Row]:
        """Every band as a line of a table, in the order of the picture."""
        return [
            Row(
                origin=self.columns[self._place[link.source][0]].title,
                source=self._place[link.source][1],
                outcome=self.columns[self._place[link.target][0]].title,
                target=self._place[link.target][1],
                value=link.value,
                url=link.url,
            )
            for link in self._in_order()
        ]

    def wide(self) -> Drawing:
        """The whole story in one picture, for a desk and for paper."""
        return self._draw(self.columns, WIDE)

    def steps(self) -> list[Drawing]:
        """The story one step at a time, for a telephone."""
        return [self._draw(self.columns[at : at + 2], STEP) for at in range(len(self.columns) - 1)]

    def _in_order(self) -> list[Link]:
        rank = {key: position for position, key in enumerate(self._place)}
        return sorted(
            (link for link in self.links if link.value),
            key=lambda link: (rank[link.source], rank[link.target]),
        )

    def _draw(self, columns: Sequence[Column], form: Format) -> Drawing:
        totals = [sum(self.value(node.key) for node in column.nodes) for column in columns]
        scale = form.height / max([1, *totals])
        last = len(columns) - 1
        stride = (form.width - form.box - form.margin) / max(1, last)
        room = stride - form.box - 24 if form.margin else form.width / 2 - form.box - 18
        boxes: dict[str, Box] = {}
        headings = []
        lowest = TITLE_HEIGHT
        for index, column in enumerate(columns):
            x = index * stride
            mirrored = index == last and not form.margin
            headings.append(
                Heading(
                    x=_round(x + form.box if mirrored else x),
                    anchor="end" if mirrored else "start",
                    words=column.title,
                )
            )
            y = TITLE_HEIGHT
            width_of_words = form.margin - 10 if index == last and form.margin else room
            for node in column.nodes:
                value = self.value(node.key)
                height = max(THINNEST, value * scale)
                lines = _lines(f"{value} {node.label}", int(width_of_words / form.letter))
                slot = max(height, LINE * len(lines))
                top = y + (slot - height) / 2
                boxes[node.key] = Box(
                    node=node,
                    value=value,
                    x=_round(x),
                    y=_round(top),
                    width=form.box,
                    height=_round(height),
                    label_x=_round(x - 8 if mirrored else x + form.box + 8),
                    label_y=_round(y + slot / 2 - LINE * (len(lines) - 1) / 2),
                    anchor="end" if mirrored else "start",
                    lines=lines,
                )
                y += slot + GAP
            lowest = max(lowest, y - GAP)
        return Drawing(
            width=form.width,
            height=_round(lowest + 6),
            headings=headings,
            boxes=list(boxes.values()),
            bands=self._bands(boxes, scale),
        )

    def _bands(self, boxes: dict[str, Box], scale: float) -> list[Band]:
        left: dict[str, float] = defaultdict(float)
        entered: dict[str, float] = defaultdict(float)
        bands = []
        for link in self._in_order():
            if link.source not in boxes or link.target not in boxes:
                continue
            source, target = boxes[link.source], boxes[link.target]
            thickness = link.value * scale
            start = source.y + left[link.source]
            end = target.y + entered[link.target]
            left[link.source] += thickness
            entered[link.target] += thickness
            bands.append(
                Band(
                    source=source.node,
                    target=target.node,
                    value=link.value,
                    url=link.url,
                    tone=target.node.tone or source.node.tone,
                    path=_ribbon(source.x + source.width, start, target.x, end, max(1, thickness)),
                )
            )
        return bands


def _ribbon(x1: float, y1: float, x2: float, y2: float, thickness: float) -> str:
    """A band that leaves and arrives level: two curves and two short sides."""
    middle = (x1 + x2) / 2
    numbers = (x1, y1, middle, y1, middle, y2, x2, y2)
    back = (x2, y2 + thickness, middle, y2 + thickness, middle, y1 + thickness, x1, y1 + thickness)
    a, b = ([f"{_round(number):g}" for number in side] for side in (numbers, back))
    return (
        f"M{a[0]} {a[1]}C{a[2]} {a[3]} {a[4]} {a[5]} {a[6]} {a[7]}"
        f"L{b[0]} {b[1]}C{b[2]} {b[3]} {b[4]} {b[5]} {b[6]} {b[7]}Z"
    )


def _lines(words: str, width: int) -> list[str]:
    """At most three lines; what does not fit ends with an ellipsis."""
    lines = wrap(words, max(8, width))
    if len(lines) > 3:
        lines = [*lines[:2], lines[2].rstrip(" ,;:") + "…"]
    return lines or [""]


def _round(number: float) -> float:
    return round(number, 1)
