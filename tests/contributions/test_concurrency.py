"""What many hands at the same moment cannot do, each with a connection of its own."""

from threading import Barrier, Thread

import sqlalchemy as sa

from consult.campaigns.models import Identity, Moderation
from consult.contributions import actions as contributions
from consult.contributions import queries
from consult.contributions.models import Contribution
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.journal import queries as journal
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName, User
from consult.posts.models import Status, Version
from consult.votes import actions as votes
from tests.factories import make_campaign, make_contribution, make_user, sign_in

HANDS = 8


def at_once(works):
    """Run all of these at the same moment; what each gave, or the exception it met."""
    barrier, met = Barrier(len(works)), [None] * len(works)

    def run(number, work):
        barrier.wait()
        try:
            met[number] = work()
        except Exception as problem:
            met[number] = problem

    threads = [Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def test_the_same_form_sent_many_times_at_once_brings_one_contribution(app, noon):
    with app.app_context():
        campaign, author = make_campaign(), make_user()
        make_user(RoleName.FACILITATOR)
        slug = campaign.slug
        clients = [sign_in(app.test_client(), author) for _ in range(HANDS)]
    data = {"title": "Des bancs", "body": "À l'ombre.", "key": "same", "checked": "1"}

    def send(client):
        return lambda: client.post(f"/consultations/{slug}/contributions/nouvelle", data=data)

    replies = at_once([send(client) for client in clients])
    assert {reply.status_code for reply in replies} == {303}
    assert len({reply.location for reply in replies}) == 1
    with app.app_context():
        made = db.session.scalars(sa.select(Contribution)).one()
        assert replies[0].location == f"/recepisse/{made.receipt}"
        assert db.session.scalar(sa.select(sa.func.count(Version.id))) == 1
        assert queries.figures(made.campaign).received == 1
        assert not list(journal.faults())


def test_many_visitors_at_once_are_each_counted(app, noon):
    with app.app_context():
        campaign = make_campaign(identity=Identity.NONE, moderation=Moderation.AFTER)
        slug, number = campaign.slug, campaign.id

    def send(n):
        data = {"title": f"Idée {n}", "body": "Des mots.", "key": f"k{n}", "checked": "1"}
        there = f"/consultations/{slug}/contributions/nouvelle"
        return lambda: app.test_client().post(there, data=data)

    replies = at_once([send(n) for n in range(HANDS)])
    assert {reply.status_code for reply in replies} == {303}
    assert len({reply.location for reply in replies}) == HANDS
    with app.app_context():
        campaign = db.session.get(type(make_campaign()), number)
        assert queries.figures(campaign).published == HANDS
        assert len(queries.listed(campaign).rows) == HANDS
        assert not list(journal.faults())


def test_a_change_and_a_support_at_once_never_both_hold(app, noon):
    """Either the words changed first and the support is for the new ones, or they stay."""
    with app.app_context():
        campaign = make_campaign(moderation=Moderation.AFTER)
        made, supporter = make_contribution(campaign), make_user()
        number, author_id, supporter_id = made.id, made.author_id, supporter.id

    def acting(person_id, act):
        def work():
            with app.app_context():
                try:
                    writing()
                    one = db.session.get(Contribution, number)
                    act(db.session.get(User, person_id), one)
                    commit()
                except Refused as refused:
                    rollback()
                    return refused
                finally:
                    db.session.remove()

        return work

    def change(person, one):
        contributions.edit(person, one, title="Autre chose", body="Tout autre.")

    met = at_once([acting(author_id, change), acting(supporter_id, votes.support)])
    assert not [problem for problem in met if problem and not isinstance(problem, Refused)]
    assert met[1] is None
    with app.app_context():
        versions = list(db.session.scalars(sa.select(Version).order_by(Version.number)))
        made = db.session.get(Contribution, number)
        assert made.support_count == 1
        assert len(versions) == (1 if met[0] else 2)


def test_a_draft_sent_twice_at_once_leaves_once(app, noon):
    with app.app_context():
        campaign = make_campaign(identity=Identity.NONE)
        draft = contributions.save_draft(None, campaign, title="Des bancs", body="Ici.")
        commit()
        receipt = draft.receipt

    def send():
        return app.test_client().post(f"/recepisse/{receipt}/envoyer", data={})

    replies = at_once([send] * HANDS)
    assert {reply.status_code for reply in replies} <= {303, 403, 409}
    assert 303 in {reply.status_code for reply in replies}
    with app.app_context():
        made = db.session.scalars(sa.select(Contribution)).one()
        assert made.status == Status.PENDING
        assert queries.figures(made.campaign).received == 1
        assert not list(journal.faults())
