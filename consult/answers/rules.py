"""Who may answer for the town, and when the town may say that it has answered."""

from datetime import date

from consult.answers.models import SavedWording
from consult.answers.queries import coverage
from consult.campaigns.models import Campaign, State
from consult.campaigns.queries import awaits_votes
from consult.contributions.models import Contribution, Outcome
from consult.core.i18n import _, n_
from consult.core.rules import Refused, require
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.pluralism import rules as pluralism
from consult.pluralism.models import Publication
from consult.posts.models import Status


def work(actor: User | None, campaign: Campaign | None = None) -> None:
    """Those who answer for the town: the council's desk and the facilitators."""
    has_role(actor, RoleName.COUNCIL, RoleName.FACILITATOR, campaign=campaign)


def read(actor: User | None, campaign: Campaign) -> None:
    """The guarantor reads the desk, notes included, and changes nothing."""
    has_role(actor, RoleName.COUNCIL, RoleName.FACILITATOR, RoleName.GUARANTOR, campaign=campaign)


def export_complete(actor: User | None, campaign: Campaign) -> None:
    """A facilitator or an administrator; never who sits at the council's desk (R11, CNIL).

    What participants gave the town is no file for whoever may stand for election. A second person
    signs, and the log keeps who took it.
    """
    has_role(actor, RoleName.FACILITATOR, RoleName.ADMINISTRATOR, campaign=campaign)
    assert actor is not None  # noqa: S101
    require(
        all(role.name != RoleName.COUNCIL for role in actor.roles),
        _("Whoever holds the council's desk takes no file of participants (CNIL)."),
    )
    require(campaign.is_public, _("This campaign was never announced."))


def answer(
    actor: User | None,
    contribution: Contribution,
    *,
    outcome: Outcome | None = None,
    part: str = "",
    words: str | None = None,
    signatory: str | None = None,
    unit: str | None = None,
) -> None:
    """A published contribution may be answered, always with words, a name and a service."""
    work(actor, contribution.campaign)
    require(
        contribution.campaign.state in (State.PUBLISHED, State.RESULTS),
        _("This campaign is not under way."),
    )
    require(
        contribution.status == Status.PUBLISHED,
        _("Only what is published is answered; a refusal has its own reasons."),
    )
    if outcome is None:
        return
    require(words and words.strip(), _("An answer is always given in words."))
    require(signatory and signatory.strip(), _("Please say who signs the answer."))
    require(unit and unit.strip(), _("Please say for which service the answer is given."))
    require(outcome != Outcome.PARTLY or part.strip(), _("Please say which part is retained."))


def assign(actor: User | None, contribution: Contribution, *, due_on: date | None = None) -> None:
    work(actor, contribution.campaign)
    require(contribution.status == Status.PUBLISHED, _("This contribution is not published."))


def note(actor: User | None, contribution: Contribution) -> None:
    work(actor, contribution.campaign)


def save_wording(actor: User | None) -> None:
    work(actor)


def remove_wording(actor: User | None, wording: SavedWording) -> None:
    work(actor)
    require(wording.removed_at is None, _("This wording was already taken away."))


def publish_results(actor: User | None, campaign: Campaign, *, words: str | None = None) -> None:
    """Results stand once nobody can take part any more and everybody has an answer (R6)."""
    work(actor, campaign)
    require(campaign.state == State.PUBLISHED, _("The results of this campaign are published."))
    require(
        campaign.has_closed or not campaign.opens_at,
        _("People may still take part: results come after the last day."),
    )
    require(
        not awaits_votes(campaign),
        _("A secret vote was announced here and is not counted yet: the results come after it."),
    )
    missing = coverage(campaign).missing
    if missing:
        raise Refused(
            n_(
                "%(num)d published contribution has no answer yet.",
                "%(num)d published contributions have no answer yet.",
                missing,
            )
        )
    pluralism.be_signed_off(Publication.RESULTS, campaign)
    if words is not None:
        require(words.strip(), _("Please sum up what was heard and what will be done."))
