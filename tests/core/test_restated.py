"""What stood on show never changes without a trace: what it said stays beside the reason."""

import pytest
import sqlalchemy as sa

from consult.core import restated
from consult.core.db import db
from consult.core.rules import Refused
from tests import factories

pytestmark = pytest.mark.usefixtures("ctx")


def test_what_was_said_stays_beside_what_is_said_and_why() -> None:
    campaign = factories.make_campaign()
    before = {"label": "Habitants", "unit": "hab.", "year": 2021}
    after = {"label": "Habitantes et habitants", "unit": "hab.", "year": 2022}
    assert restated.restate(None, campaign, before, after, reason=" Le titre était incomplet. ")
    db.session.flush()
    (row,) = restated.of(campaign)
    assert row.before == {"label": "Habitants", "year": 2021}
    assert row.after == {"label": "Habitantes et habitants", "year": 2022}
    assert row.reason == "Le titre était incomplet."


@pytest.mark.parametrize("after", [{"label": "A", "unit": ""}, {"label": "A", "unit": "hab."}])
def test_nothing_is_noted_where_nothing_changes_or_a_blank_is_filled(after: dict[str, str]) -> None:
    campaign = factories.make_campaign()
    assert not restated.restate(None, campaign, {"label": "A", "unit": ""}, after, reason="")
    assert restated.of(campaign) == []


def test_a_browser_that_ends_lines_its_own_way_changes_nothing() -> None:
    campaign = factories.make_campaign()
    before, after = {"words": "Un.\n\nDeux."}, {"words": "Un.\r\n\r\nDeux."}
    assert not restated.restate(None, campaign, before, after, reason="")


@pytest.mark.parametrize("after", [{"label": "B"}, {}])
def test_a_change_without_its_reason_is_refused_beside_the_field(after: dict[str, str]) -> None:
    campaign = factories.make_campaign()
    with pytest.raises(Refused) as met:
        restated.restate(None, campaign, {"label": "A"}, after, reason="  ")
    assert met.value.about == "reason"


def test_the_database_refuses_to_change_what_was_kept() -> None:
    campaign = factories.make_campaign()
    restated.restate(None, campaign, {"label": "A"}, {"label": "B"}, reason="Une faute.")
    db.session.flush()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(restated.Restated).values(reason="Autre chose."))
