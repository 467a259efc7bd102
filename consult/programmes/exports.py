"""A programme as open data: whole in JSON, line by line in CSV."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from consult.core import dates
from consult.programmes.models import Agreement, Body, Call, Programme
from consult.programmes.queries import Whole, eligibility, taken_stock

HEADER = (
    *("rubrique", "ordre", "libelle", "texte", "debut", "fin", "valeur", "unite", "nature"),
    *("groupe", "role"),
)


def picture(whole: Whole) -> dict[str, Any]:
    """All that is said of a programme, as plain data; what nobody said is null, never zero."""
    programme = whole.programme
    return {
        "slug": programme.slug,
        "title": programme.title,
        "subtitle": programme.subtitle or None,
        "kind": programme.kind,
        "state": programme.state if programme.state != "unknown" else None,
        "period": {
            "words": programme.period_words or None,
            "from": _day(programme.starts_on),
            "to": _day(programme.ends_on),
        },
        "owner": programme.owner_words or None,
        "places": [{"slug": place.slug, "name": place.name} for place in programme.places],
        "legal_framework": programme.legal_framework,
        "facts": [{"label": label, "words": words} for label, words in programme.facts],
        "introduction": programme.introduction or None,
        "parent": _named(programme.parent),
        "successor": _named(programme.successor) or (programme.successor_words or None),
        "source": programme.external_ref,
        "is_demonstration": programme.is_demo,
        "objectives": [one.title for one in whole.objectives],
        "phases": [
            {
                "number": number,
                "label": one.label,
                "kind": one.kind,
                "start_words": one.start_words or None,
                "end_words": one.end_words or None,
                "from": _day(one.starts_on),
                "to": _day(one.ends_on),
                "lines": one.lines,
            }
            for number, one in enumerate(whole.phases, start=1)
        ],
        "participants": [
            {
                "name": one.named,
                "group": one.group or None,
                "role": one.role or None,
                "to_be_checked": one.is_doubtful,
                "organisation": one.organisation.slug if one.organisation else None,
                "body": one.body.slug if one.body else None,
            }
            for one in whole.participants
        ],
        "amounts": [
            {
                "label": one.label,
                "words": one.words,
                "euros": None if one.cents is None else one.cents / 100,
                "nature": one.nature,
                "date": one.date_words or None,
            }
            for one in whole.amounts
        ],
        "totals_by_nature": {nature: cents / 100 for nature, cents in whole.totals.items()},
        "methods": [
            {
                "kind": one.kind,
                "words": one.words,
                "quantity_words": one.quantity_words or None,
                "quantity": one.quantity,
                "is_approximate": one.is_approximate,
                "in_person": one.is_in_person,
                "date": one.date_words or None,
                "place": one.place_words or None,
            }
            for one in whole.methods
        ],
        "components": [
            {"label": one.label, "level": one.level, "level_known": one.level is not None}
            for one in whole.components
        ],
        "findings": [{"kind": one.kind, "words": one.words} for one in whole.findings],
        "deeds": [
            {
                "title": one.title,
                "objective": one.objective.title if one.objective else None,
                "status": one.doneness if one.doneness != "unknown" else None,
                "carrier": one.carrier or None,
                "beneficiaries": one.beneficiaries,
                "place_kind": one.place_kind or None,
                "housing": one.housing or None,
            }
            for one in whole.deeds
        ],
        "counted": taken_stock(whole) if whole.deeds else None,
        "agreements": [_agreement(one) for one in whole.agreements],
        "calls": [_call(one) for one in whole.calls],
        "bodies": [_body(one) for one in programme.bodies if one.is_public],
        "remaining": [
            {"kind": one.kind, "words": one.words, "outcome": one.outcome, "say": one.outcome_words}
            for one in whole.remaining
        ],
        "closing_report": programme.closing_report or None,
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "title": agreement.title,
        "purpose": agreement.purpose or None,
        "duration": agreement.duration_words or None,
        "signatories": [one.named for one in agreement.signatories],
        "criteria": [
            {
                "words": one.words,
                "operator": one.operator,
                "value": float(one.value) if one.value else None,
                "unit": one.unit or None,
            }
            for one in agreement.criteria
        ],
        "municipalities": [
            {
                "name": one.assessment.named,
                "source": one.assessment.source or None,
                "eligible": one.is_met,
                "figures": {verdict.criterion.words: verdict.figure for verdict in one.verdicts},
            }
            for one in eligibility(agreement)
        ],
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "title": call.title,
        "launched_by": call.launched_by or None,
        "cohort": call.cohort or None,
        "months": call.months,
        "candidates": [
            {"name": one.named, "outcome": one.choice, "area": one.area or None}
            for one in call.candidates
        ],
        "experiments": [
            {
                "title": one.title,
                "at": one.candidate.named,
                "start": one.start_words or None,
                "end": one.end.iso if one.end else None,
            }
            for one in call.experiments
        ],
    }


def _body(body: Body) -> dict[str, Any]:
    rhythm = dates.recurrence(body.rhythm_words)
    return {
        "slug": body.slug,
        "name": body.name,
        "kind": body.kind,
        "presidency": body.presidency or None,
        "rhythm": body.rhythm_words or None,
        "every": {"number": rhythm.every, "unit": rhythm.unit} if rhythm else None,
    }


def _named(programme: Programme | None) -> str | None:
    return programme.slug if programme is not None and programme.is_public else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def rows(whole: Whole) -> Iterator[list[Any]]:
    """The same in lines: section, order, label, words, from, to, value, unit, nature, group, role.

    Days are ISO 8601 and no finer than the words; money is in euros; an empty cell says that
    nobody said it.
    """
    programme = whole.programme
    period = dates.parse(programme.period_words)
    yield _row("programme", 1, programme.title, programme.subtitle, period.start, period.end)
    for n, words in enumerate(programme.legal_framework, 1):
        yield _row("cadre", n, words)
    for n, one in enumerate(whole.objectives, 1):
        yield _row("objectif", n, one.title)
    for n, phase in enumerate(whole.phases, 1):
        yield _row("phase", n, phase.label, " | ".join(phase.lines), phase.starts_on, phase.ends_on)
    for n, actor in enumerate(whole.participants, 1):
        yield _row("acteur", n, actor.named, group=actor.group, role=actor.role)
    for n, amount in enumerate(whole.amounts, 1):
        euros = "" if amount.cents is None else f"{amount.cents / 100:.2f}"
        yield _row(
            *("montant", n, amount.label, amount.words),
            value=euros,
            unit="EUR",
            nature=amount.nature,
        )
    for n, method in enumerate(whole.methods, 1):
        approximate = "environ" if method.is_approximate else ""
        value = "" if method.quantity is None else method.quantity
        yield _row("methode", n, method.kind, method.words, value=value, unit=approximate)
    for n, component in enumerate(whole.components, 1):
        level = "" if component.level is None else component.level
        yield _row("composante", n, component.label, value=level, unit="%")
    for n, finding in enumerate(whole.findings, 1):
        yield _row("constat", n, finding.kind, finding.words)
    for n, deed in enumerate(whole.deeds, 1):
        yield _row(
            *("action", n, deed.title, deed.objective.title if deed.objective else ""),
            value="" if deed.beneficiaries is None else deed.beneficiaries,
            unit="personnes",
            role=deed.carrier,
        )
    for n, call in enumerate(whole.calls, 1):
        for candidate in call.candidates:
            yield _row("candidat", n, candidate.named, call.title, role=candidate.choice)
    for n, body in enumerate((one for one in programme.bodies if one.is_public), 1):
        yield _row("instance", n, body.name, body.words, role=body.presidency)
    for n, left in enumerate(whole.remaining, 1):
        yield _row("suite", n, left.kind, left.words, role=left.outcome)


def _row(
    section: str,
    order: int,
    label: str,
    words: str = "",
    start: date | None = None,
    end: date | None = None,
    *,
    value: Any = "",
    unit: str = "",
    nature: str = "",
    group: str = "",
    role: str = "",
) -> list[Any]:
    days = (_day(start) or "", _day(end) or "")
    return [section, order, label, words, *days, value, unit, nature, group, role]
