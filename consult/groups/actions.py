"""What can happen to a group: opened, changed, left, dissolved; nothing said is ever merged."""

from collections.abc import Sequence

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.groups import queries, rules
from consult.groups.models import Group, GroupVersion, Member, Objection
from consult.journal.actions import record
from consult.people.models import RoleName, User
from consult.people.queries import with_role


def gather(
    actor: User,
    campaign: Campaign,
    contributions: Sequence[Contribution],
    *,
    title: str,
    reason: str,
    key: str | None = None,
) -> Group:
    """A facilitator puts contributions that say the same under one title; their authors hear."""
    gathered = queries.held(one.id for one in contributions)
    rules.gather(actor, campaign, gathered, title=title, reason=reason)
    group = Group(campaign=campaign, title=title.strip(), key=key)
    db.session.add(group)
    db.session.flush()
    db.session.add_all(Member(group_id=group.id, contribution_id=one.id) for one in gathered)
    db.session.flush()
    _keep(group, reason, actor)
    record("groups.gather", actor, group, notify=[one.author for one in gathered])
    return group


def change(
    actor: User,
    group: Group,
    contributions: Sequence[Contribution],
    *,
    title: str,
    reason: str,
) -> Group:
    """A facilitator gives it another title, takes some in, lets some go; those concerned hear."""
    queries.still(group)
    before = queries.member_ids(group)
    after = {one.id for one in contributions}
    concerned = queries.held(before | after)
    kept = [one for one in concerned if one.id in after]
    rules.change(actor, group, kept, title=title, reason=reason)
    group.title = title.strip()
    _let_go(before - after)
    db.session.add_all(Member(group_id=group.id, contribution_id=id) for id in after - before)
    db.session.flush()
    _keep(group, reason, actor)
    moved = before ^ after
    told = [one.author for one in concerned if one.id in moved or not moved]
    record("groups.change", actor, group, notify=told)
    return group


def dissolve(actor: User, group: Group, *, reason: str) -> None:
    """The contributions stand alone again; what the group was stays to be read."""
    queries.still(group)
    rules.dissolve(actor, group, reason=reason)
    concerned = queries.held(queries.member_ids(group))
    _let_go({one.id for one in concerned})
    group.dissolved_at = clock.now()
    _keep(group, reason, actor)
    record("groups.dissolve", actor, group, notify=[one.author for one in concerned])


def leave(
    actor: User | None, contribution: Contribution, *, receipt: str = "", words: str = ""
) -> Group:
    """« This does not represent me »: an author is out at once, and nobody puts them back."""
    stands = rules.leave(actor, contribution, receipt=receipt)
    group = queries.still(queries.group_or_404(stands.group_id))  # as `change`: group, then texts
    queries.held([contribution.id])
    rules.leave(actor, contribution, receipt=receipt)
    _let_go({contribution.id})
    db.session.add(
        Objection(contribution_id=contribution.id, group_id=group.id, words=words.strip())
    )
    _keep(group, "", actor, left=contribution)
    record("groups.leave", actor, contribution, notify=_watchers(group), group=group.id)
    return group


def agree(actor: User | None, contribution: Contribution, *, receipt: str = "") -> None:
    """An author takes it back: the contribution may stand in a group again. It is put in none."""
    queries.held([contribution.id])
    rules.agree(actor, contribution, receipt=receipt)
    db.session.execute(sa.delete(Objection).where(Objection.contribution_id == contribution.id))
    record("groups.agree", actor, contribution)


def _let_go(ids: set[int]) -> None:
    if ids:
        db.session.execute(sa.delete(Member).where(Member.contribution_id.in_(ids)))


def _keep(group: Group, reason: str, editor: User | None, left: Contribution | None = None) -> None:
    """Write down what the group is from now on, and why."""
    db.session.add(
        GroupVersion(
            group_id=group.id,
            number=queries.latest_number(group) + 1,
            title=group.title,
            members=sorted(queries.member_ids(group)),
            reason=reason.strip(),
            left_id=left.id if left else None,
            editor_id=editor.id if editor else None,
        )
    )


def _watchers(group: Group) -> list[User]:
    return with_role(RoleName.FACILITATOR, campaign=group.campaign)
