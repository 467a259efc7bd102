"""What is typed to name a place or a body, to draw it, and to tell the days it holds."""

from datetime import date
from io import BytesIO
from typing import Any

from flask_wtf.file import FileField
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
)
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.core.tables import TableError
from consult.core.text import fold
from consult.territory import files, geometry, queries
from consult.territory.actions import Stay
from consult.territory.geometry import Geometry, GeometryError
from consult.territory.models import (
    DISTRICTS,
    ChangeKind,
    Generation,
    Organisation,
    OrganisationKind,
    Place,
    PlaceChange,
    PlaceKind,
)
from consult.territory.queries import namesake

OTHER_NAMES = _(
    "One a line: former names, nicknames, acronyms. People find it by any of them; accents,"
    " capitals and hyphens do not matter."
)
LINE = Length(max=300, message=_("This text is too long."))
SPARE = 2  # empty rows offered below those that are filled


def lines(text: str | None) -> list[str]:
    """What was typed one a line, without empty lines."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def strip(value: str | None) -> str:
    return (value or "").strip()


def code(value: str | None) -> str:
    """A code as it is kept: no spaces, capitals."""
    return "".join((value or "").split()).upper()


def number(value: Any) -> int:
    return int(value) if str(value or "").isdecimal() else 0


class Day(DateField):
    """A day, from the browser's calendar or typed as 31/12/2026; it may be left empty."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        formats = ["%Y-%m-%d", "%d/%m/%Y"]
        super().__init__(label, validators or [Optional()], format=formats, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is not a day. Write it as 31/12/2026.")) from None


class _NamedForm(Form):
    """A name nobody else goes by, and other spellings."""

    sort: Any
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
        self._refuse_taken([*lines(field.data)])

    def _refuse_taken(self, names: list[str | None]) -> None:
        if other := namesake(self.thing, self.sort, [name for name in names if name]):
            raise ValidationError(_("“%(name)s” already goes by this name.", name=other.name))


class StayForm(Part):
    """One place it lies in, and the days it did."""

    parent = SelectField(_("It lies in"), coerce=number, validate_choice=False)
    since = Day(_("Since"))
    until = Day(_("Until"))

    def validate_until(self, field: Day) -> None:
        _in_order(self.since.data, field.data)


def _in_order(start: date | None, end: date | None) -> None:
    if isinstance(start, date) and isinstance(end, date) and end < start:
        raise ValidationError(_("The last day comes before the first."))


class PlaceForm(_NamedForm):
    sort = Place
    kind = RadioField(
        _("What it is"),
        [InputRequired(_("Please choose."))],
        choices=offered(PlaceKind),
        coerce=PlaceKind,
        default=PlaceKind.SITE,
    )
    insee = StringField(
        _("INSEE code"), description=_("Of a municipality or a department."), filters=[code]
    )
    siren = StringField(_("SIREN number"), description=_("Nine digits."), filters=[code])
    qpv = StringField(
        _("Code of the priority district"),
        description=_("QN09401A since 2024, QP094001 before."),
        filters=[code],
    )
    valid_from = Day(
        _("First day"), description=_("The day from which it exists as such, if that is known.")
    )
    valid_to = Day(_("Last day"), description=_("Only for what is no more."))
    stays = FieldList(FormField(StayForm), max_entries=50)

    def __init__(self, *args: Any, thing: Place | None = None, **kwargs: Any) -> None:
        ties = queries.parents_of(thing) if thing is not None else []
        if thing is not None:
            told = ("kind", "insee", "siren", "qpv", "valid_from", "valid_to")
            kwargs |= {name: getattr(thing, name) for name in told}
            kwargs["stays"] = [
                {"parent": tie.place.id, "since": tie.link.valid_from, "until": tie.link.valid_to}
                for tie in ties
            ]
        super().__init__(*args, thing=thing, **kwargs)
        holders = [*queries.holders(), *(tie.place for tie in ties)]
        self.holders = {place.id: place for place in holders if place is not thing}
        choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(place.id), place.name) for place in self.holders.values()),
        ]
        if not self.is_submitted():
            for _row in range(SPARE):
                self.stays.append_entry()
        for row in self.stays:
            row.form.parent.choices = choices

    def validate_insee(self, field: StringField) -> None:
        known = (files.COMMUNE_CODE, files.DEPARTMENT_CODE)
        if field.data and not any(pattern.fullmatch(field.data) for pattern in known):
            raise ValidationError(_("An INSEE code reads like 92071, 2A004 or 94."))
        self._refuse_taken([field.data])

    def validate_siren(self, field: StringField) -> None:
        if field.data and not files.is_siren(field.data):
            raise ValidationError(_("This is not a SIREN number: check its nine digits."))
        self._refuse_taken([field.data])

    def validate_qpv(self, field: StringField) -> None:
        if field.data and not files.QPV_CODE.fullmatch(field.data):
            raise ValidationError(
                _(
                    "“%(code)s” is not the code of a priority district (QN09401A, QP094001).",
                    code=field.data,
                )
            )
        self._refuse_taken([field.data])

    def validate_valid_to(self, field: Day) -> None:
        _in_order(self.valid_from.data, field.data)

    def validate_stays(self, field: FieldList) -> None:
        chosen = [stay.parent for stay in self.lying]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("The same place is chosen twice."))
        if self.thing is not None and queries.circles_back(self.thing, chosen):
            raise ValidationError(_("A place cannot lie in itself."))

    @property
    def lying(self) -> list[Stay]:
        """Where it lies, without the rows left empty."""
        return [
            Stay(parent, row.form.since.data, row.form.until.data)
            for row in self.stays
            if (parent := self.holders.get(row.form.parent.data))
        ]

    def told(self) -> dict[str, Any]:
        """Codes and days; what is left empty is not known."""
        names = ("insee", "siren", "qpv", "valid_from", "valid_to")
        return {name: self[name].data or None for name in names}


