"""The people of the demonstration: six who can be signed in to, and those who only wrote once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from consult.core import clock
from consult.core.db import db
from consult.demonstration.days import Days, Scene
from consult.demonstration.words import read
from consult.keys import actions as keys
from consult.keys.codes import new_secret
from consult.people import actions as people
from consult.people import consents, letters
from consult.people.models import ConsentKind, RoleName, User
from consult.people.passwords import protect
from consult.people.queries import system
from consult.portal import actions as portal
from consult.portal.queries import first_day

FIRST_DAY = date(2021, 3, 1)


class Cast:
    """Everybody, by the name they go by; the five roles also by their key."""

    def __init__(self, addresses: dict[str, str], password: str, stories: list[Any]) -> None:
        told = read("cast.toml")
        self.roles, self.site = told["role"], told["site"]
        self.colleague = told["colleague"]
        self.addresses = addresses
        self.password_hash = protect(password)
        known = {role["pseudonym"] for role in self.roles}
        writers = [name for story in stories for name in _names(story)]
        self.residents = [
            name for name in dict.fromkeys([*told["crowd"], *writers]) if name not in known
        ]
        self.people: dict[str, User] = {}

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def scenes(self, days: Days) -> Iterator[Scene]:
        yield Scene(days.at(FIRST_DAY, 8), self.arrive)
        yield Scene(days.at(FIRST_DAY, 9), self.set_up)

    def arrive(self) -> None:
        """The five accounts open with one password; the others have none."""
        for role in self.roles:
            user = self.comes_in(role["key"], role["pseudonym"])
            user.name, user.position = role.get("name"), role.get("position")
            if held := role.get("holds"):
                people.grant(system(), user, name=RoleName(held))
                keys.enrol(user, secret=new_secret())
        colleague = self._comes_in("equipe@demo.example", self.colleague["pseudonym"], None)
        colleague.name, colleague.position = self.colleague["name"], self.colleague["position"]
        colleague.wants_mail = False
        people.grant(system(), colleague, name=RoleName.FACILITATOR)
        self.people["colleague"] = colleague
        for number, name in enumerate(self.residents, 1):
            user = self._comes_in(f"residence-{number}@demo.example", name, None)
            user.wants_mail = False

    def set_up(self) -> None:
        """The administrator gives the site its name and its contact."""
        portal.change_settings(
            self["administration"],
            name=self.site["name"],
            tagline=self.site["tagline"],
            colour=first_day().colour,
            contact_email=self.site["email"],
            contact_postal=self.site["postal"],
            contact_phone=self.site["phone"],
            texts={},
        )

    def comes_in(self, key: str, pseudonym: str) -> User:
        """One of those whose password is known."""
        user = self._comes_in(self.addresses[key], pseudonym, self.password_hash)
        self.people[key] = user
        return user

    def _comes_in(self, address: str, pseudonym: str, password_hash: str | None) -> User:
        letter = letters.write("people.sign_up", address, language="fr", pseudonym=pseudonym)
        letter.sent_at = clock.now()
        db.session.flush()
        user = people.confirm(None, letter, pseudonym=pseudonym, password_hash=password_hash)
        user.is_demo = True
        consents.note(user, ConsentKind.PUBLICATION)
        consents.note(user, ConsentKind.POSITION)
        self.people[pseudonym] = user
        return user

    def supporters(self, wanted: Iterable[dict[str, Any]], limit: int | None) -> list[list[str]]:
        """Who supports each contribution: those who gave least so far, never its author."""
        given: Counter[str] = Counter()
        chosen = []
        for one in wanted:
            free = [
                name
                for name in self.residents
                if name != one.get("by") and (limit is None or given[name] < limit)
            ]
            names = sorted(free, key=lambda name: given[name])[: one.get("supports", 0)]
            given.update(names)
            chosen.append(names)
        return chosen


def _names(told: Any) -> Iterator[str]:
    """Every name under a key `by`, wherever it stands."""
    if isinstance(told, dict):
        if name := told.get("by"):
            yield name
        for value in told.values():
            yield from _names(value)
    elif isinstance(told, list):
        for value in told:
            yield from _names(value)
