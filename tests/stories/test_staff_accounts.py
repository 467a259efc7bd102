"""A clerk is invited, chooses a second key, works, loses it, and is stopped where a role is not
enough alone."""

from datetime import timedelta

import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.keys import actions as keys
from consult.keys import codes, queries
from consult.keys.models import Countersign
from consult.moderation.models import Decision
from consult.people.models import RoleName
from consult.people.queries import by_email
from tests.factories import make_campaign, make_contribution
from tests.keys.doors import ROLES, clerk, codes_for, comes_in, letters, now_code, signs_in
from tests.people.doors import PASSWORD, links, post_around

HOUR = timedelta(hours=1)
FRAME = {
    **{"legal_nature": "survey", "audience": "Tous", "rules": "Une voix.", "purpose": "Dire."},
    **{"offline": "En mairie.", "privacy": "Rien.", "contact": "01", "presentation": "Voici."},
}


def test_from_the_invitation_to_the_last_session(app, ctx, client, noon, outbox):
    admin, campaign = clerk(), make_campaign(title="Le square", support_limit=3, **FRAME)
    text = make_contribution(campaign, title="Un perlimpinpin")
    number = text.id
    desk = comes_in(app.test_client(), admin)

    # An invitation goes by letter, for one address, and dies after its days.
    offered = {"email": "neuve@exemple.fr", "name": "facilitator", "scope": "site", "key": "i"}
    assert desk.post(f"{ROLES}/inviter", data=offered).status_code == 303
    post_around(app)
    (invitation,) = [one for one in outbox if one.to == ["neuve@exemple.fr"]]
    there = next(path for path in links(invitation) if path.startswith("/invitation/"))
    with clock.frozen(noon + timedelta(days=60)):
        late = app.test_client().post(there, data={"pseudonym": "Neuve", "password": PASSWORD})
        assert late.status_code == 410
        assert by_email("neuve@exemple.fr") is None
    clerk_s = app.test_client()
    said = {"pseudonym": "Neuve", "password": PASSWORD}
    assert clerk_s.post(there, data=said).status_code == 303
    new = by_email("neuve@exemple.fr")

    # The role sleeps until a second key is chosen, then shown at each new session.
    assert 'href="/deuxieme-cle?next=/moderation"' in clerk_s.get("/moderation").text
    form = clerk_s.get("/deuxieme-cle/application").text
    sealed = form.split('name="sealed"')[1].split('value="')[1].split('"')[0]
    new.secret_of_test = codes.unseal(sealed).partition(":")[2]
    chosen = {"sealed": sealed, "code": now_code(new)}
    assert clerk_s.post("/deuxieme-cle/application", data=chosen).status_code == 303
    assert clerk_s.get("/moderation").status_code == 200
    on_paper = codes_for(clerk_s)
    assert len(on_paper) == 10
    with clock.frozen(noon + 2 * HOUR):
        stranger = app.test_client()
        signs_in(stranger, new)  # a password alone
        assert stranger.get("/moderation").status_code == 403

        # The key is lost: a code on paper opens, once, and its owner hears of it.
        for is_first in (True, False):
            lost = app.test_client()
            signs_in(lost, new)
            lost.post("/deuxieme-cle/secours", data={"code": on_paper[0]})
            assert (lost.get("/moderation").status_code == 200) is is_first
        assert queries.codes_left(new) == 9
        assert letters("keys.recovered") == ["neuve@exemple.fr"]

        # What everybody reads is not taken away on a key shown this morning.
        hide = {"verdict": "restrict", "seen": "1.0", "key": "d", "ground": "insult"}
        hide |= {"passage": "perlimpinpin", "aim": "person", "words": "Dites-le autrement."}
        asked = clerk_s.post(f"/moderation/{number}", data=hide)
        assert "deuxieme-cle" in (asked.location or "") or "deuxieme-cle" in asked.text
        assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0
        clerk_s.post("/deuxieme-cle", data={"code": now_code(new)})
        assert clerk_s.post(f"/moderation/{number}", data={**hide, "key": "e"}).status_code == 303
        assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 1

        # What counts voices changes by two hands.
        rules = f"/consultations/{campaign.slug}/regles/changer"
        names = ("title", "question", "decider", "legal_nature", "audience", "rules", "purpose")
        frame = {name: getattr(campaign, name) for name in (*names, "offline", "privacy")}
        frame |= {"moderation": "before", "identity": "email", "hides_counts": ""}
        frame |= {"support_limit": "5", "reason": "Trois ne suffisent pas."}
        assert "/administration/signatures/" in clerk_s.post(rules, data=frame).location
        (waiting,) = db.session.scalars(sa.select(Countersign))
        assert waiting.signed_at is None
        keys.countersign(admin, waiting)
        commit()
        assert clerk_s.post(rules, data=frame).location.endswith("/regles")

        # Each sees their sessions and closes them; an administrator closes all of somebody's.
        assert "ssion" in clerk_s.get("/mon-espace/securite").text
        desk.post("/deuxieme-cle", data={"code": now_code(admin)})
        desk.post(f"/administration/comptes/{new.id}/sessions/fermer")
        assert clerk_s.get("/moderation").location.startswith("/connexion")
    assert new.roles[0].name == RoleName.FACILITATOR
