"""What people type, or their browser says, to show their second key."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from consult.core.forms import Form
from consult.core.i18n import _
from consult.keys.rules import WHY


class CodeForm(Form):
    code = StringField(
        _("Code of six figures"),
        [InputRequired(_("Type the six figures your application shows.")), Length(max=20)],
        description=_("Your application shows a new one every half minute."),
    )


class EnrolForm(CodeForm):
    sealed = HiddenField()


class PaperForm(Form):
    code = StringField(
        _("Code on paper"),
        [InputRequired(_("Type one of the codes you printed.")), Length(max=20)],
        description=_("For example: K7QX2-9MDAT. Each is good once."),
    )


class KeyForm(Form):
    """What the browser says for a key; passkeys.js fills it in."""

    credential = HiddenField(
        validators=[InputRequired(_("Your browser did not say anything. Try again."))]
    )


class NewKeyForm(KeyForm):
    name = StringField(
        _("A name for this key"),
        [InputRequired(_("Give it a name, to know it again.")), Length(max=60)],
        description=_("For example: my telephone, the blue USB key."),
        filters=[lambda text: " ".join((text or "").split())],
    )


class DeclineForm(Form):
    reason = TextAreaField(
        _("Why you do not sign"),
        [DataRequired(WHY), Length(max=1000, message=_("This text is too long."))],
        description=_("Whoever asked reads it, with your name."),
    )
