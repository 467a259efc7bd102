"""What can happen: a consultation that evaluates a plan begins, filled in from what is known."""

from consult.campaigns import rules as campaigns
from consult.campaigns.models import Campaign, CampaignDocument
from consult.campaigns.queries import is_slug_taken
from consult.core import clock, files
from consult.core.db import db
from consult.core.i18n import gettext
from consult.core.slugs import distinct, slugify
from consult.evaluations import queries, rules
from consult.evaluations.queries import Matter
from consult.journal.actions import record
from consult.people.models import User


def open(
    actor: User | None,
    matter: Matter,
    *,
    title: str,
    question: str = "",
    paper: bytes,
    key: str | None = None,
) -> Campaign:
    """A facilitator begins the evaluation of a plan, out of sight until it is ready.

    Its themes, places and presentation come from the plan, its sheets and its indicators as they
    stand today; `paper`, the plan as PDF, is the first document of its file. (Framework of the
    city contracts 2024-2030: residents take part in the mid-term review.)
    """
    plan = matter.plan
    rules.open(actor, plan)
    campaigns.entitle(title)
    campaign = Campaign(
        slug=distinct(slugify(title, default="evaluation"), is_slug_taken),
        title=title,
        question=question,
        presentation=queries.presentation(matter),
        themes=queries.themes(matter),
        places=[plan.place] if plan.place else [],
        evaluates_id=plan.id,
        is_demo=plan.is_demo,
        key=key,
        author_id=actor.id if actor else None,
    )
    db.session.add(campaign)
    db.session.flush()
    db.session.add(
        CampaignDocument(
            campaign_id=campaign.id,
            file=files.keep(paper, f"{plan.slug}.pdf", "application/pdf"),
            title=plan.title,
            nature=gettext("The plan as it stands"),
            dated_on=clock.today(),
        )
    )
    record("evaluations.open", actor, campaign, evaluates_id=plan.id)
    return campaign
