"""The pages of plans: what everybody reads, what the council's desk does there, step by step."""

import html
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.council.models import Act
from consult.engagements import actions as engagements
from consult.engagements import lineage, queries
from consult.engagements.models import Action, Degree, Plan, PlanState, Progress, Revision
from consult.followup import actions as followup
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.posts.models import Status
from consult.territory.models import Place
from tests.counting import statements
from tests.engagements.making import (
    adopted,
    clerk,
    first_action,
    first_engagement,
    link,
    make_plan,
    published,
)
from tests.factories import make_campaign, make_contribution, make_user, sign_in

BUDGET = 15  # three say who is reading, and each room beside adds one question


def text_of(reply) -> str:
    assert reply.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def pages(plan: Plan) -> list[str]:
    home = f"/plans/{plan.slug}"
    return [
        "/plans",
        home,
        f"{home}?vue=etats",
        f"{home}?vue=dates",
        f"{home}.json",
        f"{home}/engagements/{first_engagement(plan).id}",
        f"/actions/{first_action(plan).id}",
    ]


def large(actor) -> Plan:
    """200 actions under twenty engagements, each with bodies, places, dates, a report."""
    plan = engagements.create(actor, title="Un grand plan", campaigns=[make_campaign()])
    db.session.flush()
    source = make_contribution()
    for number in range(20):
        engagement = engagements.commit(actor, plan, title=f"Engagement {number}")
        for rank in range(10):
            engagements.undertake(
                actor,
                plan,
                title=f"Action {number}.{rank}",
                engagements=[engagement],
                dates_words="2027",
                organisations=[("SDP", "partenaire")],
                places=["Le môle"],
                origins=[source],
            )
    published(actor, plan)
    for action in queries.actions_of(plan)[:50]:
        followup.report(
            actor, action, progress=Progress.DONE, effective_on=date(2026, 6, 1), evidence=[link()]
        )
    followup.publish_edition(actor, plan, title="Bilan", as_of=date(2026, 6, 1))
    commit()
    return plan


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_page_asks_row_by_row(ctx, noon, client, is_signed_in):
    plan = large(clerk())
    if is_signed_in:
        sign_in(client, make_user())
    for page in [*pages(plan), f"/plans/{plan.slug}/editions/bilan"]:
        client.get(page)
        with statements() as sent:
            reply = client.get(page)
        assert reply.status_code == 200
        assert len(sent) <= BUDGET, f"{page}: {len(sent)}\n" + "\n".join(sent)


def test_a_reader_gets_no_cookie_and_no_token(ctx, client):
    plan = published(clerk(), make_plan(clerk()))
    for page in pages(plan):
        reply = client.get(page)
        assert "Set-Cookie" not in reply.headers
        assert "csrf_token" not in reply.text


