"""The consultation of the demonstration where people prove that they may take part."""

from collections.abc import Iterator
from functools import partial

from consult.campaigns.models import AgeBracket
from consult.core import clock
from consult.demonstration.cast import Cast
from consult.demonstration.consultation import Consultation
from consult.demonstration.days import Days, Scene
from consult.demonstration.words import read
from consult.identity import actions as identity
from consult.identity.actions import Letter, Person
from consult.identity.roll import Who
from consult.posts.models import Channel
from consult.votes import actions as votes

ON_SHEETS = {"Odette": ["soignants", "court"], "Marcel": ["soignants"]}  # at the desk, on paper


class Proofs:
    """Letters are made, some serve, some people come to the desk, two of them on paper."""

    def __init__(self, cast: Cast, days: Days) -> None:
        told = read("rue-des-lilas.toml")
        self.told, self.cast, self.days = told["campaign"], cast, days
        self.consultation = Consultation(told, cast, days)
        supporters = cast.supporters(self.consultation.voices, self.told["support_limit"])
        writers = [one["by"] for one in self.consultation.voices]
        self.people = list(
            dict.fromkeys([*writers, *(name for some in supporters for name in some)])
        )
        self.letters: list[Letter] = []

    def scenes(self) -> Iterator[Scene]:
        at, opens = self.days.at, self.told["phases"]["propose"]["first"]
        yield from self.consultation.scenes()
        yield Scene(at(self.told["announced"], 10), self.print_letters)
        for turn, name in enumerate(self.people):
            yield Scene(at(opens, 8, 10 + turn), partial(self.prove, turn, name))
        for turn, name in enumerate(ON_SHEETS):
            yield Scene(at(-3, 15, turn), partial(self.come, name))

    def print_letters(self) -> None:
        self.letters = identity.make_letters(
            self.cast["animation"],
            self.consultation.campaign,
            size=self.told["letters"],
            key="demo letters",
        )

    def prove(self, turn: int, name: str) -> None:
        """One in three comes to the desk; the others type in the code of their letter."""
        campaign, person = self.consultation.campaign, Person(name, "Camille", 1950 + turn)
        if turn % 3 == 2:
            identity.see(
                self.cast["animation"],
                campaign,
                person=person,
                is_inside=turn % 2 == 0,
                bracket=AgeBracket.ADULT,
                account=self.cast[name],
            )
            return
        identity.enter_code(
            self.cast[name],
            campaign,
            code=self.letters[turn].code,
            person=person,
            bracket=AgeBracket.ADULT,
        )

    def come(self, name: str) -> None:
        """Somebody without an account fills in a sheet at the desk."""
        campaign = self.consultation.campaign
        votes.type_in(
            self.cast["animation"],
            campaign,
            [self.consultation.made[key] for key in ON_SHEETS[name]],
            who=Who(person_key=Person(name, "Dominique", 1941).key(campaign)),
            channel=Channel.COUNTER,
            collected_on=clock.today(),
            is_inside=True,
            bracket=AgeBracket.ADULT,
        )
