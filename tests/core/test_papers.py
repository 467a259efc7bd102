"""Papers everybody can read: what people wrote is shown and never obeyed, nobody is left out."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from werkzeug.exceptions import TooManyRequests

from consult.core import papers
from consult.core.papers import Letterhead, PaperRefused, Picture, nodes

HEAD = Letterhead("Ville de Port-Clair", "#12495a")
URL = "https://participer.exemple.fr/fiches/1"


def facts(**said):
    """The least a sheet says."""
    lines = [said.pop("line", "")]
    part = {"title": "Objectifs", "paragraphs": lines, "steps": [], "empty": ""}
    return {
        "title": "Éclairer le môle",
        "running": "Éclairer le môle",
        "kicker": "Fiche action",
        "name": "Éclairer le môle",
        "notice": "",
        "story": [["Plan", "Un port pour tous"]],
        "parts": [part],
        "amounts": [],
        "moments": [],
        "versions": [],
        "labels": {"amounts": "", "natures": "", "moments": "", "versions": ""},
        "sha256": "",
        "reference": "",
        "colophon": [],
        **said,
    }


def act(words):
    """The least an act says, with this text."""
    part = {"title": "Texte", "words": words, "rows": []}
    return {**facts(), "parts": [part], "groups": None}


def printed(app, template, said, pictures=()):
    with app.test_request_context("/"):
        job = papers.prepare(template, said, HEAD, url=URL, pictures=pictures)
        path = Path(app.config["INSTANCE"]) / "essai.pdf"
        papers.run({**job, "output": str(path)})
    return PdfReader(io.BytesIO(path.read_bytes()))


def words_of(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def tags(reader):
    """Every kind of thing the paper says it holds."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node and not isinstance(node["/K"], int):
                waiting.append(node["/K"])
    return found


def test_it_is_tagged_titled_and_in_french(app):
    reader = printed(app, "sheet", facts(line="Dix lampes d’ici l’été."))
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("fr")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Éclairer le môle"
    assert {"/H1", "/P", "/Figure"} <= {node["/S"] for node in tags(reader)}
    meta = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in meta
    assert "pdfaid:conformance>A<" in meta
    assert "Dix lampes d’ici l’été." in words_of(reader)
    assert "participer.exemple.fr/fiches/1" in words_of(reader)


def test_the_square_code_has_words(app):
    figures = [node for node in tags(printed(app, "sheet", facts())) if node["/S"] == "/Figure"]
    assert [node["/Alt"] for node in figures] == ["Code carré qui mène à la page de ce document"]


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "$x^2$ et *gras* et _italique_",
        "<script>alert(1)</script>",
        '#image("../../consult/config.py") \\ // /* */',
        "@label <label> #set page(width: 1pt)",
        "= Titre ~ -- ... 'citation'",
    ],
)
def test_what_people_write_is_shown_and_never_obeyed(app, hostile):
    line = words_of(printed(app, "sheet", facts(line=hostile)))
    assert " ".join(hostile.split()) in line
    assert "root:" not in line
    text = words_of(printed(app, "act", act(papers.plain(hostile))))
    assert " ".join(hostile.split()) in text


def test_markdown_is_read_here_and_typst_lays_it_out(app):
    source = """# Un titre

Du **gras**, de l’*oblique* et [un lien](https://exemple.fr).

- un
  - et demi
- deux

3. trois

> une citation

| Ville | Lampes |
|---|---|
| Port-Clair | 10 |

`#read("/etc/passwd")` <b>non</b> [piège](javascript:alert(1)) ![un phare](phare.png)
"""
    reader = printed(app, "act", act(nodes(source)))
    words = words_of(reader)
    for said in ("Un titre", "gras", "et demi", "3. trois", "une citation", "Port-Clair 10"):
        assert said in words
    assert '#read("/etc/passwd") <b>non</b>' in words
    assert "un phare" in words
    kinds = {node["/S"] for node in tags(reader)}
    assert {"/L", "/LI", "/Table", "/TH", "/BlockQuote", "/H2"} <= kinds
    links = [
        note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])
    ]
    assert "https://exemple.fr" in links
    assert not [link for link in links if "javascript" in link]


