"""The button under a contribution, pressed once, twice, by nobody, too late."""

from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.people.models import RoleName
from consult.votes.models import ImportedTally, Support
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, sign_in


def text_of(reply) -> str:
    return reply.get_data(as_text=True)


def page(client, contribution) -> str:
    reply = client.get(f"/contributions/{contribution.id}")
    assert reply.status_code == 200
    return text_of(reply)


def test_a_visitor_is_shown_the_way_to_sign_in_and_no_form(ctx, noon, client):
    contribution = make_contribution()
    seen = page(client, contribution)
    assert "Se connecter pour soutenir" in seen
    assert f"/contributions/{contribution.id}/soutenir" not in seen
    assert "csrf_token" not in seen


def test_a_visitor_who_sends_it_anyway_is_asked_to_sign_in(ctx, noon, client):
    contribution = make_contribution()
    reply = client.post(f"/contributions/{contribution.id}/soutenir")
    assert reply.status_code == 303
    assert reply.location.startswith("/connexion")
    assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 0


def test_it_is_given_and_taken_back(ctx, noon, client):
    contribution = make_contribution()
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}"
    for _ in range(2):  # the double click meets the same page
        reply = client.post(f"{url}/soutenir")
        assert (reply.status_code, reply.location) == (303, f"{url}#support")
    seen = page(client, contribution)
    assert "1 soutien" in seen
    assert "Vous soutenez cette contribution." in seen
    for _ in range(2):
        reply = client.post(f"{url}/ne-plus-soutenir", data={"next": "/mon-espace/soutiens"})
        assert (reply.status_code, reply.location) == (303, "/mon-espace/soutiens")
    assert "Soutenir cette contribution" in page(client, contribution)


def test_the_button_leads_nowhere_else(ctx, noon, client):
    contribution = make_contribution()
    sign_in(client, make_user())
    reply = client.post(
        f"/contributions/{contribution.id}/soutenir", data={"next": "//ailleurs.exemple"}
    )
    assert reply.location == f"/contributions/{contribution.id}#support"


def test_the_page_says_why_not(ctx, noon, client):
    campaign = make_campaign(support_limit=1)
    given, other = make_contribution(campaign), make_contribution(campaign)
    sign_in(client, make_user())
    client.post(f"/contributions/{given.id}/soutenir")
    reason = "Vous avez donné votre unique soutien. Reprenez-le pour le donner ici."
    assert reason in page(client, other)
    reply = client.post(f"/contributions/{other.id}/soutenir")
    assert reply.status_code == 403
    assert reason in text_of(reply)
    with clock.frozen(noon + timedelta(days=31)):
        assert "Les soutiens sont clos depuis le 15 juillet 2026." in page(client, other)


def test_hidden_counts_are_seen_by_nobody_until_the_vote_closes(ctx, noon, client):
    campaign = make_campaign(hides_counts=True)
    contribution = make_contribution(campaign)
    sign_in(client, make_user())
    client.post(f"/contributions/{contribution.id}/soutenir")
    seen = page(client, contribution)
    assert "1 soutien" not in seen
    assert "comptés à l’abri des regards jusqu’au 15 juillet 2026" in seen
    listed = text_of(
        client.get(f"/consultations/{campaign.slug}/contributions", follow_redirects=True)
    )
    assert contribution.title in listed
    assert "1 soutien" not in listed
    assert "supported" not in listed
    with clock.frozen(noon + timedelta(days=31)):
        assert "1 soutien" in page(client, contribution)
        listed = text_of(
            client.get(f"/consultations/{campaign.slug}/contributions", follow_redirects=True)
        )
        assert "1 soutien" in listed


def test_votes_from_elsewhere_stand_apart(ctx, noon, client):
    contribution = make_contribution(channel="import")
    db.session.add(
        ImportedTally(
            contribution_id=contribution.id, position="oui", number=12, source="Cap Collectif"
        )
    )
    db.session.commit()
    seen = page(client, contribution)
    assert "Votes comptés ailleurs" in seen
    assert contribution.support_count == 0


