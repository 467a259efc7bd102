"""What can happen after the promise: it is reported on, pictured, carried in from a document."""

from collections.abc import Iterable
from datetime import date

from consult.core import clock, search
from consult.core.db import db
from consult.core.slugs import distinct, slugify
from consult.engagements import drafting
from consult.engagements import queries as engagements
from consult.engagements.documents import PlanDocument
from consult.engagements.models import Action, Plan, Progress
from consult.followup import queries, rules
from consult.followup.carrying import carry
from consult.followup.models import Edition, Evidence, StatusReport
from consult.journal.actions import record
from consult.people.models import User


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
        told = engagements.concerned(action)
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
    db.session.flush()
    told = engagements.followers(plan)
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
