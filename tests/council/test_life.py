"""The life of an act: drafted, inscribed, voted, signed, transmitted, online, in force."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from consult.core import clock
from consult.core.db import db
from consult.core.i18n import spoken
from consult.core.rules import Refused
from consult.council import actions as council
from consult.council.models import (
    NEXT,
    Act,
    ActKind,
    ActState,
    Casting,
    Fate,
    ItemState,
    Publication,
    Tie,
    VoteMode,
)
from consult.engagements import actions as engagements
from consult.engagements.models import Plan
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from tests.council.making import (
    MEMBERS,
    attended,
    clerk,
    in_force,
    inscribed,
    make_act,
    make_assembly,
    make_sitting,
    pdf,
    transmitted,
    voted,
)
from tests.engagements.making import make_plan
from tests.factories import make_user, sign_in


def test_there_is_one_way_through_its_life():
    straight = ["draft", "on_agenda", "adopted", "signed", "transmitted", "published"]
    steps = [*straight, "enforceable"]
    for state, following in zip(steps, steps[1:], strict=False):
        assert ActState(following) in NEXT[ActState(state)]
    assert NEXT[ActState.ON_AGENDA] == {"withdrawn", "postponed", "adopted", "rejected"}
    assert NEXT[ActState.ENFORCEABLE] == {"amended", "repealed", "annulled"}
    for state in ("withdrawn", "rejected", "repealed", "annulled"):
        assert NEXT[ActState(state)] == set()
    with pytest.raises(ValueError, match="cannot become"):
        Act(kind=ActKind.NOTE, state=ActState.DRAFT).move_to(ActState.ADOPTED)


def test_an_order_is_signed_without_a_vote_and_a_deliberation_is_not():
    order = Act(kind=ActKind.ORDER, state=ActState.DRAFT)
    order.move_to(ActState.SIGNED)
    with pytest.raises(ValueError, match="cannot become"):
        Act(kind=ActKind.DELIBERATION, state=ActState.DRAFT).move_to(ActState.SIGNED)


def test_an_act_from_its_draft_to_its_force(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    assert act.state == ActState.ENFORCEABLE
    assert act.published_on == date(2026, 6, 15)
    assert act.enforceable_on == date(2026, 6, 15)  # the later of online and received
    assert act.publication.sha256 == act.document.sha256
    seen = client.get(f"/actes/{act.id}").text
    assert "Exécutoire depuis le 15 juin 2026" in seen
    assert "à l’unanimité" in seen
    assert "17 août 2026" in seen  # the 16th is a Sunday
    assert "à titre indicatif" in seen
    assert "Tribunal administratif de Rennes" in seen
    assert act.document.sha256 in seen


def test_in_force_when_the_prefecture_answers_after_publication(ctx, noon):
    actor = clerk()
    act = transmitted(actor)
    council.publish(actor, act, checked_by="Camille Martin")
    commit()
    assert act.state == ActState.PUBLISHED
    assert act.enforceable_on is None
    with clock.frozen(noon + timedelta(days=2)):
        council.acknowledge(actor, act, on=clock.today())
        commit()
    assert act.state == ActState.ENFORCEABLE
    assert act.enforceable_on == date(2026, 6, 17)
    assert act.published_on == date(2026, 6, 15)


def test_nothing_moves_the_moment_of_publication(ctx, noon):
    act = in_force(clerk())
    moved = sa.update(Publication).where(Publication.act_id == act.id)
    with pytest.raises(DatabaseError):
        db.session.execute(moved.values(at=datetime(2020, 1, 1, tzinfo=clock.TOWN)))
    rollback()
    with pytest.raises(DatabaseError):
        db.session.execute(sa.delete(Publication))
    rollback()


def test_an_act_stays_online_two_months(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    with pytest.raises(Refused):
        council.unpublish(actor, act, reason="Une erreur.")
    rollback()
    with clock.frozen(noon + timedelta(days=60)), pytest.raises(Refused):
        council.unpublish(actor, act, reason="Une erreur.")
    rollback()
    with clock.frozen(noon + timedelta(days=63)):
        council.unpublish(actor, act, reason="Le bassin est détruit.")
        commit()
    assert client.get(f"/actes/{act.id}").status_code == 404
    assert "Le bassin est détruit." in sign_in(client, actor).get(f"/actes/{act.id}").text


def test_what_is_put_online_was_read_for_personal_data(ctx, noon):
    actor = clerk()
    act = transmitted(actor)
    with pytest.raises(Refused):
        council.publish(actor, act, checked_by="  ")
    rollback()
    with pytest.raises(Refused):
        council.publish(make_user(RoleName.FACILITATOR), act, checked_by="Moi")
    rollback()
    note = make_act(actor, act.chamber, kind=ActKind.NOTE, people=[])
    council.publish(actor, note, checked_by="Camille Martin")
    commit()
    assert note.is_public
    assert note.state == ActState.DRAFT  # a note is read; nothing is in force
    assert note.enforceable_on is None


def test_a_draft_is_rewritten_and_a_voted_act_is_only_corrected(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    council.edit(actor, act, title="Plan d'ombrage")
    commit()
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    commit()
    with pytest.raises(Refused):
        council.edit(actor, act, title="Autre chose")
    rollback()
    with pytest.raises(Refused):
        council.correct(actor, act, words="Lire « préau ».", reason=" ")
    rollback()
    council.correct(actor, act, words="Lire « préau ».", reason="Faute de frappe.")
    commit()
    seen = sign_in(client, actor).get(f"/actes/{act.id}").text
    assert "Lire « préau »." in seen
    assert "Plan d&#39;ombrage" in seen
    with pytest.raises(DatabaseError):
        db.session.execute(sa.text("UPDATE act_remark SET words = 'autre'"))
    rollback()


def test_more_voices_than_members_are_refused(ctx, noon):
    actor = clerk()
    act = inscribed(actor)  # eight present, no proxy
    for counts in ((9, 0, 0, None), (5, 2, 1, 1), (-1, 0, 0, None), (8, None, None, None)):
        names = ("votes_for", "votes_against", "abstentions", "not_voting")
        with pytest.raises(Refused):
            council.vote(actor, act, **dict(zip(names, counts, strict=True)))
        rollback()
    act.votes_for, act.votes_against, act.abstentions = 9, 0, 0
    act.present, act.proxies = 8, 0
    with pytest.raises(DatabaseError):  # whatever the way, the database refuses too
        db.session.flush()
    rollback()


def test_proxies_add_voices_but_no_presence(ctx, noon):
    actor = clerk()
    act = inscribed(actor)
    proxies = [(MEMBERS[8], MEMBERS[0]), (MEMBERS[9], MEMBERS[1])]
    attended(actor, act.sitting, proxies=proxies)
    council.vote(actor, act, votes_for=10, votes_against=0, abstentions=0)
    commit()
    assert (act.present, act.proxies, act.in_office) == (8, 2, 11)
    assert act.sitting.quorum().counted == 8


@pytest.mark.parametrize(
    ("counts", "state", "words"),
    [
        ({"votes_for": 8}, "adopted", "à l’unanimité"),
        ({"votes_for": 6, "abstentions": 2}, "adopted", "à l’unanimité des votants"),
        ({"votes_for": 7, "not_voting": 1}, "adopted", "à l’unanimité des votants"),
        ({"votes_for": 5, "votes_against": 3}, "adopted", "par 5 voix contre 3"),
        ({"votes_for": 3, "votes_against": 5}, "rejected", "rejeté, 3 voix pour et 5 contre"),
        ({"votes_for": 4, "votes_against": 4}, "rejected", "rejeté, 4 voix pour et 4 contre"),
        ({"abstentions": 8}, "rejected", "aucune voix pour ni contre"),
        (
            {"votes_for": 4, "votes_against": 4, "casting_vote": Casting.FOR},
            "adopted",
            "par 4 voix contre 4, la voix de la présidence étant prépondérante",
        ),
    ],
)
def test_the_outcome_and_its_words_come_from_the_counts(ctx, noon, counts, state, words):
    actor = clerk()
    act = inscribed(actor)
    none = {"votes_for": 0, "votes_against": 0, "abstentions": 0, "mode": VoteMode.PUBLIC}
    council.vote(actor, act, **{**none, **counts})
    commit()
    assert act.state == state
    with spoken("fr"):
        assert str(act.vote) == words


def test_a_deciding_voice_needs_a_tie_in_a_public_ballot(ctx, noon):
    actor = clerk()
    act = inscribed(actor)
    tie = {"votes_for": 4, "votes_against": 4, "abstentions": 0, "casting_vote": Casting.FOR}
    for wrong in (
        {**tie, "votes_for": 3, "mode": VoteMode.PUBLIC},
        {**tie, "mode": VoteMode.SECRET},
        tie,
    ):
        with pytest.raises(Refused):
            council.vote(actor, act, **wrong)
        rollback()


def test_only_a_deliberation_on_an_agenda_is_voted(ctx, noon):
    actor = clerk()
    assembly = make_assembly(actor)
    draft = make_act(actor, assembly)
    note = make_act(actor, assembly, kind=ActKind.NOTE)
    for act in (draft, note):
        with pytest.raises(Refused):
            council.vote(actor, act, votes_for=1, votes_against=0, abstentions=0)
        rollback()
    council.inscribe(actor, attended(actor, make_sitting(actor, assembly), number=5), act=draft)
    commit()
    with pytest.raises(Refused):  # five of eleven: no quorum
        council.vote(actor, draft, votes_for=5, votes_against=0, abstentions=0)
    rollback()


def test_a_vote_known_only_as_printed_says_which_way_it_went(ctx, noon):
    actor = clerk()
    act = inscribed(actor)
    with pytest.raises(Refused):
        council.vote(actor, act, vote_words="à l'unanimité des votants")
    rollback()
    council.vote(actor, act, vote_words="à l'unanimité des votants", is_carried=True)
    commit()
    assert (act.state, act.votes_for) == (ActState.ADOPTED, None)


def test_an_act_withdrawn_goes_no_further_and_a_postponed_one_comes_back(ctx, noon):
    actor = clerk()
    assembly = make_assembly(actor)
    first, second = make_sitting(actor, assembly), make_sitting(actor, assembly)
    gone, later = make_act(actor, assembly), make_act(actor, assembly)
    items = [council.inscribe(actor, first, act=one) for one in (gone, later)]
    council.withdraw(actor, items[0], reason="Sans objet")
    council.postpone(actor, items[1])
    commit()
    assert (gone.state, later.state) == (ActState.WITHDRAWN, ActState.POSTPONED)
    with pytest.raises(Refused):
        council.inscribe(actor, second, act=gone)
    rollback()
    council.inscribe(actor, second, act=later)
    commit()
    assert later.state == ActState.ON_AGENDA
    assert [item.state for item in first.items] == [ItemState.WITHDRAWN, ItemState.POSTPONED]


def test_an_agreement_is_signed_once_a_deliberation_approved_it(ctx, noon):
    actor = clerk()
    act = voted(actor)
    agreement = make_act(actor, act.chamber, kind=ActKind.AGREEMENT, title="Convention d'objectifs")
    sign = {"on": clock.today(), "signatories": [("Nadia Bel", "Maire")]}
    with pytest.raises(Refused):
        council.sign(actor, agreement, **sign)
    rollback()
    council.link(actor, agreement, act)
    council.sign(actor, agreement, **sign)
    commit()
    assert agreement.state == ActState.SIGNED


@pytest.mark.parametrize("tie", [Tie.AMENDS, Tie.REPEALS])
def test_an_act_in_force_changes_another_at_once_with_the_second_key_alone(ctx, noon, tie):
    actor = clerk()
    old, new = in_force(actor), in_force(actor)
    actor.stale = True  # the key was shown an hour ago
    council.link(actor, new, old)
    commit()
    with pytest.raises(Refused) as refused:
        council.link(actor, new, old, tie=tie)
    rollback()
    assert refused.value.door == "keys.unlock"
    assert old.state == ActState.ENFORCEABLE
    actor.stale = False
    council.link(actor, new, old, tie=tie)
    commit()
    assert old.state in (ActState.AMENDED, ActState.REPEALED)


def test_a_later_act_amends_or_repeals_once_it_is_in_force(ctx, noon, client):
    actor = clerk()
    old, new = in_force(actor), transmitted(actor)
    council.link(actor, new, old, tie=Tie.REPEALS)
    council.acknowledge(actor, new, on=new.transmitted_on)
    commit()
    assert old.state == ActState.ENFORCEABLE
    council.publish(actor, new, checked_by="Camille Martin")
    commit()
    assert old.state == ActState.REPEALED
    assert "Abrogé par" in client.get(f"/actes/{old.id}").text
    with pytest.raises(Refused):
        council.unlink(actor, new.links[0])
    rollback()
    with pytest.raises(Refused):
        council.link(actor, old, new)  # the other way round
    rollback()


def test_the_court_annuls_an_act_in_force(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    council.annul(actor, act, words="TA de Rennes, 3 juin 2027", reason="Vice de procédure.")
    commit()
    assert act.state == ActState.ANNULLED
    assert "TA de Rennes, 3 juin 2027" in client.get(f"/actes/{act.id}").text


def test_two_acts_do_not_bear_one_number(ctx, noon):
    actor = clerk()
    assembly = make_assembly(actor)
    make_act(actor, assembly, number="2026-7-2.2.15")
    with pytest.raises(Refused):
        make_act(actor, assembly, number="2026 -7 - 2 . 2 . 15")
    rollback()
    make_act(actor, assembly, number="2026-7-2.2.15", kind=ActKind.REPORT)  # its report does


def test_an_annex_without_a_file_says_so(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    annex = council.attach(actor, act, title="Plan des cours", kind="Plan")
    commit()
    seen = client.get(f"/actes/{act.id}").text
    assert "Annexe citée, non fournie" in seen
    council.attach(actor, act, annex, file=pdf())
    commit()
    seen = client.get(f"/actes/{act.id}").text
    assert "Annexe citée, non fournie" not in seen
    assert client.get(f"/fichiers/{annex.file_id}/acte.pdf").status_code in (200, 404)
    with pytest.raises(Refused):
        council.attach(actor, act, annex, file=pdf())
    rollback()


def test_amendments_and_what_became_of_them(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    item = act.sitting.items[0]
    amendment = council.amend(actor, item, author="Hugo Cam", words="Ajouter le phare.")
    council.settle(actor, amendment, fate=Fate.ADOPTED)
    council.announce(actor, act.sitting)
    commit()
    with pytest.raises(Refused):
        council.settle(actor, amendment, fate=Fate.REJECTED)
    rollback()
    seen = client.get(f"/seances/{act.sitting_id}").text
    assert "Ajouter le phare." in seen
    assert "Amendement adopté" in seen


def test_a_plan_is_adopted_by_an_act_the_desk_noted(ctx, noon, client):
    actor = clerk()
    act, plan = voted(actor), make_plan(actor)
    waiting = make_act(actor, act.chamber, title="Un acte qui attend")
    with pytest.raises(Refused):
        engagements.adopt(actor, plan, act=waiting)
    rollback()
    page = f"/plans/{plan.slug}/adopter"
    seen = sign_in(client, actor).get(page).text
    assert act.title.replace("'", "&#39;") in seen
    assert waiting.title not in seen
    assert client.post(page, data={"act_id": str(act.id)}).status_code == 303
    db.session.expire_all()
    assert db.session.get(Plan, plan.id).act_id == act.id
    assert db.session.query(Act).count() == 2
