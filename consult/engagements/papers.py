"""What the papers of a plan and of an action sheet say, as plain data for the templates of type."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from consult.core.i18n import _, day, gettext, ngettext
from consult.core.money import Nature, written
from consult.core.papers import Picture, live, nodes
from consult.core.text import shorten
from consult.council.models import Act
from consult.engagements import sheets, wording
from consult.engagements.models import (
    Action,
    Plan,
    Progress,
    Sheet,
    SheetState,
    SheetVersion,
)
from consult.engagements.models import Picture as PlanPicture
from consult.engagements.queries import Branch, Tree

# What each mark means, for who meets them for the first time.
MEANINGS = {
    Progress.DONE: _("Finished; the evidence is on the page of the action."),
    Progress.WELL_ADVANCED: _("Most of it is done."),
    Progress.STARTED: _("Work has begun."),
    Progress.PLANNED: _("Promised, not begun yet."),
    Progress.SUSPENDED: _("Stopped for now; the reason is public."),
    Progress.ABANDONED: _("Will not be done; the reason is public."),
    Progress.UNKNOWN: _("Nobody has said where it stands: neither done nor not done."),
}


SHEET_STATES = {
    SheetState.PUBLISHED: _("Sheet published"),
    SheetState.ANNOUNCED: _("Announced; detailed sheet not published"),
}
RUNNING = 95  # letters of the line above each page


def marks() -> list[dict[str, str]]:
    """The seven marks with their words and what they mean."""
    return [
        {"key": key.value, "word": str(key.label), "means": str(MEANINGS[key])} for key in Progress
    ]


def counts(numbers: Mapping[Any, int]) -> list[dict[str, Any]]:
    """How many of each status, those there are, in the order people read them."""
    named = {Progress(key): number for key, number in numbers.items()}
    return [
        {"key": key.value, "word": str(key.label), "number": named[key]}
        for key in Progress
        if named.get(key)
    ]


def labels(total: int, unknown: int, engagements: int) -> dict[str, str]:
    """The headings of a plan on paper."""
    return {
        "introduction": gettext("Introduction"),
        "standing": gettext("Where the actions stand"),
        "of_total": ngettext("of one action", "of %(number)s actions", total, number=total),
        "unknown": ngettext(
            "Nobody has said where one action stands: it counts neither as done nor as not done.",
            "Nobody has said where %(num)d actions stand: they count neither as done nor as not"
            " done.",
            unknown,
        )
        if unknown
        else "",
        "since": "",
        "tree": "{}, {}".format(
            ngettext("One engagement", "%(num)d engagements", engagements),
            ngettext("one action", "%(number)s actions", total, number=total),
        ),
        "see": gettext("See also:"),
        "meaning": gettext("What it means"),
        "amounts": gettext("Amounts"),
        "natures": gettext("Amounts of different natures are never added up."),
    }


def plan(
    subject: Plan,
    tree: Tree,
    *,
    standing: Mapping[int, Any],
    linked: Mapping[int, list[Action]],
    moved: Iterable[Any] = (),
    since: str = "",
    purses: Iterable[Any] = (),
    announced: Iterable[Sheet] = (),
    diary: Iterable[Any] = (),
    groups: dict[str, Any] | None = None,
    sha256: str = "",
) -> dict[str, Any]:
    """A plan as it stands now: its story, its engagements, each action with its status.

    `standing` holds, by action, since when it stands there; `linked`, the actions it points to;
    `moved`, what changed since the edition called `since`; `purses`, the amounts of each nature;
    `diary`, its moments of evaluation.
    """
    total, numbers = len(tree.actions), tree.counts
    said = labels(total, numbers[Progress.UNKNOWN], len(tree.by_engagement))
    rows = list(announced)
    said |= beside([one.state for one in rows])
    if any(branch.engagement.level for branch in tree.walk()):
        said["tree"] = gettext("The plan, branch by branch")
    if since:
        said["since"] = gettext("Since the last edition, “%(title)s”", title=since)
    return {
        "title": subject.title,
        "running": shorten(subject.title, RUNNING),
        "covered": True,
        "kicker": subject.place.name if subject.place else gettext("Action plan"),
        "name": subject.title,
        "subtitle": subject.subtitle,
        "notice": notice(subject),
        "story": story(subject),
        "introduction": nodes(subject.introduction),
        "counts": counts(numbers),
        "total": total,
        "moved": [_moved(one) for one in moved],
        "tree": [_branch(one, tree, standing, linked) for one in tree.branches],
        "sheets": [listed(one.id, one.number, one.name, one.state) for one in rows],
        "moments": [
            [
                moment(one.moment.title, one.moment.due_words, one.moment.periodicity),
                str(one.state.label),
            ]
            for one in diary
        ],
        "amounts": [purse(one) for one in purses],
        "groups": groups,
        "marks": marks(),
        "labels": said,
        "reference": reference(sha256),
        "sha256": sha256,
        "colophon": [gettext("What the source does not say reads “not communicated”.")],
    }


def notice(subject: Plan) -> str:
    """What must be read before anything else."""
    if subject.is_demo:
        return gettext("Demonstration: nothing of this plan binds the town.")
    if not subject.is_public:
        return gettext("Working document: this plan is not published.")
    return ""


def story(subject: Plan) -> list[list[str]]:
    """When it was adopted, by whom, by what vote, after which consultation."""
    unsaid, act = gettext("not communicated"), subject.act
    rows = [[gettext("Adopted"), act_day(act) if act else gettext("Not adopted yet")]]
    if act:
        by = ", ".join(filter(None, [act.assembly or unsaid, act.place]))
        rows += [[gettext("By"), by], [gettext("Vote"), vote(act)]]
        if act.number:
            rows.append([gettext("Number of the act"), act.number])
    after = [
        ", ".join(filter(None, [one.title, one.period_words])) for one in subject.campaigns
    ] or [unsaid if subject.source_id else gettext("no consultation")]
    rows.append([gettext("After the consultation"), " ; ".join(after)])
    return rows


def act_day(act: Act) -> str:
    """The day of an act, or its printed words, or that nobody said."""
    if act.adopted_on:
        return day(act.adopted_on)
    return act.adopted_words or gettext("date not communicated")


def vote(act: Act) -> str:
    """What the vote was, and its counts where they are known."""
    words = str(act.vote) if act.vote else gettext("not communicated")
    if not act.is_counted:
        return words
    counted = ", ".join(
        [
            ngettext("one for", "%(num)d for", act.votes_for or 0),
            ngettext("one against", "%(num)d against", act.votes_against or 0),
            ngettext("one abstention", "%(num)d abstentions", act.abstentions or 0),
        ]
    )
    return f"{words} ({counted})"


def reference(sha256: str) -> str:
    return gettext("reference %(number)s", number=sha256[:12]) if sha256 else ""


def _moved(one: Any) -> dict[str, str]:
    return {
        "title": one.action.title,
        "was": one.was.value if one.was else "",
        "was_word": str(one.was.label) if one.was else gettext("new in the plan"),
        "became": one.became.value,
        "became_word": str(one.became.label),
    }


def _branch(
    branch: Branch, tree: Tree, standing: Mapping[int, Any], linked: Mapping[int, list[Action]]
) -> dict[str, Any]:
    engagement = branch.engagement
    return {
        "number": wording.kicker(engagement),
        "title": engagement.title,
        "words": nodes(engagement.words),
        "actions": [_action(one, tree, standing, linked) for one in branch.actions],
        "branches": [_branch(one, tree, standing, linked) for one in branch.branches],
    }


def _action(
    one: Action, tree: Tree, standing: Mapping[int, Any], linked: Mapping[int, list[Action]]
) -> dict[str, Any]:
    stands = standing.get(one.id)
    since = ""
    if stands:
        since = stands.words or (gettext("since %(day)s", day=day(stands.on)) if stands.on else "")
    late = ""
    if one.is_late:
        late = gettext("Late")
    elif one.is_overdue:
        late = gettext("Date past, status not reported")
    carriers = [
        (row.named or row.organisation.name, row.role) for row in tree.carriers.get(one.id, [])
    ]
    return {
        "title": one.title,
        "status": one.progress.value,
        "word": str(one.progress.label),
        "since": since,
        "late": late,
        "facts": facts(one.unit, carriers, one.dates_words, one.periodicity, one.tags),
        "words": [],
        "evidence": [],
        "see": [other.title for other in linked.get(one.id, [])],
    }


def facts(
    unit: str,
    carriers: Iterable[tuple[str, str]],
    dates: str,
    periodicity: str,
    tags: Iterable[str],
) -> list[str]:
    """What stands under the title of an action: who, when, how often, under which mention."""
    return [
        *filter(None, [unit]),
        *(f"{name} – {role}" if role else name for name, role in carriers),
        *([gettext("When: %(words)s", words=dates)] if dates else []),
        *([gettext("How often: %(words)s", words=periodicity)] if periodicity else []),
        *(str(wording.tag_words(tag)) for tag in tags),
    ]


def purse(one: Any) -> dict[str, Any]:
    """The amounts of one nature, each as printed."""
    rows = [(amount.subject, amount.words, amount.dates_words) for amount in one.amounts]
    return amounts_of(one.nature, one.cents, rows)


def amounts_of(nature: Nature, cents: int, rows: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Amounts of one nature, (subject, words, dates) each, and what they come to together."""
    total = gettext("Total of this nature: %(amount)s", amount=written(cents))
    return {
        "nature": str(nature.label),
        "total": total if len(rows) > 1 else "",
        "rows": [
            {"subject": subject, "words": words, "dates": dates or gettext("not communicated")}
            for subject, words, dates in rows
        ],
    }


