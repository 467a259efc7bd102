"""What to read of programmes: the lists, one programme whole, its steps in time, its figures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from consult.core import money
from consult.core.dates import PartialDate, Precision
from consult.core.db import Rows, db, give, together
from consult.core.i18n import day, gettext
from consult.core.money import Nature
from consult.core.quantities import Threshold, figure
from consult.core.text import fold
from consult.council.models import Act
from consult.people.models import RoleName, User
from consult.programmes.models import (
    OWNED,
    Agreement,
    AgreementSignatory,
    Assessment,
    Body,
    BodyMember,
    Call,
    Candidate,
    Component,
    Criterion,
    Deed,
    Doneness,
    Experiment,
    Finding,
    FindingKind,
    Method,
    Objective,
    Participant,
    Programme,
    ProgrammePhase,
    Remaining,
    RemainingKind,
    Stocktake,
    Sum,
    programme_place,
)
from consult.territory.models import Organisation, Place

# Finding them.


def is_staff(user: User | None) -> bool:
    """Whether somebody may read what is not published yet."""
    return user is not None and (
        user.is_system or user.holds(RoleName.COUNCIL, RoleName.GUARANTOR, RoleName.ADMINISTRATOR)
    )


def listed(user: User | None) -> list[Programme]:
    """The programmes this reader may see: those that run first, then the latest."""
    rows = db.session.scalars(
        _seen(sa.select(Programme), Programme, user).options(
            selectinload(Programme.places), joinedload(Programme.owner)
        )
    ).unique()
    return sorted(rows, key=_latest_first)


def _latest_first(programme: Programme) -> tuple[Any, ...]:
    last = programme.ends_on or programme.starts_on or date.min
    return programme.state == "closed", -last.toordinal(), fold(programme.title)


def bodies(user: User | None) -> list[Body]:
    """The bodies this reader may see, those of residents first, then by name."""
    rows = db.session.scalars(
        _seen(sa.select(Body), Body, user).options(selectinload(Body.programmes))
    )
    return sorted(rows, key=lambda body: (not body.is_of_residents, fold(body.name)))


def _seen(statement: sa.Select[Any], model: Any, user: User | None) -> sa.Select[Any]:
    return statement if is_staff(user) else statement.where(model.published_at.is_not(None))


def by_slug_or_404(slug: str, user: User | None) -> Programme:
    return _one(
        sa.select(Programme)
        .options(
            selectinload(Programme.places),
            selectinload(Programme.bodies),
            joinedload(Programme.owner),
            joinedload(Programme.act),
        )
        .where(Programme.slug == slug),
        user,
    )


def body_or_404(slug: str, user: User | None) -> Body:
    return _one(
        sa.select(Body)
        .options(
            selectinload(Body.programmes),
            selectinload(Body.members).joinedload(BodyMember.organisation),
            selectinload(Body.minutes),
        )
        .where(Body.slug == slug),
        user,
    )


def numbered_or_404(programme_id: int, user: User | None) -> Programme:
    return _one(sa.select(Programme).where(Programme.id == programme_id), user)


def _one(statement: sa.Select[Any], user: User | None) -> Any:
    found = db.session.scalar(statement)
    if found is None or not (found.is_public or is_staff(user)):
        raise NotFound
    return found


def found_or_404(model: type[Any], number: int) -> Any:
    """A part or its owner by its number; who may see it is for a rule to say."""
    found = db.session.get(model, number)
    if found is None:
        raise NotFound
    return found


def at_place(place: Place) -> list[Programme]:
    """The published programmes that concern a place, the latest first."""
    rows = db.session.scalars(
        sa.select(Programme)
        .join(programme_place, programme_place.c.programme_id == Programme.id)
        .where(programme_place.c.place_id == place.id, Programme.published_at.is_not(None))
    )
    return sorted(rows, key=_latest_first)


class TakesPart(NamedTuple):
    """A programme an organisation is in, and as what."""

    programme: Programme
    role: str
    named: str


def of_organisation(organisation: Organisation) -> list[TakesPart]:
    """The published programmes a body owns or takes part in, each once."""
    found: dict[int, TakesPart] = {}
    rows = db.session.scalars(
        sa.select(Participant)
        .join(Participant.programme)
        .options(joinedload(Participant.programme))
        .where(Participant.organisation_id == organisation.id, Programme.published_at.is_not(None))
        .order_by(Participant.order, Participant.id)
    )
    for row in rows:
        found.setdefault(row.programme_id, TakesPart(row.programme, row.role, row.named))
    owned = db.session.scalars(
        sa.select(Programme).where(
            Programme.owner_id == organisation.id, Programme.published_at.is_not(None)
        )
    )
    for programme in owned:
        found.setdefault(programme.id, TakesPart(programme, "", programme.owner_words))
    return list(found.values())


# One programme whole.


class Group(NamedTuple):
    """Those whom a document lists under one name, and who bears that name, where it says so.

    Somebody who stands alone is a group of nobody else.
    """

    name: str
    members: list[Participant]
    head: Participant | None = None


class Whole(NamedTuple):
    """A programme with all it is made of, each in its printed order."""

    programme: Programme
    phases: list[ProgrammePhase]
    objectives: list[Objective]
    participants: list[Participant]
    amounts: list[Sum]
    methods: list[Method]
    components: list[Component]
    findings: list[Finding]
    deeds: list[Deed]
    remaining: list[Remaining]
    agreements: list[Agreement]
    calls: list[Call]
    stocktakes: list[Stocktake]
    children: list[Programme]

    @property
    def in_person(self) -> list[Method]:
        """Where people were met: never added to what came in online."""
        return [one for one in self.methods if one.is_in_person]

    @property
    def other_work(self) -> list[Method]:
        return [one for one in self.methods if not one.is_in_person]

    @property
    def issues(self) -> list[Remaining]:
        return [one for one in self.remaining if one.kind == RemainingKind.ISSUE]

    @property
    def unfinished(self) -> list[Remaining]:
        return [one for one in self.remaining if one.kind == RemainingKind.ACTION]

    @property
    def risks(self) -> list[Finding]:
        return [one for one in self.findings if one.kind == FindingKind.RISK]

    @property
    def totals(self) -> dict[Nature, int]:
        """What each nature of money sums to, in cents; natures are never mixed."""
        known = [(one.nature, one.cents) for one in self.amounts if one.cents is not None]
        return money.totals((nature, cents) for nature, cents in known if cents is not None)

    def by_amount(self) -> list[Sum]:
        """The amounts by their number, the largest first; those that give none come last."""
        return sorted(self.amounts, key=lambda one: (one.cents is None, -(one.cents or 0)))

    def groups(self) -> list[Group]:
        """The participants in printed order, each group where it first stands."""
        heads = {one.group for one in self.participants if one.group}
        found: dict[str, Group] = {}
        for one in self.participants:
            name = one.group or one.named
            if one.group or one.named in heads:
                group = found.setdefault(name, Group(name, []))
                if one.group:
                    group.members.append(one)
                else:
                    found[name] = group._replace(head=one)
            else:
                found[f"{one.id}"] = Group(name, [], one)
        return list(found.values())


def whole(programme: Programme) -> Whole:
    """All that a programme is made of, in one question whatever its size."""

    def parts(model: Any, *options: Any) -> Rows:
        return Rows(
            model, model.programme_id == programme.id, (model.order, model.id), tuple(options)
        )

    def under(owner: Any, key: Any, order: Any, *options: Any) -> Rows:
        owners = sa.select(owner.id).where(owner.programme_id == programme.id)
        return Rows(key.class_, key.in_(owners), (order, key.class_.id), tuple(options))

    found = together(
        parts(ProgrammePhase),
        parts(Objective),
        parts(Participant, joinedload(Participant.organisation), joinedload(Participant.body)),
        parts(Sum),
        parts(Method),
        parts(Component),
        parts(Finding, joinedload(Finding.place)),
        parts(Deed),
        parts(Remaining),
        parts(Agreement, joinedload(Agreement.act)),
        parts(Call, joinedload(Call.act)),
        Rows(Stocktake, Stocktake.programme_id == programme.id, (Stocktake.id.desc(),)),
        Rows(
            Programme,
            sa.and_(Programme.parent_id == programme.id, Programme.published_at.is_not(None)),
            (Programme.starts_on, Programme.id),
        ),
        under(
            Agreement,
            AgreementSignatory.agreement_id,
            AgreementSignatory.order,
            joinedload(AgreementSignatory.organisation),
        ),
        under(Agreement, Criterion.agreement_id, Criterion.order),
        under(Agreement, Assessment.agreement_id, Assessment.id),
        under(Call, Candidate.call_id, Candidate.order, joinedload(Candidate.place)),
        under(Call, Experiment.call_id, Experiment.order),
    )
    agreements, calls = found[Agreement], found[Call]
    give(agreements, "signatories", found[AgreementSignatory], "agreement_id")
    give(agreements, "criteria", found[Criterion], "agreement_id")
    give(agreements, "assessments", found[Assessment], "agreement_id")
    give(calls, "candidates", found[Candidate], "call_id")
    give(calls, "experiments", found[Experiment], "call_id")
    return Whole(
        programme=programme,
        phases=found[ProgrammePhase],
        objectives=found[Objective],
        participants=found[Participant],
        amounts=found[Sum],
        methods=found[Method],
        components=found[Component],
        findings=found[Finding],
        deeds=found[Deed],
        remaining=found[Remaining],
        agreements=agreements,
        calls=calls,
        stocktakes=found[Stocktake],
        children=found[Programme],
    )


# Its steps in time.


class Span(NamedTuple):
    """A phase on the line of months: where it begins and how wide it is, in days."""

    phase: ProgrammePhase
    number: int
    x: int
    width: int


class Overlap(NamedTuple):
    """Two phases that share some time: the later printed one, the other, and how it lies.

    `before`: whole months by which the later printed one begins earlier; 0 where it does not.
    """

    phase: int
    other: int
    before: int


class Line(NamedTuple):
    """The years of a programme, its dated phases on them, and what overlaps."""

    years: list[tuple[int, int]]  # a year, and its place on the line
    days: int
    spans: list[Span]
    undated: list[tuple[int, ProgrammePhase]]
    overlaps: list[Overlap]


def line(phases: Sequence[ProgrammePhase]) -> Line | None:
    """The phases on one line of time, in their printed order; None where none is dated."""
    numbered = list(enumerate(phases, start=1))
    dated = [(n, one, *days) for n, one in numbered if (days := _days(one))]
    if not dated:
        return None
    first = date(min(start.year for _, _, start, _ in dated), 1, 1)
    last = date(max(end.year for _, _, _, end in dated), 12, 31)
    spans = [
        Span(one, n, (start - first).days, (end - start).days + 1) for n, one, start, end in dated
    ]
    overlaps = [
        Overlap(n, m, max(0, _months(start, other_start)))
        for i, (n, _, start, end) in enumerate(dated)
        for m, _, other_start, other_end in dated[:i]
        if start <= other_end and other_start <= end
    ]
    years = [(year, (date(year, 1, 1) - first).days) for year in range(first.year, last.year + 1)]
    known = {n for n, *_rest in dated}
    undated = [(n, one) for n, one in numbered if n not in known]
    return Line(years, (last - first).days + 1, spans, undated, overlaps)


def _days(phase: ProgrammePhase) -> tuple[date, date] | None:
    """The first and the last day a phase may hold, where both are known."""
    if phase.starts_on is None or phase.ends_on is None:
        return None
    return phase.starts_on, phase.ends_on


def _months(start: date, end: date) -> int:
    """Whole months from one day to a later one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


