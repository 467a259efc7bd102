"""What is typed to prepare, open, change and end a campaign."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from consult.campaigns.models import (
    FROZEN,
    WAYS,
    YOUNGEST,
    AgeBracket,
    Campaign,
    Identity,
    LegalNature,
    Moderation,
    PhaseKind,
)
from consult.campaigns.queries import NO_REFERENDUM, REQUIRED, is_slug_taken, says_referendum
from consult.core import clock
from consult.core.forms import Form, Several, offered, public_reason
from consult.core.i18n import _
from consult.core.slugs import slugify
from consult.core.text import fold
from consult.territory.models import PlaceKind

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
NOT_A_DAY = _("This is not a day. Write it as 31/12/2026.")
WORDS = Length(max=20_000, message=_("This text is too long."))
POSTCODES = r"^\s*\d{5}([\s,;]+\d{5})*\s*$"
LINE = Length(max=300, message=_("This text is too long."))


class Day(DateField):
    """A day typed in town, in the browser's calendar or by hand."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [Optional()], format=DAYS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NOT_A_DAY) from None


def _nature(value: Any) -> LegalNature | None:
    return LegalNature(value) if value and value != "None" else None


class _Framed:
    """The fields that freeze when the campaign opens."""

    title = StringField(
        _("Title"),
        [InputRequired(_("Please give a title.")), LINE],
        description=_("A few words people will say to each other."),
    )
    question = StringField(
        _("The question, in one sentence"),
        [LINE],
        description=_("What the town really asks, and may still change."),
    )
    decider = StringField(
        _("Who decides"),
        [LINE],
        description=_("The person or the assembly that will decide in the end, and when."),
    )
    legal_nature = RadioField(
        _("Legal nature"),
        [Optional()],
        choices=offered(LegalNature),
        coerce=_nature,
        validate_choice=False,
        description=_("It says what the result is worth, and which law applies."),
    )
    audience = TextAreaField(
        _("Who may take part"),
        [WORDS],
        description=_(
            "Age, place, link with the town: everybody must know whether they are meant."
        ),
    )
    rules = TextAreaField(
        _("Rules of participation"),
        [WORDS],
        description=_("How many contributions each, what is refused, how supports count."),
    )
    purpose = TextAreaField(
        _("What will be done with the results"),
        [WORDS],
        description=_("What the town commits to: an answer to each, by when, and what comes next."),
    )
    offline = TextAreaField(
        _("Taking part without the internet"),
        [WORDS],
        description=_("Where paper forms are found and handed in, a counter, a line, meetings."),
    )
    privacy = TextAreaField(
        _("Personal data"),
        [WORDS],
        description=_("What is kept, why, for how long, who sees it, whom to write to."),
    )
    moderation = RadioField(
        _("Moderation"),
        choices=offered(Moderation),
        coerce=Moderation,
        default=Moderation.BEFORE,
    )
    identity = RadioField(
        _("Identity"),
        choices=offered((Identity.NONE, Identity.EMAIL)),
        coerce=Identity,
        default=Identity.EMAIL,
    )
    ways = Several(
        _("Proof asked, beyond the address"),
        choices=offered(WAYS),
        description=_(
            "None: an address is enough. Several: each person chooses one of them, and counts once."
        ),
    )
    perimeter = StringField(
        _("Perimeter"),
        [LINE],
        description=_("Where one lives to be inside: “the town”, the streets of a quarter."),
    )
    postcodes = StringField(
        _("Postcodes of the perimeter"),
        [Optional(), Regexp(POSTCODES, message=_("Write postcodes as 92330 92220."))],
        description=_("An address declared elsewhere is outside. Empty: they are not compared."),
    )
    is_for_insiders = SelectField(
        _("People from elsewhere"),
        choices=[
            SelectChoice("", _("They take part, counted apart.")),
            SelectChoice("1", _("They do not take part.")),
        ],
        coerce=lambda value: value in (True, "1", "True"),
    )
    youngest = SelectField(
        _("Age asked"),
        choices=[SelectChoice(age.value if age else "", words) for age, words in YOUNGEST.items()],
        coerce=lambda value: AgeBracket(value) if value in set(AgeBracket) else None,
    )
    proves_comments = BooleanField(_("A proof is asked of comments as well"))
    support_limit = IntegerField(
        _("Supports for each person"),
        [Optional(), NumberRange(1, 1000, _("Choose between 1 and 1000, or leave it empty."))],
        description=_("Empty: as many as one wishes."),
    )
    hides_counts = SelectField(
        _("Counting of supports"),
        choices=[
            SelectChoice("", _("Shown as they come")),
            SelectChoice("1", _("Hidden until the last day of support")),
        ],
        coerce=lambda value: value in (True, "1", "True"),
    )

    def validate_title(self, field: StringField) -> None:
        if says_referendum(field.data or ""):
            raise ValidationError(NO_REFERENDUM)


