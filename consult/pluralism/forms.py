"""What is typed about the groups, their words, and the months before an election."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from consult.core import clock
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.core.rules import Refused
from consult.council.forms import LINE, Day, strip
from consult.people.models import User
from consult.people.queries import by_email
from consult.pluralism import rules
from consult.pluralism.models import Order, Space


def day_required() -> list[Any]:
    return [InputRequired(_("Please give a day."))]


class GroupForm(Form):
    name = StringField(
        _("Name of the group"), [DataRequired(_("Please give a name.")), LINE], filters=[strip]
    )
    seats = IntegerField(
        _("Seats"),
        [
            InputRequired(_("Please give a number.")),
            NumberRange(min=1, max=1000, message=_("Between 1 and 1,000.")),
        ],
    )


class EditGroupForm(GroupForm):
    ended_on = Day(
        _("No longer a group since"),
        description=_("What it wrote stays where it was. Leave empty while it is a group."),
    )


class AppointForm(FlaskForm):
    email = StringField(
        _("E-mail address"),
        [DataRequired(_("Please give an address.")), LINE],
        filters=[strip],
        description=_("Of somebody who has an account here. They are told by mail."),
    )
    user: User | None = None

    def validate_email(self, field: StringField) -> None:
        self.user = by_email(field.data)
        if self.user is None or not self.user.confirmed_at:
            raise ValidationError(_("No confirmed account has this address."))


class OpenForm(Form):
    max_characters = IntegerField(
        _("Characters for each group"),
        [
            InputRequired(_("Please give a number.")),
            NumberRange(min=rules.LEAST, max=rules.MOST, message=_("Between 200 and 20,000.")),
        ],
        default=1500,
        description=_("The same for all, spaces counted. 1,500 characters are about 250 words."),
    )
    order = RadioField(
        _("Order of the groups"),
        choices=offered(Order),
        default=Order.SEATS.value,
        coerce=Order,
        description=_("It is fixed when the room opens, and the page says which it is."),
    )
    closes_on = Day(
        _("Last day to write"),
        day_required(),
        description=_("All texts then appear together, and an empty room is shown empty."),
    )

    def validate_closes_on(self, field: Day) -> None:
        if isinstance(field.data, date) and field.data < clock.today():
            raise ValidationError(_("The last day to write has already gone by."))


class WriteForm(Form):
    words = TextAreaField(_("Words of the group"), filters=[strip])
    signed_by = StringField(
        _("Signed by"),
        [LINE],
        filters=[strip],
        description=_("The names shown under the text, as the group wishes them."),
    )
    received_on = Day(
        _("Handed in on"),
        [InputRequired(_("Please say on which day the group handed in this text."))],
        description=_("The day the group handed in this text, on paper or by mail."),
    )
    reason = TextAreaField(
        _("Why it is corrected"),
        [Length(max=2000, message=_("This text is too long."))],
        filters=[strip],
        description=_("Public, as is the text it replaces."),
    )

    def __init__(self, *args: Any, space: Space, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.space = space
        if is_own:
            del self.received_on
        if not space.expression.is_published:
            del self.reason

    def validate_words(self, field: TextAreaField) -> None:
        self._ask(rules.fit, field.data, self.space)

    def validate_signed_by(self, field: StringField) -> None:
        self._ask(rules.be_signed, self.words.data, field.data)

    def validate_received_on(self, field: Day) -> None:
        if isinstance(field.data, date) and field.data > clock.today():
            raise ValidationError(_("This day has not come yet."))

    def validate_reason(self, field: TextAreaField) -> None:
        self._ask(rules.give_a_reason, self.space, field.data)

    @staticmethod
    def _ask(rule: Any, *about: Any) -> None:
        """The same rule, its reason beside the field."""
        try:
            rule(*about)
        except Refused as refused:
            raise ValidationError(refused.reason) from None

    def said(self) -> dict[str, Any]:
        """What was typed, by the name of its field."""
        names = ("words", "signed_by", "received_on", "reason")
        return {name: self[name].data for name in names if name in self}


class PeriodForm(Form):
    label = StringField(
        _("Which election"),
        [DataRequired(_("Please say which election.")), LINE],
        filters=[strip],
    )
    starts_on = Day(_("First day of the period"), day_required())
    ends_on = Day(
        _("Last day of the period"),
        day_required(),
        description=_("The day of the last round, included."),
    )

    def validate_ends_on(self, field: Day) -> None:
        start = self.starts_on.data
        if isinstance(start, date) and isinstance(field.data, date) and field.data < start:
            raise ValidationError(_("The period ends before it begins."))


class SignOffForm(Form):
    name = StringField(
        _("Name of the person who takes the responsibility"),
        [DataRequired(_("Please give a name.")), LINE],
        filters=[strip],
    )
    quality = StringField(
        _("In what quality"),
        [DataRequired(_("Please say in what quality this person signs.")), LINE],
        filters=[strip],
        description=_("For example: director of legal affairs."),
    )
    reason = TextAreaField(
        _("Why this may appear during the period"),
        [
            DataRequired(_("Please say why this may appear during the period.")),
            Length(max=5000, message=_("This text is too long.")),
        ],
        filters=[strip],
        description=_("Public. For example: sober account of what the plan provides each year."),
    )
