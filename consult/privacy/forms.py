"""What people type about their data, and what those who answer for it type."""

from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import DateTimeLocalField, EmailField, SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from consult.campaigns.models import AgeBracket
from consult.core import clock
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.privacy.models import Wish
from consult.privacy.queries import TEXTS

TOO_LONG = _("This is too long: 2,000 characters at most.")
NOT_AN_ADDRESS = _("This is not an e-mail address: it looks like name@example.org.")


def _stripped(words: str | None) -> str:
    return (words or "").strip()


def _text(label: Any, required: Any = None, help: Any = "") -> TextAreaField:
    return TextAreaField(
        label,
        description=help,
        filters=[_stripped],
        validators=[
            *([DataRequired(required)] if required else []),
            Length(max=2000, message=TOO_LONG),
        ],
    )


def _moment(label: Any, *required: Any, help: Any = "") -> DateTimeLocalField:
    """A moment as town clocks show it; empty where nothing happened yet."""
    return DateTimeLocalField(
        label, description=help, format="%Y-%m-%dT%H:%M", validators=[*required, _not_to_come]
    )


def _not_to_come(_form: Form, field: DateTimeLocalField) -> None:
    if field.data and clock.from_town(field.data) > clock.now():
        raise ValidationError(_("This moment is still to come."))


class DescribeForm(Form):
    bracket = RadioField(
        _("How old are you?"),
        choices=offered(AgeBracket) + [SelectChoice("", _("I would rather not say"))],
        default="",
    )


class AdultForm(Form):
    """Somebody under 15 names the adult who agrees with them."""

    email = EmailField(
        _("E-mail address of the adult"),
        [DataRequired(_("Give the address of the adult.")), Email(NOT_AN_ADDRESS)],
        description=_("A parent, or whoever answers for you. It serves for this alone."),
        filters=[_stripped],
    )


class VouchForm(Form):
    sure = BooleanField(
        _("I am an adult and hold parental authority over this young person."),
        [InputRequired(_("Tick this box to go on."))],
    )


class PetitionForm(Form):
    """A request about one's data; the address only of somebody who is not signed in."""

    wish = RadioField(
        _("What do you ask?"),
        [InputRequired(_("Say what you ask."))],
        choices=offered(Wish),
    )
    words = _text(_("Say which data, or which use, it is about"), _("Write what it is about."))
    email = EmailField(
        _("Your e-mail address, for the answer"),
        [DataRequired(_("Give the address the answer goes to.")), Email(NOT_AN_ADDRESS)],
    )


class AnswerForm(Form):
    words = _text(
        _("Your answer"),
        _("Write the answer."),
        help=_("It leaves by letter, as it is written here."),
    )


class AccountForm(Form):
    """Whose account is to be emptied."""

    email = EmailField(
        _("Address of the account"), [DataRequired(_("Give the address of the account."))]
    )


class EraseForm(Form):
    words = RadioField(
        _("What becomes of the texts?"),
        [InputRequired(_("Choose what becomes of the texts."))],
        choices=[SelectChoice(*one) for one in TEXTS.items()],
    )
    sure = BooleanField(
        _("The person asked for it, and I know who they are. This cannot be undone."),
        [InputRequired(_("Tick this box to go on."))],
    )


class BreachForm(Form):
    title = StringField(
        _("What happened, in a few words"),
        filters=[_stripped],
        validators=[DataRequired(_("Say what happened.")), Length(max=200, message=TOO_LONG)],
    )
    noticed_at = _moment(_("When it was noticed"), InputRequired(_("Say when it was noticed.")))
    nature = _text(_("What exactly: lost, read, changed; which data"), _("Say which data."))
    people = _text(_("Whose data, about how many people"), _("Say whose data."))
    effects = _text(_("What it may lead to for these people"), _("Say what it may lead to."))
    measures = _text(_("What was done, and what will be"))
    is_risky = BooleanField(
        _("People may be harmed: the CNIL must be told within 72 hours"), default=True
    )


class FollowBreachForm(Form):
    measures = _text(_("What was done, and what will be"))
    told_authority_at = _moment(_("When the CNIL was told"), Optional())
    late_words = _text(_("Why after 72 hours, if so"))
    told_people_at = _moment(_("When the people were told"), Optional())
    is_over = BooleanField(_("It is over: close this line of the register"))

    def validate_late_words(self, field: TextAreaField) -> None:
        """The law asks for the reason of a delay."""
        if self.is_late and not field.data:
            raise ValidationError(_("The 72 hours were over: say why."))

    is_late = False
