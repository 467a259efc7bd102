"""What can happen to the groups and their words, and what somebody signs before an election."""

import secrets
from datetime import date
from typing import Any

from consult.core import clock
from consult.core.db import db
from consult.journal.actions import record
from consult.people.models import User
from consult.pluralism import queries, rules
from consult.pluralism.models import (
    ElectoralPeriod,
    Expression,
    Group,
    Order,
    Publication,
    SignOff,
    Space,
    Spokesperson,
    Statement,
)


def create_group(actor: User | None, *, name: str, seats: int, key: str | None = None) -> Group:
    """An administrator enters a group of the assembly."""
    rules.create_group(actor)
    if made := queries.made_with(Group, key):
        return made
    group = Group(name=name, seats=seats, key=key)
    db.session.add(group)
    db.session.flush()
    record("pluralism.create_group", actor, group, seats=seats)
    return group


def edit_group(
    actor: User | None, group: Group, *, name: str, seats: int, ended_on: date | None = None
) -> None:
    """A group changes its name or its seats, or is one no more; what it said stays as it was."""
    rules.edit_group(actor, group)
    new = {"name": name, "seats": seats, "ended_on": ended_on}
    changed = [field for field, value in new.items() if getattr(group, field) != value]
    for field in changed:
        setattr(group, field, new[field])
    record("pluralism.edit_group", actor, group, changed=sorted(changed))


def appoint(actor: User | None, group: Group, user: User) -> Spokesperson:
    """Somebody may write for a group from now on, and hears of it."""
    rules.appoint(actor, group)
    row = queries.spokesperson(group, user)
    if row is None:
        row = Spokesperson(group=group, user=user)
        db.session.add(row)
    row.ended_at = None
    db.session.flush()
    record("pluralism.appoint", actor, row, notify=[user])
    return row


def dismiss(actor: User | None, spokesperson: Spokesperson) -> None:
    """Somebody no longer writes for a group."""
    rules.dismiss(actor, spokesperson)
    spokesperson.ended_at = clock.now()
    record("pluralism.dismiss", actor, spokesperson)


def open(
    actor: User | None,
    thing: Any,
    *,
    max_characters: int,
    closes_on: date,
    order: Order = Order.SEATS,
) -> Expression:
    """Every group gets the same room beside a plan, an edition or an act; those who write hear."""
    rules.open(actor, thing)
    rules.be_the_same_for_all(max_characters, closes_on)
    groups = queries.groups()
    rules.have_groups(groups)
    seed = secrets.token_hex(16) if order == Order.DRAWN else ""
    expression = Expression(
        **{f"{thing.__tablename__}_id": thing.id},
        title=thing.title,
        max_characters=max_characters,
        order=order,
        seed=seed,
        closes_on=closes_on,
        author_id=actor.id if actor else None,
        spaces=[
            Space(group_id=group.id, name=group.name, seats=group.seats, position=position)
            for position, group in enumerate(queries.in_order(groups, order, seed))
        ],
    )
    db.session.add(expression)
    db.session.flush()
    writers = [one.user for rows in queries.spokespeople(groups).values() for one in rows]
    record("pluralism.open", actor, expression, notify=writers, order=order, seed=seed)
    return expression


def write(
    actor: User | None,
    space: Space,
    *,
    words: str,
    signed_by: str,
    received_on: date | None = None,
    reason: str = "",
    key: str | None = None,
) -> Statement:
    """A group hands in its words; once public they are corrected with a reason, public too."""
    rules.write(actor, space)
    if made := queries.made_with(Statement, key):
        return made
    words = queries.tidy(words)
    rules.fit(words, space)
    rules.be_signed(words, signed_by)
    rules.be_received(actor, space, received_on)
    rules.give_a_reason(space, reason)
    is_public = space.expression.is_published
    statement = Statement(
        space=space,
        words=words,
        signed_by=signed_by.strip(),
        received_on=received_on,
        reason=reason.strip() if is_public else "",
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
    )
    db.session.add(statement)
    db.session.flush()
    record("pluralism.write", actor, space, correction=is_public, length=len(words))
    return statement


def publish(actor: User | None, expression: Expression) -> None:
    """The words of all groups appear together; an empty room is shown empty."""
    rules.publish(actor, expression)
    expression.publish()
    handed_in = sum(space.said is not None for space in expression.spaces)
    record(
        "pluralism.publish", actor, expression, groups=len(expression.spaces), handed_in=handed_in
    )


def set_period(
    actor: User | None, *, label: str, starts_on: date, ends_on: date, key: str | None = None
) -> ElectoralPeriod:
    """An administrator enters the months before an election."""
    rules.set_period(actor)
    rules.be_in_order(starts_on, ends_on)
    if made := queries.made_with(ElectoralPeriod, key):
        return made
    period = ElectoralPeriod(
        label=label,
        starts_on=starts_on,
        ends_on=ends_on,
        author_id=actor.id if actor else None,
        key=key,
    )
    db.session.add(period)
    db.session.flush()
    record("pluralism.set_period", actor, period, starts_on=starts_on, ends_on=ends_on)
    return period


def edit_period(
    actor: User | None, period: ElectoralPeriod, *, label: str, starts_on: date, ends_on: date
) -> None:
    """The dates of an election move; the journal keeps those that stood before."""
    rules.edit_period(actor, period)
    rules.be_in_order(starts_on, ends_on)
    before: dict[str, Any] = {"was_from": period.starts_on, "was_to": period.ends_on}
    period.label, period.starts_on, period.ends_on = label, starts_on, ends_on
    record("pluralism.edit_period", actor, period, starts_on=starts_on, ends_on=ends_on, **before)


def sign_off(
    actor: User | None,
    publication: Publication,
    thing: Any,
    *,
    name: str,
    quality: str,
    reason: str,
    key: str | None = None,
) -> SignOff:
    """Somebody named takes the responsibility for one publication during the period, in public."""
    if made := queries.made_with(SignOff, key):
        return made
    rules.sign_off(actor, publication, thing)
    rules.be_named(name, quality, reason)
    period = queries.electoral_period()
    assert period is not None  # noqa: S101
    signed = SignOff(
        period_id=period.id,
        publication=publication,
        **{f"{thing.__tablename__}_id": thing.id},
        title=thing.title,
        name=name.strip(),
        quality=quality.strip(),
        reason=reason.strip(),
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
    )
    db.session.add(signed)
    db.session.flush()
    record("pluralism.sign_off", actor, signed, publication=publication)
    return signed
