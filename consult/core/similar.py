"""Which texts already say what somebody is about to write."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache, lru_cache
from heapq import nlargest
from math import log, sqrt
from typing import Generic, NamedTuple, TypeVar

from consult.core.algorithms import Kind, algorithm
from consult.core.i18n import _
from consult.core.text import fold, stems
from consult.core.thesaurus import Name, kindred

K = TypeVar("K", bound=Hashable)

# A title is compared with a title: the beginning of a text tells what it is about.
COMPARED = 400
WORDS, LETTERS = 0.65, 0.35
# Another name of the same thing says less than the same word, but more than half of it.
KINDRED = 0.6


class Match(NamedTuple, Generic[K]):
    """A text that resembles the question, from 0 (nothing in common) to 1 (the same)."""

    id: K
    score: float


class _Text(NamedTuple):
    """A text as it is compared: its roots, and its groups of three letters, words kept apart."""

    roots: frozenset[str]
    letters: Mapping[str, int]  # how often each stands there
    length: float


@lru_cache(maxsize=2048)
def _read(text: str) -> _Text:
    letters = Counter(
        padded[i : i + 3]
        for word in fold(text).split()
        for padded in [f" {word} "]
        for i in range(len(padded) - 2)
    )
    length = sqrt(sum(count * count for count in letters.values()))
    return _Text(frozenset(stems(text)), letters, length)


@algorithm(
    Kind.SUGGESTION,
    _("Likeness of two texts"),
    purpose=_("To put first the texts nearest to what somebody writes or reads."),
    data=_("Their words alone: no author, no date, no support, nobody's habits."),
    rule=_(
        "The roots of words in common, rare ones weighing more (65 %), and the groups of three"
        " letters in common (35 %). A short table gives one root to words that say the same; where"
        " a word is missing, another name of the same thing, from a longer list, counts for 60 % of"
        " it. Both are part of the code. No text leaves the town's own server."
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
    asked = _read(query[:COMPARED])
    if not asked.letters:
        return []
    texts = [(key, _read(text[:COMPARED])) for key, text in candidates]
    if document_frequency is None:
        document_frequency = Counter(root for _, text in texts for root in text.roots)
        documents = len(texts)
    total = max(documents or 0, *document_frequency.values(), 1)

    @cache
    def weight(root: str) -> float:
        return (log(1 + total / (1 + document_frequency.get(root, 0))) + 0.1) ** 2

    names = {
        root: [(name, KINDRED * min(weight(root), max(map(weight, name)))) for name in others]
        for root, others in kindred(asked.roots).items()
    }
    matches = []
    for key, text in texts:
        shared = _shared(asked.roots, text.roots, weight, names)
        score = WORDS * shared + LETTERS * _spelt(asked, text)
        if score >= threshold:
            matches.append(Match(key, round(score, 4)))
    return nlargest(limit, matches, key=lambda match: match.score)


def _shared(
    asked: frozenset[str],
    found: frozenset[str],
    weight: Callable[[str], float],
    names: Mapping[str, Iterable[tuple[Name, float]]],
) -> float:
    """The part of the weight of the question that the text carries, spread over its own words.

    A word that is missing is carried by the best of its other names, if any.
    """
    common = wanted = 0.0
    for root in asked:
        value = weight(root)
        wanted += value
        if root in found:
            common += value
        else:
            others = (worth for name, worth in names.get(root, ()) if name <= found)
            common += max(others, default=0.0)
    if not common:
        return 0.0
    own = sum(map(weight, found))
    # Between « all of the question is there » and the cosine, which also wants nothing else.
    return (common / wanted + common / sqrt(wanted * own)) / 2


def _spelt(asked: _Text, text: _Text) -> float:
    """How far the letters agree: as a whole, and for the few that were typed so far."""
    common = asked.letters.keys() & text.letters.keys()
    if not common:
        return 0.0
    dot = sum(asked.letters[group] * text.letters[group] for group in common)
    contained = len(common) / len(asked.letters)
    # Any two French sentences share half their letters: only a near whole counts.
    return (dot / (asked.length * text.length) + contained**3) / 2
