"""The pages where one comments: with and without an account, twice, too late."""

import re
from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions
from consult.comments.models import Comment
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, sign_in


@pytest.fixture
def contribution(ctx, noon):
    return make_contribution(make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER))


def text_of(reply) -> str:
    return reply.get_data(as_text=True)


def comments() -> list[Comment]:
    return list(db.session.scalars(sa.select(Comment).order_by(Comment.id)))


def words(body="Une bonne idée.", **more) -> dict[str, str]:
    return {"key": "k1", "body": body, "side": "for", **more}


def test_a_visitor_finds_the_way_in_and_no_form(contribution, client):
    url = f"/contributions/{contribution.id}/commenter"
    reply = client.get(url)
    seen = text_of(reply)
    assert "Se connecter pour commenter" in seen
    assert "<textarea" not in seen
    assert "csrf_token" not in seen
    assert "Set-Cookie" not in reply.headers


def test_words_stand_at_their_place_once_sent(contribution, client):
    sign_in(client, make_user(pseudonym="Camille"))
    url = f"/contributions/{contribution.id}/commenter"
    reply = client.post(url, data=words("Une *bonne* idée.\n\n<script>alert(1)</script>"))
    (comment,) = comments()
    assert reply.status_code == 303
    assert reply.location.endswith(f"#comment-{comment.id}")
    seen = text_of(client.get(reply.location.partition("#")[0]))
    assert "Une <em>bonne</em> idée." in seen
    assert "<script>alert" not in seen
    assert "Camille" in seen
    assert re.search(r"\b(1|Un) commentaire\b", seen)


def test_sent_twice_it_stands_once(contribution, client):
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}/commenter"
    first, second = (client.post(url, data=words()) for _ in range(2))
    assert first.location == second.location
    assert len(comments()) == 1


def test_ten_hands_at_once_send_it_once(app, noon):
    with app.app_context():
        contribution = make_contribution(make_campaign(PhaseKind.DISCUSS)).id
        user = make_user()
        clients = [sign_in(app.test_client(), user) for _ in range(10)]
    met = []

    def click(client):
        reply = client.post(f"/contributions/{contribution}/commenter", data=words())
        met.append(reply.status_code)

    threads = [Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [303] * 10
    with app.app_context():
        assert len(comments()) == 1


def test_somebody_else_s_key_is_nobody_s_business(contribution, app, client):
    url = f"/contributions/{contribution.id}/commenter"
    sign_in(client, make_user())
    client.post(url, data=words())
    other = sign_in(app.test_client(), make_user())
    reply = other.post(url, data=words("Autre chose."))
    assert reply.status_code == 409
    assert len(comments()) == 1


def test_what_waits_is_shown_to_its_author_alone(ctx, noon, app, client):
    contribution = make_contribution(make_campaign(PhaseKind.DISCUSS))
    sign_in(client, make_user())
    reply = client.post(
        f"/contributions/{contribution.id}/commenter",
        data=words("Un secret."),
        follow_redirects=True,
    )
    assert "Merci. Votre commentaire est bien arrivé" in text_of(reply)
    assert "Votre commentaire attend d’être lu" in text_of(reply)
    assert "Un secret." in text_of(reply)
    stranger = app.test_client()
    assert "Un secret." not in text_of(stranger.get(f"/contributions/{contribution.id}"))


def test_an_empty_or_endless_comment_is_sent_back_with_its_words(contribution, client):
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}/commenter"
    assert "Écrivez votre commentaire." in text_of(client.post(url, data=words("   ")))
    long = "Encore un mot. " * 300
    seen = text_of(client.post(url, data=words(long)))
    assert "3\u202f000 caractères au plus" in seen
    assert long.strip() in seen
    assert comments() == []


def test_too_late_the_words_are_given_back(contribution, client):
    sign_in(client, make_user())
    with clock.frozen(clock.now() + timedelta(days=31)):
        reply = client.post(
            f"/contributions/{contribution.id}/commenter", data=words("Juste trop tard.")
        )
    assert reply.status_code == 403
    seen = text_of(reply)
    assert "La discussion est close depuis le 15 juillet 2026." in seen
    assert "Juste trop tard." in seen


def test_one_answers_a_comment(contribution, client):
    first = actions.comment(make_user(), contribution, body="Qui paie ?")
    commit()
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}/commenter?answers={first.id}"
    assert "Qui paie ?" in text_of(client.get(url))
    client.post(url, data=words("La région.", answers=first.id))
    answer = comments()[-1]
    assert (answer.parent_id, answer.thread_id) == (first.id, first.id)


