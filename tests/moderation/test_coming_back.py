"""What was taken out or set aside comes back whole, whoever decided what else meanwhile."""

from datetime import timedelta
from itertools import permutations

import pytest

from consult.campaigns.models import Moderation
from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit, rollback
from consult.moderation import actions, queries, rules
from consult.moderation.charter import TAKEN_OUT, Conclusion, Ground, Verdict
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
    appeal = actions.appeal(decision.appellant, decision, words="Relisez.")
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


# Whatever else was written and decided meanwhile.


def edit(text, body):
    """Its author writes it anew, where texts show at once."""
    text.campaign.moderation = Moderation.AFTER
    commit()
    contributions.edit(text.author, text, title=text.title, body=body)
    commit()


def test_what_the_author_wrote_around_a_hole_stays(three):
    text = make_contribution(body=WORDS)
    first = decide(three[0], text, Verdict.REDACT, passage=FIRST)
    edit(text, f"{text.body} Ajout vilain et bonne fin.")
    second = decide(three[1], text, Verdict.REDACT, passage="Ajout vilain")
    won(three[2], second)
    assert "Ajout vilain et bonne fin." in text.body
    assert FIRST not in text.body
    won(three[2], first)
    assert text.body == f"{WORDS} Ajout vilain et bonne fin."


def test_what_the_author_took_away_stays_away(three):
    text = make_contribution(body=f"{WORDS} J’habite au 12 rue Haute.")
    first = decide(three[0], text, Verdict.REDACT, passage=FIRST)
    edit(text, f"Tout autre chose. {SECOND} ici.")
    decide(three[1], text, Verdict.REDACT, passage=SECOND)
    won(three[2], first)
    assert "12 rue Haute" not in text.body
    assert "Tout autre chose" in text.body


def test_a_passage_written_again_is_read_in_no_wording(three):
    text = make_contribution(body=WORDS)
    decide(three[0], text, Verdict.REDACT, passage=FIRST)
    edit(text, WORDS)
    decide(three[1], text, Verdict.REDACT, passage=f"{FIRST} ici")
    decide(three[1], text, Verdict.REINSTATE)
    assert FIRST not in "".join(read(text))


def test_no_passage_is_quoted_across_what_is_out_already(three):
    text = make_contribution(body=WORDS)
    decide(three[0], text, Verdict.REDACT, passage=FIRST)
    with pytest.raises(Refused) as refused:
        decide(three[1], text, Verdict.REDACT, passage=f"{TAKEN_OUT} ici. {SECOND}")
    assert "d’un côté" in str(refused.value.reason)


def test_each_hole_takes_its_own_passage_though_the_author_wrote_between(three):
    text = make_contribution(body=WORDS)
    made = [decide(three[0], text, Verdict.REDACT, passage=one) for one in (FIRST, SECOND)]
    edit(text, f"Avant. {text.body} Après.")
    for one in reversed(made):
        won(three[2], one)
    assert text.body == f"Avant. {WORDS} Après."
    decide(three[1], text, Verdict.REDACT, passage="Et le reste")
    decide(three[1], text, Verdict.REINSTATE)
    assert text.body == f"Avant. {WORDS} Après."


def test_nobody_takes_the_words_of_a_hole_out(three):
    text = make_contribution(body=WORDS)
    decide(three[0], text, Verdict.REDACT, passage=FIRST)
    with pytest.raises(Refused):
        decide(three[0], text, Verdict.REDACT, passage="retiré par")


def test_passages_come_back_in_any_order(three):
    marks = ["Un mauvais", "Deux mauvais", "Trois mauvais"]
    title, body = "Un mauvais titre", "Un mauvais. Deux mauvais. Trois mauvais. Un mauvais, fin."
    for order in permutations(range(3)):
        text = make_contribution(title=title, body=body)
        made = [decide(three[0], text, Verdict.REDACT, passage=mark) for mark in marks]
        out = set(marks)
        for number in order:
            won(three[2], made[number])
            out.discard(marks[number])
            assert {mark for mark in marks if mark not in text.body} == out
            assert not any(mark in "".join(read(text)) for mark in out)
        assert (text.title, text.body) == (title, body)


def test_passages_that_overlap_stay_out_whole(three):
    text = make_contribution(body="Xx aa bb cc. Puis aa bb fin.")
    first = decide(three[0], text, Verdict.REDACT, passage="Xx aa")
    for passage in ("bb cc", "aa bb"):
        decide(three[1], text, Verdict.REDACT, passage=passage)
    won(three[2], first)
    assert "cc" not in text.body


@pytest.mark.parametrize("kind", [Verdict.REDACT, Verdict.SET_ASIDE])
def test_an_appeal_won_while_the_text_is_hidden_shows_once_it_is_not(three, kind):
    text = make_contribution(body=WORDS)
    first = decide(three[0], text, kind, passage=FIRST)
    hidden = decide(three[1], text, Verdict.RESTRICT, passage=SECOND)
    won(three[2], first)
    assert not text.is_public
    assert queries.in_force(text) == hidden
    decide(three[1], text, Verdict.RESTORE)
    assert (text.aside_at, text.body) == (None, WORDS)


def test_hidden_words_go_in_their_time_though_a_passage_came_back(three, noon):
    text = make_contribution(body=WORDS)
    first = decide(three[0], text, Verdict.REDACT, passage=FIRST)
    decide(three[1], text, Verdict.RESTRICT, passage=SECOND)
    won(three[2], first)
    with clock.frozen(noon + LATE):
        actions.purge(system())
        commit()
    assert text.body == ""


@pytest.mark.parametrize("is_back", [False, True], ids=["out", "back"])
def test_what_an_open_appeal_may_need_is_not_erased_with_another_decision(three, noon, is_back):
    text, first, _second = two_passages(three, noon)
    if is_back:
        decide(three[1], text, Verdict.REINSTATE)
    with clock.frozen(noon + timedelta(days=150)):
        appeal = actions.appeal(first.appellant, first, words="Relisez.")
        commit()
    with clock.frozen(noon + LATE):
        actions.purge(system())
        commit()
        actions.conclude(three[2], appeal, conclusion=Conclusion.REVERSED, words="Oui.")
        commit()
    assert FIRST in text.body


def test_decisions_of_before_these_said_which_are_read_as_they_were(three, noon, monkeypatch):
    text, first, second = two_passages(three, noon)
    made = actions._decision
    monkeypatch.setattr(actions, "_decision", lambda *a, **k: made(*a, **k | {"undoes": None}))
    monkeypatch.setattr(actions, "_put_back", lambda _one: None)
    decide(three[1], text, Verdict.REINSTATE)
    assert queries.standing(text, Verdict.REDACT) == [first]
    assert queries.undone_by(second)
    assert queries.undone_by(first) is None
