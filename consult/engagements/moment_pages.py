"""The pages of a plan over time: its evaluations, done or late, its versions, its levels."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.engagements import actions, exports, moments, queries, rules, sheets, versions
from consult.engagements.models import Moment
from consult.engagements.pages import bp, csv, kept
from consult.engagements.part_forms import ConcludeForm, LevelForm, MomentForm, VersionForm
from consult.journal.actions import commit as seal
from consult.journal.actions import done
from consult.people.session import actor

# Moments.


@bp.get("/plans/<slug>/evaluations")
def moment_index(slug: str) -> str:
    user = actor()
    plan = queries.by_slug_or_404(slug, user)
    return render_template(
        "engagements/moment_index.html",
        plan=plan,
        shown=moments.shown(moments.of_plan(plan)),
        taken_away=moments.taken_away(plan),
        user=user,
        may_edit=user is not None and refusal(rules.schedule, user, plan) is None,
    )


@bp.get("/plans/<slug>/evaluations.csv")
def moments_csv(slug: str) -> Response:
    plan = queries.by_slug_or_404(slug, actor())
    return csv(exports.moment_rows(plan), exports.MOMENT_COLUMNS, f"{slug}-evaluations")


@bp.route("/plans/<slug>/evaluations/nouvelle", methods=["GET", "POST"])
def schedule(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.schedule(actor(), plan)
    form = MomentForm(sheets=sheets.of_plan(plan))
    if form.sent() and done(
        form, lambda: actions.schedule(actor(), plan, **form.values(), key=form.key.data)
    ):
        flash(gettext("The date is noted."), "success")
        return redirect(url_for(".moment_index", slug=slug), 303)
    return render_template("engagements/schedule.html", plan=plan, form=form)


@bp.route("/evaluations/<int:id>/modifier", methods=["GET", "POST"])
def reschedule(id: int) -> str | Redirect:
    subject = moments.moment_or_404(id, actor())
    rules.reschedule(actor(), subject)
    plan = subject.plan
    form = MomentForm(sheets=sheets.of_plan(plan), moment=subject)
    if form.sent() and done(form, lambda: actions.reschedule(actor(), subject, **form.values())):
        flash(gettext("It is up to date."), "success")
        return redirect(url_for(".moment_index", slug=plan.slug), 303)
    return render_template("engagements/reschedule.html", plan=plan, subject=subject, form=form)


@bp.post("/evaluations/<int:id>/retirer")
def unschedule(id: int) -> Redirect:
    subject = moments.moment_or_404(id, actor())
    slug = subject.plan.slug
    actions.unschedule(actor(), subject)
    seal()
    flash(gettext("This date is not awaited any more."), "success")
    return redirect(url_for(".moment_index", slug=slug), 303)


@bp.route("/evaluations/<int:id>/tenue", methods=["GET", "POST"])
def conclude(id: int) -> str | Redirect:
    subject = moments.moment_or_404(id, actor())
    rules.conclude(actor(), subject)
    plan = subject.plan
    form = ConcludeForm()
    if form.sent() and done(form, lambda: _conclude(subject, form)):
        flash(gettext("Everybody can read it now."), "success")
        return redirect(url_for(".moment_index", slug=plan.slug), 303)
    return render_template(
        "engagements/conclude.html",
        plan=plan,
        subject=subject,
        standing=moments.standing(subject),
        form=form,
    )


def _conclude(subject: Moment, form: ConcludeForm) -> Any:
    return actions.conclude(
        actor(),
        subject,
        done_on=form.done_on.data,  # type: ignore[arg-type]
        words=form.words.data or "",
        document=kept(form.paper, "evaluation"),
        url=form.url.data,
        key=form.key.data,
    )


# Versions of a plan, and the names of its levels.


@bp.get("/plans/<slug>/versions/<int:number>")
def plan_version(slug: str, number: int) -> str:
    plan = queries.by_slug_or_404(slug, actor())
    version = versions.version_or_404(plan, number)
    return render_template(
        "engagements/plan_version.html",
        plan=plan,
        version=version,
        text=versions.text(plan, version),
        versions=versions.of_plan(plan),
    )


@bp.route("/plans/<slug>/versions/nouvelle", methods=["GET", "POST"])
def open_version(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.open_version(actor(), plan)
    form = VersionForm()
    if form.sent() and (
        made := done(
            form, lambda: actions.open_version(actor(), plan, **form.values(), key=form.key.data)
        )
    ):
        flash(gettext("This version is open: what joins the plan now belongs to it."), "success")
        return redirect(url_for(".plan_version", slug=slug, number=made.number), 303)
    return render_template(
        "engagements/open_version.html", plan=plan, form=form, versions=versions.of_plan(plan)
    )


@bp.route("/plans/<slug>/niveaux", methods=["GET", "POST"])
def rename_level(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.rename_level(actor(), plan)
    form = LevelForm(tree=queries.of_plan(plan))
    if form.sent() and done(
        form,
        lambda: actions.rename_level(
            actor(),
            plan,
            level=form.level.data,
            name=form.name.data,
            reason=form.reason.data or "",
        ),
    ):
        flash(gettext("This level has its new name everywhere in the plan."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/rename_level.html", plan=plan, form=form)