class DrawForm(Form):
    """An outline, as a file or as text, and the day from which it holds."""

    file = FileField(_("GeoJSON file"))
    text = TextAreaField(_("Or its text"), [Length(max=geometry.BYTES)])
    since = Day(
        _("It holds since"),
        description=_("The former outline is kept and ends the day before."),
    )
    source = StringField(
        _("Where this outline comes from"),
        [LINE],
        description=_("The file, the service or the act, for example data.gouv.fr, 2024."),
        filters=[strip],
    )
    geometry: Geometry | None = None

    def validate_file(self, field: FileField) -> None:
        self._read(field.data.read(geometry.BYTES + 1) if field.data else b"")

    def validate_text(self, field: TextAreaField) -> None:
        if self.geometry is None and not self.file.errors:
            text = strip(field.data)
            if not text:
                raise ValidationError(_("Choose a file, or paste its text."))
            self._read(text)

    def _read(self, text: str | bytes) -> None:
        if text:
            try:
                self.geometry = geometry.read(text)
            except GeometryError as error:
                raise ValidationError(error.message) from error


class ImportForm(Form):
    """A file of places, the day from which their outlines hold, and whether to try it only."""

    file = FileField(
        _("File"), description=_("CSV, Excel or GeoJSON, as published on data.gouv.fr.")
    )
    since = Day(
        _("These outlines hold since"),
        description=_("1 January 2024 for the priority districts of the 2024 decree."),
    )
    source = StringField(_("Where this file comes from"), [LINE], filters=[strip])
    is_trial = BooleanField(_("Only try: read the file, write nothing"))
    contents: files.Contents | None = None

    def validate_file(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError(_("Choose a file."))
        try:
            data = field.data.read(files.MOST + 1)
            if len(data) > files.MOST:
                raise ValidationError(_("This file is too heavy: at most 20 MB."))
            self.contents = files.read(BytesIO(data), field.data.filename)
        except TableError as error:
            raise ValidationError(error.message) from error
        if not self.contents.places and not self.contents.faults:
            raise ValidationError(_("There is no place in this file."))


TOTAL = [Optional(), NumberRange(min=0, message=_("A number cannot be below zero."))]
AS_PRINTED = _("As printed")


class GenerationForm(Form):
    """What one generation of a geography counted when it came into force."""

    label = StringField(_("Name"), [InputRequired(_("Please give a name.")), LINE], filters=[strip])
    kind = SelectField(
        _("What it lists"),
        choices=offered(DISTRICTS),
        coerce=PlaceKind,
    )
    place = SelectField(_("Where"), coerce=number, default=0)
    starts_on = Day(_("In force since"), [InputRequired(_("Please give the day."))])
    period_words = StringField(_("The period as printed"), [LINE], filters=[strip])
    number = IntegerField(_("How many districts"), TOTAL)
    number_words = StringField(AS_PRINTED, [LINE], filters=[strip])
    communes = IntegerField(_("In how many municipalities"), TOTAL)
    communes_words = StringField(AS_PRINTED, [LINE], filters=[strip])
    population = IntegerField(_("How many inhabitants"), TOTAL)
    population_words = StringField(AS_PRINTED, [LINE], filters=[strip])
    share = StringField(
        _("Share of the inhabitants, in %"), description=_("For example 12,7."), filters=[strip]
    )
    share_words = StringField(AS_PRINTED, [LINE], filters=[strip])
    words = TextAreaField(_("What the source says of it"), [Length(max=20_000)])
    source = StringField(_("Source: the act, its number, its date"), [LINE], filters=[strip])
    source_url = StringField(_("Address of the source"), [LINE], filters=[strip])
    share_permille: int | None = None

    def __init__(self, *args: Any, thing: Generation | None = None, **kwargs: Any) -> None:
        if thing is not None:
            told = (
                *("label", "kind", "starts_on", "period_words", "words", "source", "source_url"),
                *("number", "number_words", "communes", "communes_words"),
                *("population", "population_words", "share_words"),
            )
            kwargs |= {name: getattr(thing, name) for name in told}
            kwargs["place"] = thing.place_id or 0
            if thing.share_permille is not None:
                kwargs["share"] = f"{thing.share_permille / 10:.1f}".replace(".", ",")
        super().__init__(*args, **kwargs)
        self.thing = thing
        self.holders = {place.id: place for place in queries.holders()}
        self.place.choices = [
            SelectChoice("0", _("The whole territory of the site")),
            *(SelectChoice(str(place.id), place.name) for place in self.holders.values()),
        ]

    def validate_starts_on(self, field: Day) -> None:
        for other in queries.generations():
            same = (other.kind, other.place_id or 0) == (self.kind.data, self.place.data)
            if same and other is not self.thing and other.starts_on == field.data:
                raise ValidationError(
                    _("“%(name)s” is in force since the same day.", name=other.label)
                )

    def validate_share(self, field: StringField) -> None:
        if field.data:
            digits = field.data.replace(",", ".").rstrip("% \N{NO-BREAK SPACE}")
            try:
                self.share_permille = round(float(digits) * 10)
            except ValueError:
                raise ValidationError(_("Write a share like 12,7.")) from None
            if not 0 <= self.share_permille <= 1000:
                raise ValidationError(_("A share lies between 0 and 100."))

    def validate_source_url(self, field: StringField) -> None:
        _address(field.data)

    def said(self) -> dict[str, Any]:
        """What was typed, by the name of its column."""
        left = ("key", "csrf_token", "place", "share")
        said = {field.short_name: field.data for field in self if field.short_name not in left}
        said["words"] = (said["words"] or "").strip()
        return said | {
            "place": self.holders.get(self.place.data),
            "share_permille": self.share_permille,
        }


def _address(text: str) -> None:
    if text and not text.startswith(("https://", "http://")):
        raise ValidationError(_("An address begins with https://."))


class ChangeForm(Form):
    """What a generation did to a place, and the act that says so."""

    place = SelectField(_("Place"), coerce=number, default=0)
    kind = RadioField(
        _("What became of it"),
        [InputRequired(_("Please choose."))],
        choices=offered(ChangeKind),
        coerce=ChangeKind,
    )
    words = TextAreaField(_("In the words of the act"), [Length(max=4000)], filters=[strip])
    act_words = StringField(_("The act, its number, its date"), [LINE], filters=[strip])
    act_id = SelectField(_("An act of the council, if it is one"), coerce=number, default=0)
    url = StringField(_("Address of the act"), [LINE], filters=[strip])

    def __init__(
        self,
        *args: Any,
        generation: Generation,
        acts: list[tuple[int, str]],
        thing: PlaceChange | None = None,
        **kwargs: Any,
    ) -> None:
        if thing is not None:
            kwargs |= {
                **{name: getattr(thing, name) for name in ("kind", "words", "act_words", "url")},
                "place": thing.place_id,
                "act_id": thing.act_id or 0,
            }
        super().__init__(*args, **kwargs)
        kinds = (generation.kind, PlaceKind.COMMUNE)
        self.places = {place.id: place for place in queries.places() if place.kind in kinds}
        self.place.choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(place.id), place.name) for place in self.places.values()),
        ]
        self.act_id.choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(act_id), words) for act_id, words in acts),
        ]

    def validate_place(self, field: SelectField) -> None:
        if field.data not in self.places:
            raise ValidationError(_("Please choose a place."))

    def validate_url(self, field: StringField) -> None:
        _address(field.data)


