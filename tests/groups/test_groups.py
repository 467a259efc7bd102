"""Contributions that say the same stand under one title, and nothing of any of them is lost."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from consult.answers import actions as answers
from consult.campaigns.models import PhaseKind
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution, Outcome
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.groups import actions as groups
from consult.groups import queries
from consult.groups.models import Group, GroupVersion, Member
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.models import RoleName, User
from consult.posts.models import Version
from consult.votes import actions as votes
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, sign_in

TITLES = ("Des bancs au square", "Plus de bancs dans le square", "Le square manque de bancs")
WHY = {"title": "Des assises au square", "reason": "Trois fois la même demande."}


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign()


@pytest.fixture
def three(campaign):
    return [make_contribution(campaign, title=title) for title in TITLES]


@pytest.fixture
def desk(campaign):
    return make_user(RoleName.FACILITATOR)


def gathered(desk, campaign, contributions):
    group = groups.gather(desk, campaign, contributions, **WHY)
    commit()
    return group


def test_every_original_stays_what_it_is(campaign, three, desk):
    votes.support(make_user(), three[0])
    commit()
    before = [
        (one.title, one.body, one.author_id, one.published_at, one.support_count) for one in three
    ]
    group = gathered(desk, campaign, three)
    assert [one.id for one in queries.originals(group)] == [one.id for one in three]
    assert before == [
        (one.title, one.body, one.author_id, one.published_at, one.support_count) for one in three
    ]
    assert db.session.scalar(sa.select(sa.func.count(Version.id))) == 3  # nobody was reworded
    assert not any(recount().values())


def test_a_person_counts_once_however_many_they_support(campaign, three, desk):
    everywhere, once = make_user(), make_user()
    for one in three:
        votes.support(everywhere, one)
    votes.support(once, three[2])
    commit()
    group = gathered(desk, campaign, three)
    assert queries.supporters(group) == 2
    assert [one.support_count for one in queries.originals(group)] == [1, 1, 2]
    votes.withdraw(once, three[2])
    commit()
    assert queries.supporters(group) == 1


def test_a_group_does_not_tell_what_a_known_supporter_supports_as_well(
    campaign, three, desk, client
):
    """Where one text has one supporter, its author say, the people of the group would tell whether
    they stand behind another one too."""
    first, second, _third = three
    people = [make_user() for _one in range(queries.FEW)]
    for person in people:
        votes.support(person, second)
    votes.support(people[0], first)
    commit()
    group = gathered(desk, campaign, [first, second])

    def page():
        return client.get(f"/regroupements/{group.id}").text.replace("\xa0", " ")

    assert "en soutien" not in page()
    assert "5 soutiens, ou aucun" in page()
    for person in people[1:]:
        votes.support(person, first)
    commit()
    assert "5 personnes en soutien" in page()


def test_a_group_changed_after_the_votes_says_that_its_count_changed(campaign, three, desk, client):
    group = gathered(desk, campaign, three[:2])
    ended = campaign.phase(PhaseKind.VOTE).closes_at

    def says(at):
        with clock.frozen(at):
            return "après la fin des soutiens" in client.get(f"/regroupements/{group.id}").text

    after = ended + timedelta(days=2)
    assert not says(after)
    with clock.frozen(after):
        groups.change(desk, group, three[:2], title="Des assises", reason="Plus court.")
        commit()
    assert not says(after)  # another title counts nobody anew
    with clock.frozen(after):
        groups.change(desk, group, three, title="Des assises", reason="La même demande.")
        commit()
    assert says(after)
    assert not says(ended - timedelta(days=1))


def test_the_authors_are_told(campaign, three, desk):
    gathered(desk, campaign, three)
    told = set(db.session.scalars(sa.select(Notification.user_id)))
    assert told == {one.author_id for one in three}


def test_this_does_not_represent_me(campaign, three, desk):
    group = gathered(desk, campaign, three)
    groups.leave(three[0].author, three[0], words="Je parlais d'ombre.")
    commit()
    assert queries.member_ids(group) == {three[1].id, three[2].id}
    last = queries.versions(group)[0]
    assert (last.left_id, last.reason, last.members) == (
        three[0].id,
        "",
        [three[1].id, three[2].id],
    )
    with pytest.raises(Refused):
        groups.change(desk, group, three, title="Bancs", reason="Tout de même.")
    rollback()
    groups.agree(three[0].author, three[0])
    groups.change(desk, group, three, title="Bancs", reason="Son auteur le veut bien.")
    commit()
    assert three[0].id in queries.member_ids(group)


def test_nobody_leaves_for_another(campaign, three, desk):
    gathered(desk, campaign, three)
    for stranger in (desk, make_user(), None):
        with pytest.raises(Refused):
            groups.leave(stranger, three[0])
    with pytest.raises(Refused):  # the receipt of an account's text opens nothing by itself
        groups.leave(None, three[0], receipt=three[0].receipt)


def test_without_an_account_the_receipt_is_enough(campaign, three, desk, client):
    nobody = make_contribution(campaign, title="Des bancs, enfin")
    nobody.author = None
    db.session.commit()
    group = gathered(desk, campaign, [*three, nobody])
    page = client.get(f"/recepisse/{nobody.receipt}")
    assert "Cela ne me représente pas" in page.text
    reply = client.post(f"/recepisse/{nobody.receipt}/quitter-le-groupe", data={"words": ""})
    assert reply.status_code == 303
    assert nobody.id not in queries.member_ids(group)
    assert "Accepter d’être à nouveau regroupé" in client.get(f"/recepisse/{nobody.receipt}").text


def test_each_change_is_a_version_with_its_reason(campaign, three, desk):
    group = gathered(desk, campaign, three[:2])
    groups.change(desk, group, three, title="Des bancs", reason="Une troisième est venue.")
    commit()
    groups.dissolve(desk, group, reason="Elles disent trois choses.")
    commit()
    told = [
        (one.number, one.title, len(one.members), one.reason) for one in queries.versions(group)
    ]
    assert told == [
        (3, "Des bancs", 0, "Elles disent trois choses."),
        (2, "Des bancs", 3, "Une troisième est venue."),
        (1, "Des assises au square", 2, "Trois fois la même demande."),
    ]
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(GroupVersion).values(reason="Autre."))
    db.session.rollback()


def test_no_group_without_two_texts_a_title_and_a_reason(campaign, three, desk):
    for chosen, about in (
        (three[:1], WHY),
        (three, WHY | {"title": " "}),
        (three, WHY | {"reason": " "}),
        ([three[0], make_contribution()], WHY),  # of another consultation
    ):
        with pytest.raises(Refused):
            groups.gather(desk, campaign, chosen, **about)
        rollback()
    with pytest.raises(Refused):
        groups.gather(make_user(), campaign, three, **WHY)


def test_one_answer_to_all_is_an_answer_and_a_notice_to_each(campaign, three, desk, client):
    group = gathered(desk, campaign, three)
    clerk = make_user(RoleName.COUNCIL)
    answers.answer(
        clerk,
        *queries.originals(group),
        outcome=Outcome.RETAINED,
        words="Douze bancs seront posés.",
        signatory="La maire",
        unit="Espaces verts",
    )
    commit()
    assert [one.outcome for one in queries.originals(group)] == [Outcome.RETAINED] * 3
    told = sa.select(Notification.user_id).join(Event).where(Event.name == "answers.answer")
    assert sorted(db.session.scalars(told)) == sorted(one.author_id for one in three)


def test_pages_say_in_which_group_one_stands(campaign, three, desk, client):
    group = gathered(desk, campaign, three)
    alone = make_contribution(campaign, title="Un tilleul")
    page = client.get(f"/contributions/{three[0].id}").text
    assert "Des assises au square" in page
    assert f"/regroupements/{group.id}" in page
    assert "Dans un regroupement" not in client.get(f"/contributions/{alone.id}").text
    whole = client.get(f"/regroupements/{group.id}").text
    assert all(title in whole for title in TITLES)
    listed = client.get(f"/consultations/{campaign.slug}/contributions?order=newest").text
    assert listed.count("×3 semblables") == 3
    table = client.get(f"/consultations/{campaign.slug}/contributions.csv").text
    assert table.count("Des assises au square") == 3


def test_gathering_by_the_page_suggests_what_looks_alike(campaign, three, desk, client):
    sign_in(client, desk)
    first, second, third = (one.id for one in three)
    address = f"/consultations/{campaign.slug}/regroupements/nouveau"
    page = client.get(f"{address}?c={first}").text
    assert all(title in page for title in TITLES)
    sent = {"c": [first, second], "others": str(third), **WHY, "key": "k1"}
    reply = client.post(address, data=sent)
    assert reply.status_code == 303
    again = client.post(address, data=sent)
    assert again.headers["Location"] == reply.headers["Location"]
    assert db.session.scalar(sa.select(sa.func.count(Member.id))) == 3
    lacking = client.post(address, data={"c": [first], "title": "x", "reason": "y"})
    assert lacking.status_code == 422
    assert "au moins deux" in lacking.text


def test_the_staff_page_and_the_queue_show_what_looks_alike(campaign, three, desk, client):
    sign_in(client, desk)
    first = three[0].id
    with statements() as sent:
        page = client.get(f"/contributions/{first}/repondre").text
    assert "Plus de bancs dans le square" in page
    assert len(sent) <= 16, sent
    assert "Plus de bancs dans le square" in client.get(f"/moderation/{first}").text


def test_pages_ask_little(campaign, three, desk, client):
    group = gathered(desk, campaign, three)
    for page in (f"/regroupements/{group.id}", f"/consultations/{campaign.slug}/regroupements"):
        with statements() as sent:
            assert client.get(page).status_code == 200
        assert len(sent) <= 12, sent


def at_once(app, *acts):
    """Each act in a thread and a transaction of its own; what each ended with."""
    start, ended = Barrier(len(acts)), []

    def run(act):
        with app.app_context():
            start.wait()
            try:
                writing()
                act()
                commit()
                ended.append("done")
            except (Refused, IntegrityError) as problem:
                rollback()
                ended.append(type(problem).__name__)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ended)


def test_one_contribution_stands_in_one_group_whoever_gathers_at_once(app, noon):
    with app.app_context():
        campaign = make_campaign()
        ids = [make_contribution(campaign, title=title).id for title in TITLES]
        desk = make_user(RoleName.FACILITATOR).id

    def gather(chosen):
        def act():
            some = [db.session.get(Contribution, id) for id in chosen]
            who = db.session.get(User, desk)
            groups.gather(who, some[0].campaign, some, **WHY)

        return act

    ended = at_once(app, *(gather(ids[::step]) for step in (1, 1, -1, -1)))
    assert ended.count("done") == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Member.id))) == 3
        assert db.session.scalar(sa.select(sa.func.count(Group.id))) == 1


def test_an_author_who_leaves_while_the_group_changes_is_out(app, noon):
    with app.app_context():
        campaign = make_campaign()
        three = [make_contribution(campaign, title=title) for title in TITLES]
        desk = make_user(RoleName.FACILITATOR)
        group = gathered(desk, campaign, three).id
        ids, author, desk_id = [one.id for one in three], three[0].author_id, desk.id

    def leave():
        one = db.session.get(Contribution, ids[0])
        groups.leave(db.session.get(User, author), one)

    def change():
        some = [db.session.get(Contribution, id) for id in ids]
        who = db.session.get(User, desk_id)
        groups.change(who, db.session.get(Group, group), some, title="Bancs", reason="Mieux dit.")

    at_once(app, leave, change)
    with app.app_context():
        assert queries.member_ids(db.session.get(Group, group)) == set(ids[1:])
        numbers = [one.number for one in queries.versions(db.session.get(Group, group))]
        assert numbers == list(range(len(numbers), 0, -1))
