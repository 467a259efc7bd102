"""Letters leave: those about accounts as soon as they are true, notices a few at a time."""

import fcntl
import hashlib
import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app, render_template
from jinja2 import TemplateNotFound

from consult.core import clock, mail, once, throttle
from consult.core.db import db, writing
from consult.core.i18n import gettext, spoken
from consult.core.logs import told
from consult.core.queue import every
from consult.core.rules import refusal
from consult.journal.models import Notification
from consult.people import letters, queries, rules
from consult.people.models import Device, Invitation, Letter, User, Visit
from consult.people.session import DEVICE_DAYS, IDLE_WHO_STAYS

KEPT = timedelta(days=35)  # letters about accounts, once they left
SURRENDER = 20  # failures in a row, about three days: the server does not want this letter
log = logging.getLogger(__name__)


@every(seconds=2)
def send_letters() -> int:
    """Send the letters about accounts, each on its own: one that fails waits, the others leave."""
    with _alone() as is_alone:
        return sum(_send_letter(number) for number in _of(is_alone, queries.letters_waiting))


@every(seconds=2)
def send_notices() -> int:
    """Tell by mail what people were told on the site, all that waits for somebody in one letter."""
    with _alone() as is_alone:
        wait = timedelta(seconds=current_app.config["NOTICE_WAIT"])
        return sum(
            _send_notices(number)
            for number in _of(is_alone, lambda: queries.people_waiting(clock.now() - wait))
        )


@every(seconds=3600)
def tidy() -> int:
    """Forget the tries, the letters and the addresses that nothing needs any more."""
    writing()
    throttle.forget(clock.now() - timedelta(days=1))
    once.forget(clock.now() - timedelta(days=1))
    old = clock.now() - KEPT
    gone = list(
        db.session.scalars(sa.delete(Letter).where(Letter.created_at < old).returning(Letter.id))
    )
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.expires_at < old, Invitation.email != "")
        .values(email="")
        .execution_options(synchronize_session=False)
    )
    for model, moment, kept in (
        (Visit, Visit.seen_at, IDLE_WHO_STAYS),
        (Device, Device.at, timedelta(days=DEVICE_DAYS)),
    ):
        over = sa.delete(model).where(moment < clock.now() - kept)
        db.session.execute(over.execution_options(synchronize_session=False))
    db.session.commit()
    return len(gone)


# Letters about accounts.


