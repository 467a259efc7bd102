"""What can happen to words on show: read, restricted with reasons, pointed out, contested."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from consult.comments.models import Comment
from consult.comments.queries import listeners
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import record
from consult.keys.rules import fresh
from consult.moderation import queries, rules
from consult.moderation.charter import (
    APPEAL_MONTHS,
    BY_RANK,
    KEPT_MONTHS,
    NEEDS_REASONS,
    OF_THE_WHOLE,
    UNDONE_BY,
    Conclusion,
    Ground,
    Origin,
    Urgency,
    Verdict,
)
from consult.moderation.models import (
    POSSIBLE,
    Appeal,
    Decision,
    Notice,
    Reasons,
    months_after,
)
from consult.moderation.statements import Why
from consult.moderation.wordings import whole, without
from consult.people import letters
from consult.people.models import User
from consult.people.queries import held
from consult.posts import queries as posts
from consult.posts.models import Channel, Image, Post, Version, take_away


def decide(actor: User | None, post: Post, *, verdict: Verdict, why: Why | None = None) -> Decision:
    """A facilitator decides about a text; its author hears why, and what they can do.

    A decision is never changed: taking it back is another one.
    """
    posts.held(post)
    rules.decide(actor, post, verdict=verdict, why=why)
    if post.is_public and verdict in NEEDS_REASONS:
        fresh(actor)  # what everybody could read is taken away
    is_new = post.published_at is None
    decision = _decision(actor, post, verdict, why, undoes=rules.taken_back(post, verdict))
    _carry_out(decision)
    record("moderation.decide", actor, post, notify=_concerned(decision), **_codes(decision))
    _settle_appeals(actor, decision)
    if is_new and post.is_public and isinstance(post, Comment):
        record("comments.shown", actor, post, notify=listeners(post))
    elif is_new and post.is_public and post.kind in queries.OWED_BY:
        record("moderation.shown", actor, post, notify=queries.OWED_BY[post.kind](post))
    return decision


def suspend(actor: User | None, post: Post, *, days: int, why: Why | None = None) -> Decision:
    """The author of a restricted text takes no part for some days, and hears why."""
    posts.held(post)
    rules.suspend(actor, post, days=days, why=why)
    assert post.author is not None  # noqa: S101
    until = clock.now() + timedelta(days=days)
    decision = _decision(actor, post, Verdict.SUSPEND, why, until=until)
    _carry_out(decision)
    record(
        "moderation.suspend",
        actor,
        decision,
        notify=[decision.person],
        ground=decision.ground,
        until=until,
    )
    return decision


def lift(actor: User | None, decision: Decision) -> Decision:
    """Whoever suspended somebody lets them take part again."""
    rules.lift(actor, decision)
    lifted = _decision(actor, decision.post, Verdict.LIFT, undoes=decision)
    _carry_out(lifted)
    record("moderation.lift", actor, lifted, notify=[lifted.person])
    return lifted


def describe(actor: User | None, post: Post, *, image: Image, words: str) -> None:
    """A facilitator says what a picture shows, for those who do not see it.

    Words its author wrote are kept beside, and the author hears that others stand there.
    """
    rules.describe(actor, post, image=image, words=words)
    written = image.alternative if image.as_written is None else image.as_written
    image.alternative = words.strip()
    image.as_written = None if image.alternative == written else written
    told = [post.author] if image.as_written else []
    record("moderation.describe", actor, post, notify=told, image=image.id)


# Pointing out.


def notify_content(
    actor: User | None,
    post: Post,
    *,
    ground: Ground,
    words: str,
    urgency: Urgency = Urgency.OTHER,
    name: str = "",
    email: str = "",
    image: Image | None = None,
    language: str = "fr",
    key: str | None = None,
) -> Notice:
    """Somebody points out a text. They get a receipt, then an answer; nobody learns their name."""
    held(actor)
    rules.notify_content(actor, post)
    notice = Notice(
        text=post,
        image_id=image.id if image else None,
        reporter=actor,
        name=name or None,
        email=email or None,
        language=language,
        urgency=urgency,
        ground=ground,
        words=words,
        key=key,
    )
    db.session.add(notice)
    post.read_again(urgency.rank)
    db.session.flush()
    record(
        "moderation.notify_content",
        None,
        notice,
        notify=queries.watchers(notice),
        urgency=urgency,
    )
    return notice


def dismiss(actor: User | None, notice: Notice, *, words: str) -> None:
    """A facilitator leaves the text as it is, and tells whoever pointed it out why."""
    rules.dismiss(actor, notice, words=words)
    notice.dismissed_by_id = actor.id if actor else None
    notice.dismissed_words = words.strip()
    _close(notice)
    record("moderation.dismiss", actor, notice)
    _answer(actor, notice)


# Appeals.


def appeal(
    actor: User | None,
    contested: Decision | Notice,
    *,
    words: str,
    key: str | None = None,
) -> Appeal:
    """Whom it concerns contests a decision; somebody else than the first will decide."""
    rules.appeal(actor, contested)
    made = _appeal(contested, words=words, key=key, received_on=clock.today())
    record("moderation.appeal", None, made, notify=queries.judges(made))
    return made


def enter_appeal(
    actor: User | None,
    contested: Decision | Notice,
    *,
    words: str,
    received_on: date,
    contact: str | None = None,
    key: str | None = None,
) -> Appeal:
    """An agent types in an appeal that came by letter: same receipt, same right."""
    rules.enter_appeal(actor, contested, received_on=received_on)
    made = _appeal(
        contested,
        words=words,
        key=key,
        received_on=received_on,
        channel=Channel.PAPER,
        entered_by_id=actor.id if actor else None,
        contact=contact or None,
    )
    told = [*queries.judges(made), made.appellant]  # a letter may be anybody's
    record("moderation.enter_appeal", actor, made, notify=told)
    return made


def conclude(
    actor: User | None,
    appeal: Appeal,
    *,
    conclusion: Conclusion,
    words: str,
    why: Why | None = None,
    verdict: Verdict | None = None,
) -> Appeal:
    """Another person decides; what was restricted comes back at its date and place, or stays."""
    posts.held(appeal.text)  # first, as whoever decides about the text does
    queries.held(appeal)
    rules.conclude(actor, appeal, conclusion=conclusion, words=words, why=why, verdict=verdict)
    _conclude(actor, appeal, conclusion, words)
    decision = None
    if conclusion == Conclusion.REVERSED and appeal.decision is not None:
        undone = UNDONE_BY[appeal.decision.verdict]
        if _is_in_force(appeal.decision):
            person = appeal.decision.person
            decision = _decision(actor, appeal.text, undone, person=person, undoes=appeal.decision)
            _carry_out(decision)
        for notice in queries.notices_behind(appeal.decision):
            _answer(actor, notice, again=True)
        for other in queries.appeals_against(appeal.decision):
            if other.conclusion is None:  # a letter and one on the site: both were right
                _settle(actor, other, words)
    elif conclusion == Conclusion.REVERSED and verdict is not None:
        decision = _decision(actor, appeal.text, verdict, why)
        _carry_out(decision)
        record(
            "moderation.decide",
            actor,
            appeal.text,
            notify=_concerned(decision),
            **_codes(decision),
        )
        _settle_appeals(actor, decision)
    record("moderation.conclude", actor, appeal, notify=[appeal.appellant], **_ended(appeal))
    _write_back(appeal)
    return appeal


def purge(actor: User | None, before: datetime | None = None) -> int:
    """Erase the sealed words, statements, notices and appeals whose time is over; say how many.

    Six months to appeal and one year more after a decision nobody contested, or after the end of
    the appeal (R16, R18). Decisions stay, with their articles and dates: the register is made of
    them. `before`: decisions made before this moment; by default, eighteen months ago.
    """
    rules.purge(actor)
    before = before or months_after(clock.now(), -KEPT_MONTHS)
    purged = queries.over(before)
    for decision in purged:
        if queries.is_still_sealed(decision):
            _erase(decision.post)
        elif decision.verdict == Verdict.REDACT:
            _erase_versions(decision.post, until=decision.version)
        reasons = decision.reasons
        assert reasons is not None  # noqa: S101
        reasons.erased_at = clock.now()
        reasons.passage = reasons.words = reasons.law = ""
        record("moderation.purge", actor, decision)
    return len(purged) + _purge_letters(before)


# What these have in common.


def _decision(
    actor: User | None,
    post: Post,
    verdict: Verdict,
    why: Why | None = None,
    *,
    until: datetime | None = None,
    person: User | None = None,
    undoes: Decision | None = None,
) -> Decision:
    """The decision itself, with its statement of reasons where it restricts."""
    decision = Decision(
        post=post,
        facilitator=actor,
        verdict=verdict,
        undoes_id=undoes.id if undoes else None,
        version=queries.wording(post),
        urgency=BY_RANK[post.rank],
        minutes=queries.minutes(post.waiting_since),
    )
    if verdict in (Verdict.SUSPEND, Verdict.LIFT):
        decision.person, decision.until = person or post.author, until
        decision.minutes = None  # no text waited for it
    if verdict in NEEDS_REASONS and why is not None and why.ground is not None:
        passage = why.passage.strip()
        if why.ground in OF_THE_WHOLE and not passage:
            passage = post.title or post.body
        decision.ground, decision.aim = why.ground, why.aim
        decision.origin = Origin.NOTICE if queries.notices_of(post, limit=1) else Origin.OWN
        decision.is_flagged = queries.was_flagged(post)
        decision.appeal_until = months_after(clock.now(), APPEAL_MONTHS)
        decision.reasons = Reasons(passage=passage, words=why.words.strip(), law=why.law.strip())
    db.session.add(decision)
    return decision


def _carry_out(decision: Decision) -> None:
    """Make true what was decided: the text, its place, or its author's right to take part."""
    post, verdict = decision.post, decision.verdict
    if verdict in (Verdict.SUSPEND, Verdict.LIFT):
        if decision.person is not None:
            decision.person.suspended_until = decision.until
        db.session.flush()
        return
    status = POSSIBLE[post.status].get(verdict, post.status)  # stays hidden otherwise
    if status != post.status:
        post.move_to(status)
    post.waiting_since = None
    if verdict == Verdict.REDACT:
        _take_out(decision)
    elif verdict == Verdict.REINSTATE:
        _put_back(decision)
    elif verdict in (Verdict.SET_ASIDE, Verdict.BRING_BACK) and isinstance(post, Contribution):
        post.put_aside(clock.now() if verdict == Verdict.SET_ASIDE else None)
    db.session.flush()
    if verdict in NEEDS_REASONS:
        for notice in queries.notices_of(post, limit=1000):
            notice.decision = decision
            _close(notice)
            _answer(decision.facilitator, notice)


