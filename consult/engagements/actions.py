"""What can happen to a plan: it is written, adopted, published, revised and evaluated in the open.

In order: the plan and its branches, its adoption, its pictures, its action sheets, its money, the
moments when it is looked at again.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock, drafts, files
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.images import Image
from consult.core.money import Nature, parse
from consult.core.slugs import distinct, slugify
from consult.council import texts
from consult.council.models import Act, ActKind, ActState
from consult.engagements import (
    amounts,
    audience,
    drafting,
    moments,
    queries,
    rules,
    sheets,
    versions,
)
from consult.engagements.drafting import Carrier
from consult.engagements.models import (
    Action,
    ActorRole,
    Amount,
    Degree,
    Engagement,
    Moment,
    MomentDone,
    MomentKind,
    MomentReminder,
    Origin,
    Picture,
    PictureKind,
    Plan,
    PlanState,
    PlanVersion,
    Serves,
    Sheet,
    SheetVersion,
    VersionKind,
    action_place,
    plan_campaign,
    see_also,
)
from consult.gaps.models import Gap
from consult.journal.actions import record
from consult.people.models import User
from consult.pluralism import queries as pluralism
from consult.pluralism.models import Publication
from consult.programmes.models import Programme
from consult.territory.models import Place


def create(
    actor: User | None,
    *,
    title: str,
    subtitle: str = "",
    introduction: str = "",
    imprint: str = "",
    place: Place | None = None,
    programme: Programme | None = None,
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
        imprint=imprint,
        place=place,
        programme=programme,
        campaigns=list(campaigns),
        stale_after_days=stale_after_days,
        author_id=actor.id if actor else None,
        key=key,
    )
    db.session.add(plan)
    record("engagements.create", actor, plan)
    return plan


def edit(actor: User | None, plan: Plan, *, reason: str = "", **changes: Any) -> None:
    """Its words before it is adopted; its campaigns, its place and its pace at any time."""
    rules.edit(actor, plan)
    rules.stay_as_adopted(plan, changes)
    before = drafting.around(plan)
    for name, value in changes.items():
        setattr(plan, name, value)
    drafting.note_restated(actor, plan, before, drafting.around(plan), reason)
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
    level: str = "",
    page: str = "",
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
        level=level,
        number=number,
        title=title,
        words=words,
        page=page,
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
        told = audience.concerned(subject) if plan.is_public else []
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


def discard(actor: User | None, plan: Plan) -> None:
    """A plan begun by mistake is thrown away, once it is empty and before its adoption."""
    rules.discard(actor, plan)
    record("engagements.discard", actor, plan)
    drafts.discard(plan, plan_campaign.c.plan_id)


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
    """A promise was said to come from somebody's words by mistake; once public, they hear of it."""
    rules.untie(actor, origin)
    origin.removed_at = clock.now()
    told = [origin.contribution.author] if origin.plan.is_public else []
    record("engagements.untie", actor, origin, notify=told, contribution=origin.contribution_id)


