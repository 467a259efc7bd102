"""Every contribution gets a reasoned answer, and the town cannot say it is done before."""

import csv
import io
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from consult.answers import actions as answers
from consult.answers import queries, rules
from consult.answers.models import Answer, Assignment
from consult.answers.queries import Asked, Shown
from consult.campaigns.models import PhaseKind, State
from consult.contributions.models import Outcome
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user, sign_in

LETTER = {
    "outcome": Outcome.RETAINED,
    "words": "Oui : dix bancs seront posés au printemps.",
    "signatory": "Claire Martin, maire",
    "unit": "Espaces publics",
}


@pytest.fixture
def council(noon, ctx):
    return make_user(RoleName.COUNCIL, name="Claire Martin", position="Espaces publics")


@pytest.fixture
def contribution(noon, ctx):
    return make_contribution()


def answer(council, *contributions, **changes):
    writing()
    given = answers.answer(council, *contributions, **{**LETTER, **changes})
    commit()
    return given


def test_an_answer_tells_the_author_and_stands_beside_the_contribution(council, contribution, noon):
    with clock.frozen(noon + timedelta(days=12)):
        answer(council, contribution)
    assert contribution.outcome == Outcome.RETAINED
    assert [one.words for one in queries.letters(contribution.id)] == [LETTER["words"]]
    told = db.session.scalars(sa.select(Notification.user_id)).all()
    assert told == [contribution.author_id]
    assert queries.coverage(contribution.campaign) == (1, 1, 12)


def test_a_later_answer_is_added_and_the_first_stays(council, contribution):
    answer(council, contribution)
    answer(council, contribution, outcome=Outcome.ALREADY_DONE, words="Les bancs sont posés.")
    assert [one.outcome for one in queries.letters(contribution.id)] == [
        Outcome.RETAINED,
        Outcome.ALREADY_DONE,
    ]
    assert contribution.outcome == Outcome.ALREADY_DONE
    assert queries.coverage(contribution.campaign).answered == 1
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.update(Answer).values(words="autre chose"))


@pytest.mark.parametrize("missing", ["words", "signatory", "unit"])
def test_an_answer_without_words_a_name_or_a_service_is_refused(council, contribution, missing):
    with pytest.raises(Refused):
        answers.answer(council, contribution, **{**LETTER, missing: "  "})


def test_partly_retained_says_which_part(council, contribution):
    with pytest.raises(Refused, match="refused"):
        answers.answer(council, contribution, **{**LETTER, "outcome": Outcome.PARTLY})
    given = answer(
        council, contribution, outcome=Outcome.PARTLY, part="Les bancs, sans la fontaine"
    )
    assert given[0].part == "Les bancs, sans la fontaine"


def test_many_at_once_tell_each_author_once(council, ctx):
    campaign = make_campaign()
    several = [make_contribution(campaign) for _ in range(5)]
    answer(council, *several, outcome=Outcome.OUT_OF_SCOPE)
    told = db.session.scalars(sa.select(Notification.user_id)).all()
    assert sorted(told) == sorted(one.author_id for one in several)
    events = db.session.scalars(sa.select(Event.name)).all()
    assert events == ["answers.answer"] * 5


@pytest.mark.parametrize("status", [Status.PENDING, Status.REFUSED, Status.WITHDRAWN])
def test_only_what_is_published_is_answered(council, ctx, status):
    contribution = make_contribution(status=status)
    assert refusal(rules.answer, council, contribution)


@pytest.mark.parametrize(
    ("role", "may_answer", "may_read"),
    [
        (None, False, False),
        (RoleName.GUARANTOR, False, True),
        (RoleName.ADMINISTRATOR, False, False),
        (RoleName.FACILITATOR, True, True),
        (RoleName.COUNCIL, True, True),
    ],
)
def test_who_answers_and_who_reads_the_desk(contribution, role, may_answer, may_read):
    person = make_user(*([role] if role else []))
    assert (refusal(rules.answer, person, contribution) is None) is may_answer
    assert (refusal(rules.read, person, contribution.campaign) is None) is may_read


