"""What is typed of a vote: its rules and its choices, a ballot, a code, a counting sheet."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
)

from consult.ballots import urn
from consult.ballots.counting import Method
from consult.ballots.models import GRADES, METHODS, Poll
from consult.campaigns.forms import Day
from consult.campaigns.models import closing, opening
from consult.campaigns.queries import NO_REFERENDUM, says_referendum
from consult.core import clock
from consult.core.forms import Form, Several
from consult.core.i18n import _, n_

LINE = Length(max=300, message=_("This text is too long."))
WORDS = Length(max=20_000, message=_("This text is too long."))
NUMBER = NumberRange(0, 10_000_000, _("Give a number, from 0 up."))
BLANK = "blank"
CENTS = 100


class Needed:
    """An empty box stops here where the ballot is of one of these methods."""

    def __init__(self, *methods: Method, message: Any) -> None:
        self.methods, self.message = methods, message

    def __call__(self, form: Any, field: Field) -> None:
        if form.method.data in self.methods and not "".join(field.raw_data or ()).strip():
            raise StopValidation(self.message)


class PollForm(Form):
    """A question to be voted on."""

    title = TextAreaField(
        _("The question put to the vote"),
        [DataRequired(_("Write the question.")), LINE],
        filters=[lambda words: " ".join((words or "").split())],  # one sentence, on one line
        description=_("One sentence, that does not lean to one side."),
    )

    def validate_title(self, field: TextAreaField) -> None:
        if says_referendum(field.data or ""):
            raise ValidationError(NO_REFERENDUM)


class EditForm(PollForm):
    """How it is voted and counted."""

    words = TextAreaField(
        _("What to know before voting"),
        [WORDS],
        description=_("Where the choices come from, what follows the vote."),
    )
    method = RadioField(
        _("What a ballot may say"),
        choices=[SelectChoice(method.value, words) for method, words in METHODS.items()],
        coerce=Method,
        default=Method.ONE,
        description=_("For a yes-or-no question: one choice, with “Yes” and “No” as choices."),
    )
    limit = IntegerField(
        _("How many choices a ballot may name, or how many points it shares"),
        [
            Needed(Method.APPROVAL, Method.POINTS, message=_("Say how many.")),
            Optional(),
            NumberRange(1, 1000, _("Between 1 and 1000.")),
        ],
        description=_("Only for several choices and for points."),
    )
    envelope = DecimalField(
        _("Budget, in euros"),
        [
            Needed(Method.ENVELOPE, message=_("Give the budget.")),
            Optional(),
            NumberRange(1, 10_000_000, _("Between 1 and 10,000,000 euros.")),
        ],
        description=_(
            "Only for a participatory budget: each choice then has a cost, and the best placed are"
            " retained as long as they fit; one that does not fit is passed over."
        ),
    )
    seats = IntegerField(
        _("How many choices are retained"),
        [Optional(), NumberRange(1, 1000, _("Between 1 and 1000."))],
        description=_("Only without a budget."),
    )
    first = Day(_("First day of the vote"), description=_("Empty: with the vote step."))
    last = Day(_("Last day of the vote"), description=_("Empty: with the vote step."))
    can_change = BooleanField(_("One may change one's vote until closing"))
    shows_turnout = BooleanField(_("The number of voters is shown while the vote is open"))
    electorate = IntegerField(
        _("How many people may vote"),
        [Optional(), NumberRange(1, 100_000_000, _("Give a number, from 1 up."))],
        description=_("If it is known: the turnout is then said in per cent."),
    )

    def __init__(self, *args: Any, poll: Poll, **kwargs: Any) -> None:
        opens, closes = poll.opens_at, poll.closes_at
        known = {
            "title": poll.title,
            "words": poll.words,
            "method": poll.method,
            "limit": poll.limit,
            "envelope": Decimal(poll.envelope_cents) / CENTS if poll.envelope_cents else None,
            "seats": poll.seats,
            "first": clock.in_town(opens).date() if opens else None,
            "last": clock.in_town(closes).date() if closes else None,
            "can_change": poll.can_change,
            "shows_turnout": poll.shows_turnout,
            "electorate": poll.electorate,
        }
        super().__init__(*args, data=known, **kwargs)

    def validate_last(self, field: Day) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_("The last day comes before the first."))

    def fields(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        names = ("title", "words", "method", "limit", "seats", "can_change", "shows_turnout")
        return {
            **{name: self[name].data for name in (*names, "electorate")},
            "envelope_cents": _cents(self.envelope.data),
            "opens_at": opening(self.first.data) if self.first.data else None,
            "closes_at": closing(self.last.data) if self.last.data else None,
        }


class OptionForm(Form):
    """One choice, free or taken from a published contribution."""

    contribution = SelectField(
        _("Taken from a contribution"), coerce=lambda value: int(value or 0), default=0
    )
    title = StringField(
        _("The choice, as it stands on the ballot"),
        [LINE],
        description=_("Empty: the title of the contribution."),
    )
    words = TextAreaField(_("In a few words"), [WORDS])
    cost = DecimalField(
        _("Cost, in euros"),
        [Optional(), NumberRange(1, 10_000_000, _("Between 1 and 10,000,000 euros."))],
        description=_("Shown before the vote."),
    )

    def __init__(self, *args: Any, known: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles = dict(known)
        self.contribution.choices = [
            SelectChoice(0, _("No: a free choice")),
            *(SelectChoice(number, title) for number, title in known),
        ]

    def validate_title(self, field: StringField) -> None:
        field.data = (field.data or "").strip() or self.titles.get(self.contribution.data, "")[:300]
        if not field.data:
            raise ValidationError(_("Write the choice, or take a contribution."))

    def fields(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "words": (self.words.data or "").strip(),
            "cost_cents": _cents(self.cost.data),
            "contribution_id": self.contribution.data or None,
        }


class StationForm(Form):
    name = StringField(_("Where one votes on paper"), [InputRequired(_("Name the place.")), LINE])


class ReasonForm(Form):
    reason = TextAreaField(
        _("Why"), [InputRequired(_("Please say why: the reason is shown to everybody.")), WORDS]
    )


class CodeForm(Form):
    """A receipt typed to be looked for on the roll."""

    class Meta:
        csrf = False  # it only reads

    code = StringField(
        _("Code of the receipt"),
        [InputRequired(_("Type the code of the receipt.")), Length(max=40)],
        description=_("Three groups of four letters and figures, as “7KQ4-M2XR-9TPD”."),
        filters=[lambda code: urn.normal(code or "")],
    )


# Ballots.


class _Ballot(Form):
    """One ballot, as its method asks for it."""

    poll: Poll

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and not self.ballot() and not self.is_blank:
            self.form_errors.append(
                _("Your ballot says nothing yet. To vote blank, tick “I vote blank”.")
            )
            return False
        if valid and self.ballot() and self.is_blank:
            self.form_errors.append(_("A ballot is blank or names a choice: not both."))
            return False
        return valid

    @property
    def is_blank(self) -> bool:
        if self.poll.method == Method.ONE:
            return bool(self.choice.data == BLANK)
        return bool(self.blank.data)

    def ballot(self) -> dict[int, int]:
        """What it gives to each choice it names; nothing: blank."""
        if self.poll.method == Method.ONE:
            given = self.choice.data
            return {int(given): 1} if given and given != BLANK else {}
        if "choices" in self:
            return dict.fromkeys(self.choices.data or (), 1)
        marks = {one.number: self[f"mark_{one.number}"].data for one in self.poll.options}
        if self.poll.method == Method.POINTS:
            return {number: mark for number, mark in marks.items() if mark}
        return {number: int(mark) for number, mark in marks.items() if mark not in (None, "")}


def ballot_form(poll: Poll, *, with_code: bool = False) -> _Ballot:
    """The ballot of this question; `with_code` asks for the code of the one it replaces."""
    fields: dict[str, Any] = {"poll": poll}
    if with_code:
        fields["code"] = StringField(
            _("Code that changes the vote"),
            [InputRequired(_("Type the code that stands on your receipt.")), Length(max=40)],
            description=_("Four groups of four letters and figures, under your receipt."),
            filters=[lambda code: urn.normal(code or "")],
        )
    numbered = [(one.number, f"{one.number}. {one.title}") for one in poll.options]
    options = [SelectChoice(str(number), title) for number, title in numbered]
    if poll.method == Method.ONE:
        fields["choice"] = RadioField(
            _("My choice"),
            [InputRequired(_("Choose an answer, or the blank vote."))],
            choices=[*options, SelectChoice(BLANK, _("I vote blank"))],
        )
    elif poll.method in (Method.APPROVAL, Method.ENVELOPE):
        fields["choices"] = Several(_("My choices"), coerce=int, choices=options)
    elif poll.method == Method.POINTS:
        most = NumberRange(0, poll.limit, _("From 0 to the number of points you share."))
        for number, title in numbered:
            fields[f"mark_{number}"] = IntegerField(title, [Optional(), most])
    else:
        grades = [SelectChoice(str(grade), GRADES[grade]) for grade in reversed(range(len(GRADES)))]
        for number, title in numbered:
            fields[f"mark_{number}"] = RadioField(
                title, [Optional(strip_whitespace=False)], choices=grades
            )
    if poll.method != Method.ONE:
        fields["blank"] = BooleanField(_("I vote blank"))
    form: _Ballot = type("BallotForm", (_Ballot,), fields)()
    return form


# Paper.


class _Sheet(Form):
    """A counting sheet, as it was filled at the station."""

    poll: Poll

    @property
    def lines(self) -> list[Field]:
        """Its boxes, in the order of the paper: ballots, blank, spoilt, then each choice."""
        return [field for field in self if field.short_name not in ("key", "csrf_token")]

    def content(self) -> dict[str, Any]:
        """What was typed, as plain data."""
        return {
            **{name: self[name].data for name in ("ballots", "blank", "spoilt")},
            "marks": {
                str(one.number): {
                    mark: self[f"mark_{one.number}_{mark}"].data for mark in _marks(self.poll)
                }
                for one in self.poll.options
            },
        }


def sheet_form(poll: Poll) -> _Sheet:
    """The counting sheet of this question, one box for each number."""
    needed = [InputRequired(_("Type a number; 0 if there is none.")), NUMBER]
    fields: dict[str, Any] = {
        "poll": poll,
        "ballots": IntegerField(_("Ballots in the box"), needed),
        "blank": IntegerField(_("Blank ballots"), needed),
        "spoilt": IntegerField(_("Spoilt ballots"), needed),
    }
    for one in poll.options:
        for mark in _marks(poll):
            label: Any = f"{one.number}. {one.title}"
            if poll.method == Method.JUDGMENT:
                label = _("%(choice)s: %(grade)s", choice=label, grade=GRADES[int(mark)])
            fields[f"mark_{one.number}_{mark}"] = IntegerField(label, needed)
    form: _Sheet = type("SheetForm", (_Sheet,), fields)()
    return form


def _marks(poll: Poll) -> list[str]:
    if poll.method == Method.JUDGMENT:
        return [str(grade) for grade in reversed(range(len(GRADES)))]
    return ["1"]


def _cents(euros: Decimal | None) -> int | None:
    return int(euros * CENTS) if euros is not None else None


def allowed(poll: Poll) -> Any:
    """What a ballot of this question may say, in one sentence."""
    if poll.method == Method.ONE:
        return _("Choose one answer, or vote blank.")
    if poll.method == Method.APPROVAL:
        return n_("Choose one answer.", "Choose up to %(num)d answers.", poll.limit)
    if poll.method == Method.POINTS:
        return n_(
            "You have one point to give.",
            "You have %(num)d points to share between the choices; you may keep some.",
            poll.limit,
        )
    if poll.method == Method.ENVELOPE:
        return _("Choose what you wish, as long as the costs together fit into the budget.")
    return _("Give each choice a grade. A choice without a grade counts as “To reject”.")
