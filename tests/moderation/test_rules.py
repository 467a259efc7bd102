"""Who decides what is shown, on which grounds. To criticise is never one."""

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions as comments
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit
from consult.moderation import actions, rules
from consult.moderation.charter import Aim, Ground, Origin, Verdict
from consult.moderation.models import POSSIBLE, Decision, Reasons
from consult.moderation.statements import Why
from consult.people.models import Role, RoleName
from consult.posts.models import NEXT, Status
from tests.factories import make_campaign, make_contribution, make_user, reasons

HIDES = (Verdict.REFUSE, Verdict.RESTRICT)
OTHERS = "C’est réservé à l’équipe d’animation."
INSULT = "Le maire est un clown et sa première adjointe une incapable, qu'ils dégagent !"
CRITICISM = "Le maire n'a rien tenu de ses promesses ; ce projet est une honte et un gaspillage."


def why(rule, *args, **kwargs) -> str | None:
    found = refusal(rule, *args, **kwargs)
    return str(found) if found else None


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("status", Status)
def test_each_status_has_its_verdicts(ctx, noon, status, verdict):
    contribution = make_contribution(status=status)
    facilitator = make_user(RoleName.FACILITATOR)
    said = reasons(contribution, Ground.PRIVACY, passage="marché")
    found = why(rules.decide, facilitator, contribution, verdict=verdict, why=said)
    # What was taken out or set aside comes back only where it was.
    known = set(POSSIBLE.get(status, {})) - {Verdict.REINSTATE, Verdict.BRING_BACK}
    assert (found is None) is (verdict in known)


def test_every_verdict_leads_where_a_text_may_go():
    for status, verdicts in POSSIBLE.items():
        for verdict, after in verdicts.items():
            assert after in NEXT[status] or (verdict not in HIDES and after == status)


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
        "Vous ne pouvez pas décider de vos propres mots\xa0: une autre personne de l’équipe "
        "le fera."
    )


@pytest.mark.parametrize("verdict", HIDES)
def test_nothing_is_kept_from_view_without_full_reasons(ctx, noon, verdict):
    status = Status.PENDING if verdict == Verdict.REFUSE else Status.PUBLISHED
    text = make_contribution(status=status, body="Quel clown !")
    facilitator = make_user(RoleName.FACILITATOR)
    whole = reasons(text, passage="clown")

    def found(said):
        return why(rules.decide, facilitator, text, verdict=verdict, why=said)

    assert found(None) == found(whole._replace(ground=None)) == "Choisissez l’article de la charte."
    for passage in ("", "  ", "imbécile"):
        assert found(whole._replace(passage=passage)).startswith("Recopiez les mots mêmes")
    assert found(whole._replace(aim=None)) == "Dites ce que visent ces mots."
    for words in ("", "   ", "\n"):
        assert found(whole._replace(words=words)) == (
            "Écrivez pourquoi\xa0: ces mots sont envoyés à l’autrice ou à l’auteur."
        )
    law = whole._replace(ground=Ground.UNLAWFUL)
    assert found(law) == "Dites quelle loi l’interdit : son nom et son article."
    assert found(law._replace(law="Loi du 29 juillet 1881, article 24")) is None
    assert found(whole) is None


def test_a_machine_restricts_nothing(ctx, noon):
    text = make_contribution()
    machine = make_user(is_system=True)
    found = why(rules.decide, machine, text, verdict=Verdict.RESTRICT, why=reasons(text))
    assert found == "Aucune machine ne décide seule : une personne doit le faire."


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
        "child_abuse",
    }
    with pytest.raises(ValueError, match="criticism"):
        Ground("criticism")


def everything_one_may_try(text: str):
    """Every article, with honest and less honest reasons, against words that only criticise."""
    for ground in Ground:
        yield Why(ground, "une honte", Aim.CONDUCT, "Ce texte est trop critique.", "Code pénal")
    yield Why(Ground.INSULT, "clown", Aim.PERSON, "Il insulte le maire.")  # words of another text
    yield Why(Ground.OFF_TOPIC, text, Aim.NOBODY, "Hors sujet.")
    yield Why(Ground.REPEATED, text, Aim.NOBODY, "Déjà dit.")
    yield Why(Ground.UNREADABLE, text, Aim.NOBODY, "Incompréhensible.")
    yield Why(Ground.INSULT, "une honte", Aim.NOBODY, "Trop critique.")


def test_of_an_insult_and_a_critical_text_only_the_first_can_be_restricted(ctx, noon):
    """What no machine can refuse is a lie about what the words aim at: it is signed, quoted to the
    author, read by the guarantor, undone by another person on appeal, and counted in the register.
    """
    facilitator = make_user(RoleName.FACILITATOR)
    insult = make_contribution(status=Status.PENDING, body=INSULT)
    critical = make_contribution(status=Status.PENDING, body=CRITICISM)
    for said in everything_one_may_try(CRITICISM):
        for verdict in (Verdict.REFUSE, Verdict.REDACT):
            with pytest.raises(Refused):
                actions.decide(facilitator, critical, verdict=verdict, why=said)
            db.session.rollback()
    decision = actions.decide(
        facilitator,
        insult,
        verdict=Verdict.REFUSE,
        why=Why(
            Ground.INSULT,
            "un clown et sa première adjointe une incapable",
            Aim.PERSON,
            "« Clown » et « incapable » visent des personnes : reformulez, vos idées restent.",
        ),
    )
    commit()
    assert (insult.status, decision.ground) == (Status.REFUSED, Ground.INSULT)
    assert critical.status == Status.PENDING
    actions.decide(facilitator, critical, verdict=Verdict.PUBLISH)
    commit()
    assert critical.status == Status.PUBLISHED
    for said in everything_one_may_try(CRITICISM):
        with pytest.raises(Refused):
            actions.decide(facilitator, critical, verdict=Verdict.RESTRICT, why=said)
        db.session.rollback()


