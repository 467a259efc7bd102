"""What the papers of a plan say: as it stands today, or as an edition froze it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from consult.core.i18n import _, day, gettext
from consult.core.money import Nature, totals
from consult.core.papers import nodes
from consult.core.text import shorten
from consult.engagements import amounts, papers
from consult.engagements.models import Plan, Progress, SheetState
from consult.engagements.moments import State
from consult.followup import queries
from consult.followup.models import Edition
from consult.pluralism.queries import on_paper


def today(plan: Plan) -> dict[str, Any]:
    """A plan as it stands now, with what changed since its last edition."""
    whole, last = queries.whole(plan), next(iter(queries.editions(plan)), None)
    return papers.plan(
        plan,
        whole.tree,
        standing=whole.standing,
        linked=whole.linked,
        moved=queries.since(last.content, whole.tree) if last and last.content else [],
        since=last.title if last else "",
        purses=amounts.purses(whole.beside.amounts),
        announced=whole.beside.sheets,
        diary=whole.beside.moments,
        groups=on_paper(plan),
        sha256=queries.fingerprint(queries.picture(plan, whole)),
    )


FROZEN = _("This edition is frozen: it shows the plan as it stood then, and does not change.")


def edition(subject: Edition, groups: dict[str, Any] | None = None) -> dict[str, Any]:
    """An edition as it was frozen, on the same sheets as its plan."""
    content = subject.content
    figures = content["figures"]
    total, numbers = figures["actions"], figures["statuses"]
    labels = papers.labels(total, numbers.get(Progress.UNKNOWN, 0), figures["engagements"])
    as_of = day(subject.as_of) if subject.as_of else subject.as_of_words
    labels["standing"] = gettext("Where the actions stood")
    labels |= papers.beside([SheetState(one["state"]) for one in content.get("sheets", [])])
    rows = {row["id"]: row for row in content["actions"]}
    titles = {row["id"]: row["title"] for row in content["actions"]}
    return {
        "title": f"{subject.title} – {content['title']}",
        "running": shorten(f"{content['title']} – {subject.title}", papers.RUNNING),
        "covered": True,
        "sheets": [
            papers.listed(
                one["id"],
                one["number"],
                (one["content"] or {}).get("title") or one["thematic"],
                SheetState(one["state"]),
            )
            for one in content.get("sheets", [])
        ],
        "moments": [
            [
                papers.moment(one["title"], one["due_words"], one["periodicity"]),
                str(State(one["state"]).label),
            ]
            for one in content.get("moments", [])
        ],
        "kicker": content["title"],
        "name": subject.title,
        "subtitle": content["subtitle"],
        "notice": gettext("Demonstration: nothing of this plan binds the town.")
        if content["is_demonstration"]
        else "",
        "story": [
            [gettext("The plan as of"), as_of],
            [gettext("Published here on"), day(subject.at)],
            *_story(content),
        ],
        "introduction": nodes(subject.introduction or content["introduction"]),
        "counts": papers.counts(numbers),
        "total": total,
        "moved": [],
        "tree": [_branch(one, rows, titles) for one in content["engagements"]],
        "amounts": _amounts(content.get("amounts", [])),
        "groups": groups,
        "marks": papers.marks(),
        "labels": labels,
        "reference": papers.reference(subject.sha256),
        "sha256": subject.sha256,
        "colophon": [
            str(FROZEN),
            gettext("What the source does not say reads “not communicated”."),
        ],
    }


def _amounts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The amounts that were frozen, by nature: two natures are never added up."""
    known = list(rows)
    sums = totals((Nature(one["nature"]), one["cents"]) for one in known)
    return [
        papers.amounts_of(
            nature,
            cents,
            [
                (one["subject"], one["words"], one["dates"])
                for one in known
                if one["nature"] == nature
            ],
        )
        for nature, cents in sums.items()
    ]


def _story(content: Mapping[str, Any]) -> list[list[str]]:
    """When the plan was adopted and after what, as it was known then."""
    unsaid, act = gettext("not communicated"), content["act"]
    after = " ; ".join(one["title"] for one in content["campaigns"]) or unsaid
    rows = [[gettext("After the consultation"), after]]
    if act:
        adopted = act["adopted_on"]
        on = day(date.fromisoformat(adopted)) if adopted else gettext("date not communicated")
        rows = [[gettext("Adopted"), on], [gettext("By"), act["assembly"] or unsaid], *rows]
    return rows


def _branch(
    one: Mapping[str, Any], rows: Mapping[int, Any], titles: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "number": one["number"],
        "title": one["title"],
        "words": nodes(one["words"]),
        "actions": [_action(rows[number], titles) for number in one["actions"]],
        "branches": [_branch(below, rows, titles) for below in one["engagements"]],
    }


def _action(row: Mapping[str, Any], titles: Mapping[int, str]) -> dict[str, Any]:
    progress = Progress(row["statut"] or Progress.UNKNOWN)
    report = row["report"]
    since = ""
    if report:
        since = report["effective_words"]
        if not since and report["effective_on"]:
            on = day(date.fromisoformat(report["effective_on"]))
            since = gettext("since %(day)s", day=on)
    carriers = [(body["name"], body["role"]) for body in row["organisations"]]
    return {
        "title": row["title"],
        "status": progress.value,
        "word": str(progress.label),
        "since": since,
        "late": "",
        "facts": papers.facts(row["unit"], carriers, row["dates"], row["periodicity"], row["tags"]),
        "words": nodes(report["words"]) if report else [],
        "evidence": [
            {
                "title": one["title"],
                "url": one["url"] or "",
                "credit": gettext("Credit: %(who)s", who=one["credit"]) if one["credit"] else "",
            }
            for one in (report["evidence"] if report else [])
        ],
        "see": [titles[number] for number in row["see_also"] if number in titles],
    }
