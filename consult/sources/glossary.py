"""Acronyms told in full where a page first meets them, in its own text."""

import re
from collections.abc import Iterable, Mapping, MutableSet
from functools import lru_cache

from markupsafe import Markup, escape

from consult.core.text import fold

TAG = re.compile(r"(<[^>]*>)")
BESIDE = re.compile(r"[\w-]")
KEPT = (
    *("a", "button", "label", "legend", "option", "select", "textarea", "nav"),
    *("code", "pre", "kbd", "svg", "script", "style", "abbr"),
)
FAR = 20_000  # letters; nothing one clicks or types is longer
LOOKED_AT = 60  # an acronym that only stands in links is not looked for for ever


def spell_out(text: str, terms: Mapping[str, str], met: MutableSet[str]) -> Markup:
    """The text as HTML, each acronym followed by its words unless this page met it already.

    `terms` are words by acronym; `met` holds the acronyms this page met, and grows. A text that
    says the words itself gets them no second time. A `Markup` keeps its tags.
    """
    known = _pattern(tuple(sorted(terms, key=len, reverse=True)))
    if known is None or not text:
        return escape(text or "")
    folded = ""

    def tell(found: re.Match[str]) -> str:
        nonlocal folded
        acronym = found[0]
        if acronym in met:
            return acronym
        met.add(acronym)
        folded = folded or fold(text.striptags() if isinstance(text, Markup) else text)
        words = terms[acronym]
        if fold(words) in folded:
            return acronym
        return acronym + _beside(words, found.string[: found.start()])

    html = str(escape(text))
    parts = TAG.split(html)
    told = [part if part.startswith("<") else known.sub(tell, part) for part in parts]
    return Markup("".join(told))  # noqa: S704 escaped above


def spell_out_page(page: str, terms: Mapping[str, str], met: MutableSet[str]) -> str:
    """A page's HTML with each acronym told in full where its running text first meets it.

    Links, controls, code and drawings keep their words: what one clicks or types says one thing.
    """
    page = str(page)  # safe already: what is added must not be escaped a second time
    said = [acronym for acronym in terms if acronym not in met and str(escape(acronym)) in page]
    told: list[tuple[int, str]] = []
    for acronym in said:
        words = terms[acronym]
        place = _first(page, str(escape(acronym)))
        if place is not None:
            met.add(acronym)
            end = place + len(str(escape(acronym)))
            beside = page[page.rfind(">", 0, place) + 1 : page.find("<", end)]
            if fold(words) not in fold(beside):
                told.append((end, _beside(words, page[:place])))
    for end, words in sorted(told, reverse=True):
        page = page[:end] + words + page[end:]
    return page


def _beside(words: str, before: str) -> str:
    """The words as they follow their acronym: in brackets, or after a comma where it is in some."""
    if before.endswith("("):
        return f'<span class="spelt-out">, {escape(words)}</span>'
    return f' <span class="spelt-out">({escape(words)})</span>'


def _first(page: str, acronym: str) -> int | None:
    """Where running text first says this acronym as a word of its own."""
    place = -1
    for _ in range(LOOKED_AT):
        place = page.find(acronym, place + 1)
        if place < 0:
            return None
        before, after = page[place - 1 : place], page[place + len(acronym) :][:1]
        is_word = not (BESIDE.match(before) or before == "&" or BESIDE.match(after))
        is_text = page.rfind("<", 0, place) < page.rfind(">", 0, place)
        if is_word and is_text and not any(_is_inside(page, place, tag) for tag in KEPT):
            return place
    return None


def _is_inside(page: str, place: int, tag: str) -> bool:
    """Whether the last such tag before this place, no farther than `FAR`, is still open."""
    start = max(0, place - FAR)
    closed = page.rfind(f"</{tag}>", start, place)
    start = max(start, closed)
    return any(page.find(f"<{tag}{end}", start, place) >= 0 for end in (" ", ">", "\n"))


@lru_cache(maxsize=8)
def _pattern(acronyms: tuple[str, ...]) -> re.Pattern[str] | None:
    if not acronyms:
        return None
    words = "|".join(re.escape(str(escape(one))) for one in acronyms)
    return re.compile(rf"(?<![\w&-])(?:{words})(?![\w-])")


def kindred(
    texts: Iterable[str], others: Iterable[str], words: list[str]
) -> tuple[str, str] | None:
    """Two different words of one family, one said here and the other there; None where not."""
    here, there = _said(texts, words), _said(others, words)
    return next(((one, two) for one in here for two in there if one != two), None)


def _said(texts: Iterable[str], words: list[str]) -> list[str]:
    folded = " ".join(f" {fold(text)} " for text in texts)
    return [word for word in words if re.search(rf"\b{re.escape(fold(word))}\b", folded)]
