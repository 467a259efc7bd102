"""What is typed to propose something: the words, where and on what, pictures, an address."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput, TextInput

from consult.campaigns.models import Campaign, Identity
from consult.contributions import rules
from consult.contributions.actions import Picture
from consult.contributions.models import Contribution
from consult.contributions.queries import places_of, slips_numbered
from consult.core.door import DoorForm
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.core.images import ImageRefused, reencode, thumbnail
from consult.core.rules import refusal
from consult.core.text import fold
from consult.identity.forms import PLACES
from consult.identity.rules import asks_where
from consult.people.forms import AboutForm, address, agreement, free, pseudonym, spelt
from consult.people.models import User
from consult.posts.models import Channel, Image
from consult.territory.models import Place

LONGEST_TITLE = 120
LONGEST_BODY = 10_000
MOST_PICTURES = 3
HEAVIEST = 12 * 2**20  # a photograph as telephones take them
LISTED = 20  # places beyond which a name is typed rather than chosen
TYPED = (Channel.PAPER, Channel.MEETING, Channel.PHONE, Channel.COUNTER)


def _line(text: str | None) -> str:
    """One line as it was meant: single spaces."""
    return " ".join((text or "").split())


def _text(text: str | None) -> str:
    """Several lines as they were meant."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class Legible:
    """A validator: something that can be read, were it a single sign."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if not any(unicodedata.category(c)[0] in "LNPS" for c in field.data or ""):
            raise ValidationError(self.message)


class NamesWidget(TextInput):
    """A line to type in, with the names one may choose from."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        kwargs.pop("required", None)
        names = Markup("").join(
            Markup('<option value="{}"></option>').format(escape(name)) for name in field.names
        )
        box = super().__call__(field, list=f"{field.id}-names", **kwargs)
        return Markup('{}<datalist id="{}-names">{}</datalist>').format(box, field.id, names)


class PlaceField(SelectField):
    """A place of the campaign: chosen when there are few, else typed in any of its spellings."""

    data: Any

    def __init__(self, label: Any, **how: Any) -> None:
        super().__init__(label, validate_choice=False, choices=[], **how)
        self.places: Sequence[Place] = ()

    @property
    def names(self) -> list[str]:
        return [place.name for place in self.places]

    @property
    def place(self) -> Place | None:
        """The place that was chosen or named."""
        return next(
            (
                place
                for place in self.places
                if fold(self.data or "") in (fold(name) for name in place.names)
            ),
            None,
        )

    def offer(self, places: Sequence[Place], *, typed: bool = False) -> None:
        self.places = places
        self.choices = [
            SelectChoice("", _("Nowhere in particular")),
            *(SelectChoice(name, name) for name in self.names),
        ]
        if typed or len(places) > LISTED:
            self.widget = NamesWidget()

    def _value(self) -> str:
        return str(self.data or "")

    def pre_validate(self, form: Any) -> None:
        if not fold(self.data or ""):
            return
        if self.place is None:
            raise ValidationError(
                _("This place is not known here. Choose one of the list, or leave it empty.")
            )
        self.data = self.place.name


class PictureForm(Part):
    """One picture, and what it shows."""

    file = FileField(_("Picture"))
    alternative = StringField(
        _("What it shows, for those who do not see it"),
        [Length(max=300, message=_("This text is too long."))],
        filters=[_line],
    )
    credit = StringField(
        _("Who took it"),
        [Length(max=120, message=_("This text is too long."))],
        filters=[_line],
    )
    picture: Picture | None = None

    def draw(self) -> None:
        """Unpack the picture, if one came; beside the field stands why it cannot be kept."""
        if not self.file.data:
            return
        data = self.file.data.read(HEAVIEST + 1)
        try:
            if len(data) > HEAVIEST:
                raise ImageRefused(_("This picture is too heavy: 12 MB at most."))
            self.picture = Picture(
                reencode(data), thumbnail(data), self.alternative.data, self.credit.data
            )
        except ImageRefused as refused:
            self.file.errors = [*self.file.errors, refused.message]


class KeptPictureForm(Part):
    """A picture already joined: its words, or that it goes."""

    alternative = StringField(
        _("What it shows, for those who do not see it"),
        [Length(max=300, message=_("This text is too long."))],
        filters=[_line],
    )
    removed = BooleanField(_("Take this picture away"))


