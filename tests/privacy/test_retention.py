"""What goes by itself, told over years with the clock held."""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from consult.campaigns.models import PhaseKind, State
from consult.core import clock, files
from consult.core.db import db
from consult.core.files import StoredFile
from consult.imports.models import Import
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.jobs import send_letters
from consult.people.models import Letter, RoleName, User
from consult.posts.models import Image, Slip, Status
from consult.privacy import jobs
from consult.privacy.models import Copy, Farewell, Purge, SealedIdentity
from consult.privacy.retention import RULES
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.factories import make_campaign, make_contribution, make_user

DAY = timedelta(days=1)
YEAR = 365 * DAY


def at(moment) -> None:
    """What the worker does on that day, twice: the second time finds nothing."""
    with clock.frozen(moment):
        jobs.purge()
        send_letters()


def alive(user_id: int) -> bool:
    db.session.rollback()
    return db.session.get(User, user_id, populate_existing=True).closed_at is None


def test_an_account_nobody_uses_is_told_twice_then_emptied(ctx, outbox, noon):
    user, agent = make_user(), make_user(RoleName.COUNCIL)
    contribution = make_contribution(author=user)
    numbers, address = (user.id, agent.id, contribution.id), user.email
    at(noon + 2 * YEAR - 61 * DAY)
    assert outbox == []
    at(noon + 2 * YEAR - 59 * DAY)
    assert [letter.to for letter in outbox] == [[address]]
    at(noon + 2 * YEAR - 58 * DAY)
    assert len(outbox) == 1
    at(noon + 2 * YEAR - 13 * DAY)
    assert len(outbox) == 2
    at(noon + 2 * YEAR + DAY / 2)
    assert alive(numbers[0])  # the second letter is not two weeks old
    at(noon + 2 * YEAR + 3 * DAY)
    assert not alive(numbers[0])
    assert alive(numbers[1])  # whoever holds a role is the administrators'
    assert db.session.get(type(contribution), numbers[2]).status == Status.PUBLISHED
    counted = db.session.scalars(sa.select(Event).where(Event.name == "privacy.purge")).all()
    assert {"rule": "retire", "number": 1} in [event.data for event in counted]
    assert address not in repr([event.data for event in counted])


def test_who_comes_back_in_time_stays(ctx, noon):
    user = make_user()
    number = user.id
    at(noon + 2 * YEAR - 59 * DAY)
    user = db.session.get(User, number)
    user.seen_at = noon + 2 * YEAR - 40 * DAY
    db.session.commit()
    at(noon + 2 * YEAR - 13 * DAY)
    assert db.session.scalar(sa.select(sa.func.count(Farewell.id))) == 0
    at(noon + 2 * YEAR + 30 * DAY)
    assert alive(number)


def test_who_supported_what_is_forgotten_after_the_results_and_still_counts(ctx, noon):
    campaign = make_campaign(PhaseKind.VOTE)
    contribution = make_contribution(campaign)
    user = make_user()
    votes.support(user, contribution)
    commit()
    number = contribution.id
    with clock.frozen(noon + 40 * DAY):
        campaign.move_to(State.RESULTS)
        db.session.commit()
    at(noon + (40 + 121) * DAY)
    assert db.session.scalar(sa.select(Support.user_id)) == user.id
    at(noon + (40 + 123) * DAY)
    row = db.session.execute(sa.select(Support.user_id, Support.voter_key)).one()
    assert row.user_id is None
    assert row.voter_key.startswith("cut:")
    assert db.session.get(type(contribution), number).support_count == 1


def test_words_nobody_sent_or_confirmed_go(ctx, noon):
    mine = make_contribution(status=Status.DRAFT)
    unconfirmed = make_contribution(status=Status.DRAFT)
    late = make_contribution(status=Status.DRAFT, awaited_since=noon + 5 * DAY)
    unconfirmed.author = late.author = None
    shown = make_contribution()
    db.session.commit()
    model, numbers = type(mine), [mine.id, unconfirmed.id, late.id, shown.id]

    def left() -> list[bool]:
        db.session.rollback()
        db.session.expunge_all()
        return [db.session.get(model, one) is not None for one in numbers]

    at(noon + 6 * DAY)
    assert left() == [True, True, True, True]
    at(noon + 8 * DAY)  # seven days after the address was asked, not after the first word
    assert left() == [True, False, True, True]
    at(noon + 13 * DAY)
    assert left() == [True, False, False, True]
    at(noon + 181 * DAY)
    assert left() == [False, False, False, True]


