"""What can happen after the promise: reports, editions, questions and replies, the agenda."""

from collections.abc import Iterable, Sequence
from datetime import date

from consult.core import clock, search
from consult.core.db import db
from consult.core.slugs import distinct, slugify
from consult.core.text import excerpt
from consult.engagements import audience, drafting
from consult.engagements import queries as engagements
from consult.engagements.documents import PlanDocument
from consult.engagements.models import Action, Plan, Progress
from consult.followup import asking, queries, rules
from consult.followup.carrying import carry
from consult.followup.models import (
    Edition,
    Evidence,
    Purpose,
    Question,
    Reminder,
    Rendezvous,
    Reply,
    Rhythm,
    StatusReport,
)
from consult.journal.actions import record
from consult.people import consents, letters
from consult.people.models import ConsentKind, User
from consult.people.queries import held
from consult.pluralism import queries as pluralism
from consult.pluralism.models import Publication
from consult.posts import queries as posts
from consult.posts import signs
from consult.posts.models import Status


def report(
    actor: User | None,
    action: Action,
    *,
    progress: Progress,
    effective_on: date | None = None,
    effective_words: str = "",
    words: str = "",
    evidence: Iterable[Evidence] = (),
    key: str | None = None,
) -> StatusReport:
    """The town says where an action stands, since when, on what evidence; who cares hears of it."""
    plan = action.plan
    drafting.hold(plan)
    rules.report(actor, action)
    if made := engagements.made_with(StatusReport, key):
        return made
    evidence = list(evidence)
    rules.be_complete(
        rules.missing(
            progress,
            effective_on=effective_on,
            effective_words=effective_words,
            words=words,
            evidence=[one.kind for one in evidence],
        )
    )
    said = StatusReport(
        action=action,
        plan_id=plan.id,
        progress=progress,
        effective_on=effective_on,
        effective_words=effective_words,
        words=words,
        author=actor,
        evidence=evidence,
        key=key,
    )
    db.session.add(said)
    action.reported(progress, clock.now())
    db.session.flush()
    told: list[User] = []
    if plan.is_public:
        search.mark("action", action.id, progress)
        told = audience.concerned(action)
    record("followup.report", actor, action, notify=told, report=said.id, progress=progress)
    return said


def publish_edition(
    actor: User | None,
    plan: Plan,
    *,
    title: str,
    as_of: date | None = None,
    as_of_words: str = "",
    introduction: str = "",
    key: str | None = None,
) -> Edition:
    """A dated picture of the whole plan is frozen and shown; its followers hear of it."""
    drafting.hold(plan)
    rules.publish_edition(actor, plan)
    rules.be_dated(as_of, as_of_words)
    if made := engagements.made_with(Edition, key):
        return made
    content = queries.picture(plan)
    edition = Edition(
        plan=plan,
        slug=distinct(slugify(title, default="edition"), lambda slug: queries.is_taken(plan, slug)),
        title=title,
        as_of=as_of,
        as_of_words=as_of_words,
        introduction=introduction,
        content=content,
        sha256=queries.fingerprint(content),
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
    )
    db.session.add(edition)
    pluralism.spend(Publication.EDITION, plan)
    db.session.flush()
    told = audience.followers(plan)
    record("followup.publish_edition", actor, edition, notify=told, sha256=edition.sha256)
    return edition


def import_plan(actor: User | None, document: PlanDocument) -> Plan:
    """A printed plan and its review are carried in, word for word, once."""
    rules.import_plan(actor)
    ref = f"plan:{slugify(document.title)}"
    plan = queries.carried_in(ref)
    rules.be_the_same(plan, document.raw)
    if plan is None:
        plan = carry(actor, document, ref)
        counted = {name: n for name, n in queries.figures(plan).items() if name != "plan"}
        record("followup.import_plan", actor, plan, **counted)
    return plan


# Questions.


