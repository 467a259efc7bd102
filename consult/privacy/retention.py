"""How long things are kept, rule by rule: what the worker does each day, in handfuls.

A rule is words for the page that shows it, and a function that deals with at most `HANDFUL` rows
and says how many. It is called again until it finds nothing: others may write in between.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload

from consult.ballots.models import Poll, Struck
from consult.campaigns.models import Campaign, Phase, PhaseKind
from consult.core import files, personal
from consult.core.db import changed, db
from consult.core.files import StoredFile
from consult.core.i18n import _
from consult.identity.models import LetterCode, Parted, Proof
from consult.imports.models import WAITS, Import
from consult.journal.models import Notification
from consult.people import letters
from consult.people.leaving import leave
from consult.people.models import Role, User, Visit
from consult.posts.models import Post, Slip, Status
from consult.privacy import erasing
from consult.privacy.models import (
    COPY_LASTS,
    UNANSWERED,
    Copy,
    Farewell,
    Guardian,
    GuardianTurn,
    Petition,
    SealedIdentity,
    Turn,
)
from consult.vigilance.models import Refuted
from consult.votes.models import Support

HANDFUL = 200
YEAR = timedelta(days=365)
INACTIVE = 2 * YEAR
WARNINGS = (timedelta(days=60), timedelta(days=14))  # before the end: a letter, and another
DRAFT = timedelta(days=180)
APPEAL = timedelta(days=122)  # to contest the results in court: two months, and as many to be told
SILENCE = 2 * YEAR  # results that never came: counted from the last day of the vote
TOLD = 2 * YEAR
RAW_FILE = timedelta(days=90)
VISIT = timedelta(days=15)
UNNAMED = timedelta(days=1)
PETITION_WORDS, PETITION = YEAR, 5 * YEAR


class Rule(NamedTuple):
    """One rule: its code, what it is about, for how long, and what does it."""

    name: str
    about: LazyString
    kept: LazyString
    work: Callable[[datetime], int]


def _ids(statement: sa.Select[tuple[int]]) -> list[int]:
    return list(db.session.scalars(statement.limit(HANDFUL)))


# Accounts.


def warn(now: datetime) -> int:
    """A letter two months before the end, another two weeks before."""
    number = 0
    for step, before in enumerate(WARNINGS, 1):
        told = sa.select(Farewell.user_id).where(Farewell.step >= step)
        for user in db.session.scalars(
            _sleeping(now - INACTIVE + before).where(User.id.not_in(told)).limit(HANDFUL)
        ):
            assert user.email  # noqa: S101
            db.session.add(Farewell(user_id=user.id, step=step))
            letters.write("privacy.farewell", user.email, language=user.language, user=user)
            number += 1
    return number


def retire(now: datetime) -> int:
    """Accounts nobody opened for two years, and who were told twice, are emptied."""
    told = sa.select(Farewell.user_id).where(
        Farewell.step == len(WARNINGS), Farewell.at < now - WARNINGS[-1]
    )
    people = list(
        db.session.scalars(_sleeping(now - INACTIVE).where(User.id.in_(told)).limit(HANDFUL))
    )
    for user in people:
        leave(user)
    return len(people)


def forgive(now: datetime) -> int:
    """Who came back in time is not counted as told."""
    back = _awake(now - INACTIVE + WARNINGS[0])
    return changed(sa.delete(Farewell).where(Farewell.user_id.in_(sa.select(User.id).where(back))))


def _awake(since: datetime) -> sa.ColumnElement[bool]:
    """Whether an account was used since; a session that stays open is use."""
    visited = sa.select(Visit.id).where(Visit.user_id == User.id, Visit.seen_at > since)
    return sa.or_(sa.func.coalesce(User.seen_at, User.created_at) > since, visited.exists())


def _sleeping(since: datetime) -> sa.Select[User]:
    """Open accounts of residents not used since; whoever holds a role is the administrators'."""
    return sa.select(User).where(
        User.closed_at.is_(None),
        User.is_system.is_(False),
        User.email.is_not(None),
        ~_awake(since),
        ~sa.select(Role.id).where(Role.user_id == User.id).exists(),
    )


def close_visits(now: datetime) -> int:
    return changed(sa.delete(Visit).where(Visit.seen_at < now - VISIT))


# Words.


def drop_drafts(now: datetime) -> int:
    """Texts nobody sent, and texts sent from an address that never answered."""
    table = db.metadata.tables["contribution"]
    asked = sa.select(table.c.awaited_since).where(table.c.id == Post.id).scalar_subquery()
    since = sa.func.coalesce(asked, Post.created_at)
    from_nobody = sa.and_(Post.author_id.is_(None), since < now - letters.UNCONFIRMED)
    found = db.session.scalars(
        sa.select(Post)
        .where(
            Post.status == Status.DRAFT,
            sa.or_(from_nobody, Post.created_at < now - DRAFT),
        )
        .limit(HANDFUL)
    ).all()
    for post in found:
        erasing.discard(post)
    return len(found)


