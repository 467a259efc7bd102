"""Pages kept for many readers: never stale after a write, never another reader's own."""

import gzip
from datetime import timedelta

import pytest

from consult.core import clock, pages
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.portal import actions
from tests.counting import statements
from tests.factories import make_campaign, make_user, sign_in
from tests.portal.making import text_of


@pytest.fixture
def kept(app, ctx, noon, monkeypatch):
    """The application, keeping its pages."""
    monkeypatch.setitem(app.config, "PAGE_CACHE", True)
    return app


@pytest.fixture
def town(kept):
    administrator = make_user(RoleName.ADMINISTRATOR)
    rename(administrator, "Sceaux")
    return administrator


def rename(administrator, name: str) -> None:
    actions.change_settings(
        administrator,
        name=name,
        tagline="",
        colour="#12495a",
        contact_email="",
        contact_postal="",
        contact_phone="",
        texts={},
    )
    commit()


def test_a_page_unchanged_does_not_wake_the_application(client, town):
    first = client.get("/")
    assert first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in first.headers
    with statements() as sent:
        again = client.get("/")
    assert again.data == first.data
    assert sent == []


def test_a_reader_who_has_it_is_sent_nothing(client, town):
    etag = client.get("/").headers["ETag"]
    reply = client.get("/", headers={"If-None-Match": etag})
    assert (reply.status_code, reply.data) == (304, b"")
    assert reply.headers["ETag"] == etag


def test_a_write_changes_the_page_at_once(client, town):
    etag = client.get("/").headers["ETag"]
    rename(town, "Bourg-la-Reine")
    reply = client.get("/", headers={"If-None-Match": etag})
    assert reply.status_code == 200
    assert "Bourg-la-Reine" in reply.text
    assert "Sceaux" not in reply.text


def test_somebody_signed_in_is_never_sent_a_kept_page_nor_leaves_one(client, town, kept):
    visitor = kept.test_client()
    public = visitor.get("/consultations")
    own = sign_in(client, town).get("/consultations")
    assert "Mon espace" in own.text
    assert "Mon espace" not in public.text
    assert "ETag" not in own.headers
    assert "no-cache" in own.headers["Cache-Control"]
    assert "private" in own.headers["Cache-Control"]
    assert "Mon espace" not in kept.test_client().get("/consultations").text


def test_each_language_has_its_page(kept, town):
    assert "Accueil" in kept.test_client().get("/accessibilite").text
    english = kept.test_client()
    english.get("/accessibilite?lang=en")
    assert 'lang="en"' in english.get("/accessibilite").text
    assert 'lang="fr"' in kept.test_client().get("/accessibilite").text


def test_a_language_once_asked_for_lasts(kept, town):
    visitor = kept.test_client()
    reply = visitor.get("/?lang=en")
    assert "lang=en" in reply.headers["Set-Cookie"]
    assert "HttpOnly" in reply.headers["Set-Cookie"]
    assert "private" in reply.headers["Cache-Control"]
    assert '<html lang="en">' in visitor.get("/consultations").text
    assert "Set-Cookie" not in visitor.get("/consultations").headers
    assert '<html lang="fr">' in visitor.get("/consultations?lang=fr").text
    assert '<html lang="fr">' in visitor.get("/consultations").text
    assert "Set-Cookie" not in kept.test_client().get("/?lang=tlh").headers


def test_asking_for_a_language_twice_still_sets_it_for_a_newcomer(kept, town):
    first = kept.test_client()
    first.get("/?lang=en")
    first.get("/?lang=en")  # kept now: this visitor needs no cookie any more
    newcomer = kept.test_client().get("/?lang=en")
    assert "lang=en" in newcomer.headers["Set-Cookie"]


def test_a_page_is_never_far_behind_the_clock(client, town, noon):
    campaign = make_campaign()
    closes = campaign.phases[0].closes_at
    rename(town, "Sceaux-sur-Mer")
    path = f"/consultations/{campaign.slug}"
    with clock.frozen(closes - timedelta(seconds=5)):
        before = text_of(client.get(path))
    with clock.frozen(closes + timedelta(seconds=pages.SECONDS)):
        after = text_of(client.get(path))
    assert before != after
    assert "Résultats attendus" in after


def test_a_fault_is_not_kept(client, town):
    assert client.get("/nulle-part").status_code == 404
    assert "ETag" not in client.get("/nulle-part").headers


def test_a_page_travels_packed_when_the_reader_can_unpack(client, town):
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2


def test_the_first_page_is_light(client, town):
    """Everything a first visit needs, packed: at most 100 KB."""
    home = client.get("/", headers={"Accept-Encoding": "gzip"})
    head = client.get("/").text
    paths = [
        part.partition('"')[0]
        for mark in ('href="/static/', 'src="/static/')
        for part in head.split(mark)[1:]
    ]
    weight = len(home.data)
    for path in dict.fromkeys(paths):
        reply = client.get(f"/static/{path}", headers={"Accept-Encoding": "gzip"})
        assert reply.status_code == 200
        weight += len(reply.data)
    assert weight <= 100_000


def test_the_shelf_forgets_what_nobody_asks_for(monkeypatch):
    monkeypatch.setattr(pages, "ROOM", 10)
    shelf = pages.Shelf()
    page = pages.Kept("tip", 0.0, "etag", "text/html", b"1234", b"")
    for name in ("a", "b"):
        shelf.put((name,), page)
    assert shelf.get(("a",))
    shelf.put(("c",), page)
    assert shelf.get(("b",)) is None
    assert shelf.get(("a",))
    assert shelf.size == 10  # two pages and their addresses


def test_where_the_tip_cannot_be_read_the_application_answers(app, client, town, monkeypatch):
    def away() -> str:
        raise OSError("the database went away")

    monkeypatch.setattr(app.wsgi_app.inside, "tip", away)
    assert client.get("/").status_code == 200  # asked of the application, and not kept
    assert "ETag" not in client.get("/").headers
