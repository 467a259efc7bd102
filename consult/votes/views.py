"""The buttons that give and take back a support, and the page of what one supports."""

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from consult.answers.queries import coverage
from consult.campaigns.queries import by_slug_or_404
from consult.core.errors import local
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.identity.queries import by_way, without_address
from consult.identity.rules import asks_where
from consult.journal.actions import commit, rollback
from consult.people import limits
from consult.people.rules import signed_in
from consult.people.session import actor
from consult.posts.models import Channel
from consult.privacy.queries import took_part
from consult.votes import actions, queries, rules
from consult.votes.forms import SheetForm

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


@bp.route("/consultations/<slug>/soutiens/saisir", methods=["GET", "POST"])
def type_in(slug: str) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    rules.type_in(actor(), campaign)
    form = SheetForm(campaign)
    if form.sent():
        try:
            actions.type_in(
                actor(),  # type: ignore[arg-type]
                campaign,
                form.contributions,
                who=form.who(),
                channel=Channel(form.channel.data),
                collected_on=form.collected_on.data,
                **form.belonging(),
            )
            commit()
        except Refused as refused:
            rollback()
            form.form_errors.append(refused.reason)
        else:
            flash(
                gettext(
                    "The sheet is taken in. Each person counts once, whatever the channel; what"
                    " they supported already is said to nobody."
                ),
                "success",
            )
            return redirect(url_for(".type_in", slug=slug), 303)
    response = make_response(render_template("votes/type_in.html", campaign=campaign, form=form))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/consultations/<slug>/comptes")
def figures(slug: str) -> ResponseReturnValue:
    """Who took part, by channel, with and without those who live elsewhere; nobody in person."""
    campaign = by_slug_or_404(slug, actor())
    return render_template(
        "votes/figures.html",
        campaign=campaign,
        contributions=queries.contributions_split(campaign),
        supports=None if campaign.counts_hidden else queries.supports_split(campaign),
        people=by_way(campaign) if campaign.accepted else {},
        without_address=without_address(campaign),
        asks_where=asks_where(campaign),
        declared=took_part(campaign),
        coverage=coverage(campaign),
    )


def _back(id: int) -> ResponseReturnValue:
    """Where the button was pressed, on this site; else the contribution's own page."""
    own = url_for("contributions.show", id=id, _anchor="support")
    return redirect(local(request.form.get("next")) or own, 303)
