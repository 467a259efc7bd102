"""Who may gather contributions, and who may take theirs out. Same names as actions.py."""

from collections.abc import Sequence

from consult.campaigns.models import Campaign
from consult.campaigns.rules import facilitate
from consult.contributions.models import Contribution
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.groups.models import Group
from consult.groups.queries import Standing, objected, objection, standing, standings
from consult.people.models import RoleName, User
from consult.people.rules import has_role


def gather(
    actor: User | None,
    campaign: Campaign,
    contributions: Sequence[Contribution] | None = None,
    *,
    title: str = "",
    reason: str = "",
) -> None:
    """A facilitator, for at least two contributions on show that stand in no group yet."""
    facilitate(actor, campaign)
    if contributions is not None:
        _together(campaign, contributions)
        _free(contributions, None)
        _said(title, reason)


def read_objections(actor: User | None, campaign: Campaign) -> None:
    """Those who gather, and the guarantor: whoever left wrote to them."""
    has_role(actor, RoleName.FACILITATOR, RoleName.GUARANTOR, campaign=campaign)


def change(
    actor: User | None,
    group: Group,
    contributions: Sequence[Contribution] | None = None,
    *,
    title: str = "",
    reason: str = "",
) -> None:
    """A facilitator, with the reason; whoever left is not put back."""
    facilitate(actor, group.campaign)
    require(group.dissolved_at is None, _("This group was dissolved."))
    if contributions is not None:
        _together(group.campaign, contributions)
        _free(contributions, group)
        _said(title, reason)


def dissolve(actor: User | None, group: Group, *, reason: str | None = None) -> None:
    facilitate(actor, group.campaign)
    require(group.dissolved_at is None, _("This group was dissolved."))
    if reason is not None:
        require(reason.strip(), _("Say why: the reason is public."))


def leave(actor: User | None, contribution: Contribution, *, receipt: str = "") -> Standing:
    """The author, at any time and at once; without an account, whoever holds the receipt."""
    _theirs(actor, contribution, receipt)
    stands = standing(contribution)
    if stands is None:
        raise Refused(_("This contribution stands in no group."))
    return stands


def agree(actor: User | None, contribution: Contribution, *, receipt: str = "") -> None:
    """The author alone takes back that they want to stand alone."""
    _theirs(actor, contribution, receipt)
    require(objection(contribution), _("Nothing was said against grouping this contribution."))


def _theirs(actor: User | None, contribution: Contribution, receipt: str) -> None:
    is_author = actor is not None and contribution.author_id == actor.id
    is_bearer = contribution.author_id is None and receipt == contribution.receipt
    require(
        is_author or is_bearer,
        _("This contribution is not yours: sign in, or come by the receipt of your contribution."),
    )


def _together(campaign: Campaign, contributions: Sequence[Contribution]) -> None:
    require(len(contributions) >= 2, _("A group holds at least two contributions."))
    require(
        all(one.campaign_id == campaign.id and one.is_public for one in contributions),
        _("Only published contributions of this consultation can be gathered."),
    )


def _free(contributions: Sequence[Contribution], group: Group | None) -> None:
    """None stands in another group, and no author is against it."""
    titles = {one.id: one.title for one in contributions}
    for id, stands in standings(titles).items():
        if group is None or stands.group_id != group.id:
            raise Refused(
                _(
                    "“%(title)s” already stands in the group “%(group)s”.",
                    title=titles[id],
                    group=stands.title,
                )
            )
    for id in objected(titles):
        raise Refused(
            _("The author of “%(title)s” wants it to stand alone.", title=titles[id]),
        )


def _said(title: str, reason: str) -> None:
    require(title.strip(), _("Give the group a title of its own, in neutral words."))
    require(reason.strip(), _("Say why: the reason is public."))
