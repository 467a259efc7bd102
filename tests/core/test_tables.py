"""Tables come in as people's programs write them, and go out without traps."""

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from consult.core import i18n, tables

WORDS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n;,\"'=+|"),
    max_size=30,
)


def stream(words: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(words.encode(encoding))


def rows(words: str, encoding: str = "utf-8", **options):
    return list(tables.read_rows(stream(words, encoding), **options))


@pytest.fixture(scope="module")
def french():
    """How a message reads on a page."""
    app = Flask("page")
    i18n.init_app(app)

    def say(message) -> str:
        with app.test_request_context("/"):
            return str(message)

    return say


class TestReading:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_any_separator_any_encoding(self, separator, encoding):
        lines = [["n°", "été"], ["1", "l'œuvre"], ["2", 'Dit "oui"\r\nsur deux lignes']]
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator).writerows(lines)
        assert rows(out.getvalue(), encoding) == [
            (2, {"n°": "1", "été": "l'œuvre"}),
            (3, {"n°": "2", "été": 'Dit "oui"\r\nsur deux lignes'}),
        ]

    def test_commas_in_the_words_do_not_deceive(self):
        words = "titre;texte\nBancs;Des bancs, des arbres, de l'eau\nParc;Ici, là, partout\n"
        assert rows(words)[0] == (2, {"titre": "Bancs", "texte": "Des bancs, des arbres, de l'eau"})

    def test_a_comma_in_the_header_does_not_deceive(self):
        words = "Nom, prénom;Avis\nDurand, Zoé;Pour\nMartin;Contre\n"
        assert rows(words)[0] == (2, {"Nom, prénom": "Durand, Zoé", "Avis": "Pour"})

    def test_one_column_alone(self):
        assert rows("texte\nUn banc\n") == [(2, {"texte": "Un banc"})]

    def test_one_broken_letter_does_not_spoil_the_others(self):
        data = "texte\n" + "éàè\n" * 20
        broken = data.encode() + b"caf\xe9\n"
        read = [row["texte"] for _, row in tables.read_rows(io.BytesIO(broken))]
        assert read[0] == "éàè"
        assert read[-1] == "caf\N{REPLACEMENT CHARACTER}"

    def test_empty_rows_are_passed_over_and_still_counted(self):
        assert rows("a,b\n\n,,\n1,2\n") == [(4, {"a": "1", "b": "2"})]

    def test_short_and_long_rows(self):
        assert rows("a,b\n1\n1,2,3,4\n") == [
            (2, {"a": "1", "b": ""}),
            (3, {"a": "1", "b": "2", tables.EXTRA: "3 4"}),
        ]

    def test_columns_have_names_of_their_own(self):
        words = stream("a,,a,b,\n1,2,3,4,5\n")
        assert tables.columns(words) == ["a", "#2", "a (2)", "b"]
        assert tables.columns(words) == ["a", "#2", "a (2)", "b"]

    def test_excel_may_announce_its_separator(self):
        assert rows("sep=;\na;b\n1;2\n") == [(3, {"a": "1", "b": "2"})]

    def test_a_stream_that_cannot_go_back(self):
        class Socket(io.RawIOBase):
            def __init__(self):
                self.inner = stream("a;b\n1;2\n")

            def readable(self):
                return True

            def readinto(self, buffer):
                return self.inner.readinto(buffer)

        assert list(tables.read_rows(Socket())) == [(2, {"a": "1", "b": "2"})]

    def test_a_stream_stays_open_for_its_owner(self):
        words = stream("a;b\n1;2\n")
        list(tables.read_rows(words))
        assert not words.closed

    def test_a_path(self, tmp_path):
        (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
        assert list(tables.read_rows(tmp_path / "a.csv")) == [(2, {"a": "1", "b": "2"})]

    def test_it_reads_no_further_than_asked(self):
        class Counting(io.BytesIO):
            far = 0

            def read(self, size=-1):
                data = super().read(size)
                Counting.far = max(Counting.far, self.tell())
                return data

        words = Counting(b"a;b\n" + b"1;2\n" * 500_000)
        reading = tables.read_rows(words, encoding="utf-8")
        next(reading)
        reading.close()
        assert Counting.far < 600_000


class TestSheets:
    def workbook(self, *lines, blank=0):
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out)
        workbook.add_worksheet("Vide")
        page = workbook.add_worksheet("Avis")
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for y, line in enumerate(lines, start=blank):
            for x, cell in enumerate(line):
                page.write(y, x, cell, day if isinstance(cell, date) else None)
        workbook.close()
        return io.BytesIO(out.getvalue())

    def test_numbers_read_as_people_write_them(self):
        book = self.workbook(
            ["n", "prix", "jour", "oui"], [1, 2.5, date(2021, 10, 16), True], blank=2
        )
        assert list(tables.read_rows(book)) == [
            (4, {"n": "1", "prix": "2.5", "jour": "2021-10-16", "oui": "1"})
        ]

    def test_a_sheet_by_its_name(self, french):
        book = self.workbook(["a"], ["x"])
        assert list(tables.read_rows(book, sheet="Avis")) == [(2, {"a": "x"})]
        with pytest.raises(tables.TableError) as error:
            list(tables.read_rows(book, sheet="Autre"))
        assert french(error.value.message) == (
            "Il n’y a pas de feuille «\xa0Autre\xa0». Le fichier contient\xa0: Vide, Avis."
        )

    def test_libreoffice(self):
        out = io.BytesIO()
        cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
        content = (
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:'
            '1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:'
            'oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            '<table:table table:name="Avis"><table:table-row>'
            + cell.format("string", "", "n°")
            + "</table:table-row><table:table-row>"
            + cell.format("float", 'office:value="3"', "3")
            + "</table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>"
        )
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            archive.writestr("content.xml", content)
        assert list(tables.read_rows(io.BytesIO(out.getvalue()))) == [(2, {"n°": "3"})]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "Le fichier est vide."),
            (b"\n;;\n", "Le fichier est vide."),
            (b"PK\x03\x04 broken", "n’est pas un tableau"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "n’est pas un tableau"),
            (b"\x00\x01\x02\x03", "n’est pas un tableau"),
        ],
    )
    def test_what_is_no_table(self, data, words, french):
        with pytest.raises(tables.TableError) as error:
            list(tables.read_rows(io.BytesIO(data), "photo.png"))
        assert words in french(error.value.message)

    def test_missing_columns_are_named(self, french):
        with pytest.raises(tables.TableError) as error:
            list(tables.read_rows(stream("a,b\n1,2\n"), required=["a", "texte"]))
        assert french(error.value.message) == (
            "Il manque des colonnes\xa0: texte. Le fichier contient\xa0: a, b."
        )

    def test_a_quote_never_closed(self, french):
        words = 'a,b\n1,2\n3,"' + "mot " * 300_000
        with pytest.raises(tables.TableError) as error:
            rows(words)
        assert french(error.value.message).startswith("La ligne 3 est illisible")

    def test_a_bomb(self, monkeypatch, french):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", "0" * 1_000_000)
        monkeypatch.setattr(tables, "UNPACKED", 500_000)
        with pytest.raises(tables.TableError) as error:
            list(tables.read_rows(io.BytesIO(out.getvalue())))
        assert "trop volumineux" in french(error.value.message)

    @pytest.mark.parametrize(("cells", "is_read"), [(100, True), (1000, False)])
    def test_a_row_that_unpacks_for_ever_stays_out_of_the_worker(self, cells, is_read, french):
        """One long text of the file, named again in each cell: a small file, a row of 30 MB."""
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out)
        page = workbook.add_worksheet()
        for place in range(cells):
            page.write(0, place, f"c{place}")
            page.write(1, place, "x" * 30_000)
        workbook.close()
        assert len(out.getvalue()) < 100_000
        tracemalloc.start()
        try:
            if is_read:
                assert len(list(tables.read_rows(out))) == 1
            else:
                with pytest.raises(tables.TableError) as error:
                    list(tables.read_rows(out))
                assert "trop volumineux" in french(error.value.message)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("first", ["A1", "XFD1"])
    def test_a_sheet_as_wide_and_high_as_any(self, first, french):
        """Two cells in opposite corners: laying out what is between them takes 500 GB."""
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out)
        page = workbook.add_worksheet()
        page.write(first, "a")
        page.write("A1048576" if first == "XFD1" else "XFD1048576", "z")
        workbook.close()
        with pytest.raises(tables.TableError) as error:
            tables.columns(io.BytesIO(out.getvalue()))
        assert "trop volumineux" in french(error.value.message)