def ask(
    actor: User | None,
    action: Action,
    *,
    body: str,
    purpose: Purpose = Purpose.ASK,
    byline: str = "",
    email: str = "",
    language: str = "fr",
    key: str | None = None,
    seen: Sequence[str] = (),
    agrees: bool = False,
) -> Question:
    """Somebody asks about an action, or says that it does not stand where the town says.

    `agrees`: its author just agreed to have their words published.
    Facilitators read it first; then whoever has the action in charge hears of it.
    """
    held(actor)
    rules.ask(actor, action)
    rules.have_a_status(action, purpose)
    if made := engagements.made_with(Question, key):
        return made
    if actor is not None:
        if agrees:
            consents.note(actor, ConsentKind.PUBLICATION)
        consents.agreed(actor, ConsentKind.PUBLICATION)
    question = Question(
        action=action,
        plan=action.plan,
        author=actor,
        byline=byline or None,
        email=email or None if actor is None else None,
        language=actor.language if actor else language,
        purpose=purpose,
        contested=action.progress if purpose == Purpose.CONTEST else None,
        key=key,
        status=Status.DRAFT,
        body=body,
    )
    signs.looked_at(question, actor, seen)
    question.move_to(Status.PENDING)
    question.say(excerpt(body, 90), body, actor)
    to = actor.email if actor and actor.wants_mail and not actor.is_demo else question.email
    if to:
        letters.write(
            "followup.receipt",
            to,
            language=question.language,
            user=actor,
            receipt=question.receipt,
            action=action.title,
        )
    record("followup.ask", actor, question, notify=asking.readers(question), purpose=purpose)
    return question


def reply(
    actor: User | None,
    question: Question,
    *,
    words: str,
    signatory: str,
    unit: str,
    key: str | None = None,
) -> Reply:
    """The town replies, signed and dated, before everybody's eyes; who asked hears of it."""
    rules.reply(actor, posts.held(question))
    if made := engagements.made_with(Reply, key):
        return made
    reply = Reply(
        question=question,
        words=words,
        signatory=signatory,
        unit=unit,
        author_id=actor.id,  # type: ignore[union-attr]
        key=key,
    )
    db.session.add(reply)
    question.replied(clock.now())
    db.session.flush()
    if question.email:
        letters.write(
            "followup.replied",
            question.email,
            language=question.language,
            receipt=question.receipt,
            action=question.action.title,
        )
    told = [question.author, *audience.concerned(question.action)]
    record("followup.reply", actor, question, notify=told, reply=reply.id)
    return reply


def withdraw(actor: User | None, question: Question) -> None:
    """Its author takes it back; its address says so, and no letter follows it any more."""
    rules.withdraw(actor, posts.held(question))
    question.move_to(Status.WITHDRAWN)
    question.email = None
    record("followup.withdraw", actor, question)


# The agenda.


def schedule(
    actor: User | None,
    action: Action,
    *,
    name: str,
    first_on: date,
    starts_at: str = "",
    until: date | None = None,
    rhythm: Rhythm = Rhythm.DATE,
    except_on: Iterable[date] = (),
    place: str = "",
) -> Rendezvous:
    """A clerk gives the first day of something an action announces: its other days follow."""
    rules.schedule(actor, action, name)
    row = queries.rendezvous(action, name)
    if row is None:
        row = Rendezvous(action=action, plan_id=action.plan_id, name=name)
        db.session.add(row)
    row.first_on, row.starts_at, row.until = first_on, starts_at, until
    row.rhythm, row.place = rhythm, place
    row.except_on = sorted({day.isoformat() for day in except_on})
    row.changed_at = clock.now()
    db.session.flush()
    record("followup.schedule", actor, row, action=action.id, first_on=first_on)
    return row


def unschedule(actor: User | None, action: Action, *, name: str) -> None:
    """The first day was wrong or is no more: the words alone are shown again."""
    rules.unschedule(actor, action)
    if row := queries.rendezvous(action, name):
        db.session.delete(row)
    record("followup.unschedule", actor, action)


# Reminders.


def remind(actor: User | None, user: User, *, due: queries.Due) -> Reminder:
    """Somebody is told what waits for them: all of it at once, once a week at most."""
    rules.remind(actor, user)
    reminder = Reminder(user_id=user.id, week=f"{clock.today():%G-W%V}")
    db.session.add(reminder)
    db.session.flush()
    record(
        "followup.remind",
        actor,
        user,
        notify=[user],
        late=due.late,
        stale=due.stale,
        questions=due.questions,
    )
    return reminder
