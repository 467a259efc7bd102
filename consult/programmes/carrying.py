"""How a printed document becomes a programme: its words kept, nothing said that it does not say."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from consult.core import clock, dates
from consult.core.db import db
from consult.core.money import Nature
from consult.core.slugs import distinct, slugify
from consult.core.text import fold
from consult.council.models import Act
from consult.gaps.models import open_gap
from consult.programmes import queries, shaping
from consult.programmes.models import (
    Agreement,
    AgreementSignatory,
    Body,
    BodyKind,
    Call,
    Candidate,
    Choice,
    Component,
    Criterion,
    Method,
    MethodKind,
    Objective,
    Participant,
    PhaseKind,
    Programme,
    ProgrammeKind,
    ProgrammePhase,
    ProgrammeState,
    Remaining,
    Sum,
)
from consult.territory.carrying import organisations, places
from consult.territory.models import Place, PlaceKind
from consult.territory.queries import place_named

Said = dict[str, Any]


def closing_review(data: Said, ref: str) -> Programme:
    """The review that closes an urban renewal agreement: who was in, how the work was done, what
    remains. The level of its components is lost in the source: it stays unknown, with a gap each.
    """
    site = data["site"]
    commune = _place(site["commune"], PlaceKind.COMMUNE)
    districts = [_place(name, PlaceKind.DISTRICT) for name in site["_quartiers"]]
    programme = _programme(
        ref,
        title=data["title"],
        kind=ProgrammeKind.RENEWAL,
        state=ProgrammeState.CLOSING,
        period_words=data["years"],
        owner_words=data["maitre_d_ouvrage"],
        introduction=_prose((one["title"], one.get("paragraphs", ())) for one in data["sections"]),
        facts=_facts(data["labels"], data["mission_type"], data["maitre_d_ouvrage"], data["years"])
        + [[_label(data["labels"][3]), _joined(site, "commune", "population", "quartier")]]
        + [["", data["illustration_source"]]],
        headings={
            "participants": _label(_find(data["labels"], "acteurs")),
            "components": _label(_find(data["labels"], "composantes")),
            "methods": next(one["title"] for one in data["sections"] if "items" in one),
        },
        participants_words=data["actors_text"],
        at=[commune, *districts],
    )
    _take_part(programme, data, ref)
    amount = data["amount"]
    _part(
        *(Sum, programme, f"{ref}/M1", 0),
        label=amount["label"],
        words=amount["text"],
        nature=Nature.UNKNOWN,
    )
    for order, one in enumerate(data["components"]):
        component = _part(
            *(Component, programme, f"{ref}/C{order + 1}", order), label=one["label"], level=None
        )
        if component.level is None and one["_level"] == "unknown":
            open_gap(programme, "level", shaping.ref_of(component), "Niveau perdu dans la source")
    issues, items = _section(data, "enjeux"), _section(data, "items")
    for order, words in enumerate(issues):
        _part(Remaining, programme, f"{ref}/E{order + 1}", order, words=words)
    for order, one in enumerate(items):
        _part(
            *(Method, programme, f"{ref}/R{order + 1}", order),
            kind=_METHODS.get(one["_kind"], MethodKind.OTHER),
            words=one["text"],
            quantity_words=one.get("quantity") or str(one.get("_quantity") or ""),
        )
    shaping.index(programme)
    return programme


def _section(data: Said, name: str) -> list[Any]:
    return [row for section in data["sections"] for row in section.get(name, ())]


def _take_part(programme: Programme, data: Said, ref: str) -> None:
    """Who takes part, in the printed order and groups. Private persons of a team are left out."""
    heads = {one["group"] for one in data["actors"] if one["group"]}
    for order, one in enumerate(data["actors"]):
        body = _body(f"{ref}/jury", one["name"], BodyKind.CITIZENS_JURY) if _is_jury(one) else None
        if body is not None and body not in programme.bodies:
            programme.bodies.append(body)
        doubtful = bool(one.get("_proposed_split"))
        is_one = not doubtful and "_note" not in one and one["name"] not in heads
        if is_one and one["name"][:1].isupper():
            organisations([one["name"]])
        participant = _part(
            *(Participant, programme, f"{ref}/A{order + 1}", order),
            named=one["name"],
            group=one["group"] or "",
            is_doubtful=doubtful,
            body=body,
        )
        if doubtful and participant.is_doubtful:
            proposed = " / ".join(one["_proposed_split"])
            words = f"« {one['name']} » : peut-être deux noms ({proposed})"
            open_gap(programme, "actor_to_split", shaping.ref_of(participant), words)
    role = _label(_find(data["labels"], "equipe"))
    team = [one for one in data["team"] if one["_kind"] == "organisation"]
    for order, one in enumerate(team, start=len(data["actors"])):
        organisations([one["name"]])
        _part(*(Participant, programme, f"{ref}/T{order}", order), named=one["name"], role=role)


def _is_jury(one: Said) -> bool:
    return "jury" in fold(one["name"]).split()


def agreement(data: Said, ref: str) -> Programme:
    """A territorial agreement: what it is for, its three steps, who signs, who may enter, who
    steers. Its steps keep their printed order, though the second begins before the first."""
    title = data["action"]
    detail = data["detail"]
    scales = "\n".join(f"- {words}" for words in data["echelles_intervention"])
    programme = _programme(
        ref,
        title=title,
        subtitle=data["document_type"],
        kind=ProgrammeKind.CONTRACT,
        introduction="\n\n".join(
            [*data["presentation"], scales, data["presentation_fin"]]
            + [f"## {data['detail_label']}", detail["intro"]]
        ),
        legal_framework=[one["text"] for one in data["legal_framework"]],
        headings={
            "title": data["action_label"],
            "objectives": data["objectives_label"],
            "phases": data["calendar_label"],
        },
        at=_town_in(title),
    )
    for order, words in enumerate(data["objectives"]):
        _part(Objective, programme, f"{ref}/O{order + 1}", order, title=words)
    for order, one in enumerate(data["phases"]):
        start, end = _printed_span(one["label"])
        _part(
            *(ProgrammePhase, programme, f"{ref}/P{order + 1}", order),
            label=one["label"],
            kind=PhaseKind(_PHASES.get(one["_kind"], "other")),
            start_words=start,
            end_words=end,
            lines=one["items"],
        )
    criteria = data["eligibility_criteria"]
    sentence = next((words for words in data["presentation"] if criteria[0]["text"] in words), "")
    signed = _part(
        *(Agreement, programme, f"{ref}/convention", 0),
        title=title,
        purpose=data["presentation"][1],
        framework=data["presentation"][2],
        criteria_words=sentence,
    )
    for order, one in enumerate(data["signatories"]):
        _part(AgreementSignatory, signed, f"{ref}/S{order + 1}", order, named=one["name"])
    for order, one in enumerate(criteria):
        _part(Criterion, signed, f"{ref}/K{order + 1}", order, words=one["text"])
    for order, one in enumerate(detail["governance"]):
        name = one["body"].removeprefix("une ").removeprefix("un ")
        body = _body(
            *(f"{ref}/G{order + 1}", name, _body_kind(name)),
            words=one["text"],
            presidency=one["chair"] or "",
        )
        if body not in programme.bodies:
            programme.bodies.append(body)
    shaping.index(programme)
    return programme


def _printed_span(label: str) -> tuple[str, str]:
    """The two dates a label prints: « Phase 1 … d'octobre 2007 à Mars 2008 »."""
    found = dates.find(label)
    start, _to, end = found[0].text.removeprefix("de ").partition(" à ") if found else ("",) * 3
    return start, end


