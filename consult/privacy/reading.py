"""The page to read of somebody's copy: the same as the file for machines, in words and in order."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from consult.comments.models import Side
from consult.core import personal
from consult.core.i18n import _, day, moment
from consult.core.personal import Use
from consult.people import queries as people
from consult.people.models import ConsentKind
from consult.people.rules import ROLES
from consult.posts.models import Status

# What each table is to the person, in the order in which one would look; others come last.
TABLES = {
    "user": _("My account"),
    "profile": _("My age bracket"),
    "consent": _("What I agreed to, and took back"),
    "guardian": _("The adult who agrees with me"),
    "post": _("What I wrote"),
    "version": _("The wordings of my texts"),
    "image": _("My pictures"),
    "slip": _("What I handed in on paper"),
    "decision": _("What was decided about my texts"),
    "appeal": _("My appeals"),
    "notice": _("What I pointed out"),
    "support": _("What I support"),
    "refuted_support": _("What I supported with a check set aside"),
    "group_objection": _("Groups I refused"),
    "proof": _("How I proved that I may take part"),
    "follow": _("What I follow"),
    "petition": _("My requests about my data"),
    "data_copy": _("The copies I asked for"),
    "visit": _("My open sessions"),
    "device": _("The browsers I signed in from"),
    "totp": _("My application that gives codes"),
    "passkey": _("My passkeys"),
    "recovery_code": _("My codes on paper"),
    "role": _("My roles"),
    "invitation": _("Roles I was offered"),
    "letter": _("Letters about my account"),
    "notification": _("Notices I was sent"),
    "event": _("My acts in the journal"),
}
PARTS = ("contribution", "comment", "question")  # what a text has besides its words
# How each column is called. What has no name here is a number for machines: it is in the JSON.
LABELS = {
    "title": _("Title"),
    "body": _("Text"),
    "words": _("Text"),
    "wish": _("What I asked"),
    "email": _("E-mail address"),
    "pseudonym": _("Pseudonym"),
    "name": _("Name"),
    "position": _("Position"),
    "contact": _("How to reach me"),
    "byline": _("Signed"),
    "bracket": _("Age"),
    "subject": _("About"),
    "act": _("Act, by its name in the journal"),
    "campaign_id": _("Consultation"),
    "contribution_id": _("Number of the contribution"),
    "post_id": _("Number of the text"),
    "id": _("Number of the text"),
    "receipt": _("Receipt"),
    "status": _("Status"),
    "kind": _("Kind"),
    "channel": _("Came by"),
    "side": _("For or against"),
    "outcome": _("Answer of the town"),
    "support_count": _("Supports"),
    "comment_count": _("Comments"),
    "given": _("Agreed"),
    "way": _("How"),
    "is_inside": _("Within the perimeter"),
    "verdict": _("Decision"),
    "ground": _("Article of the charter"),
    "passage": _("The words in question"),
    "law": _("The law"),
    "urgency": _("How pressing"),
    "conclusion": _("Outcome"),
    "decided_words": _("Reasons of whoever decided"),
    "dismissed_words": _("Answer"),
    "answered_words": _("Answer"),
    "extended_words": _("Why the answer takes longer"),
    "alternative": _("Description"),
    "as_written": _("Description, as you wrote it"),
    "credit": _("Credit"),
    "device": _("Browser"),
    "wants_mail": _("Notices by mail"),
    "awaits_adult": _("Waits for an adult"),
    "at": _("Done on"),
    "created_at": _("Created on"),
    "confirmed_at": _("Address confirmed on"),
    "opened_at": _("Opened on"),
    "seen_at": _("Last used on"),
    "changed_at": _("Changed on"),
    "asked_at": _("Asked on"),
    "agreed_at": _("Agreed on"),
    "made_at": _("Ready on"),
    "submitted_at": _("Sent on"),
    "published_at": _("Published on"),
    "withdrawn_at": _("Withdrawn on"),
    "collected_on": _("Handed in on"),
    "collected_at": _("Handed in at"),
    "received_on": _("Received on"),
    "sent_at": _("Sent on"),
    "mailed_at": _("Mailed on"),
    "read_at": _("Read on"),
    "used_at": _("Used on"),
    "expires_at": _("Ends on"),
    "accepted_at": _("Accepted on"),
    "answered_at": _("Answered on"),
    "closed_at": _("Closed on"),
    "decided_at": _("Decided on"),
    "appeal_until": _("May be contested until"),
    "until": _("Until"),
    "suspended_until": _("Suspended until"),
}
# Codes that have no words of their own.
WORDS: dict[Any, Any] = {
    Status.DRAFT: _("Draft"),
    Status.PENDING: _("Awaiting moderation"),
    Status.PUBLISHED: _("Published"),
    Status.RESTRICTED: _("Hidden"),
    Status.REFUSED: _("Refused"),
    Status.WITHDRAWN: _("Withdrawn"),
    ConsentKind.PUBLICATION: _("Publish my words"),
    ConsentKind.POSITION: _("Keep my supports"),
    ConsentKind.NOTICES: _("Notices by mail"),
    Side.FOR: _("For"),
    Side.AGAINST: _("Against"),
    Side.NEUTRAL: _("Neither for nor against"),
    "contribution": _("Contribution"),
    "comment": _("Comment"),
    "question": _("Question"),
    **ROLES,
}
# Where the same column is a code, or says nothing more.
UNSAID = {"letter": ("kind",), "image": ("post_id",), "slip": ("id",)}
NUMBERED = ("post",)  # whose own number is on the site


class Part(NamedTuple):
    """One table of the copy: what it is, what the town uses it for, and its rows in words."""

    title: Any
    use: Use
    rows: list[list[tuple[Any, str]]]  # name and value


def parts(data: Mapping[str, Mapping[str, list[dict[str, Any]]]]) -> Iterator[Part]:
    """What `copying.gathered` found, as one reads it."""
    uses = {datum.table.name: datum.use for datum in reversed(personal.data())}
    tables = {name: rows for by_table in data.values() for name, rows in by_table.items()}
    more = {row["id"]: row for name in PARTS for row in tables.pop(name, [])}
    for row in tables.get("post", []):
        row.update(more.get(row["id"], {}))
    asked = {
        key
        for name, rows in tables.items()
        for row in rows
        for key in _subjects(row)
        if name != "event"  # whose subjects are one's own, and stand in their own parts
    }
    titles = {key: one.title for key, one in people.subjects(asked).items()}
    for name in sorted(tables, key=_place):
        rows = [said for one in tables[name] if (said := list(_facts(name, one, titles)))]
        if rows:
            yield Part(TABLES.get(name, uses[name].title), uses[name], rows)


def _place(name: str) -> int:
    return list(TABLES).index(name) if name in TABLES else len(TABLES)


def _subjects(row: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """What a row is about, where it has a title on the site."""
    if "subject_kind" in row and row["subject_id"]:
        yield row["subject_kind"], row["subject_id"]
    if row.get("campaign_id"):
        yield "campaign", row["campaign_id"]


def _facts(
    name: str, row: dict[str, Any], titles: dict[tuple[str, int], Any]
) -> Iterator[tuple[Any, str]]:
    if name == "event":
        row = {"act": row["name"], "at": row["at"]}
    elif "subject_kind" in row:
        row = {"subject": titles.get((row["subject_kind"], row["subject_id"])), **row}
    for column, label in LABELS.items():
        value = row.get(column)
        if value in (None, "") or column in UNSAID.get(name, ()):
            continue
        if column == "id" and name not in NUMBERED:
            continue
        if column == "campaign_id":
            value = titles.get(("campaign", value), value)
        if column == "kind":
            value = WORDS.get(value, value)
        yield label, in_words(value)


def in_words(value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, StrEnum):
        return str(WORDS.get(value) or getattr(value, "label", value))
    return str(value)
