"""What a clerk types: an act, its vote, what follows it, a sitting and who was there."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from consult.core import clock
from consult.core.forms import Form, offered, public_reason
from consult.core.i18n import _
from consult.council import law, queries, texts
from consult.council.models import (
    Act,
    ActKind,
    ActLink,
    ActState,
    Annex,
    Assembly,
    Casting,
    Fate,
    Part,
    Sitting,
    Tie,
    VoteMode,
)

LINE = Length(max=300, message=_("This text is too long."))
TITLE = Length(max=1000, message=_("This text is too long."))
TEXT = Length(max=100_000, message=_("This text is too long."))
COUNT = [Optional(), NumberRange(min=0, max=10_000, message=_("Give a number, from 0 up."))]
PAIRS = _("One a line: name ; quality. For example: Camille Martin ; deputy mayor for housing.")


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


class Count(IntegerField):
    """A number of people or voices; left empty, it is not known, which is not zero."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, COUNT, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Give a number, from 0 up.")) from None


def needed_day(label: Any, **options: Any) -> Day:
    return Day(label, [InputRequired(_("Please give the day."))], **options)


def past(field: Day) -> None:
    if isinstance(field.data, date) and field.data > clock.today():
        raise ValidationError(_("This day has not come yet."))


class _Paper(Form):
    """A form that may bring a PDF."""

    document = FileField(_("The act (PDF)"))
    paper: tuple[bytes, str] | None = None

    def validate_document(self, field: FileField) -> None:
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename


# Assemblies.


class AssemblyForm(Form):
    name = StringField(
        _("Assembly"), [DataRequired(_("Please name the assembly.")), LINE], filters=[strip]
    )
    collectivity = StringField(
        _("Official name of the authority"),
        [LINE],
        filters=[strip],
        description=_("As open data will show it, for example: Ville de Poitiers."),
    )
    siret = StringField(
        _("SIRET number"), [Optional()], filters=[lambda v: "".join((v or "").split())]
    )
    in_office = Count(_("Members in office"))
    proxies_each = IntegerField(
        _("Proxies one member may hold"),
        [InputRequired(_("Give a number, from 0 up.")), NumberRange(min=0, max=5)],
        default=1,
        description=_("One, unless the law says otherwise for this assembly."),
    )
    court = StringField(
        _("Court that hears appeals"),
        [LINE],
        filters=[strip],
        description=_("Its name and address stand on each act that can be appealed."),
    )
    court_address = StringField(_("Address of the court"), [LINE], filters=[strip])

    def validate_siret(self, field: StringField) -> None:
        if field.data and not law.is_siret(field.data):
            raise ValidationError(
                _("This is not a SIRET number: fourteen digits, the last a check.")
            )

    def values(self) -> dict[str, Any]:
        names = ("name", "collectivity", "in_office", "proxies_each", "court", "court_address")
        return {**{name: self[name].data for name in names}, "siret": self.siret.data or None}


# Acts.


