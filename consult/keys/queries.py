"""Which second keys and open sessions somebody has; what waits for a second signature."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from consult.core import clock
from consult.core.db import db
from consult.keys.models import BulkExport, Countersign, Passkey, RecoveryCode, Totp
from consult.people.models import Role, RoleName, User, Visit

SIGNERS = (RoleName.FACILITATOR, RoleName.ADMINISTRATOR)
SHOWN = timedelta(days=30)  # how long a request that was answered stays in the list


def totp(user: User) -> Totp | None:
    """The application that gives this person's codes."""
    return db.session.scalar(sa.select(Totp).filter_by(user_id=user.id))


def passkeys(user: User) -> list[Passkey]:
    """The passkeys of this person, oldest first."""
    return list(
        db.session.scalars(sa.select(Passkey).filter_by(user_id=user.id).order_by(Passkey.id))
    )


def passkey(credential: str, of: User | None = None) -> Passkey | None:
    """The passkey that calls itself so; of this person, or of anybody."""
    asked = sa.select(Passkey).filter_by(credential=credential)
    if of is not None:
        asked = asked.filter_by(user_id=of.id)
    return db.session.scalar(asked)


def has_key(user: User) -> bool:
    """Whether this person has chosen a second key."""
    both = sa.union_all(
        *(sa.select(model.id).where(model.user_id == user.id) for model in (Totp, Passkey))
    )
    return db.session.scalar(both.limit(1)) is not None


def codes_left(user: User) -> int:
    """How many codes on paper are still good."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(RecoveryCode.id)).where(
                RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
            )
        )
        or 0
    )


def visits(user: User) -> list[Visit]:
    """The open sessions of this person, last used first."""
    return list(
        db.session.scalars(
            sa.select(Visit)
            .filter_by(user_id=user.id, number=user.session_number)
            .order_by(Visit.seen_at.desc(), Visit.id.desc())
        )
    )


# Two people.


def signers(countersign: Countersign) -> list[User]:
    """Who may sign this, besides whoever asked."""
    return list(
        db.session.scalars(
            sa.select(User)
            .where(
                User.closed_at.is_(None),
                User.id != countersign.asked_by_id,
                User.id.in_(
                    sa.select(Role.user_id).where(
                        Role.name.in_(SIGNERS),
                        Role.plan_id.is_(None),
                        sa.or_(
                            Role.campaign_id.is_(None),
                            Role.campaign_id == countersign.campaign_id,
                        ),
                    )
                ),
            )
            .order_by(User.id)
        )
    )


def asked(fingerprint: str, actor: User | None = None) -> Countersign | None:
    """The request of this person, or of anybody, for exactly this, still good."""
    wanted = sa.select(Countersign).where(
        Countersign.fingerprint == fingerprint,
        Countersign.used_at.is_(None),
        Countersign.declined_at.is_(None),
        Countersign.expires_at > clock.now(),
    )
    if actor is not None:
        wanted = wanted.where(Countersign.asked_by_id == actor.id)
    return db.session.scalar(wanted.order_by(Countersign.id.desc()).limit(1))


def signed(number: int, actor: User | None, what: str) -> dict[str, Any]:
    """What this person may do now because another signed; nothing where they may not."""
    found = db.session.get(Countersign, number)
    if (
        found is None
        or (found.asked_by_id, found.what) != (actor.id if actor else None, what)
        or not found.signed_at
        or found.used_at
    ):
        return {}
    return found.details


def open_requests(what: str, subject: Any) -> list[Countersign]:
    """The requests for this act on this thing that are still good, latest first."""
    wanted = sa.select(Countersign).where(
        Countersign.what == what,
        Countersign.subject_kind == subject.__tablename__,
        Countersign.subject_id == subject.id,
        Countersign.used_at.is_(None),
        Countersign.declined_at.is_(None),
        Countersign.expires_at > clock.now(),
    )
    return list(db.session.scalars(wanted.order_by(Countersign.id.desc())))


def declined(what: str, subject: Any, **about: Any) -> Countersign | None:
    """The latest request for this act on this thing, where another person declined it.

    `about`: what its details say, where the thing holds several. None once it is asked anew.
    """
    every = sa.select(Countersign).where(
        Countersign.what == what,
        Countersign.subject_kind == subject.__tablename__,
        Countersign.subject_id == subject.id,
    )
    latest = next(
        (
            one
            for one in db.session.scalars(every.order_by(Countersign.id.desc()))
            if about.items() <= one.details.items()
        ),
        None,
    )
    return latest if latest and latest.declined_words else None


def requests() -> list[Countersign]:
    """What waits for a second signature or was answered lately, latest first."""
    people = (Countersign.asked_by, Countersign.signed_by, Countersign.declined_by)
    return list(
        db.session.scalars(
            sa.select(Countersign)
            .where(Countersign.asked_at > clock.now() - SHOWN)
            .options(*(joinedload(one).lazyload(User.roles) for one in people))
            .order_by(Countersign.id.desc())
            .limit(200)
        )
    )


def exports(limit: int = 200) -> list[BulkExport]:
    """What left the site in bulk, latest first."""
    people = (BulkExport.by, BulkExport.signed_by)
    return list(
        db.session.scalars(
            sa.select(BulkExport)
            .options(*(joinedload(one).lazyload(User.roles) for one in people))
            .order_by(BulkExport.id.desc())
            .limit(limit)
        )
    )
