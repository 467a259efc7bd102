"""The tree of the journal's lines (RFC 6962): one fingerprint for all, a short proof for each.

Every function reads the tree through `full(start, size)`: the fingerprint, as bytes, of the full
subtree over `size` leaves (a power of two) from number `start` (a multiple of it, from 0). Who
keeps some of them in a table reads a few rows; `over(leaves)` makes them all from the leaves.
Checking a proof is in `verifier.py`, which strangers run.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from consult.journal.verifier import node_hash

Full = Callable[[int, int], bytes]


def over(leaves: Sequence[bytes], first: int = 0) -> Full:
    """Subtrees made from their leaves, the first of which is number `first` of the tree."""

    def full(start: int, size: int) -> bytes:
        if size == 1:
            return leaves[start - first]
        half = size // 2
        return node_hash(full(start, half), full(start + half, half))

    return full


def root(full: Full, count: int, start: int = 0) -> bytes:
    """The fingerprint of `count` leaves from `start` on (MTH of RFC 6962, 2.1)."""
    if count == 0:
        return sha256(b"").digest()
    if count & (count - 1) == 0:
        return full(start, count)
    left = _split(count)
    return node_hash(full(start, left), root(full, count - left, start + left))


def inclusion(full: Full, index: int, count: int, start: int = 0) -> list[bytes]:
    """What leads from leaf `index` to the root of `count` leaves (PATH of RFC 6962, 2.1.1)."""
    if count == 1:
        return []
    left = _split(count)
    if index < left:
        return [*inclusion(full, index, left, start), root(full, count - left, start + left)]
    rest = inclusion(full, index - left, count - left, start + left)
    return [*rest, root(full, left, start)]


def consistency(full: Full, old: int, count: int) -> list[bytes]:
    """What shows that the first `old` of `count` leaves are unchanged (PROOF of RFC 6962, 2.1.2).

    `old` is from 1 to `count`.
    """
    return _consistency(full, old, count, 0, is_whole=True)


def _consistency(full: Full, old: int, count: int, start: int, *, is_whole: bool) -> list[bytes]:
    if old == count:
        return [] if is_whole else [root(full, count, start)]
    left = _split(count)
    if old <= left:
        rest = _consistency(full, old, left, start, is_whole=is_whole)
        return [*rest, root(full, count - left, start + left)]
    rest = _consistency(full, old - left, count - left, start + left, is_whole=False)
    return [*rest, root(full, left, start)]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
