"""How what is typed of a programme is put where it belongs, and how it is found again."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from consult.core import clock, dates, money, search
from consult.core.db import db
from consult.core.quantities import quantity, threshold
from consult.core.text import excerpt, fold
from consult.programmes.models import (
    OWNED,
    AgreementSignatory,
    Body,
    BodyMember,
    BodyMinutes,
    Candidate,
    Component,
    Criterion,
    Method,
    Operator,
    Part,
    Participant,
    Programme,
    ProgrammePhase,
    Sum,
)
from consult.territory.models import Organisation
from consult.territory.queries import organisation_named, place_named


def make(model: type[Any], owner: Any, *, ref: str, order: int, **said: Any) -> Any:
    """A new part of this owner, known by `ref`, in its place among its like."""
    part = model(external_ref=ref, order=order)
    with db.session.no_autoflush:  # not before it is whole
        setattr(part, OWNED[model], owner)
        apply(part, **said)
    db.session.add(part)
    db.session.flush()
    return part


def apply(thing: Any, **said: Any) -> None:
    """Put these words into a programme, a body or a part, and read from them what they say."""
    for name, value in said.items():
        if name == "period_words" and isinstance(thing, Programme):
            thing.last(value)
        elif name == "state" and value != thing.state:
            thing.move_to(value)
        elif name == "owner_words":
            thing.owner_words, thing.owner = value, organisation(value)
        elif name != "state":
            setattr(thing, name, value)
    read = _READ.get(type(thing))
    if read:
        read(thing)


def _read_phase(phase: ProgrammePhase) -> None:
    phase.last(phase.start_words or "", phase.end_words or "")


def _read_sum(sum_: Sum) -> None:
    found = money.parse(sum_.words)
    sum_.cents = found.cents if found else None


def _read_method(method: Method) -> None:
    found = quantity(method.quantity_words or "")
    method.quantity, method.is_approximate = found.number, found.is_approximate


def _read_criterion(criterion: Criterion) -> None:
    """The comparison its words mean; words that compare nothing are judged by nobody."""
    found = threshold(criterion.words)
    criterion.operator = Operator(found.operator) if found else None
    criterion.value = _plain(found.value) if found else ""
    criterion.unit = found.unit if found else ""


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _read_minutes(minutes: BodyMinutes) -> None:
    minutes.held_on = dates.parse(minutes.date_words or "").start


def _know_organisation(part: Participant | AgreementSignatory | BodyMember) -> None:
    if not (isinstance(part, Participant) and (part.body_id or part.is_doubtful)):
        part.organisation = organisation_named(part.named)


def _know_place(candidate: Candidate) -> None:
    candidate.place = place_named(candidate.named)


_READ: dict[type[Any], Callable[[Any], None]] = {
    ProgrammePhase: _read_phase,
    Sum: _read_sum,
    Method: _read_method,
    Criterion: _read_criterion,
    BodyMinutes: _read_minutes,
    Participant: _know_organisation,
    AgreementSignatory: _know_organisation,
    BodyMember: _know_organisation,
    Candidate: _know_place,
}


def organisation(words: str) -> Organisation | None:
    """The body of this name, made known if it is new; None where no name is given."""
    if not fold(words):
        return None
    found = organisation_named(words)
    if found is None:
        found = Organisation.new(words)
        db.session.flush()
    return found


# Where what is missing is kept.


def missing_of(part: Part) -> tuple[str, bool] | None:
    """For a part that may have a gap of its own: its kind, and whether it is filled now."""
    if isinstance(part, Component):
        return "level", part.level is not None
    if isinstance(part, Participant):
        return "actor_to_split", not part.is_doubtful
    return None


def ref_of(part: Part) -> str:
    """How a gap of a programme names the part it is about."""
    return f"{part.__tablename__.removeprefix('programme_')}:{part.id}"


# Finding it again.


def index(programme: Programme) -> None:
    """Have a public programme found by its words, its places and those who take part."""
    if not programme.is_public:
        return
    names = [name for place in programme.places for name in place.names]
    search.put(
        "programme",
        programme.id,
        programme.title,
        [
            *(programme.subtitle, programme.introduction, programme.period_words),
            *(programme.owner_words, *programme.legal_framework, *names),
        ],
        place_id=programme.places[0].id if programme.places else None,
        excerpt=excerpt(programme.lead),
        at=programme.published_at or clock.now(),
    )


def index_body(body: Body) -> None:
    """Have a public body found by its name and what it is there for."""
    if body.is_public:
        search.put(
            "body",
            body.id,
            body.name,
            [body.words, body.presidency, body.rhythm_words],
            excerpt=excerpt(body.words),
            at=body.published_at or clock.now(),
        )
