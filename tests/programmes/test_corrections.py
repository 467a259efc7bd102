"""What a public programme or body said never goes without a trace: it stays, with the reason."""

import pytest

from consult.core import restated
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.programmes import actions as programmes
from consult.programmes import corrections
from consult.programmes.models import (
    Agreement,
    AgreementSignatory,
    BodyMember,
    Component,
    Deed,
    Doneness,
    Objective,
    Participant,
    Programme,
    ProgrammeState,
)
from consult.programmes.views import LABELS
from consult.territory.models import Organisation
from tests.factories import sign_in
from tests.programmes.making import clerk, closing, make_programme

WHY = "Le document imprimé dit autre chose."


@pytest.fixture
def actor(ctx):
    return clerk()


_keys = iter(range(10**6))


def add(actor, owner, part, **said):
    made = programmes.add(actor, owner, part, key=f"c{next(_keys)}", **said)
    commit()
    return made


def make_body(actor, *, published=True, **said):
    body = programmes.create_body(actor, name="Comité de quartier", **said)
    if published:
        programmes.publish(actor, body)
    commit()
    return body


def refused(act):
    """Asked for its reason beside the field, and nothing changed."""
    with pytest.raises(Refused) as met:
        act()
    assert met.value.about == "reason"
    rollback()


def kept(root):
    return [(row.part, row.before, row.after) for row in restated.of(root)]


def test_words_on_show_change_with_a_reason_and_stay_to_be_read(actor):
    programme = make_programme(actor, legal_framework=["loi A"], period_words="2020")
    refused(lambda: programmes.edit(actor, programme, title="Un port pour quelques-uns"))
    assert programme.title == "Un port pour tous"
    programmes.edit(actor, programme, period_words="2021", legal_framework=["loi B"], reason=WHY)
    commit()
    assert kept(programme) == [
        (
            "",
            {"programme.period_words": "2020", "programme.legal_framework": ["loi A"]},
            {"programme.period_words": "2021", "programme.legal_framework": ["loi B"]},
        )
    ]
    assert restated.of(programme)[0].reason == WHY


def test_what_is_added_filled_in_moved_or_advanced_asks_nothing(actor):
    programme = make_programme(actor, legal_framework=["loi A"])
    first = add(actor, programme, Objective, title="Loger")
    deed = add(actor, programme, Deed, title="Dix bancs")
    second = add(actor, programme, Objective, title="Relier")
    level = add(actor, programme, Component, label="Études", level=None)
    programmes.edit(actor, programme, subtitle="Agir", legal_framework=["loi B", "loi A"])
    programmes.edit(actor, programme, state=ProgrammeState.RUNNING)
    programmes.change(actor, deed, doneness=Doneness.DONE, objective_id=first.id, beneficiaries=0)
    programmes.move(actor, second, by=-1)
    programmes.set_levels(actor, programme, {level.id: 0})
    commit()
    assert kept(programme) == []


def test_a_part_is_named_where_it_changes(actor):
    programme = make_programme(actor)
    add(actor, programme, Component, label="Études", level=20)
    level = add(actor, programme, Component, label="Travaux", level=0)
    refused(lambda: programmes.set_levels(actor, programme, {level.id: None}))
    programmes.set_levels(actor, programme, {level.id: 40}, reason=WHY)
    goal = add(actor, programme, Objective, title="Loger")
    other = add(actor, programme, Objective, title="Relier")
    deed = add(actor, programme, Deed, title="Dix bancs", objective_id=goal.id)
    programmes.change(actor, deed, objective_id=other.id, reason=WHY)
    commit()
    assert kept(programme) == [
        (
            "Action 1 – Dix bancs",
            {"programme_deed.objective": "Loger"},
            {"programme_deed.objective": "Relier"},
        ),
        (
            "Composante 2 – Travaux",
            {"programme_component.level": 0},
            {"programme_component.level": 40},
        ),
    ]


def test_what_leaves_stays_to_be_read_with_what_hung_on_it(actor):
    programme = make_programme(actor)
    signed = add(actor, programme, Agreement, title="Convention", duration_words="3 ans")
    add(actor, signed, AgreementSignatory, named="la ville")
    refused(lambda: programmes.remove(actor, signed))
    programmes.remove(actor, db.session.get(Agreement, signed.id), reason=WHY)
    commit()
    assert kept(programme) == [
        (
            "Convention 1 – Convention",
            {
                "agreement.title": "Convention",
                "agreement.duration_words": "3 ans",
                "agreement_signatory.named": ["la ville"],
            },
            {},
        )
    ]


def test_two_names_in_one_stay_as_they_were_printed(actor):
    programme = make_programme(actor)
    both = add(actor, programme, Participant, named="SEM 1 SEM 2", is_doubtful=True)
    refused(lambda: programmes.split(actor, both, ["SEM 1", "SEM 2"]))
    programmes.split(actor, both, ["SEM 1", "SEM 2"], reason=WHY)
    commit()
    ((_part, before, after),) = kept(programme)
    assert before == {"programme_participant.named": "SEM 1 SEM 2"}
    assert after == {"programme_participant.named": ["SEM 1", "SEM 2"]}


