"""Addresses read aloud, and squares that telephones read."""

import re

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from consult.core.qr import QUIET, qr_svg
from consult.core.slugs import distinct, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Parlons ensemble des Blagis", "parlons-ensemble-des-blagis"),
        ("L’été à l'Hôtel-Dieu : œuvres & cie !", "l-ete-a-l-hotel-dieu-oeuvres-cie"),
        ("   ", "page"),
        ("日本", "page"),
    ],
)
def test_slugify(text, slug):
    assert slugify(text, default="page") == slug


def test_a_long_slug_is_cut_between_words():
    assert slugify("des bancs et des arbres", limit=12) == "des-bancs-et"
    assert slugify("des bancs et des arbres", limit=11) == "des-bancs"
    assert slugify("anticonstitutionnellement", limit=4) == "anti"


@given(st.text(), st.integers(1, 90))
def test_a_slug_is_safe_in_an_address(text, limit):
    slug = slugify(text, limit=limit)
    assert len(slug) <= limit
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug)


def test_distinct_counts_from_two():
    assert distinct("parc", {"parc", "parc-2"}.__contains__) == "parc-3"
    assert distinct("parc", set().__contains__) == "parc"


def test_a_qr_code_is_a_titled_picture_without_style():
    svg = qr_svg("https://example.org/c/parc?a=1&b=2", 'Adresse de "Parc" <b>')
    assert "<title>Adresse de &#34;Parc&#34; &lt;b&gt;</title>" in svg
    assert "style" not in svg
    assert "<script" not in svg


def test_a_qr_code_draws_every_dark_module():
    url = "https://example.org/consultations/parc"
    drawn = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", qr_svg(url, "Parc")):
        drawn |= {(int(x) + i - QUIET, int(y) - QUIET) for i in range(int(length))}
    matrix = segno.make(url, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, d in enumerate(row) if d}
