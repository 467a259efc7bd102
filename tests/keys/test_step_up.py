"""What is grave asks for the key again, shown within ten minutes."""

import re
from datetime import timedelta
from html import unescape

import pytest

from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict
from consult.people.models import Invitation, Role, RoleName
from consult.posts.models import Status
from tests.ballots.making import make_poll
from tests.council.making import in_force
from tests.factories import make_campaign, make_contribution, make_user, reasons
from tests.keys.doors import clerk, comes_in, now_code

LATER = timedelta(minutes=11)
KEY = "/deuxieme-cle?next="


@pytest.fixture
def desk(ctx, noon, client):
    """A clerk of all work, whose key was shown a moment ago."""
    user = clerk(RoleName.ADMINISTRATOR, RoleName.FACILITATOR)
    comes_in(client, user)
    client.user = user
    return client


def test_granting_and_taking_back_roles(desk, noon):
    held = make_user(RoleName.COUNCIL).roles[0].id
    invite, revoke = "/administration/roles/inviter", f"/administration/roles/{held}/retirer"
    typed = {"email": "neuve@exemple.fr", "name": "council", "scope": "site"}
    with clock.frozen(noon + LATER):
        assert desk.get("/administration/roles").status_code == 200, "reading asks nothing"
        assert desk.get(invite).location == f"{KEY}{invite}"
        assert desk.post(invite, data=typed).status_code == 403
        assert desk.post(revoke).location.startswith("/deuxieme-cle")
        assert db.session.get(Role, held)
        assert db.session.scalar(db.select(db.func.count(Invitation.id))) == 0
        desk.post(f"{KEY}{invite}", data={"code": now_code(desk.user)})
        assert desk.get(invite).status_code == 200
        assert desk.post(invite, data=typed).location == "/administration/roles"
        assert desk.post(revoke).location == "/administration/roles"


def test_the_way_into_one_s_own_account(desk, noon):
    """Whoever has the password alone takes over no account that holds a role."""
    with clock.frozen(noon + LATER):
        for page in ("compte/adresse", "compte/mot-de-passe", "fermer"):
            for asked in (desk.get, desk.post):
                assert asked(f"/mon-espace/{page}").location.startswith("/deuxieme-cle"), page


def test_taking_away_somebody_s_key(desk, noon):
    other = clerk(RoleName.COUNCIL)
    with clock.frozen(noon + LATER):
        reply = desk.post(f"/administration/comptes/{other.id}/cles/remettre")
        assert reply.location.startswith("/deuxieme-cle")


def test_signing_for_another_and_taking_a_campaign_out(desk, noon):
    campaign = make_campaign()
    page = f"/consultations/{campaign.slug}/export-complet"
    with clock.frozen(noon + LATER):
        assert desk.get(page).location == f"{KEY}{page}"
        assert desk.get(f"/consultations/{campaign.slug}/annuler").location.startswith(KEY)


def test_hiding_what_everybody_could_read(ctx, noon):
    shown, unread = make_contribution(), make_contribution(status=Status.PENDING)
    user = make_user(RoleName.FACILITATOR)
    user.stale = True  # as the session of somebody who came in an hour ago says
    with pytest.raises(Refused) as refused:
        moderation.decide(user, shown, verdict=Verdict.RESTRICT, why=reasons(shown))
    assert refused.value.door == "keys.unlock"
    db.session.rollback()
    moderation.decide(user, unread, verdict=Verdict.REFUSE, why=reasons(unread))
    commit()
    assert unread.status == Status.REFUSED


def test_a_form_open_in_another_tab_still_goes(desk, noon):
    """The key is shown in a second tab: the words of the first keep their token."""
    with desk.session_transaction() as before:
        before["csrf_token"] = "kept"
    with clock.frozen(noon + LATER):
        desk.post("/deuxieme-cle", data={"code": now_code(desk.user)})
    with desk.session_transaction() as after:
        assert after["csrf_token"] == "kept"


WORDS = "La délibération retenue n’est plus celle que nous croyions."
FORMS = {
    "invite": lambda: (
        "/administration/roles/inviter",
        {"email": "a@exemple.fr", "name": "council", "scope": "site"},
    ),
    "cancel": lambda: (f"/consultations/{make_campaign().slug}/annuler", {"reason": WORDS}),
    "export": lambda: (
        f"/consultations/{make_campaign().slug}/export-complet",
        {"export_for": WORDS},
    ),
    "cancel a vote": lambda: (f"/votes/{make_poll().id}/annuler", {"reason": WORDS}),
    "annul": lambda: (
        f"/actes/{in_force(make_user(RoleName.COUNCIL)).id}/annulation",
        {"on": clock.today().isoformat(), "words": "TA de Rennes", "reason": WORDS},
    ),
    "hide": lambda: (
        f"/moderation/{(post := make_contribution()).id}",
        {**reasons(post)._asdict(), "verdict": "restrict"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("later", [LATER, timedelta(hours=13)], ids=["stale", "asleep"])
def test_what_was_typed_waits_for_the_key(ctx, noon, client, form, later):
    """The page holds the form and leads to another tab; sent again, it goes."""
    user = clerk(RoleName.COUNCIL if form == "annul" else RoleName.FACILITATOR)
    user.roles.append(Role(name=RoleName.ADMINISTRATOR))
    commit()
    comes_in(client, user)
    address, typed = FORMS[form]()
    if form == "hide":
        typed["seen"] = re.search(r'name="seen"[^>]*value="([^"]+)', client.get(address).text)[1]
    with clock.frozen(noon + later):
        reply = client.post(address, data=typed)
        assert reply.status_code == 403
        assert 'href="/deuxieme-cle" target="_blank"' in reply.text
        assert fields(reply.text, f'action="{address}"') == typed
        shown = client.post("/deuxieme-cle", data={"code": now_code(user)}).location
        assert "Revenez à l’onglet où vous étiez" in client.get(shown).text
        assert client.post(address, data=typed).status_code == 303


def fields(page, form):
    """What this form of a page would send."""
    form = page.partition(form)[2].partition("</form>")[0]
    pairs = re.findall(r'name="(\w+)"(?: value="([^"]*)"| rows="8">([^<]*)<)', form)
    return {name: unescape(value or words) for name, value, words in pairs}


def test_a_password_is_held_on_no_page(desk, noon):
    """Where something secret was typed, the form is opened anew."""
    page = "/mon-espace/compte/adresse"
    with clock.frozen(noon + LATER):
        reply = desk.post(page, data={"email": "neuve@exemple.fr", "current": "un secret"})
        assert reply.location.startswith("/deuxieme-cle")
