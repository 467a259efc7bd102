"""What a facilitator types about a text, and what a reader types to point one out."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, Length, Optional

from consult.core.forms import Form
from consult.core.i18n import _
from consult.moderation.models import Ground

GROUNDS = [SelectChoice(ground.value, ground.label) for ground in Ground]
TOO_LONG = _("This is too long: 2,000 characters at most.")


def _stripped(words: str | None) -> str:
    return (words or "").strip()


class DecisionForm(Form):
    """The rule says what a verdict needs; here only what can be typed."""

    seen = HiddenField()  # the wording and the last decision as they were on this page
    ground = RadioField(_("Which article of the charter?"), choices=GROUNDS, validate_choice=False)
    words = TextAreaField(
        _("Your words to the author"),
        filters=[_stripped],
        validators=[Length(max=2000, message=TOO_LONG)],
    )


class DismissForm(Form):
    words = TextAreaField(
        _("Why the text stays"),
        filters=[_stripped],
        validators=[
            DataRequired(_("Say why the text stays: these words are sent to whoever wrote.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )


class NoticeForm(Form):
    ground = RadioField(
        _("What is wrong with this text?"),
        choices=GROUNDS,
        validators=[DataRequired(_("Choose what is wrong."))],
    )
    words = TextAreaField(
        _("In your words"),
        filters=[_stripped],
        validators=[
            DataRequired(_("Say in a few words what is wrong, and where in the text.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )
    email = StringField(
        _("Your e-mail address"),
        filters=[_stripped],
        validators=[
            Optional(),
            Length(max=254),
            Email(_("This is not an e-mail address: it looks like name@example.org.")),
        ],
    )
