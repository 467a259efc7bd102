"""What is pasted with its tags keeps its structure and its words, and nothing else."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.pasted import to_markdown
from consult.core.text import plain, render


def test_paragraphs_lists_titles_and_emphasis_stay():
    pasted = (
        '<h2>Calendrier</h2><p style="color:red"><u>Phase 1</u> le <b>diagnostic</b></p>'
        '<ul style="list-style-type: none"><li>les points forts</li><li><p>les points faibles</p>'
        "</li></ul><ol><li>un</li><li>deux</li></ol>"
    )
    assert to_markdown(pasted) == (
        "## Calendrier\n\n*Phase 1* le **diagnostic**\n\n- les points forts\n- les points faibles"
        "\n1. un\n2. deux"
    )


def test_a_list_without_items_nor_end_is_a_list_still():
    pasted = '<ul style="x">➤ Emploi.➤ Habitat <p><u>Suite</u></p> <ul>➤ Fin'
    assert to_markdown(pasted) == "- Emploi.\n- Habitat\n\n*Suite*\n\n- Fin"


def test_scripts_styles_and_handlers_are_dropped():
    pasted = (
        "<style>p{color:red}</style><p onclick=\"alert(1)\">Bonjour<script>alert('x')</script></p>"
        '<img src=x onerror="alert(2)"><a href="javascript:alert(3)">ici</a>'
    )
    written = to_markdown(pasted)
    assert written == "Bonjour\n\nici"
    assert "alert" not in render(written)


def test_text_without_tags_comes_back_as_it_is():
    for text in ("5 < 6 et 7 > 2", "a <3 b", "- une liste\n- en Markdown"):
        assert to_markdown(text) == text


def test_marks_in_the_words_stay_words():
    assert plain(to_markdown("<p>2 * 3 * 4 _ici_ &amp; [là] # ~50</p>")) == (
        "2 * 3 * 4 _ici_ & [là] # ~50"
    )


@given(st.text(alphabet="ab <>/p='\"&;*_scriptonul", max_size=60))
def test_whatever_is_pasted_no_tag_reaches_the_page(text):
    page = render(to_markdown(f"<p>{text}</p>"))
    assert not re.search(r"<(?:script|style|img|iframe)|\son\w+=", re.sub(r"&\w+;", "", page))


def test_the_cells_of_the_agreement_of_igny(shared_data):
    text = shared_data("sources/002_b552ebfc4ded3a3b.txt").read_text()
    cells = [line for line in text.splitlines() if "<p>" in line or "<ul" in line]
    assert len(cells) >= 4
    for cell in cells:
        page = render(to_markdown(cell))
        assert "<p>" in page or "<li>" in page
        assert "style=" not in page
        assert "&lt;" not in page
    objectives = next(cell for cell in cells if cell.startswith("<ul"))
    assert render(to_markdown(objectives)).count("<li>") == 3


@pytest.mark.parametrize("sign", ["<![", "<![autre]>", "<!x>", '<a href="', "<a@", "<!--", "</p <"])
def test_tags_that_never_end_cost_no_more_than_words(sign):
    began = process_time()
    assert "Un banc" in to_markdown("<p>Un banc</p>" + sign * (60_000 // len(sign)))
    assert process_time() - began < 2


def test_conditions_of_word_are_left_out():
    assert to_markdown("<p><![if !supportLists]>Un<![endif]> banc</p>") == "Un banc"
