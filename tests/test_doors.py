"""What holds for every address: no form without its token, no page without its
protections, no way out to another site, and no visit to one on somebody's word."""

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import consult
from consult.core import clock
from consult.core.headers import ALWAYS_SECURE, PROTECTIONS
from tests.conftest import noon_in_town
from tests.databases import fast_folder
from tests.test_access import Door, Small
from tests.test_hostile import READERS, filled, forms, openings

ELSEWHERE = "https://ailleurs.example/piege"
METADATA = "http://169.254.169.254/latest/meta-data/"  # what a rented machine knows of itself
# What a file somebody sent may do in a browser: less than a page.
STRICTER = {"Content-Security-Policy": "sandbox; default-src 'none'"}
EXEMPT = ("/desinscription/",)  # mail programs press this button; its link is the token (RFC 8058)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    base = Path(fast_folder() or tmp_path_factory.getbasetemp())
    folder = base / f"consult-doors-{id(object())}"
    with clock.frozen(noon_in_town()):
        try:
            yield Small(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def posts(small: Small) -> list[Door]:
    return [
        door
        for door in small.doors()
        if door.method == "POST" and not door.address.startswith(EXEMPT)
    ]


def fail(wrong: list[str]) -> None:
    if wrong:
        pytest.fail("\n  ".join([f"{len(wrong)} doors:", *wrong]), pytrace=False)


@pytest.mark.parametrize(("role", "said"), [("visitor", {}), ("council", {"csrf_token": "mine"})])
def test_no_form_is_taken_without_its_token(
    small: Small, role: str, said: dict[str, str], monkeypatch: Any
):
    monkeypatch.setitem(small.house.app.config, "WTF_CSRF_ENABLED", True)
    client, wrong = small.client(role), []
    for door in posts(small):
        if (code := client.post(door.address, data=said).status_code) != 400:
            wrong.append(f"{door.name}: {code}")
    assert small.is_untouched()
    fail(wrong)


def test_every_page_is_protected_and_sends_nobody_elsewhere(small: Small, monkeypatch: Any):
    """Whoever opens it, with an address of another site in the link."""
    # What is on the pages, other tests look at.
    monkeypatch.setattr("flask.templating._render", lambda *_: "")
    monkeypatch.setitem(small.house.app.config, "SESSION_COOKIE_SECURE", True)
    wrong, cookies = [], set()
    for door, reader in openings(small):
        for role in {reader, "visitor"}:
            reply = small.client(role).get(
                door.address,
                query_string={"next": ELSEWHERE, "onward": ELSEWHERE},
                headers={"Referer": ELSEWHERE},
                base_url="https://localhost",
            )
            said = f"{door.name} as {role}"
            for name, value in [*PROTECTIONS, ALWAYS_SECURE]:
                if reply.headers.get(name) not in (value, STRICTER.get(name)):
                    wrong.append(f"{said}: {name}: {reply.headers.get(name)}")
            if leads_elsewhere(reply.location):
                wrong.append(f"{said}: sent to {reply.location}")
            for cookie in reply.headers.getlist("Set-Cookie"):
                cookies.add(cookie.partition("=")[0])
                if not all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=")):
                    wrong.append(f"{said}: {cookie}")
    policy = dict(PROTECTIONS)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert cookies
    fail(sorted(set(wrong)))


def leads_elsewhere(location: str | None) -> bool:
    return bool(location) and urlsplit(location or "").netloc not in ("", "localhost")


@pytest.mark.parametrize("role", ["owner", "council"])
def test_no_form_sends_anybody_elsewhere(small: Small, role: str, monkeypatch: Any):
    monkeypatch.setattr("flask.templating._render", lambda *_: "")
    client, wrong, sent_on = small.client(role), [], 0
    for door in posts(small):
        reply = client.post(
            door.address,
            query_string={"next": ELSEWHERE},
            data={"next": ELSEWHERE, "onward": ELSEWHERE},
            headers={"Referer": ELSEWHERE},
        )
        sent_on += bool(reply.location)
        if leads_elsewhere(reply.location):
            wrong.append(f"{door.name}: sent to {reply.location}")
        if not small.is_untouched():
            small.put_back()
            client = small.client(role)
    assert sent_on > 20
    fail(wrong)


def test_the_site_opens_no_address_on_somebodys_word(small: Small, monkeypatch: Any):
    """An address typed in any field is kept as words: no name is looked up, no door knocked at."""
    tried: list[Any] = []

    def refuse(*asked: Any, **_: Any) -> Any:
        tried.append(asked[-1])
        raise OSError("no way out")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    clients = {role: small.client(role) for role in READERS}
    taken = 0
    for form in forms(small, clients):
        reply = clients[form.role].post(form.address, data=filled(form, METADATA))
        taken += reply.status_code == 303
    small.put_back()
    assert taken > 10
    assert not tried


# The one file that speaks to another machine by HTTP: the issuer the town itself has named.
SPEAKS = ("identity/oidc.py",)


def test_one_file_alone_speaks_to_another_machine():
    root = Path(consult.__file__).parent
    speaking = [
        str(path.relative_to(root))
        for path in sorted(root.rglob("*.py"))
        if re.search(
            r"^\s*(import|from) (urllib\.request|http\.client|socket|requests|httpx)\b",
            path.read_text(),
            re.M,
        )
    ]
    assert set(speaking) <= {*SPEAKS}
