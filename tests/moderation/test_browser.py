"""A real browser empties the queue: by keyboard alone, and without any script."""

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions as comments
from consult.core.db import db
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.charter import Ground, Verdict
from consult.moderation.models import Decision
from consult.people.models import RoleName
from consult.posts.models import Post, Status
from tests.factories import make_campaign, make_contribution, make_user, reasons, sign_in


@pytest.fixture
def texts(app):
    """Three contributions and two comments that wait; one comment is pointed out."""
    with app.app_context():
        campaign = make_campaign()
        texts = [
            make_contribution(campaign, Status.PENDING, title=f"Proposition {n}").id
            for n in range(3)
        ]
        talk = make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER)
        shown = make_contribution(talk, title="Le marché couvert")
        for body in ("Quel clown, ce maire !", "Cette politique est une honte."):
            texts.append(comments.comment(make_user(), shown, body=body).id)
        commit()
        moderation.notify_content(
            None,
            db.session.get(Post, texts[-1]),
            ground=Ground.INSULT,
            words="Il critique.",
            name="Une voisine",
            email="voisine@exemple.fr",
        )
        commit()
        return texts


def enter(page, server, *roles):
    """The tab is signed in as somebody new who holds these roles."""
    with server.app.app_context():
        client = sign_in(server.app.test_client(), make_user(*roles))
        cookie = client.get_cookie("consult")
    page.context.add_cookies([{"name": "consult", "value": cookie.value, "url": server.url}])


def arrived(page, title):
    """Wait for the text of this title, and for the keys, which come with the script."""
    page.get_by_role("heading", name=title).wait_for()
    page.locator("[data-keys-switch]:visible").wait_for()


def statuses(server, numbers) -> list[str]:
    with server.app.app_context():
        return [db.session.get(Post, number).status.value for number in numbers]


def test_a_queue_is_emptied_by_keyboard(page, server, texts):
    enter(page, server, RoleName.FACILITATOR)
    page.goto("/moderation")
    arrived(page, "Proposition 0")
    page.keyboard.press("n")
    arrived(page, "Proposition 1")
    page.keyboard.press("j")
    arrived(page, "Proposition 2")
    page.keyboard.press("k")
    arrived(page, "Proposition 1")
    page.keyboard.press("k")
    arrived(page, "Proposition 0")
    page.keyboard.press("p")
    arrived(page, "Proposition 1")
    # A refusal: its article by number, its words, and the button after them.
    page.keyboard.press("r")
    page.keyboard.press("5")
    page.keyboard.press("Enter")  # too early: the words are missing, and nothing is published
    page.get_by_role("alert").get_by_text("Recopiez les mots mêmes").wait_for()
    assert statuses(server, texts[1:2]) == ["pending"]
    page.get_by_label("Les mots en cause").focus()
    page.keyboard.type("marché")
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Une annonce : la place du marché y est réservée.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    arrived(page, "Proposition 2")
    page.keyboard.press("p")
    arrived(page, "Commentaire sur « Le marché couvert »")
    page.locator("article").get_by_text("Quel clown, ce maire !").wait_for()
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    page.keyboard.type("clown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("« Clown » est une injure.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Une personne signale ce texte").wait_for()
    page.get_by_label("Pourquoi le texte reste").focus()
    page.keyboard.type("Critiquer une politique est permis.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Aucun signalement n’attend").wait_for()
    page.goto("/moderation")
    page.get_by_text("Tout est lu").wait_for()
    page.wait_for_load_state()
    assert statuses(server, texts) == [
        "published",
        "refused",
        "published",
        "restricted",
        "published",
    ]
    # A slip of the hand: the last decision is one key away.
    page.keyboard.press("u")
    page.get_by_role("heading", name="Commentaire sur « Le marché couvert »").wait_for()


def test_words_typed_for_a_refusal_survive_a_look_elsewhere(page, server, texts):
    enter(page, server, RoleName.FACILITATOR)
    page.goto(f"/moderation/{texts[0]}")
    page.keyboard.press("r")
    page.keyboard.press("7")
    page.get_by_label("Vos mots à l’autrice ou à l’auteur").fill("Ce n'est pas la question.")
    page.goto(f"/moderation/{texts[1]}")
    page.goto(f"/moderation/{texts[0]}")
    page.keyboard.press("r")
    typed = page.get_by_label("Vos mots à l’autrice ou à l’auteur")
    assert typed.input_value() == "Ce n'est pas la question."
    assert page.get_by_label("Sans rapport avec la question posée").is_checked()


def test_a_queue_is_emptied_without_script(browser, server, texts):
    context = browser.new_context(base_url=server.url, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    enter(page, server, RoleName.FACILITATOR)
    page.goto("/moderation")
    page.get_by_role("button", name="Publier").click()
    page.get_by_role("heading", name="Proposition 1").wait_for()
    page.locator("summary").click()
    page.get_by_label("Publicité").check()
    page.get_by_label("Les mots en cause").fill("marché")
    page.get_by_label("Personne : le problème est ailleurs").check()
    page.get_by_label("Vos mots à l’autrice ou à l’auteur").fill("La voirie vous répondra.")
    page.get_by_role("button", name="Refuser et prévenir").click()
    page.get_by_role("heading", name="Proposition 2").wait_for()
    context.close()
    assert statuses(server, texts[:3]) == ["published", "refused", "pending"]
    with server.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 2


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_hold_and_pass_axe(page, server, texts, width):
    page.set_viewport_size({"width": width, "height": 900})
    with server.app.app_context():
        shown = db.session.get(Post, texts[-1]).contribution_id
        sealed = db.session.get(Post, texts[0])
        decision = moderation.decide(
            make_user(RoleName.FACILITATOR), sealed, verdict=Verdict.REFUSE, why=reasons(sealed)
        )
        commit()
        other = db.session.get(Post, texts[1])
        again = moderation.decide(
            make_user(RoleName.FACILITATOR), other, verdict=Verdict.REFUSE, why=reasons(other)
        )
        appeal = moderation.appeal(again.appellant, again, words="Relisez, je vous prie.")
        paper = make_contribution()
        paper.author = None
        commit()
        nobody_s = moderation.decide(
            make_user(RoleName.FACILITATOR), paper, verdict=Verdict.RESTRICT, why=reasons(paper)
        )
        commit()
        receipt, contest = f"/decisions/{decision.receipt}", f"/recours/{appeal.receipt}"
        unsigned = f"/decisions/{nobody_s.receipt}/contester"
        judged, suspended = f"/moderation/recours/{appeal.id}", f"/moderation/{texts[0]}/suspendre"
    anonymous = [f"/signaler/{texts[-1]}", f"/contributions/{shown}/commenter"]
    resident = [f"/contributions/{shown}/commenter?answers={texts[-1]}", "/mon-espace/soutiens"]
    anonymous += ["/registre-de-moderation", receipt, unsigned, contest]
    desk = ["/moderation", f"/moderation/{texts[-1]}", "/moderation/signalements"]
    desk += ["/moderation/recours", judged, "/moderation/recours/saisir", suspended]
    for role, urls in ((None, anonymous), ((), resident), ((RoleName.FACILITATOR,), desk)):
        if role is not None:
            enter(page, server, *role)
        for url in urls:
            page.goto(url)
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
            found = Axe().run(page)
            assert found.violations_count == 0, url + found.generate_report()
