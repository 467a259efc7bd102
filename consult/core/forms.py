"""What every form has: its own number, so that sending it twice is sending it once."""

import secrets
from collections.abc import Iterable
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.widgets import CheckboxInput, ListWidget

from consult.core.i18n import Labelled, _
from consult.core.rules import Refused


class Form(FlaskForm):
    """A form that keeps what was typed and names itself to the server."""

    key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.key.data and len(self.key.data) <= 40):
            self.key.data = secrets.token_urlsafe(18)

    def sent(self) -> bool:
        """Whether the form was sent and is well formed."""
        return bool(request.method == "POST" and self.validate())

    def refuse(self, refused: Refused) -> None:
        """Say why not, beside the field at fault; above the form where none is."""
        if refused.about in self:
            self[refused.about].errors = [refused.reason]
        else:
            self.form_errors.append(refused.reason)


def offered(words: Iterable[Labelled]) -> list[SelectChoice]:
    """These words, as the choices of a field."""
    return [SelectChoice(word.value, word.label) for word in words]


def labels(*forms: type[FlaskForm]) -> dict[str, Any]:
    """What these forms call their fields, by name: the words a history says them with."""
    fields = ((name, getattr(form, name)) for form in forms for name in dir(form))
    return {
        name: field.args[0]
        for name, field in fields
        if isinstance(field, UnboundField) and field.args
    }


class Several(SelectMultipleField):
    """Several among a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _WhereItChanges:
    """A field that one act needs and the next does not: it is marked neither way."""

    field_flags: ClassVar = {"sometimes": True}

    def __call__(self, form: Any, field: Any) -> None:
        """The rule below the page says when it is missing."""


def public_reason() -> TextAreaField:
    """Why something on show changes; a view takes the field away where nobody reads it yet."""
    return TextAreaField(
        _("Why does it change?"),
        [_WhereItChanges()],
        description=_(
            "Needed where something that was said changes or goes. Everybody can read this reason,"
            " the date and what was said before."
        ),
        filters=[lambda words: (words or "").strip()],
        render_kw={"rows": 3},
    )