class ActForm(_Paper):
    """An act in preparation, in the order its page shows it."""

    kind = SelectField(_("Nature of the document"), coerce=ActKind)
    assembly_id = SelectField(_("Assembly"), coerce=lambda value: int(value or 0))
    number = StringField(
        _("Number of the act"),
        [LINE],
        filters=[strip],
        description=_("Spaces and full stops may be typed as they are printed."),
    )
    title = StringField(
        _("Subject of the act"),
        [DataRequired(_("Please give the subject.")), TITLE],
        filters=[strip],
    )
    words = TextAreaField(
        _("In plain words"),
        [TEXT],
        filters=[strip],
        description=_("What it changes for people, in two or three sentences."),
    )
    rapporteurs = TextAreaField(
        _("Rapporteurs"),
        [TEXT],
        filters=[strip],
        description=_(
            "One a line: name ; on whose behalf. For example: Alix Roy ; 2nd commission."
        ),
    )
    presenters = TextAreaField(_("Presented by"), [TEXT], filters=[strip], description=PAIRS)
    commission = StringField(_("Commission"), [LINE], filters=[strip])
    opinions = TextAreaField(
        _("Opinions received"), [TEXT], filters=[strip], description=_("One a line.")
    )
    visas = TextAreaField(
        _("Visas"), [TEXT], filters=[strip], description=_("One a line, each as it will be read.")
    )
    considerations = TextAreaField(
        _("Recitals"), [TEXT], filters=[strip], description=_("One a line.")
    )
    grounds = TextAreaField(
        _("Lines that begin with “Sur”"), [TEXT], filters=[strip], description=_("One a line.")
    )
    formula = StringField(_("Formula before the articles"), [LINE], filters=[strip])
    articles = TextAreaField(
        _("Articles"),
        [TEXT],
        filters=[strip],
        description=_("An empty line between two articles; begin each with its number."),
    )
    body = TextAreaField(
        _("Text of a note, a report or an agreement"),
        [TEXT],
        filters=[strip],
        description=_(
            "An empty line between paragraphs; # before a heading, - before each line of a list."
        ),
    )
    places = TextAreaField(
        _("Places it concerns"), [TEXT], filters=[strip], description=_("One a line.")
    )
    matter_code = StringField(
        _("Code of the matter"),
        [
            Optional(),
            Regexp(r"^\d\.\d{1,2}$", message=_("A digit, a full stop, one or two digits: 8.5.")),
        ],
        filters=[strip],
        description=_("From the national list of matters (@CTES), for example 8.5."),
    )
    matter = StringField(_("Name of the matter"), [LINE], filters=[strip])
    budget_year = StringField(
        _("Budget year"),
        [
            Optional(),
            Regexp(r"^[0-9]{4}(/[0-9]{4})?$", message=_("Write 2026, or 2026/2027.")),
        ],
        filters=[strip],
    )
    budget_name = StringField(_("Budget"), [LINE], filters=[strip])

    TEXTS = ("number", "title", "words", "formula", "commission")
    LISTS = ("visas", "considerations", "grounds", "opinions")
    CODES = ("matter_code", "matter", "budget_year", "budget_name")

    def __init__(self, *args: Any, act: Act | None = None, **kwargs: Any) -> None:
        if act is not None:
            kwargs |= {name: getattr(act, name) or "" for name in (*self.TEXTS, *self.CODES)}
            kwargs |= {name: "\n".join(getattr(act, name)) for name in self.LISTS}
            kwargs |= {
                "assembly_id": act.chamber.id if act.chamber else 0,
                "articles": "\n\n".join(one["words"] for one in act.articles),
                "body": texts.typed(act.body),
                "places": "\n".join(place.name for place in act.places),
                "rapporteurs": _people(act, Part.RAPPORTEUR),
                "presenters": _people(act, Part.PRESENTER),
            }
        super().__init__(*args, **kwargs)
        if act is not None:
            del self.kind
            if act.state != ActState.DRAFT or act.chamber is None:
                del self.assembly_id
                return
        else:
            self.kind.choices = offered(ActKind)
        self._assemblies = {one.id: one for one in queries.assemblies()}
        self.assembly_id.choices = _named(self._assemblies.values())

    @property
    def assembly(self) -> Assembly:
        return self._assemblies[self.assembly_id.data]

    def values(self) -> dict[str, Any]:
        """What was typed, as the act takes it; places are still names."""
        people = [
            (Part.RAPPORTEUR, name, "", for_whom)
            for name, for_whom in texts.pairs(self.rapporteurs.data)
        ]
        people += [
            (Part.PRESENTER, name, quality, "")
            for name, quality in texts.pairs(self.presenters.data)
        ]
        return {
            **{name: self[name].data for name in self.TEXTS},
            "number": self.number.data or None,
            "commission": self.commission.data or None,
            **{name: texts.lines(self[name].data) for name in self.LISTS},
            **{name: self[name].data or None for name in self.CODES},
            "articles": texts.articles(self.articles.data or ""),
            "body": texts.blocks(self.body.data or ""),
            "people": people,
        }


