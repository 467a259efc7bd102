"""Who may write, send, change and take back a contribution: role × phase × status → why not."""

from datetime import timedelta

import pytest

from consult.campaigns.models import Identity, Moderation, PhaseKind, State
from consult.contributions import rules
from consult.contributions.models import Contribution, Outcome
from consult.core import clock
from consult.core.db import db
from consult.core.rules import refusal
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user

OPEN = None
NOT_YET = "Contributions open on"
OVER = "Contributions closed on"
SIGN_IN = "Please sign in first."


def refused(rule, *args):
    words = refusal(rule, *args)
    return str(words) if words is not None else None


@pytest.fixture
def english(app, monkeypatch):
    monkeypatch.setitem(app.config, "BABEL_DEFAULT_LOCALE", "en")
    with app.test_request_context("/?lang=en"):
        yield
        db.session.rollback()


@pytest.mark.parametrize(
    ("days", "why"), [(-60, NOT_YET), (-29, OPEN), (0, OPEN), (29, OPEN), (31, OVER)]
)
@pytest.mark.parametrize("who", ["visitor", "resident", "facilitator"])
def test_anybody_may_write_while_contributions_are_asked_for(english, noon, days, why, who):
    campaign = make_campaign(PhaseKind.PROPOSE)
    people = {
        "visitor": None,
        "resident": make_user(),
        "facilitator": make_user(RoleName.FACILITATOR),
    }
    with clock.frozen(noon + timedelta(days=days)):
        words = refused(rules.save_draft, people[who], campaign)
    assert words is None if why is None else words.startswith(why)


def test_the_guarantor_does_not_take_part(english, noon):
    campaign = make_campaign()
    assert "guarantor" in refused(rules.save_draft, make_user(RoleName.GUARANTOR), campaign)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: make_campaign(published=False), "not published yet"),
        (lambda: make_campaign(PhaseKind.VOTE), "Nobody is asked to propose"),
        (lambda: over(State.CANCELLED), "was cancelled"),
        (lambda: over(State.RESULTS), "results"),
    ],
)
def test_a_campaign_that_asks_for_nothing_says_so(english, noon, make, words):
    assert words in refused(rules.save_draft, make_user(), make())


def over(state):
    campaign = make_campaign()
    campaign.cancelled_words = "Faute de moyens."
    campaign.move_to(state)
    db.session.commit()
    return campaign


@pytest.mark.parametrize(
    ("identity", "visitor", "resident"),
    [(Identity.NONE, OPEN, OPEN), (Identity.EMAIL, SIGN_IN, OPEN)],
)
def test_sending_asks_for_an_address_where_the_campaign_does(
    english, noon, identity, visitor, resident
):
    campaign = make_campaign(identity=identity)
    assert refused(rules.submit, None, campaign) == visitor
    assert refused(rules.submit, make_user(), campaign) == resident
    unconfirmed = refused(rules.submit, make_user(confirmed=False), campaign)
    assert (unconfirmed is None) == (identity == Identity.NONE)


@pytest.mark.parametrize(
    ("moderation", "status", "why"),
    [
        (Moderation.BEFORE, Status.DRAFT, OPEN),
        (Moderation.BEFORE, Status.PENDING, OPEN),
        (Moderation.BEFORE, Status.PUBLISHED, "A facilitator has read"),
        (Moderation.BEFORE, Status.REFUSED, "not on show"),
        (Moderation.BEFORE, Status.RESTRICTED, "not on show"),
        (Moderation.BEFORE, Status.WITHDRAWN, "not on show"),
        (Moderation.AFTER, Status.PUBLISHED, OPEN),
        (Moderation.AFTER, Status.RESTRICTED, "not on show"),
    ],
)
def test_words_change_until_a_decision(english, noon, moderation, status, why):
    contribution = make_contribution(make_campaign(moderation=moderation), status)
    words = refused(rules.edit, contribution.author, contribution)
    assert words is None if why is None else why in words
    assert "not yours" in refused(rules.edit, make_user(), contribution)
    assert refused(rules.edit, None, contribution) == SIGN_IN


@pytest.mark.parametrize(
    ("name", "value"),
    [("support_count", 1), ("comment_count", 1), ("outcome", Outcome.RETAINED)],
)
def test_words_others_lean_on_stay(english, noon, name, value):
    contribution = make_contribution(make_campaign(moderation=Moderation.AFTER))
    setattr(contribution, name, value)
    db.session.commit()
    assert "stay as they are" in refused(rules.edit, contribution.author, contribution)


