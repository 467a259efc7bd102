"""Coming in: accounts open when an address answers, and nothing says which addresses are known."""

import re
import threading
from collections import defaultdict
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people import actions, letters, queries
from consult.people.models import Letter, User
from consult.people.passwords import is_guessable
from tests.counting import statements
from tests.factories import make_user
from tests.factories import sign_in as come_in
from tests.people.doors import PASSWORD, links, resident


def sign_in(client, email, password=PASSWORD, **query):
    return client.post(
        "/connexion", data={"email": email, "password": password}, query_string=query
    )


def plain(reply, email):
    """A page without the address that was typed, nor the number of its form."""
    return re.sub(r'name="key"[^>]*', "", reply.text.replace(email, ""))


def is_in(client):
    return client.get("/mon-espace/compte").status_code == 200


def test_an_account_opens_when_its_address_answers(client, ctx, post):
    reply = client.post(
        "/inscription?next=/consultations", data={"email": "Zoe@Exemple.FR", "pseudonym": "Zoé"}
    )
    assert (reply.status_code, reply.location) == (303, "/courriel-envoye/confirm")
    assert queries.by_email("zoe@exemple.fr") is None
    (letter,) = post()
    assert letter.to == ["Zoe@exemple.fr"]
    assert letter.subject == "Confirmez votre adresse"
    (path,) = links(letter)
    assert "Zoé" in client.get(path).text
    reply = client.post(path, data={"pseudonym": "Zoé", "password": PASSWORD})
    assert reply.location == "/consultations"
    assert is_in(client)
    user = queries.by_email("ZOE@exemple.fr")
    assert user.confirmed_at
    assert user.password_hash.startswith("$argon2id$")
    assert client.get(path).status_code == 410
    other = client.application.test_client()
    assert sign_in(other, "zoe@exemple.fr").status_code == 303
    assert [event.name for event in db.session.scalars(sa.select(Event))] == ["people.confirm"]


def test_an_account_needs_no_password(client, ctx, post):
    client.post("/inscription", data={"email": "ali@exemple.fr", "pseudonym": "Ali"})
    client.post(links(post()[0])[0], data={"pseudonym": "Ali", "password": ""})
    user = queries.by_email("ali@exemple.fr")
    assert user.password_hash is None
    client.post("/deconnexion")
    assert not is_in(client)
    assert sign_in(client, "ali@exemple.fr", "anything at all").status_code == 403
    client.post("/connexion/lien?next=/mon-espace/suivis", data={"email": "ali@exemple.fr"})
    (path,) = links(post()[0])
    assert client.get(path).status_code == 200
    assert not is_in(client)  # looking at the link, as mail programs do, opens nothing
    assert client.post(path).location == "/mon-espace/suivis"
    assert is_in(client)
    assert client.post(path).status_code == 410


def test_nothing_says_whether_an_address_is_known(client, ctx, post):
    make_user(email="connue@exemple.fr")
    gone = make_user(email="partie@exemple.fr")
    actions.close_account(gone)
    commit()
    replies = {}
    for email in ("connue@exemple.fr", "partie@exemple.fr", "inconnue@exemple.fr"):
        replies[email] = [
            (reply.status_code, reply.location, plain(reply, email))
            for reply in (
                client.post("/inscription", data={"email": email, "pseudonym": "Nouvelle"}),
                client.post("/connexion/lien", data={"email": email}),
                client.post("/mot-de-passe", data={"email": email}),
                client.post("/connexion", data={"email": email, "password": "not the one"}),
            )
        ]
    assert replies["connue@exemple.fr"] == replies["inconnue@exemple.fr"]
    assert replies["partie@exemple.fr"] == replies["inconnue@exemple.fr"]
    told = defaultdict(list)
    for letter in post():
        told[letter.to[0]].append(letter.subject)
    assert told["inconnue@exemple.fr"] == ["Confirmez votre adresse"]
    assert told["connue@exemple.fr"] == [
        "Vous avez déjà un compte",
        "Votre lien de connexion",
        "Choisir un autre mot de passe",
    ]
    assert "Cette adresse était celle d’un compte fermé" in told["partie@exemple.fr"]


