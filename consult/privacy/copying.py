"""All that the site knows of one person, as a file for machines and a page to read, in one zip."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa
from flask import render_template

from consult.core import clock, personal
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.personal import OFFICE, Datum
from consult.people.models import User
from consult.posts.models import Image, Post

# What proves who somebody is, or finds them again: of no use to them, of use to a thief.
SECRETS = ("password_hash", "secret", "token", "salt", "email_key", "pseudonym_key", "public_key")
MOST = 20_000  # rows of one table


def gathered(user: User) -> dict[str, Any]:
    """Every row that leads to this person, by use and by table, as plain data."""
    said: dict[str, Any] = {}
    for table, data in _theirs():
        columns = [column for column in table.columns if column.name not in SECRETS]
        ways = sa.or_(*(personal.mine(table, datum.of, user) for datum in data))
        rows = db.session.execute(
            sa.select(*columns).where(ways).order_by(table.c.id).limit(MOST)
        ).mappings()
        found = [{name: _plain(value) for name, value in row.items()} for row in rows]
        if found:
            title = str(data[0].use.title)
            said.setdefault(title, {})[table.name] = found
    return {"made_at": clock.now().isoformat(), "data": said}


def zipped(user: User) -> bytes:
    """`mes-donnees.json`, `mes-donnees.html` and the pictures this person joined to their texts."""
    said = gathered(user)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as parcel:
        parcel.writestr(
            "mes-donnees.json", json.dumps(said, ensure_ascii=False, indent=1, sort_keys=False)
        )
        parcel.writestr("mes-donnees.html", render_template("privacy/copy.html", said=said))
        for file in _pictures(user):
            if file.path.exists():
                parcel.writestr(f"images/{file.id}-{file.name}", file.read())
    return out.getvalue()


def _theirs() -> Iterator[tuple[sa.Table, list[Datum]]]:
    """The tables that lead to people, but what agents sign for the town, which is public."""
    by_table: dict[str, list[Datum]] = {}
    for datum in personal.data():
        if datum.of and datum.use is not OFFICE:
            by_table.setdefault(datum.table.name, []).append(datum)
    for data in by_table.values():
        yield data[0].table, data


def _pictures(user: User) -> list[StoredFile]:
    return list(
        db.session.scalars(
            sa.select(StoredFile)
            .join(Image, Image.file_id == StoredFile.id)
            .join(Post, Post.id == Image.post_id)
            .where(Post.author_id == user.id)
        )
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
