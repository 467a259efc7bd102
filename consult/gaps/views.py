"""The page of all that is still missing, which empties by itself as it is filled."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.gaps import actions, queries, rules
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.people.rules import has_role
from consult.people.session import actor

bp = Blueprint("gaps", __name__)


@bp.get("/a-completer")
def index() -> str:
    user = actor()
    rules.read(user)
    groups = queries.all_open()
    return render_template(
        "gaps/index.html",
        sections=queries.sections(groups),
        total=sum(group.number for group in groups),
        may_fill=refusal(has_role, user, RoleName.COUNCIL) is None,
    )


@bp.post("/a-completer/<int:id>")
def fill(id: int) -> Response:
    actions.fill(actor(), queries.gap_or_404(id))
    commit()
    flash(gettext("Noted: this is settled."), "success")
    return redirect(url_for(".index"), 303)
