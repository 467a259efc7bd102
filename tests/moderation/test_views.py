"""The queue and the notices as pages: refused, overtaken, answered, never losing a word."""

import re
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions as comments
from consult.comments.models import Comment
from consult.core import files
from consult.core.db import db
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Decision, Notice, Verdict
from consult.people import consents
from consult.people.models import ConsentKind, RoleName
from consult.posts.models import Image, Status
from tests.counting import statements
from tests.factories import NOTICE, make_campaign, make_contribution, make_user, reasons, sign_in

WORDS = "« Clown » est une injure : dites-le autrement."


def text_of(reply) -> str:
    return reply.get_data(as_text=True)


def decisions() -> list[Decision]:
    return list(db.session.scalars(sa.select(Decision).order_by(Decision.id)))


def sent(verdict="publish", seen="1.0", **more) -> dict[str, str]:
    return {"key": "k", "verdict": verdict, "seen": seen, **more}


def answered(desk, text, words="Permis.") -> dict[str, str]:
    """What the form that leaves a text and answers sends, from the page as it stands."""
    page = desk.get(f"/moderation/{text.id}").text
    shown = dict(re.findall(r'name="(dismiss-(?:seen|last))"[^>]* value="([\d.-]+)"', page))
    return {"key": "d", "dismiss-words": words, **shown}


# All that a statement of reasons needs, for a text that speaks of the market.
REASONS = {"ground": "insult", "passage": "du marché", "aim": "person", "words": WORDS}


@pytest.fixture
def facilitator(ctx, noon):
    return make_user(RoleName.FACILITATOR, pseudonym="Amina")


@pytest.fixture
def desk(facilitator, client):
    return sign_in(client, facilitator)


def test_what_waits_for_an_agreement_taken_back_may_be_refused_and_nothing_else(desk):
    text = make_contribution(status=Status.PENDING)
    page = f"/moderation/{text.id}"
    assert {"publish", "redact", "refuse"} == set(offered(desk.get(page)))
    consents.note(text.author, ConsentKind.PUBLICATION, given=False)
    commit()
    assert offered(desk.get(page)) == ["refuse"]


def offered(reply) -> list[str]:
    """The verdicts a page offers."""
    return re.findall(r'name="verdict" value="(\w+)"', text_of(reply))


def test_a_picture_or_a_signature_added_meanwhile_is_not_published_unread(ctx, noon, app, desk):
    text = make_contribution(status=Status.PENDING)
    url = f"/moderation/{text.id}"
    read = re.search(r'name="seen"[^>]* value="([\d.-]+)"', desk.get(url).text)[1]
    kept = files.keep(b"RIFFxxxxWEBP", "image.webp", "image/webp", width=1, height=1)
    db.session.flush()
    db.session.add(Image(post_id=text.id, file_id=kept.id, thumbnail_id=kept.id))
    commit()
    assert desk.post(url, data=sent(seen=read)).status_code == 409
    read = re.search(r'name="seen"[^>]* value="([\d.-]+)"', desk.get(url).text)[1]
    text.byline = "Tout autre nom"
    commit()
    assert desk.post(url, data=sent(seen=read)).status_code == 409
    read = re.search(r'name="seen"[^>]* value="([\d.-]+)"', desk.get(url).text)[1]
    db.session.scalars(sa.select(Image)).one().alternative = "Des mots que personne n'a lus"
    commit()
    assert desk.post(url, data=sent(seen=read)).status_code == 409
    read = re.search(r'name="seen"[^>]* value="([\d.-]+)"', desk.get(url).text)[1]
    assert desk.post(url, data=sent(seen=read)).status_code == 303


def test_words_changed_while_a_notice_is_answered_wait_to_be_read(ctx, noon, app, desk):
    text = make_contribution()
    text.read_again()
    commit()
    app.test_client().post(f"/signaler/{text.id}", data=notice())
    answer = answered(desk, text)
    text.say(text.title, "Tout autre chose.", text.author)
    commit()
    desk.post(f"/moderation/{text.id}/ecarter", data=answer)
    db.session.refresh(text)
    assert text.waiting_since
    assert decisions() == []


