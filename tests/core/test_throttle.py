"""What is counted against abuse says nothing of anybody."""

import sqlalchemy as sa

from consult.core import throttle
from consult.core.db import db


def test_a_try_says_neither_whose_it_is_nor_that_two_came_from_one_place(ctx):
    tries = ("support:17", "comment:17", "notice:network", "comment-in:network")
    for key in tries:
        throttle.note(key)
    db.session.commit()
    kept = [key.split(":") for key in db.session.scalars(sa.select(throttle.Attempt.key))]
    assert sorted(door for door, _sealed in kept) == ["comment", "comment-in", "notice", "support"]
    assert len({sealed for _door, sealed in kept} - {"17", "network"}) == len(tries)
    assert throttle.too_many("support:17", limit=1, within=throttle.DAY)
    assert throttle.free_at("support:17", limit=1, within=throttle.DAY)
    assert not throttle.passes({"support:17": 1}, within=throttle.DAY)
    throttle.take_back("support:17")
    assert throttle.passes({"support:17": 1}, within=throttle.DAY)
    throttle.forgive("support:17")
    assert throttle.is_first("support:17")
    assert not throttle.is_first("support:17")
