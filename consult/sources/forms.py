"""What a clerk types: a document's file, an acronym, families of words."""

from io import BytesIO
from typing import Any

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from consult.core.forms import Form
from consult.core.i18n import _
from consult.core.tables import TableError
from consult.engagements.documents import DocumentError, Problem
from consult.sources import queries, reading, tables
from consult.sources.models import Term
from consult.sources.tables import is_table

LARGEST = 10 * 2**20  # bytes
LINE = Length(max=300, message=_("This text is too long."))


def strip(value: str | None) -> str:
    return (value or "").strip()


class DocumentForm(Form):
    """The file is read whole; every line that is wrong is told with its place."""

    file = FileField(
        _("The document"),
        [InputRequired(_("Please choose a file."))],
        description=_(
            "The transcription of a document (JSON), or a plan as a table (CSV, XLSX, ODS): one"
            " action a row. 10 MB at most."
        ),
    )
    title = StringField(
        _("Title of the plan"), [LINE], filters=[strip], description=_("For a table only.")
    )
    columns = StringField(
        _("Which column holds what"),
        [LINE],
        filters=[strip],
        description=_(
            "For a table whose columns are not recognised: title=Title, ref=ID, engagement=Axis."
            " The fields: ref, title, words, engagement, status, date, unit, place."
        ),
    )
    states = StringField(
        _("What its states of progress mean"),
        [LINE],
        filters=[strip],
        description=_("For a table with words of its own: FINISHED=done, WORKS=started."),
    )
    data_bytes: bytes = b""
    document: reading.Document | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[Problem] = []

    def validate_file(self, field: FileField) -> None:
        if not (field.data and field.data.filename):
            raise ValidationError(_("Please choose a file."))
        data = field.data.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValidationError(_("This file is larger than 10 MB."))
        try:
            raw = self._table(data) if is_table(field.data.filename) else reading.loaded(data)
            self.document = reading.read(raw)
        except TableError as error:
            raise ValidationError(error.message) from None
        except DocumentError as error:
            self.problems = error.problems
            raise ValidationError(_("This file cannot be carried in as it is.")) from None
        self.data_bytes = data

    def _table(self, data: bytes) -> dict[str, Any]:
        return tables.read(
            BytesIO(data),
            self.file.data.filename,
            title=self.title.data or "",
            columns=tables.pairs(self.columns.data or ""),
            states=tables.pairs(self.states.data or ""),
        ).raw


class TermForm(Form):
    acronym = StringField(
        _("Acronym"), [InputRequired(_("Please give the acronym.")), LINE], filters=[strip]
    )
    expansion = StringField(_("What it stands for"), [LINE], filters=[strip])
    source = StringField(_("Where this is said"), [LINE], filters=[strip])

    def __init__(self, *args: Any, term: Term | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=term, **kwargs)
        self.term = term

    def validate_acronym(self, field: StringField) -> None:
        known = queries.term(field.data)
        if known is not None and known is not self.term:
            raise ValidationError(_("This acronym is already in the glossary."))

    def said(self) -> dict[str, str]:
        return {
            "acronym": self.acronym.data or "",
            "expansion": self.expansion.data or "",
            "source": self.source.data or "",
        }


class KinForm(Form):
    families = TextAreaField(
        _("Words that may speak of the same thing"),
        description=_("One family a line, its words separated by commas: fablab, tiers-lieu."),
        filters=[strip],
    )

    def lines(self) -> list[str]:
        """Each family on one line, its words in one spelling of spaces and commas."""
        found = []
        for line in (self.families.data or "").splitlines():
            words = [word.strip() for word in line.split(",") if word.strip()]
            if len(words) > 1:
                found.append(", ".join(words))
        return found
