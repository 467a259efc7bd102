"""What to read of the site itself, and of everything at once: the thread, the news, the search."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from consult.answers.models import Delay
from consult.campaigns.models import Campaign
from consult.campaigns.queries import shows_file
from consult.contributions.models import Contribution, Tally
from consult.contributions.queries import is_visible_to
from consult.core import clock
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.papers import Letterhead
from consult.council.models import Act
from consult.council.queries import shows_file as shows_paper
from consult.engagements.models import Action, Picture, Plan, PlanState, Progress
from consult.engagements.queries import late, visible_to
from consult.followup.models import Evidence, EvidenceKind, StatusReport
from consult.journal.models import START, JournalHead
from consult.people.models import User
from consult.pluralism.models import ElectoralPeriod
from consult.portal.models import Audit, Site
from consult.posts.models import Image, Status
from consult.posts.queries import is_on_show

# The settings.


_site, _audit, _logo = Site.__table__, Audit.__table__, StoredFile.__table__
_period = ElectoralPeriod.__table__
_nothing = sa.select(sa.literal(1).label("one")).subquery()
# One statement, written once: every page asks it.
_SHOWN = (
    sa.select(
        *(_site.c.name, _site.c.tagline, _site.c.colour, _site.c.logo_id, _site.c.logo_alternative),
        *(_site.c.contact_email, _site.c.contact_phone, _logo.c.name.label("logo_name")),
        *(_audit.c.criteria_met, _audit.c.criteria_applicable),
        _period.c.ends_on.label("electoral_until"),
    )
    .select_from(_nothing)
    .outerjoin(_site, _site.c.id == _nothing.c.one)
    .outerjoin(_audit, _audit.c.id == sa.select(sa.func.max(_audit.c.id)).scalar_subquery())
    .outerjoin(_logo, _logo.c.id == _site.c.logo_id)
    .outerjoin(
        _period,
        _period.c.id
        == sa.select(_period.c.id)
        .where(_period.c.starts_on <= sa.bindparam("today"))
        .where(_period.c.ends_on >= sa.bindparam("today"))
        .order_by(_period.c.ends_on.desc(), _period.c.id.desc())
        .limit(1)
        .scalar_subquery(),
    )
)


def site_on_pages() -> Any:
    """What every page shows of the site and of its last audit; empty before anybody chose."""
    return db.session.execute(_SHOWN, {"today": clock.today()}).one()


def letterhead() -> Letterhead:
    """Whose paper it is, for whatever this site prints."""
    known = site_on_pages()
    site = known if known.name else first_day()
    logo = db.session.get(StoredFile, known.logo_id) if known.logo_id else None
    return Letterhead(
        name=site.name,
        colour=site.colour,
        logo=logo.path if logo else None,
        logo_alternative=site.logo_alternative if logo else "",
        contact=site.contact_email or site.contact_phone,
    )


def settings() -> Site:
    """The settings, held until the end of the change; a new row where nobody chose any."""
    held = sa.select(Site).where(Site.id == 1).with_for_update()
    return db.session.scalar(held) or first_day()


def as_it_stands() -> Site:
    """The settings, to be read."""
    return db.session.get(Site, 1) or first_day()


def latest_audit() -> Audit | None:
    return db.session.scalar(sa.select(Audit).order_by(Audit.id.desc()).limit(1))


def first_day() -> Site:
    """The site as it is before anybody opened its settings; it is in no session."""
    return Site(
        id=1,
        name="consult",
        tagline="",
        colour="#12495a",
        logo_alternative="",
        contact_email="",
        contact_postal="",
        contact_phone="",
        texts={},
    )


def accessibility_status(audit: Any) -> str:
    """full, partial or none, as the law counts: all criteria met, at least half, fewer."""
    if (
        audit is None
        or audit.criteria_met is None
        or audit.criteria_met * 2 < audit.criteria_applicable
    ):
        return "none"
    return "full" if audit.criteria_met == audit.criteria_applicable else "partial"


# The home page.


class Totals(NamedTuple):
    """What became of all contributions of some campaigns."""

    received: int
    published: int
    answered: int
    retained: int
    median_days: int | None
    by_campaign: Mapping[int, int]  # how many are on show in each


_TOTALS = (
    sa.select(Tally.campaign_id, Tally.status, Tally.outcome, sa.func.sum(Tally.number))
    .where(Tally.campaign_id.in_(sa.bindparam("campaigns", expanding=True)), Tally.number > 0)
    .group_by(Tally.campaign_id, Tally.status, Tally.outcome)
)
_DAYS = (
    sa.select(Delay.days, sa.func.sum(Delay.number))
    .where(Delay.campaign_id.in_(sa.bindparam("campaigns", expanding=True)), Delay.number > 0)
    .group_by(Delay.days)
    .order_by(Delay.days)
)


def totals(campaigns: Iterable[Campaign]) -> Totals:
    """The figures of these campaigns together, from their tallies."""
    wanted = [campaign.id for campaign in campaigns]
    rows = db.session.execute(_TOTALS, {"campaigns": wanted})
    received = published = answered = retained = 0
    by_campaign: Counter[int] = Counter()
    for campaign_id, status, outcome, number in rows:
        received += number
        if status == Status.PUBLISHED:
            published += number
            by_campaign[campaign_id] += number
            answered += number if outcome else 0
            retained += number if outcome in ("retained", "partly_retained") else 0
    median = median_days(wanted) if answered else None
    return Totals(received, published, answered, retained, median, by_campaign)


def median_days(campaign_ids: Iterable[int]) -> int | None:
    """After how many days half of the answers of these campaigns had come."""
    rows = db.session.execute(_DAYS, {"campaigns": list(campaign_ids)}).all()
    half = (sum(number for _, number in rows) + 1) // 2
    for days, number in rows:
        half -= number
        if half <= 0:
            return days
    return None


class Promised(NamedTuple):
    """The actions of published plans, by where they stand."""

    counts: Counter[Progress]
    late: int


def promised(*, with_demo: bool) -> Promised:
    """Every action promised to this day, each once."""
    rows = db.session.execute(
        sa.select(Action.progress, sa.func.count(), sa.func.count(sa.case((late(), 1))))
        .join(Plan, Plan.id == Action.plan_id)
        .where(*_shown(with_demo))
        .group_by(Action.progress)
    ).all()
    counts = Counter({progress: number for progress, number, _ in rows})
    return Promised(counts, sum(overdue for _, _, overdue in rows))


class Proof(NamedTuple):
    """The last thing that shows what was done of an action."""

    action_id: int
    action_title: str
    progress: Progress
    on: date | None
    when: str
    title: str
    kind: EvidenceKind
    url: str | None
    file_id: int | None
    file_name: str | None
    thumbnail_id: int | None
    thumbnail_name: str | None
    width: int | None  # of the small copy where there is one
    height: int | None
    alternative: str
    at: datetime


def latest_evidence(*, with_demo: bool, limit: int = 3) -> list[Proof]:
    """The latest evidence, one for each action, newest first."""
    rows = db.session.execute(_latest_evidence(with_demo), {"most": limit * 8})
    found: dict[int, Proof] = {}
    for row in rows:
        found.setdefault(row[0], Proof(*row))
    return list(found.values())[:limit]


@cache
def _latest_evidence(with_demo: bool) -> sa.Select[Any]:
    small = aliased(StoredFile)
    return (
        sa.select(
            *(Action.id, Action.title, StatusReport.progress, StatusReport.effective_on),
            *(StatusReport.effective_words, Evidence.title, Evidence.kind, Evidence.url),
            *(StoredFile.id, StoredFile.name, small.id, small.name),
            sa.func.coalesce(small.width, StoredFile.width),
            sa.func.coalesce(small.height, StoredFile.height),
            *(Evidence.alternative, StatusReport.at),
        )
        .select_from(Evidence)
        .join(StatusReport, StatusReport.id == Evidence.report_id)
        .join(Action, Action.id == StatusReport.action_id)
        .join(Plan, Plan.id == Action.plan_id)
        .outerjoin(StoredFile, StoredFile.id == Evidence.file_id)
        .outerjoin(small, small.id == Evidence.thumbnail_id)
        .where(*_shown(with_demo))
        .order_by(
            StatusReport.effective_on.is_(None),
            StatusReport.effective_on.desc(),
            Evidence.id.desc(),
        )
        .limit(sa.bindparam("most"))
    )


def _shown(with_demo: bool) -> list[sa.ColumnElement[bool]]:
    shown = [Plan.state == PlanState.PUBLISHED]
    return shown if with_demo else [*shown, Plan.is_demo.is_(False)]


# Files.


class Sight(StrEnum):
    """Who may see a file: everybody, what the town or what a resident shows; or only some."""

    TOWN = "town"
    RESIDENT = "resident"
    STAFF = "staff"


def sight_of(actor: User | None, file: StoredFile) -> Sight | None:
    """Through what this person may see a file; None: not at all."""
    published = Plan.state == PlanState.PUBLISHED
    by_plan = [
        sa.select(Evidence.id)
        .join(StatusReport, StatusReport.id == Evidence.report_id)
        .join(Plan, Plan.id == StatusReport.plan_id)
        .where(sa.or_(Evidence.file_id == file.id, Evidence.thumbnail_id == file.id)),
        sa.select(Picture.id)
        .join(Plan, Plan.id == Picture.plan_id)
        .where(Picture.file_id == file.id),
        sa.select(Plan.id).where(Plan.source_id == file.id),
    ]
    logo = sa.select(Site.id).where(Site.logo_id == file.id)
    shown = sa.or_(logo.exists(), *(each.where(published).exists() for each in by_plan))
    if (
        db.session.scalar(sa.select(shown))
        or shows_file(file.id, None)
        or shows_paper(file.id, None)
    ):
        return Sight.TOWN
    if is_on_show(file.id):
        return Sight.RESIDENT
    if actor is None:
        return None
    # The act that adopts a plan is shown with it; from then on it is read as any act is.
    adopting = sa.select(Act.id).join(Plan, Plan.act_id == Act.id)
    adopting = adopting.where(Act.document_id == file.id, ~published)
    own = sa.or_(*(each.where(visible_to(actor)).exists() for each in (*by_plan, adopting)))
    if (
        db.session.scalar(sa.select(own))
        or shows_file(file.id, actor)
        or shows_paper(file.id, actor)
    ):
        return Sight.STAFF
    return Sight.STAFF if _watches(actor, file) else None


def _watches(actor: User, file: StoredFile) -> bool:
    """Whether it is a picture of a text this person wrote, or reads before others."""
    posts = db.session.scalars(
        sa.select(Contribution)
        .join(Image, Image.post_id == Contribution.id)
        .where(sa.or_(Image.file_id == file.id, Image.thumbnail_id == file.id))
        .options(joinedload(Contribution.campaign))
    )
    return any(is_visible_to(actor, post) for post in posts)


# The journal.


def head() -> JournalHead:
    """The number and the fingerprint of the last line."""
    return db.session.get(JournalHead, 1) or JournalHead(id=1, count=0, hash=START)
