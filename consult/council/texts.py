"""The text of an act as people type it, as its page shows it, and as plain words beside the PDF.

A body is a list of blocks: {"kind": "heading", "level": 1, "words": …}, {"kind": "paragraph",
"words": …}, {"kind": "list", "items": […]}, {"kind": "table", "title": …, "columns": […],
"rows": [[…]]}.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from consult.core import search
from consult.core.i18n import _, day, gettext, spoken
from consult.core.text import excerpt, fold
from consult.council.models import Act, Part, Sitting

_ARTICLE = re.compile(r"(article\s+(?:\d+\s*(?:er|ère)?|[ivxlc]+|premier|unique))\b", re.I)
# An empty line, or a line that opens an article: « Article 2 : … ».
_NEXT_ARTICLE = re.compile(
    r"\n\s*\n|\n(?=[ \t]*(?:Article|ARTICLE)\s+(?:\d+\s*(?:er|ère|ER)?|[IVXLC]+)\s*[:.–—-])"
)
_SENTENCES = 400  # letters of what the results of a search show


def blocks(text: str) -> list[dict[str, Any]]:
    """What was typed, as blocks: `# ` begins a heading, `- ` a line of a list, an empty line ends
    a paragraph."""
    made: list[dict[str, Any]] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        for line in (line.strip() for line in part.splitlines()):
            last = made[-1] if made else None
            if not line:
                continue
            if marks := re.match(r"(#{1,3})\s+(.+)", line):
                made.append({"kind": "heading", "level": len(marks[1]), "words": marks[2]})
            elif line.startswith("- "):
                if last and last["kind"] == "list" and not last.get("ended"):
                    last["items"].append(line[2:].strip())
                else:
                    made.append({"kind": "list", "items": [line[2:].strip()]})
            elif last and last["kind"] == "paragraph" and not last.get("ended"):
                last["words"] += f" {line}"
            else:
                made.append({"kind": "paragraph", "words": line})
        if made:
            made[-1]["ended"] = True
    for block in made:
        block.pop("ended", None)
    return made


def typed(body: Iterable[dict[str, Any]]) -> str:
    """The same blocks, as somebody would type them again."""
    parts = []
    for block in body:
        if block["kind"] == "heading":
            parts.append("#" * block["level"] + f" {block['words']}")
        elif block["kind"] == "list":
            parts.append("\n".join(f"- {item}" for item in block["items"]))
        elif block["kind"] == "paragraph":
            parts.append(block["words"])
    return "\n\n".join(parts)


def articles(text: str) -> list[dict[str, str]]:
    """One article a paragraph; its number is the words it begins with, where it has one.

    A line that begins with « Article 2 : » opens another, even without an empty line before.
    """
    parts = (" ".join(part.split()) for part in _NEXT_ARTICLE.split(text.strip()))
    return [article(part) for part in parts if part]


def article(words: str) -> dict[str, str]:
    number = _ARTICLE.match(words)
    return {"number": number[1] if number else "", "words": words}


def lines(text: str | None) -> list[str]:
    """What was typed one a line, without empty lines."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def pairs(text: str | None) -> list[tuple[str, str]]:
    """« Name ; the rest », one a line."""
    split = (line.partition(";") for line in lines(text))
    return [(name.strip(), rest.strip()) for name, _, rest in split if name.strip()]


# As plain words.


