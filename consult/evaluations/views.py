"""The pages that ask residents what a plan did: how one begins, and what there is to judge."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from consult.campaigns import queries as campaigns
from consult.campaigns.forms import CreateForm
from consult.core import papers
from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.engagements import queries as engagements
from consult.engagements.models import Plan
from consult.engagements.papers import pictures
from consult.evaluations import actions, queries, rules
from consult.evaluations.queries import Matter
from consult.followup.papers import today
from consult.journal.actions import commit, rollback
from consult.people.session import actor
from consult.portal.queries import letterhead

bp = Blueprint("evaluations", __name__)
bp.add_app_template_global(queries.evaluated, "evaluated_plan")
bp.add_app_template_global(queries.of_plan, "evaluations_of")


@bp.app_template_global("may_evaluate")
def _may_evaluate(plan: Plan) -> bool:
    """Whether this person may ask residents what they make of a plan."""
    user = actor()
    return user is not None and refusal(rules.open, user, plan) is None


@bp.route("/plans/<slug>/evaluer", methods=["GET", "POST"])
def open(slug: str) -> str | Response:
    plan = engagements.by_slug_or_404(slug, actor())
    rules.open(actor(), plan)
    matter = queries.matter(plan, None)
    form = CreateForm(
        title=gettext("Evaluation: %(plan)s", plan=plan.title),
        question=gettext("What has changed for you since this plan, and what should change?"),
    )
    if form.sent():
        made = campaigns.with_key(form.key.data)
        if made is None:
            try:
                made = actions.open(
                    actor(),
                    matter,
                    title=form.title.data.strip(),
                    question=form.question.data.strip(),
                    paper=_paper(plan),
                    key=form.key.data,
                )
                commit()
            except IntegrityError:  # sent twice at the same moment
                rollback()
                made = campaigns.with_key(form.key.data)
                if made is None:
                    raise
        flash(gettext("The consultation is begun, out of sight. Complete it below."), "success")
        return redirect(url_for("campaigns.edit", slug=made.slug), 303)
    return render_template(
        "evaluations/open.html",
        form=form,
        plan=plan,
        matter=matter,
        presentation=queries.presentation(matter),
        themes=queries.themes(matter),
    )


def _paper(plan: Plan) -> bytes:
    """The plan as it stands today, in PDF."""
    job = papers.prepare(
        "plan",
        today(plan),
        letterhead(),
        url=papers.live("engagements.show", slug=plan.slug),
        pictures=pictures(engagements.pictures_of(plan)),
    )
    return papers.on_shelf(job, papers.fingerprint(job)).read_bytes()


@bp.get("/consultations/<slug>/a-evaluer")
def matter(slug: str) -> str:
    """What residents judge, as it stands today: sheets, actions, indicators."""
    campaign = campaigns.by_slug_or_404(slug, actor())
    plan = queries.evaluated(campaign)
    if plan is None:
        raise NotFound
    found: Matter = queries.matter(plan, None)
    return render_template("evaluations/matter.html", campaign=campaign, plan=plan, matter=found)
