"""A town to try: four consultations, four plans, the council's desk and six accounts.

What really happened at Les Blagis in 2021 stands in `blagis.json`, with its source. Everything
else is invented, and told through the same actions as the pages, one day after the other.
"""

from datetime import timedelta
from itertools import groupby
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from consult.campaigns.models import Campaign
from consult.core import clock
from consult.core.db import db, writing
from consult.demonstration.ballots import Ballots
from consult.demonstration.care import Care
from consult.demonstration.cast import Cast
from consult.demonstration.consultation import Consultation
from consult.demonstration.days import Days
from consult.demonstration.desk import Desk
from consult.demonstration.groups import Groups
from consult.demonstration.oversight import Oversight
from consult.demonstration.promises import Promises
from consult.demonstration.proofs import Proofs
from consult.demonstration.words import read
from consult.journal.actions import commit
from consult.journal.jobs import sign_heads
from consult.journal.models import Event, Notification
from consult.people.models import Letter

ACCOUNTS = {
    "habitante": "habitante@demo.example",
    "jeune": "jeune@demo.example",
    "animation": "animation@demo.example",
    "conseil": "conseil@demo.example",
    "garante": "garante@demo.example",
    "administration": "administration@demo.example",
}
# One password for the six, known to all: these accounts exist in the demonstration alone.
PASSWORD = "parlons-ensemble"  # noqa: S105
STORIES = ("blagis.toml", "coeur-de-ville.toml", "parlons-ensemble.toml")
NEWS = timedelta(days=30)


def load() -> None:
    """Tell the whole story, once. Nothing happens where it was told already."""
    if is_loaded():
        return
    _unfinished().touch()
    _tell()
    _settle()
    sign_heads()
    _unfinished().unlink()


def is_loaded() -> bool:
    """Whether the demonstration is here, from its first day to its last."""
    told = sa.select(Campaign.id).where(Campaign.slug == "parlons-ensemble")
    return not _unfinished().exists() and db.session.scalar(told) is not None


def was_interrupted(instance: Path) -> bool:
    """Whether somebody stopped it in the middle of its story: it is then told from the start."""
    return (instance / "demonstration.part").exists()


def _tell() -> None:
    """Each scene of each story is played on its day, and made true month by month."""
    days = Days(clock.today())
    stories = [read(name) for name in STORIES]
    cast = Cast(ACCOUNTS, PASSWORD, stories)
    scenes = list(cast.scenes(days))
    for told in stories:
        consultation = Consultation(told, cast, days)
        scenes += consultation.scenes()
        scenes += Promises(told, consultation).scenes()
    scenes += Desk(cast, days).scenes()
    scenes += Ballots(cast, days).scenes()
    scenes += Groups(cast, days).scenes()
    scenes += Oversight(cast, days).scenes()
    scenes += Proofs(cast, days).scenes()
    scenes += Care(cast, days).scenes()
    in_order = sorted(scenes, key=lambda one: one.at)
    for _month, chapter in groupby(in_order, key=lambda one: (one.at.year, one.at.month)):
        writing()
        for scene in chapter:
            with clock.frozen(scene.at):
                scene.play()
        commit()


def _settle() -> None:
    """No mail leaves about what happened before today; what is old was read."""
    writing()
    old = sa.select(Event.id).where(Event.at < clock.now() - NEWS)
    db.session.execute(sa.update(Notification).values(mailed_at=clock.now()))
    waiting = sa.update(Letter).where(Letter.sent_at.is_(None))
    db.session.execute(waiting.values(sent_at=clock.now()))
    db.session.execute(
        sa.update(Notification).where(Notification.event_id.in_(old)).values(read_at=clock.now())
    )
    db.session.commit()


def _unfinished() -> Path:
    return Path(current_app.config["INSTANCE"]) / "demonstration.part"
