"""What can happen to words on show: read, refused, hidden, restored, pointed out."""

from consult.comments.models import Comment
from consult.comments.queries import listeners
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import record
from consult.moderation import queries, rules
from consult.moderation.models import POSSIBLE, Decision, Ground, Notice, Verdict
from consult.people import letters
from consult.people.models import User
from consult.posts import queries as posts
from consult.posts.models import Image, Post


def decide(
    actor: User | None,
    post: Post,
    *,
    verdict: Verdict,
    ground: Ground | None = None,
    words: str = "",
) -> Decision:
    """A facilitator decides about a text; its author hears why, and what they can do.

    A decision is never changed: taking it back is another one.
    """
    posts.held(post)
    rules.decide(actor, post, verdict=verdict, ground=ground, words=words)
    is_new = post.published_at is None
    decision = Decision(
        post=post,
        facilitator=actor,
        verdict=verdict,
        ground=ground,
        words=words.strip(),
        version=queries.wording(post),
    )
    db.session.add(decision)
    status = POSSIBLE[post.status][verdict]
    if verdict == Verdict.KEEP:
        post.waiting_since = None
    else:
        post.move_to(status)
    db.session.flush()
    record(
        "moderation.decide",
        actor,
        post,
        notify=[post.author] if verdict != Verdict.KEEP else [],
        decision=decision.id,
        verdict=verdict,
        ground=ground,
    )
    if is_new and post.is_public and isinstance(post, Comment):
        record("comments.shown", actor, post, notify=listeners(post))
    elif is_new and post.is_public and post.kind in queries.OWED_BY:
        record("moderation.shown", actor, post, notify=queries.OWED_BY[post.kind](post))
    if verdict == Verdict.RESTRICT:
        for notice in queries.notices_of(post, limit=1000):
            notice.decision, notice.closed_at = decision, clock.now()
            _answer(actor, notice)
    return decision


def describe(actor: User | None, post: Post, *, image: Image, words: str) -> None:
    """A facilitator says what a picture shows, for those who do not see it."""
    rules.describe(actor, post, image=image, words=words)
    image.alternative = words.strip()
    record("moderation.describe", actor, post, image=image.id)


def notify_content(
    actor: User | None,
    post: Post,
    *,
    ground: Ground,
    words: str,
    email: str = "",
    language: str = "fr",
    key: str | None = None,
) -> Notice:
    """Somebody points out a text. They get a receipt, then an answer; nobody learns their name."""
    rules.notify_content(actor, post)
    notice = Notice(
        text=post,
        reporter=actor,
        email=email or None,
        language=language,
        ground=ground,
        words=words,
        key=key,
    )
    db.session.add(notice)
    db.session.flush()
    record("moderation.notify_content", None, notice, notify=queries.watchers(notice))
    return notice


def dismiss(actor: User | None, notice: Notice, *, words: str) -> None:
    """A facilitator leaves the text as it is, and tells whoever pointed it out why."""
    rules.dismiss(actor, notice, words=words)
    notice.dismissed_by_id = actor.id if actor else None
    notice.dismissed_words, notice.closed_at = words.strip(), clock.now()
    record("moderation.dismiss", actor, notice)
    _answer(actor, notice)


def _answer(actor: User | None, notice: Notice) -> None:
    """Tell whoever pointed a text out what became of it: on the site, or by mail."""
    record("moderation.settle", actor, notice, notify=[notice.reporter])
    if notice.email:
        letters.write(
            "moderation.settled", notice.email, language=notice.language, receipt=notice.receipt
        )
