"""What is typed to say where an action stands, and to picture a plan at a date."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from consult.core import files
from consult.core.forms import Form
from consult.core.i18n import _
from consult.core.images import Image, ImageRefused, reencode
from consult.core.slugs import slugify
from consult.council.forms import LINE, Day, strip
from consult.engagements.models import PROGRESS, Progress
from consult.followup import rules
from consult.followup.models import EVIDENCE, PICTURES, Evidence, EvidenceKind

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
        choices=[SelectChoice(progress.value, PROGRESS[progress]) for progress in ORDER],
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
        choices=[SelectChoice(kind.value, EVIDENCE[kind]) for kind in PICTURES],
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
            stem = slugify(title, limit=60, default="photo")
            size = {"width": self.picture.width, "height": self.picture.height}
            file = files.keep(self.picture.data, f"{stem}.webp", self.picture.type, **size)
            found.append(
                Evidence(
                    kind=self.photo_kind.data,
                    title=title,
                    file=file,
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

    def validate_as_of(self, field: Day) -> None:
        if field.data is None and not field.errors and not self.as_of_words.data:
            raise ValidationError(_("Say at which date the plan is pictured."))
