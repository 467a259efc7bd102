"""The page of an act: what was decided, when, where, by what vote."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from consult.core import files
from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.core.slugs import slugify
from consult.council import actions, queries, rules
from consult.council.forms import CompleteForm
from consult.engagements.queries import adopted_by, is_staff
from consult.journal.actions import commit
from consult.people.session import actor

bp = Blueprint("council", __name__)


@bp.get("/actes/<int:id>")
def act(id: int) -> str:
    user, subject = actor(), queries.act_or_404(id)
    plans = adopted_by(subject, user)
    if not plans and not is_staff(user):
        raise NotFound
    return render_template(
        "council/act.html",
        act=subject,
        plans=plans,
        may_complete=user is not None and refusal(rules.complete, user, subject) is None,
    )


@bp.route("/actes/<int:id>/completer", methods=["GET", "POST"])
def complete(id: int) -> str | Response:
    subject = queries.act_or_404(id)
    rules.complete(actor(), subject)
    form = CompleteForm(act=subject)
    if form.sent():
        said = form.said()
        if form.paper:
            data, name = form.paper
            stem = slugify(name.rpartition(".")[0], default="acte")
            said["document"] = files.keep(data, f"{stem}.pdf", "application/pdf")
        actions.complete(actor(), subject, **said)
        commit()
        flash(gettext("The act is up to date."), "success")
        return redirect(url_for(".act", id=id), 303)
    return render_template("council/complete.html", act=subject, form=form)