def plain(act: Act) -> str:
    """The act from its first line to its last, in French, for those who cannot read its PDF."""
    with spoken("fr"):
        return "\n\n".join(_parts(act)) + "\n"


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _parts(act: Act) -> Iterator[str]:
    printed = act.printed or {}
    yield printed.get("title") or str(act.kind.label).upper() + (
        f" N° {act.number}" if act.number else ""
    )
    yield printed.get("assembly") or act.assembly
    if said := printed.get("session"):
        yield said
    elif act.sitting or act.adopted_on:
        when = act.sitting.held_on if act.sitting else act.adopted_on
        yield gettext("Sitting of %(day)s", day=day(when))  # type: ignore[arg-type]
    if opening := printed.get("opening"):
        yield opening
    unknown = gettext("not communicated")
    if act.sitting:
        for label, names in (
            (gettext("Present"), act.sitting.present),
            (gettext("Absent"), act.sitting.absent),
        ):
            yield f"{label} : {', '.join(names) if names is not None else unknown}"
    yield printed.get("objet") or f"{gettext('Subject')} : {act.title}"
    if act.words and act.words != act.title:
        yield act.words
    for person in act.people:
        if person.part != Part.SIGNATORY:
            yield f"{person.part.label} : {_person(person)}"
    yield from ([printed["authority"]] if printed.get("authority") else [])
    yield from [*act.visas, *act.considerations, *act.grounds]
    if act.formula:
        yield act.formula
    yield from (one["words"] for one in act.articles)
    yield from _said(act.body)
    if act.has_vote:
        yield f"{gettext('Vote')} : {act.vote}"
    for person in act.named(Part.SIGNATORY):
        yield _person(person)
    for annex in act.annexes:
        yield f"{gettext('Annex')} : {annex.title}" + (
            "" if annex.file_id else f" ({gettext('annex cited, not supplied')})"
        )


def _person(person: Any) -> str:
    return ", ".join(filter(None, [person.name, person.quality, person.on_behalf_of]))


def _said(body: Iterable[dict[str, Any]]) -> Iterator[str]:
    for block in body:
        if block["kind"] == "list":
            yield "\n".join(f"- {item}" for item in block["items"])
        elif block["kind"] == "table":
            if block.get("title"):
                yield block["title"]
            header = block.get("columns") or [""] * 9
            for row in block["rows"]:
                yield "\n".join(
                    f"{name} : {cell}" if name else cell
                    for name, cell in zip(header, row, strict=False)
                )
        else:
            yield block["words"]


# A sitting, as everybody reads it.


def meeting(sitting: Sitting) -> dict[str, Any]:
    """When and where it sat, by the name of each field."""
    return {
        "held_on": day(sitting.held_on),
        "hour": sitting.hour,
        "place": sitting.place,
        "convened_on": day(sitting.convened_on) if sitting.convened_on else None,
    }


def attendance(sitting: Sitting) -> dict[str, Any]:
    """Who was there, by the name of each field; nobody is not the same as not known."""
    proxies = [f"{one.giver} → {one.holder}" for one in sitting.proxies]
    nobody = [str(_("none"))]
    return {
        "president": sitting.president,
        "secretary": sitting.secretary,
        "in_office": sitting.members,
        "present": None if sitting.present is None else sitting.present or nobody,
        "absent": None if sitting.absent is None else sitting.absent or nobody,
        "proxies": proxies or nobody if sitting.proxies_are_known else None,
    }


# To be found again.


def index(act: Act) -> None:
    """Have the act found by its number, its subject, its people, its day; by all once public."""
    sitting_day = act.sitting.held_on if act.sitting else act.adopted_on
    with spoken("fr"):
        days = [day(sitting_day), f"{sitting_day:%d/%m/%Y}"] if sitting_day else []
        people = [_person(one) for one in act.people]
        place_names = [name for place in act.places for name in place.names]
        known = [str(act.kind.label), act.number or "", act.number_key or "", act.assembly]
        act.folded = " ".join(
            fold(words)
            for words in (act.title, *known, *people, *days, *place_names, act.words)
            if words
        )
        if act.is_public:
            text = [*people, *days, *known, *(one["words"] for one in act.articles)]
            text += [*act.visas, *act.considerations, *act.grounds, *_said(act.body)]
            search.put(
                "act",
                act.id,
                act.title,
                [act.words, *text],
                excerpt=excerpt(act.words or " ".join(text), _SENTENCES),
                place_id=act.places[0].id if act.places else None,
            )
        else:
            search.drop("act", act.id)
