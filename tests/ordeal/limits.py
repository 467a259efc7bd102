"""Limits held by several workers: of many tries at one moment exactly as many pass as may.

The site runs as a town runs it, with two workers of four threads; sixteen hands send together, on
new connections that the system deals out to the workers. What passed is what was answered so, and
what stands in the database afterwards.
"""

import argparse
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from consult.campaigns.queries import by_slug_or_404
from consult.comments.models import Comment
from consult.core.db import db
from consult.core.throttle import Attempt
from consult.people.limits import LIMITS
from consult.people.session import NETWORK_TRIES, TRIES
from consult.votes.models import Support
from tests.factories import make_contribution
from tests.ordeal.kill import FORM, Broken, Person, Town, a_postgresql, address

MORE = 16  # tries beyond the limit
HANDS = 16  # at once

Wish = tuple[str, dict[str, str]]


def sent(town: Town, person: Person, wishes: list[Wish]) -> Counter[int]:
    """Send all of these forms, as many at once as there are hands: how often each answer came."""
    begin = Barrier(HANDS)

    def hand(mine: list[Wish]) -> list[int]:
        begin.wait()
        return [_ask(town, person, there, words) for there, words in mine]

    with ThreadPoolExecutor(HANDS) as hands:
        answers = hands.map(hand, [wishes[first::HANDS] for first in range(HANDS)])
        return Counter(status for mine in answers for status in mine)


def _ask(town: Town, person: Person, there: str, words: dict[str, str]) -> int:
    headers = {"Cookie": person.cookie, "X-Forwarded-For": person.network, "Content-Type": FORM}
    body = urlencode({**words, "csrf_token": person.token})
    connection = HTTPConnection("127.0.0.1", town.port, timeout=60)
    try:
        connection.request("POST", there, body, headers | {"X-Forwarded-Proto": "http"})
        return connection.getresponse().status
    finally:
        connection.close()


def trial(engine: str, *, supports: bool = True) -> dict[str, Any]:
    """How many passed at each door of how many that were sent, or `Broken`."""
    started = time.monotonic()
    town = Town(address(engine), 1, 2, layers=("rate",))
    try:
        comments, votes = LIMITS["comment"].account, LIMITS["support"].account
        with town.app.app_context():
            there, campaign = town.subjects, by_slug_or_404(town.slugs[0], None)
            for _ in range(votes + MORE - len(there) if supports else 0):
                there.append(make_contribution(campaign).id)
            db.session.remove()
        same = {"email": "personne@exemple.fr", "password": "au hasard"}
        town.start("server")
        doors: dict[str, tuple[int, int, int, Person, list[Wish]]] = {
            "sign-in, one address": (
                *(TRIES, 403, 429),
                town.visitor("10.9.9.1"),
                [("/connexion", same)] * (TRIES + MORE),
            ),
            "sign-in, one network": (
                *(NETWORK_TRIES, 403, 429),
                town.visitor("10.9.9.2"),
                [
                    ("/connexion", same | {"email": f"personne{number}@exemple.fr"})
                    for number in range(NETWORK_TRIES + MORE)
                ],
            ),
            "comments": (
                *(comments, 303, 403),
                town.people[0],
                [
                    (
                        f"/contributions/{there[0]}/commenter",
                        {"body": f"Des mots {number}", "key": str(number), "side": "neutral"},
                    )
                    for number in range(comments + MORE)
                ],
            ),
            "supports": (
                *(votes, 303, 429),
                town.people[0],
                [(f"/contributions/{one}/soutenir", {}) for one in there if supports],
            ),
        }
        figures, wrong = {}, []
        for name, (most, passes, late, person, wishes) in doors.items():
            if wishes:
                answers = sent(town, person, wishes)
                figures[name] = f"{answers[passes]} of {len(wishes)}"
                if answers != {passes: most, late: len(wishes) - most}:
                    wrong.append(f"{name}: {dict(answers)} where {most} may pass")
        with town.app.app_context():
            for model, most in ((Comment, comments), (Support, votes if supports else 0)):
                if (stand := db.session.scalar(sa.select(sa.func.count(model.id)))) != most:
                    wrong.append(f"{stand} {model.__name__} stand, where {most} may")
            tries = sa.select(sa.func.count()).where(Attempt.key.like("in:%"))
            if db.session.scalar(tries) != TRIES + NETWORK_TRIES:
                wrong.append("tries were not counted as often as they passed")
            db.session.remove()
        if wrong:
            raise Broken("\n".join(wrong))
    finally:
        town.end()
    return {"engine": engine, **figures, "seconds": round(time.monotonic() - started)}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.ordeal limits", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    asked = parser.parse_args(arguments)
    with a_postgresql():
        for engine in [asked.engine] if asked.engine else ["sqlite", "postgresql"]:
            figures = trial(engine)
            print("limits ·", " · ".join(f"{name} {value}" for name, value in figures.items()))
