"""What to read of the groups, of what they say, and of the months before an election."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _, day, gettext, ngettext
from consult.core.papers import nodes
from consult.people.models import RoleName, User
from consult.people.queries import subject
from consult.pluralism.models import (
    ElectoralPeriod,
    Expression,
    Group,
    Order,
    Publication,
    SignOff,
    Space,
    Spokesperson,
    Use,
    drawn,
)

STAFF = (RoleName.COUNCIL, RoleName.FACILITATOR, RoleName.GUARANTOR, RoleName.ADMINISTRATOR)


def made_with(model: type[Any], key: str | None) -> Any:
    """What the same form already made, if it was sent twice."""
    return db.session.scalar(sa.select(model).where(model.key == key)) if key else None


def one_or_404(model: type[Any], number: int) -> Any:
    found = db.session.get(model, number)
    if found is None:
        raise NotFound
    return found


# Groups.


def groups() -> list[Group]:
    """The groups of the assembly today, the largest first."""
    return list(
        db.session.scalars(
            sa.select(Group)
            .where(sa.or_(Group.ended_on.is_(None), Group.ended_on > clock.today()))
            .order_by(Group.seats.desc(), Group.name, Group.id)
        )
    )


def past_groups() -> list[Group]:
    """Those that were groups once."""
    return list(
        db.session.scalars(
            sa.select(Group).where(Group.ended_on <= clock.today()).order_by(Group.ended_on.desc())
        )
    )


def spokespeople(of: Iterable[Group]) -> dict[int, list[Spokesperson]]:
    """Who writes for each of these groups today."""
    found: dict[int, list[Spokesperson]] = {}
    rows = db.session.scalars(
        sa.select(Spokesperson)
        .options(joinedload(Spokesperson.user).lazyload("*"))
        .where(
            Spokesperson.group_id.in_([group.id for group in of]),
            Spokesperson.ended_at.is_(None),
        )
        .order_by(Spokesperson.id)
    )
    for row in rows:
        found.setdefault(row.group_id, []).append(row)
    return found


def spokesperson(group: Group, user: User) -> Spokesperson | None:
    """The row that says this person writes, or once wrote, for this group."""
    return db.session.scalar(sa.select(Spokesperson).filter_by(group_id=group.id, user_id=user.id))


def speaks_for(actor: User | None) -> set[int]:
    """The groups this person may write for."""
    if actor is None:
        return set()
    return set(
        db.session.scalars(
            sa.select(Spokesperson.group_id).where(
                Spokesperson.user_id == actor.id, Spokesperson.ended_at.is_(None)
            )
        )
    )


# What the groups say beside a page.


def in_order(of: Iterable[Group], order: Order, seed: str) -> list[Group]:
    """The groups as they will stand: the most seats first, or as the lot falls."""
    if order == Order.DRAWN:
        return sorted(of, key=lambda group: drawn(group.id, seed))
    return sorted(of, key=lambda group: (-group.seats, group.name, group.id))


def beside(thing: Any) -> Expression | None:
    """What the groups say beside a plan, an edition or an act, published or not."""
    column = getattr(Expression, f"{thing.__tablename__}_id")
    return db.session.scalar(sa.select(Expression).where(column == thing.id).options(*_whole()))


def expression_or_404(number: int, actor: User | None) -> Expression:
    """What is published is for all; before that, for the desk and for those who write in it."""
    found = db.session.scalar(
        sa.select(Expression).where(Expression.id == number).options(*_whole())
    )
    if found is None:
        raise NotFound
    takes_part = {space.group_id for space in found.spaces} & speaks_for(actor)
    if not (found.is_published or takes_part or is_staff(actor)):
        raise NotFound
    return found


def _whole() -> list[Any]:
    return [selectinload(Expression.spaces).selectinload(Space.statements)]


def expressions(actor: User | None) -> list[Expression]:
    """All that are published, latest first; the open ones too for those who take part."""
    statement = (
        sa.select(Expression)
        .options(selectinload(Expression.spaces).lazyload(Space.statements))
        .order_by(Expression.id.desc())
        .limit(200)
    )
    if not is_staff(actor):
        own = sa.exists().where(
            Space.expression_id == Expression.id, Space.group_id.in_(speaks_for(actor))
        )
        statement = statement.where(sa.or_(Expression.published_at.is_not(None), own))
    return list(db.session.scalars(statement))


def on_paper(thing: Any) -> dict[str, Any] | None:
    """What the groups say beside a page, where it is public, as papers print it."""
    said = beside(thing)
    if said is None or said.published_at is None:
        return None
    order = (
        gettext(
            "The order was drawn by lot on %(day)s (seed %(seed)s).",
            day=day(said.opened_at),
            seed=said.seed,
        )
        if said.seed
        else gettext("The groups stand by number of seats.")
    )
    room = gettext(
        "Each group has %(number)s characters at most, the same for all.",
        number=said.max_characters,
    )
    together = gettext("All texts were published together on %(day)s.", day=day(said.published_at))
    return {
        "title": gettext("Words of the groups of the assembly"),
        "rule": f"{room} {order} {together}",
        "spaces": [
            {
                "name": space.name,
                "seats": ngettext("one seat", "%(num)d seats", space.seats),
                "words": nodes(space.said.words) if space.said else [],
                "empty": gettext("This group handed in no text: its room stays empty."),
                "signed": space.said.signed_by if space.said else "",
                "note": gettext("Corrected: %(reason)s", reason=space.said.reason)
                if space.said and space.said.reason
                else "",
            }
            for space in said.spaces
        ],
    }


def page_of(expression: Expression) -> Any:
    """The plan, edition or act it stands beside."""
    for kind in ("plan", "edition", "act"):
        if number := getattr(expression, f"{kind}_id"):
            return subject(kind, number)
    raise NotFound


def space_or_404(expression: Expression, number: int) -> Space:
    for space in expression.spaces:
        if space.id == number:
            return space
    raise NotFound


def is_staff(actor: User | None) -> bool:
    return actor is not None and (actor.is_system or actor.holds(*STAFF))


def length(words: str) -> int:
    """How many characters a text takes, line ends as one and none at either end."""
    return len(tidy(words))


def tidy(words: str) -> str:
    return words.replace("\r\n", "\n").strip()


# The months before an election.


def electoral_period(on: date | None = None) -> ElectoralPeriod | None:
    """The period that covers this day, the one that ends last where several do."""
    asked = on or clock.today()
    return db.session.scalar(
        sa.select(ElectoralPeriod)
        .where(ElectoralPeriod.starts_on <= asked, ElectoralPeriod.ends_on >= asked)
        .order_by(ElectoralPeriod.ends_on.desc(), ElectoralPeriod.id.desc())
        .limit(1)
    )


def periods() -> list[ElectoralPeriod]:
    """All that were ever entered, latest first."""
    return list(
        db.session.scalars(
            sa.select(ElectoralPeriod).order_by(
                ElectoralPeriod.starts_on.desc(), ElectoralPeriod.id.desc()
            )
        )
    )


class Signed(NamedTuple):
    """A sign-off, and when it was used."""

    sign_off: SignOff
    used_at: Any


def sign_offs() -> list[Signed]:
    """Every sign-off, latest first."""
    rows = db.session.execute(
        sa.select(SignOff, Use.at)
        .outerjoin(Use, Use.sign_off_id == SignOff.id)
        .order_by(SignOff.id.desc())
    )
    return [Signed(*row) for row in rows]


def unused_sign_off(publication: Publication, thing: Any) -> SignOff | None:
    """The sign-off that opens this publication of a plan or a campaign, not used yet."""
    period = electoral_period()
    if period is None:
        return None
    column = getattr(SignOff, f"{thing.__tablename__}_id")
    return db.session.scalar(
        sa.select(SignOff)
        .where(
            column == thing.id,
            SignOff.publication == publication,
            SignOff.period_id == period.id,
            ~sa.exists().where(Use.sign_off_id == SignOff.id),
        )
        .order_by(SignOff.id)
        .limit(1)
    )


def waits_for_a_name(actor: User | None, publication: str, thing: Any) -> bool:
    """Whether the desk has somebody sign before it publishes this."""
    if actor is None or not (
        actor.is_system or actor.holds(RoleName.COUNCIL, RoleName.ADMINISTRATOR)
    ):
        return False
    what = Publication(publication)
    return electoral_period() is not None and unused_sign_off(what, thing) is None


def spend(publication: Publication, thing: Any) -> None:
    """Note that what was signed off is now published; nothing outside of a period."""
    if signed := unused_sign_off(publication, thing):
        db.session.add(Use(sign_off_id=signed.id))


# Words that praise, to be looked at by whoever signs: a help for the eye, never a judgement.
PRAISE = re.compile(
    r"\b(?:avancées?|succès|réussites?|réussi(?:e|s|es)?|exemplaires?|ambitieu(?:x|se|ses)"
    r"|ambitions?|fi(?:er|ère|ers|ères)|fierté|remarquables?|exceptionnel(?:le|s|les)?|inédite?s?"
    r"|formidables?|historiques?|promesses? tenues?|tenu parole|engagements? tenus?"
    r"|sans précédent|mieux que jamais|grâce à (?:la majorité|notre équipe|votre maire)"
    r"|notre équipe|notre majorité|votre maire|votre équipe|je|j['’]ai|mon équipe"
    r"|beaucoup d['’]\w+)\b",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A word that praises, and what stands around it."""

    before: str
    word: str
    after: str


@algorithm(
    Kind.FLAG,
    _("Words of praise before an election"),
    purpose=_("To have whoever publishes read again words that may promote somebody."),
    data=_("The words of the text that is to be published, and a short list in the code."),
    rule=_("Words of the list are shown with what surrounds them; nothing is changed or refused."),
)
def praise(*texts: str, limit: int = 40) -> list[Found]:
    """Where these texts praise or speak in the first person."""
    found = []
    for text in texts:
        for hit in PRAISE.finditer(text):
            start, end = max(0, hit.start() - 50), hit.end() + 50
            before, after = text[start : hit.start()], text[hit.end() : end]
            found.append(Found(" ".join(before.split()), hit[0], " ".join(after.split())))
            if len(found) == limit:
                return found
    return found