def test_an_unknown_address_takes_as_long_as_a_known_one(client, ctx, monkeypatch):
    """What takes time, a password held against a hash, is done once for either."""
    resident(email="connue@exemple.fr")
    held = []
    verify = PasswordHasher.verify

    def counted(self, kept, password):
        held.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in ("connue@exemple.fr", "inconnue@exemple.fr"):
        held.clear()
        sign_in(client, email, "not the password")
        [kept] = held
        assert kept.startswith("$argon2id$"), email


DOORS = {
    "/inscription": {"pseudonym": "Nouvelle"},
    "/connexion": {"password": "not the password"},
    "/connexion/lien": {},
    "/mot-de-passe": {},
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_does_the_same_work_for_every_address(client, ctx, noon, monkeypatch, door):
    """Statements, one by one, letters, and passwords held against a hash: known, suspended, closed,
    without a password or unknown, it is the same; nothing that takes time tells them apart."""
    resident(email="connue@exemple.fr")
    resident(email="suspendue@exemple.fr", suspended_until=noon + timedelta(days=9))
    make_user(email="sans@exemple.fr")
    actions.close_account(make_user(email="partie@exemple.fr"))
    commit()
    client.get(door)
    held = []
    verify = PasswordHasher.verify

    def counted(self, kept, password):
        held.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    work = {}
    for who in ("connue", "suspendue", "sans", "partie", "inconnue"):
        held.clear()
        rows = db.session.scalar(sa.select(sa.func.count(Letter.id)))
        db.session.remove()
        with statements() as sent:
            reply = client.post(door, data={"email": f"{who}@exemple.fr", **DOORS[door]})
        written = db.session.scalar(sa.select(sa.func.count(Letter.id))) - rows
        work[who] = [reply.status_code, len(held), written, *(one.split()[0] for one in sent)]
    assert work["connue"][1:3] == ([1, 0] if door == "/connexion" else [0, 1])
    for who, done in work.items():
        assert done == work["inconnue"], who


def test_what_was_asked_for_nobody_never_leaves(client, ctx, post):
    for door in ("/connexion/lien", "/mot-de-passe"):
        client.post(door, data={"email": "inconnue@exemple.fr"})
    assert not post()
    assert not list(db.session.scalars(sa.select(Letter.to).where(Letter.to != "")))


def test_a_new_session_begins_at_each_sign_in(client, ctx):
    user = resident()
    with client.session_transaction() as before:
        before["left behind"] = "by somebody else"
    assert sign_in(client, user.email).status_code == 303
    with client.session_transaction() as after:
        assert "left behind" not in after
        assert after["_user_id"] == user.get_id()
        assert not after.permanent


def test_a_session_may_stay(client, ctx):
    user = resident()
    client.post("/connexion", data={"email": user.email, "password": PASSWORD, "stay": "y"})
    with client.session_transaction() as session:
        assert session.permanent


def test_signing_out_leaves_no_cookie(client, ctx):
    come_in(client, resident())
    assert is_in(client)
    client.post("/deconnexion")
    assert client.get_cookie("consult") is None
    assert not is_in(client)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/plans", "/plans"),
        ("/plans?q=bancs", "/plans?q=bancs"),
        ("https://ailleurs.example/", "/mon-espace"),
        ("//ailleurs.example/", "/mon-espace"),
        ("/\\ailleurs.example/", "/mon-espace"),
        ("/\t/ailleurs.example/", "/mon-espace"),
        ("javascript:alert(1)", "/mon-espace"),
        ("", "/mon-espace"),
    ],
)
def test_one_comes_back_to_a_page_of_this_site_alone(client, ctx, asked, given):
    user = resident()
    assert sign_in(client, user.email, next=asked).location == given


def test_what_needs_an_account_asks_to_sign_in_and_comes_back(client, ctx):
    reply = client.get("/mon-espace/suivis?lang=fr")
    assert reply.status_code == 303
    assert reply.location == "/connexion?next=/mon-espace/suivis?lang%3Dfr"


