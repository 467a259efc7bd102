"""A vote is announced, or cancelled, by two hands: the second signs just that, within a week."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.answers import actions as answers
from consult.ballots import actions, queries, urn
from consult.ballots.models import State
from consult.campaigns import actions as campaigns
from consult.campaigns.models import PhaseKind
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.journal.models import Event
from consult.keys import actions as keys
from consult.keys.signatures import Unsigned
from consult.people.models import Role, RoleName
from tests.ballots.making import CHOICES, after_closing, make_poll, vote
from tests.factories import make_user, sign_in


@pytest.fixture
def asker(ctx, noon):
    return make_user(RoleName.FACILITATOR)


@pytest.fixture
def draft(asker):
    return make_poll(facilitator=asker, announced=False, stations=("Mairie",), electorate=800)


def asked_by(actor, poll):
    """The request that announcing it makes, as the page makes it."""
    with pytest.raises(Unsigned) as wanted:
        actions.announce(actor, poll)
    rollback()
    request = keys.ask(actor, wanted.value.what, wanted.value.subject, details=wanted.value.details)
    commit()
    return request


def test_nobody_announces_a_vote_alone(draft, asker):
    request = asked_by(asker, draft)
    assert draft.state == State.DRAFT
    with pytest.raises(Refused):
        keys.countersign(asker, request)
    rollback()
    keys.countersign(make_user(RoleName.ADMINISTRATOR), request)
    commit()
    with pytest.raises(Unsigned):  # signed for whoever asked, not for another
        actions.announce(make_user(RoleName.FACILITATOR), draft)
    rollback()
    actions.announce(asker, draft)
    commit()
    assert draft.state == State.ANNOUNCED
    names = db.session.scalars(sa.select(Event.name).order_by(Event.id)).all()
    assert [name for name in names if name.startswith("keys.")] == ["keys.ask", "keys.countersign"]


def test_what_is_signed_is_all_that_freezes(draft, asker):
    details = asked_by(asker, draft).details
    assert [one["title"] for one in details["choices"]] == list(CHOICES)
    assert details["stations"] == ["Mairie"]
    assert details["electorate"] == 800
    assert {"question", "method", "limit", "seats", "opening", "closing"} < set(details)
    assert {"identity", "is_for_insiders", "can_change", "shows_turnout"} < set(details)


@pytest.mark.parametrize(
    "change",
    [
        lambda who, poll: actions.edit(who, poll, title="Que faire du parc ?"),
        lambda who, poll: actions.edit(who, poll, title=poll.title, can_change=True),
        lambda who, poll: actions.edit(who, poll, title=poll.title, words="À savoir."),
        lambda who, poll: actions.add_option(who, poll, title="Un parking"),
        lambda who, poll: actions.add_station(who, poll, name="École"),
    ],
)
def test_a_word_changed_after_the_signature_must_be_signed_anew(draft, asker, change):
    keys.countersign(make_user(RoleName.ADMINISTRATOR), asked_by(asker, draft))
    change(asker, draft)  # free, as long as nothing is announced
    commit()
    assert queries.asked(draft) is None
    with pytest.raises(Unsigned):
        actions.announce(asker, draft)


def test_a_signature_that_waited_a_week_is_over(draft, asker, noon):
    keys.countersign(make_user(RoleName.ADMINISTRATOR), asked_by(asker, draft))
    commit()
    with clock.frozen(noon + timedelta(days=7, seconds=1)), pytest.raises(Unsigned):
        actions.announce(asker, draft)


def test_a_facilitator_of_this_consultation_alone_may_sign(draft, asker):
    other = make_user()
    role = Role(user_id=other.id, name=RoleName.FACILITATOR, campaign_id=draft.campaign_id)
    db.session.add(role)
    commit()
    db.session.refresh(other)
    keys.countersign(other, asked_by(asker, draft))
    actions.announce(asker, draft)


def test_the_page_says_calmly_who_must_still_sign(draft, asker, app):
    signer = make_user(RoleName.ADMINISTRATOR, name="Aline Roy")
    one, other = (sign_in(app.test_client(), user) for user in (asker, signer))
    desk = f"/votes/{draft.id}/atelier"
    assert "Demander la deuxième signature" in one.get(desk).text
    where = one.post(f"/votes/{draft.id}/annoncer").location
    assert where in one.get(desk).text
    assert f"/votes/{draft.id}/annoncer" not in one.get(desk).text
    said = other.get(where).text
    assert all(title in said for title in (*CHOICES, draft.title, "Mairie"))
    other.post(where)
    page = one.get(desk).text
    assert "Signé par Aline Roy" in page
    assert f"/votes/{draft.id}/annoncer" in page
    assert f"/votes/{draft.id}/annoncer" not in other.get(desk).text
    assert one.post(f"/votes/{draft.id}/annoncer").location == desk
    assert "Aline Roy" not in app.test_client().get(f"/votes/{draft.id}").text


def test_whoever_signs_reads_the_choices_as_the_voters_will(asker, client):
    poll = make_poll(facilitator=asker, announced=False)
    words = "Avec **trois** [bancs](https://port-clair.example)."
    actions.add_option(asker, poll, title="Un *square*", words=words, cost_cents=1_200_000)
    commit()
    page = sign_in(client, asker).get(f"/administration/signatures/{asked_by(asker, poll).id}").text
    assert "<h3>Un *square*</h3>" in page
    assert "Avec <strong>trois</strong> <a " in page
    assert "12\u202f000" in page


def test_the_workshop_says_who_declined_when_and_why_until_it_is_asked_anew(draft, asker, client):
    signer = make_user(RoleName.ADMINISTRATOR, name="Aline Roy")
    desk = f"/votes/{draft.id}/atelier"
    sign_in(client, asker)
    keys.decline(asker, asked_by(asker, draft), reason="")
    commit()
    assert "Pourquoi" not in client.get(desk).text, "taken back by whoever asked"
    keys.decline(signer, asked_by(asker, draft), reason="La question penche.")
    make_poll(facilitator=asker, campaign=draft.campaign)
    commit()
    page = client.get(desk).text
    assert all(said in page for said in ("Aline Roy", "15 juin 2026", "La question penche."))
    client.post(f"/votes/{draft.id}/annoncer")
    assert "La question penche." not in client.get(desk).text


WHY = "Un choix manquait."


def test_nobody_cancels_a_vote_alone(asker):
    poll = make_poll(facilitator=asker)
    vote(poll, "Des bancs")
    with pytest.raises(Unsigned) as wanted:
        actions.cancel(asker, poll, reason=WHY)
    rollback()
    assert (poll.state, len(urn.poured(poll))) == (State.ANNOUNCED, 1)
    asked = keys.ask(asker, wanted.value.what, wanted.value.subject, details=wanted.value.details)
    with pytest.raises(Refused):
        keys.countersign(asker, asked)
    rollback()


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as no:
        act(*args, **kwargs)
    rollback()
    return str(no.value.reason)


def test_nobody_ends_a_vote_alone_by_ending_its_consultation(asker):
    """Neither by cancelling it, nor by publishing its results while people still vote."""
    poll = make_poll(facilitator=asker)
    campaign = poll.campaign
    for phase in [one for one in campaign.phases if one.kind != PhaseKind.VOTE]:
        campaign.phases.remove(phase)
        db.session.delete(phase)
    vote(poll, "Des bancs")
    words = {"words": "Voici."}
    reason = {"reason": "Le résultat déplaît."}
    assert "deux personnes" in refused(campaigns.cancel, asker, campaign, **reason)
    assert "encore possible" in refused(answers.publish_results, asker, campaign, **words)
    with after_closing(poll):
        assert "pas encore dépouillé" in refused(answers.publish_results, asker, campaign, **words)
        actions.publish(asker, poll)
        answers.publish_results(asker, campaign, **words)
        commit()
    assert campaign.results_words == "Voici."


def test_a_cancelling_is_signed_for_its_reason_and_how_far_the_vote_is(asker, noon):
    poll = make_poll(facilitator=asker, opens_at=noon, closes_at=noon + timedelta(days=1))
    with pytest.raises(Unsigned) as wanted:
        actions.cancel(asker, poll, reason=WHY)
    rollback()
    asked = keys.ask(asker, wanted.value.what, wanted.value.subject, details=wanted.value.details)
    keys.countersign(make_user(RoleName.ADMINISTRATOR), asked)
    commit()
    with pytest.raises(Unsigned):  # not for another reason
        actions.cancel(asker, poll, reason="Le résultat déplaît.")
    rollback()
    with clock.frozen(noon + timedelta(days=2)), pytest.raises(Unsigned):  # closed since
        actions.cancel(asker, poll, reason=WHY)
    rollback()
    actions.cancel(asker, poll, reason=WHY)
    commit()
    assert (poll.state, poll.cancelled_words) == (State.CANCELLED, WHY)


def test_whoever_signs_a_cancelling_reads_the_vote_how_far_it_is_and_the_reason(asker, app):
    poll = make_poll(facilitator=asker)
    signer = make_user(RoleName.ADMINISTRATOR, name="Aline Roy")
    one, other = (sign_in(app.test_client(), user) for user in (asker, signer))
    cancel, desk = f"/votes/{poll.id}/annuler", f"/votes/{poll.id}/atelier"
    where = one.post(cancel, data={"reason": WHY}).location
    assert where in one.get(cancel).text
    assert where in other.get(desk).text
    said = other.get(where).text
    assert all(words in said for words in (poll.title, "Le vote est ouvert", WHY, "Motif"))
    other.post(where)
    assert "Aline Roy" in one.get(desk).text
    assert f"{cancel}?signature=" in one.get(where).text
    assert WHY in one.get(f"{cancel}?signature={where.rsplit('/', 1)[1]}").text
    assert one.post(cancel, data={"reason": WHY}).location == f"/votes/{poll.id}"
    assert "Aline Roy" not in app.test_client().get(f"/votes/{poll.id}").text


def test_the_page_to_cancel_says_who_declined_when_and_why(asker, client):
    poll = make_poll(facilitator=asker)
    cancel = f"/votes/{poll.id}/annuler"
    where = sign_in(client, asker).post(cancel, data={"reason": WHY}).location
    signer = make_user(RoleName.ADMINISTRATOR, name="Aline Roy")
    sign_in(client, signer).post(f"{where}/refuser", data={"reason": "Rien ne manque."})
    page = sign_in(client, asker).get(cancel).text
    assert all(said in page for said in ("Aline Roy", "15 juin 2026", "Rien ne manque."))
