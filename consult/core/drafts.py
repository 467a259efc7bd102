"""Throwing away what was begun by mistake and nobody read."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from consult.core.db import db
from consult.core.i18n import _
from consult.core.rules import Refused


def discard(thing: Any, *parts: Any) -> None:
    """Delete a draft and the rows that are part of it alone; refused where anything else holds it.

    `parts` are the columns by which those rows hang on it. The database is the judge: what any
    other table points to stays.
    """
    try:
        with db.session.begin_nested():
            for column in parts:
                db.session.execute(
                    sa.delete(
                        column.table if isinstance(column, sa.Column) else column.class_
                    ).where(column == thing.id)
                )
            db.session.execute(sa.delete(type(thing)).where(type(thing).id == thing.id))
    except IntegrityError:
        raise Refused(_("Something else leads to it: move or remove that first.")) from None
    db.session.expunge(thing)
