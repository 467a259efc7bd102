"""Who may do what to a plan, its engagements, actions, sheets, amounts and moments, and when."""

from datetime import date
from typing import Any

from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import require
from consult.council.models import CARRIED, Act
from consult.engagements import queries, sheets
from consult.engagements.models import (
    Action,
    Amount,
    Degree,
    Engagement,
    Moment,
    MomentKind,
    Origin,
    Picture,
    Plan,
    PlanState,
    Serves,
    Sheet,
    SheetState,
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
            not queries.has_below(subject) and not sheets.has_sheets(subject),
            _("Something still stands under this engagement: move it or remove it first."),
        )


def discard(actor: User | None, plan: Plan) -> None:
    """A plan the assembly has not adopted may be thrown away, once it is empty."""
    edit(actor, plan)
    be_a_draft(plan)


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


def be_voted(act: Act) -> None:
    """A plan is adopted by an act of which a vote is known, and that said yes."""
    require(
        act.has_vote and act.state in CARRIED,
        _("Nothing says yet that the assembly voted this act."),
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


def describe(actor: User | None, picture: Picture) -> None:
    edit(actor, picture.plan)
    be_in_place(picture)


def take_down(actor: User | None, picture: Picture) -> None:
    edit(actor, picture.plan)
    be_in_place(picture)


def be_in_place(picture: Picture) -> None:
    require(picture.file_id is not None, _("This picture is not in place yet."))


def be_described(credit: str, alternative: str, *, is_decorative: bool) -> None:
    """No picture is shown without its credit, nor without words for those who do not see it."""
    require(credit.strip(), _("Please say who made it, or who holds its rights."))
    require(
        alternative.strip() or is_decorative,
        _("Say what the picture shows, or tick that it only decorates."),
    )


def fill(actor: User | None, item: Gap, plan: Plan) -> None:
    edit(actor, plan)
    be_open(item)


# The shape of a plan.


def rename_level(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def open_version(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)
    require(
        plan.state != PlanState.DRAFT,
        _("The first version opens when the assembly adopts the plan."),
    )


# Action sheets.


def announce(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def correct_sheet(actor: User | None, sheet: Sheet) -> None:
    edit(actor, sheet.plan)


def move_sheet(actor: User | None, sheet: Sheet) -> None:
    edit(actor, sheet.plan)


def write_sheet(actor: User | None, sheet: Sheet) -> None:
    edit(actor, sheet.plan)


def publish_sheet(actor: User | None, sheet: Sheet) -> None:
    edit(actor, sheet.plan)
    require(
        sheet.draft is not None or sheet.state == SheetState.PUBLISHED,
        _("Nothing is written yet: write the sheet first."),
    )
    require(
        sheet.draft is not None,
        _("Nothing new was written: what is published already says all there is."),
    )


def be_entitled(said: sheets.Content) -> None:
    """A sheet is published under a title."""
    require(said["title"], _("Give the sheet its title before publishing it."))


def say_something_new(sheet: Sheet, said: sheets.Content) -> None:
    """One sheet stands once in a plan."""
    twin = sheets.twin_of(sheet, said)
    require(
        twin is None,
        _(
            "This sheet is already in the plan, word for word: “%(title)s”.",
            title=twin.name if twin else "",
        ),
    )


def say_why(sheet: Sheet, reason: str) -> None:
    """Whoever read the last text is told why there is another."""
    require(
        sheet.state == SheetState.ANNOUNCED or reason.strip(),
        _("This sheet was published: say why its text changes. The reason is public."),
    )


def remove_sheet(actor: User | None, sheet: Sheet) -> None:
    edit(actor, sheet.plan)
    be_a_draft(sheet.plan)
    require(
        sheet.state == SheetState.ANNOUNCED,
        _("This sheet was published: it stays, and so does each of its texts."),
    )


# Money.


def note_amount(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def correct_amount(actor: User | None, amount: Amount) -> None:
    edit(actor, amount.plan)


def strike_amount(actor: User | None, amount: Amount) -> None:
    edit(actor, amount.plan)


def be_an_amount(cents: int | None) -> None:
    """Words that give one amount, so that it can be sorted and summed."""
    require(
        cents is not None,
        _("These words give no amount, or several. Write one: 157 M€, 28 million euros, 1,349 €."),
    )


def explain_the_correction(plan: Plan, reason: str) -> None:
    """A figure everybody could read changes only with a reason."""
    require(
        not plan.is_public or reason.strip(),
        _("This amount was public: say why it changes. The reason is public too."),
    )


# Moments.


def schedule(actor: User | None, plan: Plan) -> None:
    edit(actor, plan)


def reschedule(actor: User | None, moment: Moment) -> None:
    edit(actor, moment.plan)


def unschedule(actor: User | None, moment: Moment) -> None:
    edit(actor, moment.plan)


def conclude(actor: User | None, moment: Moment) -> None:
    """The council's desk, or whoever is in charge of this moment."""
    if actor is None or actor.id != moment.pilot_id:
        edit(actor, moment.plan)
    require(
        moment.kind != MomentKind.MILESTONE,
        _("This is a date the plan mentions: there is nothing to hold."),
    )


def await_it(awaited: date | None, *, is_over: bool) -> None:
    """A moment that already took place does not take place again."""
    require(not is_over or awaited is not None, _("This moment already took place."))


def show_it(done_on: date, has_document: bool) -> None:
    """What took place is dated, not in the future, and shown by a document or an address."""
    require(done_on <= clock.today(), _("This day has not come yet."))
    require(has_document, _("Add the document, or the address where it can be read."))


def remind(actor: User | None, moment: Moment) -> None:
    edit(actor, moment.plan)
