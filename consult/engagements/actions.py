"""What can happen to a plan: it is written, adopted, published, and revised in the open."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock, files
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.images import Image
from consult.core.slugs import distinct, slugify
from consult.council import texts
from consult.council.models import Act, ActKind, ActState
from consult.engagements import drafting, queries, rules
from consult.engagements.drafting import Carrier
from consult.engagements.models import (
    Action,
    ActorRole,
    Degree,
    Engagement,
    Origin,
    Picture,
    PictureKind,
    Plan,
    PlanState,
    Serves,
    action_place,
    see_also,
)
from consult.gaps.models import Gap
from consult.journal.actions import record
from consult.people.models import User
from consult.pluralism import queries as pluralism
from consult.pluralism.models import Publication
from consult.territory.models import Place


def create(
    actor: User | None,
    *,
    title: str,
    subtitle: str = "",
    introduction: str = "",
    place: Place | None = None,
    campaigns: Iterable[Campaign] = (),
    stale_after_days: int = 365,
    key: str | None = None,
) -> Plan:
    """Somebody of the council's desk begins a plan."""
    rules.create(actor)
    if made := queries.made_with(Plan, key):
        return made
    plan = Plan(
        slug=distinct(slugify(title, default="plan"), queries.is_taken),
        title=title,
        subtitle=subtitle,
        introduction=introduction,
        place=place,
        campaigns=list(campaigns),
        stale_after_days=stale_after_days,
        author_id=actor.id if actor else None,
        key=key,
    )
    db.session.add(plan)
    record("engagements.create", actor, plan)
    return plan


def edit(actor: User | None, plan: Plan, **changes: Any) -> None:
    """Its words before it is adopted; its campaigns, its place and its pace at any time."""
    rules.edit(actor, plan)
    rules.stay_as_adopted(plan, changes)
    for name, value in changes.items():
        setattr(plan, name, value)
    if plan.is_public:
        drafting.index_plan(plan)
    record("engagements.edit", actor, plan, changed=sorted(changes))


def commit(
    actor: User | None,
    plan: Plan,
    *,
    title: str,
    number: str = "",
    words: str = "",
    parent: Engagement | None = None,
    origins: Iterable[Contribution] = (),
    reason: str = "",
    key: str | None = None,
) -> Engagement:
    """The town commits itself: one more engagement in a plan."""
    drafting.hold(plan)
    rules.commit(actor, plan)
    rules.give_a_reason(plan, reason)
    if made := queries.made_with(Engagement, key):
        return made
    engagement = Engagement(
        plan_id=plan.id,
        plan=plan,
        parent_id=parent.id if parent else None,
        number=number,
        title=title,
        words=words,
        order=drafting.last(
            Engagement,
            Engagement.plan_id == plan.id,
            Engagement.parent_id == parent.id if parent else Engagement.parent_id.is_(None),
        ),
        key=key,
    )
    db.session.add(engagement)
    db.session.flush()
    drafting.originate(actor, engagement, origins)
    drafting.note_addition(actor, engagement, reason)
    record("engagements.commit", actor, engagement)
    return engagement


def undertake(
    actor: User | None,
    plan: Plan,
    *,
    title: str,
    engagements: Sequence[Engagement],
    words: str = "",
    dates_words: str = "",
    periodicity: str = "",
    unit: str = "",
    organisations: Iterable[Carrier] = (),
    places: Iterable[str] = (),
    tags: Iterable[str] = (),
    see_also: Iterable[Action] = (),
    origins: Iterable[Contribution] = (),
    reason: str = "",
    key: str | None = None,
) -> Action:
    """The town undertakes something: one more action, under the engagements it serves."""
    drafting.hold(plan)
    rules.undertake(actor, plan)
    rules.have_an_engagement(list(engagements), plan)
    rules.give_a_reason(plan, reason)
    if made := queries.made_with(Action, key):
        return made
    action = Action(
        plan_id=plan.id,
        plan=plan,
        title=title,
        order=drafting.last(Action, Action.plan_id == plan.id),
    )
    action.key = key
    db.session.add(action)
    db.session.flush()
    drafting.apply(
        action,
        words=words,
        dates_words=dates_words,
        periodicity=periodicity,
        unit=unit,
        engagements=engagements,
        organisations=organisations,
        places=places,
        tags=tags,
        see_also=see_also,
    )
    drafting.originate(actor, action, origins)
    drafting.note_addition(actor, action, reason)
    record("engagements.undertake", actor, action)
    return action


def revise(
    actor: User | None, subject: Engagement | Action, *, reason: str = "", **changes: Any
) -> None:
    """An engagement or an action changes; what was adopted changes only with a public reason."""
    plan = subject.plan
    drafting.hold(plan)
    rules.revise(actor, subject)
    if isinstance(subject, Engagement):
        rules.stand_elsewhere(subject, changes.get("parent"))
    elif "engagements" in changes:
        rules.have_an_engagement(list(changes["engagements"]), plan)
    before = queries.content(subject)
    drafting.apply(subject, **changes)
    db.session.flush()
    after = queries.content(subject)
    told: list[User] = []
    if before != after and plan.state != PlanState.DRAFT:
        rules.give_a_reason(plan, reason)
        drafting.note_change(actor, subject, before, after, reason)
        told = queries.concerned(subject) if plan.is_public else []
    if plan.is_public:
        drafting.index(subject)
    changed = [name for name in after if before.get(name) != after[name]]
    record("engagements.revise", actor, subject, notify=told, changed=changed)


