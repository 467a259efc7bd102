"""Who may comment, answer, speak for the town, take their words back."""

from datetime import timedelta

import pytest

from consult.campaigns.models import Moderation, PhaseKind, State
from consult.comments import actions, rules
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.rules import refusal
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user

PROPOSE, DISCUSS = PhaseKind.PROPOSE, PhaseKind.DISCUSS
GUARANTOR = "La garante ou le garant veille sur la consultation et n’y participe pas."


def why(rule, *args, **kwargs) -> str | None:
    found = refusal(rule, *args, **kwargs)
    return str(found) if found else None


def said(contribution: Contribution, **words) -> Comment:
    comment = actions.comment(make_user(), contribution, **{"body": "Oui.", **words})
    commit()
    return comment


@pytest.mark.parametrize(
    ("days", "closed"),
    [
        (-31, "La discussion ouvre le 16 mai 2026."),
        (0, None),
        (31, "La discussion est close depuis le 15 juillet 2026."),
    ],
)
@pytest.mark.parametrize("status", Status)
def test_only_what_is_published_while_the_discussion_is_open(ctx, noon, days, closed, status):
    contribution = make_contribution(make_campaign(PROPOSE, DISCUSS), status)
    resident = make_user()
    unpublished = "Seules les contributions publiées peuvent être commentées."
    with clock.frozen(noon + timedelta(days=days)):
        expected = closed or (None if status == Status.PUBLISHED else unpublished)
        assert why(rules.comment, resident, contribution) == expected


@pytest.mark.parametrize(
    ("roles", "confirmed", "reason"),
    [
        ((), True, None),
        ((), False, "Confirmez d’abord votre adresse électronique."),
        ((RoleName.FACILITATOR,), True, None),
        ((RoleName.COUNCIL,), True, None),
        ((RoleName.ADMINISTRATOR,), True, None),
        ((RoleName.GUARANTOR,), True, GUARANTOR),
    ],
)
def test_whoever_has_a_confirmed_account(ctx, noon, roles, confirmed, reason):
    assert why(rules.comment, make_user(*roles, confirmed=confirmed), make_contribution()) == reason


def test_a_visitor_signs_in_first(ctx, noon):
    assert why(rules.comment, None, make_contribution()) == "Connectez-vous d’abord."


def test_a_campaign_without_discussion_or_with_results_takes_none(ctx, noon):
    silent = make_contribution(make_campaign(PROPOSE))
    assert why(rules.comment, make_user(), silent) == (
        "Il n’y a pas de discussion dans cette consultation."
    )
    over = make_contribution(make_campaign(DISCUSS))
    over.campaign.move_to(State.RESULTS)
    assert why(rules.comment, make_user(), over) == (
        "Cette consultation ne reçoit plus de commentaires."
    )


def test_one_answers_only_what_is_on_show_here(ctx, noon):
    campaign = make_campaign(DISCUSS, moderation=Moderation.AFTER)
    contribution, other = make_contribution(campaign), make_contribution(campaign)
    first = said(contribution)
    assert why(rules.comment, make_user(), contribution, parent=first) is None
    gone = "Le commentaire auquel vous répondez n’est plus affiché."
    assert why(rules.comment, make_user(), other, parent=first) == gone
    actions.withdraw(first.author, first)
    commit()
    assert why(rules.comment, make_user(), contribution, parent=first) == gone


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ((), False),
        ((RoleName.GUARANTOR,), False),
        ((RoleName.ADMINISTRATOR,), False),
        ((RoleName.COUNCIL,), True),
        ((RoleName.FACILITATOR,), True),
    ],
)
def test_only_its_agents_speak_for_the_town(ctx, noon, roles, may):
    assert (why(rules.speak_for_town, make_user(*roles), make_contribution()) is None) is may


@pytest.mark.parametrize("status", [s for s in Status if s != Status.DRAFT])
def test_its_author_alone_withdraws_it_once(ctx, noon, status):
    comment = said(make_contribution())
    if status == Status.RESTRICTED:
        comment.move_to(Status.PUBLISHED)
    if status != Status.PENDING:
        comment.move_to(status)
    db.session.commit()
    assert why(rules.withdraw, make_user(), comment) == (
        "Seule la personne qui l’a écrit peut retirer un commentaire."
    )
    assert why(rules.withdraw, comment.author, comment) == (
        "Ce commentaire a déjà été retiré." if status == Status.WITHDRAWN else None
    )
