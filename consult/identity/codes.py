"""Codes on paper: eleven signs drawn at random and one that tells when a sign was miscopied."""

import secrets

ALPHABET = "34679ABCDEFHJKMNPRTVWXY"  # 23 signs, none read as another; 23 is prime, see `_check`
READ_AS = str.maketrans({"8": "B", "0": "D", "O": "D", "Q": "D", "U": "V", "G": "6"})
DRAWN = 11  # 23 ** 11: 49 bits
LENGTH = DRAWN + 1
FOUR = 4


def new_code() -> str:
    """Twelve signs as they are kept: no spaces."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
    return drawn + _check(drawn)


def tidy(typed: str) -> str:
    """The code as it is kept, however it was typed: spaces, dashes, small letters, O for D."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return signs.translate(READ_AS)


def is_sound(code: str) -> bool:
    """Whether these can be the signs of a code: one wrong sign, or two exchanged, always shows."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    return _check(code[:DRAWN]) == code[DRAWN]


def shown(code: str) -> str:
    """As it is printed: 4 signs, a dash, 4 signs, a dash, 4 signs."""
    return "-".join(code[at : at + FOUR] for at in range(0, LENGTH, FOUR))


def _check(drawn: str) -> str:
    """Each sign weighs by its place, modulo a prime: no single mistake keeps the sum."""
    weighed = sum(place * ALPHABET.index(sign) for place, sign in enumerate(drawn, 1))
    return ALPHABET[weighed % len(ALPHABET)]
