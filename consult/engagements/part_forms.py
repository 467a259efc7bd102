"""What is typed of the parts of a plan: its levels, versions, action sheets, money and moments."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from consult.core import clock, money
from consult.core.forms import Form, offered, public_reason
from consult.core.i18n import _
from consult.core.money import Nature
from consult.council.forms import LINE, Day, strip
from consult.engagements import amounts
from consult.engagements.forms import REASON, TITLE, WORDS, lines
from consult.engagements.models import (
    Amount,
    Moment,
    MomentKind,
    Plan,
    PlanState,
    Sheet,
    VersionKind,
)
from consult.engagements.queries import Branch, Tree
from consult.engagements.sheets import Content
from consult.engagements.wording import called
from consult.people.models import User
from consult.people.queries import by_email

DASHES = ("-", "–", "—", "•")  # what a point under a step begins with
ONE_A_LINE = _("One a line.")


def _number(value: Any) -> int:
    return int(value or 0)


def _branches(branches: Iterable[Branch]) -> list[SelectChoice]:
    """The branches of a plan to choose among, each under the one it grows from."""
    return [
        SelectChoice(one.engagement.id, "– " * one.depth + called(one.engagement))
        for one in branches
    ]


# The shape of a plan.


class LevelForm(Form):
    """A level of the tree takes another name, everywhere at once."""

    level = SelectField(_("Level to rename"))
    name = StringField(
        _("New name"), [DataRequired(_("Please give a name.")), LINE], filters=[strip]
    )
    reason = TextAreaField(_("Reason for this change"), [WORDS], filters=[strip])

    def __init__(self, *args: Any, tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = tree.plan
        counts: dict[str, int] = {}
        for one in tree.engagements:
            counts[one.level] = counts.get(one.level, 0) + 1
        self.level.choices = [
            SelectChoice(level, f"{level or _('without a name')} ({number})")
            for level, number in counts.items()
        ]

    def validate_reason(self, field: TextAreaField) -> None:
        if self.plan.state != PlanState.DRAFT and not field.data:
            raise ValidationError(REASON)


class VersionForm(Form):
    kind = RadioField(
        _("Which version"),
        choices=offered(kind for kind in VersionKind if kind != VersionKind.ADOPTED),
        default=VersionKind.MIDTERM.value,
        coerce=VersionKind,
    )
    title = StringField(
        _("Title"),
        [LINE],
        filters=[strip],
        description=_("Only where the version has a name of its own."),
    )
    as_of = Day(_("Date of this version"))
    as_of_words = StringField(
        _("The date as printed"),
        [LINE],
        filters=[strip],
        description=_("Where the document gives no day: autumn 2027."),
    )
    words = TextAreaField(
        _("What it changes"),
        [WORDS],
        filters=[strip],
        description=_("A few sentences for whoever knew the version before."),
    )

    def values(self) -> dict[str, Any]:
        names = ("kind", "title", "as_of", "as_of_words", "words")
        return {name: self[name].data for name in names}


# Action sheets.


class AnnounceForm(Form):
    """What is known of a sheet before it is written."""

    thematic = StringField(
        _("Theme"), [DataRequired(_("Please give the theme.")), LINE], filters=[strip]
    )
    aim = TextAreaField(
        _("Aim"),
        [WORDS],
        filters=[strip],
        description=_("What is announced, in one or two sentences."),
    )
    number = StringField(
        _("Number of the action sheet"),
        [LINE],
        filters=[strip],
        description=_("As printed, if it is."),
    )
    engagement_id = SelectField(_("Stands under"), coerce=_number, default=0)
    reason = public_reason()

    def __init__(self, *args: Any, tree: Tree, sheet: Sheet | None = None, **kwargs: Any) -> None:
        if sheet is not None:
            kwargs |= {name: getattr(sheet, name) for name in ("thematic", "aim", "number")}
            kwargs["engagement_id"] = sheet.engagement_id or 0
        super().__init__(*args, **kwargs)
        if sheet is None or sheet.plan.state == PlanState.DRAFT:
            del self.reason
        self.tree = tree
        self.engagement_id.choices = [
            SelectChoice(0, _("the plan as a whole")),
            *_branches(tree.walk()),
        ]

    def values(self) -> dict[str, Any]:
        branch = self.tree.by_engagement.get(self.engagement_id.data)
        names = ("thematic", "aim", "number", "reason")
        return {
            **{name: self[name].data for name in names if name in self},
            "engagement": branch.engagement if branch else None,
        }


class SheetForm(Form):
    """A whole action sheet, in the order of the printed ones; it is saved as often as one likes."""

    thematic = StringField(
        _("Theme"), [DataRequired(_("Please give the theme.")), LINE], filters=[strip]
    )
    title = TextAreaField(_("Title of the sheet"), [TITLE], filters=[strip])
    audience = TextAreaField(_("For whom?"), [WORDS], filters=[strip], description=ONE_A_LINE)
    when = TextAreaField(
        _("When?"),
        [WORDS],
        filters=[strip],
        description=_("In the words of the document: nobody makes up a day."),
    )
    followed = TextAreaField(
        _("Followed how?"),
        [WORDS],
        filters=[strip],
        description=_("Figures, reviews, evaluations: one a line."),
    )
    context = TextAreaField(
        _("Context"), [WORDS], filters=[strip], description=_("One paragraph a line.")
    )
    objectives = TextAreaField(_("Objectives"), [WORDS], filters=[strip], description=ONE_A_LINE)
    steps = TextAreaField(
        _("How it is done"),
        [WORDS],
        filters=[strip],
        description=_("One step a line. A point under a step begins with a dash."),
    )
    mobilised = TextAreaField(
        _("Whom to call on?"), [WORDS], filters=[strip], description=ONE_A_LINE
    )
    carriers = TextAreaField(_("Who carries the action"), [WORDS], filters=[strip])
    means = TextAreaField(_("Means"), [WORDS], filters=[strip])

    def __init__(self, *args: Any, said: Content, **kwargs: Any) -> None:
        listed = ("audience", "followed", "context", "objectives", "mobilised")
        plain = ("thematic", "title", "when", "carriers", "means")
        kwargs |= {name: said[name] for name in plain}
        kwargs |= {name: "\n".join(said[name]) for name in listed}
        kwargs["steps"] = steps_as_words(said["steps"])
        super().__init__(*args, **kwargs)

    def content(self) -> Content:
        """What was typed, as a sheet holds it."""
        listed = ("audience", "followed", "context", "objectives", "mobilised")
        plain = ("thematic", "title", "when", "carriers", "means")
        return {
            **{name: " ".join((self[name].data or "").split()) for name in plain},
            **{name: lines(self[name].data) for name in listed},
            "steps": steps_in(self.steps.data or ""),
        }


def steps_as_words(steps: Iterable[dict[str, Any]]) -> str:
    """Steps one a line, and under each its points behind a dash."""
    return "\n".join(
        line for step in steps for line in (step["text"], *(f"- {item}" for item in step["items"]))
    )


def steps_in(words: str) -> list[dict[str, Any]]:
    """The steps in these lines; a line behind a dash belongs to the step above it."""
    steps: list[dict[str, Any]] = []
    for line in lines(words):
        if line.startswith(DASHES) and steps:
            steps[-1]["items"].append(line[1:].strip())
        else:
            steps.append({"text": line, "items": []})
    return steps


class PublishSheetForm(Form):
    reason = TextAreaField(
        _("Reason for this new text"),
        [WORDS],
        filters=[strip],
        description=_("Public: whoever read the text before will look for it."),
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            del self.reason

    def validate_reason(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(
                _("This sheet was published: say why its text changes. The reason is public.")
            )


# Money.


class AmountForm(Form):
    words = StringField(
        _("Amount, as printed"),
        [DataRequired(_("Please give the amount.")), LINE],
        filters=[strip],
        description=_("It is shown as you write it: 157 M€, 28 million euros, 1,349 €."),
    )
    nature = RadioField(
        _("What it is"),
        choices=offered(Nature),
        default=Nature.UNKNOWN.value,
        coerce=Nature,
        description=_("Money hoped for, voted, committed and spent are never added up together."),
    )
    subject = StringField(
        _("What it is for"), [DataRequired(_("Please say what it is for.")), LINE], filters=[strip]
    )
    dates_words = StringField(
        _("Year or period"), [LINE], filters=[strip], description=_("As printed, if it is.")
    )
    part = SelectField(_("Where in the plan"), default="plan")
    reason = TextAreaField(
        _("Reason for this correction"),
        [WORDS],
        filters=[strip],
        description=_("Public: the amount before stays readable beside this reason."),
    )

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        tree: Tree,
        sheets: list[Sheet],
        amount: Amount | None = None,
        part: str = "plan",
        **kwargs: Any,
    ) -> None:
        kwargs["part"] = part
        if amount is not None:
            kwargs |= {name: getattr(amount, name) for name in ("words", "subject", "dates_words")}
            kwargs["nature"] = amount.nature.value
            kwargs["part"] = _part(amounts.stands_in(amount))
        super().__init__(*args, **kwargs)
        if amount is None or not plan.is_public:
            del self.reason
        self._parts = {
            "plan": None,
            **{_part(one): one for one in tree.engagements},
            **{_part(one): one for one in sheets},
            **{_part(one): one for one in tree.actions.values()},
        }
        self.part.choices = [
            SelectChoice("plan", _("the plan as a whole")),
            *(
                SelectChoice(
                    _part(one.engagement), "– " * one.depth + called(one.engagement), optgroup=group
                )
                for group in [str(_("Branches"))]
                for one in tree.walk()
            ),
            *(
                SelectChoice(_part(one), one.name, optgroup=str(_("Action sheets")))
                for one in sheets
            ),
            *(
                SelectChoice(_part(one), one.title, optgroup=str(_("Actions")))
                for one in tree.actions.values()
            ),
        ]

    def validate_words(self, field: StringField) -> None:
        if field.data and money.parse(field.data) is None:
            raise ValidationError(
                _(
                    "These words give no amount, or several. Write one: 157 M€, 28 million euros,"
                    " 1,349 €."
                )
            )

    def validate_reason(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(
                _("This amount was public: say why it changes. The reason is public too.")
            )

    def values(self) -> dict[str, Any]:
        names = ("words", "nature", "subject", "dates_words", "reason")
        return {
            **{name: self[name].data for name in names if name in self},
            "part": self._parts[self.part.data],
        }


def _part(thing: Any) -> str:
    """A part of a plan in a list of choices."""
    return f"{thing.__tablename__}-{thing.id}" if thing is not None else "plan"


# Moments.


class MomentForm(Form):
    kind = RadioField(
        _("What it is"),
        choices=offered(MomentKind),
        default=MomentKind.OTHER.value,
        coerce=MomentKind,
    )
    title = StringField(
        _("Title"), [DataRequired(_("Please give a title.")), LINE], filters=[strip]
    )
    due_words = StringField(
        _("When"),
        [LINE],
        filters=[strip],
        description=_(
            "In your words: 2027, autumn 2026, 14 March 2026. If it comes back, the first time."
        ),
    )
    periodicity = StringField(
        _("How often"), [LINE], filters=[strip], description=_("For example: every year.")
    )
    responsible = StringField(
        _("Who holds it"), [LINE], filters=[strip], description=_("A service or a body.")
    )
    email = StringField(
        _("E-mail address of the person in charge"),
        [LINE],
        filters=[strip],
        description=_(
            "Somebody who has an account here: they are reminded a month before, and once it is"
            " late. Leave empty for nobody."
        ),
    )
    deliverable = StringField(
        _("What will come of it"),
        [LINE],
        filters=[strip],
        description=_("A report, a meeting open to all, a table of figures."),
    )
    sheet_id = SelectField(_("About"), coerce=_number, default=0)
    pilot: User | None = None

    def __init__(
        self, *args: Any, sheets: list[Sheet], moment: Moment | None = None, **kwargs: Any
    ) -> None:
        names = ("title", "due_words", "periodicity", "responsible", "deliverable")
        if moment is not None:
            kwargs |= {name: getattr(moment, name) for name in names}
            kwargs |= {
                "kind": moment.kind.value,
                "email": moment.pilot.email if moment.pilot else "",
                "sheet_id": moment.sheet_id or 0,
            }
        super().__init__(*args, **kwargs)
        self._sheets = {one.id: one for one in sheets}
        self.sheet_id.choices = [
            SelectChoice(0, _("the plan as a whole")),
            *(SelectChoice(one.id, one.name) for one in sheets),
        ]

    def validate_email(self, field: StringField) -> None:
        if field.data:
            self.pilot = by_email(field.data)
            if self.pilot is None or not self.pilot.confirmed_at:
                raise ValidationError(_("No confirmed account has this address."))

    def values(self) -> dict[str, Any]:
        names = ("kind", "title", "due_words", "periodicity", "responsible", "deliverable")
        return {
            **{name: self[name].data for name in names},
            "pilot": self.pilot,
            "sheet": self._sheets.get(self.sheet_id.data),
        }


class ConcludeForm(Form):
    done_on = Day(_("On which day"), [InputRequired(_("Please give the day."))])
    words = TextAreaField(
        _("What came of it"),
        [WORDS],
        filters=[strip],
        description=_("A few sentences that everybody will read."),
    )
    document = FileField(_("The document (PDF)"))
    url = StringField(
        _("Or the address where it can be read"),
        [LINE],
        filters=[strip],
        description=_("It begins with https://"),
    )
    paper: tuple[bytes, str] | None = None

    def validate_done_on(self, field: Day) -> None:
        if isinstance(field.data, date) and field.data > clock.today():
            raise ValidationError(_("This day has not come yet."))

    def validate_document(self, field: FileField) -> None:
        self.paper = None
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename
        elif not self.url.data:
            raise ValidationError(_("Add the document, or the address where it can be read."))

    def validate_url(self, field: StringField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("An address begins with https://"))
