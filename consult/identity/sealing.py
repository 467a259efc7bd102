"""Fingerprints that recognise a person within one campaign, and tell nobody who it is."""

import hashlib
import hmac

from flask import current_app

from consult.campaigns.models import Campaign
from consult.core.text import fold


def sealed(campaign: Campaign, kind: str, *parts: str) -> str:
    """64 hexadecimal signs, keyed by the site's secret: another campaign gives others."""
    secret = current_app.config["SECRET_KEY"]
    key = hashlib.sha256(
        b"identity.sealed" + (secret if type(secret) is bytes else secret.encode())
    )
    text = "\0".join((str(campaign.id), kind, *parts))
    return hmac.new(key.digest(), text.encode(), "sha256").hexdigest()


def of_account(campaign: Campaign, user_id: int) -> str:
    """Somebody known by their account alone."""
    return sealed(campaign, "account", str(user_id))


def of_parted(campaign: Campaign, user_id: int) -> str:
    """An account that took back what tied it to its line, and to no line that can be found."""
    return sealed(campaign, "parted", str(user_id))


def of_address(campaign: Campaign, email_key: str) -> str:
    """Somebody known by an e-mail address that has no account."""
    return sealed(campaign, "email", email_key)


def of_person(campaign: Campaign, family: str, given: str, year: int, other: str = "") -> str:
    """Somebody known by name at birth, first given name and year of birth, however they are
    spelt; `other` tells apart two people who share all three."""
    first = (fold(given).split() or [""])[0]
    return sealed(campaign, "person", fold(family).replace(" ", ""), first, str(year), fold(other))


def of_code(campaign: Campaign, code: str) -> str:
    """A code on paper, as it is kept."""
    return sealed(campaign, "code", code)


def of_home(campaign: Campaign, street: str, postcode: str) -> str:
    """A declared address: how many accounts declare the same is all it tells."""
    return sealed(campaign, "home", fold(street), postcode)