def _concerned(decision: Decision) -> list[User | None]:
    """Who hears of it: the author, of what changes something for them."""
    return [] if decision.verdict == Verdict.KEEP else [decision.post.author]


def _codes(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision.id,
        "verdict": decision.verdict,
        "ground": decision.ground,
    }


def _settle_appeals(actor: User | None, decision: Decision) -> None:
    """Whoever had been told that the text stays, and appealed, was right after all."""
    if decision.verdict not in NEEDS_REASONS:
        return
    for appeal in queries.open_appeals_about(decision.post):
        if appeal.notice is not None:
            _settle(actor, appeal, decision.words)


def _settle(actor: User | None, appeal: Appeal, words: str) -> None:
    """What it asked for was done on the way."""
    _conclude(actor, appeal, Conclusion.REVERSED, words)
    record("moderation.conclude", actor, appeal, notify=[appeal.appellant], **_ended(appeal))
    _write_back(appeal)


def _take_out(decision: Decision) -> None:
    """The words without this passage; every earlier wording is sealed.

    A name spelt otherwise, or a number with its spaces, tells the same and no comparison finds it:
    nobody reads the earlier wordings here, so none stays that the decision was not about.
    """
    db.session.execute(
        sa.update(Version)
        .where(Version.post_id == decision.post.id, Version.sealed_at.is_(None))
        .values(sealed_at=clock.now())
    )
    _reword(decision)


