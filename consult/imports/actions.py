"""What can happen to a file of contributions: looked at, confirmed, brought in row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from consult.campaigns.models import Campaign, Theme
from consult.campaigns.versions import sort_anew
from consult.comments.models import Comment, Side
from consult.contributions import formats
from consult.contributions.formats import Found, Notice, Refusal, Row
from consult.contributions.models import Contribution, show_in_search
from consult.core import clock
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.i18n import _, spoken
from consult.core.text import fold
from consult.imports import queries, rules
from consult.imports.models import Import, Remark, RemarkKind
from consult.imports.queries import Fate, Standing, Verdict
from consult.journal.actions import record
from consult.people.models import User
from consult.posts.models import Channel, Post, Status
from consult.votes.models import ImportedTally

BROUGHT = _("Themes that came with a file of contributions.")


def hand_in(
    actor: User,
    campaign: Campaign,
    *,
    file: StoredFile,
    format: str,
    columns: Mapping[str, str] | None = None,
    is_pending: bool = False,
    key: str | None = None,
) -> Import:
    """A facilitator brings a file. Nothing of it is in the campaign yet."""
    rules.hand_in(actor, campaign)
    importing = Import(
        campaign=campaign,
        file=file,
        author=actor,
        format=format,
        columns=dict(columns or {}),
        is_pending=is_pending,
        key=key,
    )
    db.session.add(importing)
    return importing


def arrange(actor: User, importing: Import, *, format: str, columns: Mapping[str, str]) -> None:
    """A facilitator says which column holds what."""
    rules.arrange(actor, importing)
    importing.format, importing.columns = format, dict(columns)


def confirm(actor: User, importing: Import, *, is_pending: bool) -> None:
    """A facilitator has the file brought in; it may take a while."""
    rules.confirm(actor, importing)
    importing.author = actor
    importing.is_pending = is_pending
    importing.confirmed_at = clock.now()
    record(
        "imports.confirm",
        actor,
        importing,
        sha256=importing.file.sha256,
        format=importing.format,
        is_pending=is_pending,
    )


def discard(actor: User, importing: Import) -> None:
    """A facilitator thinks better of it: the file is forgotten."""
    rules.discard(actor, importing)
    db.session.delete(importing)
    db.session.flush()
    db.session.delete(importing.file)


def take_in(actor: User, importing: Import, found: Sequence[Found]) -> None:
    """The next rows of the file become contributions, or change those they became before."""
    rules.take_in(actor, importing)
    how = queries.reading(importing)
    rows = [one for one in found if isinstance(one, Row)]
    known = queries.standing(importing.campaign, rows, how, held=True)
    report = _Report()
    fates: list[Fate] = []
    for one in found:
        if not isinstance(one, Row):
            report.note(importing, one)
            continue
        met = queries.fate(one, known, how)
        if met.theme:
            known.themes.setdefault(fold(met.theme), Theme(title=met.theme))
        report.count(importing, met)
        fates.append(met)
    _add_themes(actor, importing.campaign, known)
    changing = [met for met in fates if met.verdict in (Verdict.CREATED, Verdict.UPDATED)]
    _create(importing, [met for met in changing if met.here is None], known)
    for met in changing:
        if met.verdict == Verdict.UPDATED:
            _update(importing, met, known)
    _hang(importing, changing, known)
    for met in changing:
        record(
            "imports.take_in",
            actor,
            met.here,
            change=met.verdict,
            import_id=importing.id,
            row=met.row.row_number,
        )
    report.write(importing)
    importing.position += len(found)


# What these have in common.


def _create(importing: Import, fates: Sequence[Fate], known: Standing) -> None:
    """New contributions, of no account, without a name unless a column was said to hold it."""
    for met in fates:
        theme = _theme(met, known)
        met.here = Contribution(
            campaign=importing.campaign,
            campaign_id=importing.campaign_id,
            channel=Channel.IMPORT,
            status=Status.DRAFT,
            external_ref=met.row.ref,
            byline=met.byline,
            title=met.title,
            body=met.body,
            theme=theme,
            theme_id=theme.id if theme else None,
            place=met.place,
            place_id=met.place.id if met.place else None,
        )
        _sent(importing, met.here, met.sent_at)
    Contribution.enter([met.here for met in fates if met.here], _first_status(importing))


def _sent(importing: Import, post: Post, at: datetime | None) -> None:
    """The day it was sent there, which is the day it was published there."""
    post.submitted_at = at
    if not importing.is_pending:
        post.published_at = at


def _first_status(importing: Import) -> Status:
    """To a facilitator first, or before everybody's eyes."""
    return Status.PENDING if importing.is_pending else Status.PUBLISHED


