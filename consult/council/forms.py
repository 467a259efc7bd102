"""What a clerk types to fill what an act does not say yet."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import DateField, IntegerField, StringField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from consult.core import clock
from consult.core.forms import Form
from consult.core.i18n import _
from consult.council import queries
from consult.council.models import Act

LINE = Length(max=300, message=_("This text is too long."))


def strip(value: str | None) -> str:
    return (value or "").strip()


class Day(DateField):
    """A day, from the browser's calendar or typed as 31/12/2026."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        formats = ["%Y-%m-%d", "%d/%m/%Y"]
        super().__init__(label, validators or [Optional()], format=formats, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a day. Write it as 31/12/2026.")) from None


class CompleteForm(Form):
    """Only what is empty is asked; what is left empty goes on reading “not communicated”."""

    number = StringField(_("Number of the act"), [LINE], filters=[strip])
    assembly = StringField(_("Assembly"), [LINE], filters=[strip])
    adopted_on = Day(_("Day of the vote"))
    place = StringField(_("Where it met"), [LINE], filters=[strip])
    votes_for = IntegerField(_("Votes for"), [Optional(), NumberRange(min=0)])
    votes_against = IntegerField(_("Votes against"), [Optional(), NumberRange(min=0)])
    abstentions = IntegerField(_("Abstentions"), [Optional(), NumberRange(min=0)])
    vote_words = StringField(_("The vote as printed"), [LINE], filters=[strip])
    document = FileField(_("The act (PDF)"))
    paper: tuple[bytes, str] | None = None

    def __init__(self, *args: Any, act: Act, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {"key", "csrf_token", *queries.empty(act)}
        for name in [field.short_name for field in self if field.short_name not in asked]:
            del self[name]

    def validate_adopted_on(self, field: Day) -> None:
        if isinstance(field.data, date) and field.data > clock.today():
            raise ValidationError(_("This day has not come yet."))

    def validate_votes_for(self, field: IntegerField) -> None:
        counts = [self[name].data for name in queries.COUNTS]
        if None in counts and any(count is not None for count in counts):
            raise ValidationError(
                _("Give the three counts, or none. Where nobody voted so, write 0.")
            )

    def validate_document(self, field: FileField) -> None:
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename

    def said(self) -> dict[str, Any]:
        """What was typed, by the name of its field."""
        names = (*queries.FILLABLE, *queries.COUNTS)
        return {name: self[name].data for name in names if name in self}