def test_raw_files_copies_and_seals_go_in_their_time(ctx, noon):
    user, campaign = make_user(), make_campaign()
    raw = files.keep(b"auteur;texte\nLou;Des bancs", "marie.csv", "text/csv")
    mine = files.keep(b"PK", "mes-donnees.zip", "application/zip")
    db.session.flush()
    db.session.add_all(
        [
            Import(
                campaign_id=campaign.id,
                file_id=raw.id,
                author_id=user.id,
                confirmed_at=noon,
                finished_at=noon,
                created=3,
            ),
            Copy(user_id=user.id, made_at=noon, file_id=mine.id),
            SealedIdentity(account=9, sealed="x", until=noon + 5 * YEAR),
        ]
    )
    db.session.commit()
    paths = SimpleNamespace(raw=raw.path, mine=mine.path)
    at(noon + 6 * DAY)
    assert (paths.raw.exists(), paths.mine.exists()) == (True, True)
    at(noon + 8 * DAY)
    assert (paths.raw.exists(), paths.mine.exists()) == (True, False)
    at(noon + 91 * DAY)
    assert (paths.raw.exists(), paths.mine.exists()) == (False, False)
    assert db.session.scalar(sa.select(Import.created)) == 3
    at(noon + 5 * YEAR + DAY)
    assert db.session.scalar(sa.select(sa.func.count(SealedIdentity.id))) == 0


def test_how_to_reach_the_author_of_a_sheet_goes_after_the_results(ctx, noon):
    contribution = make_contribution()
    agent = make_user()
    db.session.add(
        Slip(
            post_id=contribution.id,
            agent_id=agent.id,
            collected_on=clock.today(),
            collected_at="Mairie",
            number="12",
            contact="06 00 00 00 00",
        )
    )
    contribution.campaign.move_to(State.RESULTS)
    db.session.commit()
    at(noon + 121 * DAY)
    assert db.session.scalar(sa.select(Slip.contact))
    at(noon + 123 * DAY)
    assert db.session.scalar(sa.select(Slip.contact)) is None


def test_a_rule_that_fails_keeps_no_other_from_going(ctx, noon, monkeypatch, caplog):
    make_contribution(status=Status.DRAFT)

    def fail(_now):
        raise RuntimeError("no")

    monkeypatch.setattr(jobs, "RULES", (RULES[0]._replace(work=fail), *RULES[1:]))
    at(noon + 181 * DAY)
    assert db.session.scalar(sa.select(Purge.number).where(Purge.rule == "drop_drafts")) == 1
    assert "rule of retention failed" in caplog.text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_finds_nothing_on_the_first_day(ctx, rule):
    make_user()
    db.session.add(Letter(kind="people.reset", to="a@exemple.fr"))
    db.session.commit()
    assert rule.work(clock.now()) == 0


def test_a_file_nobody_had_brought_in_goes_after_thirty_days(ctx, noon):
    """Its row as well; one that was confirmed, and one of the same bytes, stay what they are."""
    user, campaign = make_user(), make_campaign()

    def handed_in(data: bytes, **dates):
        stored = files.keep(data, "marie.csv", "text/csv")
        db.session.flush()
        one = Import(campaign_id=campaign.id, file_id=stored.id, author_id=user.id, **dates)
        db.session.add(one)
        db.session.commit()
        return one.id, stored.path

    waits, path = handed_in(b"auteur;texte\nLou;Des bancs")
    twin, shared = handed_in(b"auteur;texte\nLou;Un banc")
    kept, same = handed_in(b"auteur;texte\nLou;Un banc", confirmed_at=noon)
    late, fresh = handed_in(b"auteur;texte\nLou;Dix bancs", at=noon + 10 * DAY)

    def left():
        return set(db.session.scalars(sa.select(Import.id)))

    at(noon + 29 * DAY)
    assert left() == {waits, twin, kept, late}
    assert path.exists()
    at(noon + 31 * DAY)
    assert left() == {kept, late}
    assert [one.exists() for one in (path, shared, same, fresh)] == [False, True, True, True]
    at(noon + 41 * DAY)
    assert left() == {kept}
    assert (same.exists(), fresh.exists()) == (True, False)


def test_files_that_nothing_names_go_and_no_other(ctx, noon):
    text = make_contribution()
    shown, twin, left = (files.keep(data, "a.png", "image/png") for data in (b"A", b"A", b"B"))
    db.session.flush()
    db.session.add(Image(post_id=text.id, file_id=shown.id))
    commit()
    number, kept, gone = shown.id, shown.path, left.path
    unsaid = files.keep(b"C", "c.png", "image/png").path  # what was begun and not committed
    db.session.rollback()
    part = files.folder() / "half.part"
    part.write_bytes(b"D")
    for path in (kept, gone, unsaid, part):
        os.utime(path, (noon.timestamp(), noon.timestamp()))
    at(noon + DAY / 2)
    assert all(path.exists() for path in (kept, gone, unsaid, part))
    files.keep(b"C", "c.png", "image/png")  # somebody is handing it in at this moment
    db.session.rollback()
    at(noon + 2 * DAY)
    assert [path.exists() for path in (kept, gone, unsaid, part)] == [True, False, True, False]
    assert db.session.scalars(sa.select(StoredFile.id)).all() == [number]