# Who may enter an agreement.


class Verdict(NamedTuple):
    """A criterion, the figure entered for it, and whether it is met; None where nobody knows."""

    criterion: Criterion
    figure: str
    is_met: bool | None


class Eligibility(NamedTuple):
    """A municipality against all the criteria of an agreement."""

    assessment: Assessment
    verdicts: list[Verdict]

    @property
    def is_met(self) -> bool | None:
        """No as soon as one criterion is not met; yes where all are; else nobody knows."""
        met = [one.is_met for one in self.verdicts]
        if False in met:
            return False
        return True if met and None not in met else None


def eligibility(agreement: Agreement) -> list[Eligibility]:
    """Every municipality looked at, criterion by criterion."""
    return [
        Eligibility(one, [judged(criterion, one) for criterion in agreement.criteria])
        for one in agreement.assessments
    ]


def judged(criterion: Criterion, assessment: Assessment) -> Verdict:
    """Whether the figure entered passes; « plus de 20 % » is not met by 20 %."""
    typed = assessment.figures.get(str(criterion.id), "")
    value = figure(typed)
    if value is None or criterion.operator is None:
        return Verdict(criterion, typed, None)
    asked = Threshold(criterion.words, criterion.operator, Decimal(criterion.value), criterion.unit)
    return Verdict(criterion, typed, asked.is_met(value))


