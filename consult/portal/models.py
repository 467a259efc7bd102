"""The site itself: its name, its colours, its legal pages, its accessibility."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core import clock
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.personal import RECORD, impersonal, personal


class Site(db.Model):
    """The settings a town chooses on the page « Réglages »; one row."""

    name: Mapped[str] = mapped_column(default="consult")
    colour: Mapped[str] = mapped_column(sa.String(7), default="#12495a")
    logo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    logo_alternative: Mapped[str] = mapped_column(default="")
    tagline: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_postal: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # legal pages by name
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    logo: Mapped[StoredFile | None] = relationship()

    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)


class Audit(db.Model):
    """An accessibility audit: what the declaration is computed from."""

    on: Mapped[date]
    auditor: Mapped[str]
    criteria_met: Mapped[int]
    criteria_applicable: Mapped[int]
    failures: Mapped[str] = mapped_column(default="")
    exemptions: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.CheckConstraint(
            "criteria_met >= 0 AND criteria_applicable > 0 AND criteria_met <= criteria_applicable",
            name="criteria",
        ),
    )


personal(Audit, RECORD, "auditor")
impersonal(Site, Audit)
