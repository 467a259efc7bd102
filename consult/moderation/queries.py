"""What waits to be read, in which order, for whom; what was decided; what was pointed out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, lazyload, load_only, with_polymorphic
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import Rows, db, together
from consult.core.i18n import _, gettext
from consult.core.text import excerpt, fold
from consult.moderation.charter import (
    BY_RANK,
    NEEDS_REASONS,
    TARGETS,
    UNDONE_BY,
    Conclusion,
    Urgency,
    Verdict,
)
from consult.moderation.models import Appeal, Decision, Notice
from consult.people.models import RoleName, User
from consult.people.queries import above, with_role
from consult.posts.models import SEALED, Flag, Image, Post, Status, Version

BEFORE, AFTER = 3, 16  # how many texts the list shows around the one being read
MOST = 50  # open notices about one text that are shown at once
KINDS = ("contribution", "comment", "question")
READERS = (RoleName.FACILITATOR, RoleName.GUARANTOR)

# Who owes a reply to a text once it is on show, by its kind: the room that brings it says so.
OWED_BY: dict[str, Callable[[Any], list[User]]] = {}

OF_PLANS: list[sa.Table] = []  # tables of texts that belong to a plan, named by their rooms

_post, _user = Post.__table__, User.__table__
_contribution, _comment = Contribution.__table__, Comment.__table__
_reported, _reported_contribution = _post.alias(), _contribution.alias()
_reported_comment = _comment.alias()
_reported_in = sa.func.coalesce(
    _reported_contribution.c.campaign_id, _reported_comment.c.campaign_id
)
_ORDER = (_post.c.rank, _post.c.waiting_since, _post.c.id)
_place = sa.tuple_(*_ORDER)
_BARE = (lazyload(Campaign.phases), lazyload(Campaign.themes))  # only its name is needed
_BY = joinedload(Decision.facilitator).lazyload(User.roles)  # only their name is needed
_campaign_id = sa.func.coalesce(_contribution.c.campaign_id, _comment.c.campaign_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One text in the list of those that wait."""

    id: int
    kind: str
    status: Status
    title: str
    name: str | None
    since: datetime
    rank: int
    campaign: str | None  # a question belongs to a plan, not to a consultation

    @property
    def due(self) -> datetime:
        """Until when the town means to have read it."""
        return due(self.since, BY_RANK[self.rank])


class Waiting(NamedTuple):
    """How many texts, notices and appeals wait, in all this person's campaigns."""

    texts: int
    notices: int
    appeals: int


class Queue(NamedTuple):
    """The part of the list around one text, and how many wait in all."""

    lines: list[Line]
    total: int
    oldest: datetime | None
    waiting: Waiting
    previous: int | None  # the text before this one in the list, and the one after
    next: int | None


class Scope(NamedTuple):
    """What one asked to see: one campaign or all, one kind of text or all."""

    campaign: Campaign | None = None
    kind: str = ""
    among: Sequence[Campaign] = ()  # what this person may ask for


@algorithm(
    Kind.SORT,
    _("The facilitators' queue"),
    purpose=_("To have texts read in the order they came, and danger first."),
    data=_("Since when each text waits; how pressing whoever pointed it out says it is."),
    rule=_(
        "Danger first, then what is said to be against the law, then the rest; in each the oldest"
        " first, flagged or not. Facilitators never see their own."
    ),
)
def queue(actor: User, scope: Scope, around: Post | None = None) -> Queue:
    """The texts around this one, danger first, then oldest; around the first if none is named."""
    counted = sa.select(
        sa.func.count(_post.c.id), sa.func.min(_post.c.waiting_since), *_waiting(actor)
    )
    total, oldest, *waits = db.session.execute(_visible(counted, actor, scope)).one()
    before: list[Line] = []
    following = _visible(_lines(), actor, scope)
    if around is not None and around.waiting_since:
        here = sa.tuple_(
            sa.literal(around.rank),
            sa.literal(around.waiting_since, _post.c.waiting_since.type),
            sa.literal(around.id),
        )
        rows = db.session.execute(
            _visible(_lines(), actor, scope)
            .where(_place < here)
            .order_by(*(column.desc() for column in _ORDER))
            .limit(BEFORE)
        )
        before = [_line(row) for row in rows][::-1]
        following = following.where(_place >= here)
    rows = db.session.execute(following.order_by(*_ORDER).limit(AFTER + 1))
    after = [_line(row) for row in rows]
    is_first = bool(after) and (around is None or after[0].id == around.id)
    coming = after[1:] if is_first else after
    return Queue(
        lines=before + after,
        total=total,
        oldest=oldest,
        waiting=Waiting(*waits),
        previous=before[-1].id if before else None,
        next=coming[0].id if coming else None,
    )


