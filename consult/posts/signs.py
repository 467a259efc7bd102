"""What looks odd about a text that was just sent; a human reads it first, nothing else follows."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

import sqlalchemy as sa
from flask import current_app

from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.door import is_on
from consult.core.i18n import _
from consult.core.text import bare, fold, links_away
from consult.people.disposable import is_disposable
from consult.people.models import User
from consult.posts.models import Flag, FlagKind, Post, Status

LINK = re.compile(r"https?://|www\.[a-z0-9-]+\.")
SHORT = 30  # words: one link in so few is most of what a text says
DAY = timedelta(days=1)
LATELY = 100  # so many texts before are looked at
TIMES = 3  # as many times the same within a day is a burst
FEWEST = 6  # words: « Je suis d'accord » said by many is no burst
SKETCH, LIKE = 24, 0.6


@algorithm(
    Kind.FLAG,
    _("Signs of a program at a form without an account"),
    purpose=_("To have a human read first what a program may have sent."),
    data=_("A field that nobody sees, the seconds the form was open, a sum done by the browser."),
    rule=_(
        "Flagged if the hidden field was filled in, if the form came back within three seconds, or"
        " if the browser did not find a number whose SHA-256 begins with 13 zero bits. Without"
        " scripts in the browser everything can be sent: a text is read before it is shown, a"
        " letter is sent after a minute of waiting."
    ),
    part="door",
)
@algorithm(
    Kind.FLAG,
    _("First text with links"),
    purpose=_("To have a human read advertising before others do."),
    data=_("The words of the text; whether anything by this person was published before."),
    rule=_("Nothing published before, and two links, or one link in fewer than thirty words."),
    part="links",
)
@algorithm(
    Kind.FLAG,
    _("Throw-away e-mail address"),
    purpose=_("To have a human look at accounts that are easily opened by the dozen."),
    data=_("What stands after the @ in the address of the account, never shown to anybody."),
    rule=_(
        "Nothing published before, and an address at one of the services listed in the code or"
        " named by the town. Once a human has published a first text, the address plays no part."
    ),
    part="disposable",
)
@algorithm(
    Kind.FLAG,
    _("Bursts of nearly identical texts"),
    purpose=_("To show a human that one text comes many times, from one sender or from many."),
    data=_("The words of the hundred texts sent last, of one day at most; not who sent them."),
    rule=_(
        "Texts of six words at least are compared by their pairs of neighbouring words; the third"
        " within a day that shares six pairs in ten is flagged, with those it resembles."
    ),
    part="alike",
)
def looked_at(post: Post, author: User | None, seen: Sequence[str] = ()) -> bool:
    """Flag what is odd about this text and its sending; whether a human is to read it first.

    `seen`: the signs of its form (core/door.py). An agent's own typing is not looked at.
    """
    with db.session.no_autoflush:  # what is handed in at once is written once
        return _looked_at(post, author, seen)


def _looked_at(post: Post, author: User | None, seen: Sequence[str]) -> bool:
    found = {kind: 0 for kind in map(FlagKind, seen)}
    spelt = LINK.findall(bare(f"{post.title} {post.body}"))
    links = max(len(spelt), links_away(post.body))
    is_lean = links >= 2 or (links == 1 and len(post.body.split()) < SHORT)
    is_odd_address = (
        is_on("disposable")
        and author is not None
        and current_app.config["DISPOSABLE_ADDRESSES"] != "allow"
        and is_disposable(author.email)
    )
    if ((is_lean and is_on("links")) or is_odd_address) and not _published_before(post, author):
        if is_lean and is_on("links"):
            found[FlagKind.LINKS] = links
        if is_odd_address:
            found[FlagKind.DISPOSABLE] = 0
    twins = _twins(post) if is_on("alike") else []
    if len(twins) + 1 >= TIMES:
        found[FlagKind.ALIKE] = len(twins) + 1
        _flag_twins(twins, len(twins) + 1)
    known = open_kinds(post)
    db.session.add_all(
        Flag(post=post, kind=kind, number=number)
        for kind, number in found.items()
        if kind not in known
    )
    return bool(found or known)


def noted(post: Post, seen: Iterable[str]) -> None:
    """Keep the signs of the form by which a draft came, for the day it is sent."""
    db.session.add_all(Flag(post=post, kind=FlagKind(kind)) for kind in seen)


def open_kinds(post: Post) -> set[FlagKind]:
    """What was already found odd about a text; nothing about one that is not in yet."""
    if post.id is None:
        return set()
    return set(db.session.scalars(sa.select(Flag.kind).where(Flag.post_id == post.id)))


def _published_before(post: Post, author: User | None) -> bool:
    if author is None:
        return False
    others = sa.select(Post.id).where(
        Post.author_id == author.id, Post.published_at.is_not(None), Post.id != (post.id or 0)
    )
    return db.session.scalar(others.limit(1)) is not None


def _twins(post: Post) -> list[int]:
    """The texts of one day that say nearly the same."""
    mine = sketch(f"{post.title} {post.body}"[:1200])
    if not mine:
        return []
    p = Post.__table__.c
    rows = db.session.execute(
        sa.select(p.id, p.title, sa.func.substr(p.body, 1, 1200), p.created_at, p.status)
        .where(p.id != (post.id or 0))
        .order_by(p.id.desc())
        .limit(LATELY)
    )
    since = clock.now() - DAY
    return [
        number
        for number, title, body, at, status in rows
        if at > since
        and status not in (Status.DRAFT, Status.WITHDRAWN)
        and _share(mine, sketch(f"{title} {body}"[:1200])) >= LIKE
    ]


@lru_cache(maxsize=1000)
def sketch(text: str) -> frozenset[int]:
    """A handful of numbers that nearly identical texts share; none of a text of a few words."""
    words = fold(text).split()
    if len(words) < FEWEST:
        return frozenset()
    pairs = {crc32(f"{one} {next_}".encode()) for one, next_ in zip(words, words[1:], strict=False)}
    return frozenset(nsmallest(SKETCH, pairs))


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    """How much of two texts is common, 0 to 1, judged by the smallest numbers of both together."""
    both = nsmallest(SKETCH, one | other)
    return sum(number in one and number in other for number in both) / max(1, len(both))


def _flag_twins(twins: Sequence[int], number: int) -> None:
    """The earlier ones of a burst are flagged as well, once, and shown texts are read again."""
    known = set(
        db.session.scalars(
            sa.select(Flag.post_id).where(Flag.post_id.in_(twins), Flag.kind == FlagKind.ALIKE)
        )
    )
    for post in db.session.scalars(sa.select(Post).where(Post.id.in_(set(twins) - known))):
        db.session.add(Flag(post=post, kind=FlagKind.ALIKE, number=number))
        if post.is_public:
            post.read_again()