def pictures(of: Iterable[PlanPicture]) -> list[Picture]:
    """The pictures of a plan that have arrived."""
    return [
        Picture(
            path=one.file.path,
            caption=one.caption,
            alternative=one.alternative,
            credit=one.credit,
            is_decorative=one.is_decorative,
            kind="" if one.kind == "photo" else str(one.kind.label),
            name=one.file.name,
        )
        for one in of
        if one.file
    ]


def sheet(
    subject: Sheet,
    text: SheetVersion | None,
    *,
    purses: Iterable[Any] = (),
    moments: Iterable[Any] = (),
    texts: Iterable[SheetVersion] = (),
) -> dict[str, Any]:
    """An action sheet under its printed headings; announced only, its theme and its aim."""
    content = text.content if text else None
    said = sheets.content(**(content or {}))
    branch = subject.engagement
    story = [[gettext("Plan"), subject.plan.title]]
    if branch:
        story.append([gettext("In the plan"), wording.called(branch)])
    story.append([gettext("Thematic"), subject.thematic or gettext("not communicated")])
    if text:
        story.append([gettext("Text published on"), day(text.at)])
    aim = {
        "title": gettext("What was announced"),
        "paragraphs": [subject.aim] if subject.aim else [],
        "steps": [],
        "empty": "" if subject.aim else gettext("not communicated"),
    }
    return {
        "title": subject.name,
        "running": shorten(f"{subject.name} – {subject.plan.title}", RUNNING),
        "kicker": " ".join(filter(None, [gettext("Action sheet"), subject.number])),
        "name": subject.name,
        "notice": notice(subject.plan) or ("" if text else gettext("Detailed sheet not published")),
        "story": story,
        "parts": [_heading(one, said) for one in _headings(said)] if text else [aim],
        "amounts": [purse(one) for one in purses],
        "moments": [
            [
                moment(one.moment.title, one.moment.due_words, one.moment.periodicity),
                str(one.state.label),
            ]
            for one in moments
        ],
        "versions": [[day(one.at), one.reason or gettext("first text")] for one in texts],
        "labels": {
            "amounts": gettext("Amounts"),
            "natures": gettext("Amounts of different natures are never added up."),
            "moments": gettext("Moments of evaluation"),
            "versions": gettext("Texts of this sheet"),
        },
        "sha256": "",
        "reference": "",
        "colophon": [gettext("What the source does not say reads “not communicated”.")],
    }


