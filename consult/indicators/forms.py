"""What is typed about an indicator: what it is, its figures in a grid, a table, a correction."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from consult.core.forms import Form, Several, offered, public_reason
from consult.core.i18n import _
from consult.core.rules import refusal
from consult.core.text import fold
from consult.council.forms import LINE, strip
from consult.engagements.models import Action, Plan, Sheet
from consult.indicators import figures, formats, queries, rules
from consult.indicators.models import DESCRIBED, LOWEST, Indicator, Quality, Yardstick
from consult.indicators.rules import Entry
from consult.territory.models import Place

WORDS = Length(max=4000, message=_("This text is too long."))
TABLE = Length(max=400_000, message=_("This text is too long."))
ROWS, MOST_ROWS = 12, 200


class IndicatorForm(Form):
    """An indicator: what is measured, how to read it, what it measures."""

    label = StringField(
        _("What is measured"),
        [DataRequired(_("Please say what is measured.")), LINE],
        filters=[strip],
        description=_("As the source prints it: “Poverty rate”."),
    )
    theme = StringField(_("Theme"), [LINE], filters=[strip])
    collection = StringField(
        _("Title of the table"),
        [LINE],
        filters=[strip],
        description=_("Indicators with the same table title stand together."),
    )
    unit = StringField(
        _("Unit"),
        [Length(max=20, message=_("This text is too long."))],
        filters=[strip],
        description=_("%, €, pts, or nothing for a plain number. A figure may carry its own."),
    )
    counts_people = BooleanField(
        _("It counts people"),
        description=_(
            "Then only totals are entered, and figures under the threshold are masked, with enough"
            " others that nobody can work them out."
        ),
    )
    threshold = IntegerField(
        _("Its own threshold"),
        [Optional(), NumberRange(min=LOWEST, max=1000)],
        description=_("Empty: the threshold of the site."),
    )
    compared_with = SelectField(
        _("Compared with"),
        default="",
        description=_("So that a gap is said in words: higher than the département."),
    )
    note_key = StringField(
        _("Mark of its note"),
        [Length(max=10, message=_("This text is too long."))],
        filters=[strip],
        description=_("The letter printed beside it: a."),
    )
    note_words = TextAreaField(_("Its note"), [WORDS], filters=[strip])
    reading_key = TextAreaField(
        _("How to read it"),
        [WORDS],
        filters=[strip],
        description=_("One full sentence with a figure of the table, as an example."),
    )
    plan_ids = Several(_("Plans it measures"), coerce=int)
    action_ids = Several(_("Actions it measures"), coerce=int)
    sheet_ids = Several(_("Action sheets it measures"), coerce=int)
    reason = public_reason()

    def __init__(
        self,
        *args: Any,
        plans: list[Plan],
        actions: Sequence[Action] = (),
        sheets: Sequence[Sheet] = (),
        indicator: Indicator | None = None,
        **kwargs: Any,
    ) -> None:
        if indicator is not None:
            kwargs |= {name: getattr(indicator, name) for name in DESCRIBED}
            kwargs |= {
                "compared_with": indicator.compared_with or "",
                "plan_ids": [plan.id for plan in indicator.plans],
                "action_ids": [action.id for action in indicator.actions],
                "sheet_ids": [sheet.id for sheet in indicator.sheets],
            }
        super().__init__(*args, **kwargs)
        if indicator is None or not indicator.is_public:
            del self.reason
        self._plans = {plan.id: plan for plan in plans}
        self._actions = {action.id: action for action in actions}
        self._sheets = {sheet.id: sheet for sheet in sheets}
        self.compared_with.choices = [
            SelectChoice("", "–"),
            *offered(Yardstick),
        ]
        self.plan_ids.choices = [SelectChoice(plan.id, plan.title) for plan in plans]
        self.action_ids.choices = [
            SelectChoice(action.id, action.title) for action in actions or ()
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, as the indicator takes it."""
        compared = self.compared_with.data
        said = {
            **{name: self[name].data for name in DESCRIBED},
            "unit": figures.unit(self.unit.data or ""),
            "compared_with": Yardstick(compared) if compared else None,
            "plans": [self._plans[number] for number in self.plan_ids.data or ()],
        }
        if self._actions:
            said["actions"] = [self._actions[number] for number in self.action_ids.data or ()]
        if self._sheets:
            said["sheets"] = [self._sheets[number] for number in self.sheet_ids.data or ()]
        if self.reason is not None:
            said["reason"] = self.reason.data
        return said


class CellForm(Part):
    """One line of the grid: a territory, a part of it, a figure."""

    territory = StringField(_("Territory"), [LINE], filters=[strip])
    category = StringField(_("Category"), [LINE], filters=[strip])
    words = StringField(_("Figure"), [LINE], filters=[strip])
    is_total = BooleanField(_("Total of the others"))


