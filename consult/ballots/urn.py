"""The urn: how a ballot is put in so that nothing in the database can say whose it is.

A table of ballots would betray them: rows lie on the disk in the order they came, PostgreSQL marks
each with its transaction (`xmin`), which the roll bears as well, SQLite numbers them (`rowid`). So
there is no row for a ballot. The urn of a question is one row (a few for a large town) that holds
all its ballots in alphabetical order; putting one in writes the whole row again, within the
transaction that strikes the voter off. Whatever is known of the row (its number, its place, its
transaction) is then the same for every ballot in it.

A large urn is shared out: past `ROOM` ballots a pouch is split at random into two halves, and each
new ballot goes into a pouch drawn at random, so that every ballot lies among a thousand others at
least, and voting costs the same in a town of a million.

Where one may change one's vote, the receipt bears a second code, known to the voter alone: the site
does not keep it. Beside the ballot lies its fingerprint (keyed with the site's secret), by which
whoever shows the code finds the ballot again; nothing leads from the roll to it. These fingerprints
are gone once the result is published.

What remains, and is said on the public page: while the vote is open, whoever holds both the server
and successive copies of it (backups, write-ahead log, pages not yet vacuumed) could compare two of
them; the machine that receives a ballot sees it pass, as an agent who hands out an envelope would.
"""

import hashlib
import hmac
import json
import secrets

import sqlalchemy as sa

from consult.ballots.counting import Marks
from consult.ballots.models import Poll, Pouch
from consult.core.db import db
from consult.people.passwords import sealed

ROOM = 2_000  # ballots in one pouch: about 60 kB written for each vote
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 and O, 1 and I
DRAWN = secrets.SystemRandom()


def receipt(poll: Poll, key: str) -> str:
    """The code that is on the roll, « 7KQ4-M2XR-9TPD »: the same form gives it twice."""
    return _code(f"ballots.receipt:{poll.id}:{key}", 12)


def secret(poll: Poll, key: str) -> str:
    """The code that changes a vote; kept nowhere, made again only from the form that cast it."""
    return _code(f"ballots.secret:{poll.id}:{key}", 16)


def normal(code: str) -> str:
    """A code as somebody types it, as it was printed."""
    letters = "".join(code.upper().split()).replace("-", "")
    return _grouped("".join(letter for letter in letters if letter.isalnum()))


def mark(poll: Poll, code: str) -> str:
    """What lies in the urn beside a ballot that may be changed with this code."""
    return sealed(f"ballots.mark:{poll.id}:{code}")[:24]


def put(poll: Poll, ballot: Marks, marked: str = "") -> None:
    """One ballot in. The caller holds the question, and strikes the voter off with it."""
    numbers = db.session.scalars(sa.select(Pouch.id).where(Pouch.poll_id == poll.id)).all()
    pouch = db.session.get_one(Pouch, secrets.choice(numbers)) if numbers else Pouch(slips=[])
    pouch.poll_id = poll.id
    db.session.add(pouch)
    slips = [*pouch.slips, f"{_written(ballot)}|{marked}"]
    if len(slips) > ROOM:
        DRAWN.shuffle(slips)
        half = len(slips) // 2
        db.session.add(Pouch(poll_id=poll.id, slips=sorted(slips[half:])))
        slips = slips[:half]
    pouch.slips = sorted(slips)


def take(poll: Poll, marked: str) -> bool:
    """The ballot beside which this lies comes out; whether there was one."""
    for pouch in db.session.scalars(sa.select(Pouch).where(Pouch.poll_id == poll.id)):
        kept = [slip for slip in pouch.slips if not _bears(slip, marked)]
        if len(kept) < len(pouch.slips):
            pouch.slips = kept
            return True
    return False


def holds(poll: Poll, marked: str) -> bool:
    """Whether a ballot that may be changed with this lies in the urn."""
    pouches = db.session.scalars(sa.select(Pouch.slips).where(Pouch.poll_id == poll.id))
    return any(_bears(slip, marked) for slips in pouches for slip in slips)


def poured(poll: Poll) -> list[dict[int, int]]:
    """Every ballot, shuffled: only to be counted, once the vote is closed."""
    pouches = db.session.scalars(sa.select(Pouch.slips).where(Pouch.poll_id == poll.id))
    ballots = [_read(slip) for slips in pouches for slip in slips]
    DRAWN.shuffle(ballots)
    return ballots


def emptied(poll: Poll) -> None:
    """The ballots are in the published file; the urn and its fingerprints go."""
    db.session.execute(sa.delete(Pouch).where(Pouch.poll_id == poll.id))


def _written(ballot: Marks) -> str:
    return json.dumps(dict(sorted(ballot.items())), separators=(",", ":"))


def _read(slip: str) -> dict[int, int]:
    return {int(number): mark for number, mark in json.loads(slip.partition("|")[0]).items()}


def _bears(slip: str, marked: str) -> bool:
    return bool(marked) and hmac.compare_digest(slip.partition("|")[2], marked)


def _code(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(sealed(text).encode()).digest())
    letters = []
    for _turn in range(length):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return _grouped("".join(letters))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
