"""A plan as open data: its sheets, its money and its moments, in JSON and as tables."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import joinedload

from consult.core.db import Rows, together
from consult.engagements import amounts, moments, queries, sheets, wording
from consult.engagements.models import (
    Amount,
    Moment,
    MomentDone,
    Plan,
    PlanVersion,
    Progress,
    Sheet,
    SheetVersion,
)

Row = list[Any]

ACTION_COLUMNS = (
    *("id", "ref", "titre", "description", "engagements", "statut", "statut_connu", "dates"),
    *("debut", "echeance", "periodicite", "service", "organisations", "lieux", "etiquettes"),
    *("montants", "adresse"),
)
SHEET_COLUMNS = (
    *("id", "ref", "numero", "branche", "thematique", "objectif_annonce", "etat", "version"),
    *("version_du_plan", "titre", "pour_qui", "quand", "quels_suivis", "contexte", "objectifs"),
    *("mise_en_oeuvre", "qui_mobiliser", "porteurs", "moyens", "adresse"),
)
AMOUNT_COLUMNS = (
    *("id", "ref", "objet", "montant_imprime", "montant_euros", "nature", "date"),
    *("branche", "fiche", "action", "remplace", "motif"),
)
MOMENT_COLUMNS = (
    *("id", "ref", "type", "titre", "echeance_imprimee", "debut", "echeance", "periodicite"),
    *("responsable", "livrable", "fiche", "etat", "prochaine_date", "tenue_le", "document"),
)


# Plain data.


class Beside(NamedTuple):
    """What stands in a plan beside its branches and actions."""

    versions: list[PlanVersion]
    sheets: list[Sheet]
    texts: dict[int, SheetVersion]  # the text in force of each sheet
    amounts: list[Amount]
    moments: list[moments.Standing]


def beside(plan: Plan) -> Beside:
    """All that stands in a plan beside its branches and actions, in one question."""
    found = together(
        Rows(PlanVersion, PlanVersion.plan_id == plan.id, (PlanVersion.number,)),
        Rows(
            Sheet,
            Sheet.plan_id == plan.id,
            (Sheet.order, Sheet.id),
            (joinedload(Sheet.engagement),),
        ),
        Rows(SheetVersion, sheets.in_force(plan)),
        amounts.wanted(Amount.plan_id == plan.id),
        *moments.wanted(Moment.plan_id == plan.id),
    )
    return Beside(
        found[PlanVersion],
        found[Sheet],
        {row.sheet_id: row for row in found[SheetVersion]},
        found[Amount],
        moments.placed(found[Moment], found[MomentDone]),
    )


def parts(plan: Plan, said: Beside | None = None) -> dict[str, Any]:
    """What stands in a plan beside its branches and actions, as plain data."""
    said = said or beside(plan)
    return {
        "imprint": plan.imprint,
        "versions": [
            {
                "number": one.number,
                "kind": one.kind.value,
                "title": one.title,
                "as_of": _iso(one.as_of),
                "as_of_words": one.as_of_words,
                "words": one.words,
            }
            for one in said.versions
        ],
        "sheets": _sheets(said),
        "amounts": [_amount(one) for one in said.amounts],
        "moments": [_moment(one) for one in said.moments],
    }


def _sheets(said: Beside) -> list[dict[str, Any]]:
    rows = []
    for one in said.sheets:
        text = said.texts.get(one.id)
        rows.append(
            {
                "id": one.id,
                "ref": one.external_ref,
                "number": one.number,
                "engagement": one.engagement_id,
                "thematic": one.thematic,
                "aim": one.aim,
                "state": one.state.value,
                "since": max(one.since, 1),
                "version": text.number if text else None,
                "content": text.content if text else None,
            }
        )
    return rows


def _amount(one: Amount) -> dict[str, Any]:
    return {
        "id": one.id,
        "ref": one.external_ref,
        "subject": one.subject,
        "words": one.words,
        "cents": one.cents,
        "nature": one.nature.value,
        "dates": one.dates_words,
        "engagement": one.engagement_id,
        "sheet": one.sheet_id,
        "action": one.action_id,
        "replaces": one.replaces_id,
        "reason": one.reason,
    }


def _moment(standing: moments.Standing) -> dict[str, Any]:
    one = standing.moment
    return {
        "id": one.id,
        "ref": one.external_ref,
        "kind": one.kind.value,
        "title": one.title,
        "due_words": one.due_words,
        "starts_on": _iso(one.starts_on),
        "due_on": _iso(one.due_on),
        "periodicity": one.periodicity,
        "responsible": one.responsible,
        "deliverable": one.deliverable,
        "sheet": one.sheet_id,
        "state": standing.state.value,
        "awaited": _iso(standing.awaited),
        "done": [
            {
                "due_on": _iso(held.due_on),
                "done_on": _iso(held.done_on),
                "words": held.words,
                "url": held.url,
                "file": held.file.name if held.file else None,
            }
            for held in standing.done
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# Tables.


def action_rows(plan: Plan) -> Iterator[Row]:
    """One row an action; an empty cell where nobody said, never a zero."""
    tree = queries.of_plan(plan)
    places = queries.places_of(plan)
    served = tree.served
    money_of: dict[int, list[str]] = {}
    for one in amounts.of_plan(plan):
        if one.action_id:
            money_of.setdefault(one.action_id, []).append(f"{one.words} ({one.nature.value})")
    for action in tree.actions.values():
        is_known = action.progress != Progress.UNKNOWN
        carriers = tree.carriers.get(action.id, [])
        yield [
            action.id,
            action.external_ref,
            action.title,
            action.words,
            _lines(wording.called(one) for one in served.get(action.id, [])),
            action.progress.value if is_known else None,
            is_known,
            action.dates_words,
            action.starts_on,
            action.due_on,
            action.periodicity,
            action.unit,
            _lines(
                f"{row.named or row.organisation.name} ({row.role})"
                if row.role
                else row.named or row.organisation.name
                for row in carriers
            ),
            _lines(place.name for place in places.get(action.id, [])),
            _lines(action.tags),
            _lines(money_of.get(action.id, [])),
            f"/actions/{action.id}",
        ]


def sheet_rows(plan: Plan) -> Iterator[Row]:
    """One row a sheet, lists one element a line; what is only announced has empty cells."""
    texts = sheets.latest(plan)
    for one in sheets.of_plan(plan):
        text = texts.get(one.id)
        said = text.content if text else {}
        steps = [
            line
            for step in said.get("steps", [])
            for line in (step["text"], *(f"- {item}" for item in step["items"]))
        ]
        yield [
            one.id,
            one.external_ref,
            one.number,
            wording.called(one.engagement) if one.engagement else None,
            one.thematic,
            one.aim,
            one.state.value,
            text.number if text else None,
            max(one.since, 1),
            one.title,
            *(
                _cell(said.get(name))
                for name in ("audience", "when", "followed", "context", "objectives")
            ),
            _lines(steps),
            *(_cell(said.get(name)) for name in ("mobilised", "carriers", "means")),
            f"/fiches/{one.id}",
        ]


def amount_rows(plan: Plan) -> Iterator[Row]:
    for one in amounts.of_plan(plan):
        yield [
            one.id,
            one.external_ref,
            one.subject,
            one.words,
            euros(one.cents),
            one.nature.value,
            one.dates_words,
            wording.called(one.engagement) if one.engagement else None,
            one.sheet.name if one.sheet else None,
            one.action.title if one.action else None,
            one.replaces.words if one.replaces else None,
            one.reason,
        ]


def moment_rows(plan: Plan) -> Iterator[Row]:
    for standing in moments.of_plan(plan):
        one = standing.moment
        yield [
            one.id,
            one.external_ref,
            one.kind.value,
            one.title,
            one.due_words,
            one.starts_on,
            one.due_on,
            one.periodicity,
            one.responsible,
            one.deliverable,
            one.sheet.name if one.sheet else None,
            standing.state.value,
            standing.awaited,
            _lines(held.done_on.isoformat() for held in standing.done),
            _lines(held.url or (held.file.name if held.file else "") for held in standing.done),
        ]


def euros(cents: int) -> str:
    """An amount as a number of euros: « 110000000 », « 12.50 »."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}{f'.{rest:02}' if rest else ''}"


def _cell(value: Any) -> str:
    return _lines(value) if isinstance(value, list) else value or ""


def _lines(words: Any) -> str:
    return "\n".join(words)
