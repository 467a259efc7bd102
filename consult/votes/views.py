"""The buttons that give and take back a support, and the page of what one supports."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.core.errors import local
from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.journal.actions import commit
from consult.people import limits
from consult.people.rules import signed_in
from consult.people.session import actor
from consult.votes import actions, queries, rules

bp = Blueprint("votes", __name__)


@bp.post("/contributions/<int:id>/soutenir")
def support(id: int) -> ResponseReturnValue:
    limits.pass_or_wait("support", actor())
    actions.support(actor(), queries.contribution_or_404(id))
    commit()
    return _back(id)


@bp.post("/contributions/<int:id>/ne-plus-soutenir")
def withdraw(id: int) -> ResponseReturnValue:
    actions.withdraw(actor(), queries.contribution_or_404(id))
    commit()
    flash(gettext("Your support was taken back. You may give it again until the vote closes."))
    return _back(id)


@bp.get("/mon-espace/soutiens")
def mine() -> ResponseReturnValue:
    user = actor()
    signed_in(user)
    assert user is not None  # noqa: S101
    given = queries.of_person(user)
    closed = {one.campaign.id: refusal(rules.voting, one.campaign) for one in given}
    return render_template("votes/mine.html", given=given, closed=closed)


def _back(id: int) -> ResponseReturnValue:
    """Where the button was pressed, on this site; else the contribution's own page."""
    own = url_for("contributions.show", id=id, _anchor="support")
    return redirect(local(request.form.get("next")) or own, 303)
