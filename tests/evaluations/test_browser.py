"""A facilitator asks residents what a plan did, in a real browser; the pages are for all eyes."""

from axe_playwright_python.sync_playwright import Axe

from consult.campaigns.models import Campaign, State
from consult.core.db import db
from consult.people.models import RoleName
from tests.evaluations.test_evaluations import a_measured_plan
from tests.factories import come_in, make_user


def test_from_the_plan_to_what_there_is_to_judge(page, server):
    with server.app.app_context():
        plan = a_measured_plan().slug
        come_in(page, server, make_user(RoleName.FACILITATOR))
    page.goto(f"/plans/{plan}")
    page.get_by_role("link", name="Demander aux habitantes et habitants d’évaluer").click()
    page.wait_for_url(f"**/plans/{plan}/evaluer")
    is_for_all_eyes(page)
    page.get_by_role("button", name="Commencer l’évaluation").click()
    page.wait_for_url("**/modifier")
    page.get_by_text("à l’abri des regards").first.wait_for()
    with server.app.app_context():
        campaign = Campaign.query.filter(Campaign.evaluates_id.is_not(None)).one()
        campaign.move_to(State.PUBLISHED)
        slug = campaign.slug
        db.session.commit()
    page.goto(f"/consultations/{slug}/a-evaluer")
    page.get_by_text("Part du vélo").first.wait_for()
    is_for_all_eyes(page)


def is_for_all_eyes(page) -> None:
    """Nothing an automatic judge finds, and no scrolling sideways on the smallest telephone."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
