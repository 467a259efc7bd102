"""What protects people, in the demonstration: an adult, a seal, a second signature."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from consult.answers import actions as answers
from consult.campaigns.models import AgeBracket, Campaign
from consult.core.db import db
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.keys import actions as keys
from consult.keys.signatures import Unsigned
from consult.people import actions as people
from consult.privacy import actions as privacy
from consult.privacy import archive

LEAVES = "Bricoleur du 7"  # wrote once, and closes the account


class Care:
    """Somebody under 15 waits for an adult, somebody leaves, and an act waits for a name."""

    def __init__(self, cast: Cast, days: Days) -> None:
        self.cast, self.days = cast, days

    def scenes(self) -> Iterator[Scene]:
        at = self.days.at
        yield Scene(at(-4, 17), self.name_adult)
        yield Scene(at(-3, 9), self.make_key)
        yield Scene(at(-2, 20), self.leave)
        yield Scene(at(-1, 16), self.ask_signature)

    def name_adult(self) -> None:
        """She wrote to an adult who answers for her; nothing of hers is published until then."""
        young = self.cast.comes_in("jeune", "Lina du collège")
        privacy.describe(young, bracket=AgeBracket.UNDER_15)
        privacy.name_adult(young, email="adulte@demo.example")

    def make_key(self) -> None:
        """Here alone both halves lie in the same folder, so that the seal can be tried."""
        private, public = archive.key_pair()
        archive.public_file().write_text(public + "\n")
        secret = Path(current_app.config["INSTANCE"]) / "archive-demonstration.key"
        secret.touch(0o600)
        secret.write_text(private + "\n")

    def leave(self) -> None:
        people.close_account(self.cast[LEAVES])

    def ask_signature(self) -> None:
        """The archives ask for a whole consultation: nobody takes it out alone."""
        campaign = db.session.scalars(sa.select(Campaign).filter_by(slug="coeur-de-ville")).one()
        who = self.cast["animation"]
        try:
            answers.export_complete(
                who, campaign, purpose="Versement aux archives municipales (démonstration)"
            )
        except Unsigned as wanted:
            keys.ask(who, wanted.what, wanted.subject, details=wanted.details)
