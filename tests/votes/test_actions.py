"""What a support changes, what the journal says of it, and what many hands at once cannot do."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from consult.campaigns.models import PhaseKind
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.identity.queries import voter_key
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import RoleName, User
from consult.posts.models import Status
from consult.votes import actions as votes
from consult.votes import queries
from consult.votes.models import Support
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, reasons


def supports():
    return db.session.scalar(sa.select(sa.func.count(Support.id)))


def test_a_support_is_counted_once_and_taken_back(ctx, noon):
    contribution, resident = make_contribution(), make_user()
    for _ in range(2):
        votes.support(resident, contribution)
        commit()
    assert (contribution.support_count, supports()) == (1, 1)
    for _ in range(2):
        votes.withdraw(resident, contribution)
        commit()
    assert (contribution.support_count, supports()) == (0, 0)
    assert [event.name for event in db.session.scalars(sa.select(Event))] == [
        "votes.support",
        "votes.withdraw",
    ]


def test_the_journal_never_says_who(ctx, noon):
    contribution, resident = make_contribution(), make_user()
    votes.support(resident, contribution)
    commit()
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.actor_id, event.data) == (None, {})
    assert (event.subject_kind, event.subject_id) == ("contribution", contribution.id)


def test_the_journal_does_not_say_for_what_while_counts_are_hidden(ctx, noon):
    campaign = make_campaign(hides_counts=True)
    votes.support(make_user(), make_contribution(campaign))
    commit()
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.subject_kind, event.subject_id) == ("campaign", campaign.id)


def test_the_database_refuses_a_second_time(ctx, noon):
    contribution, resident = make_contribution(), make_user()
    for _ in range(2):
        db.session.add(
            Support(
                contribution_id=contribution.id,
                campaign_id=contribution.campaign_id,
                user_id=resident.id,
                voter_key=voter_key(resident, contribution.campaign),
            )
        )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_limit_each(ctx, noon):
    campaign, resident = make_campaign(support_limit=2), make_user()
    first, second, third = (make_contribution(campaign) for _ in range(3))
    for contribution in (first, second):
        votes.support(resident, contribution)
        commit()
    with pytest.raises(Refused) as refused:
        votes.support(resident, third)
    assert str(refused.value.reason) == (
        "Vous avez donné vos 2 soutiens. Reprenez-en un pour le donner ici."
    )
    votes.withdraw(resident, first)
    votes.support(resident, third)
    commit()
    assert queries.standing(resident, campaign) == ({second.id, third.id}, 0)
    votes.support(make_user(), third)  # others have their own
    commit()
    assert third.support_count == 2


def test_a_support_cannot_be_taken_back_once_the_vote_is_closed(ctx, noon):
    contribution, resident = make_contribution(), make_user()
    votes.support(resident, contribution)
    commit()
    with clock.frozen(noon + timedelta(days=40)), pytest.raises(Refused):
        votes.withdraw(resident, contribution)
    assert supports() == 1


def test_the_standing_of_a_page_is_one_query(ctx, noon):
    campaign, resident = make_campaign(support_limit=3), make_user()
    shown = [make_contribution(campaign) for _ in range(5)]
    votes.support(resident, shown[0])
    commit()
    resident.id, campaign.support_limit, [one.id for one in shown]  # noqa: B018
    with statements() as made:
        standing = queries.standing(resident, campaign, [one.id for one in shown])
    assert len(made) == 1
    assert standing == ({shown[0].id}, 2)


def test_counts_stay_right_when_a_text_is_hidden_and_shown_again(ctx, noon):
    contribution, resident = make_contribution(), make_user()
    votes.support(resident, contribution)
    facilitator = make_user(RoleName.FACILITATOR)
    moderation.decide(
        facilitator,
        contribution,
        verdict=Verdict.RESTRICT,
        why=reasons(contribution, Ground.INSULT, "Non."),
    )
    commit()
    with pytest.raises(Refused):
        votes.support(make_user(), contribution)
    moderation.decide(facilitator, contribution, verdict=Verdict.RESTORE)
    commit()
    assert (contribution.support_count, supports()) == (1, 1)


# Many hands at once, each with its own connection.


def at_once(app, works):
    """Run all of these at the same moment, and give what each met."""
    barrier, met = Barrier(len(works)), [None] * len(works)

    def run(number, work):
        with app.app_context():
            barrier.wait()
            try:
                writing()
                work()
                commit()
            except Refused as refused:
                db.session.rollback()
                met[number] = str(refused.reason)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def support(user_id, contribution_id):
    def work():
        votes.support(db.session.get(User, user_id), db.session.get(Contribution, contribution_id))

    return work


def test_twenty_hands_of_one_person_give_one_support(app, noon):
    with app.app_context():
        contribution, user = make_contribution().id, make_user().id
    met = at_once(app, [support(user, contribution)] * 20)
    with app.app_context():
        assert met == [None] * 20
        assert supports() == 1
        assert db.session.get(Contribution, contribution).support_count == 1


def test_ten_hands_of_one_person_give_no_more_than_the_limit(app, noon):
    with app.app_context():
        campaign = make_campaign(PhaseKind.VOTE, support_limit=3)
        shown = [make_contribution(campaign).id for _ in range(10)]
        user = make_user().id
    met = at_once(app, [support(user, number) for number in shown])
    with app.app_context():
        assert met.count(None) == 3
        assert supports() == 3
        counts = [db.session.get(Contribution, number).support_count for number in shown]
        assert sorted(counts) == [0] * 7 + [1] * 3


def test_twenty_people_give_twenty(app, noon):
    with app.app_context():
        contribution = make_contribution().id
        people = [make_user().id for _ in range(20)]
    met = at_once(app, [support(user, contribution) for user in people])
    with app.app_context():
        assert met == [None] * 20
        assert db.session.get(Contribution, contribution).support_count == 20


def test_a_support_and_a_decision_at_once_agree(app, noon):
    """Whoever comes first: nothing hidden gains a support afterwards, and counts hold."""
    with app.app_context():
        contribution, user = make_contribution().id, make_user().id
        facilitator = make_user(RoleName.FACILITATOR).id

    def hide():
        moderation.decide(
            db.session.get(User, facilitator),
            db.session.get(Contribution, contribution),
            verdict=Verdict.RESTRICT,
            why=reasons(
                db.session.get(Contribution, contribution),
                Ground.INSULT,
                "Une insulte au premier paragraphe.",
            ),
        )

    at_once(app, [hide, support(user, contribution)])
    with app.app_context():
        hidden = db.session.get(Contribution, contribution)
        assert hidden.status == Status.RESTRICTED
        assert hidden.support_count == supports()
