"""The site itself: its settings, its legal pages, its declaration, and who may change them."""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.portal import actions, legal, rules
from consult.portal.models import Audit, Site
from tests.factories import make_user, sign_in
from tests.portal.making import text_of

PAGE = "/administration/reglages"
SETTINGS = {
    "name": "Sceaux",
    "tagline": "La ville en débat",
    "colour": "#7a1f3d",
    "contact_email": "bonjour@sceaux.example.fr",
    "contact_phone": "01 23 45 67 89",
    "contact_postal": "1 place de la Mairie\n92330 Sceaux",
}
TEXTS = dict.fromkeys(legal.TITLES, "")


@pytest.fixture
def administrator(ctx, noon):
    return make_user(RoleName.ADMINISTRATOR)


@pytest.fixture
def admin(client, administrator):
    return sign_in(client, administrator)


def change(admin, **changed):
    return admin.post(PAGE, data={**SETTINGS, **TEXTS, **changed})


def test_an_administrator_gives_the_site_its_name_and_contact(admin, client):
    assert change(admin).status_code == 303
    words = text_of(client.get("/"))
    assert "Sceaux" in words
    assert "bonjour@sceaux.example.fr" in words
    contact = text_of(client.get("/pages/contact"))
    assert "01 23 45 67 89" in contact
    assert "92330 Sceaux" in contact
    event = db.session.scalars(sa.select(Event).filter_by(name="portal.change_settings")).one()
    assert set(event.data["changed"]) == set(SETTINGS)
    assert "Sceaux" not in str(event.data)


@pytest.mark.parametrize("role", [None, RoleName.FACILITATOR, RoleName.COUNCIL, RoleName.GUARANTOR])
def test_nobody_else_may(client, ctx, noon, role):
    user = make_user(*([role] if role else []))
    with pytest.raises(Refused):
        rules.change_settings(user)
    with pytest.raises(Refused):
        rules.record_audit(user)
    assert sign_in(client, user).get(PAGE).status_code == 403
    assert change(client).status_code == 403
    assert client.get("/accessibilite/audits/nouveau").status_code == 403


def test_a_visitor_is_asked_to_sign_in(client, noon, ctx):
    assert "/connexion" in client.get(PAGE).headers["Location"]


def test_a_colour_too_light_is_refused_with_its_ratio(admin):
    reply = change(admin, colour="#ffcc00")
    words = text_of(reply).replace("\xa0", " ")
    assert "le contraste de cette couleur est de 1,37 pour 1 ; il en faut au moins 4,5" in words
    assert 'aria-invalid="true"' in reply.text
    assert db.session.get(Site, 1) is None


def test_the_action_refuses_it_too(administrator):
    with pytest.raises(Refused):
        actions.change_settings(
            administrator,
            **{**SETTINGS, "colour": "#ffcc00"},
            texts={},
        )


def test_the_colour_reaches_every_page(admin, client):
    assert "/theme.css" not in client.get("/").text
    change(admin)
    assert '<link rel="stylesheet" href="/theme.css?v=7a1f3d">' in client.get("/").text
    sheet = client.get("/theme.css?v=7a1f3d")
    assert sheet.text.strip() == ":root{--town:#7a1f3d}"
    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]


def picture(size=(900, 300)) -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", size, (18, 73, 90)).save(stream, "PNG")
    stream.seek(0)
    return stream


def test_a_logo_is_drawn_again_and_needs_words(admin, client):
    bare = change(admin, logo=(picture(), "logo.png"))
    assert "Dites en quelques mots ce que montre le logo" in text_of(bare)
    reply = change(admin, logo=(picture(), "logo.png"), logo_alternative="Ville de Sceaux")
    assert reply.status_code == 303
    home = client.get("/")
    address = home.text.partition('rel="icon" href="')[2].partition('"')[0]
    with client.get(address) as served:
        assert served.mimetype == "image/webp"
        assert Image.open(io.BytesIO(served.data)).size == (400, 133)
    change(admin, logo_alternative="Ville de Sceaux")
    assert address in client.get("/").text
    change(admin, removes_logo="y")
    assert address not in client.get("/").text
    assert client.get(address).status_code == 404


def test_a_text_is_no_logo(admin):
    reply = change(admin, logo=(io.BytesIO(b"<svg>"), "logo.svg"), logo_alternative="Sceaux")
    assert reply.status_code == 200
    assert 'aria-invalid="true"' in reply.text


def test_each_legal_page_stands_from_the_first_day(client, noon, ctx):
    for page, address in legal.ADDRESSES.items():
        for language in ("fr", "en"):
            reply = client.get(f"/pages/{address}?lang={language}")
            assert reply.status_code == 200
            assert len(text_of(reply)) > 400, page
    assert client.get("/pages/autre").status_code == 404


