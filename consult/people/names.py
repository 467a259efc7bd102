"""Which names would speak for the town or its site, and which are drawn to look like another.

Nobody is asked for a real name; one is refused only where readers could take it for an office.
Words that are nobody's surname are refused wherever they stand: « Mairie de la ville », « Léa,
élue ». Those that are (Maire, Ville, Garant…) are refused where only the office can be meant:
alone, behind an article, before a complement. « Sylvie Maire » and « Bruno Le Maire » are people.
"""

import re
import unicodedata

from consult.core.text import fold

_ANYWHERE = re.compile(
    r"\b(?:(?:la)?mairies?|municipal(?:e|es|ite|ites)?|municipaux|adjointe?s?|elue?s?|officiel(?:le)?s?"
    r"|admins?|administrat(?:eur|rice|or)s?|moderat(?:eur|rice|or)s?|webmaster"
    r"|(?:au|du) maire|hotel de ville|(?:city|town) (?:council|hall))\b"
)
_OFFICE = r"(?:maire|ville|commune|conseil|prefet|prefete|prefecture|garante?|mayor|council)"
_ALONE = re.compile(
    r"(?:(?:m|mme|monsieur|madame) )?(?:l|la|le|les|notre|votre|the) " + _OFFICE + r"\b.*"
    rf"|{_OFFICE}(?: (?:d|de|des|du|of) .*)?"
    r"|systeme(?: automatique)?|compte ferme|closed account|anonyme|anonymous|support|consult"
)
# Signs that are drawn like letters, one way and the other: « MAlRlE », « VilIe ».
_ALIKE = (str.maketrans("", ""), str.maketrans("l1!|03€", "IIIIOEE"), str.maketrans("I", "l"))
_EASTERN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}


def is_an_office(name: str) -> bool:
    """Whether this name would be read as that of the town, of an office, or of the site itself."""
    read = {fold(name.translate(alike)) for alike in _ALIKE}
    return any(
        _ANYWHERE.search(words)
        or _ANYWHERE.fullmatch(words.replace(" ", ""))
        or _ALONE.fullmatch(words)
        for words in read
    )


def is_mixed(name: str) -> bool:
    """Whether letters of several alphabets stand in one name: one of them is there for its drawing.

    A whole name in any alphabet is a name. Latin letters that are no letter of a French keyboard,
    nor made from one (`fold`), are of no language's names: beside others they count as foreign.
    Chinese and Japanese signs look like no other, and stand beside them in honest names.
    """
    return len({_alphabet(sign) for sign in fold(name) if sign.isalpha()} - _EASTERN) > 1


def _alphabet(letter: str) -> str:
    return "plain" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
