"""Who may say where an action stands, and what must be shown with it."""

from collections.abc import Collection
from datetime import date

from flask_babel.speaklater import LazyString

from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.engagements.models import Action, Plan, PlanState, Progress
from consult.followup.models import EvidenceKind
from consult.followup.queries import REPORTERS
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in


def report(actor: User | None, action: Action) -> None:
    signed_in(actor)
    if actor is None or actor.id != action.pilot_id:
        has_role(actor, *REPORTERS, plan=action.plan)
    require(
        action.plan.state != PlanState.DRAFT,
        _("This plan is not adopted yet: there is nothing to report on."),
    )


def missing(
    progress: Progress,
    *,
    effective_on: date | None,
    effective_words: str = "",
    words: str = "",
    evidence: Collection[EvidenceKind] = (),
) -> dict[str, LazyString]:
    """What a report lacks, by the name of the field that lacks it."""
    lacks: dict[str, LazyString] = {}
    if effective_on is None and not effective_words.strip():
        lacks["effective_on"] = _("The date is missing: since when does it stand there?")
    elif effective_on is not None and effective_on > clock.today():
        lacks["effective_on"] = _("This date has not come yet.")
    if progress == Progress.DONE and not set(evidence) - {EvidenceKind.PROJECTION}:
        lacks["evidence"] = _(
            "The evidence is missing: a photograph, a document or a link that shows it is done."
        )
    if progress in (Progress.ABANDONED, Progress.SUSPENDED) and not words.strip():
        lacks["words"] = _("The reason is missing: it is public, and people are owed it.")
    return lacks


def be_complete(lacks: dict[str, LazyString]) -> None:
    """Nothing is said without what must come with it."""
    for reason in lacks.values():
        raise Refused(reason)


def publish_edition(actor: User | None, plan: Plan) -> None:
    has_role(actor, RoleName.COUNCIL, plan=plan)
    require(plan.is_public, _("Publish the plan first: an edition is a picture of a public plan."))


def be_dated(as_of: date | None, as_of_words: str) -> None:
    require(as_of or as_of_words.strip(), _("Say at which date the plan is pictured."))


def import_plan(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def be_the_same(carried_in: Plan | None, source: dict[str, object]) -> None:
    """A document is carried in once; what changes afterwards is revised in the open."""
    require(
        carried_in is None or carried_in.source == source,
        _(
            "A plan of this title was already carried in from another version of the document."
            " What was adopted is now revised on its own pages, with a reason."
        ),
    )
