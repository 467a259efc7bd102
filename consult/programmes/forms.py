"""What a clerk types of a programme and of a body: one short form for each thing."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from consult.core import dates, money
from consult.core.forms import Form, Several, offered, public_reason
from consult.core.i18n import Labelled, _
from consult.core.money import Nature
from consult.core.pasted import to_markdown
from consult.core.quantities import figure, threshold
from consult.programmes import queries
from consult.programmes.models import (
    Agreement,
    Assessment,
    Body,
    BodyKind,
    Call,
    Choice,
    Component,
    Doneness,
    FindingKind,
    MethodKind,
    Outcome,
    PhaseKind,
    Programme,
    ProgrammeKind,
    ProgrammeState,
    RemainingKind,
)
from consult.territory.queries import places

TOO_LONG = _("This text is too long.")
LINE = Length(max=300, message=TOO_LONG)
WORDS = Length(max=50_000, message=TOO_LONG)
WHEN = _("In the words of the document: March 2008, autumn 2026, second half of 2027.")
AS_PRINTED = _("As printed in the document.")
BETWEEN = _("Between 0 and 100.")
FIGURE = _("The figure of this municipality, for example: 20,5.")


def strip(value: str | None) -> str:
    return (value or "").strip()


def pasted(value: str | None) -> str:
    """What was typed; what was copied from a web page keeps its structure and nothing else."""
    return to_markdown(strip(value))


def named(words: Any) -> DataRequired:
    return DataRequired(words)


# Small fields.


class Lines(TextAreaField):
    """Several things, one a line."""

    def _value(self) -> str:
        return "\n".join(self.written(one) for one in self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        rows = [line.strip() for line in "\n".join(valuelist).splitlines()]
        self.data = [self.read(row) for row in rows if row]

    def written(self, one: Any) -> str:
        return one

    def read(self, line: str) -> Any:
        return line


class Facts(Lines):
    """A printed label and what stands beside it, one pair a line."""

    def written(self, one: Any) -> str:
        return " : ".join(one)

    def read(self, line: str) -> Any:
        label, colon, words = line.partition(":")
        return [label.strip(), words.strip()] if colon else ["", line]


class Pick(SelectField):
    """One word of an enum, this one to begin with."""

    def __init__(self, label: Any, default: Labelled, **options: Any) -> None:
        words = type(default)
        super().__init__(
            label, coerce=words, choices=offered(words), default=default.value, **options
        )


class One(SelectField):
    """One thing among those the site knows, by its number; or none."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, coerce=self.number, **options)

    @staticmethod
    def number(value: Any) -> int | None:
        return int(value) if value not in (None, "", "None") else None

    def among(self, things: Any, empty: Any = "–") -> None:
        """Offer these: (number, words)."""
        first = [] if empty is None else [SelectChoice("", empty)]
        self.choices = [*first, *(SelectChoice(number, words) for number, words in things)]


