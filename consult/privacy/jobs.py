"""Copies are made, old rows go, and those who must answer in time are told."""

import logging
from datetime import timedelta

import sqlalchemy as sa

from consult.core import clock, files, search
from consult.core.db import db, writing
from consult.core.i18n import spoken
from consult.core.queue import every
from consult.journal.actions import commit, rollback
from consult.people.models import User
from consult.privacy import actions, copying, queries
from consult.privacy.models import Copy, Purge
from consult.privacy.retention import AT_ONCE, RULES, Rule

DAILY = timedelta(hours=20)  # a worker started at another hour still keeps to a day
HANDFULS = 50  # of one rule in one go: others may write in between, the rest comes next time
log = logging.getLogger(__name__)


@every(seconds=5)
def make_copies() -> int:
    """Make the copies that people wait for, one at a time."""
    number = 0
    for waiting in queries.copies_waiting():
        copy = db.session.get_one(Copy, waiting)
        user = db.session.get_one(User, copy.user_id)
        with spoken(user.language):
            data = copying.zipped(user)
        rollback()
        writing()
        copy = db.session.get_one(Copy, waiting, with_for_update=True)
        user = db.session.get_one(User, copy.user_id)
        if copy.made_at is None and user.is_active:
            file = files.keep(data, "mes-donnees.zip", "application/zip")
            actions.make_copy(None, copy, user=user, file=file)
            commit()
            number += 1
        else:
            rollback()
    return number


@every(seconds=3600)
def purge() -> int:
    """Each rule of retention, once a day; one that fails does not keep the others from going."""
    return sum(_purge(rule) for rule in RULES if _is_due(rule))


@every(seconds=10)
def purge_raw_files() -> int:
    """A text withdrawn on the site is not kept in the file it was brought in from."""
    return _purge(AT_ONCE) if queries.is_stale() else 0


def _purge(rule: Rule) -> int:
    number = 0
    try:
        for _handful in range(HANDFULS):
            writing()
            dealt = actions.purge(None, rule)
            commit()
            number += dealt
            if not dealt:
                break
    except Exception:
        rollback()
        log.exception("rule of retention failed: %s", rule.name)
    return number


def _is_due(rule: Rule) -> bool:
    """Whether it found nothing to do today yet; looking again costs little."""
    latest = db.session.scalar(sa.select(sa.func.max(Purge.at)).where(Purge.rule == rule.name))
    db.session.rollback()
    return latest is None or latest < clock.now() - DAILY


@every(seconds=3600)
def scrub() -> int:
    """Have nothing of deleted words left in the files of the database itself."""
    return search.scrub() if queries.erased_lately() else 0


@every(seconds=600)
def remind() -> int:
    """Tell the administrators of requests and breaches whose time runs out."""
    number = 0
    for model, waiting in queries.running_out():
        writing()
        subject = db.session.get_one(model, waiting)
        actions.remind(None, subject)
        commit()
        number += 1
    return number
