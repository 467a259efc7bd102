"""What is typed to prove who takes part, at home and at the desk."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp

from consult.campaigns.models import AgeBracket, Campaign, Identity
from consult.core import clock
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.identity import codes
from consult.identity.actions import Home, Person
from consult.identity.roll import Who, asks_words
from consult.identity.rules import MOST, asks_where
from consult.identity.sealing import of_person
from consult.people.queries import by_email, email_key

LINE = Length(max=200, message=_("This text is too long."))
OLDEST = 120
PLACES = {"yes": _("Within the perimeter"), "no": _("Elsewhere")}


class Asking(Form):
    """Asks for age and place only where the campaign's rules need them."""

    inside = RadioField(
        _("Where the person lives"),
        [InputRequired(_("Please say where."))],
        choices=[SelectChoice(key, words) for key, words in PLACES.items()],
    )
    bracket = RadioField(
        _("Age"),
        [InputRequired(_("Please say how old you are: the rules set an age."))],
        choices=offered(AgeBracket),
        description=_("Only the bracket is kept, never a date."),
    )

    def __init__(self, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        if not asks_where(campaign):
            del self.inside
        if campaign.youngest is None:
            del self.bracket

    def belonging(self) -> dict[str, Any]:
        """Inside or not, and the age bracket, where they were asked."""
        said: dict[str, Any] = {}
        if "inside" in self:
            said["is_inside"] = self.inside.data == "yes"
        if "bracket" in self:
            said["bracket"] = AgeBracket(self.bracket.data) if self.bracket.data else None
        return said


def a_year(_form: Any, field: IntegerField) -> None:
    """A year in which somebody alive was born."""
    this_year = clock.today().year
    if field.data is not None and not this_year - OLDEST <= field.data <= this_year:
        raise ValidationError(_("Please give the year, as 1984."))


class _Named(Asking):
    """A name and a year, of which a fingerprint is made and nothing is kept."""

    family = StringField(
        _("Name at birth"), [InputRequired(_("Please give the name at birth.")), LINE]
    )
    given = StringField(
        _("First given name"), [InputRequired(_("Please give the first given name.")), LINE]
    )
    year = IntegerField(_("Year of birth"), [InputRequired(_("Please give the year, as 1984."))])

    def validate_year(self, field: IntegerField) -> None:
        a_year(self, field)

    def person(self, other: str = "") -> Person | None:
        """Whom these words name; None where they were left empty."""
        if not (self.family.data and self.given.data and self.year.data):
            return None
        return Person(self.family.data, self.given.data, self.year.data, other)


class DeclareForm(_Named):
    street = StringField(
        _("Number and street"), [InputRequired(_("Please give the number and the street.")), LINE]
    )
    postcode = StringField(
        _("Postcode"),
        [
            InputRequired(_("Please give the postcode: five digits.")),
            Regexp(r"^\s*\d{5}\s*$", message=_("Please give the postcode: five digits.")),
        ],
    )

    def home(self) -> Home:
        is_inside = "inside" not in self or self.inside.data == "yes"
        return Home(self.street.data or "", (self.postcode.data or "").strip(), is_inside)


class CodeForm(_Named):
    """The code of a letter; a name too, where the same person might come by another way."""

    code = StringField(
        _("Code"),
        [InputRequired(_("Please type the twelve signs of your code.")), Length(max=60)],
        description=_(
            "Twelve signs, on your letter or your slip. Capitals and dashes do not matter."
        ),
    )

    def __init__(self, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(campaign, **kwargs)
        if "inside" in self:  # letters are sent within the perimeter
            del self.inside
        if asks_words(campaign):
            for field in (self.family, self.given, self.year):
                field.validators = [Optional(), *field.validators[1:]]
                field.flags.required = False
        else:
            del self.family, self.given, self.year

    def person(self, other: str = "") -> Person | None:
        return super().person(other) if "family" in self else None

    def validate_code(self, field: StringField) -> None:
        code = codes.tidy(field.data or "")
        if len(code) != codes.LENGTH:
            raise ValidationError(_("A code has twelve signs. Compare it with your letter."))
        if not codes.is_sound(code):
            raise ValidationError(_("One sign was miscopied. Compare them with your letter."))


class SeenForm(_Named):
    """What an agent types while the person stands there."""

    seen = BooleanField(
        _("I have seen a paper with this name and this year of birth"),
        [InputRequired(_("Look at the paper first, then tick this box."))],
    )
    other = StringField(
        _("Second given name"),
        [LINE],
        description=_("Only if the site says that somebody with the same name has come before."),
    )
    email = StringField(
        _("E-mail address of the person’s account"),
        [Optional(), Email(message=_("This is not an e-mail address."))],
        description=_("With an account they take part at once. Empty: a code is printed."),
    )


class PaperForm(Asking):
    """By what somebody is known who takes part on paper, as an agent types it."""

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
        _("E-mail address"),
        [Optional(), Email(message=_("This is not an e-mail address."))],
        description=_("That of their account, if they have one: they are then known on the site."),
    )
    no_address = BooleanField(
        _("The person declares that they have no e-mail address"),
        description=_(
            "Ask them. Their name keeps them from voting twice on paper, not from also having an"
            " account: people without an address are counted, and their number is public."
        ),
    )

    def __init__(self, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(campaign, **kwargs)
        if Identity.LETTER not in campaign.accepted:
            del self.code
        if not asks_words(campaign):
            del self.family, self.given, self.year, self.other
        if campaign.accepted:
            del self.email, self.no_address

    def validate_code(self, field: StringField) -> None:
        if field.data and not codes.is_sound(codes.tidy(field.data)):
            raise ValidationError(_("One sign was miscopied. Compare them with your letter."))

    def validate_year(self, field: IntegerField) -> None:
        a_year(self, field)

    def validate_no_address(self, field: BooleanField) -> None:
        if not (field.data or self.email.data):
            raise ValidationError(_("Type their address; if they declare none, tick this box."))
        if field.data and self.email.data:
            raise ValidationError(_("An address is typed above: untick this box, or empty it."))

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


class LettersForm(Form):
    size = IntegerField(
        _("How many letters"),
        [
            InputRequired(_("Please give a number.")),
            NumberRange(1, MOST, _("Between 1 and %(most)d letters at once.", most=MOST)),
        ],
    )


class ReplaceForm(Form):
    number = IntegerField(
        _("Number of the lost letter"), [InputRequired(_("Please give the number of the letter."))]
    )
