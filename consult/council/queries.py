"""What to read of the assembly: its sittings, its acts, and what is still to be done about them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload, undefer_group
from werkzeug.exceptions import NotFound

from consult.core.db import Rows, db, give, locked, together
from consult.core.i18n import day, gettext
from consult.core.text import fold
from consult.council.models import (
    CARRIED,
    Act,
    ActKind,
    ActLink,
    ActPerson,
    ActRemark,
    ActState,
    AgendaItem,
    Amendment,
    Annex,
    Assembly,
    ItemState,
    Online,
    Proxy,
    Publication,
    Sitting,
    act_place,
)
from consult.journal.models import Event
from consult.people.models import RoleName, User
from consult.territory.models import Place

# What a source may leave empty and a clerk may fill later.
FILLABLE = ("number", "assembly", "adopted_on", "place", "vote_words")
COUNTS = ("votes_for", "votes_against", "abstentions")
ROOM = ("in_office", "present", "proxies", "not_voting")  # who was there, and took no part
OPEN_DATA = ("matter_code", "matter", "budget_year", "budget_name")
PAGE = 30


def reads_all(actor: User | None) -> bool:
    """Whether this person reads what is not public: the desk, the guarantor, administrators."""
    desk = (RoleName.COUNCIL, RoleName.GUARANTOR, RoleName.ADMINISTRATOR)
    return actor is not None and (actor.is_system or actor.holds(*desk))


def visible_to(actor: User | None) -> sa.ColumnElement[bool]:
    return sa.true() if reads_all(actor) else Act.shown_at.is_not(None)


# Acts.

_PAGE = (
    undefer_group("text"),
    joinedload(Act.document),
    joinedload(Act.chamber),
    joinedload(Act.sitting).joinedload(Sitting.assembly),
    selectinload(Act.places),
)


def act_or_404(act_id: int) -> Act:
    """An act with its whole text; whether this person may read it is another question."""
    act = db.session.scalar(sa.select(Act).options(*_PAGE).where(Act.id == act_id))
    if act is None:
        raise NotFound
    found = together(
        Rows(ActPerson, ActPerson.act_id == act.id, (ActPerson.order, ActPerson.id)),
        Rows(Annex, Annex.act_id == act.id, (Annex.order, Annex.id), (joinedload(Annex.file),)),
        Rows(Publication, Publication.act_id == act.id),
        Rows(ActRemark, ActRemark.act_id == act.id),
        Rows(ActLink, ActLink.act_id == act.id, options=(joinedload(ActLink.earlier),)),
        Rows(Proxy, Proxy.sitting_id == act.sitting_id),
    )
    give([act], "people", found[ActPerson], "act_id")
    give([act], "annexes", found[Annex], "act_id")
    give([act], "publications", found[Publication], "act_id")
    give([act], "remarks", found[ActRemark], "act_id")
    give([act], "links", found[ActLink], "act_id")
    if act.sitting is not None:
        give([act.sitting], "proxies", found[Proxy], "sitting_id")
    return act


def hold(act: Act) -> None:
    """Keep an act to ourselves until we are done, and see it as it now is: a step is taken once."""
    db.session.scalars(
        locked(sa.select(Act).where(Act.id == act.id)).execution_options(populate_existing=True)
    ).one()
    db.session.expire(act, ["publications"])


def hold_sitting(sitting: Sitting) -> None:
    """The same for a sitting: who was there does not change while somebody counts a vote."""
    db.session.scalars(
        locked(sa.select(Sitting).where(Sitting.id == sitting.id)).execution_options(
            populate_existing=True
        )
    ).one()


class Asked(NamedTuple):
    """What is looked for among the acts."""

    words: str = ""
    kind: str = ""
    year: str = ""
    state: str = ""
    page: int = 1


class Found(NamedTuple):
    acts: list[Act]
    total: int
    has_more: bool


def find(actor: User | None, asked: Asked) -> Found:
    """Acts, the latest sitting first; all the words asked for are found in each."""
    wanted = sa.select(Act).where(visible_to(actor), *_asked(asked))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.scalars(
        wanted.outerjoin(Sitting, Sitting.id == Act.sitting_id)
        .options(
            joinedload(Act.sitting).joinedload(Sitting.assembly),
            selectinload(Act.publications),
            selectinload(Act.people),
        )
        .order_by(_day().is_(None), _day().desc(), Act.id.desc())
        .offset((asked.page - 1) * PAGE)
        .limit(PAGE)
    )
    return Found(list(rows), total, total > asked.page * PAGE)


def _day() -> sa.ColumnElement[date]:
    return sa.func.coalesce(Act.adopted_on, Sitting.held_on)


def _asked(asked: Asked) -> Iterator[sa.ColumnElement[bool]]:
    for word in fold(asked.words).split()[:12]:
        yield Act.folded.contains(word, autoescape=True)
    if asked.kind:
        yield Act.kind == ActKind(asked.kind)
    if asked.state:
        yield Act.state == ActState(asked.state)
    if asked.year:
        first = date(int(asked.year), 1, 1), date(int(asked.year), 12, 31)
        held = sa.select(Sitting.id).where(Sitting.held_on.between(*first))
        yield sa.or_(
            Act.adopted_on.between(*first), Act.adopted_on.is_(None) & Act.sitting_id.in_(held)
        )


def years(actor: User | None) -> list[int]:
    """The years of the acts this person may read, latest first."""
    days = db.session.scalars(
        sa.select(_day())
        .select_from(Act)
        .outerjoin(Sitting, Sitting.id == Act.sitting_id)
        .where(visible_to(actor))
        .distinct()
    )
    return sorted({day.year for day in days if day}, reverse=True)


class Added(NamedTuple):
    """When an annex joined an act that stood already, and what had been done: a verb, or ""."""

    at: datetime
    after: str

    @property
    def words(self) -> str:
        if self.after == "vote":
            return gettext("added on %(day)s, after the vote", day=day(self.at))
        if self.after == "publish":
            return gettext("added on %(day)s, once the act was online", day=day(self.at))
        return gettext("joined on %(day)s", day=day(self.at))


def added_later(act: Act) -> dict[int, Added]:
    """The annexes that were not there when the act was voted, signed or put online, by number;
    those a document cites, since they were supplied."""
    if not act.annexes:
        return {}
    found, done = {}, [""] if act.external_ref else []
    turns = ("publish", "sign", "vote")
    for name, at, data in db.session.execute(
        sa.select(Event.name, Event.at, Event.data)
        .where(
            Event.subject_kind == act.__tablename__,
            Event.subject_id == act.id,
            Event.name.in_([f"council.{verb}" for verb in ("attach", *turns)]),
        )
        .order_by(Event.id)
    ):
        verb = name.removeprefix("council.")
        if verb != "attach":
            done.append(verb)
        elif done:
            found[data["annex"]] = Added(at, "vote" if "vote" in done else done[-1])
    return found


def listed_later(sitting: Sitting) -> dict[int, datetime]:
    """When the lines joined its agenda that were not there as its list went online, by number."""
    online = sitting.put_online(Online.LIST)
    if online is None:
        return {}
    rows = db.session.execute(
        sa.select(Event.subject_id, Event.at).where(
            Event.subject_kind == AgendaItem.__tablename__,
            Event.subject_id.in_([item.id for item in sitting.items]),
            Event.name == "council.inscribe",
            Event.at > online.at,
        )
    )
    return {number: at for number, at in rows}  # noqa: C416 - rows, not pairs


class Tied(NamedTuple):
    """Another act, and how it stands to this one."""

    label: Any
    act: Act
    link: ActLink


def tied(act: Act, actor: User | None) -> list[Tied]:
    """The acts this one follows from, amends or repeals, then those that did so to it."""
    back = [Tied(link.tie.label, link.earlier, link) for link in act.links]
    later = db.session.scalars(
        sa.select(ActLink)
        .options(joinedload(ActLink.act))
        .where(ActLink.earlier_id == act.id)
        .order_by(ActLink.id)
    )
    both = [*back, *(Tied(link.tie.turned, link.act, link) for link in later)]
    return [one for one in both if one.act.is_public or reads_all(actor)]


def was_read_tied(link: ActLink) -> bool:
    """Whether a tie stands on a page that everybody reads, or did when its act was voted."""
    return link.earlier.is_public and not link.act.is_open


def candidates(act: Act, words: str, limit: int = 20) -> list[Act]:
    """Acts this one may be tied to."""
    found = [Act.folded.contains(word, autoescape=True) for word in fold(words).split()[:12]]
    return list(
        db.session.scalars(
            sa.select(Act).where(Act.id != act.id, *found).order_by(Act.id.desc()).limit(limit)
        )
    )


def at_place(place: Place, actor: User | None = None) -> list[Act]:
    """The acts that concern a place, earliest first."""
    return list(
        db.session.scalars(
            sa.select(Act)
            .join(act_place, act_place.c.act_id == Act.id)
            .outerjoin(Sitting, Sitting.id == Act.sitting_id)
            .options(joinedload(Act.sitting))
            .where(act_place.c.place_id == place.id, visible_to(actor))
            .order_by(_day().is_(None), _day(), Act.id)
        )
    )


def empty(act: Act) -> list[str]:
    """What is not said of an act yet, by the name of its field."""
    if act.state not in (*CARRIED, ActState.REJECTED) and act.external_ref is None:
        return []
    names = [name for name in ("number", "assembly", "adopted_on", "place") if not _said(act, name)]
    if act.state in (*CARRIED, ActState.REJECTED):
        if not act.is_counted:
            names += [*([] if act.vote_words else ["vote_words"]), *COUNTS]
        names += [name for name in ROOM if not _said(act, name)]
    if act.kind == ActKind.DELIBERATION:
        names += [name for name in OPEN_DATA if not _said(act, name)]
        names += ["chamber"] if act.chamber is None else []
    names = names if act.document_id else [*names, "document"]
    return [] if set(names) <= {"budget_year", "budget_name"} else names  # not every act has one


def _said(act: Act, name: str) -> bool:
    return getattr(act, name) not in (None, "")


def shows_file(file_id: int, actor: User | None) -> bool:
    """Whether a file is the document or an annex of an act this person may read."""
    own = sa.select(Act.id).where(Act.document_id == file_id)
    beside = sa.select(Act.id).join(Annex, Annex.act_id == Act.id).where(Annex.file_id == file_id)
    shown = sa.or_(*(one.where(visible_to(actor)).exists() for one in (own, beside)))
    return bool(db.session.scalar(sa.select(shown)))


def annex_or_404(act: Act, annex_id: int) -> Annex:
    annex = next((one for one in act.annexes if one.id == annex_id), None)
    if annex is None:
        raise NotFound
    return annex


def link_or_404(act: Act, link_id: int) -> ActLink:
    link = next((one for one in act.links if one.id == link_id), None)
    if link is None:
        raise NotFound
    return link


# Open data.

SCDL = (
    *("COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_CODE"),
    *("DELIB_MATIERE_NOM", "DELIB_OBJET", "BUDGET_ANNEE", "BUDGET_NOM", "PREF_ID", "PREF_DATE"),
    *("VOTE_EFFECTIF", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL"),
)


def exported(address: Callable[[Act], str]) -> Iterator[list[Any]]:
    """Public deliberations as SCDL 2.1 wants them, earliest first; what is unknown is empty.

    The schema wants the five figures of a vote together, so they are given only all known.
    """
    for act in _deliberations():
        if missing_for_open_data(act):
            continue
        chamber: Assembly = act.chamber  # type: ignore[assignment]
        voted = (act.in_office, act.cast, act.votes_for, act.votes_against, act.abstentions)
        yield [
            *(chamber.collectivity, chamber.siret, act.number_key, act.adopted_on),
            *(act.matter_code, act.matter, act.title, act.budget_year, act.budget_name),
            *(act.prefecture_id, act.received_on),
            *(voted if None not in voted else [None] * 5),
            address(act),
        ]


def kept_out() -> list[Act]:
    """Public deliberations that the file leaves out: the schema wants more than is known."""
    return [act for act in _deliberations() if missing_for_open_data(act)]


def missing_for_open_data(act: Act) -> list[str]:
    """What the schema wants of a deliberation and nobody said, by the name of its column."""
    chamber = act.chamber
    wanted = {
        "COLL_NOM": chamber and chamber.collectivity,
        "COLL_SIRET": chamber and chamber.siret,
        "DELIB_ID": act.number_key,
        "DELIB_DATE": act.adopted_on,
        "DELIB_MATIERE_CODE": act.matter_code,
        "DELIB_MATIERE_NOM": act.matter,
    }
    return [name for name, value in wanted.items() if not value]


def _deliberations() -> Sequence[Act]:
    """Those the assembly carried, or of which nobody said how it voted."""
    taken = sa.or_(Act.state.in_(CARRIED), Act.external_ref.is_not(None))
    return db.session.scalars(
        sa.select(Act)
        .options(joinedload(Act.chamber))
        .where(Act.kind == ActKind.DELIBERATION, Act.shown_at.is_not(None), taken)
        .order_by(Act.adopted_on, Act.id)
    ).all()


# Sittings.


def sittings(actor: User | None) -> list[Sitting]:
    """Sittings, latest first."""
    wanted = sa.select(Sitting).options(
        joinedload(Sitting.assembly),
        selectinload(Sitting.items),
        selectinload(Sitting.publications),
    )
    if not reads_all(actor):
        wanted = wanted.where(Sitting.shown_at.is_not(None))
    return list(db.session.scalars(wanted.order_by(Sitting.held_on.desc(), Sitting.id.desc())))


def sitting_or_404(sitting_id: int, actor: User | None) -> Sitting:
    sitting = db.session.scalar(
        sa.select(Sitting)
        .options(
            joinedload(Sitting.assembly),
            joinedload(Sitting.after),
            selectinload(Sitting.proxies),
            selectinload(Sitting.publications),
            selectinload(Sitting.items).selectinload(AgendaItem.amendments),
            selectinload(Sitting.items).joinedload(AgendaItem.act).selectinload(Act.publications),
        )
        .where(Sitting.id == sitting_id)
    )
    if sitting is None or not (sitting.is_public or reads_all(actor)):
        raise NotFound
    return sitting


def has_voted(sitting: Sitting) -> bool:
    """Whether something was voted there: who was there, and when, is then part of the vote."""
    voted = sa.exists().where(
        Act.sitting_id == sitting.id, Act.state.in_((*CARRIED, ActState.REJECTED))
    )
    return bool(db.session.scalar(sa.select(voted)))


def was_read(sitting: Sitting) -> bool:
    """Whether somebody may have counted on its day, its hour and its place."""
    return sitting.is_public or has_voted(sitting)


def papers_of(sitting: Sitting, actor: User | None) -> list[Act]:
    """The acts of a sitting that stand on no line of its agenda: notes, reports, minutes."""
    listed = [item.act_id for item in sitting.items if item.act_id]
    return list(
        db.session.scalars(
            sa.select(Act)
            .options(selectinload(Act.publications))
            .where(Act.sitting_id == sitting.id, Act.id.not_in(listed), visible_to(actor))
            .order_by(Act.id)
        )
    )


def item_or_404(item_id: int) -> AgendaItem:
    item = db.session.scalar(
        sa.select(AgendaItem)
        .options(joinedload(AgendaItem.sitting).joinedload(Sitting.assembly))
        .where(AgendaItem.id == item_id)
    )
    if item is None:
        raise NotFound
    return item


def amendment_or_404(amendment_id: int) -> Amendment:
    amendment = db.session.get(Amendment, amendment_id)
    if amendment is None:
        raise NotFound
    return amendment


def item_of(act: Act) -> AgendaItem | None:
    """The line of an agenda on which this act waits for its vote."""
    return db.session.scalar(
        sa.select(AgendaItem)
        .options(joinedload(AgendaItem.sitting).joinedload(Sitting.assembly))
        .where(AgendaItem.act_id == act.id, AgendaItem.state == ItemState.LISTED)
        .order_by(AgendaItem.id.desc())
        .limit(1)
    )


def line_of(act: Act) -> AgendaItem | None:
    """The line of its sitting's agenda on which an act stands, whatever became of it."""
    return db.session.scalar(
        sa.select(AgendaItem)
        .options(joinedload(AgendaItem.sitting).joinedload(Sitting.assembly))
        .where(AgendaItem.act_id == act.id, AgendaItem.sitting_id == act.sitting_id)
    )


