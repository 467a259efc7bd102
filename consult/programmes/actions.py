"""What can happen to a programme: it is written part by part, published, reviewed and closed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from consult.core import clock, drafts
from consult.core.db import db
from consult.core.slugs import distinct, slugify
from consult.gaps.models import fill_gap
from consult.journal.actions import record
from consult.people.models import User
from consult.programmes import corrections, queries, rules, shaping
from consult.programmes.models import (
    OWNED,
    Body,
    Owner,
    Part,
    Participant,
    Programme,
    ProgrammePhase,
    ProgrammeState,
    Remaining,
    RemainingKind,
    Stocktake,
    programme_body,
    programme_place,
    root_of,
)


def create(actor: User | None, *, title: str, key: str | None = None, **said: Any) -> Programme:
    """Somebody of the council's desk begins the page of a programme."""
    rules.create(actor)
    if made := queries.made_with(Programme, key):
        return made
    programme = Programme(
        slug=distinct(slugify(title, default="programme"), queries.is_taken),
        title=title,
        author_id=actor.id if actor else None,
        key=key,
        state=ProgrammeState.UNKNOWN,
    )
    db.session.add(programme)
    rules.take_the_step(programme, said.get("state", programme.state))
    shaping.apply(programme, **said)
    db.session.flush()
    record("programmes.create", actor, programme)
    return programme


def edit(actor: User | None, programme: Programme, *, reason: str = "", **said: Any) -> None:
    """Its words, its period, its places, where it stands. Here as in the verbs below, what a
    public page no longer says is kept with the reason."""
    rules.edit(actor, programme)
    rules.take_the_step(programme, said.get("state", programme.state))
    rules.stand_elsewhere(programme, said.get("parent", programme.parent))
    corrections.correct(actor, programme, reason, **said)
    shaping.index(programme)
    record("programmes.edit", actor, programme, changed=sorted(said))


def add(actor: User | None, owner: Owner, part: type[Any], *, key: str, **said: Any) -> Any:
    """One more thing in a programme, an agreement, a call or a body. `key` names the form."""
    rules.add(actor, owner)
    if issubclass(part, ProgrammePhase):
        rules.be_in_order(said.get("start_words", ""), said.get("end_words", ""))
    ref = f"form:{key}"
    if made := db.session.scalar(sa.select(part).where(part.external_ref == ref)):
        return made
    order = queries.next_order(part, owner)
    thing = shaping.make(part, owner, ref=ref, order=order, **said)
    record("programmes.add", actor, root_of(owner), part=thing.__tablename__, number=thing.id)
    return thing


def change(actor: User | None, part: Part, *, reason: str = "", **said: Any) -> None:
    """Something of a programme or a body is corrected; what was missing is there now."""
    rules.change(actor, part)
    if isinstance(part, ProgrammePhase):
        rules.be_in_order(
            said.get("start_words", part.start_words), said.get("end_words", part.end_words)
        )
    corrections.correct(actor, part, reason, **said)
    root = root_of(part)
    if (missing := shaping.missing_of(part)) and missing[1]:
        fill_gap(root, missing[0], shaping.ref_of(part))
    record("programmes.change", actor, root, part=part.__tablename__, number=part.id)


def move(actor: User | None, part: Part, *, by: int) -> None:
    """Something goes up (-1) or down (1) among its like."""
    rules.move(actor, part)
    rows = queries.beside(part)
    place = rows.index(part)
    rows.insert(max(0, place + by), rows.pop(place))
    for order, one in enumerate(rows):
        one.order = order
    record("programmes.move", actor, root_of(part), part=part.__tablename__, number=part.id)


def remove(actor: User | None, part: Part, *, reason: str = "") -> None:
    """Something entered by mistake leaves, with what hangs on it alone."""
    rules.remove(actor, part)
    corrections.take_away(actor, part, reason)
    root, kind, number = root_of(part), part.__tablename__, part.id
    if missing := shaping.missing_of(part):
        fill_gap(root, missing[0], shaping.ref_of(part))
    for model, column in reversed(OWNED.items()):
        if column == kind.removeprefix("programme_"):
            owned = getattr(model, f"{column}_id")
            db.session.execute(sa.delete(model).where(owned == number))
    db.session.execute(sa.delete(type(part)).where(type(part).id == number))
    db.session.expunge(part)
    record("programmes.remove", actor, root, part=kind, number=number)


def discard(actor: User | None, subject: Programme | Body) -> None:
    """A page begun by mistake is thrown away, once it is empty and before anybody reads it."""
    rules.discard(actor, subject)
    tables = (programme_place, programme_body) if isinstance(subject, Programme) else ()
    record("programmes.discard", actor, subject)
    drafts.discard(subject, *(table.c.programme_id for table in tables))


