"""What is typed at the town's desk: an answer, a service, a note, a wording, a synthesis."""

from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from consult.contributions.models import Outcome
from consult.core.forms import Form, offered
from consult.core.i18n import _


class AnswerForm(Form):
    """The town's answer: an outcome, always words, a name and a service."""

    outcome = RadioField(
        _("What the town decides"),
        choices=offered(Outcome),
        validators=[InputRequired(_("Please choose what the town decides."))],
    )
    part = StringField(
        _("Which part is retained"),
        description=_("Only if the contribution is partly retained."),
        validators=[Length(max=500)],
    )
    words = TextAreaField(
        _("The answer, in words"),
        description=_("What was decided, why, and what comes next. The author will read it."),
        validators=[
            InputRequired(_("An answer is always given in words.")),
            Length(max=20_000),
        ],
    )
    signatory = StringField(
        _("Signed by"),
        description=_("The name and the office of whoever answers for the town."),
        validators=[InputRequired(_("Please say who signs the answer.")), Length(max=200)],
    )
    unit = StringField(
        _("For which service"),
        validators=[
            InputRequired(_("Please say for which service the answer is given.")),
            Length(max=200),
        ],
    )

    def validate_part(self, field: StringField) -> None:
        if self.outcome.data == Outcome.PARTLY and not (field.data or "").strip():
            raise ValidationError(_("Please say which part is retained."))


class AssignForm(Form):
    """Which service has it in hand, and until when."""

    unit = StringField(
        _("Service"),
        id="assign-unit",  # the page holds other forms with a service
        validators=[InputRequired(_("Please name the service.")), Length(max=200)],
    )
    assignee = SelectField(_("Person in charge"), coerce=int, validate_choice=True)
    due_on = DateField(_("Answer expected by"), validators=[Optional()])

    def __init__(self, agents: list[Any], **values: Any) -> None:
        super().__init__(**values)
        self.assignee.choices = [
            SelectChoice("0", _("Nobody in particular")),
            *(SelectChoice(str(agent.id), agent.name or agent.pseudonym) for agent in agents),
        ]


class NoteForm(Form):
    """A word for the other agents."""

    words = TextAreaField(
        _("Note between agents"),
        id="note-words",
        description=_("Never shown to the public."),
        validators=[InputRequired(_("Please write the note.")), Length(max=5000)],
    )


class WordingForm(Form):
    """A wording for another time."""

    title = StringField(
        _("Name of the wording"),
        validators=[InputRequired(_("Please name the wording.")), Length(max=120)],
    )
    outcome = SelectField(_("Outcome"), choices=offered(Outcome))
    words = TextAreaField(
        _("Words"), validators=[InputRequired(_("Please write the wording.")), Length(max=20_000)]
    )


class ResultsForm(Form):
    """The synthesis that closes a campaign."""

    words = TextAreaField(
        _("What was heard, and what will be done"),
        description=_("Published on the page of the campaign, with the date."),
        validators=[
            InputRequired(_("Please sum up what was heard and what will be done.")),
            Length(max=50_000),
        ],
    )


class CompleteForm(Form):
    """Why the whole of a campaign leaves the site; the second person signs these very words."""

    export_for = StringField(
        _("What the copy is for"),
        validators=[InputRequired(_("Please say what the copy is for.")), Length(max=300)],
        description=_("For example: deposit with the municipal archives."),
    )
