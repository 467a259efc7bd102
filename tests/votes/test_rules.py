"""Who may support what, and when: roles, phases, statuses."""

from datetime import timedelta

import pytest

from consult.campaigns.models import PhaseKind
from consult.core import clock
from consult.core.rules import refusal
from consult.people.models import RoleName
from consult.posts.models import Status
from consult.votes import queries, rules
from tests.factories import make_campaign, make_contribution, make_user

PROPOSE, VOTE = PhaseKind.PROPOSE, PhaseKind.VOTE
MOMENTS = {
    "before": (-31, "Les soutiens ouvrent le 16 mai 2026."),
    "during": (0, None),
    "after": (31, "Les soutiens sont clos depuis le 15 juillet 2026."),
}


def why(actor, contribution, rule=rules.support):
    standing = queries.standing(actor, contribution.campaign, [contribution.id])
    found = refusal(rule, actor, contribution, standing)
    return str(found) if found else None


@pytest.mark.parametrize("when", MOMENTS)
@pytest.mark.parametrize("status", Status)
def test_only_what_is_published_and_only_while_the_vote_is_open(ctx, noon, when, status):
    contribution = make_contribution(make_campaign(PROPOSE, VOTE), status)
    resident = make_user()
    days, closed = MOMENTS[when]
    with clock.frozen(noon + timedelta(days=days)):
        expected = closed or (
            None
            if status == Status.PUBLISHED
            else "Seules les contributions publiées peuvent être soutenues."
        )
        assert why(resident, contribution) == expected


@pytest.mark.parametrize(
    ("roles", "confirmed", "reason"),
    [
        ((), True, None),
        ((), False, "Confirmez d’abord votre adresse électronique."),
        ((RoleName.FACILITATOR,), True, None),
        ((RoleName.COUNCIL,), True, None),
        ((RoleName.ADMINISTRATOR,), True, None),
        (
            (RoleName.GUARANTOR,),
            True,
            "La garante ou le garant veille sur la consultation et n’y participe pas.",
        ),
    ],
)
def test_whoever_has_a_confirmed_account_and_watches_over_nothing(
    ctx, noon, roles, confirmed, reason
):
    contribution = make_contribution()
    assert why(make_user(*roles, confirmed=confirmed), contribution) == reason


def test_a_visitor_signs_in_first(ctx, noon):
    assert why(None, make_contribution()) == "Connectez-vous d’abord."


def test_one_s_own_contribution_too(ctx, noon):
    contribution = make_contribution()
    assert why(contribution.author, contribution) is None


def test_a_consultation_without_a_vote_says_so(ctx, noon):
    contribution = make_contribution(make_campaign(PROPOSE))
    assert why(make_user(), contribution) == "Il n’y a pas de vote dans cette consultation."


def test_what_was_not_given_cannot_be_taken_back(ctx, noon):
    reason = why(make_user(), make_contribution(), rules.withdraw)
    assert reason == "Vous ne soutenez pas cette contribution."
