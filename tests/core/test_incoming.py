"""Signs that no text holds are dropped once, wherever words come in; nothing typed is lost."""

import json
from io import BytesIO

import pytest
from flask import request
from werkzeug.datastructures import FileStorage

from consult.campaigns.models import Identity
from consult.contributions.models import Contribution
from consult.core import tables
from consult.core.db import db
from consult.core.text import read_json, writable
from consult.engagements.documents import read
from consult.territory.geometry import parse
from tests.factories import make_campaign
from tests.imports.bringing import bring
from tests.imports.bringing import table as as_csv

NUL = "Des\x00 ban\x01cs\x7f \ufffe\x1b[31m"
LEFT = "Des bancs [31m"


def test_what_no_text_holds_is_dropped_and_all_else_stays():
    assert writable(NUL) == LEFT
    assert (
        writable("l\x92été\x0bdeux lignes\r\n\t\u202e😀\ud800")
        == "l’été\ndeux lignes\r\n\t\u202e😀"
    )
    assert writable("a\u3164\u2800b\uffa0\u1160") == "a  b  "  # letters that are drawn as nothing
    assert read_json(json.dumps({"a\x00": [NUL, 1, None, {"b": "\ud800"}]})) == {
        "a": [LEFT, 1, None, {"b": ""}]
    }


def test_a_form_keeps_what_was_typed_without_it(client, ctx, noon):
    campaign = make_campaign(identity=Identity.NONE)
    page = f"/consultations/{campaign.slug}/contributions/nouvelle"
    words = {"title": NUL, "body": NUL + "pour attendre le car.", "checked": "1", "key": "k1"}
    back = client.post(page, data={**words, "body": "\x00"})
    assert back.status_code == 200  # nothing is left of the text: the title still is
    assert LEFT in back.text
    assert client.post(page, data=words).status_code == 303
    (kept,) = db.session.scalars(db.select(Contribution))
    assert (kept.title, kept.body) == (LEFT, LEFT + "pour attendre le car.")


@pytest.mark.parametrize("words", ["\u200b", " \u2060\n\u00ad ", "\u202e\ufe0f", "\u200b \u0301"])
def test_words_that_nobody_sees_say_nothing(app, words):
    with app.test_request_context("/", method="POST", data={"reason": words}):
        assert request.form["reason"] == ""


@pytest.mark.parametrize("words", ["  ", "👩\u200d👧", "é\u0301", "\u200bnon", "مرحبا", ""])
def test_words_that_somebody_sees_stay_as_they_are(app, words):
    with app.test_request_context("/", method="POST", data={"reason": words}):
        assert request.form["reason"] == words


@pytest.mark.parametrize("asked", ["q=a%00b", "q=\xe9t\xe9", "q=%e9", "q=%00&page=%00", "lang=%00"])
def test_a_search_answers_whatever_stands_in_the_address(client, ctx, asked):
    for page in ("/recherche", "/consultations", "/journal", "/plans"):
        assert client.get(page, environ_overrides={"QUERY_STRING": asked}).status_code == 200


@pytest.mark.parametrize("foreign", ["autre=\xe9", "session=\xff\xfe; autre=\xe9", "lang=\xe9"])
def test_a_cookie_that_another_program_left_stops_no_page(app, ctx, foreign):
    client = app.test_client(use_cookies=False)
    reply = client.get("/conseil", headers={"Cookie": f"{foreign}; lang=en"})
    assert (reply.status_code, 'lang="fr"' in reply.text[:200]) == (200, foreign[:4] == "lang")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "page", ["/consultations/%s", "/fichiers/1/%s", "/consultations/%s/import"]
)
def test_nothing_stands_at_an_address_that_holds_it(client, ctx, page, method):
    assert client.open(page % "a%00b", method=method).status_code in (404, 405)


def test_the_name_of_a_file_is_cleaned_with_the_rest(app):
    sent = {"file": FileStorage(BytesIO(b"x"), "ban\x1bcs.csv"), "words": NUL}
    with app.test_request_context("/", method="POST", data=sent) as context:
        assert context.request.files["file"].filename == "bancs.csv"
        assert context.request.form["words"] == context.request.values["words"] == LEFT


def test_a_file_is_brought_in_without_it(ctx, noon):
    rows = [("1", "Un banc", "À l'ombre. " * 100), ("2", NUL, NUL)]  # a table has none in its head
    bring(make_campaign(), as_csv(*rows))
    assert {one.title for one in db.session.scalars(db.select(Contribution))} == {"Un banc", LEFT}


def test_sheets_and_documents_come_in_without_it():
    sheet = tables.write_xlsx(
        [("titre", NUL.replace("\x00", "").replace("\ufffe", ""))], ("a", "b")
    )
    assert list(tables.read_rows(BytesIO(sheet), "a.xlsx")) == [(2, {"a": "titre", "b": LEFT})]
    plan = {"title": NUL, "engagements": [{"title": NUL}]}
    assert read(json.dumps(plan).encode()).title == LEFT
    assert parse('{"name": "\\u0000\\ud800a"}') == {"name": "a"}
