"""A document written down as JSON: recognised, checked line by line, counted; nothing guessed.

Keys that begin with `_` are an editor's own (codes, ISO dates, notes); every other string is a
quotation, kept letter for letter. `null` is a place the document has and leaves empty. Five kinds
are recognised by what they hold; `SHAPES` says what each needs:

    plan            title, engagements (see `consult.engagements.documents`)
    closing_review  title, actors, components, sections
    agreement       action, signatories, objectives, phases
    note            objet, session, paragraphs, partners, laureates, annexes
    roadmap         rapport, deliberation, feuille_de_route, fiches_action, glossaire …

`_meta._seed` is the reference of the document; without it, a reference is made from its title.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel.speaklater import LazyString

from consult.core import dates, money
from consult.core.i18n import _
from consult.core.slugs import slugify
from consult.engagements import documents
from consult.engagements.documents import DocumentError, Problem
from consult.sources.models import DocumentKind

Json = dict[str, Any]

# What a kind is recognised by: all of these keys.
SIGNS = {
    DocumentKind.ROADMAP: ("feuille_de_route", "deliberation"),
    DocumentKind.CLOSING_REVIEW: ("components", "actors"),
    DocumentKind.AGREEMENT: ("phases", "signatories"),
    DocumentKind.NOTE: ("objet", "paragraphs"),
    DocumentKind.PLAN: ("engagements",),
}
_SHEET = {
    "_id": str,
    "title?": str,
    "objectifs?": [str],
    "mise_en_oeuvre?": [{"text": str, "items?": [str]}],
    "quels_suivis?": [str],
}
# str: words; [x]: a list of x; {key: x}: an object; a key that ends in ? may be absent or null.
SHAPES: dict[DocumentKind, Json] = {
    DocumentKind.PLAN: {
        "title": str,
        "subtitle?": str,
        "introduction?": str,
        "consultation?": {"name": str, "kind?": str, "period?": str, "participation?": str},
        "adoption?": {"body?": str, "place?": str, "decision?": str, "vote?": str, "number?": str},
        "progress_report?": {"label?": str, "statement?": str},
        "status_legend?": [{"mark": str, "label": str}],
        "engagements": [
            {
                "title": str,
                "number?": str,
                "words?": str,
                "actions?": [
                    {
                        "text": str,
                        "words?": str,
                        "status_mark?": str,
                        "status_tag?": str,
                        "periodicity?": str,
                        "places?": [str],
                    }
                ],
            }
        ],
        "illustrations?": [{"caption": str}],
    },
    DocumentKind.CLOSING_REVIEW: {
        "title": str,
        "years?": str,
        "site?": {"commune": str, "population?": str, "quartier?": str},
        "actors": [{"name": str}],
        "amount?": {"label": str, "text": str},
        "components": [{"label": str}],
        "sections": [{"title": str, "paragraphs?": [str], "items?": [{"text": str}]}],
    },
    DocumentKind.AGREEMENT: {
        "action": str,
        "presentation?": [str],
        "signatories": [{"name": str}],
        "glossary?": [{"acronym": str, "expansion?": str}],
        "eligibility_criteria?": [{"text": str}],
        "objectives": [str],
        "detail?": {"governance?": [{"text": str, "body": str}]},
        "phases": [{"label": str, "items?": [str]}],
    },
    DocumentKind.NOTE: {
        "objet": str,
        "session": {"text": str},
        "paragraphs": [str],
        "partners?": [{"name": str}],
        "laureates?": {"cities": [str]},
        "local_dynamics?": [{"text": str}],
        "annexes?": [{"text": str}],
    },
    DocumentKind.ROADMAP: {
        "rapport": {"number": str, "objet": str, "session": str},
        "deliberation": {
            "number": str,
            "objet": str,
            "session": str,
            "visas?": [str],
            "articles?": [{"number": str, "text": str}],
        },
        "feuille_de_route": {
            "title": str,
            "enjeux": [{"title": str, "axes": [{"title": str}]}],
            "geographie?": {"entering": [{"name": str}], "leaving": [{"name": str}]},
        },
        "fiches_action?": [_SHEET],
        "gouvernance?": [{"name": str}],
        "montants?": [{"text": str}],
        "jalons?": [{"text": str}],
        "glossaire?": [{"acronym": str, "expansion?": str}],
    },
}


@dataclass
class Document:
    """A document that can be carried in, and what it holds, counted."""

    kind: DocumentKind
    ref: str
    title: str
    dated_words: str
    dated_on: date | None
    raw: Json = field(repr=False)

    def figures(self) -> dict[str, Any]:
        """What is in it, counted from its printed lines, under plain English names."""
        return FIGURES[self.kind](self.raw)

    def texts(self) -> list[str]:
        """Every quotation, in its order."""
        return [text for _path, text in documents._printed(self.raw, "$")]

    def terms(self) -> list[tuple[str, str]]:
        """Its acronyms and their words; an empty word is one the document does not give."""
        entries = self.raw.get("glossary") or self.raw.get("glossaire") or []
        return [(one["acronym"], one.get("expansion") or "") for one in entries]


def loaded(data: bytes) -> Json:
    """The JSON of a file; DocumentError says where it stops being one."""
    return documents._loaded(data)


def read(raw: Json) -> Document:
    """The document in this JSON; DocumentError lists every line that is not what it should be."""
    kind = recognised(raw)
    if kind is None:
        reason = _("Nothing here says which kind of document this is.")
        raise DocumentError([Problem("$", reason)])
    if kind == DocumentKind.PLAN:
        documents.read(raw)
    else:
        problems = [*_wrong(SHAPES[kind], raw, "$"), *_twice(raw)]
        if problems:
            raise DocumentError(problems)
    title, dated = _called(kind, raw)
    meta = raw.get("_meta") or raw.get("meta") or {}
    ref = str(meta.get("_seed") or meta.get("ref") or slugify(title, limit=50, default="document"))
    return Document(kind, slugify(ref, limit=60), title, dated, _day(dated), raw)


def recognised(raw: Json) -> DocumentKind | None:
    """Which kind of document this is, by the keys it holds."""
    return next((kind for kind, keys in SIGNS.items() if all(key in raw for key in keys)), None)


def _called(kind: DocumentKind, raw: Json) -> tuple[str, str]:
    """Its printed title and its printed date."""
    match kind:
        case DocumentKind.PLAN:
            return raw["title"], (raw.get("progress_report") or {}).get("label") or ""
        case DocumentKind.CLOSING_REVIEW:
            return raw["title"], raw.get("years") or ""
        case DocumentKind.AGREEMENT:
            label = raw.get("document_type")
            return (f"{label} – {raw['action']}" if label else raw["action"]), ""
        case DocumentKind.NOTE:
            return raw["objet"], raw["session"]["text"]
        case _:
            return raw["feuille_de_route"]["title"], raw["deliberation"]["session"]


def schema(kind: DocumentKind) -> Json:
    """The JSON Schema of a kind of document; keys it does not name are welcome."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(kind.label),
        **_schema(SHAPES[kind]),
    }


