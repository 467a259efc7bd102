"""Who signed a PDF electronically, as the file itself says; the bytes are read, never touched.

A signature in a PDF covers the two ranges named by its `/ByteRange`; its `/Contents`, between them,
holds a CMS envelope with the certificates (ISO 32000-1, 12.8; PAdES, ETSI EN 319 142). What is read
here shows who is named and whether the bytes are still those that were signed. It does not say that
the certificate deserves trust: that takes a validator and the lists of the State.
"""

import hashlib
import re
import warnings
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from consult.core.files import StoredFile
from consult.core.later import Later

pkcs7 = Later("cryptography.hazmat.primitives.serialization.pkcs7")
oid = Later("cryptography.x509.oid")

RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
MOMENT = re.compile(rb"/M\s*\(D:(\d{14})(?:([+-])(\d\d)'?(\d\d)'?|Z)?")
MOST = 10  # signatures read in one file
NEAR = 4096  # bytes around a /ByteRange in which its dictionary stands
ENVELOPE = 400_000  # bytes; a larger one is no signature anybody makes
DIGESTS = (hashlib.sha256, hashlib.sha384, hashlib.sha512)


class Signature(NamedTuple):
    """One signature: whose certificate, for which body, when it says it was made."""

    name: str
    organisation: str
    at: datetime | None
    is_intact: bool  # the bytes it covers are those that were signed
    is_whole: bool  # it covers the file to its end


@lru_cache(maxsize=256)
def _of(sha256: str, path: str) -> tuple[Signature, ...]:
    with open(path, "rb") as file:
        return tuple(read(file.read()))


def of(stored: StoredFile | None) -> tuple[Signature, ...]:
    """The signatures a kept file carries; none where it is no PDF."""
    if stored is None or stored.media_type != "application/pdf":
        return ()
    return _of(stored.sha256, str(stored.path))


def read(data: bytes) -> list[Signature]:
    """The signatures of a PDF in their order; what cannot be read as one is left out."""
    found = []
    for match in list(RANGE.finditer(data))[:MOST]:
        first, length, second, rest = map(int, match.groups())
        start, end = first + length, second
        if not (0 < start < end <= len(data) and end - start <= ENVELOPE):
            continue
        envelope = _envelope(data[start:end])
        certificate = _signer(envelope)
        if certificate is None:
            continue
        covered = data[first:start] + data[second : second + rest]
        around = data[max(match.start() - NEAR, 0) : start] + data[end : end + NEAR]
        found.append(
            Signature(
                _said(certificate, "COMMON_NAME"),
                _said(certificate, "ORGANIZATION_NAME"),
                _moment(around),
                any(digest(covered).digest() in envelope for digest in DIGESTS),
                second + rest == len(data.rstrip(b"\r\n\x00 ")) or second + rest == len(data),
            )
        )
    return found


def _envelope(contents: bytes) -> bytes:
    """The envelope out of `<3082…0000>`: hexadecimal, without the zeros that fill the room."""
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", contents)
    raw = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    if len(raw) < 2 or raw[1] < 0x80:
        return raw[: 2 + raw[1]] if len(raw) > 1 else raw
    size = raw[1] & 0x7F  # bytes that say the length (DER, X.690 8.1.3)
    return raw[: 2 + size + int.from_bytes(raw[2 : 2 + size])]


def _signer(envelope: bytes) -> Any:
    """The certificate of the one who signed: the one that vouches for no other in the envelope."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = pkcs7.load_der_pkcs7_certificates(envelope)
    except (ValueError, TypeError):
        return None
    issuers = {one.issuer for one in held if one.issuer != one.subject}
    return next((one for one in held if one.subject not in issuers), None)


def _said(certificate: Any, name: str) -> str:
    found = certificate.subject.get_attributes_for_oid(getattr(oid.NameOID, name))
    return str(found[0].value)[:200] if found else ""


def _moment(around: bytes) -> datetime | None:
    """« D:20241014093000+02'00' »: when the signature says it was made."""
    match = MOMENT.search(around)
    if match is None:
        return None
    said, sign, hours, minutes = match.groups()
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-shift if sign == b"-" else shift) if shift else UTC
    try:
        return datetime.strptime(said.decode(), "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
