"""How an act is written down: recorded while it happens, sealed into the chain when it is done."""

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.core import clock, once
from consult.core.db import db
from consult.core.rules import KEY_DOOR, Refused
from consult.journal import head
from consult.journal.models import START, Event, JournalHead, Notification, fingerprint


class _Pending(NamedTuple):
    name: str
    at: datetime
    actor_id: int | None
    subject: Any
    notify: list[int]
    data: dict[str, Any]


def record(name: str, actor: Any, subject: Any, *, notify: Iterable[Any] = (), **data: Any) -> None:
    """Write down what was just done to `subject`; it stands once `commit` has sealed it.

    `notify` holds users, or None for those who left; the actor is never told of their own act.
    `data` holds ids, codes and dates: never words, names or addresses.
    """
    actor_id = actor.id if actor is not None else None
    told = {user.id for user in notify if user is not None} - {actor_id}
    pending = db.session.info.setdefault("events", [])
    pending.append(_Pending(name, clock.now(), actor_id, subject, sorted(told), data))


def commit() -> None:
    """Seal what was recorded into the chain, write the notices, and make it all true at once."""
    session = db.session()
    pending: list[_Pending] = session.info.pop("events", [])
    sealed = None
    try:
        session.flush()
        if pending:
            sealed = _seal(pending)
            once.done()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    if sealed:
        head.keep(sealed.id, sealed.hash)


def rollback() -> None:
    """Forget what was recorded and not sealed."""
    db.session.info.pop("events", None)
    db.session.rollback()


def done(form: Any, act: Callable[[], object]) -> Any:
    """What the act made, or that it was done; false where it was refused: the form says why."""
    try:
        made = act()
        commit()
    except Refused as refused:
        rollback()
        if refused.door == KEY_DOOR:
            raise
        form.refuse(refused)
        return False
    return True if made is None else made


def seen(notifications: Iterable[int]) -> None:
    """Note that these notices were read."""
    db.session.execute(
        sa.update(Notification)
        .where(Notification.id.in_(list(notifications)), Notification.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _seal(pending: list[_Pending]) -> Event:
    """Number and chain the events behind the last one, holding the head so that none slips in.

    Whoever is told is held before: their own act may be waiting for the head.
    """
    if told := {user for draft in pending for user in draft.notify}:
        (key,) = Notification.__table__.c.user_id.foreign_keys
        people = sa.select(key.column).where(key.column.in_(told)).order_by(key.column)
        db.session.execute(people.with_for_update(read=True, key_share=True))
    last = db.session.scalars(
        sa.select(JournalHead).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if last is None:
        last = JournalHead(id=1, count=0, hash=START)
        db.session.add(last)
    rows, notices = [], []
    for draft in pending:
        event = {
            "id": last.count + 1,
            "at": draft.at,
            "name": draft.name,
            "actor_id": draft.actor_id,
            "subject_kind": draft.subject.__tablename__,
            "subject_id": draft.subject.id,
            "campaign_id": _belongs(draft.subject, "campaign"),
            "plan_id": _belongs(draft.subject, "plan"),
            "data": json.loads(json.dumps(draft.data, default=_plain)),
            "salt": secrets.token_hex(16),
            "previous": last.hash,
        }
        event["hash"] = fingerprint(event)
        rows.append(event)
        notices += [{"event_id": event["id"], "user_id": user} for user in draft.notify]
        last.count, last.hash = event["id"], event["hash"]
    db.session.execute(sa.insert(Event), rows)
    if notices:
        db.session.execute(sa.insert(Notification), notices)
    return Event(id=last.count, hash=last.hash)


def _belongs(subject: Any, kind: str) -> int | None:
    """The campaign or plan this subject is, or belongs to."""
    if subject.__tablename__ == kind:
        return subject.id
    return getattr(subject, f"{kind}_id", None)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