class _OfCampaign(Form):
    """A form filled with what the campaign says; once it is public nothing asked for is empty."""

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, obj=campaign, **kwargs)
        self.campaign = campaign

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for name, words in REQUIRED.items():
            if self.campaign.is_public and name in self and not self[name].data:
                self[name].errors = [*self[name].errors, words]
                valid = False
        return valid

    def fields(self) -> dict[str, Any]:
        """What was typed, by name of column; whoever proves more has an address that answers."""
        others = ("presentation", "contact", "slug", "dpia_on", "dpia_by")
        typed = {
            name: value for name, value in self.data.items() if name in FROZEN or name in others
        }
        for name in ("dpia_by", "postcodes", "perimeter"):
            if name in typed:
                typed[name] = (typed[name] or "").strip()
        return typed | ({"identity": Identity.EMAIL} if typed.get("ways") else {})


class CreateForm(Form):
    title, question = _Framed.title, _Framed.question
    validate_title = _Framed.validate_title


class FreeForm(_OfCampaign):
    """What may be mended at any time."""

    presentation = TextAreaField(
        _("Presentation"),
        [WORDS],
        description=_("The context, what is known, what is already decided and what is not."),
    )
    contact = StringField(
        _("Contact"),
        [LINE],
        description=_("A service, a telephone number, an address: for any question."),
    )
    dpia_on = Day(
        _("AIPD validated on"),
        description=_(
            "The impact assessment of article 35 of the GDPR. Nobody proves who they are before."
        ),
    )
    dpia_by = StringField(
        _("AIPD validated by"), [LINE], description=_("The office that did, not a name.")
    )
    reason = public_reason()

    def validate_dpia_on(self, field: DateField) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_("This day is still to come."))

    def validate_dpia_by(self, field: StringField) -> None:
        if self.dpia_on.data and not (field.data or "").strip():
            raise ValidationError(_("Please say who validated it."))


class EditForm(_Framed, FreeForm):
    """Everything a campaign says, before it opens."""

    reason = None  # nobody answered it yet
    slug = StringField(
        _("Address of the page"),
        [Length(max=80)],
        description=_("What follows “/consultations/”: short, so that it can be read aloud."),
    )

    def validate_slug(self, field: StringField) -> None:
        if self.campaign.is_public:
            field.data = self.campaign.slug
        elif is_slug_taken(slugify(field.data or ""), self.campaign):
            raise ValidationError(_("Another campaign already stands at this address."))


class ChangeRulesForm(_Framed, _OfCampaign):
    """The rules of an open campaign, and why they change."""

    reason = TextAreaField(
        _("Why the rules change"),
        [InputRequired(_("Please say why: the reason is shown to everybody.")), WORDS],
        description=_("Shown on the page of the rules and sent to those who follow the campaign."),
    )


class PhasePart(Part):
    first = Day(_("First day"))
    last = Day(_("Last day"))
    words = StringField(_("What happens then"), [LINE])

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.first.data and not self.first.errors and (self.last.data or self.words.data):
            wrong, words = self.first, _("Give the first day of this step, or empty the step.")
        elif self.first.data and self.last.data and self.last.data < self.first.data:
            wrong, words = self.last, _("The last day comes before the first.")
        else:
            return valid
        wrong.errors = [*wrong.errors, words]
        return False


