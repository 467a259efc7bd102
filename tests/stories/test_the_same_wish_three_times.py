"""Three residents wish the same: shown to the one who writes, grouped, and no voice is lost."""

import html
import re

import sqlalchemy as sa

from consult.core.db import db
from consult.groups.models import Group
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.posts.models import Version
from consult.votes import actions as votes
from consult.votes.queries import standing
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.people.doors import post_around


def test_from_the_first_word_typed_to_the_answer(app, ctx, client, noon, outbox, monkeypatch):
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    campaign = make_campaign()
    slug = campaign.slug
    titles = ("Des bancs au square", "Plus de bancs dans le square", "Le square manque de bancs")
    benches = [make_contribution(campaign, title=title, body=f"Ici. {title}") for title in titles]
    make_contribution(campaign, title="Une piste cyclable")
    first, second, third = (one.id for one in benches)
    authors = [one.author for one in benches]
    emails = {one.email for one in authors}

    # Whoever begins to write the same, in other words, is shown what stands, and nothing else.
    near = client.get(f"/consultations/{slug}/contributions/proches?q=un+banc+pour+le+square").text
    assert all(title in near for title in titles)
    assert "piste" not in near

    # The same in the queue: a facilitator gathers them, under a title and with a reason.
    everywhere, once = make_user(), make_user()
    for one in benches:
        votes.support(everywhere, one)
    votes.support(once, benches[2])
    commit()
    desk = sign_in(app.test_client(), make_user(RoleName.FACILITATOR))
    offered = desk.get(f"/consultations/{slug}/regroupements/nouveau?c={first}").text
    assert all(title in offered for title in titles)
    why = {"title": "Des assises au square", "reason": "Trois fois la même demande.", "key": "k"}
    sent = {"c": [first, second, third], **why}
    assert desk.post(f"/consultations/{slug}/regroupements/nouveau", data=sent).status_code == 303
    group = db.session.scalar(sa.select(Group.id))

    # Every original stays as its author wrote it; each author hears of it.
    post_around(app)
    assert {letter.to[0] for letter in outbox} == emails
    for number, title in zip((first, second, third), titles, strict=True):
        page = client.get(f"/contributions/{number}").text
        assert title in page
        assert f"Ici. {title}" in page
        assert f"/regroupements/{group}" in page
    assert db.session.scalar(sa.select(sa.func.count(Version.id))) == 4, "nobody was reworded"
    assert standing(once, campaign, [first, second, third]).supported == {third}

    # One of them was not understood: they leave, with a word for the facilitators.
    leaver = sign_in(app.test_client(), authors[0])
    assert "Cela ne me représente pas" in leaver.get(f"/contributions/{first}").text
    left = f"/contributions/{first}/quitter-le-groupe"
    assert leaver.post(left, data={"words": "Je parlais d’ombre."}).status_code == 303
    whole = client.get(f"/regroupements/{group}").text
    assert "a dit ne pas s’y reconnaître, et a quitté le regroupement" in whole
    assert "Je parlais d’ombre." not in whole
    assert "Je parlais d’ombre." in desk.get(f"/regroupements/{group}").text
    assert "Dans un regroupement" not in client.get(f"/contributions/{first}").text

    # One answer to those who stayed, a notice to each; the one who left waits for their own.
    outbox.clear()
    council = sign_in(app.test_client(), make_user(RoleName.COUNCIL))
    whole = html.unescape(council.get(f"/regroupements/{group}").text)
    there = re.search(r"/consultations/[^\"]+/reponses/rediger", whole).group()
    ticked = re.findall(r'name="c" value="(\d+)"', whole)
    form = council.get(there, query_string={"c": ticked}).text
    assert titles[1] in form
    assert titles[2] in form
    assert titles[0] not in form
    told = {"outcome": "retained", "signatory": "La maire", "unit": "Espaces verts", "key": "a"}
    told["words"] = "Douze bancs seront posés au printemps."
    assert council.post(there, data={**told, "c": ticked}).status_code == 303
    post_around(app)
    assert {letter.to[0] for letter in outbox} >= {authors[1].email, authors[2].email}
    assert authors[0].email not in {letter.to[0] for letter in outbox}
    for number, is_answered in ((first, False), (second, True), (third, True)):
        page = client.get(f"/contributions/{number}").text
        assert ("Douze bancs seront posés" in page) is is_answered