def _put_back(decision: Decision) -> None:
    """The words with this passage again; earlier wordings are read again where none is out."""
    _reword(decision)
    post = decision.post
    out = queries.standing(post, Verdict.REDACT)
    passages = [one.passage for one in out if one.passage]
    undone = decision.undoes_id or 0
    for version in posts.versions(post):
        told = f"{version.title}\n{version.body}"
        is_after = not out or (out[-1].id < undone and version.number > out[-1].version)
        if is_after and told.strip() and not any(passage in told for passage in passages):
            version.sealed_at = None


def _reword(decision: Decision) -> None:
    """All that the author wrote last, less every passage that is out now."""
    post, decided = decision.post, queries.decisions(decision.post)
    kept = [one for one in posts.versions(post) if one.title or one.body]
    now = queries.passages_out(decided)
    before = [queries.passages_out(decided, one.number) for one in kept]
    title, body = (
        without(whole(zip(texts, before, strict=True)), now)
        for texts in ([one.title for one in kept], [one.body for one in kept])
    )
    if kept and (title, body) != (kept[-1].title, kept[-1].body):
        post.say(title, body, decision.facilitator)
    if post.is_public:
        post.shown_anew()


def _is_in_force(decision: Decision) -> bool:
    """Whether what was contested still holds: else there is nothing to undo."""
    if decision.verdict == Verdict.SUSPEND:
        return decision.person is not None and queries.suspension_of(decision.person) == decision
    # Under a text hidden since, what is put back is seen once the text is.
    is_hidden = decision.post.is_sealed and decision.verdict in (Verdict.REDACT, Verdict.SET_ASIDE)
    may_come_back = is_hidden or UNDONE_BY[decision.verdict] in rules.possible(decision.post)
    if not decision.words or not may_come_back:
        return False
    return decision in queries.standing(decision.post, decision.verdict)


