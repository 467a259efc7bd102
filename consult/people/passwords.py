"""Passwords: kept so that nobody can read them, refused when anybody would guess them."""

import hashlib
import hmac
import math
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from consult.core.later import Later
from consult.core.text import fold

guessing = Later("zxcvbn")  # its lists of words weigh as much as the rest of a page

SHORTEST = 10
LONGEST = 200
BITS = 50  # CNIL, deliberation 2022-100, where tries are slowed down: see session.may_try
# How many signs there are to choose from, by kind (as the CNIL counts them).
KINDS = ((str.islower, 26), (str.isupper, 26), (str.isdigit, 10))
OTHERS = 37
STRENGTH = 3  # of 4: more than a hundred million guesses
# Argon2id with 19 MiB, so that several people may sign in at once on a small machine.
_hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
# What a password of nobody is held against, so that an unknown address takes the same time.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=3,p=1$c29tZWJvZHkgZWxzZQ$WPiNnWCnwmnzhOXSeS6AkOMwYhKy3jqwuFjZxnWdDRs"
)

# What French speakers type first; folded, digits and signs at the end left out.
COMMON = frozenset(
    """
    azerty azertyuiop azertyui qsdfgh qsdfghjklm wxcvbn aqwzsx aqwzsxedc azeqsd azeqsdwxc
    motdepasse lemotdepasse monmotdepasse motdepass mdp passe secret monsecret bonjour bonsoir
    salut coucou bienvenue soleil sesame ouvretoi sesameouvretoi doudou loulou chouchou chouchoute
    cheri cherie moncoeur mon amour monamour jetaime jetaimemonamour bisous bisou calin caline
    nounours nounous chocolat caramel vanille fraise cerise pomme banane citron tomate papillon
    coccinelle princesse prince licorne dauphin lapin chaton minou toutou chien chat cheval poney
    marseille parispsg parissaintgermain olympiquedemarseille allezlesbleus lesbleus football
    rugby tennis petanque camille nicolas thomas julien alexandre maxime antoine guillaume
    sebastien christophe stephane philippe francois isabelle nathalie catherine veronique
    sandrine stephanie virginie delphine caroline charlotte marine juliette manon louise mathilde
    maman papa mamie papy famille mafamille mesenfants maison mamaison vacances weekend printemps
    automne noel joyeuxnoel liberte egalite fraternite libertegalitefraternite libertefraternite
    republique vivelafrance france french bretagne normandie provence alsace corse lorraine
    police pompier pompiers facteur professeur ecole college lycee mairie lamairie mamairie
    commune quartier conseilmunicipal monsieurlemaire habitant habitante citoyen citoyenne
    concertation consultation participation invite utilisateur administrateur administratrice
    chaussette parapluie trottinette bibliotheque ordinateur internet connexion identifiant
    starwars pokemon naruto zidane mbappe johnny johnnyhallyday goldorak asterix obelix tintin
    """.split()  # noqa: SIM905 - easier to read and to add to
)


def protect(password: str) -> str:
    """The password as it is kept. Slow on purpose: never while holding the database."""
    return _hasher.hash(_same(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; takes as long when there is none to compare with."""
    try:
        return _hasher.verify(kept or _NOBODY, _same(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was protected less well than today."""
    return _hasher.check_needs_rehash(kept)


def bits(password: str) -> float:
    """How many bits its length and its kinds of signs are worth, if it was drawn at random."""
    bare = unicodedata.normalize("NFD", password)
    signs = sum(number for is_kind, number in KINDS if any(map(is_kind, bare)))
    if any(not sign.isalnum() for sign in bare):
        signs += OTHERS
    return len(_same(password)) * math.log2(signs or 1)


def is_guessable(password: str, about: Iterable[str] = ()) -> bool:
    """Whether it would be guessed from lists, or from what is known `about` its owner."""
    known = [word for text in about for word in fold(text or "").split() if len(word) > 2]
    words = [word.strip("0123456789") for word in fold(password).split()]
    bare = "".join(words)
    own = "".join(word for word in words if word not in known)
    if bare in COMMON or bare in known or len(own) < SHORTEST // 2:
        return True
    return guessing.zxcvbn(_same(password)[:72], user_inputs=[*known, *COMMON])["score"] < STRENGTH


def sealed(text: str) -> str:
    """A fingerprint that only this site can make: it recognises, and gives nothing away."""
    key = hashlib.sha256(b"people.sealed" + _secret()).digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _same(password: str) -> str:
    """One spelling for what keyboards write in several ways."""
    return unicodedata.normalize("NFKC", password)


def _secret() -> bytes:
    key = current_app.config["SECRET_KEY"]
    return key if isinstance(key, bytes) else key.encode()
