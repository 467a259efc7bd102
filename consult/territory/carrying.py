"""How a printed document or a file of open data puts places on the map: once, nothing invented."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from consult.core import dates
from consult.core.db import db
from consult.core.text import fold
from consult.gaps.models import open_gap
from consult.territory import queries
from consult.territory.files import Commune, Found
from consult.territory.geometry import Geometry
from consult.territory.models import (
    ChangeKind,
    Generation,
    Lies,
    Organisation,
    Perimeter,
    Place,
    PlaceChange,
    PlaceKind,
)

# Finding or making, under any name.


def places(names: Iterable[str], *, kind: PlaceKind = PlaceKind.SITE) -> list[Place]:
    """The places of these names, in order, found under any spelling, else put on the map."""
    known = Known()
    return [known.place(name, kind) for name in names if fold(name)]


def organisations(names: Iterable[str]) -> list[Organisation]:
    """The bodies of these names, in order, found under any spelling, else made known."""
    by_name = queries.organisations_by_name()
    found = []
    for name in names:
        if not fold(name):
            continue
        body = by_name.get(fold(name)) or queries.organisation_named(name)
        if body is None:
            body = Organisation.new(name)
            db.session.flush()
            by_name[fold(name)] = body
        found.append(body)
    return found


class Known:
    """The places and what lies in what, read once, so that a whole file asks little."""

    def __init__(self) -> None:
        self.by_name = queries.places_by_name()
        self.links: dict[int, dict[int, Lies]] = {}
        for link in db.session.scalars(sa.select(Lies)):
            self.links.setdefault(link.place_id, {})[link.parent_id] = link

    def place(self, name: str, kind: PlaceKind = PlaceKind.SITE) -> Place:
        """The place of this name, else a new one."""
        place = self.by_name.get(fold(name))
        if place is None:
            place = Place.new(name, kind=kind)
            db.session.flush()
            self.by_name[fold(name)] = place
        return place

    def commune(self, commune: Commune) -> Place:
        """The municipality of this code or this name; its code is kept where it was not known."""
        place = self.by_name.get(fold(commune.insee)) if commune.insee else None
        if place is None:
            place = self.by_name.get(fold(commune.name))
            if place is not None and place.kind != PlaceKind.COMMUNE:
                place = None
        if place is None:
            place = Place.new(commune.name or commune.insee, kind=PlaceKind.COMMUNE)
            db.session.flush()
            self.by_name.setdefault(fold(place.name), place)
        if commune.insee and place.insee is None:
            place.insee = commune.insee
            self.by_name.setdefault(fold(commune.insee), place)
        return place

    def lay(self, place: Place, parent: Place, since: date | None = None) -> bool:
        """Have a place lie in another; True where it did not yet."""
        links = self.links.setdefault(place.id, {})
        if parent.id in links or parent is place:
            return False
        links[parent.id] = Lies(place_id=place.id, parent_id=parent.id, valid_from=since)
        db.session.add(links[parent.id])
        return True

    def lies_in(self, place: Place, communes: Iterable[Place]) -> bool:
        """Whether a place lies in one of these municipalities, or in none that is known."""
        own = self.links.get(place.id, {})
        return not own or any(commune.id in own for commune in communes)


# A file of perimeters.


class Brought(NamedTuple):
    """What a file changed, counted."""

    created: int
    changed: int
    unchanged: int
    redrawn: int


def bring(found: Iterable[Found], *, since: date | None = None, source: str = "") -> Brought:
    """Put the places of a file on the map; what is already there, drawn so, stays as it is.

    A place is known by its code, else by its name in one of its municipalities. `since`: the day
    from which the outlines hold; the one before ends the day before.
    """
    known = Known()
    outlines: dict[int, list[Perimeter]] = {}
    for perimeter in db.session.scalars(
        sa.select(Perimeter).options(undefer(Perimeter.geometry)).order_by(Perimeter.id)
    ):
        outlines.setdefault(perimeter.place_id, []).append(perimeter)
        if perimeter.code:
            known.by_name.setdefault(fold(perimeter.code), perimeter.place)
    created = changed = unchanged = redrawn = 0
    for one in found:
        communes = [known.commune(commune) for commune in one.communes]
        place = _known(one, known, communes)
        is_new = place is None
        if place is None:
            place = _made(one, known, communes, since)
        is_changed = _take_code(place, one, known)
        for commune in communes:
            is_changed |= known.lay(place, commune, None if is_new else since)
        is_drawn = one.geometry is not None and redraw(
            place,
            one.geometry,
            outlines.setdefault(place.id, []),
            since=since,
            code=one.code if one.kind == PlaceKind.PRIORITY else "",
            source=source,
        )
        redrawn += is_drawn
        created += is_new
        changed += not is_new and (is_changed or is_drawn)
        unchanged += not (is_new or is_changed or is_drawn)
    db.session.flush()
    return Brought(created, changed, unchanged, redrawn)


def _known(one: Found, known: Known, communes: list[Place]) -> Place | None:
    if one.code and (place := known.by_name.get(fold(one.code))):
        return place
    spellings = [one.name, *(_in_commune(one.name, commune) for commune in communes)]
    for name in spellings:
        place = known.by_name.get(fold(name))
        if place is not None and place.kind == one.kind and known.lies_in(place, communes):
            return place
    return None


def _made(one: Found, known: Known, communes: list[Place], since: date | None) -> Place:
    """A new place; where its name is taken, the municipality tells it from the other."""
    name = one.name
    if fold(name) in known.by_name:
        name = _in_commune(name, communes[0]) if communes else f"{name} ({one.code})"
    if fold(name) in known.by_name:
        name = f"{name} ({one.code or one.line})"
    place = Place.new(name, kind=one.kind)
    place.valid_from = since if one.kind == PlaceKind.PRIORITY else None
    db.session.flush()
    known.by_name[fold(name)] = place
    return place


def _in_commune(name: str, commune: Place) -> str:
    return f"{name} ({commune.name})"


def _take_code(place: Place, one: Found, known: Known) -> bool:
    """Note the code of a place; a former one goes on leading to it."""
    column = "insee" if one.kind == PlaceKind.COMMUNE else "qpv"
    before = getattr(place, column)
    if not one.code or before == one.code or fold(one.code) in map(fold, place.aliases):
        return False
    setattr(place, column, one.code)
    known.by_name.setdefault(fold(one.code), place)
    if before:
        place.go_by(place.name, [*place.aliases, before])
    return True


def redraw(
    place: Place,
    geometry: Geometry,
    perimeters: list[Perimeter],
    *,
    since: date | None = None,
    code: str = "",
    source: str = "",
) -> bool:
    """Draw a place anew from a day on; False where it was drawn just so already.

    `perimeters`: those it has, with their points; the new one joins them. The one in force on that
    day ends the day before; one that began on that very day is drawn over.
    """
    start = since or date.min
    standing = next((one for one in perimeters if one.holds_on(start)), None)
    if standing is not None and standing.geometry == geometry:
        return False
    later = [one.valid_from for one in perimeters if one.valid_from and one.valid_from > start]
    if standing is not None and (standing.valid_from or date.min) == start:
        standing.geometry, standing.source = geometry, source or standing.source
        standing.code = code or standing.code
        return True
    if standing is not None:
        standing.valid_to = start - timedelta(days=1)
    made = Perimeter(
        place_id=place.id,
        geometry=geometry,
        valid_from=since,
        valid_to=min(later) - timedelta(days=1) if later else None,
        code=code,
        source=source,
    )
    db.session.add(made)
    perimeters.append(made)
    return True


# The geography of a printed roadmap.

_AND = re.compile(r"\s*/\s*|\s+et\s+|\s*,\s*")


class Carried(NamedTuple):
    """What the geography of a document gave: the generations before and after, and the places."""

    before: Generation
    after: Generation
    places: int


def geography(data: Mapping[str, Any], ref: str) -> Carried:
    """Two generations of a priority geography and what moved between them, word for word.

    `data`: the whole transcription; keys that begin with `_` are derived, the rest is printed.
    What was carried in before is left as it stands.
    """
    told = data["feuille_de_route"]["geographie"]
    carrier = _Geography(told, ref, _title(data), data["feuille_de_route"].get("title") or "")
    return carrier.carry(
        [
            *((one["name"], one.get("communes_text")) for one in _listed(data)),
            *((one["name"], one.get("commune")) for one in _measured(data)),
        ]
    )


def _title(data: Mapping[str, Any]) -> str:
    """The territory a document speaks of: what stands before the dash of its title."""
    return str(data["_meta"]["_title"]).partition(" – ")[0].strip()


def _listed(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return data.get("autres_quartiers_cites") or []


def _measured(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    zoom = data["feuille_de_route"].get("zoom") or {}
    return zoom.get("donnees_par_quartier") or []


class _Geography:
    """One document being carried in."""

    def __init__(self, told: Mapping[str, Any], ref: str, territory: str, source: str) -> None:
        self.told, self.ref, self.source = told, ref, source
        self.known = Known()
        self.territory = self.known.place(territory, PlaceKind.DEPARTMENT)
        self.start = date.fromisoformat(told["_effective"])
        self.act_words = told["decree"]["text"]
        self.spellings = told.get("_spelling_variants") or []
        self.touched: set[int] = set()

    def carry(self, cited: Iterable[tuple[str, str | None]]) -> Carried:
        told = self.told
        before, after = self._before(), self._after()
        eve = self.start - timedelta(days=1)
        for one in told.get("entering") or ():
            place = self._district(one["name"], one["_communes"], after)
            self._change(after, place, ChangeKind.ENTERING, one["text"])
        for one in told.get("leaving") or ():
            place = self._district(one["name"], one["_communes"], before)
            if place.valid_to is None:
                place.valid_to = eve
            self._change(after, place, ChangeKind.LEAVING, one["text"])
        for name, communes in cited:
            self._district(name, _AND.split(communes) if communes else (), before)
        entering = told.get("new_communes") or {}
        for name in entering.get("communes") or ():
            commune = self._commune(name)
            self._change(after, commune, ChangeKind.ENTERING, entering["title"])
        self._reshaped(after)
        self._spell()
        for balance in queries.balances(queries.Era(after, before, None), self._changes(after)):
            if not balance.is_right:
                self._contradiction(after, balance)
        db.session.flush()
        return Carried(before, after, len(self.touched))

    # The two generations.

    def _before(self) -> Generation:
        printed = self.told["before"]
        period = dates.parse(printed["period"])
        start = period.start or self.start
        return self._generation(f"{self.ref}/{printed['period']}", printed, start, "")

    def _after(self) -> Generation:
        return self._generation(
            f"{self.ref}/{self.told['_effective']}", self.told["after"], self.start, self._prose()
        )

    def _generation(
        self, ref: str, printed: Mapping[str, Any], start: date, words: str
    ) -> Generation:
        found = db.session.scalar(sa.select(Generation).filter_by(external_ref=ref))
        if found is not None:
            return found
        share = printed.get("_share_pct")
        made = Generation.new(
            f"{self.territory.name} {printed.get('period') or start.year}",
            starts_on=start,
            place=self.territory,
            kind=PlaceKind.PRIORITY,
            period_words=printed.get("period") or self.told["effective"],
            number=printed.get("_qpv"),
            number_words=printed.get("qpv") or "",
            communes=printed.get("_communes"),
            communes_words=printed.get("communes") or "",
            population=printed.get("_population"),
            population_words=printed.get("population") or "",
            share_permille=None if share is None else round(share * 10),
            share_words=printed.get("share") or "",
            words=words,
            source=self.source,
            external_ref=ref,
        )
        db.session.flush()
        return made

    def _prose(self) -> str:
        """All the document says of the new geography, under its own titles."""
        told = self.told
        sections: list[tuple[str | None, list[str | None]]] = [
            (told.get("title"), []),
            *((None, [words]) for words in told.get("paragraphs", ())),
            (told.get("changes_title"), [told.get("changes_intro")]),
            (told.get("entering_title"), [f"- {one['text']}" for one in told["entering"]]),
            (told.get("leaving_title"), [f"- {one['text']}" for one in told["leaving"]]),
        ]
        for name in ("new_communes", "enlarged", "precarity", "renewal"):
            part = told.get(name) or {}
            sections.append((part.get("title"), [part.get("paragraph")]))
        sections.append((told.get("map_title"), []))
        parts: list[str] = []
        for title, lines in sections:
            parts += [f"## {title}"] if title else []
            parts.append("\n".join(line for line in lines if line))
        return "\n\n".join(part for part in parts if part)

    # Places and what became of them.

    def _commune(self, name: str) -> Place:
        commune = self.known.commune(Commune(name, ""))
        self.known.lay(commune, self.territory)
        self.touched.add(commune.id)
        return commune

    def _district(self, name: str, communes: Iterable[str], since: Generation) -> Place:
        place = self._called(name) or self.known.place(name, PlaceKind.PRIORITY)
        if place.kind == PlaceKind.SITE:
            place.kind = PlaceKind.PRIORITY
        if place.id not in self.touched and place.valid_from is None and not place.qpv:
            place.valid_from = since.starts_on
            place.from_words = "" if since.has_day else since.period_words
        self.touched.add(place.id)
        held = [self._commune(commune) for commune in communes if fold(commune)]
        for commune in held or [self.territory]:
            self.known.lay(place, commune)
        return place

    def _called(self, name: str) -> Place | None:
        """A place already known under this spelling or one the document uses for the same."""
        if place := self.known.by_name.get(fold(name)):
            return place
        for spellings in self.spellings:
            if fold(name) in map(fold, spellings):
                for spelling in spellings:
                    if place := self.known.by_name.get(fold(spelling)):
                        self.known.by_name[fold(name)] = place
                        return place
        return None

    def _change(self, after: Generation, place: Place, kind: ChangeKind, words: str) -> None:
        if queries.change_between(after, place) is None:
            made = PlaceChange(
                generation_id=after.id,
                place_id=place.id,
                kind=kind,
                words=words,
                act_words=self.act_words,
            )
            db.session.add(made)

    def _reshaped(self, after: Generation) -> None:
        """The districts the document says were reduced or enlarged, found by their names in it."""
        communes = self.told.get("new_communes") or {}
        enlarged = self.told.get("enlarged") or {}
        for words, paragraph, kind in (
            (enlarged.get("only_reduced"), enlarged.get("paragraph"), ChangeKind.REDUCED),
            (
                _enlarged_in(communes.get("paragraph")),
                communes.get("paragraph"),
                ChangeKind.ENLARGED,
            ),
        ):
            place = self._named_in(words) if words else None
            if place is not None:
                self._change(after, place, kind, paragraph or words or "")
                if kind == ChangeKind.ENLARGED:
                    self._newly_in(place, communes.get("communes") or ())

    def _newly_in(self, place: Place, communes: Iterable[str]) -> None:
        """A district that grew into a new municipality lies there from that day only."""
        for name in communes:
            commune = self.known.by_name.get(fold(name))
            link = self.known.links.get(place.id, {}).get(commune.id) if commune else None
            if link is not None and link.valid_from is None:
                link.valid_from = self.start

    def _named_in(self, words: str) -> Place | None:
        """The district a phrase names: « le quartier de Chantereine à Alfortville »."""
        said = f" {fold(words)} "
        found = [
            place
            for name, place in self.known.by_name.items()
            if f" {name} " in said and place.kind == PlaceKind.PRIORITY
        ]
        return max(found, key=lambda place: len(place.name), default=None)

    def _spell(self) -> None:
        """Every spelling of the document leads to one place; an editor says which is right."""
        for spellings in self.spellings:
            place = self._called(spellings[0])
            if place is None:
                continue
            place.go_by(place.name, [*place.aliases, *spellings])
            open_gap(place, "spelling", self.ref, " / ".join(spellings))

    def _changes(self, after: Generation) -> list[PlaceChange]:
        db.session.flush()
        return queries.changes_in(after)

    def _contradiction(self, after: Generation, balance: queries.Balance) -> None:
        words = f"{balance.before} + {balance.entering} − {balance.leaving} ≠ {balance.after}"
        open_gap(after, "contradiction", f"{self.ref}/{balance.kind}", words)


def _enlarged_in(paragraph: str | None) -> str | None:
    """The words on a district that grew: « l'agrandissement du quartier de Lallier qui… »."""
    found = re.search(r"agrandissement du quartier de (.+?) qui\b", paragraph or "")
    return found[1] if found else None
