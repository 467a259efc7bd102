"""Polls for tests to start from, told through the actions of the room."""

from datetime import timedelta
from typing import Any

from consult.ballots import actions
from consult.ballots.counting import Method
from consult.ballots.models import Poll
from consult.campaigns.models import Campaign, PhaseKind
from consult.core import clock
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from tests.factories import by_two, make_campaign, make_user

CHOICES = ("Des tilleuls", "Des bancs", "Une fontaine")


def make_votable(**fields: Any) -> Campaign:
    """A campaign whose vote step is open, and whose impact assessment is validated."""
    dpia = {"dpia_on": clock.today(), "dpia_by": "La déléguée à la protection des données"}
    return make_campaign(PhaseKind.VOTE, **{**dpia, **fields})


def make_poll(
    method: Method = Method.ONE,
    *,
    facilitator: User | None = None,
    campaign: Campaign | None = None,
    choices: tuple[str, ...] = CHOICES,
    costs: tuple[int, ...] = (),
    stations: tuple[str, ...] = (),
    announced: bool = True,
    **fields: Any,
) -> Poll:
    """A question with its choices, open to votes unless it is not `announced`."""
    who = facilitator or make_user(RoleName.FACILITATOR)
    campaign = campaign or make_votable()
    poll = actions.create(who, campaign, title="Que faire du square ?")
    actions.edit(who, poll, title=poll.title, method=method, **fields)
    for place, title in enumerate(choices):
        cents = costs[place] * 100 if costs else None
        actions.add_option(who, poll, title=title, cost_cents=cents)
    for name in stations:
        actions.add_station(who, poll, name=name)
    commit()
    if announced:
        by_two(who, lambda: actions.announce(who, poll))
        commit()
    return poll


def number_of(poll: Poll, title: str) -> int:
    """The number drawn for this choice."""
    return next(option.number for option in poll.options if option.title == title)


def vote(poll: Poll, *titles: str, by: User | None = None, key: str = "k") -> actions.Receipt:
    """Somebody votes for these on the site; for nothing: blank."""
    ballot = {number_of(poll, title): 1 for title in titles}
    receipt = actions.cast(by or make_user(), poll, ballot=ballot, key=key)
    commit()
    return receipt


def after_closing(poll: Poll) -> Any:
    """A moment when nobody can vote any more."""
    assert poll.closing is not None
    return clock.frozen(poll.closing + timedelta(hours=1))
