"""Counts kept in step by the acts are those one finds by counting again."""

from datetime import timedelta

import sqlalchemy as sa

from consult.answers.models import Answer
from consult.campaigns.models import Moderation, Theme
from consult.comments import actions as comments
from consult.contributions import actions as contributions
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution, Outcome, Tally
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.posts.models import Status
from consult.votes import actions as votes
from tests.factories import make_campaign, make_contribution, make_user

RIGHT = {"supports": 0, "apart": 0, "comments": 0, "outcomes": 0, "tallies": 0}


def counted():
    db.session.expire_all()
    return (
        [
            (one.id, one.support_count, one.comment_count, one.outcome)
            for one in db.session.scalars(sa.select(Contribution).order_by(Contribution.id))
        ],
        sorted(
            (row.campaign_id, row.theme_id, row.status, row.outcome, row.number)
            for row in db.session.scalars(sa.select(Tally))
            if row.number
        ),
    )


def lived(noon):
    """A few things that happen to a campaign."""
    campaign = make_campaign(moderation=Moderation.AFTER)
    campaign.themes = [Theme(title="Nature"), Theme(title="Rue")]
    db.session.commit()
    people = [make_user() for _ in range(3)]
    made = [make_contribution(campaign, theme=campaign.themes[n % 2]) for n in range(4)]
    make_contribution(campaign, Status.DRAFT)
    for person in people:
        votes.support(person, made[0])
    votes.support(people[0], made[1])
    votes.withdraw(people[1], made[0])
    said = comments.comment(people[0], made[0], body="Oui.")
    comments.comment(people[1], made[0], body="Non.")
    comments.withdraw(people[0], said)
    contributions.edit(
        made[2].author, made[2], title="Ailleurs", body="Là-bas.", theme=campaign.themes[1]
    )
    contributions.withdraw(made[3].author, made[3])
    for outcome in (Outcome.NOT_RETAINED, Outcome.PARTLY):
        db.session.add(
            Answer(
                contribution_id=made[0].id,
                campaign_id=campaign.id,
                outcome=outcome,
                part="Un banc",
                words="Parce que.",
                signatory="Le maire",
                unit="Mairie",
                author_id=people[0].id,
            )
        )
        made[0].answered(outcome)
    commit()
    return made


def test_what_the_acts_kept_is_what_one_counts(ctx, noon):
    lived(noon)
    with clock.frozen(noon + timedelta(days=1)):
        assert recount() == RIGHT


def test_counts_gone_wrong_are_mended(ctx, noon):
    lived(noon)
    right = counted()
    db.session.execute(
        sa.update(Contribution.__table__).values(
            support_count=9, comment_count=9, outcome=Outcome.RETAINED
        )
    )
    db.session.execute(sa.update(Tally).values(number=5))
    db.session.execute(sa.delete(Tally).where(Tally.status == Status.WITHDRAWN))
    db.session.commit()
    wrong = recount()
    db.session.commit()
    assert wrong["supports"] == 5
    assert wrong["outcomes"] == 1  # outcomes without a letter may come from elsewhere
    mended = counted()
    assert [row[:3] for row in mended[0]] == [row[:3] for row in right[0]]
    assert mended[0][0][3] == Outcome.PARTLY
    db.session.execute(
        sa.update(Contribution.__table__)
        .where(Contribution.__table__.c.id != mended[0][0][0])
        .values(outcome=None)
    )
    db.session.commit()
    recount()
    db.session.commit()
    assert counted() == right
