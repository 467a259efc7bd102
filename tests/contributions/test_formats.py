"""Files from elsewhere become rows to import, refusals with a reason, and notices."""

from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from consult.contributions.formats import Comment, Notice, Refusal, Row, parse_columns, read
from consult.core import i18n
from consult.core.tables import TableError, write_csv, write_xlsx

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def french():
    """How a reason reads on a page."""
    app = Flask("page")
    i18n.init_app(app)

    def say(reason) -> str:
        with app.test_request_context("/"):
            return str(reason)

    return say


def parted(found):
    """Rows by reference, refusals and notices by row number."""
    found = list(found)
    rows = {one.ref: one for one in found if isinstance(one, Row)}
    refused = {one.row_number: one for one in found if isinstance(one, Refusal)}
    notices = {one.row_number: one for one in found if isinstance(one, Notice)}
    return rows, refused, notices


def table(words: str, **options):
    return list(read(BytesIO(words.encode()), **options))


class TestTable:
    def test_a_file_as_excel_saves_it_in_france(self, french):
        rows, refused, notices = parted(read(DATA / "contributions.csv"))
        assert list(rows) == ["1", "2", "4"]
        assert rows["1"] == Row(
            2,
            "1",
            "Un kiosque à musique",
            "Au jardin d'été ; le samedi.\nAvec des chœurs.",
            author="Zoé",
            theme="Culture",
            place="Jardin d’été",
            created_at=datetime(2021, 10, 15, 22, tzinfo=UTC),  # midnight in town
        )
        assert rows["2"].title == "Ouvrir la piscine plus tôt"
        assert rows["2"].body.endswith("À sept heures.")
        assert rows["2"].created_at == datetime(2021, 10, 16, 6, 30, tzinfo=UTC)
        assert {row: french(one.reason) for row, one in refused.items()} == {
            4: "La ligne n’a ni titre ni texte.",
            6: "La même référence figure déjà à la ligne 3.",
            7: "La ligne compte plus de cellules que l’en-tête.",
        }
        assert (
            french(notices[5].reason)
            == "La date «\xa0un jour\xa0» n’est pas comprise\xa0: laissée vide."
        )

    def test_an_e_mail_address_is_nobody_s_public_name(self):
        rows, _, _ = parted(read(DATA / "contributions.csv"))
        assert rows["2"].author == ""

    def test_columns_are_named(self):
        words = "prop_idx,texte,extra\n7,Un banc. Vite.,x\n"
        [row] = table(words, columns=parse_columns("ref=prop_idx, body=texte"))
        assert (row.ref, row.title, row.body) == ("7", "Un banc", "Un banc. Vite.")

    def test_the_others_are_guessed_in_french_and_in_english(self):
        [one] = table("Id;Title;Description;Category\n1;A;B;C\n")
        [other] = table("Référence;Intitulé;Contenu;Thématique\n1;A;B;C\n")
        assert one == other == Row(2, "1", "A", "B", theme="C")

    def test_a_title_in_several_languages(self):
        rows = table("id;title_ca;title_es\n1;Un banc;\n2;;Un banco\n")
        assert [row.title for row in rows] == ["Un banc", "Un banco"]

    def test_without_a_reference_the_words_are_one(self):
        first = table("texte\nUn banc\nUn arbre\nUn banc\n")
        again = table("texte\nUn arbre\nUn banc\nUn banc\n")
        assert len({row.ref for row in first}) == 3
        assert {row.ref for row in first} == {row.ref for row in again}

    def test_what_was_not_published_says_so(self):
        rows = table("id,texte,publié\n1,a,oui\n2,b,non\n3,c,\n")
        assert [row.published for row in rows] == [True, False, True]

    def test_a_column_that_is_not_there(self, french):
        with pytest.raises(TableError) as error:
            table("a,b\n1,2\n", columns={"body": "texte"})
        assert french(error.value.message) == (
            "Il manque des colonnes\xa0: texte. Le fichier contient\xa0: a, b."
        )

    def test_no_column_to_read(self, french):
        with pytest.raises(TableError) as error:
            table("a,b\n1,2\n")
        assert french(error.value.message).startswith("Aucune colonne ne contient de titre")

    @pytest.mark.parametrize("words", ["texte", "texte=", "corps=texte", "=a"])
    def test_a_mapping_that_is_not_understood(self, words):
        with pytest.raises(TableError):
            parse_columns(words)

    def test_a_format_nobody_knows(self):
        with pytest.raises(ValueError, match="unknown format"):
            table("a\n1\n", format="other")

    def test_a_workbook(self):
        book = write_xlsx([[1, "Un banc", "Des mots"]], ["id", "titre", "texte"])
        assert list(read(BytesIO(book))) == [Row(2, "1", "Un banc", "Des mots")]

    @given(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), max_size=5)
    )
    def test_any_text_is_a_row_or_a_refusal(self, bodies):
        lines = "".join(write_csv([[n, body] for n, body in enumerate(bodies)], ["id", "texte"]))
        found = list(read(BytesIO(lines.encode()), separator=","))
        assert len(found) == len(bodies)
        assert all(one.title or not one.body.strip() for one in found if isinstance(one, Row))


