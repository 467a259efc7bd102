"""What is missing is listed once, filled once, and leaves the list by itself."""

from datetime import date

import pytest

from consult.core.rules import Refused
from consult.engagements.models import Plan, Progress
from consult.engagements.queries import to_complete
from consult.followup import actions as followup
from consult.gaps import actions, queries
from consult.gaps.models import fill_gap, open_gap
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.territory.models import Place
from tests.engagements.making import carried_in, clerk
from tests.factories import make_user, sign_in


def place() -> Place:
    made = Place.new("La Haie Griselle")
    commit()
    return made


def test_a_gap_is_noted_once_and_what_was_filled_stays_filled(ctx):
    subject = place()
    gap = open_gap(subject, "spelling", "1", "Deux graphies.")
    assert open_gap(subject, "spelling", "1", "Deux graphies.") is gap
    commit()
    assert queries.still_open(subject) == [gap]
    actions.fill(clerk(), gap)
    commit()
    open_gap(subject, "spelling", "1", "Deux graphies.")
    commit()
    assert queries.still_open(subject) == []
    with pytest.raises(Refused):
        actions.fill(clerk(), gap)


def test_an_action_elsewhere_fills_it_too(ctx):
    subject = place()
    open_gap(subject, "annex", "A1", "Annexe citée.")
    fill_gap(subject, "annex", "A1")
    fill_gap(subject, "annex", "A2")  # nothing was missing there
    commit()
    assert queries.still_open(subject) == []


def test_only_the_desk_fills_and_staff_reads(ctx, client):
    gap = open_gap(place(), "spelling", "1", "Deux graphies.")
    commit()
    for role in (RoleName.FACILITATOR, RoleName.ADMINISTRATOR, RoleName.GUARANTOR):
        user = make_user(role)
        with pytest.raises(Refused):
            actions.fill(user, gap)
        seen = sign_in(client, user).get("/a-completer")
        assert seen.status_code == 200
        assert "Deux graphies." in seen.text
        assert f"/a-completer/{gap.id}" not in seen.text
    assert sign_in(client, make_user()).get("/a-completer").status_code == 403


def test_a_visitor_does_not_read_it(client):
    assert client.get("/a-completer").status_code != 200


def test_the_page_empties_as_it_is_filled(ctx, client, noon):
    actor, plan = clerk(), carried_in()
    gap = open_gap(place(), "spelling", "1", "Deux graphies.")
    commit()
    visitor = sign_in(client, actor)
    seen = visitor.get("/a-completer").text
    assert "Deux graphies." in seen
    assert plan.title in seen
    before = number_of(plan)
    waiting = next(one for one in to_complete(plan) if one.item.kind == "status")
    when = date(2026, 6, 1)
    followup.report(actor, waiting.action, progress=Progress.PLANNED, effective_on=when)
    commit()
    assert number_of(plan) == before - 1
    answer = visitor.post(f"/a-completer/{gap.id}")
    assert answer.status_code == 303
    assert "Deux graphies." not in visitor.get("/a-completer").text


def number_of(plan: Plan) -> int:
    return next(one.number for one in queries.all_open() if one.subject == plan)