def forget_contacts(now: datetime) -> int:
    """How to reach the author of a sheet of paper, once the results can be contested no more."""
    texts = _texts_of(_settled(now))
    return changed(
        sa.update(Slip)
        .where(Slip.contact.is_not(None), Slip.post_id.in_(texts))
        .values(contact=None)
        .execution_options(synchronize_session=False)
    )


def _texts_of(campaigns: sa.Select[tuple[int]]) -> sa.Select[tuple[int]]:
    table = db.metadata.tables["contribution"]
    return sa.select(table.c.id).where(table.c.campaign_id.in_(campaigns))


# Positions.


def _settled(now: datetime) -> sa.Select[tuple[int]]:
    """Campaigns whose results nobody can contest any more, or never came."""
    voted = sa.select(Phase.campaign_id).where(
        Phase.kind == PhaseKind.VOTE, Phase.closes_at < now - SILENCE
    )
    return sa.select(Campaign.id).where(
        sa.or_(
            Campaign.results_at < now - APPEAL,
            Campaign.cancelled_at < now - APPEAL,
            sa.and_(Campaign.results_at.is_(None), Campaign.id.in_(voted)),
        )
    )


def cut_supports(now: datetime) -> int:
    """Who supported what is forgotten; each support still counts."""
    found = _ids(
        sa.select(Support.id).where(
            Support.campaign_id.in_(_settled(now)), Support.voter_key.not_like("cut:%")
        )
    )
    return changed(
        sa.update(Support)
        .where(Support.id.in_(found))
        .values(
            user_id=None,
            voter_key=sa.literal("cut:").concat(sa.cast(Support.id, sa.String)),
            is_inside=None,
        )
        .execution_options(synchronize_session=False)
    )


def cut_rolls(now: datetime) -> int:
    """The roll of a secret vote goes; how many voted stays."""
    polls = sa.select(Poll.id).where(Poll.campaign_id.in_(_settled(now)))
    found = _ids(
        sa.select(Struck.id).where(Struck.poll_id.in_(polls), Struck.voter_key.not_like("cut:%"))
    )
    mark = sa.literal("cut:").concat(sa.cast(Struck.id, sa.String))
    return changed(
        sa.update(Struck)
        .where(Struck.id.in_(found))
        .values(voter_key=mark, receipt=mark)
        .execution_options(synchronize_session=False)
    )


def drop_proofs(now: datetime) -> int:
    """That somebody proved who they are, once it serves no more."""
    settled = _settled(now)
    gone = sum(
        changed(
            sa.delete(model).where(
                model.id.in_(_ids(sa.select(model.id).where(model.campaign_id.in_(settled))))
            )
        )
        for model in (Proof, Parted, Refuted)
    )
    return gone + changed(
        sa.update(LetterCode)
        .where(LetterCode.campaign_id.in_(settled), LetterCode.voter_key.is_not(None))
        .values(voter_key=None)
        .execution_options(synchronize_session=False)
    )


def drop_adults(now: datetime) -> int:
    """The address of an adult who never answered."""
    found = list(
        db.session.scalars(
            sa.select(Guardian)
            .where(Guardian.agreed_at.is_(None), Guardian.asked_at < now - UNANSWERED)
            .limit(HANDFUL)
        )
    )
    for guardian in found:
        db.session.add(GuardianTurn(user_id=guardian.user_id, turn=Turn.LAPSED))
        db.session.delete(guardian)
    db.session.flush()
    return len(found)


# Papers of all sorts.


def drop_notices(now: datetime) -> int:
    old = sa.select(Notification.id).where(Notification.id.in_(_old_notifications(now - TOLD)))
    return changed(sa.delete(Notification).where(Notification.id.in_(_ids(old))))


def _old_notifications(before: datetime) -> sa.Select[tuple[int]]:
    event = db.metadata.tables["event"]
    return (
        sa.select(Notification.id)
        .join(event, event.c.id == Notification.event_id)
        .where(event.c.at < before)
    )


def drop_raw_files(now: datetime) -> int:
    """The file that contributions were brought in from, and what was said of its rows."""
    over = _ids(
        sa.select(Import.id)
        .join(StoredFile, StoredFile.id == Import.file_id)
        .where(Import.finished_at < now - RAW_FILE, StoredFile.sha256 != "")
    )
    return erasing.drop_raw_files(over)