class TestCapCollectif:
    @pytest.fixture
    def found(self):
        return list(read(DATA / "cap-collectif.csv"))

    def test_opinions_with_their_votes_and_arguments(self, found):
        rows, _, _ = parted(found)
        assert list(rows) == ["injure", "arbres", "bancs"]
        bancs = rows["bancs"]
        assert (bancs.row_number, bancs.title, bancs.theme) == (
            2,
            "Des bancs rue des Lilas",
            "1. Les rues",
        )
        assert bancs.body.startswith("Il n'y a plus un banc entre la gare et l'école ; les aînés")
        assert bancs.created_at == datetime(2022, 5, 3, 8, tzinfo=UTC)
        assert bancs.tally == {"yes": 3, "mixed": 1, "no": 1}
        assert [(one.ref, one.side, one.published) for one in bancs.comments] == [
            ("a1", "for", True),
            ("a2", "against", True),
            ("a5", "for", False),
        ]
        assert bancs.comments[1] == Comment(
            8,
            "a2",
            "against",
            "Le trottoir est étroit ; où passera la poussette ?",
            created_at=datetime(2022, 5, 5, 16, 20, tzinfo=UTC),
        )

    def test_broken_rows_are_refused_with_what_hung_on_them(self, found, french):
        _, refused, _ = parted(found)
        assert {
            row: (one.ref, one.comments, one.votes, french(one.reason))
            for row, one in refused.items()
        } == {
            14: (
                "velos",
                1,
                1,
                "Le titre et le texte sont fondus dans une seule cellule entre guillemets\xa0: "
                "les cellules suivantes sont décalées.",
            ),
            17: (
                "eau",
                0,
                2,
                "La ligne est coupée\xa0: elle n’a pas de date et n’était pas publiée.",
            ),
            24: ("bancs", 0, 0, "La même référence figure déjà à la ligne 2."),
        }

    def test_what_was_moderated_away_there_is_never_public_here(self, found):
        rows, _, _ = parted(found)
        assert not rows["injure"].published
        assert rows["bancs"].published

    def test_what_is_left_aside_is_said(self, found, french):
        _, _, notices = parted(found)
        assert {row: (one.ref, french(one.reason)) for row, one in notices.items()} == {
            2: (
                "bancs",
                "Le fichier annonce 4 votes et en détaille 5\xa0: nous comptons ces derniers.",
            ),
            9: (
                "a3",
                "Argument laissé de côté. La ligne est coupée\xa0: elle n’a pas de date et n’était "
                "pas publiée.",
            ),
            10: (
                "a4",
                "Argument laissé de côté. Les cellules sont décalées\xa0: il n’y a pas d’adresse "
                "web à la place prévue.",
            ),
            11: ("a5", "Argument non public d’origine\xa0: il ne l’est pas non plus ici."),
            12: ("", "1 ligne de type «\xa0source\xa0» a été laissée de côté."),
            13: ("", "1 ligne de type «\xa0reportings\xa0» a été laissée de côté."),
        }

    def test_a_missing_title_and_the_tags_of_an_editor(self, found):
        rows, _, _ = parted(found)
        assert rows["arbres"].title == "Planter des arbres"
        assert rows["arbres"].body == (
            "Planter des arbres. Et les arroser.\n\n- place du Puits\n- cour de l'école"
        )
        assert rows["arbres"].tally == {"yes": 3}

    def test_a_stream_is_read_like_a_file(self, found):
        data = (DATA / "cap-collectif.csv").read_bytes()
        assert list(read(BytesIO(data), format="cap-collectif")) == found


