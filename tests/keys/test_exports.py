"""R11 and 6: a whole campaign leaves by two hands, never by an elected one; the log keeps it."""

import io
import zipfile

import pytest

from consult.core.db import db
from consult.journal.models import Event
from consult.keys.models import BulkExport, Countersign
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.factories import make_campaign, make_contribution, make_user, sign_in

LOG = "/administration/exports"


@pytest.fixture
def campaign(ctx, noon):
    campaign = make_campaign(title="La place")
    make_contribution(campaign, title="Des bancs bleus", receipt="BANCS22345")
    make_contribution(campaign, Status.PENDING, title="Encore à lire")
    make_contribution(campaign, Status.RESTRICTED, title="Propos scellés", receipt="SCEAU22345")
    make_contribution(campaign, Status.DRAFT, title="Un brouillon")
    return campaign


def test_the_whole_leaves_once_another_has_signed(campaign, app):
    asker, signer = make_user(RoleName.FACILITATOR), make_user(RoleName.ADMINISTRATOR)
    one, other = (sign_in(app.test_client(), user) for user in (asker, signer))
    page = f"/consultations/{campaign.slug}/export-complet"
    assert page in one.get(f"/consultations/{campaign.slug}/atelier").get_data(as_text=True)
    said = {"export_for": "Versement aux archives."}
    reply = one.post(page, data=said)
    asked = db.session.scalars(db.select(Countersign)).one()
    assert reply.location == f"/administration/signatures/{asked.id}"
    assert db.session.scalar(db.select(db.func.count(BulkExport.id))) == 0
    assert "Versement aux archives." in other.get(reply.location).get_data(as_text=True)
    other.post(reply.location)
    assert page in one.get(reply.location).get_data(as_text=True)
    assert "Versement" in one.get(f"{page}?signature={asked.id}").get_data(as_text=True)
    file = one.post(page, data=said)
    assert file.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as whole:
        words = whole.read("contributions.csv").decode("utf-8-sig")
        assert {"commentaires.csv", "decisions.csv"} < set(whole.namelist())
    assert "Des bancs bleus" in words
    assert "Encore à lire" in words
    assert "Propos scellés" not in words
    for receipt in ("BANCS22345", "SCEAU22345"):
        assert receipt not in words, "the number alone opens these words, and acts for them"
    assert "brouillon" not in words
    kept = db.session.scalars(db.select(BulkExport)).one()
    assert (kept.by_id, kept.signed_by_id, kept.rows) == (asker.id, signer.id, 3)
    event = db.session.scalars(db.select(Event).filter_by(name="answers.export_complete")).one()
    assert event.data == {"rows": 3}
    assert one.post(page, data=said).status_code == 303, "a signature is good once"
    for role in (RoleName.GUARANTOR, RoleName.ADMINISTRATOR):
        reader = sign_in(app.test_client(), make_user(role))
        assert "La place" in reader.get(LOG).get_data(as_text=True)


@pytest.mark.parametrize(
    "roles",
    [
        (RoleName.COUNCIL,),
        (RoleName.COUNCIL, RoleName.ADMINISTRATOR),
        (RoleName.GUARANTOR,),
        (),
    ],
)
def test_elected_accounts_and_strangers_take_nothing(campaign, client, roles):
    sign_in(client, make_user(*roles))
    page = f"/consultations/{campaign.slug}/export-complet"
    assert client.get(page).status_code == 403
    assert client.post(page, data={"export_for": "Une lettre."}).status_code == 403


def test_the_desk_s_own_list_names_no_participant(campaign, client):
    author = make_user(pseudonym="Camille du Môle")
    named = make_contribution(campaign, title="Un kiosque", author=author)
    receipt = named.receipt
    sign_in(client, make_user(RoleName.COUNCIL))
    file = client.get(f"/consultations/{campaign.slug}/export.csv?etat=all")
    words = file.get_data(as_text=True)
    assert "titre" in words
    assert "Camille" not in words
    assert receipt not in words


def test_facilitators_do_not_read_the_log(campaign, client):
    sign_in(client, make_user(RoleName.FACILITATOR))
    assert client.get(LOG).status_code == 403
