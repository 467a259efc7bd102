"""Who may carry a document in, and who keeps the words of the glossary."""

from typing import Any

from consult.core.i18n import _
from consult.core.rules import require
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.sources.models import SourceDocument, Term


def hand_in(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def read(actor: User | None) -> None:
    """Its file as it was handed in: the council's desk, and the guarantor."""
    has_role(actor, RoleName.COUNCIL, RoleName.GUARANTOR)


def be_the_same(document: SourceDocument | None, content: dict[str, Any]) -> None:
    """What was handed in once stays; another version of it is another document."""
    require(
        document is None or document.content == content,
        _("A document of this reference is already here, with other words: it does not change."),
    )


def carry_in(actor: User | None, document: SourceDocument) -> None:
    has_role(actor, RoleName.COUNCIL)
    require(document.carried_in_at is None, _("This document was already carried in."))


def discard(actor: User | None, document: SourceDocument) -> None:
    has_role(actor, RoleName.COUNCIL)
    require(document.carried_in_at is None, _("This document was carried in: it stays."))


def define(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def redefine(actor: User | None, term: Term) -> None:
    has_role(actor, RoleName.COUNCIL)


def strike(actor: User | None, term: Term) -> None:
    has_role(actor, RoleName.COUNCIL)


def relate(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)