def _proper(name: str) -> str:
    return name.title() if name.isupper() else name


def call(data: Said, ref: str, act: Act | None = None) -> Programme:
    """A programme of experiments and its call: who leads it, who was chosen, for how long."""
    said = data["programme"]
    programme = _programme(
        ref,
        title=said["name"],
        kind=ProgrammeKind.INNOVATION,
        owner_words=said["lead"],
        introduction="\n\n".join(data["paragraphs"][:3]),
        at=[_place(_district(data["territory"]["quartier"]), PlaceKind.DISTRICT)],
    )
    for order, one in enumerate(data["partners"]):
        organisations([_bare(one["name"])])
        _part(
            *(Participant, programme, f"{ref}/A{order + 1}", order),
            named=one["name"],
            role=one["role"],
        )
    launched = _part(
        *(Call, programme, f"{ref}/appel", 0),
        title=said["call"],
        launched_by=said["lead"],
        cohort=data["laureates"]["label"],
        duration_words=said["experiment_duration"],
        months=said["_duration_months"],
        experimenters=said["experimenters"],
    )
    for order, city in enumerate(data["laureates"]["cities"]):
        own = city == data["territory"]["_commune"]
        _place(city, PlaceKind.COMMUNE)
        _part(
            *(Candidate, launched, f"{ref}/L{order + 1}", order),
            named=city,
            choice=Choice.LAUREATE,
            area=data["territory"]["text"] if own else "",
            strengths=[one["text"] for one in data["local_dynamics"]] if own else [],
        )
    signed = _part(
        *(Agreement, programme, f"{ref}/convention", 0),
        title=data["annexes"][0]["text"],
        purpose=data["proposed_decision"],
    )
    if act is not None:
        launched.act = launched.act or act
        signed.act = signed.act or act
        programme.act = programme.act or act
    shaping.index(programme)
    return programme


def governance(
    data: Said, ref: str, programme: Programme | None = None, act: Act | None = None
) -> Programme:
    """A roadmap's own page, and the bodies that steer, advise and follow it."""
    roadmap = data["feuille_de_route"]
    if programme is None:
        programme = _programme(
            ref,
            title=roadmap["title"],
            subtitle=roadmap["subtitle"],
            kind=ProgrammeKind.ROADMAP,
            period_words=_period_in(roadmap["title"]),
            owner_words=roadmap["footer"][0],
            at=[found] if (found := _territory_of(roadmap["footer"][0])) else [],
        )
    programme.act = programme.act or act
    for order, one in enumerate(data["gouvernance"]):
        body = _body(
            *(f"{ref}/G{order + 1}", one["name"], _BODIES.get(one["_kind"], BodyKind.OTHER)),
            words=one["role"],
            rhythm_words=one.get("periodicity") or "",
        )
        if body not in programme.bodies:
            programme.bodies.append(body)
    shaping.index(programme)
    return programme


