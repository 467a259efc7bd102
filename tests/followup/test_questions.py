"""A resident asks about an action: a receipt at once, a public reply, or the days without one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.core.rules import Refused
from consult.core.search import SearchEntry
from consult.engagements import actions as engagements
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.followup import asking, jobs, queries
from consult.followup.models import Purpose, Question, Reply
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import Follow, Letter, Role, RoleName
from consult.posts.models import Status
from tests.counting import statements
from tests.engagements.making import clerk, first_action, make_plan, published
from tests.factories import NOTICE, make_user, reasons, sign_in
from tests.followup.test_actions import report

WORDS = "Les lampes seront-elles allumées **toute la nuit** ?"


@pytest.fixture
def action(ctx, noon):
    desk = clerk()
    return first_action(published(desk, make_plan(desk, unit="Service du port")))


@pytest.fixture
def facilitator(ctx, noon):
    return make_user(RoleName.FACILITATOR)


def asked(actor, action, **said) -> Question:
    question = followup.ask(actor, action, **{"body": WORDS, **said})
    commit()
    return question


def shown(facilitator, question) -> Question:
    moderation.decide(facilitator, question, verdict=Verdict.PUBLISH)
    commit()
    return question


def replied(actor, question, words="Oui, jusqu'à l'aube.", **said) -> Reply:
    signed = {"signatory": "Camille Martin", "unit": "Service du port"}
    reply = followup.reply(actor, question, words=words, **{**signed, **said})
    commit()
    return reply


def told(name) -> set[int]:
    rows = sa.select(Notification.user_id).join(Event, Event.id == Notification.event_id)
    return set(db.session.scalars(rows.where(Event.name == name)))


# Asking.


def test_a_visitor_asks_without_an_account_and_keeps_a_number(action, client):
    page = f"/actions/{action.id}/question"
    form = client.get(page)
    assert "Service du port" in form.text
    assert "Set-Cookie" not in form.headers or "no-store" in form.headers["Cache-Control"]
    reply = client.post(
        page,
        data={"body": WORDS, "byline": "Léa", "email": "lea@exemple.fr", "key": "k1"},
    )
    question = db.session.scalar(sa.select(Question))
    assert reply.location == f"/questions/recepisse/{question.receipt}"
    receipt = client.get(reply.location)
    assert receipt.headers["Cache-Control"] == "private, no-store"
    for words in (
        "15 juin 2026 à 12 h 00",  # day and hour
        "<strong>toute la nuit</strong>",  # the copy
        "15 juillet 2026",  # until when
        "Service du port",  # whom it goes to
        "Léa",
        "En attente de modération",
    ):
        assert words in receipt.text
    assert question.status == Status.PENDING
    assert question.receipt[:5] in receipt.text
    (letter,) = db.session.scalars(sa.select(Letter))
    assert (letter.kind, letter.to) == ("followup.receipt", "lea@exemple.fr")


def test_the_same_form_sent_twice_asks_once(action, client):
    page, data = f"/actions/{action.id}/question", {"body": WORDS, "key": "once"}
    first, second = client.post(page, data=data), client.post(page, data=data)
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count(Question.id))) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"body": "  "}, "Écrivez votre question."),
        ({"body": "x" * 3001}, "3 000 caractères au plus"),
        ({"body": WORDS, "email": "lea"}, "pas une adresse"),
        ({"body": WORDS, "byline": "L" * 81}, "80 caractères au plus"),
        ({"body": WORDS, "byline": "Le Maire"}, "Choisissez-en un autre"),
    ],
)
def test_what_is_wrong_stays_beside_its_field(action, client, data, words):
    reply = client.post(f"/actions/{action.id}/question", data=data)
    assert reply.status_code == 200
    assert words in reply.text.replace("\u202f", " ")
    assert db.session.scalar(sa.select(sa.func.count(Question.id))) == 0


def test_many_questions_from_one_place_wait(action, client, monkeypatch):
    monkeypatch.setattr("consult.followup.views.NETWORK_QUESTIONS", 2)
    page = f"/actions/{action.id}/question"
    for number in range(2):
        assert client.post(page, data={"body": f"Question {number}"}).status_code == 303
    refused = client.post(page, data={"body": "Encore une"})
    assert refused.status_code == 429
    assert "Encore une" in refused.text


def test_a_status_is_contested_as_it_stood(action, facilitator):
    with pytest.raises(Refused):
        asked(None, action, purpose=Purpose.CONTEST)
    report(clerk(), action, Progress.STARTED)
    question = asked(None, action, purpose=Purpose.CONTEST)
    report(clerk(), action, Progress.WELL_ADVANCED)
    assert question.contested == Progress.STARTED
    assert action.progress == Progress.WELL_ADVANCED  # a question closes nothing


def test_the_form_offers_to_contest_only_what_was_said(action, client):
    page = f"/actions/{action.id}/question"
    assert 'value="contest"' not in client.get(page).text
    report(clerk(), action, Progress.STARTED)
    assert 'value="contest"' in client.get(page).text


def test_who_may_not_ask(ctx, noon):
    desk = clerk()
    draft = first_action(make_plan(desk))
    with pytest.raises(Refused):
        asked(None, draft)
    public = first_action(published(desk, make_plan(desk)))
    with pytest.raises(Refused):
        asked(make_user(RoleName.GUARANTOR), public)


# Moderation, like any text.


def test_it_is_read_first_by_facilitators_who_hear_of_it_once(action, facilitator, client):
    first = asked(None, action)
    asked(None, action, body="Et l'hiver ?")
    assert told("followup.ask") == {facilitator.id}
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 1
    assert client.get(f"/questions/{first.id}").status_code == 404
    assert WORDS[:20] not in client.get(f"/actions/{action.id}").text
    sign_in(client, facilitator)
    queue = client.get("/moderation?kind=question")
    assert "Question" in queue.text
    page = client.get(f"/moderation/{first.id}").text
    assert action.title in page
    assert action.plan.title in page
    sent = {"key": "k", "verdict": "publish", "seen": "1.0"}
    assert client.post(f"/moderation/{first.id}", data=sent).status_code == 303
    assert client.get(f"/questions/{first.id}").status_code == 200


def test_only_its_facilitators_read_what_is_asked_about_a_plan(action, client):
    question = asked(None, action)
    for plan_id, status in ((action.plan_id, 200), (None, 403)):
        reader = make_user()
        role = Role(user_id=reader.id, name=RoleName.FACILITATOR, plan_id=plan_id)
        if plan_id is None:
            role.name = RoleName.COUNCIL
        db.session.add(role)
        db.session.commit()
        sign_in(client, reader)
        assert client.get(f"/moderation/{question.id}").status_code == status
        if status == 200:
            assert question.title[:20] in client.get("/moderation").text


def test_a_refusal_is_told_on_the_receipt(action, facilitator, client):
    question = asked(make_user(), action)
    moderation.decide(
        facilitator,
        question,
        verdict=Verdict.REFUSE,
        why=reasons(question, Ground.PRIVACY, "Un nom y est."),
    )
    commit()
    receipt = client.get(f"/questions/recepisse/{question.receipt.lower()}").text
    assert "Un nom y est." in receipt
    assert told("moderation.decide") == {question.author_id}
    assert told("moderation.shown") == set()


def test_hidden_words_stay_sealed_to_those_who_work_here_even_with_their_number(
    action, facilitator, client
):
    question = shown(facilitator, asked(None, action))
    why = reasons(question, Ground.PRIVACY, "Un nom y est.")
    moderation.decide(facilitator, question, verdict=Verdict.RESTRICT, why=why)
    commit()
    page, words = f"/questions/recepisse/{question.receipt}", question.body[:20]
    assert words in client.get(page).text  # whoever holds the number
    sign_in(client, make_user(RoleName.COUNCIL))
    reply = client.get(page).text
    assert words not in reply
    assert "Un nom y est." not in reply


def test_what_is_hidden_is_shown_nowhere(action, facilitator, client):
    question = shown(facilitator, asked(None, action))
    assert db.session.scalar(sa.select(SearchEntry).filter_by(kind="question"))
    assert question.title[:20] in client.get("/recherche?q=lampes&kind=question").text
    moderation.decide(
        facilitator,
        question,
        verdict=Verdict.RESTRICT,
        why=reasons(question, Ground.INSULT, "Injure."),
    )
    commit()
    assert client.get(f"/questions/{question.id}").status_code == 404
    assert not db.session.scalar(sa.select(SearchEntry).filter_by(kind="question"))
    assert asking.counted(action.plan).asked == 0


def test_anybody_points_it_out(action, facilitator, client):
    question = shown(facilitator, asked(None, action))
    page = client.get(f"/signaler/{question.id}")
    assert page.status_code == 200
    reply = client.post(
        f"/signaler/{question.id}", data={**NOTICE, "ground": "privacy", "key": "n"}
    )
    assert reply.status_code == 303
    assert f"/questions/{question.id}" in client.get(reply.location).text


def test_its_author_takes_it_back(action, client):
    author = make_user()
    question = asked(author, action)
    page = f"/questions/recepisse/{question.receipt}/retirer"
    assert client.get(page).location.startswith("/connexion")
    assert sign_in(client, make_user()).get(page).status_code == 403
    sign_in(client, author)
    assert client.post(page).status_code == 303
    assert db.session.get(Question, question.id).status == Status.WITHDRAWN
    assert client.post(page).status_code == 403


def test_whoever_holds_the_receipt_of_an_unsigned_question_takes_it_back(action, client):
    question = asked(None, action, email="lea@exemple.fr")
    assert client.post(f"/questions/recepisse/{question.receipt}/retirer").status_code == 303
    db.session.expire_all()
    assert (question.status, question.email) == (Status.WITHDRAWN, None)


# To whom it goes.


def test_it_goes_to_the_pilot_once_it_is_shown(action, facilitator, outbox, app):
    pilot = make_user(email="pilote@exemple.fr")
    engagements.appoint(clerk(), action, pilot)
    commit()
    question = asked(None, action)
    assert pilot.id not in told("followup.ask")
    shown(facilitator, question)
    assert told("moderation.shown") == {pilot.id}
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work_once(app)
    (letter,) = [
        one for one in outbox if one.to == ["pilote@exemple.fr"] and "question" in one.body
    ]
    assert f"/questions/{question.id}" in letter.body


def test_without_a_pilot_it_goes_to_the_desk(action, facilitator):
    desk = make_user(RoleName.COUNCIL)
    shown(facilitator, asked(None, action))
    assert desk.id in told("moderation.shown")


# The reply.


def test_the_reply_is_public_signed_and_dated(action, facilitator, client, noon):
    pilot, author = make_user(name="Ada Lo", position="Port"), make_user()
    engagements.appoint(clerk(), action, pilot)
    commit()
    question = shown(facilitator, asked(author, action))
    page = f"/questions/{question.id}"
    with clock.frozen(noon + timedelta(days=12)):
        for place in (page, f"/actions/{action.id}", f"/plans/{action.plan.slug}/questions"):
            assert "ans réponse depuis 12 jours" in client.get(place).text
        plan_page = client.get(f"/plans/{action.plan.slug}").text
        assert "une question sans réponse" in plan_page
        assert "depuis 12 jours" in plan_page
        sign_in(client, pilot)
        form = client.get(f"{page}/repondre").text
        assert 'value="Ada Lo"' in form
        sent = {"words": "Oui.", "signatory": "Ada Lo", "unit": "Service du port", "key": "r"}
        assert client.post(f"{page}/repondre", data={**sent, "words": ""}).status_code == 200
        for _twice in range(2):
            assert client.post(f"{page}/repondre", data=sent).location == page
        seen = client.get(page).text
    for words in ("Oui.", "Ada Lo", "Service du port", "27 juin 2026"):
        assert words in seen
    assert db.session.scalar(sa.select(sa.func.count(Reply.id))) == 1
    assert told("followup.reply") == {author.id}
    assert asking.counted(action.plan) == (1, 1, None)


def test_a_second_reply_is_added_and_nothing_is_overwritten(action, facilitator, client, noon):
    question = shown(facilitator, asked(None, action))
    desk = clerk()
    replied(desk, question, "Oui.")
    with clock.frozen(noon + timedelta(days=1)):
        replied(desk, question, "Non, finalement.")
    seen = client.get(f"/questions/{question.id}").text
    assert seen.index("Oui.") < seen.index("Non, finalement.")
    assert question.answered_at == noon
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.update(Reply).values(words="Rien."))


def test_a_visitor_who_left_an_address_is_told_by_mail(action, facilitator, outbox, app):
    question = shown(facilitator, asked(None, action, email="lea@exemple.fr"))
    replied(clerk(), question)
    work_once(app)
    letters = [one for one in outbox if one.to == ["lea@exemple.fr"]]
    assert len(letters) == 2  # the receipt, the reply
    assert all(question.receipt in one.body.replace(" ", "") for one in letters)


def test_an_address_goes_once_no_letter_can_follow(action, facilitator, noon):
    answered = shown(facilitator, asked(None, action, email="lea@exemple.fr"))
    replied(clerk(), answered)
    waiting = asked(None, action, body="Et là ?", email="leo@exemple.fr")
    for days, left in ((89, "lea@exemple.fr"), (91, None)):
        with clock.frozen(noon + timedelta(days=days)):
            jobs.forget()
        db.session.expire_all()
        assert (answered.email, waiting.email) == (left, "leo@exemple.fr")


def test_those_who_follow_the_action_hear_of_the_reply(action, facilitator):
    follower = make_user()
    db.session.add(Follow(user_id=follower.id, subject_kind="action", subject_id=action.id))
    db.session.commit()
    replied(clerk(), shown(facilitator, asked(None, action)))
    assert told("followup.reply") == {follower.id}


@pytest.mark.parametrize("role", [None, RoleName.GUARANTOR, RoleName.ADMINISTRATOR])
def test_who_may_not_reply(action, facilitator, role):
    question = shown(facilitator, asked(None, action))
    with pytest.raises(Refused):
        replied(make_user(*([role] if role else [])), question)


def test_nobody_replies_to_what_nobody_can_read(action):
    with pytest.raises(Refused):
        replied(clerk(), asked(None, action))


def test_the_reply_stands_in_the_journal_and_the_feed(action, facilitator, client):
    question = shown(facilitator, asked(None, action))
    replied(clerk(), question)
    for page in ("/journal", "/flux.atom", f"/plans/{action.plan.slug}/flux.atom"):
        seen = client.get(page).text
        assert "La ville a répondu à une question" in seen, page
        assert f"/questions/{question.id}" in seen


# Lists.


def test_the_lists_of_a_plan_and_of_a_pilot(action, facilitator, client, noon):
    desk = clerk()
    old = shown(facilitator, asked(None, action, body="La plus ancienne"))
    with clock.frozen(noon + timedelta(days=1)):
        new = shown(facilitator, asked(None, action, body="La plus récente"))
    replied(desk, new)
    pages = f"/plans/{action.plan.slug}/questions"
    everything, waiting = client.get(pages).text, client.get(f"{pages}?vue=attente").text
    assert everything.index("La plus récente") < everything.index("La plus ancienne")
    assert "La plus récente" not in waiting
    assert "La plus ancienne" in waiting
    assert queries.picture(action.plan)["figures"]["questions"] == {"asked": 2, "answered": 1}
    mine = sign_in(client, desk).get("/suivi?vue=questions").text
    assert f"/questions/{old.id}/repondre" in mine
    assert f"/questions/{new.id}/repondre" not in mine
    services = client.get("/suivi?vue=services").text
    assert "Service du port" in services
    assert asking.waiting_count(make_user()) == 0


def test_a_page_of_many_questions_asks_as_much_as_with_one(action, facilitator, client):
    desk = clerk()
    pages = (
        f"/actions/{action.id}",
        f"/plans/{action.plan.slug}/questions",
        "/suivi?vue=questions",
    )

    def measured() -> list[int]:
        sent = []
        for page in pages:
            client.get(page)
            with statements() as said:
                assert client.get(page).status_code == 200
            sent.append(len(said))
        return sent

    replied(desk, shown(facilitator, asked(make_user(), action)))
    shown(facilitator, asked(make_user(), action))
    sign_in(client, desk)
    few = measured()
    for number in range(8):
        question = shown(facilitator, asked(make_user(), action, body=f"Question {number}"))
        if number % 2:
            replied(desk, question)
    assert measured() == few


def test_the_number_is_found_and_ones_own_page_lists_it(action, facilitator, client):
    author = make_user()
    question = asked(author, action)
    number = f"{question.receipt[:5].lower()} {question.receipt[5:]}"
    reply = client.get("/recepisse", query_string={"number": number})
    assert reply.location == f"/questions/recepisse/{question.receipt}"
    seen = sign_in(client, author).get("/mon-espace").text
    assert f"/questions/recepisse/{question.receipt}" in seen
    assert "Mes questions" not in sign_in(client, make_user()).get("/mon-espace").text
