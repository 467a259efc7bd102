"""What a comment changes: where it stands, what is counted, who is told."""

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions, queries
from consult.comments.models import Comment, Side
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.moderation import actions as moderation
from consult.moderation.models import Verdict
from consult.people import actions as people
from consult.people.models import RoleName, User
from consult.posts.models import Status, Version
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user


@pytest.fixture
def contribution(ctx, noon):
    return make_contribution(make_campaign(PhaseKind.DISCUSS))


@pytest.fixture
def open_one(ctx, noon):
    """A contribution whose comments are shown at once."""
    return make_contribution(make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER))


def say(contribution, body="Oui.", *, author=None, parent=None, **more) -> Comment:
    comment = actions.comment(author or make_user(), contribution, body=body, parent=parent, **more)
    commit()
    return comment


def told(name: str) -> list[User]:
    """Who was told of the last act of this name."""
    last = sa.select(sa.func.max(Event.id)).where(Event.name == name).scalar_subquery()
    asked = sa.select(User).join(Notification, Notification.user_id == User.id)
    return list(db.session.scalars(asked.where(Notification.event_id == last)))


def test_it_waits_where_texts_are_read_first(contribution):
    comment = say(contribution, side=Side.FOR)
    assert (comment.status, comment.waiting_since is not None) == (Status.PENDING, True)
    assert contribution.comment_count == 0
    assert queries.thread(contribution).threads == []


def test_it_is_shown_at_once_where_texts_are_read_afterwards(open_one):
    comment = say(open_one)
    assert (comment.status, comment.waiting_since is not None) == (Status.PUBLISHED, True)
    assert open_one.comment_count == 1


def test_the_town_s_own_words_are_shown_at_once_and_wear_its_badge(contribution):
    clerk = make_user(RoleName.COUNCIL)
    comment = say(contribution, author=clerk, unit="Service des espaces verts")
    assert (comment.status, comment.waiting_since) == (Status.PUBLISHED, None)
    assert queries.thread(contribution).threads[0].first.unit == "Service des espaces verts"


def test_nobody_else_speaks_for_the_town(contribution):
    with pytest.raises(Refused):
        actions.comment(make_user(), contribution, body="Oui.", unit="Le maire")


def test_the_words_are_kept_as_a_version(contribution):
    comment = say(contribution, "D'accord, *sous* les arbres.")
    version = db.session.scalars(sa.select(Version).where(Version.post_id == comment.id)).one()
    assert (version.number, version.body) == (1, "D'accord, *sous* les arbres.")


def test_author_followers_and_whom_it_answers_are_told_once_it_is_on_show(contribution):
    follower, facilitator = make_user(), make_user(RoleName.FACILITATOR)
    people.follow(follower, contribution)
    first = say(contribution)
    assert told("comments.comment") == [facilitator]
    moderation.decide(facilitator, first, verdict=Verdict.PUBLISH)
    commit()
    assert told("moderation.decide") == [first.author]
    assert told("comments.shown") == sorted([contribution.author, follower], key=lambda u: u.id)
    answer = say(contribution, author=follower, parent=first)
    moderation.decide(facilitator, answer, verdict=Verdict.PUBLISH)
    commit()
    assert set(told("comments.shown")) == {contribution.author, first.author}


def test_facilitators_are_not_told_of_each(contribution):
    make_user(RoleName.FACILITATOR)
    say(contribution)
    say(contribution)
    assert told("comments.comment") == []
    number = db.session.scalar(sa.select(sa.func.count(Notification.id)))
    assert number == 1


def test_taking_it_back_leaves_a_sentence_and_the_answers(open_one):
    first = say(open_one, "Je regrette.")
    answer = say(open_one, "Pas moi.", parent=first)
    actions.withdraw(first.author, first)
    commit()
    assert open_one.comment_count == 1
    (thread,) = queries.thread(open_one).threads
    assert (thread.first.status, thread.first.body) == (Status.WITHDRAWN, "")
    assert [line.id for line in thread.answers] == [answer.id]


