"""The pages: a file is handed in, looked at, confirmed, followed; what was refused comes out."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from consult.campaigns.models import State
from consult.contributions.models import Contribution
from consult.core.db import db
from consult.imports.models import Import, Step
from consult.people.models import RoleName
from consult.posts.models import Status
from tests.counting import statements
from tests.factories import make_campaign, make_user, sign_in
from tests.imports.bringing import DATA, bring, hand_in, table, work

FILE = (DATA / "contributions.csv").read_bytes()
ODD = "numéro,propos\n1,Des bancs au parc. À l'ombre.\n2,Des arbres.\n".encode()


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign(slug="square")


@pytest.fixture
def facilitator(campaign, client):
    sign_in(client, person := make_user(RoleName.FACILITATOR))
    return person


def post(client, data=FILE, name="avis.csv", **more):
    form = {"file": (BytesIO(data), name), **more}
    return client.post("/consultations/square/import", data=form)


def importing():
    db.session.rollback()
    return db.session.scalar(sa.select(Import).order_by(Import.id.desc()))


def number(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_from_a_file_to_the_report(client, facilitator):
    answer = post(client)
    assert answer.status_code == 303
    preview = client.get(answer.location)
    assert "Un kiosque à musique" in preview.text
    assert "Rien n’est encore enregistré." in preview.text
    assert "La même référence figure déjà à la ligne 3." in preview.text
    assert number(Contribution) == 0
    one = importing()
    answer = client.post(
        f"/consultations/square/import/{one.id}/confirmer", data={"then": "publish"}
    )
    assert answer.status_code == 303
    waiting = client.get(answer.location)
    assert "Il commence dans quelques secondes." in waiting.text
    assert "Actualiser" in waiting.text
    assert "data-poll" in waiting.text
    work()
    assert importing().step == Step.DONE
    done = client.get(answer.location)
    assert "data-poll" not in done.text
    assert "La ligne n’a ni titre ni texte." in done.text
    assert set(db.session.scalars(sa.select(Contribution.status))) == {Status.PUBLISHED}
    db.session.rollback()
    rows = client.get(f"/consultations/square/import/{one.id}/lignes-refusees.csv", buffered=True)
    assert rows.mimetype == "text/csv"
    lines = rows.text.lstrip("\ufeff").splitlines()
    assert lines[0] == "Ligne;Référence;Raison;Commentaires;Votes"
    assert lines[1] == "4;3;La ligne n’a ni titre ni texte.;0;0"
    assert len(lines) == 4
    assert "avis.csv" in client.get("/consultations/square/import").text


def test_columns_are_corrected_before_anything_is_written(client, facilitator):
    answer = post(client, ODD)
    preview = client.get(answer.location)
    assert "Aucune colonne ne contient de titre" in preview.text
    assert "Importer ce fichier" not in preview.text
    one = importing()
    chosen = {"format": "table", "ref": "numéro", "body": "propos"}
    empty = dict.fromkeys(("title", "author", "theme", "place", "created_at", "published"), "")
    columns = f"/consultations/square/import/{one.id}/colonnes"
    assert client.post(columns, data=chosen | empty).status_code == 303
    preview = client.get(answer.location)
    assert "Des bancs au parc" in preview.text
    assert "Importer ce fichier" in preview.text
    assert importing().columns == {"body": "propos", "author": ""}
    wrong = client.post(columns, data=chosen | empty | {"body": "absente"})
    assert wrong.status_code == 200
    assert "à corriger" in wrong.text
    client.post(f"/consultations/square/import/{one.id}/confirmer", data={"then": "read"})
    work()
    assert set(db.session.scalars(sa.select(Contribution.status))) == {Status.PENDING}


def test_a_file_that_is_no_table(client, facilitator):
    answer = post(client, b"%PDF-1.7 ...", "plan.pdf")
    assert answer.status_code == 200
    assert "n’est pas un tableau" in answer.text
    assert "Choisissez un fichier." in client.post("/consultations/square/import", data={}).text
    assert number(Import) == 0


def test_a_form_sent_twice_is_one_import(client, facilitator):
    first, second = (post(client, key="one-and-the-same") for _ in range(2))
    assert first.location == second.location
    assert number(Import) == 1


def test_confirming_twice_is_confirming_once(client, facilitator):
    post(client)
    address = f"/consultations/square/import/{importing().id}/confirmer"
    for _ in range(2):
        assert client.post(address, data={"then": "publish"}).status_code == 303
    work()
    assert number(Contribution) == 3


def test_giving_up_deletes_the_file(client, facilitator):
    post(client)
    path = importing().file.path
    assert path.exists()
    answer = client.post(f"/consultations/square/import/{importing().id}/abandonner")
    assert answer.status_code == 303
    assert not path.exists()
    assert number(Import) == 0


def test_a_file_handed_in_twice_is_kept_while_one_needs_it(client, facilitator):
    post(client)
    first = importing()
    post(client)
    client.post(f"/consultations/square/import/{importing().id}/abandonner")
    assert first.file.path.exists()


def test_the_guarantor_reads_and_changes_nothing(client, campaign):
    one = hand_in(campaign, FILE)
    sign_in(client, make_user(RoleName.GUARANTOR))
    address = f"/consultations/square/import/{one.id}"
    assert "garant" in client.get("/consultations/square/import").text
    preview = client.get(f"{address}/apercu")
    assert preview.status_code == 200
    assert "Importer ce fichier" not in preview.text
    assert post(client).status_code == 403
    for act in ("confirmer", "abandonner", "colonnes"):
        assert client.post(f"{address}/{act}", data={"then": "publish"}).status_code == 403
    assert importing().step == Step.PREPARED


def test_nobody_else_sees_anything(client, campaign):
    one = bring(campaign, FILE)
    pages = [f"/consultations/square/import{rest}" for rest in ("", f"/{one.id}", "/1/apercu")]
    pages.append(f"/consultations/square/import/{one.id}/lignes-refusees.csv")
    for page in pages:
        assert client.get(page).status_code == 303  # to the sign-in page
    sign_in(client, make_user())
    for page in pages:
        assert client.get(page).status_code == 403


def test_what_comes_into_a_campaign_in_preparation_is_not_public_yet(client, ctx, noon):
    draft = make_campaign(published=False)
    bring(draft, table(("1", "Un kiosque", "À musique.")))
    brought = db.session.scalar(sa.select(Contribution.id))
    db.session.rollback()
    assert client.get(f"/contributions/{brought}").status_code == 404
    assert f"/contributions/{brought}" not in client.get("/recherche?q=kiosque").text
    for page in ("/", "/flux.atom"):
        assert "Un kiosque" not in client.get(page).text
    db.session.get(type(draft), draft.id).move_to(State.PUBLISHED)
    db.session.commit()
    assert f"/contributions/{brought}" in client.get("/recherche?q=kiosque").text


def test_an_import_of_another_campaign_is_not_here(client, facilitator):
    other = hand_in(make_campaign(), FILE)
    assert client.get(f"/consultations/square/import/{other.id}").status_code == 404


def test_a_report_asks_little(client, facilitator, campaign):
    rows = [(n, "" if n % 2 else f"Idée {n}", "") for n in range(300)]
    one = bring(campaign, table(*rows))
    with statements() as asked:
        page = client.get(f"/consultations/square/import/{one.id}")
    assert "Seuls les 50 premiers" in page.text
    assert len(asked) <= 12
