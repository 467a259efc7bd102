"""Long answers: a reader who takes nothing keeps nobody else from reading."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from consult.core import outgoing

LONG = 3 * outgoing.WHOLE // 1000


@pytest.fixture
def site(app, ctx):
    """The site, with a long page and a short one; `closed` counts those let go."""
    dispatch = outgoing.Dispatch(app)
    inside, dispatch.closed, dispatch.made = dispatch.inside, [], 0

    def pieces(number):
        for _piece in range(number):
            dispatch.made += 1
            yield b"x" * 1000

    def pages(environ, start_response):
        number = {"/long": LONG, "/dit": LONG, "/court": 10}.get(environ["PATH_INFO"])
        if number is None:
            return inside(environ, start_response)
        environ[outgoing.LONG] = environ["PATH_INFO"] == "/dit"
        answer = Response(pieces(number))
        answer.call_on_close(lambda: dispatch.closed.append(number))
        return answer(environ, start_response)

    dispatch.inside = pages
    return dispatch


def test_slow_readers_of_long_answers_leave_hands_to_the_others(site):
    client = Client(site)
    slow = [Client(site).get("/long") for _ in range(outgoing.STREAMS)]
    late = client.get("/long")
    assert (late.status_code, "Plusieurs gros fichiers" in late.text) == (429, True)
    assert late.headers["Retry-After"] == "60"
    assert late.headers["X-Content-Type-Options"] == "nosniff"
    assert len(client.get("/court").data) == 10_000
    assert client.get("/").status_code == 200
    assert len(slow[0].data) == LONG * 1000, "nothing is lost on the way"
    for reader in slow:
        reader.close()
    assert client.get("/long").status_code == 200


def test_what_nobody_goes_on_reading_is_let_go(site):
    for again in range(1, 2 * outgoing.STREAMS):
        left = Client(site).get("/long")
        assert left.status_code == 200
        left.close()
        assert site.closed == [LONG] * again


def test_what_says_that_it_is_long_is_made_only_once_it_may_leave(site):
    slow = [Client(site).get("/dit") for _ in range(outgoing.STREAMS)]
    made = site.made
    assert Client(site).get("/dit").status_code == 429
    assert site.made == made, "a refusal costs nothing"
    assert len(slow[0].data) == LONG * 1000
    for reader in slow:
        reader.close()