def test_a_closing_report_on_show_is_not_written_over_in_silence(actor):
    programme = closing(actor)
    programmes.conclude(actor, programme, closing_report="Fini.", successor_words="droit commun")
    commit()
    refused(lambda: programmes.conclude(actor, programme, closing_report="Presque fini."))
    programmes.conclude(
        actor, programme, closing_report="Presque.", successor_words="droit commun", reason=WHY
    )
    commit()
    assert kept(programme)[0][1] == {"programme.closing_report": "Fini."}


def test_a_body_keeps_what_it_said_and_names_no_programme_in_preparation(actor):
    hidden = make_programme(actor, title="En préparation", published=False)
    shown = make_programme(actor)
    body = make_body(actor, presidency="la maire", programmes=[shown, hidden])
    refused(lambda: programmes.edit_body(actor, body, presidency="le préfet"))
    programmes.edit_body(actor, body, presidency="le préfet", programmes=[], reason=WHY)
    commit()
    ((_part, before, after),) = kept(body)
    assert before == {"body.presidency": "la maire", "body.programmes": [shown.title]}
    assert after == {"body.presidency": "le préfet", "body.programmes": []}


def test_no_resident_is_named_in_what_stays_for_ever(actor):
    body = make_body(actor)
    Organisation.new("Coopérative des pêcheurs")
    commit()
    seat = add(actor, body, BodyMember, named="Jeanne Privée", agrees=True, college="Habitants")
    unnamed = add(actor, body, BodyMember, named="Paul Discret", agrees=False)
    coop = add(actor, body, BodyMember, named="Coopérative des pêcheurs", agrees=True)
    refused(lambda: programmes.change(actor, seat, named="Jeanne Publique"))
    programmes.change(actor, seat, named="Jeanne Publique", reason=WHY)
    programmes.change(actor, seat, college="Associations", reason=WHY)
    programmes.change(actor, seat, agrees=False, reason="À sa demande.")
    programmes.change(actor, unnamed, named="Paule Discrète")  # nobody read this name
    commit()
    refused(lambda: programmes.remove(actor, unnamed))
    programmes.remove(actor, db.session.get(BodyMember, unnamed.id), reason=WHY)
    programmes.remove(actor, db.session.get(BodyMember, coop.id), reason=WHY)
    commit()
    assert kept(body) == [
        ("Siège 2", {"body_member.named": "Coopérative des pêcheurs"}, {}),
        ("Siège 2", {"body_member.agrees": False}, {}),
        ("Siège 1", {"body_member.named": "un nom"}, {"body_member.named": ""}),
        (
            "Siège 1",
            {"body_member.college": "Habitants"},
            {"body_member.college": "Associations"},
        ),
        ("Siège 1", {"body_member.named": "un nom"}, {"body_member.named": "un autre nom"}),
    ]


def test_a_draft_is_written_and_rewritten_freely(actor, client):
    programme = make_programme(actor, published=False)
    goal = add(actor, programme, Objective, title="Loger")
    programmes.edit(actor, programme, title="Un quai")
    programmes.change(actor, goal, title="Relier")
    commit()
    address = f"/programmes/atelier/objectifs/{goal.id}"
    assert 'name="reason"' not in sign_in(client, actor).get(address).text
    assert client.post(f"{address}/retirer").status_code == 303
    assert kept(programme) == []


def test_the_desk_is_asked_why_and_everybody_reads_it(actor, client):
    programme = make_programme(actor)
    goal = add(actor, programme, Objective, title="Loger tout le monde")
    page, address = f"/programmes/{programme.slug}", f"/programmes/atelier/objectifs/{goal.id}"
    sign_in(client, actor)
    assert 'name="reason"' not in client.get(f"/programmes/atelier/objectifs/dans/{goal.id}").text
    asked = client.post(address, data={"title": "Relier"})
    assert "dites pourquoi cela change" in asked.text
    assert 'value="Relier"' in asked.text  # nothing typed is lost
    assert f'href="{address}/retirer"' in asked.text
    assert "dites pourquoi cela change" in client.post(f"{address}/retirer").text
    assert client.post(f"{address}/retirer", data={"reason": WHY}).status_code == 303
    seen = client.application.test_client().get(page).text
    assert "Ce qui se lisait autrement" in seen
    for words in ("Objectif 1 – Loger tout le monde", "Retiré", WHY):
        assert words in seen
    assert "programme_objective" not in seen


def test_whatever_is_kept_has_its_words():
    kept = {
        f"{model.__tablename__}.{name}"
        for model, (_what, names) in corrections.READ.items()
        for name in names.split()
    }
    assert kept <= set(LABELS)


def test_a_long_history_is_folded_away(actor, client):
    programme = make_programme(actor)
    for year in range(2000, 2025):
        programmes.edit(actor, programme, period_words=str(year), reason=WHY)
    commit()
    assert db.session.get(Programme, programme.id).period_words == "2024"
    seen = client.get(f"/programmes/{programme.slug}").text
    assert "4 changements plus anciens" in seen
