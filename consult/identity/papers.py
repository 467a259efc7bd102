"""What the letters say: one a sheet, in large print, with a square for telephones."""

from collections.abc import Iterable
from typing import Any

from consult.campaigns.models import Campaign
from consult.core.i18n import day, gettext
from consult.core.papers import nodes
from consult.core.qr import qr_svg
from consult.identity.actions import Letter
from consult.identity.codes import shown


def letters(campaign: Campaign, made: Iterable[Letter], address: str) -> dict[str, Any]:
    """One sheet a letter: what is asked, the code, how to take part with and without the web."""
    until = campaign.closes_at
    return {
        "title": gettext("Letters of the consultation “%(title)s”", title=campaign.title),
        "question": campaign.question or campaign.title,
        "until": gettext("Until %(day)s", day=day(until)) if until else "",
        "says": {
            "code": gettext("Your code"),
            "once": gettext(
                "It opens one participation, once. Keep it to yourself: nobody can tell whose it"
                " is, neither can the town."
            ),
            "online": gettext("On the internet"),
            "how": gettext("Point your telephone at the square, or type the address:"),
            "paper": gettext("On paper or at the desk"),
            "lost": gettext(
                "If this letter is lost, give its number at the desk: another code replaces it."
            ),
            "demo": gettext("Demonstration: this letter is fictional.") if campaign.is_demo else "",
        },
        "offline_blocks": nodes(campaign.offline),
        "contact_words": campaign.contact,
        "home": address.partition("://")[2],
        "letters": [
            {
                "number": gettext("Letter no. %(number)d", number=one.number),
                "code": shown(one.code),
                "square": qr_svg(f"{address}#{shown(one.code)}", gettext("Square of your code")),
            }
            for one in made
        ],
    }
