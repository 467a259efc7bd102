"""A file comes in little by little; what was cut off is taken up where it stood, once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.contributions.jobs import recount
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.imports import actions, jobs
from consult.imports.models import Import, Step
from consult.journal.models import Event
from consult.journal.queries import faults
from consult.people.models import Role, RoleName
from tests.factories import make_campaign, make_user
from tests.imports.bringing import bring, confirm, counts, table, work

MANY = table(*[(n, f"Idée {n}", "Un texte.") for n in range(250)])


class Killed(BaseException):
    """The worker is no more."""


@pytest.fixture
def campaign(ctx, noon):
    yield make_campaign()
    jobs._open.clear()


def number(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def killed_at(call, monkeypatch):
    """The worker dies in the middle of its n-th handful, and forgets everything."""
    takes, calls = actions.take_in, []

    def take_in(*args):
        calls.append(args)
        takes(*args)
        if len(calls) == call:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions, "take_in", take_in)
        with pytest.raises(Killed):
            work()
    jobs._open.clear()
    db.session.rollback()


def test_a_killed_worker_is_taken_up_where_it_stood(campaign, noon, monkeypatch):
    importing = confirm(campaign, MANY)
    killed_at(2, monkeypatch)
    db.session.refresh(importing)
    assert (importing.step, importing.created, importing.position) == (Step.RUNNING, 100, 100)
    assert number(Contribution) == 100
    assert work() == 0  # perhaps somebody is still at work on it
    with clock.frozen(noon + jobs.AT_WORK + timedelta(seconds=1)):
        assert work() == 150
    db.session.refresh(importing)
    assert (importing.step, importing.total) == (Step.DONE, 250)
    assert counts(importing) == (250, 0, 0, 0)
    assert number(Contribution) == 250
    assert number(Event) == 251
    assert list(faults()) == []
    assert set(recount().values()) == {0}


def test_whoever_was_thought_dead_does_nothing_twice(campaign, noon):
    importing = confirm(campaign, MANY)
    jobs.carry(importing.id, 0)
    mine = dict(jobs._open)
    jobs._open.clear()
    with clock.frozen(noon + jobs.AT_WORK + timedelta(seconds=1)):
        work()
    jobs._open |= mine
    assert jobs.bring_in() == 0
    db.session.refresh(importing)
    assert counts(importing) == (250, 0, 0, 0)


def test_a_file_is_brought_in_by_slices(campaign, monkeypatch):
    monkeypatch.setattr(jobs, "SLICE", 0)
    importing = confirm(campaign, MANY)
    assert [jobs.bring_in() for _ in range(5)] == [100, 100, 50, 0, 0]
    db.session.refresh(importing)
    assert importing.step == Step.DONE


def test_files_come_in_one_after_the_other(campaign):
    first, second = confirm(campaign, MANY), confirm(campaign, MANY)
    work()
    for one in (first, second):
        db.session.refresh(one)
    assert (first.created, second.unchanged) == (250, 250)


def test_it_is_not_tried_for_ever(campaign, noon, monkeypatch):
    importing = confirm(campaign, MANY)
    for day in range(jobs.ATTEMPTS):
        with clock.frozen(noon + timedelta(days=day)):
            killed_at(1, monkeypatch)
    with clock.frozen(noon + timedelta(days=9)):
        work()
    db.session.refresh(importing)
    assert importing.step == Step.STOPPED
    assert importing.fault == "L’import a été tenté 5 fois sans avancer."
    assert number(Contribution) == 0


def test_a_file_that_breaks_half_way_brings_in_nothing(campaign):
    importing = bring(campaign, MANY + b'251,"Une phrase, jamais finie\n' + b"x" * 2_000_000)
    assert importing.step == Step.STOPPED
    assert "guillemet" in importing.fault
    assert number(Contribution) == 0


def test_columns_that_are_not_there(campaign):
    importing = bring(campaign, MANY, columns={"body": "corps"})
    assert importing.step == Step.STOPPED
    assert "corps" in importing.fault


def test_whoever_lost_the_role_brings_in_nothing_more(campaign, monkeypatch):
    facilitator = make_user()
    facilitator.roles.append(Role(name=RoleName.FACILITATOR, campaign_id=campaign.id))
    db.session.commit()
    importing = confirm(campaign, MANY, actor=facilitator)
    jobs.carry(importing.id, 0)
    db.session.execute(sa.delete(Role))
    db.session.commit()
    db.session.expire_all()
    work()
    db.session.refresh(importing)
    assert importing.step == Step.STOPPED
    assert importing.created == 100
    assert importing.fault


def test_an_empty_file(campaign):
    importing = bring(campaign, table())
    assert (importing.step, importing.total, counts(importing)) == (Step.DONE, 0, (0, 0, 0, 0))


def test_nothing_waits(campaign):
    assert jobs.bring_in() == 0
    assert number(Import) == 0