def test_hidden_counts_are_not_told_by_what_may_be_changed(english, noon):
    """Once people may support it unseen, an author is told the same whether anybody did."""
    campaign = make_campaign(moderation=Moderation.AFTER, hides_counts=True)
    told = set()
    for number in (0, 1):
        contribution = make_contribution(campaign, support_count=number)
        told.add(refused(rules.edit, contribution.author, contribution))
    assert ["counted out of sight" in (words or "") for words in told] == [True]
    alone = make_contribution(campaign)
    vote = campaign.phase(PhaseKind.VOTE)
    vote.opens_at = clock.now() + timedelta(days=1)
    assert refused(rules.edit, alone.author, alone) is None, "nobody may support it yet"
    vote.opens_at, vote.closes_at = clock.now() - timedelta(days=2), clock.now()
    assert refused(rules.edit, alone.author, alone) is None, "the counts are on show"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.DRAFT, "never sent"),
        (Status.PENDING, OPEN),
        (Status.PUBLISHED, OPEN),
        (Status.REFUSED, "nothing to withdraw"),
        (Status.RESTRICTED, "nothing to withdraw"),
        (Status.WITHDRAWN, "already withdrawn"),
    ],
)
def test_an_author_takes_back_what_is_on_show_or_waits(english, noon, status, why):
    contribution = make_contribution(status=status)
    words = refused(rules.withdraw, contribution.author, contribution)
    assert words is None if why is None else why in words
    assert "not yours" in refused(rules.withdraw, make_user(), contribution)


def test_an_answered_contribution_stays_with_its_answer(english, noon):
    contribution = make_contribution()
    contribution.answered(Outcome.NOT_RETAINED)
    assert "question and answer" in refused(rules.withdraw, contribution.author, contribution)


def test_a_draft_nobody_signed_is_whose_receipt_it_is(english, noon):
    campaign = make_campaign(identity=Identity.NONE)
    draft = Contribution(campaign=campaign)
    draft.say("Un titre", "Des mots", None)
    db.session.commit()
    for rule in (rules.send, rules.edit, rules.discard):
        assert refused(rule, None, draft) is None
    signed = make_contribution(campaign, Status.DRAFT)
    for rule in (rules.send, rules.edit, rules.discard):
        assert refused(rule, None, signed) == SIGN_IN
        assert "not yours" in refused(rule, make_user(), signed)
        assert refused(rule, signed.author, signed) is None


@pytest.mark.parametrize(
    ("asked", "confirmed", "why"),
    [(0, 1, OPEN), (29, 32, OPEN), (29, 37, OVER), (None, 1, "Nobody asked")],
)
def test_words_sent_in_time_count_if_their_author_answers_soon(
    english, noon, asked, confirmed, why
):
    campaign = make_campaign(identity=Identity.EMAIL)
    draft = Contribution(campaign=campaign)
    draft.say("Un titre", "Des mots", None)
    draft.awaited_since = None if asked is None else noon + timedelta(days=asked)
    db.session.commit()
    person = make_user()
    with clock.frozen(noon + timedelta(days=confirmed)):
        words = refused(rules.confirm, person, draft)
    assert words is None if why is None else words.startswith(why)


@pytest.mark.parametrize(
    ("today", "collected", "why"),
    [
        (0, -1, OPEN),
        (0, 1, "still to come"),
        (0, -31, "for paper as for the site"),
        (40, 20, OPEN),
        (40, 35, "for paper as for the site"),
    ],
)
def test_paper_has_the_same_deadline_as_the_site(english, noon, today, collected, why):
    campaign = make_campaign(PhaseKind.PROPOSE)
    agent = make_user(RoleName.FACILITATOR)
    with clock.frozen(noon + timedelta(days=today)):
        day = (noon + timedelta(days=collected)).date()
        words = refused(rules.type_in, agent, campaign, day)
    assert words is None if why is None else why in words


@pytest.mark.parametrize("role", [None, RoleName.COUNCIL, RoleName.GUARANTOR])
def test_only_facilitators_type_in(english, noon, role):
    person = make_user(*([role] if role else []))
    assert "facilitators" in refused(rules.type_in, person, make_campaign())


@pytest.mark.parametrize(
    ("barred", "words"),
    [
        ({"suspended_until": timedelta(days=9)}, "until"),
        ({"awaits_adult": True}, "Under 15"),
        ({"publication_at": None}, "you agree"),
    ],
)
@pytest.mark.parametrize("status", [Status.PENDING, Status.PUBLISHED])
def test_who_may_publish_nothing_puts_no_new_words_on_show(english, noon, barred, words, status):
    campaign, author = make_campaign(moderation=Moderation.AFTER), make_user()
    text = make_contribution(campaign, status, author=author)
    assert refused(rules.edit, author, text) is OPEN
    for name, value in barred.items():
        setattr(author, name, noon + value if isinstance(value, timedelta) else value)
    assert words in refused(rules.edit, author, text)
    assert refused(rules.withdraw, author, text) is OPEN


def test_who_is_suspended_publishes_nothing_by_the_letter_of_a_draft(english, noon):
    campaign, author = make_campaign(), make_user(suspended_until=noon + timedelta(days=9))
    draft = make_contribution(campaign, Status.DRAFT, awaited_since=noon)
    draft.author = None
    db.session.commit()
    for rule in (rules.confirm, rules.send):
        assert refused(rule, make_user(), draft) is OPEN
        assert "until" in refused(rule, author, draft)
