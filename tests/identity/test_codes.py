"""Codes on paper: what eyes and hands do to twelve signs."""

import pytest

from consult.identity import codes


def test_a_code_is_recognised_however_it_is_typed():
    code = codes.new_code()
    assert codes.is_sound(code)
    typed = codes.shown(code).lower().replace("-", " ")
    assert codes.tidy(f"  {typed} ") == code


def test_no_sign_is_read_as_another():
    assert not set(codes.ALPHABET) & set("0O1IL2Z5S8QUG")
    assert codes.tidy("OQ0 8UG") == "DDDBV6"


@pytest.mark.parametrize("turn", range(20))
def test_one_wrong_sign_or_two_exchanged_always_show(turn):
    code = codes.new_code()
    for place, sign in enumerate(code):
        for other in codes.ALPHABET.replace(sign, ""):
            assert not codes.is_sound(code[:place] + other + code[place + 1 :])
    for place in range(codes.DRAWN - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or not codes.is_sound(swapped)
