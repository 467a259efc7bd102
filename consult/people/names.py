"""Which names would speak for the town or its site, and which are drawn to look like another.

Nobody is asked for a real name; one is refused only where readers could take it for an office.
Words that are nobody's surname are refused wherever they stand: « Mairie de la ville », « Léa,
élue ». Those that are (Maire, Ville, Garant…) are refused where only the office can be meant:
alone, behind an article, before a complement. « Sylvie Maire » and « Bruno Le Maire » are people.
"""

import re
import unicodedata
from itertools import product

from consult.core.text import fold

_ANYWHERE = re.compile(
    r"(?<![a-z])(?:(?:la)?mairies?|municipal(?:e|es|ite|ites)?|municipaux|adjointe?s?|elue?s?"
    r"|officiel(?:le)?s?|admins?|administrat(?:eur|rice|or)s?|moderat(?:eur|rice|or)s?|webmaster"
    r"|(?:au|du) maire|maire (?:d|de|des|du)|hotel de ville|(?:city|town) (?:council|hall)"
    r"|compte (?:verifie|certifie)"
    r"|(?:equipe|service|direction|pole|cellule|bureau)s?(?: (?:d|de|des|du|l|la|le))*"
    r" (?:participation|consultation|concertation|communication|urbanisme|voirie|technique|site"
    r"|ville|commune|moderation|consult)s?"
    r")(?![a-z])"
)
_OFFICE = (
    r"(?:maire|ville|commune|conseil|prefet|prefete|prefecture|garante?|moderation|animation"
    r"|administration|secretariat|mayor|council)"
)
_ALONE = re.compile(
    r"(?:(?:mr?|mme|monsieur|madame) )?(?:l|la|le|les|notre|votre|the) " + _OFFICE + r"(?![a-z]).*"
    rf"|{_OFFICE}(?: ?\d+| (?:d|de|des|du|of) .*)?"
    r"|systeme(?: automatique)?|compte ferme|closed account|anonyme|anonymous|support|consult"
)
# Signs that are drawn like letters, one way and the other: « MAlRlE », « VilIe », « M4irie ».
_ALIKE = (
    str.maketrans("", ""),
    str.maketrans("l1!¡|03€4$5", "IIIIIOEEASS"),
    str.maketrans("I", "l"),
)
_PAIRS = ((), (("rn", "m"), ("cl", "d")))  # two letters drawn like one: « Rnairie », « Acljoint »
# Letters of other alphabets drawn like ours (Cyrillic, Greek, Lisu, Cherokee): a whole name may be
# made of them.
_DRAWN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһӏԁԛԝѵгпк"
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυ"
    "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ"
    "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏒᏚᎢᏙᏔᎳᏃᏆᎽ",
    "ABESIJKMHOPCTYXaesijopcyxhldqwvrnk"
    "ABEZHIKMNOPTYXaikvoptu"
    "BPDTGKJCZFMNLSRVHWXYAEIOU"
    "ABCDEGHIJKLMPRRSTVWWZIY",
)
_EASTERN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}


def is_an_office(name: str) -> bool:
    """Whether this name would be read as that of the town, of an office, or of the site itself."""
    return any(
        _ANYWHERE.search(words)
        or _ANYWHERE.fullmatch(words.replace(" ", ""))
        or _ALONE.fullmatch(words)
        for words in _readings(name)
    )


def _readings(name: str) -> set[str]:
    """The ways a hurried eye may take a name."""
    found = set()
    for spelt in {name, drawn(name)}:
        for alike, pairs in product(_ALIKE, _PAIRS):
            words = fold(spelt.translate(alike))
            for two, one in pairs:
                words = words.replace(two, one)
            found.add(words)
    return found


def drawn(name: str) -> str:
    """A name as it is drawn in our letters, where each of its own looks like one; else itself."""
    plain = unicodedata.normalize("NFKD", name)
    spelt = plain.translate(_DRAWN)
    is_whole = all(sign.isascii() for sign in spelt if sign.isalpha())
    return spelt if is_whole and spelt != plain else name


def is_mixed(name: str) -> bool:
    """Whether letters of several alphabets stand in one name: one of them is there for its drawing.

    A whole name in any alphabet is a name. Latin letters that are no letter of a French keyboard,
    nor made from one (`fold`), are of no language's names: beside others they count as foreign.
    Chinese and Japanese signs look like no other, and stand beside them in honest names.
    """
    return len({_alphabet(sign) for sign in fold(name) if sign.isalpha()} - _EASTERN) > 1


def _alphabet(letter: str) -> str:
    return "plain" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
