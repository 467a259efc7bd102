"""What a secret vote promises: once a person, nothing that joins a voter to a ballot, one count."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from consult.ballots import actions, queries, rules, urn
from consult.ballots.counting import FEW, Method
from consult.ballots.models import PollResult, Pouch, SheetEntry, State, Struck
from consult.campaigns.models import Identity
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.identity import actions as identity
from consult.identity.actions import Person
from consult.identity.roll import Who
from consult.journal.actions import commit, rollback
from consult.journal.models import Event
from consult.people.models import RoleName
from tests.ballots.making import CHOICES, after_closing, make_poll, make_votable, number_of, vote
from tests.factories import by_two, make_user

SHEET = {"ballots": 12, "blank": 1, "spoilt": 1}


def sheet(poll, *voices, **numbers):
    marks = {str(one.number): {"1": voices[CHOICES.index(one.title)]} for one in poll.options}
    return {**SHEET, **numbers, "marks": marks}


# Preparing.


def test_nothing_of_an_announced_vote_changes(ctx, noon):
    facilitator = make_user(RoleName.FACILITATOR)
    poll = make_poll(facilitator=facilitator, stations=("Mairie",))
    for act in (
        lambda: actions.edit(facilitator, poll, title="Autre chose ?"),
        lambda: actions.add_option(facilitator, poll, title="Un parking"),
        lambda: actions.remove_option(facilitator, poll, option=poll.options[0]),
        lambda: actions.add_station(facilitator, poll, name="École"),
        lambda: actions.remove_station(facilitator, poll, station=poll.stations[0]),
    ):
        with pytest.raises(Refused, match="refused"):
            act()
        rollback()
    assert poll.fingerprint() == poll.terms_sha256
    event = db.session.scalars(sa.select(Event).filter_by(name="ballots.announce")).one()
    assert event.data == {"sha256": poll.terms_sha256}


def test_the_numbers_are_drawn_by_lot_before_anybody_votes(ctx, noon):
    orders = {tuple(one.title for one in make_poll().options) for _turn in range(12)}
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("fields", "poll_fields"),
    [
        ({"dpia_on": None, "dpia_by": ""}, {}),
        ({"identity": Identity.NONE}, {}),
        ({"published": False}, {}),
        ({}, {"choices": ("Oui",)}),
        ({}, {"method": Method.ENVELOPE, "envelope_cents": 100}),  # no costs
        ({}, {"method": Method.ENVELOPE, "envelope_cents": 100, "costs": (1, 2, 1)}),
        ({}, {"method": Method.APPROVAL, "limit": 9}),
        ({}, {"seats": 3}),
    ],
)
def test_a_vote_is_not_announced_while_something_is_missing(ctx, noon, fields, poll_fields):
    poll = make_poll(announced=False, campaign=make_votable(**fields), **poll_fields)
    assert rules.gaps(poll)
    with pytest.raises(Refused):
        actions.announce(make_user(RoleName.FACILITATOR), poll)


# Voting.


def test_nobody_votes_twice(ctx, noon):
    poll, voter = make_poll(), make_user()
    first = vote(poll, "Des bancs", by=voter)
    with pytest.raises(Refused):
        vote(poll, "Une fontaine", by=voter, key="another form")
    rollback()
    assert vote(poll, "Des bancs", by=voter) == first  # the same form, sent twice
    assert queries.turnout(poll).total == 1
    assert urn.poured(poll) == [{number_of(poll, "Des bancs"): 1}]


def test_who_may_not_vote(ctx, noon):
    poll = make_poll()
    guarantor = make_user(RoleName.GUARANTOR)
    for actor in (None, make_user(confirmed=False), guarantor):
        assert refusal(rules.cast, actor, poll)
    later = make_poll(opens_at=noon + timedelta(days=1), closes_at=noon + timedelta(days=2))
    assert refusal(rules.cast, make_user(), later)
    with clock.frozen(noon + timedelta(days=1)):
        assert refusal(rules.cast, make_user(), later) is None
    with clock.frozen(noon + timedelta(days=2)):
        assert refusal(rules.cast, make_user(), later)


def test_neither_roll_nor_urn_nor_journal_says_who_voted_what(ctx, noon):
    """Not by a key, not by a moment, not by an order, not by a row number."""
    poll = make_poll()
    voters = [make_user() for _turn in range(30)]
    receipts = [
        vote(poll, CHOICES[turn % 3], by=voter, key=f"k{turn}") for turn, voter in enumerate(voters)
    ]
    pouches = db.session.scalars(sa.select(Pouch)).all()
    assert len(pouches) == 1  # one row for all: no row has a number, a place, a transaction
    slips = pouches[0].slips
    assert slips == sorted(slips)
    kept = " ".join(slips)
    roll = db.session.scalars(sa.select(Struck)).all()
    for row in roll:
        assert row.voter_key not in kept
        assert row.receipt not in kept
    columns = {column.name for column in Struck.__table__.columns}
    assert columns == {"id", "poll_id", "voter_key", "channel", "station_id", "receipt"}
    assert {column.name for column in Pouch.__table__.columns} == {"id", "poll_id", "slips"}
    events = db.session.scalars(sa.select(Event).filter_by(name="ballots.cast")).all()
    assert len(events) == 30
    for event in events:
        assert (event.actor_id, event.data) == (None, {})
        assert (event.subject_kind, event.subject_id) == ("poll", poll.id)
    assert all(queries.with_receipt(receipt.code) == poll for receipt in receipts)


def test_a_large_urn_is_shared_out_and_loses_nothing(ctx, noon, monkeypatch):
    monkeypatch.setattr(urn, "ROOM", 8)
    poll = make_poll()
    for turn in range(40):
        urn.put(poll, {turn % 3 + 1: 1})
        db.session.flush()
    sizes = [len(one.slips) for one in db.session.scalars(sa.select(Pouch))]
    assert sum(sizes) == 40
    assert max(sizes) <= 8
    assert min(sizes) >= 4
    assert sorted(map(str, urn.poured(poll))) == sorted(str({n % 3 + 1: 1}) for n in range(40))


def test_one_may_change_one_s_vote_with_the_code_alone_if_it_was_announced(ctx, noon):
    poll, voter = make_poll(can_change=True), make_user()
    receipt = vote(poll, "Des bancs", by=voter)
    vote(poll, "Une fontaine")
    assert receipt.secret
    fountain = {number_of(poll, "Une fontaine"): 1}
    with pytest.raises(Refused):
        actions.change(None, poll, secret="AAAA-AAAA-AAAA-AAAA", ballot=fountain)
    rollback()
    actions.change(None, poll, secret=receipt.secret, ballot=fountain)
    commit()
    assert urn.poured(poll) == [fountain, fountain]
    actions.change(None, poll, secret=receipt.secret, ballot={})
    commit()
    assert sorted(urn.poured(poll), key=len) == [{}, fountain]
    assert queries.turnout(poll).total == 2
    with after_closing(poll), pytest.raises(Refused):
        actions.change(None, poll, secret=receipt.secret, ballot=fountain)


def test_a_ballot_is_final_where_no_change_was_announced(ctx, noon):
    poll = make_poll()
    receipt = vote(poll, "Des bancs")
    assert receipt.secret == ""
    assert not any(
        slip.partition("|")[2] for slip in db.session.scalars(sa.select(Pouch.slips)).one()
    )
    with pytest.raises(Refused):
        actions.change(None, poll, secret="", ballot={})


# Paper.


def test_who_voted_on_the_site_is_not_given_a_paper_ballot_nor_the_reverse(ctx, noon):
    agent = make_user(RoleName.COUNCIL)
    poll = make_poll(stations=("Mairie",))
    station = poll.stations[0]
    mina, omar = make_user(email="mina@exemple.fr"), make_user(email="omar@exemple.fr")
    vote(poll, "Des bancs", by=mina)
    with pytest.raises(Refused):
        actions.strike(agent, station, poll, who=Who(account=mina), key="a")
    rollback()
    actions.strike(agent, station, poll, who=Who(account=omar), key="b")
    commit()
    with pytest.raises(Refused):
        vote(poll, "Des bancs", by=omar)
    rollback()
    # Struck off under an address that has no account yet: the account comes too late.
    actions.strike(agent, station, poll, who=Who(email_key="late@exemple.fr"), key="c")
    commit()
    late = make_user(email="late@exemple.fr")
    with pytest.raises(Refused):
        vote(poll, "Des bancs", by=late)
    rollback()
    with pytest.raises(Refused):
        actions.strike(agent, station, poll, who=Who(account=late), key="c2")
    rollback()
    who = Person("Le Goff", "Anne Marie", 1951).key(poll.campaign)
    actions.strike(agent, station, poll, who=Who(person_key=who), key="d")
    commit()
    same = Person("LEGOFF", "Anne", 1951).key(poll.campaign)
    with pytest.raises(Refused):
        actions.strike(agent, station, poll, who=Who(person_key=same), key="e")
    rollback()
    assert queries.turnout(poll).stations == {station.id: 3}


def test_who_proved_it_at_the_desk_or_by_letter_is_known_on_paper_and_on_the_site(ctx, noon):
    agent, voter = make_user(RoleName.FACILITATOR), make_user()
    campaign = make_votable(ways=[Identity.DESK, Identity.LETTER])
    poll = make_poll(campaign=campaign, stations=("Mairie",))
    station, person = poll.stations[0], Person("Durand", "Zoé", 1951)
    assert refusal(rules.cast, voter, poll)  # proved nothing yet
    identity.see(agent, campaign, person=person, account=voter)
    commit()
    vote(poll, "Des bancs", by=voter)
    with pytest.raises(Refused):
        actions.strike(agent, station, poll, who=Who(person_key=person.key(campaign)), key="a")
    rollback()
    (letter,) = identity.make_letters(agent, campaign, size=1, key="letters")
    other = Person("Diallo", "Awa", 1980).key(campaign)
    actions.strike(agent, station, poll, who=Who(code=letter.code, person_key=other), key="b")
    commit()
    with pytest.raises(Refused):
        actions.strike(agent, station, poll, who=Who(person_key=other), key="c")
    rollback()
    assert queries.turnout(poll).total == 2


def test_a_sheet_counts_once_two_agents_typed_it_alike(ctx, noon):
    poll = make_poll(stations=("Mairie",))
    station, one, two = (
        poll.stations[0],
        make_user(RoleName.COUNCIL),
        make_user(RoleName.FACILITATOR),
    )
    right, wrong = sheet(poll, 5, 3, 2), sheet(poll, 4, 3, 3)
    with pytest.raises(Refused):  # nobody counts before the end
        actions.enter(one, station, poll, content=right)
    rollback()
    with after_closing(poll):
        actions.enter(one, station, poll, content=right)
        actions.enter(one, station, poll, content=right)  # the same agent twice is one reading
        commit()
        assert queries.sheets(poll)[0].content is None
        actions.enter(two, station, poll, content=wrong)
        commit()
        found = queries.sheets(poll)[0]
        assert found.content is None
        assert sorted(numbers for _what, _mark, numbers in found.differences) == [[3, 2], [4, 5]]
        with pytest.raises(Refused):
            actions.publish(make_user(RoleName.FACILITATOR), poll)
        rollback()
        actions.enter(two, station, poll, content=right)
        commit()
        assert queries.sheets(poll)[0].content == right
    assert db.session.scalar(sa.select(sa.func.count(SheetEntry.id))) == 4


@pytest.mark.parametrize(
    ("voices", "numbers"),
    [
        ((5, 3, 2), {"ballots": 1}),
        ((9, 3, 2), {}),
        ((11, 0, 0), {}),
        ((1, 1, 1), {}),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_in_words(ctx, noon, voices, numbers):
    poll = make_poll(stations=("Mairie",))
    with after_closing(poll), pytest.raises(Refused):
        actions.enter(
            make_user(RoleName.COUNCIL),
            poll.stations[0],
            poll,
            content=sheet(poll, *voices, **numbers),
        )


# Counting.


def told(poll, web=FEW, agent=None):
    """A vote on the site and on paper, closed and typed, ready to be counted."""
    for turn in range(web):
        vote(poll, CHOICES[turn % 2], key=f"k{turn}")
    with after_closing(poll):
        for agent in (make_user(RoleName.COUNCIL), make_user(RoleName.COUNCIL)):
            for station in poll.stations:
                actions.enter(agent, station, poll, content=sheet(poll, 5, 3, 2))
        commit()


def test_the_result_adds_paper_to_the_site_and_is_frozen_with_its_fingerprint(ctx, noon):
    poll = make_poll(stations=("Mairie",), can_change=True)
    told(poll)
    with after_closing(poll):
        result = actions.publish(make_user(RoleName.FACILITATOR), poll)
        commit()
    data = result.data
    scores = {line["number"]: line["score"] for line in data["result"]["lines"]}
    assert scores == {
        number_of(poll, "Des tilleuls"): 10,
        number_of(poll, "Des bancs"): 8,
        number_of(poll, "Une fontaine"): 2,
    }
    assert data["result"]["blank"] == 1
    assert data["result"]["spoilt"] == 1
    assert len(data["ballots"]) == FEW
    assert [one["station"] for one in data["sheets"]] == ["Mairie"]
    assert poll.state == State.COUNTED
    assert db.session.scalar(sa.select(sa.func.count(Pouch.id))) == 0  # codes and marks are gone
    event = db.session.scalars(sa.select(Event).filter_by(name="ballots.publish")).one()
    assert event.data == {"sha256": result.sha256, "table_sha256": result.table_sha256}
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.update(PollResult).values(content="{}"))
    db.session.rollback()
    with after_closing(poll), pytest.raises(Refused):
        actions.publish(make_user(RoleName.FACILITATOR), poll)


def test_the_few_who_voted_on_paper_are_published_with_the_others(ctx, noon):
    poll = make_poll()
    for turn in range(FEW - 1):
        vote(poll, CHOICES[turn % 2], key=f"k{turn}")
    with after_closing(poll):
        data = actions.publish(make_user(RoleName.FACILITATOR), poll).data
        commit()
    assert data["ballots"] == []
    assert [one["ballots"] for one in data["sheets"]] == [FEW - 1]
    assert data["result"]["ballots"] == FEW - 1


def test_an_urn_that_was_tampered_with_is_not_published(ctx, noon):
    poll = make_poll()
    vote(poll, "Des bancs")
    urn.put(poll, {1: 1})
    commit()
    with after_closing(poll), pytest.raises(Refused):
        actions.publish(make_user(RoleName.FACILITATOR), poll)


def test_a_cancelled_vote_destroys_its_ballots_and_says_why(ctx, noon):
    poll = make_poll()
    vote(poll, "Des bancs")
    facilitator = make_user(RoleName.FACILITATOR)
    with pytest.raises(Refused):
        actions.cancel(facilitator, poll, reason=" ")
    rollback()
    facilitator.stale = True
    with pytest.raises(Refused):  # ballots are destroyed: the second key is shown again first
        actions.cancel(facilitator, poll, reason="Un choix manquait.")
    facilitator.stale = False
    by_two(facilitator, lambda: actions.cancel(facilitator, poll, reason="Un choix manquait."))
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Pouch.id))) == 0
    with pytest.raises(Refused):
        vote(poll, "Des bancs")


def test_only_those_who_may_prepare_count_and_hold_the_desk(ctx, noon):
    poll = make_poll(stations=("Mairie",))
    station = poll.stations[0]
    resident, guarantor = make_user(), make_user(RoleName.GUARANTOR)
    for actor in (None, resident, guarantor):
        assert refusal(rules.create, actor, poll.campaign)
        assert refusal(rules.cancel, actor, poll)
        assert refusal(rules.strike, actor, station, poll)
        with after_closing(poll):
            assert refusal(rules.enter, actor, station, poll)
            assert refusal(rules.publish, actor, poll)
    assert refusal(rules.desk, guarantor, poll) is None
    assert refusal(rules.publish, make_user(RoleName.FACILITATOR), poll)  # not before the end


def test_the_database_itself_refuses_a_second_line_on_the_roll(ctx, noon):
    poll, voter = make_poll(), make_user()
    vote(poll, "Des bancs", by=voter)
    row = db.session.scalars(sa.select(Struck)).one()
    db.session.add(
        Struck(poll_id=poll.id, voter_key=row.voter_key, channel=row.channel, receipt="another")
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_published_file_follows_its_schema(ctx, noon):
    schema = json.loads(Path(queries.__file__).with_name("schema.json").read_text())
    poll = make_poll()
    told(poll, FEW)
    with after_closing(poll):
        data = actions.publish(make_user(RoleName.FACILITATOR), poll).data
    assert set(schema["required"]) == set(data) == set(schema["properties"])
    assert set(data["poll"]) == set(schema["properties"]["poll"]["properties"])
