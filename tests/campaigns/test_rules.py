"""Who may do what to a campaign: role by role, moment by moment."""

from datetime import timedelta

import pytest

from consult.campaigns import actions, rules
from consult.campaigns.models import State
from consult.core import clock
from consult.core.db import db
from consult.core.rules import refusal
from consult.journal.actions import commit
from consult.people.models import Role, RoleName
from tests.campaigns.ready import calendar, facilitator, published, ready
from tests.factories import make_campaign, make_user

# What each moment of a campaign lets its facilitator do.
MOMENTS = {
    "draft": {"edit", "schedule", "publish"},
    "upcoming": {"edit", "schedule", "cancel"},
    "open": {"edit", "change_rules", "extend", "cancel"},
    "last step": {"edit", "change_rules", "extend", "cancel"},
    "closed": {"edit", "cancel"},
    "results": set(),
    "cancelled": set(),
}
ACTS = ("edit", "schedule", "publish", "change_rules", "extend", "cancel")


def at(moment, actor):
    """A campaign at this moment, and how far the clock has gone."""
    start = clock.today() + timedelta(days=7)
    campaign = ready(actor, first=start)
    if moment != "draft":
        actions.publish(actor, campaign)
    if moment == "results":
        campaign.move_to(State.RESULTS)
    if moment == "cancelled":
        actions.cancel(actor, campaign, reason="Le projet est abandonné.")
    commit()
    days = {"open": 10, "last step": 30, "closed": 45, "results": 45}.get(moment, 0)
    return campaign, clock.now() + timedelta(days=days)


def allowed(actor, campaign, act):
    rule = getattr(rules, act)
    if act == "extend":
        return refusal(rule, actor, campaign, campaign.phases[1]) is None
    return refusal(rule, actor, campaign) is None


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_facilitator_may_do_at_each_moment(ctx, noon, moment):
    actor = facilitator()
    campaign, then = at(moment, actor)
    with clock.frozen(then):
        assert {act for act in ACTS if allowed(actor, campaign, act)} == MOMENTS[moment]


@pytest.mark.parametrize("moment", ["draft", "upcoming", "open"])
@pytest.mark.parametrize(
    "role",
    [None, "resident", "unconfirmed", "council", "guarantor", "administrator", "elsewhere"],
)
def test_nobody_else_may_do_anything(ctx, noon, moment, role):
    campaign, then = at(moment, facilitator())
    actor = somebody(role)
    with clock.frozen(then):
        assert not [act for act in ACTS if allowed(actor, campaign, act)]


def somebody(role):
    if role is None:
        return None
    if role == "elsewhere":
        return made_facilitator_of(make_campaign())
    if role == "unconfirmed":
        return make_user(RoleName.FACILITATOR, confirmed=False)
    return make_user(*[RoleName(role)] if role != "resident" else [])


def made_facilitator_of(campaign):
    user = make_user()
    user.roles.append(Role(name=RoleName.FACILITATOR, campaign_id=campaign.id))
    db.session.commit()
    return user


def test_the_facilitator_of_this_campaign_alone_may_prepare_it_but_not_begin_another(ctx, noon):
    campaign = ready(facilitator())
    actor = made_facilitator_of(campaign)
    assert refusal(rules.publish, actor, campaign) is None
    assert refusal(rules.create, actor)
    assert refusal(rules.copy, actor, campaign)


@pytest.mark.parametrize("role", [RoleName.GUARANTOR, RoleName.ADMINISTRATOR])
def test_who_watches_may_preview(ctx, role):
    assert refusal(rules.preview, make_user(role), make_campaign(published=False)) is None
    assert refusal(rules.preview, make_user(), make_campaign(published=False))


def test_the_built_in_account_may_do_what_the_command_line_asks(ctx, noon):
    campaign = ready(facilitator())
    assert refusal(rules.publish, make_user(is_system=True), campaign) is None


@pytest.mark.parametrize(
    ("title", "is_refused"),
    [
        ("Le référendum du parc", True),
        ("REFERENDUM !", True),
        ("Référendums locaux", True),
        ("Le parc", False),
        ("Préférendum", False),
        ("  ", True),
    ],
)
def test_a_title_never_says_referendum(title, is_refused):
    assert bool(refusal(rules.entitle, title)) is is_refused


def test_a_step_may_be_made_longer_and_never_shorter(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    propose, vote = campaign.phases[0], campaign.phases[1]
    later, sooner = timedelta(days=1), -timedelta(days=1)
    assert refusal(rules.extend, actor, campaign, propose, propose.closes_at + later) is None
    assert "jamais raccourcie" in str(
        refusal(rules.extend, actor, campaign, propose, propose.closes_at + sooner)
    )
    assert refusal(rules.extend, actor, campaign, propose, propose.closes_at)
    assert refusal(rules.extend, actor, campaign, vote, vote.closes_at + later) is None
    endless = campaign.phases[-1]
    assert "pas de dernier jour" in str(refusal(rules.extend, actor, campaign, endless))
    with clock.frozen(propose.closes_at):
        assert "ne peut pas rouvrir" in str(
            refusal(rules.extend, actor, campaign, propose, propose.closes_at + later)
        )


def test_the_calendar_is_free_until_the_first_minute(ctx, noon):
    actor = facilitator()
    campaign = published(actor, first=clock.today() + timedelta(days=3))
    opening = campaign.opens_at
    with clock.frozen(opening - timedelta(seconds=1)):
        actions.schedule(actor, campaign, calendar(clock.today() + timedelta(days=1)))
        commit()
        assert campaign.opens_at == opening
    with clock.frozen(opening):
        assert refusal(rules.schedule, actor, campaign)
