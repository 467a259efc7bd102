"""How a printed roadmap enters the tables: its branches, sheets, money and dates, word for word.

The document is JSON as read from its `feuille_de_route`, `fiches_action`, `montants`, `jalons` and
`gouvernance` (the transcription of a real one is the model). Keys that begin with `_` are an
editor's own; every other string is a quotation. Each row is known by the reference of the document
and its own: carrying the same document again changes nothing and overwrites nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.core import clock, money
from consult.core.dates import find, parse, recurrence
from consult.core.db import db
from consult.core.i18n import gettext, spoken
from consult.core.money import Nature
from consult.core.slugs import distinct, slugify
from consult.core.text import fold
from consult.council.models import Act
from consult.engagements import drafting, queries, sheets, versions
from consult.engagements.models import (
    Amount,
    Engagement,
    Moment,
    MomentKind,
    Picture,
    Plan,
    PlanState,
    Sheet,
)
from consult.gaps.models import open_gap
from consult.territory.models import Place
from consult.territory.queries import place_named

NATURES = {
    "previsionnel": Nature.FORECAST,
    "vote": Nature.VOTED,
    "engage": Nature.COMMITTED,
    "realise": Nature.SPENT,
}
LEVELS = ("Enjeu", "Axe", "Section", "Champ")
BELOW = ("enjeux", "axes", "sections", "subsections")  # what holds the branches of each level

Data = dict[str, Any]


def roadmap(data: Data, ref: str, act: Act | None) -> Plan:
    """The plan of a roadmap; adopted and published where the act that adopted it is known."""
    plan = _plan(data, ref, act)
    branches = _branches(plan, data, ref)
    _sheets(plan, data, ref, branches)
    _amounts(plan, data, ref, branches)
    _moments(plan, data, ref)
    db.session.flush()
    return plan


def _name(one: Data, place: int) -> str:
    return one.get("_id") or f"FA{place + 1}"


# The plan.


def _plan(data: Data, ref: str, act: Act | None) -> Plan:
    own = f"{ref}/plan"
    plan = db.session.scalar(sa.select(Plan).where(Plan.external_ref == own))
    if plan is not None:
        return plan
    told = data["feuille_de_route"]
    plan = Plan(
        slug=distinct(slugify(told["title"], default="plan"), queries.is_taken),
        title=told["title"],
        subtitle=told.get("subtitle") or "",
        introduction=_introduction(told.get("introduction") or {}),
        imprint="\n".join(told.get("footer") or ()),
        state=PlanState.DRAFT,
        act=act,
        place=_place(told.get("footer") or ()),
        external_ref=own,
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def _introduction(told: Data) -> str:
    parts = []
    for section in told.get("sections") or ():
        parts += [f"### {section['title']}", *section.get("paragraphs", ())]
    return "\n\n".join([*([f"**{told['title']}**"] if told.get("title") else []), *parts])


def _place(footer: Iterable[str]) -> Place | None:
    """« Département du Val-de-Marne » lies in the place of that name, if it is known here."""
    for words in footer:
        for name in (words, words.partition(" du ")[2], words.partition(" de ")[2]):
            if name and (place := place_named(name)):
                return place
    return None


# Its branches.


class Grown(NamedTuple):
    """A branch and what the document says of it."""

    engagement: Engagement
    told: Data


def _branches(plan: Plan, data: Data, ref: str) -> list[Grown]:
    known = {
        one.external_ref: one
        for one in db.session.scalars(sa.select(Engagement).where(Engagement.plan_id == plan.id))
    }
    told = data["feuille_de_route"]
    pages = dict(_pages(told.get("sommaire") or ()))
    grown = list(_grow(plan, told, ref, known, pages))
    if not known:
        _pictures(plan, grown)
        db.session.flush()
        if plan.act is not None:
            plan.move_to(PlanState.ADOPTED)
            plan.move_to(PlanState.PUBLISHED)
            drafting.freeze(plan)
            drafting.index_all(plan)
    return grown


def _grow(
    plan: Plan,
    told: Data,
    ref: str,
    known: dict[str | None, Engagement],
    pages: dict[str, str],
    *,
    depth: int = 0,
    above: Engagement | None = None,
) -> Iterator[Grown]:
    """Every branch under this one, in the order of the document."""
    if depth == len(LEVELS):
        return
    for order, one in enumerate(told.get(BELOW[depth]) or ()):
        own = f"{ref}/{LEVELS[depth][0]}{order + 1}"
        branch = known.get(own)
        if branch is None:
            number = one.get("label") or ""
            branch = Engagement(
                plan=plan,
                parent_id=above.id if above else None,
                level=LEVELS[depth],
                number=number,
                title=one["title"],
                words=_words(one),
                page=pages.get(fold(number), "") if number else "",
                order=order,
                external_ref=own,
            )
            db.session.add(branch)
            db.session.flush()
        yield Grown(branch, one)
        yield from _grow(plan, one, own, known, pages, depth=depth + 1, above=branch)


def _pages(contents: Iterable[Data]) -> Iterator[tuple[str, str]]:
    """The printed page of each numbered branch, from the table of contents."""
    for one in contents:
        number = one["title"].partition(":")[0]
        yield fold(number), one.get("page") or ""
        yield from _pages(one.get("children") or ())


def _words(told: Data) -> str:
    """All that a branch says of itself, as paragraphs, lists, boxes and tables."""
    paragraphs = list(told.get("paragraphs") or ())
    points = "\n".join(f"- {one}" for one in told.get("list") or ())
    if points:
        place = next(
            (n + 1 for n, one in enumerate(paragraphs) if one.rstrip().endswith(":")),
            len(paragraphs),
        )
        paragraphs.insert(place, points)
    paragraphs += [_item(one) for one in told.get("items") or ()]
    if box := told.get("box"):
        paragraphs += [f"**{box['title']}**", *box.get("paragraphs", ())]
    if told.get("table"):
        paragraphs += [f"**{told['table_title']}**", _table(told)]
    return "\n\n".join(paragraphs)


def _item(told: Data) -> str:
    """A point with a title of its own: the title stands out, and is not said twice."""
    title, text = told.get("title") or "", told["text"]
    if title and text.startswith(title):
        text = f"**{title}**{text.removeprefix(title)}"
    elif title:
        text = f"**{title}**\n\n{text}"
    return "\n\n".join([text, *(told.get("more") or ())])


def _table(told: Data) -> str:
    head = told.get("table_columns") or list(told["table"][0])
    rows = [head, ["---"] * len(head), *(list(row.values()) for row in told["table"])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _pictures(plan: Plan, grown: list[Grown]) -> None:
    """The captions and credits of pictures that are not there: an editor finds them."""
    order = 0
    for _branch, told in grown:
        for one in told.get("illustrations") or ():
            caption = one.get("caption") or ""
            picture = Picture(
                plan=plan, caption=caption, credit=one.get("credit") or "", order=order
            )
            db.session.add(picture)
            order += 1
            with spoken("fr"):
                words = gettext(
                    "Find this picture, its credit and an alternative text: “%(caption)s”.",
                    caption=caption,
                )
            open_gap(plan, "image", f"I{order}", words)


# Its sheets.


def _sheets(plan: Plan, data: Data, ref: str, grown: list[Grown]) -> None:
    """Each sheet once, announced; published where the document holds it whole."""
    said = data.get("fiches_action") or []
    repeated = {place for place, _first in sheets.twins([_content(one) for one in said])}
    aims, branch = _announced(grown)
    known = set(db.session.scalars(sa.select(Sheet.external_ref).where(Sheet.plan_id == plan.id)))
    for order, one in enumerate(said):
        own = f"{ref}/{_name(one, order)}"
        if order in repeated or own in known:
            continue
        sheet = Sheet(
            plan=plan,
            plan_id=plan.id,
            engagement=branch,
            thematic=one["thematique"],
            aim=aims.get(fold(one["thematique"]), " ".join(one.get("objectifs") or ())),
            since=versions.current(plan),
            order=order,
            external_ref=own,
        )
        db.session.add(sheet)
        db.session.flush()
        if one.get("title"):
            drafting.put_in_force(sheet, _content(one))
        else:
            drafting.index_sheet(sheet)
        _list_what_is_missing(sheet, one)


def _announced(grown: list[Grown]) -> tuple[dict[str, str], Engagement | None]:
    """The aim of each sheet by its theme, and the branch whose table announces them."""
    for branch, told in grown:
        rows = told.get("table") or ()
        aims = {
            fold(row["thematique"]): row["objectif_poursuivi"]
            for row in rows
            if "thematique" in row
        }
        if aims:
            return aims, branch
    return {}, None


def _content(told: Data) -> sheets.Content:
    """A sheet of the document, under our names."""
    return sheets.content(
        title=told.get("title"),
        thematic=told.get("thematique"),
        audience=told.get("pour_qui"),
        when=told.get("quand"),
        followed=told.get("quels_suivis"),
        context=told.get("contexte"),
        objectives=told.get("objectifs"),
        steps=told.get("mise_en_oeuvre"),
        mobilised=told.get("qui_mobiliser"),
        carriers=told.get("porteurs_de_l_action"),
        means=told.get("moyens_de_mise_en_oeuvre"),
    )


def _list_what_is_missing(sheet: Sheet, told: Data) -> None:
    with spoken("fr"):
        if not told.get("title"):
            words = gettext(
                "This sheet was announced and is not in the document: “%(title)s”.",
                title=sheet.name,
            )
            open_gap(sheet, "sheet", words=words)
        for line in sheets.cut_lines(_content(told)):
            words = gettext("This line is cut in the document: “%(line)s”.", line=line)
            open_gap(sheet, "truncated", words=words)


# Its money.


def _amounts(plan: Plan, data: Data, ref: str, grown: list[Grown]) -> None:
    known = set(db.session.scalars(sa.select(Amount.external_ref).where(Amount.plan_id == plan.id)))
    for order, one in enumerate(data.get("montants") or ()):
        own = f"{ref}/M{order + 1}"
        if own in known:
            continue
        found = money.parse(one["text"])
        db.session.add(
            Amount(
                plan=plan,
                engagement=_speaking_of(one["text"], grown),
                subject=one.get("subject") or one["text"],
                words=one["text"],
                cents=found.cents if found else one["_eur"] * 100,
                nature=NATURES.get(one.get("_kind") or "", Nature.UNKNOWN),
                order=order,
                external_ref=own,
                at=clock.now(),
            )
        )


def _speaking_of(words: str, grown: list[Grown]) -> Engagement | None:
    """The branch whose own words, or whose captions, hold these."""
    for branch, told in reversed(grown):
        captions = [one.get("caption") or "" for one in told.get("illustrations") or ()]
        if any(words in text for text in (branch.words, *captions)):
            return branch
    return None


# Its dates.


def _moments(plan: Plan, data: Data, ref: str) -> None:
    known = set(db.session.scalars(sa.select(Moment.external_ref).where(Moment.plan_id == plan.id)))
    made = list(_dates(data, ref))
    made += [*_reviews(data, ref), *_followed(plan, data, ref)]
    for order, one in enumerate(made):
        if one.external_ref in known:
            continue
        one.plan_id, one.order = plan.id, order
        db.session.add(one)
        db.session.flush()
        if one.kind != MomentKind.MILESTONE and one.due_on is None:
            with spoken("fr"):
                words = gettext("Give the date of this evaluation: “%(title)s”.", title=one.title)
            open_gap(one, "date", words=words)


def _dates(data: Data, ref: str) -> Iterator[Moment]:
    """The dates the document speaks of; an evaluation is one to hold."""
    evaluator = next(
        (one["name"] for one in data.get("gouvernance") or () if "évaluation" in one["role"]), ""
    )
    for order, one in enumerate(data.get("jalons") or ()):
        period = parse(one.get("_date") or one["text"])
        printed = find(one["text"])
        moment = Moment(
            external_ref=f"{ref}/J{order + 1}", starts_on=period.start, due_on=period.end
        )
        if fold(one["text"]).startswith("evaluation"):
            moment.kind, moment.title = MomentKind.MIDTERM, one["text"]
            moment.due_words = printed[0].text if printed else ""
            moment.responsible = evaluator
        else:
            moment.kind, moment.title = MomentKind.MILESTONE, one["what"]
            moment.due_words = one["text"]
        yield moment


def _reviews(data: Data, ref: str) -> Iterator[Moment]:
    """What a body does again and again: « Revue annuelle », whose first day nobody printed."""
    for order, one in enumerate(data.get("gouvernance") or ()):
        words = one.get("periodicity") or ""
        if recurrence(words):
            yield Moment(
                external_ref=f"{ref}/R{order + 1}",
                kind=MomentKind.ANNUAL if recurrence(words).unit == "year" else MomentKind.OTHER,
                title=words,
                periodicity=words,
                responsible=one["name"],
            )


def _followed(plan: Plan, data: Data, ref: str) -> Iterator[Moment]:
    """The evaluations that one sheet alone is promised."""
    known = {
        one.external_ref: one.id
        for one in db.session.scalars(sa.select(Sheet).where(Sheet.plan_id == plan.id))
    }
    for place, told in enumerate(data.get("fiches_action") or ()):
        sheet = f"{ref}/{_name(told, place)}"
        for order, line in enumerate(told.get("quels_suivis") or ()):
            kind = _kind(line)
            if kind is not None and sheet in known:
                yield Moment(
                    external_ref=f"{sheet}/S{order + 1}",
                    kind=kind,
                    title=line,
                    sheet_id=known[sheet],
                )


def _kind(line: str) -> MomentKind | None:
    """What evaluation a line of « Quels suivis ? » is; None: one of the whole plan, or a figure."""
    words = fold(line)
    if "cohorte" in words:
        return MomentKind.COHORT
    if not words.startswith("evaluation") or find(line):
        return None
    return MomentKind.PARTICIPATIVE if "participative" in words else MomentKind.OTHER
