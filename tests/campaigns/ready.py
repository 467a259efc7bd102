"""Campaigns brought to each moment of their life through the doors a facilitator uses."""

from datetime import date, timedelta

from consult.campaigns import actions
from consult.campaigns.actions import Dates
from consult.campaigns.models import Campaign, LegalNature, PhaseKind
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.people.models import Follow, RoleName, User
from tests.factories import make_user

PDF = b"%PDF-1.4 une note"
TEXTS = {
    "question": "Comment partager la place du marché ?",
    "presentation": "La place a **trente ans**.",
    "decider": "Le conseil municipal",
    "legal_nature": LegalNature.OPEN_CONSULTATION,
    "audience": "Toute personne qui habite ici.",
    "rules": "Cinq contributions au plus.",
    "purpose": "Une réponse à chaque contribution.",
    "offline": "Des bulletins à l'accueil de la mairie.",
    "privacy": "Votre adresse sert à vous répondre.",
    "contact": "01 23 45 67 89",
}


def facilitator() -> User:
    return make_user(RoleName.FACILITATOR)


def calendar(first: date) -> dict[PhaseKind, Dates]:
    """Three weeks to propose, two to vote, a month to answer."""

    def days(start: int, end: int | None) -> Dates:
        last = None if end is None else first + timedelta(days=end)
        return Dates(first + timedelta(days=start), last)

    return {
        PhaseKind.PROPOSE: days(0, 20),
        PhaseKind.VOTE: days(21, 34),
        PhaseKind.ANSWER: days(35, 64),
        PhaseKind.FOLLOW_UP: days(65, None),
    }


def ready(actor: User, *, first: date | None = None, title: str = "La place") -> Campaign:
    """A draft that lacks nothing; its first day is today unless another is given."""
    campaign = actions.create(actor, title=title)
    actions.edit(actor, campaign, **TEXTS)
    actions.schedule(actor, campaign, calendar(first or clock.today()))
    actions.set_themes(actor, campaign, [(None, "Arbres"), (None, "Bancs")])
    actions.add_place(actor, campaign, name="Place du Marché")
    actions.add_document(actor, campaign, data=PDF, name="Étude.pdf", title="Étude")
    commit()
    return campaign


def published(actor: User, **options: object) -> Campaign:
    campaign = ready(actor, **options)  # type: ignore[arg-type]
    actions.publish(actor, campaign)
    commit()
    return campaign


def follow(user: User, campaign: Campaign) -> None:
    db.session.add(Follow(user_id=user.id, subject_kind="campaign", subject_id=campaign.id))
    db.session.commit()