def to_inscribe() -> list[Act]:
    """Acts that wait for a place on an agenda."""
    waiting = (ActState.DRAFT, ActState.POSTPONED)
    return list(
        db.session.scalars(
            sa.select(Act)
            .where(Act.state.in_(waiting), Act.external_ref.is_(None))
            .order_by(Act.id.desc())
        )
    )


def without_quorum() -> list[Sitting]:
    """Past sittings that could not deliberate and that no second one replaces."""
    rows = db.session.scalars(
        sa.select(Sitting)
        .options(joinedload(Sitting.assembly))
        .where(Sitting.present.is_not(None))
        .order_by(Sitting.held_on.desc())
        .limit(40)
    )
    taken = set(
        db.session.scalars(sa.select(Sitting.after_id).where(Sitting.after_id.is_not(None)))
    )
    return [one for one in rows if one.id not in taken and one.quorum().reached is False]


def overdue(actor: User | None) -> list[Sitting]:
    """Sittings whose list or minutes should be online by now."""
    return [one for one in sittings(actor) if one.is_list_overdue or one.are_minutes_overdue]


# The minutes: the eight things the law wants in them (L.2121-15).


class Element(NamedTuple):
    """One of the eight things minutes must hold, and whether it is there."""

    code: str
    is_there: bool


