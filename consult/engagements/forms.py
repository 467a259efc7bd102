"""What is typed to write a plan, its engagements and its actions, and to have it adopted."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from consult.campaigns.models import Campaign
from consult.core import clock
from consult.core.forms import Form, Several, offered, public_reason
from consult.core.i18n import _
from consult.core.images import Image, ImageRefused, reencode
from consult.council.forms import LINE, Day, strip
from consult.council.models import Act
from consult.engagements import lineage, queries
from consult.engagements.models import (
    Action,
    Degree,
    Engagement,
    Picture,
    PictureKind,
    Plan,
    PlanState,
)
from consult.engagements.queries import Tree
from consult.engagements.wording import called
from consult.people.models import User
from consult.people.queries import by_email
from consult.programmes.queries import every_programme as programmes
from consult.territory.queries import places

TITLE = Length(max=1000, message=_("This text is too long."))
WORDS = Length(max=20_000, message=_("This text is too long."))
BLANK_ROWS = 3
REASON = _("The plan was adopted: say why this changes. The reason is public.")


def lines(text: str | None) -> list[str]:
    """What was typed one a line, without empty lines."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class PlanForm(Form):
    """A plan: its words until it is adopted, then its campaigns, its place and its pace."""

    title = StringField(
        _("Title"), [DataRequired(_("Please give a title.")), LINE], filters=[strip]
    )
    subtitle = StringField(_("Subtitle"), [LINE], filters=[strip])
    introduction = TextAreaField(
        _("Introduction"),
        [WORDS],
        filters=[strip],
        description=_("Where the plan comes from and what it is for, in a few paragraphs."),
    )
    imprint = TextAreaField(
        _("Who printed it, and when"),
        [WORDS],
        filters=[strip],
        description=_("As at the foot of the document, one a line."),
    )
    place_id = SelectField(_("Place"), coerce=lambda value: int(value or 0), default=0)
    programme_id = SelectField(
        _("Programme it belongs to"), coerce=lambda value: int(value or 0), default=0
    )
    campaign_ids = Several(
        _("Campaigns it comes from"),
        coerce=int,
        description=_("Each of them will show this plan among what became of it."),
    )
    stale_after_days = IntegerField(
        _("Say that an action is silent after so many days"),
        [
            InputRequired(_("Please give a number of days.")),
            NumberRange(min=7, max=3650, message=_("Between 7 and 3650 days.")),
        ],
        default=365,
        description=_("Past this time without news, the action says so on its page."),
    )
    reason = public_reason()

    def __init__(self, *args: Any, plan: Plan | None = None, **kwargs: Any) -> None:
        if plan is not None:
            kwargs |= {
                "title": plan.title,
                "subtitle": plan.subtitle,
                "introduction": plan.introduction,
                "imprint": plan.imprint,
                "place_id": plan.place_id or 0,
                "programme_id": plan.programme_id or 0,
                "campaign_ids": [campaign.id for campaign in plan.campaigns],
                "stale_after_days": plan.stale_after_days,
            }
        super().__init__(*args, **kwargs)
        if plan is not None and plan.state != PlanState.DRAFT:
            del self.title, self.subtitle, self.introduction
        else:
            del self.reason
        self._places = {place.id: place for place in places()}
        self._programmes = {one.id: one for one in programmes()}
        self.programme_id.choices = [
            SelectChoice(0, "–"),
            *(SelectChoice(one.id, one.title) for one in self._programmes.values()),
        ]
        self._campaigns: dict[int, Campaign] = {
            campaign.id: campaign for campaign in queries.campaigns_to_link()
        }
        self.place_id.choices = [
            SelectChoice(0, "–"),
            *(SelectChoice(place.id, place.name) for place in self._places.values()),
        ]
        self.campaign_ids.choices = [
            SelectChoice(campaign.id, campaign.title) for campaign in self._campaigns.values()
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, as the plan takes it."""
        names = ("title", "subtitle", "introduction", "imprint", "stale_after_days", "reason")
        return {
            **{name: self[name].data for name in names if name in self},
            "place": self._places.get(self.place_id.data),
            "programme": self._programmes.get(self.programme_id.data),
            "campaigns": [self._campaigns[number] for number in self.campaign_ids.data],
        }


class _PromiseForm(Form):
    """What joins or changes an adopted plan says why."""

    plan: Plan
    reason = TextAreaField(
        _("Reason for this change"),
        [WORDS],
        filters=[strip],
        description=_(
            "The plan was adopted. What it promised stays readable beside what it becomes, with"
            " this reason, the date and the authority."
        ),
    )

    def needs_reason(self) -> bool:
        """Whether what was typed changes what was adopted."""
        return True

    def validate_reason(self, field: TextAreaField) -> None:
        if self.plan.state != PlanState.DRAFT and not field.data and self.needs_reason():
            raise ValidationError(REASON)


class EngagementForm(_PromiseForm):
    level = StringField(
        _("Level"),
        [LINE],
        filters=[strip],
        description=_("What the document calls it: issue, axis, section, field, engagement…"),
    )
    number = StringField(
        _("Number in the plan"),
        [LINE],
        filters=[strip],
        description=_("As it will be printed, for example: Engagement no. 1."),
    )
    title = StringField(
        _("Title"), [DataRequired(_("Please give a title.")), TITLE], filters=[strip]
    )
    words = TextAreaField(_("Description"), [WORDS], filters=[strip])
    page = StringField(_("Page in the printed document"), [LINE], filters=[strip])
    parent_id = SelectField(_("Stands under"), coerce=lambda value: int(value or 0), default=0)

    def __init__(
        self, *args: Any, plan: Plan, tree: Tree, thing: Engagement | None = None, **kwargs: Any
    ) -> None:
        if thing is not None:
            kwargs |= {
                "level": thing.level,
                "number": thing.number,
                "title": thing.title,
                "words": thing.words,
                "page": thing.page,
                "parent_id": thing.parent_id or 0,
            }
        super().__init__(*args, **kwargs)
        self.plan, self.thing, self.tree = plan, thing, tree
        self.levels = sorted({one.level for one in tree.engagements if one.level})
        own = tree.by_engagement[thing.id] if thing is not None else None
        below = {branch.engagement.id for branch in own.walk()} if own else set()
        self.parent_id.choices = [
            SelectChoice(0, _("nothing: it stands at the top of the plan")),
            *(
                SelectChoice(branch.engagement.id, "– " * branch.depth + called(branch.engagement))
                for branch in tree.walk()
                if branch.engagement.id not in below
            ),
        ]

    def needs_reason(self) -> bool:
        if self.thing is None:
            return True
        names = ("level", "number", "title", "words")
        now = [*(getattr(self.thing, name) for name in names), self.thing.parent_id or 0]
        return now != [*(self[name].data for name in names), self.parent_id.data]

    def values(self) -> dict[str, Any]:
        """What was typed, as the engagement takes it."""
        above = self.tree.by_engagement.get(self.parent_id.data)
        return {
            **{name: self[name].data for name in ("level", "number", "title", "words", "page")},
            "parent": above.engagement if above else None,
        }


class CarrierForm(Part):
    name = StringField(_("Organisation"), [LINE], filters=[strip])
    role = StringField(_("Role"), [LINE], filters=[strip])


class ActionForm(_PromiseForm):
    title = TextAreaField(
        _("What will be done"),
        [DataRequired(_("Please say what will be done.")), TITLE],
        filters=[strip],
        description=_("One sentence that a resident can check."),
    )
    words = TextAreaField(_("Description"), [WORDS], filters=[strip])
    engagement_ids = Several(
        _("Engagements served"),
        coerce=int,
        description=_("An action may serve several; the totals count it once."),
    )
    dates_words = StringField(
        _("When"),
        [LINE],
        filters=[strip],
        description=_(
            "In your words: 14 March 2026, autumn 2026, second half of 2027. The site reads the"
            " period in them and never makes up a day."
        ),
    )
    periodicity = StringField(
        _("How often"), [LINE], filters=[strip], description=_("For example: every month.")
    )
    unit = StringField(_("Service in charge"), [LINE], filters=[strip])
    organisations = FieldList(
        FormField(CarrierForm, _("Organisation and role")),
        _("Who takes part"),
        description=_("The role in a few words: owner of the walls, partner, funder."),
    )
    places_words = TextAreaField(
        _("Places"), [WORDS], filters=[strip], description=_("One a line.")
    )
    tags_words = TextAreaField(_("Labels"), [WORDS], filters=[strip], description=_("One a line."))
    see_also_ids = Several(_("See also"), coerce=int)

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        tree: Tree,
        thing: Action | None = None,
        engagement: Engagement | None = None,
        **kwargs: Any,
    ) -> None:
        carriers: list[dict[str, str]] = []
        if thing is not None:
            carriers = [
                {"name": row.named or row.organisation.name, "role": row.role}
                for row in tree.carriers.get(thing.id, [])
            ]
            kwargs |= {
                "title": thing.title,
                "words": thing.words,
                "engagement_ids": [one.id for one in tree.served.get(thing.id, [])],
                "dates_words": thing.dates_words,
                "periodicity": thing.periodicity,
                "unit": thing.unit,
                "places_words": "\n".join(place.name for place in thing.places),
                "tags_words": "\n".join(thing.tags),
                "see_also_ids": [other.id for other in thing.see_also],
            }
        elif engagement is not None:
            kwargs |= {"engagement_ids": [engagement.id]}
        kwargs["organisations"] = [*carriers, *({"name": "", "role": ""},) * BLANK_ROWS]
        super().__init__(*args, **kwargs)
        self.plan, self.thing, self.tree = plan, thing, tree
        self.engagement_ids.choices = [
            SelectChoice(branch.engagement.id, called(branch.engagement)) for branch in tree.walk()
        ]
        self.see_also_ids.choices = [
            SelectChoice(one.id, one.title) for one in tree.actions.values() if one is not thing
        ]

    def validate_engagement_ids(self, field: Several) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one engagement."))

    def needs_reason(self) -> bool:
        if self.thing is None:
            return True
        carriers = self.tree.carriers.get(self.thing.id, [])
        now = [
            *(getattr(self.thing, name) for name in ("title", "words", "dates_words")),
            *(self.thing.periodicity, self.thing.unit),
            {one.id for one in self.tree.served.get(self.thing.id, [])},
            [(row.named or row.organisation.name, row.role) for row in carriers],
        ]
        typed = [
            *(self[name].data for name in ("title", "words", "dates_words", "periodicity", "unit")),
            set(self.engagement_ids.data or ()),
            self._carriers(),
        ]
        return now != typed

    def _carriers(self) -> list[tuple[str, str]]:
        rows = (entry.form for entry in self.organisations)
        return [(row["name"].data, row["role"].data) for row in rows if row["name"].data]

    def values(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        names = ("title", "words", "dates_words", "periodicity", "unit")
        served = [
            branch.engagement
            for branch in self.tree.walk()
            if branch.engagement.id in self.engagement_ids.data
        ]
        return {
            **{name: self[name].data for name in names},
            "engagements": served,
            "organisations": self._carriers(),
            "places": lines(self.places_words.data),
            "tags": lines(self.tags_words.data),
            "see_also": [self.tree.actions[number] for number in self.see_also_ids.data],
        }


class TieForm(Form):
    contribution_id = RadioField(
        _("Contribution"), [InputRequired(_("Choose a contribution."))], coerce=int
    )
    degree = RadioField(
        _("What was taken up"),
        choices=[
            SelectChoice(Degree.WHOLE.value, _("All of it")),
            SelectChoice(Degree.PART.value, _("A part of it")),
        ],
        default=Degree.WHOLE.value,
        coerce=Degree,
    )
    words = TextAreaField(
        _("Which part, or how"),
        [WORDS],
        filters=[strip],
        description=_("Read by everybody, its author first. Needed when only a part was taken up."),
    )

    def __init__(self, *args: Any, found: Iterable[lineage.Candidate] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contribution_id.choices = [
            SelectChoice(one.id, f"{one.title} – {one.campaign_title}") for one in found
        ]

    def validate_words(self, field: TextAreaField) -> None:
        if self.degree.data == Degree.PART and not field.data:
            raise ValidationError(_("Say which part of the contribution was taken up."))


class ByActForm(Form):
    """The act by which the assembly adopts, where the desk noted it already."""

    act_id = RadioField(_("Act of the assembly"), [InputRequired(_("Choose an act."))], coerce=int)

    def __init__(self, *args: Any, acts: Iterable[Act] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acts = {act.id: act for act in acts}
        self.act_id.choices = [
            SelectChoice(act.id, " – ".join(filter(None, [act.number_key, act.title])))
            for act in self.acts.values()
        ]


class AdoptForm(Form):
    """The act by which the assembly adopts; what is left empty reads “not communicated”."""

    number = StringField(_("Number of the act"), [LINE], filters=[strip])
    title = StringField(
        _("Subject of the act"),
        [DataRequired(_("Please give the subject.")), LINE],
        filters=[strip],
    )
    assembly = StringField(
        _("Assembly"), [DataRequired(_("Please name the assembly.")), LINE], filters=[strip]
    )
    adopted_on = Day(_("Day of the vote"), [InputRequired(_("Please give the day of the vote."))])
    place = StringField(_("Where it met"), [LINE], filters=[strip])
    votes_for = IntegerField(_("Votes for"), [Optional(), NumberRange(min=0)])
    votes_against = IntegerField(_("Votes against"), [Optional(), NumberRange(min=0)])
    abstentions = IntegerField(_("Abstentions"), [Optional(), NumberRange(min=0)])
    vote_words = StringField(
        _("The vote as printed"),
        [LINE],
        filters=[strip],
        description=_("Only where the counts are not known: “unanimously of those voting”."),
    )
    document = FileField(_("The act (PDF)"))

    def validate_adopted_on(self, field: Day) -> None:
        if isinstance(field.data, date) and field.data > clock.today():
            raise ValidationError(_("This day has not come yet."))

    def validate_votes_for(self, field: IntegerField) -> None:
        counts = [self.votes_for.data, self.votes_against.data, self.abstentions.data]
        if any(count is not None for count in counts) and None in counts:
            raise ValidationError(
                _("Give the three counts, or none. Where nobody voted so, write 0.")
            )
        if None not in counts and counts[0] <= counts[1]:  # type: ignore[operator]
            raise ValidationError(
                _("With these votes the plan was not adopted: there must be more for than against.")
            )

    validate_votes_against = validate_abstentions = validate_votes_for  # an empty box is not asked

    def validate_document(self, field: FileField) -> None:
        self.paper: tuple[bytes, str] | None = None
        if field.data and field.data.filename:
            data = field.data.read()
            if b"%PDF-" not in data[:1024]:
                raise ValidationError(_("This file is not a PDF."))
            self.paper = data, field.data.filename


class AppointForm(Form):
    email = StringField(
        _("E-mail address of the person in charge"),
        [LINE],
        filters=[strip],
        description=_(
            "Somebody of the town who has an account here. They may report on this action and are"
            " told of it. Leave empty for nobody."
        ),
    )
    pilot: User | None = None

    def validate_email(self, field: StringField) -> None:
        if field.data:
            self.pilot = by_email(field.data)
            if self.pilot is None or not self.pilot.confirmed_at:
                raise ValidationError(_("No confirmed account has this address."))


class PictureForm(Form):
    image = FileField(_("Picture"))
    kind = RadioField(
        _("What it is"),
        choices=offered(PictureKind),
        default=PictureKind.PHOTO.value,
        coerce=PictureKind,
    )
    caption = StringField(_("Caption"), [LINE], filters=[strip])
    alternative = StringField(
        _("Words for those who do not see it"),
        [LINE],
        filters=[strip],
        description=_("What the picture shows, in one sentence."),
    )
    is_decorative = BooleanField(_("This picture only decorates: it says nothing by itself"))
    credit = StringField(
        _("Credit"),
        [DataRequired(_("Please say who made it, or who holds its rights.")), LINE],
        filters=[strip],
    )
    picture: Image

    def __init__(self, *args: Any, awaited: Picture | None = None, **kwargs: Any) -> None:
        if awaited is not None:
            kwargs |= {"kind": awaited.kind.value, "caption": awaited.caption}
        super().__init__(*args, **kwargs)

    def validate_image(self, field: FileField) -> None:
        if not (field.data and field.data.filename):
            raise ValidationError(_("Choose a picture."))
        try:
            self.picture = reencode(field.data.read())
        except ImageRefused as refused:
            raise ValidationError(refused.message) from None

    def validate_alternative(self, field: StringField) -> None:
        if not field.data and not self.is_decorative.data:
            raise ValidationError(_("Say what the picture shows, or tick that it only decorates."))


class DescribeForm(PictureForm):
    """The same without the picture, which stays."""

    reason = public_reason()

    def __init__(self, *args: Any, picture: Picture, **kwargs: Any) -> None:
        said = {
            name: getattr(picture, name)
            for name in ("caption", "alternative", "is_decorative", "credit")
        }
        super().__init__(*args, **said, kind=picture.kind.value, **kwargs)
        del self.image
        if picture.plan.state == PlanState.DRAFT:
            del self.reason

    def values(self) -> dict[str, Any]:
        """What was typed, as the picture takes it."""
        names = ("kind", "caption", "alternative", "is_decorative", "credit", "reason")
        return {name: self[name].data for name in names if name in self}
