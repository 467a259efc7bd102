"""Which texts already say what somebody is about to write."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from heapq import nlargest
from math import log, sqrt
from typing import Generic, NamedTuple, TypeVar

from consult.core.algorithms import Kind, algorithm
from consult.core.i18n import _
from consult.core.text import fold, stems

K = TypeVar("K", bound=Hashable)

# A title is compared with a title: the beginning of a text tells what it is about.
COMPARED = 400
WORDS, LETTERS = 0.65, 0.35


class Match(NamedTuple, Generic[K]):
    """A text that resembles the question, from 0 (nothing in common) to 1 (the same)."""

    id: K
    score: float


@algorithm(
    Kind.SUGGESTION,
    _("Likeness of two texts"),
    purpose=_("To put first the texts nearest to what somebody writes or reads."),
    data=_("Their words alone: no author, no date, no support, nobody's habits."),
    rule=_(
        "The roots of words in common, rare ones weighing more (65 %), and the groups of three"
        " letters in common (35 %). A short table of synonyms is part of the code. No text leaves"
        " the town's own server."
    ),
)
def rank(
    query: str,
    candidates: Iterable[tuple[K, str]],
    limit: int = 5,
    *,
    document_frequency: Mapping[str, int] | None = None,
    documents: int | None = None,
    threshold: float = 0.12,
) -> list[Match[K]]:
    """The candidates nearest to the query, best first, none below the threshold.

    Rare roots weigh more than common ones. `document_frequency` says in how many of the
    `documents` each root stands; without it the candidates are counted among themselves.
    Half a typed word and misspellings are met by comparing groups of three letters.
    """
    texts = [(key, text[:COMPARED]) for key, text in candidates]
    asked = set(stems(query))
    letters = _trigrams(query[:COMPARED])
    if not letters:
        return []
    roots = [frozenset(stems(text)) for _, text in texts]
    if document_frequency is None:
        document_frequency = Counter(root for found in roots for root in found)
        documents = len(texts)
    total = max(documents or 0, *document_frequency.values(), 1)

    def weight(root: str) -> float:
        return log(1 + total / (1 + document_frequency.get(root, 0))) + 0.1

    matches = []
    for (key, text), found in zip(texts, roots, strict=True):
        score = WORDS * _shared(asked, found, weight) + LETTERS * _spelt(letters, text)
        if score >= threshold:
            matches.append(Match(key, round(score, 4)))
    return nlargest(limit, matches, key=lambda match: match.score)


def _shared(asked: Iterable[str], found: Iterable[str], weight: Callable[[str], float]) -> float:
    """The part of the weight of the question that the text carries, spread over its own words."""
    common = wanted = 0.0
    for root in asked:
        value = weight(root) ** 2
        wanted += value
        common += value if root in found else 0
    if not common:
        return 0.0
    own = sum(weight(root) ** 2 for root in found)
    # Between « all of the question is there » and the cosine, which also wants nothing else.
    return (common / wanted + common / sqrt(wanted * own)) / 2


def _spelt(letters: Mapping[str, int], text: str) -> float:
    """How far the letters agree: as a whole, and for the few that were typed so far."""
    other = _trigrams(text)
    if not other:
        return 0.0
    dot = sum(count * other.get(gram, 0) for gram, count in letters.items())
    contained = sum(gram in other for gram in letters) / len(letters)
    # Any two French sentences share half their letters: only a near whole counts.
    return (dot / (_length(letters) * _length(other)) + contained**3) / 2


def _length(grams: Mapping[str, int]) -> float:
    return sqrt(sum(count * count for count in grams.values()))


@lru_cache(maxsize=2048)
def _trigrams(text: str) -> Mapping[str, int]:
    """How often each group of three letters stands in the text, words kept apart."""
    return Counter(
        padded[i : i + 3]
        for word in fold(text).split()
        for padded in [f" {word} "]
        for i in range(len(padded) - 2)
    )
