"""What an agent types of a sheet on which somebody supports contributions."""

from typing import Any

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional

from consult.campaigns.models import Campaign, Identity
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _
from consult.identity import codes
from consult.identity.forms import LINE, Asking, a_year
from consult.identity.roll import Who, asks_words
from consult.identity.sealing import of_person
from consult.people.queries import by_email, email_key
from consult.posts.models import CHANNELS, Channel
from consult.votes.queries import named_on_paper

ON_PAPER = (Channel.PAPER, Channel.COUNTER, Channel.MEETING, Channel.PHONE)
MOST = 50  # contributions on one sheet


class SheetForm(Asking):
    """Who, as the campaign knows people; then the contributions, by number or receipt."""

    channel = RadioField(
        _("How it came"),
        choices=[SelectChoice(one.value, CHANNELS[one]) for one in ON_PAPER],
        default=Channel.PAPER.value,
    )
    collected_on = DateField(
        _("Collected on"), [InputRequired(_("This is not a day. Write it as 31/12/2026."))]
    )
    code = StringField(
        _("Code of the letter"), [Length(max=60)], description=_("Twelve signs, as on the letter.")
    )
    family = StringField(_("Name at birth"), [LINE])
    given = StringField(_("First given name"), [LINE])
    year = IntegerField(_("Year of birth"), [Optional()])
    other = StringField(
        _("Second given name"),
        [LINE],
        description=_("Only if the site says that somebody with the same name has come before."),
    )
    email = StringField(
        _("E-mail address"), [Optional(), Email(message=_("This is not an e-mail address."))]
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
        if Identity.LETTER not in campaign.accepted:
            del self.code
        if not asks_words(campaign):
            del self.family, self.given, self.year, self.other
        if campaign.accepted:
            del self.email

    def validate_code(self, field: StringField) -> None:
        if field.data and not codes.is_sound(codes.tidy(field.data)):
            raise ValidationError(_("One sign was miscopied. Compare them with your letter."))

    def validate_year(self, field: IntegerField) -> None:
        a_year(self, field)

    def validate_names(self, field: TextAreaField) -> None:
        names = [line.strip().upper().lstrip("#") for line in (field.data or "").split("\n")]
        names = list(dict.fromkeys(name.replace(" ", "") for name in names if name))
        found = named_on_paper(self.campaign, names[:MOST])
        if unknown := [name for name, one in zip(names, found, strict=False) if one is None]:
            raise ValidationError(
                _("No contribution of this consultation has this number: %(it)s.", it=unknown[0])
            )
        self.contributions = [one for one in found if one is not None]

    def who(self) -> Who:
        """By what this person is known."""
        email = self.email.data if "email" in self else ""
        is_named = "family" in self and self.family.data and self.given.data and self.year.data
        return Who(
            code=codes.tidy(self.code.data or "") if "code" in self else "",
            person_key=of_person(
                self.campaign,
                self.family.data,
                self.given.data,
                self.year.data,
                self.other.data or "",
            )
            if is_named
            else "",
            email_key=email_key(email) if email else "",
            account=by_email(email) if email else None,
        )
