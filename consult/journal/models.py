"""What happened, written once, each line holding the fingerprint of the line before."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.db import append_only, db
from consult.core.i18n import _
from consult.core.personal import Basis, Fate, Use, impersonal, personal

START = "0" * 64  # what the first line has before it
BLOCK = 256  # lines under the smallest stored fingerprint of the tree: a power of two

# What the town did, for everybody to read; never what one person did for themselves.
NEWS = (
    *("campaigns.publish", "campaigns.extend", "campaigns.change_rules", "campaigns.cancel"),
    *("answers.publish_results", "engagements.adopt", "engagements.publish"),
    *("engagements.revise", "followup.report", "followup.publish_edition", "followup.reply"),
    *("followup.import_plan", "council.complete", "portal.change_settings"),
    *("council.announce", "council.publish", "council.correct", "council.annul"),
    *("council.publish_list", "council.publish_minutes"),
    "portal.record_audit",
    *("pluralism.publish", "pluralism.sign_off", "sources.carry_in"),
    *("programmes.publish", "programmes.take_stock", "programmes.close"),
    *("engagements.publish_sheet", "engagements.open_version", "engagements.conclude"),
    *("oversight.publish", "oversight.correct"),
    *("ballots.announce", "ballots.cancel", "ballots.publish"),
)
PUBLIC = (
    *NEWS,
    *("campaigns.freeze", "moderation.decide", "moderation.settle", "answers.answer"),
    *("pluralism.open", "pluralism.set_period", "pluralism.edit_period"),
    *("indicators.publish", "indicators.enter", "indicators.bring_in", "indicators.correct"),
    "indicators.set_threshold",
    *("territory.create_generation", "territory.change_place", "territory.import_places"),
    *("territory.merge", "territory.join"),
    *("groups.gather", "groups.change", "groups.dissolve"),
    *("vigilance.set_aside", "vigilance.restore"),
)


def among(names: tuple[str, ...]) -> str:
    """A condition as the indexes below spell it; only spelt the same are they used."""
    return f"name IN ({', '.join(repr(name) for name in names)})"


def _index(name: str, names: tuple[str, ...]) -> sa.Index:
    where = sa.text(among(names))
    return sa.Index(name, "id", sqlite_where=where, postgresql_where=where)


class Event(db.Model):
    """One act: its name, when, by whom, on what. Ids, codes and dates only; never words."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(sa.String(60))
    actor_id: Mapped[int | None]
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int]
    campaign_id: Mapped[int | None]
    plan_id: Mapped[int | None]
    data: Mapped[dict[str, Any]]
    salt: Mapped[str] = mapped_column(sa.String(32))  # known here alone: nobody guesses who acted
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.Index("ix_event_subject", "subject_kind", "subject_id", "id"),
        sa.Index("ix_event_campaign", "campaign_id", "id"),
        sa.Index("ix_event_plan", "plan_id", "id"),
        _index("ix_event_news", NEWS),
        _index("ix_event_public", PUBLIC),
    )


class JournalHead(db.Model):
    """The last line's number and fingerprint: whoever writes the next one holds this row."""

    __tablename__ = "journal_head"

    count: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)


class Notification(db.Model):
    """One person told of one event: on the site at once, by mail when the worker has sent it."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    event: Mapped[Event] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("event_id", "user_id"),
        sa.Index("ix_notification_user", "user_id", "id"),
        sa.Index(
            "ix_notification_unread",
            "user_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(
            "ix_notification_waiting",
            "user_id",
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        ),
    )


class TreeNode(db.Model):
    """The fingerprint of a full block of lines (256, 512, 1024…), so that a proof reads a few rows.

    Made from the lines, and made again from them by `consult journal verify`.
    """

    __tablename__ = "journal_node"

    size: Mapped[int]  # how many lines it stands over: a power of two
    start: Mapped[int]  # how many lines are before it: a multiple of its size
    hash: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.UniqueConstraint("size", "start"),)


class JournalKey(db.Model):
    """The public half of a key that signed heads; the other half is a file of the instance."""

    __tablename__ = "journal_key"

    name: Mapped[str]  # whose journal it is: the first line of every head
    public: Mapped[str] = mapped_column(sa.String(64), unique=True)  # Ed25519, in hexadecimal
    at: Mapped[datetime]


class SignedHead(db.Model):
    """What the whole journal said at the end of a day, in one fingerprint, signed."""

    __tablename__ = "signed_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3: none is lost
    on: Mapped[date] = mapped_column(unique=True)
    count: Mapped[int]  # lines it stands over
    root: Mapped[str] = mapped_column(sa.String(64))  # of the RFC 6962 tree of these lines
    hash: Mapped[str] = mapped_column(sa.String(64))  # of the last of them
    note: Mapped[str]  # all of this as one signed text
    at: Mapped[datetime]


def said(event: dict[str, Any]) -> str:
    """Everything a line says, in a fixed order: what its fingerprint and its leaf are made of.

    Of who acted it says only a fingerprint, salted: the public lines can be given away whole, and
    from the fingerprints of the others nobody can guess what they hold.
    """
    by = hashlib.sha256(f"{event['salt']}:{event['actor_id'] or ''}".encode()).hexdigest()
    words = [
        event["previous"],
        event["id"],
        event["at"].isoformat(timespec="microseconds"),
        event["name"],
        by,
        event["subject_kind"],
        event["subject_id"],
        event["campaign_id"],
        event["plan_id"],
        event["data"],
    ]
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(event: dict[str, Any]) -> str:
    """SHA-256 of the previous fingerprint and of everything this line says."""
    return hashlib.sha256(said(event).encode()).hexdigest()


append_only(Event)
append_only(JournalKey)
append_only(SignedHead)


JOURNAL = Use(
    "journal",
    _("Journal of the acts"),
    _("Prove what happened, in which order and by which account; numbers, never words."),
    Basis.TASK,
    _("As long as the site; the number leads to nobody once the account is closed."),
    _("Everybody, without the number of the account; the guarantor and administrators, with it."),
)
NOTICES = Use(
    "notices",
    _("Notices of what one follows"),
    _("Tell each person what became of their words and of what they follow."),
    Basis.TASK,
    _("Two years, or until the account is closed."),
    _("The person alone."),
)
personal(Event, JOURNAL, "actor_id", of="actor_id", fate=Fate.LINK)
personal(Notification, NOTICES, "user_id", of="user_id", fate=Fate.ROW)
impersonal(Event, JournalHead, Notification, TreeNode, JournalKey, SignedHead)
