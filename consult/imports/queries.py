"""What a file of contributions would change here, and where each import stands."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.exceptions import NotFound

from consult.campaigns.models import Campaign, Theme
from consult.comments.models import Comment
from consult.contributions import formats
from consult.contributions.formats import Found, Notice, Refusal, Row
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.core.tables import Source, TableError
from consult.core.text import first_sentence, fold, stems
from consult.imports.models import Import, Remark, RemarkKind
from consult.journal.models import Event
from consult.moderation.models import Decision
from consult.people.queries import models
from consult.posts.models import Status, Version
from consult.territory.models import Place
from consult.territory.queries import places_by_name
from consult.votes.models import ImportedTally

BATCH = 100  # rows brought in by one transaction
POSITIONS = {"yes": "oui", "mixed": "mitigé", "no": "non"}  # as the source counts them
SOURCES = {"cap-collectif": "Cap Collectif"}
LONGEST_REF, LONGEST_THEME, LONGEST_TITLE = 200, 120, 300
MOST_THEMES = 100  # more is a column that holds something else
ON_SHOW = (Status.PENDING, Status.PUBLISHED)
SETTLED = _(
    "No longer public where it comes from, it stays here: the town answered it, decided on it or"
    " tied it to a plan."
)
FOREIGN = _("It stays here: it did not come from a file of this format.")


# The file.


class Reading(NamedTuple):
    """How a file is to be read, and what is done with what is found."""

    format: str = "auto"
    columns: Mapping[str, str] = {}
    is_pending: bool = False

    @property
    def names_authors(self) -> bool:
        """Whether somebody said that a column holds names to show; it is never guessed."""
        return bool(self.columns.get("author"))


def reading(importing: Import) -> Reading:
    return Reading(importing.format, importing.columns, importing.is_pending)


def found(source: Source, name: str, how: Reading) -> Generator[Found]:
    """Everything the file holds, in its order, the same at every reading."""
    return formats.read(source, name, format=how.format, columns=how.columns)


def source(importing: Import) -> str:
    """What is said of where votes were counted."""
    return SOURCES.get(importing.format, importing.file.name)


def batches(things: Iterable[Found], size: int = BATCH) -> Iterator[list[Found]]:
    """The same, by handfuls."""
    things = iter(things)
    while batch := list(islice(things, size)):
        yield batch


# What stands in the campaign already.


class Places:
    """Every place under any of its names, to read a whole file with."""

    def __init__(self) -> None:
        self._by_name = places_by_name()

    def named(self, words: str) -> Place | None:
        """The place of this name, or the only one whose name has the same roots."""
        if not fold(words):
            return None
        if place := self._by_name.get(fold(words)):
            return place
        roots = frozenset(stems(words))
        alike = self._by_roots.get(roots, {}) if roots else {}
        return next(iter(alike.values())) if len(alike) == 1 else None

    @cached_property
    def _by_roots(self) -> dict[frozenset[str], dict[int, Place]]:
        found: dict[frozenset[str], dict[int, Place]] = {}
        for name, place in self._by_name.items():
            found.setdefault(frozenset(stems(name)), {})[place.id] = place
        return found


@dataclass
class Standing:
    """What the campaign holds of some rows: their contributions, and what hangs on those."""

    themes: dict[str, Theme]  # by folded title
    places: Places
    contributions: dict[str, Contribution] = field(default_factory=dict)  # by external reference
    comments: dict[int, dict[str, Comment]] = field(default_factory=dict)
    tallies: dict[int, dict[str, ImportedTally]] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)  # texts a passage of which was taken out here
    decided: set[int] = field(default_factory=set)  # texts a facilitator decided on here
    kept: dict[int, LazyString] = field(default_factory=dict)  # why what left its source stays


def standing(
    campaign: Campaign, rows: Iterable[Row], how: Reading, *, held: bool = False
) -> Standing:
    """What these rows meet, in a few queries; `held` keeps others from changing it meanwhile."""
    rows = list(rows)
    known = Standing({fold(theme.title): theme for theme in campaign.themes}, Places())
    asked = (
        sa.select(Contribution)
        .where(
            Contribution.campaign_id == campaign.id,
            Contribution.external_ref.in_([row.ref for row in rows]),
        )
        .order_by(Contribution.id)
    )
    if held:
        asked = locked(asked).execution_options(populate_existing=True)
    known.contributions = {one.external_ref or "": one for one in db.session.scalars(asked)}
    numbers = [one.id for one in known.contributions.values()]
    if numbers:
        for comment in db.session.scalars(
            sa.select(Comment).where(
                Comment.contribution_id.in_(numbers), Comment.external_ref.is_not(None)
            )
        ):
            here = known.comments.setdefault(comment.contribution_id, {})
            here[comment.external_ref or ""] = comment
        for tally in db.session.scalars(
            sa.select(ImportedTally).where(ImportedTally.contribution_id.in_(numbers))
        ):
            known.tallies.setdefault(tally.contribution_id, {})[tally.position] = tally
        hung = [one.id for here in known.comments.values() for one in here.values()]
        known.cut = set(
            db.session.scalars(
                sa.select(Version.post_id).where(
                    Version.post_id.in_([*numbers, *hung]), Version.sealed_at.is_not(None)
                )
            )
        )
        known.decided = set(
            db.session.scalars(
                sa.select(Decision.post_id).where(Decision.post_id.in_([*numbers, *hung]))
            )
        )
        gone = {row.ref for row in rows if not row.published}
        leaving = {one.id: one for ref, one in known.contributions.items() if ref in gone}
        known.kept = _kept(leaving, how, known.decided) if leaving else {}
    return known


def _kept(
    leaving: Mapping[int, Contribution], how: Reading, decided: set[int]
) -> dict[int, LazyString]:
    """Which of these stay here though they are no longer public in this file, and why."""
    origin = models()["origin"]  # a later room's
    tied = sa.select(origin.contribution_id).where(origin.contribution_id.in_(leaving))
    came = (
        sa.select(Event.subject_id, Import.format)
        .join(Import, Import.id == Event.data["import_id"].as_integer())
        .where(
            Event.subject_kind == Contribution.__tablename__,
            Event.subject_id.in_(leaving),
            Event.name == "imports.take_in",
        )
        .order_by(Event.id.desc())
    )
    first = {id: name for id, name in db.session.execute(came)}  # noqa: C416 - rows, not pairs
    settled = {*db.session.scalars(tied), *(id for id, one in leaving.items() if one.outcome)}
    return {
        **{id: FOREIGN for id in leaving if first.get(id) != how.format},
        **dict.fromkeys((settled | decided) & leaving.keys(), SETTLED),
    }


# What one row changes.


class Verdict(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class Fate:
    """What becomes of one row: the verdict, and exactly what is to be written."""

    row: Row
    verdict: Verdict
    here: Contribution | None = None
    reason: LazyString | None = None  # why it is refused
    warnings: list[LazyString] = field(default_factory=list)
    title: str = ""
    body: str = ""
    theme: str = ""  # its title; "": none given
    place: Place | None = None
    byline: str | None = None
    sent_at: datetime | None = None
    comments: list[tuple[formats.Comment, Comment | None]] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)
    is_reworded: bool = False
    is_sorted: bool = False
    is_signed: bool = False
    is_dated: bool = False
    is_taken_back: bool = False  # it is no longer public where it comes from
    counted: int = 0  # comments of the file that stand here once this is done

    @property
    def changes(self) -> bool:
        return bool(
            self.is_reworded
            or self.is_sorted
            or self.is_signed
            or self.is_dated
            or self.is_taken_back
            or self.comments
            or self.tally
        )


def fate(row: Row, known: Standing, how: Reading) -> Fate:
    """What this row makes of what stands here. Nothing is written."""
    here = known.contributions.get(row.ref)
    if len(row.ref) > LONGEST_REF:
        return Fate(row, Verdict.REFUSED, reason=_("The reference is too long."))
    if here is None and not row.published:
        reason = _("It is not public where it comes from: it is not public here either.")
        return Fate(row, Verdict.REFUSED, reason=reason)
    if here is not None and here.status not in ON_SHOW:
        left = Fate(row, Verdict.UNCHANGED, here)
        if row.published:
            left.warnings.append(_("Left as it was decided here: it is not on show."))
        return left
    if here is not None and not row.published:
        if why := known.kept.get(here.id):
            return Fate(row, Verdict.UNCHANGED, here, warnings=[why])
        return Fate(row, Verdict.UPDATED, here, is_taken_back=True)
    meant = _meant(row, here, known, how)
    if here is None:
        meant.is_reworded = True
        return meant
    meant.is_reworded = (here.title, here.body) != (meant.title, meant.body)
    if meant.is_reworded and (here.outcome or here.id in known.cut):
        meant.title, meant.body, meant.is_reworded = here.title, here.body, False
        meant.warnings.append(
            _("Its words stay as they stand: the town answered them, or a passage was taken out.")
        )
    theme = known.themes.get(fold(meant.theme))
    meant.is_sorted = bool(
        meant.theme and (theme is None or theme.id is None or theme.id != here.theme_id)
    ) or bool(meant.place and meant.place.id != here.place_id)
    meant.is_signed = how.names_authors and here.byline != meant.byline
    meant.is_dated = bool(meant.sent_at and here.submitted_at != meant.sent_at)
    meant.verdict = Verdict.UPDATED if meant.changes else Verdict.UNCHANGED
    return meant


def _meant(row: Row, here: Contribution | None, known: Standing, how: Reading) -> Fate:
    """The row as it should stand here, and what in it cannot be kept."""
    meant = Fate(row, Verdict.CREATED, here, title=row.title, body=row.body)
    if len(row.title) > LONGEST_TITLE:
        meant.title = first_sentence(row.title)
        meant.body = f"{row.title}\n\n{row.body}".strip()
    meant.theme = _theme(row, known, meant.warnings)
    meant.place = known.places.named(row.place)
    if row.place and meant.place is None:
        meant.warnings.append(_("The place “%(place)s” is not known: left out.", place=row.place))
    meant.byline = (row.author or None) if how.names_authors else None
    meant.sent_at = past(row.created_at)
    if row.created_at and not meant.sent_at:
        meant.warnings.append(_("A date is still to come: left out."))
    number = here.id if here else 0
    meant.comments, meant.counted = _comments(row, known.comments.get(number, {}), known)
    counted = known.tallies.get(number, {})
    meant.tally = {
        position: row.tally.get(key, 0)
        for key, position in POSITIONS.items()
        if row.tally
        and (counted[position].number if position in counted else None) != row.tally.get(key, 0)
    }
    return meant


def past(at: datetime | None) -> datetime | None:
    """A moment that can be one at which something was sent."""
    return at if at and at <= clock.now() else None


def _theme(row: Row, known: Standing, warnings: list[LazyString]) -> str:
    title = " ".join(row.theme.split())
    if len(title) > LONGEST_THEME:
        warnings.append(_("The theme is too long to be one: left out."))
        return ""
    if title and fold(title) not in known.themes and len(known.themes) >= MOST_THEMES:
        warnings.append(
            _("The campaign has %(number)s themes already: no other is added.", number=MOST_THEMES)
        )
        return ""
    return title if fold(title) else ""


def _comments(
    row: Row, here: Mapping[str, Comment], known: Standing
) -> tuple[list[tuple[formats.Comment, Comment | None]], int]:
    """The comments to write or to change, and how many of the row's are on show afterwards."""
    changed: list[tuple[formats.Comment, Comment | None]] = []
    counted = 0
    for said in {comment_ref(said): said for said in row.comments}.values():
        comment = here.get(comment_ref(said))
        is_left = comment is not None and comment.status not in ON_SHOW
        if is_left or (comment is None and not said.published):
            continue
        if comment is not None and comment.id in (known.cut if said.published else known.decided):
            counted += 1
            continue
        counted += said.published
        if (
            comment is None
            or not said.published
            or (comment.body, comment.side)
            != (
                said.body,
                said.side,
            )
        ):
            changed.append((said, comment))
    return changed, counted


