"""What an agent types of a sheet on which somebody supports contributions."""

from typing import Any

from wtforms import DateField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.forms import offered
from consult.core.i18n import _
from consult.identity.forms import PaperForm
from consult.posts.models import Channel
from consult.votes.queries import named_on_paper

ON_PAPER = (Channel.PAPER, Channel.COUNTER, Channel.MEETING, Channel.PHONE)
MOST = 50  # contributions typed in at once


class SheetForm(PaperForm):
    """Who, as the campaign knows people; then the contributions, by number or receipt."""

    channel = RadioField(
        _("How it came"),
        choices=offered(ON_PAPER),
        default=Channel.PAPER.value,
    )
    collected_on = DateField(
        _("Collected on"), [InputRequired(_("This is not a day. Write it as 31/12/2026."))]
    )
    names = TextAreaField(
        _("Contributions supported"),
        [InputRequired(_("Please say which contributions.")), Length(max=2000)],
        description=_("Their numbers or receipts, one a line."),
    )
    contributions: list[Contribution]

    def __init__(self, campaign: Campaign, **kwargs: Any) -> None:
        kwargs.setdefault("data", {"collected_on": clock.today()})
        super().__init__(campaign, **kwargs)
        if campaign.support_limit:
            self.names.description = _(
                "Their numbers or receipts, one a line. They count in the order written, as long as"
                " this person has supports left: %(number)d each.",
                number=campaign.support_limit,
            )

    def validate_names(self, field: TextAreaField) -> None:
        names = [line.strip().upper().lstrip("#") for line in (field.data or "").split("\n")]
        names = list(dict.fromkeys(name.replace(" ", "") for name in names if name))
        if len(names) > MOST:
            raise ValidationError(
                _(
                    "This sheet names %(number)d contributions: type in no more than %(most)d at"
                    " once, then the others on this page again, for the same person.",
                    number=len(names),
                    most=MOST,
                )
            )
        found = named_on_paper(self.campaign, names)
        if unknown := [name for name, one in zip(names, found, strict=True) if one is None]:
            raise ValidationError(
                _("No contribution of this consultation has this number: %(it)s.", it=unknown[0])
            )
        self.contributions = [one for one in found if one is not None]
