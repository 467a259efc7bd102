"""What a facilitator types about a text, and what a reader types to point out or to contest."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from consult.core.door import DoorForm
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.core.rules import Refused
from consult.moderation.charter import (
    LONGEST_SUSPENSION,
    NEEDS_REASONS,
    Aim,
    Conclusion,
    Ground,
    Urgency,
    Verdict,
)
from consult.moderation.statements import Why

GROUNDS = [
    SelectChoice(
        ground.value, _("Art. %(number)s. %(label)s", number=ground.number, label=ground.label)
    )
    for ground in Ground
]
TOO_LONG = _("This is too long: 2,000 characters at most.")
NOT_AN_ADDRESS = _("This is not an e-mail address: it looks like name@example.org.")


def _stripped(words: str | None) -> str:
    return (words or "").strip()


def _text(label: Any, *required: Any, help: Any = "", most: int = 2000) -> TextAreaField:
    return TextAreaField(
        label,
        description=help,
        filters=[_stripped],
        validators=[
            *(DataRequired(words) for words in required),
            Length(max=most, message=TOO_LONG),
        ],
    )


class ReasonsForm(Form):
    """A statement of reasons. The rule says what a verdict needs; here only what can be typed."""

    ground = RadioField(_("Which article of the charter?"), choices=GROUNDS, validate_choice=False)
    passage = _text(
        _("The words that break it"),
        help=_("Copied from the text as they stand. The author reads them with the decision."),
    )
    aim = RadioField(_("What do these words aim at?"), choices=offered(Aim), validate_choice=False)
    law = StringField(
        _("Which law?"),
        description=_("Only for the article “Against the law”: the name of the law, its article."),
        filters=[_stripped],
        validators=[Length(max=300, message=_("This is too long: 300 characters at most."))],
    )
    words = _text(
        _("Your words to the author"),
        help=_(
            "They are sent to the author with the article, and with what they can do against this "
            "decision."
        ),
    )

    def why(self) -> Why:
        """What was typed, for the rule to judge."""
        return Why(
            ground=next((one for one in Ground if one == self.ground.data), None),
            passage=self.passage.data,
            aim=next((one for one in Aim if one == self.aim.data), None),
            words=self.words.data,
            law=self.law.data,
        )

    def refuse(self, refused: Refused) -> None:
        """Say why not, where it is about what they typed and not about whoever decides."""
        if refused.door:
            raise refused
        super().refuse(refused)


class DecisionForm(ReasonsForm):
    seen = HiddenField()  # the wording and the last decision as they were on this page


class SuspendForm(ReasonsForm):
    days = IntegerField(
        _("For how many days?"),
        validators=[
            InputRequired(_("Say for how many days.")),
            NumberRange(1, LONGEST_SUSPENSION, _("From 1 to 90 days.")),
        ],
    )


class DismissForm(Form):
    seen = HiddenField()  # as that of a decision: words changed since are still to be read
    last = IntegerField(validators=[Optional()], widget=HiddenInput())  # notice on this page
    words = _text(
        _("Why the text stays"),
        _("Say why the text stays: these words are sent to whoever wrote."),
    )


class NoticeForm(DoorForm):
    """What anybody points out; danger and abuse of children never wait at the door."""

    urgency = RadioField(
        _("How pressing is it?"),
        choices=offered(Urgency),
        default=Urgency.OTHER.value,
        validators=[DataRequired(_("Say how pressing it is."))],
    )
    ground = RadioField(
        _("What is wrong?"),
        choices=GROUNDS,
        validators=[DataRequired(_("Choose what is wrong."))],
    )
    words = _text(
        _("In your words"),
        _("Say in a few words what is wrong, and where in the text."),
    )
    name = StringField(
        _("Your name"),
        filters=[_stripped],
        validators=[Length(max=120, message=_("This is too long: 120 characters at most."))],
    )
    email = StringField(
        _("Your e-mail address"),
        filters=[_stripped],
        validators=[Optional(), Length(max=254), Email(NOT_AN_ADDRESS)],
    )
    good_faith = BooleanField(
        _("I declare in good faith that what I say here is exact and complete."),
        validators=[DataRequired(_("Please declare that you write in good faith."))],
    )

    @property
    def is_pressing(self) -> bool:
        return self.urgency.data == Urgency.DANGER or self.ground.data == Ground.CHILD_ABUSE

    def validate(self, extra_validators: Any = None) -> bool:
        """Name and address are asked of all, but of whoever reports abuse of children."""
        is_valid = super().validate(extra_validators)
        if self.ground.data == Ground.CHILD_ABUSE or "name" not in self:
            return is_valid
        for field, lacking in (
            (self.name, _("Please give your name: the law asks for it. It is shown to nobody.")),
            (self.email, _("Please give your e-mail address: the outcome is sent there.")),
        ):
            if not field.data:
                field.errors = [*field.errors, lacking]
                is_valid = False
        return is_valid


class AppealForm(Form):
    words = _text(
        _("Why you contest this decision"),
        _("Say in a few words why somebody else should look again."),
        most=5000,
    )


class LetterForm(AppealForm):
    """What an agent types in from a letter."""

    receipt = StringField(
        _("Number of the decision or of the notice"),
        description=_("Ten signs, as they stand on the letter of the town."),
        filters=[_stripped],
        validators=[DataRequired(_("Give the number.")), Length(max=20)],
    )
    received_on = DateField(
        _("Arrived on"), validators=[DataRequired(_("Give the day the letter came."))]
    )
    contact = StringField(
        _("Where to write back"),
        description=_("A postal address or a telephone number, as the letter gives it."),
        filters=[_stripped],
        validators=[Length(max=300, message=_("This is too long: 300 characters at most."))],
    )


class ConcludeForm(ReasonsForm):
    """The outcome of an appeal; the reasons of a restriction serve where a notice was right."""

    conclusion = RadioField(
        _("What do you decide?"),
        choices=offered(Conclusion),
        validators=[DataRequired(_("Choose what you decide."))],
    )
    answer = _text(
        _("Your reasons"),
        _("Give your reasons: they are sent to whoever appealed."),
    )
    verdict = RadioField(
        _("What becomes of the text?"),
        choices=offered(one for one in NEEDS_REASONS if one != Verdict.SUSPEND),
        validate_choice=False,
    )
