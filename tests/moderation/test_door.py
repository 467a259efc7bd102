"""The notice form stands behind the same door as other forms without an account."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.door import Stamp, prove
from consult.moderation.models import Notice
from tests.abuse import ALL, layers
from tests.factories import NOTICE, make_contribution, make_user, sign_in


@pytest.fixture
def address(ctx, app):
    with layers(app, ALL):
        yield f"/signaler/{make_contribution().id}"


def stamped(seconds: int) -> str:
    """The stamp of a form that was shown so many seconds ago."""
    with clock.frozen(clock.now() - timedelta(seconds=seconds)):
        return str(Stamp.new())


def received() -> int:
    return db.session.scalar(sa.select(sa.func.count(Notice.id))) or 0


def test_a_browser_that_did_its_sum_passes_at_once(client, address):
    stamp = stamped(5)
    proven = {**NOTICE, "key": "n", "stamp": stamp, "proof": prove(stamp)}
    assert client.post(address, data=proven).status_code == 303
    assert received() == 1


def test_without_scripts_one_waits_a_little_and_loses_nothing(client, address):
    page = client.get(address).text
    assert 'name="stamp"' in page
    assert 'name="website"' in page
    early = client.post(address, data={**NOTICE, "key": "n", "stamp": stamped(10)})
    assert "attendez 15 secondes" in early.text
    assert NOTICE["words"] in early.text
    assert received() == 0
    assert (
        client.post(address, data={**NOTICE, "key": "n", "stamp": stamped(15)}).status_code == 303
    )


@pytest.mark.parametrize("more", [{"urgency": "danger"}, {"ground": "child_abuse"}])
def test_danger_and_abuse_of_children_never_wait(client, address, more):
    sent = client.post(address, data={**NOTICE, **more, "key": "n"})
    assert sent.status_code == 303
    assert received() == 1


def test_danger_passes_where_a_network_already_sent_many(client, address):
    for number in range(10):
        client.post(address, data={**NOTICE, "urgency": "danger", "key": f"n{number}"})
    assert client.post(address, data={**NOTICE, "key": "other"}).status_code == 429
    last = client.post(address, data={**NOTICE, "urgency": "danger", "key": "last"})
    assert last.status_code == 303


def test_somebody_signed_in_meets_no_door(client, address):
    sign_in(client, make_user())
    assert 'name="stamp"' not in client.get(address).text
    assert client.post(address, data={**NOTICE, "key": "n"}).status_code == 303
