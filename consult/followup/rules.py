"""Who may say where an action stands, ask about it, reply, and fill its agenda."""

from collections.abc import Collection
from datetime import date

from flask_babel.speaklater import LazyString

from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.engagements.models import Action, Plan, PlanState, Progress
from consult.followup import agenda, queries
from consult.followup.models import PROVES_NOTHING, EvidenceKind, Purpose, Question
from consult.followup.queries import REPORTERS
from consult.people.consents import may_agree
from consult.people.models import RoleName, User
from consult.people.rules import has_role, signed_in, takes_part
from consult.pluralism import rules as pluralism
from consult.pluralism.models import Publication
from consult.posts.models import Status


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
    if progress == Progress.DONE and not set(evidence) - set(PROVES_NOTHING):
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
    pluralism.be_signed_off(Publication.EDITION, plan)


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


# Questions.


def ask(actor: User | None, action: Action) -> None:
    """Anybody, with or without an account, about an action of a public plan."""
    require(action.plan.is_public, _("This plan is not public yet: nobody would read the reply."))
    if actor is not None:
        takes_part(actor)
        may_agree(actor)
    is_guarantor = actor is not None and actor.bears(RoleName.GUARANTOR, plan_id=action.plan_id)
    require(
        not is_guarantor,
        _("The guarantor watches over what is promised and does not take part in it."),
    )


def have_a_status(action: Action, purpose: Purpose) -> None:
    require(
        purpose != Purpose.CONTEST or action.progress != Progress.UNKNOWN,
        _("Nobody has said where this action stands: there is no status to contest. Ask instead."),
    )


def reply(actor: User | None, question: Question) -> None:
    """Whoever has the action in charge, or the desk; a reply is public, so the question must be."""
    signed_in(actor)
    if actor is None or actor.id != question.action.pilot_id:
        has_role(actor, *REPORTERS, plan=question.plan)
    require(
        question.is_public,
        _("This question is not on show: a reply would be read by nobody. It is moderated first."),
    )


def withdraw(actor: User | None, question: Question) -> None:
    """Its author; where nobody signed it, whoever holds its receipt."""
    if question.author_id is not None:
        signed_in(actor)
        require(
            actor is not None and actor.id == question.author_id,
            _("Only its author can withdraw a question."),
        )
    require(question.may_become(Status.WITHDRAWN), _("This question has already been withdrawn."))


# The agenda.


def schedule(actor: User | None, action: Action, name: str) -> None:
    """The council's desk, for something the action announces."""
    has_role(actor, RoleName.COUNCIL, plan=action.plan)
    require(name in agenda.names(action), _("This action announces nothing under that name."))


def unschedule(actor: User | None, action: Action) -> None:
    """As `schedule`, whatever the action still announces."""
    has_role(actor, RoleName.COUNCIL, plan=action.plan)


# Reminders.


def remind(actor: User | None, user: User) -> None:
    """Once a week at most, somebody who has something to do and wishes to get mail."""
    require(user.is_active and user.wants_mail, _("This person does not wish to get mail."))
    require(not queries.was_reminded(user), _("This person was reminded within the week."))