def _period_in(title: str) -> str:
    found = dates.find(title)
    return found[-1].text if found else ""


# Rows keyed by the source.


def _programme(ref: str, *, title: str, at: Iterable[Place] = (), **said: Any) -> Programme:
    """The programme of this source: made once, then left to those who correct it."""
    found = db.session.scalar(sa.select(Programme).where(Programme.external_ref == ref))
    if found is not None:
        return found
    state = said.pop("state", ProgrammeState.UNKNOWN)
    programme = Programme(
        slug=distinct(slugify(title, default="programme"), queries.is_taken),
        title=title,
        external_ref=ref,
        state=state,
        published_at=clock.now(),
    )
    db.session.add(programme)
    shaping.apply(programme, **said)
    programme.places = list({place.id: place for place in at}.values())
    db.session.flush()
    return programme


def _part(model: type[Any], owner: Any, ref: str, order: int, **said: Any) -> Any:
    """The part of this place in the source: made once, then left to those who correct it."""
    found = db.session.scalar(sa.select(model).where(model.external_ref == ref))
    if found is not None:
        return found
    return shaping.make(model, owner, ref=ref, order=order, **said)


def _body(ref: str, name: str, kind: BodyKind, **said: Any) -> Body:
    found = db.session.scalar(sa.select(Body).where(Body.external_ref == ref))
    if found is not None:
        return found
    body = Body(
        slug=distinct(slugify(name, default="instance"), queries.is_body_taken),
        name=name,
        kind=kind,
        external_ref=ref,
        published_at=clock.now(),
        **said,
    )
    db.session.add(body)
    db.session.flush()
    shaping.index_body(body)
    return body


def _town_in(title: str) -> list[Place]:
    """The town at the end of a title (« … D'IGNY »); none where the title names none."""
    town = title.rpartition("'")[2] if "'" in title else ""
    return [_place(_proper(town), PlaceKind.COMMUNE)] if town else []


def _place(name: str, kind: PlaceKind) -> Place:
    """The place of this name under any spelling, put on the map of the site if it is new."""
    return place_named(name) or places([name], kind=kind)[0]


def _territory_of(authority: str) -> Place | None:
    """The place an authority governs, where the site knows it: « Département de la Côte »."""
    match = re.match(
        r"(?:Département|Région|Ville|Commune|Métropole) (?:de la|de l'|du|des|de|d')\s*", authority
    )
    return place_named(authority[match.end() :]) if match else None


def _district(name: str) -> str:
    """« Blagis » goes by « Les Blagis » where the site knows it so."""
    known = place_named(f"Les {name}")
    return known.name if known else name


def _bare(name: str) -> str:
    """A name without the article a sentence gave it."""
    for article in ("La ", "Le ", "Les ", "L'"):
        if name.startswith(article):
            return name.removeprefix(article)
    return name


# Words of the source.


def _facts(labels: Sequence[str], *values: str) -> list[list[str]]:
    return [[_label(label), words] for label, words in zip(labels, values, strict=False)]


def _find(labels: Iterable[str], word: str) -> str:
    """The printed label that begins with this word."""
    return next((words for words in labels if fold(words).startswith(word)), "")


def _label(printed: str) -> str:
    return printed.rstrip(" :")


def _joined(said: Said, *names: str) -> str:
    return ", ".join(said[name] for name in names)


def _prose(sections: Iterable[tuple[str, Iterable[str]]]) -> str:
    return "\n\n".join(
        "\n\n".join([f"## {title}", *paragraphs])
        for title, some in sections
        if (paragraphs := [*some])
    )


_METHODS = {
    "entretiens": MethodKind.INTERVIEW,
    "atelier_thematique": MethodKind.WORKSHOP,
    "atelier_strategique": MethodKind.WORKSHOP,
    "evaluation": MethodKind.EVALUATION,
    "capitalisation": MethodKind.FEEDBACK,
}
_PHASES = {"diagnostic": "diagnosis", "bilan": "review", "orientations": "orientations"}
_BODIES = {
    "gouvernance_interne": BodyKind.MISSION,
    "organe_deliberant": BodyKind.ASSEMBLY,
    "commission": BodyKind.COMMISSION,
    "instance_citoyenne": BodyKind.RESIDENTS,
    "conference": BodyKind.CONFERENCE,
    "groupe_de_travail": BodyKind.WORKING_GROUP,
}
_NAMED: tuple[tuple[str, BodyKind], ...] = (
    ("technique", BodyKind.TECHNICAL),
    ("pilotage", BodyKind.STEERING),
)


def _body_kind(name: str) -> BodyKind:
    words = fold(name).split()
    return next((kind for word, kind in _NAMED if word in words), BodyKind.OTHER)
