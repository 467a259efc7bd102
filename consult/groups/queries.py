"""What to read of groups: their originals, where a contribution stands, supports once each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.contributions.queries import Neighbour, nearest
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.groups.models import Group, GroupVersion, Member, Objection
from consult.people.models import User
from consult.votes.models import Support

MOST = 200  # originals of one group
FEW = 5  # supports of one original: with fewer, the people of a group tell what else they support


class Standing(NamedTuple):
    """In which group a contribution stands, and with how many others."""

    group_id: int
    title: str
    number: int  # of its originals on show, this one included


def group_or_404(id: int) -> Group:
    found = db.session.scalar(
        sa.select(Group)
        .where(Group.id == id)
        .options(joinedload(Group.campaign).lazyload(Campaign.themes))
    )
    if found is None:
        raise NotFound
    return found


def with_key(key: str | None) -> Group | None:
    """The group this very form already made."""
    return db.session.scalar(sa.select(Group).filter_by(key=key)) if key else None


def originals(group: Group) -> list[Contribution]:
    """Every contribution of a group that is on show, in the order they came."""
    return list(
        db.session.scalars(
            sa.select(Contribution)
            .join(Member, Member.contribution_id == Contribution.id)
            .where(Member.group_id == group.id, Contribution.published_at.is_not(None))
            .options(
                lazyload(Contribution.campaign),
                joinedload(Contribution.author).lazyload(User.roles),
                joinedload(Contribution.theme),
                joinedload(Contribution.place),
            )
            .order_by(Contribution.id)
        )
    )


def member_ids(group: Group) -> set[int]:
    """The numbers of all that stand in a group, on show or not."""
    return set(
        db.session.scalars(sa.select(Member.contribution_id).where(Member.group_id == group.id))
    )


def versions(group: Group) -> list[GroupVersion]:
    """What the group was and why, latest first."""
    return list(
        db.session.scalars(
            sa.select(GroupVersion)
            .where(GroupVersion.group_id == group.id)
            .order_by(GroupVersion.number.desc())
        )
    )


def gathered_at(versions: Sequence[GroupVersion]) -> datetime:
    """Since when a group holds what it holds, from its versions, latest first."""
    earlier = (*versions[1:], None)
    return next(
        one.at
        for one, before in zip(versions, earlier, strict=True)
        if before is None or one.members != before.members
    )


def latest_number(group: Group) -> int:
    last = sa.select(sa.func.max(GroupVersion.number)).where(GroupVersion.group_id == group.id)
    return db.session.scalar(last) or 0


def standings(contribution_ids: Iterable[int]) -> dict[int, Standing]:
    """In which group each of these contributions stands, in one query; those in none are absent."""
    other = sa.orm.aliased(Member)
    shown = Contribution.__table__.alias()
    rows = db.session.execute(
        sa.select(Member.contribution_id, Group.id, Group.title, sa.func.count(shown.c.id))
        .join(Group, Group.id == Member.group_id)
        .join(other, other.group_id == Group.id)
        .join(shown, sa.and_(shown.c.id == other.contribution_id, shown.c.shown_at.is_not(None)))
        .where(Member.contribution_id.in_(list(contribution_ids)))
        .group_by(Member.contribution_id, Group.id, Group.title)
    )
    return {number: Standing(*rest) for number, *rest in rows}


def grouped_in(campaign: Campaign) -> dict[int, tuple[int, str]]:
    """Of every contribution of a campaign that stands in a group: its group's number and title."""
    rows = db.session.execute(
        sa.select(Member.contribution_id, Group.id, Group.title)
        .join(Group, Group.id == Member.group_id)
        .where(Group.campaign_id == campaign.id)
    )
    return {number: (group, title) for number, group, title in rows}


def standing(contribution: Contribution) -> Standing | None:
    return standings([contribution.id]).get(contribution.id)


class Place(NamedTuple):
    """For the page of a contribution: its group, if any, and whether it stands alone by wish."""

    group_id: int | None
    title: str
    number: int
    is_objected: bool


def place(contribution: Contribution) -> Place:
    """Where a contribution stands, in one query."""
    shown = Contribution.__table__.alias()
    number = (
        sa.select(sa.func.count())
        .select_from(Member.__table__.join(shown, shown.c.id == Member.contribution_id))
        .where(Member.group_id == Group.id, shown.c.shown_at.is_not(None))
        .correlate(Group)
        .scalar_subquery()
    )
    own = Contribution.__table__.alias()
    placed, against = Member.__table__.alias(), Objection.__table__
    found = db.session.execute(
        sa.select(Group.id, Group.title, number, against.c.id)
        .select_from(own)
        .outerjoin(placed, placed.c.contribution_id == own.c.id)
        .outerjoin(Group, Group.id == placed.c.group_id)
        .outerjoin(against, against.c.contribution_id == own.c.id)
        .where(own.c.id == contribution.id)
    ).one()
    return Place(found[0], found[1] or "", found[2], found[3] is not None)


