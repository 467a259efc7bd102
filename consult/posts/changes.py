"""What changed between two wordings, in plain words and in the text itself."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import _, n_
from consult.posts.models import Version

# Two wordings are shown whole instead of compared where they are longer than so many words, or
# where the same few words come back so often that finding what moved would take seconds.
LONGEST, PAIRS = 4000, 100_000


class Run(NamedTuple):
    """Words that stayed, came or went."""

    kind: str  # same, added, removed
    words: str


class Wording(NamedTuple):
    """One wording, and how it differs from the one before."""

    number: int
    at: datetime
    title: list[Run]
    body: list[list[Run]]  # paragraphs
    said: list[LazyString]  # the differences in plain words
    sealed_at: datetime | None = None  # its words are shown nowhere


def told(versions: Sequence[Version]) -> list[Wording]:
    """Every wording with its differences, latest first; of a sealed one, only that it was there."""
    wordings = []
    before: Version | None = None
    for version in versions:
        if version.sealed_at:
            wordings.append(Wording(version.number, version.at, [], [], [], version.sealed_at))
            continue
        title = compare(before.title if before else version.title, version.title)
        body = compare(before.body if before else version.body, version.body)
        said = _in_words(title, body) if before else [_("First wording.")]
        wordings.append(Wording(version.number, version.at, title, _paragraphs(body), said))
        before = version
    return wordings[::-1]


def compare(before: str, after: str) -> list[Run]:
    """The words of both, in the order they are read."""
    if before == after:
        return [Run("same", after)] if after else []
    old, new = _words(before), _words(after)
    if len(old) + len(new) > LONGEST or _pairs(old, new) > PAIRS:
        return [Run("removed", before), Run("added", after)]
    runs = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            runs.append(Run("same", "".join(new[new_start:new_end])))
            continue
        if gone := "".join(old[old_start:old_end]):
            runs.append(Run("removed", gone))
        if come := "".join(new[new_start:new_end]):
            runs.append(Run("added", come))
    return runs


def _pairs(old: list[str], new: list[str]) -> int:
    """How many pairs of the same word there are: what comparing costs."""
    seen = Counter(old)
    return sum(seen[word] for word in new)


def _words(text: str) -> list[str]:
    """Words, each with the space that follows it: spaces alone never match by chance."""
    return re.findall(r"\S+\s*|^\s+", text)


def _paragraphs(runs: list[Run]) -> list[list[Run]]:
    """The same runs, cut where paragraphs end."""
    paragraphs: list[list[Run]] = [[]]
    for run in runs:
        for number, part in enumerate(re.split(r"\n\s*\n", run.words)):
            if number:
                paragraphs.append([])
            if part:
                paragraphs[-1].append(Run(run.kind, part))
    return [paragraph for paragraph in paragraphs if paragraph]


def _in_words(title: list[Run], body: list[Run]) -> list[LazyString]:
    """« Titre changé. 12 mots ajoutés. »"""
    said = []
    if any(run.kind != "same" for run in title):
        said.append(_("The title changed."))
    counts = {
        kind: sum(len(run.words.split()) for run in body if run.kind == kind)
        for kind in ("added", "removed")
    }
    if counts["added"]:
        said.append(n_("%(num)d word added.", "%(num)d words added.", counts["added"]))
    if counts["removed"]:
        said.append(n_("%(num)d word removed.", "%(num)d words removed.", counts["removed"]))
    return said or [_("Only spaces changed.")]
