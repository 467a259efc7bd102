"""What became of the contributions of a campaign: the figures, and the picture of their way."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import aliased, defer, joinedload

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution, Outcome
from consult.contributions.queries import Figures, figures
from consult.core.db import db
from consult.core.flow import Column, Flow, Link, Node
from consult.core.i18n import gettext
from consult.engagements.models import (
    Action,
    Engagement,
    Origin,
    Plan,
    PlanState,
    Progress,
    Serves,
    plan_campaign,
)
from consult.followup.models import Edition, Evidence, StatusReport
from consult.journal.models import Event
from consult.portal.queries import median_days

MOST_THEMES = 8  # in the picture; the smaller ones go together
MOST_ENGAGEMENTS = 10
REMEMBERED = 200  # ties to engagements beyond which counting them again is avoided
ACCEPTED = (Outcome.RETAINED, Outcome.PARTLY)


class Tie(NamedTuple):
    """How many contributions with one answer fed one engagement, or one action."""

    plan_id: int
    engagement_id: int | None
    action_id: int | None
    outcome: Outcome | None
    first: int  # those for which it is the first: each contribution is in one only
    number: int


class Stand(NamedTuple):
    """Since when an action stands where it does, and on how much evidence."""

    on: date | None
    words: str
    evidence: int


class Bound(NamedTuple):
    """An edition of a plan, without its content."""

    plan_id: int
    slug: str
    title: str
    as_of: date | None
    as_of_words: str
    at: datetime


class Story(NamedTuple):
    """All that is known of what became of a campaign."""

    campaign: Campaign
    figures: Figures
    median_days: int | None
    ties: list[Tie]
    plans: list[Plan]
    engagements: dict[int, Engagement]
    served: dict[int, list[int]]  # engagement → its actions
    actions: dict[int, Action]  # each once, in the order of the plans
    standing: dict[int, Stand]
    editions: list[Bound]

    @property
    def tied(self) -> int:
        """Published contributions behind at least one engagement or action."""
        return sum(tie.first for tie in self.ties)

    @property
    def counts(self) -> Counter[Progress]:
        return Counter(action.progress for action in self.actions.values())

    @property
    def late(self) -> int:
        return sum(action.is_late for action in self.actions.values())

    @property
    def is_silent(self) -> bool:
        """Carried in from a document that says nothing of single contributions."""
        return self.campaign.external_ref is not None and not self.figures.received

    @property
    def under_way(self) -> int:
        return self.counts[Progress.STARTED] + self.counts[Progress.WELL_ADVANCED]

    @property
    def anchors(self) -> dict[Progress, str]:
        """Where on the page the actions of each status are listed."""
        return {progress: f"#state-{progress}" for progress in self.counts}

    def by_status(self) -> list[tuple[Progress, list[Action]]]:
        """The actions by status, in the order people read them."""
        rows = [
            (progress, [one for one in self.actions.values() if one.progress == progress])
            for progress in Progress
        ]
        return [(progress, actions) for progress, actions in rows if actions]


def story(campaign: Campaign) -> Story:
    """Everything the page says, in a handful of short questions whatever was written."""
    ties = _ties(campaign)
    plans, editions, own = _plans(campaign, {tie.plan_id for tie in ties})
    engagements, served, actions = _trees([plan.id for plan in plans])
    kept = _concerned(ties, own, engagements, served, actions)
    return Story(
        campaign=campaign,
        figures=figures(campaign),
        median_days=median_days([campaign.id]),
        ties=ties,
        plans=plans,
        engagements=engagements,
        served=served,
        actions=kept,
        standing=_standing(kept),
        editions=editions,
    )


# The questions.

_remembered: dict[tuple[str, int], tuple[Any, list[Tie]]] = {}


def _ties(campaign: Campaign) -> list[Tie]:
    """Where contributions of this campaign went, counted.

    There may be tens of thousands: then they are counted again only after something was written
    about this campaign or about any plan.
    """
    key = str(db.engine.url), campaign.id
    known, marks = _remembered.get(key), None
    if known is not None:
        marks = _marks(campaign)
        if known[0] == marks:
            return known[1]
    ties = _count_ties(campaign)
    if sum(tie.number for tie in ties) >= REMEMBERED:
        _remembered[key] = marks, ties
    else:
        _remembered.pop(key, None)
    return ties


def _marks(campaign: Campaign) -> tuple[Any, ...]:
    """The last lines written in the journal about this campaign, and about any plan."""
    last = sa.select(Event.hash).order_by(Event.id.desc()).limit(1)
    about = last.where(Event.campaign_id == campaign.id).scalar_subquery()
    # Adding nothing keeps the database from walking back over all events to find one of a plan.
    number = sa.select(sa.func.max(Event.id + 0)).where(Event.plan_id > 0).scalar_subquery()
    return tuple(db.session.execute(sa.select(about, number)).one())


def _count_ties(campaign: Campaign) -> list[Tie]:
    return [Tie(*row) for row in db.session.execute(_counted_ties(), {"campaign": campaign.id})]


@cache
def _counted_ties() -> sa.Select[Any]:
    earlier, other = aliased(Origin), aliased(Plan)
    is_second = sa.exists().where(
        earlier.contribution_id == Origin.contribution_id,
        earlier.id < Origin.id,
        earlier.removed_at.is_(None),
        other.id == earlier.plan_id,
        other.state == PlanState.PUBLISHED,
    )
    contribution = Contribution.__table__
    target = (Origin.plan_id, Origin.engagement_id, Origin.action_id, contribution.c.outcome)
    return (
        sa.select(*target, sa.func.sum(sa.case((is_second, 0), else_=1)), sa.func.count())
        .join(contribution, contribution.c.id == Origin.contribution_id)
        .join(Plan, Plan.id == Origin.plan_id)
        .where(
            Origin.campaign_id == sa.bindparam("campaign"),
            Origin.removed_at.is_(None),
            Plan.state == PlanState.PUBLISHED,
            contribution.c.shown_at.is_not(None),
        )
        .group_by(*target)
    )


def _plans(campaign: Campaign, tied: set[int]) -> tuple[list[Plan], list[Bound], set[int]]:
    """The published plans it fed, their editions, and which of them say they come out of it."""
    said = sa.exists().where(
        plan_campaign.c.plan_id == Plan.id, plan_campaign.c.campaign_id == campaign.id
    )
    e = Edition
    rows = db.session.execute(
        sa.select(Plan, said, e.plan_id, e.slug, e.title, e.as_of, e.as_of_words, e.at)
        .outerjoin(e, e.plan_id == Plan.id)
        .where(sa.or_(Plan.id.in_(tied), said), Plan.state == PlanState.PUBLISHED)
        .options(joinedload(Plan.act), defer(Plan.source))
        .order_by(Plan.published_at, Plan.id, e.id.desc())
    )
    plans: dict[int, Plan] = {}
    editions, own = [], set()
    for plan, is_own, plan_id, slug, title, as_of, as_of_words, at in rows:
        plans[plan.id] = plan
        if is_own:
            own.add(plan.id)
        if plan_id is not None:
            editions.append(Bound(plan_id, slug, title, as_of, as_of_words, at))
    return list(plans.values()), editions, own


def _trees(
    plan_ids: Sequence[int],
) -> tuple[dict[int, Engagement], dict[int, list[int]], dict[int, Action]]:
    """The engagements of these plans, which actions serve each, and the actions."""
    engagements: dict[int, Engagement] = {}
    served: dict[int, list[int]] = {}
    actions: dict[int, Action] = {}
    if plan_ids:
        rows = db.session.execute(_whole_trees(), {"plans": list(plan_ids)})
        for engagement, action in rows:
            engagements[engagement.id] = engagement
            if action is not None:
                served.setdefault(engagement.id, []).append(action.id)
                actions[action.id] = action
    return engagements, served, actions


@cache
def _whole_trees() -> sa.Select[Engagement, Action]:
    return (
        sa.select(Engagement, Action)
        .outerjoin(Serves, Serves.engagement_id == Engagement.id)
        .outerjoin(Action, Action.id == Serves.action_id)
        .where(Engagement.plan_id.in_(sa.bindparam("plans", expanding=True)))
        .order_by(Engagement.plan_id, Engagement.order, Engagement.id, Serves.order, Serves.id)
    )


def _concerned(
    ties: Iterable[Tie],
    own: set[int],
    engagements: dict[int, Engagement],
    served: dict[int, list[int]],
    actions: dict[int, Action],
) -> dict[int, Action]:
    """The actions of the campaign's own plans, and those its contributions fed elsewhere."""
    kept = {action.id for action in actions.values() if action.plan_id in own}
    for tie in ties:
        if tie.action_id:
            kept.add(tie.action_id)
        elif tie.engagement_id:
            kept |= set(_below(tie.engagement_id, engagements, served))
    return {number: action for number, action in actions.items() if number in kept}


