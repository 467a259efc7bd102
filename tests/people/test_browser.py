"""The pages of the account in a real browser: without script, by keyboard, for all eyes."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from consult.journal.actions import commit
from consult.people import actions, queries
from consult.people.models import RoleName
from tests.factories import come_in, make_campaign
from tests.people.doors import PASSWORD, links, post_around, resident


@pytest.fixture
def bare(browser, server):
    """A tab that runs no script."""
    context = browser.new_context(base_url=server.url, locale="fr-FR", java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def last(app, outbox):
    """The paths in the letter that leaves now."""
    post_around(app)
    return links(outbox[-1])


def test_from_an_address_to_a_closed_account_without_script(bare, app, outbox):
    page = bare
    page.goto("/inscription")
    page.get_by_label("Adresse électronique").fill("zoe@exemple.fr")
    page.get_by_label("Pseudonyme").fill("Zoé")
    page.get_by_role("button", name="Créer mon compte").click()
    page.get_by_role("heading", level=1, name="Consultez vos courriels").wait_for()
    page.goto(last(app, outbox)[0])
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/mon-espace")
    page.goto("/mon-espace/compte")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_label("Adresse électronique").fill("zoe@exemple.fr")
    page.get_by_role("button", name="Recevoir un lien par courriel").click()
    page.goto(last(app, outbox)[0])
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/mon-espace")
    page.goto("/mon-espace/fermer")
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_label("Je veux fermer mon compte").check()
    page.get_by_role("button", name="Fermer mon compte").click()
    page.get_by_role("heading", level=1, name="Votre compte est fermé").wait_for()
    assert page.context.cookies() == []
    assert outbox[-1].to == ["zoe@exemple.fr"]


def test_one_signs_in_by_keyboard_alone(page, app):
    with app.app_context():
        email = resident().email
    page.goto("/connexion")
    page.keyboard.press("Tab")  # to the content, past the menu
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    errors = page.locator(".errors:focus")
    errors.wait_for()
    assert "ne vont pas ensemble" in errors.inner_text()
    page.get_by_label("Mot de passe").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/mon-espace#main")  # still past the menu


def test_every_page_is_for_all_eyes(page, server, app, outbox):
    with app.app_context():
        system, admin = queries.system(), resident(RoleName.ADMINISTRATOR, name="Jeanne Petit")
        campaign = make_campaign(title="Le square")
        actions.follow(admin, campaign)
        actions.grant(system, resident(), name=RoleName.FACILITATOR, campaign=campaign)
        actions.grant(system, admin, name=RoleName.COUNCIL)
        actions.invite(admin, email="neuve@exemple.fr", name=RoleName.COUNCIL)
        for ask in (actions.reset, actions.sign_in_link):
            ask(None, email=admin.email, language="fr")
        actions.sign_up(None, email="autre@exemple.fr", pseudonym="Autre", language="fr")
        commit()
        email = admin.email
    post_around(app)
    letters = [path for letter in outbox for path in links(letter)]
    visitor = [
        *("/inscription", "/connexion?next=/", "/mot-de-passe", "/courriel-envoye/link"),
        *("/compte-ferme", "/confirmer/rien"),
        *(path for path in letters if path.count("/") == 2 and "mon-espace" not in path),
    ]
    own = [
        *("/mon-espace", "/mon-espace/compte", "/mon-espace/notifications", "/mon-espace/suivis"),
        *("/mon-espace/compte/pseudonyme", "/mon-espace/compte/mot-de-passe"),
        *("/mon-espace/compte/adresse", "/mon-espace/compte/preferences", "/mon-espace/fermer"),
        *("/administration/roles", "/administration/roles/inviter"),
    ]
    wrong = [fault for path in visitor for fault in faults(page, path)]
    with app.app_context():
        come_in(page, server, queries.by_email(email))
    wrong += [fault for path in own for fault in faults(page, path)]
    assert wrong == []


def faults(page, path):
    """What axe finds, and whether anything is wider than the narrowest telephone."""
    page.set_viewport_size({"width": 320, "height": 700})
    reply = page.goto(path)
    if reply.status not in (200, 410):
        yield f"{path}: {reply.status}"
    for fault in Axe().run(page).response["violations"]:
        yield f"{path}: {fault['help']} {[node['target'] for node in fault['nodes']]}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"{path}: wider than 320"