@pytest.mark.parametrize(
    "changed",
    [
        {"ground": None},
        {"aim": None},
        {"aim": Aim.CONDUCT},
        {"origin": None},
        {"reasons": None},
        {"appeal_until": None},
        {"ground": Ground.OFF_TOPIC, "aim": Aim.NOBODY},
        {"ground": "criticism"},
        {"verdict": Verdict.SUSPEND},  # without an end, without a person
    ],
)
@pytest.mark.parametrize("verdict", HIDES)
def test_the_database_refuses_it_as_well(ctx, noon, verdict, changed):
    text = make_contribution(status=Status.PENDING, body=CRITICISM)
    whole = {
        "post": text,
        "facilitator": make_user(RoleName.FACILITATOR),
        "verdict": verdict,
        "ground": Ground.INSULT,
        "aim": Aim.PERSON,
        "origin": Origin.OWN,
        "reasons": Reasons(passage="clown", words="Une injure."),
        "appeal_until": noon,
        "version": 1,
    }
    db.session.add(Decision(**{**whole, **changed}))
    with pytest.raises((sa.exc.IntegrityError, sa.exc.StatementError)):
        db.session.flush()


@pytest.mark.parametrize("empty", [{"words": " "}, {"passage": ""}])
def test_reasons_without_words_are_refused_by_the_database(ctx, noon, empty):
    db.session.add(Reasons(**{"passage": "clown", "words": "Une injure.", **empty}))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_reasons_change_once_only_to_be_erased(ctx, noon):
    text = make_contribution()
    made = actions.decide(
        make_user(RoleName.FACILITATOR), text, verdict=Verdict.RESTRICT, why=reasons(text)
    )
    commit()
    number = made.reasons_id
    for change in ({"words": "Autre chose."}, {"erased_at": None}):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(sa.update(Reasons).values(**change))
        db.session.rollback()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.delete(Reasons))
    db.session.rollback()
    db.session.execute(sa.update(Reasons).values(words="", passage="", erased_at=noon))
    commit()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.update(Reasons).values(words="Inventé après coup."))
    db.session.rollback()
    assert db.session.get(Reasons, number).words == ""


def test_a_decision_is_never_changed_or_erased(ctx, noon):
    text = make_contribution(status=Status.PENDING)
    decision = actions.decide(make_user(RoleName.FACILITATOR), text, verdict=Verdict.PUBLISH)
    commit()
    for change in (
        sa.update(Decision).values(month="2020-01"),
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
    notice = actions.notify_content(
        None,
        comment,
        ground=Ground.INSULT,
        words="Le maire.",
        name="Une voisine",
        email="voisine@exemple.fr",
    )
    commit()
    facilitator = make_user(RoleName.FACILITATOR)
    assert why(rules.dismiss, make_user(), notice, words="Non.") == OTHERS
    assert why(rules.dismiss, facilitator, notice, words=" ") == (
        "Dites pourquoi le texte reste\xa0: ces mots sont envoyés à la personne qui l’a signalé."
    )
    actions.dismiss(facilitator, notice, words="C'est une critique, pas une injure.")
    commit()
    assert why(rules.dismiss, facilitator, notice, words="Encore.") == (
        "Ce signalement a déjà reçu une réponse."
    )


def test_what_waits_is_not_put_on_show_once_its_author_took_the_agreement_back(ctx, noon):
    facilitator, text = make_user(RoleName.FACILITATOR), make_contribution(status=Status.PENDING)
    text.author.publication_at = None
    with pytest.raises(Refused):
        rules.decide(facilitator, text, verdict=Verdict.PUBLISH)
    rules.decide(facilitator, text, verdict=Verdict.REFUSE, why=reasons(text))
    text.author.publication_at = noon
    rules.decide(facilitator, text, verdict=Verdict.PUBLISH)


@pytest.mark.parametrize("is_letter", [False, True], ids=["pointed out", "typed in"])
def test_nobody_settles_an_appeal_they_had_a_hand_in(ctx, noon, is_letter):
    first, second = make_user(RoleName.FACILITATOR), make_user(RoleName.FACILITATOR)
    text, neighbour = make_contribution(), make_user()
    sender = neighbour if is_letter else second
    notice = actions.notify_content(sender, text, ground=Ground.INSULT, words="Voyez.")
    commit()
    actions.dismiss(first, notice, words="C'est une critique.")
    commit()
    if is_letter:
        actions.enter_appeal(second, notice, words="Relisez.", received_on=clock.today())
    else:
        actions.appeal(second, notice, words="Relisez.")
    commit()
    said = {"verdict": Verdict.RESTRICT, "why": reasons(text)}
    assert "une autre personne" in (why(rules.decide, second, text, **said) or "")
    assert why(rules.decide, make_user(RoleName.FACILITATOR), text, **said) is None