def test_a_page_unchanged_is_not_sent_again(ctx, client, app, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE", True)
    plan = published(clerk(), make_plan(clerk()))
    page = f"/plans/{plan.slug}"
    tag = client.get(page).headers["ETag"]
    assert client.get(page, headers={"If-None-Match": tag}).status_code == 304
    engagements.revise(clerk(), first_action(plan), title="Un phare", reason="Mieux.")
    commit()
    reply = client.get(page, headers={"If-None-Match": tag})
    assert reply.status_code == 200
    assert "Un phare" in reply.text


def test_a_draft_is_seen_by_those_who_prepare_it(ctx, client):
    plan = make_plan(clerk())
    for page in pages(plan)[1:]:
        assert client.get(page).status_code == 404
    assert "Un port pour tous" not in client.get("/plans").text
    sign_in(client, make_user())
    assert client.get(f"/plans/{plan.slug}").status_code == 404
    for role in RoleName:
        sign_in(client, make_user(role))
        assert "en préparation" in client.get(f"/plans/{plan.slug}").text
        assert "Un port pour tous" in client.get("/plans").text


def test_the_desk_is_for_the_councils_desk(ctx, client):
    plan = make_plan(clerk())
    home, action = f"/plans/{plan.slug}", first_action(plan)
    engagement = f"{home}/engagements/{first_engagement(plan).id}"
    doors = ["/plans/nouveau", *(f"{home}/{end}" for end in ("atelier", "modifier", "adopter"))]
    doors += [f"{home}/a-completer", f"{home}/illustrations/nouvelle", f"{engagement}/reviser"]
    doors += [f"{home}/engagements/nouveau", f"{home}/actions/nouvelle"]
    doors += [f"/actions/{action.id}/{end}" for end in ("reviser", "pilote")]
    for role, code in ((RoleName.FACILITATOR, 403), (RoleName.COUNCIL, 200)):
        sign_in(client, make_user(role))
        for door in doors:
            assert client.get(door).status_code == code, door
    for role, code in ((RoleName.GUARANTOR, 403), (RoleName.FACILITATOR, 200)):
        sign_in(client, make_user(role))
        assert client.get(f"/actions/{action.id}/origines").status_code == code


def test_a_plan_from_the_first_word_to_publication(ctx, noon, client):
    campaign, contribution = make_campaign(), make_contribution()
    sign_in(client, clerk())
    reply = client.post(
        "/plans/nouveau",
        data={"title": "Un port pour tous", "campaign_ids": [campaign.id], "stale_after_days": 90},
    )
    assert reply.location == "/plans/un-port-pour-tous/atelier"
    home = "/plans/un-port-pour-tous"
    seen = client.get(f"{home}/atelier").text
    assert "Ce plan est vide" in seen  # the button says why it waits
    reply = client.post(f"{home}/engagements/nouveau", data={"title": "Un quai sûr"})
    assert reply.status_code == 303
    plan = db.session.scalar(sa.select(Plan))
    engagement = first_engagement(plan)
    said = {
        "title": "Éclairer le môle",
        "engagement_ids": [engagement.id],
        "dates_words": "second semestre 2027",
        "organisations-0-name": "Syndicat du port",
        "organisations-0-role": "maître d’ouvrage",
        "places_words": "Le môle\n\nLe quai",
        "tags_words": "BUDGET 2027",
    }
    new = f"{home}/actions/nouvelle?contribution={contribution.id}"
    assert "Des bancs" in client.get(new).text
    assert client.post(new, data=said).status_code == 303
    action = first_action(plan)
    assert (action.due_on, len(action.places)) == (date(2027, 12, 31), 2)
    assert [one.contribution_id for one in lineage.sources_of(action)] == [contribution.id]
    said = {"title": "Adoption du plan", "assembly": "Conseil municipal", "number": "2026-41"}
    reply = client.post(f"{home}/adopter", data={**said, "adopted_on": "2026-06-16"})
    assert "Ce jour n’est pas encore arrivé." in reply.text
    reply = client.post(f"{home}/adopter", data={**said, "adopted_on": "2026-06-01"})
    assert reply.location == f"{home}/atelier"
    assert client.get(f"{home}/adopter").status_code == 403
    assert client.post(f"{home}/publier").location == home
    seen = text_of(client.get(home))
    for words in ("1er juin 2026", "Conseil municipal", campaign.title, "maître d’ouvrage"):
        assert words in seen
    names = db.session.scalars(sa.select(Event.name).order_by(Event.id)).all()
    assert [name.removeprefix("engagements.") for name in names if "engagements" in name] == [
        "create",
        "commit",
        "undertake",
        "adopt",
        "publish",
    ]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PENDING, Status.REFUSED])
def test_a_promise_is_begun_from_no_words_that_are_not_on_show(ctx, client, status):
    hidden = make_contribution(status=status, title="Un titre tu")
    plan = make_plan(clerk())
    sign_in(client, clerk())
    for part in ("actions/nouvelle", "engagements/nouveau"):
        reply = client.get(f"/plans/{plan.slug}/{part}?contribution={hidden.id}")
        assert reply.status_code == 404
        assert "Un titre tu" not in reply.text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(ctx, client):
    plan = make_plan(clerk())
    sign_in(client, clerk())
    home = f"/plans/{plan.slug}"
    for page, data, words in (
        ("/plans/nouveau", {"subtitle": "Mes mots", "stale_after_days": "3"}, "Donnez un titre"),
        (f"{home}/engagements/nouveau", {"words": "Mes mots"}, "Donnez un titre"),
        (f"{home}/actions/nouvelle", {"words": "Mes mots"}, "Dites ce qui sera fait."),
        (f"{home}/adopter", {"place": "Mes mots"}, "Nommez l’assemblée."),
        (
            f"{home}/adopter",
            {"place": "Mes mots", "votes_for": "3", "votes_against": "9", "abstentions": "0"},
            "le plan n’est pas adopté",
        ),
        (f"{home}/adopter", {"place": "Mes mots", "votes_against": "9"}, "trois nombres"),
        (f"{home}/adopter", {"place": "Mes mots", "adopted_on": "demain"}, "pas une date"),
    ):
        reply = client.post(page, data=data)
        assert reply.status_code == 200
        seen = html.unescape(reply.text)
        assert words in seen, page
        assert 'class="errors"' in seen
        assert "Mes mots" in seen