class TestWriting:
    @pytest.mark.parametrize(
        ("cell", "written"),
        [
            ("=1+1", "'=1+1"),
            ("+33 1", "'+33 1"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("＝1", "'＝1"),
            (-5, -5),
            (-1.5, -1.5),
            (Decimal("-2.50"), Decimal("-2.50")),
            (None, ""),
            (True, 1),
            (date(2021, 10, 16), "2021-10-16"),
            (datetime(2021, 10, 16, 9, 5, tzinfo=UTC), "2021-10-16 09:05+00:00"),
            ("l'été", "l'été"),
        ],
    )
    def test_no_cell_is_ever_a_formula(self, cell, written):
        assert tables.inert(cell) == written

    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    @pytest.mark.parametrize(
        "words",
        [
            "Bonjour\n=cmd|' /C calc'!A0",
            "a;=1+1",
            "a,@SUM(A1)",
            "a\n -2+cmd|' /C x'!A0;+A1(",
            "\t=1",
        ],
    )
    def test_nor_where_a_spreadsheet_cuts_elsewhere(self, separator, words):
        written = "".join(
            tables.write_csv([[1, words]], separator=";" if separator != ";" else ",")
        )
        cut = csv.reader(io.StringIO(written), delimiter=separator)
        for cell in (cell.lstrip() for row in cut for cell in row):
            assert not cell.startswith(("=", "@", "-2+cmd", "+A1("))

    def test_a_list_with_dashes_stays_as_it_is(self):
        assert tables.inert("Deux choses :\n- un banc ;\n- un arbre (à l'ombre)") == (
            "Deux choses :\n- un banc ;\n- un arbre (à l'ombre)"
        )

    def test_a_mark_for_excel(self):
        assert "".join(tables.write_csv([["é"]], ["a"], bom=True)) == "\ufeffa\r\né\r\n"

    def test_it_is_written_piece_by_piece(self):
        pieces = tables.write_csv((["mot " * 10] for _ in range(10_000)), ["a"])
        assert len(next(pieces)) < 40_000
        assert sum(1 for _ in pieces) > 10

    @given(
        st.lists(st.lists(WORDS, min_size=2, max_size=2).filter(any), max_size=8),
        st.sampled_from(tables.SEPARATORS),
        st.booleans(),
    )
    def test_what_is_written_is_read_back(self, lines, separator, bom):
        written = "".join(tables.write_csv(lines, ["a", "b"], separator=separator, bom=bom))
        read = [row for _, row in tables.read_rows(stream(written), separator=separator)]
        kept = [[tables.inert(cell).strip() for cell in line] for line in lines]
        assert read == [{"a": a, "b": b} for a, b in kept if a or b]

    def test_a_workbook_holds_words_and_numbers(self):
        lines = [["=1+1", -2, "https://example.org", "x" * 40_000, None, date(2021, 10, 16)]]
        book = tables.write_xlsx(lines, ["f", "n", "lien", "long", "rien", "jour"])
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
        [(number, row)] = tables.read_rows(io.BytesIO(book))
        assert number == 2
        assert len(row.pop("long")) == tables.XLSX_CELL
        assert row == {
            "f": "=1+1",
            "n": "-2",
            "lien": "https://example.org",
            "rien": "",
            "jour": "2021-10-16",
        }


@pytest.mark.shared
class TestRealFiles:
    def test_windows_1252(self, shared_data):
        path = shared_data("platform-exports/decidim-barcelona_propositions_cp1252.csv")
        read = [row for _, row in tables.read_rows(path)]
        assert len(read) == 1500
        assert read[2]["title_ca"] == "Posar en funcionament l'EB L'Univers amb gestió pública"

    def test_every_table_is_read(self, shared_data):
        found = {}
        for path in sorted(shared_data("").rglob("*.csv")):
            found[path.name] = len(tables.columns(path))
        one_column = {name for name, width in found.items() if width == 1}
        assert one_column <= {"doublons.csv"}
