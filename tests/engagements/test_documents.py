"""A plan written in a file is read with every printed word, and what it leaves open is listed."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from consult.core import i18n
from consult.core.dates import PartialDate, Precision
from consult.engagements.documents import DocumentError, Part, read

PLAN = Path(__file__).parent.parent / "data" / "plan.json"


@pytest.fixture
def plan():
    return read(PLAN)


@pytest.fixture(scope="module")
def french():
    """How a message reads on a page."""
    app = Flask("page")
    i18n.init_app(app)

    def say(message) -> str:
        with app.test_request_context("/"):
            return str(message)

    return say


def strings(value):
    """Every string kept, wherever it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def kept(plan) -> Counter:
    content = asdict(plan)
    del content["raw"]
    return Counter(strings(content))


class TestReading:
    def test_the_figures(self, plan):
        assert plan.figures() == {
            "engagements": 3,
            "actions": 4,
            "statuses": {"done": 1, "started": 1, "unknown": 2},
            "organisations": 2,
        }

    def test_engagements_are_a_tree_in_order(self, plan):
        assert [(one.ref, one.parent, one.number) for one in plan.engagements] == [
            ("E01", "", "AXE 1"),
            ("E01.1", "E01", "1.1"),
            ("E02", "", "AXE 2"),
        ]
        assert [one.ref for one in plan.actions] == ["E01-A1", "P1", "P2", "E02-A1"]

    def test_an_action_with_all_it_tells(self, plan):
        action = plan.engagements[1].actions[0]
        assert (action.status, action.mark) == ("done", "▲")
        assert action.parts == [Part("sdp", "Syndicat du port (SDP)", "maître d’ouvrage")]
        assert action.places == ["quai Est"]
        assert action.see_also == ["P2"]
        assert [(one.text, one.iso) for one in action.dates] == [
            ("courant mars 2023", "2023-03"),
            ("avant la belle saison", "2023-06"),
        ]

    def test_a_mark_is_not_a_status_and_no_status_is_guessed(self, plan):
        assert plan.actions[2].status == "unknown"
        assert plan.actions[0].tags == ["BUDGET 2024"]

    def test_names_of_one_body_meet(self, plan):
        body = plan.organisations["sdp"]
        assert (body.name, body.acronym, body.aliases) == ("Syndicat du port (SDP)", "SDP", ["SDP"])
        assert plan.actions[2].parts == [Part("sdp", "SDP")]
        assert "amicale-des-pecheurs" in plan.organisations

    def test_an_action_may_serve_several_engagements(self, plan):
        assert plan.actions[3].serves == ["E01.1"]

    def test_what_comes_back(self, plan):
        again = plan.actions[2].periodicity
        assert (again.text, again.every, again.unit) == ("tous les deux ans", 2, "year")

    def test_the_adoption(self, plan):
        assert plan.adoption.date == PartialDate(
            "le 3 février 2023", date(2023, 2, 3), date(2023, 2, 3), Precision.DAY
        )
        assert plan.adoption.vote_counts == {"for": 21, "against": 4, "abstained": 2}
        assert plan.adoption.attendance is None
        assert plan.consultation.period.precision == Precision.SEASON
        assert plan.progress_report.as_of.iso == "2024-02"

    def test_every_printed_word_is_kept(self, plan):
        assert not Counter(plan.printed_strings()) - kept(plan)
        assert plan.unread == {"$.postface": "Merci à toutes et à tous."}

    def test_a_file_bytes_a_stream_and_memory_are_the_same(self, plan):
        data = PLAN.read_bytes()
        assert (
            read(data) == read(BytesIO(data)) == read(json.loads(data)) == read(str(PLAN)) == plan
        )

    def test_the_least_a_plan_needs(self):
        plan = read({"title": "T", "engagements": [{"title": "E", "actions": [{"text": "A"}]}]})
        assert plan.figures()["statuses"] == {"unknown": 1}
        assert plan.actions[0].ref == "E01-A1"


class TestTodo:
    def test_what_an_editor_has_to_fill(self, plan, french):
        todo = plan.todo()
        assert [(one.kind, one.ref) for one in todo] == [
            ("status", "P2"),
            ("status", "E02-A1"),
            ("act_number", ""),
            ("attendance", ""),
            ("consultation_dates", ""),
            ("report_date", ""),
            ("first_date", "P2"),
            ("alt", "I1"),
            ("image", "I2"),
            ("note", "E01-A1"),
            ("unread", "$.postface"),
        ]
        assert french(todo[0].message) == "Dites où en est cette action."
        assert french(todo[6].message) == (
            "Donnez la première date, pour que «\xa0tous les deux ans\xa0» figure à l’agenda."
        )

    def test_every_message_is_in_french(self, plan, french):
        for one in plan.todo():
            assert french(one.message) != one.message._args[0]


