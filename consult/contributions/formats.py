"""Files of contributions from elsewhere, read row by row into what an import can take in.

Nothing here knows the database: a file goes in, and out come rows to import, rows refused with
their reason, and notices of what was left aside. Two shapes are read: any table with a line a
contribution (`table`), and the exports of Cap Collectif, where opinions, their votes and their
arguments are mixed (`cap-collectif`).
"""

import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, BinaryIO, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core import clock, tables
from consult.core.dates import parse
from consult.core.i18n import _, n_
from consult.core.tables import Source, TableError
from consult.core.text import first_sentence, fold, read_json

FIELDS = ("ref", "title", "body", "author", "theme", "place", "created_at", "published")
POSITIONS = {"yes": _("Yes"), "mixed": _("Mixed"), "no": _("No")}  # keys of a tally, and words


@dataclass
class Comment:
    """An argument for or against, or a remark."""

    row_number: int
    ref: str
    side: str  # for, against or neutral
    body: str
    author: str = ""
    created_at: datetime | None = None
    published: bool = True  # never show one that was not public there
    parent: str = ""


@dataclass
class Row:
    """A contribution ready to be imported. What is not `published` must never be shown."""

    row_number: int
    ref: str
    title: str
    body: str
    author: str = ""
    theme: str = ""
    place: str = ""
    created_at: datetime | None = None
    published: bool = True
    comments: list[Comment] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A contribution that cannot be taken in, why, and what hung on it. Its words stay out."""

    row_number: int
    reason: LazyString
    ref: str = ""
    comments: int = 0
    votes: int = 0


@dataclass(frozen=True)
class Notice:
    """Something of the file that was left aside or changed, though its contribution was kept."""

    row_number: int
    reason: LazyString
    ref: str = ""


Found = Row | Refusal | Notice


def read(
    source: Source,
    filename: str = "",
    *,
    format: str = "auto",
    columns: Mapping[str, str] | None = None,
    separator: str | None = None,
    encoding: str | None = None,
) -> Generator[Found]:
    """Every contribution of the file, in its order, with refusals and notices where they arise.

    `columns` says which column holds what ({"ref": "prop_idx", "body": "texte"}), "" that none
    does; what it leaves out is guessed from the header. Raises TableError for a file that is no
    table, and ValueError for a format nobody knows.
    """
    if format != "auto" and format not in FORMATS:
        raise ValueError(f"unknown format {format!r}: {', '.join(FORMATS)}")
    filename = filename or str(source if not hasattr(source, "read") else "")
    options: dict[str, Any] = {"filename": filename, "separator": separator, "encoding": encoding}
    with tables.opened(source) as stream:
        header = tables.columns(stream, **options)
        if format == "auto":
            format = "cap-collectif" if not columns and _is_cap_collectif(header) else "table"
        if format == "cap-collectif":
            yield from _CapCollectif(header).read(stream, options)
        else:
            yield from _table(stream, header, columns or {}, options)


class Look(NamedTuple):
    """What a file seems to be: its columns, its format, and which column holds what."""

    header: list[str]
    format: str
    columns: dict[str, str]  # our field → the column it is read from; "" where none is known


def look(source: Source, filename: str = "", **options: Any) -> Look:
    """What `read` would guess of this file, from its header alone."""
    header = tables.columns(source, filename, **options)
    guessed = {name: next(iter(_guess(name, header, {})), "") for name in FIELDS}
    return Look(header, "cap-collectif" if _is_cap_collectif(header) else "table", guessed)


def parse_columns(words: str) -> dict[str, str]:
    """`ref=prop_idx,body=texte` as a mapping from our fields to the file's columns."""
    mapping: dict[str, str] = {}
    for pair in words.split(","):
        if not pair.strip():
            continue
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or name not in FIELDS:
            raise TableError(
                _(
                    "“%(pair)s” is not understood. Write field=column; the fields are: %(known)s.",
                    pair=pair.strip(),
                    known=", ".join(FIELDS),
                )
            )
        mapping[name] = column
    return mapping


# --- A table with a line a contribution -----------------------------------------------------------

