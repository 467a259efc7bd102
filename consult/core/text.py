"""The words people write: shown safely, cut short kindly, found again however they are spelt."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from threading import Lock
from typing import Any
from urllib.parse import unquote

import nh3
import snowballstemmer
from linkify_it.main import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, linkify
from markdown_it.token import Token
from markupsafe import Markup

# A page spends h1 on its title and h2 on its sections: what residents write begins below.
TOP_HEADING = 3
LONGEST_ADDRESS = 2000  # signs of an address that becomes a link by itself
LONGEST_SCHEME = 16

# Without any of these the text is plain paragraphs, and the parser need not be woken.
_MARKED = re.compile(
    r"[*_`\[\]<>&\\#~|\t\r\x00]|//|mailto:|www\.|^ *[-+=]|^ *\d+[.)]|^ {4}", re.MULTILINE | re.I
)
_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "bdi", "table", "thead", "tbody", "tr", "th", "td"),
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_AWAY = re.compile(r"(?:https?:)?[/\\]*([^/\\?#]*)", re.I)  # a browser counts no strokes
# What reads like a site: whatever follows « http: », a dot between letters, an address in figures.
_SITE = re.compile(
    r"(?:https?:[/\\]*|[/\\]{2})[^\s/\\]|[^\s.]\.[^\W\d_]{2}"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|\[[\da-f.]*:[\da-f:.]*\]"
)
_DOTS = str.maketrans(dict.fromkeys("\u3002\u06d4\u0701\u0702\ua4f8\ua60e", "."))
# « mailto: » and « tel: »: how an address or a number stands in the words of a link, and what of it
# counts for nothing. Of an address its site is told from another, as of any link; of a number its
# figures, without those of the country.
_REACHED = re.compile(r"(mailto|tel):([^?]*)", re.I)
_NUMBERS = {
    "mailto": (r"[^\s@<>(),;:]{1,64}@[^\s@<>(),;:]{0,250}[^\W_]", r"\A(?s:.*)@"),
    "tel": (r"\d(?:[\s().-]{0,3}\d){2,}", r"\D"),
}
SAME_NUMBER = 9  # figures
_UNSEEN = {"Cf", "Mn", "Me"}  # signs of format, and marks that found no letter to join
_WWW = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"»]*)?")


# Signs that no text holds, and that a database or XML refuses: NUL and what once moved the head of
# a printer, halves of letters. Some programs mean a line by two of them, or a letter of Windows.
# Letters that are drawn as nothing mean a space: a title of them would be a link nobody sees.
_UNDRAWN = "\u115f\u1160\u2800\u3164\uffa0"
_UNWRITABLE = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff{_UNDRAWN}]"
)
_MEANT = {
    **dict.fromkeys("\x0b\x0c", "\n"),
    **dict.fromkeys(_UNDRAWN, " "),
    **{chr(sign): bytes([sign]).decode("cp1252", "ignore") for sign in range(0x80, 0xA0)},
}


def writable(text: str) -> str:
    """The same text without the signs that cannot be kept: all that comes in passes by here."""
    return _UNWRITABLE.sub(lambda sign: _MEANT.get(sign[0], ""), text)


def says_something(words: str) -> bool:
    """Whether somebody who looks at these words sees any of them."""
    unseen = _UNSEEN | {"Cc", "Cn"}  # control signs, and those that stand for nothing yet
    return any(not sign.isspace() and unicodedata.category(sign) not in unseen for sign in words)


def read_json(data: str | bytes, **options: Any) -> Any:
    """What JSON says, its words as they can be kept; raises what `json.loads` does."""
    return _all_writable(json.loads(data, **options))


def _all_writable(value: Any) -> Any:
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, list):
        return [_all_writable(one) for one in value]
    if isinstance(value, dict):
        return {writable(name): _all_writable(one) for name, one in value.items()}
    return value


def render(markdown: str) -> Markup:
    """Markdown as safe HTML: no images, no raw tags, headings below the page's own."""
    return _render(markdown)


@lru_cache(maxsize=512)
def _render(markdown: str) -> Markup:
    if not _MARKED.search(markdown):
        blocks = ("<br>\n".join(map(escape_text, lines)) for lines in _paragraphs(markdown))
        return Markup("".join(f"<p>{block}</p>\n" for block in blocks))  # noqa: S704 - escaped
    html = _parser.render(markdown)
    return Markup(  # noqa: S704 - cleaned on this very line
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            url_schemes=_SCHEMES,
            link_rel="nofollow ugc noopener",
        ).replace("&nbsp;", "\N{NO-BREAK SPACE}")
    )