def _below(
    number: int, engagements: dict[int, Engagement], served: dict[int, list[int]]
) -> list[int]:
    """The actions that serve an engagement or what stands under it."""
    found = list(served.get(number, ()))
    for engagement in engagements.values():
        if engagement.parent_id == number:
            found += _below(engagement.id, engagements, served)
    return list(dict.fromkeys(found))


def _standing(actions: Iterable[int]) -> dict[int, Stand]:
    wanted = list(actions)
    if not wanted:
        return {}
    rows = db.session.execute(_latest_reports(), {"actions": wanted})
    return {action_id: Stand(*row) for action_id, *row in rows}


@cache
def _latest_reports() -> sa.Select[Any]:
    newest = (
        sa.select(sa.func.max(StatusReport.id))
        .where(StatusReport.action_id.in_(sa.bindparam("actions", expanding=True)))
        .group_by(StatusReport.action_id)
    )
    shown = (
        sa.select(sa.func.count())
        .where(Evidence.report_id == StatusReport.id)
        .correlate(StatusReport)
        .scalar_subquery()
    )
    report = StatusReport
    return sa.select(report.action_id, report.effective_on, report.effective_words, shown).where(
        report.id.in_(newest)
    )


# The picture. All its bands count contributions; where a document gives none, actions.