class TestRefusals:
    def problems(self, source):
        with pytest.raises(DocumentError) as error:
            read(source)
        return error.value.problems

    def test_what_is_no_json(self, french):
        [problem] = self.problems(b'{"title": "T",\n "engagements": [}')
        assert french(problem.message) == (
            "Ce n’est pas du JSON\xa0: il y a une erreur à la ligne 2, colonne 18."
        )

    @pytest.mark.parametrize(
        ("source", "path"),
        [
            (b"[]", "$"),
            (b"\xff", "$"),
            (b"[" * 100_000, "$"),
            ({"engagements": [{"title": "E"}]}, "$.title"),
            ({"title": "T"}, "$.engagements"),
            ({"title": "T", "engagements": {}}, "$.engagements"),
            ({"title": "T", "engagements": ["E"]}, "$.engagements[0]"),
            ({"title": "T", "engagements": [{}]}, "$.engagements[0].title"),
            ({"title": 3, "engagements": [{"title": ["E"]}]}, "$.engagements[0].title"),
        ],
    )
    def test_where_it_is_wrong(self, source, path):
        assert [problem.path for problem in self.problems(source)] == [path]

    @pytest.mark.parametrize(
        ("action", "path"),
        [
            ({}, ".text"),
            ({"text": "A", "status": "presque"}, ".status"),
            ({"text": "A", "partners": [{"role": "porteur"}]}, ".partners[0].name"),
            ({"text": "A", "partners": [3]}, ".partners[0]"),
            ({"text": "A", "dates": [{}]}, ".dates[0].text"),
            ({"text": "A", "places": "ici"}, ".places"),
            ({"text": "A", "events": [1]}, ".events[0]"),
            ({"text": "A", "see_also": ["Z9"]}, ""),
            ({"text": "A", "serves": ["Z9"]}, ""),
            ({"text": "A", "id": "E01"}, ""),
        ],
    )
    def test_where_an_action_is_wrong(self, action, path):
        source = {"title": "T", "engagements": [{"title": "E", "actions": [action]}]}
        [problem] = self.problems(source)
        assert problem.path == f"$.engagements[0].actions[0]{path}"

    def test_all_problems_are_said_at_once(self, french):
        source = {"title": "", "engagements": [{"actions": [{"status": "?!"}]}]}
        found = {one.path: french(one.message) for one in self.problems(source)}
        assert list(found) == [
            "$.title",
            "$.engagements[0].title",
            "$.engagements[0].actions[0].text",
            "$.engagements[0].actions[0].status",
        ]
        assert found["$.title"] == "Il manque ici des mots."


class TestRealPlan:
    @pytest.fixture
    def blagis(self, shared_data):
        return read(shared_data("sources/000_sceaux_plan_action_blagis.json"))

    def test_the_figures(self, blagis):
        assert blagis.figures() == {
            "engagements": 11,
            "actions": 31,
            "statuses": {"done": 6, "unknown": 25},
            "organisations": 14,
        }
        assert [len(one.actions) for one in blagis.engagements] == [5, 3, 4, 3, 5, 1, 2, 2, 2, 2, 2]

    def test_every_printed_word_is_kept(self, blagis):
        assert len(blagis.printed_strings()) == 150
        assert not Counter(blagis.printed_strings()) - kept(blagis)
        assert blagis.unread == {}

    def test_bodies_and_their_actions(self, blagis):
        def actions(key):
            return [a.ref for a in blagis.actions if key in [part.organisation for part in a.parts]]

        assert actions("hauts-de-seine-habitat") == ["E01-A2", "E02-A3", "E03-A2", "E03-A4"]
        assert actions("cscb") == ["E05-A1", "E05-A4", "E08-A2", "E09-A1"]
        body = blagis.organisations["cscb"]
        assert (body.name, body.acronym, body.aliases) == (
            "Centre social et culturel des Blagis (CSCB)",
            "CSCB",
            ["CSCB"],
        )

    def test_dates_tags_and_links(self, blagis):
        action = {one.ref: one for one in blagis.actions}
        [semester] = action["E03-A3"].dates
        assert (semester.text, semester.iso, semester.precision) == (
            "second semestre 2023",
            "2023-07-01/2023-12-31",
            Precision.SEMESTER,
        )
        assert action["E10-A2"].tags == ["ENGAGE EN 2023"]
        assert (action["E10-A2"].status, action["E10-A2"].mark) == ("unknown", "")
        assert action["E01-A3"].see_also == ["E10-A2"]
        assert blagis.adoption.date.day == date(2021, 10, 16)
        assert blagis.adoption.vote_counts is None
        assert [(one.mark, one.status) for one in blagis.legend] == [
            ("✔", "done"),
            ("●", "well_advanced"),
            ("●", "started"),
        ]

    def test_what_an_editor_has_to_fill(self, blagis):
        kinds = Counter(one.kind for one in blagis.todo())
        assert kinds == {
            "status": 25,
            "image": 8,
            "act_number": 1,
            "vote_counts": 1,
            "attendance": 1,
            "consultation_dates": 1,
            "report_date": 1,
            "first_date": 3,
            "legend": 1,
            "note": 3,
        }