def parse(markdown: str) -> list[Token]:
    """The text read as Markdown, piece by piece, for whatever lays it out otherwise than HTML."""
    return _parser.parse(markdown)


def escape_text(text: str) -> str:
    return escape(text, quote=False)


def plain(markdown: str) -> str:
    """The words alone: paragraphs parted by an empty line, no marks, no addresses of links."""
    if not _MARKED.search(markdown):
        return "\n\n".join("\n".join(lines) for lines in _paragraphs(markdown))
    blocks: list[str] = []
    for token in _parser.parse(markdown):
        if token.type == "inline":
            blocks.append(_words(token.children or ()))
        elif token.type in {"fence", "code_block"}:
            blocks.append(token.content.strip("\n"))
    return "\n\n".join(block for block in blocks if block.strip())


def _words(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(token.content)
    return "".join(parts)


def _paragraphs(text: str) -> Iterable[list[str]]:
    """The paragraphs of a text without marks, each as its lines."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.strip(" ")
        if line:
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text on one line, cut between two words."""
    # Marks and addresses weigh more than the words they leave: read well beyond the length.
    return shorten(plain(text[: length * 6 + 400]), length)


def opening(text: str, length: int = 200) -> str:
    """The whole sentences a text begins with, as many as fit; cut where not even one does."""
    line = " ".join(plain(text[: length * 6 + 400]).split())
    if len(line) <= length:
        return line
    ends = [
        end.end()
        for end in _END.finditer(line[: length + 1])
        if end.end() <= length and not _ABBREVIATED.search(line[: end.start()])
    ]
    return line[: ends[-1]] if ends and ends[-1] > length // 3 else shorten(line, length)


def shorten(words: str, length: int) -> str:
    """Plain words on one line, cut between two words when they are too many."""
    line = " ".join(words.split())
    if len(line) <= length:
        return line
    cut = line[:length]
    space = cut.rfind(" ")
    if line[length] != " " and space > length // 2:
        cut = cut[:space]
    return cut.rstrip(" ,;:.–—-(«") + "…"


_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s|$)|\n")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(«\"'’])(?:[A-ZÀ-Ý]|MM|Mmes?|Mlles?|Dr|Pr|Me|Mgr|St|Ste|av|bd|art|n|no|p|pp|ex|cf|env|"
    r"min|max|tél|apr|hab|fig|chap|vol|c\.-à-d|i\.e|e\.g)$"
)


def first_sentence(text: str, length: int = 120) -> str:
    """What a text without a title can be called by: its first sentence."""
    text = text[: length * 8 + 800].strip()
    words = plain(text).strip() or text  # marks alone are all there is
    for end in _END.finditer(words):
        before, after = words[: end.start()], words[end.end() :].lstrip()
        if not before.strip():
            continue
        if after[:1].islower():  # « etc. » in the middle, or a line broken in mid-sentence
            continue
        if end.group() == "." and _ABBREVIATED.search(before):
            continue
        words = words[: end.end()]
        break
    words = shorten(words, length)
    # A title has no full stop; a question keeps its mark and « etc. » its point.
    if words.endswith(".") and not words.endswith(("..", "etc.")):
        words = words[:-1]
    return words


# --- The parser -----------------------------------------------------------------------------------


def _outline(state: StateCore) -> None:
    """Headings start at h3 and never skip a level, whatever level people chose."""
    above: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            chosen = int(token.tag[1])
            while above and above[-1] >= chosen:
                above.pop()
            above.append(chosen)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(TOP_HEADING + len(above) - 1, 6)}"