def drop_files_never_read(now: datetime) -> int:
    """A file handed in and looked at, which nobody had brought in: as if it were discarded."""
    over = sa.select(Import).where(Import.confirmed_at.is_(None), Import.at < now - WAITS)
    asked = over.options(joinedload(Import.file, innerjoin=True)).order_by(Import.id).limit(HANDFUL)
    found = list(db.session.scalars(asked.with_for_update(of=Import)))
    for one in found:
        db.session.delete(one)
    db.session.flush()
    for one in found:
        files.let_go(one.file)
    return len(found)


def drop_unnamed_files(now: datetime) -> int:
    """Files that no row leads to: what an interrupted sending or an older version left behind."""
    return files.drop_unnamed(now - UNNAMED, HANDFUL)


def drop_copies(now: datetime) -> int:
    return personal.delete(Copy.__table__, Copy.__table__.c.made_at < now - COPY_LASTS)


def empty_petitions(now: datetime) -> int:
    """Their words after a year, the rest after five."""
    emptied = changed(
        sa.update(Petition)
        .where(Petition.answered_at < now - PETITION_WORDS, Petition.words != "")
        .values(words="", answered_words="", extended_words="", email=None)
        .execution_options(synchronize_session=False)
    )
    return emptied + changed(sa.delete(Petition).where(Petition.answered_at < now - PETITION))


def unseal_nothing(now: datetime) -> int:
    return changed(sa.delete(SealedIdentity).where(SealedIdentity.until < now))


RULES = (
    Rule(
        "warn",
        _("Accounts nobody uses: warning"),
        _("One letter two months before the end, another two weeks before."),
        warn,
    ),
    Rule(
        "retire",
        _("Accounts nobody uses"),
        _("Emptied after two years without a visit; what was published stays, without its author."),
        retire,
    ),
    Rule("forgive", _("Warnings sent"), _("Until the person comes back."), forgive),
    Rule("close_visits", _("Sessions left open"), _("15 days without a visit."), close_visits),
    Rule(
        "drop_drafts",
        _("Drafts and unconfirmed texts"),
        _(
            "Six months; %(days)d days where the address never answered.",
            days=letters.UNCONFIRMED.days,
        ),
        drop_drafts,
    ),
    Rule(
        "cut_supports",
        _("Who supported what"),
        _("Four months after the results, or two years after a vote without results. Counts stay."),
        cut_supports,
    ),
    Rule(
        "cut_rolls",
        _("Rolls of secret votes"),
        _("Four months after the results, or two years after a vote without results. Counts stay."),
        cut_rolls,
    ),
    Rule(
        "drop_proofs",
        _("Proofs that one may take part"),
        _("Four months after the results, or two years after a vote without results."),
        drop_proofs,
    ),
    Rule(
        "forget_contacts",
        _("How to reach the author of a sheet of paper"),
        _("Four months after the results."),
        forget_contacts,
    ),
    Rule(
        "drop_adults",
        _("Address of an adult named by somebody under 15"),
        _("30 days without an answer; else until either takes the agreement back."),
        drop_adults,
    ),
    Rule("drop_notices", _("Notices read on the site"), _("Two years."), drop_notices),
    Rule(
        "drop_raw_files",
        _("Files that contributions were brought in from"),
        _("Three months after they were read; at once when a text in one is withdrawn."),
        drop_raw_files,
    ),
    Rule(
        "drop_files_never_read",
        _("Files handed in that nobody had brought in"),
        _("30 days."),
        drop_files_never_read,
    ),
    Rule(
        "drop_unnamed_files",
        _("Files that nothing on the site leads to"),
        _("One day."),
        drop_unnamed_files,
    ),
    Rule("drop_copies", _("Copies of one's own data"), _("Seven days."), drop_copies),
    Rule(
        "empty_petitions",
        _("Requests about one's data"),
        _("Their words one year after the answer, the rest five years."),
        empty_petitions,
    ),
    Rule(
        "unseal_nothing",
        _("Identities under seal"),
        _("Five years after the account is closed; one year for the day it was opened."),
        unseal_nothing,
    ),
)
# Not once a day, but as soon as it can be.
AT_ONCE = Rule(
    "purge_raw_files",
    _("Files that hold a text withdrawn since"),
    _("Not at all."),
    lambda _now: erasing.purge_raw_files(),
)
# What other rooms do by themselves, so that the list on the page is whole.
ELSEWHERE = (
    (_("Words of a moderation file"), _("Six months to appeal, then one year.")),
    (
        _("Letters that left"),
        _("35 days; their address and words at once where they open nothing."),
    ),
    (_("Tries counted against abuse"), _("One day, under a fingerprint.")),
    (_("Address left with a question"), _("90 days after the first reply.")),
    (_("Address of an invitation nobody took"), _("35 days after its end.")),
    (_("IP address of whoever writes or reads"), _("Never kept.")),
)
