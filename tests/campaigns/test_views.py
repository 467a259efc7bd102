"""The pages of a campaign: what everybody reads, and the workshop, each once done, once refused."""

import io
from datetime import timedelta

import pytest

from consult.campaigns import actions
from consult.campaigns.models import Campaign, State
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.campaigns.ready import PDF, TEXTS, facilitator, follow, published, ready
from tests.counting import statements
from tests.factories import make_user, sign_in

PUBLIC = ("", "/calendrier", "/dossier", "/regles", "/affiche")
WORKSHOP = (
    "/atelier",
    "/apercu",
    "/modifier",
    "/modifier/calendrier",
    "/modifier/themes",
    "/modifier/lieux",
    "/modifier/lieux/place-du-marche/retirer",
    "/modifier/dossier",
    "/copier",
)


def address(campaign):
    return f"/consultations/{campaign.slug}"


def refetched(campaign):
    db.session.rollback()
    return db.session.get(Campaign, campaign.id, populate_existing=True)


@pytest.mark.parametrize("page", PUBLIC)
def test_everybody_reads_a_public_campaign_without_a_cookie(ctx, noon, client, page):
    url = address(published(facilitator())) + page
    with statements() as sent:
        reply = client.get(url)
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
    assert len(sent) <= 12
    assert "csrf_token" not in reply.text


@pytest.mark.parametrize("page", [*PUBLIC, *WORKSHOP])
def test_nobody_else_sees_a_draft(ctx, noon, client, page):
    campaign = ready(facilitator())
    assert client.get(address(campaign) + page).status_code == 404
    assert sign_in(client, make_user()).get(address(campaign) + page).status_code == 404


@pytest.mark.parametrize("page", WORKSHOP)
def test_the_workshop_is_for_facilitators(ctx, noon, client, page):
    campaign = published(facilitator(), first=clock.today() + timedelta(days=4))
    assert sign_in(client, make_user()).get(address(campaign) + page).status_code == 403


@pytest.mark.parametrize("page", [*PUBLIC, *WORKSHOP])
def test_a_facilitator_sees_each_page_of_a_draft(ctx, noon, client, page):
    actor = facilitator()
    url = address(ready(actor)) + page
    sign_in(client, actor).get("/consultations")
    with statements() as sent:
        assert client.get(url).status_code == 200
    assert len(sent) <= 12


def test_the_first_page_answers_the_four_questions(ctx, noon, client):
    campaign = published(facilitator())
    text = client.get(address(campaign)).text
    for words in (
        TEXTS["question"],
        TEXTS["decider"],
        "encore 34 jours",
        TEXTS["purpose"],
        "Avis consultatif",
        "article L.\N{NO-BREAK SPACE}131-1",
        "Écrire une contribution",
        "Sans internet",
    ):
        assert words in text.replace("&#39;", "'")


