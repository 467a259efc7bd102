"""Whom the site knows: by address, by role, by what they follow; and what they were told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import MANYTOONE, joinedload, lazyload

from consult.core import clock
from consult.core.db import Base, Rows, db, together
from consult.core.text import fold
from consult.journal.models import Event, Notification
from consult.people.models import Follow, Invitation, Letter, Role, RoleName, User
from consult.people.passwords import sealed

SYSTEM = "système"
# What a thing belongs to, nearest last: who may not see that may not see the thing.
ABOVE = ("campaign", "contribution", "post", "plan", "engagement", "action")
QUOTED = ("decision",)  # what a letter quotes beside its subject, by the name its event gives it


# What somebody may have taken back, or lost, at this very moment.
HELD = ("publication_at", "position_at", "awaits_adult", "closed_at", "suspended_until")


def held(*people: User | None) -> None:
    """Hold these accounts as they are by now: none closes meanwhile (see `core.db.locked`).

    Notices to them are written all the same: whoever writes one may hold what this waits for.
    """
    db.session.flush()
    for user in sorted({one for one in people if one is not None}, key=lambda one: one.id):
        db.session.refresh(user, HELD, with_for_update={"key_share": True})


def email_key(address: str) -> str:
    """One spelling for all the ways of writing the same address."""
    return address.strip().casefold()


def closed_key(key: str) -> str:
    """What a closed account leaves in place of its address or pseudonym, so that none frees it."""
    return f"closed:{sealed(key)}"


def by_email(address: str) -> User | None:
    """The account of this address, if one is open; its roles are read when they are asked for.

    An address nobody knows so takes as many statements as one somebody does.
    """
    asked = sa.select(User).filter_by(email_key=email_key(address))
    return db.session.scalar(asked.options(lazyload(User.roles)))


def closed_by_email(address: str) -> int | None:
    """The number of the account of this address, if one was closed."""
    key = closed_key(email_key(address))
    return db.session.scalar(sa.select(User.id).filter_by(email_key=key))


def is_taken(pseudonym: str, but: User | None = None) -> bool:
    """Whether somebody goes, or went, by this name or by one that reads the same."""
    key = fold(pseudonym)
    holders = sa.select(User.id).where(User.pseudonym_key.in_([key, closed_key(key)]))
    if but is not None:
        holders = holders.where(User.id != but.id)
    return db.session.scalar(holders) is not None


def site_name() -> str:
    """What the town calls its site: the first word somebody would try as a password."""
    return db.session.scalar(sa.select(models()["site"].name).limit(1)) or ""


def system() -> User:
    """The built-in account that acts when nobody in particular does; nobody signs in to it."""
    user = db.session.scalar(sa.select(User).filter_by(email_key=SYSTEM))
    if user is None:
        user = User(
            email_key=SYSTEM,
            pseudonym=SYSTEM,
            pseudonym_key=fold(SYSTEM),
            wants_mail=False,
            is_system=True,
            confirmed_at=clock.now(),
        )
        db.session.add(user)
        db.session.flush()
    return user


# Roles.


def with_role(*names: RoleName, campaign: Any = None, plan: Any = None) -> list[User]:
    """Who holds one of these roles for the site, or for this campaign or plan."""
    return list(
        db.session.scalars(
            sa.select(User)
            .where(
                User.closed_at.is_(None),
                User.id.in_(
                    sa.select(Role.user_id).where(
                        Role.name.in_(names),
                        sa.or_(Role.campaign_id.is_(None), Role.campaign_id == _id(campaign)),
                        sa.or_(Role.plan_id.is_(None), Role.plan_id == _id(plan)),
                    )
                ),
            )
            .order_by(User.id)
        )
    )


class Holder(NamedTuple):
    """A role, who holds it and where."""

    role: Role
    user: User
    place: str | None  # the title of its campaign or plan


def holders() -> list[Holder]:
    """Every role held, by name, then by person."""
    rows = db.session.execute(
        sa.select(Role, User)
        .join(User, User.id == Role.user_id)
        .where(User.closed_at.is_(None))
        .order_by(Role.name, sa.func.lower(User.pseudonym), Role.id)
    ).all()
    titles = _titles([role for role, _ in rows])
    return [Holder(role, user, _place(role, titles)) for role, user in rows]


def inviter(invitation: Invitation) -> User | None:
    """Who offered this role."""
    return db.session.get(User, invitation.invited_by_id)


class Offer(NamedTuple):
    """An invitation, and the campaign or plan it is for."""

    invitation: Invitation
    place: str | None


def offers() -> list[Offer]:
    """Invitations nobody has taken yet, latest first; those over stay a month to be seen."""
    invitations = list(
        db.session.scalars(
            sa.select(Invitation)
            .where(
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.expires_at > clock.now() - timedelta(days=30),
            )
            .order_by(Invitation.id.desc())
        )
    )
    titles = _titles(invitations)
    return [Offer(invitation, _place(invitation, titles)) for invitation in invitations]


def place(of: Role | Invitation) -> str | None:
    """The title of the campaign or plan a role is for; None for the whole site."""
    return _place(of, _titles([of]))


def scopes() -> list[tuple[str, str, str]]:
    """Where a role may be held besides the whole site: key, kind, title."""
    return [
        (f"{kind}:{number}", kind, title)
        for kind in ("campaign", "plan")
        for number, title in db.session.execute(
            sa.select(models()[kind].id, models()[kind].title).order_by(models()[kind].id.desc())
        )
    ]


def administrators() -> list[User]:
    """Who can look after the site."""
    return list(
        db.session.scalars(
            sa.select(User)
            .join(Role, Role.user_id == User.id)
            .where(
                Role.name == RoleName.ADMINISTRATOR,
                User.closed_at.is_(None),
                User.confirmed_at.is_not(None),
            )
            .order_by(User.id)
        )
    )


def _titles(things: Iterable[Any]) -> dict[tuple[str, int], str]:
    """The titles of the campaigns and plans these are for, at most one question a kind."""
    found: dict[tuple[str, int], str] = {}
    rows = list(things)
    for kind in ("campaign", "plan"):
        wanted = {number for row in rows if (number := getattr(row, f"{kind}_id"))}
        if wanted:
            model = models()[kind]
            asked = sa.select(model.id, model.title).where(model.id.in_(wanted))
            found |= {(kind, number): title for number, title in db.session.execute(asked)}
    return found


def _place(of: Any, titles: dict[tuple[str, int], str]) -> str | None:
    if of.campaign_id:
        return titles.get(("campaign", of.campaign_id))
    return titles.get(("plan", of.plan_id)) if of.plan_id else None


def _id(thing: Any) -> int | None:
    return thing.id if thing is not None else None


# What one follows.


def followers(kind: str, subject_id: int) -> list[User]:
    """Who wishes to hear of this."""
    return list(
        db.session.scalars(
            sa.select(User)
            .join(Follow, Follow.user_id == User.id)
            .where(
                Follow.subject_kind == kind,
                Follow.subject_id == subject_id,
                User.closed_at.is_(None),
            )
            .order_by(User.id)
        )
    )


def follows(actor: User | None, kind: str, subject_id: int) -> bool:
    """Whether this person follows this."""
    return actor is not None and following(actor, kind, subject_id) is not None


def following(actor: User, kind: str, subject_id: int) -> Follow | None:
    """The row that says so."""
    return db.session.scalar(
        sa.select(Follow).filter_by(user_id=actor.id, subject_kind=kind, subject_id=subject_id)
    )


def followed(actor: User) -> list[tuple[Follow, Any]]:
    """What this person follows, latest first, each with the thing itself."""
    rows = list(
        db.session.scalars(
            sa.select(Follow).filter_by(user_id=actor.id).order_by(Follow.id.desc()).limit(500)
        )
    )
    things = subjects((row.subject_kind, row.subject_id) for row in rows)
    return [
        (row, things[row.subject_kind, row.subject_id])
        for row in rows
        if (row.subject_kind, row.subject_id) in things
    ]


# Things of any room, by the name the journal gives them.


@cache
def models() -> dict[str, Any]:
    """Every kind of thing there is, by the name of its table."""
    return {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}


def subject(kind: str, subject_id: int) -> Any:
    """The thing itself, or None if it is no more."""
    return subjects([(kind, subject_id)]).get((kind, subject_id))


def subjects(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """The things themselves with what they belong to: one question, and one a kind of post."""
    wanted: dict[str, set[int]] = {}
    for kind, number in keys:
        wanted.setdefault(kind, set()).add(number)
    found: dict[tuple[str, int], Any] = {}
    simple: list[Rows] = []
    for kind, numbers in wanted.items():
        model = models().get(kind)
        if model is None:
            continue
        mapper = sa.inspect(model)
        above = [
            joinedload(getattr(model, relation.key)).lazyload("*")
            for relation in mapper.relationships
            if relation.key in (*ABOVE, "author") and relation.direction is MANYTOONE
        ]
        if mapper.inherits is None:
            simple.append(Rows(model, model.id.in_(numbers), options=tuple(above)))
        else:
            asked = sa.select(model).where(model.id.in_(numbers)).options(*above)
            found |= {(kind, thing.id): thing for thing in db.session.scalars(asked)}
    for model, things in together(*simple).items() if simple else ():
        found |= {(model.__tablename__, thing.id): thing for thing in things}
    return found


def above(thing: Any) -> list[Any]:
    """What a thing belongs to, widest first: its campaign, its contribution, its plan…"""
    return [other for name in ABOVE if (other := getattr(thing, name, None)) is not None]


# What one was told.


class Told(NamedTuple):
    """One notice: what happened, to what, and what its letter quotes."""

    notification: Notification
    event: Event
    subject: Any
    quoted: list[Any] = []


def unread(actor: User) -> int:
    """How many notices this person has not seen; nobody counts beyond a hundred."""
    few = (
        sa.select(Notification.id)
        .where(Notification.user_id == actor.id, Notification.read_at.is_(None))
        .limit(100)
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(few.subquery())) or 0


def told(actor: User, *, before: int | None = None, limit: int = 20) -> list[Told]:
    """What this person was told, latest first, from below this number."""
    asked = (
        sa.select(Notification, Event)
        .join(Event, Event.id == Notification.event_id)
        .where(Notification.user_id == actor.id)
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(Notification.id < before)
    return with_subjects(db.session.execute(asked))


def with_subjects(rows: Iterable[Any]) -> list[Told]:
    """Notices with the things they are about."""
    rows = list(rows)
    about = {event.id: (event.subject_kind, event.subject_id) for _, event in rows}
    quoted = {
        event.id: [(kind, event.data[kind]) for kind in QUOTED if kind in event.data]
        for _, event in rows
    }
    things = subjects(chain(about.values(), *quoted.values()))
    return [
        Told(
            notification,
            event,
            things.get(about[event.id]),
            [things[key] for key in quoted[event.id] if key in things],
        )
        for notification, event in rows
    ]


# What waits to be sent.


def letters_waiting(number: int = 50) -> list[int]:
    """Letters about accounts whose time to leave has come, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Letter.id)
            .where(
                Letter.sent_at.is_(None),
                sa.or_(Letter.retry_at.is_(None), Letter.retry_at <= clock.now()),
            )
            .order_by(Letter.id)
            .limit(number)
        )
    )


def people_waiting(before: datetime, number: int = 50) -> list[int]:
    """Who has notices to be told by mail, the oldest of which is from before this moment."""
    return list(
        db.session.scalars(
            sa.select(Notification.user_id)
            .join(Event, Event.id == Notification.event_id)
            .join(User, User.id == Notification.user_id)
            .where(
                Notification.mailed_at.is_(None),
                Event.at <= before,
                sa.or_(User.mail_retry_at.is_(None), User.mail_retry_at <= clock.now()),
            )
            .group_by(Notification.user_id)
            .order_by(sa.func.min(Notification.id))
            .limit(number)
        )
    )


def waiting_for(user: User, number: int = 50) -> list[Told]:
    """What waits to be told to this person by mail, oldest first, held until it is."""
    return with_subjects(
        db.session.execute(
            sa.select(Notification, Event)
            .join(Event, Event.id == Notification.event_id)
            .where(Notification.user_id == user.id, Notification.mailed_at.is_(None))
            .order_by(Notification.id)
            .limit(number)
            .with_for_update(of=Notification, skip_locked=True)
        )
    )