def _update(importing: Import, met: Fate, known: Standing) -> None:
    """What the file now says differently; the earlier words stay to be read."""
    contribution = met.here
    assert contribution is not None  # noqa: S101
    if met.is_taken_back:
        contribution.move_to(Status.WITHDRAWN)
        return
    if met.is_reworded:
        contribution.say(met.title, met.body, None)
        if importing.is_pending:
            contribution.read_again()
    if met.is_sorted:
        theme = _theme(met, known) or contribution.theme
        contribution.sort_under(theme, met.place or contribution.place)
    if met.is_signed:
        contribution.byline = met.byline
    if met.is_dated:
        _date(contribution, met)
    if contribution.is_public and (met.is_reworded or met.is_sorted or met.is_dated):
        db.session.flush()
        show_in_search(contribution)


def _date(contribution: Contribution, met: Fate) -> None:
    """The day it was sent there; the day it was published as well, where that was the same."""
    was_sent = contribution.submitted_at
    contribution.submitted_at = met.sent_at
    if contribution.published_at == was_sent:
        contribution.published_at = met.sent_at
        if contribution.shown_at:
            contribution.shown_at = met.sent_at


def _add_themes(actor: User, campaign: Campaign, known: Standing) -> None:
    """The themes nobody knew: those of an open campaign are of its rules, and followers hear."""
    new = [theme for theme in known.themes.values() if theme.id is None]

    def add() -> None:
        last = max((theme.order for theme in campaign.themes), default=-1)
        for order, theme in enumerate(new, last + 1):
            theme.order = order
            campaign.themes.append(theme)
        db.session.flush()

    if new:
        with spoken("fr"):
            sort_anew(actor, campaign, str(BROUGHT), add)


def _theme(met: Fate, known: Standing) -> Theme | None:
    """The theme of this title however it is spelt."""
    return known.themes[fold(met.theme)] if met.theme else None


def _hang(importing: Import, fates: Sequence[Fate], known: Standing) -> None:
    """The comments and the votes that came with them."""
    source = queries.source(importing)
    new: list[Comment] = []
    for met in fates:
        contribution = met.here
        assert contribution is not None  # noqa: S101
        for said, comment in met.comments:
            if comment is None:
                new.append(_comment(importing, contribution, said))
            else:
                _change(importing, comment, said)
        tallies = known.tallies.get(contribution.id, {})
        for position, number in met.tally.items():
            tally = tallies.get(position)
            if tally is None:
                tally = ImportedTally(contribution_id=contribution.id, position=position)
                db.session.add(tally)
            tally.number, tally.source = number, source
    Comment.enter(new, _first_status(importing))


def _comment(importing: Import, contribution: Contribution, said: formats.Comment) -> Comment:
    comment = Comment(
        contribution=contribution,
        campaign=importing.campaign,
        channel=Channel.IMPORT,
        status=Status.DRAFT,
        side=Side(said.side),
        body=said.body,
        external_ref=queries.comment_ref(said),
    )
    _sent(importing, comment, queries.past(said.created_at))
    return comment


def _change(importing: Import, comment: Comment, said: formats.Comment) -> None:
    """What the file now says of a comment that came before."""
    if not said.published:
        comment.move_to(Status.WITHDRAWN)
        return
    comment.side = Side(said.side)
    if comment.body != said.body:
        comment.say("", said.body, None)
        if importing.is_pending:
            comment.read_again()


class _Report:
    """What a handful of rows adds to the report: written once, when they are done."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.tallies: Counter[str] = Counter()
        self.remarks: list[Remark] = []
        self.warned: set[str] = set()

    def note(self, importing: Import, one: Refusal | Notice) -> None:
        self.counts["refused"] += isinstance(one, Refusal)
        self.remarks.append(_remark(importing, one))

    def count(self, importing: Import, met: Fate) -> None:
        if met.reason:
            self.note(importing, queries.refusal(met.row, met.reason))
        else:
            self.counts[met.verdict] += 1
        self.counts["comments"] += met.counted
        if met.title:
            self.tallies.update(queries.tallied(met.row))
        for warning in met.warnings:
            if str(warning) in self.warned:
                continue
            self.warned.add(str(warning))
            if not queries.was_said(importing, str(warning)):
                self.note(importing, Notice(met.row.row_number, warning, met.row.ref))

    def write(self, importing: Import) -> None:
        for name, number in self.counts.items():
            setattr(importing, name, getattr(importing, name) + number)
        importing.tallies = dict(Counter(importing.tallies) + self.tallies)
        db.session.add_all(self.remarks)


def _remark(importing: Import, one: Refusal | Notice) -> Remark:
    remark = Remark(
        import_id=importing.id,
        kind=RemarkKind.WARNING,
        row=one.row_number,
        ref=one.ref[: queries.LONGEST_REF],
        reason=str(one.reason),
    )
    if isinstance(one, Refusal):
        remark.kind = RemarkKind.REFUSED
        remark.comments, remark.votes = one.comments, one.votes
    return remark
