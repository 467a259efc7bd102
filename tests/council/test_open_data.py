"""Deliberations as open data: the columns of SCDL, what is unknown left empty."""

import csv
import io
import json
import re

import frictionless

from consult.council import actions as council
from consult.council import carrying, queries
from consult.journal.actions import commit
from tests.council.making import SIRET, clerk, in_force, make_act, make_assembly
from tests.council.test_carrying import ACT
from tests.engagements.making import make_plan, published
from tests.factories import sign_in

VOTES = ("VOTE_EFFECTIF", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION")
ADDRESS = "/open-data/deliberations.csv"


def read(client) -> list[dict[str, str]]:
    reply = client.get(ADDRESS)
    assert reply.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(reply.text)))


def carried_and_completed(actor):
    """A deliberation of a printed document, of which nobody said how it was voted."""
    _report, act = carrying.report_and_act(ACT, "n2")
    council.set_up(actor, act.chamber, collectivity="Département des Ports", siret=SIRET)
    council.complete(actor, act, matter_code="8.5", matter="Politique de la ville")
    commit()
    return act


def test_every_column_stands_in_its_place(ctx, noon, client):
    actor = clerk()
    act = in_force(actor)
    (row,) = read(client)
    assert tuple(row) == queries.SCDL
    assert row["COLL_SIRET"] == SIRET
    assert row["DELIB_ID"] == "2026-41"
    assert row["DELIB_DATE"] == row["PREF_DATE"] == "2026-06-12"
    assert [row[name] for name in VOTES] == ["11", "8", "8", "0", "0"]
    assert row["DELIB_URL"].endswith(f"/actes/{act.id}")


def test_empty_is_not_zero(ctx, client):
    carried_and_completed(clerk())
    (row,) = read(client)
    assert row["DELIB_DATE"] == "2025-03-03"
    assert [row[name] for name in VOTES] == [""] * 5
    assert (row["PREF_ID"], row["PREF_DATE"]) == ("", "")


def test_what_the_format_wants_and_nobody_said_keeps_a_line_out(ctx, client):
    _report, act = carrying.report_and_act(ACT, "n2")
    commit()
    assert read(client) == []
    missing = queries.missing_for_open_data(act)
    assert missing == ["COLL_NOM", "COLL_SIRET", "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM"]
    assert queries.kept_out() == [act]


def test_a_draft_is_no_open_data(ctx, client):
    actor = clerk()
    make_act(actor, make_assembly(actor), number="2026-1")
    assert read(client) == []


def test_the_lines_hold_what_the_schema_asks(ctx, noon, client):
    """The demands of the schema that a fresh clone can check by itself."""
    actor = clerk()
    in_force(actor)
    carried_and_completed(actor)
    rows = read(client)
    assert len(rows) == 2
    wanted = ("COLL_NOM", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_NOM", "DELIB_OBJET")
    for row in rows:
        assert all(row[name] for name in wanted)
        assert re.fullmatch(r"\d{14}", row["COLL_SIRET"])
        assert re.fullmatch(r"\d\.\d{1,2}", row["DELIB_MATIERE_CODE"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["DELIB_DATE"])
        assert len({bool(row[name]) for name in VOTES}) == 1  # all five, or none
        if row["VOTE_REEL"]:
            said = [int(row[name]) for name in VOTES]
            assert said[0] >= said[1] == sum(said[2:])


def test_the_file_answers_to_the_national_schema(ctx, noon, client, shared_data, tmp_path):
    actor = clerk()
    in_force(actor)
    carried_and_completed(actor)
    schema = shared_data("schemas/scdl/deliberations/latest/schema.json")
    file = tmp_path / "deliberations.csv"
    file.write_bytes(client.get(ADDRESS).data)
    described = frictionless.Schema.from_descriptor(json.loads(schema.read_text()))
    with frictionless.system.use_context(trusted=True):
        report = frictionless.Resource(str(file), schema=described).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert report.tasks[0].stats["rows"] == 2


def test_an_act_that_adopted_a_plan_can_join_the_file(ctx, noon, client):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    assembly = make_assembly(actor)
    typed = {"number": "2026-12", "matter_code": "8.5", "matter": "Politique de la ville"}
    page = f"/actes/{plan.act_id}/completer"
    assert assembly.name in sign_in(client, actor).get(page).text
    assert client.post(page, data={**typed, "chamber": str(assembly.id)}).status_code == 303
    (row,) = read(client)
    assert (row["COLL_SIRET"], row["DELIB_ID"]) == (SIRET, "2026-12")
    assert [row[name] for name in VOTES] == [""] * 5
