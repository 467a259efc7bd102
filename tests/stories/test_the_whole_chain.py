"""From a visitor's first words to the proof that they were heard: five roles, one real browser."""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from consult.core import clock
from consult.core.queue import work_once
from consult.journal import queries as journal
from consult.keys import codes
from consult.people.models import RoleName
from tests.factories import make_user, sign_in

MORNING = datetime(2026, 3, 2, 9, tzinfo=clock.TOWN)
PASSWORD = "la pluie tombe sur les tilleuls"
PDF = b"%PDF-1.4 une note"


class Town:
    """The site, the people in it each with a tab of their own, and the letters that leave."""

    def __init__(self, browser: Browser, server: Any) -> None:
        self.browser, self.server = browser, server
        self.contexts: list[Any] = []

    def tab(self) -> Page:
        """Somebody comes along, of whom nobody knows anything."""
        context = self.browser.new_context(
            base_url=self.server.url, locale="fr-FR", timezone_id="Europe/Paris"
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        return context.new_page()

    def tab_of(self, *roles: RoleName, **about: str) -> Page:
        """Somebody who has an account, signed in."""
        page = self.tab()
        with self.server.app.app_context():
            client = sign_in(self.server.app.test_client(), make_user(*roles, **about))
            cookie = client.get_cookie("consult")
        page.context.add_cookies(
            [{"name": "consult", "value": cookie.value, "url": self.server.url}]
        )
        return page

    def letters(self, to: str) -> list[Any]:
        """What the worker has sent to this address so far, once it has done its round."""
        work_once(self.server.app)
        with clock.frozen(clock.now() + timedelta(minutes=2)):  # notices gather for a moment
            work_once(self.server.app)
        return [
            letter for letter in self.server.app.extensions["mailman"].outbox if to in letter.to
        ]

    def link(self, to: str, there: str = "/") -> str:
        """The way the last letter to this address shows that begins like this."""
        ways = rf"https?://[^/\s]+({there}\S+)"
        found = [way for letter in self.letters(to) for way in re.findall(ways, letter.body)[:1]]
        assert found, to
        return found[-1]


@pytest.fixture
def town(browser: Browser, server: Any) -> Iterator[Town]:
    town = Town(browser, server)
    yield town
    for context in town.contexts:
        context.close()


def fill(page: Page, **words: str) -> None:
    for name, value in words.items():
        page.locator(f"main [name='{name.replace('__', '-')}']").fill(value)


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"main [name='{name}'][value='{value}']").check()


def send(page: Page, form: str = "") -> None:
    """Send the last form of the page, or this one; the site answers with another page."""
    with page.expect_navigation():
        page.locator(f"main form{form} [type=submit]").last.click()