def comment_ref(said: formats.Comment) -> str:
    """What a comment is known by: its reference there, else its own words."""
    return said.ref[:LONGEST_REF] or sha256(f"{said.side}\n{said.body}".encode()).hexdigest()[:16]


def refusal(row: Row, reason: LazyString) -> Refusal:
    """A row of the file that is not brought in, with what hung on it."""
    return Refusal(row.row_number, reason, row.ref, len(row.comments), sum(row.tally.values()))


def tallied(row: Row) -> dict[str, int]:
    """The votes of a row under the words of the source."""
    return {POSITIONS[key]: number for key, number in row.tally.items()}


# Before anything is written.


@dataclass
class Trial:
    """What an import would do, counted without writing anything."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    shown: list[Fate] = field(default_factory=list)  # the first rows, as they would stand
    refused: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    themes: dict[str, str] = field(default_factory=dict)  # those to be added, by their fold
    comments: int = 0
    tallies: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True  # False: only the beginning of the file was looked at
    fault: LazyString | None = None  # why nothing can be read


def trial(
    campaign: Campaign, things: Iterable[Found], how: Reading, *, shown: int = 0, most: int = 0
) -> Trial:
    """Read the file as an import would, and say what would come of it; at most `most` things."""
    done = Trial()
    looked = 0
    said: set[str] = set()
    pretended: dict[str, Theme] = {}  # themes it would add; they belong to no session
    try:
        for batch in batches(things):
            known = standing(campaign, [one for one in batch if isinstance(one, Row)], how)
            known.themes = pretended | known.themes
            for one in batch:
                if isinstance(one, Row):
                    _try(done, fate(one, known, how), known, pretended, shown, said)
                else:
                    _note(done, one)
            looked += len(batch)
            if most and looked >= most:
                done.is_whole = False
                break
    except TableError as error:
        done.fault = error.message
    return done


def _try(
    done: Trial,
    met: Fate,
    known: Standing,
    pretended: dict[str, Theme],
    shown: int,
    said: set[str],
) -> None:
    done.counts[met.verdict] += 1
    if met.reason:
        done.refused.append(remark(refusal(met.row, met.reason)))
    for warning in met.warnings:
        if str(warning) not in said:
            said.add(str(warning))
            done.warnings.append(remark(Notice(met.row.row_number, warning, met.row.ref)))
    if met.theme and fold(met.theme) not in known.themes:
        done.themes[fold(met.theme)] = met.theme
        known.themes[fold(met.theme)] = pretended[fold(met.theme)] = Theme(title=met.theme)
    if met.verdict != Verdict.REFUSED and len(done.shown) < shown:
        done.shown.append(met)
    done.comments += met.counted
    if met.title:
        done.tallies.update(tallied(met.row))


def _note(done: Trial, one: Refusal | Notice) -> None:
    if isinstance(one, Refusal):
        done.counts[Verdict.REFUSED] += 1
        done.refused.append(remark(one))
    else:
        done.warnings.append(remark(one))


def remark(one: Refusal | Notice | Remark) -> dict[str, Any]:
    """What is said of one row, as a report prints it."""
    number = one.row if isinstance(one, Remark) else one.row_number
    words: dict[str, Any] = {"row": number, "reason": str(one.reason)}
    if one.ref:
        words["ref"] = one.ref
    if not isinstance(one, Notice) and (one.comments or one.votes):
        words |= {"comments": one.comments, "votes": one.votes}
    return words


def report(importing: Import) -> dict[str, Any]:
    """What came of an import, as the command prints it."""
    counts = {name: getattr(importing, name) for name in ("created", "updated", "unchanged")}
    return _report(
        importing.format,
        counts,
        [remark(one) for one in remarks(importing, RemarkKind.REFUSED)],
        [remark(one) for one in remarks(importing, RemarkKind.WARNING)],
        importing.comments,
        importing.tallies,
    )


def trial_report(how: Reading, done: Trial) -> dict[str, Any]:
    """What would come of it, in the same words."""
    counts = {name: done.counts[Verdict(name)] for name in ("created", "updated", "unchanged")}
    return _report(
        how.format, counts, done.refused, done.warnings, done.comments, dict(done.tallies)
    )


def _report(
    format: str,
    counts: dict[str, int],
    refused: list[dict[str, Any]],
    warnings: list[dict[str, Any]],
    comments: int,
    tallies: dict[str, int],
) -> dict[str, Any]:
    """A table holds contributions alone; other formats bring comments and votes as well."""
    printed: dict[str, Any] = {**counts, "refused": refused}
    if format != "table":
        ordered = {name: tallies[name] for name in POSITIONS.values() if name in tallies}
        printed |= {"comments": comments, "tallies": ordered}
    if warnings or format != "table":
        printed["warnings"] = warnings
    return printed


HEAD = 2 * 2**20  # bytes of a large file looked at before it is brought in
LOOKED = 4000  # rows of a workbook


def preview(campaign: Campaign, importing: Import, *, shown: int = 8) -> Trial:
    """What this import would do; of a large file, only what its beginning would."""
    how = reading(importing)
    path, name = importing.file.path, importing.file.name
    if importing.file.size <= HEAD:
        return trial(campaign, found(path, name, how), how, shown=shown, most=LOOKED)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):  # a workbook opens as a whole
        return trial(campaign, found(path, name, how), how, shown=shown, most=LOOKED)
    head = head[: head.rfind(b"\n") + 1] or head
    done = trial(campaign, found(BytesIO(head), name, how), how, shown=shown)
    done.is_whole = False
    return done


# Where imports stand.


def by_number_or_404(campaign: Campaign, number: int) -> Import:
    """One import of this campaign, with its file and who sent it."""
    importing = db.session.scalar(
        sa.select(Import)
        .where(Import.id == number, Import.campaign_id == campaign.id)
        .options(joinedload(Import.file), joinedload(Import.author).lazyload("*"))
    )
    if importing is None:
        raise NotFound
    set_committed_value(importing, "campaign", campaign)  # which the reader holds already
    return importing


def with_key(key: str | None) -> Import | None:
    """The import this very form already began."""
    return db.session.scalar(sa.select(Import).where(Import.key == key)) if key else None


def of_campaign(campaign: Campaign, limit: int = 20) -> list[Import]:
    """The files brought in or prepared for this campaign, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Import)
            .where(Import.campaign_id == campaign.id)
            .options(joinedload(Import.file), joinedload(Import.author).lazyload("*"))
            .order_by(Import.id.desc())
            .limit(limit)
        )
    )


