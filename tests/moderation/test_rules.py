"""Who decides what is shown, on which grounds. To criticise is never one."""

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions as comments
from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit
from consult.moderation import actions, rules
from consult.moderation.models import NEEDS_REASONS, POSSIBLE, Decision, Ground, Verdict
from consult.people.models import Role, RoleName
from consult.posts.models import NEXT, Status
from tests.factories import make_campaign, make_contribution, make_user

OTHERS = "Cette page est réservée à l’équipe d’animation."
INSULT = "Le maire est un clown et sa première adjointe une incapable, qu'ils dégagent !"
CRITICISM = "Le maire n'a rien tenu de ses promesses ; ce projet est une honte et un gaspillage."


def why(rule, *args, **kwargs) -> str | None:
    found = refusal(rule, *args, **kwargs)
    return str(found) if found else None


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("status", Status)
def test_each_status_has_its_verdicts(ctx, noon, status, verdict):
    contribution = make_contribution(status=status)
    found = why(
        rules.decide,
        make_user(RoleName.FACILITATOR),
        contribution,
        verdict=verdict,
        ground=Ground.INSULT,
        words="Voici pourquoi.",
    )
    assert (found is None) is (verdict in POSSIBLE.get(status, {}))


def test_every_verdict_leads_where_a_text_may_go():
    for status, verdicts in POSSIBLE.items():
        for verdict, after in verdicts.items():
            assert after in NEXT[status] or (verdict == Verdict.KEEP and after == status)


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ((), OTHERS),
        ((RoleName.COUNCIL,), OTHERS),
        ((RoleName.GUARANTOR,), OTHERS),
        ((RoleName.ADMINISTRATOR,), OTHERS),
        ((RoleName.FACILITATOR,), None),
    ],
)
def test_only_facilitators_decide(ctx, noon, roles, reason):
    waiting = make_contribution(status=Status.PENDING)
    assert why(rules.decide, make_user(*roles), waiting, verdict=Verdict.PUBLISH) == reason


def test_a_visitor_signs_in_first(ctx, noon):
    waiting = make_contribution(status=Status.PENDING)
    assert why(rules.decide, None, waiting, verdict=Verdict.PUBLISH) == "Connectez-vous d’abord."


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ((), False),
        ((RoleName.COUNCIL,), False),
        ((RoleName.ADMINISTRATOR,), False),
        ((RoleName.GUARANTOR,), True),
        ((RoleName.FACILITATOR,), True),
    ],
)
def test_facilitators_and_the_guarantor_read_the_queue(ctx, noon, roles, may):
    assert (why(rules.read, make_user(*roles)) is None) is may


def test_a_facilitator_of_one_campaign_decides_there_alone(ctx, noon):
    here, there = (make_contribution(make_campaign(), Status.PENDING) for _ in range(2))
    person = make_user()
    db.session.add(Role(user_id=person.id, name=RoleName.FACILITATOR, campaign_id=here.campaign_id))
    db.session.commit()
    db.session.expire(person)
    assert why(rules.decide, person, here, verdict=Verdict.PUBLISH) is None
    assert why(rules.decide, person, there, verdict=Verdict.PUBLISH) == OTHERS


def test_nobody_decides_about_their_own_words(ctx, noon):
    facilitator = make_user(RoleName.FACILITATOR)
    own = make_contribution(status=Status.PENDING, author=facilitator)
    assert why(rules.decide, facilitator, own, verdict=Verdict.PUBLISH) == (
        "Vous ne pouvez pas décider de vos propres mots : une autre personne de l’équipe le fera."
    )


@pytest.mark.parametrize("verdict", NEEDS_REASONS)
def test_nothing_is_kept_from_view_without_a_ground_and_words(ctx, noon, verdict):
    status = Status.PENDING if verdict == Verdict.REFUSE else Status.PUBLISHED
    text = make_contribution(status=status)
    facilitator = make_user(RoleName.FACILITATOR)

    def found(**reasons):
        return why(rules.decide, facilitator, text, verdict=verdict, **reasons)

    assert found(words="Non.") == "Choisissez l’article de la charte qui s’applique."
    for words in ("", "   ", "\n"):
        assert found(ground=Ground.INSULT, words=words) == (
            "Écrivez pourquoi : ces mots sont envoyés à l’autrice ou à l’auteur."
        )
    assert found(ground=Ground.INSULT, words="« Clown » est une injure.") is None


