"""The pages of the money of a plan: each amount as printed, its nature beside it."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.engagements import actions, amounts, exports, queries, rules, sheets
from consult.engagements.models import Amount, Plan
from consult.engagements.pages import bp, csv
from consult.engagements.part_forms import AmountForm
from consult.journal.actions import commit as seal
from consult.journal.actions import done
from consult.people.session import actor


@bp.get("/plans/<slug>/montants")
def amount_index(slug: str) -> str:
    user = actor()
    plan = queries.by_slug_or_404(slug, user)
    return render_template(
        "engagements/amount_index.html",
        plan=plan,
        purses=amounts.purses(amounts.of_plan(plan)),
        taken_away=amounts.taken_away(plan),
        may_edit=user is not None and refusal(rules.note_amount, user, plan) is None,
    )


@bp.get("/plans/<slug>/montants.csv")
def amounts_csv(slug: str) -> Response:
    plan = queries.by_slug_or_404(slug, actor())
    return csv(exports.amount_rows(plan), exports.AMOUNT_COLUMNS, f"{slug}-montants")


@bp.route("/plans/<slug>/montants/nouveau", methods=["GET", "POST"])
def note_amount(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.note_amount(actor(), plan)
    form = _form(plan)
    if form.sent() and done(
        form, lambda: actions.note_amount(actor(), plan, **form.values(), key=form.key.data)
    ):
        flash(gettext("The amount is noted."), "success")
        return redirect(url_for(".amount_index", slug=slug), 303)
    return render_template("engagements/note_amount.html", plan=plan, form=form)


@bp.route("/montants/<int:id>/corriger", methods=["GET", "POST"])
def correct_amount(id: int) -> str | Redirect:
    subject = amounts.amount_or_404(id, actor())
    rules.correct_amount(actor(), subject)
    plan = subject.plan
    form = _form(plan, subject)
    if form.sent() and done(
        form, lambda: actions.correct_amount(actor(), subject, **form.values())
    ):
        flash(gettext("It is up to date."), "success")
        return redirect(url_for(".amount_index", slug=plan.slug), 303)
    return render_template("engagements/correct_amount.html", plan=plan, subject=subject, form=form)


@bp.post("/montants/<int:id>/retirer")
def strike_amount(id: int) -> Redirect:
    subject = amounts.amount_or_404(id, actor())
    slug = subject.plan.slug
    actions.strike_amount(actor(), subject)
    seal()
    flash(gettext("The amount no longer counts."), "success")
    return redirect(url_for(".amount_index", slug=slug), 303)


def _form(plan: Plan, amount: Amount | None = None) -> AmountForm:
    return AmountForm(
        plan=plan,
        tree=queries.of_plan(plan),
        sheets=sheets.of_plan(plan),
        amount=amount,
        part=request.args.get("sur", "plan"),
    )
