"""How a document enters the rooms of the site: which room takes which part of it."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _
from consult.core.slugs import slugify
from consult.council import carrying as council
from consult.engagements import carrying as engagements
from consult.engagements.documents import DocumentError, Problem
from consult.engagements.documents import read as read_plan
from consult.engagements.models import Action
from consult.followup import carrying as followup
from consult.followup.queries import carried_in as plan_carried_in
from consult.gaps.models import open_gap
from consult.indicators import carrying as indicators
from consult.people.models import User
from consult.programmes import carrying as programmes
from consult.sources import queries
from consult.sources.glossary import kindred
from consult.sources.models import Became, DocumentKind, SourceDocument, Term
from consult.sources.reading import Document, read
from consult.territory import carrying as territory
from consult.territory.queries import place_named


def carry(actor: User | None, document: SourceDocument) -> list[Any]:
    """Put everything a document says where it belongs; what it became, the main things first."""
    found = read(document.content)
    try:
        made = [one for one in WAYS[found.kind](actor, found) if one is not None]
    except DocumentError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        reason = _(
            "Something this kind of document needs is missing or out of place (%(what)s).",
            what=str(error),
        )
        raise DocumentError([Problem("$", reason)]) from error
    db.session.flush()
    kept = {(one.__tablename__, one.id): one for one in made}
    for kind, number in kept:
        db.session.add(Became(document_id=document.id, subject_kind=kind, subject_id=number))
    _learn(found)
    return list(kept.values())


def _plan(actor: User | None, document: Document) -> Iterable[Any]:
    printed = read_plan(document.raw)
    ref = f"plan:{slugify(printed.title)}"
    plan = plan_carried_in(ref) or followup.carry(actor, printed, ref)
    _place_consultations()
    return [plan, plan.act, *plan.campaigns]


def _note(actor: User | None, document: Document) -> Iterable[Any]:
    raw, ref = document.raw, document.ref
    act = council.note(raw, ref)
    programme = programmes.call(raw, ref, act)
    _place_consultations(document)
    suggest(document, act)
    return [act, programme, *act.places]


def _closing_review(actor: User | None, document: Document) -> Iterable[Any]:
    programme = programmes.closing_review(document.raw, document.ref)
    return [programme, *programme.places]


def _agreement(actor: User | None, document: Document) -> Iterable[Any]:
    programme = programmes.agreement(document.raw, document.ref)
    return [programme, *programme.places]


def _roadmap(actor: User | None, document: Document) -> Iterable[Any]:
    raw, ref = document.raw, document.ref
    report, act = council.report_and_act(raw, ref)
    geography = territory.geography(raw, ref)
    plan = engagements.roadmap(raw, ref, act)
    programme = programmes.governance(raw, ref, act=act)
    if plan.programme_id is None:
        plan.programme_id = programme.id
    indicators.indicators(raw, ref, plan)
    return [plan, act, report, programme, geography.after.place]


WAYS: dict[DocumentKind, Callable[[User | None, Document], Iterable[Any]]] = {
    DocumentKind.PLAN: _plan,
    DocumentKind.CLOSING_REVIEW: _closing_review,
    DocumentKind.AGREEMENT: _agreement,
    DocumentKind.NOTE: _note,
    DocumentKind.ROADMAP: _roadmap,
}


def _place_consultations(document: Document | None = None) -> None:
    """A consultation is about the district of the note that cites it, whichever came in first."""
    contents = [document.raw] if document else queries.contents(DocumentKind.NOTE)
    for raw in contents:
        district = (raw.get("territory") or {}).get("quartier")
        links = [str(one.get("_link", "")) for one in raw.get("local_dynamics") or ()]
        slugs = [link.partition(":")[2] for link in links if link.startswith("consultation:")]
        place = place_named(district or "")
        for campaign in db.session.scalars(sa.select(Campaign).where(Campaign.slug.in_(slugs))):
            if place is not None and not campaign.places:
                campaign.places = [place]


def _learn(document: Document) -> None:
    """Its acronyms join the glossary; words known already stay."""
    for acronym, words in document.terms():
        term = queries.term(acronym)
        if term is None:
            db.session.add(Term(acronym=acronym, expansion=words, source=document.title))
            db.session.flush()
        elif not term.expansion and words:
            term.expansion, term.source = words, document.title


@algorithm(
    Kind.SUGGESTION,
    _("Words that may speak of the same action"),
    purpose=_("To ask an editor whether two documents speak of the same thing."),
    data=_("The words of a document carried in, and those of the actions of public plans."),
    rule=_("Words that a short table of the town calls kin; a human ties them or not."),
)
def suggest(document: Document, subject: Any, but: Iterable[Action] = ()) -> None:
    """Ask an editor whether some words here speak of what a plan promises elsewhere."""
    others = [one for one in queries.public_actions() if one not in but]
    texts = document.texts()
    for words in queries.kin():
        for action in others:
            match = kindred(texts, [action.title, action.words], words)
            if match:
                here, there = match
                ref = f"{words[0]}:{action.id}"
                told = (
                    f"« {here} » ici, « {there} » dans « {action.title} » : est-ce la même chose ?"
                )
                open_gap(subject, "match", ref, told)
