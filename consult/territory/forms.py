"""What is typed to name a place or a body."""

from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from consult.core.forms import Form
from consult.core.i18n import _
from consult.core.text import fold
from consult.territory.models import KINDS, Organisation, Place, PlaceKind
from consult.territory.queries import namesake, places

OTHER_NAMES = _(
    "One a line: former names, nicknames, acronyms. People find it by any of them; accents,"
    " capitals and hyphens do not matter."
)


def lines(text: str | None) -> list[str]:
    """What was typed one a line, without empty lines."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class _NamedForm(Form):
    """A name nobody else goes by, and other spellings."""

    name = StringField(_("Name"), [InputRequired(_("Please give a name.")), Length(max=200)])
    aliases = TextAreaField(_("Other names"), [Length(max=4000)], description=OTHER_NAMES)

    def __init__(self, *args: Any, thing: Place | Organisation | None = None, **kwargs: Any):
        if thing is not None:
            kwargs = {"name": thing.name, "aliases": "\n".join(thing.aliases), **kwargs}
        super().__init__(*args, **kwargs)
        self.thing = thing

    def validate_name(self, field: StringField) -> None:
        if not fold(field.data):
            raise ValidationError(_("Please give a name."))
        self._refuse_taken([field.data])

    def validate_aliases(self, field: TextAreaField) -> None:
        self._refuse_taken(lines(field.data))

    def _refuse_taken(self, names: list[str]) -> None:
        if other := namesake(self.thing, self.sort, names):
            raise ValidationError(_("“%(name)s” already goes by this name.", name=other.name))


class PlaceForm(_NamedForm):
    sort = Place
    kind = RadioField(
        _("What it is"),
        [InputRequired(_("Please choose."))],
        choices=[SelectChoice(kind.value, words) for kind, words in KINDS.items()],
        coerce=PlaceKind,
        default=PlaceKind.SITE,
    )
    parent = SelectField(_("It lies in"), coerce=lambda value: int(value or 0))

    def __init__(self, *args: Any, thing: Place | None = None, **kwargs: Any) -> None:
        if thing is not None:
            kwargs |= {"kind": thing.kind, "parent": thing.parent_id or 0}
        super().__init__(*args, thing=thing, **kwargs)
        self.places = {place.id: place for place in places() if place is not thing}
        self.parent.choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(place.id), place.name) for place in self.places.values()),
        ]

    def validate_parent(self, field: SelectField) -> None:
        above = self.places.get(field.data)
        while above is not None:
            if above is self.thing or above.parent_id == getattr(self.thing, "id", 0):
                raise ValidationError(_("A place cannot lie in itself."))
            above = self.places.get(above.parent_id)


class OrganisationForm(_NamedForm):
    sort = Organisation
    acronym = StringField(_("Acronym"), [Length(max=30)])

    def __init__(self, *args: Any, thing: Organisation | None = None, **kwargs: Any) -> None:
        if thing is not None:
            kwargs["acronym"] = thing.acronym
        super().__init__(*args, thing=thing, **kwargs)

    def validate_acronym(self, field: StringField) -> None:
        self._refuse_taken([field.data])