def _named(assemblies: Iterable[Assembly]) -> list[Any]:
    return [
        SelectChoice(one.id, " – ".join(filter(None, [one.name, one.collectivity])))
        for one in assemblies
    ]


def _people(act: Act, part: Part) -> str:
    return "\n".join(
        " ; ".join(filter(None, [one.name, one.quality or one.on_behalf_of]))
        for one in act.named(part)
    )


class CompleteForm(_Paper):
    """Only what is empty is asked; what is left empty goes on reading “not communicated”."""

    number = StringField(_("Number of the act"), [LINE], filters=[strip])
    assembly = StringField(_("Assembly"), [LINE], filters=[strip])
    chamber = SelectField(
        _("Assembly, among those of this site"),
        coerce=lambda value: int(value or 0),
        default=0,
        description=_("Open data takes the name and the SIRET number of the authority from it."),
    )
    adopted_on = Day(_("Day of the vote"))
    place = StringField(_("Where it met"), [LINE], filters=[strip])
    in_office = Count(_("Members in office"))
    present = Count(_("Members present"))
    proxies = Count(_("Proxies"))
    votes_for = Count(_("Votes for"))
    votes_against = Count(_("Votes against"))
    abstentions = Count(_("Abstentions"))
    not_voting = Count(_("Took no part in the vote"))
    vote_words = StringField(_("The vote as printed"), [LINE], filters=[strip])
    matter_code = StringField(
        _("Code of the matter"),
        [
            Optional(),
            Regexp(r"^\d\.\d{1,2}$", message=_("A digit, a full stop, one or two digits: 8.5.")),
        ],
        filters=[strip],
        description=_("From the national list of matters (@CTES), for example 8.5."),
    )
    matter = StringField(_("Name of the matter"), [LINE], filters=[strip])
    budget_year = StringField(
        _("Budget year"),
        [
            Optional(),
            Regexp(r"^[0-9]{4}(/[0-9]{4})?$", message=_("Write 2026, or 2026/2027.")),
        ],
        filters=[strip],
    )
    budget_name = StringField(_("Budget"), [LINE], filters=[strip])

    def __init__(self, *args: Any, act: Act, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._assemblies = {one.id: one for one in queries.assemblies()}
        self.chamber.choices = [SelectChoice(0, "–"), *_named(self._assemblies.values())]
        asked = {"key", "csrf_token", *queries.empty(act)}
        for name in [field.short_name for field in self if field.short_name not in asked]:
            del self[name]

    def validate_adopted_on(self, field: Day) -> None:
        past(field)

    def validate_votes_for(self, field: IntegerField) -> None:
        counts = [self[name].data for name in queries.COUNTS]
        if None in counts and any(count is not None for count in counts):
            raise ValidationError(
                _("Give the three counts, or none. Where nobody voted so, write 0.")
            )

    validate_votes_against = validate_abstentions = validate_votes_for  # an empty box is not asked

    def said(self) -> dict[str, Any]:
        """What was typed, by the name of its field."""
        names = (*queries.FILLABLE, *queries.COUNTS, *queries.ROOM, *queries.OPEN_DATA)
        said = {name: self[name].data for name in names if name in self}
        if "chamber" in self:
            said["chamber"] = self._assemblies.get(self.chamber.data)
        return said


class VoteForm(Form):
    """The vote: three counts, or how it was printed and which way it went."""

    votes_for = Count(_("Votes for"))
    votes_against = Count(_("Votes against"))
    abstentions = Count(_("Abstentions"))
    not_voting = Count(_("Took no part in the vote"))
    mode = RadioField(
        _("How they voted"),
        choices=[
            SelectChoice("", _("not communicated")),
            SelectChoice(VoteMode.PUBLIC.value, VoteMode.PUBLIC.label),
            SelectChoice(VoteMode.SECRET.value, VoteMode.SECRET.label),
        ],
        coerce=lambda value: VoteMode(value) if value else "",
        default="",
        validators=[Optional()],
    )
    casting_vote = RadioField(
        _("On a tie, the president's voice"),
        choices=[
            SelectChoice("", _("no tie, or no deciding voice")),
            SelectChoice(Casting.FOR.value, Casting.FOR.label),
            SelectChoice(Casting.AGAINST.value, Casting.AGAINST.label),
        ],
        coerce=lambda value: Casting(value) if value else "",
        default="",
        validators=[Optional()],
    )
    vote_words = StringField(
        _("The vote as printed"),
        [LINE],
        filters=[strip],
        description=_("Only where the counts are not known: “unanimously of those voting”."),
    )
    outcome = RadioField(
        _("Which way it went, where the counts are not known"),
        choices=[
            SelectChoice("", _("the counts say so")),
            SelectChoice("yes", _("the assembly said yes")),
            SelectChoice("no", _("the assembly said no")),
        ],
        default="",
        validators=[Optional()],
    )
    in_office = Count(_("Members in office"))
    present = Count(_("Members present"))
    proxies = Count(_("Proxies"))

    def __init__(self, *args: Any, known: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in known:
            del self[name]

    def values(self) -> dict[str, Any]:
        names = ("votes_for", "votes_against", "abstentions", "not_voting")
        room = [name for name in ("in_office", "present", "proxies") if name in self]
        return {
            **{name: self[name].data for name in (*names, *room)},
            "mode": self.mode.data or None,
            "casting_vote": self.casting_vote.data or None,
            "vote_words": self.vote_words.data or None,
            "is_carried": {"yes": True, "no": False}.get(self.outcome.data),
        }


class SignForm(Form):
    on = needed_day(_("Signed on"))
    signatories = TextAreaField(
        _("Who signs"),
        [DataRequired(_("Name at least one person who signs.")), TEXT],
        filters=[strip],
        description=PAIRS,
    )

    def validate_signatories(self, field: TextAreaField) -> None:
        if any(not quality for _name, quality in texts.pairs(field.data)):
            raise ValidationError(_("Give the quality of each person, after a semicolon."))


class DayForm(Form):
    """One day, no later than today."""

    on = needed_day(_("Day"))

    def validate_on(self, field: Day) -> None:
        past(field)


class AcknowledgeForm(DayForm):
    prefecture_id = StringField(
        _("Code of the prefecture"),
        [LINE],
        filters=[strip],
        description=_("As the schema of open data writes it, for example PREF094."),
    )


class PublishForm(Form):
    checked_by = StringField(
        _("Who read it for personal data"),
        [DataRequired(_("Name the person who read it for personal data.")), LINE],
        filters=[strip],
        description=_("Nobody's address, birth date, health or family belongs in a published act."),
    )


class ReasonForm(Form):
    reason = TextAreaField(
        _("Reason"),
        [DataRequired(_("Give a reason: everybody will read it.")), TEXT],
        filters=[strip],
        description=_("Everybody will read it."),
    )


class CorrectForm(ReasonForm):
    words = TextAreaField(
        _("What should be read"),
        [DataRequired(_("Say what should be read.")), TEXT],
        filters=[strip],
        description=_("The act stays as it was; this is shown beside it."),
    )


class AnnulForm(ReasonForm):
    words = StringField(
        _("Decision of the court"),
        [DataRequired(_("Name the decision: court, date, number.")), LINE],
        filters=[strip],
    )


class LinkForm(Form):
    earlier_id = RadioField(_("Earlier act"), [InputRequired(_("Choose an act."))], coerce=int)
    tie = RadioField(
        _("This act"),
        choices=offered(Tie),
        default=Tie.FOLLOWS.value,
        coerce=Tie,
    )

    def __init__(self, *args: Any, found: Iterable[Act] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earlier_id.choices = [
            SelectChoice(
                one.id, " – ".join(filter(None, [str(one.kind.label), one.number, one.title]))
            )
            for one in found
        ]


class UnlinkForm(Form):
    """Nothing is asked of a tie that nobody read."""

    reason = public_reason()

    def __init__(self, *args: Any, link: ActLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not queries.was_read_tied(link):
            del self.reason

    def values(self) -> dict[str, Any]:
        return {"reason": self.reason.data} if "reason" in self else {}


class AnnexForm(Form):
    title = StringField(
        _("Title"), [DataRequired(_("Please give a title.")), LINE], filters=[strip]
    )
    kind = StringField(
        _("Type of document"), [LINE], filters=[strip], description=_("Agreement, map, table…")
    )
    dated_on = Day(_("Date of the document"))
    document = FileField(
        _("File (PDF)"), description=_("Without a file, the page says: annex cited, not supplied.")
    )
    paper: tuple[bytes, str] | None = None

    def __init__(self, *args: Any, annex: Annex | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.annex = annex
        if annex is not None:
            del self.title

    def validate_document(self, field: FileField) -> None:
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename
        elif self.annex is not None:
            raise ValidationError(_("Choose the file of this annex."))


# Sittings.


class SittingForm(Form):
    assembly_id = SelectField(_("Assembly"), coerce=lambda value: int(value or 0))
    held_on = needed_day(_("Day of the sitting"))
    hour = StringField(_("Hour"), [LINE], filters=[strip], description=_("For example: 19 h 30."))
    place = StringField(_("Place"), [LINE], filters=[strip])
    convened_on = Day(_("Convened on"))
    after_id = SelectField(
        _("Second convening, after the sitting without quorum of"),
        coerce=lambda value: int(value or 0),
        default=0,
        description=_("It then needs no quorum, three clear days later at least."),
    )
    reason = public_reason()

    def __init__(self, *args: Any, sitting: Sitting | None = None, **kwargs: Any) -> None:
        if sitting is not None:
            names = ("held_on", "hour", "place", "convened_on")
            kwargs |= {name: getattr(sitting, name) for name in names}
        super().__init__(*args, **kwargs)
        if sitting is None or not queries.was_read(sitting):
            del self.reason
        if sitting is not None:
            del self.assembly_id, self.after_id
            return
        self._assemblies = {one.id: one for one in queries.assemblies()}
        self._missed = {one.id: one for one in queries.without_quorum()}
        self.assembly_id.choices = _named(self._assemblies.values())
        self.after_id.choices = [
            SelectChoice(0, "–"),
            *(
                SelectChoice(one.id, f"{one.assembly.name}, {one.held_on:%d/%m/%Y}")
                for one in self._missed.values()
            ),
        ]
        if not self._missed:
            del self.after_id

    def validate_convened_on(self, field: Day) -> None:
        if field.data and self.held_on.data and field.data > self.held_on.data:
            raise ValidationError(_("A sitting is convened before it is held."))

    def validate_after_id(self, field: SelectField) -> None:
        missed = self._missed.get(field.data)
        if missed is not None and missed.assembly_id != self.assembly_id.data:
            raise ValidationError(_("That sitting was held by another assembly."))

    def values(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "held_on": self.held_on.data,
            "hour": self.hour.data,
            "place": self.place.data or None,
            "convened_on": self.convened_on.data,
        }
        if "reason" in self:
            said["reason"] = self.reason.data
        if "assembly_id" in self:
            said["assembly"] = self._assemblies[self.assembly_id.data]
            said["after"] = self._missed.get(self.after_id.data) if "after_id" in self else None
        return said


class AttendForm(Form):
    """Left empty, a list is not known: nobody is counted absent for want of a name."""

    president = StringField(_("President of the sitting"), [LINE], filters=[strip])
    secretary = StringField(_("Secretary of the sitting"), [LINE], filters=[strip])
    in_office = Count(_("Members in office"))
    present = TextAreaField(
        _("Members present"),
        [TEXT],
        filters=[strip],
        description=_("One name a line. Left empty, attendance reads “not communicated”."),
    )
    absent = TextAreaField(
        _("Members absent"), [TEXT], filters=[strip], description=_("One name a line.")
    )
    proxies = TextAreaField(
        _("Proxies"),
        [TEXT],
        filters=[strip],
        description=_("One a line: who is away ; who votes for them."),
    )
    reason = public_reason()

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        given = (f"{one.giver} ; {one.holder}" for one in sitting.proxies)
        kwargs |= {
            "president": sitting.president,
            "secretary": sitting.secretary,
            "in_office": sitting.members,
            "present": "\n".join(sitting.present or ()),
            "absent": "\n".join(sitting.absent or ()),
            "proxies": "\n".join(given),
        }
        super().__init__(*args, **kwargs)
        if not queries.has_voted(sitting):
            del self.reason

    def validate_proxies(self, field: TextAreaField) -> None:
        if any(not holder for _giver, holder in texts.pairs(field.data)):
            raise ValidationError(_("Write both names on a line, with a semicolon between them."))

    def values(self) -> dict[str, Any]:
        """What was typed; where some members are named, an empty list means nobody."""
        is_known = bool(texts.lines(self.present.data))
        names = ("president", "secretary", "in_office", "reason")
        return {
            **{name: self[name].data for name in names if name in self},
            "present": texts.lines(self.present.data) if is_known else None,
            "absent": texts.lines(self.absent.data) if is_known else None,
            "proxies": texts.pairs(self.proxies.data) if is_known else None,
        }


class InscribeForm(Form):
    act_id = SelectField(_("Act to examine"), coerce=lambda value: int(value or 0), default=0)
    title = StringField(
        _("Title on the agenda"),
        [TITLE],
        filters=[strip],
        description=_("Left empty, the subject of the act. Without an act: what is spoken of."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._acts = {one.id: one for one in queries.to_inscribe()}
        self.act_id.choices = [
            SelectChoice(0, _("no act: a subject only")),
            *(
                SelectChoice(one.id, f"{one.kind.label} – {one.title}"[:150])
                for one in self._acts.values()
            ),
        ]

    @property
    def act(self) -> Act | None:
        return self._acts.get(self.act_id.data)

    def validate_title(self, field: StringField) -> None:
        if not field.data and self.act is None:
            raise ValidationError(_("Choose an act, or write a title."))


class ExamineForm(Form):
    present = Count(
        _("Members present for this item"),
        description=_("Only where somebody came or left; else those of the sitting."),
    )
    interested = TextAreaField(
        _("Members who have an interest in it"),
        [TEXT],
        filters=[strip],
        description=_("One name a line. They leave the room: neither quorum nor vote counts them."),
    )


class PutOffForm(Form):
    reason = StringField(_("Reason"), [LINE], filters=[strip])


class AmendForm(Form):
    author = StringField(
        _("Who asks for it"), [DataRequired(_("Name who asks for it.")), LINE], filters=[strip]
    )
    words = TextAreaField(
        _("Text of the amendment"),
        [DataRequired(_("Write the text of the amendment.")), TEXT],
        filters=[strip],
    )


class SettleForm(Form):
    fate = RadioField(
        _("What became of it"),
        [InputRequired(_("Choose an answer."))],
        choices=offered(fate for fate in Fate if fate != Fate.PENDING),
        coerce=Fate,
    )


class MinuteForm(Form):
    hour = StringField(_("Hour"), [LINE], filters=[strip], description=_("For example: 19 h 30."))
    ballot_requests = TextAreaField(
        _("Particular ballots asked for"),
        [TEXT],
        filters=[strip],
        description=_(
            "Secret or roll-call ballots that members asked for. Where there was none, say so."
        ),
    )
    ballot_results = TextAreaField(
        _("Results of the ballots"),
        [TEXT],
        filters=[strip],
        description=_("In a public ballot, the name of those who voted and which way."),
    )
    discussions = TextAreaField(_("What was said"), [TEXT], filters=[strip])

    def __init__(self, *args: Any, sitting: Sitting, **kwargs: Any) -> None:
        super().__init__(*args, obj=sitting, **kwargs)
        if sitting.hour and queries.was_read(sitting):
            del self.hour  # it changes with its reason, where the day and the place do

    def values(self) -> dict[str, Any]:
        names = ("ballot_requests", "ballot_results", "discussions")
        hour = {"hour": self.hour.data} if "hour" in self else {}
        return {**hour, **{name: self[name].data or None for name in names}}