VARIOUS, NO_ACTION, NOT_TIED, OTHERS = "various", "no-action", "not-tied", "others"


def picture(told: Story) -> Flow | None:
    """From themes to answers, engagements and where their actions stand."""
    if told.figures.published:
        return _of_contributions(told)
    return _of_actions(told) if told.actions else None


def _of_contributions(told: Story) -> Flow:
    links: Counter[tuple[str, str]] = Counter()
    urls: dict[tuple[str, str], str] = {}

    def add(source: str, target: str, number: int, url: str) -> None:
        links[source, target] += number
        urls[source, target] = url

    themes = _themes(told)
    for (theme, outcome), number in told.figures.crossed.items():
        key = theme if theme in themes else OTHERS
        url = _contributions(told, theme if theme in themes else None, outcome)
        add(f"theme-{key}", _outcome_key(outcome), number, url)
    tops = _tops(told)
    shown = _largest(told, tops)
    for tie in told.ties:
        top = tops.get((tie.engagement_id, tie.action_id), 0)
        place = f"engagement-{top if top in shown else OTHERS}"
        url = _engagement_url(told, top) if top in shown else _plan_url(told, tie.plan_id)
        add(_outcome_key(tie.outcome), place, tie.first, url)
        add(place, _end(told, tie), tie.first, url)
    for outcome in ACCEPTED:
        tied = sum(tie.first for tie in told.ties if tie.outcome == outcome)
        rest = max(0, told.figures.by_outcome.get(outcome, 0) - tied)
        add(_outcome_key(outcome), NOT_TIED, rest, _contributions(told, None, outcome))
    return _drawn(
        [
            Column(gettext("Themes"), _theme_nodes(told, themes)),
            Column(gettext("Answers"), _outcome_nodes(told)),
            Column(gettext("Engagements"), _engagement_nodes(told, shown)),
            Column(gettext("Where their actions stand"), _end_nodes()),
        ],
        links,
        urls,
    )


def _of_actions(told: Story) -> Flow:
    """A plan without known contributions: each action once, at its first engagement."""
    links: Counter[tuple[str, str]] = Counter()
    urls: dict[tuple[str, str], str] = {}
    tops = _tops(told)
    for action in told.actions.values():
        top = tops[None, action.id]
        pair = f"engagement-{top}", f"state-{action.progress}"
        links[pair] += 1
        urls[pair] = _engagement_url(told, top)
    shown = dict.fromkeys(tops[None, number] for number in told.actions)
    return _drawn(
        [
            Column(gettext("Engagements"), _engagement_nodes(told, list(shown))),
            Column(gettext("Where their actions stand"), _end_nodes()),
        ],
        links,
        urls,
    )


def _drawn(
    columns: Sequence[Column],
    links: Counter[tuple[str, str]],
    urls: dict[tuple[str, str], str],
) -> Flow:
    """The picture without the boxes that nothing goes through, nor the columns left empty."""
    ends = {end for pair, number in links.items() if number for end in pair}
    kept = [
        Column(column.title, [node for node in column.nodes if node.value or node.key in ends])
        for column in columns
    ]
    kept = [column for column in kept if column.nodes]
    known = {node.key for column in kept for node in column.nodes}
    return Flow(
        kept,
        [
            Link(source, target, number, urls[source, target])
            for (source, target), number in links.items()
            if number and {source, target} <= known
        ],
    )


def _themes(told: Story) -> list[int]:
    """The themes drawn by themselves, in the campaign's own order; 0 is « no theme »."""
    sizes = told.figures.by_theme
    order = [theme.id for theme in told.campaign.themes if sizes.get(theme.id)]
    if sizes.get(0):
        order.append(0)
    if len(order) <= MOST_THEMES:
        return order
    largest = sorted(order, key=lambda theme: -sizes[theme])[: MOST_THEMES - 1]
    return [theme for theme in order if theme in largest]