def appoint(actor: User | None, action: Action, pilot: User | None) -> None:
    """Somebody of the town takes an action in hand, and hears of it."""
    rules.appoint(actor, action)
    action.pilot = pilot
    record("engagements.appoint", actor, action, notify=[pilot], pilot=pilot.id if pilot else None)


def move(actor: User | None, row: Engagement | Serves, *, by: int) -> None:
    """An engagement, or an action under one, goes up (-1) or down (1) in the plan."""
    rules.move(actor, row)
    rows = list(queries.siblings(row))
    place = rows.index(row)
    rows.insert(max(0, place + by), rows.pop(place))
    for order, one in enumerate(rows):
        one.order = order
    subject = row if isinstance(row, Engagement) else row.action
    record("engagements.move", actor, subject, by=by)


def remove(actor: User | None, subject: Engagement | Action) -> None:
    """Something leaves a plan that is not adopted yet."""
    rules.remove(actor, subject)
    kind, plan = subject.__tablename__, subject.plan
    db.session.execute(sa.delete(Origin).where(getattr(Origin, f"{kind}_id") == subject.id))
    if isinstance(subject, Action):
        for table in (Serves, ActorRole):
            db.session.execute(sa.delete(table).where(table.action_id == subject.id))
        db.session.execute(sa.delete(action_place).where(action_place.c.action_id == subject.id))
        pointing = sa.or_(see_also.c.action_id == subject.id, see_also.c.other_id == subject.id)
        db.session.execute(sa.delete(see_also).where(pointing))
    record("engagements.remove", actor, plan, removed=kind, number=subject.id)
    db.session.execute(sa.delete(type(subject)).where(type(subject).id == subject.id))
    db.session.expunge(subject)


def tie(
    actor: User | None,
    subject: Engagement | Action,
    contribution: Contribution,
    *,
    degree: Degree = Degree.WHOLE,
    words: str = "",
) -> Origin:
    """A promise says whose words it comes from; once it is public their author hears of it."""
    rules.tie(actor, subject, contribution)
    rules.say_which_part(degree, words)
    origin = drafting.tied(actor, subject, contribution, degree=degree, words=words)
    told = [contribution.author] if subject.plan.is_public else []
    record("engagements.tie", actor, origin, notify=told, contribution=contribution.id)
    return origin


def untie(actor: User | None, origin: Origin) -> None:
    """A promise was said to come from somebody's words by mistake."""
    rules.untie(actor, origin)
    origin.removed_at = clock.now()
    record("engagements.untie", actor, origin, contribution=origin.contribution_id)


def adopt(
    actor: User | None,
    plan: Plan,
    *,
    title: str,
    assembly: str,
    adopted_on: date,
    kind: ActKind = ActKind.DELIBERATION,
    number: str | None = None,
    place: str | None = None,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstentions: int | None = None,
    vote_words: str | None = None,
    document: StoredFile | None = None,
) -> Act:
    """The assembly adopts a plan by an act; from then on what was promised is frozen."""
    drafting.hold(plan)
    rules.adopt(actor, plan)
    rules.be_carried(votes_for, votes_against)
    act = Act(
        kind=kind,
        state=ActState.ADOPTED,
        number=number or None,
        title=title,
        assembly=assembly,
        adopted_on=adopted_on,
        place=place or None,
        votes_for=votes_for,
        votes_against=votes_against,
        abstentions=abstentions,
        vote_words=vote_words or None,
        document=document,
    )
    db.session.add(act)
    plan.act = act
    plan.move_to(PlanState.ADOPTED)
    promises = drafting.freeze(plan)
    db.session.flush()
    texts.index(act)
    record("engagements.adopt", actor, plan, act=act.id, promises=promises)
    return act


def publish(actor: User | None, plan: Plan) -> None:
    """An adopted plan is shown to all; everyone whose words fed it hears of it, once."""
    drafting.hold(plan)
    rules.publish(actor, plan)
    plan.move_to(PlanState.PUBLISHED)
    pluralism.spend(Publication.PLAN, plan)
    if plan.act is not None:
        plan.act.show()
        texts.index(plan.act)
    drafting.index_all(plan)
    record("engagements.publish", actor, plan, notify=queries.fed(plan))


def illustrate(
    actor: User | None,
    plan: Plan,
    *,
    image: Image,
    credit: str,
    kind: PictureKind = PictureKind.PHOTO,
    caption: str = "",
    alternative: str = "",
    is_decorative: bool = False,
    picture: Picture | None = None,
) -> Picture:
    """A picture joins a plan, with words for those who do not see it and its credit."""
    rules.illustrate(actor, plan, picture)
    if picture is None:
        picture = Picture(plan_id=plan.id, order=drafting.last(Picture, Picture.plan_id == plan.id))
        db.session.add(picture)
    name = f"{slugify(caption or plan.title, limit=60, default='image')}.webp"
    picture.kind, picture.caption = kind, caption
    picture.alternative, picture.is_decorative, picture.credit = alternative, is_decorative, credit
    picture.file = files.keep(image.data, name, image.type, width=image.width, height=image.height)
    db.session.flush()
    record("engagements.illustrate", actor, picture)
    return picture


def fill(actor: User | None, item: Gap, plan: Plan) -> None:
    """Somebody filled, elsewhere than here, what a source left empty."""
    rules.fill(actor, item, plan)
    item.done_at = clock.now()
    record("engagements.fill", actor, plan, item=item.id)
