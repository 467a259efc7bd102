"""All that the site knows of one person, as a file for machines and a page to read, in one zip."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa
from flask import render_template

from consult.campaigns.models import Campaign
from consult.core import clock, personal
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.personal import OFFICE, Datum
from consult.moderation.models import MODERATION, Appeal, Decision, Reasons
from consult.people.models import User
from consult.posts.models import Image, Post
from consult.privacy.reading import parts

# What proves who somebody is, or finds them again: of no use to them, of use to a thief.
SECRETS = ("password_hash", "secret", "token", "salt", "email_key", "pseudonym_key", "public_key")
COUNTS = {"support_count", "apart_count"}
MOST = 20_000  # rows of one table


def gathered(user: User) -> dict[str, Any]:
    """Every row that leads to this person, by use and by table, each by column."""
    said: dict[str, Any] = {}
    secret = _out_of_sight()
    for table, data in _theirs():
        columns = [column for column in table.columns if column.name not in SECRETS]
        ways = sa.or_(*(personal.mine(table, datum.of, user) for datum in data))
        rows = db.session.execute(
            sa.select(*columns).where(ways).order_by(table.c.id).limit(MOST)
        ).mappings()
        found = [dict(row) for row in rows]
        for row in found:
            if row.get("campaign_id") in secret:
                row |= dict.fromkeys(COUNTS & row.keys())
        if found:
            title = str(data[0].use.title)
            said.setdefault(title, {})[table.name] = found
    for name, found in _judged(user).items():
        if found:
            said.setdefault(str(MODERATION.title), {})[name] = found
    return {"made_at": clock.now(), "data": said}


def zipped(user: User) -> bytes:
    """`mes-donnees.json`, `mes-donnees.html` and the pictures this person joined to their texts."""
    said = gathered(user)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as parcel:
        parcel.writestr(
            "mes-donnees.json", json.dumps(said, ensure_ascii=False, indent=1, default=_plain)
        )
        page = render_template(
            "privacy/copy.html", parts=parts(said["data"]), made_at=said["made_at"]
        )
        parcel.writestr("mes-donnees.html", page)
        for file in _pictures(user):
            if file.path.exists():
                parcel.writestr(f"images/{file.id}-{file.name}", file.read())
    return out.getvalue()


def _out_of_sight() -> set[int]:
    """Consultations whose counts nobody sees yet, those of their own texts neither."""
    hiding = db.session.scalars(sa.select(Campaign).where(Campaign.hides_counts))
    return {one.id for one in hiding if one.counts_hidden}


def _judged(user: User) -> dict[str, list[dict[str, Any]]]:
    """Restrictions of this person and of their texts, and their appeals; never who decided."""
    decision, reasons, appeal = Decision.__table__.c, Reasons.__table__.c, Appeal.__table__.c
    texts = sa.select(Post.__table__.c.id).where(Post.__table__.c.author_id == user.id)
    theirs = sa.or_(decision.post_id.in_(texts), decision.person_id == user.id)
    decided = sa.select(
        *(decision[name] for name in ("receipt", "post_id", "at", "verdict", "ground", "aim")),
        *(decision[name] for name in ("origin", "until", "appeal_until")),
        *(reasons[name] for name in ("passage", "words", "law")),
    ).join_from(Decision.__table__, Reasons.__table__, reasons.id == decision.reasons_id)
    contested = sa.select(
        *(appeal[name] for name in ("receipt", "received_on", "channel", "words", "contact")),
        *(appeal[name] for name in ("conclusion", "decided_at", "decided_words")),
    ).join_from(Appeal.__table__, Decision.__table__, decision.id == appeal.decision_id)
    return {
        name: [
            dict(row)
            for row in db.session.execute(asked.where(theirs).order_by(by).limit(MOST)).mappings()
        ]
        for name, asked, by in (
            ("decision", decided, decision.id),
            ("appeal", contested, appeal.id),
        )
    }


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


def _plain(value: Any) -> str:
    """A day or a moment for machines; whatever else JSON does not know, as it is written."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
