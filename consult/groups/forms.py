"""What is typed to gather contributions, to say why, to leave."""

import re

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from consult.core.forms import Form
from consult.core.i18n import _


def _strip(text: str | None) -> str:
    return (text or "").strip()


class ReasonForm(Form):
    """Why a group changes: everybody reads it."""

    reason = TextAreaField(
        _("Why"),
        [
            InputRequired(_("Say why: the reason is public.")),
            Length(max=1000, message=_("1,000 characters at most.")),
        ],
        filters=[_strip],
        description=_("Public. One or two sentences are enough."),
    )


class GroupForm(ReasonForm):
    """The title of a group, why it is, and other contributions by their number."""

    title = StringField(
        _("Title of the group"),
        [
            InputRequired(_("Give the group a title of its own, in neutral words.")),
            Length(max=120, message=_("120 characters at most.")),
        ],
        filters=[_strip],
        description=_("Neutral words of your own, which take no side: not the title of one text."),
    )
    others = StringField(
        _("Other contributions, by their number"),
        [Length(max=300, message=_("This text is too long."))],
        filters=[_strip],
        description=_("For example: 12, 45"),
    )

    def said(self) -> dict[str, str]:
        """What the group is called, and why."""
        return {"title": self.title.data or "", "reason": self.reason.data or ""}

    def numbers(self) -> list[int]:
        """The numbers that were typed."""
        return [int(number) for number in re.findall(r"\d{1,9}", self.others.data or "")]


class LeaveForm(Form):
    """A word with which one leaves, or none."""

    words = TextAreaField(
        _("What your contribution says that the group does not"),
        [Length(max=1000, message=_("1,000 characters at most."))],
        filters=[_strip],
        description=_("For the facilitators, who read it. You need not explain yourself."),
    )