class TestRealFiles:
    def test_republique_numerique(self, shared_data):
        path = shared_data("contributions-fr/republique-numerique_propositions.csv")
        rows = list(read(path, columns={"ref": "prop_idx", "body": "texte"}))
        assert len(rows) == 230
        assert all(isinstance(row, Row) and row.title and len(row.title) <= 121 for row in rows)
        assert rows == list(read(path))

    def test_a_consultation_with_moved_cells(self, shared_data):
        path = shared_data("contributions-fr/rua-fonctionnement_sections-2-3.csv")
        rows, refused, _ = parted(found := list(read(path)))
        notices = [one for one in found if isinstance(one, Notice)]
        assert (len(rows), len(refused), len(notices)) == (139, 6, 22)
        assert all(row.published for row in rows.values())
        assert {n: (one.comments, one.votes) for n, one in refused.items()} == {
            742: (127, 635),
            2455: (5, 37),
            2599: (0, 3),
            2891: (0, 9),
            2930: (4, 7),
            3006: (5, 8),
        }
        reasons = Counter(str(one.reason._args[0]) for one in refused.values())
        assert sorted(reasons.values()) == [2, 4]
        tally = sum((Counter(row.tally) for row in rows.values()), Counter())
        assert tally == {"yes": 1904, "mixed": 332, "no": 676}
        comments = [one for row in rows.values() for one in row.comments]
        assert Counter(one.published for one in comments) == {True: 484, False: 2}

    def test_windows_1252(self, shared_data):
        path = shared_data("platform-exports/decidim-barcelona_propositions_cp1252.csv")
        rows = list(read(path))
        assert len(rows) == 1500
        assert rows[2].title == "Posar en funcionament l'EB L'Univers amb gestió pública"

    @pytest.mark.parametrize(
        ("name", "rows", "hidden", "comments", "votes"),
        [
            ("bp-vote-parcours_vote-parcours-min-3-max-5", 6, 0, 0, 3),
            ("budget-participatif-rennes_collecte-des-propositions-avec-questions", 62, 0, 0, 0),
            ("projet-de-loi-renseignement_elaboration-de-la-loi", 71, 10, 44, 78),
        ],
    )
    def test_other_exports(self, shared_data, name, rows, hidden, comments, votes):
        folder = shared_data("platform-exports/cap-collectif")
        found = [one for one in read(folder / f"contributions_{name}.csv") if isinstance(one, Row)]
        assert len(found) == rows
        assert sum(not row.published for row in found) == hidden
        assert sum(len(row.comments) for row in found) == comments
        assert sum(sum(row.tally.values()) for row in found) == votes
        for kind in ("grouped", "simplified"):
            again = [
                one
                for one in read(folder / f"contributions_{name}_{kind}.csv")
                if isinstance(one, Row)
            ]
            assert {row.ref for row in again} <= {row.ref for row in found}
            assert sum(sum(row.tally.values()) for row in again) == votes
