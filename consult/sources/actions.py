"""What can happen to a document and to the words of the glossary."""

from collections.abc import Iterable
from mimetypes import guess_type

import sqlalchemy as sa

from consult.core import clock, files
from consult.core.db import db
from consult.core.slugs import slugify
from consult.journal.actions import record
from consult.people.models import User
from consult.sources import carrying, queries, rules
from consult.sources.models import Kin, SourceDocument, Term
from consult.sources.reading import Document


def hand_in(actor: User | None, document: Document, *, data: bytes, name: str) -> SourceDocument:
    """The file of a document is kept as it is; nothing of it is carried in yet."""
    rules.hand_in(actor)
    known = queries.by_ref(document.ref)
    rules.be_the_same(known, document.raw)
    if known is not None:
        return known
    stem, _dot, suffix = name.rpartition(".")
    stem = f"{slugify(stem, default='document')}.{slugify(suffix, default='json')}"
    kind = guess_type(stem)[0] or "application/octet-stream"
    made = SourceDocument(
        ref=document.ref,
        kind=document.kind,
        title=document.title,
        dated_words=document.dated_words,
        dated_on=document.dated_on,
        file=files.keep(data, stem, kind),
        content=document.raw,
        author_id=actor.id if actor else None,
    )
    db.session.add(made)
    db.session.flush()
    record("sources.hand_in", actor, made)
    return made


def carry_in(actor: User | None, document: SourceDocument) -> None:
    """Everything a document says goes where it belongs, word for word, once."""
    rules.carry_in(actor, document)
    before = queries.last_gap()
    made = carrying.carry(actor, document)
    document.carried_in_at = clock.now()
    db.session.flush()
    document.gaps = [gap.id for gap in queries.gaps_since(before)]
    record("sources.carry_in", actor, document, became=len(made), gaps=len(document.gaps))


def discard(actor: User | None, document: SourceDocument) -> None:
    """A document handed in and not carried in is taken away again."""
    rules.discard(actor, document)
    record("sources.discard", actor, document)
    db.session.delete(document)
    db.session.delete(document.file)


def define(actor: User | None, *, acronym: str, expansion: str = "", source: str = "") -> Term:
    """An acronym joins the glossary; one that is there takes these words."""
    rules.define(actor)
    term = queries.term(acronym) or Term(acronym=acronym)
    term.expansion, term.source = expansion, source
    db.session.add(term)
    db.session.flush()
    record("sources.define", actor, term)
    return term


def redefine(
    actor: User | None, term: Term, *, acronym: str, expansion: str = "", source: str = ""
) -> None:
    """An acronym, its words or where they were said are corrected."""
    rules.redefine(actor, term)
    term.acronym, term.expansion, term.source = acronym, expansion, source
    record("sources.redefine", actor, term)


def strike(actor: User | None, term: Term) -> None:
    """An acronym leaves the glossary."""
    rules.strike(actor, term)
    record("sources.strike", actor, term)
    db.session.delete(term)


def relate(actor: User | None, families: Iterable[str]) -> None:
    """Say anew which words may speak of the same thing."""
    rules.relate(actor)
    db.session.execute(sa.delete(Kin))
    made = [Kin(words=words) for words in dict.fromkeys(families)]
    db.session.add_all(made)
    db.session.flush()
    if actor is not None:
        record("sources.relate", actor, made[0] if made else actor, families=len(made))