def test_five_wrong_passwords_and_one_waits(client, ctx, noon):
    user = resident()
    for _ in range(5):
        assert sign_in(client, user.email, "not the password").status_code == 403
    reply = sign_in(client, user.email)
    assert reply.status_code == 429
    assert reply.headers["Retry-After"] == "300"
    assert "Attendez cinq minutes" in reply.text
    assert sign_in(client, resident().email).status_code == 303  # others are not held back
    client.post("/deconnexion")
    with clock.frozen(noon + timedelta(minutes=6)):
        assert sign_in(client, user.email).status_code == 303


def test_those_who_must_wait_may_still_come_in_by_a_link(client, ctx, noon, post):
    user = resident()
    for _ in range(6):
        sign_in(client, user.email, "not the password")
    client.post("/connexion/lien", data={"email": user.email})
    client.post(links(post()[0])[0])
    assert is_in(client)


def test_the_right_password_clears_the_tries(client, ctx, noon):
    user = resident()
    for _ in range(3):
        for _ in range(4):
            sign_in(client, user.email, "not the password")
        assert sign_in(client, user.email).status_code == 303
        client.post("/deconnexion")


def test_wrong_passwords_of_others_do_not_close_a_browser_that_was_here(app, client, ctx, noon):
    user = resident()
    assert sign_in(client, user.email).status_code == 303
    client.post("/deconnexion")
    stranger = app.test_client()
    assert sign_in(stranger, resident().email).status_code == 303  # a browser known to another
    stranger.post("/deconnexion")
    for _ in range(5):
        assert sign_in(stranger, user.email, "not the password").status_code == 403
    assert sign_in(stranger, user.email).status_code == 429
    for _ in range(5):  # what is known has tries of its own, and as few
        assert sign_in(client, user.email, "not the password").status_code == 403
    assert sign_in(client, user.email).status_code == 429
    with clock.frozen(noon + timedelta(minutes=6)):
        for _ in range(5):
            sign_in(stranger, user.email, "not the password")
        assert sign_in(client, user.email).status_code == 303
        assert sign_in(stranger, user.email).status_code == 429  # nor does it clear theirs


def test_an_account_of_ones_own_buys_no_tries_at_those_of_others(client, ctx, noon):
    mine = resident().email
    for number in range(40):
        if number % 10 == 9:
            assert sign_in(client, mine).status_code == 303
            client.post("/deconnexion")
        assert sign_in(client, f"personne{number}@exemple.fr", "not this").status_code == 403
    assert sign_in(client, "autre@exemple.fr").status_code == 429


def test_a_network_that_tries_many_addresses_waits(client, ctx, noon):
    for number in range(40):
        reply = sign_in(client, f"personne{number}@exemple.fr", "not the password")
        assert reply.status_code == 403
    assert sign_in(client, "autre@exemple.fr").status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    reply = client.post(
        "/connexion",
        data={"email": "autre@exemple.fr", "password": "no"},
        environ_overrides=elsewhere,
    )
    assert reply.status_code == 403


def test_letters_to_one_address_are_counted_in_silence(client, ctx, noon, post):
    user = resident()
    sent = 0
    for _ in range(5):
        assert client.post("/connexion/lien", data={"email": user.email}).status_code == 303
        sent += len(post())
    assert sent == 3


@pytest.mark.parametrize("door", ["/connexion/lien", "/mot-de-passe"])
def test_letters_asked_for_at_one_door_use_up_no_other(app, client, ctx, noon, post, door):
    user = resident()
    stranger = app.test_client()
    abroad = {"REMOTE_ADDR": "192.0.2.7"}
    for other in {"/inscription", "/connexion/lien", "/mot-de-passe"} - {door}:
        for _ in range(4):
            data = {"email": user.email, "pseudonym": "Quelqu’un"}
            assert stranger.post(other, data=data, environ_overrides=abroad).status_code == 303
    post()
    client.post(door, data={"email": user.email})
    assert [letter.to for letter in post()] == [[user.email]]


