"""Plans to start a test from: written, adopted, published."""

from datetime import date
from pathlib import Path
from typing import Any

from consult.engagements import actions as engagements
from consult.engagements import documents
from consult.engagements.models import Action, Engagement, Plan
from consult.followup import actions as followup
from consult.followup.models import Evidence, EvidenceKind
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from tests.factories import make_user

OWN = Path(__file__).resolve().parent.parent / "data" / "plan.json"


def clerk() -> User:
    return make_user(RoleName.COUNCIL, name="Camille Martin", position="Secrétariat général")


def make_plan(actor: User, *titles: str, campaigns=(), origins=(), **fields: Any) -> Plan:
    """A draft with one engagement and an action for each title."""
    plan = engagements.create(actor, title="Un port pour tous", campaigns=campaigns)
    commit()
    engagement = engagements.commit(actor, plan, title="Un quai sûr", number="AXE 1")
    for title in titles or ("Éclairer le môle",):
        engagements.undertake(
            actor, plan, title=title, engagements=[engagement], origins=origins, **fields
        )
    commit()
    return plan


def adopted(actor: User, plan: Plan, **act: Any) -> Plan:
    said = {"title": plan.title, "assembly": "Conseil municipal", "adopted_on": date(2026, 6, 1)}
    engagements.adopt(actor, plan, **{**said, **act})
    commit()
    return plan


def published(actor: User, plan: Plan) -> Plan:
    adopted(actor, plan)
    engagements.publish(actor, plan)
    commit()
    return plan


def link() -> Evidence:
    return Evidence(kind=EvidenceKind.LINK, title="Le compte rendu", url="https://exemple.fr/cr")


def carried_in(source: Any = OWN) -> Plan:
    """The plan of a document, our own unless another is named."""
    plan = followup.import_plan(clerk(), documents.read(source))
    commit()
    return plan


def first_action(plan: Plan) -> Action:
    return Action.query.filter_by(plan_id=plan.id).order_by(Action.id).first()


def first_engagement(plan: Plan) -> Engagement:
    return Engagement.query.filter_by(plan_id=plan.id).order_by(Engagement.id).first()
