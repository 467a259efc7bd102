"""Where an action stands is said with its date and evidence; editions stay as they were."""

from datetime import date, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.core.search import SearchEntry
from consult.engagements import actions as engagements
from consult.engagements import queries as plans
from consult.engagements.models import Action, Progress
from consult.followup import actions as followup
from consult.followup import queries
from consult.followup.models import Edition, Evidence, EvidenceKind, StatusReport
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.models import Follow, RoleName, User
from tests.engagements.making import (
    adopted,
    clerk,
    first_action,
    first_engagement,
    link,
    make_plan,
    published,
)
from tests.factories import make_campaign, make_contribution, make_user

DAY = date(2026, 6, 1)


def projection() -> Evidence:
    return Evidence(
        kind=EvidenceKind.PROJECTION,
        title="Vue",
        url="https://exemple.fr/vue",
        alternative="Le môle éclairé",
        credit="Atelier du Large",
    )


def report(actor, action, progress, **said):
    made = followup.report(actor, action, progress=progress, **{"effective_on": DAY, **said})
    commit()
    return made


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_reports(ctx, noon, role):
    plan = published(clerk(), make_plan(clerk()))
    actor = make_user(*([role] if role else []))
    if role in (RoleName.COUNCIL, RoleName.FACILITATOR):
        assert report(actor, first_action(plan), Progress.STARTED)
    else:
        with pytest.raises(Refused):
            report(actor, first_action(plan), Progress.STARTED)


def test_a_visitor_does_not_report_and_the_pilot_does(ctx, noon):
    desk, pilot = clerk(), make_user()
    plan = published(desk, make_plan(desk, "Un", "Deux"))
    first, second = plans.actions_of(plan)
    engagements.appoint(desk, first, pilot)
    commit()
    with pytest.raises(Refused):
        report(None, first, Progress.STARTED)
    assert report(pilot, first, Progress.STARTED)
    with pytest.raises(Refused):
        report(pilot, second, Progress.STARTED)


def test_nothing_is_reported_on_a_draft(ctx, noon):
    actor = clerk()
    plan = make_plan(actor)
    with pytest.raises(Refused):
        report(actor, first_action(plan), Progress.STARTED)
    adopted(actor, plan)
    assert report(actor, first_action(plan), Progress.STARTED)


@pytest.mark.parametrize(
    ("progress", "said", "lacks"),
    [
        (Progress.DONE, {"evidence": []}, "preuve"),
        (Progress.DONE, {"evidence": ["projection"]}, "preuve"),
        (Progress.DONE, {"evidence": ["link"], "effective_on": None}, "date"),
        (Progress.STARTED, {"effective_on": None}, "date"),
        (Progress.STARTED, {"effective_on": date(2026, 6, 16)}, "date"),
        (Progress.ABANDONED, {}, "motif"),
        (Progress.ABANDONED, {"words": "  "}, "motif"),
        (Progress.SUSPENDED, {}, "motif"),
    ],
)
def test_what_is_missing_is_named(ctx, noon, progress, said, lacks):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    kinds = {"link": link, "projection": projection}
    said = {**said, "evidence": [kinds[name]() for name in said.get("evidence", [])]}
    with pytest.raises(Refused) as refused:
        report(actor, first_action(plan), progress, **said)
    assert lacks in str(refused.value.reason)
    rollback()
    assert first_action(plan).progress == Progress.UNKNOWN


@pytest.mark.parametrize("progress", list(Progress))
def test_any_status_follows_any_other(ctx, noon, progress):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    for step in (Progress.ABANDONED, progress, Progress.STARTED):
        report(actor, first_action(plan), step, words="Parce que.", evidence=[link()])
    steps = [one.progress for one in queries.reports(first_action(plan))]
    assert steps == [Progress.STARTED, progress, Progress.ABANDONED]


def test_the_latest_report_is_where_it_stands(ctx, noon):
    actor = clerk()
    plan = published(actor, make_plan(actor, "Un", "Deux"))
    first, second = plans.actions_of(plan)
    report(actor, first, Progress.STARTED)
    with clock.frozen(noon + timedelta(days=3)):
        said = report(actor, first, Progress.DONE, evidence=[link()])
        assert first.reported_at == clock.now()
    assert first.progress == Progress.DONE
    found = queries.latest([first.id, second.id])
    assert found == {first.id: said}
    assert [one.title for one in found[first.id].evidence] == ["Le compte rendu"]
    assert queries.standing(plan)[first.id].evidence == 1
    status = db.session.scalar(
        sa.select(SearchEntry.status).filter_by(kind="action", subject_id=first.id)
    )
    assert status == "done"


def test_what_was_said_is_never_changed(ctx, noon):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    report(actor, first_action(plan), Progress.DONE, evidence=[link()])
    for table in (StatusReport, Evidence):
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(sa.delete(table))
        rollback()


def test_the_same_report_sent_twice_is_one(ctx, noon):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    first = report(actor, first_action(plan), Progress.STARTED, key="k")
    assert report(actor, first_action(plan), Progress.STARTED, key="k") is first
    assert db.session.scalar(sa.select(sa.func.count(StatusReport.id))) == 1


