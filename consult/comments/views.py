"""The pages where one comments, answers a comment, and takes one's words back."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.comments import actions, queries, rules
from consult.comments.forms import CommentForm, WithdrawForm
from consult.comments.models import Comment, Side
from consult.contributions.models import Contribution
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.core.text import render
from consult.journal.actions import commit, rollback
from consult.people import limits
from consult.people.consents import has_agreed
from consult.people.models import ConsentKind
from consult.people.session import actor

bp = Blueprint("comments", __name__)


@bp.route("/contributions/<int:id>/commenter", methods=["GET", "POST"])
def comment(id: int) -> ResponseReturnValue:
    contribution = queries.on_show_or_404(id)
    user = actor()
    parent = _parent(request.values.get("answers", ""), contribution)
    page: dict[str, Any] = {
        "contribution": contribution,
        "parent": parent,
        "parent_words": render(parent.body) if parent and parent.is_public else "",
    }
    if user is None and request.method == "GET":
        refused = refusal(rules.discussing, contribution.campaign)
        return render_template("comments/comment.html", form=None, refused=refused, **page)
    form = CommentForm(answers=parent.id if parent else "")
    if user is None or has_agreed(user, ConsentKind.PUBLICATION):
        del form.agrees
    page["may_speak_for_town"] = not refusal(rules.speak_for_town, user, contribution)
    if made := queries.with_key(form.key.data, user):
        return _there(made)
    refused = refusal(rules.comment, user, contribution, parent=parent)
    if form.sent() and not refused and not limits.passed("comment", user):
        refused = limits.TOO_MANY
    if form.sent() and not refused:
        try:
            made = actions.comment(
                user,
                contribution,
                body=form.body.data,
                side=Side(form.side.data),
                parent=parent,
                unit=form.unit.data,
                key=form.key.data,
                agrees=bool(form.agrees),
            )
            there, is_public = _there(made), made.is_public
            commit()
        except Refused as late:  # the town's badge is not for everybody
            rollback()
            refused = late.reason
        except sa.exc.IntegrityError:  # sent twice at the same moment
            rollback()
            twin = queries.with_key(form.key.data, user)
            if twin is None:
                raise
            return _there(twin)
        else:
            if not is_public:
                flash(
                    gettext(
                        "Thank you. Your comment is safe; a facilitator reads it before it is "
                        "shown. You will be told."
                    ),
                    "success",
                )
            return there
    status = 403 if refused and request.method == "POST" else 200
    return render_template("comments/comment.html", form=form, refused=refused, **page), status


@bp.get("/commentaires/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """Where this comment stands: the right page of its contribution."""
    return _there(queries.by_id_or_404(id))


@bp.route("/commentaires/<int:id>/retirer", methods=["GET", "POST"])
def withdraw(id: int) -> ResponseReturnValue:
    comment = queries.by_id_or_404(id)
    rules.withdraw(actor(), comment)
    form = WithdrawForm()
    if form.sent():
        actions.withdraw(actor(), comment)
        there = _there(comment)
        commit()
        flash(gettext("Your comment was withdrawn. The answers to it stay."), "success")
        return there
    return render_template(
        "comments/withdraw.html", comment=comment, form=form, words=render(comment.body)
    )


def _parent(number: str, contribution: Contribution) -> Comment | None:
    if not number.isdecimal() or len(number) > 10:
        return None
    parent = queries.by_id_or_404(int(number))
    return parent if parent.contribution_id == contribution.id else None


def _there(comment: Comment) -> ResponseReturnValue:
    """The page of the contribution where this comment stands, at its place."""
    where: dict[str, Any] = {"id": comment.contribution_id, "_anchor": "comments"}
    if comment.shown_at:
        where |= {"after": queries.position(comment), "_anchor": f"comment-{comment.id}"}
    return redirect(url_for("contributions.show", **where), 303)
