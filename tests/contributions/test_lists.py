"""Lists: an order that favours nobody, pages that neither lose nor repeat, the right index."""

import random
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns.models import PhaseKind, Theme
from consult.contributions import queries
from consult.contributions.models import SHUFFLE, STARTS, Contribution, Outcome, Tally
from consult.contributions.queries import Order, figures, listed
from consult.core import clock
from consult.core.db import db
from consult.posts.models import Post, Status
from consult.territory.models import Place
from tests.factories import make_campaign, make_contribution, make_user

ORDERS = list(Order)
FILTERS = [
    (),
    ("theme",),
    ("place",),
    ("outcome",),
    ("theme", "place"),
    ("theme", "outcome"),
    ("theme", "place", "outcome"),
]


def filled(campaign, rows):
    """These rows put in by hand, as quickly as many can be."""
    author, now = make_user(), clock.now()
    post = {
        "kind": "contribution",
        "author_id": author.id,
        "channel": "web",
        "body": "Des mots.",
        "created_at": now,
        "submitted_at": now,
        "published_at": now,
    }
    posts, contributions, tallies = [], [], Counter()
    for number, row in enumerate(rows, 1):
        status = row.pop("status", Status.PUBLISHED)
        row = {"id": number, "campaign_id": campaign.id, "comment_count": 0, **row}
        posts.append(
            {**post, "id": number, "receipt": f"R{number}", "title": f"Idée {number}"}
            | {"status": status}
        )
        contributions.append(row)
        if status != Status.DRAFT:
            tallies[row.get("theme_id") or 0, status, row.get("outcome") or ""] += 1
    db.session.execute(sa.insert(Post.__table__), posts)
    db.session.execute(sa.insert(Contribution.__table__), contributions)
    for (theme, status, outcome), number in tallies.items():
        db.session.add(
            Tally(
                campaign_id=campaign.id,
                theme_id=theme,
                status=status,
                outcome=outcome,
                number=number,
            )
        )
    db.session.commit()
    return campaign


@pytest.fixture
def town(ctx, noon):
    """Fifty-three contributions on show, and some that are not, with every kind of mark."""
    chance = random.Random(7)
    campaign = make_campaign()
    campaign.themes = [Theme(title="Nature"), Theme(title="Rue")]
    campaign.places = [Place.new("Le marché"), Place.new("Le square")]
    db.session.commit()
    hidden = (Status.DRAFT, Status.PENDING, Status.REFUSED, Status.RESTRICTED)
    return filled(
        campaign,
        [
            {
                "theme_id": chance.choice([None, *(theme.id for theme in campaign.themes)]),
                "place_id": chance.choice([None, *(place.id for place in campaign.places)]),
                "outcome": chance.choice([None, *Outcome]),
                "shuffle": chance.randrange(SHUFFLE),
                "support_count": chance.randrange(4),
                "status": status,
                "shown_at": noon - timedelta(hours=chance.randrange(20))
                if status == Status.PUBLISHED
                else None,
            }
            for status in [Status.PUBLISHED] * 53 + list(hidden)
        ],
    )


def asked(campaign, names):
    return {
        "theme": campaign.themes[0].id if "theme" in names else None,
        "place": campaign.places[0].id if "place" in names else None,
        "outcome": Outcome.RETAINED if "outcome" in names else None,
    }


