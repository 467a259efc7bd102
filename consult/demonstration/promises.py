"""What the council promised in the demonstration, and what was said of it afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from consult.core import files, images
from consult.core.db import db
from consult.demonstration.consultation import Consultation
from consult.demonstration.days import Scene
from consult.demonstration.drawings import CREDIT, draw
from consult.demonstration.papers import paper
from consult.demonstration.words import read
from consult.engagements import actions as engagements
from consult.engagements import documents
from consult.engagements.models import Action, Degree, Engagement, Plan, Progress
from consult.followup import actions as followup
from consult.followup.models import Evidence, EvidenceKind, Rhythm
from consult.followup.pictures import pictured
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict


class Promises:
    """The plan that came of a consultation, written here or carried in from a document."""

    def __init__(self, told: dict[str, Any], consultation: Consultation) -> None:
        self.told: dict[str, Any] = told.get("plan", {})
        self.review: dict[str, Any] = told.get("review", {})
        self.of = consultation
        self.cast, self.days = consultation.cast, consultation.days
        self.actions: dict[str, Action] = {}
        self.plan: Plan

    def scenes(self) -> Iterator[Scene]:
        at, told = self.days.at, self.told
        if self.review:
            yield Scene(at(self.review["on"], 10), self.carry_in)
        if not told:
            return
        yield Scene(at(told["created"], 10), self.draw_up)
        yield Scene(at(told["adopted"]["on"], 20), self.adopt)
        yield Scene(
            at(told["published"], 9), lambda: engagements.publish(self.cast["conseil"], self.plan)
        )
        for action in [one for branch in told["engagement"] for one in branch["action"]]:
            for said in action.get("reports", ()):
                yield Scene(at(said["on"], 16), partial(self.report, action["key"], said))
            yield from self.afterwards(action)
        for said in told.get("edition", ()):
            yield Scene(at(said["on"], 18), partial(self.picture, said))

    # The promise.

    def carry_in(self) -> None:
        """A printed plan and its review, from a public document; nothing it does not say."""
        document = documents.read(read(self.review["file"]))
        plan = followup.import_plan(self.cast["conseil"], document)
        carried = db.session.scalars(sa.select(Action).filter_by(plan_id=plan.id))
        self._tie({action.external_ref or "": action for action in carried})

    def draw_up(self) -> None:
        """The council's desk writes a plan, and says whose words each action comes from."""
        told = self.told
        self.plan = engagements.create(
            self.cast["conseil"],
            title=told["title"],
            subtitle=told["subtitle"],
            introduction=told["introduction"],
            campaigns=[self.of.campaign],
            stale_after_days=told["stale_after_days"],
        )
        self.plan.is_demo = True
        db.session.flush()
        for branch in told["engagement"]:
            engagement = engagements.commit(
                self.cast["conseil"],
                self.plan,
                title=branch["title"],
                number=branch["number"],
                words=branch.get("words", ""),
            )
            for one in branch["action"]:
                self.actions[one["key"]] = self._undertaken(one, engagement)
        self._tie(self.actions)

    def _undertaken(self, one: dict[str, Any], engagement: Engagement) -> Action:
        action = engagements.undertake(
            self.cast["conseil"],
            self.plan,
            title=one["title"],
            engagements=[engagement],
            words=one.get("words", ""),
            dates_words=one["dates"] if "dates" in one else self.days.month(one["due"]),
            periodicity=one.get("periodicity", ""),
            unit=one.get("unit", ""),
            organisations=[(name, role) for name, role in one.get("organisations", ())],
            places=one.get("places", ()),
        )
        if pilot := one.get("pilot"):
            engagements.appoint(self.cast["conseil"], action, self.cast[pilot])
        return action

    def _tie(self, actions: dict[str, Action]) -> None:
        """Each of these actions says whose words it comes from."""
        for one in self.of.voices:
            for origin in one.get("origins", ()):
                if action := actions.get(origin["to"]):
                    engagements.tie(
                        self.cast["conseil"],
                        action,
                        self.of.made[one["key"]],
                        degree=Degree(origin.get("degree", "whole")),
                        words=origin.get("words", ""),
                    )

    def adopt(self) -> None:
        told = self.told["adopted"]
        engagements.adopt(
            self.cast["conseil"],
            self.plan,
            title=told["title"],
            assembly=told["assembly"],
            adopted_on=self.days.on(told["on"]),
            number=told["number"],
            place=told["place"],
            votes_for=told["for"],
            votes_against=told["against"],
            abstentions=told["abstentions"],
        )

    # What became of it.

    def report(self, key: str, said: dict[str, Any]) -> None:
        followup.report(
            self.cast["conseil"],
            self.actions[key],
            progress=Progress(said["progress"]),
            effective_on=self.days.on(said["on"]),
            words=said["words"],
            evidence=[_evidence(one) for one in said.get("evidence", ())],
        )

    def afterwards(self, action: dict[str, Any]) -> Iterator[Scene]:
        """What is revised, asked and put on the agenda once the plan is public."""
        at, key = self.days.at, action["key"]
        for said in action.get("revisions", ()):
            yield Scene(at(said["on"], 11), partial(self.revise, key, said))
        if said := action.get("agenda"):
            yield Scene(at(said["on"], 12), partial(self.schedule, key, said))
        for said in action.get("questions", ()):
            yield Scene(at(said["on"], 19), partial(self.ask, key, said))
            yield Scene(at(said["on"] + 1, 9), partial(self.show, said))
            if reply := said.get("reply"):
                yield Scene(at(reply["on"], 15), partial(self.reply, said))

    def revise(self, key: str, said: dict[str, Any]) -> None:
        engagements.revise(
            self.cast["conseil"],
            self.actions[key],
            dates_words=self.days.month(said["due"]),
            reason=said["reason"],
        )

    def schedule(self, key: str, said: dict[str, Any]) -> None:
        """A clerk gives the first day: the first Friday of that month."""
        action = self.actions[key]
        first = self.days.on(said["first_friday_of"]).replace(day=1)
        followup.schedule(
            self.cast["conseil"],
            action,
            name=action.title,
            first_on=first + timedelta(days=(4 - first.weekday()) % 7),
            starts_at=said["hour"],
            rhythm=Rhythm.WEEKDAY,
            place=said["place"],
        )

    def ask(self, key: str, said: dict[str, Any]) -> None:
        """A resident asks, with or without an account."""
        author = self.cast["habitante"] if said.get("by") else None
        said["made"] = followup.ask(author, self.actions[key], body=said["words"])
        db.session.flush()

    def show(self, said: dict[str, Any]) -> None:
        moderation.decide(self.cast["animation"], said["made"], verdict=Verdict.PUBLISH)

    def reply(self, said: dict[str, Any]) -> None:
        clerk, reply = self.cast["conseil"], said["reply"]
        followup.reply(
            clerk,
            said["made"],
            words=reply["words"],
            signatory=clerk.name or clerk.pseudonym,
            unit=reply["unit"],
        )

    def picture(self, said: dict[str, Any]) -> None:
        """The plan as it stands on that day, frozen."""
        followup.publish_edition(
            self.cast["conseil"],
            self.plan,
            title=said["title"],
            as_of=self.days.on(said["on"]),
            introduction=said["introduction"],
        )


def _evidence(told: dict[str, Any]) -> Evidence:
    """A drawing that says so and proves nothing, or a paper."""
    title = told["title"]
    if "paragraphs" in told:
        data = paper(title, told["paragraphs"])
        kept = files.keep(data, "proces-verbal.pdf", "application/pdf")
        return Evidence(kind=EvidenceKind.DOCUMENT, title=title, file=kept)
    return pictured(
        images.reencode(draw(told["drawing"])),
        kind=EvidenceKind.DRAWING,
        title=title,
        alternative=told["alternative"],
        credit=CREDIT,
    )
