"""Who may prepare, open, change and end a campaign, and when."""

from collections.abc import Sequence
from datetime import datetime

from consult.campaigns.models import (
    Campaign,
    CampaignDocument,
    Identity,
    Phase,
    State,
    known_by,
)
from consult.campaigns.queries import (
    NO_REFERENDUM,
    NOT_ASSESSED,
    awaits_votes,
    gaps,
    missing_words,
    says_referendum,
)
from consult.core.i18n import _, day
from consult.core.rules import Refused, require
from consult.people.models import RoleName, User
from consult.people.rules import has_role, takes_part


def facilitate(actor: User | None, campaign: Campaign) -> None:
    """A facilitator of the site, or of this campaign."""
    has_role(actor, RoleName.FACILITATOR, campaign=campaign)


def not_guarantor(actor: User | None, campaign: Campaign) -> None:
    """Anybody but who watches over it."""
    require(
        actor is None or not actor.bears(RoleName.GUARANTOR, campaign_id=campaign.id),
        _("The guarantor watches over the consultation and does not take part in it."),
    )


def take_part(actor: User | None, campaign: Campaign) -> None:
    """What writing, commenting and supporting ask alike: neither suspended, nor the guarantor."""
    if actor is not None:
        takes_part(actor)
    not_guarantor(actor, campaign)


def preview(actor: User | None, campaign: Campaign) -> None:
    """Those who prepare it, and those who watch over it."""
    has_role(
        actor,
        RoleName.FACILITATOR,
        RoleName.GUARANTOR,
        RoleName.ADMINISTRATOR,
        campaign=campaign,
    )


def create(actor: User | None) -> None:
    has_role(actor, RoleName.FACILITATOR)


def copy(actor: User | None, campaign: Campaign) -> None:
    create(actor)


def entitle(title: str) -> None:
    """A title is not empty, and never says « référendum »."""
    require(title.strip(), _("Please give a title."))
    require(not says_referendum(title), NO_REFERENDUM)


def discard(actor: User | None, campaign: Campaign) -> None:
    """A draft may be thrown away; what was published is cancelled, and says so."""
    facilitate(actor, campaign)
    require(not campaign.is_public, _("It was published: it may be cancelled, not thrown away."))


def edit(actor: User | None, campaign: Campaign) -> None:
    """Its texts, as long as it lives; what frames it freezes at opening (see `change_rules`)."""
    facilitate(actor, campaign)
    _lives(campaign)


def schedule(actor: User | None, campaign: Campaign) -> None:
    """Its calendar, freely, until it opens."""
    facilitate(actor, campaign)
    _lives(campaign)
    require(
        not campaign.has_opened,
        _("The campaign has opened: its steps may only be made longer, with a public reason."),
    )


def set_themes(actor: User | None, campaign: Campaign) -> None:
    edit(actor, campaign)


def add_place(actor: User | None, campaign: Campaign) -> None:
    edit(actor, campaign)


def remove_place(actor: User | None, campaign: Campaign) -> None:
    edit(actor, campaign)


def add_document(actor: User | None, campaign: Campaign) -> None:
    edit(actor, campaign)


def remove_document(
    actor: User | None, campaign: Campaign, document: CampaignDocument, reason: str | None = None
) -> None:
    """Freely before opening; afterwards its title and the reason stay in sight."""
    edit(actor, campaign)
    require(not document.removed_at, _("This document was already taken away."))
    if campaign.has_opened:
        require(
            len(campaign.file_on_show) > 1,
            _("The file of an open campaign is never empty: add the corrected document first."),
        )
    if reason is not None and campaign.has_opened:
        require(reason.strip(), _("Please say why: the reason is shown to everybody."))


def publish(actor: User | None, campaign: Campaign) -> None:
    """Only once nothing is missing."""
    facilitate(actor, campaign)
    require(campaign.state == State.DRAFT, _("This campaign is already published."))
    stay_ready(campaign)


def stay_ready(campaign: Campaign) -> None:
    """Nothing of what the law and good faith ask for is missing."""
    if missing := gaps(campaign):
        raise Refused(_("The campaign is not ready. %(missing)s", missing=missing_words(missing)))


def stay_framed(campaign: Campaign) -> None:
    """Whatever changes, what frames the campaign stays said."""
    if missing := [gap for gap in gaps(campaign) if gap.page == "edit"]:
        raise Refused(missing[0].words)


def stay_assessed(campaign: Campaign) -> None:
    """Where people prove who they are, somebody validated the impact assessment and said when."""
    is_asked = campaign.is_public and campaign.accepted
    require(not is_asked or campaign.dpia_on, NOT_ASSESSED)


def stay_counted(campaign: Campaign, ways: Sequence[str]) -> None:
    """Once somebody may count, what they are known by stays: by another key they count again."""
    before = known_by(campaign.ways)
    is_counting = campaign.has_opened or (campaign.is_public and before != Identity.EMAIL)
    require(
        not is_counting or known_by(ways) == before,
        _(
            "Here people count once by their account, by a letter, or by who they are, and some may"
            " count already: known in another way, they would count a second time. Prepare another"
            " consultation instead."
        ),
    )


def freeze(actor: User | None, campaign: Campaign) -> None:
    """The clock decides: once it has opened."""
    require(campaign.has_opened, _("This campaign has not opened yet."))


def change_rules(actor: User | None, campaign: Campaign) -> None:
    """What frames an open campaign changes in the open, with a reason."""
    facilitate(actor, campaign)
    _lives(campaign)
    require(
        campaign.has_opened,
        _("The campaign has not opened yet: its rules may still be edited freely."),
    )
    require(
        not campaign.has_closed,
        _("Nobody can take part any more: the rules stay as they were."),
    )


def extend(
    actor: User | None,
    campaign: Campaign,
    phase: Phase,
    closes_at: datetime | None = None,
) -> None:
    """A step that is not over may be made longer, never shorter."""
    facilitate(actor, campaign)
    _lives(campaign)
    require(
        campaign.has_opened,
        _("The campaign has not opened yet: its calendar may still be edited freely."),
    )
    require(phase.closes_at, _("This step has no last day: there is nothing to push back."))
    assert phase.closes_at is not None  # noqa: S101
    last = day(phase.closes_at)
    require(not phase.is_past, _("This step ended on %(day)s: it cannot open again.", day=last))
    if closes_at is not None:
        require(
            closes_at >= phase.closes_at,
            _(
                "People were told they had until %(day)s: once a campaign has opened, a step may"
                " be made longer, never shorter.",
                day=last,
            ),
        )
        require(closes_at != phase.closes_at, _("This step already ends on %(day)s.", day=last))


def cancel(actor: User | None, campaign: Campaign) -> None:
    """What was announced and will not be carried through is said to be so."""
    facilitate(actor, campaign)
    require(campaign.state != State.DRAFT, _("This campaign was never announced."))
    _lives(campaign)
    require(
        not awaits_votes(campaign),
        _("A secret vote was announced here: cancel it first, which two people sign."),
    )


def _lives(campaign: Campaign) -> None:
    require(campaign.state != State.CANCELLED, _("This campaign was cancelled."))
    require(
        campaign.state != State.RESULTS,
        _("The results are published: the campaign stays as it was."),
    )
