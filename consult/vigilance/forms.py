"""What is typed to clear a flag, to set supports aside, to put them back."""

from datetime import datetime
from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional

from consult.core.forms import Form
from consult.core.i18n import _, moment
from consult.vigilance.queries import Hour

LONG = Length(max=2000, message=_("This text is too long."))


def _strip(text: str | None) -> str:
    return (text or "").strip()


class ClearForm(Form):
    words = StringField(
        _("Why it is nothing"),
        [InputRequired(_("Say in a word why it is nothing.")), Length(max=300)],
        filters=[_strip],
        description=_("For the other facilitators and the guarantor. For example: read, sound."),
    )


class SetAsideForm(Form):
    """Which hour, on which facts, under which rule."""

    hour = SelectField(_("Supports of new accounts given within this hour"))
    facts = TextAreaField(
        _("Facts"),
        [InputRequired(_("Say which facts show that these supports are false.")), LONG],
        filters=[_strip],
        description=_(
            "Public. What shows that they are false: that accounts are new proves nothing alone."
        ),
    )
    rule = StringField(
        _("Article or law"),
        [InputRequired(_("Name the article or the law that they break.")), Length(max=300)],
        filters=[_strip],
        description=_("For example: article 4 of the charter, one support a person."),
    )

    def __init__(self, hours: list[Hour], **values: Any) -> None:
        super().__init__(**values)
        self.hour.choices = [
            SelectChoice(hour.at.isoformat(), moment(hour.at)) for hour in hours if hour.new
        ]

    def chosen(self) -> datetime:
        return datetime.fromisoformat(self.hour.data)


class CheckForm(Form):
    """Whose check, by what the desk knows of it."""

    email = StringField(
        _("E-mail address of the person’s account"),
        [Optional(), Email(message=_("This is not an e-mail address."))],
    )
    number = IntegerField(_("Or number of the letter"), [Optional()])
    family = StringField(_("Or name at birth"), [Length(max=200)])
    given = StringField(_("First given name"), [Length(max=200)])
    year = IntegerField(_("Year of birth"), [Optional()])
    other = StringField(
        _("Second given name"),
        [Length(max=200)],
        description=_("Only if the site says that somebody with the same name has come before."),
    )


class RefuteForm(CheckForm):
    """And why it is set aside."""

    reason = TextAreaField(
        _("Why"),
        [InputRequired(_("Please say why: the person reads it.")), LONG],
        filters=[_strip],
        description=_("The person, facilitators and the guarantor read it; the public does not."),
    )


class RestoreForm(Form):
    words = TextAreaField(
        _("Why"),
        [InputRequired(_("Say why: the reason is public.")), LONG],
        filters=[_strip],
        description=_("Public. One or two sentences are enough."),
    )
