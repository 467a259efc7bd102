"""What is typed under a contribution."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from consult.comments.models import Side
from consult.core.forms import Form
from consult.core.i18n import _
from consult.people.forms import agreement

LONGEST = 3000
SIDES = {
    Side.FOR: _("For"),
    Side.AGAINST: _("Against"),
    Side.NEUTRAL: _("Neither: a question, a remark"),
}


class CommentForm(Form):
    side = RadioField(
        _("Your comment is"),
        choices=[SelectChoice(side.value, words) for side, words in SIDES.items()],
        default=Side.NEUTRAL.value,
    )
    body = TextAreaField(
        _("Your comment"),
        filters=[lambda words: (words or "").strip()],
        validators=[
            DataRequired(_("Please write your comment.")),
            Length(
                max=LONGEST,
                message=_("This is too long: 3,000 characters at most. You may send two comments."),
            ),
        ],
    )
    unit = StringField(
        _("In the name of"),
        description=_(
            "The service you speak for. Your comment will wear the town's badge and be shown at "
            "once. Leave empty to speak for yourself."
        ),
        filters=[lambda words: (words or "").strip()],
        validators=[Length(max=120, message=_("This is too long: 120 characters at most."))],
    )
    answers = HiddenField()  # the comment answered
    agrees = agreement()  # taken away once it was said


class WithdrawForm(Form):
    pass
