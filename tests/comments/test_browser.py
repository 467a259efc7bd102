"""A real browser comments, supports and points out: without any script, and by keyboard alone."""

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments.models import Comment
from consult.core.db import db
from consult.moderation.models import Notice
from consult.votes.models import Support
from tests.factories import make_campaign, make_contribution, make_user, sign_in


@pytest.fixture
def contribution(app):
    with app.app_context():
        campaign = make_campaign(
            PhaseKind.DISCUSS, PhaseKind.VOTE, moderation=Moderation.AFTER, support_limit=2
        )
        return make_contribution(campaign, title="Des tilleuls").id


def enter(context, server):
    with server.app.app_context():
        cookie = sign_in(server.app.test_client(), make_user()).get_cookie("consult")
    context.add_cookies([{"name": "consult", "value": cookie.value, "url": server.url}])


def count(server, model) -> int:
    with server.app.app_context():
        return db.session.scalar(sa.select(sa.func.count(model.id)))


def test_without_any_script(browser, server, contribution):
    context = browser.new_context(base_url=server.url, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"/contributions/{contribution}")
    page.get_by_role("link", name="Signaler").first.click()
    page.get_by_label("Publicité").check()
    page.get_by_label("Avec vos mots").fill("Il vend des tilleuls.")
    page.get_by_label("Votre nom").fill("Camille Durand")
    page.get_by_label("Votre adresse électronique").fill("camille@exemple.fr")
    page.get_by_label("Je déclare").check()
    page.get_by_role("button", name="Envoyer mon signalement").click()
    page.get_by_text("Votre signalement est bien arrivé").wait_for()
    enter(context, server)
    page.goto(f"/contributions/{contribution}")
    page.get_by_role("button", name="Soutenir cette contribution").click()
    page.get_by_text("Vous soutenez cette contribution.").wait_for()
    page.get_by_role("link", name="Écrire un commentaire").click()
    page.get_by_label("Votre commentaire", exact=True).fill("Et qui les arrosera ?")
    page.get_by_role("button", name="Envoyer mon commentaire").click()
    page.get_by_text("Et qui les arrosera ?").wait_for()
    page.get_by_role("link", name="Répondre").click()
    page.get_by_label("Votre commentaire", exact=True).fill("Les enfants de l'école.")
    page.get_by_label("Pour", exact=True).check()
    page.get_by_role("button", name="Envoyer mon commentaire").click()
    page.get_by_text("Les enfants de l'école.").wait_for()
    context.close()
    assert [count(server, model) for model in (Notice, Support, Comment)] == [1, 1, 2]


def test_by_keyboard_alone_and_words_survive_a_closed_session(page, server, contribution):
    enter(page.context, server)
    page.goto(f"/contributions/{contribution}/commenter")
    page.get_by_label("Votre commentaire", exact=True).focus()
    page.keyboard.type("Sous les tilleuls, il fera frais.")
    # The session ends meanwhile: the words wait in the tab.
    page.context.clear_cookies()
    page.get_by_role("button", name="Envoyer mon commentaire").press("Enter")
    page.wait_for_load_state()
    enter(page.context, server)
    page.goto(f"/contributions/{contribution}/commenter")
    field = page.get_by_label("Votre commentaire", exact=True)
    assert field.input_value() == "Sous les tilleuls, il fera frais."
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Envoyer mon commentaire").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Sous les tilleuls, il fera frais.").wait_for()
    page.get_by_role("button", name="Soutenir cette contribution").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reprendre mon soutien").wait_for()
    assert [count(server, model) for model in (Support, Comment)] == [1, 1]
