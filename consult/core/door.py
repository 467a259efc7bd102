"""How a form without an account tells a person from a program, with nothing to see or to solve.

Three signs, none of which decides anything alone: a field no person sees was filled in; the form
came back sooner than a person reads it; the browser did not do its sum. The sum (find a number
that, behind the form's own stamp, gives a SHA-256 beginning with so many zero bits) is done by
`static/proof.js` while one types. Without JavaScript nothing is lost: the words are read by a human
first, or the form asks to wait some seconds. What is done with the signs is said by each room.
"""

import secrets
from hashlib import sha256
from typing import Any, NamedTuple

from flask import Response, after_this_request, current_app
from itsdangerous import BadSignature, Signer
from wtforms import HiddenField, StringField

from consult.core import clock, throttle
from consult.core.forms import Form
from consult.core.i18n import _

HONEYPOT, HASTE, UNPROVEN = "honeypot", "haste", "unproven"
BITS = 13  # some 8,000 sums: a tenth of a second on a desk, one or two on an old telephone
SOONEST = 3  # seconds in which nobody reads a form and fills it in
LONGEST = 24 * 3600  # a stamp is good for a day; afterwards the form gives another


def is_on(layer: str) -> bool:
    """Whether this layer against abuse is in force here, as the settings say."""
    return layer in current_app.config["LAYERS"]


class Stamp(NamedTuple):
    """Which form this is, when it was shown, and how hard its sum is; signed by the site."""

    number: str
    at: int  # seconds since 1970
    bits: int

    @classmethod
    def new(cls) -> "Stamp":
        return cls(secrets.token_hex(8), int(clock.now().timestamp()), BITS)

    @classmethod
    def read(cls, words: str | None) -> "Stamp | None":
        """The stamp in these words; None where the site did not sign them."""
        try:
            number, at, bits = _signer().unsign(words or "").decode().split("-")
        except (BadSignature, ValueError):
            return None
        return cls(number, int(at), int(bits))

    def __str__(self) -> str:
        return _signer().sign(f"{self.number}-{self.at}-{self.bits}").decode()

    @property
    def age(self) -> int:
        return int(clock.now().timestamp()) - self.at


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="door", digest_method=sha256)


def is_proof(words: str, number: str, bits: int) -> bool:
    """Whether SHA-256 of « words:number » begins with so many zero bits."""
    if not (number.isdecimal() and len(number) < 16):
        return False
    found = int.from_bytes(sha256(f"{words}:{number}".encode()).digest())
    return found >> (256 - bits) == 0


def prove(words: str, bits: int = BITS) -> str:
    """Do the sum as a browser does it."""
    number = 0
    while not is_proof(words, str(number), bits):
        number += 1
    return str(number)


def _for_one_reader(response: Response) -> Response:
    """A page with a stamp is kept for nobody else."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


class DoorForm(Form):
    """A form that anybody may send without an account."""

    stamp = HiddenField()
    proof = HiddenField()
    website = StringField(_("Leave this field empty"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_on("door"):
            self.known()
            return
        after_this_request(_for_one_reader)
        stamp = Stamp.read(self.stamp.data)
        if stamp is None or not 0 <= stamp.age < LONGEST:
            self.stamp_anew()

    def stamp_anew(self) -> None:
        """Give the form another sum to be done, where one is asked at all."""
        if "stamp" in self:
            self.stamp.data, self.proof.data = str(Stamp.new()), ""

    def known(self) -> None:
        """Whoever asks has an account: nothing is asked of their browser."""
        for name in ("stamp", "proof", "website"):
            if name in self:
                del self[name]

    @property
    def age(self) -> int:
        """For how many seconds the form has been in front of whoever sends it."""
        stamp = Stamp.read(self.stamp.data) if "stamp" in self else None
        return stamp.age if stamp else 0

    def signs(self) -> tuple[str, ...]:
        """What about this sending does not look like a person. A proof serves once."""
        if "stamp" not in self:
            return ()
        found = []
        if self.website.data:
            found.append(HONEYPOT)
        stamp = Stamp.read(self.stamp.data)
        if stamp is None or stamp.age < SOONEST:
            found.append(HASTE)
        if stamp is None or not self._is_proven(stamp):
            found.append(UNPROVEN)
        return tuple(found)

    def _is_proven(self, stamp: Stamp) -> bool:
        proven = is_proof(self.stamp.data or "", self.proof.data or "", stamp.bits)
        return proven and throttle.is_first(f"stamp:{stamp.number}")
