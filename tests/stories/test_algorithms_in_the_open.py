"""Somebody wonders why they see what they see, and reads it: each order, each flag, each count."""

from consult.contributions.queries import Order
from consult.core.algorithms import by_kind
from tests.factories import make_campaign, make_contribution


def test_from_the_foot_of_a_page_to_the_rule_of_what_one_saw(client, ctx, noon):
    campaign = make_campaign()
    make_contribution(campaign, title="Un banc")
    listed = client.get(f"/consultations/{campaign.slug}/contributions?depart=3").text
    assert 'href="/algorithmes"' in listed
    page = client.get("/algorithmes").text
    kinds = [kind for kind, _declared in by_kind()]
    assert len(kinds) == 5, "sorts, suggestions, flags, groupings and counts"
    for kind, declared in by_kind():
        assert str(kind.label) in page
        assert declared
    for heading in ("À quoi il sert", "Données lues", "Règle"):
        assert page.count(f"<dt>{heading}</dt>") == sum(len(rows) for _kind, rows in by_kind())
    # Every order a reader may choose for this list is told there.
    told = {one.name.rpartition(".")[2].casefold() for _kind, rows in by_kind() for one in rows}
    assert {order.value for order in Order} <= told
    assert "Un banc" not in page
