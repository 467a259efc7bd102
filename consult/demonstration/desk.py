"""The council's desk in the demonstration: documents carried in, and an act brought to its end."""

from collections.abc import Iterator
from functools import partial
from importlib.resources import files as resources
from typing import Any

from consult.core import files
from consult.core.db import db
from consult.council import actions as council
from consult.council.models import Act, ActKind, VoteMode
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.demonstration.papers import paper
from consult.demonstration.words import read
from consult.engagements.models import Plan
from consult.programmes.models import Programme
from consult.sources import actions as sources
from consult.sources import queries, reading


class Desk:
    """What a clerk of the assembly did, one day after the other."""

    def __init__(self, cast: Cast, days: Days) -> None:
        self.told: dict[str, Any] = read("desk.toml")
        self.cast, self.days = cast, days

    def scenes(self) -> Iterator[Scene]:
        at, told = self.days.at, self.told["deliberation"]
        for document in self.told["documents"]:
            yield Scene(at(document["on"], 9), partial(self.carry_in, document["file"]))
        yield Scene(at(told["attended"], 10), self.vote)
        yield Scene(at(told["signed"], 10), self.sign)
        yield Scene(at(told["transmitted"], 10), self.transmit)
        yield Scene(at(told["received"], 10), self.acknowledge)
        yield Scene(at(told["published"], 10), self.publish)

    def carry_in(self, name: str) -> None:
        """The file as it stands, word for word: a document is not set as a printer would."""
        data = resources("consult.demonstration").joinpath(name).read_bytes()
        document = reading.read(reading.loaded(data))
        made = sources.hand_in(self.cast["conseil"], document, data=data, name=name)
        sources.carry_in(self.cast["conseil"], made)
        for one in queries.became(made):
            if isinstance(one, Plan | Programme):
                one.is_demo = True
        db.session.flush()

    @property
    def act(self) -> Act:
        document = queries.by_ref_or_404(self.told["deliberation"]["document"])
        acts = (one for one in queries.became(document) if isinstance(one, Act))
        return next(act for act in acts if act.kind == ActKind.DELIBERATION)

    def vote(self) -> None:
        """Who was there, and how they voted."""
        told, act = self.told["deliberation"], self.act
        assert act.sitting is not None  # noqa: S101 the document gives its day
        council.attend(
            self.cast["conseil"],
            act.sitting,
            president=told["president"],
            secretary=told["secretary"],
            in_office=told["in_office"],
            present=told["present"],
            absent=told["absent"],
            proxies=[(giver, holder) for giver, holder in told["proxies"]],
        )
        council.vote(
            self.cast["conseil"],
            act,
            votes_for=told["for"],
            votes_against=told["against"],
            abstentions=told["abstentions"],
            mode=VoteMode.PUBLIC,
        )

    def sign(self) -> None:
        """The president signs, and the signed paper is kept."""
        told, act = self.told["deliberation"], self.act
        signatories = [(told["president"], "Présidente de l’agglomération")]
        day = self.days.on(told["signed"])
        council.sign(self.cast["conseil"], act, on=day, signatories=signatories)
        data = paper(told["title"], told["paragraphs"])
        kept = files.keep(data, "deliberation.pdf", "application/pdf")
        council.complete(self.cast["conseil"], act, document=kept)

    def transmit(self) -> None:
        day = self.days.on(self.told["deliberation"]["transmitted"])
        council.transmit(self.cast["conseil"], self.act, on=day)

    def acknowledge(self) -> None:
        told = self.told["deliberation"]
        council.acknowledge(
            self.cast["conseil"],
            self.act,
            on=self.days.on(told["received"]),
            prefecture_id=told["prefecture_id"],
        )

    def publish(self) -> None:
        told = self.told["deliberation"]
        council.publish(self.cast["conseil"], self.act, checked_by=told["checked_by"])
