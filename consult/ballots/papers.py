"""What the printed ballot says: the question, the choices in the order drawn, how to fill it."""

from typing import Any

from consult.ballots.counting import Method
from consult.ballots.models import GRADES, Poll
from consult.core.i18n import gettext, moment
from consult.core.text import shorten


def ballot(poll: Poll, allowed: str) -> dict[str, Any]:
    """One sheet; it bears no name and no number."""
    return {
        "title": poll.title,
        "running": shorten(poll.campaign.title, 95),
        "kicker": gettext("Ballot"),
        "name": poll.title,
        "notice": ""
        if poll.is_public
        else gettext("Working document: this vote is not announced."),
        "rule": allowed,
        "budget": gettext("Budget: %(amount)s", amount=poll.envelope) if poll.envelope else "",
        "choices": [
            {
                "number": str(one.number),
                "title": one.title,
                "cost": one.cost,
            }
            for one in poll.options
        ],
        "grades": [str(grade) for grade in reversed(GRADES)]
        if poll.method == Method.JUDGMENT
        else [],
        "has_points": poll.method == Method.POINTS,
        "labels": {
            "choice": gettext("Choice"),
            "mine": gettext("My points") if poll.method == Method.POINTS else gettext("My vote"),
            "blank": gettext("To vote blank, leave the whole sheet empty."),
            "spoilt": gettext(
                "Write nothing else: a ballot with a name, a sign or too many choices is spoilt."
            ),
            "until": gettext(
                "To be put into the box before %(moment)s.", moment=moment(poll.closing)
            )
            if poll.closing
            else "",
            "secret": gettext("An agent strikes you off the roll; nobody sees your ballot."),
            "advice": gettext(
                "This vote advises those who decide; it is not a political election."
            ),
        },
        "sha256": "",
    }
