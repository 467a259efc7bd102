"""The list of what looks odd, the word that clears it, and supports set aside in the open."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from consult.contributions import queries as contributions
from consult.contributions.models import Contribution
from consult.core.errors import came_from
from consult.core.i18n import gettext
from consult.core.rules import refusal
from consult.journal.actions import commit
from consult.moderation.rules import read_words
from consult.people.session import actor
from consult.posts.models import Flag, Post
from consult.posts.queries import flags_of
from consult.vigilance import actions, queries, rules
from consult.vigilance.forms import ClearForm, RestoreForm, SetAsideForm

bp = Blueprint("vigilance", __name__)


@bp.get("/moderation/alertes")
def index() -> str:
    """What a machine found odd and nobody cleared yet."""
    user = actor()
    rules.read(user)
    assert user is not None  # noqa: S101
    lines = queries.open_flags(user, request.args.get("after", 0, type=int))
    following = lines[queries.PAGE - 1].flag.id if len(lines) > queries.PAGE else None
    return render_template("vigilance/index.html", lines=lines[: queries.PAGE], following=following)


@bp.route("/moderation/alertes/<int:id>", methods=["GET", "POST"])
def clear(id: int) -> ResponseReturnValue:
    """One flag, why it was raised, and the word that clears it."""
    flag = queries.flag_or_404(id)
    rules.read(actor(), flag.post)
    form = ClearForm()
    if form.sent():
        actions.clear(actor(), flag, words=form.words.data)
        commit()
        flash(gettext("The flag is cleared."), "success")
        return redirect(came_from() or url_for(".index"), 303)
    return render_template(
        "vigilance/clear.html",
        flag=flag,
        form=form,
        refused=refusal(rules.clear, actor(), flag),
        sealed=refusal(read_words, actor(), flag.post),
    )


@bp.route("/contributions/<int:id>/soutiens/ecarter", methods=["GET", "POST"])
def set_aside(id: int) -> ResponseReturnValue:
    """How supports came, hour by hour, and the form that sets false ones aside."""
    contribution = contributions.by_id_or_404(id)
    rules.read(actor(), contribution)
    if not contributions.is_visible_to(actor(), contribution):
        raise NotFound
    refused = refusal(rules.set_aside, actor(), contribution)
    hours = [] if contribution.campaign.counts_hidden else queries.hours(contribution)
    form = SetAsideForm(hours)
    if form.sent():
        actions.set_aside(
            actor(),
            contribution,
            hour=form.chosen(),
            facts=form.facts.data,
            rule=form.rule.data,
        )
        commit()
        flash(gettext("These supports are set aside. Those who gave them are told."), "success")
        return redirect(url_for(".statements", id=id), 303)
    return render_template(
        "vigilance/set_aside.html",
        contribution=contribution,
        campaign=contribution.campaign,
        hours=hours,
        form=form,
        refused=refused,
    )


@bp.get("/contributions/<int:id>/soutiens/ecartes")
def statements(id: int) -> str:
    """What was set aside and why, with and without: anybody may read it."""
    contribution = _on_show_or_404(id)
    return render_template(
        "vigilance/statements.html",
        contribution=contribution,
        campaign=contribution.campaign,
        statements=queries.statements(contribution),
        is_agent=refusal(rules.set_aside, actor(), contribution) is None,
    )


@bp.route("/soutiens-ecartes/<int:id>/retablir", methods=["GET", "POST"])
def restore(id: int) -> ResponseReturnValue:
    aside = queries.set_aside_or_404(id)
    rules.restore(actor(), aside)
    form = RestoreForm()
    if form.sent():
        actions.restore(actor(), aside, words=form.words.data)
        commit()
        flash(gettext("These supports count again."), "success")
        return redirect(url_for(".statements", id=aside.contribution_id), 303)
    return render_template(
        "vigilance/restore.html",
        aside=aside,
        contribution=aside.contribution,
        campaign=aside.contribution.campaign,
        form=form,
    )


def _on_show_or_404(id: int) -> Contribution:
    contribution = contributions.by_id_or_404(id)
    if not contributions.is_visible_to(actor(), contribution):
        raise NotFound
    return contribution


@bp.app_template_global("flags_on")
def _flags(post: Post) -> list[Flag]:
    """What is odd about one text, for the pages of those who read it."""
    return flags_of([post]).get(post.id, [])


@bp.app_template_global("may_clear")
def _may_clear(flag: Flag) -> Any:
    return refusal(rules.clear, actor(), flag) is None
