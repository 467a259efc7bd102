"""What administrators type about the site itself."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.fields import ColorField, DateField, EmailField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from consult.core import clock
from consult.core.forms import Form
from consult.core.i18n import _
from consult.core.images import Image, ImageRefused, thumbnail
from consult.core.rules import refusal
from consult.people.forms import Address
from consult.portal import legal, rules
from consult.portal.models import Site

LOGO = 400  # pixels, the longer side
LONG = 40_000


class SettingsForm(Form):
    """The name, the colour, the contact and the legal texts of the site."""

    name = StringField(
        _("Name of the site"),
        [DataRequired(_("Give the site a name.")), Length(max=60)],
        description=_("It stands at the top of every page, and signs the letters."),
    )
    tagline = StringField(
        _("In one line"),
        [Length(max=140)],
        description=_("What the site is for; it stands on the home page."),
    )
    colour = ColorField(
        _("Colour of the town"),
        [InputRequired(_("Choose a colour."))],
        description=_("Titles, links and buttons take it. It has to be dark enough to be read."),
    )
    logo = FileField(
        _("Logo"),
        description=_("A picture of at most 30 MB; it is drawn again, 400 pixels at most."),
    )
    logo_alternative = StringField(
        _("What the logo shows"),
        [Length(max=140)],
        description=_("In words, for those who do not see it: “Town of Sceaux”."),
    )
    removes_logo = BooleanField(_("Take the logo away"))
    contact_email = EmailField(
        _("E-mail address"),
        [Optional(), Address()],
        description=_("Shown on the contact page and at the foot of every page."),
    )
    contact_phone = StringField(_("Telephone"), [Length(max=40)])
    contact_postal = TextAreaField(_("Postal address and opening hours"), [Length(max=600)])
    charter = TextAreaField(legal.TITLES["charter"], [Length(max=LONG)])
    terms = TextAreaField(legal.TITLES["terms"], [Length(max=LONG)])
    privacy = TextAreaField(legal.TITLES["privacy"], [Length(max=LONG)])
    notice = TextAreaField(legal.TITLES["notice"], [Length(max=LONG)])
    contact = TextAreaField(legal.TITLES["contact"], [Length(max=LONG)])

    picture: Image | None = None

    @classmethod
    def about(cls, site: Site, language: str) -> "SettingsForm":
        """The form as the site stands; texts nobody changed are those of the first day."""
        fields = ("name", "tagline", "colour", "logo_alternative", "contact_email")
        known = {name: getattr(site, name) for name in (*fields, "contact_phone", "contact_postal")}
        texts = {page: legal.text(site, page, language).words for page in legal.TITLES}
        return cls(**known, **texts)

    def own_texts(self, language: str) -> dict[str, str]:
        """What the town changed of the texts of the first day."""
        texts = {page: self[page].data or "" for page in legal.TITLES}
        return {
            page: ""
            if _same(words, legal.first_words(page, language))
            else words.replace("\r\n", "\n").strip()
            for page, words in texts.items()
        }

    def validate_colour(self, field: Any) -> None:
        if words := refusal(rules.be_readable, field.data or ""):
            raise ValidationError(words)

    def validate_logo(self, field: Any) -> None:
        if field.data and field.data.filename:
            try:
                self.picture = thumbnail(field.data.read(), limit=LOGO)
            except ImageRefused as refused:
                raise ValidationError(refused.message) from refused
            if not (self.logo_alternative.data or "").strip():
                raise ValidationError(
                    refusal(rules.have_words_for_the_logo, True, "") or ""  # type: ignore[arg-type]
                )


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


class AuditForm(Form):
    """What an audit of the accessibility found."""

    on = DateField(_("Day of the audit"), [InputRequired(_("Give the day of the audit."))])
    auditor = StringField(
        _("Who made it"), [DataRequired(_("Say who made the audit.")), Length(max=140)]
    )
    criteria_met = IntegerField(
        _("Criteria met"),
        [InputRequired(_("Give a number.")), NumberRange(0, 1000)],
    )
    criteria_applicable = IntegerField(
        _("Criteria that apply"),
        [InputRequired(_("Give a number.")), NumberRange(1, 1000)],
        description=_("Of the 106 criteria of the RGAA 4.1, those that concern this site."),
    )
    failures = TextAreaField(
        _("What is not compliant"),
        [Length(max=LONG)],
        description=_("One by line, in words that people understand. Markdown is read."),
    )
    exemptions = TextAreaField(
        _("What is exempted, and why"),
        [Length(max=LONG)],
        description=_("Disproportionate burden, or contents the law leaves out."),
    )

    def validate_on(self, field: Any) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(refusal(rules.be_past, field.data) or "")  # type: ignore[arg-type]

    def validate_criteria_met(self, field: Any) -> None:
        applicable = self.criteria_applicable.data
        if field.data is not None and applicable is not None and field.data > applicable:
            raise ValidationError(_("More criteria cannot be met than apply."))
