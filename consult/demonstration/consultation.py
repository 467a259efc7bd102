"""One consultation of the demonstration: the question, the voices, the town's answers."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from consult.answers import actions as answers
from consult.campaigns import actions as campaigns
from consult.campaigns.models import AgeBracket, Campaign, LegalNature, PhaseKind
from consult.comments import actions as comments
from consult.comments.models import Comment, Side
from consult.contributions import actions as contributions
from consult.contributions.actions import Picture
from consult.contributions.models import Contribution, Outcome
from consult.core import images
from consult.core.db import db
from consult.demonstration.cast import Cast
from consult.demonstration.days import Days, Scene
from consult.demonstration.drawings import CREDIT, draw
from consult.demonstration.papers import paper
from consult.groups import actions as groups
from consult.moderation import actions as moderation
from consult.moderation.charter import ARTICLES, Conclusion, Ground, Verdict
from consult.moderation.queries import last_decision, open_appeals_about
from consult.moderation.statements import Why
from consult.people import actions as people
from consult.people.queries import system
from consult.posts.models import Channel, Post
from consult.territory.models import PlaceKind
from consult.votes import actions as votes

TEXTS = ("presentation", "decider", "audience", "rules", "purpose", "offline", "privacy", "contact")
SPOKEN = ("paper", "phone", "meeting", "counter")  # what an agent types in
AT_ONCE = 4  # supports given on one day to one contribution


class Consultation:
    """What its file tells, and the rows that come of it as it is played."""

    def __init__(self, told: dict[str, Any], cast: Cast, days: Days) -> None:
        self.told, self.cast, self.days = told["campaign"], cast, days
        self.voices: list[dict[str, Any]] = told["contribution"]
        self.wordings: list[dict[str, Any]] = told.get("wording", [])
        self.groups: list[dict[str, Any]] = told.get("group", [])
        self.made: dict[str, Contribution] = {}
        self.campaign: Campaign

    def scenes(self) -> Iterator[Scene]:
        at, told = self.days.at, self.told
        opens = min(self.days.on(step["first"]) for step in told["phases"].values())
        yield Scene(at(told["announced"], 9), self.announce)
        yield Scene(at(opens, 0, 5), lambda: campaigns.freeze(system(), self.campaign))
        yield Scene(at(opens, 19), lambda: people.follow(self.cast["habitante"], self.campaign))
        for wording in self.wordings:
            yield Scene(at(opens, 8), partial(self.keep, wording))
        supporters = self.cast.supporters(self.voices, told.get("support_limit"))
        for number, (one, names) in enumerate(zip(self.voices, supporters, strict=True)):
            yield from self.voice(one, names, number)
        for group in self.groups:
            yield Scene(at(group["on"], 14), partial(self.gather, group))
        if results := told.get("results"):
            yield Scene(at(results["on"], 17), partial(self.close, results["words"]))

    # The question.

    def announce(self) -> None:
        """A facilitator prepares the consultation and publishes it."""
        told, who = self.told, self.cast["animation"]
        self.campaign = campaigns.create(who, title=told["title"], question=told["question"])
        self.campaign.is_demo = True
        self.campaign.period_words = told.get("period_words")
        self.campaign.participation_words = told.get("participation_words")
        db.session.flush()
        campaigns.edit(
            who,
            self.campaign,
            slug=told["slug"],
            legal_nature=LegalNature(told["legal_nature"]),
            support_limit=told.get("support_limit"),
            **{name: told[name] for name in TEXTS},
            **self._proof(),
        )
        campaigns.schedule(who, self.campaign, dict(self._steps()))
        campaigns.set_themes(who, self.campaign, [(None, title) for title in told["themes"]])
        for place in told["places"]:
            campaigns.add_place(
                who,
                self.campaign,
                name=place["name"],
                kind=PlaceKind(place.get("kind", "site")),
                aliases=place.get("aliases", ()),
            )
        for one in told["documents"]:
            campaigns.add_document(
                who,
                self.campaign,
                data=paper(one["title"], one["paragraphs"]),
                name=f"{one['nature']}.pdf",
                title=one["title"],
                nature=one["nature"],
                dated_on=self.days.on(one["on"]),
            )
        campaigns.publish(who, self.campaign)

    def _proof(self) -> dict[str, Any]:
        """What it asks beyond an address, if anything."""
        told = self.told
        if "ways" not in told:
            return {}
        return {
            "ways": told["ways"],
            "perimeter": told["perimeter"],
            "youngest": AgeBracket(told["youngest"]),
            "dpia_on": self.days.on(told["dpia_on"]),
            "dpia_by": told["dpia_by"],
        }

    def _steps(self) -> Iterator[tuple[PhaseKind, campaigns.Dates]]:
        for kind, step in self.told["phases"].items():
            last = self.days.on(step["last"]) if "last" in step else None
            first = self.days.on(step["first"])
            yield PhaseKind(kind), campaigns.Dates(first, last, step["words"])

    def keep(self, wording: dict[str, Any]) -> None:
        answers.save_wording(
            self.cast["conseil"],
            title=wording["title"],
            outcome=Outcome(wording["outcome"]),
            words=wording["words"],
        )

    def close(self, words: str) -> None:
        answers.publish_results(self.cast["conseil"], self.campaign, words=words)

    def gather(self, group: dict[str, Any]) -> None:
        """A facilitator reads together what says the same."""
        groups.gather(
            self.cast["animation"],
            self.campaign,
            [self.made[key] for key in group["members"]],
            title=group["title"],
            reason=group["reason"],
        )

    # One voice.

    def voice(self, one: dict[str, Any], supporters: list[str], number: int) -> Iterator[Scene]:
        """Everything that happens to one contribution, each thing on its day."""
        at, minute = self.days.at, number * 7 % 60
        yield Scene(at(one["on"], 10 + number % 9, minute), partial(self.write, one))
        if one.get("pending"):
            return
        yield Scene(at(one["on"], 20, minute), partial(self.read, one))
        for turn in range(0, len(supporters), AT_ONCE):
            names = supporters[turn : turn + AT_ONCE]
            when = self._in_the_vote(one, turn // AT_ONCE)
            yield Scene(at(when, 12 + turn % 9, minute), partial(self.support, one, names))
        for said in one.get("comments", ()):
            yield from self.comment(one, said, [])
        later = {
            "withdrawn": (12, self.withdraw),
            "assigned": (9, self.assign),
            "noticed": (18, self.point_out),
            "restricted": (15, self.restrict),
            "answer": (11, self.answer),
        }
        for key, (hour, play) in later.items():
            if said := one.get(key):
                yield Scene(at(said["on"], hour, minute), partial(play, one, said))
        restricted = one.get("restricted", {})
        for key, contest in (("appeal", self.appeal), ("concluded", self.conclude)):
            if said := restricted.get(key):
                yield Scene(at(said["on"], 16, minute), partial(contest, one, said))

    def _in_the_vote(self, one: dict[str, Any], days: int) -> Any:
        vote, on = self.told["phases"]["vote"], self.days.on
        wished = on(one["on"]) + timedelta(days=1 + days)
        return min(max(wished, on(vote["first"])), on(vote["last"]), on(-1))

    def write(self, one: dict[str, Any]) -> None:
        """Somebody writes it here, or an agent types it in."""
        said = {
            "title": one["title"],
            "body": one["body"],
            "theme": next((t for t in self.campaign.themes if t.title == one.get("theme")), None),
            "place": next((p for p in self.campaign.places if p.name == one.get("place")), None),
            "pictures": [self._picture(one["image"])] if "image" in one else [],
        }
        way = next((way for way in SPOKEN if way in one), None)
        if way is None:
            made = contributions.submit(self.cast[one["by"]], self.campaign, **said)
        else:
            made = contributions.type_in(
                self.cast["animation"],
                self.campaign,
                channel=Channel(way),
                collected_on=self.days.on(one["on"]),
                collected_at=one[way]["at"],
                number=one[way]["number"],
                byline=one[way]["name"],
                **said,
            )
        self.made[one["key"]] = made

    def _picture(self, told: dict[str, Any]) -> Picture:
        data = draw(told["drawing"])
        large, small = images.reencode(data), images.thumbnail(data)
        return Picture(large, small, alternative=told["alternative"], credit=CREDIT)

    def read(self, one: dict[str, Any]) -> None:
        """A facilitator reads it and decides."""
        verdict: dict[str, Any] = {"verdict": Verdict.PUBLISH}
        if refused := one.get("refused"):
            verdict = {"verdict": Verdict.REFUSE, "why": _why(refused)}
        moderation.decide(self.cast["animation"], self.made[one["key"]], **verdict)

    def withdraw(self, one: dict[str, Any], _said: dict[str, Any]) -> None:
        contributions.withdraw(self.cast[one["by"]], self.made[one["key"]])

    def support(self, one: dict[str, Any], names: list[str]) -> None:
        for name in names:
            votes.support(self.cast[name], self.made[one["key"]])

    def comment(
        self, one: dict[str, Any], said: dict[str, Any], above: list[Comment]
    ) -> Iterator[Scene]:
        """What somebody says of it, or the town; then what others answer to that."""
        spoken: list[Comment] = []

        def speak() -> None:
            unit = said.get("unit", "")
            comment = comments.comment(
                self.cast["conseil" if unit else said["by"]],
                self.made[one["key"]],
                body=said["body"],
                side=Side(said.get("side", "neutral")),
                parent=above[0] if above else None,
                unit=unit,
            )
            if not unit and not said.get("pending"):
                moderation.decide(self.cast["animation"], comment, verdict=Verdict.PUBLISH)
            spoken.append(comment)

        yield Scene(self.days.at(said["on"], 21, len(said["body"]) % 60), speak)
        for reply in said.get("replies", ()):
            yield from self.comment(one, reply, spoken)

    def assign(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        """A service takes it in hand, with a private word for the others."""
        made, who = self.made[one["key"]], self.cast["conseil"]
        answers.assign(who, made, unit=said["unit"], due_on=self.days.on(said["due"]))
        if words := said.get("note"):
            answers.note(who, made, words=words)

    def point_out(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        post: Post = self.made[one["key"]]
        ground, who = Ground(said["ground"]), self.cast[said["by"]]
        moderation.notify_content(who, post, ground=ground, words=said["words"])

    def restrict(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        """A facilitator hides it; its author may contest that."""
        who, post = self.cast["animation"], self.made[one["key"]]
        moderation.decide(who, post, verdict=Verdict.RESTRICT, why=_why(said))

    def appeal(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        decision = last_decision(self.made[one["key"]])
        assert decision is not None  # noqa: S101
        moderation.appeal(decision.appellant, decision, words=said["words"])

    def conclude(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        """Another facilitator takes the first decision back."""
        (appeal,) = open_appeals_about(self.made[one["key"]])
        moderation.conclude(
            self.cast["colleague"], appeal, conclusion=Conclusion.REVERSED, words=said["words"]
        )

    def answer(self, one: dict[str, Any], said: dict[str, Any]) -> None:
        answers.answer(
            self.cast["conseil"],
            self.made[one["key"]],
            outcome=Outcome(said["outcome"]),
            part=said.get("part", ""),
            words=said["words"],
            signatory=self.told["signatory"],
            unit=said["unit"],
        )


def _why(said: dict[str, Any]) -> Why:
    """The reasons of a restriction, as the story tells them."""
    ground = Ground(said["ground"])
    return Why(ground, said["passage"], ARTICLES[ground].aims[0], said["words"])