def waiting(actor: User) -> Waiting:
    """What waits for this person, in one query."""
    return Waiting(*list(db.session.execute(sa.select(*_waiting(actor))).one()))


def _waiting(actor: User) -> list[sa.ScalarSelect[int]]:
    everything = Scope()
    counts = (
        _visible(sa.select(sa.func.count(_post.c.id)), actor, everything),
        _open_notices(sa.select(sa.func.count(Notice.id)), actor, everything),
        _open_appeals(sa.select(sa.func.count(Appeal.id)), actor),
    )
    return [count.correlate(None).scalar_subquery() for count in counts]


def campaigns(actor: User) -> list[Campaign]:
    """The campaigns whose texts this person may read here, for the filter."""
    asked = (
        sa.select(Campaign)
        .options(load_only(Campaign.slug, Campaign.title), *_BARE)
        .order_by(Campaign.id.desc())
    )
    allowed = _campaigns_of(actor)
    if allowed is not None:
        asked = asked.where(Campaign.id.in_(allowed))
    return list(db.session.scalars(asked.limit(200)))


def post_or_404(id: int) -> Post:
    """Any text that was sent, with its author, its campaign and what it speaks of, in one query."""
    either = with_polymorphic(Post, [Contribution, Comment])
    post = db.session.scalar(
        sa.select(either)
        .where(either.id == id, either.status != Status.DRAFT)
        .options(
            joinedload(either.author).lazyload(User.roles),
            joinedload(either.Contribution.campaign).options(*_BARE),
            joinedload(either.Contribution.theme),
            joinedload(either.Contribution.place),
            joinedload(either.Comment.campaign).options(*_BARE),
            joinedload(either.Comment.contribution),
        )
    )
    if post is None:
        raise NotFound
    return post


def on_show_or_404(id: int) -> Post:
    """A text anybody may read, on a page that stands: what can be pointed out."""
    post = post_or_404(id)
    if not all(getattr(one, "is_public", True) for one in (post, *above(post))):
        raise NotFound
    return post


def parent(post: Post | None) -> Comment | None:
    """The comment this one answers, with who wrote it, so that it is read in its place."""
    if not isinstance(post, Comment) or not post.parent_id:
        return None
    asked = sa.select(Comment).where(Comment.id == post.parent_id)
    return db.session.scalar(asked.options(joinedload(Comment.author).lazyload(User.roles)))


def wording(post: Post) -> int:
    """The number of the wording that stands now."""
    last = sa.select(sa.func.max(Version.number)).where(Version.post_id == post.id)
    return db.session.scalar(last) or 0


