"""What a machine found odd and nobody cleared; how supports came, hour by hour."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, Phase, PhaseKind
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.identity.models import Proof
from consult.moderation.queries import label
from consult.people.disposable import is_disposable
from consult.people.models import RoleName, User
from consult.posts.models import Channel, Flag, FlagKind, Post, Status
from consult.vigilance.models import Refuted, SetAside
from consult.votes.models import Support

NEW = timedelta(hours=48)  # an account opened less than this before it supports is new
BURST = 10  # supports from new accounts within an hour
FEW = 5  # fewer of them in an hour are not shown: who came then could be known to have given them
HOUR = timedelta(hours=1)
PAGE = 50
READERS = (RoleName.FACILITATOR, RoleName.GUARANTOR)


# Flags.


class Line(NamedTuple):
    """A flag in the list, with what it is about."""

    flag: Flag
    kind: str  # of text
    title: str
    campaign: str | None


def open_flags(actor: User, after: int = 0) -> list[Line]:
    """What nobody cleared of what was sent in the campaigns of this person, oldest first."""
    post, contribution = Post.__table__, Contribution.__table__
    comment = Comment.__table__
    campaign_id = sa.func.coalesce(contribution.c.campaign_id, comment.c.campaign_id)
    statement = (
        sa.select(Flag, post.c.kind, Campaign.title)
        .options(joinedload(Flag.post))
        .join(post, post.c.id == Flag.post_id)
        .outerjoin(contribution, contribution.c.id == post.c.id)
        .outerjoin(comment, comment.c.id == post.c.id)
        .outerjoin(Campaign, Campaign.id == campaign_id)
        .where(Flag.cleared_at.is_(None), Flag.id > after, post.c.status != Status.DRAFT)
        .order_by(Flag.id)
        .limit(PAGE + 1)
    )
    held = [role for role in actor.held if role.name in READERS]
    if not any(role.campaign_id is None and role.plan_id is None for role in held):
        allowed = [role.campaign_id for role in held if role.campaign_id]
        statement = statement.where(campaign_id.in_(allowed))
    return [
        Line(flag, kind, label(flag.post), campaign)
        for flag, kind, campaign in db.session.execute(statement)
    ]


def flag_or_404(id: int) -> Flag:
    flag = db.session.scalar(sa.select(Flag).where(Flag.id == id).options(joinedload(Flag.post)))
    if flag is None or flag.post.status == Status.DRAFT:  # its author's alone until it is sent
        raise NotFound
    return flag


# Supports.


class Hour(NamedTuple):
    """The supports that came within one hour: how many, from what kind of accounts."""

    at: datetime
    number: int
    new: int  # from accounts opened less than 48 hours before
    disposable: int  # of these, with a throw-away address
    aside: int

    @property
    def tells_nobody(self) -> bool:
        """Whether so many new accounts came that none of them is known by the hour."""
        return self.new >= FEW

    @property
    def is_burst(self) -> bool:
        return self.new >= BURST and 2 * self.new >= self.number


def hours(contribution: Contribution) -> list[Hour]:
    """How its supports came, hour by hour, the fullest of new accounts first.

    One that went with an hour stands there still if it went with an identity check as well: that
    it is gone would tell whose it was.
    """
    came = sa.union_all(
        *(
            sa.select(model.at, model.aside_id, model.user_id).where(
                model.contribution_id == contribution.id, *where
            )
            for model, where in ((Support, ()), (Refuted, (Refuted.aside_id.is_not(None),)))
        )
    ).subquery()
    rows = db.session.execute(
        sa.select(came.c.at, came.c.aside_id, User.confirmed_at, User.email).outerjoin(
            User, User.id == came.c.user_id
        )
    )
    counts: dict[datetime, Counter[str]] = {}
    for at, aside_id, opened_at, email in rows:
        counted = counts.setdefault(_hour(at), Counter())
        is_new = opened_at is not None and at - opened_at < NEW
        counted.update(
            number=1,
            new=int(is_new),
            disposable=int(is_new and is_disposable(email)),
            aside=int(aside_id is not None),
        )
    found = [
        Hour(at, *(counted[name] for name in ("number", "new", "disposable", "aside")))
        for at, counted in counts.items()
    ]
    return sorted(found, key=lambda hour: (-hour.new, -hour.at.timestamp()))


@algorithm(
    Kind.FLAG,
    _("Bursts of supports from new accounts"),
    purpose=_("To have a human look when many accounts seem to be opened for one contribution."),
    data=_("When supports were given and when their accounts were opened; not by whom."),
    rule=_(
        "Flagged if within one hour ten supports or more come from accounts opened less than 48"
        " hours before, and they are at least half of that hour's supports. All of them count until"
        " a human proves them false and says why in public."
    ),
)
def bursts() -> list[tuple[Contribution, Hour]]:
    """The hours, this one and the one before, in which supports came as from one hand.

    While counts are out of sight nobody is told, not even facilitators: such a vote is looked at
    as a whole in the hours after it closed.
    """
    now = clock.now()
    since = _hour(now) - HOUR
    closed = sa.select(Phase.campaign_id).where(
        Phase.kind == PhaseKind.VOTE, Phase.closes_at > since, Phase.closes_at <= now
    )
    rows = db.session.execute(
        sa.select(Support.contribution_id, Support.at, User.confirmed_at)
        .join(Campaign, Campaign.id == Support.campaign_id)
        .outerjoin(User, User.id == Support.user_id)
        .where(
            Support.aside_id.is_(None),
            sa.or_(
                sa.and_(Support.at >= since, Campaign.hides_counts.is_(False)),
                sa.and_(Campaign.hides_counts.is_(True), Campaign.id.in_(closed)),
            ),
        )
    )
    counts: dict[tuple[int, datetime], Counter[str]] = {}
    for number, at, opened_at in rows:
        counted = counts.setdefault((number, _hour(at)), Counter())
        counted.update(number=1, new=opened_at is not None and at - opened_at < NEW)
    found = {
        key: hour
        for key, counted in counts.items()
        if (hour := Hour(key[1], counted["number"], counted["new"], 0, 0)).is_burst
    }
    if not found:
        return []
    contributions = {
        one.id: one
        for one in db.session.scalars(
            sa.select(Contribution)
            .where(Contribution.id.in_({number for number, _at in found}))
            .options(joinedload(Contribution.campaign))
        )
    }
    return [(contributions[number], hour) for (number, _at), hour in sorted(found.items())]


def burst_flag(contribution: Contribution, hour: datetime) -> Flag | None:
    """The flag of this hour, cleared or not."""
    return db.session.scalar(
        sa.select(Flag).filter_by(post_id=contribution.id, kind=FlagKind.BURST, mark=mark(hour))
    )


def mark(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"


def given_with(proof: Proof) -> list[tuple[Contribution, Support]]:
    """The supports given with this proof, each with its contribution, held."""
    return _with(Support, proof, sa.true())


def taken_with(proof: Proof) -> list[tuple[Contribution, Refuted]]:
    """The supports that went with this proof, of whoever holds it now or given on paper; held."""
    return _with(
        Refuted, proof, sa.or_(Refuted.channel != Channel.WEB, Refuted.user_id == proof.user_id)
    )


def _with(model: type[Any], proof: Proof, where: sa.ColumnElement[bool]) -> list[tuple[Any, Any]]:
    rows = db.session.execute(
        locked(
            sa.select(Contribution, model)
            .join(model, model.contribution_id == Contribution.id)
            .where(
                model.campaign_id == proof.campaign_id, model.voter_key == proof.voter_key, where
            )
            .order_by(Contribution.id)
        ).execution_options(populate_existing=True)
    )
    return [(contribution, one) for contribution, one in rows]


class Given(NamedTuple):
    support_id: int
    user: User | None


def given_by_new_accounts(contribution: Contribution, hour: datetime) -> list[Given]:
    """The supports of this hour from new accounts that still count: what may be set aside."""
    rows = db.session.execute(
        sa.select(Support.id, Support.at, User)
        .join(User, User.id == Support.user_id)
        .where(
            Support.contribution_id == contribution.id,
            Support.at >= hour,
            Support.at < hour + HOUR,
            Support.aside_id.is_(None),
        )
        .order_by(Support.id)
    )
    return [
        Given(number, user)
        for number, at, user in rows
        if user.confirmed_at is not None and at - user.confirmed_at < NEW
    ]


def statements(contribution: Contribution) -> list[SetAside]:
    """What was set aside and put back, latest first: anybody may read it."""
    return list(
        db.session.scalars(
            sa.select(SetAside)
            .where(SetAside.contribution_id == contribution.id)
            .order_by(SetAside.id.desc())
        )
    )


def set_aside_or_404(id: int) -> SetAside:
    found = db.session.scalar(
        sa.select(SetAside)
        .where(SetAside.id == id)
        .options(joinedload(SetAside.contribution).joinedload(Contribution.campaign))
    )
    if found is None:
        raise NotFound
    return found


def concerned(aside: SetAside) -> list[User]:
    """Whose supports these were, to tell them."""
    return list(
        db.session.scalars(
            sa.select(User)
            .join(Support, Support.user_id == User.id)
            .where(Support.aside_id == aside.id)
        )
    )


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
