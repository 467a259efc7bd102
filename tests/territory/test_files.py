"""Perimeters as the open-data portals give them: read line by line, brought in once."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from consult.cli import main
from consult.core.db import db
from consult.core.tables import TableError
from consult.journal.actions import commit
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.territory import actions, files, queries
from consult.territory.models import Perimeter, Place, PlaceKind
from tests.factories import make_user, sign_in

OWN = Path(__file__).resolve().parent.parent / "data" / "quartiers.csv"
OCCITANIE = "territory-qpv/qpv2015_occitanie.geojson"
SQUARE = [[2.0, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.0]]


def csv(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def collection(*features: dict) -> io.BytesIO:
    return io.BytesIO(json.dumps({"type": "FeatureCollection", "features": features}).encode())


def brought(file=OWN, **how):
    found = files.read(file)
    assert found.faults == []
    done = actions.import_places(make_user(RoleName.COUNCIL), found.places, **how)
    commit()
    return done


def test_a_table_of_districts_comes_in_with_its_communes_and_outlines(ctx):
    done = brought(since=date(2024, 1, 1), source="data.gouv.fr, 2024")
    assert (done.created, done.changed, done.unchanged, done.redrawn) == (3, 0, 0, 1)
    shown = queries.map_on(date(2024, 1, 1))
    port = queries.place_named("Le Port")
    assert (port.qpv, port.valid_from) == ("QN09901A", date(2024, 1, 1))
    assert [one.insee for one in shown.communes_of(port)] == ["99001", "99002"]
    perimeter = db.session.scalars(sa.select(Perimeter)).one()
    assert (perimeter.code, perimeter.source) == ("QN09901A", "data.gouv.fr, 2024")


def test_two_districts_of_one_name_are_told_apart_by_their_commune(ctx):
    brought()
    names = sorted(place.name for place in queries.places("centre"))
    assert names == ["Centre", "Centre (Corval)"]
    assert queries.place_named("qn09903c").name == "Centre (Corval)"


def test_the_same_file_twice_changes_nothing(ctx):
    brought(since=date(2024, 1, 1))
    events = db.session.scalar(sa.select(sa.func.count(Event.id)))
    done = brought(since=date(2024, 1, 1))
    assert (done.created, done.changed, done.unchanged) == (0, 0, 3)
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == events


def test_a_new_outline_keeps_the_one_before_and_both_codes_lead_there(ctx):
    old = "QP099001;Le Port;Aubes;99001;" + json.dumps(
        {"type": "Polygon", "coordinates": [SQUARE]}
    ).replace('"', '""').join('""')
    header = "code_qp;nom_qp;nom_commune;code_commune;geo_shape"
    brought(csv(header, old), since=date(2015, 1, 1))
    port = queries.place_named("Le Port")
    assert port.qpv == "QP099001"
    new = collection(
        {
            "type": "Feature",
            "properties": {"code_qp": "QN09901A", "lib_qp": "Le Port", "nom_commune": "Aubes"},
            "geometry": {"type": "Polygon", "coordinates": [[[x + 1, y] for x, y in SQUARE]]},
        }
    )
    done = brought(new, since=date(2024, 1, 1))
    assert (done.created, done.changed, done.redrawn) == (0, 1, 1)
    assert port.qpv == "QN09901A"
    assert queries.place_named("QP099001") is port
    former, present = queries.perimeters_with_points(port)
    assert (former.valid_to, present.valid_from) == (date(2023, 12, 31), date(2024, 1, 1))
    drawn = queries.outlines([port.id], date(2020, 1, 1))[port.id]
    assert drawn.geometry["coordinates"] == [SQUARE]


def test_municipalities_come_in_by_themselves(ctx):
    found = collection(
        {"type": "Feature", "properties": {"code_commune": "99001", "nom_commune": "Aubes"}}
    )
    brought(found)
    town = queries.place_named("Aubes")
    assert (town.kind, town.insee) == (PlaceKind.COMMUNE, "99001")


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["code_qp,lib_qp", "QX1,Le Port"], 2),
        (["code_qp,lib_qp", "QN09901A,"], 2),
        (["code_qp,lib_qp,insee_com", "QN09901A,Le Port,9"], 2),
        (["code_qp,lib_qp", "QN09901A,A", "QN09901A,B"], 3),
        (["code_qp,lib_qp,geo_shape", "QN09901A,A,nulle part"], 2),
        (["code_qp,lib_qp,commune,insee_com", 'QN09901A,A,"X, Y",99001'], 2),
    ],
)
def test_a_faulty_line_is_named(ctx, lines, line):
    assert [fault.line for fault in files.read(csv(*lines)).faults] == [line]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b'{"type": "Point"}', b'{"a": '])
def test_what_is_no_file_of_places_is_refused(ctx, data):
    with pytest.raises(TableError):
        files.read(io.BytesIO(data))


def test_numbers_of_companies_are_checked():
    assert files.is_siren("219200714")
    assert not files.is_siren("219200715")
    assert not files.is_siren("21920071")


def test_a_clerk_tries_a_file_then_brings_it_in(ctx, client):
    sign_in(client, make_user(RoleName.COUNCIL))

    def send(**typed):
        with OWN.open("rb") as file:
            return client.post("/lieux/importer", data={"file": (file, "quartiers.csv"), **typed})

    assert "3 nouveaux lieux" in send(is_trial="y").text
    assert db.session.scalar(sa.select(sa.func.count(Place.id))) == 0
    assert send(since="2024-01-01").location == "/lieux"
    text = client.get("/lieux").text
    assert "3 nouveaux lieux" in text
    assert "Le Port" in text
    assert "<svg" in text
    faulty = {"file": (csv("code_qp,lib_qp", "QX1,Le Port"), "faux.csv")}
    text = client.post("/lieux/importer", data=faulty).text
    assert "rien n’a été écrit" in text
    assert "QX1" in text
    assert "Choisissez un fichier" in client.post("/lieux/importer", data={}).text


def test_a_clerk_draws_a_place_and_takes_a_wrong_outline_away(ctx, client):
    sign_in(client, make_user(RoleName.COUNCIL))
    Place.new("Le Port")
    commit()
    page = "/lieux/le-port/contour"
    assert "collez son texte" in client.post(page, data={}).text
    reply = client.post(page, data={"text": '{"type": "Point", "coordinates": [652000, 6862000]}'})
    assert "WGS 84" in reply.text
    assert "652000" in reply.text
    shape = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
    assert client.post(page, data={"text": shape, "source": "Cadastre"}).status_code == 303
    text = client.get("/lieux/le-port").text
    assert 'class="area own"' in text
    assert "Cadastre" in text
    perimeter = db.session.scalars(sa.select(Perimeter)).one()
    assert client.post(f"{page}/{perimeter.id}/retirer").status_code == 303
    assert 'class="area own"' not in client.get("/lieux/le-port").text


def test_what_is_taken_away_can_be_brought_in_elsewhere(ctx, client):
    brought(since=date(2024, 1, 1))
    table = client.get("/lieux.csv?au=2024-01-01&type=priority")
    assert table.mimetype == "text/csv"
    lines = table.text.lstrip("\ufeff").splitlines()
    assert len(lines) == 4
    assert "Le Port" in lines[-1]
    assert '"Aubes, Bréval","99001, 99002"' in lines[-1]
    drawn = client.get("/lieux.geojson?au=2024-01-01&type=priority")
    assert drawn.mimetype == "application/geo+json"
    found = files.read(io.BytesIO(drawn.data))
    assert found.faults == []
    assert {one.code for one in found.places} == {"QN09901A", "QN09902B", "QN09903C"}
    assert brought(io.BytesIO(drawn.data), since=date(2024, 1, 1)).unchanged == 3
    assert client.get("/lieux.geojson?au=2023-12-31&type=priority").json["features"] == []


def test_the_districts_of_haute_garonne(ctx, shared_data, client):
    done = brought(shared_data(OCCITANIE), since=date(2015, 1, 1), source="2015")
    assert (done.created, done.redrawn) == (19, 19)
    assert brought(shared_data(OCCITANIE), since=date(2015, 1, 1)).unchanged == 19
    assert sum(one.kind == PlaceKind.PRIORITY for one in queries.places()) == 19
    brought(shared_data("territory-qpv/communes.geojson"))
    text = client.get("/lieux?dans=toulouse").text
    assert text.count("<circle") == text.count('class="map-number"') == 12
    assert "Grand Mirail" in text


def test_the_same_on_the_command_line(ctx, tmp_path):
    def run(*words: str):
        db.session.rollback()
        done = CliRunner().invoke(main, ["import", "places", *words])
        db.session.rollback()
        return done

    done = run(str(OWN), "--since", "2024-01-01", "--source", "data.gouv.fr", "--json")
    assert json.loads(done.output)["created"] == 3
    assert queries.place_named("Le Port").valid_from == date(2024, 1, 1)
    assert json.loads(run(str(OWN), "--since", "2024-01-01", "--json").output)["unchanged"] == 3
    faulty = tmp_path / "faux.csv"
    faulty.write_text("code_qp,lib_qp\nQX1,Le Port\n")
    done = run(str(faulty))
    assert done.exit_code == 1
    assert "QX1" in done.output
