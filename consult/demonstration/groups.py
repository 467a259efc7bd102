"""The groups of the assembly in the demonstration: the same room for each, one of them empty."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa

from consult.core.db import db
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.demonstration.words import read
from consult.engagements.models import Plan
from consult.followup.models import Edition
from consult.pluralism import actions as pluralism
from consult.pluralism.models import Expression, Space


class Groups:
    """What each group said beside an edition, typed by the council's desk as it was handed in."""

    def __init__(self, cast: Cast, days: Days) -> None:
        self.told: dict[str, Any] = read("groups.toml")
        self.cast, self.days = cast, days
        self.room: Expression

    def scenes(self) -> Iterator[Scene]:
        at, told = self.days.at, self.told
        yield Scene(at(told["entered"], 11), self.enter)
        yield Scene(at(told["opened"], 9), self.open)
        for group in told["group"]:
            if "words" in group:
                yield Scene(at(group["on"], 15), partial(self.write, group, group))
            if "correction" in group:
                correction = group["correction"]
                yield Scene(at(correction["on"], 15), partial(self.write, group, correction))
        yield Scene(at(told["published"], 9), self.publish)

    def enter(self) -> None:
        """The administrator enters the groups, and the months before the next election."""
        administrator = self.cast["administration"]
        for group in self.told["group"]:
            pluralism.create_group(administrator, name=group["name"], seats=group["seats"])
        pluralism.set_period(administrator, **self.told["period"])

    def open(self) -> None:
        edition = db.session.scalars(
            sa.select(Edition).join(Plan).where(Plan.slug == self.told["plan"])
        ).first()
        self.room = pluralism.open(
            self.cast["conseil"],
            edition,
            max_characters=self.told["characters"],
            closes_on=self.days.on(self.told["closes"]),
        )

    def write(self, group: dict[str, Any], said: dict[str, Any]) -> None:
        pluralism.write(
            self.cast["conseil"],
            self._space(group["name"]),
            words=said["words"],
            signed_by=group["signed_by"],
            received_on=self.days.on(said["on"]),
            reason=said.get("reason", ""),
        )

    def publish(self) -> None:
        pluralism.publish(self.cast["conseil"], self.room)

    def _space(self, name: str) -> Space:
        return next(space for space in self.room.spaces if space.name == name)
