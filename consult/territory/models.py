"""The places people speak of, and the bodies that act there, under all their names."""

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.db import choice, db
from consult.core.i18n import _
from consult.core.slugs import distinct, slugify
from consult.core.text import fold


class PlaceKind(StrEnum):
    COMMUNE = "commune"
    DISTRICT = "district"
    SITE = "site"

    @property
    def label(self) -> LazyString:
        return KINDS[self]


KINDS = {
    PlaceKind.COMMUNE: _("Municipality"),
    PlaceKind.DISTRICT: _("District"),
    PlaceKind.SITE: _("Site, street or building"),
}


class Place(db.Model):
    """A place: one preferred name, and every other spelling it is looked for by."""

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[PlaceKind] = choice(PlaceKind, default=PlaceKind.SITE)
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    parent: Mapped["Place | None"] = relationship(remote_side="Place.id")

    @property
    def names(self) -> list[str]:
        return [self.name, *self.aliases]

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


class Organisation(db.Model):
    """A body that carries or helps: one preferred name, an acronym, other names it goes by."""

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    acronym: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(sa.JSON, default=list)

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


def _own_slug(model: type[Place] | type[Organisation], name: str, default: str) -> str:
    def is_taken(slug: str) -> bool:
        exists = sa.select(sa.exists().where(model.slug == slug))
        return slug in ("nouveau", "nouvelle") or bool(db.session.scalar(exists))

    return distinct(slugify(name, default=default), is_taken)