def adopt(
    actor: User | None,
    plan: Plan,
    *,
    act: Act | None = None,
    title: str = "",
    assembly: str = "",
    adopted_on: date | None = None,
    kind: ActKind = ActKind.DELIBERATION,
    number: str | None = None,
    place: str | None = None,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstentions: int | None = None,
    vote_words: str | None = None,
    document: StoredFile | None = None,
) -> Act:
    """The assembly adopts a plan by an act; from then on what was promised is frozen.

    `act` is one that the council's desk noted already; else what is said here makes one.
    """
    drafting.hold(plan)
    rules.adopt(actor, plan)
    if act is not None:
        rules.be_voted(act)
    rules.be_carried(votes_for, votes_against)
    act = act or Act(
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
    record("engagements.publish", actor, plan, notify=audience.fed(plan))


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
    rules.be_described(credit, alternative, is_decorative=is_decorative)
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


def describe(
    actor: User | None,
    picture: Picture,
    *,
    credit: str,
    kind: PictureKind = PictureKind.PHOTO,
    caption: str = "",
    alternative: str = "",
    is_decorative: bool = False,
    reason: str = "",
) -> None:
    """What is said of a picture in place is corrected; once adopted, what it said stays."""
    rules.describe(actor, picture)
    rules.be_described(credit, alternative, is_decorative=is_decorative)
    before, part = drafting.of_picture(picture), drafting.named(picture)
    picture.kind, picture.caption, picture.credit = kind, caption, credit
    picture.alternative, picture.is_decorative = alternative, is_decorative
    after = drafting.of_picture(picture)
    drafting.note_restated(actor, picture.plan, before, after, reason, part)
    record("engagements.describe", actor, picture)


def take_down(actor: User | None, picture: Picture, *, reason: str = "") -> None:
    """A picture leaves the page; one that its document announced is awaited again.

    Once the plan is adopted, what was said of it stays to be read, with the reason.
    """
    rules.take_down(actor, picture)
    before, part = drafting.of_picture(picture), drafting.named(picture)
    drafting.note_restated(actor, picture.plan, before, {}, reason, part)
    record("engagements.take_down", actor, picture)
    picture.file = None
    picture.alternative, picture.is_decorative, picture.credit = "", False, ""
    db.session.flush()


def fill(actor: User | None, item: Gap, plan: Plan) -> None:
    """Somebody filled, elsewhere than here, what a source left empty."""
    rules.fill(actor, item, plan)
    item.done_at = clock.now()
    record("engagements.fill", actor, plan, item=item.id)


# Its shape, its versions.


def rename_level(actor: User | None, plan: Plan, *, level: str, name: str, reason: str = "") -> int:
    """Every branch of one level takes another name for it; say how many did."""
    drafting.hold(plan)
    rules.rename_level(actor, plan)
    rules.give_a_reason(plan, reason)
    branches = [one for one in queries.of_plan(plan).walk() if one.engagement.level == level]
    for branch in branches:
        engagement = branch.engagement
        parent = branch.above.engagement if branch.above else None
        before = queries.engagement_content(engagement, parent)
        engagement.level = name
        if plan.state != PlanState.DRAFT:
            after = queries.engagement_content(engagement, parent)
            drafting.note_change(actor, engagement, before, after, reason)
    record("engagements.rename_level", actor, plan, branches=len(branches))
    return len(branches)


def open_version(
    actor: User | None,
    plan: Plan,
    *,
    kind: VersionKind,
    title: str = "",
    as_of: date | None = None,
    as_of_words: str = "",
    words: str = "",
    key: str | None = None,
) -> PlanVersion:
    """A new version of an adopted plan opens; the one before stays as it was, at its address."""
    drafting.hold(plan)
    rules.open_version(actor, plan)
    if made := queries.made_with(PlanVersion, key):
        return made
    version = drafting.open_version(
        plan,
        kind,
        author=actor,
        title=title,
        as_of=as_of,
        as_of_words=as_of_words,
        words=words,
        key=key,
    )
    told = audience.followers(plan) if plan.is_public else []
    record("engagements.open_version", actor, version, notify=told, number=version.number)
    return version


# Action sheets.


def announce(
    actor: User | None,
    plan: Plan,
    *,
    thematic: str,
    aim: str = "",
    number: str = "",
    engagement: Engagement | None = None,
    key: str | None = None,
) -> Sheet:
    """The town says that there will be an action sheet: its theme, its aim, where it stands."""
    drafting.hold(plan)
    rules.announce(actor, plan)
    if made := queries.made_with(Sheet, key):
        return made
    sheet = Sheet(
        plan_id=plan.id,
        plan=plan,
        thematic=thematic,
        aim=aim,
        number=number,
        engagement=engagement,
        since=versions.current(plan),
        order=drafting.last(Sheet, Sheet.plan_id == plan.id),
        key=key,
    )
    db.session.add(sheet)
    db.session.flush()
    drafting.index_sheet(sheet)
    record("engagements.announce", actor, sheet)
    return sheet


def correct_sheet(
    actor: User | None,
    sheet: Sheet,
    *,
    thematic: str,
    aim: str = "",
    number: str = "",
    engagement: Engagement | None = None,
    reason: str = "",
) -> None:
    """What was announced of a sheet, or where it stands, is put right; its texts do not move."""
    rules.correct_sheet(actor, sheet)
    said = {"thematic": thematic, "aim": aim, "number": number, "engagement": engagement}
    changed = sorted(name for name, value in said.items() if getattr(sheet, name) != value)
    before = drafting.of_sheet(sheet)
    for name, value in said.items():
        setattr(sheet, name, value)
    drafting.note_restated(actor, sheet, before, drafting.of_sheet(sheet), reason)
    drafting.index_sheet(sheet)
    record("engagements.correct_sheet", actor, sheet, changed=changed)


def move_sheet(actor: User | None, sheet: Sheet, *, by: int) -> None:
    """A sheet goes up (-1) or down (1) among the sheets of its plan."""
    rules.move_sheet(actor, sheet)
    rows = sheets.beside(sheet)
    place = rows.index(sheet)
    rows.insert(max(0, place + by), rows.pop(place))
    for order, one in enumerate(rows):
        one.order = order
    record("engagements.move_sheet", actor, sheet, by=by)


def write_sheet(actor: User | None, sheet: Sheet, *, content: sheets.Content) -> None:
    """What a sheet will say is kept as a draft; nobody else reads it before it is published."""
    rules.write_sheet(actor, sheet)
    sheet.draft = sheets.content(**content)
    record("engagements.write_sheet", actor, sheet)


def publish_sheet(
    actor: User | None, sheet: Sheet, *, reason: str = "", key: str | None = None
) -> SheetVersion:
    """The draft becomes the text of the sheet; the text before it stays at its own address."""
    drafting.hold(sheet.plan)
    if made := queries.made_with(SheetVersion, key):
        return made
    rules.publish_sheet(actor, sheet)
    said = sheets.content(**(sheet.draft or {}))
    rules.be_entitled(said)
    rules.say_why(sheet, reason)
    rules.say_something_new(sheet, said)
    text = drafting.put_in_force(sheet, said, author=actor, reason=reason.strip(), key=key)
    told = audience.followers(sheet.plan) if sheet.plan.is_public else []
    record("engagements.publish_sheet", actor, sheet, notify=told, number=text.number)
    return text


def remove_sheet(actor: User | None, sheet: Sheet) -> None:
    """A sheet that was announced in a draft is not announced any more."""
    rules.remove_sheet(actor, sheet)
    record("engagements.remove_sheet", actor, sheet.plan, sheet=sheet.id)
    for table in (Amount, Moment):
        db.session.execute(sa.update(table).where(table.sheet_id == sheet.id).values(sheet_id=None))
    db.session.delete(sheet)


# Money.


def note_amount(
    actor: User | None,
    plan: Plan,
    *,
    subject: str,
    words: str,
    nature: Nature,
    dates_words: str = "",
    part: amounts.Subject | None = None,
    key: str | None = None,
) -> Amount:
    """An amount is noted as printed, with what it is for and whether it is hoped for or spent."""
    rules.note_amount(actor, plan)
    if made := queries.made_with(Amount, key):
        return made
    found = parse(words)
    rules.be_an_amount(found.cents if found else None)
    amount = Amount(
        plan_id=plan.id,
        plan=plan,
        subject=subject,
        words=words,
        cents=found.cents if found else None,
        nature=nature,
        dates_words=dates_words,
        order=drafting.last(Amount, Amount.plan_id == plan.id),
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
        **amounts.parts(part),
    )
    db.session.add(amount)
    db.session.flush()
    record("engagements.note_amount", actor, amount, nature=nature)
    return amount


def correct_amount(
    actor: User | None,
    amount: Amount,
    *,
    subject: str,
    words: str,
    nature: Nature,
    dates_words: str = "",
    part: amounts.Subject | None = None,
    reason: str = "",
) -> Amount:
    """An amount is put right; once the plan is public the line before stays, with the reason."""
    rules.correct_amount(actor, amount)
    found = parse(words)
    rules.be_an_amount(found.cents if found else None)
    said = {"subject": subject, "words": words, "nature": nature, "dates_words": dates_words}
    said |= amounts.parts(part)
    changed = sorted(name for name, value in said.items() if getattr(amount, name) != value)
    if not changed:
        record("engagements.correct_amount", actor, amount, changed=[])
        return amount
    if not amount.plan.is_public:
        amount.cents = found.cents if found else 0
        for name, value in said.items():
            setattr(amount, name, value)
        record("engagements.correct_amount", actor, amount, changed=changed)
        return amount
    rules.explain_the_correction(amount.plan, reason)
    amount.struck_at = clock.now()
    corrected = Amount(
        plan_id=amount.plan_id,
        plan=amount.plan,
        cents=found.cents if found else None,
        order=amount.order,
        replaces_id=amount.id,
        reason=reason.strip(),
        author_id=actor.id,  # type: ignore[union-attr]
        **said,
    )
    db.session.add(corrected)
    db.session.flush()
    record("engagements.correct_amount", actor, corrected, changed=changed)
    return corrected


def strike_amount(actor: User | None, amount: Amount) -> None:
    """An amount noted by mistake no longer counts; once public, it stays to be read as such."""
    rules.strike_amount(actor, amount)
    amount.struck_at = clock.now()
    record("engagements.strike_amount", actor, amount)


# Moments: when it is looked at again.


def schedule(
    actor: User | None,
    plan: Plan,
    *,
    kind: MomentKind,
    title: str,
    due_words: str = "",
    periodicity: str = "",
    responsible: str = "",
    pilot: User | None = None,
    deliverable: str = "",
    sheet: Sheet | None = None,
    key: str | None = None,
) -> Moment:
    """The town says when the plan will be looked at again, how often and by whom."""
    rules.schedule(actor, plan)
    if made := queries.made_with(Moment, key):
        return made
    moment = Moment(
        plan_id=plan.id,
        plan=plan,
        kind=kind,
        title=title,
        periodicity=periodicity,
        responsible=responsible,
        pilot=pilot,
        deliverable=deliverable,
        sheet=sheet,
        order=drafting.last(Moment, Moment.plan_id == plan.id),
        key=key,
    )
    drafting.date_moment(moment, due_words)
    db.session.add(moment)
    db.session.flush()
    record("engagements.schedule", actor, moment, notify=[pilot], pilot=pilot.id if pilot else None)
    return moment


def reschedule(
    actor: User | None,
    moment: Moment,
    *,
    due_words: str = "",
    pilot: User | None = None,
    **said: Any,
) -> None:
    """A moment is put at another date, or in other hands; who now holds it hears of it.

    What everybody could read of it before stays to be read.
    """
    rules.reschedule(actor, moment)
    told = [pilot] if pilot is not None and pilot is not moment.pilot else []
    changed = [name for name, value in said.items() if getattr(moment, name) != value]
    changed += ["due_words"] if moment.due_words != due_words else []
    if changed and moment.plan.is_public:
        db.session.add(moments.as_it_stood(moment))
    changed += ["pilot"] if moment.pilot is not pilot else []
    for name, value in said.items():
        setattr(moment, name, value)
    moment.pilot = pilot
    drafting.date_moment(moment, due_words)
    record("engagements.reschedule", actor, moment, notify=told, changed=sorted(changed))


def unschedule(actor: User | None, moment: Moment) -> None:
    """A moment noted by mistake is not awaited any more; once public, it says so."""
    rules.unschedule(actor, moment)
    moment.removed_at = clock.now()
    record("engagements.unschedule", actor, moment)


def conclude(
    actor: User | None,
    moment: Moment,
    *,
    done_on: date,
    words: str = "",
    document: StoredFile | None = None,
    url: str | None = None,
    key: str | None = None,
) -> MomentDone:
    """A moment took place: on which day, and the document that shows it; followers hear of it."""
    drafting.hold(moment.plan)
    rules.conclude(actor, moment)
    if made := queries.made_with(MomentDone, key):
        return made
    stands = moments.standing(moment)
    rules.await_it(stands.awaited, is_over=stands.state == moments.State.DONE)
    rules.show_it(done_on, bool(document or url))
    done = MomentDone(
        moment=moment,
        plan_id=moment.plan_id,
        due_on=stands.awaited,
        done_on=done_on,
        words=words,
        file=document,
        url=url or None,
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
    )
    db.session.add(done)
    db.session.flush()
    told = audience.followers(moment.plan) if moment.plan.is_public else []
    record("engagements.conclude", actor, moment, notify=told, done_on=done_on)
    return done


def remind(actor: User | None, moment: Moment, *, due_on: date, is_late: bool) -> None:
    """Whoever is in charge of a moment is reminded of its day: once as it comes, once past it."""
    rules.remind(actor, moment)
    db.session.add(MomentReminder(moment_id=moment.id, due_on=due_on, is_late=is_late))
    record("engagements.remind", actor, moment, notify=[moment.pilot], due_on=due_on)
