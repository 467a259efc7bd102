"""What every answer tells the browser, where a link may lead, and whose name letters carry."""

import re
import tracemalloc
from datetime import timedelta

import pytest

from consult import create_app
from consult.core import clock
from consult.core.db import db
from consult.core.headers import PROTECTIONS
from consult.core.pages import ROOM, Kept, Shelf
from consult.core.queue import work_once
from consult.core.text import stems
from consult.portal.queries import as_it_stands
from tests.factories import make_campaign, make_user, sign_in

ANSWERS = {
    "/": 200,
    "/nulle-part": 404,
    "/mon-espace": 303,
    "/moderation": 303,
    "/theme.css": 200,
    "/flux.atom": 200,
    "/indicateurs.json": 200,
    "/open-data/deliberations.csv": 200,
    "/.well-known/security.txt": 200,
}
# Addresses that are not of this site, however they are dressed.
ELSEWHERE = (
    *("https://ailleurs.example/", "//ailleurs.example", "/\\ailleurs.example", "\\\\ailleurs"),
    *(
        "javascript:alert(1)",
        "http:ailleurs.example",
        "/\t/ailleurs.example",
        "///ailleurs.example",
    ),
    *("https:///ailleurs.example", "/%0d%0aSet-Cookie:a=b\r\nX: y", " //ailleurs.example"),
)


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_protects_its_reader(client, ctx, path):
    reply = client.get(path)
    assert reply.status_code == ANSWERS[path]
    said = dict(reply.headers)
    for name, value in PROTECTIONS:
        assert said[name] == value
    assert said["Content-Security-Policy"].startswith("default-src 'self'")
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in said["Content-Security-Policy"]
    assert "unsafe" not in said["Content-Security-Policy"]
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in said
    assert "Server" not in said or "Werkzeug" not in said["Server"]


