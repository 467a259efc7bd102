"""Who signed a PDF, as the file says: read, never touched, and never believed beyond that."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from consult.core import signatures
from consult.core.files import keep

ROOM = 20_000  # hexadecimal digits kept free for the envelope


@pytest.fixture(scope="module")
def mayor():
    """A key and a certificate to sign with."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Camille Martin"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ville de Port-Réel"),
        ]
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=900))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def signed(mayor, words: bytes = b"Deliberation 2026-41") -> bytes:
    """A small PDF signed as PAdES signs: an envelope between the two ranges it covers."""
    key, certificate = mayor
    before = (
        b"%PDF-1.7\n1 0 obj<</Type/Sig/SubFilter/ETSI.CAdES.detached"
        b"/M(D:20260612093000+02'00')/ByteRange[0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]/Contents"
    )
    after = b">>endobj 2 0 obj(" + words + b")endobj\n%%EOF\n"
    start, end = len(before), len(before) + ROOM + 2
    for number in (start, end, len(after)):
        before = before.replace(b"@@@@@@@@@@", b"%10d" % number, 1)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    envelope = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(before + after)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, options)
    )
    return before + b"<" + envelope.hex().encode().ljust(ROOM, b"0") + b">" + after


def test_a_signed_file_says_who_signed_it_and_when(mayor):
    [one] = signatures.read(signed(mayor))
    assert (one.name, one.organisation) == ("Camille Martin", "Ville de Port-Réel")
    assert one.at == datetime(2026, 6, 12, 7, 30, tzinfo=UTC)
    assert one.is_intact
    assert one.is_whole


def test_words_changed_after_the_signature_show(mayor):
    [one] = signatures.read(signed(mayor).replace(b"2026-41", b"2026-42"))
    assert not one.is_intact


def test_something_added_after_the_signature_shows(mayor):
    [one] = signatures.read(signed(mayor) + b"3 0 obj(et aussi)endobj\n%%EOF\n")
    assert one.is_intact
    assert not one.is_whole


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 no signature",
        b"%PDF-1.7 /ByteRange[0 5 9 4] <00>",
        b"%PDF-1.7 /ByteRange[0 99999999999 5 1]",
        b"%PDF-1.7 /ByteRange[0 26 32 4]<308280>  ",
        b"/ByteRange[0 10 30 4]" * 400,
    ],
)
def test_a_file_that_lies_about_its_signatures_has_none(data):
    assert signatures.read(data) == []


def test_the_file_is_kept_byte_for_byte(ctx, mayor):
    data = signed(mayor)
    stored = keep(data, "acte.pdf", "application/pdf")
    assert stored.read() == data
    assert [one.name for one in signatures.of(stored)] == ["Camille Martin"]
    assert signatures.of(None) == ()
    assert re.match(rb"%PDF", stored.read())
