"""The tables of the whole site that anybody may take away, and what each column of them means."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from consult.core.datasets import Dataset, Field
from consult.core.db import db
from consult.core.i18n import _
from consult.council import queries as council
from consult.engagements import queries as engagements
from consult.engagements.models import Plan, PlanState, Progress
from consult.followup import queries as followup
from consult.indicators import formats, schema
from consult.indicators import queries as indicators

Row = list[Any]

DELIBERATIONS = (
    Field("COLL_NOM", _("The authority, by its name."), "string", "Ville de Sceaux"),
    Field("COLL_SIRET", _("Its SIRET number, 14 digits.")),
    Field("DELIB_ID", _("The number of the act."), "string", "2024-7-2.2.15"),
    Field("DELIB_DATE", _("The day it was adopted."), "date"),
    Field("DELIB_MATIERE_CODE", _("The code of its matter in the national list."), "string", "8.5"),
    Field("DELIB_MATIERE_NOM", _("The name of that matter.")),
    Field("DELIB_OBJET", _("What the act is about.")),
    Field("BUDGET_ANNEE", _("The year of the budget it concerns, if any.")),
    Field("BUDGET_NOM", _("The name of that budget.")),
    Field("PREF_ID", _("The number the prefecture gave it.")),
    Field("PREF_DATE", _("The day the prefecture received it."), "date"),
    Field("VOTE_EFFECTIF", _("Members in office; empty: not communicated."), "integer"),
    Field("VOTE_REEL", _("Votes cast; empty: not communicated."), "integer"),
    Field("VOTE_POUR", _("Votes for; empty: not communicated."), "integer"),
    Field("VOTE_CONTRE", _("Votes against; empty: not communicated."), "integer"),
    Field("VOTE_ABSTENTION", _("Abstentions; empty: not communicated."), "integer"),
    Field("DELIB_URL", _("The page of the act on this site.")),
)
BRANCHES = (
    Field("plan", _("The plan in addresses; it never changes."), "string", "plan-d-action"),
    Field("plan_titre", _("The title of the plan.")),
    Field("acte_numero", _("The number of the act that adopted it; empty: not communicated.")),
    Field("acte_date", _("The day of that act; empty: not communicated."), "date"),
    Field("engagement_id", _("The number of this branch in addresses."), "integer"),
    Field("niveau", _("What this level is called in the plan."), "string", "axe"),
    Field("numero", _("Its number as printed.")),
    Field("titre", _("Its title as printed.")),
    Field("dans", _("The number of the branch above; empty: it stands at the top."), "integer"),
    Field("actions", _("Actions here and below, each counted once."), "integer"),
    Field("realisees", _("Of which done."), "integer"),
    Field("non_renseignees", _("Of which nobody said where they stand."), "integer"),
    Field("demonstration", _("1 where the plan was invented to show the site."), "boolean", "0"),
    Field("adresse", _("Its page on this site.")),
)
ACTIONS = (
    Field("plan", _("The plan in addresses; it never changes."), "string", "plan-d-action"),
    Field("action_id", _("The number of this action in addresses."), "integer"),
    Field("titre", _("Its title as printed.")),
    Field("engagements", _("The branches it serves, one a line.")),
    Field(
        "statut",
        _(
            "Where it stands: planned, started, well_advanced, done, suspended, abandoned;"
            " empty: nobody said."
        ),
        "string",
        "started",
    ),
    Field("statut_connu", _("0 where nobody said where it stands."), "boolean", "1"),
    Field("statut_date", _("The day from which it stands so; empty: not communicated."), "date"),
    Field("statut_date_imprimee", _("That moment in the words of the source.")),
    Field("preuves", _("How many pieces of evidence the last report has."), "integer"),
    Field("dates", _("When it is to be done, as printed.")),
    Field("debut", _("The first day of those dates."), "date"),
    Field("echeance", _("Their last day."), "date"),
    Field("en_retard", _("1 where that day is past and somebody said it is not over."), "boolean"),
    Field("organisations", _("Who carries it, and as what, one a line.")),
    Field("demonstration", _("1 where the plan was invented to show the site."), "boolean", "0"),
    Field("adresse", _("Its page on this site.")),
)


def _plans() -> Iterator[Plan]:
    """Every published plan, earliest first."""
    yield from db.session.scalars(
        sa.select(Plan)
        .options(joinedload(Plan.act))
        .where(Plan.state == PlanState.PUBLISHED)
        .order_by(Plan.published_at, Plan.id)
    ).unique()


def _branches() -> Iterator[Row]:
    for plan in _plans():
        for branch in engagements.of_plan(plan).walk():
            one, counts = branch.engagement, branch.counts
            yield [
                plan.slug,
                plan.title,
                plan.act.number if plan.act else None,
                plan.act.adopted_on if plan.act else None,
                one.id,
                one.level,
                one.number,
                one.title,
                one.parent_id,
                counts.total(),
                counts[Progress.DONE],
                counts[Progress.UNKNOWN],
                int(plan.is_demo),
                url_for("engagements.engagement", slug=plan.slug, id=one.id, _external=True),
            ]


def _actions() -> Iterator[Row]:
    """One row an action, a handful of questions a plan."""
    for plan in _plans():
        tree = engagements.of_plan(plan)
        served = tree.served
        standing = followup.latest(list(tree.actions)) if tree.actions else {}
        for action in tree.actions.values():
            report = standing.get(action.id)
            is_known = action.progress != Progress.UNKNOWN
            yield [
                plan.slug,
                action.id,
                action.title,
                "\n".join(f"{one.number} {one.title}".strip() for one in served.get(action.id, ())),
                action.progress.value if is_known else None,
                int(is_known),
                report.effective_on if report else None,
                report.effective_words if report else None,
                len(report.evidence) if report else 0,
                action.dates_words,
                action.starts_on,
                action.due_on,
                int(action.is_late),
                "\n".join(
                    f"{name} ({row.role})" if row.role else name
                    for row in tree.carriers.get(action.id, ())
                    for name in [row.named or row.organisation.name]
                ),
                int(plan.is_demo),
                url_for("engagements.action", id=action.id, _external=True),
            ]


def _deliberations() -> Iterator[Row]:
    return council.exported(lambda act: url_for("council.act", id=act.id, _external=True))


def _figures() -> Iterator[Row]:
    listed = indicators.listed(None)
    yield from formats.rows_of(listed, indicators.figures(listed))


DATASETS = {
    one.name: one
    for one in (
        Dataset(
            "deliberations",
            _("Deliberations"),
            _(
                "What the assembly decided, in the national format SCDL 2.1. A deliberation"
                " whose authority or matter is not known stays out until it is."
            ),
            DELIBERATIONS,
            _deliberations,
        ),
        Dataset(
            "plan",
            _("Plans, branch by branch"),
            _("Every published plan with its levels under their own names, and its counts."),
            BRANCHES,
            _branches,
        ),
        Dataset(
            "actions",
            _("Actions of the plans"),
            _("Every action of every published plan, and where it stands."),
            ACTIONS,
            _actions,
        ),
        Dataset(
            "indicateurs",
            _("Indicators"),
            _("Every figure with its year and its source; those about too few people are masked."),
            schema.FIELDS,
            _figures,
        ),
    )
}