def test_a_notice_that_came_meanwhile_waits_for_an_answer_of_its_own(ctx, noon, app, desk):
    text = make_contribution()
    app.test_client().post(f"/signaler/{text.id}", data=notice())
    answer = answered(desk, text)
    app.test_client().post(f"/signaler/{text.id}", data=notice(key="m", urgency="danger"))
    desk.post(f"/moderation/{text.id}/ecarter", data=answer)
    made = db.session.scalars(
        sa.select(Notice).order_by(Notice.id).execution_options(populate_existing=True)
    ).all()
    assert [one.closed_at is not None for one in made] == [True, False]
    db.session.refresh(text)
    assert text.waiting_since
    assert decisions() == []


def test_an_empty_queue_says_so_calmly(desk):
    assert "Tout est lu" in text_of(desk.get("/moderation"))


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (None, 303),
        ((), 403),
        ((RoleName.COUNCIL,), 403),
        ((RoleName.ADMINISTRATOR,), 403),
        ((RoleName.GUARANTOR,), 200),
        ((RoleName.FACILITATOR,), 200),
    ],
)
def test_who_opens_it(ctx, noon, client, roles, status):
    text = make_contribution(status=Status.PENDING)
    if roles is not None:
        sign_in(client, make_user(*roles))
    for url in ("/moderation", "/moderation/signalements", f"/moderation/{text.id}"):
        assert client.get(url).status_code == status


def test_the_guarantor_reads_and_finds_no_button(ctx, noon, client):
    text = make_contribution(status=Status.PENDING, title="Des bancs")
    sign_in(client, make_user(RoleName.GUARANTOR))
    seen = text_of(client.get("/moderation"))
    assert "Des bancs" in seen
    assert 'value="publish"' not in seen
    assert client.post(f"/moderation/{text.id}", data=sent()).status_code in (403, 422)
    assert decisions() == []


def test_one_publishes_and_is_led_to_the_next(desk):
    texts = [make_contribution(status=Status.PENDING, title=f"Texte {n}") for n in range(3)]
    reply = desk.post(f"/moderation/{texts[0].id}", data=sent())
    assert (reply.status_code, reply.location) == (303, f"/moderation/{texts[1].id}")
    seen = text_of(desk.get(reply.location))
    assert f'Publié\xa0: <a href="/moderation/{texts[0].id}">Texte 0</a>' in seen
    reply = desk.post(f"/moderation/{texts[2].id}", data=sent())
    assert reply.location == "/moderation"


def test_an_answer_is_read_without_the_sealed_words_before_it(desk):
    campaign = make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER)
    contribution = make_contribution(campaign, title="Un titre tu")
    first = comments.comment(make_user(), contribution, body="Des mots tus.")
    answer = comments.comment(make_user(), contribution, body="Toi-même.", parent=first)
    for post in (first, contribution):
        post.move_to(Status.RESTRICTED)
    commit()
    seen = text_of(desk.get(f"/moderation/{answer.id}"))
    assert "Toi-même." in seen
    assert "Des mots tus." not in seen
    assert "Un titre tu" not in seen


def test_the_filter_goes_along(desk):
    here, there = make_campaign(), make_campaign()
    first, _, third = (make_contribution(c, Status.PENDING) for c in (here, there, here))
    url = f"/moderation/{first.id}?campaign={here.slug}&kind=contribution"
    reply = desk.post(url, data=sent())
    assert reply.location == f"/moderation/{third.id}?campaign={here.slug}&kind=contribution"


