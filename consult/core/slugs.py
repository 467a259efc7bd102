"""Short names for addresses, readable aloud and safe to copy."""

from collections.abc import Callable
from itertools import count

from consult.core.text import fold


def slugify(text: str, *, limit: int = 80, default: str = "") -> str:
    """« L'avenir des Blagis ! » becomes l-avenir-des-blagis, cut between two words."""
    slug = "-".join(word for word in fold(text).split() if word.isascii())
    if len(slug) > limit:
        cut = slug[:limit]
        slug = cut if slug[limit] == "-" or "-" not in cut else cut.rpartition("-")[0]
    return slug or default


def distinct(slug: str, is_taken: Callable[[str], bool]) -> str:
    """The same slug, or the first of slug-2, slug-3… that nothing has taken."""
    if not is_taken(slug):
        return slug
    return next(name for n in count(2) if not is_taken(name := f"{slug}-{n}"))