# What was done.


def taken_stock(whole: Whole) -> dict[str, Any]:
    """The review of a programme: for each objective, what was undertaken and for whom.

    Numbers only count what was entered; where nobody said how many people, `beneficiaries` is
    None, never zero.
    """
    of: dict[int | None, list[Deed]] = {None: []}
    for deed in whole.deeds:
        of.setdefault(deed.objective_id, []).append(deed)
    rows = [{"objective": one.title, **_counted(of.get(one.id, []))} for one in whole.objectives]
    if of[None]:
        rows.append({"objective": None, **_counted(of[None])})
    return {
        "objectives": rows,
        "total": _counted(whole.deeds),
        "place_kinds": _by(whole.deeds, "place_kind"),
        "housing": _by(whole.deeds, "housing"),
        "carriers": _by(whole.deeds, "carrier"),
    }


def _counted(deeds: Iterable[Deed]) -> dict[str, Any]:
    some = list(deeds)
    states = Counter(deed.doneness for deed in some)
    known = [deed.beneficiaries for deed in some if deed.beneficiaries is not None]
    return {
        "actions": len(some),
        "done": states[Doneness.DONE],
        "not_done": states[Doneness.NOT_DONE],
        "unknown": states[Doneness.UNKNOWN],
        "beneficiaries": sum(known) if known else None,
        "beneficiaries_known": len(known),
    }