@pytest.mark.parametrize("path", ANSWERS)
def test_over_tls_the_browser_is_told_to_stay_there(client, ctx, path):
    reply = client.get(path, base_url="https://localhost")
    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_kept_pages_protect_their_reader_as_well(client, ctx, app, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE", True)
    first, again = client.get("/plans"), client.get("/plans")
    assert again.text == first.text
    for name, value in PROTECTIONS:
        assert first.headers[name] == again.headers[name] == value


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_link_of_ours_leads_elsewhere(client, ctx, elsewhere):
    """After signing in, following, supporting: `next` is a page of this site, or nothing."""
    campaign, user = make_campaign(), make_user()
    seen = client.get("/connexion", query_string={"next": elsewhere})
    assert not re.search(r'(href|action|value)="[^"?]*ailleurs', seen.text)
    sign_in(client, user)
    asked = {"next": elsewhere}
    referrer = {"Referer": "https://ailleurs.example/piege"}
    for reply in (
        client.get("/connexion", query_string=asked),
        client.get("/inscription", query_string=asked),
        client.post(f"/suivre/campaign/{campaign.id}", data=asked, headers=referrer),
        client.post(f"/ne-plus-suivre/campaign/{campaign.id}", data=asked, headers=referrer),
    ):
        assert reply.status_code in (302, 303)
        assert reply.location.startswith("/")
        assert not reply.location.startswith(("//", "/\\"))
        assert "ailleurs" not in reply.location
        assert "Set-Cookie:a" not in str(reply.headers)


def test_the_name_a_request_gives_itself_is_not_believed(client, ctx, app, noon, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://participer.ville.example")
    campaign = make_campaign()
    wrong = {"base_url": "http://piege.example"}
    for path in (
        f"/consultations/{campaign.slug}/contributions",
        f"/consultations/{campaign.slug}/affiche",
        f"/consultations/{campaign.slug}/bulletin",
        "/flux.atom",
        "/indicateurs/dictionnaire.json",
        "/open-data/deliberations.csv",
        "/.well-known/security.txt",
        "/",
    ):
        reply = client.get(path, **wrong, follow_redirects=True)
        assert reply.status_code == 200, path
        assert "piege.example" not in reply.text, path
    assert "https://participer.ville.example/" in client.get("/flux.atom", **wrong).text


def test_letters_carry_the_address_of_the_town(client, ctx, app, outbox, noon, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://participer.ville.example")
    said = {"email": "lou@exemple.fr", "pseudonym": "Lou"}
    client.post("/inscription", data=said, base_url="http://piege.example")
    work_once(app)
    (letter,) = outbox
    assert "https://participer.ville.example/confirmer/" in letter.body
    assert "piege" not in str(letter.message())


class TestWhoToWriteTo:
    def said(self, client) -> dict[str, str]:
        reply = client.get("/.well-known/security.txt")
        assert reply.content_type == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in reply.text.splitlines())

    def test_without_an_address_it_is_the_contact_page(self, client, ctx, app, noon, monkeypatch):
        monkeypatch.setitem(app.config, "SITE_URL", "https://participer.ville.example")
        said = self.said(client)
        assert said["Contact"] == "https://participer.ville.example/pages/contact"
        assert said["Canonical"] == "https://participer.ville.example/.well-known/security.txt"
        assert said["Preferred-Languages"].startswith("fr")
        assert client.get("/pages/contact").status_code == 200

    def test_it_is_the_address_of_the_settings_and_never_out_of_date(self, client, ctx, noon):
        site = as_it_stands()
        site.contact_email = "securite@ville.example"
        db.session.add(site)
        db.session.commit()
        said = self.said(client)
        assert said["Contact"] == "mailto:securite@ville.example"
        assert said["Expires"] == "2026-12-12T00:00:00Z"
        with clock.frozen(noon + timedelta(days=500)):
            assert self.said(client)["Expires"] > "2027-10"


@pytest.mark.parametrize(
    ("site", "trusted", "asked", "code"),
    [
        ("https://participer.ville.example", None, "participer.ville.example:443", 200),
        ("https://participer.ville.example", None, "127.0.0.1:8000", 200),
        ("https://participer.ville.example", None, "piege.example", 400),
        ("https://participer.ville.example", None, "participer.ville.example.piege.example", 400),
        ("https://participer.ville.example", ["autre.example"], "participer.ville.example", 400),
        ("https://participer.ville.example", ["autre.example"], "autre.example", 200),
        ("", None, "nimporte.example", 200),
    ],
)
def test_a_site_that_has_a_name_answers_to_no_other(tmp_path, site, trusted, asked, code):
    """Nothing of the town's is behind this door: a static page that asks no database."""
    app = create_app(
        TESTING=True, SECRET_KEY="x", INSTANCE=str(tmp_path), SITE_URL=site, TRUSTED_HOSTS=trusted
    )
    reply = app.test_client().get("/static/any/style.css", headers={"Host": asked})
    assert reply.status_code == code


@pytest.mark.parametrize("part", ["addresses", "roots"])
def test_what_strangers_ask_is_not_remembered(app, part):
    """A worker that keeps what it worked out keeps nothing as long as somebody likes."""

    def ask(number: int) -> None:
        for one in range(number):
            asked = f"{one:04}" * 5000
            if part == "addresses":
                app.url_for("people.sign_in", next=f"/{asked}")
            else:
                stems(asked)

    with app.test_request_context():
        ask(1)
        tracemalloc.start()
        try:
            ask(100)
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < 200_000


def test_what_a_town_keeps_is_its_own(tmp_path):
    """Database, letters and files lie where no other account of the machine looks."""
    instance = tmp_path / "town"
    create_app(INSTANCE=instance, SECRET_KEY="x")
    assert instance.stat().st_mode & 0o077 == 0


def test_a_shelf_weighs_what_strangers_write_on_its_labels():
    shelf = Shelf()
    kept = Kept("", 0.0, "", "text/html", b"", b"")
    for number in range(40):
        shelf.put((f"{number}" + "x" * 2**19,), kept)
    assert len(shelf.pages) < 33
    assert shelf.size <= ROOM
