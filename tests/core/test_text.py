"""What residents write is shown safely, shortened kindly and found again."""

import re
from time import process_time

import pytest
from flask import render_template_string
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from consult.core import text
from consult.core.i18n import _

FRENCH = st.text(alphabet="abcdeéèçœÉ L’'-.,:;!?\n 0129«»", max_size=200)


class TestRender:
    def test_paragraphs_lines_and_emphasis(self):
        html = text.render("Des **bancs**\nà l'ombre.\n\nEt de l'eau.")
        assert html == ("<p>Des <strong>bancs</strong><br>\nà l'ombre.</p>\n<p>Et de l'eau.</p>\n")

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[lien](javascript:alert(1))",
            "[lien](data:text/html;base64,PHNjcmlwdD4=)",
            "[lien](vbscript:x)",
            "![image](http://example.org/pixel.png)",
            '<a href="#" onclick="x()">a</a>',
            "<svg/onload=alert(1)>",
            "<style>body{display:none}</style>",
            '[a](http://x" onmouseover="alert(1))',
        ],
    )
    def test_nothing_runs_and_nothing_is_fetched(self, attack):
        html = text.render(attack)
        tags = re.findall(r"<(\w+)([^>]*)>", html)
        assert {name for name, _ in tags} <= {"p", "a", "br"}
        assert all(re.fullmatch(r'( (href|rel|title)="[^"]*")*', rest) for _, rest in tags)
        assert not any(re.search(r'href="(?!https?:)', rest) for _, rest in tags)

    def test_headings_begin_below_the_page_and_never_jump(self):
        html = text.render("## Un\n\n##### Deux\n\n# Trois\n\n###### Quatre")
        assert re.findall(r"<(h\d)>", html) == ["h3", "h4", "h3", "h4"]

    def test_links_are_not_recommended_by_the_town(self):
        html = text.render("Voir https://example.org/a et www.example.org, merci.")
        assert html.count('rel="nofollow ugc noopener"') == 2
        assert 'href="https://www.example.org"' in html

    @pytest.mark.parametrize(
        "address",
        [
            "https://ailleurs.example/x",
            "https://mairie.fr@ailleurs.example",
            "//ailleurs.example",
            "http:ailleurs.example",
            "https:///ailleurs.example/x",
            "https://ailleurs.example/mairie.fr",
        ],
    )
    def test_a_link_that_names_another_site_says_where_it_leads(self, address):
        assert "(<bdi>ailleurs.example</bdi>)" in text.render(f"[**mairie.fr**/bancs]({address})")

    @pytest.mark.parametrize(
        "words",
        [
            *(
                "https://mairie.fr",
                "www.mairie.fr",
                "MAIRIE.FR/bancs",
                "mairie.fr:443",
                "\U0001d426airie.fr",
            ),
            *(
                "(https://mairie.fr)",
                "«https://mairie.fr»",
                "→https://mairie.fr",
                "voir:https://mairie.fr",
            ),
            *(
                "« mairie.fr »",
                "#mairie.fr",
                "connexion/mairie.fr",
                "Voici,mairie.fr",
                "mairie.fr_",
            ),
            *(
                "mairie.\u200bfr",
                "mairie\u00ad.\u2060fr",
                "m\ufeffairie.f\u200dr",
                "mairie.\ufe0ffr",
            ),
            *("mairie。fr", "mairie\uff0efr", "mairie\uff61fr", "mairie\u2024fr", "mairie\u06d4fr"),
            *(
                "\u202erf.eiriam",
                "&#8238;rf.eiriam",
                "mairie&period;fr",
                "mairie.**fr**",
                "`mairie.fr`",
            ),
            *(
                "192.0.2.7",
                "http://3221225991",
                "[2001:db8::7]",
                "http://[::1]/",
                "http://localhost/",
            ),
            *("mairie.xn--p1ai", "xn--mirie-3we.fr", "м\u0430ирие.рф", "❤.fr", "a@mairie.fr"),
            *(
                "ailleurs.example, dit mairie.fr",
                "mairie.fr/ailleurs.example",
                "ailleurs.example@mairie.fr",
            ),
            *("ailleurs.example.mairie.fr", "mairie.ailleurs.example", "mairie-ailleurs.example"),
            *(
                "https://ailleurs.example\u2800https://mairie.fr",
                f"{'1.' * 100_000}fr",
                f"{'/' * 100_000}mairie.fr",
            ),
        ],
    )
    def test_no_spelling_hides_the_name_of_another_site(self, words):
        html = text.render(f"[{words}](https://ailleurs.example)")
        assert "</a> (<bdi>ailleurs.example</bdi>)" in html

    def test_what_a_link_shows_when_pointed_at_tells_no_lie_either(self):
        html = text.render('[le site](https://ailleurs.example "mairie.fr")')
        assert "(<bdi>ailleurs.example</bdi>)" in html

    @pytest.mark.parametrize(
        "words",
        [
            "https://mairie.fr/bancs.html?x=1",
            "(https://www.mairie.fr/a,b.html)",
            "«https://mairie.fr»",
            "www.mairie.fr",
            "HTTPS://Mairie.fr.",
            "http://192.0.2.7/bancs.html et http://[2001:db8::7]/bancs",
            "[le site](https://mairie.fr)",
            "[mairie.fr](https://www.mairie.fr/a)",
            "[voir: www.mairie.fr/a.html, c'est clair](https://mairie.fr)",
            "[mairie.fr](/a)",
            "[a@mairie.fr](mailto:b@mairie.fr)",
            "[La fiche n°3.2 du 12.05.2021, p. 4](https://mairie.fr)",
            "[12,50 €, 1.500 € ou 3.500.000 €/an](https://mairie.fr)",
            "[Appelez au 01.46.60.12.34, à 10:30 [M. Dupont]](https://mairie.fr)",
            "[Les élu·es, c.-à-d. le conseil, etc. : voir…ici](https://mairie.fr)",
            "[et/ou l'art. L. 2121-29](https://mairie.fr)",
        ],
    )
    def test_a_link_that_says_what_it_is_says_it_once(self, words):
        assert "bdi" not in text.render(words)

    @pytest.mark.parametrize(
        ("words", "address", "reached"),
        [
            (
                "mairie@ville.fr",
                "mailto:autre@ailleurs.example?subject=a",
                "autre@ailleurs.example",
            ),
            ("01 41 13 33 00", "tel:+33899000000", "+33899000000"),
            ("0141133300 (ou le 3919)", "tel:0141133300", "0141133300"),
            ("mairie@ville.fr", "mailto:Mairie@ville.fr", ""),
            ("01.41.13.33.00, le soir", "tel:+33141133300", ""),
            ("le 3919", "tel:3919", ""),
            ("Nous écrire", "mailto:mairie@ville.fr", ""),
        ],
    )
    def test_a_link_that_names_another_mailbox_or_number_says_whom_it_reaches(
        self, words, address, reached
    ):
        said = f"(<bdi>{reached}</bdi>)" if reached else "bdi"
        assert (said in text.render(f"[{words}]({address})")) is bool(reached)

    @pytest.mark.parametrize(
        "words",
        ["C'est fini.Ensuite, M.Dupont vient le 12.05.2021.", "Fiche n°3.2 : 12.50 € (ou 3.500)."],
    )
    def test_words_without_a_link_stay_as_they_are(self, words):
        assert text.render(words) == f"<p>{words}</p>\n"
        assert text.render(f"{words} *Fin*") == f"<p>{words} <em>Fin</em></p>\n"

    def test_a_missing_space_or_an_address_is_not_a_link(self):
        assert "<a" not in text.render("C'est fini.La suite, <b>écrire</b> à moi@example.org")

    def test_an_image_is_its_alternative_words(self):
        assert text.render("![Le parc & <b>](http://example.org/x.png)") == (
            "<p>Le parc &amp; &lt;b&gt;</p>\n"
        )

    def test_a_table_with_gaps_is_a_table(self):
        html = text.render("| Lieu | Voix |\n|---|---|\n| Centre |")
        assert html.count("<td>") == 2

    @pytest.mark.parametrize("before", ["", "Avant\n"])
    def test_a_few_lines_make_no_pages_of_empty_cells(self, before):
        columns, rows = 400, 2000
        table = "|a" * columns + "\n" + "|-" * columns + "\n" + "|\n" * rows
        assert "<td" not in text.render(before + table)
        assert text.plain(before + table).count("a") < 2 * columns

    @given(FRENCH)
    @example("a\n b")
    def test_the_short_way_gives_what_the_parser_gives(self, words):
        marked = words + "\n\n*fin*"
        assert text.render(words) + Markup("<p><em>fin</em></p>\n") == text.render(marked)
        assert "\n\n".join(filter(None, [text.plain(words), "fin"])) == text.plain(marked)

    @pytest.mark.parametrize("signs", ["www.-", "www.a.-", "http://a", "http://-.", "![", "//-."])
    def test_a_word_without_an_end_costs_no_more_than_its_length(self, signs):
        start = process_time()
        text.render(signs * (60_000 // len(signs)))
        assert process_time() - start < 3

    def test_a_link_to_a_mailbox_without_a_site_costs_no_more_than_its_length(self):
        words = "[a](mailto:" + "\ufdfa" * 10_000 + ")"  # read as eighteen signs each
        start = process_time()
        text.render(words)
        assert process_time() - start < 3

    def test_a_long_address_is_a_link_and_one_without_an_end_is_words(self):
        long = "https://exemple.fr/" + "a" * 1_900
        assert f'href="{long}"' in text.render(f"Voir {long}.")
        assert "href" not in text.render(long * 2)


class TestShorter:
    def test_plain_keeps_the_words_alone(self):
        source = "# Titre\n\n**gras** et [lien](http://example.org)\n\n- un\n- deux `trois`"
        assert text.plain(source) == "Titre\n\ngras et lien\n\nun\n\ndeux trois"

    def test_excerpt_is_cut_between_two_words(self):
        assert text.excerpt("Des **bancs** à l'ombre des tilleuls", 20) == "Des bancs à l'ombre…"
        assert text.excerpt("Des bancs", 20) == "Des bancs"

    def test_opening_ends_with_a_sentence(self):
        said = "Une rue, on y joue. M. Lenoir y vieillit. Avant de décider, la Ville demande."
        assert text.opening(said, 60) == "Une rue, on y joue. M. Lenoir y vieillit."
        assert text.opening("Des **bancs** à l'ombre", 15) == "Des bancs à…"
        assert text.opening("Des bancs.", 15) == "Des bancs."

    @given(FRENCH, st.integers(10, 200))
    def test_excerpt_is_one_line_of_the_length_asked(self, words, length):
        short = text.excerpt(words, length)
        assert len(short) <= length + 1
        assert "\n" not in short

    @pytest.mark.parametrize(
        ("body", "title"),
        [
            ("Créer un parc. Il manque d'ombre.", "Créer un parc"),
            ("Pourquoi pas un parc ? Il fait chaud.", "Pourquoi pas un parc ?"),
            ("M. Durand a raison. Moi aussi.", "M. Durand a raison"),
            ("Un passage de 3.5 m. Merci.", "Un passage de 3.5 m"),
            ("Bancs, arbres, etc. et de l'ombre. Fin.", "Bancs, arbres, etc. et de l'ombre"),
            ("Mon titre\n\nLe corps.", "Mon titre"),
            ("Une ligne coupée\nen deux. Fin.", "Une ligne coupée en deux"),
            ("# Un titre\n\nDu texte", "Un titre"),
            ("", ""),
        ],
    )
    def test_first_sentence(self, body, title):
        assert text.first_sentence(body) == title

    def test_a_long_first_sentence_is_cut(self):
        title = text.first_sentence("Nous voudrions des bancs " * 20)
        assert len(title) <= 121
        assert title.endswith("…")


class TestSpelling:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("La Haie Griselle – La Hêtraie", "la haie griselle la hetraie"),
            ("L’Œuvre", "l'oeuvre"),
            ("ÉCOLE Léon-Blum", "ecole leon blum"),
            ("e\N{COMBINING ACUTE ACCENT}cole", "école"),
            ("\N{LATIN SMALL LIGATURE FI}n", "fin"),
        ],
    )
    def test_fold_gives_one_spelling(self, one, other):
        assert text.fold(one) == text.fold(other)

    @given(st.text())
    def test_fold_is_settled_at_once(self, words):
        assert text.fold(text.fold(words)) == text.fold(words)

    @given(st.text())
    def test_stems_do_not_depend_on_spelling(self, words):
        assert text.stems(words) == text.stems(text.fold(words))
        assert not any(" " in stem or not stem for stem in text.stems(words))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("des bancs", "un banc"),
            ("les vélos", "la bicyclette"),
            ("les pistes cyclables", "une piste de vélo"),
            ("l'éclairage", "des lampadaires"),
            ("une rue publiée", "des rues publiées"),
            ("interdite", "interdit"),
            ("les jeux", "le jeu"),
        ],
    )
    def test_words_of_one_notion_meet(self, one, other):
        assert text.stems(one) == text.stems(other)

    def test_words_that_only_look_alike_stay_apart(self):
        for one, other in [("salle", "sale"), ("voirie", "voir"), ("général", "généraliste")]:
            assert text.stems(one) != text.stems(other)

    def test_numbers_stay_and_small_words_go(self):
        assert text.stems("Les 12 bancs de la place du 8 mai") == ["12", "banc", "plac", "8", "mai"]

    def test_a_known_word_costs_little(self):
        words = "Nous demandons des bancs et des arbres pour les enfants de l'école. " * 20
        text.stems(words)
        start = process_time()
        for _again in range(20):
            text.stems(words)
        assert process_time() - start < 2


def test_a_message_said_later_keeps_its_values_harmless(ctx):
    """Its own words are ours, and may hold a tag; what it is filled with is somebody's."""
    said = _("“%(name)s” already goes by this name.", name="<b onclick=x>Port</b>")
    page = render_template_string("{{ words }}", words=said)
    assert "<b" not in page
    assert "&lt;b onclick=x&gt;" in page
    assert "<b onclick=x>" in str(said)  # a letter is no page
