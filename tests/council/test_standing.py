"""What a vote rested on does not change in silence: what was said stays, with the reason."""

from datetime import timedelta

import pytest

from consult.core import clock, restated
from consult.core.db import db
from consult.core.rules import Refused
from consult.council import actions as council
from consult.council import queries
from consult.council.models import Act, ActKind, ActState, Annex, Tie
from consult.journal.actions import commit, rollback
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
    voted,
)
from tests.factories import sign_in

WHY = "La feuille de présence signée dit autre chose."


@pytest.fixture
def actor(ctx, noon):
    return clerk()


def refused(act):
    """Asked for its reason beside the field, and nothing changed."""
    with pytest.raises(Refused) as met:
        act()
    assert met.value.about == "reason"
    rollback()


def kept(subject):
    return [(row.before, row.after) for row in restated.of(subject)]


def move(actor, sitting, **said):
    was = {"held_on": sitting.held_on, "hour": sitting.hour, "place": sitting.place}
    council.prepare(actor, sitting, **{**was, **said})
    commit()


# When and where it sat.


def test_a_sitting_nobody_read_of_changes_freely(actor):
    sitting = make_sitting(actor, make_assembly(actor))
    move(actor, sitting, hour="19 h", place="Mairie")
    move(actor, sitting, hour="20 h", place="Gymnase")
    assert kept(sitting) == []


def test_after_a_vote_its_hour_and_place_change_with_a_reason(actor):
    sitting = voted(actor).sitting
    move(actor, sitting, hour="19 h")  # it was not said: it is filled in
    refused(lambda: move(actor, sitting, hour="20 h"))
    assert sitting.hour == "19 h"
    move(actor, sitting, hour="20 h", place="Mairie", reason=WHY)
    assert kept(sitting) == [({"hour": "19 h"}, {"hour": "20 h"})]


def test_an_announced_day_does_not_move_in_silence(actor, client):
    day = clock.today() + timedelta(days=9)
    sitting = make_sitting(actor, make_assembly(actor), day)
    council.announce(actor, sitting)
    commit()
    later = day + timedelta(days=7)
    page = f"/seances/{sitting.id}/modifier"
    asked = sign_in(client, actor).post(page, data={"held_on": later.isoformat()})
    assert "dites pourquoi cela change" in asked.text
    assert f'value="{later.isoformat()}"' in asked.text
    client.post(page, data={"held_on": later.isoformat(), "reason": "La salle est prise."})
    seen = client.application.test_client().get(f"/seances/{sitting.id}").text
    assert "Ce qui se lisait autrement" in seen
    assert "La salle est prise." in seen


def test_the_minutes_do_not_turn_back_an_hour_that_was_read(actor, client):
    sitting = voted(actor).sitting
    move(actor, sitting, hour="19 h")
    refused(lambda: council.minute(actor, sitting, hour="21 h"))
    page = f"/seances/{sitting.id}/proces-verbal"
    assert 'name="hour"' not in sign_in(client, actor).get(page).text
    client.post(page, data={"discussions": "Le plan."})
    again = queries.sitting_or_404(sitting.id, actor)
    assert (again.hour, again.discussions) == ("19 h", "Le plan.")


# Who was there.


def test_who_was_there_is_corrected_freely_until_something_is_voted(actor, client):
    sitting = inscribed(actor).sitting
    attended(actor, sitting, number=9)
    assert kept(sitting) == []
    page = f"/seances/{sitting.id}/presences"
    assert 'name="reason"' not in sign_in(client, actor).get(page).text


def test_after_a_vote_those_who_were_there_change_with_a_reason(actor, client):
    sitting = voted(actor).sitting
    attended(actor, sitting)  # the same again says nothing new
    refused(lambda: attended(actor, sitting, number=7))
    refused(lambda: attended(actor, sitting, present=None, absent=None, proxies=None))
    gone = [(MEMBERS[10], MEMBERS[0])]
    attended(actor, sitting, secretary=MEMBERS[2], proxies=gone, reason=WHY)
    assert kept(sitting) == [
        (
            {"secretary": MEMBERS[1], "proxies": ["aucun"]},
            {"secretary": MEMBERS[2], "proxies": [f"{MEMBERS[10]} → {MEMBERS[0]}"]},
        )
    ]
    council.announce(actor, sitting)
    commit()
    (item,) = sitting.items
    for page in (f"/seances/{sitting.id}", f"/actes/{item.act_id}"):  # where the vote is read too
        seen = sign_in(client, actor).get(page).text
        assert WHY in seen
        assert f"{MEMBERS[10]} → {MEMBERS[0]}" in seen


