"""The secret votes of the demonstration: one counted, on the site and on paper, and one open."""

from collections.abc import Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any

import sqlalchemy as sa

from consult.ballots import actions as ballots
from consult.ballots.counting import Marks, Method
from consult.ballots.models import Poll
from consult.campaigns.models import Campaign, closing, opening
from consult.core.db import db
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.demonstration.words import read
from consult.identity.actions import Person
from consult.identity.roll import Who
from consult.keys import actions as keys
from consult.keys.signatures import Unsigned


class Ballots:
    """Each vote as its file tells it: prepared, announced, cast, counted."""

    def __init__(self, cast: Cast, days: Days) -> None:
        self.told: list[dict[str, Any]] = read("ballots.toml")["vote"]
        self.cast, self.days = cast, days
        self.made: dict[str, Poll] = {}

    def scenes(self) -> Iterator[Scene]:
        at = self.days.at
        for one in self.told:
            yield Scene(at(one["prepared"], 14), partial(self.prepare, one))
            given = chain.from_iterable(
                repeat(choices, number) for number, choices in one["ballots"]
            )
            for turn, choices in enumerate(given):
                when = at(one["first"] + turn % 9, 9 + turn % 10, turn * 13 % 60)
                yield Scene(when, partial(self.cast_one, one, turn, choices))
            if "published" in one:
                yield Scene(at(one["last"], 10), partial(self.hold_stations, one))
                yield Scene(at(one["published"], 17), partial(self.publish, one))

    def prepare(self, one: dict[str, Any]) -> None:
        """A facilitator writes the question and its choices; an administrator signs as well."""
        who = self.cast["animation"]
        campaign = db.session.scalars(sa.select(Campaign).filter_by(slug=one["campaign"])).one()
        campaign.dpia_on = self.days.on(one["prepared"])
        campaign.dpia_by = "La déléguée à la protection des données (démonstration)"
        poll = self.made[one["title"]] = ballots.create(who, campaign, title=one["title"])
        ballots.edit(
            who,
            poll,
            title=one["title"],
            words=one["words"],
            method=Method(one["method"]),
            envelope_cents=one["envelope"] * 100 if "envelope" in one else None,
            opens_at=opening(self.days.on(one["first"])),
            closes_at=closing(self.days.on(one["last"])),
            can_change=one.get("can_change", False),
            electorate=one.get("electorate"),
        )
        for choice in one["choices"]:
            cents = choice["cost"] * 100 if "cost" in choice else None
            ballots.add_option(who, poll, title=choice["title"], cost_cents=cents)
        for name in one["stations"]:
            ballots.add_station(who, poll, name=name)
        try:
            ballots.announce(who, poll)
        except Unsigned as wanted:
            asked = keys.ask(who, wanted.what, wanted.subject, details=wanted.details)
            keys.countersign(self.cast["administration"], asked)
            ballots.announce(who, poll)

    def cast_one(self, one: dict[str, Any], turn: int, choices: list[int]) -> None:
        poll, voter = self.made[one["title"]], self.cast[self.cast.residents[turn]]
        ballots.cast(voter, poll, ballot=self._ballot(one, choices), key=f"demo {turn}")

    def _ballot(self, one: dict[str, Any], choices: list[int]) -> Marks:
        numbers = self._numbers(one)
        if one["method"] == Method.JUDGMENT:
            return dict(zip(numbers, choices, strict=False))
        return {numbers[place]: 1 for place in choices}

    def _numbers(self, one: dict[str, Any]) -> list[int]:
        """The number drawn for each choice, in the order of the file."""
        drawn = {option.title: option.number for option in self.made[one["title"]].options}
        return [drawn[choice["title"]] for choice in one["choices"]]

    def hold_stations(self, one: dict[str, Any]) -> None:
        """On the last day, people vote on paper: each is struck off the same roll."""
        poll = self.made[one["title"]]
        for station, (number, *_rest) in zip(poll.stations, one["sheets"], strict=True):
            for turn in range(number):
                person = Person(f"{station.name} {turn}", "Camille", 1950 + turn)
                address = f"{station.id}-{turn}@papier.example"
                who = Who(person_key=person.key(poll.campaign)) if turn % 5 == 0 else None
                who = who or Who(email_key=address)
                ballots.strike(self.cast["conseil"], station, poll, who=who, key="demo")

    def publish(self, one: dict[str, Any]) -> None:
        """Two agents type each sheet, then the urn is opened."""
        poll, numbers = self.made[one["title"]], self._numbers(one)
        for agent in ("conseil", "animation"):
            for station, sheet in zip(poll.stations, one["sheets"], strict=True):
                total, blank, spoilt, voices = sheet
                marks = {str(n): {"1": given} for n, given in zip(numbers, voices, strict=True)}
                content = {"ballots": total, "blank": blank, "spoilt": spoilt, "marks": marks}
                ballots.enter(self.cast[agent], station, poll, content=content)
        ballots.publish(self.cast["animation"], poll)
