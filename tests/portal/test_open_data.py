"""The tables of the site: an address each, an open licence, columns that say what they hold."""

import csv
import io

import pytest
from frictionless import Resource, Schema

from consult.core.db import db
from consult.engagements.models import Plan
from consult.journal.actions import commit
from consult.portal.opendata import DATASETS
from tests.council.making import clerk, in_force

# Where the demonstration is told already: telling it takes longer than asking of it.
pytestmark = pytest.mark.xdist_group("demonstration")


def table(client, name):
    reply = client.get(f"/open-data/{name}.csv")
    assert reply.status_code == 200
    assert reply.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(reply.text)))


@pytest.mark.parametrize("name", ["plan", "actions", "indicateurs"])
def test_each_table_is_what_its_schema_says(name, demo):
    judge(demo.test_client(), name)


def test_the_table_of_deliberations_is_what_its_schema_says(client, ctx):
    in_force(clerk())
    commit()
    judge(client, "deliberations")


def judge(client, name):
    schema = client.get(f"/open-data/{name}.schema.json").get_json()
    assert schema["licenses"][0]["name"] == "etalab-2.0"
    assert all(field["description"] for field in schema["fields"])
    data = client.get(f"/open-data/{name}.csv").get_data()
    assert data.count(b"\n") > 1, "a judge finds nothing wrong in an empty table"
    wanted = Schema.from_descriptor({"fields": schema["fields"], "missingValues": [""]})
    report = Resource(data, format="csv", schema=wanted).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])


def test_what_nobody_said_is_empty_never_zero(demo):
    actions = table(demo.test_client(), "actions")
    blagis = [row for row in actions if row["plan"] == "plan-d-action-pour-le-quartier-des-blagis"]
    assert len(blagis) == 31
    unknown = [row for row in blagis if not row["statut"]]
    assert (len(unknown), {row["statut_connu"] for row in unknown}) == (25, {"0"})
    assert {row["statut"] for row in blagis} == {"", "done"}
    (plan,) = {
        (row["acte_date"], row["acte_numero"])
        for row in table(demo.test_client(), "plan")
        if row["plan"] == "plan-d-action-pour-le-quartier-des-blagis"
    }
    assert plan == ("2021-10-16", "")


def test_a_plan_nobody_published_is_in_no_table(client, ctx):
    db.session.add(Plan(slug="en-preparation", title="En préparation"))
    db.session.commit()
    for name in ("plan", "actions"):
        assert table(client, name) == []


def test_the_first_address_of_the_deliberations_leads_to_the_table(client):
    reply = client.get("/actes/deliberations.csv")
    assert (reply.status_code, reply.location) == (301, "/open-data/deliberations.csv")


def test_the_page_names_every_table_and_its_licence(demo):
    page = demo.test_client().get("/open-data").text
    assert "Licence Ouverte 2.0" in page
    for name, one in DATASETS.items():
        assert f"/open-data/{name}.csv" in page
        assert all(field.name in page for field in one.fields)
