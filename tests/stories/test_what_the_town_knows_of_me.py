"""A resident says little of themselves, reads all of it, gives a name to one text alone, takes
everything back, and nothing of them is found anywhere."""

import io
import json
import zipfile
from datetime import timedelta

import sqlalchemy as sa

from consult.campaigns.models import PhaseKind
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.people.jobs import send_letters
from consult.people.models import RoleName, User
from consult.posts.models import Post
from consult.privacy import actions, jobs
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.people.doors import PASSWORD, resident
from tests.privacy.test_erasure import left

MINE = "/mon-espace/mes-donnees"


def test_from_the_first_word_to_the_last_trace(app, ctx, client, noon, outbox):
    lou = resident(
        email="lou.ormeau@exemple.fr",
        pseudonym="Lou du marché",
        name="Louise Ormeau",
        publication_at=None,
        position_at=None,
    )
    campaign = make_campaign()
    number, shown, slug = lou.id, make_contribution(campaign).id, campaign.slug
    sign_in(client, lou)

    # Each thing is agreed to on its own, when it is needed, with its date.
    there = f"/contributions/{shown}"
    asked = client.post(f"{there}/soutenir", data={"next": there})
    assert asked.location == f"/mon-espace/accords?next={there}"
    client.post("/mon-espace/accords/position", data={"given": "yes", "next": there})
    client.post(f"{there}/soutenir")
    client.post("/mon-espace/accords/publication", data={"given": "yes"})
    assert "15 juin 2026" in client.get("/mon-espace/accords").text.replace("\xa0", " ")

    # A pseudonym by default; a real name where they say so, for that text alone.
    write = f"/consultations/{slug}/contributions/nouvelle"
    said = {"body": "À l’ombre du marché.", "checked": "1"}
    client.post(write, data={**said, "title": "Un banc", "key": "a"})
    named = {"title": "Un tilleul", "named": "y", "key": "b"}
    client.post(write, data={**said, **named})
    one, other = db.session.scalars(sa.select(Post).where(Post.author_id == number)).all()
    first, second = one.id, other.id
    for post in (one, other):
        if not post.is_public:
            post.move_to("published")
    db.session.commit()
    visitor = app.test_client()
    assert "Lou du marché" in visitor.get(f"/contributions/{first}").text
    page = visitor.get(f"/contributions/{second}").text
    assert "Louise Ormeau" in page
    assert "lou.ormeau" not in page

    # An age bracket, never a date of birth.
    page = client.get(f"{MINE}/age").text
    assert 'type="date"' not in page

    # They read all of it, in one file for eyes and one for machines.
    client.post(f"{MINE}/copie")
    jobs.make_copies()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{MINE}/copie.zip").data)) as parcel:
        told = json.loads(parcel.read("mes-donnees.json"))
        text = json.dumps(told, ensure_ascii=False)
        assert {"mes-donnees.html", "mes-donnees.json"} <= set(parcel.namelist())
    for word in ("lou.ormeau@exemple.fr", "Louise Ormeau", "Un banc", "Un tilleul"):
        assert word in text

    # Nobody else ever reads who supports what, neither before nor after.
    for role in (None, *RoleName):
        reader = sign_in(app.test_client(), make_user(*[role] if role else []))
        assert "Lou du marché" not in reader.get(there).text

    # They go, and take their words along.
    gone = {"words": "withdraw", "sure": "y", "current": PASSWORD}
    assert client.post("/mon-espace/fermer", data=gone).status_code == 303
    send_letters()
    db.session.rollback()
    jobs.scrub()
    assert left("lou.ormeau", "Lou du marché", "Louise Ormeau", "À l’ombre du marché.") == []
    assert "retirée" in visitor.get(f"/contributions/{first}").text
    kept = db.session.scalars(sa.select(Support.user_id)).all()
    assert kept == [None], "the number stays, and leads to nobody"


def test_what_is_kept_goes_by_itself(ctx, noon, outbox):
    """Whoever never comes back is written to twice, then forgotten; their voice still counts."""
    lou = make_user(email="lou.ormeau@exemple.fr", pseudonym="Lou du marché")
    lou.seen_at = noon
    campaign = make_campaign(PhaseKind.PROPOSE, PhaseKind.VOTE)
    votes.support(lou, make_contribution(campaign))
    commit()
    number = lou.id
    for month in range(1, 49):
        with clock.frozen(noon + timedelta(days=31 * month)):
            jobs.purge()
            send_letters()
    db.session.rollback()
    jobs.scrub()
    assert len([one for one in outbox if one.to == ["lou.ormeau@exemple.fr"]]) >= 2
    assert db.session.get(User, number, populate_existing=True).closed_at is not None
    assert left("lou.ormeau", "Lou du marché") == []
    assert db.session.scalar(sa.select(sa.func.count(Support.id))) == 1


def test_the_register_names_every_use_and_where_a_breach_is_written(ctx, app, noon):
    visitor = app.test_client()
    page = visitor.get("/donnees-personnelles/registre").text.replace("\N{NO-BREAK SPACE}", " ")
    for word in ("Base légale", "Conservation", "Qui le voit", "Soutiens et positions"):
        assert word.casefold() in page.casefold(), word
    officer = make_user(RoleName.ADMINISTRATOR)
    actions.declare_breach(
        officer,
        title="Un ordinateur perdu",
        noticed_at=noon,
        **{"nature": "Des adresses.", "people": "Douze.", "effects": "Des courriels."},
        **{"measures": "Effacé à distance.", "is_risky": True, "key": "b"},
    )
    commit()
    desk = sign_in(app.test_client(), officer)
    assert "Un ordinateur perdu" in desk.get("/donnees-personnelles/violations").text
    assert visitor.get("/donnees-personnelles/violations").status_code in (302, 303, 403)
