"""Every group of the assembly has the same room, shown the same day, and rewritten by nobody."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from consult.core import clock
from consult.core.db import db
from consult.core.queue import work_once
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.journal.models import Notification
from consult.people.models import RoleName
from consult.pluralism import actions as pluralism
from consult.pluralism import queries
from consult.pluralism.models import Order, Statement
from tests.counting import statements as counting
from tests.engagements.making import clerk, make_plan, published
from tests.factories import make_user, sign_in

GROUPS = {"Sceaux ensemble": 27, "Gauche unie": 6, "Écologie citoyenne": 2}


def make_groups(**seats):
    admin = make_user(RoleName.ADMINISTRATOR)
    made = [
        pluralism.create_group(admin, name=name, seats=number)
        for name, number in (seats or GROUPS).items()
    ]
    commit()
    return made


def make_room(plan, actor, order=Order.SEATS, days=10, max_characters=300):
    made = pluralism.open(
        actor,
        plan,
        max_characters=max_characters,
        closes_on=clock.today() + timedelta(days=days),
        order=order,
    )
    commit()
    return made


@pytest.fixture
def plan(ctx, noon):
    return published(clerk(), make_plan(clerk()))


def speaker(group):
    user = make_user(name="Dominique Petit")
    pluralism.appoint(make_user(RoleName.ADMINISTRATOR), group, user)
    commit()
    return user


def test_the_same_room_for_all_by_seats_or_by_lot(plan):
    desk, groups = clerk(), make_groups()
    room = make_room(plan, desk)
    assert [space.name for space in room.spaces] == list(GROUPS)
    other = published(desk, make_plan(desk))
    drawn = make_room(other, desk, order=Order.DRAWN)
    lots = {hashlib.sha256(f"{drawn.seed}:{one.id}".encode()).hexdigest(): one for one in groups}
    assert [space.group_id for space in drawn.spaces] == [lots[lot].id for lot in sorted(lots)]
    with pytest.raises(Refused):  # once a page
        pluralism.open(desk, plan, max_characters=300, closes_on=clock.today())
    rollback()


def test_one_room_a_page_and_one_page_a_room(plan):
    make_groups()
    room = make_room(plan, clerk())
    for change in ("UPDATE expression SET plan_id = NULL", "UPDATE expression SET act_id = 1"):
        with pytest.raises(IntegrityError):
            db.session.execute(sa.text(f"{change} WHERE id = {room.id}"))
        rollback()


def test_words_beyond_the_room_are_refused_whoever_writes(plan):
    groups = make_groups()
    room = make_room(plan, clerk(), max_characters=200)
    user = speaker(groups[1])
    space = next(one for one in room.spaces if one.group_id == groups[1].id)
    pluralism.write(user, space, words="é" * 200, signed_by="D. Petit")
    commit()
    with pytest.raises(Refused) as refused:
        pluralism.write(user, space, words="é" * 201, signed_by="D. Petit")
    assert "200" in str(refused.value.reason)
    rollback()
    with pytest.raises(Refused):
        pluralism.write(user, space, words="Bien", signed_by=" ")
    rollback()
    other = next(one for one in room.spaces if one.group_id != groups[1].id)
    with pytest.raises(Refused):  # not their group
        pluralism.write(user, other, words="Bien", signed_by="D. Petit")
    rollback()


def test_nobody_reads_before_all_are_shown(plan, client):
    groups = make_groups()
    desk = clerk()
    room = make_room(plan, desk)
    user, rival = speaker(groups[1]), speaker(groups[0])
    space = next(one for one in room.spaces if one.group_id == groups[1].id)
    pluralism.write(user, space, words="Le quai attendra encore.", signed_by="D. Petit")
    commit()
    page = f"/expression-des-groupes/{room.id}"
    assert client.get(page).status_code == 404
    assert "attendra" not in client.get(f"/plans/{plan.slug}").text
    readers = {user: True, rival: False, desk: False, make_user(RoleName.GUARANTOR): True}
    for reader, reads in readers.items():
        seen = sign_in(client, reader).get(page).text
        assert ("attendra" in seen) is reads
        assert "24 signes sur 300" in seen


def test_all_appear_together_and_an_empty_room_is_shown_empty(plan, client, noon):
    groups = make_groups()
    desk = clerk()
    room = make_room(plan, desk)
    user = speaker(groups[1])
    space = next(one for one in room.spaces if one.group_id == groups[1].id)
    pluralism.write(user, space, words="Un début.", signed_by="D. Petit")
    pluralism.write(user, space, words="Le quai attendra.", signed_by="D. Petit")
    commit()
    with pytest.raises(Refused) as refused:
        pluralism.publish(desk, room)
    assert "Sceaux ensemble" in str(refused.value.reason)
    rollback()
    with clock.frozen(noon + timedelta(days=11)):
        with pytest.raises(Refused):  # the last day is over for all
            pluralism.write(user, space, words="Encore", signed_by="D. Petit")
        rollback()
        pluralism.publish(desk, room)
        commit()
        seen = client.get(f"/plans/{plan.slug}").text
        assert seen.index("Sceaux ensemble") < seen.index("Gauche unie")
        assert "Le quai attendra." in seen
        assert "Un début." not in seen  # what was never public stays so
        assert seen.count("sa place reste vide") == 2
        assert "300 signes" in seen


def test_a_correction_gives_its_reason_and_hides_nothing(plan, client, noon):
    groups = make_groups(Seul=3)
    desk = clerk()
    room = make_room(plan, desk)
    user, (space,) = speaker(groups[0]), room.spaces
    pluralism.write(user, space, words="Trois bancs.", signed_by="D. Petit")
    pluralism.publish(desk, room)
    commit()
    with pytest.raises(Refused):
        pluralism.write(user, space, words="Quatre bancs.", signed_by="D. Petit")
    rollback()
    pluralism.write(
        user, space, words="Quatre bancs.", signed_by="D. Petit", reason="Erreur de compte."
    )
    commit()
    seen = client.get(f"/plans/{plan.slug}").text
    assert "Quatre bancs." in seen
    assert "Trois bancs." in seen
    assert "Erreur de compte." in seen


def test_the_database_keeps_what_was_said(plan):
    groups = make_groups(Seul=3)
    room = make_room(plan, clerk())
    pluralism.write(speaker(groups[0]), room.spaces[0], words="Trois.", signed_by="D. Petit")
    commit()
    for change in ("UPDATE statement SET words = 'Rien'", "DELETE FROM statement"):
        with pytest.raises(DBAPIError):
            db.session.execute(sa.text(change))
        rollback()


def test_the_desk_types_what_was_handed_in_with_its_day(plan, client):
    make_groups(Seul=3)
    desk = clerk()
    room = make_room(plan, desk)
    page = f"/expression-des-groupes/{room.id}/groupes/{room.spaces[0].id}"
    said = {"words": "Trois bancs.\r\nPas plus.", "signed_by": "D. Petit", "key": "une-fois"}
    sign_in(client, desk)
    refused = client.post(page, data=said)
    assert refused.status_code == 200
    assert "quel jour le groupe a remis ce texte" in refused.text
    assert "Trois bancs." in refused.text  # nothing typed is lost
    for _ in range(2):  # a double click is one text
        reply = client.post(page, data={**said, "received_on": "2026-06-14"})
        assert reply.status_code == 303
    (one,) = db.session.scalars(sa.select(Statement))
    assert (one.words, str(one.received_on)) == ("Trois bancs.\nPas plus.", "2026-06-14")


def test_what_a_group_wrote_itself_the_desk_never_replaces(plan, client, noon):
    groups = make_groups(Seul=3)
    desk = clerk()
    room = make_room(plan, desk)
    user, (space,) = speaker(groups[0]), room.spaces
    paper = {"words": "Merci au maire.", "signed_by": "D. Petit", "received_on": clock.today()}
    pluralism.write(desk, space, **paper)  # from paper, until the group writes itself
    page = f"/expression-des-groupes/{room.id}"
    for words in ("Trois bancs.", ""):  # what it took back stays taken back too
        pluralism.write(user, space, words=words, signed_by="D. Petit")
        commit()
        with pytest.raises(Refused):
            pluralism.write(desk, space, **paper)
        rollback()
        assert f"{page}/groupes/{space.id}" not in sign_in(client, desk).get(page).text
    pluralism.write(user, space, words="Trois bancs.", signed_by="D. Petit")
    pluralism.publish(desk, room)
    commit()
    with pytest.raises(Refused):
        pluralism.write(desk, space, **paper, reason="Une coquille.")
    rollback()
    assert space.said.words == "Trois bancs."


def test_an_administrator_enters_groups_and_names_who_writes(ctx, noon, client, outbox):
    admin, writer = make_user(RoleName.ADMINISTRATOR), make_user()
    sign_in(client, admin)
    page = "/expression-des-groupes/groupes"
    client.post(f"{page}/nouveau", data={"name": "Gauche unie", "seats": "6"})
    (group,) = queries.groups()
    assert (
        "Aucun compte"
        in client.post(f"{page}/{group.id}/porte-parole", data={"email": "x@y.fr"}).text
    )
    client.post(f"{page}/{group.id}/porte-parole", data={"email": writer.email})
    assert queries.speaks_for(writer) == {group.id}
    assert db.session.scalar(sa.select(Notification.user_id)) == writer.id
    (row,) = queries.spokespeople([group])[group.id]
    client.post(f"/expression-des-groupes/porte-parole/{row.id}/fin")
    assert queries.speaks_for(writer) == set()
    client.post(
        f"{page}/{group.id}", data={"name": "Gauche", "seats": "5", "ended_on": "2026-06-01"}
    )
    assert queries.groups() == []
    assert "Gauche" in client.get("/expression-des-groupes").text
    assert sign_in(client, clerk()).get(f"{page}/nouveau").status_code == 403


def test_who_writes_for_a_group_is_told(plan, app, outbox):
    groups = make_groups()
    user = speaker(groups[1])
    make_room(plan, clerk())
    rollback()
    outbox.clear()
    with clock.frozen(clock.now() + timedelta(hours=2)):
        work_once(app)
    (letter,) = [one for one in outbox if one.to == [user.email]]
    assert "vous confie les textes du groupe Gauche unie" in letter.body
    assert "300 signes chacun" in letter.body
    assert "/expression-des-groupes/1" in letter.body


def test_the_page_reads_its_groups_in_a_fixed_number_of_questions(plan, client):
    make_groups(**{f"Groupe {number}": number for number in range(1, 4)})
    room = make_room(plan, clerk())
    with counting() as few:
        client.get("/expression-des-groupes")
        client.get(f"/plans/{plan.slug}")
    make_groups(**{f"Autre {number}": number for number in range(1, 9)})
    desk = clerk()
    make_room(published(desk, make_plan(desk)), desk)
    with counting() as many:
        client.get("/expression-des-groupes")
        client.get(f"/plans/{plan.slug}")
    assert len(many) <= len(few) + 1, room


def test_the_room_is_opened_from_the_page_it_stands_on(plan, client):
    make_groups()
    desk = clerk()
    sign_in(client, desk)
    where = f"/expression-des-groupes/ouvrir?plan={plan.slug}"
    assert where in client.get(f"/plans/{plan.slug}").text
    said = {"max_characters": "50", "order": "seats", "closes_on": "2026-06-30"}
    assert "Entre 200 et" in client.post(where, data=said).text
    reply = client.post(where, data={**said, "max_characters": "500"})
    assert reply.status_code == 303
    assert "Jusqu’au 30 juin 2026" in client.get(reply.location).text
    act = f"/expression-des-groupes/ouvrir?act={plan.act_id}"
    assert client.post(act, data={**said, "max_characters": "500"}).status_code == 303
    assert client.get("/expression-des-groupes/ouvrir").status_code == 404
