"""Sittings: convened, attended, their agenda, their list within a week, their minutes."""

from datetime import date, timedelta

import pytest

from consult.core import clock
from consult.core.rules import Refused
from consult.council import actions as council
from consult.council import queries
from consult.council.models import ActKind, ItemState, Online
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from tests.council.making import (
    MEMBERS,
    attended,
    clerk,
    inscribed,
    make_act,
    make_assembly,
    make_sitting,
)
from tests.factories import make_user, sign_in


def test_a_second_convening_waits_three_clear_days(ctx, noon):
    actor = clerk()
    assembly = make_assembly(actor)
    first = attended(actor, make_sitting(actor, assembly, date(2026, 6, 1)), number=5)
    for day in (2, 3, 4):
        with pytest.raises(Refused):
            council.convene(actor, assembly=assembly, held_on=date(2026, 6, day), after=first)
        rollback()
    second = council.convene(actor, assembly=assembly, held_on=date(2026, 6, 5), after=first)
    commit()
    assert second.quorum().is_waived
    attended(actor, second, number=2)
    assert second.quorum().reached is True


def test_a_sitting_with_its_quorum_is_not_convened_again(ctx, noon):
    actor = clerk()
    assembly = make_assembly(actor)
    first = attended(actor, make_sitting(actor, assembly, date(2026, 6, 1)))
    with pytest.raises(Refused):
        council.convene(actor, assembly=assembly, held_on=date(2026, 6, 12), after=first)
    rollback()


@pytest.mark.parametrize(
    "said",
    [
        {"proxies": [(MEMBERS[8], MEMBERS[0]), (MEMBERS[9], MEMBERS[0])]},  # two for one member
        {"proxies": [(MEMBERS[8], MEMBERS[0]), (MEMBERS[8], MEMBERS[1])]},  # given twice
        {"proxies": [(MEMBERS[1], MEMBERS[0])]},  # given by somebody who is there
        {"proxies": [(MEMBERS[8], MEMBERS[9])]},  # held by somebody who is not
        {"present": [*MEMBERS[:8], MEMBERS[0]]},
        {"absent": [MEMBERS[0]]},
        {"present": [*MEMBERS, "Une de trop"], "absent": []},
    ],
)
def test_attendance_that_cannot_be(ctx, noon, said):
    actor = clerk()
    sitting = make_sitting(actor, make_assembly(actor))
    with pytest.raises(Refused):
        attended(actor, sitting, **said)
    rollback()


def test_how_many_proxies_one_member_holds_is_a_setting(ctx, noon):
    actor = clerk()
    sitting = make_sitting(actor, make_assembly(actor, proxies_each=2))
    two = [(MEMBERS[8], MEMBERS[0]), (MEMBERS[9], MEMBERS[0])]
    attended(actor, sitting, proxies=two)
    attended(actor, sitting, proxies=two)  # the same again: nothing is doubled
    assert len(sitting.proxies) == 2


def test_what_nobody_said_of_a_sitting_stays_unknown(ctx, noon, client):
    actor = clerk()
    sitting = make_sitting(actor, make_assembly(actor, in_office=None))
    council.announce(actor, sitting)
    commit()
    seen = client.get(f"/seances/{sitting.id}").text
    assert seen.count("non communiqué") >= 7
    assert "non calculé : présences non communiquées" in seen.replace("\xa0", " ")
    page = f"/seances/{sitting.id}/presences"
    sign_in(client, actor).post(page, data={"president": "Nadia Bel"})
    again = queries.sitting_or_404(sitting.id, None)
    assert (again.president, again.present) == ("Nadia Bel", None)
    assert again.proxies_are_known is False


def test_those_who_have_an_interest_leave_quorum_and_vote(ctx, noon):
    actor = clerk()
    act = inscribed(actor)
    item = act.sitting.items[0]
    with pytest.raises(Refused):
        council.examine(actor, item, present=None, interested=["Une inconnue"])
    rollback()
    council.examine(actor, item, present=7, interested=MEMBERS[:2])
    commit()
    assert act.sitting.quorum(item).reached is False  # five of eleven
    with pytest.raises(Refused):
        council.vote(actor, act, votes_for=5, votes_against=0, abstentions=0)
    rollback()
    council.examine(actor, item, present=8, interested=MEMBERS[:1])
    proxies = [(MEMBERS[8], MEMBERS[0]), (MEMBERS[9], MEMBERS[1])]
    attended(actor, act.sitting, proxies=proxies)
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    commit()
    assert (act.present, act.proxies) == (7, 1)  # the proxy of who left went too