class OrganisationForm(_NamedForm):
    sort = Organisation
    acronym = StringField(_("Acronym"), [Length(max=30)])
    kind = SelectField(
        _("What it is"),
        choices=[
            SelectChoice("", _("not communicated")),
            *offered(OrganisationKind),
        ],
        coerce=lambda value: OrganisationKind(value) if value else None,
    )
    parent = SelectField(_("It belongs to"), coerce=number, default=0)

    def __init__(self, *args: Any, thing: Organisation | None = None, **kwargs: Any) -> None:
        if thing is not None:
            kwargs |= {
                "acronym": thing.acronym,
                "kind": thing.kind,
                "parent": thing.parent_id or 0,
            }
        super().__init__(*args, thing=thing, **kwargs)
        self.bodies = {body.id: body for body in queries.organisations() if body is not thing}
        self.parent.choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(body.id), body.name) for body in self.bodies.values()),
        ]

    def validate_acronym(self, field: StringField) -> None:
        self._refuse_taken([field.data])


class DoubleForm(Form):
    """Which other entry turned out to be the same place or the same body."""

    other = SelectField(_("The other entry"), coerce=number, default=0)

    def __init__(self, *args: Any, among: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.things = {thing.id: thing for thing in among}
        self.other.choices = [
            SelectChoice("0", "–"),
            *(SelectChoice(str(thing.id), thing.name) for thing in among),
        ]

    def validate_other(self, field: SelectField) -> None:
        if field.data not in self.things:
            raise ValidationError(_("Please choose the other entry."))
