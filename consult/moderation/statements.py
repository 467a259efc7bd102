"""A statement of reasons as whoever decides writes it down, before it is made true."""

from typing import NamedTuple

from consult.moderation.charter import Aim, Ground


class Why(NamedTuple):
    """The reasons of one restriction (Digital Services Act, article 17)."""

    ground: Ground | None = None
    passage: str = ""  # the facts: the very words met
    aim: Aim | None = None
    words: str = ""  # why they break the article, to their author
    law: str = ""
