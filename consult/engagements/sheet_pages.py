"""The pages of action sheets: announced, written in parts, published, each text at its address."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from consult.core import restated
from consult.core.forms import labels
from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.engagements import actions, amounts, exports, moments, queries, rules, sheets, versions
from consult.engagements.models import Sheet
from consult.engagements.pages import bp, csv
from consult.engagements.part_forms import AnnounceForm, PublishSheetForm, SheetForm
from consult.journal.actions import commit as seal
from consult.journal.actions import done
from consult.people.session import actor

# What everybody reads.


@bp.get("/plans/<slug>/fiches")
def sheet_index(slug: str) -> str:
    user = actor()
    plan = queries.by_slug_or_404(slug, user)
    rows = sheets.of_plan(plan)
    return render_template(
        "engagements/sheet_index.html",
        plan=plan,
        sheets=rows,
        count=sheets.counted(rows),
        versions=versions.of_plan(plan),
        may_edit=user is not None and refusal(rules.announce, user, plan) is None,
    )


@bp.get("/plans/<slug>/fiches.csv")
def sheets_csv(slug: str) -> Response:
    plan = queries.by_slug_or_404(slug, actor())
    return csv(exports.sheet_rows(plan), exports.SHEET_COLUMNS, f"{slug}-fiches")


@bp.get("/fiches/<int:id>")
def sheet(id: int) -> str:
    return _shown(id)


@bp.get("/fiches/<int:id>/versions/<int:number>")
def sheet_version(id: int, number: int) -> str:
    return _shown(id, number)


def _shown(id: int, number: int | None = None) -> str:
    user = actor()
    subject = sheets.sheet_or_404(id, user)
    texts = sheets.texts(subject)
    text = texts[0] if texts and number is None else None
    if number is not None:
        text = next((one for one in texts if one.number == number), None)
        if text is None:
            raise NotFound
    rows = sheets.of_plan(subject.plan)
    return render_template(
        "engagements/sheet.html",
        plan=subject.plan,
        subject=subject,
        text=text,
        texts=texts,
        is_old=bool(number is not None and texts and number != texts[0].number),
        headings=sheets.HEADINGS,
        context=sheets.CONTEXT,
        versions={one.number: one for one in versions.of_plan(subject.plan)},
        amounts=amounts.of(subject),
        moments=moments.of_sheet(subject),
        count=sheets.counted(rows),
        restated=restated.of(subject),
        labels=labels(AnnounceForm),
        beside=rows,
        may_edit=user is not None and refusal(rules.write_sheet, user, subject) is None,
    )


# The desk.


@bp.route("/plans/<slug>/fiches/nouvelle", methods=["GET", "POST"])
def announce(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.announce(actor(), plan)
    form = AnnounceForm(
        tree=queries.of_plan(plan), engagement_id=request.args.get("sous", 0, type=int)
    )
    if form.sent() and (
        made := done(
            form, lambda: actions.announce(actor(), plan, **form.values(), key=form.key.data)
        )
    ):
        flash(gettext("The sheet is announced. You may write it now, or later."), "success")
        return redirect(url_for(".write_sheet", id=made.id), 303)
    return render_template("engagements/announce.html", plan=plan, form=form)


@bp.route("/fiches/<int:id>/annonce", methods=["GET", "POST"])
def correct_sheet(id: int) -> str | Redirect:
    subject = sheets.sheet_or_404(id, actor())
    rules.correct_sheet(actor(), subject)
    form = AnnounceForm(tree=queries.of_plan(subject.plan), sheet=subject)
    if form.sent() and done(form, lambda: actions.correct_sheet(actor(), subject, **form.values())):
        flash(gettext("It is up to date."), "success")
        return redirect(url_for(".sheet", id=id), 303)
    return render_template(
        "engagements/correct_sheet.html", plan=subject.plan, subject=subject, form=form
    )


@bp.route("/fiches/<int:id>/rediger", methods=["GET", "POST"])
def write_sheet(id: int) -> str | Redirect:
    subject = sheets.sheet_or_404(id, actor())
    rules.write_sheet(actor(), subject)
    form = SheetForm(said=sheets.being_written(subject, sheets.texts(subject)))
    if form.sent() and done(
        form, lambda: actions.write_sheet(actor(), subject, content=form.content())
    ):
        if request.form.get("then") == "later":
            flash(gettext("Your draft is kept: nobody else reads it."), "success")
            return redirect(url_for(".write_sheet", id=id), 303)
        return redirect(url_for(".publish_sheet", id=id), 303)
    return render_template(
        "engagements/write_sheet.html", plan=subject.plan, subject=subject, form=form
    )


@bp.route("/fiches/<int:id>/publier", methods=["GET", "POST"])
def publish_sheet(id: int) -> str | Redirect:
    subject = sheets.sheet_or_404(id, actor())
    rules.write_sheet(actor(), subject)
    texts = sheets.texts(subject)
    form = PublishSheetForm(is_first=not texts)
    if form.sent() and done(form, lambda: _publish(subject, form)):
        flash(gettext("The sheet is published."), "success")
        return redirect(url_for(".sheet", id=id), 303)
    return render_template(
        "engagements/publish_sheet.html",
        plan=subject.plan,
        subject=subject,
        form=form,
        said=sheets.being_written(subject, texts),
        headings=sheets.HEADINGS,
        context=sheets.CONTEXT,
        number=len(texts) + 1,
        refused=refusal(rules.publish_sheet, actor(), subject),
    )


def _publish(subject: Sheet, form: PublishSheetForm) -> Any:
    reason = form.reason.data if "reason" in form else ""
    return actions.publish_sheet(actor(), subject, reason=reason, key=form.key.data)


@bp.post("/fiches/<int:id>/deplacer")
def move_sheet(id: int) -> Redirect:
    subject = sheets.sheet_or_404(id, actor())
    slug = subject.plan.slug
    actions.move_sheet(actor(), subject, by=1 if request.form.get("by") == "1" else -1)
    seal()
    return redirect(url_for(".sheet_index", slug=slug, _anchor=f"fiche-{id}"), 303)


@bp.post("/fiches/<int:id>/retirer")
def remove_sheet(id: int) -> Redirect:
    subject = sheets.sheet_or_404(id, actor())
    slug = subject.plan.slug
    actions.remove_sheet(actor(), subject)
    seal()
    flash(gettext("It is no longer in the plan."), "success")
    return redirect(url_for(".sheet_index", slug=slug), 303)
