"""The portal in a real browser: by keyboard alone, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.making import make_town


@pytest.fixture
def town(ctx):
    return make_town()


@pytest.fixture
def still(browser: Browser, server, town):
    """A visitor whose browser runs no script."""
    visitor = browser.new_context(base_url=server.url, locale="fr-FR", java_script_enabled=False)
    visitor.set_default_timeout(10_000)
    yield visitor.new_page()
    visitor.close()


def test_searching_by_keyboard(page: Page, town):
    page.goto("/recherche")
    page.get_by_label("Des mots, un lieu").focus()
    page.keyboard.type("bancs quai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="résultats")).to_be_visible()
    page.get_by_text("Préciser la recherche").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Quoi")).to_be_visible()


def test_searching_and_narrowing_without_script(still: Page):
    still.goto("/recherche?q=bancs")
    still.get_by_text("Préciser la recherche").click()
    still.get_by_label("Quoi").select_option(label="Action")
    still.get_by_role("button", name="Rechercher").last.click()
    expect(still.get_by_role("heading", name="Un résultat")).to_be_visible()
    still.get_by_role("link", name="Poser dix bancs").click()
    expect(still.get_by_role("heading", level=1)).to_contain_text("Poser dix bancs")


def test_from_a_contribution_to_the_evidence_without_script(still: Page, town):
    still.goto(f"/contributions/{town.retained.id}")
    still.locator("main").get_by_role("link", name="Poser dix bancs").first.click()
    expect(still.get_by_alt_text("Dix bancs sous les tilleuls").first).to_be_visible()
    still.locator("main").get_by_role("link", name="Des bancs au quai").first.click()
    assert still.url.endswith(f"/contributions/{town.retained.id}")


def test_the_bands_of_the_picture_are_links_for_the_keyboard(page: Page, town):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/consultations/nos-quais/suites")
    band = page.locator("svg.flow-wide a[aria-label^='Ombre → Retenue']")
    band.focus()
    assert band.evaluate("band => document.activeElement === band")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contributions?**outcome=retained**")
    expect(page.get_by_role("link", name="Des bancs au quai")).to_be_visible()
