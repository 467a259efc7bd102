"""Writing a contribution in a real browser: with script, without, and read by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from consult.campaigns.models import Identity, Theme
from consult.contributions.models import Contribution
from consult.core.db import db
from tests.factories import make_campaign, make_contribution, make_user


@pytest.fixture
def asked(app):
    """A campaign anybody may answer, where somebody already asked for lime trees."""
    with app.app_context():
        campaign = make_campaign(identity=Identity.NONE)
        campaign.themes = [Theme(title="Nature")]
        db.session.commit()
        made = make_contribution(campaign, title="Planter des tilleuls sur l'avenue")
        return campaign.slug, made.id


def statuses(app):
    with app.app_context():
        rows = db.session.query(Contribution).order_by(Contribution.id)
        return [row.status.value for row in rows]


def test_what_resembles_it_appears_while_one_types(page, app, asked):
    slug, number = asked
    page.goto(f"/consultations/{slug}/contributions/nouvelle")
    page.get_by_label("Votre idée en une phrase").press_sequentially("Des tilleuls avenue")
    page.locator("#similar").get_by_role("link", name="Planter des tilleuls").first.wait_for()
    page.get_by_label("Avec vos mots").fill("Tous les dix mètres.")
    page.get_by_role("button", name="Envoyer ma contribution").click()
    page.get_by_role("heading", name="Votre contribution est bien arrivée").wait_for()
    assert statuses(app) == ["published", "pending"]


def test_without_script_there_is_a_step_before_sending(browser, server, app, asked):
    slug, number = asked
    visitor = browser.new_context(base_url=server.url, locale="fr-FR", java_script_enabled=False)
    page = visitor.new_page()
    page.goto(f"/consultations/{slug}/contributions/nouvelle")
    page.get_by_label("Votre idée en une phrase").fill("Des tilleuls sur l'avenue")
    page.get_by_label("Avec vos mots").fill("Tous les dix mètres.")
    page.get_by_role("button", name="Envoyer ma contribution").click()
    page.get_by_role("heading", name="Des contributions proches existent").wait_for()
    assert statuses(app) == ["published", "draft"]
    page.get_by_role("button", name="Envoyer quand même").click()
    page.get_by_role("heading", name="Votre contribution est bien arrivée").wait_for()
    assert statuses(app) == ["published", "pending"]
    visitor.close()


def test_words_typed_are_found_again_in_the_tab(page, asked):
    there = f"/consultations/{asked[0]}/contributions/nouvelle"
    page.goto(there)
    page.get_by_label("Avec vos mots").press_sequentially("Tous les dix mètres.")
    page.goto("/recepisse")
    page.goto(there)
    assert page.get_by_label("Avec vos mots").input_value() == "Tous les dix mètres."


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_pass_axe_and_hold(page, asked, width):
    slug, number = asked
    page.set_viewport_size({"width": width, "height": 800})
    for there in (
        f"/consultations/{slug}/contributions?depart=2",
        f"/consultations/{slug}/contributions/nouvelle",
        f"/consultations/{slug}/bulletin",
        f"/contributions/{number}",
        f"/contributions/{number}/versions",
        "/recepisse?number=ABC",
    ):
        page.goto(there)
        found = Axe().run(page).response["violations"]
        assert not found, (there, [one["id"] for one in found])
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0, there


def test_words_without_end_hold_on_a_phone(page, app, asked):
    with app.app_context():
        author = make_user(pseudonym="MW" * 20)
        about = db.session.get(Contribution, asked[1]).campaign
        wide = make_contribution(about, author=author, title="Réaménagement" * 9)
        there = [f"/contributions/{one}" for one in (wide.id, asked[1])]
        there += [f"/contributions/{wide.id}/preuves", f"/consultations/{asked[0]}/contributions"]
    page.set_viewport_size({"width": 320, "height": 800})
    for address in there:
        page.goto(address)
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0, address