# To criticise is never a ground.


def test_no_article_of_the_charter_speaks_of_criticism():
    assert {ground.value for ground in Ground} == {
        "insult",
        "hatred",
        "threat",
        "privacy",
        "advertising",
        "unlawful",
        "off_topic",
        "repeated",
        "unreadable",
    }
    with pytest.raises(ValueError, match="criticism"):
        Ground("criticism")


def test_an_insult_is_refused_with_its_article_and_a_critical_text_is_not(ctx, noon):
    facilitator = make_user(RoleName.FACILITATOR)
    insult = make_contribution(status=Status.PENDING, body=INSULT)
    critical = make_contribution(status=Status.PENDING, body=CRITICISM)
    decision = actions.decide(
        facilitator,
        insult,
        verdict=Verdict.REFUSE,
        ground=Ground.INSULT,
        words="« Clown » et « incapable » visent des personnes : reformulez, vos idées restent.",
    )
    commit()
    assert (insult.status, decision.ground) == (Status.REFUSED, Ground.INSULT)
    for reasons in ({}, {"words": "Ce texte est trop critique."}, {"ground": Ground.OFF_TOPIC}):
        with pytest.raises(Refused):
            actions.decide(facilitator, critical, verdict=Verdict.REFUSE, **reasons)
        db.session.rollback()
    assert critical.status == Status.PENDING
    actions.decide(facilitator, critical, verdict=Verdict.PUBLISH)
    commit()
    assert critical.status == Status.PUBLISHED


@pytest.mark.parametrize(
    "reasons",
    [
        {},
        {"words": "Ce texte est trop critique."},
        {"ground": "insult"},
        {"ground": "insult", "words": "  "},
        {"ground": "criticism", "words": "Ce texte est trop critique."},
    ],
)
@pytest.mark.parametrize("verdict", ["refuse", "restrict"])
def test_the_database_refuses_it_as_well(ctx, noon, verdict, reasons):
    facilitator = make_user(RoleName.FACILITATOR)
    critical = make_contribution(status=Status.PENDING, body=CRITICISM)
    row = {
        "post_id": critical.id,
        "facilitator_id": facilitator.id,
        "verdict": verdict,
        "ground": None,
        "words": "",
        "version": 1,
        "at": noon.replace(tzinfo=None),
        **reasons,
    }
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(f"INSERT INTO decision ({columns}) VALUES ({values})"), row)


def test_a_decision_is_never_changed_or_erased(ctx, noon):
    text = make_contribution(status=Status.PENDING)
    decision = actions.decide(make_user(RoleName.FACILITATOR), text, verdict=Verdict.PUBLISH)
    commit()
    for change in (
        sa.update(Decision).values(words="Autre chose."),
        sa.delete(Decision).where(Decision.id == decision.id),
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(change)
        db.session.rollback()


# Pointing out.


@pytest.mark.parametrize("status", Status)
def test_anybody_points_out_what_is_on_show_and_nothing_else(ctx, noon, status):
    text = make_contribution(status=status)
    assert (why(rules.notify_content, None, text) is None) is (status == Status.PUBLISHED)


def test_a_notice_is_answered_once_in_words_by_a_facilitator(ctx, noon):
    text = make_contribution(make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER))
    comment = comments.comment(make_user(), text, body=CRITICISM)
    commit()
    notice = actions.notify_content(None, comment, ground=Ground.INSULT, words="Le maire.")
    commit()
    facilitator = make_user(RoleName.FACILITATOR)
    assert why(rules.dismiss, make_user(), notice, words="Non.") == OTHERS
    assert why(rules.dismiss, facilitator, notice, words=" ") == (
        "Dites pourquoi le texte reste : ces mots sont envoyés à la personne qui l’a signalé."
    )
    actions.dismiss(facilitator, notice, words="C'est une critique, pas une injure.")
    commit()
    assert why(rules.dismiss, facilitator, notice, words="Encore.") == (
        "Ce signalement a déjà reçu une réponse."
    )
