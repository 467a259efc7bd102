"""What the papers of a vote say: the ballot to fill, the sheet on which ballots are counted."""

from collections.abc import Sequence
from typing import Any

from consult.ballots.counting import Method
from consult.ballots.models import GRADES, Poll, Station
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
    }


TENS = 10  # boxes of ten strokes on a line: a hundred ballots, then a second sheet


def tally(
    poll: Poll, station: Station, totals: Sequence[str], lines: Sequence[str]
) -> dict[str, Any]:
    """The sheet on which one place counts by hand, one line for each number typed in afterwards.

    `totals`: ballots in the box, blank, spoilt; `lines`: the choices, in the order of the ballot.
    """
    stroke = {
        Method.POINTS: gettext("One stroke for each point, ten strokes a box."),
        Method.JUDGMENT: gettext(
            "For each choice of a ballot, one stroke on the line of its grade, ten strokes a box; a"
            " choice without a grade goes to “To reject”."
        ),
    }.get(poll.method, gettext("One stroke for each voice, ten strokes a box."))
    return {
        "title": f"{poll.title} – {station.name}",
        "running": shorten(poll.campaign.title, 95),
        "kicker": gettext("Counting sheet"),
        "name": poll.title,
        "notice": ""
        if poll.is_public
        else gettext("Working document: this vote is not announced."),
        "totals": list(totals),
        "lines": list(lines),
        "tens": [str(10 * turn) for turn in range(1, TENS + 1)],
        "facts": [
            [gettext("Number of the vote"), str(poll.id)],
            [gettext("Place"), station.name],
            [gettext("Voting ends"), moment(poll.closing) if poll.closing else ""],
            [gettext("Counted on"), ""],
        ],
        "labels": {
            "total": gettext("Total"),
            "line": gettext("Line of the sheet"),
            "how": " ".join(
                [
                    gettext("Count the ballots of the box first, then open them one by one."),
                    stroke,
                    gettext("At the end, write each total in figures; 0 if there is none."),
                ]
            ),
            "more": gettext("More than a hundred on one line: go on with a second sheet."),
            "check": gettext(
                "Blank ballots, spoilt ballots and those that say something make the ballots of"
                " the box."
            ),
            "counters": gettext("Those who counted"),
            "who": gettext("First and last name"),
            "sign": gettext("Signature"),
            "type": gettext(
                "Two agents then type this sheet on the site, one line after the other, in this"
                " same order."
            ),
        },
    }
