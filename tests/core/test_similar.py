"""Somebody who writes finds what others already wrote, said with other words."""

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from consult.core.similar import rank
from tests import likeness
from tests.likeness import OTHERS, PAIRS

PUBLISHED = [*enumerate(text for _, text in PAIRS), *enumerate(OTHERS, start=100)]


def test_other_words_for_the_same_wish_are_among_the_first_five():
    found = [
        number
        for number, (typed, _) in enumerate(PAIRS)
        if number in [match.id for match in rank(typed, PUBLISHED)]
    ]
    assert len(found) == 15  # hit@5: 15 of 15


def test_most_come_first():
    first = [n for n, (typed, _) in enumerate(PAIRS) if rank(typed, PUBLISHED, 1)[0].id == n]
    assert len(first) >= 13  # hit@1


def test_half_a_word_and_a_slip_of_the_pen_are_understood():
    assert rank("lampad", PUBLISHED)[0].id == 1
    assert rank("la mediatheqe", PUBLISHED)[0].id == 9


def test_accents_and_capitals_change_nothing():
    assert rank("ECLAIRER LA RUE", PUBLISHED) == rank("éclairer la rue", PUBLISHED)


def test_what_has_nothing_in_common_is_left_out():
    assert rank("Xylophone", PUBLISHED) == []
    assert rank("", PUBLISHED) == []
    assert rank("de la", []) == []


def test_a_rare_word_weighs_more_where_the_town_s_words_are_counted():
    published = [(1, "Des arbres pour le quartier"), (2, "Un kiosque pour la musique")]
    counts = {"arbre": 900, "quarti": 950, "kiosqu": 1}
    best = rank("arbres kiosque", published, document_frequency=counts, documents=1000, threshold=0)
    assert [match.id for match in best] == [2, 1]


def test_another_name_counts_less_than_the_word_and_as_little_as_the_commoner_of_the_two():
    published = [
        (1, "Les patinettes du lavoir"),
        (2, "Les trottinettes du lavoir"),
        (3, "Un verger"),
    ]
    same, other = rank("trottinettes", published)
    assert (same.id, other.id) == (2, 1)
    counts = {"patinet": 900, "trottinet": 1}
    common = rank("trottinettes", published, document_frequency=counts, documents=1000, threshold=0)
    assert common[1].id == 1
    assert common[1].score < other.score


@given(st.text(max_size=80))
def test_a_text_is_nearest_to_itself(words):
    found = rank(words, [(0, words), (1, "tout autre chose")], 1)
    assert not found or found[0].id == 0 or found[0].score == 1


def test_fifty_candidates_are_ranked_at_once():
    candidates = [(n, f"{text} {n} " * 3) for n, (_, text) in enumerate(PUBLISHED * 2)][:50]
    rank("Des bancs dans le parc", candidates)
    start = process_time()
    rank("Des bancs dans le jardin", candidates)
    assert process_time() - start < 1


def test_what_is_measured_on_the_labelled_sets_does_not_get_worse():
    assert likeness.own().five >= 28
    assert likeness.unseen().five >= 13


def test_real_proposals_find_their_own_title(shared_data):
    folder = shared_data("contributions-fr")
    assert likeness.by_its_words(folder).five >= 150