def _schema(shape: Any) -> Json:
    if shape is str:
        return {"type": "string", "minLength": 1}
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    keys = {name.removesuffix("?"): inner for name, inner in shape.items()}
    return {
        "type": "object",
        "required": [name for name in shape if not name.endswith("?")],
        "properties": {
            key: _schema(inner) if key in shape else {"anyOf": [_schema(inner), {"type": "null"}]}
            for key, inner in keys.items()
        },
    }


def outline(kind: DocumentKind) -> list[tuple[str, bool]]:
    """Every key of a kind of document, as a path, and whether it is needed."""
    return list(_outline(SHAPES[kind], "", needed=True))


def _outline(shape: Any, path: str, *, needed: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(shape, list):
        yield from _outline(shape[0], f"{path}[]", needed=needed)
    elif shape is str:
        yield path, needed
    else:
        for name, inner in shape.items():
            key = name.removesuffix("?")
            below = f"{path}.{key}" if path else key
            yield from _outline(inner, below, needed=needed and key == name)


# What is wrong, line by line.


def _wrong(shape: Any, value: Any, path: str) -> Iterator[Problem]:
    if shape is str:
        if not (isinstance(value, str) and value.strip()):
            yield Problem(path, _("Words are expected here."))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Problem(path, _("A list is expected here."))
            return
        for place, one in enumerate(value):
            yield from _wrong(shape[0], one, f"{path}[{place}]{_named(one)}")
    else:
        if not isinstance(value, dict):
            yield Problem(path, _("An object with keys is expected here."))
            return
        for name, inner in shape.items():
            key = name.removesuffix("?")
            if value.get(key) is None:
                if not name.endswith("?"):
                    yield Problem(f"{path}.{key}", _("This is missing."))
            else:
                yield from _wrong(inner, value[key], f"{path}.{key}")


def _named(value: Any) -> str:
    """The reference of a line, beside its place, where it has one."""
    return f"({value['_id']})" if isinstance(value, dict) and value.get("_id") else ""


def _twice(raw: Json) -> Iterator[Problem]:
    sheets = raw.get("fiches_action")
    refs = Counter(one.get("_id") for one in sheets or [] if isinstance(one, dict))
    for ref, number in refs.items():
        if ref and number > 1:
            yield Problem(f"$.fiches_action({ref})", _("This reference stands twice."))


# What it holds, counted.


def _plan(raw: Json) -> dict[str, Any]:
    document = documents.read(raw)
    return {
        **document.figures(),
        "captions": len(document.illustrations),
        "legend": len(document.legend),
    }


def _closing_review(raw: Json) -> dict[str, Any]:
    groups = Counter(one.get("group") for one in raw["actors"] if one.get("group"))
    sections = raw["sections"]
    amount = money.parse((raw.get("amount") or {}).get("text") or "")
    return {
        "actors": len(raw["actors"]),
        "groups": dict(groups),
        "to_split": sum(bool(one.get("_proposed_split")) for one in raw["actors"]),
        "components": len(raw["components"]),
        "content_items": sum(len(one.get("items") or []) for one in sections),
        "paragraphs": sum(len(one.get("paragraphs") or []) for one in sections),
        "issues": sum(len(one.get("enjeux") or []) for one in sections),
        "amount_eur": amount.cents // 100 if amount else None,
        "population": _whole((raw.get("site") or {}).get("population")),
        "year": _whole(raw.get("years")),
    }


def _agreement(raw: Json) -> dict[str, Any]:
    bodies = (raw.get("detail") or {}).get("governance") or []
    paragraphs = raw.get("presentation") or []
    return {
        "phases": [f"{one.get('_start')}/{one.get('_end')}" for one in raw["phases"]],
        "objectives": len(raw["objectives"]),
        "signatories": len(raw["signatories"]),
        "bodies": len(bodies),
        "thresholds": len(raw.get("eligibility_criteria") or []),
        "paragraphs": len(paragraphs) + bool(raw.get("presentation_fin")),
        "acronyms": len(raw.get("glossary") or []),
    }


def _note(raw: Json) -> dict[str, Any]:
    sitting = _day(raw["session"]["text"])
    annexes = raw.get("annexes") or []
    return {
        "sitting": sitting.isoformat() if sitting else None,
        "paragraphs": len(raw["paragraphs"]),
        "partners": len(raw.get("partners") or []),
        "laureates": len((raw.get("laureates") or {}).get("cities") or []),
        "local_dynamics": len(raw.get("local_dynamics") or []),
        "annexes": len(annexes),
        "annexes_not_supplied": sum(not one.get("_file") for one in annexes),
    }


def _roadmap(raw: Json) -> dict[str, Any]:
    plan, act = raw["feuille_de_route"], raw["deliberation"]
    axes = [axis for enjeu in plan["enjeux"] for axis in enjeu["axes"]]
    sections = [section for axis in axes for section in axis.get("sections") or []]
    geography = plan.get("geographie") or {}
    zoom = plan.get("zoom") or {}
    rows = (zoom.get("indicateurs") or {}).get("rows") or []
    sheets = raw.get("fiches_action") or []
    full = sum(bool(one.get("mise_en_oeuvre")) for one in sheets)
    return {
        "enjeux": len(plan["enjeux"]),
        "axes": len(axes),
        "sections": len(sections),
        "champs": sum(len(one.get("subsections") or []) for one in sections),
        "sheets": len(sheets),
        "sheets_full": full,
        "sheets_announced_only": len(sheets) - full,
        "duplicates": int(bool(raw.get("_duplicate_sheet"))),
        "indicators": len(rows),
        "themes": len({one.get("theme") for one in rows}),
        "entering": len(geography.get("entering") or []),
        "leaving": len(geography.get("leaving") or []),
        "places_with_data": len(zoom.get("donnees_par_quartier") or []),
        "visas": len(act.get("visas") or []),
        "articles": len(act.get("articles") or []),
        "amounts": len(raw.get("montants") or []),
        "milestones": len(raw.get("jalons") or []),
        "bodies": len(raw.get("gouvernance") or []),
        "acronyms": len(raw.get("glossaire") or []),
    }


FIGURES = {
    DocumentKind.PLAN: _plan,
    DocumentKind.CLOSING_REVIEW: _closing_review,
    DocumentKind.AGREEMENT: _agreement,
    DocumentKind.NOTE: _note,
    DocumentKind.ROADMAP: _roadmap,
}


# What each figure is called on a page.
LABELS = {
    "engagements": _("Engagements"),
    "actions": _("Actions"),
    "statuses": _("States of progress"),
    "organisations": _("Organisations"),
    "captions": _("Captions of pictures"),
    "legend": _("Entries of the legend"),
    "actors": _("Actors"),
    "groups": _("Of which, by group"),
    "to_split": _("Two names in one"),
    "components": _("Components of the mission"),
    "content_items": _("Lines of content"),
    "paragraphs": _("Paragraphs"),
    "issues": _("Issues that remain"),
    "amount_eur": _("Amount, in euros"),
    "population": _("Inhabitants"),
    "year": _("Year"),
    "phases": _("Phases"),
    "objectives": _("Objectives"),
    "signatories": _("Signatories"),
    "bodies": _("Governing bodies"),
    "thresholds": _("Thresholds"),
    "acronyms": _("Acronyms"),
    "sitting": _("Sitting"),
    "partners": _("Partners"),
    "laureates": _("Laureates"),
    "local_dynamics": _("What was under way locally"),
    "annexes": _("Annexes"),
    "annexes_not_supplied": _("Annexes cited, not supplied"),
    "enjeux": _("Stakes"),
    "axes": _("Axes"),
    "sections": _("Sections of the plan"),
    "champs": _("Fields"),
    "sheets": _("Action sheets"),
    "sheets_full": _("Of which published"),
    "sheets_announced_only": _("Of which announced, not published"),
    "duplicates": _("Sheets printed twice"),
    "indicators": _("Indicators"),
    "themes": _("Themes"),
    "entering": _("Districts entering"),
    "leaving": _("Districts leaving"),
    "places_with_data": _("Districts with data"),
    "visas": _("Recitals of law"),
    "articles": _("Articles"),
    "amounts": _("Amounts"),
    "milestones": _("Milestones"),
    "unknown": _("Not reported"),
    "done": _("Done"),
    "started": _("Started"),
    "planned": _("Planned"),
    "well_advanced": _("Well advanced"),
    "suspended": _("Suspended"),
    "abandoned": _("Abandoned"),
}


def figure_words(name: str) -> LazyString | str:
    """What a figure is called; a name the document gives stays as it is."""
    return LABELS.get(name, name)


def _day(words: str) -> date | None:
    """The first whole day these words name: « Séance du 23 mars 2023 »."""
    return next((one.day for one in dates.find(words) if one.day), None)


def _whole(words: str | None) -> int | None:
    """The first whole number of these words: « 38 495 habitants » → 38495."""
    found = re.search(r"\d[\d\s\u00a0\u202f]*", words or "")
    return int(re.sub(r"\D", "", found[0])) if found else None


# What everybody may take away.

LEFT_OUT = (
    _("the remark of a machine on a handwritten signature: it is no word of the act"),
    _("the names of private persons who worked on a document"),
)


def shareable(raw: Any) -> Any:
    """The same without what `LEFT_OUT` names."""
    if isinstance(raw, dict):
        return {
            key: shareable(value)
            for key, value in raw.items()
            if key not in ("signature_note", "_signature_note")
        }
    if isinstance(raw, list):
        return [
            shareable(one)
            for one in raw
            if not (isinstance(one, dict) and one.get("_kind") == "person")
        ]
    return raw


def as_json(raw: Json) -> str:
    return json.dumps(raw, ensure_ascii=False, indent=1)