def test_each_is_told_once_whatever_their_reasons(ctx, noon):
    desk, campaign = clerk(), make_campaign()
    author, follower = make_user(), make_user()
    words = [make_contribution(campaign, author=author) for _ in range(2)]
    top = None
    plan = engagements.create(desk, title="Un plan", campaigns=[campaign])
    db.session.flush()
    top = engagements.commit(desk, plan, title="Enjeu", origins=words)
    low = engagements.commit(desk, plan, title="Axe", parent=top)
    engagements.undertake(desk, plan, title="La halle", engagements=[low], origins=words)
    published(desk, plan)
    action = first_action(plan)
    followed = [("action", action.id), ("engagement", low.id), ("engagement", top.id)]
    followed += [("plan", plan.id), ("contribution", words[0].id), ("campaign", campaign.id)]
    for kind, number in followed:
        for user in (author, follower, desk):
            db.session.add(Follow(user_id=user.id, subject_kind=kind, subject_id=number))
    commit()
    report(desk, action, Progress.STARTED)
    event = sa.select(Event.id).where(Event.name == "followup.report").scalar_subquery()
    told = db.session.scalars(
        sa.select(Notification.user_id).where(Notification.event_id == event)
    ).all()
    assert sorted(told) == [author.id, follower.id]  # never who reports


def test_an_edition_stays_as_it_was(ctx, noon):
    actor, follower = clerk(), make_user()
    plan = published(actor, make_plan(actor, "Un", "Deux"))
    db.session.add(Follow(user_id=follower.id, subject_kind="plan", subject_id=plan.id))
    first, second = plans.actions_of(plan)
    report(actor, first, Progress.STARTED)
    edition = followup.publish_edition(actor, plan, title="Un an après", as_of=DAY)
    commit()
    frozen = queries.canonical(edition.content)
    assert (edition.slug, edition.sha256) == ("un-an-apres", queries.fingerprint(edition.content))
    report(actor, second, Progress.DONE, evidence=[link()])
    engagements.revise(actor, first, title="Autre chose", reason="Parce que.")
    commit()
    db.session.expire_all()
    assert queries.canonical(edition.content) == frozen
    moved = queries.since(edition.content, plans.of_plan(plan))
    assert [(one.action, one.was, one.became) for one in moved] == [
        (second, Progress.UNKNOWN, Progress.DONE)
    ]
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(Edition).values(title="Refaite"))
    rollback()
    names = db.session.scalars(
        sa.select(Event.name)
        .join(Notification, Notification.event_id == Event.id)
        .where(Notification.user_id == follower.id)
    ).all()
    assert names.count("followup.publish_edition") == 1


def test_an_edition_pictures_a_public_plan_at_a_date(ctx, noon):
    actor = clerk()
    plan = make_plan(actor)
    with pytest.raises(Refused):
        followup.publish_edition(actor, plan, title="Trop tôt", as_of=DAY)
    rollback()
    published(actor, plan)
    with pytest.raises(Refused):
        followup.publish_edition(actor, plan, title="Sans date")
    rollback()
    slugs = []
    for _ in range(2):
        slugs.append(followup.publish_edition(actor, plan, title="Bilan", as_of_words="fin").slug)
        commit()
    assert slugs == ["bilan", "bilan-2"]
    assert [one.content is not None for one in queries.editions(plan)] == [True, False]


def test_works_are_mine_late_or_silent(ctx, noon):
    desk, pilot = clerk(), make_user()
    plan = published(desk, make_plan(desk, "Un", "Deux", dates_words="mai 2026"))
    first, second = plans.actions_of(plan)
    engagements.appoint(desk, first, pilot)
    commit()
    assert queries.works_count(pilot) == {"mine": 1, "late": 1, "stale": 0}
    assert queries.works_count(desk) == {"mine": 0, "late": 2, "stale": 0}
    assert [one.days_late for one in queries.works(desk, "late").rows] == [15, 15]
    report(desk, second, Progress.DONE, evidence=[link()])
    assert queries.works_count(desk)["late"] == 1
    with clock.frozen(noon + timedelta(days=400)):
        assert [one.action for one in queries.works(desk, "stale").rows] == [first]
        assert queries.works(desk, "stale").rows[0].days_silent == 400
    assert not queries.may_work(make_user())
    assert queries.may_work(pilot)


def test_works_come_a_page_at_a_time(ctx, noon, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    desk = clerk()
    plan = published(desk, make_plan(desk, "Un", "Deux", "Trois", "Quatre", dates_words="mai 2026"))
    actions = plans.actions_of(plan)
    engagements.revise(desk, actions[3], dates_words="avril 2026", reason="Plus tôt.")
    commit()
    seen, after = [], ""
    while after is not None:
        page = queries.works(desk, "late", after)
        seen += [one.action.title for one in page.rows]
        after = page.after
    assert seen == ["Quatre", "Un", "Deux", "Trois"]


def test_two_reports_at_once_leave_the_later_standing(app):
    with app.app_context():
        actor = clerk()
        plan = published(actor, make_plan(actor))
        actor_id, action_id = actor.id, first_action(plan).id

    def say(progress):
        with app.app_context():
            writing()
            followup.report(
                db.session.get(User, actor_id),
                db.session.get(Action, action_id),
                progress=progress,
                effective_on=date(2020, 1, 1),
            )
            commit()

    threads = [Thread(target=say, args=[one]) for one in (Progress.PLANNED, Progress.STARTED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        action = db.session.get(Action, action_id)
        reports = queries.reports(action)
        assert len(reports) == 2
        assert action.progress == reports[0].progress


def test_followers_of_an_engagement_hear_of_its_actions_alone(ctx, noon):
    desk, follower = clerk(), make_user()
    plan = make_plan(desk, "Un")
    other = engagements.commit(desk, plan, title="Autre")
    engagements.undertake(desk, plan, title="Ailleurs", engagements=[other])
    published(desk, plan)
    engagement = first_engagement(plan)
    db.session.add(Follow(user_id=follower.id, subject_kind="engagement", subject_id=engagement.id))
    commit()
    for action in plans.actions_of(plan):
        report(desk, action, Progress.STARTED)
    count = sa.select(sa.func.count()).where(Notification.user_id == follower.id)
    assert db.session.scalar(count) == 1
