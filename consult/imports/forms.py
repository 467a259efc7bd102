"""What a facilitator says of a file: which one, which column holds what, and whether to publish."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from consult.contributions.formats import FIELDS, FORMATS
from consult.core.forms import Form
from consult.core.i18n import _


class FileForm(Form):
    file = FileField(
        _("File"),
        [FileRequired(_("Please choose a file."))],
        description=_("CSV, Excel (XLSX) or LibreOffice (ODS). 30 MB at most."),
    )


class ColumnsForm(Form):
    """Which column of the file holds what."""

    format = SelectField(_("Kind of file"))
    ref = SelectField(
        _("Reference"),
        description=_("What tells one row from the others: brought again, it changes the same."),
    )
    title = SelectField(
        _("Title"), description=_("Where there is none, the first sentence of the text is taken.")
    )
    body = SelectField(_("Text"))
    theme = SelectField(_("Theme"), description=_("A theme nobody knew is added."))
    place = SelectField(_("Place"), description=_("By any name of a place of this site."))
    created_at = SelectField(_("Sent on"))
    published = SelectField(
        _("Public or not"), description=_("What is not public there is never shown here.")
    )
    author = SelectField(
        _("Name to show"),
        description=_(
            "Only if these people agreed to it: a name given elsewhere is personal data."
        ),
    )

    def __init__(self, header: list[str], **values: Any) -> None:
        super().__init__(**values)
        self.format.choices = [SelectChoice(key, words) for key, words in FORMATS.items()]
        columns = [SelectChoice(column, column) for column in header]
        for name in FIELDS:
            self[name].choices = [SelectChoice("", _("No column")), *columns]
            self[name].data = self[name].data or ""  # an export that names its own shows none

    def columns(self, guessed: Mapping[str, str]) -> dict[str, str]:
        """What was chosen against what the header says of itself; a name to show is never guessed.

        What is as guessed is left to be guessed again: a column in two languages stays whole.
        """
        chosen = {name: self[name].data or "" for name in FIELDS if self[name].raw_data}
        return {
            name: column
            for name, column in chosen.items()
            if column != guessed.get(name, "") or (name == "author" and column)
        }


class ConfirmForm(Form):
    """What becomes of the texts."""

    then = RadioField(
        _("What becomes of these texts"),
        choices=[
            SelectChoice("publish", _("They are published at once")),
            SelectChoice("read", _("A facilitator reads each of them first")),
        ],
        default="publish",
        validators=[InputRequired()],
    )
