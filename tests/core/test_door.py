"""A form without an account tells programs from people by three signs, and turns nobody away."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from playwright.sync_api import expect

from consult.campaigns.models import Identity, Moderation, PhaseKind
from consult.contributions.models import Contribution
from consult.core import clock, throttle
from consult.core.db import db, writing
from consult.core.door import BITS, Stamp, is_proof, prove
from consult.people.models import Letter
from consult.posts.models import FlagKind, Status
from consult.posts.queries import flags_of
from tests.factories import make_campaign

ALL = ("rate", "door", "disposable", "links", "alike", "bursts")


@pytest.fixture
def door(app, monkeypatch):
    """The site as a town runs it: every layer in force."""
    monkeypatch.setitem(app.config, "LAYERS", ALL)


def stamped(app, *, ago=10):
    """A stamp given some seconds ago."""
    with app.app_context(), clock.frozen(clock.now() - timedelta(seconds=ago)):
        return str(Stamp.new())


def sign_up(client, number=0, **more):
    return client.post(
        "/inscription",
        data={"email": f"a{number}@exemple.fr", "pseudonym": f"Lou {number}", **more},
    )


def letters():
    return db.session.query(Letter).count()


def test_a_proof_is_a_proof_for_its_own_stamp_only(ctx):
    one, other = str(Stamp.new()), str(Stamp.new())
    number = prove(one)
    assert is_proof(one, number, BITS)
    assert not is_proof(other, number, 40)
    assert not is_proof(one, "-1", BITS)
    assert Stamp.read(one + "x") is None
    assert Stamp.read("1-2-0.forged") is None


@pytest.mark.parametrize("layers", [ALL, ("door",)])
def test_a_proof_serves_once_whichever_layers_stand(app, ctx, noon, client, monkeypatch, layers):
    monkeypatch.setitem(app.config, "LAYERS", layers)
    stamp = stamped(app)
    proof = {"stamp": stamp, "proof": prove(stamp)}
    assert sign_up(client, 1, **proof).status_code == 303
    again = sign_up(client, 2, **proof)
    assert (again.status_code, letters()) == (200, 1)


@pytest.mark.parametrize("fault", ["none", "forged", "hasty", "honeypot"])
def test_without_a_proof_one_waits_a_little_and_then_passes(app, ctx, noon, client, door, fault):
    stamp = stamped(app, ago=0 if fault == "hasty" else 10)
    sent = {
        "none": {"stamp": stamp},
        "forged": {"stamp": "1-1-0.x", "proof": "1"},
        "hasty": {"stamp": stamp, "proof": prove(stamp)},
        "honeypot": {"stamp": stamp, "proof": prove(stamp), "website": "http://vendre"},
    }[fault]
    page = sign_up(client, **sent)
    assert "attendez 15 secondes" in page.text
    assert "a0@exemple.fr" in page.text  # nothing typed is lost
    assert letters() == 0
    kept = page.text.partition('name="stamp"')[2].partition('value="')[2].partition('"')[0]
    with clock.frozen(noon + timedelta(seconds=15)):
        assert sign_up(client, **{**sent, "stamp": kept, "proof": ""}).status_code == 303
    assert letters() == 1


def test_those_without_a_proof_are_few_an_hour(app, ctx, noon, client, door, monkeypatch):
    stamp = stamped(app, ago=90)
    met = [sign_up(client, number, stamp=stamp).status_code for number in range(14)]
    assert met.count(303) == 10
    with clock.frozen(noon + timedelta(minutes=61)):
        assert sign_up(client, 20, stamp=stamped(app, ago=90)).status_code == 303


def test_a_text_without_a_proof_is_read_first(app, ctx, noon, client, door):
    campaign = make_campaign(PhaseKind.PROPOSE, moderation=Moderation.AFTER, identity=Identity.NONE)
    address = f"/consultations/{campaign.slug}/contributions/nouvelle"
    words = {"title": "Des bancs", "body": "À l'ombre, pour attendre le car.", "checked": "1"}
    stamp = stamped(app)
    client.post(address, data={**words, "key": "k1", "stamp": stamp, "proof": prove(stamp)})
    client.post(address, data={**words, "title": "Un arbre", "key": "k2"})
    proven, unproven = db.session.query(Contribution).order_by(Contribution.id)
    assert (proven.status, unproven.status) == (Status.PUBLISHED, Status.PENDING)
    kinds = {flag.kind for flag in flags_of([unproven])[unproven.id]}
    assert kinds == {FlagKind.HASTE, FlagKind.UNPROVEN}
    assert not flags_of([proven])


def test_kept_pages_are_the_same_for_everybody(app, ctx, noon, client, door, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE", True)
    campaign = make_campaign(PhaseKind.PROPOSE)
    page = f"/consultations/{campaign.slug}"
    kept = client.get(page)
    assert "ETag" in kept.headers
    assert 'name="stamp"' not in kept.text
    form = client.get(f"{page}/contributions/nouvelle")
    assert "ETag" not in form.headers  # a stamp is nobody else's


def test_the_browser_does_its_sum_while_one_types(app, page, server, door):
    page.goto("/inscription")
    page.get_by_label("Adresse électronique").fill("lou@exemple.fr")
    page.wait_for_function("document.querySelector('[name=proof]').value !== ''", timeout=20_000)
    stamp = page.locator("[name=stamp]").get_attribute("value")
    assert is_proof(stamp, page.locator("[name=proof]").input_value(), BITS)
    expect(page.get_by_label("Laissez ce champ vide")).to_be_hidden()


def test_a_limit_holds_when_many_workers_ask_at_once(app, noon):
    start, passed = Barrier(12), []

    def knock():
        with app.app_context():
            start.wait()
            writing()
            passed.append(throttle.passes({"door": 5}, within=timedelta(hours=1)))
            db.session.commit()

    threads = [Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False] * 7 + [True] * 5
