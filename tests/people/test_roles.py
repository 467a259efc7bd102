"""Who is trusted with what, for the site, a campaign or a plan, and how roles are offered."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people import actions, queries, rules
from consult.people.models import Invitation, Role, RoleName
from tests.factories import make_campaign, make_user, sign_in
from tests.people.doors import PASSWORD, links, resident

ALL = (None, "resident", *RoleName)
ROLES = "/administration/roles"


def someone(kind):
    if kind is None:
        return None
    return make_user() if kind == "resident" else make_user(kind)


@pytest.mark.parametrize("kind", ALL)
def test_who_sees_and_who_changes_roles(client, ctx, kind):
    actor, held = someone(kind), make_user(RoleName.FACILITATOR)
    invitation = Invitation(
        email="x@exemple.fr",
        name=RoleName.COUNCIL,
        invited_by_id=held.id,
        expires_at=clock.now() + timedelta(days=1),
    )
    db.session.add(invitation)
    db.session.commit()
    if actor:
        sign_in(client, actor)
    no = 303 if kind is None else 403
    reads = 200 if kind in (RoleName.ADMINISTRATOR, RoleName.GUARANTOR) else no
    changes = kind == RoleName.ADMINISTRATOR
    assert client.get(ROLES).status_code == reads
    assert client.get(f"{ROLES}/inviter").status_code == (200 if changes else no)
    offered = {"email": "y@exemple.fr", "name": "council", "scope": "site"}
    assert client.post(f"{ROLES}/inviter", data=offered).status_code == (303 if changes else no)
    gone = client.post(f"/administration/invitations/{invitation.id}/retirer")
    assert gone.status_code == (303 if changes else no)
    taken = client.post(f"{ROLES}/{held.roles[0].id}/retirer")
    assert taken.status_code == (303 if changes else no)
    db.session.rollback()
    is_left = db.session.scalar(sa.select(Role).filter_by(user_id=held.id))
    assert (is_left is None) == changes
    assert (db.session.get(Invitation, invitation.id).withdrawn_at is not None) == changes


def test_the_guarantor_sees_no_address(client, ctx):
    make_user(RoleName.FACILITATOR, email="secret@exemple.fr")
    page = sign_in(client, make_user(RoleName.GUARANTOR)).get(ROLES).text
    assert "secret@exemple.fr" not in page
    assert "Retirer" not in page


def test_a_role_for_one_campaign_is_for_that_one_alone(ctx):
    here, elsewhere, user = make_campaign(), make_campaign(), make_user()
    actions.grant(queries.system(), user, name=RoleName.FACILITATOR, campaign=here)
    commit()
    rules.has_role(user, RoleName.FACILITATOR, campaign=here)
    for where in ({"campaign": elsewhere}, {}):
        with pytest.raises(Refused):
            rules.has_role(user, RoleName.FACILITATOR, **where)
    assert queries.with_role(RoleName.FACILITATOR, campaign=here) == [user]
    assert queries.with_role(RoleName.FACILITATOR, campaign=elsewhere) == []


def test_a_role_is_held_once(ctx):
    user = make_user()
    for _ in range(2):
        actions.grant(queries.system(), user, name=RoleName.COUNCIL)
        commit()
    assert len(user.roles) == 1


def test_a_guarantor_holds_no_other_role(ctx):
    system = queries.system()
    guarantor, facilitator = make_user(RoleName.GUARANTOR), make_user(RoleName.FACILITATOR)
    with pytest.raises(Refused):
        actions.grant(system, guarantor, name=RoleName.COUNCIL)
    with pytest.raises(Refused):
        actions.grant(system, facilitator, name=RoleName.GUARANTOR)
    actions.grant(system, guarantor, name=RoleName.GUARANTOR, campaign=make_campaign())


def test_an_administrator_looks_after_the_whole_site(ctx):
    with pytest.raises(Refused):
        actions.grant(
            queries.system(),
            make_user(),
            name=RoleName.ADMINISTRATOR,
            campaign=make_campaign(),
        )


def test_the_last_administrator_cannot_be_removed(client, ctx):
    user = make_user(RoleName.ADMINISTRATOR)
    role = user.roles[0]
    sign_in(client, user)
    assert "Le site a besoin" in client.get(ROLES).text
    assert client.post(f"{ROLES}/{role.id}/retirer").status_code == 403
    make_user(RoleName.ADMINISTRATOR)
    assert client.post(f"{ROLES}/{role.id}/retirer").status_code == 303
    assert client.get(ROLES).status_code == 403


def test_whoever_receives_or_loses_a_role_is_told(client, ctx, post):
    user, admin = make_user(), make_user(RoleName.ADMINISTRATOR)
    actions.grant(admin, user, name=RoleName.FACILITATOR)
    commit()
    (letter,) = post()
    assert (letter.to, letter.subject) == ([user.email], "Vous avez un nouveau rôle : Animation")
    sign_in(client, admin).post(f"{ROLES}/{user.roles[0].id}/retirer")
    (letter,) = post()
    assert letter.subject == "Vous n’avez plus le rôle : Animation"
    names = [event.name for event in db.session.scalars(sa.select(Event).order_by(Event.id))]
    assert names == ["people.grant", "people.revoke"]


def offer(client, post, email, **data):
    data = {"email": email, "name": "facilitator", "scope": "site", **data}
    assert client.post(f"{ROLES}/inviter", data=data).status_code == 303
    (letter,) = [letter for letter in post() if letter.to == [email]]
    return next(path for path in links(letter) if path.startswith("/invitation/"))


def test_an_invitation_opens_an_account_with_its_role(client, ctx, post):
    campaign = make_campaign(title="Le square")
    admin = make_user(RoleName.ADMINISTRATOR)
    sign_in(client, admin)
    path = offer(client, post, "neuve@exemple.fr", scope=f"campaign:{campaign.id}")
    new = client.application.test_client()
    assert "Le square" in new.get(path).text
    assert queries.by_email("neuve@exemple.fr") is None
    reply = new.post(path, data={"pseudonym": "Neuve", "password": PASSWORD})
    assert reply.status_code == 303
    user = queries.by_email("neuve@exemple.fr")
    assert [(role.name, role.campaign_id) for role in user.roles] == [
        (RoleName.FACILITATOR, campaign.id)
    ]
    assert new.get("/mon-espace/compte").status_code == 200
    assert new.get(path).status_code == 403  # accepted already
    (told,) = post()
    assert told.to == [admin.email]


def test_an_invitation_gives_its_role_to_the_account_that_is_there(client, ctx, post):
    user = resident()
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    path = offer(client, post, user.email)
    visitor = client.application.test_client()
    assert visitor.post(path).status_code == 303
    assert visitor.get("/mon-espace").status_code == 303  # a fortnight's link opens no session
    db.session.refresh(user)
    assert user.holds(RoleName.FACILITATOR)


def test_an_invitation_opens_no_closed_account_again(client, ctx, post):
    user = resident(email="parti@exemple.fr")
    actions.close_account(user)
    commit()
    post()
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    path = offer(client, post, "parti@exemple.fr")
    visitor = client.application.test_client()
    reply = visitor.post(path, data={"pseudonym": "Revenu", "password": PASSWORD})
    assert (reply.status_code, "a été fermé" in reply.text) == (403, True)
    assert queries.by_email("parti@exemple.fr") is None


def test_an_invitation_is_worth_what_its_author_still_is(client, ctx, post):
    leaving, staying = make_user(RoleName.ADMINISTRATOR), make_user(RoleName.ADMINISTRATOR)
    sign_in(client, leaving)
    path = offer(client, post, "deuxieme@exemple.fr")
    actions.revoke(staying, leaving.roles[0])
    commit()
    visitor = client.application.test_client()
    reply = visitor.post(path, data={"pseudonym": "Deux", "password": PASSWORD})
    assert reply.status_code == 403
    assert "administre plus ce site" in reply.text
    actions.reinvite(staying, db.session.scalar(sa.select(Invitation)))  # somebody else vouches
    commit()
    assert any(letter.to == ["deuxieme@exemple.fr"] for letter in post())
    assert visitor.get(path).status_code == 200


def test_two_invitations_do_not_make_a_guarantor_who_changes_things(client, ctx, post):
    user, administrator = resident(), make_user(RoleName.ADMINISTRATOR)
    for name in (RoleName.GUARANTOR, RoleName.FACILITATOR):
        actions.invite(administrator, email=user.email, name=name)
    commit()
    first, second = (links(letter)[0] for letter in post())
    visitor = client.application.test_client()
    assert visitor.post(first).status_code == 303
    assert visitor.post(second).status_code == 403
    db.session.refresh(user)
    assert len(user.roles) == 1


def test_an_invitation_ends(client, ctx, post, noon):
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    late = offer(client, post, "tard@exemple.fr")
    withdrawn = offer(client, post, "retire@exemple.fr")
    invitation = db.session.scalar(sa.select(Invitation).filter_by(email="retire@exemple.fr"))
    client.post(f"/administration/invitations/{invitation.id}/retirer")
    visitor = client.application.test_client()
    assert "retirée" in visitor.get(withdrawn).text
    assert visitor.post(withdrawn, data={"pseudonym": "Retirée"}).status_code == 403
    with clock.frozen(noon + timedelta(days=15)):
        page = visitor.get(late).text
        assert "délai" in page
        assert 'href="/pages/contact' in page, "to sign in would be of no help"
        assert "Il suffit peut-être de vous connecter" not in page
        assert visitor.post(late, data={"pseudonym": "Tard"}).status_code == 403
    assert queries.by_email("tard@exemple.fr") is None


def test_an_invitation_says_when_it_ends_and_is_sent_again(ctx, noon, client, post):
    administrator = make_user(RoleName.ADMINISTRATOR)
    invitation = actions.invite(administrator, email="neuve@exemple.fr", name=RoleName.COUNCIL)
    commit()
    number, first = invitation.id, invitation.expires_at
    post()
    sign_in(client, administrator)
    with clock.frozen(noon + timedelta(days=15)):
        assert "depuis le" in client.get("/administration/roles").get_data(as_text=True)
        client.post(f"/administration/invitations/{number}/renvoyer")
        (letter,) = post()
        assert letter.to == ["neuve@exemple.fr"]
        link = links(letter)[0]
        visitor = client.application.test_client()
        assert visitor.get(link).status_code == 200
        typed = {"pseudonym": "Une nouvelle", "password": "pivoine tracteur lune bleue"}
        taken = visitor.post(link, data=typed)
        assert taken.location.startswith("/deuxieme-cle")
        choice = visitor.get(taken.location).get_data(as_text=True)
        assert "Choisir une seconde clé" in choice
    assert db.session.get(Invitation, number, populate_existing=True).expires_at > first
