"""One's own account: what changes, what others hear of it, and how one leaves."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.people import actions, passwords, queries
from consult.people.models import Follow, Letter, Role, RoleName, User
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.people.doors import PASSWORD, links, resident

PAGES = (
    *("/mon-espace", "/mon-espace/compte", "/mon-espace/suivis", "/mon-espace/notifications"),
    *("/mon-espace/compte/pseudonyme", "/mon-espace/compte/mot-de-passe"),
    *("/mon-espace/compte/adresse", "/mon-espace/compte/preferences", "/mon-espace/fermer"),
)


@pytest.mark.parametrize("path", PAGES)
def test_one_s_own_pages_are_one_s_own(client, ctx, path):
    assert client.get(path).location == f"/connexion?next={path}"
    assert sign_in(client, resident()).get(path).status_code == 200


def test_a_pseudonym_changes_and_stays_one_s_own(client, ctx):
    make_user(pseudonym="Prise")
    user = resident(pseudonym="Avant")
    sign_in(client, user)
    path = "/mon-espace/compte/pseudonyme"
    assert "déjà pris" in client.post(path, data={"pseudonym": "prise"}).text
    assert client.post(path, data={"pseudonym": "Après"}).status_code == 303
    assert client.post(path, data={"pseudonym": "APRÈS"}).status_code == 303  # still mine
    assert (user.pseudonym, user.pseudonym_key) == ("APRÈS", "apres")
    for typed, kept in (("علی\u200cرضا", "علی رضا"), ("Léa 👩\u200d🌾", "Léa 👩🌾")):
        assert client.post(path, data={"pseudonym": typed}).status_code == 303
        assert user.pseudonym == kept


def test_whoever_is_suspended_puts_no_new_name_beside_their_words(client, ctx, noon):
    user = resident(pseudonym="Avant", suspended_until=noon + timedelta(days=2))
    sign_in(client, user)
    path = "/mon-espace/compte/pseudonyme"
    assert client.get(path).status_code == 403
    assert client.post(path, data={"pseudonym": "Tous des menteurs"}).status_code == 403
    db.session.refresh(user)
    assert user.pseudonym == "Avant"
    page = client.get("/mon-espace/compte").text
    assert (path in page, "suspendu" in page) == (False, True)
    assert "suspendu jusqu’au 17 juin 2026" in client.get("/mon-espace").text


def test_those_who_act_for_the_town_say_who_they_are(client, ctx):
    user = resident(RoleName.COUNCIL)
    sign_in(client, user).post(
        "/mon-espace/compte/pseudonyme",
        data={"pseudonym": "Le service", "name": "Jeanne Petit", "position": "Espaces verts"},
    )
    assert (user.name, user.position) == ("Jeanne Petit", "Espaces verts")


def test_a_password_changes_for_who_knows_the_old_one(client, ctx, post):
    user = resident()
    elsewhere = sign_in(client.application.test_client(), user)
    sign_in(client, user)
    path, new = "/mon-espace/compte/mot-de-passe", "quatre nuages sous la table"
    reply = client.post(path, data={"current": "not this", "password": new})
    assert "Ce n’est pas votre mot de passe actuel." in reply.text
    assert client.post(path, data={"current": PASSWORD, "password": new}).status_code == 303
    assert client.get("/mon-espace").status_code == 200
    assert elsewhere.get("/mon-espace").status_code == 303
    assert [letter.subject for letter in post()] == ["Votre mot de passe a changé"]


def test_guesses_of_the_current_password_are_counted(client, ctx, noon):
    sign_in(client, resident())
    path = "/mon-espace/fermer"
    for _ in range(5):
        client.post(path, data={"current": "no", "words": "keep", "sure": "y"})
    right = {"current": PASSWORD, "words": "keep", "sure": "y"}
    assert "Trop d’essais" in client.post(path, data=right).text


def test_a_new_address_must_answer_and_the_old_one_is_told(client, ctx, post):
    user = resident(email="avant@exemple.fr")
    sign_in(client, user)
    asked = {"email": "apres@exemple.fr", "current": PASSWORD}
    reply = client.post("/mon-espace/compte/adresse", data=asked)
    assert reply.location == "/courriel-envoye/address"
    sent = {letter.to[0]: letter for letter in post()}
    assert "Une autre adresse" in sent["avant@exemple.fr"].subject
    (path,) = links(sent["apres@exemple.fr"])
    assert user.email == "avant@exemple.fr"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 303
    assert (user.email, user.email_key) == ("apres@exemple.fr", "apres@exemple.fr")
    (told,) = post()
    assert (told.to, told.subject) == (
        ["avant@exemple.fr"],
        "Votre compte a une nouvelle adresse",
    )
    again = client.post(path)
    assert again.status_code == 410
    assert "votre nouvelle adresse est en service" in again.text


def test_a_new_password_cancels_the_change_of_address(client, ctx, post):
    user = resident()
    sign_in(client, user)
    asked = {"email": "voleur@exemple.fr", "current": PASSWORD}
    client.post("/mon-espace/compte/adresse", data=asked)
    path = next(link for letter in post() for link in links(letter) if "adresse" in link)
    new = {"current": PASSWORD, "password": "quatre nuages sous la table"}
    client.post("/mon-espace/compte/mot-de-passe", data=new)
    assert client.post(path).status_code == 410


def test_an_address_of_somebody_else_is_not_said_to_be_known(client, ctx, post):
    make_user(email="voisine@exemple.fr")
    user = resident()
    sign_in(client, user)
    replies = [
        client.post("/mon-espace/compte/adresse", data={"email": email, "current": PASSWORD})
        for email in ("voisine@exemple.fr", "libre@exemple.fr")
    ]
    assert replies[0].location == replies[1].location
    told = {letter.to[0]: letter.subject for letter in post()}
    assert told["voisine@exemple.fr"] == "Vous avez déjà un compte"


def test_the_site_speaks_one_s_language(client, ctx, post):
    user = resident()
    sign_in(client, user)
    client.post("/mon-espace/compte/preferences", data={"language": "en", "wants_mail": "y"})
    assert "My account" in client.get("/mon-espace/compte").text
    assert user.language == "en"
    client.post("/deconnexion")
    client.post("/mot-de-passe", data={"email": user.email})
    assert post()[0].subject == "Choose another password"


def test_closing_one_s_account_blanks_it_and_frees_nothing(client, ctx, post):
    user = resident(email="jo@exemple.fr", pseudonym="Jo", name="Jo Martin", position="Élue")
    contribution = make_contribution(author=user)
    actions.follow(user, make_campaign())
    actions.grant(queries.system(), user, name=RoleName.COUNCIL)
    commit()
    sign_in(client, user)
    reply = client.post("/mon-espace/fermer", data={"current": PASSWORD, "words": "keep"})
    assert "Cochez cette case" in reply.text
    assert "deviennent vos textes ? (facultatif)" not in reply.text
    reply = client.post(
        "/mon-espace/fermer", data={"current": PASSWORD, "words": "keep", "sure": "y"}
    )
    assert reply.location == "/compte-ferme"
    assert client.get("/mon-espace").status_code == 303
    db.session.refresh(user)
    assert user.pseudonym == contribution.author.pseudonym == "Compte fermé"
    assert (user.email, user.name, user.position, user.password_hash) == (None, None, None, None)
    for kept in (user.email_key, user.pseudonym_key):
        assert kept.startswith("closed:")
        assert "jo" not in kept
    assert queries.is_taken("JO")
    assert queries.by_email("jo@exemple.fr") is None
    assert queries.closed_by_email("Jo@exemple.fr")
    for model in (Follow, Role):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
    (letter,) = post()
    assert (letter.to, letter.subject) == (["jo@exemple.fr"], "Votre compte est fermé")
    kept = db.session.execute(sa.select(Letter.to, Letter.data)).all()
    assert "jo@exemple.fr" not in repr(kept)


def test_the_last_administrator_stays(client, ctx):
    user = resident(RoleName.ADMINISTRATOR)
    sign_in(client, user)
    assert "confiez d’abord" in client.get("/mon-espace/fermer").text
    reply = client.post(
        "/mon-espace/fermer", data={"current": PASSWORD, "words": "keep", "sure": "y"}
    )
    assert reply.status_code == 403
    resident(RoleName.ADMINISTRATOR)
    reply = client.post(
        "/mon-espace/fermer", data={"current": PASSWORD, "words": "keep", "sure": "y"}
    )
    assert reply.status_code == 303
    assert db.session.get(User, user.id).closed_at


@pytest.mark.parametrize(
    ("password", "least"), [("qzvkwjxbgh", 47), ("Qzvkwjx1gh", 59), ("mer été lune bois", 101)]
)
def test_a_password_is_measured_as_the_cnil_does(password, least):
    assert least <= passwords.bits(password) < least + 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "act",
    [
        lambda user: actions.change_pseudonym(user, pseudonym="Autre"),
        lambda user: actions.change_password(user, password_hash="autre"),  # noqa: S106
    ],
    ids=["name", "password"],
)
def test_an_account_closed_at_the_same_moment_takes_nothing_new(ctx, act):
    user = make_user()
    assert user.closed_at is None  # as it was read
    with db.engine.begin() as elsewhere:
        elsewhere.execute(sa.update(User.__table__).values(closed_at=clock.now()))
    with pytest.raises(Refused):
        act(user)
