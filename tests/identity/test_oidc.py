"""FranceConnect-shaped: against real local providers, one of which lies."""

import re
import warnings
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

from consult.campaigns.models import AgeBracket, Identity
from consult.core.db import db
from consult.identity import actions, oidc, queries
from consult.identity.actions import Person
from consult.identity.models import Proof
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.factories import make_user, sign_in
from tests.identity.making import asking
from tests.identity.provider import running


@pytest.fixture
def provider(app, monkeypatch):
    with running() as provider:
        known = {
            "name": "franceconnect",
            "label": "FranceConnect",
            "issuer": provider.issuer,
            "client_id": "commune",
            "client_secret": "le-secret",
        }
        monkeypatch.setitem(app.config, "OIDC_PROVIDERS", [known])
        yield provider


def local(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def go(client, campaign, onward=""):
    """The browser's way: the site, the provider, and back; the page where it comes back."""
    there = f"/consultations/{campaign.slug}/prouver/service/franceconnect"
    left = client.get(f"{there}?next={onward}")
    assert left.status_code == 303
    back = requests.get(left.location, allow_redirects=False, timeout=5)
    return client.get(local(back.headers["Location"]))


def is_sent_another_way(client, campaign, reply):
    """Told that the service failed, where the other ways stand; not turned away."""
    there = f"/consultations/{campaign.slug}/prouver"
    assert (reply.status_code, reply.location.partition("?")[0]) == (303, there)
    page = client.get(reply.location).text
    return "n’a pas répondu comme il le devait" in page and "Au guichet" in page


def proofs():
    return db.session.scalar(sa.select(sa.func.count(Proof.id)))


def test_somebody_is_vouched_for_and_nothing_readable_is_kept(client, ctx, provider):
    campaign, resident = asking("oidc", "desk", youngest=AgeBracket.ADULT), make_user()
    sign_in(client, resident)
    back = go(client, campaign, "/consultations")
    asked = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["acr_values"] == "eidas1"
    assert len(asked["nonce"]) > 30
    assert len(asked["state"]) > 30
    # Out of the provider at once, then on with what one was doing.
    out = requests.get(back.location, allow_redirects=False, timeout=5)
    assert out.headers["Location"].startswith("http")
    assert client.get(local(out.headers["Location"])).location == "/consultations"
    proof = queries.proof_of(resident, campaign)
    assert (proof.way, proof.bracket, proof.is_inside) == (Identity.OIDC, AgeBracket.ADULT, None)
    kept = " ".join(str(value) for value in proof.__dict__.values()).casefold()
    assert not re.search(r"élan|elan|léa|rose|1984|sujet", kept)
    with client.session_transaction() as session:
        assert not re.search(r"(?i)élan|elan|léa|1984|sujet", str(dict(session)))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_sends_nobody_to_the_provider(client, ctx, provider, site):
    """It would have them say where they live, and prove who they are, without a click of theirs."""
    campaign = asking("oidc", "desk")
    sign_in(client, make_user())
    there = f"/consultations/{campaign.slug}/prouver"
    left = client.get(f"{there}/service/franceconnect?dedans=oui", headers={"Sec-Fetch-Site": site})
    assert (left.status_code, left.location) == (303, there)
    with client.session_transaction() as session:
        assert "vouching" not in session


def test_one_person_comes_by_it_and_by_the_desk_as_one(client, ctx, provider):
    campaign, agent = asking("oidc", "desk"), make_user(RoleName.FACILITATOR)
    actions.see(agent, campaign, person=Person("Elan", "Léa", 1984))
    commit()
    provider.person["family_name"] = "\x00É\x1bLAN"  # signs no name holds are no other name
    resident = make_user()
    sign_in(client, resident)
    go(client, campaign)
    assert proofs() == 1
    assert queries.proof_of(resident, campaign).way == Identity.DESK


def test_one_person_with_two_accounts_counts_once(client, ctx, provider):
    campaign = asking("oidc", "desk")
    sign_in(client, make_user())
    go(client, campaign)
    other = make_user()
    sign_in(client, other)
    go(client, campaign)
    assert proofs() == 1
    assert queries.proof_of(other, campaign) is None
    provider.person["family_name"] = "AUTRE"  # the same subject under a new name
    sign_in(client, other)
    go(client, campaign)
    assert proofs() == 1


def test_somebody_too_young_is_told_so_and_leaves_no_trace(client, ctx, provider):
    campaign = asking("oidc", "desk", youngest=AgeBracket.FROM_15)
    provider.person["birthdate"] = "2020-01-01"
    sign_in(client, make_user())
    back = go(client, campaign)
    out = requests.get(back.location, allow_redirects=False, timeout=5)
    landed = client.get(client.get(local(out.headers["Location"])).location)
    assert "fixent un âge" in landed.text
    assert proofs() == 0


@pytest.mark.parametrize(
    "lies",
    [
        {"id_token": {"nonce": "another"}},
        {"id_token": {"iss": "https://elsewhere.example"}},
        {"id_token": {"aud": "somebody-else"}},
        {"id_token": {"exp": 1}},
        {"id_token": {"acr": "eidas0"}},
        {"key": "id_token"},
        {"userinfo": {"sub": "somebody-else"}},
        {"userinfo": {"aud": "somebody-else"}},
        {"userinfo": {"iss": "https://elsewhere.example"}},
        {"userinfo": {"birthdate": "long ago"}},
        {"key": "userinfo"},
        {"unsigned": True},
    ],
)
def test_a_provider_that_lies_is_believed_in_nothing(client, ctx, provider, lies):
    campaign = asking("oidc", "desk")
    provider.lies = lies
    sign_in(client, make_user())
    assert is_sent_another_way(client, campaign, go(client, campaign))
    assert proofs() == 0


@pytest.mark.parametrize(
    "discovery",
    [
        {"token_endpoint": "http://127.0.0.1:9/token"},
        {"jwks_uri": "https://elsewhere.example/jwks"},
        {"userinfo_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "https://elsewhere.example/authorize"},
        {"end_session_endpoint": "https://elsewhere.example/logout"},
        {"issuer": "https://elsewhere.example"},
    ],
)
def test_the_site_speaks_to_the_issuer_and_to_nobody_else(client, ctx, provider, discovery):
    campaign = asking("oidc", "desk")
    provider.lies = {"discovery": discovery}
    sign_in(client, make_user())
    left = client.get(f"/consultations/{campaign.slug}/prouver/service/franceconnect")
    assert is_sent_another_way(client, campaign, left)
    assert provider.hits == ["/.well-known/openid-configuration"]


def test_redirections_of_the_provider_are_not_followed(client, ctx, provider):
    campaign = asking("oidc", "desk")
    provider.lies = {"redirection": f"{provider.issuer}/secret"}
    sign_in(client, make_user())
    assert is_sent_another_way(client, campaign, go(client, campaign))
    assert "/secret" not in provider.hits


def test_a_provider_that_is_down_leaves_the_other_ways(client, ctx, provider):
    campaign = asking("oidc", "desk")
    provider.lies = {"discovery": {"issuer": None}}
    sign_in(client, make_user())
    onward = f"/consultations/{campaign.slug}/contributions/nouvelle"
    there = f"/consultations/{campaign.slug}/prouver/service/franceconnect?next={onward}"
    left = client.get(there)
    assert left.location.endswith(f"?next={onward}"), "and what one was doing is not lost"
    assert is_sent_another_way(client, campaign, left)


def test_plain_http_is_refused_but_on_this_machine(ctx):
    far = oidc.Provider("x", "X", "http://issuer.example", "c", "s")
    with pytest.raises(oidc.Distrusted):
        oidc.door(far, oidc.ask(), "http://localhost/back")


def test_a_code_brought_by_somebody_else_or_twice_is_not_believed(client, ctx, provider):
    campaign = asking("oidc", "desk")
    sign_in(client, make_user())
    there = f"/consultations/{campaign.slug}/prouver/service/franceconnect"
    left = client.get(there)
    back = requests.get(left.location, allow_redirects=False, timeout=5).headers["Location"]
    stranger = sign_in(client.application.test_client(), make_user())
    assert stranger.get(local(back)).status_code == 403
    forged = re.sub(r"state=[^&]+", "state=forged", local(back))
    assert is_sent_another_way(client, campaign, client.get(forged))
    assert client.get(local(back)).status_code == 403  # the three secrets serve one visit
    assert proofs() == 0


def test_whoever_gives_up_at_the_provider_comes_back_with_nothing_done(client, ctx, provider):
    campaign = asking("oidc", "desk")
    sign_in(client, make_user())
    client.get(f"/consultations/{campaign.slug}/prouver/service/franceconnect")
    back = client.get("/identite/franceconnect/retour?error=access_denied")
    assert "Rien n’a été fait" in client.get(back.location).text


def test_off_it_is_offered_nowhere_and_the_rest_works(client, ctx):
    campaign, resident = asking("oidc", "letter"), make_user()
    sign_in(client, resident)
    page = client.get(f"/consultations/{campaign.slug}/prouver").text
    assert "Saisir mon code" in page
    assert "/service/" not in page
    there = f"/consultations/{campaign.slug}/prouver/service/franceconnect"
    assert client.get(there).status_code == 404


def test_nobody_is_called_until_somebody_chooses_it(client, ctx, provider):
    campaign = asking("oidc", "desk")
    sign_in(client, make_user())
    assert "FranceConnect" in client.get(f"/consultations/{campaign.slug}/prouver").text
    assert provider.hits == []


def test_it_works_with_a_provider_that_others_wrote(client, ctx, app, monkeypatch):
    """oidc-provider-mock: plain userinfo, RS256, no level of assurance."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock as mock

        person = mock.User(
            sub="lea",
            claims={"family_name": "Élan", "given_name": "Léa", "birthdate": "1984-02-29"},
        )
        with mock.run_server_in_thread(user_claims=[person]) as server:
            known = {
                "name": "franceconnect",
                "label": "Un service",
                "issuer": f"http://localhost:{server.server_port}",
                "client_id": "commune",
                "client_secret": "le-secret",
                "scope": "openid profile",
                "acr_values": "",
                "signed_userinfo": False,
            }
            monkeypatch.setitem(app.config, "OIDC_PROVIDERS", [known])
            campaign, resident = asking("oidc", "desk"), make_user()
            sign_in(client, resident)
            left = client.get(f"/consultations/{campaign.slug}/prouver/service/franceconnect")
            back = requests.post(
                left.location, data={"sub": "lea"}, allow_redirects=False, timeout=5
            )
            landed = client.get(local(back.headers["Location"]))
            assert "/oauth2/end_session?" in landed.location
    assert queries.proof_of(resident, campaign).way == Identity.OIDC
