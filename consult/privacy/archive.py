"""What the law makes a host keep of whoever published something, under a seal no role can open.

An identity is encrypted to the public half of a key pair (X25519, then ChaCha20-Poly1305 under a
key drawn from the exchange by HKDF-SHA-256). The private half is not on this server: whoever the
law allows brings it, once, to `consult archive open`, which writes the opening in the journal.
"""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from consult.core import clock
from consult.core.db import db
from consult.people.models import User
from consult.posts.models import Post
from consult.privacy.models import SealedIdentity

IDENTITY = timedelta(days=5 * 365 + 1)  # decree 2021-1362, article 5: after the account is closed
OPENING = timedelta(days=365)  # the same, article 6
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_PRIVATE = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw)


def key_pair() -> tuple[str, str]:
    """A new private key, to be kept elsewhere, and its public half for this server."""
    private = X25519PrivateKey.generate()
    secret = private.private_bytes(*_PRIVATE, serialization.NoEncryption())
    return _text(secret), _text(private.public_key().public_bytes(*_RAW))


def public_file() -> Path:
    return Path(current_app.config["INSTANCE"]) / "archive.pub"


def public_key() -> str | None:
    """The public half, or None where nobody made a key: then nothing is archived."""
    return public_file().read_text().strip() if public_file().exists() else None


def seal(words: str, public: str) -> str:
    """These words for the holder of the private key alone."""
    ours = X25519PrivateKey.generate()
    shared = ours.exchange(X25519PublicKey.from_public_bytes(_bytes(public)))
    sent = ours.public_key().public_bytes(*_RAW)
    box = ChaCha20Poly1305(_drawn(shared, sent)).encrypt(bytes(12), words.encode(), None)
    return _text(sent + box)


def unseal(sealed: str, private: str) -> str:
    """The words again; ValueError with another key than the right one."""
    raw = _bytes(sealed)
    sent, box = raw[:32], raw[32:]
    ours = X25519PrivateKey.from_private_bytes(_bytes(private))
    shared = ours.exchange(X25519PublicKey.from_public_bytes(sent))
    try:
        return ChaCha20Poly1305(_drawn(shared, sent)).decrypt(bytes(12), box, None).decode()
    except InvalidTag as wrong:
        raise ValueError("this key does not open it") from wrong


def put_away(user: User) -> None:
    """Seal who this is, if they published anything and a key was made; nothing else is kept."""
    public = public_key()
    published = sa.select(Post.receipt).where(
        Post.author_id == user.id, Post.published_at.is_not(None)
    )
    receipts = list(db.session.scalars(published))
    if public is None or not receipts:
        return
    who = {"email": user.email, "name": user.name, "pseudonym": user.pseudonym}
    opening = {"opened": user.created_at.isoformat(), "pseudonym": user.pseudonym}
    for said, lasts in (({**who, "published": receipts}, IDENTITY), (opening, OPENING)):
        words = json.dumps({"account": user.id, **said}, ensure_ascii=False)
        db.session.add(
            SealedIdentity(account=user.id, sealed=seal(words, public), until=clock.now() + lasts)
        )


def opened(account: int, private: str) -> list[dict[str, Any]]:
    """What was sealed of this account; ValueError with another key."""
    rows = db.session.scalars(sa.select(SealedIdentity).filter_by(account=account))
    return [json.loads(unseal(row.sealed, private)) for row in rows]


def _drawn(shared: bytes, sent: bytes) -> bytes:
    """The key of one box; never used twice, so that its nonce may be zero."""
    return HKDF(hashes.SHA256(), 32, salt=sent, info=b"consult archive").derive(shared)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