def _by(deeds: Iterable[Deed], name: str) -> list[dict[str, Any]]:
    """How many for each word, the most frequent first; what was not said comes last."""
    counts = Counter(getattr(deed, name) or None for deed in deeds)
    order = sorted(counts, key=lambda words: (words is None, -counts[words], fold(words or "")))
    return [{"words": words, "actions": counts[words]} for words in order]


def stocktake_or_404(programme: Programme, number: int) -> Stocktake:
    found = db.session.get(Stocktake, number)
    if found is None or found.programme_id != programme.id:
        raise NotFound
    return found


# Small questions.


def is_taken(slug: str) -> bool:
    taken = sa.select(sa.exists().where(Programme.slug == slug))
    return slug in ("nouveau", "atelier", "n") or bool(db.session.scalar(taken))


def is_body_taken(slug: str) -> bool:
    return slug == "nouvelle" or bool(
        db.session.scalar(sa.select(sa.exists().where(Body.slug == slug)))
    )


def made_with(model: type[Any], key: str | None) -> Any:
    """What this very form already made, if it was sent before."""
    return db.session.scalar(sa.select(model).where(model.key == key)) if key else None


def every_programme() -> list[Programme]:
    """Every programme, by title."""
    return sorted(db.session.scalars(sa.select(Programme)), key=lambda one: fold(one.title))


def others(programme: Programme | None) -> list[Programme]:
    """Every other programme, by title: to choose a parent or a successor among."""
    return [one for one in every_programme() if one is not programme]


def every_body() -> list[Body]:
    """Every body, by name."""
    return sorted(db.session.scalars(sa.select(Body)), key=lambda body: fold(body.name))


def acts() -> list[tuple[int, str]]:
    """The acts of the assembly, the latest first: their number and title."""
    rows = db.session.execute(sa.select(Act.id, Act.title).order_by(Act.id.desc()))
    return [(number, title) for number, title in rows]


def objectives_of(programme: Programme) -> list[Objective]:
    rows = db.session.scalars(
        sa.select(Objective)
        .where(Objective.programme_id == programme.id)
        .order_by(Objective.order, Objective.id)
    )
    return list(rows)


def ancestors(programme: Programme | None) -> set[int]:
    """The numbers of a programme and of all above it."""
    seen: set[int] = set()
    while programme is not None and programme.id not in seen:
        seen.add(programme.id)
        programme = programme.parent
    return seen


def beside(part: Any) -> list[Any]:
    """A part and its like in the same owner, in order."""
    model = type(part)
    column = getattr(model, f"{OWNED[model]}_id")
    return list(
        db.session.scalars(
            sa.select(model)
            .where(column == getattr(part, f"{OWNED[model]}_id"))
            .order_by(model.order, model.id)
        )
    )


def next_order(model: type[Any], owner: Any) -> int:
    """The place behind the last one."""
    column = getattr(model, f"{OWNED[model]}_id")
    highest = db.session.scalar(sa.select(sa.func.max(model.order)).where(column == owner.id))
    return 0 if highest is None else highest + 1


def below(part: Any) -> bool:
    """Whether something still hangs on this part, and would lose its place with it."""
    hanging = {Objective: Deed.objective_id, Candidate: Experiment.candidate_id}
    column = hanging.get(type(part))
    return column is not None and bool(
        db.session.scalar(sa.select(sa.exists().where(column == part.id)))
    )


def period_words(period: PartialDate) -> str:
    """A period we worked out, in the reader's words and no finer than it is known."""
    if period.start is None or period.end is None:
        return ""
    if period.precision is Precision.DAY:
        return day(period.start)
    if period.precision is Precision.MONTH:
        return day(period.start, "LLLL yyyy")
    return gettext("between %(start)s and %(end)s", start=day(period.start), end=day(period.end))
