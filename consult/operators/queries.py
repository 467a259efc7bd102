"""What needs somebody's attention, and the figures a town's monitoring reads."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from flask_babel.speaklater import LazyString

from consult.campaigns.models import Campaign, Phase, PhaseKind, State
from consult.contributions.models import Tally
from consult.core import clock
from consult.core.db import db
from consult.core.i18n import LANGUAGES, _, n_
from consult.followup.asking import within
from consult.followup.models import Question
from consult.imports.models import Import
from consult.journal import queries as journal
from consult.journal.models import Event, Notification
from consult.keys.models import Passkey, Totp
from consult.moderation.charter import TARGETS
from consult.moderation.models import Appeal, Notice
from consult.operators import health
from consult.people.models import Letter, Role, RoleName, User
from consult.portal import legal
from consult.portal import queries as portal
from consult.posts.models import Post, Status

FAILURES = 3  # in a row, before a letter is said to bounce
APPEAL_DAYS = 30  # within which an appeal should have its answer


class Point(NamedTuple):
    """One thing that needs attention: what, what to do about it, where."""

    title: LazyString | str
    advice: LazyString | str
    page: tuple[str, dict[str, Any]] | None = None


def points() -> list[Point]:
    """Everything that needs attention, the machine first, then people; empty when all is well."""
    n = counts()
    return [*_machine(), *_journal(), *_mail(n), *_people(n), *_waiting(n), *_settings()]


class Counts(NamedTuple):
    """How many rows wait, are late or bounce: one question to the database for all of them."""

    letters: int
    notices: int
    imports: int
    texts: int
    reports: int
    bounced_letters: int
    bounced_people: int
    late_texts: int
    late_reports: int
    late_appeals: int
    late_replies: int
    stopped_imports: int
    administrators: int
    keyless: int


def counts() -> Counts:
    now = clock.now()
    post, question, user = Post.__table__.c, Question.__table__.c, User.__table__.c
    late_questions = sa.select(post.id).where(
        post.status == Status.PUBLISHED, post.submitted_at < now - timedelta(days=within())
    )
    open_to = sa.select(user.id).where(user.closed_at.is_(None), user.is_system.is_(False))
    keyed = sa.union(sa.select(Totp.user_id), sa.select(Passkey.user_id))
    asked: tuple[Any, ...] = Counts(
        letters=_count(Letter, Letter.sent_at.is_(None)),
        notices=_count(Notification, Notification.mailed_at.is_(None)),
        imports=_count(Import, Import.finished_at.is_(None)),
        texts=_count(Post, post.waiting_since.is_not(None)),
        reports=_count(Notice, Notice.closed_at.is_(None)),
        bounced_letters=_count(Letter, Letter.sent_at.is_(None), Letter.failures >= FAILURES),
        bounced_people=_count(User, user.mail_failures >= FAILURES, user.closed_at.is_(None)),
        late_texts=_count(
            Post,
            sa.or_(
                *(
                    sa.and_(post.rank == urgency.rank, post.waiting_since < now - target)
                    for urgency, target in TARGETS.items()
                )
            ),
        ),
        late_reports=_count(
            Notice,
            Notice.closed_at.is_(None),
            sa.or_(
                *(
                    sa.and_(Notice.urgency == urgency, Notice.at < now - target)
                    for urgency, target in TARGETS.items()
                )
            ),
        ),
        late_appeals=_count(
            Appeal, Appeal.conclusion.is_(None), Appeal.at < now - timedelta(days=APPEAL_DAYS)
        ),
        late_replies=_count(
            Question, question.answered_at.is_(None), question.id.in_(late_questions)
        ),
        stopped_imports=_count(Import, Import.fault != ""),
        administrators=_count(
            User,
            user.id.in_(sa.select(Role.user_id).where(Role.name == RoleName.ADMINISTRATOR)),
            user.closed_at.is_(None),
            user.confirmed_at.is_not(None),
        ),
        keyless=_count(
            User,
            user.id.in_(sa.select(Role.user_id)),
            user.id.in_(open_to),
            user.id.not_in(keyed),
        ),
    )
    return Counts(*db.session.execute(sa.select(*asked)).one())


def _count(model: type[Any], *where: Any) -> Any:
    table = model.__table__
    return sa.select(sa.func.count()).select_from(table).where(*where).scalar_subquery()


# The machine.


def _machine() -> Iterator[Point]:
    sign, backup = health.last_sign(), health.last_backup()
    if sign is None or not health.is_awake():
        yield Point(
            _("The worker is asleep"),
            _("Letters, imports and signatures wait. Start it: consult worker."),
        )
    elif sign.failing:
        yield Point(
            _("Jobs of the worker fail: %(jobs)s", jobs=", ".join(sign.failing)),
            _("Its log says where in the code, with the moment."),
        )
    if health.free() < current_app.config["DISK_ROOM"]:
        yield Point(
            _("The disk is nearly full"),
            _("Make room where the instance lives: when nothing is left, nothing can be written."),
        )
    days = current_app.config["BACKUP_DAYS"]
    if backup is None:
        yield Point(
            _("No backup was made yet"), _("Make one, and keep it elsewhere: consult backup.")
        )
    elif clock.now() - backup > timedelta(days=days):
        yield Point(
            n_(
                "The last backup is %(num)d day old",
                "The last backup is %(num)d days old",
                (clock.now() - backup).days,
            ),
            _("Make one, and keep it elsewhere: consult backup."),
        )
    if not health.has_its_tables():
        yield Point(
            _("The tables are not those of this version"), _("Bring them up: consult db upgrade.")
        )


def _journal() -> Iterator[Point]:
    """A day that is over and not signed, an hour after midnight."""
    last = journal.last_head()
    waiting = sa.select(Event.at).where(Event.id > (last.count if last else 0))
    first = db.session.scalar(waiting.order_by(Event.id).limit(1))
    midnight = clock.from_town(datetime.combine(clock.today(), time()))
    if first and first < midnight and clock.now() > midnight + timedelta(hours=1):
        yield Point(
            _("Days of the journal are not signed"),
            _(
                "The worker signs each night the day before. If it runs, check with: %(command)s.",
                command="consult journal verify",
            ),
            ("oversight.heads", {}),
        )


# Letters.


def _mail(n: Counts) -> Iterator[Point]:
    if letters := n.bounced_letters:
        yield Point(
            n_(
                "%(num)d letter about an account does not leave",
                "%(num)d letters about accounts do not leave",
                letters,
            ),
            _("The mail server refuses them. Its log and ours say why; the address may not exist."),
        )
    if people := n.bounced_people:
        yield Point(
            n_(
                "The notices to %(num)d person bounce",
                "The notices to %(num)d people bounce",
                people,
            ),
            _("They are tried again for three days, then given up; on the site they stay."),
        )


# People.


def _people(n: Counts) -> Iterator[Point]:
    if n.administrators < 2:
        yield Point(
            _("There is no second administrator"),
            _("If the only one leaves or loses their key, nobody looks after the site."),
            ("people.roles", {}),
        )
    if number := n.keyless:
        yield Point(
            n_(
                "%(num)d person with a role has no second key yet",
                "%(num)d people with a role have no second key yet",
                number,
            ),
            _("Their role sleeps until they have one."),
            ("people.roles", {}),
        )


# What waits for the town.


def _waiting(n: Counts) -> Iterator[Point]:
    if number := n.late_texts:
        yield Point(
            n_(
                "%(num)d text waits longer than announced",
                "%(num)d texts wait longer than announced",
                number,
            ),
            _("One hour for danger, a day for what is plainly unlawful, three days for the rest."),
            ("moderation.queue", {}),
        )
    if number := n.late_reports:
        yield Point(
            n_(
                "%(num)d report of a reader waits longer than announced",
                "%(num)d reports of readers wait longer than announced",
                number,
            ),
            _("Whoever pointed a text out is owed an answer."),
            ("moderation.notices", {}),
        )
    if number := n.late_appeals:
        yield Point(
            n_(
                "%(num)d appeal has waited for a month",
                "%(num)d appeals have waited for a month",
                number,
            ),
            _("Somebody who did not decide first looks at it again."),
            ("moderation.appeals", {}),
        )
    for campaign, number in late_answers(clock.now()):
        yield Point(
            n_(
                "%(num)d answer is late: %(title)s",
                "%(num)d answers are late: %(title)s",
                number,
                title=campaign.title,
            ),
            _("The time the town had given itself to answer is over."),
            ("portal.thread", {"slug": campaign.slug}),
        )
    if number := n.late_replies:
        yield Point(
            n_(
                "%(num)d question about an action has no reply in time",
                "%(num)d questions about actions have no reply in time",
                number,
            ),
            _("The town means to reply within %(days)s days.", days=within()),
        )
    if number := n.stopped_imports:
        yield Point(
            n_(
                "%(num)d import stopped before its end",
                "%(num)d imports stopped before their end",
                number,
            ),
            _("Its page says why, and goes on from there."),
        )


def late_answers(now: datetime) -> list[tuple[Campaign, int]]:
    """Campaigns whose time to answer is over, with how many contributions have no answer."""
    unanswered = sa.func.sum(Tally.number)
    rows = db.session.execute(
        sa.select(Campaign.id, unanswered)
        .join(Tally, Tally.campaign_id == Campaign.id)
        .join(Phase, sa.and_(Phase.campaign_id == Campaign.id, Phase.kind == PhaseKind.ANSWER))
        .where(
            Campaign.state.in_((State.PUBLISHED, State.RESULTS)),
            Phase.closes_at < now,
            Tally.status == Status.PUBLISHED,
            Tally.outcome == "",
        )
        .group_by(Campaign.id)
        .having(unanswered > 0)
        .order_by(Campaign.id)
    ).all()
    found = sa.select(Campaign).where(Campaign.id.in_([number for number, _ in rows]))
    campaigns = {campaign.id: campaign for campaign in db.session.scalars(found)}
    return [(campaigns[number], count) for number, count in rows]


# Settings.


def _settings() -> Iterator[Point]:
    config = current_app.config
    if not config["SITE_URL"]:
        yield Point(_("The address of the site is not set"), _("Letters link to it: SITE_URL."))
    if config["MAIL_DEFAULT_SENDER"].endswith("@localhost"):
        yield Point(
            _("Letters have no sender of the town's"),
            _("Set MAIL_DEFAULT_SENDER, else they bounce."),
        )
    if not config["SESSION_COOKIE_SECURE"]:
        yield Point(
            _("Sessions travel without encryption"),
            _("Serve the site over HTTPS, and take SESSION_COOKIE_SECURE = False away."),
        )
    if not config["TRUSTED_HOSTS"]:
        yield Point(
            _("Any host name is believed"), _("Set TRUSTED_HOSTS to the names of the site.")
        )
    site = portal.as_it_stands()
    if not (site.contact_email or site.contact_phone):
        yield Point(
            _("The site has no contact"),
            _("People and security researchers need one."),
            ("portal.settings", {}),
        )
    for page, title in legal.TITLES.items():
        if legal.is_unfinished(legal.text(site, page, LANGUAGES[0]).words):
            yield Point(
                _("Something is to be filled in: %(page)s", page=title),
                _("The page says so to everybody until you do."),
                ("portal.settings", {}),
            )
    if portal.latest_audit() is None:
        yield Point(
            _("The accessibility of the site was never audited"),
            _("The law asks for an audit and its declaration."),
            ("portal.record_audit", {}),
        )


# Figures for Prometheus.


def gauges() -> list[tuple[str, str, dict[str, str], float]]:
    """Name, what it is, labels, value."""
    now = clock.now()
    sign, backup, head = health.last_sign(), health.last_backup(), journal.last_head()
    waiting = "Rows that wait, by queue."
    bounced = "Letters and people whose mail was refused three times or more."
    n = counts()
    queues = {
        "letters": n.letters,
        "notices": n.notices,
        "imports": n.imports,
        "moderation": n.texts,
        "reports": n.reports,
    }
    found = [("waiting", waiting, {"queue": name}, float(m)) for name, m in queues.items()]
    found += [
        ("mail_failing", bounced, {"what": "letters"}, n.bounced_letters),
        ("mail_failing", bounced, {"what": "people"}, n.bounced_people),
        ("moderation_late", "Texts that wait longer than announced.", {}, n.late_texts),
        ("journal_lines", "Lines of the journal.", {}, journal.tip()),
        ("journal_signed_lines", "Lines under a signed head.", {}, head.count if head else 0),
        ("disk_free_bytes", "Free where the instance lives.", {}, health.free()),
    ]
    for name, words, at in (
        ("backup_age_seconds", "Since the last verified backup.", backup),
        ("worker_beat_age_seconds", "Since the last sign of the worker.", sign and sign.at),
    ):
        if at:  # a figure nobody has is left out: it is not zero
            found.append((name, words, {}, (now - at).total_seconds()))
    return found