def test_one_s_own_list_holds_what_is_left_and_what_is_gone(ctx, noon, client):
    campaign = make_campaign(support_limit=3)
    kept, gone = make_contribution(campaign), make_contribution(campaign, title="Secret")
    sign_in(client, make_user())
    for contribution in (kept, gone):
        client.post(f"/contributions/{contribution.id}/soutenir")
    gone.move_to("withdrawn")
    db.session.commit()
    seen = text_of(client.get("/mon-espace/soutiens"))
    assert "Il vous reste 1 soutien à donner sur 3." in seen
    assert kept.title in seen
    assert "Secret" not in seen
    assert "Une contribution qui n’est plus affichée" in seen
    client.post(f"/contributions/{gone.id}/ne-plus-soutenir")
    assert "Il vous reste 2 soutiens à donner" in text_of(client.get("/mon-espace/soutiens"))


def test_the_list_is_for_those_who_are_signed_in(ctx, noon, client):
    assert client.get("/mon-espace/soutiens").status_code == 303


@pytest.mark.parametrize("verb", ["soutenir", "ne-plus-soutenir"])
def test_what_does_not_exist_is_not_found(ctx, noon, client, verb):
    sign_in(client, make_user())
    assert client.post(f"/contributions/999/{verb}").status_code == 404


def test_a_support_takes_few_queries(ctx, noon, client):
    contribution = make_contribution(make_campaign(support_limit=3))
    sign_in(client, make_user())
    url = f"/contributions/{contribution.id}/soutenir"
    with statements() as sent:
        client.post(url)
    assert len(sent) <= 15  # three of them count how often this account and network do so


def test_twenty_clicks_at_once_through_the_page_count_one(app, noon):
    with app.app_context():
        contribution, user = make_contribution().id, make_user()
        clients = [sign_in(app.test_client(), user) for _ in range(20)]
    met = []

    def click(client):
        met.append(client.post(f"/contributions/{contribution}/soutenir").status_code)

    threads = [Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [303] * 20
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 1


# Sheets of paper.


def type_in(client, campaign, names):
    """The page after an agent sent this sheet of somebody who gave an address."""
    said = {
        "email": "lea@exemple.example",
        "names": "\n".join(map(str, names)),
        "channel": "paper",
        "collected_on": clock.today().isoformat(),
    }
    url = f"/consultations/{campaign.slug}/soutiens/saisir"
    return text_of(client.post(url, data=said, follow_redirects=True))


def test_a_sheet_longer_than_is_typed_at_once_loses_nothing_silently(ctx, noon, client):
    campaign = make_campaign()
    names = [make_contribution(campaign).id for _ in range(51)]
    sign_in(client, make_user(RoleName.FACILITATOR))
    seen = type_in(client, campaign, names)
    assert "nomme 51 contributions" in seen
    assert "\n".join(map(str, names)) in seen.replace("\r", ""), "what was typed stays"
    assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 0
    for part in (names[:50], names[50:]):
        assert "est prise en compte" in type_in(client, campaign, part)
    assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 51


def test_a_sheet_says_that_it_counts_in_the_order_written(ctx, noon, client):
    campaign = make_campaign(support_limit=2)
    first, second, third = (make_contribution(campaign) for _ in range(3))
    sign_in(client, make_user(RoleName.FACILITATOR))
    url = f"/consultations/{campaign.slug}/soutiens/saisir"
    assert "dans l’ordre où ils sont écrits" in text_of(client.get(url))
    type_in(client, campaign, [first.id])
    type_in(client, campaign, [third.id, second.id])
    assert [one.support_count for one in (first, second, third)] == [1, 0, 1]
    free = make_campaign()
    other = text_of(client.get(f"/consultations/{free.slug}/soutiens/saisir"))
    assert "dans l’ordre" not in other