# Folded headers, best first; a header may also name its language (« title_ca », « title_es »).
GUESSES = {
    "ref": (
        *("id", "ref", "reference", "external id", "identifiant", "numero", "n", "no", "code"),
        *("prop idx", "proposal id", "id proposal", "idx"),
    ),
    "title": ("titre", "title", "intitule", "objet", "sujet", "libelle"),
    "body": (
        *("texte", "text", "body", "description", "corps", "contenu", "content", "message"),
        *("proposition", "contribution", "commentaire", "comment", "avis", "summary", "resume"),
    ),
    "author": (
        *("auteur", "author", "pseudonyme", "pseudo", "username", "author name", "nickname"),
        *("authors nicknames", "nom"),
    ),
    "theme": ("theme", "thematique", "category", "categorie", "rubrique", "section"),
    "place": (
        *("lieu", "place", "quartier", "district", "secteur", "adresse", "address"),
        *("localisation", "location"),
    ),
    "created_at": (
        *("date", "created at", "date de creation", "cree le", "depose le", "horodatage"),
        *("timestamp", "published at"),
    ),
    "published": ("publie", "published", "is published"),
}
SHORTER = ("summary", "resume", "chapo")  # where the text itself is empty


def _table(
    stream: BinaryIO, header: list[str], columns: Mapping[str, str], options: dict[str, Any]
) -> Generator[Found]:
    if missing := [column for column in columns.values() if column and column not in header]:
        raise TableError(
            _(
                "These columns are missing: %(missing)s. The file has: %(found)s.",
                missing=", ".join(missing),
                found=", ".join(header),
            )
        )
    where = {
        name: [*filter(None, [columns[name]])] if name in columns else _guess(name, header, columns)
        for name in FIELDS
    }
    if not where["title"] and not where["body"]:
        raise TableError(
            _(
                "No column holds a title or a text. The file has: %(found)s. Say which one does.",
                found=", ".join(header),
            )
        )
    if "body" not in columns:
        where["body"] += [column for column in header if fold(column) in SHORTER]
    seen: dict[str, int] = {}
    with closing(tables.read_rows(stream, **options)) as rows:
        for number, cells in rows:
            value = {
                name: next((cells[column] for column in places if cells[column]), "")
                for name, places in where.items()
            }
            if cells.get(tables.EXTRA):
                yield Refusal(number, _("The row has more cells than the header."), value["ref"])
                continue
            yield from _line(number, value, seen)


def _line(number: int, value: dict[str, str], seen: dict[str, int]) -> Iterator[Found]:
    title, body = _words(value["title"]), _words(value["body"])
    if not title and not body:
        yield Refusal(number, _("The row has neither title nor text."), value["ref"])
        return
    ref = value["ref"] or _own_ref(title, body, seen)
    if ref in seen:
        yield _again(number, ref, seen[ref])
        return
    seen[ref] = number
    created_at = _moment(value["created_at"])
    if value["created_at"] and created_at is None:
        reason = _("The date “%(date)s” is not understood: left out.", date=value["created_at"])
        yield Notice(number, reason, ref)
    yield Row(
        number,
        ref,
        " ".join(title.split()) or first_sentence(body),
        body,
        author=_name(value["author"]),
        theme=value["theme"],
        place=_place(value["place"]),
        created_at=created_at,
        published=_truth(value["published"]) is not False,
    )


def _guess(name: str, header: list[str], columns: Mapping[str, str]) -> list[str]:
    """The columns a field may stand in: one with a name we know, or its translations."""
    free = {column: fold(_snake(column)) for column in header if column not in columns.values()}
    for known in GUESSES[name]:
        if exact := [column for column, words in free.items() if words == known]:
            return exact
    for known in GUESSES[name]:
        tongues = re.compile(rf"{known}(?: name)? (?!id)[a-z][a-z]")
        if translated := [column for column, words in free.items() if tongues.fullmatch(words)]:
            return translated
    return []


def _own_ref(title: str, body: str, seen: Mapping[str, int]) -> str:
    """Without a reference in the file, a text is known by its words."""
    base = sha256(f"{title}\n{body}".encode()).hexdigest()[:16]
    ref, again = base, 2
    while ref in seen:
        ref, again = f"{base}-{again}", again + 1
    return ref


def _again(number: int, ref: str, first: int) -> Refusal:
    return Refusal(number, _("The same reference stands in row %(row)s.", row=first), ref)


# --- The exports of Cap Collectif -----------------------------------------------------------------

_VOTES = {
    **{word: "yes" for word in ("yes", "ok", "global ok")},
    **{word: "mixed" for word in ("mitige", "global mitige")},
    **{word: "no" for word in ("no", "nok", "global nok")},
}
_COUNTS = {
    "yes": ("votes_count_ok", "votes_total_count"),
    "mixed": ("votes_count_mitige",),
    "no": ("votes_count_nok",),
}
_OPINIONS = ("opinion", "proposal")
_BALLOTS = ("vote", "opinion_vote", "proposal_vote")