def test_after_adoption_a_change_asks_for_its_reason_beside_the_field(ctx, client):
    actor = clerk()
    plan = published(actor, make_plan(actor, dates_words="été 2027"))
    action = first_action(plan)
    sign_in(client, actor)
    page = f"/actions/{action.id}/reviser"
    said = {
        "title": action.title,
        "dates_words": "été 2028",
        "engagement_ids": [first_engagement(plan).id],
    }
    reply = client.post(page, data=said)
    assert "dites pourquoi cela change" in reply.text
    assert "été 2028" in reply.text
    reply = client.post(page, data={**said, "reason": "Le port gèle."})
    assert reply.location == f"/actions/{action.id}"
    seen = text_of(client.get(f"/actions/{action.id}"))
    for words in ("Le port gèle.", "été 2027", "été 2028", "Ce n’est plus exactement"):
        assert words in seen
    same = {**said, "places_words": "Le môle"}  # a place is no promise: no reason is asked
    assert client.post(page, data=same).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(Revision.id))) == 1


def test_origins_are_found_by_number_and_by_words(ctx, client):
    contribution = make_contribution(title="Des bancs au soleil")
    plan = make_plan(clerk())
    action = first_action(plan)
    sign_in(client, make_user(RoleName.FACILITATOR))
    page = f"/actions/{action.id}/origines"
    for words in (str(contribution.id), f"N° {contribution.id}", contribution.receipt.lower()):
        assert "Des bancs au soleil" in client.get(page, query_string={"q": words}).text
    assert "Aucune contribution" in client.get(f"{page}?q=introuvable").text
    said = {"q": str(contribution.id), "contribution_id": contribution.id, "degree": "part"}
    reply = client.post(page, data=said)
    assert "Dites quelle partie" in reply.text
    assert client.post(page, data={**said, "words": "L’ombre."}).status_code == 303
    (source,) = lineage.sources_of(action)
    assert (source.origin.degree, source.origin.words) == (Degree.PART, "L’ombre.")
    contribution.move_to(Status.RESTRICTED)
    commit()
    assert "Des bancs au soleil" not in client.get(page).text, "nobody here opens sealed words"
    assert client.post(f"/origines/{source.origin.id}/retirer").location == page
    assert lineage.sources_of(action) == []
    assert client.post(f"/origines/{source.origin.id}/retirer").status_code == 404


def test_rows_are_moved_and_removed_from_the_desk(ctx, client):
    plan = make_plan(clerk(), "Un", "Deux")
    sign_in(client, clerk())
    engagement, (one, two) = first_engagement(plan), queries.actions_of(plan)
    home = f"/plans/{plan.slug}/engagements/{engagement.id}"
    client.post(f"{home}/actions/{two.id}/deplacer", data={"by": "-1"})
    assert [row.title for row in queries.of_plan(plan).branches[0].actions] == ["Deux", "Un"]
    assert client.post(f"{home}/retirer").status_code == 403
    for action in (one, two):
        assert client.post(f"/actions/{action.id}/retirer").status_code == 303
    assert client.post(f"{home}/deplacer", data={"by": "1"}).status_code == 303
    assert client.post(f"{home}/retirer").status_code == 303
    assert queries.of_plan(plan).by_engagement == {}


def test_somebody_is_put_in_charge_by_their_address(ctx, client):
    plan, pilot = make_plan(clerk()), make_user(name="Ada Quai")
    sign_in(client, clerk())
    page = f"/actions/{first_action(plan).id}/pilote"
    assert "Aucun compte confirmé" in client.post(page, data={"email": "x@exemple.fr"}).text
    assert client.post(page, data={"email": pilot.email}).status_code == 303
    assert "Ada Quai" in client.get(f"/actions/{first_action(plan).id}").text
    assert client.post(page, data={"email": ""}).status_code == 303
    assert db.session.scalar(sa.select(Action.pilot_id)) is None