def split(
    actor: User | None, participant: Participant, names: Sequence[str], *, reason: str = ""
) -> None:
    """Two names were printed as one: each stands on its own from now on."""
    rules.split(actor, participant)
    rules.be_several(names)
    said = corrections.read(participant)
    apart = {**said, "programme_participant.named": list(names)}
    corrections.keep(actor, participant, said, apart, reason)
    first, *others = names
    after = [one for one in queries.beside(participant) if one.order > participant.order]
    for one in after:
        one.order += len(others)
    participant.is_doubtful = False
    shaping.apply(participant, named=first)
    for step, name in enumerate(others, start=1):
        shaping.make(
            Participant,
            participant.programme,
            ref=f"{participant.external_ref or participant.id}+{step}",
            order=participant.order + step,
            named=name,
            group=participant.group,
            role=participant.role,
        )
    fill_gap(participant.programme, "actor_to_split", shaping.ref_of(participant))
    record("programmes.split", actor, participant.programme, number=participant.id)


def set_levels(
    actor: User | None,
    programme: Programme,
    levels: Mapping[int, int | None],
    *,
    reason: str = "",
) -> None:
    """The levels of the components, all on one page; those nobody knows stay empty."""
    rules.set_levels(actor, programme)
    for component in queries.whole(programme).components:
        level = levels.get(component.id, component.level)
        corrections.correct(actor, component, reason, level=level)
        if component.level is not None:
            fill_gap(programme, "level", shaping.ref_of(component))
    record("programmes.set_levels", actor, programme)


def publish(actor: User | None, subject: Programme | Body) -> None:
    """A programme or a body gets a page that everybody reads."""
    rules.publish(actor, subject)
    subject.published_at = clock.now()
    if isinstance(subject, Programme):
        shaping.index(subject)
    else:
        shaping.index_body(subject)
    record("programmes.publish", actor, subject)


def take_stock(
    actor: User | None,
    programme: Programme,
    *,
    title: str,
    by_words: str,
    words: str = "",
    key: str | None = None,
) -> Stocktake:
    """What was done is counted today and kept as it is, with the name of those who say it."""
    rules.take_stock(actor, programme)
    rules.be_by_somebody(by_words)
    if made := queries.made_with(Stocktake, key):
        return made
    stocktake = Stocktake(
        programme=programme,
        title=title,
        by_words=by_words,
        words=words,
        content=queries.taken_stock(queries.whole(programme)),
        key=key,
        author_id=actor.id if actor else None,
    )
    db.session.add(stocktake)
    db.session.flush()
    record("programmes.take_stock", actor, programme, number=stocktake.id)
    return stocktake


def gather(actor: User | None, programme: Programme, unfinished: Iterable[tuple[int, str]]) -> int:
    """The actions that are not finished join the list of what remains; says how many joined."""
    rules.gather(actor, programme)
    whole = queries.whole(programme)
    known = {one.action_id for one in whole.unfinished}
    order = queries.next_order(Remaining, programme)
    new = [(number, words) for number, words in unfinished if number not in known]
    for step, (number, words) in enumerate(new):
        db.session.add(
            Remaining(
                programme=programme,
                kind=RemainingKind.ACTION,
                words=words,
                action_id=number,
                order=order + step,
            )
        )
    record("programmes.gather", actor, programme, number=len(new))
    return len(new)


def conclude(
    actor: User | None,
    programme: Programme,
    *,
    closing_report: str,
    successor: Programme | None = None,
    successor_words: str = "",
    reason: str = "",
) -> None:
    """While it closes: what the programme changed, and what comes after it."""
    rules.conclude(actor, programme)
    rules.follow_itself(programme, successor)
    corrections.correct(
        actor,
        programme,
        reason,
        closing_report=closing_report,
        successor=successor,
        successor_words=successor_words,
    )
    record("programmes.conclude", actor, programme)


def close(
    actor: User | None, programme: Programme, *, unfinished: Sequence[tuple[int, str]] = ()
) -> None:
    """A programme ends, with its report, what remains of it, its risks and what comes after.

    `unfinished`: the actions of its plans that nobody said are over, (number, title).
    """
    rules.close(actor, programme)
    whole = queries.whole(programme)
    for _name, need in rules.BEFORE_CLOSING:
        need(whole, unfinished)
    programme.move_to(ProgrammeState.CLOSED)
    record("programmes.close", actor, programme)


def create_body(actor: User | None, *, name: str, key: str | None = None, **said: Any) -> Body:
    """Somebody of the council's desk writes down a body that steers, advises or judges."""
    rules.create_body(actor)
    if made := queries.made_with(Body, key):
        return made
    body = Body(
        slug=distinct(slugify(name, default="instance"), queries.is_body_taken), name=name, key=key
    )
    db.session.add(body)
    shaping.apply(body, **said)
    db.session.flush()
    record("programmes.create_body", actor, body)
    return body


def edit_body(actor: User | None, body: Body, *, reason: str = "", **said: Any) -> None:
    """What a body is, who presides it, how often it meets, what it steers."""
    rules.edit_body(actor, body)
    corrections.correct(actor, body, reason, **said)
    shaping.index_body(body)
    record("programmes.edit_body", actor, body, changed=sorted(said))