class Said(Form):
    """A form whose fields go by the names of what they fill."""

    def __init__(self, *args: Any, owner: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(owner)

    def prepare(self, owner: Any) -> None:
        """Offer what can be chosen, where the form has a list to choose from."""

    def said(self) -> dict[str, Any]:
        """What was typed, by the name of its field."""
        return {
            field.short_name: field.data
            for field in self
            if field.short_name not in ("key", "csrf_token")
        }


def asking(form: type[Said], root: Programme | Body) -> type[Said]:
    """The same form; where everybody reads the page, it asks at its end why it changes."""
    if not root.is_public:
        return form
    return type(form.__name__, (form,), {"reason": public_reason()})


# A programme.


class ProgrammeForm(Said):
    title = StringField(_("Title"), [named(_("Please give a title.")), LINE], filters=[strip])
    subtitle = StringField(_("Subtitle"), [LINE], filters=[strip])
    kind = Pick(_("Sort of programme"), ProgrammeKind.OTHER)
    state = Pick(_("Where it stands"), ProgrammeState.UNKNOWN)
    period_words = StringField(
        _("Period"), [LINE], filters=[strip], description=_("As printed: 2024-2030, 2007/2009.")
    )
    owner_words = StringField(
        _("Who is responsible for it"),
        [LINE],
        filters=[strip],
        description=_("The organisation that leads it, as the document names it."),
    )
    place_ids = Several(_("Places"), coerce=int)
    introduction = TextAreaField(
        _("What it is for"),
        [WORDS],
        filters=[pasted],
        description=_(
            "In a few paragraphs. Text pasted from a web page keeps its paragraphs and lists;"
            " its styles and scripts are dropped."
        ),
    )
    legal_framework = Lines(_("Legal framework"), description=_("One text a line, as printed."))
    facts = Facts(
        _("Facts"), description=_("One a line: a label, a colon, and what the document says.")
    )
    participants_words = TextAreaField(
        _("Who takes part, in one sentence"),
        [WORDS],
        filters=[strip],
        description=_("As printed; the names are then entered one by one."),
    )
    parent_id = One(_("Part of a wider programme"))
    act_id = One(_("Act of the assembly"))

    def __init__(self, *args: Any, programme: Programme | None = None, **kwargs: Any) -> None:
        self.programme = programme
        if programme is not None:
            kwargs |= {"place_ids": [place.id for place in programme.places], "obj": programme}
        super().__init__(*args, **kwargs)

    def prepare(self, owner: Any) -> None:
        self._places = {place.id: place for place in places()}
        self.place_ids.choices = [
            SelectChoice(place.id, place.name) for place in self._places.values()
        ]
        self._others = {one.id: one for one in queries.others(self.programme)}
        self.parent_id.among((one.id, one.title) for one in self._others.values())
        self.act_id.among(queries.acts())
        now = self.programme.state if self.programme else ProgrammeState.UNKNOWN
        if now != ProgrammeState.CLOSED:
            self.state.choices = [
                choice for choice in self.state.choices if choice.value != ProgrammeState.CLOSED
            ]

    def said(self) -> dict[str, Any]:
        said = super().said()
        said["places"] = [self._places[number] for number in said.pop("place_ids")]
        said["parent"] = self._others.get(said.pop("parent_id"))
        return said


class PhaseForm(Said):
    label = StringField(
        _("Name of the step"),
        [named(_("Please give a title.")), LINE],
        filters=[strip],
        description=AS_PRINTED,
    )
    kind = Pick(_("What it is for"), PhaseKind.OTHER)
    start_words = StringField(_("Begins"), [LINE], filters=[strip], description=WHEN)
    end_words = StringField(
        _("Ends"),
        [LINE],
        filters=[strip],
        description=_("Steps may overlap and may come in any order; an end lies behind its start."),
    )
    lines = Lines(_("What happens in it"), description=_("One thing a line."))

    def validate_start_words(self, field: StringField) -> None:
        _be_a_date(field)

    def validate_end_words(self, field: StringField) -> None:
        _be_a_date(field)
        start, end = dates.parse(self.start_words.data or "").start, dates.parse(field.data).end
        if start and end and end < start:
            raise ValidationError(
                _("The end comes before the start: correct one of the two dates.")
            )


def _be_a_date(field: StringField) -> None:
    if field.data and not dates.parse(field.data):
        raise ValidationError(
            _("The site reads no date in these words. Write for example: March 2008.")
        )


class ObjectiveForm(Said):
    title = StringField(
        _("Objective"),
        [named(_("Please give a title.")), LINE],
        filters=[strip],
        description=AS_PRINTED,
    )


class ParticipantForm(Said):
    named = StringField(
        _("Name"),
        [DataRequired(_("Please give a name.")), LINE],
        filters=[strip],
        description=AS_PRINTED,
    )
    group = StringField(
        _("Group"),
        [LINE],
        filters=[strip],
        description=_("The name under which the document lists it, for example: State."),
    )
    role = StringField(_("Role"), [LINE], filters=[strip])
    body_id = One(_("It is this body"))
    is_doubtful = BooleanField(_("To be checked"))

    def prepare(self, owner: Any) -> None:
        self.body_id.among((body.id, body.name) for body in queries.every_body())


class SumForm(Said):
    label = StringField(
        _("What it pays for"), [named(_("Please give a title.")), LINE], filters=[strip]
    )
    words = StringField(
        _("Amount"),
        [named(_("Please give an amount.")), LINE],
        filters=[strip],
        description=_("As printed: 157 M€, 28 millions d'euros, 1 349 €."),
    )
    nature = Pick(
        _("Nature"),
        Nature.UNKNOWN,
        description=_("Amounts of different natures are never added together."),
    )
    date_words = StringField(_("Date"), [LINE], filters=[strip], description=WHEN)

    def validate_words(self, field: StringField) -> None:
        if field.data and money.parse(field.data) is None:
            raise ValidationError(_("The site reads no amount, or several. Write one: 157 M€."))


class MethodForm(Said):
    words = TextAreaField(
        _("What was done"),
        [named(_("Please say what was done.")), WORDS],
        filters=[pasted],
        description=AS_PRINTED,
    )
    kind = Pick(_("How"), MethodKind.OTHER)
    quantity_words = StringField(
        _("How many"),
        [LINE],
        filters=[strip],
        description=_("As printed: 2, ~50, hundreds. Left empty, no number is shown."),
    )
    date_words = StringField(_("Date"), [LINE], filters=[strip], description=WHEN)
    place_words = StringField(_("Where"), [LINE], filters=[strip])
    capacity = IntegerField(_("Seats"), [Optional(), NumberRange(min=0)])
    minutes = TextAreaField(_("What came out of it"), [WORDS], filters=[pasted])


class ComponentForm(Said):
    label = StringField(
        _("Component"),
        [named(_("Please give a title.")), LINE],
        filters=[strip],
        description=AS_PRINTED,
    )
    level = IntegerField(
        _("Level, per cent"),
        [Optional(), NumberRange(min=0, max=100, message=BETWEEN)],
        description=_("Leave it empty as long as nobody knows: it then reads “not reported”."),
    )


def levels_form(programme: Programme, components: Iterable[Component]) -> Said:
    """One number for each component; left empty where nobody knows."""
    fields = {
        f"level_{one.id}": IntegerField(
            one.label, [Optional(), NumberRange(min=0, max=100, message=BETWEEN)]
        )
        for one in components
    }
    now = {f"level_{one.id}": one.level for one in components}
    return asking(type("Levels", (Said,), fields), programme)(**now)


class FindingForm(Said):
    kind = Pick(_("Sort of finding"), FindingKind.STRENGTH)
    words = TextAreaField(
        _("What was found"), [named(_("Please say what was found.")), WORDS], filters=[pasted]
    )
    place_id = One(_("Place"))
    source = StringField(_("Source"), [LINE], filters=[strip])

    def prepare(self, owner: Any) -> None:
        self.place_id.among((place.id, place.name) for place in places())


class DeedForm(Said):
    title = StringField(
        _("What was undertaken"), [named(_("Please give a title.")), LINE], filters=[strip]
    )
    objective_id = One(_("Objective"))
    doneness = Pick(_("Where it stands"), Doneness.UNKNOWN)
    carrier = StringField(_("Service in charge"), [LINE], filters=[strip])
    date_words = StringField(_("Date"), [LINE], filters=[strip], description=WHEN)
    beneficiaries = IntegerField(
        _("How many people benefit"),
        [Optional(), NumberRange(min=0)],
        description=_("Leave it empty as long as nobody knows: empty is not zero."),
    )
    place_kind = StringField(
        _("Type of place"), [LINE], filters=[strip], description=_("For example: district, school.")
    )
    housing = StringField(
        _("Type of housing"), [LINE], filters=[strip], description=_("For example: social housing.")
    )

    def prepare(self, owner: Any) -> None:
        rows = queries.objectives_of(owner) if owner is not None else []
        self.objective_id.among((one.id, one.title) for one in rows)


class RemainingForm(Said):
    kind = Pick(_("What remains"), RemainingKind.ISSUE)
    words = TextAreaField(
        _("In words"), [named(_("Please say what remains.")), WORDS], filters=[pasted]
    )
    outcome = Pick(_("What becomes of it"), Outcome.OPEN)
    outcome_words = TextAreaField(
        _("Where it goes, or why it ends here"),
        [WORDS],
        filters=[strip],
        description=_("Everybody reads this."),
    )

    def validate_outcome_words(self, field: TextAreaField) -> None:
        if self.outcome.data != Outcome.OPEN and not field.data:
            raise ValidationError(_("Say where it goes, or why it ends here."))


# Agreements and calls.


class AgreementForm(Said):
    title = StringField(_("Title"), [named(_("Please give a title.")), LINE], filters=[strip])
    purpose = TextAreaField(_("What it is about"), [WORDS], filters=[pasted])
    framework = TextAreaField(_("Framework"), [WORDS], filters=[pasted])
    duration_words = StringField(_("Duration"), [LINE], filters=[strip], description=AS_PRINTED)
    signed_words = StringField(_("Signed"), [LINE], filters=[strip], description=WHEN)
    criteria_words = TextAreaField(
        _("Who may enter it"),
        [WORDS],
        filters=[strip],
        description=_("The sentence of the document; each criterion is then entered by itself."),
    )
    act_id = One(_("Act of the assembly"))

    def prepare(self, owner: Any) -> None:
        self.act_id.among(queries.acts())


class SignatoryForm(Said):
    named = StringField(
        _("Who signs"),
        [DataRequired(_("Please give a name.")), LINE],
        filters=[strip],
        description=AS_PRINTED,
    )
    quality = StringField(_("As what"), [LINE], filters=[strip])
    signed_words = StringField(_("Signed"), [LINE], filters=[strip], description=WHEN)


class CriterionForm(Said):
    words = StringField(
        _("Criterion"),
        [named(_("Please write the criterion.")), LINE],
        filters=[strip],
        description=_(
            "As printed. “+ de 20 %” and “plus de” ask for more: 20 % itself does not pass."
            " “Au moins 20 %” lets 20 % pass."
        ),
    )

    def validate_words(self, field: StringField) -> None:
        if field.data and threshold(field.data) is None:
            raise ValidationError(
                _("The site reads no threshold in these words. Write for example: + de 20 %.")
            )


class AssessmentForm(Said):
    named = StringField(
        _("Municipality"), [DataRequired(_("Please give a name.")), LINE], filters=[strip]
    )
    source = StringField(
        _("Source of the figures"),
        [LINE],
        filters=[strip],
        description=_("For example: the INSEE census of 2021."),
    )

    def said(self) -> dict[str, Any]:
        said = super().said()
        figures = {name[7:]: said.pop(name) for name in list(said) if name.startswith("figure_")}
        return {**said, "figures": {number: words for number, words in figures.items() if words}}


def assessment_form(agreement: Agreement, assessment: Assessment | None = None) -> Said:
    """The form of an agreement's criteria: one figure for each."""
    fields = {
        f"figure_{one.id}": StringField(
            one.words, [LINE, _be_a_figure], filters=[strip], description=FIGURE
        )
        for one in agreement.criteria
    }
    now = {
        f"figure_{number}": words
        for number, words in (assessment.figures.items() if assessment else ())
    }
    form: type[Said] = type("Criteria", (AssessmentForm,), fields)
    if assessment:
        form = asking(form, agreement.programme)
    return form(obj=assessment, **now)


def _be_a_figure(form: Any, field: StringField) -> None:
    if field.data and figure(field.data) is None:
        raise ValidationError(_("This is not a number. Write for example: 20,5."))


class CallForm(Said):
    title = StringField(_("Title"), [named(_("Please give a title.")), LINE], filters=[strip])
    launched_by = StringField(_("Launched by"), [LINE], filters=[strip])
    period_words = StringField(_("Period"), [LINE], filters=[strip], description=WHEN)
    cohort = StringField(
        _("Cohort"),
        [LINE],
        filters=[strip],
        description=_("As printed, for example: first cohort of laureates."),
    )
    duration_words = StringField(
        _("How long an experiment lasts"), [LINE], filters=[strip], description=AS_PRINTED
    )
    months = IntegerField(
        _("In months"),
        [Optional(), NumberRange(min=1, max=240, message=_("Between 1 and 240."))],
        description=_("The end of an experiment is worked out from its start and these months."),
    )
    experimenters = StringField(_("Who tries out solutions"), [LINE], filters=[strip])
    act_id = One(_("Act of the assembly"))

    def prepare(self, owner: Any) -> None:
        self.act_id.among(queries.acts())


class CandidateForm(Said):
    named = StringField(
        _("Candidate"), [DataRequired(_("Please give a name.")), LINE], filters=[strip]
    )
    choice = Pick(_("What became of it"), Choice.CANDIDATE)
    area = StringField(_("Territory proposed"), [LINE], filters=[strip], description=AS_PRINTED)
    strengths = Lines(_("What it put forward"), description=_("One thing a line."))


class ExperimentForm(Said):
    title = StringField(
        _("What is tried out"), [named(_("Please give a title.")), LINE], filters=[strip]
    )
    candidate_id = One(_("At whose place"))
    experimenter = StringField(_("By whom"), [LINE], filters=[strip])
    start_words = StringField(
        _("Begins"),
        [LINE],
        filters=[strip],
        description=_("Leave it empty as long as it is not known: the end then stays empty too."),
    )

    def prepare(self, owner: Any) -> None:
        rows = owner.candidates if isinstance(owner, Call) else []
        self.candidate_id.among(((one.id, one.named) for one in rows), empty=None)

    def validate_start_words(self, field: StringField) -> None:
        _be_a_date(field)


# Bodies.


class BodyForm(Said):
    name = StringField(_("Name"), [DataRequired(_("Please give a name.")), LINE], filters=[strip])
    kind = Pick(_("Sort of body"), BodyKind.OTHER)
    words = TextAreaField(_("What it is there for"), [WORDS], filters=[pasted])
    presidency = StringField(_("Who presides"), [LINE], filters=[strip], description=AS_PRINTED)
    rhythm_words = StringField(
        _("How often it meets"),
        [LINE],
        filters=[strip],
        description=_("As printed: every month, once a year."),
    )
    colleges = Lines(_("Colleges"), description=_("One a line."))
    programme_ids = Several(_("Programmes it steers or follows"), coerce=int)

    def __init__(self, *args: Any, body: Body | None = None, **kwargs: Any) -> None:
        if body is not None:
            kwargs |= {"obj": body, "programme_ids": [one.id for one in body.programmes]}
        super().__init__(*args, **kwargs)

    def prepare(self, owner: Any) -> None:
        self._programmes = {one.id: one for one in queries.others(None)}
        self.programme_ids.choices = [
            SelectChoice(one.id, one.title) for one in self._programmes.values()
        ]

    def said(self) -> dict[str, Any]:
        said = super().said()
        said["programmes"] = [self._programmes[number] for number in said.pop("programme_ids")]
        return said


class MemberForm(Said):
    named = StringField(
        _("Who sits there"),
        [DataRequired(_("Please give a name.")), LINE],
        filters=[strip],
        description=_("An organisation, a function or a person."),
    )
    agrees = BooleanField(
        _("This name may be shown to everybody"),
        description=_(
            "Organisations and public functions may. A resident is named only with their"
            " agreement; until then the seat is shown without a name."
        ),
    )
    college = StringField(_("College"), [LINE], filters=[strip])
    mandate = StringField(_("Mandate"), [LINE], filters=[strip])
    start_words = StringField(_("Seat held since"), [LINE], filters=[strip], description=WHEN)
    end_words = StringField(_("Seat held until"), [LINE], filters=[strip])

    def validate_end_words(self, field: StringField) -> None:
        start, end = dates.parse(self.start_words.data or "").start, dates.parse(field.data).end
        if start and end and end < start:
            raise ValidationError(
                _("The end comes before the start: correct one of the two dates.")
            )


class MinutesForm(Said):
    title = StringField(_("Title"), [named(_("Please give a title.")), LINE], filters=[strip])
    date_words = StringField(_("Date"), [LINE], filters=[strip], description=WHEN)
    words = TextAreaField(_("What was said and decided"), [WORDS], filters=[pasted])
    document = FileField(_("The minutes (PDF)"))
    paper: tuple[bytes, str] | None = None

    def validate_document(self, field: FileField) -> None:
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename

    def said(self) -> dict[str, Any]:
        said = super().said()
        said.pop("document")
        return said


# Turning points.


class SplitForm(Said):
    names = Lines(_("The names"), description=_("One a line."))

    def validate_names(self, field: Lines) -> None:
        if len(field.data or []) < 2:
            raise ValidationError(_("Write at least two names, one a line."))


class StocktakeForm(Form):
    title = StringField(_("Title"), [named(_("Please give a title.")), LINE], filters=[strip])
    by_words = StringField(
        _("Drawn up by"),
        [DataRequired(_("Say who draws up this review.")), LINE],
        filters=[strip],
        description=_("For example: the services that carry the projects."),
    )
    words = TextAreaField(
        _("In a few words"),
        [WORDS],
        filters=[pasted],
        description=_("The numbers are counted by the site; say here what they mean."),
    )


class ClosingForm(Said):
    closing_report = TextAreaField(
        _("Closing report"),
        [WORDS],
        filters=[pasted],
        description=_("What the programme changed, what it did not, and what was learnt."),
    )
    successor_id = One(_("The programme that comes after"))
    successor_words = StringField(
        _("Or, in words"),
        [LINE],
        filters=[strip],
        description=_("Where it has no page here, for example: the ordinary services of the town."),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        self.programme = programme
        super().__init__(*args, obj=programme, **kwargs)

    def prepare(self, owner: Any) -> None:
        self._others = {one.id: one for one in queries.others(self.programme)}
        self.successor_id.among((one.id, one.title) for one in self._others.values())

    def said(self) -> dict[str, Any]:
        said = super().said()
        said["successor"] = self._others.get(said.pop("successor_id"))
        return said