def test_the_title_voted_on_is_not_asked_again(ctx, client):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    sign_in(client, actor)
    page = f"/plans/{plan.slug}/modifier"
    assert 'name="title"' not in client.get(page).text
    now = {"stale_after_days": "90", "reason": "Une saison."}
    assert client.post(page, data=now).status_code == 303
    assert db.session.get(Plan, plan.id).stale_after_days == 90
    assert plan.state == PlanState.ADOPTED


def test_what_stands_around_the_promises_changes_with_a_public_reason(ctx, client):
    actor = clerk()
    plan = make_plan(actor)
    engagements.edit(actor, plan, imprint="Imprimé en mai", place=Place.new("Le môle"))
    published(actor, plan)
    sign_in(client, actor)
    page = f"/plans/{plan.slug}/modifier"
    now = {"imprint": "Imprimé en juin", "place_id": "0", "stale_after_days": "90"}
    assert 'id="reason-error"' in client.post(page, data=now).text
    why = {"reason": "Le tirage a été refait."}
    assert client.post(page, data={**now, **why}).status_code == 303
    client.delete_cookie("consult")
    seen = text_of(client.get(f"/plans/{plan.slug}"))
    assert "Le tirage a été refait." in seen
    assert "retiré : Imprimé en mai ajouté : Imprimé en juin" in seen
    assert "retiré : Le môle ajouté : non communiqué" in seen


def test_whose_words_a_plan_comes_from_and_its_pace_change_with_a_public_reason(ctx, client):
    actor = clerk()
    plan, asked, other = make_plan(actor), make_campaign(), make_campaign(title="Le phare")
    engagements.edit(actor, plan, campaigns=[asked], stale_after_days=90)
    published(actor, plan)
    sign_in(client, actor)
    page = f"/plans/{plan.slug}/modifier"
    same = {"imprint": plan.imprint, "stale_after_days": "90"}
    both = {**same, "campaign_ids": [asked.id, other.id]}
    assert client.post(page, data=both).status_code == 303  # all that was said is said still
    for now in (same, {**both, "stale_after_days": "3650"}):
        assert 'id="reason-error"' in client.post(page, data=now).text
    assert client.post(page, data={**same, "reason": "Citée à tort."}).status_code == 303
    client.delete_cookie("consult")
    seen = text_of(client.get(f"/plans/{plan.slug}"))
    assert "Citée à tort." in seen
    assert f"{asked.title} · {other.title}" in seen


def test_two_clicks_on_publish_meet_a_calm_page(ctx, client):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    sign_in(client, actor)
    page = f"/plans/{plan.slug}/publier"
    assert client.post(page).status_code == 303
    reply = client.post(page)
    assert reply.status_code == 403
    assert "déjà publié" in reply.text


def test_hostile_words_stay_words(ctx, client):
    actor = clerk()
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    plan = published(
        actor,
        make_plan(
            actor,
            evil,
            words=evil,
            dates_words=evil[:200],
            organisations=[(evil, evil)],
            places=[evil],
            tags=[evil],
        ),
    )
    for page in pages(plan):
        seen = client.get(page)
        if not page.endswith(".json"):
            assert "<script>alert" not in seen.text
            assert "<img src=x" not in seen.text


def test_nothing_that_is_not_there_is_found(ctx, client):
    plan, other = (published(clerk(), make_plan(clerk())) for _ in range(2))
    for page in (
        "/plans/rien",
        "/plans/rien.json",
        "/actions/999",
        f"/plans/{plan.slug}/engagements/{first_engagement(other).id}",
        f"/plans/{plan.slug}/editions/rien",
    ):
        assert client.get(page).status_code == 404


def test_a_long_list_of_plans_is_turned_page_by_page(client, ctx):
    """Two hundred plans weigh no more on a page than twenty."""
    for number in range(45):
        db.session.add(
            Plan(
                slug=f"plan-{number}",
                title=f"Plan {number}",
                state="published",
                act=Act(title="Plan", assembly="Conseil municipal"),
                published_at=clock.now() + timedelta(minutes=number),
            )
        )
    db.session.commit()
    first = client.get("/plans").text
    assert "Plan 44<" in first
    assert "Plan 24<" not in first
    assert 'href="/plans?page=2"' in first
    last = client.get("/plans?page=3").text
    assert "Plan 0<" in last
    assert "page=4" not in last
    assert client.get("/plans?page=999999999999").status_code == 200