def _say_where(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """The end of a link; where its words name another site, the one it leads to stands after it."""
    start = next(before for before in range(index, -1, -1) if tokens[before].type == "link_open")
    host = elsewhere(tokens[start], tokens[start + 1 : index])
    return f"</a> (<bdi>{escape_text(host)}</bdi>)" if host else "</a>"


def elsewhere(link: Token, inside: Sequence[Token]) -> str:
    """The site a link leads to, where its words, or what they show when pointed at, name another.

    What is looked for is any name but its own, wherever it stands: no sign before a name, nor
    drawing of its dots, keeps it from being met.
    """
    address = str(link.attrs["href"])
    if reached := _REACHED.match(address):
        return _other_than(unquote(reached[2]), _words(inside), *_NUMBERS[reached[1].lower()])
    host = _host(address)
    own = re.escape(host.removeprefix("www."))
    words = bare(f"{_words(inside)} {link.attrs.get('title', '')}")
    others = re.sub(rf"(?<![\w.-])(?:www\.)?{own}(?![\w-]|\.\w)(?:[/?#][!-~\w]*)?", " ", words)
    return host if host and _SITE.search(others) else ""


def _other_than(reached: str, words: str, name: str, unlike: str) -> str:
    """Whom a link writes to or calls, where its words name somebody else."""

    def bared(one: str) -> str:
        told = re.sub(unlike, "", bare(one))
        return told[-SAME_NUMBER:] if told.isdecimal() else told

    named = {bared(one) for one in re.findall(name, bare(words))}
    return reached if named - {bared(reached)} else ""


def links_away(markdown: str) -> int:
    """How many links of a text lead to other sites."""
    tokens = (one for token in _parser.parse(markdown) for one in token.children or ())
    return sum(bool(one.type == "link_open" and _host(str(one.attrs["href"]))) for one in tokens)


def bare(words: str) -> str:
    """Words as the eye takes them: small letters, one dot for all, nothing that is not seen."""
    drawn = unicodedata.normalize("NFKC", words).lower().translate(_DOTS)
    return "".join(sign for sign in drawn if unicodedata.category(sign) not in _UNSEEN)


def _host(address: str) -> str:
    """The site an address leads to, as a browser reads it; nothing for a page of this one."""
    if not re.match(r"https?:|[/\\]{2}", address, re.I):
        return ""
    return _AWAY.match(address)[1].rpartition("@")[2].lower()  # type: ignore[index]


def _say_image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """An image inside a text is its alternative words: pictures are attached, never linked."""
    return escape_text(tokens[index].content)


class _Linkifier(LinkifyIt):
    """Finds bare addresses, and looks no further than one may be long.

    Each « http:// » of a word without an end would otherwise be read to the end of that word.
    """

    def test_schema_at(self, text: str, name: str, position: int) -> int:
        length = super().test_schema_at(text[: position + LONGEST_ADDRESS], name, position)
        return length if length < LONGEST_ADDRESS else 0


def _linkify(state: StateInline, silent: bool) -> bool:
    """The parser's own rule, asked of the last signs first: it reads all that came before « : »."""
    if state.src[state.pos] != ":":
        return False
    position, before = state.pos, state.pending
    state.pending = before[-LONGEST_SCHEME:]
    may_be = linkify(state, True)
    state.pos, state.pending = position, before
    return may_be and linkify(state, silent)


def _www(linkifier: LinkifyIt, text: str, position: int) -> int:
    found = _WWW.match(text, position)
    return len(found.group().rstrip(".,;:!?)'’")) if found else 0


def _to_https(linkifier: LinkifyIt, match: Any) -> None:
    match.url = "https://" + match.url


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A table with no more cells than it has characters.

    The parser fills short rows up: a few lines would otherwise make millions of empty cells.
    """
    if silent or not table(state, first, last, True):
        return table(state, first, last, silent)
    end = first
    while end < last and not state.isEmpty(end):
        end += 1
    columns = state.src.count("|", state.bMarks[first], state.eMarks[first]) + 1
    typed = state.eMarks[end - 1] - state.bMarks[first]
    return columns * (end - first) <= typed and table(state, first, last, False)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["linkify", "table", "strikethrough"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("linkify", _linkify)
    parser.core.ruler.push("outline", _outline)
    parser.add_render_rule("image", _say_image)
    parser.add_render_rule("link_close", _say_where)
    # « fini.La suite » is not an address in Laos, and nobody's e-mail becomes a link by itself.
    linkifier = _Linkifier(options={"fuzzy_link": False, "fuzzy_email": False})
    parser.linkify = linkifier.add("www.", {"validate": _www, "normalize": _to_https})
    return parser


_parser = _make_parser()


# --- Spelling -------------------------------------------------------------------------------------

# Latin letters whose name does not end in the one they stand for, or are drawn like.
_NAMED = {
    **{"ALPHA": "a", "ENG": "n", "ETH": "d", "GAMMA": "g", "IOTA": "i"},
    **{"SCHWA": "e", "THORN": "th", "UPSILON": "u"},
}


class _Plain(dict[int, str]):
    """Letters as a French keyboard has them, by what Unicode calls those it has not.

    ø is an « o with stroke », ɔ an « open o », ᴏ a « small capital o », œ a « ligature oe ».
    """

    def __missing__(self, code: int) -> str:
        name = unicodedata.name(chr(code), "")
        last = name.partition(" WITH ")[0].rpartition(" ")[2]
        plain = chr(code)
        if name.startswith(("LATIN ", "NEGATIVE ", "REGIONAL ")):
            plain = _NAMED.get(last, last.lower() if len(last) <= 2 else plain)
        elif name.startswith("MODIFIER LETTER "):  # the apostrophe of Breton names, and its like
            plain = " "
        if plain.isascii():  # of all the others there are a million
            self[code] = plain
        return plain


_plain = _Plain()
_NOT_WORDS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """One spelling for all: no capitals, no accents, no hyphens, œ as oe, single spaces."""
    if text.isascii():
        return _NOT_WORDS.sub(" ", text.lower()).strip()
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_WORDS.sub(" ", letters.translate(_plain)).strip()


def stems(text: str) -> list[str]:
    """The roots of the words that carry meaning, in order: « Les bancs cassés » → banc, cass."""
    return [stem for word in fold(text).split() if (stem := _stem(word[:LONGEST_WORD]))]


_STOP_WORDS = """
a ai aie aient ait alors apres as au aucun aucune aujourd auquel aura aurait auront aussi autre
autres aux auxquelles auxquels avaient avais avait avant avec avez avoir avons ayant
c ca car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme
comment contre d dans de deja depuis des desormais dessous dessus doit doivent donc dont du
durant elle elles en encore enfin entre es est et etaient etait etant ete etes etre eu eux
fait faire faut fois font furent fut hors hui ici il ils j je jusqu jusque l la laquelle le
lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes
mien moi moins mon n ne ni non nos notamment notre nous on ont or ou par parce pas peu peut
peuvent plus plusieurs plutot pour pourquoi pourrait pourraient pouvoir puis puisqu puisque qu
quand que quel quelle quelles quelque quelqu quelques quels qui quoi s sa sans se selon sera
serait seraient seront ses si sien soi soient sois soit sommes son sont souhaite souhaitons
sous suis sur t ta tandis te tel telle telles tels tes toi ton tous tout toute toutes tres trop
tu un une vers voici voila vos votre vous y
"""
_STOP = frozenset(_STOP_WORDS.split())

# The first word of a line stands for the others. Edit freely: one notion a line, single words,
# then rebuild the search column (`stems`), or old texts keep the old root.
SYNONYMS = """
eclairage lampadaire reverbere luminaire eclairer eclaire illumination
banc assise siege
velo bicyclette cyclable cycliste deuxroues
voiture automobile auto vehicule
bus autobus autocar
pieton pietonne pietonnier marcheur marcheuse
arbre arbore arboree plantation
verdure vegetalisation vegetaliser vegetal vegetale verdissement verdir reverdir vegetation
poubelle corbeille dechet ordure detritus
proprete nettoyage nettoyer nettoiement sale salete malproprete
ecole scolaire ecolier ecoliere
chaussee voirie bitume
toit toiture
stationnement parking stationner garer
bibliotheque mediatheque
medecin docteur generaliste medical medicale
bruit sonore bruyant bruyante tapage vacarme
commerce magasin boutique commercant commercante
cantine refectoire
senior aine ainee
jeune jeunesse ado adolescent adolescente
enfant gamin gamine
chien canin canine
ralentisseur ralentir ralentissement
videosurveillance videoprotection camera
renovation renover renove renovee refection rehabilitation rehabiliter
logement habitation hlm
impot taxe fiscalite fiscal fiscale
chauffage chaudiere
toilettes sanitaire wc
rencontre reunion
""".strip()

# Folding has taken the accents the stemmer looks for: help it with « vélos » and « publiées ».
_ENDING = re.compile(r"(?<=[a-z]{2}[aio])s$|(?<=[a-z]{2}e)es?$|(?<=[a-z]eu)x$")
LONGEST_WORD = 40  # letters of a word that tell it from others: roots are kept, and strangers send
_snowball = snowballstemmer.stemmer("french")
_snowball_lock = Lock()  # the stemmer keeps its work in itself: one word at a time


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """The root of one folded word, or nothing for a word that carries no meaning."""
    if word in _STOP:
        return ""
    return _synonyms.get(word) or _root(word)


def _root(word: str) -> str:
    """Cut the ending, and again while a good part of the word remains."""
    if word.isdigit():
        return word
    with _snowball_lock:
        root = _snowball.stemWord(_ENDING.sub("", word)) or word
        while len(shorter := _snowball.stemWord(root)) >= 5 and shorter != root:
            root = shorter
    return root


def _read_synonyms() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in SYNONYMS.strip().splitlines():
        first, *others = line.split()
        for other in others:
            table.setdefault(other, _root(first))
            table.setdefault(other + "s", _root(first))
    return table


_synonyms = _read_synonyms()
