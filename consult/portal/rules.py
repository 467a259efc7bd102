"""Who may do what to the site itself. Same names as actions.py."""

from datetime import date

from consult.core import clock
from consult.core.i18n import _, number
from consult.core.rules import require
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.portal import colour as colours


def change_settings(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)


def record_audit(actor: User | None) -> None:
    has_role(actor, RoleName.ADMINISTRATOR)


def be_readable(colour: str) -> None:
    """The town's colour can be read by everybody, by day and by night."""
    require(colours.is_colour(colour), _("Write the colour as # and six figures: #12495a."))
    shade = colours.nearest_readable(colour)
    by_day, by_night = (
        number(int(ratio * 100) / 100)
        for ratio in (colours.by_day(colour), colours.by_night(colour))
    )
    require(
        colours.by_day(colour) >= colours.ENOUGH,
        _(
            "On white paper this colour reads at %(ratio)s to 1; it takes 4.5 to 1 at least. A"
            " darker shade of it would do: %(shade)s.",
            ratio=by_day,
            shade=shade,
        ),
    )
    require(
        colours.by_night(colour) >= colours.ENOUGH,
        _(
            "At night, on dark paper, this colour reads at %(ratio)s to 1; it takes 4.5 to 1 at"
            " least. This shade would do: %(shade)s.",
            ratio=by_night,
            shade=shade,
        ),
    )


def have_words_for_the_logo(has_logo: bool, alternative: str) -> None:
    require(
        not has_logo or alternative.strip(),
        _("Say in words what the logo shows, for those who do not see it."),
    )


def be_past(on: date) -> None:
    require(on <= clock.today(), _("An audit that is still to come tells nothing."))