def test_a_network_asks_for_so_many_letters_and_no_more(client, ctx, noon):
    for number in range(20):
        client.post("/connexion/lien", data={"email": f"p{number}@exemple.fr"})
    assert client.post("/connexion/lien", data={"email": "q@exemple.fr"}).status_code == 429


def test_a_lost_password_is_replaced_once_and_ends_every_session(client, ctx, noon, post):
    user = resident()
    elsewhere = client.application.test_client()
    come_in(elsewhere, user)
    client.post("/mot-de-passe", data={"email": user.email})
    (first,) = links(post()[0])
    with clock.frozen(noon + timedelta(minutes=2)):
        client.post("/mot-de-passe", data={"email": user.email})
    (second,) = links(post()[0])
    assert client.get(first).status_code == client.get(second).status_code == 200
    new = "un nouveau mot tout à fait long"
    assert client.post(second, data={"password": new}).status_code == 303
    assert is_in(client)
    assert not is_in(elsewhere)
    assert client.get(first).status_code == 410  # the password it was made for is no more
    (told,) = post()
    assert told.subject == "Votre mot de passe a changé"
    client.post("/deconnexion")
    assert sign_in(client, user.email).status_code == 403
    assert sign_in(client, user.email, new).status_code == 303


def test_a_link_dies_after_an_hour(client, ctx, noon, post):
    user = resident()
    client.post("/mot-de-passe", data={"email": user.email})
    (path,) = links(post()[0])
    with clock.frozen(noon + timedelta(minutes=60)):
        assert client.get(path).status_code == 200
    with clock.frozen(noon + timedelta(minutes=62)):
        assert client.get(path).status_code == 410
        assert client.post(path, data={"password": PASSWORD + "!"}).status_code == 410


def test_a_link_opens_only_what_it_was_made_for(client, ctx, post):
    user = resident()
    client.post("/connexion/lien", data={"email": user.email})
    (path,) = links(post()[0])
    token = path.rpartition("/")[2]
    for other in ("/confirmer/", "/mot-de-passe/", "/mon-espace/adresse/", "/invitation/"):
        assert client.get(other + token).status_code == 410
    assert client.get("/connexion/" + token[:-2] + "xx").status_code == 410


