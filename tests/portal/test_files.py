"""Files: our own pictures are shown, anything else handed over, and only what is public."""

import pytest

from consult.campaigns.models import CampaignDocument
from consult.core import files
from consult.core.db import db
from consult.engagements import actions as engagements
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import RoleName
from consult.posts.models import Image, Status
from tests.engagements.making import adopted, make_plan
from tests.factories import make_campaign, make_contribution, make_user, reasons, sign_in
from tests.portal.making import make_town


def kept(data: bytes = b"%PDF-1.7", name="Étude.pdf", kind="application/pdf"):
    return files.keep(data, name, kind)


def path_of(stored) -> str:
    return f"/fichiers/{stored.id}/{stored.name}"


@pytest.fixture
def paper(noon, ctx):
    """A document of a public campaign's file."""
    stored = kept()
    campaign = make_campaign()
    db.session.add(CampaignDocument(campaign_id=campaign.id, file=stored, title="L'étude"))
    db.session.commit()
    return stored


def test_a_document_is_handed_over_never_opened_here(client, paper):
    with client.get(path_of(paper)) as reply:
        assert reply.data == b"%PDF-1.7"
        headers = reply.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "%C3%89tude.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with client.get(path_of(paper), headers={"If-None-Match": headers["ETag"]}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.png", "image/png")],
)
def test_nothing_but_our_own_pictures_is_shown_in_place(client, noon, ctx, name, kind):
    stored = kept(b"<svg onload=alert(1)>", name, kind)
    campaign = make_campaign()
    db.session.add(CampaignDocument(campaign_id=campaign.id, file=stored, title="Piège"))
    db.session.commit()
    with client.get(path_of(stored)) as reply:
        assert reply.headers["Content-Disposition"].startswith("attachment;")


def test_the_evidence_of_a_published_plan_is_shown_in_place(client, noon, ctx):
    make_town()
    with client.get("/fichiers/1/bancs.webp") as reply:
        assert reply.mimetype == "image/webp"
        assert reply.headers["Content-Disposition"].startswith("inline")


def test_the_name_in_the_address_is_its_own(client, paper):
    reply = client.get(f"/fichiers/{paper.id}/autre.exe")
    assert reply.status_code == 301
    assert reply.headers["Location"].endswith("%C3%89tude.pdf")


@pytest.mark.parametrize("path", ["/fichiers/999/x.pdf", "/fichiers/99999999999999999999/x"])
def test_what_does_not_exist_is_not_found(client, noon, ctx, path):
    assert client.get(path).status_code == 404


def test_a_file_that_belongs_to_nothing_is_shown_to_nobody(client, noon, ctx):
    stored = kept()
    db.session.commit()
    assert client.get(path_of(stored)).status_code == 404
    sign_in(client, make_user(*RoleName))
    assert client.get(path_of(stored)).status_code == 404


def test_a_paper_taken_away_is_gone(client, paper, noon):
    document = db.session.query(CampaignDocument).one()
    document.removed_at = noon
    db.session.commit()
    assert client.get(path_of(paper)).status_code == 404


def test_the_paper_of_a_draft_is_for_those_who_prepare_it(client, noon, ctx):
    stored = kept()
    campaign = make_campaign(published=False)
    db.session.add(CampaignDocument(campaign_id=campaign.id, file=stored, title="L'étude"))
    db.session.commit()
    assert client.get(path_of(stored)).status_code == 404
    sign_in(client, make_user())
    assert client.get(path_of(stored)).status_code == 404
    sign_in(client, make_user(RoleName.FACILITATOR))
    with client.get(path_of(stored)) as reply:
        assert reply.status_code == 200
        assert reply.headers["Cache-Control"] == "private, no-store"


def test_a_picture_follows_the_fate_of_its_text(client, noon, ctx):
    author = make_user()
    contribution = make_contribution(status=Status.PENDING, author=author)
    stored = kept(b"RIFF", "ponton.webp", "image/webp")
    small = kept(b"RIFf", "petit.webp", "image/webp")
    db.session.add(Image(post_id=contribution.id, file=stored, thumbnail=small))
    db.session.commit()
    facilitator = make_user(RoleName.FACILITATOR)

    def seen(user=None) -> list[int]:
        visitor = client.application.test_client()
        if user:
            sign_in(visitor, user)
        statuses = []
        for one in (stored, small):
            with visitor.get(path_of(one)) as reply:
                statuses.append(reply.status_code)
        return statuses

    assert seen() == seen(make_user()) == [404, 404]
    assert seen(author) == seen(facilitator) == [200, 200]
    moderation.decide(facilitator, contribution, verdict=Verdict.PUBLISH)
    commit()
    assert seen() == [200, 200]
    with client.get(path_of(stored)) as reply:
        assert "immutable" not in reply.headers["Cache-Control"]
    moderation.decide(
        facilitator,
        contribution,
        verdict=Verdict.RESTRICT,
        why=reasons(contribution, Ground.PRIVACY, "Visage."),
    )
    commit()
    assert seen() == [404, 404]
    assert seen(author) == [200, 200]


def test_the_document_of_an_act_goes_with_the_act(client, noon, ctx):
    desk, stored = make_user(RoleName.COUNCIL), kept(name="delib.pdf")
    plan = adopted(desk, make_plan(desk), document=stored)
    assert client.get(path_of(stored)).status_code == 404
    engagements.publish(desk, plan)
    commit()
    with client.get(path_of(stored)) as reply:
        assert reply.status_code == 200
    plan.act.shown_at = None  # taken off the site: the plan it adopted stays
    db.session.commit()
    assert client.get(path_of(stored)).status_code == 404
    sign_in(client, make_user())
    assert client.get(path_of(stored)).status_code == 404
    sign_in(client, desk)
    with client.get(path_of(stored)) as reply:
        assert reply.headers["Cache-Control"] == "private, no-store"
