"""Those in charge are reminded of what waits: grouped, once a week at most, never twice."""

from datetime import date, timedelta

import pytest

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.core.rules import Refused
from consult.engagements import actions as engagements
from consult.engagements import queries as plans
from consult.engagements.models import Moment, MomentKind, Progress
from consult.followup import actions as followup
from consult.followup import jobs, queries
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Verdict
from consult.people.models import RoleName
from tests.engagements.making import clerk, make_plan, published
from tests.factories import make_user, sign_in
from tests.followup.test_actions import report

WEEK = timedelta(days=7)


@pytest.fixture
def pilot(ctx, noon):
    """In charge of two actions whose month is over, and of one that is done."""
    desk, pilot = clerk(), make_user(email="pilote@exemple.fr")
    plan = published(desk, make_plan(desk, "Un", "Deux", "Trois", dates_words="mai 2026"))
    for action in plans.actions_of(plan):
        engagements.appoint(desk, action, pilot)
    commit()
    return pilot


def letters(outbox):
    return [one for one in outbox if one.to == ["pilote@exemple.fr"] and "2 actions" in one.body]


def work(app):
    """What the worker does: reminders, then, half a minute later, their letters."""
    jobs.remind()
    with clock.frozen(clock.now() + timedelta(seconds=30)):
        work_once(app)


def test_one_letter_a_week_with_a_way_to_stop(pilot, app, outbox, noon):
    report(
        clerk(),
        plans.actions_of(plans.listed(None)[0][0].plan)[2],
        Progress.ABANDONED,
        words="Sans objet.",
    )
    for day in (0, 0, 1, 6):
        with clock.frozen(noon + timedelta(days=day)):
            work(app)
    (letter,) = letters(outbox)
    assert "/suivi" in letter.body
    assert "une fois par semaine" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with clock.frozen(noon + WEEK + timedelta(hours=1)):
        work(app)
        work(app)
    assert len(letters(outbox)) == 2


def test_who_wants_no_mail_gets_none(pilot, app, outbox):
    pilot.wants_mail = False
    db.session.commit()
    assert jobs.remind() == 0
    with pytest.raises(Refused):
        followup.remind(None, pilot, due=queries.Due(pilot.id, late=1))


def test_whoever_has_nothing_to_do_is_left_alone(ctx, noon):
    desk, calm = clerk(), make_user()
    plan = published(desk, make_plan(desk, "Un", dates_words="mai 2027"))
    engagements.appoint(desk, plans.actions_of(plan)[0], calm)
    commit()
    assert queries.to_remind() == []


def test_a_question_is_recalled_after_a_week_to_its_pilot_or_to_the_desk(ctx, noon):
    desk, pilot = clerk(), make_user()
    plan = published(desk, make_plan(desk, "Un", "Deux"))
    one, two = plans.actions_of(plan)
    engagements.appoint(desk, one, pilot)
    facilitator = make_user(RoleName.FACILITATOR)
    for action in (one, two):
        question = followup.ask(None, action, body="Quand ?")
        db.session.flush()
        moderation.decide(facilitator, question, verdict=Verdict.PUBLISH)
    commit()
    assert queries.to_remind() == []
    with clock.frozen(noon + WEEK + timedelta(minutes=1)):
        due = {one.user_id: one.questions for one in queries.to_remind()}
    assert due == {pilot.id: 1, desk.id: 1}


def test_my_space_leads_to_what_waits(pilot, client):
    sign_in(client, pilot)
    assert 'href="/suivi"' in client.get("/mon-espace/compte").text
    seen = client.get("/suivi").text
    assert "échéance passée" in seen
    sign_in(client, make_user())
    assert 'href="/suivi"' not in client.get("/mon-espace/compte").text


def test_evaluations_stand_on_the_list_of_who_holds_them(ctx, noon, client):
    desk, holder = clerk(), make_user()
    plan = published(desk, make_plan(desk))
    for title, due in (("Revue annuelle", date(2026, 6, 1)), ("Bilan", date(2027, 6, 1))):
        db.session.add(
            Moment(
                plan_id=plan.id,
                kind=MomentKind.ANNUAL,
                title=title,
                due_on=due,
                pilot_id=holder.id if title == "Bilan" else None,
            )
        )
    db.session.commit()
    mine = sign_in(client, holder).get("/suivi?vue=evaluations").text
    assert "Bilan" in mine
    assert "Revue annuelle</a>" not in mine
    everything = sign_in(client, desk).get("/suivi?vue=evaluations").text
    assert everything.index("Revue annuelle") < everything.index("Bilan")
    assert sign_in(client, make_user()).get("/suivi?vue=evaluations").status_code == 403
