"""Who may do what to a plan, its engagements and its actions, and when."""

from typing import Any

from consult.contributions.models import Contribution
from consult.core.i18n import _
from consult.core.rules import require
from consult.engagements import queries
from consult.engagements.models import (
    Action,
    Degree,
    Engagement,
    Origin,
    Picture,
    Plan,
    PlanState,
    Serves,
)
from consult.gaps.models import Gap
from consult.gaps.rules import be_open
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.pluralism import rules as pluralism
from consult.pluralism.models import Publication


def create(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def edit(actor: User | None, plan: Plan) -> None:
    has_role(actor, RoleName.COUNCIL, plan=plan)


def stay_as_adopted(plan: Plan, changes: dict[str, Any]) -> None:
    """The words the assembly voted on do not change afterwards."""
    voted = ("title", "subtitle", "introduction")
    require(
        plan.state == PlanState.DRAFT
        or all(getattr(plan, name) == changes.get(name, getattr(plan, name)) for name in voted),
        _("The plan was adopted with this title and these words: they no longer change."),
    )


def commit(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def undertake(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def revise(actor: User | None, subject: Engagement | Action) -> None:
    edit(actor, subject.plan)


def give_a_reason(plan: Plan, reason: str) -> None:
    """What was adopted changes only with a reason that everybody can read."""
    require(
        plan.state == PlanState.DRAFT or reason.strip(),
        _("The plan was adopted: say why this changes. The reason is public."),
    )


def have_an_engagement(engagements: list[Engagement], plan: Plan) -> None:
    require(
        engagements and all(one.plan_id == plan.id for one in engagements),
        _("An action serves at least one engagement of its plan."),
    )


def stand_elsewhere(engagement: Engagement, parent: Engagement | None) -> None:
    """An engagement does not stand under itself."""
    above = parent
    while above is not None:
        require(above is not engagement, _("An engagement cannot stand under itself."))
        above = queries.engagement_or_404(above.plan, above.parent_id) if above.parent_id else None


def appoint(actor: User | None, action: Action) -> None:
    edit(actor, action.plan)


def move(actor: User | None, row: Engagement | Serves) -> None:
    plan = row.plan if isinstance(row, Engagement) else row.engagement.plan
    edit(actor, plan)
    be_a_draft(plan)


def remove(actor: User | None, subject: Engagement | Action) -> None:
    edit(actor, subject.plan)
    be_a_draft(subject.plan)
    if isinstance(subject, Engagement):
        require(
            not queries.has_below(subject),
            _("Something still stands under this engagement: move it or remove it first."),
        )


def be_a_draft(plan: Plan) -> None:
    require(
        plan.state == PlanState.DRAFT,
        _("The plan was adopted: what it promises keeps its place and stays."),
    )


def trace(actor: User | None, plan: Plan) -> None:
    """Saying whose words something comes from: the council's desk, and facilitators."""
    has_role(actor, RoleName.COUNCIL, RoleName.FACILITATOR, plan=plan)


def tie(actor: User | None, subject: Engagement | Action, contribution: Contribution) -> None:
    trace(actor, subject.plan)
    require(
        contribution.is_public,
        _("Only a published contribution can be shown as the origin of a promise."),
    )


def say_which_part(degree: Degree, words: str) -> None:
    require(
        degree == Degree.WHOLE or words.strip(),
        _("Say which part of the contribution was taken up."),
    )


def untie(actor: User | None, origin: Origin) -> None:
    trace(actor, origin.plan)


def adopt(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)
    require(plan.state == PlanState.DRAFT, _("This plan was already adopted."))
    require(
        not queries.is_empty(plan),
        _("This plan is empty: it needs at least one engagement with one action."),
    )


def be_carried(votes_for: int | None, votes_against: int | None) -> None:
    """More for than against, where both are known."""
    known = votes_for is not None and votes_against is not None
    require(
        not known or votes_for > votes_against,  # type: ignore[operator]
        _("With these votes the plan was not adopted: there must be more for than against."),
    )


def publish(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)
    require(plan.state != PlanState.PUBLISHED, _("This plan is already published."))
    require(
        plan.state == PlanState.ADOPTED,
        _("The council must adopt this plan before it is published."),
    )
    pluralism.be_signed_off(Publication.PLAN, plan)


def illustrate(actor: User | None, plan: Plan, picture: Picture | None = None) -> None:
    edit(actor, plan)
    require(
        picture is None or picture.file_id is None,
        _("This picture is already in place."),
    )


def fill(actor: User | None, item: Gap, plan: Plan) -> None:
    edit(actor, plan)
    be_open(item)
