"""Words that mean harm stand in every place of every paper, and are printed as words: typst obeys
none of them, reads no file for them, and no link leads anywhere but to a page."""

import io
import json
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from consult.core import clock, papers
from consult.core.papers import Letterhead, Picture, nodes
from consult.core.paths import data_path
from tests.conftest import noon_in_town
from tests.databases import fast_folder
from tests.identity.making import asking
from tests.test_access import Small, read
from tests.test_hostile import READERS, harm_in

WORDS = (
    '#read("/etc/passwd")',
    '#import "kit.typ": * #include "/etc/hosts"',
    '#eval("1+1") #panic("non") #let x = 1',
    "$ x^2 / 0 $ *gras* _ici_ `code` ```raw",
    "\\ \\u{41} // rien /* ni rien */ ~ --- ...",
    "@ref <label> = Titre - liste + 1. #figure[",
    "]]}})) ((({{[[ #{ } [#",
    '#link("javascript:alert(1)")[ici] #set page(width: 1pt)',
    "<script>alert(1)</script> javascript:alert(1) {{7*7}}",
    "\u202eles-uns\u202c \u200bet\u200d les\ufeff \u2066autres\u2069\x00\x1b",
    "zo\u0301\u0332e",
    "x" * 90,
)
MARKED = """# Titre

Du **gras**, de l’*oblique*, du ~~barré~~, `du code`,
[un lien](https://exemple.fr), [non](javascript:a).
- un
  - et demi

3. trois

> une citation

| Ville | Lampes |
|---|---|
| Port | 10 |

    du code
"""
# What is not printed as it stands: kinds, marks, addresses, drawings.
CODES = ("t", "key", "status", "was", "became", "url", "href", "square")
# What a place holds where the small site has nothing to put there.
ROWS: dict[str, Any] = {
    "moved": [{"title": "", "was": "planned", "was_word": "", "became": "done", "became_word": ""}],
    "evidence": [{"title": "Photo", "url": "https://exemple.fr", "credit": "Lou"}],
    "facts": ["Chaque année"],
    "see": ["Une autre"],
    "groups": {
        "title": "Groupes",
        "rule": "",
        "spaces": [
            {"name": "A", "seats": "7", "words": [], "signed": "", "note": ""},
            {"name": "B", "seats": "2", "words": (), "empty": "", "signed": "", "note": ""},
        ],
    },
    "amounts": [
        {"nature": "prévu", "rows": [{"subject": "", "words": "", "dates": ""}], "total": ""}
    ],
}


def hostile(value: Any, words: Iterator[str], key: str = "") -> Any:
    """The same facts, each piece of text followed by words that mean harm, no place empty."""
    if key in CODES:
        return value
    if isinstance(value, str):
        return f"{value} {next(words)}"
    if isinstance(value, dict):
        return {name: hostile(one, words, name) for name, one in value.items()}
    if key in ("words", "introduction", "offline_blocks") and isinstance(value, list):
        value = [*value, *nodes(MARKED)]
    elif not value and key in ROWS:
        return hostile(ROWS[key], words)
    return [hostile(one, words) for one in value] if isinstance(value, list | tuple) else value


def pieces(value: Any, key: str = "") -> Iterator[str]:
    """Every piece of text of these facts that is printed as it stands."""
    if isinstance(value, str) and key not in (*CODES, "running"):  # which a first page lacks
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from pieces(one, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from pieces(one, key)


def squeezed(words: str) -> str:
    """The letters and signs alone, however lines are broken, words cut and capitals set."""
    seen = unicodedata.normalize("NFKD", words).casefold()
    return "".join(
        one for one in seen if unicodedata.category(one)[0] in "LNPS" and one not in "-‐"
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    base = Path(fast_folder() or tmp_path_factory.getbasetemp())
    folder = base / f"consult-papers-{id(object())}"
    with clock.frozen(noon_in_town()):
        try:
            yield Small(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def all_papers(small: Small) -> Iterator[tuple[str, Any]]:
    """Every paper the site gives, and what is answered."""
    table = read()
    for door in small.doors():
        role = next((one for one in READERS if table.get(door.name, {}).get(one) == "ok"), None)
        if role and door.name.endswith(".pdf"):
            yield door.name, small.client(role).get(door.address)
    with small.house.app.app_context():
        slug = asking("letter").slug
    sent = {"size": "2", "key": f"hostile-{slug}"}
    yield "letters", small.client("facilitator").post(f"/consultations/{slug}/lettres", data=sent)


@pytest.fixture
def look(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Print every paper with these words in every place of it, and read it again."""
    picture = tmp_path / "phare.png"
    Image.new("RGBA", (60, 40), "teal").save(picture)
    prepare = papers.prepare

    def look(given: Sequence[str]) -> None:
        words = (f"n{number}. {one} n{number}." for number, one in enumerate(cycle(given)))
        printed, wrong = [], []

        def prepare_hostile(template: str, facts: Any, _head: Any, *, url: str, pictures: Any = ()):
            head = hostile(["Ville", "Logo", "Mairie"], words)
            head = Letterhead(head[0], "#12495a", picture, head[1], head[2])
            told = [Picture(picture, *hostile(["Phare", "Un phare", "Lou"], words))]
            said = hostile(facts, words)
            printed.append((template, [*pieces(said), head.name]))
            return prepare(template, said, head, url=url, pictures=told)

        monkeypatch.setattr(papers, "prepare", prepare_hostile)
        for name, reply in all_papers(small):
            if reply.mimetype != "application/pdf":
                wrong.append(f"{name}: {reply.status_code}")
                continue
            wrong += [f"{name}: {harm}" for harm in harm_in(reply)]
            reader = PdfReader(io.BytesIO(reply.data))
            text = squeezed(" ".join(page.extract_text() for page in reader.pages))
            text += squeezed(f"{reader.metadata.title}")
            missing = [one for one in printed[-1][1] if is_plain(one) and drawn(one) not in text]
            # What a page ends in the middle of is there in halves.
            lost = [one for one in missing if not any(half in text for half in halves(drawn(one)))]
            wrong += [f"{name}: not printed: {one!r}" for one in lost]
            if len(missing) > 2 * len(reader.pages):
                wrong.append(f"{name}: {len(missing)} pieces are not whole: {missing[:5]!r}")
        templates = {path.stem for path in data_path("templates").glob("papers/*.typ")} - {"kit"}
        assert {template for template, _pieces in printed} == templates
        if wrong:
            pytest.fail("\n  ".join([f"{len(wrong)} harms:", *wrong]), pytrace=False)

    return look


def is_plain(words: str) -> bool:
    """Whether what is read from the paper is what was printed: letters under marks come twice."""
    return not any(unicodedata.combining(one) for one in unicodedata.normalize("NFC", words))


def drawn(words: str) -> str:
    return squeezed(papers._drawable(words)[0])


def halves(words: str) -> tuple[str, str]:
    middle = len(words) // 2
    return words[:middle], words[middle:]


def test_no_paper_obeys_the_words_it_prints(look: Callable[..., None]):
    look(WORDS)


def test_no_paper_obeys_the_strings_others_collected(look: Callable[..., None], shared_data: Any):
    naughty = json.loads(shared_data("web-standards/blns_half.json").read_text())
    payloads = shared_data("web-standards/xss-payloads_quarter.txt").read_text().splitlines()
    look([one[:300] for one in [*naughty, *payloads[::9]] if one.strip()])