def minutes_of(sitting: Sitting) -> list[Element]:
    """The eight elements of the minutes, in the order of the law."""
    examined = [item for item in sitting.items if item.state == ItemState.EXAMINED]
    voted = [item.act for item in examined if item.act is not None]
    said: dict[str, Any] = {
        "when": sitting.hour,
        "who": sitting.president and sitting.secretary and sitting.present is not None,
        "quorum": sitting.quorum().reached is not None,
        "agenda": sitting.items,
        "acts": examined and all(act.adopted_on for act in voted),
        "requests": sitting.ballot_requests,
        "results": sitting.ballot_results,
        "discussions": sitting.discussions,
    }
    return [Element(code, bool(value)) for code, value in said.items()]


# Assemblies.


def assemblies() -> list[Assembly]:
    return list(
        db.session.scalars(sa.select(Assembly).order_by(Assembly.name, Assembly.collectivity))
    )


def assembly_or_404(assembly_id: int) -> Assembly:
    assembly = db.session.get(Assembly, assembly_id)
    if assembly is None:
        raise NotFound
    return assembly


def assembly_named(name: str, collectivity: str | None = None) -> Assembly | None:
    """The assembly of this name, however it is spelt."""
    for one in assemblies():
        if fold(one.name) == fold(name) and collectivity in (None, one.collectivity):
            return one
    return None


def same_number(act_id: int | None, assembly: Assembly, kind: ActKind, key: str | None) -> bool:
    """Whether another act of this assembly and kind already bears this number."""
    if key is None:
        return False
    taken = sa.exists().where(
        Act.assembly_id == assembly.id, Act.kind == kind, Act.number_key == key, Act.id != act_id
    )
    return bool(db.session.scalar(sa.select(taken)))


def made_with(model: type[Any], key: str | None) -> Any:
    """What this very form already made, if it was sent twice."""
    return key and db.session.scalar(sa.select(model).where(model.key == key))
