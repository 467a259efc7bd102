"""At the same moment: one code, one person, two hands, real connections."""

from threading import Event

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.identity import actions
from consult.identity.models import LetterCode, Proof
from consult.identity.queries import proof_of
from consult.identity.roll import Who
from consult.journal.actions import commit, rollback
from consult.people import actions as people
from consult.people.models import ConsentKind, RoleName, User
from consult.posts.models import Channel
from consult.privacy import actions as privacy
from consult.vigilance import actions as vigilance
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.contributions.test_concurrency import at_once
from tests.factories import make_campaign, make_contribution, make_user
from tests.identity.making import LEA, a_letter, asking

HANDS = 6


def disagree(resident):
    privacy.consent(resident, kind=ConsentKind.POSITION, given=False)


def of_its_own(app, act):
    """The act with a connection of its own: done, or refused."""

    def run():
        with app.app_context():
            writing()
            try:
                act()
                commit()
            except Refused:
                rollback()
                return "refused"
            return "done"

    return run


def test_one_code_typed_by_many_at_once_opens_one_participation(app, noon):
    with app.app_context():
        campaign = asking("letter")
        letter = a_letter(campaign, make_user(RoleName.FACILITATOR))
        place, people = campaign.id, [make_user().id for _hand in range(HANDS)]

    def typed(number):
        return of_its_own(
            app,
            lambda: actions.enter_code(
                db.session.get(User, number), db.session.get(Campaign, place), code=letter.code
            ),
        )

    met = at_once([typed(number) for number in people])
    assert sorted(met) == ["done", *["refused"] * (HANDS - 1)]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Proof.id))) == 1
        assert db.session.scalars(sa.select(LetterCode)).one().used_at is not None


def test_one_person_on_the_web_and_on_paper_at_once_is_counted_once(app, noon):
    with app.app_context():
        campaign, agent, resident = (
            asking("letter", "desk"),
            make_user(RoleName.FACILITATOR),
            make_user(),
        )
        actions.see(agent, campaign, person=LEA, account=resident)
        contribution = make_contribution(campaign)
        commit()
        ids = campaign.id, contribution.id, agent.id, resident.id
    met = at_once(both_ways(app, *ids))
    assert set(met) <= {"done", "refused"}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 1
        assert db.session.get(Contribution, ids[1]).support_count == 1


def test_a_limit_holds_between_web_and_paper(app, noon):
    with app.app_context():
        campaign, agent, resident = (
            make_campaign(support_limit=1),
            make_user(RoleName.FACILITATOR),
            make_user(),
        )
        first, second = make_contribution(campaign), make_contribution(campaign)
        ids = campaign.id, first.id, second.id, agent.id, resident.id
    works = []
    for other in (ids[1], ids[2]):
        works += both_ways(app, ids[0], other, ids[3], ids[4])[:2]
    met = at_once(works)
    assert met.count("done") >= 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 1
        counts = db.session.scalars(sa.select(Contribution.support_count))
        assert sum(counts) == 1


@pytest.mark.parametrize("leaving", [people.close_account, disagree])
def test_no_support_leads_to_whoever_leaves_at_that_moment(app, noon, leaving):
    with app.app_context():
        contribution, resident = make_contribution(make_campaign()), make_user()
        commit()
        place, number = contribution.id, resident.id

    def gives():
        votes.support(db.session.get(User, number), db.session.get(Contribution, place))

    def leaves():
        leaving(db.session.get(User, number))

    at_once([of_its_own(app, act) for act in (gives, leaves)])
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Support.user_id))) == 0


@pytest.mark.parametrize("leaving", [people.close_account, disagree])
def test_no_support_given_back_leads_to_whoever_leaves_at_that_moment(app, noon, leaving):
    with app.app_context():
        campaign, resident = asking("desk"), make_user()
        first, second = (make_user(RoleName.FACILITATOR) for _agent in range(2))
        actions.see(first, campaign, person=LEA, account=resident)
        contribution = make_contribution(campaign)
        votes.support(resident, contribution)
        proof = proof_of(resident, campaign)
        vigilance.refute(first, campaign, proof, reason="Ce n’était pas elle.")
        commit()
        agent, line, number, place = second.id, proof.id, resident.id, contribution.id

    def gives_back():
        proof = db.session.get(Proof, line)
        vigilance.reinstate(db.session.get(User, agent), proof.campaign, proof)

    def leaves():
        leaving(db.session.get(User, number))

    assert meanwhile(app, gives_back, leaves) == ["done", "done"]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Support.user_id))) == 0
        assert db.session.get(Contribution, place).support_count == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_a_support_taken_back_while_it_is_set_aside_is_counted_out_once(app, noon, is_first):
    with app.app_context():
        contribution, resident = make_contribution(make_campaign()), make_user()
        agent = make_user(RoleName.FACILITATOR).id
        votes.support(resident, contribution)
        commit()
        place, number, hour = contribution.id, resident.id, clock.now()

    def sets_aside():
        vigilance.set_aside(
            db.session.get(User, agent),
            db.session.get(Contribution, place),
            hour=hour,
            facts="Un seul poste.",
            rule="Charte, article 4.",
        )

    def takes_back():
        votes.withdraw(db.session.get(User, number), db.session.get(Contribution, place))

    acts = (takes_back, sets_aside) if is_first else (sets_aside, takes_back)
    assert meanwhile(app, *acts) == ["done", "refused"]
    with app.app_context():
        assert not any(recount().values())
        assert db.session.get(Contribution, place).support_count == 0


def meanwhile(app, first, second):
    """What the two gave, where the second began once the first was done and was not true yet."""
    is_done, other_is_done = Event(), Event()

    def act():
        first()
        db.session.flush()
        is_done.set()
        other_is_done.wait(0.5)  # it waits for this one, or should

    def other():
        second()
        other_is_done.set()

    def after():
        is_done.wait(5)
        return of_its_own(app, other)()

    return at_once([of_its_own(app, act), after])


def both_ways(app, campaign_id, contribution_id, agent_id, resident_id):
    """The same person supports the same contribution, three times each by web and by paper."""

    def on_the_web():
        votes.support(
            db.session.get(User, resident_id), db.session.get(Contribution, contribution_id)
        )

    def on_paper():
        campaign, resident = (
            db.session.get(Campaign, campaign_id),
            db.session.get(User, resident_id),
        )
        who = Who(person_key=LEA.key(campaign), email_key=resident.email_key, account=resident)
        votes.type_in(
            db.session.get(User, agent_id),
            campaign,
            [db.session.get(Contribution, contribution_id)],
            who=who,
            channel=Channel.PAPER,
            collected_on=clock.today(),
        )

    return [of_its_own(app, act) for act in (on_the_web, on_paper) * 3]
