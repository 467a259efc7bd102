"""What is measured, where and when: each figure as it was printed, with its source."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import append_only, choice, db
from consult.core.i18n import Labelled, _
from consult.core.personal import impersonal
from consult.core.slugs import slugify
from consult.core.text import fold
from consult.engagements.models import Action, Plan, Sheet
from consult.territory.models import Place

THRESHOLD = 11  # fewer people than that are not shown; the usual limit of fiscal statistics
LOWEST = 5  # no town goes below this

# What an indicator says of itself, but for what it is compared with.
DESCRIBED = (
    *("label", "theme", "collection", "unit", "counts_people", "threshold"),
    *("note_key", "note_words", "reading_key"),
)


class Yardstick(Labelled):
    """What a figure is compared with, so that a gap can be said in words."""

    DEPARTMENT = "department", _("the département")
    TOWN = "town", _("the municipality")
    CLUSTER = "cluster", _("the group of municipalities")
    REGION = "region", _("the region")
    COUNTRY = "country", _("the whole country")


class Quality(Labelled):
    OFFICIAL = "official", _("official figure")
    ESTIMATE = "estimate", _("estimate")


indicator_plan = sa.Table(
    "indicator_plan",
    db.metadata,
    sa.Column("indicator_id", sa.ForeignKey("indicator.id"), primary_key=True),
    sa.Column("plan_id", sa.ForeignKey("plan.id"), primary_key=True, index=True),
)
indicator_action = sa.Table(
    "indicator_action",
    db.metadata,
    sa.Column("indicator_id", sa.ForeignKey("indicator.id"), primary_key=True),
    sa.Column("action_id", sa.ForeignKey("action.id"), primary_key=True, index=True),
)
indicator_sheet = sa.Table(
    "indicator_sheet",
    db.metadata,
    sa.Column("indicator_id", sa.ForeignKey("indicator.id"), primary_key=True),
    sa.Column("sheet_id", sa.ForeignKey("sheet.id"), primary_key=True, index=True),
)


class Indicator(db.Model):
    """Something that is measured. More or less of it is neither good nor bad by itself."""

    slug: Mapped[str] = mapped_column(unique=True)
    collection: Mapped[str] = mapped_column(default="")  # the printed table it stands in
    theme: Mapped[str] = mapped_column(default="")
    label: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")  # what a figure typed without unit is in
    note_key: Mapped[str] = mapped_column(default="")  # « a », as printed beside the label
    note_words: Mapped[str] = mapped_column(default="")
    reading_key: Mapped[str] = mapped_column(default="")
    compared_with: Mapped[Yardstick | None] = choice(Yardstick, nullable=True)
    counts_people: Mapped[bool] = mapped_column(default=False)  # then small numbers are masked
    threshold: Mapped[int | None]  # its own, where the site's does not do
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # one per form shown
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    plans: Mapped[list[Plan]] = relationship(secondary=indicator_plan, order_by=Plan.id)
    actions: Mapped[list[Action]] = relationship(secondary=indicator_action, order_by=Action.id)
    sheets: Mapped[list[Sheet]] = relationship(secondary=indicator_sheet, order_by=Sheet.id)

    __table_args__ = (
        sa.CheckConstraint("label <> ''", name="label"),
        sa.CheckConstraint(f"threshold IS NULL OR threshold >= {LOWEST}", name="threshold"),
    )

    @property
    def title(self) -> str:
        return self.label

    @property
    def is_public(self) -> bool:
        return self.published_at is not None

    def publish(self) -> None:
        """Show it to all; the first day stays."""
        self.published_at = self.published_at or clock.now()


class PrintedTable(db.Model):
    """A table of indicators as a document prints it: what stands before, above and after it."""

    __tablename__ = "printed_table"

    title: Mapped[str] = mapped_column(unique=True)  # what its indicators call their collection
    heading: Mapped[str] = mapped_column(default="")
    introduction: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # one a paragraph
    columns: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    analysis: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    source: Mapped[str] = mapped_column(default="")
    external_ref: Mapped[str | None] = mapped_column(unique=True)

    @property
    def sign_heading(self) -> str:
        """What is printed above the signs alone: « Simplifié »."""
        return next((words for words in self.columns[2:] if "simplif" in fold(words)), "")

    @property
    def gap_headings(self) -> list[str]:
        """What is printed above the gaps, between the two territories and the rest."""
        others = ("annee", "source", fold(self.sign_heading))
        return [words for words in self.columns[2:] if fold(words) not in others]


class _Exact:
    """A number kept digit for digit, so that 19,0 comes back as 19.0 on both engines."""

    number_text: Mapped[str | None] = mapped_column("number", sa.String(40))

    @property
    def number(self) -> Decimal | None:
        return None if self.number_text is None else Decimal(self.number_text)

    @number.setter
    def number(self, value: Decimal | None) -> None:
        self.number_text = None if value is None else f"{value:f}"


class Measure(_Exact, db.Model):
    """One figure of an indicator, somewhere, in a period, from a source. It is never changed."""

    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("place.id"), index=True)
    territory: Mapped[str]  # as printed: « Ensemble des QPV du Val-de-Marne »
    territory_key: Mapped[str]  # the same territory under any spelling
    category: Mapped[str] = mapped_column(default="")  # a part of it: « femmes », else all
    period: Mapped[str] = mapped_column(default="")  # as printed: « 2021 », « 2013-2018 »
    words: Mapped[str] = mapped_column(default="")  # as printed; empty: not communicated
    unit: Mapped[str] = mapped_column(default="")
    quality: Mapped[Quality | None] = choice(Quality, nullable=True)
    source: Mapped[str] = mapped_column(default="")
    gap_words: Mapped[str] = mapped_column(default="")  # « - 3,5 pts »
    gap_number_text: Mapped[str | None] = mapped_column("gap_number", sa.String(40))
    gap_unit: Mapped[str] = mapped_column(default="")
    gap_sign: Mapped[str] = mapped_column(default="")  # « + », as printed: above, never better
    reference_id: Mapped[int | None] = mapped_column(sa.ForeignKey("measure.id"))
    is_total: Mapped[bool] = mapped_column(default=False)  # the sum of the others of its column
    order: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    batch: Mapped[str | None] = mapped_column(sa.String(40), index=True)  # the form it came by
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    indicator: Mapped[Indicator] = relationship()
    place: Mapped[Place | None] = relationship()
    reference: Mapped["Measure | None"] = relationship(remote_side="Measure.id")

    __table_args__ = (
        sa.UniqueConstraint(
            "indicator_id", "territory_key", "category", "period", "source", name="uq_measure_once"
        ),
        sa.CheckConstraint("territory <> ''", name="territory"),
    )

    @property
    def standing(self) -> Place | None:
        """The place it is about today: entries found to be one place are one."""
        return self.place.merged or self.place if self.place else None

    @property
    def key(self) -> str:
        """Where it is, whatever the spelling."""
        return territory_key(self.standing, self.territory)

    @property
    def gap_number(self) -> Decimal | None:
        return None if self.gap_number_text is None else Decimal(self.gap_number_text)

    @gap_number.setter
    def gap_number(self, value: Decimal | None) -> None:
        self.gap_number_text = None if value is None else f"{value:f}"


class Correction(_Exact, db.Model):
    """A figure said again, with the reason; what was printed stays beside it."""

    measure_id: Mapped[int] = mapped_column(sa.ForeignKey("measure.id"), index=True)
    words: Mapped[str] = mapped_column(default="")  # empty: the figure is taken back
    unit: Mapped[str] = mapped_column(default="")
    quality: Mapped[Quality | None] = choice(Quality, nullable=True)
    reason: Mapped[str]
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    measure: Mapped[Measure] = relationship()

    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason"),)


class SmallNumbers(db.Model):
    """How many people a figure must count before it is shown; one row."""

    __tablename__ = "small_numbers"

    threshold: Mapped[int] = mapped_column(default=THRESHOLD)

    __table_args__ = (
        sa.CheckConstraint("id = 1", name="only_one"),
        sa.CheckConstraint(f"threshold >= {LOWEST}", name="threshold"),
    )


append_only(Measure)
append_only(Correction)


def territory_key(place: Place | None, words: str) -> str:
    """The same for a place whatever its spelling, and for a named territory in any letters."""
    return (
        f"lieu/{place.id}" if place is not None else slugify(words, limit=300, default="territoire")
    )


impersonal(Indicator, PrintedTable, Measure, Correction, SmallNumbers)
