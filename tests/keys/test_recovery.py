"""The day a key is lost, codes on paper and an administrator open again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.keys import actions, queries
from consult.keys.models import RecoveryCode, Totp
from consult.people.models import RoleName, User
from tests.factories import sign_in
from tests.keys.doors import ROLES, clerk, codes_for, comes_in, letters, signs_in

SHORT = ["reste peu de codes de secours", "ne vous reste aucun code de secours"]


def test_ten_codes_are_shown_once_and_open_once(ctx, noon, client, app):
    user = clerk()
    comes_in(client, user)
    made = codes_for(client)
    assert len(set(made)) == 10
    kept = db.session.scalars(db.select(RecoveryCode.fingerprint)).all()
    assert not set(made) & set(kept), "they are kept as fingerprints alone"
    other = app.test_client()
    signs_in(other, user)
    typed = made[0].lower().replace("-", " ")
    assert other.post("/deuxieme-cle/secours", data={"code": typed}).status_code == 303
    assert other.get(ROLES).status_code == 200
    assert queries.codes_left(user) == 9
    assert letters("keys.recovered") == [user.email]
    again = app.test_client()
    signs_in(again, user)
    assert again.post("/deuxieme-cle/secours", data={"code": made[0]}).status_code == 200
    assert again.get(ROLES).status_code == 303


def test_a_code_on_paper_sent_by_many_hands_at_once_opens_once(ctx, noon, client, app):
    user = clerk()
    comes_in(client, user)
    code, hands = codes_for(client)[3], [app.test_client() for _ in range(4)]
    for one in hands:
        signs_in(one, user)
    db.session.rollback()
    with ThreadPoolExecutor(4) as pool:
        sent = pool.map(lambda one: one.post("/deuxieme-cle/secours", data={"code": code}), hands)
        assert sorted(reply.status_code for reply in sent) == [200, 200, 200, 303]


@pytest.mark.parametrize(("used", "told"), [(6, []), (7, SHORT[:1]), (10, SHORT[1:])])
def test_whoever_runs_out_of_codes_is_told_in_time(ctx, noon, client, used, told):
    user = clerk()
    comes_in(client, user)
    for code in codes_for(client)[:used]:
        actions.recover(user, code=code)
    commit()
    page = client.get("/mon-espace/securite").get_data(as_text=True)
    assert [said for said in SHORT if said in page] == told


def test_new_codes_end_the_old_ones(ctx, noon, client, app):
    user = clerk()
    comes_in(client, user)
    old, new = codes_for(client), codes_for(client)
    assert not set(old) & set(new)
    with pytest.raises(Refused):
        actions.recover(user, code=old[0])
    db.session.rollback()
    assert actions.recover(user, code=new[0]) == 9


def test_nobody_opens_with_the_code_of_another(ctx, noon, client):
    user, other = clerk(), clerk()
    comes_in(client, user)
    code = codes_for(client)[0]
    with pytest.raises(Refused):
        actions.recover(other, code=code)


def test_an_administrator_who_saw_them_takes_a_lost_key_away(ctx, noon, client, app):
    administrator, user = clerk(), clerk(RoleName.COUNCIL)
    theirs = comes_in(app.test_client(), user)
    page = f"/administration/comptes/{user.id}/cles"
    sign_in(client, administrator)
    assert "perdu" in client.get(page).get_data(as_text=True)
    assert client.post(f"{page}/remettre").status_code == 303
    assert not queries.has_key(user)
    assert theirs.get("/mon-espace").location.startswith("/connexion"), "their sessions are over"
    assert letters("keys.reset") == [user.email]
    event = db.session.scalars(db.select(Event).filter_by(name="keys.reset")).one()
    assert (event.actor_id, event.subject_id) == (administrator.id, user.id)
    signs_in(theirs, user)
    assert "Choisir une seconde clé" in theirs.get("/deuxieme-cle").get_data(as_text=True)


@pytest.mark.parametrize("role", [RoleName.FACILITATOR, RoleName.COUNCIL, RoleName.GUARANTOR, None])
def test_nobody_else_takes_a_key_away(ctx, noon, client, role):
    user = clerk()
    sign_in(client, clerk(role) if role else db.session.get(User, clerk().id))
    if role is None:
        client.post("/deconnexion")
    page = f"/administration/comptes/{user.id}/cles"
    assert client.get(page).status_code in (303, 403)
    assert client.post(f"{page}/remettre").status_code in (303, 403)
    assert db.session.scalar(db.select(Totp.id).filter_by(user_id=user.id))


def test_an_administrator_does_not_reset_themselves(ctx, noon):
    user = clerk()
    with pytest.raises(Refused):
        actions.reset(user, user)
    commit()
    assert queries.has_key(user)