def _close(notice: Notice) -> None:
    """It is answered; where whoever sent it left meanwhile, its words have served and go."""
    notice.closed_at, notice.minutes = clock.now(), queries.minutes(notice.at)
    if notice.erased_at is not None:
        notice.words = notice.dismissed_words = ""


def _answer(actor: User | None, notice: Notice, *, again: bool = False) -> None:
    """Tell whoever pointed a text out what became of it: on the site, or by mail.

    `again`: they were answered once, and an appeal of the author has changed the answer.
    """
    changed: dict[str, Any] = {"again": True} if again else {}
    record("moderation.settle", actor, notice, notify=[notice.reporter], **changed)
    if notice.email:
        letters.write(
            "moderation.settled",
            notice.email,
            language=notice.language,
            receipt=notice.receipt,
            **changed,
        )


def _appeal(contested: Decision | Notice, **said: object) -> Appeal:
    is_decision = isinstance(contested, Decision)
    made = Appeal(
        decision=contested if is_decision else None,
        notice=None if is_decision else contested,
        first_id=contested.decider_id,
        **said,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _conclude(actor: User | None, appeal: Appeal, conclusion: Conclusion, words: str) -> None:
    appeal.conclusion, appeal.decided_words = conclusion, words.strip()
    appeal.decided_by_id = actor.id if actor else None
    appeal.decided_at, appeal.minutes = clock.now(), queries.minutes(appeal.at)
    db.session.flush()


def _ended(appeal: Appeal) -> dict[str, Any]:
    return {"conclusion": appeal.conclusion}


def _write_back(appeal: Appeal) -> None:
    """By mail as well, to whoever sent a notice without an account."""
    notice = appeal.notice
    if notice is not None and notice.email:
        letters.write(
            "moderation.concluded",
            notice.email,
            language=notice.language,
            receipt=appeal.receipt,
        )


def _erase(post: Post) -> None:
    """The words and the pictures of a sealed text are gone, from every wording of it."""
    post.title = post.body = ""
    post.byline = None
    _erase_versions(post)
    for image in posts.images([post.id]).get(post.id, []):
        take_away(image)


def _erase_versions(post: Post, *, until: int | None = None) -> None:
    which = [] if until is None else [Version.sealed_at.is_not(None), Version.number <= until]
    db.session.execute(
        sa.update(Version)
        .where(Version.post_id == post.id, *which)
        .values(title="", body="", salt="")
        .execution_options(synchronize_session="fetch")
    )


def _purge_letters(before: datetime) -> int:
    """The words and names of notices and appeals that were settled before this moment."""
    now, number = clock.now(), 0
    appeals = db.session.scalars(
        sa.select(Appeal).where(Appeal.decided_at < before, Appeal.erased_at.is_(None)).limit(200)
    ).unique()
    for one in appeals:
        one.words = one.decided_words = ""
        one.contact, one.erased_at = None, now
        number += 1
    contested = sa.select(Appeal.id).where(
        Appeal.notice_id == Notice.id, Appeal.erased_at.is_(None)
    )
    notices = db.session.scalars(
        sa.select(Notice)
        .where(Notice.closed_at < before, Notice.erased_at.is_(None), ~contested.exists())
        .limit(200)
    )
    for notice in notices:
        notice.name = notice.email = None
        notice.words = notice.dismissed_words = ""
        notice.erased_at = now
        number += 1
    return number
