"""A text withdrawn on the site is not kept in the file it was brought in from."""

import sqlalchemy as sa

from consult.contributions.models import Contribution
from consult.core.db import db
from consult.imports.models import Import, Remark, RemarkKind
from consult.journal.actions import commit
from consult.posts.models import Status
from consult.privacy import jobs
from tests.factories import make_campaign
from tests.imports.bringing import bring, hand_in, table

ROWS = table(("1", "Des bancs", "À l'ombre du marché."), ("2", "Un puits", "Devant l'école."))


def withdraw(ref: str) -> None:
    text = db.session.scalars(sa.select(Contribution).filter_by(external_ref=ref)).one()
    text.move_to(Status.WITHDRAWN)
    commit()


def test_the_file_goes_as_soon_as_one_of_its_texts_is_withdrawn(ctx, noon):
    importing = bring(make_campaign(), ROWS)
    other = bring(make_campaign(), ROWS + b"\n")
    for ref in "12":
        db.session.add(
            Remark(import_id=importing.id, kind=RemarkKind.WARNING, row=1, ref=ref, reason="Date.")
        )
    commit()
    path, untouched = importing.file.path, other.file.path
    number = importing.id
    assert jobs.purge_raw_files() == 0
    assert path.exists()
    text = db.session.scalars(
        sa.select(Contribution).filter_by(external_ref="1", campaign_id=importing.campaign_id)
    ).one()
    text.move_to(Status.WITHDRAWN)
    commit()
    assert jobs.purge_raw_files() == 1
    assert (path.exists(), untouched.exists()) == (False, True)
    said = sa.select(Remark.ref).filter_by(import_id=number)
    assert db.session.scalars(said).all() == ["2"]
    assert db.session.get(Import, number).created == 2  # the figures stay
    assert jobs.purge_raw_files() == 0


def test_a_file_brought_again_is_not_kept_either_and_one_at_work_is_left_alone(ctx, noon):
    campaign = make_campaign()
    bring(campaign, ROWS)
    withdraw("1")
    jobs.purge_raw_files()
    waiting = hand_in(campaign, ROWS)
    assert jobs.purge_raw_files() == 0
    assert waiting.file.path.exists()
    path = bring(campaign, ROWS + b"\n").file.path
    assert jobs.purge_raw_files() == 1
    assert not path.exists()
