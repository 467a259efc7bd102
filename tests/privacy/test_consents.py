"""What one agrees to is asked apart, explained, dated, easily taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.contributions import actions
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.followup.models import Question
from consult.journal.actions import commit
from consult.people import actions as people
from consult.people.consents import WORDING, has_agreed
from consult.people.models import Consent, ConsentKind, User
from consult.posts.models import Status
from consult.privacy.models import Profile
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.engagements.making import clerk, first_action, make_plan, published
from tests.factories import make_campaign, make_contribution, make_user, sign_in


@pytest.fixture
def newcomer(ctx, client) -> User:
    user = make_user(publication_at=None, position_at=None)
    sign_in(client, user)
    return user


def history(user_id: int) -> list[tuple[str, bool]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Consent.kind, Consent.given).filter_by(user_id=user_id).order_by(Consent.id)
    )
    return [(kind.value, given) for kind, given in rows]


def test_a_first_support_is_kept_only_after_an_agreement_of_its_own(client, newcomer):
    contribution = make_contribution()
    number = newcomer.id
    button = f"/contributions/{contribution.id}/soutenir"
    there = f"/contributions/{contribution.id}"
    asked = client.post(button, data={"next": there})
    assert asked.location == f"/mon-espace/accords?next={there}"
    assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 0
    page = client.get(asked.location).text
    assert "Personne d’autre que vous ne le voit" in page
    given = client.post("/mon-espace/accords/position", data={"given": "yes", "next": there})
    assert given.location == there
    client.post(button)
    assert history(number) == [("position", True)]
    assert db.session.scalar(sa.select(Support.user_id)) == number
    assert not has_agreed(db.session.get(User, number), ConsentKind.PUBLICATION)


def test_taken_back_it_cuts_the_link_and_keeps_the_number(client, newcomer):
    contribution = make_contribution()
    model, number, user_id = type(contribution), contribution.id, newcomer.id
    client.post("/mon-espace/accords/position", data={"given": "yes"})
    client.post(f"/contributions/{number}/soutenir")
    client.post("/mon-espace/accords/position", data={"given": "no"})
    assert history(user_id) == [("position", True), ("position", False)]
    assert db.session.scalar(sa.select(Support.user_id)) is None
    assert db.session.get(model, number).support_count == 1
    with pytest.raises(Refused):
        votes.support(db.session.get(User, user_id), make_contribution())


def test_words_are_safe_while_the_first_publication_is_asked_about(client, newcomer):
    campaign = make_campaign()
    typed = {"title": "Des bancs", "body": "À l’ombre du marché.", "checked": "1"}
    number = newcomer.id
    sent = client.post(f"/consultations/{campaign.slug}/contributions/nouvelle", data=typed)
    assert sent.location.endswith("/envoyer")
    page = client.get(sent.location).text
    assert "J’accepte que mes textes soient publiés ici" in page
    refused = client.post(sent.location)
    assert "Sans votre accord" in refused.text
    assert history(number) == []
    assert client.post(sent.location, data={"agrees": "y"}).status_code == 303
    assert history(number) == [("publication", True)]
    again = client.post(
        f"/consultations/{campaign.slug}/contributions/nouvelle",
        data={**typed, "title": "Des arbres", "body": "Des tilleuls devant l’école."},
    )
    assert not again.location.endswith("/envoyer")  # asked once


def test_a_first_comment_asks_too_and_keeps_what_was_typed(client, newcomer):
    contribution = make_contribution()
    number = newcomer.id
    page = f"/contributions/{contribution.id}/commenter"
    refused = client.post(page, data={"body": "Près de la fontaine.", "side": "for"})
    assert "Sans votre accord" in refused.text
    assert "Près de la fontaine." in refused.text
    sent = client.post(page, data={"body": "Près de la fontaine.", "side": "for", "agrees": "y"})
    assert sent.status_code in (302, 303)
    assert history(number) == [("publication", True)]
    assert "J’accepte" not in client.get(page).text


def test_whoever_confirms_a_first_text_by_letter_agrees_on_that_page(ctx):
    user = make_user(publication_at=None)
    contribution = make_contribution(author=user, status=Status.DRAFT)
    contribution.awaited_email = user.email
    contribution.author, contribution.awaited_since = None, clock.now()
    db.session.commit()
    actions.confirm(user, contribution)
    assert has_agreed(user, ConsentKind.PUBLICATION)


def test_notices_are_an_agreement_like_the_others(client, newcomer):
    number = newcomer.id
    people.unsubscribe(db.session.get(User, number))
    commit()
    client.post("/mon-espace/accords/notices", data={"given": "yes"})
    assert history(number) == [("notices", False), ("notices", True)]
    assert client.post("/mon-espace/accords/all", data={"given": "yes"}).status_code == 404


def test_the_history_is_never_rewritten(ctx):
    user = make_user()
    people.unsubscribe(user)
    db.session.commit()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(Consent).values(given=True))


# The first question.


@pytest.fixture
def question_page(ctx, noon) -> str:
    desk = clerk()
    return f"/actions/{first_action(published(desk, make_plan(desk))).id}/question"


def kept() -> tuple[int, int]:
    """Questions, and ages declared, that stand in the database."""
    db.session.rollback()
    counts = [db.session.scalar(sa.select(sa.func.count(one.id))) for one in (Question, Profile)]
    return counts[0], counts[1]


def test_a_first_question_is_kept_only_with_its_dated_agreement(
    question_page, client, newcomer, noon
):
    number, typed = newcomer.id, {"body": "Et les lampes du port ?", "key": "mine"}
    assert "J’accepte que mes textes soient publiés ici" in client.get(question_page).text
    refused = client.post(question_page, data=typed)
    assert "Sans votre accord" in refused.text
    assert "Et les lampes du port ?" in refused.text  # nothing typed is lost
    assert (kept(), history(number)) == ((0, 0), [])
    with clock.frozen(noon + timedelta(hours=2)):
        assert client.post(question_page, data=typed | {"agrees": "y"}).status_code == 303
    assert kept() == (1, 0)  # asking says nothing of an age
    [given] = db.session.scalars(sa.select(Consent).filter_by(user_id=number))
    assert (given.kind, given.given, given.wording) == (ConsentKind.PUBLICATION, True, WORDING)
    assert given.at == db.session.get(User, number).publication_at == noon + timedelta(hours=2)
    assert not has_agreed(db.session.get(User, number), ConsentKind.POSITION)
    assert 'name="agrees"' not in client.get(question_page).text
    client.post(question_page, data=typed | {"key": "another"})
    assert (kept(), history(number)) == ((2, 0), [("publication", True)])


def test_an_age_is_kept_only_where_it_was_declared_and_goes_when_taken_back(
    question_page, client, newcomer
):
    """It is asked on one page alone, is no condition of anything, and is never sent along."""
    sent = {"body": "Et les lampes ?", "agrees": "y", "bracket": "from_15", "key": "mine"}
    client.post(question_page, data=sent)
    assert kept() == (1, 0)
    client.post("/mon-espace/mes-donnees/age", data={"bracket": "from_15"})
    assert db.session.scalar(sa.select(Profile.bracket)) == "from_15"
    client.post("/mon-espace/mes-donnees/age", data={"bracket": ""})
    assert db.session.scalar(sa.select(Profile.bracket)) is None


def test_under_15_a_first_question_waits_for_an_adult(question_page, client, newcomer):
    number = newcomer.id
    client.post("/mon-espace/mes-donnees/age", data={"bracket": "under_15"})
    sent = client.post(question_page, data={"body": "Et les lampes ?", "agrees": "y", "key": "m"})
    assert "adulte" in client.get(sent.location).text
    assert kept() == (0, 1)
    assert ("publication", True) not in history(number)