def _theme_nodes(told: Story, themes: Sequence[int]) -> list[Node]:
    titles = {theme.id: theme.title for theme in told.campaign.themes}
    nodes = [
        Node(
            f"theme-{theme}",
            titles.get(theme) or gettext("Without a theme"),
            _contributions(told, theme, ...) if theme else "",
            value=told.figures.by_theme[theme],
        )
        for theme in themes
    ]
    return [*nodes, Node(f"theme-{OTHERS}", gettext("Other themes"))]


# What was answered, from the top of the drawing: the kindest first, no answer last.
DOWNWARDS = (
    *(Outcome.RETAINED, Outcome.PARTLY, Outcome.ALREADY_DONE),
    *(Outcome.NOT_RETAINED, Outcome.OUT_OF_SCOPE, None),
)


def _outcome_nodes(told: Story) -> list[Node]:
    waiting = told.figures.published - told.figures.answered
    return [
        Node(
            _outcome_key(outcome),
            str(outcome.label) if outcome else gettext("No answer yet"),
            _contributions(told, None, outcome),
            tone=outcome or "none",
            value=told.figures.by_outcome.get(outcome, 0) if outcome else waiting,
        )
        for outcome in DOWNWARDS
    ]


def _engagement_nodes(told: Story, shown: Sequence[int]) -> list[Node]:
    nodes = [
        Node(f"engagement-{top}", told.engagements[top].title, _engagement_url(told, top))
        for top in shown
    ]
    return [
        *nodes,
        Node(f"engagement-{OTHERS}", gettext("Other engagements")),
        Node(NOT_TIED, gettext("Not tied to an engagement yet"), tone="none"),
    ]


def _end_nodes() -> list[Node]:
    nodes = [
        Node(f"state-{progress}", str(progress.label), f"#state-{progress}", tone=progress)
        for progress in Progress
    ]
    return [
        *nodes,
        Node(VARIOUS, gettext("Several actions, not all at the same point")),
        Node(NO_ACTION, gettext("No action yet"), tone="unknown"),
    ]


def _end(told: Story, tie: Tie) -> str:
    """Where what came of a contribution stands: one status, several, or no action at all."""
    if tie.action_id:
        numbers = [tie.action_id]
    else:
        numbers = _below(tie.engagement_id or 0, told.engagements, told.served)
    states = {told.actions[number].progress for number in numbers if number in told.actions}
    if not states:
        return NO_ACTION
    return f"state-{states.pop()}" if len(states) == 1 else VARIOUS


def _tops(told: Story) -> dict[tuple[int | None, int | None], int]:
    """The engagement at the top of its plan above each engagement, and above each action: for one
    that serves several, the first."""
    above = {number: each.parent_id for number, each in told.engagements.items()}
    tops: dict[tuple[int | None, int | None], int] = {}
    for number in above:
        top = number
        while parent := above.get(top):
            top = parent
        tops[number, None] = top
    for number in told.engagements:
        for action_id in told.served.get(number, ()):
            tops.setdefault((None, action_id), tops[number, None])
    return tops


def _largest(told: Story, tops: dict[tuple[int | None, int | None], int]) -> list[int]:
    """The engagements drawn by themselves, in the order of their plans."""
    sizes: Counter[int] = Counter()
    for tie in told.ties:
        sizes[tops.get((tie.engagement_id, tie.action_id), 0)] += tie.first
    order = [number for number in told.engagements if sizes.get(number)]
    if len(order) <= MOST_ENGAGEMENTS:
        return order
    largest = sorted(order, key=lambda number: -sizes[number])[: MOST_ENGAGEMENTS - 1]
    return [number for number in order if number in largest]


def _outcome_key(outcome: Outcome | None) -> str:
    return f"outcome-{outcome or 'none'}"


def _engagement_url(told: Story, number: int) -> str:
    plan_id = told.engagements[number].plan_id
    slug = next(plan.slug for plan in told.plans if plan.id == plan_id)
    return url_for("engagements.engagement", slug=slug, id=number)


def _plan_url(told: Story, plan_id: int) -> str:
    slug = next(plan.slug for plan in told.plans if plan.id == plan_id)
    return url_for("engagements.show", slug=slug)


def _contributions(told: Story, theme: int | None, outcome: Any) -> str:
    """The list of the contributions a box or a band stands for; `...`: whatever the answer."""
    asked: dict[str, Any] = {"theme": theme} if theme else {}
    if outcome is not ...:
        asked["outcome"] = outcome or "none"
    return url_for("contributions.index", slug=told.campaign.slug, **asked)