def waiting() -> int | None:
    """The import that has waited longest, and that nobody is at work on."""
    return db.session.scalar(
        sa.select(Import.id).where(*_free()).order_by(Import.confirmed_at, Import.id).limit(1)
    )


def free(number: int) -> list[sa.ColumnElement[bool]]:
    """The conditions under which this import may be taken up."""
    return [Import.id == number, *_free()]


def _free() -> list[sa.ColumnElement[bool]]:
    return [
        Import.confirmed_at.is_not(None),
        Import.finished_at.is_(None),
        sa.or_(Import.held_until.is_(None), Import.held_until <= clock.now()),
    ]


def remarks(
    importing: Import, kind: RemarkKind, *, after: int = 0, limit: int | None = None
) -> list[Remark]:
    """What was said of its rows, in the order of the file."""
    return list(
        db.session.scalars(
            sa.select(Remark)
            .where(Remark.import_id == importing.id, Remark.kind == kind, Remark.id > after)
            .order_by(Remark.id)
            .limit(limit)
        )
    )


def remark_count(importing: Import, kind: RemarkKind) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Remark)
            .where(Remark.import_id == importing.id, Remark.kind == kind)
        )
        or 0
    )


def was_said(importing: Import, reason: str) -> bool:
    """Whether this warning was already given for an earlier row."""
    said = sa.exists().where(
        Remark.import_id == importing.id,
        Remark.kind == RemarkKind.WARNING,
        Remark.reason == reason,
    )
    return bool(db.session.scalar(sa.select(said)))