class WordsForm(Form):
    """What every contribution is made of, however it comes."""

    title = StringField(
        _("Your idea in one sentence"),
        [
            Legible(_("Give your contribution a title.")),
            Length(max=LONGEST_TITLE, message=_("120 characters at most.")),
        ],
        filters=[_line],
    )
    body = TextAreaField(
        _("In your own words"),
        [
            Legible(_("Write what you propose, and why.")),
            Length(max=LONGEST_BODY, message=_("10,000 characters at most.")),
        ],
        filters=[_text],
    )
    theme = SelectField(_("Theme"), [Optional()], coerce=lambda value: int(value or 0))
    place = PlaceField(_("Place"))
    pictures = FieldList(FormField(PictureForm), min_entries=0, max_entries=MOST_PICTURES)

    def __init__(
        self,
        campaign: Campaign,
        user: User | None,
        *,
        typed: bool = False,
        room: int = MOST_PICTURES,
        **values: Any,
    ) -> None:
        super().__init__(**values)
        self.campaign = campaign
        self.is_staff = refusal(rules.facilitate, user, campaign) is None
        self.themes = {theme.id: theme for theme in campaign.themes}
        self.theme.choices = [
            SelectChoice(0, _("No theme in particular")),
            *(SelectChoice(theme.id, theme.title) for theme in campaign.themes),
        ]
        self.place.offer(places_of(campaign), typed=typed)
        while len(self.pictures) > room:
            self.pictures.pop_entry()
        while len(self.pictures) < room:
            self.pictures.append_entry()
        if not self.themes:
            del self.theme
        if not self.place.places:
            del self.place

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators)
        for entry in self.pictures:
            part = entry.form
            if not part.file.data or not self.is_staff:
                continue
            if not part.alternative.data:
                message = _("The town says what its pictures show: write it here.")
                part.alternative.errors = [*part.alternative.errors, message]
            if not part.credit.data:
                message = _("The town names who took its pictures: write it here.")
                part.credit.errors = [*part.credit.errors, message]
        return self._are_right() and is_right

    def _are_right(self) -> bool:
        """Whether nothing is said against a picture; what is, stands among the errors."""
        found = [entry.errors for entry in self.pictures]
        self.pictures.errors = found if any(found) else []
        return not self.pictures.errors

    @property
    def brings_pictures(self) -> bool:
        return any(entry.form.file.data for entry in self.pictures)

    def draw(self) -> bool:
        """Unpack the pictures, once the words are right; whether all of them can be kept."""
        for entry in self.pictures:
            entry.form.draw()
        return self._are_right()

    def words(self) -> dict[str, Any]:
        """What the actions want to know."""
        return {
            "title": self.title.data,
            "body": self.body.data,
            "theme": self.themes.get(self.theme.data) if "theme" in self else None,
            "place": self.place.place if "place" in self else None,
            "pictures": [entry.form.picture for entry in self.pictures if entry.form.picture],
        }


class ContributionForm(WordsForm, DoorForm):
    """What a resident proposes, and the name that stands beside it."""

    pseudonym = StringField(
        _("The name to show beside your words"),
        [Optional(), Length(max=40, message=_("40 characters at most.")), free],
        description=_("A pseudonym or nothing at all: nobody asks who you are."),
        filters=[spelt],
    )
    named = BooleanField(_("Sign with my name"))

    def __init__(self, campaign: Campaign, user: User | None, **values: Any) -> None:
        super().__init__(campaign, user, **values)
        self.user = user
        if user is not None:
            self.known()
        if user is not None or campaign.identity != Identity.NONE:
            del self.pseudonym
        if user is None or not user.name:
            del self.named

    def draw(self) -> bool:
        is_drawn = super().draw()
        if not is_drawn:  # the sum of this form served to count it
            self.stamp_anew()
        return is_drawn

    def words(self) -> dict[str, Any]:
        byline = self.pseudonym.data or None if "pseudonym" in self else None
        if "named" in self and self.named.data and self.user:
            byline = self.user.name
        return {**super().words(), "byline": byline}


class EditForm(ContributionForm):
    """The same words again, and the pictures that are already there. `wording`: that which stands.

    What a facilitator took out or put back since this page was made is not undone by sending it.
    """

    seen = IntegerField(validators=[Optional()], widget=HiddenInput())  # the wording on this page
    kept = FieldList(FormField(KeptPictureForm), min_entries=0)

    def __init__(
        self, contribution: Contribution, user: User | None, images: Sequence[Image], wording: int
    ) -> None:
        super().__init__(
            contribution.campaign,
            user,
            room=max(0, MOST_PICTURES - len(images)),
            data={
                "seen": wording,
                "title": contribution.title,
                "body": contribution.body,
                "theme": contribution.theme_id or 0,
                "place": contribution.place.name if contribution.place else "",
                "pseudonym": contribution.byline,
                "named": bool(user and user.name and contribution.byline == user.name),
                "kept": [{"alternative": image.alternative} for image in images],
            },
        )
        self.images = images
        while len(self.kept) > len(images):
            self.kept.pop_entry()
        while len(self.kept) < len(images):
            self.kept.append_entry()
        stands = (contribution.title, contribution.body)
        self.is_overtaken = (
            self.seen.data != wording and (self.title.data, self.body.data) != stands
        )
        self.seen.data, self.seen.raw_data = wording, None

    def changes(self) -> dict[str, Any]:
        """What the action wants to know."""
        pairs = list(zip(self.images, self.kept, strict=True))
        return {
            **self.words(),
            "removed": [image for image, entry in pairs if entry.form.removed.data],
            "alternatives": {
                image: entry.form.alternative.data
                for image, entry in pairs
                if not entry.form.removed.data
            },
        }


