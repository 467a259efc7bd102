"""The key that signs each day's head: made once in the instance, its public half for everybody."""

import os
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from consult.core import clock, mail
from consult.core.db import db
from consult.journal import verifier
from consult.journal.models import JournalKey


def sign(count: int, root: bytes, day: str, chain: str) -> str:
    """The head of a day as a signed note (c2sp.org/signed-note)."""
    private = _private()
    known = _published(private.public_key().public_bytes_raw())
    text = verifier.head_text(known.name, count, root, day, chain)
    public = bytes.fromhex(known.public)
    return verifier.note_of(text, known.name, public, private.sign(text.encode()))


def path() -> Path:
    return Path(current_app.config["INSTANCE"]) / "journal.key"


def _private() -> Ed25519PrivateKey:
    """The private half: read, or made if this instance has none; readable by the site alone."""
    if not path().exists():
        part = path().with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
        try:
            os.link(part, path())  # unless another worker was faster
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return Ed25519PrivateKey.from_private_bytes(path().read_bytes())


def _published(public: bytes) -> JournalKey:
    """This key as it is published; a new one says under which name it signs, once for all."""
    known = db.session.scalar(sa.select(JournalKey).where(JournalKey.public == public.hex()))
    if known is None:
        name = f"{mail.domain()}/journal"
        known = JournalKey(name=name, public=public.hex(), at=clock.now())
        db.session.add(known)
        db.session.flush()
    return known