def test_of_several_who_follow_one_link_at_once_one_comes_in(app, client, ctx, post):
    client.post("/inscription", data={"email": "zoe@exemple.fr", "pseudonym": "Zoé"})
    (path,) = links(post()[0])
    start, codes = threading.Barrier(4), []

    def follow():
        browser = app.test_client()
        start.wait()
        codes.append(
            browser.post(path, data={"pseudonym": "Zoé", "password": PASSWORD}).status_code
        )

    threads = [threading.Thread(target=follow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(303) == 1, codes
    assert set(codes) <= {303, 403, 409, 410}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


@pytest.mark.parametrize("kind", ["people.sign_up", "people.invite", "contributions.confirm"])
def test_a_link_opens_no_later_letter_that_took_its_number(ctx, noon, kind):
    """SQLite gives the number of the last row, once it is deleted, to the next one."""
    letter = letters.write("people.sign_up", "moi@exemple.fr", language="fr", pseudonym="Moi")
    commit()
    number, token = letter.id, letters.token(letter)
    assert letters.opened(token, "people.sign_up") is letter
    db.session.delete(letter)
    commit()
    with clock.frozen(noon + timedelta(minutes=1)):
        db.session.add(Letter(id=number, kind=kind, to="autre@exemple.fr"))
        commit()
        assert letters.opened(token, kind) is None


def test_a_letter_that_takes_the_number_of_another_is_no_copy_of_it(ctx, noon, post):
    names = []
    for minutes in (0, 5):
        with clock.frozen(noon + timedelta(minutes=minutes)):
            db.session.add(Letter(id=1, kind="people.closed_address", to="moi@exemple.fr"))
            commit()
            (left,) = post()
            names.append(left.extra_headers["Message-ID"])
        db.session.delete(db.session.get(Letter, 1))
        commit()
    assert names[0] != names[1]


def test_no_usable_link_rests_in_the_database(client, ctx, post):
    user = resident()
    client.post("/mot-de-passe", data={"email": user.email})
    letter = db.session.scalar(sa.select(Letter))
    token = letters.token(letter)
    post()
    db.session.expire_all()
    kept = [str(value) for value in letter.__dict__.values()]
    assert not any(part in value for value in kept for part in token.split("."))


@pytest.mark.parametrize(
    "password",
    [
        *("azertyuiop", "motdepasse", "Motdepasse2026", "soleil1234", "qsdfghjklm", "1234567890"),
        *("password123", "Mairie2026!", "Camille Camille", "aaaaaaaaaaaa", "court"),
    ],
)
def test_what_anybody_would_guess_is_refused(client, ctx, post, password):
    client.post("/inscription", data={"email": "camille@exemple.fr", "pseudonym": "Camille"})
    (path,) = links(post()[0])
    reply = client.post(path, data={"pseudonym": "Camille", "password": password})
    assert reply.status_code == 200
    assert queries.by_email("camille@exemple.fr") is None


@pytest.mark.parametrize("password", [PASSWORD, "œufs à la coque 14h", "Xq7!fTz2-pLm"])
def test_what_is_long_or_mixed_enough_is_not(password):
    assert not is_guessable(password, ["Camille", "Ville de Sceaux"])


def test_a_pseudonym_is_taken_once_in_any_spelling(client, ctx):
    make_user(pseudonym="Élodie du Marché")
    for name in ("elodie du marche", "ÉLODIE DU MARCHÉ", "Elɔdie du marché"):
        reply = client.post("/inscription", data={"email": "e@exemple.fr", "pseudonym": name})
        assert "déjà pris" in reply.text


def test_a_pseudonym_is_not_drawn_like_another_in_letters_of_one_alphabet(client, ctx, post):
    make_user(pseudonym="Sacha")
    reply = client.post("/inscription", data={"email": "e@exemple.fr", "pseudonym": "Ѕасһа"})
    assert "déjà pris" in reply.text
    reply = client.post("/inscription", data={"email": "e@exemple.fr", "pseudonym": "ㅤ\u2800ㅤ"})
    assert "Entre 2 et 40" in reply.text
    assert post() == []


@pytest.mark.parametrize("name", ["La Mairie", "Mɑirie de la ville", "système", "Compte fermé"])
def test_a_pseudonym_speaks_for_no_office(client, ctx, post, name):
    reply = client.post("/inscription", data={"email": "e@exemple.fr", "pseudonym": name})
    assert "parlerait pour la ville" in reply.text
    assert post() == []


@pytest.mark.parametrize(
    ("name", "is_free"),
    [
        ("M\u0430irie", False),
        ("Mairǀe", False),
        ("\u041c\u0430\u0440\u0438\u044f", True),
        ("李明 Li", True),
    ],
)
def test_a_pseudonym_is_not_drawn_like_another_with_letters_from_elsewhere(client, name, is_free):
    reply = client.post("/inscription", data={"email": "e@exemple.fr", "pseudonym": name})
    assert ("un seul alphabet" in reply.text) is not is_free


@pytest.mark.parametrize(
    "name",
    ["pub.example/x", "www.pub.example", "a@pub.example", "pub。example", "pub\uff0eexample"],
)
def test_a_pseudonym_leads_nowhere(client, ctx, post, name):
    reply = client.post("/inscription", data={"email": "autre@exemple.fr", "pseudonym": name})
    assert "adresse de site" in reply.text
    assert post() == []


def test_nobody_signs_in_to_the_account_of_the_machine(client, ctx):
    system = queries.system()
    commit()
    assert queries.system() is system
    come_in(client, system)
    assert not is_in(client)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


@pytest.mark.parametrize("path", ["/compte-ferme", "/courriel-envoye/link", "/desinscription/x"])
def test_pages_without_a_form_set_no_cookie(client, ctx, path):
    reply = client.get(path)
    assert "Set-Cookie" not in reply.headers
