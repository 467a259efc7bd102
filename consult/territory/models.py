"""The places people speak of, and the bodies that act there, under all their names and in time."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import dates
from consult.core.db import choice, db
from consult.core.i18n import Labelled, _
from consult.core.personal import impersonal
from consult.core.slugs import distinct, slugify
from consult.core.text import fold


class PlaceKind(Labelled):
    """What a place is, from the widest to the nearest."""

    DEPARTMENT = "department", _("Department")
    GROUPING = "grouping", _("Grouping of municipalities (EPCI, EPT)")
    COMMUNE = "commune", _("Municipality")
    PRIORITY = "priority", _("Priority district (QPV)")
    WATCHED = "watched", _("District under active watch (QVA)")
    DISTRICT = "district", _("District")
    SITE = "site", _("Site, street or building")

    @property
    def plural(self) -> LazyString:
        return PLURALS[self]


PLURALS = {
    PlaceKind.DEPARTMENT: _("Departments"),
    PlaceKind.GROUPING: _("Groupings of municipalities"),
    PlaceKind.COMMUNE: _("Municipalities"),
    PlaceKind.PRIORITY: _("Priority districts (QPV)"),
    PlaceKind.WATCHED: _("Districts under active watch (QVA)"),
    PlaceKind.DISTRICT: _("Districts"),
    PlaceKind.SITE: _("Sites, streets and buildings"),
}
DISTRICTS = (PlaceKind.PRIORITY, PlaceKind.WATCHED, PlaceKind.DISTRICT)
# What other places may lie in.
HOLDERS = tuple(kind for kind in PlaceKind if kind != PlaceKind.SITE)


class ChangeKind(Labelled):
    """What a new generation of the geography does to a place."""

    ENTERING = "entering", _("Entry")
    LEAVING = "leaving", _("Exit")
    ENLARGED = "enlarged", _("Enlargement")
    REDUCED = "reduced", _("Reduction")
    UNCHANGED = "unchanged", _("No change")

    @property
    def plural(self) -> LazyString:
        return SEVERAL_CHANGES[self]


SEVERAL_CHANGES = {
    ChangeKind.ENTERING: _("Entries"),
    ChangeKind.LEAVING: _("Exits"),
    ChangeKind.ENLARGED: _("Enlargements"),
    ChangeKind.REDUCED: _("Reductions"),
    ChangeKind.UNCHANGED: _("Without change"),
}


class OrganisationKind(Labelled):
    AUTHORITY = "authority", _("Local authority")
    STATE = "state", _("State")
    LANDLORD = "landlord", _("Social landlord")
    ASSOCIATION = "association", _("Association")
    COMPANY = "company", _("Company")
    BODY = "body", _("Committee, council or commission")
    ESTABLISHMENT = "establishment", _("Public establishment or service")


def _in_order(name: str = "order") -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name=name
    )


class _InTime:
    """Something true from a day to a day; an empty end means that nobody said when."""

    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # the last day on which it was so

    def holds_on(self, day: date) -> bool:
        """Whether it was so on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Place(_InTime, db.Model):
    """A place: one preferred name, every other spelling, its codes, and since when it is one."""

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[PlaceKind] = choice(PlaceKind, default=PlaceKind.SITE)
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    insee: Mapped[str | None] = mapped_column(sa.String(5), unique=True)
    siren: Mapped[str | None] = mapped_column(sa.String(9), unique=True)
    qpv: Mapped[str | None] = mapped_column(sa.String(8), unique=True)
    from_words: Mapped[str] = mapped_column(default="")  # as printed, where it gives no first day
    # The place this entry turned out to be: its address leads there.
    merged_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    merged: Mapped["Place | None"] = relationship(remote_side="Place.id")

    __table_args__ = (
        _in_order(),
        sa.CheckConstraint("merged_id IS NULL OR merged_id <> id", name="not_itself"),
    )

    @property
    def names(self) -> list[str]:
        return [self.name, *self.aliases]

    @property
    def codes(self) -> list[str]:
        return [code for code in (self.insee, self.siren, self.qpv) if code]

    @classmethod
    def new(
        cls, name: str, *, kind: PlaceKind = PlaceKind.SITE, aliases: Iterable[str] = ()
    ) -> "Place":
        """Put a place on the map of the site, under an address of its own."""
        place = cls(slug=_own_slug(cls, name, "lieu"), name=name, kind=kind)
        place.go_by(name, aliases)
        db.session.add(place)
        return place

    def go_by(self, name: str, aliases: Iterable[str]) -> None:
        """Take this name, and be found by these as well; the former name is never lost."""
        self.aliases = _others(name, [self.name, *aliases])
        self.name = name


class Lies(_InTime, db.Model):
    """A place lies in another one, or in several, from a day to a day."""

    __tablename__ = "place_parent"

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship(foreign_keys=place_id)
    parent: Mapped[Place] = relationship(foreign_keys=parent_id)

    __table_args__ = (
        sa.UniqueConstraint("place_id", "parent_id"),
        sa.CheckConstraint("place_id <> parent_id", name="elsewhere"),
        _in_order(),
    )


