"""What everybody read of a programme or a body, kept with the reason where it changes or goes."""

from typing import Any

from flask_babel.speaklater import LazyString

from consult.core import restated
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.i18n import Labelled, _
from consult.core.text import excerpt
from consult.people.models import User
from consult.programmes import queries, shaping
from consult.programmes.models import (
    Agreement,
    AgreementSignatory,
    Assessment,
    Body,
    BodyMember,
    BodyMinutes,
    Call,
    Candidate,
    Component,
    Criterion,
    Deed,
    Experiment,
    Finding,
    Method,
    Objective,
    Part,
    Participant,
    Programme,
    ProgrammePhase,
    Remaining,
    Sum,
    root_of,
)
from consult.territory.queries import organisation_named

Said = dict[str, Any]  # by table and field: « programme_objective.title »

# What each thing is called, and its fields that everybody reads: first the one that names it.
READ: dict[type[Any], tuple[LazyString | str, str]] = {
    Programme: (
        "",
        "title subtitle kind period_words owner_words places introduction legal_framework facts"
        " participants_words parent act closing_report successor successor_words",
    ),
    ProgrammePhase: (_("Step"), "label kind start_words end_words lines"),
    Objective: (_("Objective"), "title"),
    Participant: (_("Participant"), "named group role body"),
    Sum: (_("Amount"), "label words nature date_words"),
    Method: (_("Work done"), "words kind quantity_words date_words place_words capacity minutes"),
    Component: (_("Component"), "label level"),
    Finding: (_("Finding"), "words kind place source"),
    Deed: (
        _("Action"),
        "title objective doneness carrier date_words beneficiaries place_kind housing",
    ),
    Remaining: (_("What is left"), "words kind outcome outcome_words"),
    Agreement: (
        _("Agreement"),
        "title purpose framework duration_words signed_words criteria_words act",
    ),
    AgreementSignatory: (_("Signatory"), "named quality signed_words"),
    Criterion: (_("Criterion"), "words"),
    Assessment: (_("Municipality"), "named figures source"),
    Call: (
        _("Call for candidates"),
        "title launched_by period_words cohort duration_words months experimenters act",
    ),
    Candidate: (_("Candidate"), "named choice area strengths"),
    Experiment: (_("Experiment"), "title candidate experimenter start_words"),
    Body: ("", "name kind words presidency rhythm_words colleges programmes"),
    BodyMember: (_("Seat"), "named college mandate start_words end_words"),
    BodyMinutes: (_("Minutes of a meeting"), "title date_words words file"),
}
UNSAID = ("unknown", "open", "candidate", "other")  # what a choice holds before anybody chose
HOLDER = "body_member.named"


def correct(actor: User | None, thing: Any, reason: str, **said: Any) -> None:
    """Put these words into it; on a public page, what it said before stays beside the reason."""
    before = read(thing)
    shaping.apply(thing, **said)
    db.session.flush()
    db.session.expire(thing)  # what it refers to is looked up again
    keep(actor, thing, before, read(thing), reason)


def take_away(actor: User | None, part: Part, reason: str) -> None:
    """Before it goes from a public page: what it said, with what hangs on it alone."""
    before = read(part)
    if isinstance(part, BodyMember) and not part.agrees:
        before["body_member.agrees"] = False  # the seat was shown without a name
    for below in ("signatories", "criteria", "assessments", "candidates", "experiments"):
        for one in getattr(part, below, ()):
            name, words = next(iter(read(one).items()))
            before.setdefault(name, []).append(words)
    keep(actor, part, before, {}, reason)


def keep(actor: User | None, thing: Any, before: Said, after: Said, reason: str) -> None:
    """What a public page no longer says; refused without a reason. A list that only grows, or
    changes its order, still says all it said."""
    root = root_of(thing)
    if not root.is_public:
        return
    if HOLDER in before:
        _name_no_resident(before, after)
    lost = restated.lost(before, after)
    restated.restate(actor, root, lost, after, reason=reason, part=called(thing))


def _name_no_resident(before: Said, after: Said) -> None:
    """What is kept stays for ever and an agreement to be named may not: only bodies are named."""
    if before[HOLDER] == after.get(HOLDER):
        del before[HOLDER]
    for said, words in ((before, _("a name")), (after, _("another name"))):
        if said.get(HOLDER) and organisation_named(said[HOLDER]) is None:
            said[HOLDER] = str(words)


def called(thing: Any) -> str:
    """Which part of its page it is: « Composante 2 – Études »; nothing for the page itself."""
    what, names = READ[type(thing)]
    if isinstance(thing, Programme | Body):
        return ""
    words = f"{what} {queries.beside(thing).index(thing) + 1}"
    if isinstance(thing, BodyMember):
        return words
    return f"{words} – {excerpt(getattr(thing, names.split()[0]), 60).rstrip('.')}"


def read(thing: Any) -> Said:
    """What everybody reads of it, in words, numbers and lists."""
    table, names = thing.__tablename__, READ[type(thing)][1].split()
    said = {f"{table}.{name}": _words(getattr(thing, name)) for name in names}
    if isinstance(thing, BodyMember) and not thing.agrees:
        said[HOLDER] = ""
    if isinstance(thing, Programme) and thing.successor:
        said["programme.successor"] = thing.successor.title  # shown before its page is public
    if isinstance(thing, Assessment):
        figures = [(one.words, thing.figures.get(str(one.id))) for one in thing.agreement.criteria]
        said[f"{table}.figures"] = [f"{words} : {figure}" for words, figure in figures if figure]
    return said


def _words(value: Any) -> Any:
    """A choice by its words, a thing by its name where its own page is public, a list of them."""
    if isinstance(value, Labelled):
        return "" if value in UNSAID else str(value.label)
    if isinstance(value, StoredFile):
        return f"{value.name} (SHA-256 {value.sha256[:12]}…)"
    if isinstance(value, db.Model):
        is_hidden = getattr(value, "is_public", True) is False
        names = (getattr(value, name, "") for name in ("title", "named", "name"))
        return "" if is_hidden else next(filter(None, names), "")
    if isinstance(value, list):
        rows = (" : ".join(filter(None, one)) if isinstance(one, list) else one for one in value)
        return [words for one in rows if (words := _words(one))]
    return value
