"""Every main page of the demonstration in a real browser: for all eyes, hands and screens."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from consult import demonstration
from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core.db import db
from consult.engagements.models import Action, Plan, Serves
from consult.people.queries import by_email
from consult.posts.models import Post, Slip, Status
from tests.factories import come_in

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}

pytestmark = pytest.mark.xdist_group("demonstration")

OPEN, PAST, BLAGIS = "parlons-ensemble", "coeur-de-ville", "parlons-ensemble-des-blagis"
PLAN, PRINTED = "plan-coeur-de-ville-demonstration", "plan-d-action-pour-le-quartier-des-blagis"
ROADMAP = "feuille-de-route-des-quartiers-2025-2030-demonstration"
# Who looks at what: {…} is found in the demonstration, see `found`.
PAGES = {
    "visiteur": [
        "/",
        "/consultations",
        f"/consultations/{OPEN}",
        f"/consultations/{BLAGIS}",
        f"/consultations/{OPEN}/calendrier",
        f"/consultations/{OPEN}/dossier",
        f"/consultations/{OPEN}/regles",
        f"/consultations/{OPEN}/affiche",
        f"/consultations/{OPEN}/bulletin",
        f"/consultations/{OPEN}/contributions",
        f"/consultations/{PAST}/contributions",
        f"/consultations/{OPEN}/contributions/nouvelle",
        f"/consultations/{PAST}/suites",
        f"/consultations/{BLAGIS}/suites",
        "/contributions/{answered}",
        "/contributions/{pictured}",
        "/recepisse",
        "/recepisse/{receipt}",
        "/signaler/{answered}",
        "/plans",
        f"/plans/{PLAN}",
        f"/plans/{PRINTED}",
        f"/plans/{PLAN}/engagements/{{engagement}}",
        f"/plans/{PRINTED}/editions/deux-ans-apres",
        "/actions/{done}",
        "/actions/{late}",
        "/actions/{abandoned}",
        "/actes/{act}",
        "/lieux",
        "/lieux/place-du-marche",
        "/organisations",
        "/organisations/hauts-de-seine-habitat",
        "/recherche",
        "/recherche?q=arbres",
        "/documents",
        "/documents/demo-feuille-de-route",
        "/documents/formats",
        "/glossaire",
        "/actes",
        "/seances",
        "/programmes",
        "/indicateurs",
        f"/plans/{ROADMAP}",
        "/connexion",
        "/inscription",
        "/mot-de-passe",
        "/accessibilite",
        "/pages/mentions",
        "/pages/conditions",
        "/pages/charte",
        "/pages/donnees-personnelles",
        "/nulle-part",
    ],
    "habitante": [
        "/mon-espace",
        "/mon-espace/compte",
        "/mon-espace/notifications",
        "/mon-espace/suivis",
        "/mon-espace/soutiens",
        "/contributions/{open}",
        "/contributions/{open}/commenter",
        f"/consultations/{OPEN}/contributions/nouvelle",
    ],
    "animation": [
        "/moderation",
        "/moderation/signalements",
        f"/consultations/{OPEN}/atelier",
        f"/consultations/{OPEN}/modifier",
        f"/consultations/{OPEN}/bulletins/saisir",
        f"/consultations/{OPEN}/import",
        f"/consultations/{OPEN}/reponses",
        "/consultations/nouvelle",
        "/contributions/{open}/repondre",
    ],
    "conseil": [
        "/actes/nouveau",
        "/seances/nouvelle",
        f"/plans/{PLAN}/atelier",
        f"/plans/{PRINTED}/a-completer",
        f"/plans/{PLAN}/actions/nouvelle",
        f"/plans/{PLAN}/editions/nouvelle",
        "/actions/{late}/avancement",
        "/actions/{late}/origines",
        "/plans/nouveau",
        "/suivi",
        "/a-completer",
        "/documents/nouveau",
        "/glossaire",
        "/glossaire/ajouter",
        "/glossaire/rapprochements",
    ],
    "administration": [
        "/administration/roles",
        "/administration/roles/inviter",
        "/administration/reglages",
        "/journal",
    ],
}
LOOKED_AT = [(who, path) for who, paths in PAGES.items() for path in paths]
# What each is there to do, and the control that does it.
DEEDS = [
    ("visiteur", "/", "a[href$='/contributions/nouvelle']"),
    ("visiteur", f"/consultations/{OPEN}", "a[href$='/contributions/nouvelle']"),
    ("visiteur", f"/consultations/{OPEN}/contributions/nouvelle", "main form [type=submit]"),
    ("visiteur", "/connexion", "main form [type=submit]"),
    ("visiteur", "/recherche", "main form [type=submit]"),
    ("habitante", "/contributions/{open}", "form[action$='/soutenir'] button"),
    ("animation", "/moderation", "[data-key=p]"),
    ("conseil", "/actions/{late}/avancement", "main form [type=submit]"),
]


class Tab(NamedTuple):
    """A tab, and what it did besides showing pages."""

    page: Page
    asked: list[str]
    complained: list[str]


@pytest.fixture(scope="module")
def found(demo_server: Any) -> dict[str, Any]:
    """Where the things named in PAGES stand."""
    with demo_server.app.app_context():

        def first(statement: sa.Select[Any]) -> Any:
            return db.session.scalars(statement.limit(1)).one()

        def contribution(slug: str, title: str) -> sa.Select[Any]:
            wanted = sa.select(Contribution.id).join(Campaign)
            return wanted.where(Campaign.slug == slug, Contribution.title.startswith(title))

        def action(title: str) -> sa.Select[Any]:
            return sa.select(Action.id).where(Action.title.startswith(title))

        return {
            "answered": first(contribution(PAST, "Des arbres")),
            "open": first(contribution(OPEN, "Des arbres")),
            "pictured": first(contribution(OPEN, "Ralentir")),
            "receipt": first(
                sa.select(Post.receipt).join(Slip).where(Post.status == Status.PUBLISHED)
            ),
            "engagement": first(
                sa.select(Serves.engagement_id).where(Serves.action_id == first(action("Planter")))
            ),
            "act": first(sa.select(Plan.act_id).filter_by(slug=PRINTED)),
            "done": first(action("Planter")),
            "late": first(action("Fermer la rue")),
            "abandoned": first(action("Étudier la reconstruction")),
        }


@pytest.fixture(scope="module")
def tab(browser: Browser, demo_server: Any) -> Iterator[Callable[[str], Tab]]:
    """`tab("habitante")`: a tab of this person, signed in."""
    contexts: list[BrowserContext] = []
    tabs: dict[str, Tab] = {}

    def open_for(who: str) -> Tab:
        if who not in tabs:
            context = browser.new_context(
                base_url=demo_server.url, locale="fr-FR", timezone_id="Europe/Paris"
            )
            context.set_default_timeout(10_000)
            contexts.append(context)
            page = context.new_page()
            tabs[who] = Tab(page, [], [])
            page.on("request", lambda request: tabs[who].asked.append(request.url))
            page.on("console", lambda said: _note(tabs[who], said.type, said.text))
            page.on("pageerror", lambda error: tabs[who].complained.append(str(error)))
            if who in demonstration.ACCOUNTS:
                with demo_server.app.app_context():
                    come_in(page, demo_server, by_email(demonstration.ACCOUNTS[who]))
        return tabs[who]

    yield open_for
    for context in contexts:
        context.close()


def _note(tab: Tab, kind: str, text: str) -> None:
    if kind in ("error", "warning") and "404 (NOT FOUND)" not in text:
        tab.complained.append(text)


def faults(page: Page) -> str:
    """What axe has to say, one line a fault."""
    seen = Axe().run(page).response["violations"]
    return "\n".join(
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in seen
        for node in fault["nodes"][:3]
    )


@pytest.mark.parametrize(
    ("who", "path"), LOOKED_AT, ids=[f"{who}:{path}" for who, path in LOOKED_AT]
)
def test_a_page_is_for_everybody(tab, found, demo_server, who, path):
    page, asked, complained = tab(who)
    asked.clear()
    complained.clear()
    page.set_viewport_size(WIDE)
    answer = page.goto(path.format(**found))
    assert answer.status == (404 if path == "/nulle-part" else 200)
    assert faults(page) == ""
    page.set_viewport_size(NARROW)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
          .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
          .slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
    )
    assert too_wide == []
    assert [url for url in asked if not url.startswith(demo_server.url)] == []
    assert complained == []


@pytest.mark.parametrize(
    "path",
    ["/", f"/consultations/{OPEN}", "/contributions/{answered}", f"/plans/{PLAN}", "/connexion"],
)
def test_a_page_is_for_everybody_in_the_dark(tab, found, path):
    page = tab("visiteur").page
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(WIDE)
    page.goto(path.format(**found))
    said = faults(page)
    page.emulate_media(color_scheme="light")
    assert said == ""


@pytest.mark.parametrize(("who", "path", "deed"), DEEDS)
def test_a_page_is_for_the_keyboard_alone(tab, found, who, path, deed):
    """The first key skips to the content; the thing to do is reached, and seen to be reached."""
    page = tab(who).page
    page.set_viewport_size(WIDE)
    page.goto(path.format(**found))
    page.evaluate("document.activeElement.blur()")
    page.evaluate("window.getSelection().removeAllRanges(); scrollTo(0, 0)")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab") if _stands(page, "main *") else None
    for _ in range(150):
        if _stands(page, deed):
            break
        page.keyboard.press("Tab")
    assert _stands(page, deed), "out of reach"
    assert page.evaluate(
        """() => {
          const said = getComputedStyle(document.activeElement);
          return said.outlineStyle !== 'none' && parseFloat(said.outlineWidth) > 0
            || said.boxShadow !== 'none';
        }"""
    ), "one does not see where one is"


def test_the_first_key_skips_to_the_content(tab):
    page = tab("visiteur").page
    page.goto("/consultations")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert _stands(page, "main *")


def _stands(page: Page, selector: str) -> bool:
    """Whether the focus is on such a thing."""
    return page.evaluate("wanted => document.activeElement.matches(wanted)", selector)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/consultations/{OPEN}",
        f"/consultations/{OPEN}/contributions",
        "/contributions/{answered}",
    ],
)
def test_a_page_needs_no_script(browser, demo_server, found, path):
    context = browser.new_context(base_url=demo_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(path.format(**found))
    assert page.locator("h1").is_visible()
    assert page.locator("main a").count() > 3
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/consultations/{OPEN}",
        "/consultations/rue-des-lilas/contributions/nouvelle",
        "/contributions/{answered}",
        f"/plans/{PLAN}",
        "/actions/{done}",
    ],
)
def test_text_twice_as_large_stays_on_a_phone(browser, demo_server, found, path):
    phone = {"width": 360, "height": 740}
    context = browser.new_context(base_url=demo_server.url, viewport=phone, bypass_csp=True)
    page = context.new_page()
    page.goto(path.format(**found))
    page.add_style_tag(content="html { font-size: 36px !important }")
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    context.close()


def test_the_first_page_is_light(browser, demo_server):
    """The first page a visitor opens weighs less than 100 KB on the wire, style and script too."""
    context = browser.new_context(base_url=demo_server.url)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda end: weights.append(end["encodedDataLength"]))
    page.goto("/", wait_until="networkidle")
    context.close()
    assert weights
    assert sum(weights) <= 100 * 1024
