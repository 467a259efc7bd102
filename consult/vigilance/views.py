"""The list of what looks odd, the word that clears it, and supports set aside in the open."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign
from consult.campaigns.queries import by_slug_or_404
from consult.contributions import queries as contributions
from consult.contributions.models import Contribution
from consult.core.errors import came_from
from consult.core.i18n import _, gettext
from consult.core.rules import Refused, refusal
from consult.identity.models import Proof
from consult.identity.queries import letter_numbered, named, proof_of
from consult.identity.roll import voter_of
from consult.identity.sealing import of_person
from consult.journal.actions import commit, rollback
from consult.moderation.rules import read_words
from consult.people.queries import by_email
from consult.people.session import actor
from consult.posts.models import Flag, Post
from consult.posts.queries import flags_of
from consult.vigilance import actions, queries, rules
from consult.vigilance.forms import CheckForm, ClearForm, RefuteForm, RestoreForm, SetAsideForm

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
    found = [] if contribution.campaign.counts_hidden else queries.hours(contribution)
    hours = [hour for hour in found if hour.tells_nobody]
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
        few=queries.FEW,
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
        statements=[] if contribution.campaign.counts_hidden else queries.statements(contribution),
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


@bp.route("/consultations/<slug>/guichet/ecarter", methods=["GET", "POST"])
def refute(slug: str) -> ResponseReturnValue:
    """The identity check of one person, found by what the desk knows, and why it is set aside."""
    campaign = by_slug_or_404(slug, actor())
    rules.refute(actor(), campaign)
    form = RefuteForm()
    if form.sent() and _of_check(
        campaign, form, lambda one: actions.refute(actor(), campaign, one, reason=form.reason.data)
    ):
        flash(
            gettext(
                "The identity check is set aside. The person is told, if they have an account."
                " Their supports no longer count; ballots stay, as nobody can find them again."
            ),
            "success",
        )
        return redirect(url_for(".refute", slug=slug), 303)
    page = make_response(render_template("vigilance/refute.html", campaign=campaign, form=form))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.route("/consultations/<slug>/guichet/retablir", methods=["GET", "POST"])
def reinstate(slug: str) -> ResponseReturnValue:
    """The identity check of one person, set aside before, holds again with its supports."""
    campaign = by_slug_or_404(slug, actor())
    rules.reinstate(actor(), campaign)
    form = CheckForm()
    if form.sent() and _of_check(
        campaign, form, lambda one: actions.reinstate(actor(), campaign, one)
    ):
        flash(
            gettext(
                "The identity check holds again, and the supports given with it count again. The"
                " person is told, if they have an account."
            ),
            "success",
        )
        return redirect(url_for(".reinstate", slug=slug), 303)
    page = make_response(render_template("vigilance/reinstate.html", campaign=campaign, form=form))
    page.headers["Cache-Control"] = "no-store"
    return page


def _of_check(campaign: Campaign, form: CheckForm, act: Callable[[Proof], None]) -> bool:
    """Do it to the check that was meant; or say above the form why it could not be done."""
    proof = _meant(campaign, form)
    if proof is None:
        form.form_errors.append(_("No identity check is known by this. Nothing was done."))
        return False
    try:
        act(proof)
        commit()
    except Refused as refused:
        rollback()
        form.form_errors.append(refused.reason)
        return False
    return True


def _meant(campaign: Campaign, form: CheckForm) -> Proof | None:
    """The proof of the account, of the letter or of the name that was typed."""
    if form.email.data:
        account = by_email(form.email.data)
        return proof_of(account, campaign) if account else None
    if form.number.data:
        letter = letter_numbered(campaign, form.number.data)
        return named(campaign, voter_of(campaign, letter)) if letter else None
    if not (form.family.data and form.given.data and form.year.data):
        return None
    names = (form.family.data, form.given.data, form.year.data, form.other.data or "")
    return named(campaign, of_person(campaign, *names))


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
