"""Proving that one may take part in a real browser: from a refused act and back, read by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from consult.campaigns.models import AgeBracket
from consult.core.db import db
from consult.identity.codes import shown
from consult.people.models import RoleName, User
from tests.factories import come_in, make_contribution, make_user
from tests.identity.making import a_letter, asking


@pytest.fixture
def town(server):
    """A campaign with letters, the desk and declared addresses; who is there; a letter."""
    with server.app.app_context():
        campaign = asking(
            "declared",
            "letter",
            "desk",
            youngest=AgeBracket.FROM_15,
            perimeter="Le quartier du Puits (inventé).",
        )
        agent, resident = make_user(RoleName.FACILITATOR), make_user()
        number, letter = make_contribution(campaign).id, a_letter(campaign, agent)
        return campaign.slug, agent.id, resident.id, number, letter


def enter(page, server, who):
    with server.app.app_context():
        come_in(page, server, db.session.get(User, who))


def test_from_the_refused_support_to_the_proof_and_back(page, server, town):
    slug, _agent, resident, number, letter = town
    enter(page, server, resident)
    page.goto(f"/contributions/{number}")
    page.get_by_role("link", name="Prouver que vous pouvez participer").first.click()
    page.get_by_role("link", name="Saisir mon code").click()
    page.get_by_label("Code", exact=True).fill(shown(letter.code).lower())
    page.get_by_label("Nom de naissance").fill("Élan")
    page.get_by_label("Premier prénom").fill("Léa")
    page.get_by_label("Année de naissance").fill("1984")
    page.get_by_label("18 ans et plus").check()
    page.get_by_role("button", name="Utiliser ce code").click()
    page.wait_for_url(f"**/contributions/{number}")
    page.get_by_role("button", name="Soutenir cette contribution").click()
    expect(page.get_by_text("Vous soutenez cette contribution.")).to_be_visible()


def test_the_square_of_a_letter_types_its_code(page, server, town):
    slug, _agent, resident, _number, letter = town
    enter(page, server, resident)
    page.goto(f"/consultations/{slug}/prouver/lettre#{shown(letter.code)}")
    expect(page.get_by_label("Code", exact=True)).to_have_value(shown(letter.code))
    page.wait_for_url(f"**/consultations/{slug}/prouver/lettre")  # no longer in the address


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_pass_axe_and_hold(page, server, town, width):
    slug, agent, resident, number, _letter = town
    page.set_viewport_size({"width": width, "height": 800})
    there = f"/consultations/{slug}"
    pages = {
        resident: ("prouver", "prouver/adresse", "prouver/lettre", "comptes"),
        agent: ("guichet", "lettres", "soutiens/saisir", "modifier", "atelier"),
    }
    for who, names in pages.items():
        enter(page, server, who)
        for name in names:
            page.goto(f"{there}/{name}")
            found = Axe().run(page).response["violations"]
            assert not found, (name, [one["id"] for one in found])
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wider) <= 0, name
