"""Who may give every group its room, write in it, and sign in the months before an election."""

from datetime import date
from typing import Any

from flask_babel.speaklater import LazyString

from consult.core import clock
from consult.core.i18n import _, day, number
from consult.core.rules import Refused, require
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in
from consult.pluralism import queries
from consult.pluralism.models import (
    ElectoralPeriod,
    Expression,
    Group,
    Publication,
    Space,
    Spokesperson,
)

LEAST, MOST = 200, 20_000  # characters a group may be given


def create_group(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)


def edit_group(actor: User | None, group: Group) -> None:
    create_group(actor)


def appoint(actor: User | None, group: Group) -> None:
    create_group(actor)
    be_a_group(group)


def be_a_group(group: Group) -> None:
    require(
        group.ended_on is None or group.ended_on > clock.today(),
        _("This is no longer a group of the assembly."),
    )


def dismiss(actor: User | None, spokesperson: Spokesperson) -> None:
    create_group(actor)
    require(spokesperson.ended_at is None, _("This person already no longer writes for the group."))


def open(actor: User | None, thing: Any = None) -> None:
    """Opening the room: the council's desk and the administrators."""
    has_role(actor, RoleName.COUNCIL, RoleName.ADMINISTRATOR)
    if thing is not None:
        require(
            queries.beside(thing) is None,
            _("The groups already have their room beside this page."),
        )


def have_groups(groups: list[Group]) -> None:
    require(groups, _("Enter the groups of the assembly first: there is nobody to give room to."))


def be_the_same_for_all(max_characters: int, closes_on: date) -> None:
    require(
        LEAST <= max_characters <= MOST,
        _(
            "Give each group between %(least)s and %(most)s characters.",
            least=number(LEAST),
            most=number(MOST),
        ),
    )
    require(closes_on >= clock.today(), _("The last day to write has already gone by."))


def read(actor: User | None, space: Space) -> None:
    """Before all are shown: the group itself, whoever typed for it, and the guarantor."""
    if space.expression.is_published:
        return
    signed_in(actor)
    assert actor is not None  # noqa: S101
    said = space.said
    require(
        space.group_id in queries.speaks_for(actor)
        or actor.holds(RoleName.GUARANTOR)
        or (said is not None and said.author_id == actor.id),
        _("Nobody reads the words of a group before all are shown."),
    )


def write(actor: User | None, space: Space) -> None:
    """A spokesperson of the group, or the council's desk for words received on paper.

    What the group handed in by its own hand, were it nothing, no other hand replaces.
    """
    signed_in(actor)
    assert actor is not None  # noqa: S101
    if space.group_id not in queries.speaks_for(actor):
        has_role(actor, RoleName.COUNCIL)
        require(
            not space.statements or space.statements[-1].received_on,
            _("The group wrote its text here itself: it alone changes it."),
        )
    expression = space.expression
    if not expression.is_published:
        require(
            not expression.has_closed,
            _("The last day to write was %(day)s.", day=day(expression.closes_on)),
        )


def fit(words: str, space: Space) -> None:
    most, length = space.expression.max_characters, queries.length(words)
    require(
        length <= most,
        _(
            "This text takes %(length)s characters; each group has %(most)s.",
            length=number(length),
            most=number(most),
        ),
    )


def be_signed(words: str, signed_by: str) -> None:
    require(not words.strip() or signed_by.strip(), _("Please say who signs for the group."))


def be_received(actor: User | None, space: Space, received_on: date | None) -> None:
    """Words typed by somebody else than the group carry the day they were received."""
    if space.group_id in queries.speaks_for(actor):
        return
    require(received_on, _("Please say on which day the group handed in this text."))
    require(received_on is None or received_on <= clock.today(), _("This day has not come yet."))


def give_a_reason(space: Space, reason: str) -> None:
    require(
        not space.expression.is_published or reason.strip(),
        _("These words are public: please say why they are corrected. The reason is public too."),
    )


def publish(actor: User | None, expression: Expression) -> None:
    """All on the same day: once all have written, or the last day has gone by."""
    open(actor)
    require(not expression.is_published, _("The words of the groups are published."))
    waited_for = [space.name for space in expression.spaces if space.said is None]
    require(
        expression.has_closed or not waited_for,
        _(
            "Until %(day)s included we wait for: %(groups)s.",
            day=day(expression.closes_on),
            groups=", ".join(waited_for),
        ),
    )


def set_period(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)


def edit_period(actor: User | None, period: ElectoralPeriod) -> None:
    set_period(actor)


def be_in_order(starts_on: date, ends_on: date) -> None:
    require(starts_on <= ends_on, _("The period ends before it begins."))


def sign_off(actor: User | None, publication: Publication, thing: Any) -> None:
    """The council's desk writes down who takes the responsibility."""
    has_role(actor, RoleName.COUNCIL, RoleName.ADMINISTRATOR)
    require(queries.electoral_period(), _("No pre-electoral period is running: nothing to sign."))
    require(
        queries.unused_sign_off(publication, thing) is None,
        _("This publication is already signed off."),
    )


def be_named(name: str, quality: str, reason: str) -> None:
    require(name.strip(), _("Please give the name of the person who takes the responsibility."))
    require(quality.strip(), _("Please say in what quality this person signs."))
    require(reason.strip(), _("Please say why this may appear during the period."))


def be_signed_off(publication: Publication, thing: Any) -> None:
    """During the period nothing new that tells of achievements appears without a name.

    What was published before stays where it is, as it is.
    """
    period = queries.electoral_period()
    if period is not None and queries.unused_sign_off(publication, thing) is None:
        raise Refused(waits(period))


def waits(period: ElectoralPeriod) -> LazyString:
    return _(
        "Until %(day)s the pre-electoral period is running (%(label)s): this publication first"
        " needs the name of a person who takes the responsibility for it.",
        day=day(period.ends_on),
        label=period.label,
    )
