"""Text pasted from a web page: its tags become structure, its styles and scripts are dropped."""

import re
from html.parser import HTMLParser

_TAG = re.compile(r"</?(?:p|ul|ol|li|u|b|i|em|strong|br|div|span|h[1-6]|table|td|a|script)\b", re.I)
_BEGUN = re.compile(r"<(?![^<>]*>)")  # a sign, not a tag: whoever looks for its end reads all
_DECLARED = re.compile(r"<![^<>]*>?")  # Word's conditions and the like, which say nothing
_DROPPED = ("script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg")
_BLOCKS = ("p", "div", "section", "article", "table", "tr", "td", "th", "blockquote", "ul", "ol")
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "u": "*"}
_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}
_BULLET = re.compile("[•▪►➤➢✓✔]")  # typed inside a list that has no items of its own
_SPECIAL = re.compile(r"([\\*_`\[\]<>~|])")


def is_html(text: str) -> bool:
    """Whether this was copied with its tags."""
    return bool(_TAG.search(text))


def to_markdown(text: str) -> str:
    """The same words as Markdown: paragraphs, lists, titles and emphasis stay; nothing else does.

    Words are kept letter for letter; what only looks like a mark is escaped. Text without any tag
    comes back as it is.
    """
    if not is_html(text):
        return text
    reader = _Reader()
    reader.feed(_BEGUN.sub("&lt;", _DECLARED.sub("", _without_comments(text))))
    reader.close()
    return reader.written()


def _without_comments(text: str) -> str:
    """One reading from the first sign to the last, however many comments never end."""
    kept, here = [], 0
    while (begins := text.find("<!--", here)) >= 0 and (ends := text.find("-->", begins)) >= 0:
        kept.append(text[here:begins])
        here = ends + 3
    return "".join(kept) + text[here:]


class _Reader(HTMLParser):
    """Hears the tags one after the other, and writes lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.line = ""
        self.lists: list[int] = []  # for each open list: 0 for bullets, else the next number
        self.items = 0  # list items still open
        self.dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self.dropped += 1
        elif tag in _HEADINGS:
            self._end()
            self.line = _HEADINGS[tag]
        elif tag == "li":
            self._end()
            self.items += 1
            self.line = self._bullet()
        elif tag == "br":
            self.line = self.line.rstrip() + "\\\n" if self.line.strip() else ""
        elif tag in _BLOCKS:
            if not self._is_bare():
                self._end()
            if tag in ("ul", "ol"):
                self.lists.append(int(tag == "ol"))
            elif not self.items:  # a paragraph ends a list that nobody closed
                self.lists.clear()
        elif tag in _MARKS:
            self.line += _MARKS[tag]

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.dropped = max(0, self.dropped - 1)
        elif tag in _MARKS:
            self._close(_MARKS[tag])
        elif tag in _HEADINGS or tag == "li" or tag in _BLOCKS:
            self._end()
            if tag == "li":
                self.items = max(0, self.items - 1)
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()

    def handle_data(self, data: str) -> None:
        if self.dropped:
            return
        first, *others = _BULLET.split(data) if self.lists else [data]
        self._say(first)
        for words in others:
            if not self._is_bare():
                self._end()
                self.line = self._bullet()
            self._say(words)

    def _say(self, words: str) -> None:
        words = re.sub(r"[ \t\r\n]+", " ", words)
        self.line += _SPECIAL.sub(r"\\\1", words if self.line[-1:].strip() else words.lstrip())

    def written(self) -> str:
        self._end()
        text = ""
        for block in self.blocks:
            is_item = bool(re.match(r"\s*(?:-|\d+\.) ", block))
            was_item = bool(re.match(r"\s*(?:-|\d+\.) ", text.rpartition("\n")[2]))
            text += ("" if not text else "\n" if is_item and was_item else "\n\n") + block
        return text

    def _is_bare(self) -> bool:
        """Inside a list item that has no word yet: a paragraph in it opens nothing."""
        return bool(re.fullmatch(r"\s*(?:-|\d+\.) ", self.line))

    def _bullet(self) -> str:
        depth = "  " * max(0, len(self.lists) - 1)
        if self.lists and self.lists[-1]:
            self.lists[-1] += 1
            return f"{depth}{self.lists[-1] - 1}. "
        return f"{depth}- "

    def _close(self, mark: str) -> None:
        """End an emphasis where its last word ends, or undo one that holds nothing."""
        if self.line.endswith(mark):
            self.line = self.line.removesuffix(mark)
        elif self.line.rstrip() != self.line:
            self.line = self.line.rstrip() + mark + " "
        else:
            self.line += mark

    def _end(self) -> None:
        """A paragraph, a title or an item is over."""
        line = self.line.rstrip().removesuffix("\\").rstrip()
        if line.strip() and not re.fullmatch(r"\s*(?:-|\d+\.|#+|\*+)", line):
            self.blocks.append(line)
        self.line = ""
