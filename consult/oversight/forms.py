"""What a guarantor types: a report, its correction."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from consult.core.forms import Form
from consult.core.i18n import _

LONG = Length(max=100_000, message=_("This text is too long."))
REQUIRED = DataRequired(_("Write the report before you publish it."))


class ReportForm(Form):
    """The report on one page: kept as a draft, or published."""

    words = TextAreaField(
        _("The report"),
        [REQUIRED, LONG],
        description=_(
            "How the consultation was held, what you saw, what was answered, what you advise."
            " A line that begins with # is a title, with - an item of a list."
        ),
    )


class CorrectionForm(Form):
    """A new version of a published report."""

    number = HiddenField()
    words = TextAreaField(_("The report, corrected"), [REQUIRED, LONG])
    reason = TextAreaField(
        _("What is corrected, and why"),
        [DataRequired(_("Say what is corrected, and why: readers compare.")), Length(max=2000)],
    )
