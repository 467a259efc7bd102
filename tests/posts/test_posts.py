"""Words, their versions and what changed; the path a text takes; who may look at its pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.db import db
from consult.posts import queries as posts
from consult.posts.changes import compare, told
from consult.posts.models import ALPHABET, NEXT, Channel, Status, new_receipt
from tests.factories import make_contribution, make_user

ALLOWED = {
    (Status.DRAFT, Status.PENDING),
    (Status.DRAFT, Status.PUBLISHED),
    (Status.DRAFT, Status.WITHDRAWN),
    (Status.PENDING, Status.PUBLISHED),
    (Status.PENDING, Status.REFUSED),
    (Status.PENDING, Status.WITHDRAWN),
    (Status.PUBLISHED, Status.RESTRICTED),
    (Status.PUBLISHED, Status.WITHDRAWN),
    (Status.REFUSED, Status.PUBLISHED),
    (Status.REFUSED, Status.WITHDRAWN),
    (Status.RESTRICTED, Status.PUBLISHED),
    (Status.RESTRICTED, Status.WITHDRAWN),
}


def test_no_step_is_skipped():
    assert {(before, after) for before in NEXT for after in NEXT[before]} == ALLOWED


@pytest.mark.parametrize("status", list(Status))
def test_a_post_refuses_what_does_not_follow(ctx, noon, status):
    post = make_contribution(status=status)
    for other in set(Status) - NEXT[status]:
        with pytest.raises(ValueError, match="cannot become"):
            post.move_to(other)
    assert post.status == status


def test_receipts_can_be_read_over_the_telephone():
    numbers = {new_receipt() for _ in range(500)}
    assert len(numbers) == 500
    assert all(len(number) == 10 and set(number) <= set(ALPHABET) for number in numbers)
    assert not set("01IO") & set(ALPHABET)


def test_the_name_shown(ctx, noon):
    author = make_user(pseudonym="Lili", name="Léa Martin")
    post = make_contribution(author=author)
    assert post.name == "Lili"
    post.byline = "Léa Martin"
    assert post.name == "Léa Martin"
    post.byline, post.author = None, None
    assert post.name is None


def test_every_wording_is_kept(ctx, noon):
    post = make_contribution(title="Un", body="Mot.")
    post.say("Deux", "Mots.", post.author)
    db.session.commit()
    assert [(v.number, v.title, v.body) for v in posts.versions(post)] == [
        (1, "Un", "Mot."),
        (2, "Deux", "Mots."),
    ]
    assert len({version.salt for version in posts.versions(post)}) == 2


def test_a_receipt_finds_its_post(ctx, noon):
    post = make_contribution()
    assert posts.by_receipt(f" {post.receipt[:5].lower()}-{post.receipt[5:]} ") == post
    assert posts.by_receipt("") is None


def test_restored_words_keep_their_date(ctx, noon):
    post = make_contribution()
    first = post.published_at
    post.move_to(Status.RESTRICTED)
    post.move_to(Status.PUBLISHED)
    assert post.published_at == first


def test_every_channel_has_a_name(ctx):
    assert all(str(channel.label) for channel in Channel)


# What changed.


@given(st.text(alphabet="ab \n", max_size=60), st.text(alphabet="ab \n", max_size=60))
def test_both_wordings_can_be_read_in_the_difference(before, after):
    runs = compare(before, after)
    assert "".join(run.words for run in runs if run.kind != "removed") == after
    assert "".join(run.words for run in runs if run.kind != "added") == before


def test_differences_in_plain_words(app, ctx, noon):
    post = make_contribution(title="Un banc", body="Près du marché.\n\nMerci.")
    post.say("Deux bancs", "Près du grand marché.\n\nMerci.", post.author)
    post.say("Deux bancs", "Près du grand marché.\n\nMerci.\n", post.author)
    db.session.commit()
    with app.test_request_context("/?lang=fr"):
        _, second, first = told(posts.versions(post))
        assert [str(words) for words in first.said] == ["Première version."]
        assert [str(words) for words in second.said] == ["Le titre a changé.", "1 mot ajouté."]
        assert len(second.body) == 2


def test_very_long_wordings_are_shown_whole():
    before, after = "mot " * 5000, "autre " * 5000
    assert [run.kind for run in compare(before, after)] == ["removed", "added"]


def test_the_same_word_over_and_over_is_shown_whole():
    before, after = "a b " * 900, "b a " * 900
    assert [run.kind for run in compare(before, after)] == ["removed", "added"]
