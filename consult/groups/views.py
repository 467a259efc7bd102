"""The page of a group, the form that gathers, and the door by which an author leaves."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from consult.answers.rules import work
from consult.campaigns.models import Campaign, PhaseKind
from consult.campaigns.queries import by_slug_or_404
from consult.campaigns.rules import facilitate
from consult.contributions import queries as contributions
from consult.contributions.models import Contribution
from consult.core.algorithms import Kind, algorithm
from consult.core.forms import Form
from consult.core.i18n import _, gettext
from consult.core.rules import Refused, refusal
from consult.groups import actions, queries, rules
from consult.groups.forms import GroupForm, LeaveForm, ReasonForm
from consult.groups.models import Group
from consult.journal.actions import commit, rollback
from consult.people.session import actor

bp = Blueprint("groups", __name__)


@bp.get("/consultations/<slug>/regroupements")
def index(slug: str) -> str:
    """The groups of a consultation."""
    campaign = by_slug_or_404(slug, actor())
    return render_template(
        "groups/index.html",
        campaign=campaign,
        groups=queries.of_campaign(campaign),
        may_gather=refusal(rules.gather, actor(), campaign) is None,
    )


@bp.get("/regroupements/<int:id>")
def show(id: int) -> str:
    """A group: its originals, its supports once a person, all it was before."""
    group = queries.group_or_404(id)
    campaign = by_slug_or_404(group.campaign.slug, actor())
    originals = queries.originals(group)
    shown = [one for one in originals if one.is_public]
    is_open = not campaign.counts_hidden
    tells = is_open and queries.tells_apart(shown)
    versions, vote = queries.versions(group), campaign.phase(PhaseKind.VOTE)
    gathered_at = queries.gathered_at(versions)
    ended = vote.closes_at if vote and vote.is_past else None
    reads = refusal(rules.read_objections, actor(), campaign) is None
    return render_template(
        "groups/show.html",
        group=group,
        campaign=campaign,
        originals=shown,
        hidden=len(originals) - len(shown),
        has_counts=is_open,
        few=queries.FEW if tells else None,
        supporters=queries.supporters(group) if is_open and not tells else None,
        versions=versions,
        gathered_at=gathered_at if ended and gathered_at > ended else None,
        is_agent=refusal(facilitate, actor(), campaign) is None,
        objections=queries.objections(group) if reads else [],
        may_answer=refusal(work, actor(), campaign) is None,
        reader=actor(),
    )


@algorithm(
    Kind.GROUPING,
    _("Contributions gathered in a group"),
    purpose=_("To read together, and answer at once, contributions that say the same."),
    data=_("The contributions a facilitator ticks; a machine suggests and never gathers."),
    rule=_(
        "A facilitator decides and says why in public. Nothing is merged: each contribution keeps"
        " its text, author, date, place, supports and answer. Its author leaves at once if the"
        " group does not represent them, and nobody may put it back without them."
    ),
)
@bp.route("/consultations/<slug>/regroupements/nouveau", methods=["GET", "POST"])
def gather(slug: str) -> ResponseReturnValue:
    """Tick what says the same, give it a neutral title, say why."""
    campaign = by_slug_or_404(slug, actor())
    rules.gather(actor(), campaign)
    form = GroupForm()
    if request.method == "POST" and (made := queries.with_key(form.key.data)):
        return redirect(url_for(".show", id=made.id), 303)
    chosen = queries.choices(campaign, [*_ticked(), *form.numbers()])
    if form.sent():
        texts, said = [one.contribution for one in chosen], form.said()
        group = _done(
            form, lambda: actions.gather(actor(), campaign, texts, key=form.key.data, **said)
        )
        if made := group or queries.with_key(form.key.data):
            flash(gettext("The group is open. The authors are told."), "success")
            return redirect(url_for(".show", id=made.id), 303)
    return _gathering(campaign, form, chosen), 422 if form.form_errors else 200


@bp.route("/regroupements/<int:id>/modifier", methods=["GET", "POST"])
def change(id: int) -> ResponseReturnValue:
    """Another title, more or fewer contributions, and why."""
    group = queries.group_or_404(id)
    rules.change(actor(), group)
    form = GroupForm(title=group.title)
    if request.method == "GET":
        ids = [*sorted(queries.member_ids(group)), *_ticked()]
    else:
        ids = [*_ticked(), *form.numbers()]
    chosen = queries.choices(group.campaign, ids)
    if form.sent():
        texts, said = [one.contribution for one in chosen], form.said()
        if _done(form, lambda: actions.change(actor(), group, texts, **said)):
            flash(gettext("The group is changed. Those concerned are told."), "success")
            return redirect(url_for(".show", id=group.id), 303)
    return _gathering(group.campaign, form, chosen, group), 422 if form.form_errors else 200


def _done(form: GroupForm, act: Callable[[], Group]) -> Group | None:
    """The group once this is done; where it cannot be, the form says why."""
    try:
        group = act()
        commit()
        return group
    except Refused as refused:
        reason = refused.reason
    except IntegrityError:  # gathered elsewhere, or sent twice, at the same moment
        reason = _("Somebody gathered one of these meanwhile. Look again.")
    rollback()
    form.form_errors.append(reason)
    return None


def _ticked() -> list[int]:
    return request.values.getlist("c", type=int)


def _gathering(
    campaign: Campaign, form: GroupForm, chosen: list[queries.Choice], group: Group | None = None
) -> str:
    """The form, with what was ticked, and beside it what a machine finds alike."""
    known = {one.contribution.id for one in chosen}
    found = queries.suggested(chosen[0].contribution) if chosen else []
    offered = queries.choices(campaign, [one.id for one in found if one.id not in known])
    return render_template(
        "groups/gather.html",
        campaign=campaign,
        group=group,
        form=form,
        chosen=chosen,
        offered=offered,
    )


@bp.route("/regroupements/<int:id>/dissoudre", methods=["GET", "POST"])
def dissolve(id: int) -> ResponseReturnValue:
    group = queries.group_or_404(id)
    rules.dissolve(actor(), group)
    form = ReasonForm()
    if form.sent():
        actions.dissolve(actor(), group, reason=form.reason.data)
        commit()
        flash(gettext("The group is dissolved. Each contribution stands alone again."), "success")
        return redirect(url_for(".show", id=group.id), 303)
    return render_template("groups/dissolve.html", group=group, campaign=group.campaign, form=form)


@bp.route("/contributions/<int:id>/quitter-le-groupe", methods=["GET", "POST"])
@bp.route("/recepisse/<receipt>/quitter-le-groupe", methods=["GET", "POST"])
def leave(id: int = 0, receipt: str = "") -> ResponseReturnValue:
    """« This does not represent me »: out at once."""
    contribution = _by_number_or_receipt(id, receipt)
    stands = rules.leave(actor(), contribution, receipt=contribution.receipt if receipt else "")
    form = LeaveForm()
    if form.sent():
        actions.leave(
            actor(),
            contribution,
            receipt=contribution.receipt if receipt else "",
            words=form.words.data,
        )
        commit()
        flash(gettext("Your contribution left the group and stands alone."), "success")
        return redirect(_own_page(contribution, receipt), 303)
    return render_template(
        "groups/leave.html",
        contribution=contribution,
        campaign=contribution.campaign,
        stands=stands,
        form=form,
        back=_own_page(contribution, receipt),
    )


@bp.route("/contributions/<int:id>/accepter-un-groupe", methods=["GET", "POST"])
@bp.route("/recepisse/<receipt>/accepter-un-groupe", methods=["GET", "POST"])
def agree(id: int = 0, receipt: str = "") -> ResponseReturnValue:
    """An author takes back that the contribution is to stand alone."""
    contribution = _by_number_or_receipt(id, receipt)
    own = contribution.receipt if receipt else ""
    rules.agree(actor(), contribution, receipt=own)
    if request.method == "POST":
        actions.agree(actor(), contribution, receipt=own)
        commit()
        flash(gettext("Your contribution may stand in a group again."), "success")
        return redirect(_own_page(contribution, receipt), 303)
    return render_template(
        "groups/agree.html",
        contribution=contribution,
        campaign=contribution.campaign,
        form=Form(),
        back=_own_page(contribution, receipt),
    )


def _by_number_or_receipt(id: int, receipt: str) -> Contribution:
    if receipt:
        return contributions.by_receipt_or_404(receipt)
    contribution = contributions.by_id_or_404(id)
    if not contributions.is_visible_to(actor(), contribution):
        raise NotFound
    return contribution


def _own_page(contribution: Contribution, receipt: str) -> str:
    if receipt:
        return url_for("contributions.receipt", receipt=contribution.receipt)
    return url_for("contributions.show", id=contribution.id)


@bp.app_template_global("group_of")
def _place(contribution: Any) -> queries.Place:
    """In which group a contribution stands, for its pages."""
    return queries.place(contribution)


@bp.app_template_global("may_gather")
def _may_gather(campaign: Campaign) -> bool:
    return refusal(rules.gather, actor(), campaign) is None


@bp.app_template_global("alike_to")
def _alike(contribution: Any) -> list[Any]:
    """What is on show and says nearly the same, for facilitators."""
    return queries.suggested(contribution)