def _is_cap_collectif(header: list[str]) -> bool:
    names = {_snake(column) for column in header}
    ids = {"contributions_id", "export_contribution_id", "proposal_id", "export_proposal_id"}
    links = {
        *("contributions_url", "export_contribution_url"),
        *("proposal_link", "export_proposal_link"),
    }
    return bool(names & ids) and bool(names & links)


@dataclass
class _Gathered:
    """One opinion and what hangs on it, until its last row was read."""

    outcome: Row | Refusal
    last: int
    comments: list[Comment] = field(default_factory=list)
    counted: int = 0  # arguments, whether kept or not
    tally: Counter[str] = field(default_factory=Counter)
    announced: dict[str, int] = field(default_factory=dict)


class _CapCollectif:
    """Opinions, votes and arguments in one file, told apart by their first column.

    Cells move where a text held an unquoted semicolon and a program then closed the gap: a row is
    trusted only if a date, an address and a mark of publication stand where they belong.
    """

    def __init__(self, header: list[str]) -> None:
        self.names = [self._name(column) for column in header]
        self.has = set(self.names)
        self.by_reference: dict[str, str] = {}
        self.last: dict[str, int] = {}  # the last row that speaks of each opinion
        self.left_aside: Counter[str] = Counter()
        self.first_aside: dict[str, int] = {}

    @staticmethod
    def _name(column: str) -> str:
        """contributions_bodyText, export_contribution_body_text → body_text."""
        name = _snake(column).removeprefix("export_")
        if name in {"type", "contribution_type"}:
            return "type"
        return re.sub(r"^(contributions?|proposal)_", "", name)

    def read(self, stream: BinaryIO, options: dict[str, Any]) -> Generator[Found]:
        with closing(self._rows(stream, options)) as rows:
            for number, kind, cells in rows:
                self._look_ahead(number, kind, cells)
        open_ones: dict[str, _Gathered] = {}
        seen: dict[str, int] = {}
        with closing(self._rows(stream, options)) as rows:
            for number, kind, cells in rows:
                if kind in _OPINIONS:
                    ref = self._ref(cells)
                    if ref in seen:
                        yield _again(number, ref, seen[ref])
                        continue
                    seen[ref] = number
                    opinion = self._opinion(number, ref, cells)
                    open_ones[ref] = _Gathered(opinion, self.last[ref], announced=_counts(cells))
                else:
                    yield from self._hang(number, kind, cells, open_ones)
                for ref in [ref for ref, one in open_ones.items() if one.last <= number]:
                    yield from self._close(open_ones.pop(ref))
        for one in open_ones.values():
            yield from self._close(one)
        for kind, count in self.left_aside.items():
            reason = n_(
                "%(num)s row of kind “%(kind)s” was left aside.",
                "%(num)s rows of kind “%(kind)s” were left aside.",
                count,
                kind=kind,
            )
            yield Notice(self.first_aside[kind], reason)

    def _rows(
        self, stream: BinaryIO, options: dict[str, Any]
    ) -> Generator[tuple[int, str, dict[str, str]]]:
        with closing(tables.read_records(stream, **options)) as records:
            next(records)
            for number, values in records:
                cells = dict(zip(self.names, values, strict=False))
                yield number, self._kind(cells), cells

    def _kind(self, cells: Mapping[str, str]) -> str:
        if "type" not in self.has:
            return "proposal"
        return re.sub(r"^export_contribution_type_", "", cells.get("type", ""))

    def _ref(self, cells: Mapping[str, str]) -> str:
        return cells.get("id") or cells.get("reference", "").strip('"')

    def _parent(self, kind: str, cells: Mapping[str, str]) -> str:
        """The opinion a vote or an argument belongs to."""
        if kind == "argument":
            return cells.get("arguments_related_id", "")
        reference = cells.get("reference", "").strip('"')
        related = cells.get("votes_related_id") or cells.get("id", "")
        return related or self.by_reference.get(reference, "")

    def _look_ahead(self, number: int, kind: str, cells: Mapping[str, str]) -> None:
        if kind in _OPINIONS:
            ref = self._ref(cells)
            self.last[ref] = max(number, self.last.get(ref, 0))
            self.by_reference[cells.get("reference", "").strip('"')] = ref
        elif kind == "argument" or kind in _BALLOTS:
            self.last[self._parent(kind, cells)] = number

    def _opinion(self, number: int, ref: str, cells: Mapping[str, str]) -> Row | Refusal:
        body = _first(cells, "body_text", "description", "summary")
        if reason := self._fault(cells, body, "url" if "url" in self.has else "link"):
            return Refusal(number, reason, ref)
        title, body = _words(cells.get("title", "")), _words(body)
        if not ref or not (title or body):
            return Refusal(number, _("The row has neither title nor text."), ref)
        return Row(
            number,
            ref,
            " ".join(title.split()) or first_sentence(body),
            body,
            author=_name(cells.get("author_username", "")),
            theme=_first(cells, "section_title", "theme_title", "category_name"),
            place=cells.get("district_name") or _place(cells.get("formatted_address", "")),
            created_at=_moment(cells.get("created_at") or cells.get("published_at", "")),
            published=self._was_public(cells, ""),
        )

    def _fault(
        self, cells: Mapping[str, str], body: str, link: str, kind: str = ""
    ) -> LazyString | None:
        """Why this row cannot be trusted, where its cells are not what they should be."""
        created, address = f"{kind}created_at", f"{kind}{link}"
        if _is_moment(body):
            return _("Title and text are merged in one quoted cell: the next cells have moved.")
        if created in self.has and not cells.get(created) and not cells.get(address):
            return _("The row is cut short: it has no date and was not published.")
        if created in self.has and not _is_moment(cells.get(created, "")):
            return _("The cells have moved: there is no date where it should stand.")
        if address in self.has and not cells.get(address, "").startswith(("http://", "https://")):
            return _("The cells have moved: there is no web address where it should stand.")
        for mark in ("published", "trashed"):
            if _truth(cells.get(kind + mark, "")) is None and cells.get(kind + mark):
                return _("The cells have moved: there is no mark of publication.")
        return None

    def _was_public(self, cells: Mapping[str, str], kind: str) -> bool:
        if _truth(cells.get(f"{kind}trashed", "")) or cells.get(f"{kind}trashed_at"):
            return False
        if f"{kind}published" in self.has:
            return _truth(cells.get(f"{kind}published", "")) is True
        status = cells.get(f"{kind}publication_status", "")
        return not status or status.endswith("_published") or status == "published"

    def _hang(
        self, number: int, kind: str, cells: Mapping[str, str], open_ones: dict[str, _Gathered]
    ) -> Iterator[Notice]:
        if kind != "argument" and kind not in _BALLOTS:
            self._aside(number, kind or "?")
            return
        one = open_ones.get(self._parent(kind, cells))
        if one is None:
            self._aside(number, kind)
        elif kind == "argument":
            one.counted += 1
            yield from self._argument(number, cells, one)
        else:
            self._ballot(number, cells, one)

    def _aside(self, number: int, kind: str) -> None:
        self.left_aside[kind] += 1
        self.first_aside.setdefault(kind, number)

    def _ballot(self, number: int, cells: Mapping[str, str], one: _Gathered) -> None:
        position = _VOTES.get(fold(cells.get("votes_value", "")) or "yes")
        if position is None or _truth(cells.get("votes_published", "1")) is False:
            self._aside(number, "vote")
        else:
            one.tally[position] += 1

    def _argument(self, number: int, cells: Mapping[str, str], one: _Gathered) -> Iterator[Notice]:
        ref, body = cells.get("arguments_id", ""), cells.get("arguments_body", "")
        side = fold(cells.get("arguments_type", "")).rpartition(" ")[2]
        reason = self._fault(cells, body, "url", "arguments_")
        if reason is None and (side not in {"for", "against"} or not body):
            reason = _("The cells have moved: the side of the argument is missing.")
        if reason is not None:
            yield Notice(number, _("Argument left aside. %(reason)s", reason=reason), ref)
            return
        published = self._was_public(cells, "arguments_")
        if not published:
            yield Notice(number, _("Argument not public there: not public here either."), ref)
        one.comments.append(
            Comment(
                number,
                ref,
                side,
                _words(body),
                created_at=_moment(cells.get("arguments_created_at", "")),
                published=published,
            )
        )

    def _close(self, one: _Gathered) -> Iterator[Found]:
        found, listed = one.outcome, one.tally
        if isinstance(found, Refusal):
            votes = listed.total() or sum(one.announced.values())
            yield Refusal(found.row_number, found.reason, found.ref, one.counted, votes)
            return
        announced = +Counter(one.announced)
        if listed and announced and listed.total() != announced.total():
            reason = _(
                "The file announces %(announced)s votes and lists %(listed)s: those listed count.",
                announced=announced.total(),
                listed=listed.total(),
            )
            yield Notice(found.row_number, reason, found.ref)
        tally = listed or announced
        found.comments = one.comments
        found.tally = {position: tally[position] for position in POSITIONS if tally[position]}
        yield found