def test_what_nobody_said_of_who_was_there_is_filled_in_after_the_vote(actor):
    assembly = make_assembly(actor)
    sitting, act = make_sitting(actor, assembly), make_act(actor, assembly)
    council.inscribe(actor, sitting, act=act)
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0, present=8)
    commit()
    attended(actor, sitting)
    assert kept(sitting) == []


def test_the_quorum_of_a_vote_does_not_follow_the_assembly_afterwards(actor):
    act = voted(actor)
    sitting = act.sitting
    sitting.in_office = None
    assembly = sitting.assembly
    other = make_act(actor, assembly, number="2026-99")
    council.inscribe(actor, sitting, act=other)
    council.vote(actor, other, votes_for=8, votes_against=0, abstentions=0)
    council.set_up(actor, assembly, in_office=33)
    commit()
    assert (sitting.members, sitting.quorum().needed) == (11, 6)


# What it was voted with.


def test_an_annex_that_joins_after_the_vote_says_so(actor, client):
    act = inscribed(actor)
    early = council.attach(actor, act, title="Plan des cours", file=pdf())
    cited = council.attach(actor, act, title="Tableau")
    council.vote(actor, act, votes_for=8, votes_against=0, abstentions=0)
    commit()
    assert queries.added_later(act) == {}
    late = council.attach(actor, act, title="Note", file=pdf())
    council.attach(actor, act, cited, file=pdf())
    commit()
    assert set(queries.added_later(act)) == {late.id, cited.id}
    assert early.id not in queries.added_later(act)
    seen = sign_in(client, actor).get(f"/actes/{act.id}").text.replace("\xa0", " ")
    assert seen.count("après le vote") == 2


def test_an_annex_that_joins_a_note_online_says_so(actor):
    note = make_act(actor, make_assembly(actor), kind=ActKind.NOTE)
    council.publish(actor, note, checked_by="Camille Martin")
    council.attach(actor, note, title="Carte", file=pdf())
    commit()
    ((added),) = queries.added_later(note).values()
    assert "après la mise en ligne" in added.words


def test_an_annex_of_a_carried_document_gives_its_day_and_guesses_no_vote(actor):
    act = Act(
        kind=ActKind.DELIBERATION,
        title="Plan du port",
        assembly="Conseil municipal",
        state=ActState.ADOPTED,
        external_ref="document-7",
    )
    act.annexes.append(Annex(title="Carte", external_ref="carte"))
    act.show()
    db.session.add(act)
    commit()
    council.attach(actor, act, act.annexes[0], file=pdf())
    commit()
    ((added),) = queries.added_later(act).values()
    assert added.words.startswith("jointe le")
    assert "vote" not in added.words


def test_a_tie_everybody_read_goes_with_a_reason(actor, client):
    act, earlier = in_force(actor), in_force(actor)
    link = council.link(actor, act, earlier, tie=Tie.FOLLOWS)
    commit()
    page = f"/actes/{act.id}/liens/{link.id}/retirer"
    sign_in(client, actor)
    assert "dites pourquoi cela change" in client.post(page).text
    assert client.post(page, data={"reason": "Ce n’est pas la bonne."}).status_code == 303
    seen = client.application.test_client().get(f"/actes/{act.id}").text
    assert "Ce n’est pas la bonne." in seen
    assert f"{Tie.FOLLOWS.label} : Plan d" in seen


def test_a_tie_to_an_act_in_preparation_leaves_no_word_of_it(actor):
    act, hidden = in_force(actor), make_act(actor, make_assembly(actor), title="À l’étude")
    council.unlink(actor, council.link(actor, act, hidden))
    commit()
    assert kept(act) == []


def test_a_draft_lets_go_of_its_ties(actor, client):
    act, earlier = make_act(actor, make_assembly(actor)), in_force(actor)
    link = council.link(actor, act, earlier)
    commit()
    page = f"/actes/{act.id}/liens/{link.id}/retirer"
    assert 'name="reason"' not in sign_in(client, actor).get(page).text
    assert client.post(page).status_code == 303
    assert kept(act) == []
