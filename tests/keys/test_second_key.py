"""Roles sleep until the second key was shown; its codes open once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from consult import config
from consult.campaigns.models import PhaseKind
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.keys import actions, codes, passkeys, queries
from consult.people.models import RoleName, User, Visit
from tests.factories import make_campaign, make_contribution, make_user
from tests.keys.doors import ROLES, clerk, codes_for, comes_in, letters, now_code, signs_in
from tests.people.doors import PASSWORD, resident


def test_a_password_alone_wakes_no_role(ctx, noon, client):
    user = clerk()
    reply = signs_in(client, user, next=ROLES)
    assert reply.location == f"/deuxieme-cle?next={ROLES}"
    assert client.get(ROLES).location == f"/deuxieme-cle?next={ROLES}"
    assert client.post("/administration/roles/1/retirer").location.startswith("/deuxieme-cle")
    assert client.get("/mon-espace").status_code == 200, "they are a resident meanwhile"
    page = client.get("/deuxieme-cle")
    assert page.headers["Cache-Control"] == "no-store"
    reply = client.post(f"/deuxieme-cle?next={ROLES}", data={"code": now_code(user)})
    assert (reply.status_code, reply.location) == (303, ROLES)
    assert client.get(ROLES).status_code == 200


def test_the_first_time_one_chooses_it(ctx, noon, client):
    user = resident(RoleName.GUARANTOR)
    signs_in(client, user)
    choice = client.get("/deuxieme-cle?next=/mon-espace/suivis").get_data(as_text=True)
    assert "/deuxieme-cle/application?next=/mon-espace/suivis" in choice
    form = client.get("/deuxieme-cle/application").get_data(as_text=True)
    sealed = form.split('name="sealed"')[1].split('value="')[1].split('"')[0]
    secret = codes.unseal(sealed).partition(":")[2]
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in form
    wrong = client.post("/deuxieme-cle/application", data={"sealed": sealed, "code": "000 000"})
    assert sealed in wrong.get_data(as_text=True), "a slip of the finger changes nothing"
    assert not queries.has_key(user)
    code = codes.code_of(secret, codes.steps()[0])
    client.post("/deuxieme-cle/application", data={"sealed": sealed, "code": code})
    assert client.get(ROLES).status_code == 200
    kept = queries.totp(db.session.get(User, user.id))
    assert secret not in kept.secret
    assert codes.unseal(kept.secret) == secret


@pytest.mark.parametrize("layers", [("rate",), ()])
def test_a_key_is_asked_the_same_once_whichever_layers_stand(ctx, noon, app, monkeypatch, layers):
    monkeypatch.setitem(app.config, "LAYERS", layers)
    actions.add_passkey(resident(), made=passkeys.Made("abc", "def", 0), name="Ma clé")
    commit()
    heard = []

    def count_shown(_passkey, _reply, challenge, _place):
        heard.append(challenge)
        return 0

    monkeypatch.setattr(passkeys, "count_shown", count_shown)
    for _again in range(2):
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["challenge"] = f"{int(noon.timestamp())}.asked once"
        client.post("/connexion/cle-d-acces", data={"credential": '{"id": "abc"}'})
    assert heard == ["asked once", ""]


def test_what_a_browser_was_asked_yesterday_is_answered_no_more(ctx, noon, app, monkeypatch):
    actions.add_passkey(resident(), made=passkeys.Made("abc", "def", 0), name="Ma clé")
    commit()
    heard = []

    def count_shown(_passkey, _reply, challenge, _place):
        heard.append(challenge)
        return 0

    monkeypatch.setattr(passkeys, "count_shown", count_shown)
    client = app.test_client()
    client.get("/connexion/cle-d-acces")
    kept = client.get_cookie("consult")
    for later in (timedelta(minutes=5), timedelta(days=1, minutes=6)):
        again = app.test_client()
        again.set_cookie("consult", kept.value)
        with clock.frozen(noon + later):
            again.post("/connexion/cle-d-acces", data={"credential": '{"id": "abc"}'})
    assert bool(heard[0]), "the first answer is read"
    assert heard[1:] == [""], "nobody sends it again"


@pytest.mark.parametrize("said", ["[" * 50_000, '{"id": "\\ud800"}', "{}", "null"])
def test_a_made_up_reply_of_a_key_is_turned_away_calmly(ctx, noon, client, said):
    pages = ["/connexion/cle-d-acces", "/deuxieme-cle/nouvelle-cle-d-acces"]
    assert client.post(pages[0], data={"credential": said}).status_code == 200
    signs_in(client, resident())
    data = {"credential": said, "name": "Ma clé"}
    assert client.post(pages[1], data=data).status_code == 200


def test_another_person_s_square_is_not_taken(ctx, noon, client):
    user, other = resident(RoleName.COUNCIL), make_user()
    signs_in(client, user)
    secret = codes.new_secret()
    sealed = codes.seal(f"{other.id}:{secret}")
    code = codes.code_of(secret, codes.steps()[1])
    client.post("/deuxieme-cle/application", data={"sealed": sealed, "code": code})
    assert not queries.has_key(user)


def test_a_password_alone_does_not_replace_a_key(ctx, noon, client):
    user = clerk()
    signs_in(client, user)
    secret = codes.new_secret()
    said = {"sealed": codes.seal(f"{user.id}:{secret}"), "code": codes.code_of(secret, 1)}
    assert client.post("/deuxieme-cle/application", data=said).location == "/deuxieme-cle"


def test_what_a_role_forbids_no_sleep_allows(ctx, noon, client):
    campaign = make_campaign(PhaseKind.PROPOSE, PhaseKind.DISCUSS, PhaseKind.VOTE)
    contribution = make_contribution(campaign)
    signs_in(client, clerk(RoleName.GUARANTOR))
    here = f"/contributions/{contribution.id}"
    for reply in (
        client.get(f"/consultations/{campaign.slug}/contributions/nouvelle"),
        client.post(f"{here}/soutenir"),
        client.post(f"{here}/commenter", data={"body": "Bien.", "side": "for"}),
    ):
        assert reply.status_code == 403
        assert "garant" in reply.get_data(as_text=True)


def test_the_last_administrator_stays_without_their_key_as_well(ctx, noon, client):
    user = clerk()
    signs_in(client, user)
    said = {"sure": "y", "words": "keep", "current": PASSWORD}
    assert client.post("/mon-espace/fermer", data=said).location.startswith("/deuxieme-cle")
    assert db.session.get(User, user.id).closed_at is None


def test_a_code_opens_once(ctx, noon, app):
    user = clerk()
    code = now_code(user)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        signs_in(client, user)
    assert first.post("/deuxieme-cle", data={"code": code}).status_code == 303
    again = second.post("/deuxieme-cle", data={"code": code})
    assert again.status_code == 200
    assert "déjà servi" in again.get_data(as_text=True)


def test_a_code_sent_by_many_hands_at_once_opens_once(ctx, noon, app):
    user = clerk()
    code, hands = now_code(user), [app.test_client() for _ in range(4)]
    for client in hands:
        signs_in(client, user)
    db.session.rollback()
    with ThreadPoolExecutor(4) as pool:
        sent = pool.map(lambda one: one.post("/deuxieme-cle", data={"code": code}), hands)
        assert sorted(reply.status_code for reply in sent) == [200, 200, 200, 303]


def test_a_code_of_another_minute_opens_nothing(ctx, noon, client):
    user = clerk()
    signs_in(client, user)
    for step in (codes.steps()[0] - 1, codes.steps()[-1] + 1):
        code = codes.code_of(user.secret_of_test, step)
        assert client.post("/deuxieme-cle", data={"code": code}).status_code == 200
    assert client.get(ROLES).status_code == 303


def test_nobody_tries_codes_for_long(ctx, noon, client):
    user = clerk()
    signs_in(client, user)
    for _ in range(5):
        client.post("/deuxieme-cle", data={"code": "000000"})
    late = client.post("/deuxieme-cle", data={"code": now_code(user)})
    assert "essais" in late.get_data(as_text=True)
    with clock.frozen(noon + timedelta(minutes=6)):
        code = now_code(user)
        assert client.post("/deuxieme-cle", data={"code": code}).status_code == 303


def test_nobody_guesses_a_code_day_after_day(ctx, noon, client, app):
    """After ten wrong codes one an hour is left, and the owner hears of it once a day."""
    user = clerk()
    owner = comes_in(app.test_client(), user)
    paper = codes_for(owner)[0]
    signs_in(client, user)
    taken = told = 0
    tries = [*[0] * 5, *[6] * 5, *range(20, 24 * 60, 20)]
    for minute in tries:
        with clock.frozen(noon + timedelta(minutes=minute)):
            signs_in(client, user)  # sessions end meanwhile
            page = client.post("/deuxieme-cle", data={"code": "000000"}).get_data(as_text=True)
            taken += "pas le code du moment" in page
            told += "codes faux" in page and "code de secours" in page
    assert taken <= 10 + 24
    assert taken + told == len(tries)
    assert letters("keys.warn") == [user.email]
    with clock.frozen(noon + timedelta(hours=23, minutes=57)):
        shut = client.post("/deuxieme-cle", data={"code": now_code(user)})
        assert shut.status_code == 200, "not even the right code is looked at"
        owner = app.test_client()
        signs_in(owner, user)
        assert owner.post("/deuxieme-cle/secours", data={"code": paper}).status_code == 303
    with clock.frozen(noon + timedelta(days=2)):
        signs_in(client, user)
        assert client.post("/deuxieme-cle", data={"code": now_code(user)}).status_code == 303


def test_right_codes_are_no_guesses(ctx, noon, app):
    user = clerk()
    for minute in range(12):
        with clock.frozen(noon + timedelta(minutes=minute)):
            comes_in(app.test_client(), user)
    assert letters("keys.warn") == []


def test_wrong_codes_close_no_other_door(ctx, noon, client, app):
    """Nor do wrong codes on paper, from elsewhere, keep the owner from theirs."""
    user = clerk()
    paper = codes_for(comes_in(app.test_client(), user))[0]
    signs_in(client, user)
    for _ in range(6):
        client.post("/deuxieme-cle", data={"code": "000000"})
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        client.post("/deuxieme-cle/secours", data={"code": "AAAAA"}, environ_overrides=elsewhere)
    assert client.post("/deuxieme-cle/secours", data={"code": paper}).status_code == 303


def test_roles_fall_asleep_again(ctx, noon, client):
    """After two hours without a page, or at the end of a working day; the session stays."""
    user = clerk()
    signs_in(client, user)
    client.post("/deuxieme-cle", data={"code": now_code(user)})
    with clock.frozen(noon + timedelta(hours=1, minutes=50)):
        assert client.get(ROLES).status_code == 200
    with clock.frozen(noon + timedelta(hours=3, minutes=40)):
        assert client.get(ROLES).status_code == 200, "each page counts"
    with clock.frozen(noon + timedelta(hours=6)):
        assert client.get(ROLES).status_code == 303
        assert client.get("/mon-espace").status_code == 200
        assert client.get(ROLES).status_code == 303, "reading something else wakes nothing"
        client.post("/deuxieme-cle", data={"code": now_code(user)})
        assert client.get(ROLES).status_code == 200
    with clock.frozen(noon + timedelta(hours=31)):
        assert client.get("/mon-espace").location.startswith("/connexion")


def test_where_a_role_sleeps_the_refusal_shows_the_way(ctx, noon, client, app):
    """Some pages ask for less than one role: there too a sleeper finds the door to their key."""
    signs_in(client, clerk(RoleName.FACILITATOR))
    page = client.get("/moderation?quoi=alertes")
    assert page.status_code == 403
    assert 'href="/deuxieme-cle?next=/moderation?quoi%3Dalertes"' in page.get_data(as_text=True)
    other = app.test_client()
    signs_in(other, resident())
    assert "/deuxieme-cle" not in other.get("/moderation").get_data(as_text=True)


def test_a_key_shown_changes_the_name_of_the_session(ctx, noon, client):
    user = clerk()
    signs_in(client, user)
    before = db.session.scalars(db.select(Visit.token)).all()
    client.post("/deuxieme-cle", data={"code": now_code(user)})
    after = db.session.scalars(db.select(Visit.token)).all()
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def test_a_resident_is_asked_nothing(ctx, noon, client):
    user = resident()
    assert signs_in(client, user).location == "/mon-espace"
    assert client.get("/deuxieme-cle").location == "/mon-espace"


@pytest.mark.parametrize("is_told", [True, False])
def test_only_the_demonstration_shows_a_code(ctx, noon, client, app: Flask, monkeypatch, is_told):
    monkeypatch.setitem(app.config, "SHOWS_CODES", is_told)
    town, theirs = clerk(), clerk(is_demo=True)
    for user in (town, theirs):
        other = app.test_client()
        signs_in(other, user)
        page = other.get("/deuxieme-cle").get_data(as_text=True)
        assert ("data-code" in page) == (is_told and user is theirs)


def test_no_other_configuration_shows_codes(tmp_path):
    assert config.Defaults.SHOWS_CODES is False
    config.write_local(tmp_path / "town")
    assert "SHOWS_CODES" not in (tmp_path / "town" / "config.py").read_text()
    config.write_local(tmp_path / "demo", is_demo=True)
    assert "SHOWS_CODES = True" in (tmp_path / "demo" / "config.py").read_text()