class _Sourced(Form):
    """What holds for every figure given at once."""

    period = StringField(
        _("Year or period"),
        [LINE],
        filters=[strip],
        description=_("As the source prints it: 2021. Empty where it does not say."),
    )
    source = StringField(
        _("Source of the figures"),
        [LINE],
        filters=[strip],
        description=_("Who publishes this figure, in which file: Insee, population census."),
    )
    quality = SelectField(_("Quality"), default="")
    compared_to = StringField(
        _("Set beside the figure of"),
        [LINE],
        filters=[strip],
        description=_("A territory of this table; the gap to it is worked out for each line."),
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.quality.choices = [
            SelectChoice("", _("not communicated")),
            *offered(Quality),
        ]

    @property
    def said_quality(self) -> Quality | None:
        return Quality(self.quality.data) if self.quality.data else None


class GridForm(_Sourced):
    """A table of figures, one a line; lines without a figure are left out."""

    cells = FieldList(FormField(CellForm, _("Line")), _("Figures"), max_entries=MOST_ROWS)

    def __init__(
        self,
        *args: Any,
        indicator: Indicator,
        places: dict[str, Place],
        known: list[tuple[str, str, bool]] = (),  # type: ignore[assignment]
        **kwargs: Any,
    ) -> None:
        blank = [
            *({"territory": t, "category": c, "is_total": is_total} for t, c, is_total in known),
            *({} for _n in range(max(3, ROWS - len(known)))),
        ]
        super().__init__(*args, indicator=indicator, cells=blank, **kwargs)
        self.places = places
        self.entries: list[Entry] = []

    def add_rows(self) -> None:
        """More empty lines under those already typed."""
        for _n in range(min(ROWS, MOST_ROWS - len(self.cells))):
            self.cells.append_entry()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        is_well_formed = super().validate(*args, **kwargs)
        self.entries = []
        known = queries.keys_of(self.indicator)
        for line in self.cells:
            cell = line.form
            if not cell["words"].data:
                continue
            entry = self._entry(cell)
            reason = refusal(rules.be_sound, self.indicator, entry)
            reason = reason or refusal(rules.be_new, entry, known)
            known.add(entry.key)
            self.entries.append(entry)
            if reason:
                field = cell["words"] if entry.territory else cell["territory"]
                field.errors = [*field.errors, reason]
                is_well_formed = False
        self.cells.errors = [line.errors for line in self.cells if line.errors]
        if not self.entries:
            self.form_errors.append(_("Give at least one figure, with its territory."))
            return False
        return is_well_formed

    def _entry(self, cell: Any) -> Entry:
        territory = cell["territory"].data
        return formats.measured(cell["words"].data, "", self.indicator)._replace(
            territory=territory,
            place=self.places.get(fold(territory)),
            category=cell["category"].data,
            period=self.period.data or "",
            source=self.source.data or "",
            quality=self.said_quality,
            is_total=bool(cell["is_total"].data),
            compared_to=self.compared_to.data or "",
        )


class TableForm(_Sourced):
    """A table pasted from a spreadsheet, or brought as a file."""

    pasted = TextAreaField(
        _("Paste the table here"),
        [TABLE],
        description=_(
            "With its first line, the names of the columns: territoire, then valeur; or one column"
            " a year or a category."
        ),
    )
    file = FileField(
        _("Or choose a file"), description=_("CSV, Excel (XLSX) or LibreOffice (ODS).")
    )

    @property
    def defaults(self) -> formats.Defaults:
        return formats.Defaults(
            self.period.data or "",
            self.source.data or "",
            self.said_quality,
            self.compared_to.data or "",
        )

    def validate_pasted(self, field: TextAreaField) -> None:
        has_file = self.file.data and self.file.data.filename
        if not has_file and not (field.data or "").strip():
            raise ValidationError(_("Paste a table, or choose a file."))


class CorrectForm(Form):
    """A figure said again, and why."""

    words = StringField(
        _("The right figure"),
        [LINE],
        filters=[strip],
        description=_("As it should be printed. Empty: the figure is taken back."),
    )
    quality = SelectField(_("Quality"), default="")
    reason = TextAreaField(
        _("Reason of the correction"),
        [DataRequired(_("Say why this figure changes: the reason is public.")), WORDS],
        filters=[strip],
        description=_("Everybody reads it. What was printed stays beside it."),
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.quality.choices = [
            SelectChoice("", _("not communicated")),
            *offered(Quality),
        ]

    def validate_words(self, field: StringField) -> None:
        if not field.data:
            return
        entry = formats.measured(field.data, "", self.indicator)
        if reason := (
            refusal(rules.be_a_figure, entry.number)
            or refusal(rules.count_people, self.indicator.counts_people, entry.number, entry.unit)
        ):
            raise ValidationError(reason)

    def values(self) -> dict[str, Any]:
        """What was typed, as the correction takes it."""
        entry = formats.measured(self.words.data or "", "", self.indicator)
        return {
            "words": entry.words,
            "number": entry.number,
            "unit": entry.unit if entry.words else "",
            "quality": Quality(self.quality.data) if self.quality.data else None,
            "reason": self.reason.data,
        }


class ThresholdForm(Form):
    threshold = IntegerField(
        _("Threshold of small numbers"),
        [
            InputRequired(_("Give a number of people.")),
            NumberRange(
                min=LOWEST,
                max=1000,
                message=_("Between %(low)s and %(high)s people.", low=LOWEST, high=1000),
            ),
        ],
        description=_("Figures that count fewer people than this are shown to nobody."),
    )
