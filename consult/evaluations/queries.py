"""What there is to evaluate in a plan: its branches, where they stand, what measures them."""

from collections import Counter
from typing import NamedTuple

import sqlalchemy as sa

from consult.campaigns.models import Campaign, State, Theme
from consult.core.db import db
from consult.core.i18n import day, gettext, ngettext, number
from consult.core.text import shorten
from consult.engagements import queries as engagements
from consult.engagements import sheets
from consult.engagements.models import Action, Plan, Progress, Sheet, SheetState
from consult.engagements.queries import Branch
from consult.engagements.wording import called
from consult.indicators import queries as indicators
from consult.indicators.models import Indicator
from consult.indicators.queries import Shown
from consult.people.models import User

THEMES = 30  # beyond, a choice of themes helps nobody


class Measured(NamedTuple):
    """An indicator and its latest figures, as much of them as may be shown."""

    indicator: Indicator
    figures: list[Shown]


class Part(NamedTuple):
    """A branch at the top of a plan, with all that stands under it."""

    name: str
    branch: Branch
    actions: list[Action]
    sheets: list[Sheet]

    @property
    def counts(self) -> Counter[Progress]:
        return self.branch.counts


class Matter(NamedTuple):
    """All there is to evaluate in a plan; sheets of no branch stand apart."""

    plan: Plan
    parts: list[Part]
    loose: list[Sheet]
    measured: list[Measured]

    @property
    def counts(self) -> Counter[Progress]:
        """Where the actions of the plan stand, each counted once."""
        actions = {one.id: one for part in self.parts for one in part.actions}
        return Counter(one.progress for one in actions.values())


def matter(plan: Plan, actor: User | None) -> Matter:
    """What the residents are asked to judge, read in a handful of questions."""
    tree = engagements.of_plan(plan)
    known = sheets.of_plan(plan)
    parts = []
    for branch in tree.branches:
        own = {below.engagement.id for below in branch.walk()}
        held = [one for one in known if one.engagement_id in own]
        actions = list(branch.distinct().values())
        parts.append(Part(called(branch.engagement), branch, actions, held))
    loose = [one for one in known if one.engagement_id not in tree.by_engagement]
    measuring = indicators.of_plan(plan, actor)
    figures = indicators.figures(measuring)
    measured = [Measured(one, indicators.latest(figures[one.id])) for one in measuring]
    return Matter(plan, parts, loose, measured)


def themes(of: Matter) -> list[Theme]:
    """What people may write under: the branches of the plan, or its sheets where it has none."""
    names = [part.name for part in of.parts] or [one.name for one in of.loose]
    distinct = list(dict.fromkeys(shorten(name, 120) for name in names))
    return [Theme(title=name, order=n) for n, name in enumerate(distinct[:THEMES])]


def presentation(of: Matter) -> str:
    """Where the plan stands today, in Markdown: what the facilitator starts from."""
    lines = [_standing(of)]
    if of.parts:
        lines.append("## " + gettext("Branch by branch"))
        lines += [_line(f"**{part.name}**", _counted(part)) for part in of.parts]
    if held := [*(one for part in of.parts for one in part.sheets), *of.loose]:
        lines.append("## " + gettext("Action sheets"))
        lines += [_line(one.name, _written(one)) for one in held]
    if of.measured:
        lines.append("## " + gettext("What the indicators say"))
        lines += [_measured(one) for one in of.measured if one.figures]
    return "\n\n".join("\n".join(block) for block in _blocks(lines))


def _blocks(lines: list[str]) -> list[list[str]]:
    """Lists stand together, everything else apart."""
    blocks: list[list[str]] = []
    for line in lines:
        if line.startswith("- ") and blocks and blocks[-1][0].startswith("- "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _standing(of: Matter) -> str:
    counts = of.counts
    act = of.plan.act
    adopted = (
        gettext("adopted on %(day)s", day=day(act.adopted_on))
        if act and act.adopted_on
        else gettext("adopted, date not communicated")
    )
    said = gettext("The plan “%(plan)s” was %(adopted)s.", plan=of.plan.title, adopted=adopted)
    if not counts:
        return said
    total = ngettext("one action", "%(number)s actions", counts.total(), number=counts.total())
    states = _states(counts)
    return f"{said} " + gettext("It counts %(total)s: %(states)s.", total=total, states=states)


def _states(counts: Counter[Progress]) -> str:
    return ", ".join(
        f"{str(progress.label).lower()} {number(counts[progress])}"
        for progress in Progress
        if counts[progress]
    )


def _counted(part: Part) -> str:
    said = [_states(part.counts)] if part.actions else []
    if part.sheets:
        count = sheets.counted(part.sheets)
        said.append(
            gettext(
                "action sheets: %(published)s published, %(announced)s announced",
                published=count.published,
                announced=count.announced,
            )
        )
    return " ; ".join(said) or gettext("no action yet")


def _written(one: Sheet) -> str:
    is_published = one.state == SheetState.PUBLISHED
    return gettext("sheet published") if is_published else gettext("sheet announced, not published")


def _measured(one: Measured) -> str:
    said = " ; ".join(
        f"{row.territory} {row.said} ({', '.join(filter(None, (row.period, row.source)))})"
        for row in one.figures
        if not row.is_masked
    )
    return _line(one.indicator.label, said or gettext("masked, too few people"))


def _line(name: str, words: str) -> str:
    return "- " + gettext("%(name)s: %(words)s", name=name, words=words)


def of_plan(plan: Plan) -> list[Campaign]:
    """The consultations that ask residents to evaluate a plan, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Campaign)
            .where(Campaign.evaluates_id == plan.id, Campaign.state != State.DRAFT)
            .order_by(Campaign.published_at.desc(), Campaign.id.desc())
        )
    )


def evaluated(campaign: Campaign) -> Plan | None:
    """The plan a consultation evaluates, if it is one that everybody may read."""
    plan = db.session.get(Plan, campaign.evaluates_id) if campaign.evaluates_id else None
    return plan if plan is not None and plan.is_public else None