class SenderForm(AboutForm, DoorForm):
    """Where the letter goes that confirms a contribution."""

    email = address(
        _("Your e-mail address"),
        description=_("We write to you to confirm, then to say what became of it. Nobody sees it."),
    )
    pseudonym = StringField(
        _("The name to show beside your words"),
        [Optional(), Length(max=40, message=_("40 characters at most."))],
        description=_("A pseudonym will do. Leave it empty if you already have an account."),
        filters=[_line],
    )


class SendForm(Form):
    """The last step of whoever is signed in."""

    agrees = agreement()  # taken away once it was said


class ConfirmForm(AboutForm):
    """The name under which a new account speaks; a known one has its own."""

    seen = HiddenField()  # the words and pictures as they were on this page
    pseudonym = pseudonym()


class SlipForm(WordsForm):
    """What somebody wrote on paper or said, as an agent types it in."""

    title = StringField(
        _("The idea in one sentence"),
        [
            Legible(_("Copy the title; without one, sum the idea up in a sentence.")),
            Length(max=LONGEST_TITLE, message=_("120 characters at most.")),
        ],
        description=_("As the sheet says it. Where it has no title, sum the idea up."),
        filters=[_line],
    )
    body = TextAreaField(
        _("The words of the author"),
        [
            Legible(_("Copy what the sheet says, word for word.")),
            Length(max=LONGEST_BODY, message=_("10,000 characters at most.")),
        ],
        description=_("Word for word, mistakes included. A line with a dash makes a list."),
        filters=[_text],
    )
    channel = RadioField(
        _("How it came"),
        choices=offered(TYPED),
        default=Channel.PAPER.value,
    )
    number = StringField(
        _("Number of the sheet"),
        [Optional(), Length(max=40, message=_("40 characters at most."))],
        description=_("As it is written on the paper, so that it can be found again."),
        filters=[_line],
    )
    collected_on = DateField(
        _("Day it was handed in or said"),
        [InputRequired(_("Give the day it was handed in."))],
        format=["%Y-%m-%d", "%d/%m/%Y"],
    )
    collected_at = StringField(
        _("Where"),
        [
            Legible(_("Say where it was handed in.")),
            Length(max=120, message=_("120 characters at most.")),
        ],
        description=_("The town hall, a meeting, the telephone line…"),
        filters=[_line],
    )
    byline = StringField(
        _("Name to show"),
        [Optional(), Length(max=80, message=_("80 characters at most."))],
        description=_(
            "As its author asked; nothing if they gave none. For a class or a club, its name, "
            "never a child's."
        ),
        filters=[_line],
    )
    children = IntegerField(
        _("A class or a club: how many children"),
        [Optional(), NumberRange(2, 2000, _("Give a number from 2 to 2,000."))],
        description=_("An adult of the group speaks for it. The number is shown after its name."),
    )
    contact = StringField(
        _("How to reach the author"),
        [Optional(), Length(max=200, message=_("200 characters at most."))],
        description=_(
            "Only if they wish to be told of the answer; for a group of children, its adult. Never "
            "shown."
        ),
        filters=[_line],
    )
    inside = SelectField(
        _("Where the person lives"),
        choices=[
            SelectChoice("", _("Not known")),
            *(SelectChoice(key, words) for key, words in PLACES.items()),
        ],
    )
    is_another = BooleanField(_("It is another sheet: keep both"))

    def __init__(self, campaign: Campaign, user: User, **values: Any) -> None:
        super().__init__(campaign, user, typed=True, **values)
        if not asks_where(campaign):
            del self.inside
        self.user = user
        self.twins: list[Contribution] = []

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators)
        if self.collected_on.data and not self.collected_on.errors:
            refused = refusal(rules.type_in, self.user, self.campaign, self.collected_on.data)
            if refused:
                self.collected_on.errors = [refused]
                is_right = False
        if self.children.data and not self.byline.data:
            self.byline.errors = [_("Give the name of the class or of the club.")]
            is_right = False
        self.twins = slips_numbered(self.campaign, self.number.data or "")
        if self.twins and not self.is_another.data:
            message = _("A sheet of this number was already typed in. Is it another one?")
            self.number.errors = [*self.number.errors, message]
            is_right = False
        return is_right

    def _signed(self) -> str | None:
        """The name to show; a group of children by its own name and their number, none of theirs.

        In French, as all that is kept of a contribution (R14).
        """
        if self.children.data and self.byline.data:
            return f"{self.byline.data} ({self.children.data} enfants)"
        return self.byline.data or None

    def words(self) -> dict[str, Any]:
        return {
            **super().words(),
            "channel": Channel(self.channel.data),
            "number": self.number.data or "",
            "collected_on": self.collected_on.data,
            "collected_at": self.collected_at.data,
            "byline": self._signed(),
            "contact": self.contact.data or None,
            "is_inside": {"yes": True, "no": False}.get(self.inside.data or "")
            if "inside" in self
            else None,
        }
