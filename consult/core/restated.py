"""What stood on show and reads otherwise today: what it said, what it says, since when and why.

Plans, rules and sheets have versions of their own; this keeps the rest: the name of an indicator, a
part of a programme, who sat in a sitting. What was said is never written over without a trace.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import clock
from consult.core.db import append_only, db
from consult.core.i18n import _
from consult.core.personal import OFFICE, RECORD, impersonal, personal
from consult.core.rules import require

WHY = _("Everybody could read this: say why it changes. The reason is public.")


EMPTY: tuple[Any, ...] = (None, "", [])


class Restated(db.Model):  # type: ignore[name-defined]
    """One change to something on show: the fields that changed, before and after, and why."""

    subject_kind: Mapped[str] = mapped_column(sa.String(30))  # a table
    subject_id: Mapped[int]
    part: Mapped[str] = mapped_column(default="")  # what of it, in words: « Objectif »
    before: Mapped[dict[str, Any]]  # by name of field
    after: Mapped[dict[str, Any]]  # the same fields; empty: it was taken away
    reason: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.Index("ix_restated_subject", "subject_kind", "subject_id"),
        sa.CheckConstraint("reason <> ''", name="reason"),
    )


append_only(Restated)
personal(Restated, RECORD, "part before after reason")
personal(Restated, OFFICE, "author_id", of="author_id")
impersonal(Restated)


def restate(
    actor: Any,
    subject: Any,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    reason: str,
    part: str = "",
) -> bool:
    """Keep beside `subject` what it said before, for all to read; say whether anything changed.

    `before` and `after` hold plain values by name of field; `after` is empty for what was taken
    away. What was empty is only filled in: nothing was said there. Refused without a reason.
    """
    old, new = _plain(before), _plain(after)
    names = [name for name in old if old[name] not in EMPTY and old[name] != new.get(name)]
    if not names:
        return False
    require(reason.strip(), WHY, about="reason")
    db.session.add(
        Restated(
            subject_kind=subject.__tablename__,
            subject_id=subject.id,
            part=part,
            before={name: old[name] for name in names},
            after={name: new[name] for name in names if name in new},
            reason=reason.strip(),
            author_id=actor.id if actor else None,
        )
    )
    return True


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is no longer said: a list that only grows, or is put in order, says it still."""
    return {
        name: words
        for name, words in before.items()
        if not (isinstance(words, list) and name in after and set(words) <= set(after[name]))
    }


def of(*subjects: Any) -> list[Restated]:
    """What changed in these things since they are on show, latest first."""
    return list(
        db.session.scalars(
            sa.select(Restated)
            .where(
                sa.or_(
                    *(
                        sa.and_(
                            Restated.subject_kind == subject.__tablename__,
                            Restated.subject_id == subject.id,
                        )
                        for subject in subjects
                    )
                )
            )
            .order_by(Restated.id.desc())
        )
    )


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Words, numbers and lists, as the database keeps them."""
    ends = {name: _ends(value) for name, value in said.items()}
    return json.loads(json.dumps(ends, ensure_ascii=False, default=_said))  # type: ignore[no-any-return]


def _ends(value: Any) -> Any:
    """The same words, their lines ended in one way: a browser ends them in its own."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _said(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
