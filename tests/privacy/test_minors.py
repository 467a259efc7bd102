"""R14: under 15, an adult agrees too, and either may take it back."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns.models import AgeBracket
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.people import consents
from consult.people import jobs as letters_leave
from consult.people.models import ConsentKind, Letter, User
from consult.privacy import actions, jobs
from consult.privacy.models import Guardian, GuardianTurn, Turn
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.factories import make_contribution, make_user, sign_in

ADULT = "adulte@exemple.fr"


@pytest.fixture
def young(ctx, client) -> User:
    """Somebody who said, on the site, that they are under 15."""
    user = make_user()
    sign_in(client, user)
    client.post("/mon-espace/mes-donnees/age", data={"bracket": AgeBracket.UNDER_15.value})
    db.session.refresh(user)
    return user


def named(client, outbox, email: str = ADULT) -> str:
    """The link in the letter that the adult gets."""
    client.post("/mon-espace/mes-donnees/adulte", data={"email": email})
    letters_leave.send_letters()
    letter = next(one for one in reversed(outbox) if one.to == [email])
    return re.search(r"(/accord-d-un-adulte/\S+)", letter.body)[1]


def turns(user: User) -> list[Turn]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(GuardianTurn.turn).filter_by(user_id=user.id).order_by(GuardianTurn.id)
        )
    )


def agreed(user: User) -> list[ConsentKind]:
    db.session.refresh(user)
    return [kind for kind in ConsentKind if consents.has_agreed(user, kind)]


def test_under_15_nothing_rests_on_ones_own_word(client, young):
    assert agreed(young) == []
    refused = client.post("/mon-espace/accords/publication", data={"given": "yes"})
    assert refused.location.startswith("/mon-espace/mes-donnees/adulte")
    assert "nommez un adulte" in client.get("/mon-espace/accords").text.lower()
    contribution = make_contribution()
    page = client.post(f"/contributions/{contribution.id}/commenter", data={"body": "Des jeux."})
    assert "Avant 15 ans" in page.text
    with pytest.raises(Refused):
        votes.support(young, contribution)
    assert agreed(young) == []


def test_an_adult_agrees_by_the_letter_and_then_the_young_person_does(client, young, outbox, app):
    link = named(client, outbox)
    adult = app.test_client()
    assert young.pseudonym in adult.get(link).text
    unsaid = adult.post(link, data={})
    assert unsaid.status_code == 200  # the box was not ticked
    assert agreed(young) == []
    adult.post(link, data={"sure": "y"})
    assert turns(young) == [Turn.NAMED, Turn.AGREED]
    assert agreed(young) == []  # nobody agrees in their place
    client.post("/mon-espace/accords/publication", data={"given": "yes"})
    assert agreed(young) == [ConsentKind.PUBLICATION]
    assert ADULT in client.get("/mon-espace/mes-donnees").text


def test_the_adult_takes_it_back_by_the_same_link_years_later(
    client, young, outbox, app, monkeypatch
):
    link = named(client, outbox)
    adult = app.test_client()
    adult.post(link, data={"sure": "y"})
    for kind in ("publication", "position"):
        client.post(f"/mon-espace/accords/{kind}", data={"given": "yes"})
    contribution = make_contribution()
    db.session.refresh(young)
    votes.support(young, contribution)
    commit()
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Retirer mon accord" in adult.get(link).text
    adult.post(f"{link}/refuser")
    assert turns(young)[-1] == Turn.REVOKED
    assert agreed(young) == []
    assert db.session.scalar(sa.select(Support.user_id)) is None
    assert db.session.scalar(sa.select(sa.func.count(Guardian.id))) == 0
    assert "n’ouvre plus rien" in adult.get(link).text


def test_the_young_person_takes_it_back_and_the_address_goes(client, young, outbox, app):
    link = named(client, outbox)
    app.test_client().post(link, data={"sure": "y"})
    client.post("/mon-espace/accords/publication", data={"given": "yes"})
    client.post("/mon-espace/mes-donnees/adulte/retirer")
    assert turns(young) == [Turn.NAMED, Turn.AGREED, Turn.RELEASED]
    assert agreed(young) == []
    assert db.session.scalar(sa.select(sa.func.count(Guardian.id))) == 0


def test_a_refusal_leaves_no_address_and_the_link_is_dead(client, young, outbox, app):
    link = named(client, outbox)
    app.test_client().post(f"{link}/refuser")
    assert turns(young) == [Turn.NAMED, Turn.REFUSED]
    assert db.session.scalar(sa.select(sa.func.count(Guardian.id))) == 0
    app.test_client().post(link, data={"sure": "y"})
    assert turns(young) == [Turn.NAMED, Turn.REFUSED]


def test_one_does_not_agree_in_the_place_of_the_adult(client, young, outbox):
    own = client.post("/mon-espace/mes-donnees/adulte", data={"email": young.email.upper()})
    assert "votre propre adresse" in own.text
    link = named(client, outbox)
    assert "celui de l’adulte" in client.post(link, data={"sure": "y"}).text
    assert turns(young) == [Turn.NAMED]


def test_three_letters_a_month_and_no_reminder(client, young, outbox):
    links = [named(client, outbox, f"adulte{n}@exemple.fr") for n in range(3)]
    assert (
        "trois fois"
        in client.post("/mon-espace/mes-donnees/adulte", data={"email": "encore@exemple.fr"}).text
    )
    assert "n’ouvre plus rien" in client.get(links[0]).text  # another was named since
    assert len([one for one in outbox if one.to[0].startswith("adulte")]) == 3


def test_without_an_answer_the_address_goes_after_30_days(client, young, outbox, monkeypatch):
    named(client, outbox)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.purge()
    assert turns(young) == [Turn.NAMED, Turn.LAPSED]
    assert db.session.scalar(sa.select(sa.func.count(Guardian.id))) == 0
    assert ADULT not in str(db.session.execute(sa.select(Letter.to, Letter.data)).all())


def test_at_15_the_agreement_ends_and_saying_nothing_does_not_lift_it(ctx):
    user = make_user()
    actions.describe(user, bracket=AgeBracket.UNDER_15)
    actions.name_adult(user, email=ADULT)
    actions.describe(user, bracket=None)
    assert user.awaits_adult
    actions.describe(user, bracket=AgeBracket.FROM_15)
    commit()
    assert not user.awaits_adult
    assert turns(user) == [Turn.NAMED, Turn.OF_AGE]
    assert db.session.scalar(sa.select(sa.func.count(Guardian.id))) == 0


def test_the_history_is_never_rewritten(ctx):
    user = make_user()
    actions.describe(user, bracket=AgeBracket.UNDER_15)
    actions.name_adult(user, email=ADULT)
    commit()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(GuardianTurn).values(turn=Turn.AGREED))
