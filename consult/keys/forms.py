"""What people type to show their second key."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from consult.core.forms import Form
from consult.core.i18n import _


class CodeForm(Form):
    code = StringField(
        _("Code of six figures"),
        [InputRequired(_("Type the six figures your application shows.")), Length(max=20)],
        description=_("Your application shows a new one every half minute."),
    )


class EnrolForm(CodeForm):
    sealed = HiddenField()
