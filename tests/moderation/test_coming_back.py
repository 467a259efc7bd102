"""What was taken out or set aside comes back whole, whoever decided what else meanwhile."""

from datetime import timedelta

import pytest

from consult.core import clock
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit, rollback
from consult.moderation import actions, queries, rules
from consult.moderation.charter import Conclusion, Ground, Verdict
from consult.people.models import RoleName
from consult.people.queries import system
from consult.posts import queries as posts
from consult.posts.models import Status
from tests.factories import make_contribution, make_user, reasons

FIRST, SECOND = "Premier passage fautif", "Second passage"
WORDS = f"{FIRST} ici. {SECOND} ici. Et le reste."
LATE = timedelta(days=560)  # the words of a decision are kept eighteen months


@pytest.fixture
def three(ctx, noon):
    return [make_user(RoleName.FACILITATOR) for _ in range(3)]


def decide(who, text, verdict, **said):
    why = reasons(text, **said) if said else None
    made = actions.decide(who, text, verdict=verdict, why=why)
    commit()
    return made


def won(who, decision):
    appeal = actions.appeal(None, decision, words="Relisez.")
    commit()
    actions.conclude(who, appeal, conclusion=Conclusion.REVERSED, words="Vous aviez raison.")
    commit()


def two_passages(three, noon):
    """A text without two of its passages, each taken out by somebody, on another day."""
    text = make_contribution(body=WORDS)
    first = decide(three[0], text, Verdict.REDACT, passage=FIRST)
    with clock.frozen(noon + timedelta(days=1)):
        second = decide(three[1], text, Verdict.REDACT, passage=SECOND)
    return text, first, second


def read(text):
    """The wordings that anybody may read, the last one being the text itself."""
    return [one.body for one in posts.versions(text) if not one.sealed_at]


def test_an_appeal_won_against_the_first_of_two_passages_brings_that_one_back(three, noon):
    text, first, second = two_passages(three, noon)
    won(three[2], first)
    assert FIRST in text.body
    assert SECOND not in "".join(read(text))
    assert queries.undone_by(first)
    assert queries.in_force(text) == second
    decide(three[1], text, Verdict.REINSTATE)
    assert text.body == WORDS
    assert queries.in_force(text) is None


def test_an_appeal_won_against_the_second_leaves_the_first_out(three, noon):
    text, first, second = two_passages(three, noon)
    won(three[2], second)
    assert SECOND in text.body
    assert FIRST not in "".join(read(text))
    assert (queries.in_force(text), queries.undone_by(first)) == (first, None)


def test_nobody_puts_back_what_another_took_out(three, noon):
    text, _first, _second = two_passages(three, noon)
    with pytest.raises(Refused):
        decide(three[0], text, Verdict.REINSTATE)
    rollback()
    decide(three[1], text, Verdict.REINSTATE)
    decide(three[0], text, Verdict.REINSTATE)
    assert text.body == WORDS


def test_words_that_were_erased_are_not_put_back(three, noon):
    text = make_contribution(body=WORDS)
    decide(three[0], text, Verdict.REDACT, passage=FIRST)
    hidden = make_contribution(body=WORDS)
    decide(three[0], hidden, Verdict.RESTRICT, passage=FIRST)
    with clock.frozen(noon + LATE):
        actions.purge(system())
        commit()
        assert "Et le reste" in text.body
        for one, verdict in ((text, Verdict.REINSTATE), (hidden, Verdict.RESTORE)):
            with pytest.raises(Refused):
                decide(three[0], one, verdict)
            rollback()
    assert (hidden.body, hidden.is_public) == ("", False)


def test_the_time_of_one_passage_leaves_the_words_of_a_later_one(three, noon):
    text = make_contribution(body=WORDS)
    decide(three[0], text, Verdict.REDACT, passage=FIRST)
    with clock.frozen(noon + timedelta(days=530)):
        later = decide(three[1], text, Verdict.REDACT, passage=SECOND)
    with clock.frozen(noon + LATE):
        actions.purge(system())
        commit()
        won(three[2], later)
    assert f"{SECOND} ici. Et le reste" in text.body
    assert FIRST not in text.body


@pytest.mark.parametrize("since", [Verdict.KEEP, Verdict.REDACT])
def test_what_was_set_aside_comes_back_whatever_was_decided_of_its_words_since(three, since):
    text = make_contribution(body=WORDS)
    first = decide(three[0], text, Verdict.SET_ASIDE, ground=Ground.INSULT)
    decide(three[1], text, since, **({"passage": FIRST} if since == Verdict.REDACT else {}))
    with pytest.raises(Refused):  # by whoever set it aside, or by an appeal
        decide(three[1], text, Verdict.BRING_BACK)
    rollback()
    won(three[2], first)
    assert text.aside_at is None


def test_whoever_types_a_letter_in_reads_no_sealed_words(three):
    text = make_contribution(status=Status.PENDING)
    first = decide(three[0], text, Verdict.REFUSE, ground=Ground.INSULT)
    actions.enter_appeal(three[1], first, words="Relisez.", received_on=clock.today())
    commit()
    assert refusal(rules.read_words, three[1], text)
    assert refusal(rules.read_words, three[2], text) is None