def beside(states: Sequence[SheetState]) -> dict[str, str]:
    """The headings of what stands beside the tree: the sheets, in these states, and the moments."""
    published = sum(state == SheetState.PUBLISHED for state in states)
    return {
        "sheets": gettext("Action sheets"),
        "sheet_count": gettext(
            "%(announced)s announced, %(published)s published.",
            announced=len(states),
            published=published,
        ),
        "moments": gettext("Moments of evaluation"),
    }


def listed(number: int, printed: str, title: str, state: SheetState) -> dict[str, str]:
    """A sheet in the list of a plan."""
    return {
        "number": printed,
        "title": title,
        "state": str(SHEET_STATES[state]),
        "url": live("engagements.sheet", id=number),
    }


def moment(title: str, due_words: str, periodicity: str) -> str:
    """A moment of evaluation with its date, unless its title says it."""
    when = due_words or periodicity
    return title if when.casefold() in title.casefold() else f"{title}, {when}"


def _headings(said: sheets.Content) -> list[sheets.Heading]:
    """The eight headings in their order, and the context where the sheet gives one."""
    order = list(sheets.HEADINGS)
    if said[sheets.CONTEXT.key]:
        order.insert([one.key for one in order].index("objectives"), sheets.CONTEXT)
    return order


def _heading(heading: sheets.Heading, said: sheets.Content) -> dict[str, Any]:
    """What stands under one heading: a line, or a list of one or two levels."""
    value = said[heading.key]
    steps, paragraphs = [], []
    if heading.shape == sheets.Shape.LINE:
        paragraphs = [value] if value else []
    elif heading == sheets.CONTEXT or (heading.shape == sheets.Shape.LINES and len(value) == 1):
        paragraphs = list(value)
    elif heading.shape == sheets.Shape.LINES:
        steps = [{"text": words, "items": []} for words in value]
    elif heading.shape == sheets.Shape.STEPS:
        steps = [{"text": one["text"], "items": list(one["items"])} for one in value]
    return {
        "title": str(heading.label),
        "paragraphs": paragraphs,
        "steps": steps,
        "empty": "" if value else gettext("not communicated"),
    }
