"""What a text reads while passages of it are out, and all that its author wrote."""

import re
from collections.abc import Iterable, Sequence

from consult.moderation.charter import TAKEN_OUT
from consult.posts.changes import compare

_HOLE = "\x01"  # a sign that no text holds, and one word where wordings are compared


def without(text: str, passages: Iterable[str]) -> str:
    """The text without these passages, where they overlap as well."""
    return _cut(text, passages)[0]


def whole(wordings: Iterable[tuple[str, Sequence[str]]]) -> str:
    """All that the author wrote last, whatever was out when they wrote it.

    `wordings`: one after the other, each with the passages that were out of it. What its author
    changes around a hole stays around it; a hole nobody can tell, and words erased, stay holes.
    """
    before = said = ""
    held: list[str] = []  # what each hole stands for, in their order
    for text, passages in wordings:
        shown, cut = _cut(said, passages)
        if text == shown:
            held = cut
        else:
            held = _carried(before, text, held)
            said = _filled(text, held)
        before = text
    return said


def _cut(text: str, passages: Iterable[str]) -> tuple[str, list[str]]:
    """The same, with what each hole stands for."""
    spans = sorted(
        met.span()
        for one in (TAKEN_OUT, *passages)  # a word of a hole is no word of the text
        for met in re.finditer(re.escape(one), text)
    )
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    kept, here = "", 0
    for start, end in joined:
        kept, here = kept + text[here:start] + TAKEN_OUT, end
    return kept + text[here:], [text[start:end] for start, end in joined]


def _carried(before: str, after: str, held: Sequence[str]) -> list[str]:
    """What the holes of the second wording stand for: those of the first, kept, moved or gone."""
    found: list[str | None] = []
    left: list[str] = []
    rest = iter(held)
    for run in compare(*(text.replace(TAKEN_OUT, f" {_HOLE} ") for text in (before, after))):
        holes = run.words.count(_HOLE)
        if run.kind == "added":
            found += [None] * holes
        else:
            (found if run.kind == "same" else left).extend(next(rest) for _ in range(holes))
    moved = iter(left if found.count(None) == len(left) else [])
    return [next(moved, TAKEN_OUT) if one is None else one for one in found]


def _filled(text: str, held: Sequence[str]) -> str:
    first, *others = text.split(TAKEN_OUT)
    return first + "".join(map("".join, zip(held, others, strict=True)))
