"""The guarantor of the demonstration: a report on what she saw, and its correction."""

from collections.abc import Iterator

import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.core.db import db
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.demonstration.words import read
from consult.oversight import actions as oversight


class Oversight:
    """She keeps a draft, publishes it, and finds later that something was missing."""

    def __init__(self, cast: Cast, days: Days) -> None:
        self.told = read("oversight.toml")
        self.cast, self.days = cast, days

    def scenes(self) -> Iterator[Scene]:
        at, told = self.days.at, self.told
        yield Scene(at(told["kept"], 18), self.keep)
        yield Scene(at(told["published"], 10), self.publish)
        yield Scene(at(told["corrected"], 10), self.correct)

    def keep(self) -> None:
        oversight.draft(self.cast["garante"], self._campaign(), words=self.told["words"])

    def publish(self) -> None:
        oversight.publish(self.cast["garante"], self._campaign(), words=self.told["words"])

    def correct(self) -> None:
        oversight.correct(
            self.cast["garante"],
            self._campaign(),
            number=2,
            words=self.told["corrected_words"],
            reason=self.told["reason"],
        )

    def _campaign(self) -> Campaign:
        return db.session.scalars(
            sa.select(Campaign).where(Campaign.slug == self.told["campaign"])
        ).one()
