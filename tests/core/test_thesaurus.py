"""What residents call one thing: the list holds together, an expression counts when it is whole."""

from pathlib import Path

from consult.core import thesaurus
from consult.core.text import stems
from consult.core.thesaurus import kindred


def names_of(words: str) -> set[frozenset[str]]:
    return set().union(*kindred(stems(words)).values())


def test_every_family_has_several_names_and_each_of_them_a_meaning():
    listed = Path(thesaurus.__file__).with_name("thesaurus.txt").read_text("utf-8").splitlines()
    families = [line.split(",") for line in listed if line and not line.startswith("#")]
    assert len(families) > 200
    for family in families:
        roots = {frozenset(stems(name)) for name in family}
        assert len(roots) > 1, family
        assert frozenset() not in roots, family


def test_other_names_are_those_of_the_family_and_not_the_word_itself():
    found = kindred(stems("Des trottinettes"))
    assert frozenset(stems("patinette")) in found["trottinet"]
    assert frozenset(["trottinet"]) not in found["trottinet"]
    assert kindred(stems("xylophone")) == {}


def test_an_expression_says_the_thing_when_it_is_whole():
    bump = frozenset(stems("ralentisseur"))
    assert bump in names_of("un dos d'âne")
    assert bump not in names_of("mal au dos")
