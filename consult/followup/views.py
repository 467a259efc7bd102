"""The pages of the follow-up: a report, the frozen editions, and what the town has to do."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from consult.core.db import writing
from consult.core.errors import thinks_first
from consult.core.i18n import _, day, gettext
from consult.core.rules import Refused, require
from consult.engagements import queries as engagements
from consult.engagements.models import PROGRESS, Progress
from consult.followup import actions, queries, rules
from consult.followup.forms import EditionForm, ReportForm
from consult.journal.actions import commit, rollback
from consult.people.rules import signed_in
from consult.people.session import actor
from consult.pluralism.models import Publication
from consult.pluralism.queries import waits_for_a_name

bp = Blueprint("followup", __name__)

bp.add_app_template_filter(lambda iso: day(date.fromisoformat(iso)), "frozen_day")


@bp.route("/actions/<int:id>/avancement", methods=["GET", "POST"])
@thinks_first
def report(id: int) -> str | Redirect:
    action = engagements.action_or_404(id, actor())
    rules.report(actor(), action)
    form = ReportForm()
    if form.sent():  # pictures are drawn again before anybody else is kept waiting
        rollback()
        writing()
        action = engagements.action_or_404(id, actor())
        try:
            actions.report(
                actor(),
                action,
                progress=Progress(form.progress.data),
                effective_on=form.effective_on.data,
                words=form.words.data,
                evidence=form.evidence(),
                key=form.key.data,
            )
            commit()
        except Refused as refused:
            rollback()
            form.form_errors.append(refused.reason)
        else:
            flash(
                gettext("Your report is public. Those who follow this action are told."), "success"
            )
            return redirect(url_for("engagements.action", id=id, _anchor="reports"), 303)
    return render_template(
        "followup/report.html",
        action=action,
        plan=action.plan,
        form=form,
        latest=queries.latest([id]).get(id),
    )


@bp.get("/plans/<slug>/editions/<edition>")
def edition(slug: str, edition: str) -> str:
    """The edition, drawn from what was frozen and from nothing else."""
    plan = engagements.by_slug_or_404(slug, actor())
    subject = queries.edition_or_404(plan, edition)
    content = subject.content
    rows = {row["id"]: row for row in content["actions"]}
    counts = content["figures"]["statuses"]
    return render_template(
        "followup/edition.html",
        plan=plan,
        edition=subject,
        content=content,
        rows=rows,
        counts={key.value: counts[key.value] for key in PROGRESS if counts.get(key.value)},
        moved=queries.since(content, engagements.of_plan(plan)),
    )


@bp.get("/plans/<slug>/editions/<edition>.json")
def edition_json(slug: str, edition: str) -> Response:
    """What was frozen, byte for byte: its SHA-256 is the one printed on the edition."""
    plan = engagements.by_slug_or_404(slug, actor())
    content = queries.edition_or_404(plan, edition).content
    return Response(queries.canonical(content), content_type="application/json; charset=utf-8")


@bp.route("/plans/<slug>/editions/nouvelle", methods=["GET", "POST"])
def publish_edition(slug: str) -> str | Redirect:
    plan = engagements.by_slug_or_404(slug, actor())
    if waits_for_a_name(actor(), Publication.EDITION, plan):
        sign_off = {"publication": Publication.EDITION.value, "slug": slug}
        return redirect(url_for("pluralism.sign_off", **sign_off), 303)
    rules.publish_edition(actor(), plan)
    form = EditionForm()
    if form.sent():
        names = ("title", "as_of", "as_of_words", "introduction")
        said = {name: form[name].data for name in names}
        made = actions.publish_edition(actor(), plan, **said, key=form.key.data)
        commit()
        flash(gettext("The edition is public and will stay as it is."), "success")
        return redirect(url_for(".edition", slug=slug, edition=made.slug), 303)
    return render_template(
        "followup/publish_edition.html",
        plan=plan,
        form=form,
        counts=engagements.of_plan(plan).counts,
        editions=queries.editions(plan),
    )


@bp.get("/suivi")
def works() -> str:
    user = actor()
    signed_in(user)
    assert user is not None  # noqa: S101
    require(queries.may_work(user), _("This list is for those who report on actions."))
    numbers = queries.works_count(user)
    asked = request.args.get("vue", "")
    which = asked if asked in numbers else next((one for one in numbers if numbers[one]), "late")
    return render_template(
        "followup/works.html",
        which=which,
        numbers=numbers,
        page=queries.works(user, which, request.args.get("apres", "")),
    )
