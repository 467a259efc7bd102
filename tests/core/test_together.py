"""Several tables read in one statement: every row, in its order, given to what it hangs on."""

from consult.campaigns.models import PhaseKind
from consult.core.db import Rows, db, give, together
from consult.territory.models import Lies, Organisation, Place
from tests.counting import statements
from tests.factories import make_campaign


def test_every_table_gives_its_rows_in_its_order_in_one_statement(ctx):
    names = ("Rue Basse", "Avenue Haute", "Parc")
    places = {name: Place.new(name) for name in names}
    Organisation.new("Régie des eaux")
    db.session.flush()
    db.session.add(Lies(place_id=places["Parc"].id, parent_id=places["Rue Basse"].id))
    db.session.flush()
    db.session.expire_all()
    with statements() as sent:
        found = together(
            Rows(Place, Place.name.in_(names), (Place.name.desc(),)),
            Rows(Lies, Lies.parent_id.is_not(None)),
            Rows(Organisation, Organisation.name == "nobody"),
        )
        assert [place.name for place in found[Place]] == ["Rue Basse", "Parc", "Avenue Haute"]
    assert len(sent) == 1
    assert [link.place_id for link in found[Lies]] == [places["Parc"].id]
    assert found[Organisation] == []


def test_what_hangs_on_a_thing_is_not_asked_again(ctx):
    campaign = make_campaign(PhaseKind.PROPOSE)
    known = list(campaign.phases)
    assert known
    db.session.expire(campaign, ["phases"])
    with statements() as sent:
        give([campaign], "phases", known, "campaign_id")
        assert campaign.phases == known
    assert sent == []
