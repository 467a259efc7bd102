"""Codes that change every half minute (RFC 6238), codes on paper, and how they are kept."""

import base64
import hmac
import secrets
from collections.abc import Iterator
from typing import Any

from flask import current_app

from consult.core import clock
from consult.core.later import Later
from consult.people.passwords import sealed

fernet = Later("cryptography.fernet")
hashes = Later("cryptography.hazmat.primitives.hashes")
kdf = Later("cryptography.hazmat.primitives.kdf.hkdf")
pyotp = Later("pyotp")

STEP = 30  # seconds
DRIFT = 1  # steps a telephone may be behind or ahead


def new_secret() -> str:
    """160 bits, as telephones read them: 32 letters and figures."""
    return pyotp.random_base32()


def address(secret: str, account: str, site: str) -> str:
    """What the square holds: an `otpauth://` address that telephones understand."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def steps() -> range:
    """The half minutes whose code is taken now."""
    now = int(clock.now().timestamp()) // STEP
    return range(now - DRIFT, now + DRIFT + 1)


def code_of(secret: str, step: int) -> str:
    """The code of a half minute: six figures."""
    return pyotp.TOTP(secret).at(step * STEP)


def step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, or None; as long to say for any code."""
    typed = "".join(code.split()).encode()
    matching = [
        step for step in steps() if hmac.compare_digest(code_of(secret, step).encode(), typed)
    ]
    return matching[0] if matching else None


def unused(secret: str, last_step: int) -> Iterator[str]:
    """The codes that would be taken now, soonest first."""
    return (code_of(secret, step) for step in steps() if step > last_step)


# Codes on paper: no letter or figure that looks like another; 50 bits each.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
ON_PAPER = 10


def on_paper() -> list[str]:
    """Ten codes to print, each good once: « K7QX2-9MDAT »."""
    return ["-".join(_letters(5) for _ in range(2)) for _ in range(ON_PAPER)]


def _letters(number: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(number))


def fingerprint(user_id: int, code: str) -> str:
    """What is kept of a code on paper; typed with or without its dash, in any case."""
    bare = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return sealed(f"recovery:{user_id}:{bare}")


def seal(secret: str) -> str:
    """The secret as the database keeps it: useless without the site's own key."""
    return _box().encrypt_at_time(secret.encode(), int(clock.now().timestamp())).decode()


def unseal(kept: str) -> str | None:
    """The secret again; None where it was not sealed here."""
    try:
        return _box().decrypt(kept.encode()).decode()
    except (fernet.InvalidToken, ValueError):
        return None


def _box() -> Any:
    key = current_app.config["SECRET_KEY"]
    derived = kdf.HKDF(hashes.SHA256(), 32, None, b"consult.keys").derive(
        key if isinstance(key, bytes) else key.encode()
    )
    return fernet.Fernet(base64.urlsafe_b64encode(derived))