class ScheduleForm(Form):
    """The steps of a campaign; an empty step does not take place."""

    propose = FormField(PhasePart, PhaseKind.PROPOSE.label)
    discuss = FormField(PhasePart, PhaseKind.DISCUSS.label)
    vote = FormField(PhasePart, PhaseKind.VOTE.label)
    answer = FormField(PhasePart, PhaseKind.ANSWER.label)
    follow_up = FormField(PhasePart, PhaseKind.FOLLOW_UP.label)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        steps = {
            phase.kind.value: {
                "first": clock.in_town(phase.opens_at).date(),
                "last": clock.in_town(phase.closes_at).date() if phase.closes_at else None,
                "words": phase.words,
            }
            for phase in campaign.phases
        }
        super().__init__(*args, data=steps, **kwargs)
        for kind in PhaseKind:
            for field in self[kind.value].form:  # the list of mistakes names the step
                field.label.text = f"{kind.label} – {field.label.text}"

    def parts(self) -> dict[PhaseKind, PhasePart]:
        """The steps that have a first day."""
        return {kind: self[kind.value].form for kind in PhaseKind if self[kind.value].first.data}


class ThemePart(Part):
    number = IntegerField("", [Optional()], widget=HiddenInput())
    title = StringField(_("Theme"), [LINE])
    order = IntegerField(_("Order"), [Optional()])


class ThemesForm(Form):
    """One line a theme: those already there keep their number, an emptied line takes one away."""

    themes = FieldList(FormField(ThemePart), max_entries=100)
    reason = public_reason()

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        there = [
            {"number": theme.id, "title": theme.title, "order": order}
            for order, theme in enumerate(campaign.themes, 1)
        ]
        super().__init__(*args, data={"themes": [*there, *({} for _line in range(4))]}, **kwargs)
        if not campaign.has_opened:
            del self.reason

    def validate_themes(self, field: FieldList) -> None:
        seen: set[str] = set()
        for entry in field:
            key = fold(entry.title.data or "")
            if key and key in seen:
                words = _("Another theme already has this name.")
                entry.title.errors = [*entry.title.errors, words]
                raise ValidationError(words)
            seen.add(key)

    def titles(self) -> list[tuple[int | None, str]]:
        """The themes in the order that was asked for."""
        lines = [entry.form for entry in self.themes if (entry.title.data or "").strip()]
        lines.sort(key=lambda line: line.order.data if line.order.data is not None else 1000)
        return [(line.number.data, line.title.data.strip()) for line in lines]


class PlaceForm(Form):
    name = StringField(
        _("Name of the place"),
        [InputRequired(_("Please give the name of the place.")), LINE],
        description=_("If the site knows it under any spelling, that place is taken."),
    )
    kind = RadioField(
        _("If it is new: what it is"),
        choices=offered(PlaceKind),
        coerce=PlaceKind,
        default=PlaceKind.SITE,
    )
    aliases = TextAreaField(
        _("If it is new: its other names"), [WORDS], description=_("One a line.")
    )
    reason = public_reason()


class RemovePlaceForm(Form):
    reason = public_reason()


class DocumentForm(Form):
    file = FileField(
        _("File"),
        [FileRequired(_("Please choose a file."))],
        description=_("A PDF, or a picture (JPEG, PNG, WebP, HEIC). 30 MB at most."),
    )
    title = StringField(_("Title"), [InputRequired(_("Please give the document a title.")), LINE])
    nature = StringField(
        _("What it is"), [LINE], description=_("For example: study, map, report, notice.")
    )
    dated_on = Day(_("Date of the document"))


class ReasonForm(Form):
    """A public reason."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why: the reason is shown to everybody.")), WORDS],
        description=_("Everybody will read it, and those who follow the campaign are told."),
    )


class RemoveDocumentForm(Form):
    reason = TextAreaField(_("Reason"), [WORDS])


class ExtendForm(ReasonForm):
    phase = RadioField(
        _("The step to make longer"),
        [InputRequired(_("Please choose a step."))],
        coerce=lambda value: int(value) if value not in (None, "", "None") else None,
    )
    last = Day(_("New last day"), [InputRequired(_("Please give the new last day."))])
    following = SelectField(
        _("The steps that come after"),
        choices=[
            SelectChoice("stay", _("keep their dates")),
            SelectChoice("move", _("move by as many days")),
        ],
        description=_("Only the steps that begin after the one you make longer."),
    )


class CopyForm(Form):
    title, validate_title = _Framed.title, _Framed.validate_title
    first = Day(
        _("First day of the new campaign"),
        description=_("The steps keep their lengths from that day. Empty: no calendar."),
    )
