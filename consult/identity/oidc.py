"""FranceConnect and whoever vouches in its manner: asked only when somebody chooses it.

OpenID Connect, code flow with PKCE (RFC 7636). The site speaks to the configured issuer and to
nobody else: its endpoints must stand on the issuer's own host, redirections are not followed, no
address comes from a reader. Without a provider in the settings none of this is ever reached.
"""

import hmac
import json
import secrets
import urllib.error
import urllib.request
from datetime import date
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from flask import current_app

from consult.campaigns.models import AgeBracket
from consult.core import clock
from consult.core.i18n import _
from consult.core.later import Later
from consult.core.rules import Refused
from consult.core.text import writable

SECONDS = 8  # before a silent provider is given up
LARGEST = 2**18  # bytes of an answer
LEEWAY = 60  # seconds between two clocks
ALGORITHMS = ["ES256", "ES384", "RS256", "PS256"]
LOCAL = ("127.0.0.1", "localhost", "::1")
FAILED = _(
    "The service did not answer as it should. Nothing was kept; try again, or choose another way."
)

jwk, jwt = Later("joserfc.jwk"), Later("joserfc.jwt")
pkce, grants = Later("authlib.oauth2.rfc7636"), Later("authlib.oauth2.rfc6749.parameters")
claims, keys = Later("authlib.oidc.core"), Later("joserfc.errors")


class Provider(NamedTuple):
    """Who vouches, as `OIDC_PROVIDERS` says it; the defaults are those of FranceConnect."""

    name: str  # in addresses: letters and dashes
    label: str
    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid given_name family_name birthdate"
    acr_values: str = "eidas1"
    signed_userinfo: bool = True


class Asked(NamedTuple):
    """What is kept in the session while somebody is away at the provider's."""

    state: str
    nonce: str
    verifier: str


class Vouched(NamedTuple):
    """What the provider said, as long as it takes to make fingerprints of it."""

    subject: str
    family: str
    given: str
    born: date
    id_token: str

    @property
    def bracket(self) -> AgeBracket:
        """The age bracket today: a birthday is a birthday whatever the hour."""
        today = clock.today()
        had = (today.month, today.day) >= (self.born.month, self.born.day)
        age = today.year - self.born.year - (not had)
        if age < 15:
            return AgeBracket.UNDER_15
        return AgeBracket.FROM_15 if age < 18 else AgeBracket.ADULT


class Distrusted(Refused):
    """The provider answered something else than what was agreed."""

    def __init__(self, why: str) -> None:
        super().__init__(FAILED)
        current_app.logger.warning("identity provider distrusted: %s", why)


def providers() -> dict[str, Provider]:
    """Those of the settings, by name; none is the rule."""
    return {one["name"]: Provider(**one) for one in current_app.config["OIDC_PROVIDERS"]}


# The way there.


def ask() -> Asked:
    """Three secrets of one visit: they come back, or nothing is believed."""
    return Asked(*(secrets.token_urlsafe(32) for _secret in range(3)))


def door(provider: Provider, asked: Asked, callback: str) -> str:
    """The address of the provider to which the browser goes."""
    more = {
        "nonce": asked.nonce,
        "code_challenge": pkce.create_s256_code_challenge(asked.verifier),
        "code_challenge_method": "S256",
    }
    if provider.acr_values:
        more["acr_values"] = provider.acr_values
    where = _known(provider)["authorization_endpoint"]
    address: str = grants.prepare_grant_uri(
        where, provider.client_id, "code", callback, provider.scope, asked.state, **more
    )
    return address


# The way back.


def fetch(provider: Provider, asked: Asked, callback: str, *, code: str, state: str) -> Vouched:
    """Who came back; `Distrusted` unless every token is signed, fresh, and meant for this visit."""
    if not hmac.compare_digest(state.encode(), asked.state.encode()):
        raise Distrusted("state")
    known = _known(provider)
    answer = _json(
        _post(
            provider,
            known["token_endpoint"],
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": callback,
                "client_id": provider.client_id,
                "client_secret": provider.client_secret,
                "code_verifier": asked.verifier,
            },
        )
    )
    token, access = answer.get("id_token"), answer.get("access_token")
    if not isinstance(token, str) or not isinstance(access, str):
        raise Distrusted("no token")
    ring = _keys(provider, known)
    subject = _identified(provider, asked, ring, token, access)
    said = _userinfo(provider, ring, known, access)
    if said.get("sub") != subject:
        raise Distrusted("userinfo of somebody else")
    try:
        return Vouched(
            subject=f"{provider.issuer} {subject}",
            family=_words(said["family_name"]),
            given=_words(said["given_name"]),
            born=date.fromisoformat(said["birthdate"]),
            id_token=token,
        )
    except (KeyError, TypeError, ValueError):
        raise Distrusted("a name or a birth date is missing") from None


