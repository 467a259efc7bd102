"""What is typed to say where an action stands, to ask about it, to reply, to date the agenda."""

import re
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from consult.core import files
from consult.core.dates import parse
from consult.core.door import DoorForm
from consult.core.forms import Form, offered
from consult.core.i18n import _
from consult.core.images import Image, ImageRefused, reencode
from consult.core.slugs import slugify
from consult.council.forms import LINE, Day, strip
from consult.engagements.models import Progress
from consult.followup import rules
from consult.followup.models import (
    PICTURES,
    Evidence,
    EvidenceKind,
    Purpose,
    Rhythm,
)
from consult.followup.pictures import pictured
from consult.people.consents import has_agreed
from consult.people.forms import agreement, free
from consult.people.models import ConsentKind, User

WORDS = Length(max=20_000, message=_("This text is too long."))
AGAIN = _("Choose this file again: browsers do not keep it from one try to the next.")
ORDER = (
    Progress.PLANNED,
    Progress.STARTED,
    Progress.WELL_ADVANCED,
    Progress.DONE,
    Progress.SUSPENDED,
    Progress.ABANDONED,
    Progress.UNKNOWN,
)


def has_file(field: FileField) -> bool:
    return bool(field.data and field.data.filename)


class ReportForm(Form):
    """Where an action stands, since when, in words, on what evidence."""

    progress = RadioField(
        _("Where the action stands"),
        [InputRequired(_("Choose where the action stands."))],
        choices=offered(ORDER),
    )
    effective_on = Day(
        _("Since which day"),
        description=_("The day it came to stand there, not the day you write."),
    )
    words = TextAreaField(
        _("In words"),
        [WORDS],
        filters=[strip],
        description=_("What was done, what remains. When it stops or waits: why."),
    )
    photo = FileField(
        _("Photograph"),
        description=_("Drawn again by the site: the place and the device it was taken with go."),
    )
    photo_kind = RadioField(
        _("What the picture is"),
        choices=offered(PICTURES),
        default=EvidenceKind.PHOTO.value,
        coerce=EvidenceKind,
    )
    photo_alternative = StringField(
        _("Words for those who do not see it"),
        [LINE],
        filters=[strip],
        description=_("What the picture shows, in one sentence."),
    )
    photo_credit = StringField(
        _("Credit"), [LINE], filters=[strip], description=_("Who made it, or holds its rights.")
    )
    document = FileField(_("Document"), description=_("A PDF, or a picture of a paper."))
    document_title = StringField(_("Title of the document"), [LINE], filters=[strip])
    link = StringField(
        _("Link"), [Length(max=2000)], filters=[strip], description=_("It begins with https://")
    )
    link_title = StringField(_("Title of the link"), [LINE], filters=[strip])

    picture: Image | None = None
    paper: tuple[bytes, str, str] | None = None

    def validate_photo(self, field: FileField) -> None:
        if has_file(field):
            try:
                self.picture = reencode(field.data.read())
            except ImageRefused as refused:
                raise ValidationError(refused.message) from None

    def validate_photo_alternative(self, field: StringField) -> None:
        if has_file(self.photo) and not field.data:
            raise ValidationError(_("Say what the picture shows, for those who do not see it."))

    def validate_photo_credit(self, field: StringField) -> None:
        if has_file(self.photo) and not field.data:
            raise ValidationError(_("Please say who made it, or who holds its rights."))

    def validate_document(self, field: FileField) -> None:
        if not has_file(field):
            return
        data, stem = field.data.read(), slugify(field.data.filename.rpartition(".")[0])
        if b"%PDF-" in data[:1024]:
            self.paper = data, f"{stem or 'document'}.pdf", "application/pdf"
            return
        try:
            image = reencode(data)
        except ImageRefused:
            raise ValidationError(
                _("This file is neither a PDF nor a picture we can read.")
            ) from None
        self.paper = image.data, f"{stem or 'document'}.webp", image.type

    def validate_document_title(self, field: StringField) -> None:
        if has_file(self.document) and not field.data:
            raise ValidationError(_("Please give a title to the document."))

    def validate_link(self, field: StringField) -> None:
        address = field.data
        if address and (not address.startswith("https://") or " " in address or "." not in address):
            raise ValidationError(_("Write the whole address; it begins with https://"))

    def validate_link_title(self, field: StringField) -> None:
        if self.link.data and not field.data:
            raise ValidationError(_("Please give a title to the link."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Well formed, and nothing lacks of what must come with it."""
        is_well = super().validate(extra_validators)
        if self.progress.errors:
            return False
        kinds = []
        if has_file(self.photo):
            kinds.append(self.photo_kind.data)
        if has_file(self.document):
            kinds.append(EvidenceKind.DOCUMENT)
        if self.link.data:
            kinds.append(EvidenceKind.LINK)
        lacks = rules.missing(
            Progress(self.progress.data),
            effective_on=self.effective_on.data,
            words=self.words.data,
            evidence=kinds,
        )
        beside = {"effective_on": self.effective_on, "words": self.words, "evidence": self.photo}
        for name, reason in lacks.items():
            field = beside[name]
            if not field.errors:
                field.errors = [reason]
        if lacks or not is_well:
            for field in (self.photo, self.document):
                if has_file(field) and not field.errors:
                    field.errors = [AGAIN]
        return is_well and not lacks

    def evidence(self) -> list[Evidence]:
        """What was joined, its files kept."""
        found = []
        if self.picture:
            title = self.photo_alternative.data
            found.append(
                pictured(
                    self.picture,
                    kind=self.photo_kind.data,
                    title=title,
                    alternative=title,
                    credit=self.photo_credit.data,
                )
            )
        if self.paper:
            file = files.keep(*self.paper)
            title = self.document_title.data
            found.append(Evidence(kind=EvidenceKind.DOCUMENT, title=title, file=file))
        if self.link.data:
            title = self.link_title.data
            found.append(Evidence(kind=EvidenceKind.LINK, title=title, url=self.link.data))
        return found


class EditionForm(Form):
    """A dated picture of the whole plan."""

    title = StringField(
        _("Title of the edition"),
        [DataRequired(_("Please give a title.")), LINE],
        filters=[strip],
        description=_("For example: Two years on."),
    )
    as_of = Day(_("Where things stood on"))
    as_of_words = StringField(
        _("Or in words, where there is no day"),
        [LINE],
        filters=[strip],
        description=_("For example: end of 2027."),
    )
    introduction = TextAreaField(
        _("Introduction"),
        [WORDS],
        filters=[strip],
        description=_("What was done, what is late and why."),
    )

    def validate_as_of_words(self, field: StringField) -> None:
        """Asked here: an empty day is not looked at any further."""
        if not (field.data or self.as_of.data or self.as_of.errors):
            raise ValidationError(_("Say at which date the plan is pictured."))


class QuestionForm(DoorForm):
    """One thing to ask or to say; who asks may leave a name and an address, or neither."""

    purpose = RadioField(
        _("What you wish to do"),
        choices=[
            SelectChoice(Purpose.ASK.value, _("Ask a question")),
            SelectChoice(Purpose.CONTEST.value, _("Say that it does not stand there")),
        ],
        default=Purpose.ASK.value,
        coerce=Purpose,
    )
    body = TextAreaField(
        _("Your words"),
        [
            DataRequired(_("Please write your question.")),
            Length(max=3000, message=_("This is too long: 3,000 characters at most.")),
        ],
        filters=[strip],
        description=_("They are public. Name nobody, and give no address or telephone number."),
    )
    byline = StringField(
        _("Your name, as it will be shown"),
        [Optional(), Length(max=80, message=_("This is too long: 80 characters at most.")), free],
        filters=[strip],
        description=_("A first name or a pseudonym. Left empty, nobody is named."),
    )
    email = StringField(
        _("Your e-mail address"),
        [
            Optional(),
            Length(max=254),
            Email(_("This is not an e-mail address: it looks like name@example.org.")),
        ],
        filters=[strip],
        description=_("To be told of the reply. It is shown to nobody and serves nothing else."),
    )
    agrees = agreement()  # of whoever has an account, once

    def __init__(self, actor: User | None, *args: Any, can_contest: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_contest:
            del self.purpose
        if actor is not None:
            self.known()
            del self.byline
            del self.email
        if actor is None or has_agreed(actor, ConsentKind.PUBLICATION):
            del self.agrees

    def words(self) -> dict[str, Any]:
        """What was typed, by the name of its field."""
        names = ("purpose", "body", "byline", "email")
        return {name: self[name].data for name in names if name in self}


class ReplyForm(Form):
    """The town's reply: its words, who signs, for which service."""

    words = TextAreaField(
        _("Your reply"),
        [DataRequired(_("Please write the reply.")), WORDS],
        filters=[strip],
        description=_("It is public and is never changed: to correct it, add another one."),
    )
    signatory = StringField(
        _("Signed by"),
        [DataRequired(_("Say who signs: a reply has an author.")), LINE],
        filters=[strip],
    )
    unit = StringField(
        _("Service or position"),
        [DataRequired(_("Say for which service.")), LINE],
        filters=[strip],
    )


class RendezvousForm(Form):
    """The first day of something that comes back, and how the others follow."""

    first_on = Day(
        _("First day"),
        [InputRequired(_("Give the first day: the others are counted from it."))],
        description=_("A day on which it took place or will take place."),
    )
    starts_at = StringField(
        _("Hour"),
        filters=[strip],
        description=_("For example 18:30. Left empty: no hour is shown."),
    )
    rhythm = RadioField(
        _("The following days"),
        choices=[
            SelectChoice(Rhythm.DATE.value, _("The same day of the month: the 8th, for example")),
            SelectChoice(
                Rhythm.WEEKDAY.value,
                _("The same day of the week: the second Friday, for example"),
            ),
        ],
        default=Rhythm.DATE.value,
        coerce=Rhythm,
    )
    until = Day(_("Last day"), description=_("Left empty: it goes on."))
    place = StringField(_("Where"), [LINE], filters=[strip])
    except_on = TextAreaField(
        _("Days without it"),
        [WORDS],
        filters=[strip],
        description=_("One day a line, as 31/12/2026."),
    )
    hour = ""
    skipped: tuple[date, ...] = ()

    def validate_starts_at(self, field: StringField) -> None:
        if not field.data:
            self.hour = ""
            return
        match = re.fullmatch(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)?", field.data)
        if not match or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise ValidationError(_("This is not an hour. Write it as 18:30."))
        self.hour = f"{int(match[1]):02}:{int(match[2] or 0):02}"

    def validate_until(self, field: Day) -> None:
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(_("The last day comes before the first."))

    def validate_except_on(self, field: TextAreaField) -> None:
        days = []
        for line in re.split(r"[\n,;]+", field.data or ""):
            if words := line.strip():
                day = parse(words).day
                if day is None:
                    raise ValidationError(
                        _("“%(words)s” is not a day. Write it as 31/12/2026.", words=words)
                    )
                days.append(day)
        self.skipped = tuple(days)

    def values(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        return {
            "first_on": self.first_on.data,
            "starts_at": self.hour,
            "until": self.until.data,
            "rhythm": self.rhythm.data if "rhythm" in self else Rhythm.DATE,
            "except_on": self.skipped,
            "place": self.place.data,
        }