def test_a_comment_nobody_saw_leaves_nothing_behind(contribution):
    comment = say(contribution)
    actions.withdraw(comment.author, comment)
    commit()
    assert comment.waiting_since is None
    assert queries.thread(contribution).threads == []


def test_the_reader_sees_what_waits_of_their_own(contribution):
    mine = say(contribution)
    assert [line.id for line in queries.thread(contribution, actor=mine.author).waiting] == [
        mine.id
    ]
    assert queries.thread(contribution, actor=make_user()).waiting == []


def test_answers_to_answers_stand_flat_under_the_first_and_say_to_whom(open_one):
    first = say(open_one)
    second = say(open_one, parent=first)
    third = say(open_one, parent=second)
    alone = say(open_one)
    threads = queries.thread(open_one).threads
    assert [one.first.id for one in threads] == [first.id, alone.id]
    assert [(line.id, line.to) for line in threads[0].answers] == [
        (second.id, None),
        (third.id, second.author.pseudonym),
    ]


@pytest.fixture
def crowd(open_one):
    """45 threads of 3, and one of 50: 185 comments."""
    author = make_user()
    for _ in range(45):
        first = actions.comment(author, open_one, body="Un.")
        for _ in range(2):
            actions.comment(author, open_one, body="Deux.", parent=first)
    first = actions.comment(author, open_one, body="Long.")
    for _ in range(49):
        actions.comment(author, open_one, body="Encore.", parent=first)
    commit()
    return open_one


def numbers(conversation):
    """The comments of a page, in the order they are read."""
    return [
        line.id
        for thread in conversation.threads
        for line in [*([] if thread.is_continued else [thread.first]), *thread.answers]
    ]


def test_pages_hold_each_comment_once_there_and_back(crowd):
    pages, after = [], ""
    while True:
        page = queries.thread(crowd, after)
        pages.append(numbers(page))
        if not page.next:
            break
        after = page.next
    seen = [number for page in pages for number in page]
    assert len(seen) == len(set(seen)) == crowd.comment_count == 185
    assert {len(page) for page in pages[:-1]} == {queries.PAGE}
    back = [numbers(page)]
    while page.previous is not None:
        page = queries.thread(crowd, page.previous)
        back.insert(0, numbers(page))
    assert back == pages


def test_a_page_takes_at_most_four_queries_however_many_there_are(crowd):
    reader = make_user()
    after, most = "", 0
    crowd.id, reader.id  # noqa: B018
    while True:
        with statements() as sent:
            page = queries.thread(crowd, after, reader)
        most = max(most, len(sent))
        if not page.next:
            break
        after = page.next
    assert 1 < most <= 4


def test_every_comment_has_a_page_where_it_stands(crowd):
    for number in db.session.scalars(sa.select(Comment.id).order_by(Comment.id)).all()[::13]:
        comment = db.session.get(Comment, number)
        assert number in numbers(queries.thread(crowd, queries.position(comment)))


@pytest.mark.parametrize("cursor", ["x", "1", "1-x", "-", "9" * 50 + "-1", "-1--1", "é-2"])
def test_a_cursor_that_means_nothing_is_the_first_page(open_one, cursor):
    first = say(open_one)
    assert numbers(queries.thread(open_one, cursor)) == [first.id]


def test_the_page_is_read_from_its_index(crowd, engine):
    """Nothing is sorted: a contribution of a thousand comments opens like one of ten."""
    if engine != "sqlite":
        return
    with statements() as sent:
        queries.thread(crowd, "30-30")
    asked = next(one for one in sent if "ORDER BY" in one and "body" in one)
    plan = db.session.execute(sa.text("EXPLAIN QUERY PLAN " + asked.replace("?", "1"))).all()
    said = " / ".join(row[3] for row in plan)
    assert "ix_comment_shown" in said
    assert "TEMP B-TREE" not in said