@pytest.mark.parametrize(
    ("more", "field", "lacking"),
    [
        ({}, "ground", "Choisissez l’article de la charte."),
        ({"words": WORDS}, "ground", "Choisissez l’article de la charte."),
        ({**REASONS, "ground": "criticism"}, "ground", "Choisissez l’article"),
        ({**REASONS, "ground": "repeated"}, "ground", "L’article «"),
        ({**REASONS, "ground": "repeated", "aim": "nobody"}, "ground", "cet article ne s’applique"),
        ({**REASONS, "passage": ""}, "passage", "Recopiez les mots mêmes"),
        ({**REASONS, "passage": "jamais écrit"}, "passage", "Recopiez les mots mêmes"),
        ({**REASONS, "aim": ""}, "aim", "Dites ce que visent ces mots."),
        ({**REASONS, "aim": "conduct"}, "aim", "Critiquer ce que fait la ville est libre"),
        ({**REASONS, "ground": "unlawful"}, "law", "quelle loi"),
        ({**REASONS, "words": ""}, "words", "Écrivez pourquoi"),
        ({**REASONS, "words": "  "}, "words", "Écrivez pourquoi"),
    ],
)
def test_a_refusal_without_its_reasons_is_sent_back_with_what_was_typed(desk, more, field, lacking):
    text = make_contribution(status=Status.PENDING)
    reply = desk.post(f"/moderation/{text.id}", data=sent("refuse", **more))
    assert reply.status_code == 422
    assert lacking in text_of(reply).partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert more.get("words", "").strip() in text_of(reply)
    assert '<details class="queue-reasons" open>' in text_of(reply)
    assert decisions() == []


def test_a_refusal_with_its_reasons(desk):
    text = make_contribution(status=Status.PENDING)
    reply = desk.post(f"/moderation/{text.id}", data=sent("refuse", **REASONS))
    assert reply.status_code == 303
    (decision,) = decisions()
    assert (decision.verdict, decision.ground, decision.words) == ("refuse", "insult", WORDS)


def test_appeals_that_wait_are_counted_wherever_a_facilitator_looks(desk, app):
    text = make_contribution(status=Status.PENDING)
    desk.post(f"/moderation/{text.id}", data=sent("refuse", **REASONS))
    (decision,) = decisions()
    other = sign_in(app.test_client(), make_user(RoleName.FACILITATOR))
    assert "Recours (" not in text_of(other.get("/mon-espace"))
    moderation.appeal(decision.appellant, decision, words="Relisez.")
    commit()
    for page in ("/moderation", "/moderation/signalements", "/moderation/recours"):
        assert 'Recours <span class="count">1</span>' in text_of(other.get(page))
    assert "Recours (1)" in text_of(other.get("/mon-espace"))


def test_the_receipt_of_what_was_refused_does_not_begin_with_good_news(desk, client):
    author = make_user()
    text = make_contribution(status=Status.PENDING, author=author)
    desk.post(f"/moderation/{text.id}", data=sent("refuse", **REASONS))
    seen = text_of(sign_in(client, author).get(f"/recepisse/{text.receipt}"))
    assert "Votre contribution n’est pas publiée" in seen
    assert "est bien arrivée" not in seen


def test_a_slip_of_the_hand_is_taken_back(desk):
    text = make_contribution(status=Status.PENDING)
    desk.post(f"/moderation/{text.id}", data=sent("refuse", **REASONS))
    (first,) = decisions()
    url = f"/moderation/{text.id}"
    assert 'value="publish"' in text_of(desk.get(url))
    desk.post(url, data=sent(seen=f"1.{first.id}", key="another"))
    assert [one.verdict for one in decisions()] == [Verdict.REFUSE, Verdict.PUBLISH]
    assert 'value="restrict"' in text_of(desk.get(url))


def test_the_second_facilitator_meets_a_calm_page_and_keeps_their_words(desk, app):
    text = make_contribution(status=Status.PENDING)
    other = sign_in(app.test_client(), make_user(RoleName.FACILITATOR))
    desk.post(f"/moderation/{text.id}", data=sent())
    reply = other.post(f"/moderation/{text.id}", data=sent("refuse", **REASONS))
    assert reply.status_code == 409
    seen = text_of(reply)
    for words in ("Quelqu’un a été plus rapide", "Amina", "Publication", WORDS):
        assert words in seen
    assert len(decisions()) == 1


