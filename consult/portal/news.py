"""What happened, told to everybody: the public lines of the journal and the feeds, in words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import aliased

from consult.answers.models import Answer
from consult.ballots.models import Poll
from consult.ballots.models import State as PollState
from consult.campaigns.models import Campaign, CampaignRules, State
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.i18n import _, day
from consult.core.text import excerpt
from consult.council.models import Act, Assembly, Sitting
from consult.engagements.models import (
    Action,
    Engagement,
    Moment,
    Origin,
    Plan,
    PlanState,
    PlanVersion,
    Serves,
    Sheet,
)
from consult.followup.agenda import coming
from consult.followup.models import Edition, Question, Reply, StatusReport
from consult.groups.models import Group
from consult.indicators.models import Indicator
from consult.journal.models import NEWS, PUBLIC, Event, among
from consult.oversight.words import OUTCOMES
from consult.oversight.words import of as _words
from consult.pluralism.models import ElectoralPeriod, Expression, SignOff
from consult.posts.models import Status
from consult.programmes.models import Body, Programme
from consult.sources.models import SourceDocument
from consult.vigilance.models import SetAside

FEED = 30  # entries of a feed
TOLD_BEFORE = timedelta(days=60)  # how long before its day the agenda's feed tells of it
PAGE = 40  # lines of the journal on a page


class Line(NamedTuple):
    """One thing that happened: when, in words, to what, and what was said then."""

    key: str  # the same for ever
    at: datetime
    words: LazyString | str
    title: str
    page: tuple[str, dict[str, Any]] | None  # where to read it: an endpoint and its values
    more: str = ""
    number: int | None = None  # of its line in the journal
    hash: str = ""
    sha256: str = ""  # of the file that this act put online


# Which lines to read.


def of_site() -> list[Line]:
    """The latest news of the whole site."""
    return _told(_latest("ix_event_news", NEWS, FEED))


def of_campaign(campaign: Campaign) -> list[Line]:
    """What the town did about a campaign and the plans that came out of it, what it answered, and
    what people wrote last."""
    own = "SELECT plan_id FROM plan_campaign WHERE campaign_id = :campaign"
    about = f"(campaign_id = :campaign OR plan_id IN ({own}))"
    events = _latest("ix_event_news", NEWS, FEED, about=about, campaign=campaign.id)
    answers = sa.select(Answer).where(Answer.campaign_id == campaign.id)
    contributions = sa.select(Contribution.__table__.c.id).where(
        Contribution.__table__.c.campaign_id == campaign.id,
        Contribution.__table__.c.shown_at.is_not(None),
    )
    newest = contributions.order_by(
        Contribution.__table__.c.shown_at.desc(), Contribution.__table__.c.id.desc()
    )
    return _in_order(
        _told(events),
        _answered(answers.order_by(Answer.id.desc()).limit(FEED)),
        _written(newest.limit(FEED)),
    )


def of_contribution(contribution: Contribution) -> list[Line]:
    """Its publication, its answers, and what was reported on the actions that came out of it."""
    table = Contribution.__table__
    tied = (
        sa.select(Origin.engagement_id, Origin.action_id)
        .join(Plan, Plan.id == Origin.plan_id)
        .where(
            Origin.contribution_id == contribution.id,
            Origin.removed_at.is_(None),
            Plan.state == PlanState.PUBLISHED,
        )
    )
    rows = db.session.execute(tied).all()
    actions = {row.action_id for row in rows if row.action_id}
    engagements = {row.engagement_id for row in rows if row.engagement_id}
    return _in_order(
        _about(actions, engagements),
        _answered(sa.select(Answer).where(Answer.contribution_id == contribution.id)),
        _written(sa.select(table.c.id).where(table.c.id == contribution.id)),
    )


def of_engagement(engagement: Engagement) -> list[Line]:
    """What became of an engagement and of the actions that serve it or what stands under it."""
    parents = db.session.execute(
        sa.select(Engagement.id, Engagement.parent_id).where(
            Engagement.plan_id == engagement.plan_id
        )
    ).all()
    below = {engagement.id}
    while more := {number for number, above in parents if above in below} - below:
        below |= more
    return _about(set(), below)


def of_action(action: Action) -> list[Line]:
    return _about({action.id}, set())


def of_plan(plan: Plan) -> list[Line]:
    """What happened to a plan since it was adopted."""
    events = db.session.scalars(
        sa.select(Event)
        .where(Event.plan_id == plan.id, Event.name.in_(NEWS))
        .order_by(Event.id.desc())
        .limit(FEED)
    )
    return _told(list(events))


def of_agenda(plan: Plan) -> list[Line]:
    """What comes back in a plan, each day told two months before."""
    lines = []
    for one in coming(plan):
        told = clock.from_town(datetime.combine(one.on - TOLD_BEFORE, time(8)))
        known = max(told, one.rendezvous.changed_at)
        if known <= clock.now():
            lines.append(
                Line(
                    f"rendezvous-{one.rendezvous.id}-{one.on.isoformat()}",
                    known,
                    _("On %(day)s", day=day(one.on)),
                    one.rendezvous.name,
                    ("engagements.action", {"id": one.action.id}),
                    " – ".join(filter(None, [one.rendezvous.starts_at, one.rendezvous.place])),
                )
            )
    return sorted(lines, key=lambda line: line.at, reverse=True)[:FEED]


def journal(before: int | None) -> tuple[list[Line], int | None]:
    """One page of the public lines, latest first, and the number below which the next begins."""
    about = "id < :before" if before else ""
    events = _latest("ix_event_public", PUBLIC, PAGE + 1, about=about, before=before)
    return _told(events[:PAGE]), events[PAGE - 1].id if len(events) > PAGE else None


def _about(actions: set[int], engagements: set[int]) -> list[Line]:
    """What was reported on these actions and those that serve these engagements, and revised."""
    if engagements:
        served = sa.select(Serves.action_id).where(Serves.engagement_id.in_(engagements))
        actions = actions | set(db.session.scalars(served))
    subjects = sa.or_(
        sa.and_(Event.subject_kind == "action", Event.subject_id.in_(actions)),
        sa.and_(Event.subject_kind == "engagement", Event.subject_id.in_(engagements)),
    )
    events = db.session.scalars(
        sa.select(Event)
        .where(subjects, Event.name.in_(("followup.report", "engagements.revise")))
        .order_by(Event.id.desc())
        .limit(FEED)
    )
    return _told(list(events))


def _latest(
    index: str, names: tuple[str, ...], limit: int, about: str = "", **values: Any
) -> list[Event]:
    """The latest events of these names, and about this, by the index kept for them."""
    by = f"INDEXED BY {index}" if db.engine.dialect.name == "sqlite" else ""
    also = f"AND {about}" if about else ""
    numbers = db.session.scalars(
        sa.text(
            f"SELECT id FROM event {by} WHERE {among(names)} {also}"  # noqa: S608 - constants alone
            " ORDER BY id DESC LIMIT :limit"
        ),
        {"limit": limit, **(values if about else {})},
    ).all()
    newest_first = sa.select(Event).where(Event.id.in_(numbers)).order_by(Event.id.desc())
    return list(db.session.scalars(newest_first))


def _in_order(*lists: list[Line]) -> list[Line]:
    lines = [line for each in lists for line in each]
    return sorted(lines, key=lambda line: line.at, reverse=True)[: 2 * FEED]


# How a line is told.


def _told(events: Sequence[Event]) -> list[Line]:
    """These events in words; what is not public is named by nothing but the act."""
    things = _things((event.subject_kind, event.subject_id) for event in events)
    said = _said(events)
    lines = []
    for event in events:
        thing = things.get((event.subject_kind, event.subject_id))
        lines.append(
            Line(
                f"event-{event.id}",
                event.at,
                _words(event),
                thing.title if thing else "",
                thing.page if thing else None,
                said.get(event.id, ""),
                event.id,
                event.hash,
                str(event.data.get("sha256", "")),
            )
        )
    return lines


class _Thing(NamedTuple):
    title: str
    page: tuple[str, dict[str, Any]]


def _things(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], _Thing]:
    """The public ones among these things, in one query: their title and their page."""
    wanted: dict[str, set[int]] = {}
    for kind, number in keys:
        wanted.setdefault(kind, set()).add(number)
    selects = [SELECTS[kind](numbers) for kind, numbers in wanted.items() if kind in SELECTS]
    found: dict[tuple[str, int], _Thing] = {}
    if selects:
        for kind, number, title, slug, other in db.session.execute(sa.union_all(*selects)):
            found[kind, number] = _Thing(title, PAGES[kind](number, slug, other))
    for kind in wanted:
        if kind in ("site", "audit"):
            page: tuple[str, dict[str, Any]] = (
                ("portal.accessibility", {}) if kind == "audit" else ("portal.home", {})
            )
            found |= {(kind, number): _Thing("", page) for number in wanted[kind]}
    return found


def _row(kind: str, number: Any, title: Any, slug: Any, other: Any) -> sa.Select[Any]:
    """Five columns of one kind, so that all kinds are read at once."""
    empty = sa.cast(sa.null(), sa.Text)
    return sa.select(
        sa.literal(kind),
        number,
        title,
        empty if slug is None else slug,
        empty if other is None else sa.cast(other, sa.Text),
    )


def _sheet_name() -> sa.ColumnElement[str]:
    """What `Sheet.name` says, for a list."""
    return sa.func.coalesce(sa.func.nullif(Sheet.title, ""), Sheet.thematic)


def _contributions(numbers: set[int]) -> sa.Select[Any]:
    on_show = _row("contribution", Contribution.id, Contribution.title, None, None)
    return on_show.join(Campaign, Campaign.id == Contribution.campaign_id).where(
        Contribution.id.in_(numbers),
        Contribution.status == Status.PUBLISHED,
        Campaign.state != State.DRAFT,
    )


def _comments(numbers: set[int]) -> sa.Select[Any]:
    post = aliased(Contribution)
    on_show = _row("comment", Comment.id, post.title, None, post.id)
    return on_show.join(post, post.id == Comment.contribution_id).where(
        Comment.id.in_(numbers),
        Comment.status == Status.PUBLISHED,
        post.status == Status.PUBLISHED,
    )


SELECTS: dict[str, Callable[[set[int]], sa.Select[Any]]] = {
    "campaign": lambda numbers: _row(
        "campaign", Campaign.id, Campaign.title, Campaign.slug, None
    ).where(Campaign.id.in_(numbers), Campaign.state != State.DRAFT),
    "contribution": _contributions,
    "comment": _comments,
    "contribution_group": lambda numbers: _row(
        "contribution_group", Group.id, Group.title, None, None
    ).where(Group.id.in_(numbers)),
    "set_aside": lambda numbers: (
        _row("set_aside", SetAside.id, Contribution.title, None, Contribution.id)
        .join(Contribution, Contribution.id == SetAside.contribution_id)
        .where(SetAside.id.in_(numbers), Contribution.status == Status.PUBLISHED)
    ),
    "poll": lambda numbers: _row("poll", Poll.id, Poll.title, None, None).where(
        Poll.id.in_(numbers), Poll.state != PollState.DRAFT
    ),
    "plan": lambda numbers: _row("plan", Plan.id, Plan.title, Plan.slug, None).where(
        Plan.id.in_(numbers), Plan.state == PlanState.PUBLISHED
    ),
    "engagement": lambda numbers: (
        _row("engagement", Engagement.id, Engagement.title, Plan.slug, None)
        .join(Plan, Plan.id == Engagement.plan_id)
        .where(Engagement.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "action": lambda numbers: (
        _row("action", Action.id, Action.title, None, None)
        .join(Plan, Plan.id == Action.plan_id)
        .where(Action.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "sheet": lambda numbers: (
        _row("sheet", Sheet.id, _sheet_name(), None, None)
        .join(Plan, Plan.id == Sheet.plan_id)
        .where(Sheet.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "moment": lambda numbers: (
        _row("moment", Moment.id, Moment.title, Plan.slug, None)
        .join(Plan, Plan.id == Moment.plan_id)
        .where(Moment.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "plan_version": lambda numbers: (
        _row("plan_version", PlanVersion.id, Plan.title, Plan.slug, PlanVersion.number)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(PlanVersion.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "question": lambda numbers: (
        _row("question", Question.id, Question.title, None, None)
        .join(Plan, Plan.id == Question.plan_id)
        .where(
            Question.id.in_(numbers),
            Question.status == Status.PUBLISHED,
            Plan.state == PlanState.PUBLISHED,
        )
    ),
    "edition": lambda numbers: (
        _row("edition", Edition.id, Edition.title, Plan.slug, Edition.slug)
        .join(Plan, Plan.id == Edition.plan_id)
        .where(Edition.id.in_(numbers), Plan.state == PlanState.PUBLISHED)
    ),
    "act": lambda numbers: _row("act", Act.id, Act.title, None, None).where(
        Act.id.in_(numbers), Act.shown_at.is_not(None)
    ),
    "sitting": lambda numbers: (
        _row("sitting", Sitting.id, Assembly.name, None, None)
        .join(Assembly, Assembly.id == Sitting.assembly_id)
        .where(Sitting.id.in_(numbers), Sitting.shown_at.is_not(None))
    ),
    "source_document": lambda numbers: _row(
        "source_document", SourceDocument.id, SourceDocument.title, SourceDocument.ref, None
    ).where(SourceDocument.id.in_(numbers), SourceDocument.carried_in_at.is_not(None)),
    "programme": lambda numbers: _row(
        "programme", Programme.id, Programme.title, Programme.slug, None
    ).where(Programme.id.in_(numbers), Programme.published_at.is_not(None)),
    "indicator": lambda numbers: _row(
        "indicator", Indicator.id, Indicator.label, Indicator.slug, None
    ).where(Indicator.id.in_(numbers), Indicator.published_at.is_not(None)),
    "body": lambda numbers: _row("body", Body.id, Body.name, Body.slug, None).where(
        Body.id.in_(numbers), Body.published_at.is_not(None)
    ),
    "expression": lambda numbers: _row(
        "expression", Expression.id, Expression.title, None, None
    ).where(Expression.id.in_(numbers), Expression.published_at.is_not(None)),
    "electoral_period": lambda numbers: _row(
        "electoral_period", ElectoralPeriod.id, ElectoralPeriod.label, None, None
    ).where(ElectoralPeriod.id.in_(numbers)),
    "sign_off": lambda numbers: _row("sign_off", SignOff.id, SignOff.title, None, None).where(
        SignOff.id.in_(numbers)
    ),
}
PAGES: dict[str, Callable[[int, str, str], tuple[str, dict[str, Any]]]] = {
    "campaign": lambda number, slug, _: ("campaigns.show", {"slug": slug}),
    "contribution": lambda number, slug, _: ("contributions.show", {"id": number}),
    "comment": lambda number, slug, other: ("contributions.show", {"id": int(other)}),
    "contribution_group": lambda number, slug, _: ("groups.show", {"id": number}),
    "set_aside": lambda number, slug, other: ("vigilance.statements", {"id": int(other)}),
    "poll": lambda number, slug, _: ("ballots.show", {"id": number}),
    "plan": lambda number, slug, _: ("engagements.show", {"slug": slug}),
    "engagement": lambda number, slug, _: ("engagements.engagement", {"slug": slug, "id": number}),
    "action": lambda number, slug, _: ("engagements.action", {"id": number}),
    "sheet": lambda number, slug, _: ("engagements.sheet", {"id": number}),
    "moment": lambda number, slug, _: ("engagements.moment_index", {"slug": slug}),
    "plan_version": lambda number, slug, other: (
        "engagements.plan_version",
        {"slug": slug, "number": int(other)},
    ),
    "question": lambda number, slug, _: ("followup.question", {"id": number}),
    "edition": lambda number, slug, other: ("followup.edition", {"slug": slug, "edition": other}),
    "act": lambda number, slug, _: ("council.act", {"id": number}),
    "sitting": lambda number, slug, _: ("council.sitting", {"id": number}),
    "programme": lambda number, slug, _: ("programmes.show", {"slug": slug}),
    "body": lambda number, slug, _: ("programmes.body", {"slug": slug}),
    "indicator": lambda number, slug, _: ("indicators.show", {"slug": slug}),
    "expression": lambda number, slug, _: ("pluralism.show", {"id": number}),
    "electoral_period": lambda number, slug, _: ("pluralism.period", {}),
    "sign_off": lambda number, slug, _: ("pluralism.period", {}),
    "source_document": lambda _id, ref, _other: ("sources.show", {"ref": ref}),
}


def _said(events: Sequence[Event]) -> dict[int, str]:
    """What the town said with these acts: the words of a report, the reason of a change."""
    found: dict[int, str] = {}
    reports = {
        event.data["report"]: event.id for event in events if event.name == "followup.report"
    }
    if reports:
        words = sa.select(StatusReport.id, StatusReport.words)
        for number, text in db.session.execute(words.where(StatusReport.id.in_(reports))):
            found[reports[number]] = excerpt(text, 400)
    replies = {event.data["reply"]: event.id for event in events if event.name == "followup.reply"}
    if replies:
        shown = sa.select(Reply.id, Reply.words).join(Question, Question.id == Reply.question_id)
        public = shown.where(Reply.id.in_(replies), Question.status == Status.PUBLISHED)
        for number, text in db.session.execute(public):
            found[replies[number]] = excerpt(text, 400)
    changes = {
        (event.campaign_id, event.data["number"]): event.id
        for event in events
        if event.name in ("campaigns.extend", "campaigns.change_rules")
    }
    if changes:
        reasons = sa.select(CampaignRules.campaign_id, CampaignRules.number, CampaignRules.reason)
        asked = reasons.where(
            CampaignRules.campaign_id.in_({campaign_id for campaign_id, _ in changes})
        )
        for campaign_id, number, reason in db.session.execute(asked):
            if (campaign_id, number) in changes:
                found[changes[campaign_id, number]] = excerpt(reason, 400)
    return found


def _answered(answers: sa.Select[Any]) -> list[Line]:
    """Answers as lines; those to what is no longer on show are left out."""
    wanted = answers.join(Contribution, Contribution.id == Answer.contribution_id).where(
        Contribution.status == Status.PUBLISHED
    )
    rows = db.session.execute(wanted.add_columns(Contribution.title))
    return [
        Line(
            f"answer-{answer.id}",
            answer.at,
            OUTCOMES[answer.outcome],
            title,
            ("contributions.show", {"id": answer.contribution_id, "_anchor": "answer"}),
            excerpt(answer.words, 400),
        )
        for answer, title in rows
    ]


def _written(numbers: sa.Select[Any]) -> list[Line]:
    """Contributions as lines, since they are on show."""
    rows = db.session.execute(
        sa.select(
            *(Contribution.id, Contribution.title, Contribution.published_at),
            sa.func.substr(Contribution.body, 1, 2000),
        ).where(Contribution.id.in_(list(db.session.scalars(numbers))))
    )
    return [
        Line(
            f"contribution-{number}",
            at,
            _("New contribution"),
            title,
            ("contributions.show", {"id": number}),
            excerpt(body, 400),
        )
        for number, title, at, body in rows
    ]
