"""Pictures that prove something: small in lists, large on demand, and called what they are."""

import io
import os
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from consult.core.db import db
from consult.core.images import LIGHT, thumbnail
from consult.followup.models import Evidence, EvidenceKind
from tests.engagements.making import clerk, first_action, make_plan, published
from tests.factories import sign_in


def noise(size=(1600, 1200)) -> bytes:
    """The heaviest picture there is: nothing in it can be foreseen."""
    file = io.BytesIO()
    Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).save(file, "PNG")
    return file.getvalue()


def test_a_small_copy_stays_light_whatever_it_shows():
    small = thumbnail(noise((900, 700)))
    assert len(small.data) <= LIGHT
    assert small.width > small.height >= 80


@pytest.fixture
def page(ctx, noon, client):
    """The page of an action whose report shows a drawing and a paper."""
    plan = published(clerk(), make_plan(clerk()))
    page = f"/actions/{first_action(plan).id}"
    sign_in(client, clerk())
    told = {
        "progress": "started",
        "effective_on": "2026-06-01",
        "photo": (io.BytesIO(noise((380, 300))), "a.png"),
        "photo_kind": "drawing",
        "photo_alternative": "Le môle demain",
        "photo_credit": "Ville",
    }
    assert client.post(f"{page}/avancement", data=told).status_code == 303
    return page


def test_lists_show_the_small_copy_and_its_size(page, client):
    (one,) = db.session.scalars(sa.select(Evidence))
    assert one.kind == EvidenceKind.DRAWING
    assert one.thumbnail.size <= LIGHT < one.file.size
    for place in ("/", page):
        tag = re.search(r'<img[^>]+alt="Le môle demain"[^>]*>', client.get(place).text)[0]
        assert one.thumbnail.name in tag
        assert f'width="{one.thumbnail.width}" height="{one.thumbnail.height}"' in tag
        assert 'loading="lazy"' in tag
    for file in (one.file, one.thumbnail):
        assert client.get(f"/fichiers/{file.id}/{file.name}").status_code == 200


def test_a_drawing_is_called_a_drawing_and_proves_nothing(page, client):
    home = client.get("/").text
    assert "Dessin" in home
    assert "Photographie" not in home
    assert "<strong>Dessin.</strong>" in client.get(page).text
    told = {
        "progress": "done",
        "effective_on": "2026-06-01",
        "photo": (io.BytesIO(noise((40, 30))), "a.png"),
        "photo_kind": "drawing",
        "photo_alternative": "Le môle",
        "photo_credit": "Ville",
    }
    assert "Il manque la preuve" in client.post(f"{page}/avancement", data=told).text