def test_a_printed_link_that_names_another_site_says_where_it_leads():
    for words in ("**mairie.fr**", "www.mairie.fr", "mairie.\u200bfr"):
        (told,) = nodes(f"Voir [{words}](https://ailleurs.example/x).")
        assert [piece.get("text") for piece in told["c"]] == [
            *("Voir ", None, " (ailleurs.example)", "."),
        ]
    (told,) = nodes("Voir [le site](https://ailleurs.example/x).")
    assert len(told["c"]) == 3


def picture(tmp_path, **said):
    path = tmp_path / "phare.webp"
    Image.new("RGB", (60, 40), "teal").save(path, "WEBP")
    return Picture(path=path, caption="Le phare", **said)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"credit": "Ville"}, "n’a pas de texte alternatif"),
        ({"alternative": "Un phare blanc"}, "n’a pas de crédit"),
        ({"alternative": " ", "credit": "Ville"}, "n’a pas de texte alternatif"),
    ],
)
def test_a_picture_some_would_not_have_is_refused_by_its_name(app, tmp_path, said, reason):
    with pytest.raises(PaperRefused) as refused:
        printed(app, "sheet", facts(), [picture(tmp_path, **said)])
    with app.test_request_context("/"):
        assert reason in str(refused.value.reason)
        assert "« Le phare »" in str(refused.value.reason).replace("\N{NO-BREAK SPACE}", " ")


def test_signs_without_type_leave_a_square_and_a_note(app):
    said = words_of(printed(app, "sheet", facts(line="Bravo 😀 à 東京 ! Œuvre, Ÿ, ŕ, Δ, Ж, → ✓ €")))
    assert "Bravo □ à □□ ! Œuvre, Ÿ, ŕ, Δ, Ж, → ✓ €" in said
    assert "remplacé par □" in said
    assert "remplacé par" not in words_of(printed(app, "sheet", facts(line="Œuvre")))


def test_every_sign_said_to_be_drawn_is_drawn(app):
    """Typst refuses a whole paper for one sign it has no type for."""
    signs = [chr(code) for first, last in papers.DRAWN for code in range(first, last + 1)]
    lines = [" ".join(signs[n : n + 60]) for n in range(0, len(signs), 60)]
    assert len(printed(app, "act", act(papers.plain(*lines))).pages) > 1


def test_a_text_of_any_shape_makes_a_paper(app):
    """Typst refuses an empty title, an address without end, twenty lists within one another."""
    shapes = (
        "#\n\n# \ufeff\n\n###### Trop bas",
        ">" * 18 + " au fond d’une citation",
        "".join("  " * depth + "- au fond d’une liste\n" for depth in range(40)),
        "".join("*gras **plus " for _ in range(700)) + "".join("fin** fin* " for _ in range(700)),
        f"[loin](https://exemple.fr/{'a' * 9_000}) [rien](https://) <mailto:>",
        "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n|" + "b|" * 60,
        "m" * 3_000,
    )
    said = act([node for shape in shapes for node in nodes(shape)])
    reader = printed(app, "act", {**said, "title": "\ufeff", "name": "\u2066\u2069"})
    assert reader.metadata.title == "□"
    lines = [line for page in reader.pages for line in page.extract_text().splitlines()]
    assert sum(line.count("m") for line in lines) > 3_000
    assert max(map(len, lines)) < 200  # a word without end stays within the margins
    words = words_of(reader)
    for said in ("au fond d’une citation", "au fond d’une liste", "plus fin", "loin"):
        assert said in words


def test_the_naughtiest_strings_make_papers(app, shared_data):
    strings = json.loads(shared_data("web-standards/blns_half.json").read_text())
    said = [one for one in strings if one.strip()]
    assert len(printed(app, "act", act(papers.plain(*said))).pages) > 1
    assert len(printed(app, "act", act(nodes("\n\n".join(said)))).pages) > 1


def test_the_workers_never_load_the_press(app):
    """80 MB stay out of every worker: the press is a process that ends with its paper."""
    source = Path(papers.__file__).read_text()
    assert "import typst" not in source
    assert "import typst" in papers.PRESS.read_text()


def test_the_press_never_holds_all_hands_of_a_worker(app, ctx):
    """Two set a paper or wait for it; the third is asked at once to come back."""
    job = papers.prepare("sheet", facts(), HEAD, url=URL)
    key = papers.fingerprint(job)
    with papers.HANDS, papers.HANDS, pytest.raises(TooManyRequests):
        papers.on_shelf(job, key)
    assert papers.on_shelf(job, key).exists()
