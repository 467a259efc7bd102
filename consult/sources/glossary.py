"""Acronyms told in full where a page first meets them, in its own text."""

import re
from collections.abc import Iterable, Mapping, MutableSet
from functools import lru_cache

from markupsafe import Markup, escape

from consult.core.text import fold

TAG = re.compile(r"(<[^>]*>)")


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
        return f'{acronym} <span class="spelt-out">({escape(words)})</span>'

    html = str(escape(text))
    parts = TAG.split(html)
    told = [part if part.startswith("<") else known.sub(tell, part) for part in parts]
    return Markup("".join(told))  # noqa: S704 escaped above


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
