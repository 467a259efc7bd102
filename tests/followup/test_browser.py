"""A real browser asks, reads and compares: without any script, on a narrow telephone, for all."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from consult.engagements import actions as engagements
from consult.engagements import queries as plans
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Verdict
from consult.people.models import RoleName
from tests.engagements.making import clerk, make_plan, published
from tests.factories import make_user
from tests.followup.test_actions import report


@pytest.fixture
def town(app):
    """A plan with an edition, a revised promise, an agenda, a question and its reply."""
    with app.app_context():
        desk = clerk()
        plan = published(
            desk, make_plan(desk, "Éclairer", periodicity="chaque mois", dates_words="juin 2026")
        )
        (action,) = plans.actions_of(plan)
        report(desk, action, Progress.STARTED)
        followup.publish_edition(desk, plan, title="Un an", as_of_words="un an après")
        engagements.revise(desk, action, reason="Le gaz.", dates_words="mars 2027")
        question = followup.ask(None, action, body="Quand, au juste ?")
        followup.schedule(desk, action, name="Éclairer", first_on=date(2026, 6, 5))
        commit()
        moderation.decide(make_user(RoleName.FACILITATOR), question, verdict=Verdict.PUBLISH)
        followup.reply(desk, question, words="En mars.", signatory="Ada", unit="Port")
        commit()
        return plan.slug, action.id, question.id, question.receipt


def test_without_any_script(browser, server, town):
    _slug, action, _question, _receipt = town
    context = browser.new_context(base_url=server.url, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"/actions/{action}")
    page.get_by_role("link", name="Poser une question ou contester").click()
    page.get_by_label("Contester l’état affiché").check()
    page.get_by_label("Vos mots").fill("Aucune lampe ne brille.")
    page.get_by_role("button", name="Envoyer ma question").click()
    page.get_by_role("heading", name="Votre question est arrivée").wait_for()
    page.get_by_text("Aucune lampe ne brille.").wait_for()
    page.get_by_role("link", name="Retirer ma question").click()
    page.get_by_role("button", name="Retirer ma question").click()
    page.get_by_text("l’a retirée").wait_for()
    context.close()


def test_every_page_is_for_all_and_holds_on_a_telephone(browser, server, town):
    slug, action, question, receipt = town
    context = browser.new_context(
        base_url=server.url, locale="fr-FR", viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    for address in (
        f"/actions/{action}",
        f"/actions/{action}/question",
        f"/questions/{question}",
        f"/questions/recepisse/{receipt}",
        f"/plans/{slug}",
        f"/plans/{slug}/questions",
        f"/plans/{slug}/agenda",
        f"/plans/{slug}/promesses",
        f"/plans/{slug}/bilans/comparer",
    ):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], address
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{address}: {wide}"
    context.close()