def _send_letter(number: int) -> int:
    """Send one, and write down at once that it left, before the next is looked at."""
    letter = db.session.scalar(
        sa.select(Letter)
        .where(Letter.id == number, Letter.sent_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if letter is None:
        db.session.rollback()
        return 0
    try:
        with spoken(letter.language):
            to, (subject, body, has_link) = letter.to, _words(letter)
            text = _laid_out([(subject, body)])
            # SQLite gives a number again: programs would take the second letter for the first.
            named = f"letter-{number}-{letter.created_at.timestamp():.0f}"
        _let_readers_go()
        mail.send(to, subject, text, message_id=f"<{named}@{mail.domain()}>")
    except Exception as problem:
        _say("letter not sent", problem, letter=number)
        _letter_left(number, failed=True)
        return 0
    _letter_left(number, has_link=has_link)
    return 1


def _words(letter: Letter) -> tuple[str, str, bool]:
    """Its subject, its words, and whether they hold a link to this very letter."""
    linked = []

    def link(endpoint: str) -> str:
        linked.append(endpoint)
        return mail.address(endpoint, token=letters.token(letter))

    offered = letter.data.get("invitation")
    invitation = db.session.get(Invitation, offered) if offered else None
    subject, words = _split(
        render_template(
            f"mail/{letter.kind}.txt",
            data=letter.data,
            user=letter.user,
            email=letter.to,
            invitation=invitation,
            place=queries.place(invitation) if invitation else None,
            inviter=db.session.get(User, invitation.invited_by_id) if invitation else None,
            link=link,
            lasting=letters.lasting,
            roles=rules.ROLES,
            url=mail.address,
        )
    )
    return subject, words, bool(linked)


def _letter_left(number: int, *, has_link: bool = True, failed: bool = False) -> None:
    writing()
    letter = db.session.get(Letter, number, populate_existing=True)
    if letter is not None:
        if failed:
            letter.failures += 1
            letter.retry_at = clock.now() + _pause(letter.failures)
        if not failed or letter.failures >= SURRENDER:
            letter.sent_at = clock.now()
            if not has_link:
                letter.to, letter.data = "", {}  # nothing needs them any more
    db.session.commit()


# Notices.


def _send_notices(user_id: int) -> int:
    """Tell one person all that waits for them, and write down at once that they were told."""
    user = db.session.get(User, user_id)
    waiting = queries.waiting_for(user) if user else []
    if user is None or not waiting:
        db.session.rollback()
        return 0
    numbers = [one.notification.id for one in waiting]
    worth = [one for one in waiting if _is_still_true(one, user)]
    if not worth or not user.wants_mail or not user.is_active or not user.email:
        _let_readers_go()
        _told(user_id, numbers)
        return 0
    try:
        with spoken(user.language):
            items = [_item(one, user) for one in worth]
            stop_url = mail.address("people.unsubscribe", token=letters.stop_token(user))
            text = _laid_out(items, user=user, stop_url=stop_url)
            subject, to = _subject(items), user.email
        _let_readers_go()
        named = hashlib.sha256(repr(numbers).encode()).hexdigest()[:24]
        mail.send(
            to,
            subject,
            text,
            message_id=f"<notification-{numbers[0]}-{named}@{mail.domain()}>",
            stop_url=stop_url,
        )
    except Exception as problem:
        _say("notices not sent", problem)
        _told(user_id, numbers, failed=True)
        return 0
    _told(user_id, numbers)
    return 1


def _is_still_true(one: queries.Told, user: User) -> bool:
    """Whether what happened may still be told: neither hidden nor withdrawn since."""
    if one.subject is None or refusal(rules.read, user, one.subject):
        return False
    if one.event.name.endswith(".withdraw"):
        return True
    things = [one.subject, *queries.above(one.subject)]
    return not any(getattr(thing, "status", None) == "withdrawn" for thing in things)


def headline(one: queries.Told, user: User) -> str:
    """What happened, in one line: the subject its letter would have."""
    return _item(one, user)[0]


def _item(one: queries.Told, user: User) -> tuple[str, str]:
    """What happened, in the words of its letter; plainly where these cannot be made."""
    name = f"mail/{one.event.name}.txt"
    try:
        return _split(
            render_template(
                name,
                event=one.event,
                subject=one.subject,
                user=user,
                roles=rules.ROLES,
                url=mail.address,
            )
        )
    except TemplateNotFound:
        log.error("no letter for this act", extra=told(act=name))
    except Exception:
        log.exception("letter failed", extra=told(act=name))
    url = mail.address("people.notifications")
    return gettext("Something you follow has changed"), url


def _told(user_id: int, numbers: list[int], *, failed: bool = False) -> None:
    writing()
    user = db.session.get(User, user_id, populate_existing=True)
    if user is not None:
        user.mail_failures = user.mail_failures + 1 if failed else 0
        user.mail_retry_at = clock.now() + _pause(user.mail_failures) if failed else None
        failed = failed and user.mail_failures % SURRENDER != 0
    if not failed:
        db.session.execute(
            sa.update(Notification)
            .where(Notification.id.in_(numbers))
            .values(mailed_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    db.session.commit()


# The form of a letter.


def _split(text: str) -> tuple[str, str]:
    """The subject on the first line, and the words."""
    first, _, rest = text.strip().partition("\n")
    return " ".join(first.removeprefix("Subject:").split()), rest.strip()


def _subject(items: list[tuple[str, str]]) -> str:
    if len(items) == 1:
        return items[0][0]
    return gettext("%(number)d pieces of news for you", number=len(items))


def _laid_out(
    items: list[tuple[str, str]], user: User | None = None, stop_url: str | None = None
) -> str:
    """One or several pieces of news between a greeting and why one receives them."""
    text = render_template(
        "mail/layout.txt", items=items, user=user, stop_url=stop_url, url=mail.address
    )
    lines = [line if line == "-- " else line.rstrip() for line in text.strip().splitlines()]
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join(kept) + "\n"


# One worker at a time.


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker of this machine is sending; held until the end, or until death.

    On PostgreSQL the rows are held too, so that workers on other machines find other letters.
    """
    file = Path(current_app.config["INSTANCE"]) / "mailer.lock"
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _of(is_alone: bool, waiting: Callable[[], list[int]]) -> list[int]:
    numbers = waiting() if is_alone else []
    db.session.rollback()
    return numbers


def _let_readers_go() -> None:
    """SQLite has one writer and it must say so first: read, let go, send, then write."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()


def _say(what: str, problem: Exception, **about: int) -> None:
    """What went wrong: in a line where the mail server said no, whole where we did."""
    db.session.rollback()
    if isinstance(problem, smtplib.SMTPException | OSError):
        code = getattr(problem, "smtp_code", None)
        log.warning(what, extra=told(**about, problem=type(problem).__name__, smtp_code=code))
    else:
        log.error(what, extra=told(**about), exc_info=problem)


def _pause(failures: int) -> timedelta:
    """Half a minute, then twice as long each time, six hours at most."""
    return min(timedelta(seconds=15 * 2**failures), timedelta(hours=6))
