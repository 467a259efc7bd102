"""A plan written as a table is read row by row; what cannot be taken is told with its reference."""

import io

import pytest

from consult.core.tables import TableError
from consult.engagements.models import Action, Plan
from consult.journal.actions import commit
from consult.sources import actions, queries, reading, tables
from tests.engagements.making import clerk
from tests.factories import sign_in

OWN = """Réf;Titre de l'action;Axe;État;Échéance;Direction pilote;Lieu;Description
A1;Planter le quai;Ombre;en cours;2027-03;Espaces verts;Quai Est;<p>Des <b>tilleuls</b>.</p>
A2;Ouvrir la halle;Commerce;FIN;;;;
A2;Encore la halle;Commerce;;;;;
A3;;Ombre;;;;;
"""


def table(text=OWN, **how):
    return tables.read(io.BytesIO(text.encode()), "plan.csv", title="Plan du port", **how)


def test_the_columns_are_found_by_what_they_are_called(ctx):
    assert table().columns == {
        "ref": "Réf",
        "title": "Titre de l'action",
        "words": "Description",
        "engagement": "Axe",
        "status": "État",
        "date": "Échéance",
        "unit": "Direction pilote",
        "place": "Lieu",
    }


def test_each_row_is_an_action_under_its_engagement(ctx):
    found = reading.read(table().raw)
    assert found.figures()["statuses"] == {"started": 1, "unknown": 1}
    first, second = found.raw["engagements"]
    assert (first["title"], second["title"]) == ("Ombre", "Commerce")
    assert first["actions"][0]["words"] == "Des **tilleuls**."


def test_what_cannot_be_taken_is_told_with_its_row_and_reference(ctx):
    assert [one.path for one in table().problems] == ["4 (A2)", "5 (A3)"]


def test_a_state_in_words_of_its_own_means_nothing_until_somebody_says(ctx):
    assert table().unknown == {"FIN": 1}
    told = table(states={"FIN": "done"})
    assert told.unknown == {}
    assert reading.read(told.raw).figures()["statuses"] == {"done": 1, "started": 1}


def test_a_table_without_titles_asks_which_column_holds_them(ctx):
    with pytest.raises(TableError):
        table("a;b\n1;2\n")
    assert table("a;b\n1;Des bancs\n", columns={"title": "b"}).columns == {"title": "b"}
    with pytest.raises(TableError):
        tables.pairs("title")


def test_a_clerk_sees_what_a_table_gives_then_carries_it_in(ctx, client):
    visitor = sign_in(client, clerk())
    said = {"file": (io.BytesIO(OWN.encode()), "plan.csv"), "title": "Plan du port"}
    seen = visitor.post("/documents/nouveau", data=said, follow_redirects=True).text
    assert "4 (A2)" in seen
    assert "FIN (1)" in seen
    visitor.post("/documents/plan-du-port/verser")
    plan = Plan.query.one()
    assert [one.external_ref for one in Action.query.order_by(Action.order)] == ["A1", "A2"]
    assert plan.title == "Plan du port"
    assert "Planter le quai" in client.get(f"/plans/{plan.slug}").text


@pytest.mark.parametrize(
    ("name", "how", "number", "statuses"),
    [
        (
            "paris-budget-participatif_projets-gagnants.csv",
            {"states": {"FIN": "done", "TRAVAUX": "started", "ABANDONNÉ": "abandoned"}},
            414,
            {"abandoned": 37, "done": 350, "started": 6, "unknown": 21},
        ),
        ("barcelona_pam-2016-2019_action_plans.csv", {}, 265, {"unknown": 265}),
    ],
)
def test_the_plans_of_two_cities_come_in(ctx, shared_data, name, how, number, statuses):
    path = shared_data(f"plan-progress/{name}")
    found = tables.read(path, path.name, title="Plan", **how)
    assert found.problems == []
    document = reading.read(found.raw)
    assert document.figures()["actions"] == number
    assert document.figures()["statuses"] == statuses
    made = actions.hand_in(clerk(), document, data=path.read_bytes(), name=path.name)
    actions.carry_in(clerk(), made)
    commit()
    (plan, *_rest) = queries.became(made)
    assert Action.query.filter_by(plan_id=plan.id).count() == number