def _first(cells: Mapping[str, str], *names: str) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _counts(cells: Mapping[str, str]) -> dict[str, int]:
    """The votes by position as the opinion's own row announces them."""
    found = {}
    for position, names in _COUNTS.items():
        figures = (cells.get(name, "") for name in names)
        found[position] = next((int(figure) for figure in figures if figure.isdecimal()), 0)
    return found


FORMATS: dict[str, LazyString] = {
    "table": _("Table: one contribution a row"),
    "cap-collectif": _("Cap Collectif export"),
}


# --- Cells ----------------------------------------------------------------------------------------

_TRUE = {"1", "oui", "yes", "true", "vrai", "x", "publie", "published", "public"}
_FALSE = {"0", "non", "no", "false", "faux", "depublie", "unpublished", "private"}


def _truth(cell: str) -> bool | None:
    """Yes, no, or None for an empty cell and for words that are neither."""
    word = fold(cell)
    return True if word in _TRUE else False if word in _FALSE else None


_DAY_FIRST = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})(?:[ T:]+(\d\d?)[:h](\d\d)(?::(\d\d))?)?")
_YEAR_FIRST = re.compile(
    r"(\d{4})[/-](\d\d?)[/-](\d\d?)(?:[ T:]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
    r"\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)


def _is_moment(cell: str) -> bool:
    return bool(_moment(cell))


def _moment(cell: str) -> datetime | None:
    """A date as programs write it; without a zone the clock is the town's."""
    cell = cell.strip()
    if match := _DAY_FIRST.fullmatch(cell):
        day, month, year, *clocked = match.groups()
        zone = None
    elif match := _YEAR_FIRST.fullmatch(cell):
        year, month, day, *clocked, zone = match.groups()
    elif day_in_words := parse(cell).day:
        return clock.from_town(datetime.combine(day_in_words, time()))
    else:
        return None
    hour, minute, second = (int(part or 0) for part in clocked)
    try:
        at = datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
        if zone in {"Z", "UTC"}:
            return at.replace(tzinfo=UTC)
        if zone:
            return datetime.fromisoformat(f"{at.isoformat()}{zone}").astimezone(UTC)
        return clock.from_town(at)
    except (ValueError, OverflowError):
        return None


def _name(cell: str) -> str:
    """The name somebody signs with; an e-mail address is nobody's public name."""
    return "" if "@" in cell else " ".join(cell.split())[:120]


def _place(cell: str) -> str:
    """The words of a place, taken out of the answer of a map service where that was kept."""
    if not cell.startswith("[{"):
        return cell
    try:
        return str(read_json(cell)[0].get("formatted_address", ""))
    except (ValueError, AttributeError, LookupError):
        return ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower().replace(" ", "_")


_HTML = re.compile(r"</?(?:p|br|div|ul|ol|li|strong|b|em|i|a|span|h[1-6]|blockquote)\b[^>]*>", re.I)


def _words(cell: str) -> str:
    """The text of a cell as Markdown: the tags of a web editor become paragraphs and lists."""
    if not _HTML.search(cell):
        return cell.replace("\r\n", "\n").strip()
    reader = _FromHtml()
    reader.feed(cell)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(reader.parts))).strip()


class _FromHtml(HTMLParser):
    """The few tags that carry meaning, as Markdown; all others give their words alone."""

    OPEN = {"br": "\n", "li": "\n- ", "strong": "**", "b": "**", "em": "*", "i": "*"}
    CLOSE = {"strong": "**", "b": "**", "em": "*", "i": "*"}
    BLOCKS = {"p", "div", "ul", "ol", "blockquote", *(f"h{level}" for level in range(1, 7))}
    SILENT = {"script", "style"}

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent += 1
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")
            self.parts.append("[")
        elif tag in self.BLOCKS:
            self.parts.append("\n\n" + ("### " if tag[0] == "h" else ""))
        else:
            self.parts.append(self.OPEN.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            self.parts.append(f"]({self.links.pop()})")
        elif tag in self.BLOCKS:
            self.parts.append("\n\n")
        elif mark := self.CLOSE.get(tag, ""):
            # A mark closes only against a word: « **gras **suite » would show its stars.
            words = self.parts[-1].rstrip(" ") if self.parts else ""
            after = " " if self.parts and words != self.parts[-1] else ""
            self.parts[-1:] = [words, mark, after]

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))