def test_only_agents_find_the_field_that_speaks_for_the_town(contribution, app, client):
    url = f"/contributions/{contribution.id}/commenter"
    sign_in(client, make_user())
    assert "Au nom de" not in text_of(client.get(url))
    reply = client.post(url, data=words(unit="Le maire"))
    assert reply.status_code == 403
    assert comments() == []
    clerk = sign_in(app.test_client(), make_user(RoleName.COUNCIL))
    assert "Au nom de" in text_of(clerk.get(url))
    clerk.post(url, data=words("La ville étudie.", key="k2", unit="Service commerce"))
    seen = text_of(client.get(f"/contributions/{contribution.id}"))
    assert "Service commerce" in seen
    assert "La ville</span>" in seen


def test_it_is_withdrawn_after_a_page_that_says_what_it_means(contribution, app, client):
    author = make_user()
    comment = actions.comment(author, contribution, body="Je regrette.")
    actions.comment(make_user(), contribution, body="Moi non.", parent=comment)
    commit()
    url = f"/commentaires/{comment.id}/retirer"
    stranger = sign_in(app.test_client(), make_user())
    assert stranger.get(url).status_code == stranger.post(url).status_code == 403
    sign_in(client, author)
    assert "On ne peut pas revenir en arrière" in text_of(client.get(url))
    reply = client.post(url, data={"key": "k"}, follow_redirects=True)
    seen = text_of(reply)
    assert "Ce commentaire a été retiré" in seen
    assert "Je regrette." not in seen
    assert "Moi non." in seen


def test_a_comment_has_an_address_of_its_own(contribution, client):
    author = make_user()
    for number in range(45):
        actions.comment(author, contribution, body=f"Remarque {number}.")
    commit()
    for comment in comments()[::11]:
        reply = client.get(f"/commentaires/{comment.id}")
        assert reply.status_code == 303
        seen = text_of(client.get(reply.location.partition("#")[0]))
        assert f'id="comment-{comment.id}"' in seen
    assert client.get("/commentaires/9999").status_code == 404


def test_a_hidden_comment_leaves_a_sentence(contribution, client):
    comment = actions.comment(make_user(), contribution, body="Quel clown.")
    comment.move_to(Status.RESTRICTED)
    commit()
    seen = text_of(client.get(f"/contributions/{contribution.id}"))
    assert "Ce commentaire a été masqué" in seen
    assert "Quel clown." not in seen


def test_every_comment_can_be_pointed_out_in_one_click(contribution, client):
    comment = actions.comment(make_user(), contribution, body="Un mot.")
    commit()
    seen = text_of(client.get(f"/contributions/{contribution.id}"))
    assert f"/signaler/{comment.id}" in seen
    assert f"/signaler/{contribution.id}" in seen


def test_the_page_of_a_contribution_keeps_its_budget_with_many_comments(contribution, client):
    author = make_user()
    for _ in range(60):
        actions.comment(author, contribution, body="Un mot.")
    commit()
    number = contribution.id
    with statements() as sent:
        client.get(f"/contributions/{number}?after=30-30")
    assert len(sent) <= 12


def test_sending_takes_few_queries(contribution, client):
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}/commenter"
    with statements() as sent:
        client.post(url, data=words())
    assert len(sent) <= 20  # two more look for a burst of the same text, and count the tries


def test_a_comment_that_is_gone_no_longer_names_its_author(contribution, client):
    first = actions.comment(make_user(), contribution, body="Le premier avis.")
    zoe, other = make_user(pseudonym="Zénobie"), make_user()
    answer = actions.comment(zoe, contribution, body="Je réponds.", parent=first)
    commit()
    actions.comment(other, contribution, body="Moi aussi.", parent=answer)
    thread = actions.comment(zoe, contribution, body="Un second avis.")
    commit()
    for number in range(25):
        actions.comment(other, contribution, body=f"Réponse {number}.", parent=thread)
    commit()
    url = f"/contributions/{contribution.id}"
    pages = (url, f"{url}?after={thread.id}-{thread.id + 20}")
    assert all("Zénobie" in text_of(client.get(page)) for page in pages)
    for one in (answer, thread):
        actions.withdraw(zoe, one)
    commit()
    assert not any("Zénobie" in text_of(client.get(page)) for page in pages)


def test_what_stands_in_an_unpublished_consultation_is_not_commented(ctx, noon, client):
    hidden = make_contribution(make_campaign(published=False))
    assert client.get(f"/contributions/{hidden.id}/commenter").status_code == 404