def test_the_list_tells_apart_what_is_open_and_what_is_awaited(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    assert "Ouvertes aujourd’hui" in client.get("/consultations").text
    with clock.frozen(campaign.closes_at + timedelta(days=12, minutes=1)):
        for page in ("/consultations", address(campaign)):
            assert "Résultats attendus\xa0: terminée depuis 12 jours" in client.get(page).text


def test_results_stand_on_the_first_page(ctx, noon, client):
    campaign = published(facilitator())
    with clock.frozen(campaign.closes_at + timedelta(days=40)):
        campaign.results_words = "Le conseil retient **douze** propositions."
        campaign.move_to(State.RESULTS)
        db.session.commit()
        text = client.get(address(campaign)).text
        assert "<strong>douze</strong>" in text
        assert "Résultats attendus" not in text
        assert "Résultats publiés" in client.get("/consultations").text


def test_the_list_shows_a_facilitator_what_is_in_preparation(ctx, noon, client):
    actor = facilitator()
    draft = ready(actor, title="Un brouillon")
    assert draft.title not in client.get("/consultations").text
    text = sign_in(client, actor).get("/consultations").text
    assert draft.title in text
    assert "Nouvelle consultation" in text


def test_the_list_costs_the_same_with_many(ctx, noon, client):
    actor = facilitator()
    for number in range(8):
        published(actor, title=f"Consultation {number}")
    with statements() as sent:
        assert client.get("/consultations").text.count("card-campaign") == 8
    assert len(sent) <= 6


def test_a_campaign_is_begun_once_however_often_it_is_sent(ctx, noon, client):
    sign_in(client, facilitator())
    typed = {"key": "une-fois", "title": "Le square", "question": "Que planter ?"}
    for _time in range(2):
        reply = client.post("/consultations/nouvelle", data=typed)
        assert (reply.status_code, reply.location) == (303, "/consultations/le-square/modifier")
    assert [campaign.key for campaign in db.session.query(Campaign)] == ["une-fois"]


def test_a_title_that_says_referendum_is_refused_beside_its_field(ctx, noon, client):
    sign_in(client, facilitator())
    reply = client.post("/consultations/nouvelle", data={"title": "Un référendum"})
    assert "réserve ce mot" in reply.text
    assert 'value="Un référendum"' in reply.text


def test_a_resident_begins_no_campaign(ctx, client):
    sign_in(client, make_user())
    assert client.post("/consultations/nouvelle", data={"title": "Non"}).status_code == 403


def test_the_workshop_lists_what_is_missing_with_links(ctx, noon, client):
    actor = facilitator()
    campaign = actions.create(actor, title="Vide")
    commit()
    text = sign_in(client, actor).get("/consultations/vide/atelier").text
    assert "Il manque 11 choses" in text
    assert "/consultations/vide/modifier#decider" in text
    assert "/consultations/vide/modifier/calendrier#propose-first" in text
    assert client.post("/consultations/vide/publier").status_code == 403
    assert refetched(campaign).state == State.DRAFT


def test_texts_are_saved_unfinished(ctx, noon, client):
    actor = facilitator()
    campaign = actions.create(actor, title="Vide")
    commit()
    sign_in(client, actor)
    typed = {
        "title": "Vide",
        "slug": "vide",
        "decider": "Le conseil",
        "moderation": "after",
        "identity": "none",
        "support_limit": "5",
        "hides_counts": "1",
    }
    assert client.post("/consultations/vide/modifier", data=typed).status_code == 303
    campaign = refetched(campaign)
    assert (campaign.decider, campaign.question, campaign.support_limit) == ("Le conseil", "", 5)
    assert (campaign.moderation, campaign.identity, campaign.hides_counts) == (
        "after",
        "none",
        True,
    )


def test_once_open_the_texts_page_offers_only_what_is_free(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    sign_in(client, actor)
    page = f"{address(campaign)}/modifier"
    assert 'name="rules"' not in client.get(page).text
    campaign.presentation = "Un.\n\nDeux."
    commit()
    typed = {"presentation": "Un.\r\n\r\nDeux.", "contact": campaign.contact}
    assert client.post(page, data=typed).status_code == 303  # a browser's ends of lines
    typed = {"presentation": "Mieux dit.", "contact": "02", "rules": "Autres."}
    assert 'id="reason-error"' in client.post(page, data=typed).text
    client.post(page, data={**typed, "reason": "Une coquille."})
    campaign = refetched(campaign)
    assert (campaign.presentation, campaign.rules) == ("Mieux dit.", TEXTS["rules"])
    reply = client.post(page, data={"presentation": "Mieux dit.", "contact": ""})
    assert "Donnez un contact" in reply.text
    text = client.application.test_client().get(address(campaign)).text
    assert "Une coquille." in text
    assert "Deux." in text


def test_once_open_themes_and_places_are_changed_with_a_public_reason(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    sign_in(client, actor)
    themes, places = (f"{address(campaign)}/modifier/{what}" for what in ("themes", "lieux"))
    typed = {}
    for number, theme in enumerate(campaign.themes):
        typed[f"themes-{number}-number"] = theme.id
        typed[f"themes-{number}-title"] = theme.title + " et haies"
    assert "la raison est montrée" in client.post(themes, data=typed).text
    assert client.post(themes, data={**typed, "reason": "Oubli des haies."}).status_code == 303
    away = f"{places}/place-du-marche/retirer"
    assert f'href="{away}"' in client.get(places).text
    assert 'name="reason"' in client.get(away).text
    assert 'id="reason-error"' in client.post(away).text
    assert client.post(away, data={"reason": "Le marché ferme."}).status_code == 303
    visitor = client.application.test_client()
    text = visitor.get(f"{address(campaign)}/regles").text
    assert "Oubli des haies." in text
    assert "Arbres et haies · Bancs et haies" in text
    assert "Le marché ferme." in visitor.get(address(campaign)).text


def test_a_half_typed_calendar_keeps_what_was_typed(ctx, noon, client):
    actor = facilitator()
    campaign = actions.create(actor, title="Vide")
    commit()
    sign_in(client, actor)
    typed = {"propose-last": "2026-07-20", "vote-first": "2026-08-01", "vote-last": "2026-07-30"}
    text = client.post("/consultations/vide/modifier/calendrier", data=typed).text
    assert 'value="2026-07-20"' in text
    assert "Indiquez le premier jour" in text
    assert "Le dernier jour précède le premier" in text
    typed = {"propose-first": "20/06/2026", "propose-last": "2026-07-20", "propose-words": "Oui"}
    assert client.post("/consultations/vide/modifier/calendrier", data=typed).status_code == 303
    (phase,) = refetched(campaign).phases
    assert clock.in_town(phase.opens_at).date().isoformat() == "2026-06-20"
    assert (
        "Ce n’est pas une date"
        in client.post(
            "/consultations/vide/modifier/calendrier", data={"propose-first": "demain"}
        ).text
    )


def test_themes_are_set_line_by_line(ctx, noon, client):
    actor = facilitator()
    campaign = ready(actor)
    trees, benches = campaign.themes
    sign_in(client, actor)
    page = f"{address(campaign)}/modifier/themes"
    typed = {
        "themes-0-number": trees.id,
        "themes-0-title": "Arbres",
        "themes-0-order": "2",
        "themes-1-number": benches.id,
        "themes-1-title": "",
        "themes-2-title": "Eau",
        "themes-2-order": "1",
    }
    assert client.post(page, data=typed).status_code == 303
    assert [theme.title for theme in refetched(campaign).themes] == ["Eau", "Arbres"]
    typed = {"themes-0-title": "Eau", "themes-1-title": "EAU"}
    assert "porte déjà ce nom" in client.post(page, data=typed).text


def test_a_place_is_added_on_the_fly_and_taken_away(ctx, noon, client):
    actor = facilitator()
    campaign = ready(actor)
    sign_in(client, actor)
    page = f"{address(campaign)}/modifier/lieux"
    typed = {"name": "Les Blagis", "kind": "district", "aliases": "Cité des Blagis\n\n"}
    assert client.post(page, data=typed).status_code == 303
    assert "Cité des Blagis" in client.get(page).text
    assert client.post(f"{page}/place-du-marche/retirer").status_code == 303
    assert [place.name for place in refetched(campaign).places] == ["Les Blagis"]
    assert "Indiquez le nom du lieu" in client.post(page, data={"kind": "site"}).text


def test_a_document_is_added_then_taken_away(ctx, noon, client):
    actor = facilitator()
    campaign = actions.create(actor, title="Vide")
    commit()
    sign_in(client, actor)
    page = "/consultations/vide/modifier/dossier"

    def send(data, **typed):
        typed = {"title": "Plan", "file": (io.BytesIO(data), "plan.pdf"), **typed}
        return client.post(page, data=typed, content_type="multipart/form-data")

    assert "ni un PDF, ni une image" in send(b"MZ").text
    assert send(PDF, nature="plan", dated_on="2026-01-12").status_code == 303
    (paper,) = refetched(campaign).documents
    assert (paper.title, paper.nature, paper.dated_on.year) == ("Plan", "plan", 2026)
    assert "Choisissez un fichier" in client.post(page, data={"title": "Plan"}).text
    gone = f"{page}/{paper.id}/retirer"
    assert client.post(gone).status_code == 303
    assert client.get(gone).status_code == 404


def test_a_complete_campaign_is_published_from_its_workshop(ctx, noon, client):
    actor = facilitator()
    campaign = ready(actor)
    sign_in(client, actor)
    assert "La consultation est prête" in client.get(f"{address(campaign)}/atelier").text
    assert client.post(f"{address(campaign)}/publier").status_code == 303
    assert refetched(campaign).state == State.PUBLISHED


def test_the_preview_is_the_page_of_the_first_day(ctx, noon, client):
    actor = facilitator()
    campaign = ready(actor, first=clock.today() + timedelta(days=9))
    text = sign_in(client, actor).get(f"{address(campaign)}/apercu").text
    assert "Aperçu" in text
    assert "Écrire une contribution" in text
    assert "/contributions/nouvelle" not in text


def test_rules_change_in_the_open(ctx, noon, client):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    sign_in(client, actor)
    page = f"{address(campaign)}/regles/changer"
    said = {name: getattr(campaign, name) or "" for name in TEXTS}
    typed = {**said, "title": campaign.title, "moderation": "before", "identity": "email"}
    assert "la raison est montrée" in client.post(page, data=typed).text
    typed |= {"audience": "Dès **11 ans**.", "reason": "Les collégiens l'ont demandé."}
    assert client.post(page, data=typed).status_code == 303
    visitor = client.application.test_client()
    text = visitor.get(f"{address(campaign)}/regles").text
    assert "Les collégiens l&#39;ont demandé." in text
    assert TEXTS["audience"] in text
    assert "Dès <strong>11 ans</strong>." in text
    assert "Les collégiens" in visitor.get(address(campaign)).text
    before = clock.now() - timedelta(days=1)
    with clock.frozen(before):
        assert client.get(page).status_code == 403


def test_more_time_is_given_and_less_is_refused(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    propose = campaign.phases[0]
    sign_in(client, actor)
    page = f"{address(campaign)}/prolonger"
    typed = {"phase": propose.id, "reason": "La poste.", "following": "move"}
    assert "jamais raccourcie" in client.post(page, data={**typed, "last": "2026-06-20"}).text
    typed["last"] = "2026-07-12"
    asked = client.post(page, data=typed).location  # the votes move as well: two people sign
    other = sign_in(client.application.test_client(), make_user(RoleName.ADMINISTRATOR))
    assert other.post(asked).status_code == 303
    assert client.post(page, data=typed).location.endswith("/calendrier")
    text = client.application.test_client().get(f"{address(campaign)}/calendrier").text
    assert "12 juillet 2026" in text
    assert "13 juillet 2026" in text
    assert "La poste." in text


def test_a_campaign_is_copied_once(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    sign_in(client, actor)
    typed = {"key": "copie", "title": "La place, encore", "first": "2027-01-04"}
    for _time in range(2):
        reply = client.post(f"{address(campaign)}/copier", data=typed)
        assert reply.location == "/consultations/la-place-encore/atelier"
    assert "Versez au moins un document" in client.get(reply.location).text


def test_a_campaign_is_cancelled_with_a_reason(ctx, noon, client):
    actor = facilitator()
    campaign = published(actor)
    sign_in(client, actor)
    page = f"{address(campaign)}/annuler"
    assert "la raison est montrée" in client.post(page, data={"reason": " "}).text
    assert client.post(page, data={"reason": "Le terrain est vendu."}).status_code == 303
    visitor = client.application.test_client()
    assert "Le terrain est vendu." in visitor.get(address(campaign)).text
    assert "Annulée" in visitor.get("/consultations").text
    assert client.get(page).status_code == 403


def test_the_poster_gives_the_address_to_eyes_and_telephones(ctx, noon, client):
    campaign = published(facilitator())
    text = client.get(f"{address(campaign)}/affiche").text
    assert "localhost/consultations/la-place" in text
    assert 'class="qr"' in text
    assert "poster-large" in client.get(f"{address(campaign)}/affiche?taille=grande").text


def test_every_text_and_title_is_shown_as_text(ctx, noon, client):
    actor = facilitator()
    campaign = ready(actor, title="<script>1</script>")
    spoilt = {name: f"<script>{name}</script>" for name in TEXTS if name != "legal_nature"}
    actions.edit(actor, campaign, **spoilt)
    actions.publish(actor, campaign)
    commit()
    for page in PUBLIC:
        assert "<script>" not in client.get(address(campaign) + page).text