def objection(contribution: Contribution) -> Objection | None:
    """What its author said against being grouped, if they did."""
    return db.session.scalar(
        sa.select(Objection).where(Objection.contribution_id == contribution.id)
    )


def objections(group: Group) -> list[Objection]:
    """What those who left this group said, if they said something."""
    return list(
        db.session.scalars(
            sa.select(Objection)
            .where(Objection.group_id == group.id, Objection.words != "")
            .order_by(Objection.id)
        )
    )


def objected(contribution_ids: Iterable[int]) -> set[int]:
    """Those of these contributions whose authors want to stand alone."""
    return set(
        db.session.scalars(
            sa.select(Objection.contribution_id).where(
                Objection.contribution_id.in_(list(contribution_ids))
            )
        )
    )


@algorithm(
    Kind.COUNT,
    _("Supports of a group"),
    purpose=_(
        "To say how many people stand behind a group, however many of its texts they support."
    ),
    data=_("The supports of the contributions gathered; a sealed key stands for each person."),
    rule=_(
        "Each person counts once, even with supports to several contributions of the group. What"
        " was set aside with reasons is left out. Each contribution keeps its own count. Not shown"
        " while one of them has one to four supports: who gave those could be known to have given"
        " others."
    ),
)
def supporters(group: Group) -> int:
    """How many people support at least one contribution of a group that is on show."""
    statement = (
        sa.select(sa.func.count(sa.distinct(Support.voter_key)))
        .join(Member, Member.contribution_id == Support.contribution_id)
        .join(Contribution.__table__, Contribution.__table__.c.id == Member.contribution_id)
        .where(
            Member.group_id == group.id,
            Support.aside_id.is_(None),
            Contribution.__table__.c.shown_at.is_not(None),
        )
    )
    return db.session.scalar(statement) or 0


def tells_apart(originals: Iterable[Contribution]) -> bool:
    """Whether the people of a group, beside each count, could tell what one of them supports."""
    return any(0 < one.support_count < FEW for one in originals)


class Line(NamedTuple):
    """A group in the list of a campaign."""

    id: int
    title: str
    number: int


def of_campaign(campaign: Campaign) -> list[Line]:
    """The groups that stand, the largest first."""
    number = sa.func.count(Member.id)
    rows = db.session.execute(
        sa.select(Group.id, Group.title, number)
        .join(Member, Member.group_id == Group.id)
        .where(Group.campaign_id == campaign.id, Group.dissolved_at.is_(None))
        .group_by(Group.id, Group.title)
        .order_by(number.desc(), Group.id)
        .limit(MOST)
    )
    return [Line(*row) for row in rows]


class Choice(NamedTuple):
    """A contribution that may be gathered with others, or why it may not."""

    contribution: Contribution
    standing: Standing | None
    is_objected: bool


def choices(campaign: Campaign, ids: Sequence[int]) -> list[Choice]:
    """These contributions of a campaign, on show, in this order."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    found = {
        one.id: one
        for one in db.session.scalars(
            sa.select(Contribution)
            .where(
                Contribution.id.in_(wanted),
                Contribution.campaign_id == campaign.id,
                Contribution.shown_at.is_not(None),
            )
            .options(lazyload(Contribution.campaign), joinedload(Contribution.author))
        )
    }
    placed, against = standings(found), objected(found)
    return [Choice(found[id], placed.get(id), id in against) for id in wanted if id in found]


def suggested(contribution: Contribution) -> list[Neighbour]:
    """What is on show and says nearly the same as a contribution, for whoever may gather them."""
    return nearest(contribution.campaign, contribution.title, but=contribution.id)


def held(ids: Iterable[int]) -> list[Contribution]:
    """These contributions, fresh and held, in one order for everybody: no two wait crosswise."""
    return list(
        db.session.scalars(
            locked(sa.select(Contribution).where(Contribution.id.in_(sorted(ids))))
            .order_by(Contribution.id)
            .execution_options(populate_existing=True)
        )
    )


def still(group: Group) -> Group:
    """The same group as it stands now, its row held: one change at a time."""
    db.session.refresh(group, ["title", "dissolved_at"], with_for_update=True)
    return group
