"""What to read of the documents carried in, of what they became, and of the words they shorten."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer
from werkzeug.exceptions import NotFound

from consult.core.db import db
from consult.core.text import fold
from consult.engagements.models import Action, Plan, PlanState
from consult.gaps.models import Gap
from consult.people.queries import subjects
from consult.sources.models import Became, DocumentKind, Kin, SourceDocument, Term

# Families of words that editors are asked about on the first day; the desk changes them.
FIRST_KIN = ("fablab, fab lab, tiers-lieu, tiers lieu", "îlot de fraîcheur, îlots de fraîcheur")


def listed(*, with_waiting: bool = False) -> list[SourceDocument]:
    """The documents carried in, the latest first; with those that wait for a clerk, first."""
    asked = sa.select(SourceDocument)
    if not with_waiting:
        asked = asked.where(SourceDocument.carried_in_at.is_not(None))
    documents = db.session.scalars(asked.order_by(SourceDocument.id.desc())).all()
    return sorted(documents, key=lambda one: one.is_public)


def by_ref(ref: str) -> SourceDocument | None:
    """The document of this reference with its content."""
    return db.session.scalar(
        sa.select(SourceDocument)
        .options(undefer(SourceDocument.content))
        .where(SourceDocument.ref == ref)
    )


def by_ref_or_404(ref: str, *, with_waiting: bool = False) -> SourceDocument:
    document = by_ref(ref)
    if document is None or not (document.is_public or with_waiting):
        raise NotFound
    return document


def became(document: SourceDocument) -> list[Any]:
    """What a document became, plans and acts before places."""
    return outcomes([document]).get(document.id, [])


def outcomes(documents: list[SourceDocument]) -> dict[int, list[Any]]:
    """What each of these documents became, in two questions and one a kind."""
    rows = db.session.execute(
        sa.select(Became.document_id, Became.subject_kind, Became.subject_id)
        .where(Became.document_id.in_([one.id for one in documents]))
        .order_by(Became.id)
    ).all()
    known = subjects((kind, number) for _document, kind, number in rows)
    found: dict[int, list[Any]] = {}
    for document_id, kind, number in rows:
        if (kind, number) in known:
            found.setdefault(document_id, []).append(known[kind, number])
    return found


def last_gap() -> int:
    """The number of the latest thing missing."""
    return db.session.scalar(sa.select(sa.func.max(Gap.id))) or 0


def gaps_since(number: int) -> list[Gap]:
    """What was found missing after this one."""
    return list(db.session.scalars(sa.select(Gap).where(Gap.id > number).order_by(Gap.id)))


def gaps_of(document: SourceDocument) -> list[Gap]:
    """What a document left empty or doubtful, filled since or not."""
    return list(
        db.session.scalars(sa.select(Gap).where(Gap.id.in_(document.gaps)).order_by(Gap.id))
    )


def to_complete(document: SourceDocument) -> dict[str, int]:
    """How many things of each kind a document left to fill and nobody has filled."""
    return dict(sorted(Counter(gap.kind for gap in gaps_of(document) if not gap.done_at).items()))


def report(document: SourceDocument, figures: dict[str, Any]) -> dict[str, Any]:
    """What the command line says of a document: its figures, what it became, what is left."""
    made = Counter(one.__tablename__ for one in became(document))
    left = to_complete(document)
    return {
        "document": document.ref,
        "kind": document.kind.value,
        **figures,
        "became": dict(made),
        "to_complete": left,
        "left_to_fill": sum(left.values()),
    }


# Words.


def glossary() -> list[Term]:
    """Every acronym in the order of the alphabet."""
    terms = db.session.scalars(sa.select(Term)).all()
    return sorted(terms, key=lambda term: (fold(term.acronym), term.id))


def expansions() -> dict[str, str]:
    """The words of every acronym whose words are known."""
    rows = db.session.execute(sa.select(Term.acronym, Term.expansion).where(Term.expansion != ""))
    return {acronym: words for acronym, words in rows}


def term(acronym: str) -> Term | None:
    return db.session.scalar(sa.select(Term).where(Term.acronym == acronym))


def term_or_404(term_id: int) -> Term:
    found = db.session.get(Term, term_id)
    if found is None:
        raise NotFound
    return found


def kin() -> list[list[str]]:
    """Families of words that may speak of the same thing."""
    rows = db.session.scalars(sa.select(Kin).order_by(Kin.id)).all()
    return [row.each for row in rows] or [Kin(words=words).each for words in FIRST_KIN]


def public_actions() -> list[Action]:
    """What published plans promise, for a possible match to be looked for."""
    return list(
        db.session.scalars(
            sa.select(Action)
            .join(Action.plan)
            .where(Plan.state == PlanState.PUBLISHED)
            .order_by(Action.id)
        )
    )


def contents(kind: DocumentKind) -> list[dict[str, Any]]:
    """What the documents of this kind that were carried in say, as they came."""
    return list(
        db.session.scalars(
            sa.select(SourceDocument.content).where(
                SourceDocument.kind == kind, SourceDocument.carried_in_at.is_not(None)
            )
        )
    )
