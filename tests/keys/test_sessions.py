"""What is open is seen, closed from afar, and new browsers are told of."""

from datetime import timedelta

from consult.core import clock
from consult.core.db import db
from consult.keys import queries
from consult.people import jobs
from consult.people.models import Letter, Visit
from consult.people.session import words
from tests.factories import make_user, sign_in
from tests.keys.doors import clerk, comes_in, signs_in
from tests.people.doors import resident

PAGE = "/mon-espace/securite"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


def test_a_browser_is_known_by_two_words():
    assert words(FIREFOX) == "Firefox, Windows"
    assert words(PHONE) == "Safari, iPhone"
    assert words("curl/8") == ""


def test_one_sees_and_closes_one_s_sessions(ctx, noon, app):
    user = resident()
    here, phone, other = (app.test_client() for _ in range(3))
    for client, agent in ((here, FIREFOX), (phone, PHONE), (other, "")):
        client.environ_base["HTTP_USER_AGENT"] = agent
        signs_in(client, user)
    page = here.get(PAGE).get_data(as_text=True)
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    assert "127.0.0.1" not in page
    assert "utilisée pour la dernière fois le 15 juin 2026 à 12 h 00" in page
    number = db.session.scalar(db.select(Visit.id).filter_by(device="Safari, iPhone"))
    here.post(f"{PAGE}/sessions/{number}/fermer")
    assert phone.get("/mon-espace").location.startswith("/connexion")
    assert other.get("/mon-espace").status_code == 200
    here.post(f"{PAGE}/sessions/fermer")
    assert other.get("/mon-espace").location.startswith("/connexion")
    assert here.get(PAGE).status_code == 200


def test_nobody_closes_the_session_of_another(ctx, noon, client, app):
    user = resident()
    signs_in(app.test_client(), user)
    number = queries.visits(user)[0].id
    sign_in(client, make_user())
    assert client.post(f"{PAGE}/sessions/{number}/fermer").status_code == 404


def test_an_administrator_closes_all_of_somebody_s(ctx, noon, client, app):
    user = clerk()
    theirs = comes_in(app.test_client(), user)
    sign_in(client, clerk())
    client.post(f"/administration/comptes/{user.id}/sessions/fermer")
    assert theirs.get("/mon-espace").location.startswith("/connexion")


def test_signing_out_closes_it_on_the_server_too(ctx, noon, client):
    user = resident()
    signs_in(client, user)
    kept = client.get_cookie("consult").value
    client.post("/deconnexion")
    client.set_cookie("consult", kept)
    assert client.get("/mon-espace").location.startswith("/connexion"), "an old cookie is dead"
    assert db.session.scalar(db.select(db.func.count(Visit.id))) == 0


def test_a_new_browser_is_told_by_letter(ctx, noon, app):
    user = resident()
    first, second = app.test_client(), app.test_client()
    second.environ_base["HTTP_USER_AGENT"] = FIREFOX

    def told():
        asked = db.select(Letter.to, Letter.data).filter_by(kind="people.new_device")
        return [tuple(row) for row in db.session.execute(asked)]

    for _ in range(2):
        signs_in(first, user)
        first.post("/deconnexion")
    assert told() == [], "nothing is new of the first, nor when it comes back"
    signs_in(second, user)
    assert told() == [(user.email, {"device": "Firefox, Windows"})]


def test_a_session_left_alone_ends(ctx, noon, client):
    user = resident()
    signs_in(client, user)
    with clock.frozen(noon + timedelta(hours=25)):
        assert client.get("/mon-espace").location.startswith("/connexion")


def test_nothing_is_kept_of_a_session_that_ended(ctx, noon, client):
    signs_in(client, resident())
    db.session.rollback()
    with clock.frozen(noon + timedelta(days=15)):
        jobs.tidy()
    assert db.session.scalar(db.select(db.func.count(Visit.id))) == 0
