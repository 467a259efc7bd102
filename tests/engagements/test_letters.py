"""The letters about plans: each says what happened in words, and where to read it."""

from datetime import date, timedelta

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.engagements import actions as engagements
from consult.engagements.models import Progress
from consult.followup import actions as followup
from consult.journal.actions import commit, rollback
from consult.people.models import Follow
from tests.engagements.making import clerk, first_action, make_plan, published
from tests.factories import make_campaign, make_contribution, make_user


def letters(app, outbox, user) -> dict[str, str]:
    """What this person has received since the last look, by subject."""
    outbox.clear()
    rollback()  # the worker writes: let go of what this test was reading
    with clock.frozen(clock.now() + timedelta(hours=2)):
        work_once(app)
    return {one.subject: one.body for one in outbox if one.to == [user.email]}


def follow(user, kind, number) -> None:
    db.session.add(Follow(user_id=user.id, subject_kind=kind, subject_id=number))
    commit()


def test_an_author_reads_which_words_fed_the_plan(ctx, noon, app, outbox):
    campaign, follower = make_campaign(), make_user()
    one = make_contribution(campaign, title="Des bancs")
    two = make_contribution(campaign, title="Une fontaine", author=one.author)
    follow(follower, "campaign", campaign.id)
    desk = clerk()
    plan = published(desk, make_plan(desk, campaigns=[campaign], origins=[one, two]))
    outbox.clear()
    with clock.frozen(noon + timedelta(hours=2)):
        work_once(app)
    sent = {letter.to[0]: letter for letter in outbox}
    assert set(sent) == {one.author.email, follower.email}
    for letter in sent.values():
        assert letter.subject == "Le plan « Un port pour tous » est public"
        assert f"/plans/{plan.slug}" in letter.body
    assert "- Des bancs" in sent[one.author.email].body
    assert "- Une fontaine" in sent[one.author.email].body
    assert "bancs" not in sent[follower.email].body


def test_an_author_hears_that_a_public_promise_names_their_words_no_more(ctx, noon, app, outbox):
    desk, reader = clerk(), make_user()
    text = make_contribution(title="Des bancs", author=reader)
    plan = make_plan(desk)
    action = first_action(plan)
    engagements.untie(desk, engagements.tie(desk, action, text))  # nobody read it yet
    published(desk, plan)
    origin = engagements.tie(desk, action, text)
    commit()
    letters(app, outbox, reader)
    engagements.untie(desk, origin)
    commit()
    ((subject, body),) = letters(app, outbox, reader).items()
    assert "n’est plus indiquée à l’origine" in subject
    assert "Éclairer le môle" in subject
    assert "Des bancs" in body
    assert f"/contributions/{text.id}" in body


def test_each_later_act_has_its_letter(ctx, noon, app, outbox):
    desk, reader, pilot = clerk(), make_user(), make_user()
    late = make_contribution(title="Des bancs", author=reader)
    plan = published(desk, make_plan(desk))
    action = first_action(plan)
    letters(app, outbox, reader)
    engagements.tie(desk, action, late)
    commit()
    (said,) = letters(app, outbox, reader).items()
    assert "à l’origine d’une promesse de la ville : Éclairer le môle" in said[0]
    assert "Des bancs" in said[1]
    assert f"/actions/{action.id}" in said[1]
    followup.report(desk, action, progress=Progress.STARTED, effective_on=date(2026, 6, 1))
    commit()
    (said,) = letters(app, outbox, reader).items()
    assert said[0] == "Éclairer le môle : En cours"
    engagements.revise(desk, action, title="Un phare", reason="Mieux.")
    commit()
    (said,) = letters(app, outbox, reader).items()
    assert said[0] == "Une promesse a été modifiée : Un phare"
    follow(reader, "plan", plan.id)
    followup.publish_edition(desk, plan, title="Un an après", as_of=date(2026, 6, 1))
    commit()
    (said,) = letters(app, outbox, reader).items()
    assert "l’édition « Un an après » est publiée" in said[0]
    assert f"/plans/{plan.slug}/editions/un-an-apres" in said[1]
    engagements.appoint(desk, action, pilot)
    commit()
    (said,) = letters(app, outbox, pilot).items()
    assert said[0] == "Une action vous est confiée : Un phare"
    assert f"/actions/{action.id}/avancement" in said[1]