def test_the_same_click_twice_is_one_decision(desk):
    text = make_contribution(status=Status.PENDING)
    replies = [desk.post(f"/moderation/{text.id}", data=sent()) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert len(decisions()) == 1


def test_words_changed_meanwhile_are_read_again(desk):
    text = make_contribution(status=Status.PENDING)
    text.say(text.title, "Tout autre chose.", text.author)
    db.session.commit()
    reply = desk.post(f"/moderation/{text.id}", data=sent())
    assert reply.status_code == 409
    assert "Le texte a changé" in text_of(reply)
    assert decisions() == []


def test_eight_facilitators_at_once_make_one_decision(app, noon):
    with app.app_context():
        text = make_contribution(status=Status.PENDING).id
        clients = [sign_in(app.test_client(), make_user(RoleName.FACILITATOR)) for _ in range(8)]
    barrier, met = Barrier(8), []

    def click(number, client):
        data = sent() if number % 2 else sent("refuse", **REASONS)
        barrier.wait()
        met.append(client.post(f"/moderation/{text}", data=data).status_code)

    threads = [Thread(target=click, args=item) for item in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [303] + [409] * 7
    with app.app_context():
        assert len(decisions()) == 1


def test_a_comment_is_read_beside_what_it_answers(desk):
    campaign = make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER)
    contribution = make_contribution(campaign, title="Des tilleuls")
    first = comments.comment(make_user(), contribution, body="Qui paie ?")
    answer = comments.comment(make_user(), contribution, body="Toi.", parent=first)
    commit()
    seen = text_of(desk.get(f"/moderation/{answer.id}"))
    for words in ("Commentaire sur «\xa0Des tilleuls\xa0»", "Qui paie ?", "Toi.", "déjà affiché"):
        assert words in seen
    assert 'value="keep"' in seen


def test_what_a_queue_costs_does_not_grow(desk):
    campaign = make_campaign()
    for _ in range(25):
        text = make_contribution(campaign, Status.PENDING)
    url = f"/moderation/{text.id}"
    with statements() as made:
        desk.get(url)
    assert len(made) <= 14, "\n".join(
        " ".join(m.split())[:90] + " ... " + " ".join(m.split())[-90:] for m in made
    )


@pytest.mark.parametrize("number", ["999", "99999999999999999999"])
def test_what_does_not_exist_is_not_found(desk, number):
    assert desk.get(f"/moderation/{number}").status_code == 404


def test_a_draft_is_nobody_else_s(desk):
    assert desk.get(f"/moderation/{make_contribution(status=Status.DRAFT).id}").status_code == 404


# What readers point out.


def notice(**more) -> dict[str, str]:
    return {**NOTICE, "key": "n1", "words": "La deuxième ligne.", **more}


def test_a_comment_under_hidden_words_is_not_pointed_out_and_names_them_nowhere(ctx, noon, client):
    hidden = make_contribution(title="Tous des incapables", status=Status.RESTRICTED)
    under = Comment(contribution=hidden, campaign_id=hidden.campaign_id, author=make_user())
    db.session.add(under)
    db.session.flush()
    under.say("", "Il a raison.", under.author)
    under.move_to(Status.PUBLISHED)
    commit()
    for reply in (
        client.get(f"/signaler/{under.id}"),
        client.post(f"/signaler/{under.id}", data=notice()),
    ):
        assert reply.status_code == 404
        assert "incapables" not in reply.text


def test_anybody_points_a_text_out_and_follows_the_answer(ctx, noon, app, client, facilitator):
    text = make_contribution(title="Des bancs")
    url = f"/signaler/{text.id}"
    assert "Aucun compte n’est nécessaire" in text_of(client.get(url))
    reply = client.post(url, data=notice(email="voisine@exemple.fr"))
    assert reply.status_code == 303
    assert reply.location.startswith("/signalement/")
    assert "L’équipe d’animation va le lire" in text_of(client.get(reply.location))
    desk = sign_in(app.test_client(), facilitator)
    assert "La deuxième ligne." in text_of(desk.get("/moderation/signalements"))
    said = answered(desk, text, "C'est une critique.")
    there = f"/moderation/{text.id}/ecarter"
    blind = {name: value for name, value in said.items() if name != "dismiss-last"}
    assert desk.post(there, data=blind).status_code == 409  # which notices were read?
    assert "L’équipe d’animation va le lire" in text_of(client.get(reply.location))
    assert desk.post(there, data=said).location == "/moderation/signalements"
    seen = text_of(client.get(reply.location))
    assert "Le texte reste" in seen
    assert "C&#39;est une critique." in seen


def test_sent_twice_it_is_one_notice(ctx, noon, client):
    url = f"/signaler/{make_contribution().id}"
    first, second = (client.post(url, data=notice()) for _ in range(2))
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 1


def test_somebody_signed_in_is_not_asked_for_an_address(ctx, noon, client):
    user = make_user()
    sign_in(client, user)
    url = f"/signaler/{make_contribution().id}"
    assert 'name="email"' not in text_of(client.get(url))
    client.post(url, data=notice(email="autre@exemple.fr"))
    (made,) = db.session.scalars(sa.select(Notice))
    assert (made.reporter_id, made.email) == (user.id, None)


@pytest.mark.parametrize(
    ("more", "lacking"),
    [
        ({"ground": ""}, "Choisissez ce qui ne va pas."),
        ({"words": " "}, "Dites en quelques mots"),
        ({"email": "pas une adresse"}, "Ce n’est pas une adresse électronique"),
        ({"email": ""}, "Merci d’indiquer votre adresse électronique"),
        ({"name": ""}, "Merci d’indiquer votre nom"),
        ({"urgency": "hier"}, "urgent"),
        ({"good_faith": ""}, "Merci de déclarer que vous écrivez de bonne foi."),
    ],
)
def test_what_lacks_is_said_and_nothing_is_lost(ctx, noon, client, more, lacking):
    reply = client.post(f"/signaler/{make_contribution().id}", data=notice(**more))
    assert lacking in text_of(reply)
    assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 0


def test_a_network_that_sends_many_waits_and_keeps_its_words(ctx, noon, client):
    text = make_contribution()
    for number in range(10):
        assert client.post(f"/signaler/{text.id}", data=notice(key=f"n{number}")).status_code == 303
    reply = client.post(f"/signaler/{text.id}", data=notice(key="last"))
    assert reply.status_code == 429
    assert "La deuxième ligne." in text_of(reply)


def test_what_is_hidden_cannot_be_pointed_out(ctx, noon, client):
    text = make_contribution(status=Status.RESTRICTED)
    assert client.get(f"/signaler/{text.id}").status_code == 404


def test_the_page_of_a_receipt_shows_no_hidden_words(ctx, noon, app, client, facilitator):
    text = make_contribution(title="Un titre injurieux")
    receipt = client.post(f"/signaler/{text.id}", data=notice()).location
    assert "Un titre injurieux" in text_of(client.get(receipt))
    desk = sign_in(app.test_client(), facilitator)
    desk.post(f"/moderation/{text.id}", data=sent("restrict", **REASONS))
    seen = text_of(client.get(receipt))
    assert "Texte masqué" in seen
    assert "Un titre injurieux" not in seen
    assert WORDS not in seen
    assert client.get("/signalement/AAAAAAAAAA").status_code == 404


def test_an_answer_without_words_is_sent_back(desk, app):
    text = make_contribution()
    app.test_client().post(f"/signaler/{text.id}", data=notice())
    reply = desk.post(f"/moderation/{text.id}/ecarter", data={"key": "d", "dismiss-words": ""})
    assert reply.status_code == 422
    assert "Dites pourquoi le texte reste" in text_of(reply)


def test_answering_counts_as_reading(desk, app):
    campaign = make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER)
    comment = comments.comment(make_user(), make_contribution(campaign), body="Hum.")
    commit()
    app.test_client().post(f"/signaler/{comment.id}", data=notice())
    desk.post(f"/moderation/{comment.id}/ecarter", data=answered(desk, comment))
    assert "Tout est lu" in text_of(desk.get("/moderation"))


@pytest.mark.parametrize("most", [2, 6])
def test_the_list_of_appeals_takes_the_same_few_statements_however_many_wait(app, ctx, noon, most):
    first = make_user(RoleName.FACILITATOR)
    for _ in range(most):
        text = make_contribution()
        made = moderation.decide(first, text, verdict=Verdict.RESTRICT, why=reasons(text))
        moderation.appeal(text.author, made, words="Relisez.")
        commit()
    desk = sign_in(app.test_client(), make_user(RoleName.FACILITATOR))
    desk.get("/moderation/recours")
    db.session.expunge_all()
    with statements() as sent:
        shown = desk.get("/moderation/recours").text
    assert shown.count("/moderation/recours/") >= most
    assert len(sent) <= 10