def test_results_wait_for_the_last_day_and_the_last_answer(council, noon):
    campaign = make_campaign(PhaseKind.PROPOSE)
    first, second = make_contribution(campaign), make_contribution(campaign)
    make_contribution(campaign, Status.REFUSED)
    make_contribution(campaign, Status.WITHDRAWN)
    assert refusal(rules.publish_results, council, campaign)  # people may still take part
    with clock.frozen(noon + timedelta(days=40)):
        answer(council, first)
        assert refusal(rules.publish_results, council, campaign)  # one has no answer
        answer(council, second, outcome=Outcome.NOT_RETAINED, words="Le square est classé.")
        writing()
        answers.publish_results(council, campaign, words="Deux contributions, deux réponses.")
        commit()
    assert campaign.state == State.RESULTS
    assert campaign.results_at == noon + timedelta(days=40)


def test_the_median_is_read_from_the_delays_of_first_answers(council, noon):
    campaign = make_campaign()
    several = [make_contribution(campaign) for _ in range(5)]
    for contribution, days in zip(several, (1, 2, 4, 8, 100), strict=True):
        with clock.frozen(noon + timedelta(days=days)):
            answer(council, contribution)
            answer(council, contribution)  # a later answer has no delay
    assert queries.coverage(campaign) == (5, 5, 4)


def test_a_service_takes_it_in_hand_and_late_is_computed(council, contribution, noon):
    agent = make_user(RoleName.FACILITATOR)
    writing()
    answers.assign(
        council, contribution, unit="Voirie", assignee=agent, due_on=noon.date() + timedelta(3)
    )
    answers.note(council, contribution, words="À voir avec le bailleur.")
    commit()
    campaign = contribution.campaign
    mine = queries.desk(campaign, agent, Asked(Shown.MINE))
    assert [row[0].id for row in mine.rows] == [contribution.id]
    assert queries.late(campaign) == 0
    with clock.frozen(noon + timedelta(days=5)):
        assert queries.late(campaign) == 1
        answer(council, contribution)
        assert queries.late(campaign) == 0
    told = db.session.scalars(sa.select(Notification.user_id)).all()
    assert told.count(agent.id) == 2  # entrusted, then a note