def test_the_list_of_what_was_examined_is_due_within_a_week(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    sitting = act.sitting
    assert sitting.list_due_on == sitting.held_on + timedelta(days=7)
    with pytest.raises(Refused):  # an item is still open
        council.publish_list(actor, sitting)
    rollback()
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    commit()
    with clock.frozen(noon + timedelta(days=5)):
        assert sitting.is_list_overdue
        assert "devait être en ligne" in sign_in(client, actor).get("/seances").text
        council.publish_list(actor, sitting)
        commit()
        assert not sitting.is_list_overdue
    assert sitting.is_public
    with pytest.raises(Refused):
        council.publish_list(actor, sitting)
    rollback()
    with pytest.raises(Refused):  # its items go by their numbers
        council.move(actor, queries.line_of(act), by=1)
    rollback()


def test_what_joins_a_list_that_is_online_says_when(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    sitting, late = act.sitting, "après la mise en ligne de la liste"
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    council.publish_list(actor, sitting)
    commit()
    page = f"/seances/{sitting.id}"
    assert late not in client.get(page).text
    with clock.frozen(noon + timedelta(days=1)):
        council.inscribe(actor, sitting, title="Un point oublié")
        commit()
    assert client.get(page).text.count(late) == 1


def test_minutes_hold_eight_elements_before_they_are_approved(ctx, noon, client):
    actor = clerk()
    act = inscribed(actor)
    sitting = act.sitting
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    commit()
    assert len(queries.minutes_of(sitting)) == 8
    with pytest.raises(Refused):
        council.approve(actor, sitting, on=clock.today())
    rollback()
    typed = {
        "hour": "19 h 30",
        "ballot_requests": "Aucune.",
        "ballot_results": "Pour : tous les membres présents.",
        "discussions": "Mme Roy présente le plan.",
    }
    page = f"/seances/{sitting.id}/proces-verbal"
    assert sign_in(client, actor).post(page, data=typed).status_code == 303
    sitting = queries.sitting_or_404(sitting.id, actor)
    assert all(element.is_there for element in queries.minutes_of(sitting))
    council.approve(actor, sitting, on=clock.today())
    commit()
    with pytest.raises(Refused):
        council.minute(actor, sitting, discussions="Autre chose.")
    rollback()
    with clock.frozen(noon + timedelta(days=8)):
        assert sitting.are_minutes_overdue
        council.publish_minutes(actor, sitting)
        commit()
        assert sitting.put_online(Online.MINUTES).at == clock.now()
        assert not sitting.are_minutes_overdue
    assert "Mme Roy présente le plan." in client.get(f"/seances/{sitting.id}").text


def test_an_agenda_has_its_order(ctx, noon, client):
    actor = clerk()
    assembly = make_assembly(actor)
    sitting = make_sitting(actor, assembly)
    page = f"/seances/{sitting.id}/ordre-du-jour"
    act = make_act(actor, assembly)
    sign_in(client, actor).post(page, data={"title": "Informations", "key": "a"})
    client.post(page, data={"title": "Informations", "key": "a"})  # sent twice is sent once
    for _again in (1, 2):
        assert client.post(page, data={"act_id": str(act.id), "key": "b"}).status_code == 303
    sitting = queries.sitting_or_404(sitting.id, actor)
    assert [item.title for item in sitting.items] == ["Informations", act.title]
    client.post(f"/seances/points/{sitting.items[1].id}/deplacer", data={"by": "-1"})
    sitting = queries.sitting_or_404(sitting.id, actor)
    assert [item.title for item in sorted(sitting.items, key=lambda one: one.order)] == [
        act.title,
        "Informations",
    ]
    told = next(item for item in sitting.items if item.act is None)
    assert client.post(f"/seances/points/{told.id}/examiner").status_code == 303
    assert queries.item_or_404(told.id).state == ItemState.EXAMINED


def test_what_is_prepared_is_read_by_the_desk_alone(ctx, noon, client):
    actor = clerk()
    assembly = make_assembly(actor)
    sitting, act = make_sitting(actor, assembly), make_act(actor, assembly, kind=ActKind.NOTE)
    pages = (f"/seances/{sitting.id}", f"/actes/{act.id}", f"/actes/{act.id}.txt")
    for page in pages:
        assert client.get(page).status_code == 404
    assert act.title not in client.get("/actes").text
    sign_in(client, make_user(RoleName.GUARANTOR))
    for page in pages:
        assert client.get(page).status_code == 200
    assert client.get(f"/actes/{act.id}/modifier").status_code == 403
    sign_in(client, make_user(RoleName.FACILITATOR))
    assert client.get("/actes/nouveau").status_code == 403
    assert client.post(f"/seances/{sitting.id}/annoncer").status_code in (403, 404)