class Perimeter(_InTime, db.Model):
    """The outline of a place, as one act or one file drew it, from a day to a day."""

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), index=True)
    code: Mapped[str] = mapped_column(default="")  # the code it was drawn under
    # GeoJSON in WGS 84: heavy, so read only by who draws it.
    geometry: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    source: Mapped[str] = mapped_column(default="")
    place: Mapped[Place] = relationship()

    __table_args__ = (_in_order(),)


class Generation(db.Model):
    """One generation of a geography: what it counted when it came into force, as printed."""

    slug: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    kind: Mapped[PlaceKind] = choice(PlaceKind, default=PlaceKind.PRIORITY)  # what it lists
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    starts_on: Mapped[date]
    period_words: Mapped[str] = mapped_column(default="")  # as printed: « 2015-2023 »
    # Each total as a number to reckon with, and in the words of the source.
    number: Mapped[int | None]
    number_words: Mapped[str] = mapped_column(default="")
    communes: Mapped[int | None]
    communes_words: Mapped[str] = mapped_column(default="")
    population: Mapped[int | None]
    population_words: Mapped[str] = mapped_column(default="")
    share_permille: Mapped[int | None]  # of the inhabitants: 103 is 10.3 %
    share_words: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")  # what the source says of it
    source: Mapped[str] = mapped_column(default="")
    source_url: Mapped[str] = mapped_column(default="")
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    place: Mapped[Place | None] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("kind", "place_id", "starts_on"),
        sa.CheckConstraint(
            "coalesce(number, 0) >= 0 AND coalesce(communes, 0) >= 0"
            " AND coalesce(population, 0) >= 0 AND coalesce(share_permille, 0) BETWEEN 0 AND 1000",
            name="totals",
        ),
    )

    @property
    def has_day(self) -> bool:
        """Whether its first day is known, and not only a period as printed."""
        return not self.period_words or dates.parse(self.period_words).day is not None

    @classmethod
    def new(cls, label: str, *, starts_on: date, place: Place | None, **said: Any) -> "Generation":
        """Note a generation of a geography, under an address of its own."""
        made = cls(
            slug=_own_slug(cls, label, "geographie"),
            label=label,
            starts_on=starts_on,
            place=place,
            **said,
        )
        db.session.add(made)
        return made


class PlaceChange(db.Model):
    """What a generation did to one place, in the words of the act that did it."""

    __tablename__ = "place_change"

    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"), index=True)
    generation_id: Mapped[int] = mapped_column(sa.ForeignKey("generation.id"))
    kind: Mapped[ChangeKind] = choice(ChangeKind)
    words: Mapped[str] = mapped_column(default="")
    act_words: Mapped[str] = mapped_column(default="")  # « décret n° 2023-1314 »
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("act.id"))
    url: Mapped[str] = mapped_column(default="")
    place: Mapped[Place] = relationship()
    generation: Mapped[Generation] = relationship()

    __table_args__ = (sa.UniqueConstraint("generation_id", "place_id"),)


class Organisation(db.Model):
    """A body that carries or helps: one preferred name, an acronym, other names it goes by."""

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    acronym: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    kind: Mapped[OrganisationKind | None] = choice(OrganisationKind)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    # The body this entry turned out to be: its address leads there.
    merged_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    parent: Mapped["Organisation | None"] = relationship(
        foreign_keys=parent_id, remote_side="Organisation.id"
    )
    merged: Mapped["Organisation | None"] = relationship(
        foreign_keys=merged_id, remote_side="Organisation.id"
    )

    codes: ClassVar[tuple[str, ...]] = ()

    __table_args__ = (
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("merged_id IS NULL OR merged_id <> id", name="not_itself"),
    )

    @property
    def names(self) -> list[str]:
        return [self.name, *([self.acronym] if self.acronym else []), *self.aliases]

    @classmethod
    def new(
        cls, name: str, *, acronym: str | None = None, aliases: Iterable[str] = ()
    ) -> "Organisation":
        """Make a body known to the site, under an address of its own."""
        organisation = cls(slug=_own_slug(cls, name, "organisation"), name=name)
        organisation.go_by(name, acronym, aliases)
        db.session.add(organisation)
        return organisation

    def go_by(self, name: str, acronym: str | None, aliases: Iterable[str]) -> None:
        """Take this name and acronym, and be found by these as well; the former name stays."""
        self.aliases = _others(name, [self.name, *aliases])
        self.name, self.acronym = name, acronym or None


def _others(name: str, spellings: Iterable[str]) -> list[str]:
    """Every other spelling, once each, in order."""
    kept = {fold(spelling): spelling for spelling in reversed(list(spellings)) if fold(spelling)}
    kept.pop(fold(name), None)
    return list(reversed(kept.values()))


_PAGES = ("nouveau", "nouvelle", "importer", "geographies")


def _own_slug(
    model: type[Place] | type[Organisation] | type[Generation], name: str, default: str
) -> str:
    def is_taken(slug: str) -> bool:
        exists = sa.select(sa.exists().where(model.slug == slug))
        return slug in _PAGES or bool(db.session.scalar(exists))

    return distinct(slugify(name, default=default), is_taken)


impersonal(Place, Lies, Perimeter, Generation, PlaceChange, Organisation)