def farewell(provider: Provider, token: str, state: str, back: str) -> str | None:
    """The address that signs out of the provider, who sends the browser back; None: it has none."""
    where = _known(provider).get("end_session_endpoint")
    if where is None:
        return None
    asked = {"id_token_hint": token, "state": state, "post_logout_redirect_uri": back}
    return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"


def _words(said: Any) -> str:
    if not isinstance(said, str) or not said.strip():
        raise ValueError(said)
    return writable(said)


def _identified(provider: Provider, asked: Asked, ring: Any, token: str, access: str) -> str:
    """The subject of an ID token that is signed, meant for us, and for this visit."""
    decoded = _opened(token, ring)
    seen = claims.CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={
            "nonce": asked.nonce,
            "client_id": provider.client_id,
            "access_token": access,
        },
    )
    try:
        seen.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except keys.JoseError as problem:
        raise Distrusted(f"id token: {problem}") from None
    if provider.acr_values and seen.get("acr") not in provider.acr_values.split():
        raise Distrusted("level of assurance")
    subject = seen["sub"]
    if not isinstance(subject, str) or not subject or writable(subject) != subject:
        raise Distrusted("no subject")
    return subject


def _userinfo(provider: Provider, ring: Any, known: dict[str, Any], access: str) -> dict[str, Any]:
    """What the provider knows of them; where it signs, the signature and its reader are checked."""
    request = urllib.request.Request(  # noqa: S310 - see `_ours`
        known["userinfo_endpoint"], headers={"Authorization": f"Bearer {access}"}
    )
    body = _open(provider, request)
    if not provider.signed_userinfo:
        return _json(body)
    said: dict[str, Any] = _opened(body.decode("ascii", "replace"), ring).claims
    readers = said.get("aud")
    if said.get("iss") != provider.issuer or provider.client_id not in (
        readers if isinstance(readers, list) else [readers]
    ):
        raise Distrusted("userinfo meant for another")
    return said


def _opened(token: str, ring: Any) -> Any:
    """A token whose signature is one of the provider's keys; no other algorithm is heard of."""
    try:
        return jwt.decode(token.strip(), ring, algorithms=ALGORITHMS)
    except (keys.JoseError, ValueError, TypeError) as problem:
        raise Distrusted(f"signature: {type(problem).__name__}") from None


# The only requests that leave the site.


def _known(provider: Provider) -> dict[str, Any]:
    """Where its endpoints are, as the issuer itself says; all of them on its own host."""
    where = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    known = _json(_open(provider, urllib.request.Request(where)))  # noqa: S310 - see `_ours`
    if known.get("issuer") != provider.issuer:
        raise Distrusted("another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        _ours(provider, known.get(name))
    if known.get("end_session_endpoint") is not None:
        _ours(provider, known["end_session_endpoint"])
    return known


def _keys(provider: Provider, known: dict[str, Any]) -> Any:
    body = _open(provider, urllib.request.Request(known["jwks_uri"]))  # noqa: S310 - see `_ours`
    try:
        return jwk.KeySet.import_key_set(_json(body))
    except (keys.JoseError, KeyError, ValueError, TypeError) as problem:
        raise Distrusted(f"keys: {type(problem).__name__}") from None


def _post(provider: Provider, where: str, fields: dict[str, str]) -> bytes:
    return _open(
        provider,
        urllib.request.Request(where, urlencode(fields).encode()),  # noqa: S310 - see `_ours`
    )


def _ours(provider: Provider, address: Any) -> None:
    """An address on the issuer's host, by https; plain http only on this machine."""
    issuer, there = urlsplit(provider.issuer), urlsplit(str(address))
    is_safe = there.scheme == "https" or (there.scheme == "http" and there.hostname in LOCAL)
    if not is_safe or (there.scheme, there.netloc) != (issuer.scheme, issuer.netloc):
        raise Distrusted("an address elsewhere")


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


def _open(provider: Provider, request: urllib.request.Request) -> bytes:
    """Ask, without a proxy, a cookie or a redirection, for a few seconds."""
    _ours(provider, request.full_url)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirection)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(LARGEST + 1)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as problem:
        raise Distrusted(f"no answer: {type(problem).__name__}") from None
    if len(body) > LARGEST:
        raise Distrusted("an answer too long")
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Distrusted("not JSON")
    return said
