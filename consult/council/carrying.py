"""How a printed note, report or deliberation enters the tables: every word kept, none added.

Plain functions for the import of a whole document: each finds what it made before (by
`external_ref`), leaves the words that are there, and opens a gap for what the source lacks. A
sentence that a machine wrote about a signature is no word of the act: it is never taken in.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.text import fold
from consult.council import queries, texts
from consult.council.models import (
    Act,
    ActKind,
    ActLink,
    ActPerson,
    ActState,
    Annex,
    Assembly,
    Part,
    Sitting,
    Tie,
)
from consult.gaps.models import open_gap
from consult.territory.models import Place, PlaceKind
from consult.territory.queries import place_named

Data = Mapping[str, Any]
WORDS = {
    "attendance": "La source ne dit pas qui était présent, absent ou représenté à la séance.",
    "vote": "La source ne donne aucun résultat de vote.",
    "note_vote": "Cette note ne contient pas de vote : reliez-la à la délibération votée.",
    "signature": "La signature imprimée n’a pas été lue : fournissez le document signé.",
    "transmission": "La source ne dit pas quand la préfecture a reçu l’acte.",
    "publication": "La source ne dit pas quand l’acte a été mis en ligne.",
    "annex": "Annexe citée, non fournie : « {} ».",
}


def note(data: Data, ref: str) -> Act:
    """A briefing note for a sitting (source 003): nothing is voted in it."""
    act = _known(f"{ref}/note")
    if act is None:
        held_on = _day(data["session"].get("_date"))
        town = (data.get("territory") or {}).get("_commune") or ""
        sitting = _sitting(f"{ref}/seance", data["assembly"], town, held_on, data["session"])
        act = Act(
            kind=ActKind.NOTE,
            title=data["objet"],
            assembly=data["assembly"],
            body=[{"kind": "paragraph", "words": words} for words in data["paragraphs"]],
            printed={
                "title": data["document_type"],
                "assembly": data["assembly"],
                "session": data["session"]["text"],
                **_labels(data.get("labels") or ()),
            },
            external_ref=f"{ref}/note",
            shown_at=clock.now(),
        )
        _put_in(act, sitting)
        if data.get("rapporteur"):
            act.people = [ActPerson(part=Part.RAPPORTEUR, name=data["rapporteur"])]
        district = (data.get("territory") or {}).get("quartier")
        act.places = [_place(district)] if district else []
        _annexes(act, data.get("annexes") or ())
        _finish(act)
    if act.sitting is not None and act.sitting.present is None:
        open_gap(act, "attendance", words=WORDS["attendance"])
    open_gap(act, "vote", words=WORDS["note_vote"])
    return act


def report_and_act(data: Data, ref: str) -> tuple[Act, Act]:
    """The report to an assembly and the deliberation that followed it (source 004)."""
    said, decided = data["rapport"], data["deliberation"]
    sitting = _sitting_of(decided, ref)
    report = _known(f"{ref}/rapport") or _report(said, sitting, ref)
    deliberation = _known(f"{ref}/deliberation") or _deliberation(decided, sitting, ref)
    _tie(deliberation, report)
    if said.get("signature_note"):
        open_gap(report, "signature", words=WORDS["signature"])
    if sitting.present is None:
        open_gap(deliberation, "attendance", words=WORDS["attendance"])
    if not deliberation.has_vote:
        open_gap(deliberation, "vote", words=WORDS["vote"])
    if deliberation.received_on is None:
        open_gap(deliberation, "transmission", words=WORDS["transmission"])
    if not deliberation.publications:
        open_gap(deliberation, "publication", words=WORDS["publication"])
    return report, deliberation


def _report(said: Data, sitting: Sitting, ref: str) -> Act:
    report = Act(
        kind=ActKind.REPORT,
        number=_bare(said.get("number")),
        title=said["objet"],
        assembly=sitting.assembly.name,
        body=_body(said),
        printed={
            "title": said["title"],
            "assembly": said["to"],
            "session": said["session"],
            "presenter_label": said.get("presented_by_label") or "",
        },
        external_ref=f"{ref}/rapport",
        shown_at=clock.now(),
    )
    _put_in(report, sitting)
    presenter = said.get("presented_by")
    if presenter:
        quality = presenter.get("quality") or ""
        report.people = [ActPerson(part=Part.PRESENTER, name=presenter["name"], quality=quality)]
    _finish(report)
    return report


def _deliberation(said: Data, sitting: Sitting, ref: str) -> Act:
    seats = said.get("attendance") or {}
    remedy = said.get("recours") or {}
    rapporteur, signatory = said.get("rapporteur"), said.get("signatory")
    act = Act(
        kind=ActKind.DELIBERATION,
        number=_bare(said.get("number")),
        title=re.sub(r"^Objet\s*:\s*", "", said["objet"]),
        assembly=sitting.assembly.name,
        adopted_on=sitting.held_on,
        place=said.get("place"),
        visas=list(said.get("visas") or ()),
        considerations=list(said.get("considerants") or ()),
        grounds=list(said.get("sur") or ()),
        formula=said.get("formula") or "",
        articles=[texts.article(one["text"]) for one in said.get("articles") or ()],
        commission=(rapporteur or {}).get("on_behalf_of"),
        opinions=[one["text"] for one in said.get("opinions") or ()],
        court=remedy.get("court"),
        court_address=remedy.get("address"),
        printed={
            "title": said["title"],
            "assembly": said["assembly"],
            "session": said["session"],
            "opening": said.get("opening") or "",
            "objet": said["objet"],
            "authority": said.get("authority") or "",
            **{name: words for name, words in seats.items() if name.endswith("_label")},
        },
        external_ref=f"{ref}/deliberation",
        shown_at=clock.now(),
    )
    _put_in(act, sitting)
    act.people = [
        *(
            [
                ActPerson(
                    part=Part.RAPPORTEUR,
                    name=rapporteur["name"],
                    on_behalf_of=rapporteur.get("on_behalf_of") or "",
                )
            ]
            if rapporteur
            else []
        ),
        *(
            [
                ActPerson(
                    part=Part.SIGNATORY,
                    name=signatory["name"],
                    quality=signatory.get("quality") or "",
                    order=100,
                )
            ]
            if signatory
            else []
        ),
    ]
    _finish(act)
    return act


def _body(said: Data) -> list[dict[str, Any]]:
    """The report from its first heading to its last line, in the order it is printed."""
    made: list[dict[str, Any]] = []

    def heading(words: str | None, level: int) -> None:
        made.extend([{"kind": "heading", "level": level, "words": words}] if words else [])

    def paragraphs(several: Any) -> None:
        made.extend({"kind": "paragraph", "words": words} for words in several or () if words)

    heading(said.get("context_title"), 1)
    paragraphs(said.get("context"))
    for part in said.get("parts") or ():
        heading(part["title"], 1)
        for section in [*(part.get("enjeux") or ()), *(part.get("sections") or ())]:
            heading(section["title"], 2)
            paragraphs(section.get("paragraphs"))
            if table := section.get("table"):
                columns = list(section.get("table_columns") or ())
                rows = [[words for name, words in row.items() if name[:1] != "_"] for row in table]
                title = section.get("table_title") or ""
                made.append({"kind": "table", "title": title, "columns": columns, "rows": rows})
    paragraphs([said.get("conclusion")])
    if said.get("requests"):
        made.append({"kind": "list", "items": list(said["requests"])})
    paragraphs([said.get("closing"), said.get("author")])
    return made


# Around an act.


def _known(ref: str) -> Act | None:
    return db.session.scalar(sa.select(Act).where(Act.external_ref == ref))


def _sitting_of(said: Data, ref: str) -> Sitting:
    """The sitting of a deliberation; the assembly is called as its opening line calls it."""
    opening = re.match(r"L[ea]\s+(.+?)\s+s['’]est réuni", said.get("opening") or "")
    name = opening[1] if opening else re.sub(r"^d[ue]s?\s+(la\s+)?", "", said["assembly"])
    held_on = _day(said.get("_session_date"))
    words = {"text": said["session"]}
    sitting = _sitting(f"{ref}/seance", name, "", held_on, words, place=said.get("place"))
    assert sitting is not None  # noqa: S101 a deliberation has the day of its sitting
    return sitting


def _sitting(
    ref: str, name: str, town: str, held_on: date | None, session: Data, place: str | None = None
) -> Sitting | None:
    """The sitting a document speaks of; none where it gives no day."""
    found = db.session.scalar(sa.select(Sitting).where(Sitting.external_ref == ref))
    if found is not None or held_on is None:
        return found
    assembly = queries.assembly_named(name, town or None)
    if assembly is None:
        assembly = Assembly(name=name, collectivity=town)
        db.session.add(assembly)
    sitting = Sitting(
        assembly=assembly,
        held_on=held_on,
        place=place,
        printed={"session": session["text"]},
        shown_at=clock.now(),
        external_ref=ref,
    )
    db.session.add(sitting)
    db.session.flush()
    return sitting


def _put_in(act: Act, sitting: Sitting | None) -> None:
    """It was on the agenda of that sitting; how the sitting ended is another question."""
    act.state = ActState.DRAFT
    if sitting is not None:
        act.sitting, act.chamber = sitting, sitting.assembly
        act.move_to(ActState.ON_AGENDA)
    db.session.add(act)


def _finish(act: Act) -> None:
    db.session.flush()
    texts.index(act)


def _tie(act: Act, earlier: Act) -> None:
    wanted = sa.select(ActLink).where(ActLink.act_id == act.id, ActLink.earlier_id == earlier.id)
    if db.session.scalar(wanted) is None:
        db.session.add(ActLink(act=act, earlier=earlier, tie=Tie.FOLLOWS))
        db.session.flush()


def _annexes(act: Act, cited: Any) -> None:
    """What the document cites and does not bring."""
    act.annexes = [
        Annex(title=one["text"], order=order, external_ref=f"A{order + 1}")
        for order, one in enumerate(cited)
    ]
    db.session.flush()
    for annex in act.annexes:
        words = WORDS["annex"].format(annex.title)
        open_gap(act, "annex", annex.external_ref or "", words)


def _place(name: str) -> Place:
    place = place_named(name)
    if place is None:
        place = Place.new(name, kind=PlaceKind.DISTRICT)
        db.session.flush()
    return place


def _labels(printed: Any) -> dict[str, str]:
    """The printed labels by what they announce, so that the page shows them as they were."""
    return {
        name: words
        for words in printed
        for name, start in (("objet_label", "objet"), ("rapporteur_label", "rapporteur"))
        if fold(words).startswith(start)
    }


def _bare(number: str | None) -> str | None:
    """The number as printed, without the « N° » before it."""
    return re.sub(r"^\s*n\s*[°º]\s*", "", number or "", flags=re.IGNORECASE) or None


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None
