"""What residents call one thing: « mégot », « cigarette » and « cendrier » tell of the same wish.

The table of `core.text` has one root stand for others in all that is indexed; here words keep their
own root, and only what is asked is widened. The families are in `thesaurus.txt`, and how far a name
of the same family counts is said in `core.similar`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from consult.core.text import stems

# The roots of a word, or those of an expression, which says the thing only when it is whole.
Name = frozenset[str]


def kindred(roots: Iterable[str]) -> dict[str, set[Name]]:
    """Other names of the things these roots stand for: each root that has some, and these."""
    asked = frozenset(roots)
    found: dict[str, set[Name]] = defaultdict(set)
    for name in {name for root in asked for name in _names().get(root, ()) if name <= asked}:
        for root in name:
            found[root] |= _families()[name] - {name}
    return found


@cache
def _families() -> Mapping[Name, set[Name]]:
    """For each name, all those of its families."""
    families: dict[Name, set[Name]] = defaultdict(set)
    for line in Path(__file__).with_name("thesaurus.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            family = {frozenset(stems(name)) for name in line.split(",")}
            for name in family:
                families[name] |= family
    return families


@cache
def _names() -> Mapping[str, set[Name]]:
    """For each root, the names it stands in."""
    names: dict[str, set[Name]] = defaultdict(set)
    for name in _families():
        for root in name:
            names[root].add(name)
    return names
