"""Attacks on the site by real requests from one network, each layer off and on: what gets through.

`python -m tests.abuse` plays them long and prints the figures; the story test plays them short.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask

from consult.campaigns.models import Identity, Moderation
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.door import Stamp, prove
from consult.people.models import Letter, RoleName
from consult.posts.models import Flag, FlagKind, Status
from consult.vigilance import actions as vigilance
from consult.vigilance import queries
from consult.vigilance.jobs import watch_supports
from tests.factories import make_campaign, make_contribution, make_user, sign_in

ALL = ("rate", "door", "disposable", "links", "alike", "bursts")
ADVERT = (
    "Gagnez votre appartement dès ce soir, voyez https://vendre.example et nommez {} au guichet."
)


class Figures(NamedTuple):
    """How an attack ended: how many tries, how many had their effect, how many a human sees."""

    tries: int
    through: int
    flagged: int = 0


@contextmanager
def layers(app: Flask, names: tuple[str, ...]) -> Iterator[None]:
    before, app.config["LAYERS"] = app.config["LAYERS"], names
    yield
    app.config["LAYERS"] = before


def register(app: Flask, tries: int, *names: str, proves: bool = False, first: int = 0) -> Figures:
    """One machine asks for accounts; what has its effect is a letter that leaves."""
    with layers(app, names):
        client = app.test_client()
        for number in range(first, first + tries):
            data = {"email": f"robot{number}@yopmail.com", "pseudonym": f"Robot {number}"}
            if proves:
                with app.app_context(), clock.frozen(clock.now() - timedelta(seconds=5)):
                    stamp = str(Stamp.new())
                data |= {"stamp": stamp, "proof": prove(stamp)}
            client.post("/inscription", data=data)
    with app.app_context():
        return Figures(tries, db.session.scalar(sa.select(sa.func.count(Letter.id))) or 0)


def write(app: Flask, tries: int, *names: str) -> Figures:
    """One machine sends an advertisement again and again; its effect: shown before it is read."""
    with app.app_context():
        campaign = make_campaign(moderation=Moderation.AFTER, identity=Identity.NONE)
        address = f"/consultations/{campaign.slug}/contributions/nouvelle"
    with layers(app, names):
        client = app.test_client()
        for number in range(tries):
            words = {"title": f"Une offre n° {number}", "body": ADVERT.format(f"Luc{number}")}
            client.post(address, data={**words, "checked": "1", "key": f"k{number}"})
    with app.app_context():
        count = sa.select(sa.func.count(Contribution.id))
        shown = db.session.scalar(count.where(Contribution.status == Status.PUBLISHED))
        seen = sa.select(sa.func.count(sa.distinct(Flag.post_id)))
        return Figures(tries, shown or 0, db.session.scalar(seen) or 0)


def support(app: Flask, tries: int, *names: str) -> Figures:
    """One person with many new accounts supports one text; its effect: supports that count."""
    with app.app_context():
        contribution = make_contribution(make_campaign()).id
        clients = [sign_in(app.test_client(), make_user()) for _ in range(tries)]
    with layers(app, names):
        for client in clients:
            client.post(f"/contributions/{contribution}/soutenir")
        with app.app_context():
            watch_supports()
    with app.app_context():
        bursts = sa.select(sa.func.count(Flag.id)).where(Flag.kind == FlagKind.BURST)
        return Figures(tries, counted(contribution), db.session.scalar(bursts) or 0)


def counted(contribution: int) -> int:
    return db.session.get_one(Contribution, contribution).support_count


def human(app: Flask) -> int:
    """A facilitator follows the flag and sets aside what is false; how many supports then count."""
    with app.app_context():
        flag = db.session.scalars(sa.select(Flag).where(Flag.kind == FlagKind.BURST)).one()
        contribution = db.session.get_one(Contribution, flag.post_id)
        hour = queries.hours(contribution)[0].at
        desk = make_user(RoleName.FACILITATOR)
        facts = "Des comptes ouverts à la suite, d'un seul poste."
        vigilance.set_aside(desk, contribution, hour=hour, facts=facts, rule="Charte, article 4")
        db.session.commit()
        return counted(contribution.id)


def main(tries: int = 600) -> None:
    from tests.databases import House

    with tempfile.TemporaryDirectory() as folder, clock.frozen(clock.now()):
        house = House("sqlite", Path(folder), "abuse")

        def told(what: str, figures: Figures) -> None:
            print(f"| {what} | {figures.tries} | {figures.through} | {figures.flagged} |")

        print("| attack from one network within an hour | tries | had their effect | flagged |")
        print("|---|---|---|---|")
        for what, names, proves in (
            ("accounts asked for, no layer", (), False),
            ("… limits alone", ("rate",), False),
            ("… the door alone", ("door",), False),
            ("… both, by a program that does the sum", ("rate", "door"), True),
        ):
            house.reset()
            told(what, register(house.app, tries, *names, proves=proves))
        for what, names in (
            ("advertisements sent, no layer", ()),
            ("… limits alone", ("rate",)),
            ("… links and likeness alone", ("links", "alike")),
            ("… all layers", ALL),
        ):
            house.reset()
            told(what, write(house.app, tries, *names))
        for what, names in (
            ("supports of one text from new accounts, no layer", ()),
            ("… limits alone", ("rate",)),
            ("… all layers", ALL),
        ):
            house.reset()
            told(what, support(house.app, tries, *names))
        told("… and once a human has looked", Figures(tries, human(house.app), 1))


if __name__ == "__main__":
    main()
