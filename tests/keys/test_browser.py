"""Passkeys in a real browser, and every page of this room for all eyes."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from consult.core.db import db
from consult.journal.actions import commit
from consult.keys import actions
from consult.keys.models import Passkey
from consult.people.models import RoleName, User
from tests.factories import come_in, make_campaign
from tests.keys.doors import clerk
from tests.people.doors import PASSWORD, resident

TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def tab(browser, server):
    """A tab whose browser holds a key of its own, as a telephone or a laptop does."""
    context = browser.new_context(
        base_url=server.url.replace("127.0.0.1", "localhost"), locale="fr-FR"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    held = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": held})
    page.device, page.held = device, made["authenticatorId"]
    yield page
    context.close()


def signs_in(page, email):
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_clerk_chooses_a_passkey_and_comes_back_with_it(tab, app):
    with app.app_context():
        email = resident(RoleName.ADMINISTRATOR).email
    signs_in(tab, email)
    tab.get_by_role("link", name="Utiliser une clé d’accès").click()
    tab.get_by_label("Un nom pour cette clé").fill("mon téléphone")
    tab.get_by_role("button", name="Créer la clé").click()
    tab.get_by_role("button", name="Me montrer dix codes").click()
    expect(tab.locator(".paper-codes li")).to_have_count(10)
    tab.get_by_role("link", name="Ils sont rangés").click()
    tab.goto("/administration/roles")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Rôles")
    tab.goto("/mon-espace/compte")
    tab.get_by_role("button", name="Se déconnecter").click()
    signs_in(tab, email)
    tab.wait_for_url("**/deuxieme-cle**")
    tab.get_by_role("button", name="Utiliser ma clé d’accès").click()
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)
    tab.goto("/administration/roles")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Rôles")


def test_a_resident_comes_in_with_a_passkey_alone(tab, app):
    with app.app_context():
        email = resident().email
    signs_in(tab, email)
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)
    tab.goto("/deuxieme-cle/nouvelle-cle-d-acces")
    tab.get_by_role("button", name="Créer la clé").click()
    tab.wait_for_url("**/mon-espace/securite")
    tab.goto("/mon-espace/compte")
    tab.get_by_role("button", name="Se déconnecter").click()
    tab.goto("/connexion")
    tab.get_by_role("link", name="Se connecter avec une clé d’accès").click()
    tab.get_by_role("button", name="Utiliser ma clé d’accès").click()
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)


def test_a_key_that_does_not_check_its_holder_is_refused(tab, app):
    with app.app_context():
        email = resident(RoleName.GUARANTOR).email
    signs_in(tab, email)
    tab.wait_for_url("**/deuxieme-cle**")
    unproven = {"authenticatorId": tab.held, "isUserVerified": False}
    tab.device.send("WebAuthn.setUserVerified", unproven)
    tab.goto("/deuxieme-cle/nouvelle-cle-d-acces")
    tab.get_by_role("button", name="Créer la clé").click()
    expect(tab.get_by_text("Cela n’a pas abouti")).to_be_visible()
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Passkey.id))) == 0


def test_a_device_that_holds_a_key_is_told_so(tab, app):
    with app.app_context():
        email = resident().email
    signs_in(tab, email)
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)
    tab.goto("/deuxieme-cle/nouvelle-cle-d-acces")
    tab.get_by_role("button", name="Créer la clé").click()
    tab.wait_for_url("**/mon-espace/securite")
    tab.goto("/deuxieme-cle/nouvelle-cle-d-acces")
    tab.get_by_role("button", name="Créer la clé").click()
    expect(tab.get_by_role("alert")).to_have_text(re.compile("a déjà une clé de votre compte"))


def test_what_a_key_said_is_heard_once(tab, app):
    with app.app_context():
        email = resident().email
    signs_in(tab, email)
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)
    tab.goto("/deuxieme-cle/nouvelle-cle-d-acces")
    tab.get_by_role("button", name="Créer la clé").click()
    tab.wait_for_url("**/mon-espace/securite")
    tab.goto("/mon-espace/compte")
    tab.get_by_role("button", name="Se déconnecter").click()
    tab.goto("/connexion/cle-d-acces")
    before = tab.context.cookies()
    with tab.expect_request(lambda sent: sent.method == "POST") as sent:
        tab.get_by_role("button", name="Utiliser ma clé d’accès").click()
    tab.wait_for_url(lambda url: url.endswith("/mon-espace") and "?" not in url)
    tab.context.clear_cookies()
    tab.context.add_cookies(before)
    again = tab.request.post(
        "/connexion/cle-d-acces",
        data=sent.value.post_data,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        max_redirects=0,
    )
    assert again.status == 200
    assert "pas été reconnue" in again.text()


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"id": 3}', json.dumps({"id": "a" * 5000})])
def test_nonsense_opens_nothing(ctx, noon, client, said):
    reply = client.post("/connexion/cle-d-acces", data={"credential": said})
    assert reply.status_code == 200
    assert client.get("/mon-espace").status_code == 303


def test_every_page_is_for_all_eyes(page, server, app):
    with app.app_context():
        user, other = clerk(), clerk(RoleName.FACILITATOR)
        lone = resident(RoleName.COUNCIL)
        asked = actions.ask(
            other, "campaigns.change_rules", make_campaign(), details={"reason": "Trop peu."}
        )
        actions.renew_codes(user)
        commit()
        number = asked.id
        ids = user.id, other.id, lone.id
    own = [
        *("/mon-espace/securite", "/deuxieme-cle/application", "/deuxieme-cle/codes"),
        *("/deuxieme-cle/nouvelle-cle-d-acces", f"/administration/comptes/{ids[1]}/cles"),
        *("/administration/signatures", f"/administration/signatures/{number}"),
        *("/administration/exports", "/mon-espace/compte", "/administration/roles"),
    ]
    wrong = []

    def look(path):
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.goto(path).ok, path
        seen = Axe().run(page).response["violations"]
        wrong.extend(f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in seen)
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate(TOO_WIDE):
            wrong.append(f"{path}: too wide")

    look("/connexion/cle-d-acces")
    for path, who in [*((path, ids[0]) for path in own)]:
        with app.app_context():
            come_in(page, server, db.session.get(User, who))
        look(path)
    with app.app_context():
        db.session.execute(db.text("UPDATE visit SET shown_at = NULL"))
        db.session.commit()
    for path in ("/deuxieme-cle", "/deuxieme-cle/secours"):
        look(path)
    with app.app_context():
        come_in(page, server, db.session.get(User, ids[2]))
        db.session.execute(db.text("UPDATE visit SET shown_at = NULL"))
        db.session.commit()
    look("/deuxieme-cle")
    assert wrong == []
