"""Passkeys (WebAuthn): what a browser is asked, and whether its reply is true."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from consult.core.i18n import _
from consult.core.later import Later
from consult.core.rules import Refused
from consult.keys.models import Passkey
from consult.people.models import User
from consult.people.passwords import sealed

webauthn = Later("webauthn")
structs = Later("webauthn.helpers.structs")
faults = Later("webauthn.helpers.exceptions")

# What reading a reply made up by somebody may end in; the last one where it never stops opening.
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
NOT_TRUE = _("This key could not be recognised. Try again, or use another way.")


class Place(NamedTuple):
    """Where keys are good: the name of the site and its whole origin."""

    host: str  # concertation.ville.fr
    origin: str  # https://concertation.ville.fr


class Asked(NamedTuple):
    """What the browser is asked, and the challenge its reply must hold."""

    options: str  # JSON
    challenge: str  # base64url


class Made(NamedTuple):
    credential: str
    public_key: str
    sign_count: int


def to_make(user: User, known: Iterable[Passkey], place: Place, site: str) -> Asked:
    """Ask for a new key that checks who holds it (finger, face or PIN)."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=site,
        user_id=sealed(f"passkey:{user.id}").encode()[:32],
        user_name=user.email or user.pseudonym,
        user_display_name=user.pseudonym,
        exclude_credentials=_described(known),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return _asked(options)


def to_show(known: Iterable[Passkey], place: Place) -> Asked:
    """Ask for one of these keys; of none in particular, for any that the browser has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        allow_credentials=_described(known),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _asked(options)


def made(reply: str, challenge: str, place: Place) -> Made:
    """The new key in a browser's reply. Raises `Refused` where it is not true."""
    try:
        found = webauthn.verify_registration_response(
            credential=reply,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (faults.WebAuthnException, *UNREADABLE) as problem:
        raise Refused(NOT_TRUE) from problem
    return Made(
        webauthn.helpers.bytes_to_base64url(found.credential_id),
        webauthn.helpers.bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def named(reply: str) -> str:
    """Which key a reply says it comes from; empty where it says nothing readable."""
    try:
        said = json.loads(reply)["id"]
    except UNREADABLE:
        return ""
    return said if isinstance(said, str) and said.isascii() else ""


def count_shown(passkey: Passkey | None, reply: str, challenge: str, place: Place) -> int:
    """How often the key of a reply was used, by its own count. Raises `Refused` if not true."""
    if passkey is None:
        raise Refused(NOT_TRUE)
    try:
        found = webauthn.verify_authentication_response(
            credential=reply,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (faults.WebAuthnException, *UNREADABLE) as problem:
        raise Refused(NOT_TRUE) from problem
    return found.new_sign_count


def _described(known: Iterable[Passkey]) -> list[Any]:
    return [
        structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one.credential))
        for one in known
    ]


def _asked(options: Any) -> Asked:
    challenge = webauthn.helpers.bytes_to_base64url(options.challenge)
    return Asked(webauthn.options_to_json(options), challenge)
