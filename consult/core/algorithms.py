"""Every sort, suggestion, flag, grouping and count that the site makes, said where it is made.

Whoever writes one says so above its function, in words for residents:

    @algorithm(Kind.FLAG, _("Title"), purpose=_("…"), data=_("…"), rule=_("…"))
    def flagged(…): …

The public page of algorithms is made of nothing else (CRPA L.311-3-1; domain R29), and a house test
looks for orders, suggestions and flags that nobody declared. One function or class may be declared
several times, once for each of its parts (`part="newest"`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from flask_babel.speaklater import LazyString

from consult.core.i18n import Labelled, _

T = TypeVar("T", bound=Callable[..., Any])


class Kind(Labelled):
    SORT = "sort", _("Orders of lists")
    SUGGESTION = "suggestion", _("Suggestions")
    FLAG = "flag", _("Flags for a human to look at")
    GROUPING = "grouping", _("Groupings")
    COUNT = "count", _("Counts")


class Algorithm(NamedTuple):
    """What one of them is for, which data it reads, and its rule, in words for residents."""

    name: str  # where it stands in the code: « contributions.queries.alike »
    kind: Kind
    title: LazyString
    purpose: LazyString
    data: LazyString
    rule: LazyString


DECLARED: dict[str, Algorithm] = {}


def algorithm(
    kind: Kind,
    title: LazyString,
    *,
    purpose: LazyString,
    data: LazyString,
    rule: LazyString,
    part: str = "",
) -> Callable[[T], T]:
    """Declare the function or class below as an algorithm; it stays what it was."""

    def declare(made: T) -> T:
        where = f"{made.__module__.removeprefix('consult.')}.{made.__qualname__}"
        name = f"{where}.{part}" if part else where
        DECLARED[name] = Algorithm(name, kind, title, purpose, data, rule)
        return made

    return declare


def by_kind() -> list[tuple[Kind, list[Algorithm]]]:
    """All that were declared, kind by kind, each in the order of the code."""
    return [
        (kind, found)
        for kind in Kind
        if (found := sorted(one for one in DECLARED.values() if one.kind == kind))
    ]
