"""Issue 4, item 9, the short form: a few kills under load. `make ordeal` does hundreds."""

import pytest

from tests.ordeal import kill


@pytest.mark.xdist_group("ordeal")
def test_what_was_acknowledged_is_there_once_after_kills(engine):
    figures = kill.trial(engine, kills=1, people=6, workers=1)
    assert figures["kills"] == 2
    assert figures["answered"] > 5
    assert figures["lost"] == figures["double"] == 0
