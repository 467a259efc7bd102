"""The page of a district tells its story in order: asked, voted, put to the council, reported."""

import html
import json
import re
from datetime import date

from consult.core import clock
from consult.core.db import db
from consult.council import carrying as council
from consult.council.models import Act, ActKind
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.territory import actions, queries
from consult.territory.models import ChangeKind, Lies, Place, PlaceKind
from tests.engagements.making import carried_in
from tests.factories import make_campaign, make_user


def story(client, slug: str) -> list[tuple[str, str]]:
    """When and what, in the order of the page."""
    text = client.get(f"/lieux/{slug}").text
    timeline = text[text.index('class="timeline"') : text.index('id="campaigns"')]
    found = re.findall(r'class="when">(.*?)</div>.*?class="title">(.*?)</div>', timeline, re.S)
    return [
        tuple(" ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split()) for part in one)
        for one in found
    ]


def test_a_place_tells_its_story_in_order(ctx, noon, client):
    quay = Place.new("Les Quais", kind=PlaceKind.PRIORITY)
    square = Place.new("La place du Quai")
    commit()
    db.session.add(Lies(place_id=square.id, parent_id=quay.id))
    campaign = make_campaign(title="Parlons des quais", places=[square])
    note = Act(
        kind=ActKind.NOTE,
        title="Note sur les quais",
        assembly="Conseil municipal",
        adopted_on=date(2026, 3, 2),
        places=[quay],
        shown_at=clock.now(),
    )
    hidden = Act(kind=ActKind.NOTE, title="Un projet", assembly="Conseil municipal", places=[quay])
    db.session.add_all([note, hidden])
    clerk = make_user(RoleName.COUNCIL)
    later = actions.create_generation(
        clerk, label="Géographie 2024", starts_on=date(2024, 1, 1), place=None
    )
    db.session.flush()
    actions.change_place(clerk, later, place=quay, kind=ChangeKind.ENTERING)
    commit()
    assert story(client, "les-quais") == [
        ("1er janvier 2024 Entrée", "Géographie 2024"),
        ("2 mars 2026 Note de présentation", "Note sur les quais"),
        ("16 mai 2026 Consultation", campaign.title),
    ]


def test_us3_2_the_story_of_les_blagis(ctx, noon, shared_data, client):
    blagis = Place.new("Les Blagis", kind=PlaceKind.DISTRICT)
    commit()
    plan = carried_in(shared_data("sources/000_sceaux_plan_action_blagis.json"))
    plan.campaigns[0].places = [blagis]
    source = shared_data("sources/003_sceaux_note_quartiers_metropolitains_innovation.json")
    note = council.note(json.loads(source.read_text()), "003")
    commit()
    assert note.places == [blagis]
    told = story(client, "les-blagis")
    assert [when for when, _title in told] == [
        "au printemps 2021 Consultation",
        "16 octobre 2021 Délibération",
        "23 mars 2023 Note de présentation",
        "Deux ans après Bilan",
    ]
    assert told[0][1] == "Parlons ensemble des Blagis"
    assert told[2][1] == note.title
    assert queries.place_named("Blagis") is blagis
