"""What many hands at the same moment cannot do, each with a connection of its own."""

from datetime import timedelta
from threading import Barrier, Thread, local

import sqlalchemy as sa

from consult.ballots import actions, queries, urn
from consult.ballots.models import Poll, PollResult, Station, Struck
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.identity.roll import Who
from consult.journal import queries as journal
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName, User
from tests.ballots.making import make_poll
from tests.factories import make_user

HANDS = 6


def at_once(app, works):
    """Run all of these at the same moment; what each gave, or why it was refused."""
    barrier, met = Barrier(len(works)), [None] * len(works)

    def run(number, work):
        with app.app_context():
            barrier.wait()
            try:
                writing()
                met[number] = work()
                commit()
            except Refused as refused:
                rollback()
                met[number] = refused
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def prepared(app, **fields):
    """A poll open to votes, a voter and an agent: their numbers."""
    with app.app_context():
        poll = make_poll(stations=("Mairie",), **fields)
        voter = make_user()
        agent = make_user(RoleName.COUNCIL)
        facilitator = make_user(RoleName.FACILITATOR)
        return poll.id, poll.stations[0].id, voter.id, agent.id, facilitator.id


def casting(poll_id, voter_id, key, choice=1):
    def work():
        poll, voter = db.session.get(Poll, poll_id), db.session.get(User, voter_id)
        return actions.cast(voter, poll, ballot={choice: 1}, key=key)

    return work


def refused(met):
    return [one for one in met if isinstance(one, Refused)]


def agreed(poll_id, ballots):
    """The roll and the urn hold as many, and the journal is whole."""
    poll = db.session.get(Poll, poll_id)
    assert len(urn.poured(poll)) == ballots
    assert not list(journal.faults())
    return queries.turnout(poll)


def test_the_same_voter_in_many_tabs_votes_once(app, noon):
    poll, _station, voter, *_ = prepared(app)
    met = at_once(app, [casting(poll, voter, f"tab {n}", n % 3 + 1) for n in range(HANDS)])
    assert len(refused(met)) == HANDS - 1
    with app.app_context():
        assert agreed(poll, 1).total == 1


def test_the_same_form_sent_many_times_at_once_gives_one_receipt(app, noon):
    poll, _station, voter, *_ = prepared(app)
    met = at_once(app, [casting(poll, voter, "one form")] * HANDS)
    assert not refused(met)
    assert len(set(met)) == 1
    with app.app_context():
        assert agreed(poll, 1).total == 1


def test_on_the_site_and_at_the_desk_at_once_is_voting_once(app, noon):
    poll, station, voter, agent, _ = prepared(app)

    with app.app_context():
        address = db.session.get(User, voter).email_key

    def striking(key, **who):
        def work():
            return actions.strike(
                db.session.get(User, agent),
                db.session.get(Station, station),
                db.session.get(Poll, poll),
                who=Who(**who) if who else Who(account=db.session.get(User, voter)),
                key=key,
            )

        return work

    works = [
        casting(poll, voter, "web"),
        striking("a"),
        casting(poll, voter, "web 2"),
        striking("b", email_key=address),
    ]
    met = at_once(app, works)
    assert len(refused(met)) == 3
    with app.app_context():
        row = db.session.scalars(sa.select(Struck)).one()
        assert agreed(poll, 1 if row.channel == "web" else 0).total == 1


def test_many_voters_at_once_are_all_in_the_urn(app, noon):
    poll, *_ = prepared(app)
    with app.app_context():
        voters = [make_user().id for _ in range(HANDS)]
    met = at_once(app, [casting(poll, voter, "k", n % 3 + 1) for n, voter in enumerate(voters)])
    assert not refused(met)
    with app.app_context():
        assert agreed(poll, HANDS).total == HANDS


def test_what_comes_in_while_the_urn_is_opened_is_counted_or_refused_never_lost(
    app, noon, monkeypatch
):
    """For those who vote it is one second before the end, for those who count one after."""
    poll, station, _voter, agent, facilitator = prepared(app)
    with app.app_context():
        voters = [make_user().id for _ in range(4)]
        ends = db.session.get(Poll, poll).closing
    content = {"ballots": 0, "blank": 0, "spoilt": 0, "marks": {n: {"1": 0} for n in "123"}}
    with clock.frozen(ends + timedelta(seconds=1)), app.app_context():
        for who in (agent, facilitator):
            place, thing = db.session.get(Station, station), db.session.get(Poll, poll)
            actions.enter(db.session.get(User, who), place, thing, content=content)
        commit()
    counts = local()
    monkeypatch.setattr(
        clock, "now", lambda: ends + timedelta(seconds=getattr(counts, "after", -1))
    )

    def counting():
        counts.after = 1
        return actions.publish(db.session.get(User, facilitator), db.session.get(Poll, poll)).sha256

    casts = [casting(poll, voter, "late") for voter in voters]
    met = at_once(app, [*casts[:2], counting, *casts[2:], counting])
    late = refused([one for number, one in enumerate(met) if number not in (2, 5)])
    assert len(refused([met[2], met[5]])) == 1  # the urn is opened once
    with app.app_context():
        result = db.session.scalars(sa.select(PollResult)).one()
        voted = queries.turnout(db.session.get(Poll, poll)).total
        assert result.data["result"]["ballots"] == voted == len(voters) - len(late)
        assert not list(journal.faults())


def test_a_ballot_changed_in_two_tabs_at_once_stays_one_ballot(app, noon):
    poll, _station, voter, *_ = prepared(app, can_change=True)
    with app.app_context():
        thing = db.session.get(Poll, poll)
        receipt = actions.cast(db.session.get(User, voter), thing, ballot={}, key="k")
        commit()

    def changing(choice):
        def work():
            thing = db.session.get(Poll, poll)
            actions.change(None, thing, secret=receipt.secret, ballot={choice: 1})

        return work

    met = at_once(app, [changing(n % 3 + 1) for n in range(HANDS)])
    assert not refused(met)
    with app.app_context():
        assert agreed(poll, 1).total == 1