def test_two_answers_at_the_same_moment_both_stand(app, council, contribution):
    ids, ready = (council.id, contribution.id), Barrier(2)
    db.session.rollback()

    def run(words):
        with app.app_context():
            ready.wait()
            writing()
            person, subject = db.session.get(type(council), ids[0]), None
            subject = queries.contribution_or_404(ids[1])
            answers.answer(person, subject, **{**LETTER, "words": words})
            commit()

    threads = [Thread(target=run, args=(words,)) for words in ("Oui.", "Oui encore.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = queries.letters(ids[1])
    assert sorted(one.words for one in given) == ["Oui encore.", "Oui."]
    assert [one.delay_days for one in given] == [0, None]
    assert queries.coverage(given[0].contribution.campaign) == (1, 1, 0)


# --- Pages ----------------------------------------------------------------------------------------


def test_the_desk_lists_who_waits_and_answers_those_ticked(client, council, ctx):
    campaign = make_campaign()
    several = [make_contribution(campaign, title=f"Idée {n}") for n in range(3)]
    sign_in(client, council)
    page = client.get(f"/consultations/{campaign.slug}/reponses").text
    assert all(f"Idée {n}" in page for n in range(3))
    ticked = [one.id for one in several[:2]]
    address = f"/consultations/{campaign.slug}/reponses/rediger"
    assert "Idée 1" in client.get(address, query_string={"c": ticked}).text
    reply = client.post(address, data={"c": ticked, **LETTER})
    assert reply.status_code == 303
    page = client.get(f"/consultations/{campaign.slug}/reponses").text
    assert "Idée 2" in page
    assert "Idée 1" not in page


def test_an_answer_without_words_keeps_the_rest_of_what_was_typed(client, council, contribution):
    sign_in(client, council)
    reply = client.post(f"/contributions/{contribution.id}/repondre", data={**LETTER, "words": ""})
    assert reply.status_code == 200
    assert "Une réponse se donne toujours avec des mots." in reply.text
    assert LETTER["signatory"] in reply.text


def test_a_resident_does_not_reach_the_desk(client, contribution):
    sign_in(client, make_user())
    assert client.get(f"/consultations/{contribution.campaign.slug}/reponses").status_code == 403


def test_notes_are_never_public(client, council, contribution):
    writing()
    answers.note(council, contribution, words="Secret entre agents")
    commit()
    sign_in(client, council)
    assert "Secret entre agents" in client.get(f"/contributions/{contribution.id}/repondre").text
    client.delete_cookie("consult")
    assert "Secret entre agents" not in client.get(f"/contributions/{contribution.id}").text


@pytest.mark.parametrize("role", [RoleName.COUNCIL, RoleName.FACILITATOR])
@pytest.mark.parametrize(
    "status", [Status.DRAFT, Status.PENDING, Status.REFUSED, Status.RESTRICTED]
)
def test_the_desk_opens_no_words_that_are_not_on_show(client, ctx, noon, role, status):
    hidden = make_contribution(status=status, title="Un titre tu", body="Des mots tus.")
    sign_in(client, make_user(role))
    for page in ("repondre", "confier", "note"):
        address = f"/contributions/{hidden.id}/{page}"
        for reply in (client.get(address), client.post(address, data={"words": ""})):
            assert " tu" not in reply.text
            assert reply.status_code in (404, 405)


def test_a_saved_wording_fills_the_answer(client, council, contribution):
    sign_in(client, council)
    client.post(
        "/reponses/formules",
        data={"title": "Hors champ", "outcome": "out_of_scope", "words": "La ville ne décide pas."},
    )
    page = client.get(f"/contributions/{contribution.id}/repondre?formule=1").text
    assert "La ville ne décide pas." in page
    client.post("/reponses/formules/1/retirer")
    page = client.get(f"/contributions/{contribution.id}/repondre?formule=1").text
    assert "La ville ne décide pas." not in page


def test_the_public_list_holds_no_name_and_no_formula(client, council, ctx):
    campaign = make_campaign()
    author = make_user(pseudonym="Violette")
    contribution = make_contribution(campaign, author=author, title="=SOMME(A1:A9)")
    make_contribution(campaign, Status.PENDING, title="Pas encore publiée")
    answer(council, contribution, outcome=Outcome.RETAINED)
    reply = client.get(f"/consultations/{campaign.slug}/contributions.csv")
    rows = list(csv.DictReader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert [row["titre"] for row in rows] == ["'=SOMME(A1:A9)"]
    assert rows[0]["reponse"] == LETTER["words"]
    assert "Violette" not in reply.text
    assert contribution.receipt not in reply.text
    assert author.email not in reply.text


def test_the_public_list_says_who_writes_from_elsewhere_as_each_page_does(client, ctx):
    campaign = make_campaign()
    for is_inside in (True, False, None):
        make_contribution(campaign, is_inside=is_inside)
    reply = client.get(f"/consultations/{campaign.slug}/contributions.csv")
    rows = list(csv.DictReader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert sorted(row["perimetre"] for row in rows) == ["", "dans", "hors"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_desk_takes_its_list_away(client, council, contribution, kind):
    sign_in(client, council)
    reply = client.get(f"/consultations/{contribution.campaign.slug}/export.{kind}?etat=all")
    assert reply.status_code == 200
    assert len(reply.data) > 100
    sign_in(client, make_user(RoleName.GUARANTOR))
    assert client.get(f"/consultations/{contribution.campaign.slug}/export.csv").status_code == 403


def test_an_assignment_is_typed_at_the_desk(client, council, contribution, noon):
    sign_in(client, council)
    reply = client.post(
        f"/contributions/{contribution.id}/confier",
        data={"unit": "Voirie", "assignee": "0", "due_on": "2026-07-01"},
    )
    assert reply.status_code == 303
    assigned = db.session.scalar(sa.select(Assignment))
    assert (assigned.unit, assigned.due_on.isoformat()) == ("Voirie", "2026-07-01")
