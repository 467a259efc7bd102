"""No page and no endpoint says who stands behind what, to anybody but oneself."""

import re

import pytest

from consult.contributions.models import Contribution
from consult.core.db import db
from consult.journal.actions import commit
from consult.votes import actions as votes
from tests.everything import make_everything
from tests.factories import make_user, sign_in

# Who sees most; whoever sees less is shown the same pages with less on them.
ROLES = ("facilitator", "guarantor", "administrator")


@pytest.fixture
def engine() -> str:
    """What is on a page is the same on both engines; once is enough for every page there is."""
    return "sqlite"


def test_no_page_says_who_supports_what(app, ctx, noon):
    there = make_everything()
    quiet = make_user(pseudonym="Zéphyrine Zq", email="zq-zephyrine@exemple.fr", name="Zq Untel")
    votes.support(quiet, db.session.get(Contribution, there.values["contributions/*"]))
    commit()
    number = quiet.id
    mine = sign_in(app.test_client(), quiet).get("/mon-espace/soutiens")
    assert "Des bancs au square" in mine.text  # oneself, and nobody else
    addresses = sorted(
        {
            there.fill(rule)
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods
            and rule.endpoint not in ("asset", "bootstrap.static", "static")
        }
    )
    assert len(addresses) > 200
    name = r"z(é|&eacute;|%c3%a9|\\u00e9)phyrine|zq-zephy|zq untel"
    said = re.compile(rf'(?i){name}|"user_id": ?{number}\b'.encode())
    told = []
    for role in ROLES:
        client = sign_in(app.test_client(), there.people[role])
        told += [
            f"{role}: {address}"
            for address in addresses
            if said.search(client.get(address).data) and address != "/administration/comptes"
        ]
    assert told == []