def decisions(post: Post) -> list[Decision]:
    """What was decided about a text, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Decision)
            .where(Decision.post_id == post.id)
            .options(_BY)
            .order_by(Decision.id)
        )
    )


def hanging_on(post: Post) -> tuple[list[Decision], list[Notice], list[Image]]:
    """What was decided about a text, its open notices, its pictures: in one query."""
    found = together(
        Rows(Decision, Decision.post_id == post.id, options=(_BY,)),
        Rows(Notice, Notice.id.in_(_open_about(post).with_only_columns(Notice.id).limit(MOST))),
        Rows(Image, Image.post_id == post.id, (Image.order, Image.id)),
    )
    return found[Decision], found[Notice], found[Image]


def last_decision(post: Post) -> Decision | None:
    """The last decision about a text; what was decided of its author is not about it."""
    return db.session.scalar(
        sa.select(Decision)
        .where(Decision.post_id == post.id, Decision.person_id.is_(None))
        .options(_BY)
        .order_by(Decision.id.desc())
        .limit(1)
    )


def in_force(post: Post) -> Decision | None:
    """The restriction under which a text stands now, if it does: of several passages, the last."""
    found = standing(post, *(kind for kind in UNDONE_BY if kind != Verdict.SUSPEND))
    return found[-1] if found else None


def standing(post: Post, *kinds: Verdict) -> list[Decision]:
    """The restrictions of these kinds that nothing took back, oldest first, in one query.

    Passages come back one by one; a whole text, from all that kept it so.
    """
    asked = sa.select(Decision).where(
        Decision.post_id == post.id,
        Decision.verdict.in_([*kinds, *(UNDONE_BY[kind] for kind in kinds)]),
    )
    return _standing(db.session.scalars(asked.options(_BY).order_by(Decision.id)), kinds)


def passages_out(decided: Iterable[Decision], number: int | None = None) -> list[str]:
    """The passages that are out of a text, or were out of this wording of it.

    `decided`: all that was decided about it, oldest first.
    """
    made = (one for one in decided if number is None or one.version < number)
    return [one.passage for one in _standing(made, [Verdict.REDACT]) if one.passage]


def _standing(decided: Iterable[Decision], kinds: Sequence[Verdict]) -> list[Decision]:
    found: list[Decision] = []
    for one in decided:
        if one.verdict in kinds:
            found.append(one)
            continue
        back = [other.id for other in found if UNDONE_BY[other.verdict] == one.verdict]
        if one.verdict == Verdict.REINSTATE:  # of before these said which: the last
            back = [one.undoes_id] if one.undoes_id else back[-1:]
        found = [other for other in found if other.id not in back]
    return found


def decision(number: int) -> Decision | None:
    return db.session.get(Decision, number)


def undone_by(decision: Decision) -> Decision | None:
    """The decision that took a restriction back, if one did."""
    if decision in standing(decision.post, decision.verdict):
        return None
    later = sa.select(Decision).where(
        Decision.post_id == decision.post_id,
        Decision.id > decision.id,
        Decision.verdict == UNDONE_BY[decision.verdict],
    )
    if decision.verdict == Verdict.REDACT:
        which = sa.or_(Decision.undoes_id == decision.id, Decision.undoes_id.is_(None))
        later = later.where(which)
    return db.session.scalar(later.order_by(Decision.id).limit(1))


def notices_behind(decision: Decision) -> list[Notice]:
    """The notices that led to a restriction, oldest first: their author is named nowhere."""
    return list(
        db.session.scalars(
            sa.select(Notice).where(Notice.decision_id == decision.id).order_by(Notice.id)
        )
    )


def decision_or_404(receipt: str) -> Decision:
    """The restriction that was given this receipt: its statement of reasons."""
    decision = db.session.scalar(
        sa.select(Decision)
        .where(Decision.receipt == sign(receipt), Decision.verdict.in_(NEEDS_REASONS))
        .options(joinedload(Decision.post))
    )
    if decision is None:
        raise NotFound
    return decision


def suspension_of(user: User) -> Decision | None:
    """The last suspension of somebody, while it runs."""
    if not user.suspended_until or user.suspended_until <= clock.now():
        return None
    return db.session.scalar(
        sa.select(Decision)
        .where(Decision.person_id == user.id, Decision.verdict == Verdict.SUSPEND)
        .order_by(Decision.id.desc())
        .limit(1)
    )


def sign(receipt: str) -> str:
    """A receipt number as it is kept, however it was copied."""
    return "".join(receipt.upper().split()).replace("-", "")


def quotes(post: Post, passage: str) -> bool:
    """Whether these words stand in the text; of a picture one may say what it shows."""
    told = fold(f"{post.title}\n{post.body}")
    if " ".join(fold(passage).split()) in " ".join(told.split()):
        return True
    return db.session.scalar(sa.select(sa.exists().where(Image.post_id == post.id))) or False


def has_twin(post: Post) -> bool:
    """Whether the very same words already stand on the site, where everybody reads them."""
    twin = sa.select(Post.id).where(
        Post.kind == post.kind,
        Post.id != post.id,
        Post.status == Status.PUBLISHED,
        Post.body == post.body,
    )
    return db.session.scalar(sa.select(twin.exists())) or False


def was_flagged(post: Post) -> bool:
    """Whether a machine had pointed the text out to be read, cleared since or not."""
    return db.session.scalar(sa.select(sa.exists().where(Flag.post_id == post.id))) or False


def due(since: datetime, urgency: Urgency) -> datetime:
    """Until when the town means to have read what waits since then."""
    return since + TARGETS[urgency]


def minutes(since: datetime | None) -> int | None:
    """How long that is ago, in whole minutes."""
    return (clock.now() - since) // timedelta(minutes=1) if since else None


def lately_decided_by(actor: User, limit: int = 5) -> list[Decision]:
    """What this person decided last: where a slip of the hand is taken back."""
    return list(
        db.session.scalars(
            sa.select(Decision)
            .where(Decision.facilitator_id == actor.id)
            .options(joinedload(Decision.post))
            .order_by(Decision.id.desc())
            .limit(limit)
        )
    )


def reads(actor: User | None) -> bool:
    """Whether this person has anything to read here."""
    return actor is not None and (actor.is_system or any(r.name in READERS for r in actor.held))


def waiting_count(campaign: Campaign) -> int:
    """How many texts of a campaign wait to be read."""
    statement = (
        sa.select(sa.func.count(_post.c.id))
        .outerjoin(_contribution, _contribution.c.id == _post.c.id)
        .outerjoin(_comment, _comment.c.id == _post.c.id)
        .where(_post.c.waiting_since.is_not(None), _campaign_id == campaign.id)
    )
    return db.session.scalar(statement) or 0


def label(post: Post) -> str:
    """What to call a text in a list: its title, or how it begins; sealed, its number alone."""
    if post.is_sealed:
        return gettext("Text kept from view, no. %(number)s", number=post.id)
    return post.title or excerpt(post.body, 90)


# What readers pointed out.


class NoticeLine(NamedTuple):
    """One notice in the list, with the text it is about."""

    notice: Notice
    title: str
    status: Status
    campaign: str | None

    @property
    def due(self) -> datetime:
        return due(self.notice.at, self.notice.urgency)


class NoticePage(NamedTuple):
    """Open notices, oldest first."""

    notices: list[NoticeLine]
    next: str


def open_notices(actor: User, scope: Scope, after: str = "", limit: int = 20) -> NoticePage:
    """What was pointed out in the campaigns of this person and is not settled: danger first."""
    rank = sa.case(
        {urgency.value: urgency.rank for urgency in Urgency}, value=sa.cast(Notice.urgency, sa.Text)
    )
    first, _, number = after.partition("-")
    if first.isdecimal() and number.isdecimal() and len(after) < 20:
        place = sa.tuple_(sa.literal(int(first)), sa.literal(int(number)))
    else:
        place = sa.tuple_(sa.literal(0), sa.literal(0))
    asked = sa.select(
        Notice,
        _reported.c.title,
        sa.func.substr(_reported.c.body, 1, 300).label("body"),
        _reported.c.status,
        Campaign.title.label("campaign"),
    )
    rows = db.session.execute(
        _open_notices(asked, actor, scope)
        .outerjoin(Campaign, Campaign.id == _reported_in)
        .where(sa.tuple_(rank, Notice.id) > place)
        .order_by(rank, Notice.id)
        .limit(limit + 1)
    ).all()
    lines = [
        NoticeLine(row.Notice, row.title or excerpt(row.body, 90), row.status, row.campaign)
        for row in rows[:limit]
    ]
    last = lines[-1].notice if len(rows) > limit else None
    return NoticePage(lines, f"{last.urgency.rank}-{last.id}" if last else "")


def notices_of(post: Post, *, limit: int = MOST) -> list[Notice]:
    """The open notices about a text, oldest first."""
    return list(db.session.scalars(_open_about(post).limit(limit)))


def _open_about(post: Post) -> sa.Select[tuple[Notice]]:
    waiting = sa.select(Notice).where(Notice.post_id == post.id, Notice.closed_at.is_(None))
    return waiting.order_by(Notice.id)


def _open_notices(statement: sa.Select[Any], actor: User, scope: Scope) -> sa.Select[Any]:
    """Those that wait for an answer, in the campaigns of this person, not about their own words."""
    statement = (
        statement.select_from(Notice)
        .join(_reported, _reported.c.id == Notice.post_id)
        .outerjoin(_reported_contribution, _reported_contribution.c.id == _reported.c.id)
        .outerjoin(_reported_comment, _reported_comment.c.id == _reported.c.id)
        .where(
            Notice.closed_at.is_(None),
            _of_others(_reported, actor),
        )
    )
    return _within(statement, actor, scope, _reported_in, _reported)


def notice_or_404(receipt: str) -> Notice:
    """The notice that was given this receipt, however the number was copied."""
    notice = db.session.scalar(
        sa.select(Notice)
        .filter_by(receipt=sign(receipt))
        .options(joinedload(Notice.text), joinedload(Notice.decision))
    )
    if notice is None:
        raise NotFound
    return notice


def notice_with_key(key: str | None) -> Notice | None:
    """The notice this very form already made."""
    return db.session.scalar(sa.select(Notice).filter_by(key=key)) if key else None


def watchers(notice: Notice) -> list[User]:
    """The facilitators, told once a text however many point it out; again when it presses more."""
    others = (
        sa.select(Notice.id)
        .where(
            Notice.post_id == notice.post_id,
            Notice.closed_at.is_(None),
            Notice.id != notice.id,
            Notice.urgency.in_([one for one in Urgency if one.rank <= notice.urgency.rank]),
        )
        .limit(1)
    )
    if db.session.scalar(others):
        return []
    campaign = getattr(notice.text, "campaign", None)
    asked = with_role(RoleName.FACILITATOR, campaign=campaign)
    return [user for user in asked if user.id != notice.text.author_id]


# The list, in one query.


def _lines() -> sa.Select[Any]:
    return sa.select(
        _post.c.id,
        _post.c.kind,
        _post.c.status,
        _post.c.title,
        sa.func.substr(_post.c.body, 1, 300).label("body"),
        sa.func.coalesce(_post.c.byline, _user.c.pseudonym).label("name"),
        _post.c.waiting_since,
        _post.c.rank,
        Campaign.title.label("campaign"),
    )


def _line(row: Any) -> Line:
    title = row.title or excerpt(row.body, 90)
    return Line(
        row.id,
        row.kind,
        row.status,
        title,
        row.name,
        row.waiting_since,
        row.rank,
        row.campaign,
    )


def _visible(statement: sa.Select[Any], actor: User, scope: Scope) -> sa.Select[Any]:
    """Those that wait, in the campaigns of this person, not written by them."""
    statement = (
        statement.select_from(_post)
        .outerjoin(_user, _user.c.id == _post.c.author_id)
        .outerjoin(_contribution, _contribution.c.id == _post.c.id)
        .outerjoin(_comment, _comment.c.id == _post.c.id)
        .outerjoin(Campaign, Campaign.id == _campaign_id)
        .where(
            _post.c.waiting_since.is_not(None),
            _of_others(_post, actor),
        )
    )
    return _within(statement, actor, scope, _campaign_id, _post)


def _of_others(post: Any, actor: User) -> sa.ColumnElement[bool]:
    """Nobody finds here what concerns their own words."""
    return sa.or_(post.c.author_id.is_(None), post.c.author_id != actor.id)


def _within(
    statement: sa.Select[Any], actor: User, scope: Scope, campaign_id: Any, post: Any
) -> sa.Select[Any]:
    """Only the campaigns and plans of this person, and of those only what was asked for."""
    allowed = _campaigns_of(actor)
    if allowed is not None:
        plans = [role.plan_id for role in actor.held if role.name in READERS and role.plan_id]
        of_plans = [
            post.c.id.in_(sa.select(table.c.id).where(table.c.plan_id.in_(plans)))
            for table in OF_PLANS
        ]
        statement = statement.where(sa.or_(campaign_id.in_(allowed), *of_plans))
    if scope.campaign:
        statement = statement.where(campaign_id == scope.campaign.id)
    if scope.kind:
        statement = statement.where(post.c.kind == scope.kind)
    return statement


def _campaigns_of(actor: User) -> list[int] | None:
    """The campaigns somebody reads for; None: every one."""
    held = [role for role in actor.held if role.name in READERS]
    if actor.is_system or any(role.campaign_id is None for role in held if not role.plan_id):
        return None
    return [role.campaign_id for role in held if role.campaign_id]


def page_of_receipt(receipt: str) -> str | None:
    """The page of a decision, a notice or an appeal that was given this receipt."""
    number = sign(receipt)
    pages = (
        (Decision, "moderation.statement"),
        (Notice, "moderation.notice"),
        (Appeal, "moderation.appealed"),
    )
    for model, page in pages:
        asked = sa.select(model.id).where(model.receipt == number)
        if model is Decision:
            asked = asked.where(Decision.verdict.in_(NEEDS_REASONS))
        if db.session.scalar(asked) is not None:
            return page
    return None


# Appeals.


def contested_or_404(receipt: str) -> Decision | Notice:
    """What one may contest under this receipt: a restriction, or a notice that was dismissed."""
    notice = db.session.scalar(sa.select(Notice).filter_by(receipt=sign(receipt)))
    return notice or decision_or_404(receipt)


def appeals_against(contested: Decision | Notice) -> list[Appeal]:
    """The appeals already made against this, oldest first: a letter, one on the site."""
    by = {"decision_id" if isinstance(contested, Decision) else "notice_id": contested.id}
    return list(db.session.scalars(sa.select(Appeal).filter_by(**by).order_by(Appeal.id)).unique())


def appeal_or_404(receipt: str) -> Appeal:
    """The appeal that was given this receipt."""
    appeal = db.session.scalar(sa.select(Appeal).filter_by(receipt=sign(receipt)))
    if appeal is None:
        raise NotFound
    return appeal


def appeal_by_id_or_404(id: int) -> Appeal:
    appeal = db.session.get(Appeal, id)
    if appeal is None:
        raise NotFound
    return appeal


def appeal_with_key(key: str | None) -> Appeal | None:
    """The appeal this very form already made."""
    return db.session.scalar(sa.select(Appeal).filter_by(key=key)) if key else None


def held(appeal: Appeal) -> Appeal:
    """The same appeal as it stands now, its row held: whoever concludes next waits, sees this."""
    columns = ["conclusion", "decided_by_id", "decided_at"]
    db.session.refresh(appeal, columns, with_for_update=True)
    return appeal


def open_appeals(actor: User, limit: int = 100) -> list[Appeal]:
    """Appeals that wait in the campaigns of this person, oldest first; none about their words."""
    asked = _open_appeals(sa.select(Appeal), actor).order_by(Appeal.id).limit(limit)
    found = list(db.session.scalars(asked).unique())
    either = with_polymorphic(Post, "*")
    texts = db.session.scalars(
        sa.select(either)
        .where(either.id.in_([one.contested.post_id for one in found]))
        .options(
            joinedload(either.Contribution.campaign).options(*_BARE),
            joinedload(either.Comment.campaign).options(*_BARE),
        )
    ).all()
    assert all(one.text in texts for one in found)  # noqa: S101 - met here, not one by one
    return found


def _open_appeals(statement: sa.Select[Any], actor: User) -> sa.Select[Any]:
    statement = (
        statement.select_from(Appeal)
        .outerjoin(Decision, Decision.id == Appeal.decision_id)
        .outerjoin(Notice, Notice.id == Appeal.notice_id)
        .join(_reported, _reported.c.id == sa.func.coalesce(Decision.post_id, Notice.post_id))
        .outerjoin(_reported_contribution, _reported_contribution.c.id == _reported.c.id)
        .outerjoin(_reported_comment, _reported_comment.c.id == _reported.c.id)
        .where(Appeal.conclusion.is_(None), _of_others(_reported, actor))
    )
    return _within(statement, actor, Scope(), _reported_in, _reported)


def open_appeals_about(post: Post) -> list[Appeal]:
    """Appeals that wait and speak of this text."""
    decided = sa.select(Decision.id).where(Decision.post_id == post.id)
    noticed = sa.select(Notice.id).where(Notice.post_id == post.id)
    return list(
        db.session.scalars(
            sa.select(Appeal)
            .where(
                Appeal.conclusion.is_(None),
                sa.or_(Appeal.decision_id.in_(decided), Appeal.notice_id.in_(noticed)),
            )
            .order_by(Appeal.id)
        ).unique()
    )


def judges(appeal: Appeal) -> list[User]:
    """Those who may decide on an appeal: the facilitators of the place, but for the first and for
    whoever wrote or pointed out the text, or typed the letter in."""
    campaign = getattr(appeal.text, "campaign", None)
    asked = with_role(RoleName.FACILITATOR, campaign=campaign)
    concerned = {appeal.first_id, appeal.entered_by_id, appeal.text.author_id}
    concerned |= reporters(appeal.text)
    return [user for user in asked if user.id not in concerned]


def reporters(post: Post) -> set[int]:
    """Who pointed this text out from an account, whatever became of their notices."""
    asked = sa.select(Notice.reporter_id).where(Notice.post_id == post.id)
    return {number for number in db.session.scalars(asked.distinct()) if number is not None}


def reported_by(actor: User, appeals: Sequence[Appeal]) -> set[int]:
    """The texts of these appeals that this person pointed out, by number, in one query."""
    asked = sa.select(Notice.post_id).where(
        Notice.reporter_id == actor.id, Notice.post_id.in_([one.text.id for one in appeals])
    )
    return set(db.session.scalars(asked))


def reversed_about(post: Post) -> list[int]:
    """Whose decisions about this text, or its author, were reversed on appeal."""
    asked = (
        sa.select(Appeal.first_id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(Decision.post_id == post.id, Appeal.conclusion == Conclusion.REVERSED)
    )
    return list(db.session.scalars(asked))


# What was set aside, and words whose time is over.


class Aside(NamedTuple):
    """A contribution that left the lists, and on which ground."""

    id: int
    title: str
    decision: Decision


def set_aside(campaign: Campaign) -> list[Aside]:
    """The contributions of a campaign that are set aside, latest first, with their grounds."""
    posts = db.session.scalars(
        sa.select(Contribution)
        .where(
            Contribution.campaign_id == campaign.id,
            Contribution.status == Status.PUBLISHED,
            Contribution.aside_at.is_not(None),
        )
        .order_by(Contribution.id.desc())
        .limit(200)
        .options(lazyload(Contribution.campaign), lazyload(Contribution.author))
    ).all()
    made = db.session.scalars(
        sa.select(Decision)
        .where(
            Decision.post_id.in_([post.id for post in posts]), Decision.verdict == Verdict.SET_ASIDE
        )
        .order_by(Decision.id)
    )
    why = {decision.post_id: decision for decision in made}
    return [Aside(post.id, post.title, why[post.id]) for post in posts if post.id in why]


def over(before: datetime, limit: int = 200) -> list[Decision]:
    """Restrictions decided before this moment whose words are still kept, and nobody contests."""
    other = aliased(Decision)
    contested = (  # what an appeal may have put back stays, whichever decision sealed it
        sa.select(other.post_id)
        .join(Appeal, Appeal.decision_id == other.id)
        .where(Appeal.conclusion.is_(None))
        .correlate(None)
    )
    lately = sa.select(Appeal.id).where(
        Appeal.decision_id == Decision.id, Appeal.decided_at >= before
    )
    return list(
        db.session.scalars(
            sa.select(Decision)
            .join(Decision.reasons)
            .where(
                Decision.at < before,
                Decision.reasons.has(erased_at=None),
                Decision.post_id.not_in(contested),
                ~lately.exists(),
            )
            .order_by(Decision.id)
            .limit(limit)
        ).unique()
    )


def is_still_sealed(decision: Decision) -> bool:
    """Whether the text is kept from view by this very decision."""
    whole = standing(decision.post, Verdict.REFUSE, Verdict.RESTRICT)
    return decision.post.status in SEALED and decision in whole
