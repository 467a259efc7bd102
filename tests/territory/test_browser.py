"""Places in a real browser: the map without script, the keyboard, a telephone, axe."""

import json
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.territory import actions, carrying, files
from tests.factories import make_user

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.fixture
def told(server):
    """A geography of two generations and three districts from a file, one of them drawn."""
    with server.app.app_context():
        carrying.geography(json.loads((DATA / "geographie.json").read_text()), "E")
        found = files.read(DATA / "quartiers.csv").places
        actions.import_places(make_user(RoleName.COUNCIL), found, since=date(2024, 1, 1))
        commit()


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_pass_axe_and_hold(page, told, width):
    page.set_viewport_size({"width": width, "height": 800})
    for there in (
        "/lieux?au=2024-01-01",
        "/lieux?au=hier",
        "/lieux/le-port",
        "/lieux/geographies/pays-d-exemple-2024",
        "/organisations",
    ):
        page.goto(there)
        found = Axe().run(page).response["violations"]
        assert not found, (there, [one["id"] for one in found])
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0, there


def test_the_map_is_a_list_of_links_for_the_keyboard(page, told):
    page.goto("/lieux?au=2024-01-01&type=priority")
    link = page.get_by_role("link", name="1 – Le Port")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lieux/le-port*")
    assert page.get_by_role("heading", level=1).inner_text() == "Le Port"