def test_what_the_town_must_fill_is_marked(client, noon, ctx):
    words = text_of(client.get("/pages/mentions")).replace("\xa0", " ")
    assert "Cette page est à compléter" in words
    assert "[À compléter : prénom, nom et fonction" in words
    assert "Dernière mise à jour : 21 novembre 2026" in words
    assert "Cette page est à compléter" not in text_of(client.get("/pages/conditions"))


def test_the_charter_gives_the_grounds_of_moderation(client, noon, ctx):
    words = text_of(client.get("/pages/charte"))
    assert "Les seuls motifs" in words
    assert "Haine ou discrimination" in words


def test_a_text_of_the_town_takes_its_place_with_its_date(admin, client, noon):
    change(admin, notice="## Éditeur\n\nLa ville de %(site)s, <script>alert(1)</script>")
    reply = client.get("/pages/mentions")
    words = text_of(reply)
    assert "La ville de Sceaux," in words
    assert "Dernière mise à jour : 15 juin 2026" in words.replace("\xa0", " ")
    assert "<script>alert" not in reply.text
    assert "<h2>Éditeur</h2>" in reply.text
    with clock.frozen(noon + timedelta(days=9)):
        change(admin, notice="## Éditeur\n\nLa ville de %(site)s, <script>alert(1)</script>")
        assert "15 juin 2026" in text_of(client.get("/pages/mentions"))
        change(admin, notice="Autre chose.")
        assert "24 juin 2026" in text_of(client.get("/pages/mentions"))
        change(admin, notice="")
        assert "21 novembre 2026" in text_of(client.get("/pages/mentions"))


def test_the_form_shows_the_texts_of_the_first_day_and_does_not_keep_them(admin):
    form = admin.get(PAGE)
    assert "Ce site sert à une chose" in form.text
    change(admin, charter=legal.first_words("charter", "fr").replace("\n", "\r\n"))
    assert db.session.get(Site, 1).texts == {}


def test_without_an_audit_the_site_is_not_compliant(client, noon, ctx):
    words = text_of(client.get("/accessibilite"))
    assert "Ce site est non conforme." in words
    assert "Défenseur des droits" in words
    assert "Accessibilité : non conforme" in text_of(client.get("/")).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("met", "said", "status"),
    [
        (50, "totalement conforme", "full"),
        (25, "partiellement conforme", "partial"),
        (24, "non conforme", "none"),
        (0, "non conforme", "none"),
    ],
)
def test_the_declaration_is_computed_from_the_audit(admin, client, met, said, status):
    reply = admin.post(
        "/accessibilite/audits/nouveau",
        data={
            "on": "2026-06-01",
            "auditor": "Le cabinet d'en face",
            "criteria_met": met,
            "criteria_applicable": 50,
            "failures": "- Les vidéos n'ont pas de sous-titres.",
            "exemptions": "",
        },
    )
    assert reply.status_code == 303
    words = text_of(client.get("/accessibilite")).replace("\xa0", " ")
    assert f"Ce site est {said}." in words
    assert f"L’audit du 1er juin 2026, réalisé par Le cabinet d'en face, montre que {met}" in words
    assert f"soit {2 * met} %" in words
    assert "Les vidéos n'ont pas de sous-titres." in words
    assert f"Accessibilité : {said}" in text_of(client.get("/")).replace("\xa0", " ")
    event = db.session.scalars(sa.select(Event).filter_by(name="portal.record_audit")).one()
    assert event.data == {"on": "2026-06-01", "met": met, "applicable": 50}


def test_the_latest_audit_counts(administrator, client):
    for met in (10, 60):
        actions.record_audit(
            administrator,
            on=date(2026, 6, 1),
            auditor="Nous",
            criteria_met=met,
            criteria_applicable=60,
        )
        commit()
    assert "totalement conforme" in text_of(client.get("/accessibilite"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"criteria_met": "51"},
        {"criteria_applicable": "0"},
        {"on": "2026-06-16"},
        {"on": "hier"},
        {"auditor": " "},
    ],
)
def test_an_audit_that_makes_no_sense_is_refused_beside_its_field(admin, wrong):
    data = {"on": "2026-06-01", "auditor": "A", "criteria_met": "1", "criteria_applicable": "50"}
    reply = admin.post("/accessibilite/audits/nouveau", data={**data, **wrong})
    assert reply.status_code == 200
    assert 'aria-invalid="true"' in reply.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Audit)) == 0