def press(page: Page, label: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def follow(page: Page, label: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=label, exact=True).first.click()


def picture() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "seagreen").save(out, "PNG")
    return {"name": "bancs.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_from_the_first_words_to_the_proof(town):
    with clock.frozen(MORNING):
        facilitator = an_administrator_invites_a_facilitator(town)
        a_consultation_opens(facilitator)
        visitor = a_visitor_writes_first(town)
        the_queue_is_emptied_by_keyboard(facilitator, "Des bancs à l’ombre sur la place")
        assert "Votre contribution est publiée" in town.letters("odile@exemple.fr")[-1].subject
        contribution = residents_take_part(town, facilitator)
        a_guarantor_reads_everything_and_changes_nothing(town, contribution)
    with clock.frozen(MORNING + timedelta(days=70)):
        council = the_town_answers(town, contribution)
        told = town.letters("odile@exemple.fr")
        assert "La ville a répondu" in told[-1].body
        plan = the_council_adopts_a_plan(council, contribution)
        assert "Une place où rester" in town.letters("odile@exemple.fr")[len(told)].body
    with clock.frozen(MORNING + timedelta(days=200)):
        action = the_promise_is_kept(council, plan)
        a_resident_walks_to_the_proof_and_back(town, visitor, contribution, action)
        assert "Poser six bancs" in town.letters("odile@exemple.fr")[-1].body
    with town.server.app.app_context():
        assert list(journal.faults()) == []


def an_administrator_invites_a_facilitator(town: Town) -> Page:
    administrator = town.tab_of(RoleName.ADMINISTRATOR)
    administrator.goto("/administration/roles/inviter")
    fill(administrator, email="nadia@ville.exemple.fr")
    choose(administrator, "name", "facilitator")
    send(administrator)
    administrator.get_by_text("L’invitation part pour").wait_for()
    facilitator = town.tab()
    facilitator.goto(town.link("nadia@ville.exemple.fr"))
    fill(facilitator, pseudonym="Nadia", password=PASSWORD)
    press(facilitator, "Accepter")
    facilitator.get_by_role("link", name="Mon espace").first.wait_for()
    she_takes_a_second_key(facilitator)
    return facilitator


def she_takes_a_second_key(page: Page) -> None:
    """A role sleeps until one is shown; her telephone would work the figures out."""
    page.goto("/deuxieme-cle/application")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    fill(page, code=codes.code_of(secret, codes.steps()[1]))
    press(page, "Garder cette clé")
    page.wait_for_url(lambda url: "/application" not in url)


def a_consultation_opens(page: Page) -> None:
    """The facilitator fills what is missing until the site lets her publish."""
    page.goto("/consultations/nouvelle")
    fill(page, title="La place du marché", question="Que faire de la place du marché ?")
    send(page)
    workshop = "/consultations/la-place-du-marche/atelier"
    page.goto(workshop)
    expect(page.get_by_role("button", name="Publier la consultation")).to_be_disabled()
    page.goto(workshop.replace("/atelier", "/modifier"))
    fill(
        page,
        presentation="La place a trente ans.",
        decider="Le conseil municipal",
        audience="Tout le monde.",
        rules="Une idée à la fois.",
        purpose="Un plan d'action voté par le conseil.",
        offline="Des bulletins à la mairie.",
        privacy="Votre adresse sert à vous répondre.",
        contact="01 23 45 67 89",
    )
    choose(page, "legal_nature", "open_consultation")
    send(page)
    page.goto(workshop.replace("/atelier", "/modifier/calendrier"))
    for step in ("propose", "discuss", "vote"):
        fill(page, **{f"{step}__first": "2026-03-02", f"{step}__last": "2026-04-30"})
    send(page)
    page.goto(workshop.replace("/atelier", "/modifier/dossier"))
    page.locator("main input[type=file]").set_input_files(
        {"name": "note.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    fill(page, title="La place aujourd'hui")
    send(page)
    page.get_by_text("La place aujourd'hui").first.wait_for()
    page.goto(workshop)
    press(page, "Publier la consultation")
    page.goto("/")
    page.get_by_role("heading", name="Que faire de la place du marché").wait_for()


def a_visitor_writes_first(town: Town) -> Page:
    """The words are safe before anybody asks who writes; a letter then lets them leave."""
    page = town.tab()
    page.goto("/")
    follow(page, "Écrire une contribution")
    page.locator("main [name=title]").fill("Des bancs à l’ombre sur la place")
    page.keyboard.press("Tab")  # by keyboard alone from here on
    while not page.evaluate("document.activeElement.name === 'body'"):
        page.keyboard.press("Tab")
    page.keyboard.type("Quand on attend le bus, il n'y a nulle part où s'asseoir.")
    while not page.evaluate("document.activeElement.value === 'send'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Vos mots sont conservés").first.wait_for()
    receipt = re.search(r"/recepisse/(\w+)", page.url)[1]
    fill(page, email="odile@exemple.fr")
    press(page, "Envoyer ma contribution")
    page.get_by_text("Un courriel vous attend").wait_for()
    page.goto(town.link("odile@exemple.fr"))
    fill(page, pseudonym="Odile")
    press(page, "Confirmer et envoyer ma contribution")
    page.get_by_text("En attente de modération").first.wait_for()
    stranger = town.tab()  # the receipt works for whoever holds it, without an account
    stranger.goto("/recepisse")
    stranger.locator("main form input:not([type=hidden])").first.fill(receipt)
    stranger.keyboard.press("Enter")
    stranger.get_by_text("Des bancs à l’ombre sur la place").first.wait_for()
    return page


def the_queue_is_emptied_by_keyboard(page: Page, *titles: str) -> None:
    page.goto("/moderation")
    for title in titles:
        page.get_by_role("heading", name=title).wait_for()
        page.locator("[data-keys-switch]:visible").wait_for()
        page.keyboard.press("p")
    page.get_by_text("Tout est lu").wait_for()


def residents_take_part(town: Town, facilitator: Page) -> str:
    """Two neighbours stand behind it; one says a word, read before it is shown."""
    for name in ("Karim", "Lucie"):
        page = town.tab_of(pseudonym=name, email=f"{name.lower()}@exemple.fr")
        page.goto("/consultations/la-place-du-marche/contributions")
        follow(page, "Des bancs à l’ombre sur la place")
        press(page, "Soutenir cette contribution")
        page.get_by_text("Vous soutenez cette contribution").wait_for()
    contribution = page.url.partition("#")[0].removeprefix(town.server.url)
    page.goto(f"{contribution}/commenter")
    fill(page, body="Et un arbre entre deux bancs !")
    choose(page, "side", "for")
    send(page)
    the_queue_is_emptied_by_keyboard(facilitator, "Commentaire sur")
    page.goto(contribution)
    page.get_by_text("Et un arbre entre deux bancs").wait_for()
    page.get_by_text("2 soutiens").first.wait_for()
    return contribution


def a_guarantor_reads_everything_and_changes_nothing(town: Town, contribution: str) -> None:
    page = town.tab_of(RoleName.GUARANTOR)
    for path in (
        "/moderation",
        "/consultations/la-place-du-marche/reponses",
        "/administration/roles",
    ):
        assert page.goto(path).status == 200
        expect(page.locator("main form[method=post] [type=submit]:enabled")).to_have_count(0)
    assert page.goto(f"{contribution}/repondre").status == 403
    page.goto(contribution)
    expect(page.get_by_role("button", name="Soutenir cette contribution")).to_be_disabled()
    page.get_by_text("veille sur la consultation").first.wait_for()


def the_town_answers(town: Town, contribution: str) -> Page:
    page = town.tab_of(RoleName.COUNCIL, pseudonym="Hugo", name="Hugo Lemaître")
    page.goto("/consultations/la-place-du-marche/reponses")
    page.get_by_text("Des bancs à l’ombre sur la place").first.wait_for()
    page.goto(f"{contribution}/repondre")
    answer = page.locator("form:has([name=outcome])")
    answer.locator("[name=outcome][value=retained]").check()
    answer.locator("[name=words]").fill("Oui : six bancs seront posés, à l'ombre des tilleuls.")
    answer.locator("[name=signatory]").fill("Le maire")
    answer.locator("[name=unit]").fill("Espaces verts")
    press(page, "Publier cette réponse")
    page.wait_for_url(lambda url: "/repondre" not in url)
    page.goto(contribution)
    page.get_by_text("six bancs seront posés").wait_for()
    page.goto("/consultations/la-place-du-marche/resultats")
    fill(page, words="Vous avez demandé à vous asseoir.")
    press(page, "Publier les résultats")
    page.goto("/consultations/la-place-du-marche")
    page.get_by_text("Résultats publiés").first.wait_for()
    return page


def the_council_adopts_a_plan(page: Page, contribution: str) -> str:
    page.goto("/plans/nouveau")
    fill(page, title="Une place où rester")
    send(page)
    plan = page.url.removesuffix("/atelier")
    page.goto(f"{plan}/engagements/nouveau")
    fill(page, title="S'asseoir")
    send(page)
    follow(page, "Ajouter une action")
    fill(page, title="Poser six bancs à l'ombre", dates_words="juin 2026")
    page.locator("main [name=engagement_ids]").first.check()
    send(page)
    page.get_by_role("link", name="Origines – Poser six bancs").click()
    page.locator("main form input[name=q]").first.fill(contribution.rsplit("/", 1)[1])
    page.keyboard.press("Enter")
    page.locator("main [name=contribution_id]").first.check()
    send(page, ":has([name=contribution_id])")
    page.goto(f"{plan}/adopter")
    fill(
        page,
        number="2026-41",
        title="Adoption du plan de la place",
        assembly="Le conseil municipal",
        adopted_on="2026-05-10",
        votes_for="27",
        votes_against="0",
        abstentions="2",
    )
    send(page)
    press(page, "Publier le plan")
    page.goto(plan)
    page.get_by_text("unanimité des votants").first.wait_for()
    return plan


def the_promise_is_kept(page: Page, plan: str) -> str:
    """Done is refused without its evidence, and said with it."""
    page.goto(plan)
    follow(page, "Poser six bancs à l'ombre")
    action = page.url
    page.goto(f"{action}/avancement")
    choose(page, "progress", "done")
    fill(page, effective_on="2026-09-01", words="Les six bancs sont posés.")
    press(page, "Publier ce point d’avancement")
    page.locator(".errors").wait_for()
    page.locator("main [name=photo]").set_input_files(picture())
    fill(page, photo_alternative="Six bancs sous les tilleuls.", photo_credit="Ville")
    press(page, "Publier ce point d’avancement")
    page.wait_for_url(action + "*")
    page.get_by_alt_text("Six bancs sous les tilleuls.").first.wait_for()
    return action


def a_resident_walks_to_the_proof_and_back(
    town: Town, page: Page, contribution: str, action: str
) -> None:
    """In three clicks at most; here one each way."""
    page.goto(contribution)
    page.locator(".thread").get_by_role("link", name="Preuve").click()
    page.get_by_alt_text("Six bancs sous les tilleuls.").first.wait_for()
    assert page.url.startswith(action)
    shown = page.get_by_alt_text("Six bancs sous les tilleuls.").first
    shown.scroll_into_view_if_needed()
    shown.evaluate("image => image.decode()")  # waits for the picture, and fails if it is broken
    follow(page, "Des bancs à l’ombre sur la place")
    page.get_by_role("heading", name="Des bancs à l’ombre sur la place", level=1).wait_for()
    assert page.url.partition("#")[0].endswith(contribution)
    page.goto("/connexion")  # months later her session is over: a letter lets her in
    fill(page, email="odile@exemple.fr")
    press(page, "Recevoir un lien par courriel")
    page.goto(town.link("odile@exemple.fr", "/connexion/"))
    press(page, "Se connecter")
    page.wait_for_url("**/mon-espace")
    page.get_by_text("Poser six bancs à l'ombre").first.wait_for()
