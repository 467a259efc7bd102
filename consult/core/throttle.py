"""How often something may be tried, counted in the database so that every worker agrees.

Of a key only the door is kept in clear, and a fingerprint of the rest: a try has the moment of what
it was for, and would say whose support this is, or from which network a notice came.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from zlib import crc32

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.db import db
from consult.core.personal import SAFETY, personal

DAY = timedelta(days=1)  # tries older than this are forgotten: no window is longer


class Attempt(db.Model):
    """One try by one key (an address folded, a network), forgotten when its window is over."""

    key: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (sa.Index("ix_attempt_key", "key", "at"),)


personal(Attempt, SAFETY, "key")


def too_many(key: str, *, limit: int, within: timedelta) -> bool:
    """Whether this key was tried `limit` times or more within the window before now.

    Whoever asks about the same key at the same moment, on any worker, waits until this one is done:
    of many that come at once, no more than `limit` pass.
    """
    return "rate" in current_app.config["LAYERS"] and _tried(key, within) >= limit


def free_at(key: str, *, limit: int, within: timedelta) -> datetime | None:
    """From when on this key may be tried again; None where it may be now."""
    if not too_many(key, limit=limit, within=within):
        return None
    tries = sa.select(Attempt.at).where(Attempt.key == _sealed(key)).order_by(Attempt.at.desc())
    return db.session.scalars(tries.offset(limit - 1).limit(1)).one() + within


def is_first(key: str) -> bool:
    """Whether this is met for the first time in a day; then it is used up.

    What serves once serves once, whichever layers against abuse are in force.
    """
    if _tried(key, DAY):
        return False
    note(key)
    return True


def _tried(key: str, within: timedelta) -> int:
    """How often, holding back whoever asks the same at the same moment."""
    if db.engine.dialect.name == "postgresql":  # SQLite's writers stand in line already
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(crc32(key.encode()))))
    since = clock.now() - within
    met = sa.select(sa.func.count()).where(Attempt.key == _sealed(key), Attempt.at > since)
    return db.session.scalar(met) or 0


def passes(limits: Mapping[str, int], *, within: timedelta) -> bool:
    """Whether none of these keys was tried as often as its limit; if so the try is counted."""
    if "rate" not in current_app.config["LAYERS"]:
        return True
    limits = {_sealed(key): limit for key, limit in limits.items()}
    keys = sorted(limits)
    if db.engine.dialect.name == "postgresql":
        locks = (sa.func.pg_advisory_xact_lock(crc32(key.encode())) for key in keys)
        db.session.execute(sa.select(*locks))
    counted = (
        sa.select(Attempt.key, sa.func.count())
        .where(Attempt.key.in_(keys), Attempt.at > clock.now() - within)
        .group_by(Attempt.key)
    )
    if any(number >= limits[key] for key, number in db.session.execute(counted)):
        return False
    db.session.execute(sa.insert(Attempt), [{"key": key, "at": clock.now()} for key in keys])
    return True


def note(key: str) -> None:
    """Count one try."""
    db.session.add(Attempt(key=_sealed(key)))


def forgive(key: str) -> None:
    """Forget the tries of this key: the right person came in the end."""
    db.session.execute(sa.delete(Attempt).where(Attempt.key == _sealed(key)))


def take_back(key: str) -> None:
    """Forget the last try of this key, and none of the others it made."""
    mine = Attempt.key == _sealed(key)
    last = sa.select(sa.func.max(Attempt.id)).where(mine).scalar_subquery()
    db.session.execute(sa.delete(Attempt).where(Attempt.id == last))


def forget(before: datetime) -> None:
    """Drop what no window needs any more."""
    db.session.execute(sa.delete(Attempt).where(Attempt.at < before))


def _sealed(key: str) -> str:
    """« door:fingerprint »: the same for the same key, and at no two doors for the same person."""
    secret = hashlib.sha256(b"throttle" + current_app.config["SECRET_KEY"].encode()).digest()
    door = key.partition(":")[0]
    return f"{door}:{hmac.new(secret, key.encode(), 'sha256').hexdigest()[:32]}"