def expected(campaign, order, start, theme=None, place=None, outcome=None):
    """The whole list, found the slow way."""
    rows = [
        one
        for one in db.session.scalars(sa.select(Contribution).filter_by(campaign=campaign))
        if one.shown_at
        and theme in (None, one.theme_id)
        and place in (None, one.place_id)
        and outcome in (None, one.outcome)
    ]
    turn = start * (SHUFFLE // STARTS)
    keys = {
        Order.SHUFFLED: lambda one: ((one.shuffle - turn) % SHUFFLE, one.id),
        Order.NEWEST: lambda one: (-one.shown_at.timestamp(), -one.id),
        Order.SUPPORTED: lambda one: (-one.support_count, -one.id),
    }
    return [one.id for one in sorted(rows, key=keys[order])]


def walked(campaign, **how):
    """Every page from the first to the last, then back again."""
    pages, cursor = [], {}
    while True:
        page = listed(campaign, **how, **cursor)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            break
        cursor = {"after": page.next}
    back = [pages[-1]]
    while page.previous is not None:
        page = listed(campaign, **how, before=page.previous)
        back.append([row.id for row in page.rows])
    return pages, back[::-1]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_neither_lose_nor_repeat(town, order):
    for names in FILTERS:
        filters = asked(town, names)
        for start in (0, 5, 15) if order == Order.SHUFFLED else (0,):
            whole = expected(town, order, start, **filters)
            pages, back = walked(town, order=order, start=start, **filters)
            assert pages == ([whole[i : i + 15] for i in range(0, len(whole), 15)] or [[]])
            assert [number for page in back for number in page] == whole


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_that_would_look_too_far_stops_and_goes_on(town, order, monkeypatch):
    monkeypatch.setattr(queries, "NARROW", -1)  # as if each filter left crowds
    monkeypatch.setattr(queries, "LOOKED", (5, 9))
    for names in FILTERS:
        filters = asked(town, names)
        whole = expected(town, order, 5, **filters)
        pages, _ = walked(town, order=order, start=5, **filters)
        assert [number for page in pages for number in page] == whole


def test_sixteen_starts_are_sixteen_orders_of_the_same_list(town):
    orders = [
        tuple(number for page in walked(town, start=start)[0] for number in page)
        for start in range(STARTS)
    ]
    assert len({frozenset(order) for order in orders}) == 1
    assert len(set(orders)) > 10


def test_no_answer_yet_is_an_answer_one_may_ask_for(town):
    pages, _ = walked(town, outcome="none", order=Order.NEWEST)
    whole = [
        one.id
        for one in db.session.scalars(sa.select(Contribution).filter_by(campaign=town))
        if one.shown_at and one.outcome is None
    ]
    assert sorted(number for page in pages for number in page) == sorted(whole)


@pytest.mark.parametrize("cursor", ["", "x", "-", "1-2-3", "zz-1", "-1-5", "f" * 80 + "-1", "é"])
def test_a_cursor_that_makes_no_sense_is_the_first_page(town, cursor):
    for order in ORDERS:
        assert listed(town, order=order, after=cursor).rows == listed(town, order=order).rows


def test_counts_are_exact_where_they_are_known_and_capped_where_not(town, monkeypatch):
    filters = asked(town, ("theme", "outcome"))
    whole = expected(town, Order.NEWEST, 0, **filters)
    assert listed(town, **filters).number == len(whole)
    assert listed(town).number == 53
    here = asked(town, ("place",))
    assert listed(town, **here).number == len(expected(town, Order.NEWEST, 0, **here))
    monkeypatch.setattr(queries, "COUNTED", 3)
    assert (listed(town, **here).number, listed(town, **here).is_more) == (3, True)
    assert listed(town, **asked(town, ("theme", "place"))).number is None


def test_a_row_says_what_a_list_shows(town):
    row = listed(town, order=Order.NEWEST, place=town.places[0].id).rows[0]
    assert row.title.startswith("Idée")
    assert row.place == "Le marché"
    assert row.name.startswith("Personne")


def test_figures_of_a_campaign(town):
    known = figures(town)
    assert (known.published, known.pending, known.received) == (53, 1, 56)
    assert sum(known.by_theme.values()) == 53
    assert known.answered == sum(known.by_outcome.values()) < 53


# The page.


def test_each_visitor_begins_elsewhere_and_the_address_says_where(client, town):
    bare = f"/consultations/{town.slug}/contributions"
    starts = {client.get(bare).location for _ in range(60)}
    assert len(starts) > 3
    assert all("depart=" in there for there in starts)
    assert client.get(bare).headers["Cache-Control"] == "no-store"
    kept = client.get(f"{bare}?theme={town.themes[0].id}").location
    assert f"theme={town.themes[0].id}" in kept
    page = client.get(f"{bare}?depart=3")
    assert "Leur ordre ne favorise personne" in page.text
    assert "Set-Cookie" not in page.headers


def test_a_list_is_asked_for_by_its_address(client, town):
    bare = f"/consultations/{town.slug}/contributions"
    for query, words in (
        ("order=newest", "Les plus récentes d’abord."),
        ("order=supported", "Les plus soutenues d’abord."),
        ("order=newest&place=le-square", "contributions."),
        ("order=newest&outcome=none", "contributions."),
        ("order=rubbish&depart=3&theme=x&outcome=y&after=z", "53 contributions."),
    ):
        page = client.get(f"{bare}?{query}")
        assert page.status_code == 200
        assert words in page.text.replace("\xa0", " ")
    first = client.get(f"{bare}?order=newest").text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first


def test_supports_counted_out_of_sight_are_not_an_order(client, ctx, noon):
    campaign = make_campaign(PhaseKind.PROPOSE, PhaseKind.VOTE, hides_counts=True)
    low = make_contribution(campaign, title="Peu", support_count=1)
    low.shown_at = noon
    make_contribution(campaign, title="Beaucoup", support_count=9).shown_at = noon - timedelta(1)
    db.session.commit()
    page = client.get(f"/consultations/{campaign.slug}/contributions?order=supported").text
    assert page.index("Peu") < page.index("Beaucoup")
    assert "soutien" not in page.split("<main")[1].split("</main")[0].replace("soutenues", "")


# The database.


@pytest.fixture
def crowd(ctx, noon):
    """Three thousand rows: enough for the engines to choose as with many."""
    campaign = make_campaign()
    campaign.themes = [Theme(title=f"Thème {number}") for number in range(5)]
    db.session.commit()
    themes = [theme.id for theme in campaign.themes]
    filled(
        campaign,
        [
            {
                "theme_id": themes[number % 5],
                "shuffle": number * 7919 % SHUFFLE,
                "shown_at": noon - timedelta(minutes=number),
                "outcome": Outcome.RETAINED if number % 3 else None,
                "support_count": number % 50,
            }
            for number in range(3000)
        ],
    )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return campaign


@pytest.mark.parametrize(
    ("how", "index"),
    [
        ({}, "ix_contribution_shuffled"),
        ({"order": Order.NEWEST}, "ix_contribution_newest"),
        ({"order": Order.SUPPORTED}, "ix_contribution_supported"),
        ({"order": Order.NEWEST, "theme": True}, "ix_contribution_theme"),
        ({"order": Order.NEWEST, "outcome": Outcome.RETAINED}, "ix_contribution_outcome"),
        ({"order": Order.NEWEST, "outcome": "none"}, "ix_contribution_outcome"),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("is_far", [False, True], ids=["first", "far"])
def test_each_order_walks_its_own_index(crowd, engine, how, index, is_far):
    if how.get("theme"):
        how = {**how, "theme": crowd.themes[0].id}
    after = None
    for _ in range(30 if is_far else 0):
        after = listed(crowd, **how, after=after).next
    asked: list = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "contribution.shown_at IS NOT NULL" in statement:
            asked.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    listed(crowd, **how, after=after)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert asked
    for statement, parameters in asked:
        explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
        plan = db.session.connection().exec_driver_sql(explain + statement, parameters)
        lines = " ".join(" ".join(map(str, row)) for row in plan)
        assert index in lines, lines
        assert "TEMP B-TREE" not in lines, lines
        assert "Sort" not in lines, lines
