"""A plan in plain words: what a branch is called, what a promise says, what a revision changed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import _
from consult.core.text import fold, shorten
from consult.engagements.models import Engagement


def called(engagement: Engagement) -> str:
    """An engagement by its number and its title, where the title does not say the number too."""
    if not engagement.number or fold(engagement.title).startswith(fold(engagement.number)):
        return engagement.title
    return f"{engagement.number} – {engagement.title}"


def kicker(engagement: Engagement) -> str:
    """What stands in small above its title: its number, else its level, said once."""
    if not engagement.number:
        return engagement.level
    return "" if called(engagement) == engagement.title else engagement.number


def short(engagement: Engagement) -> str:
    """What a path or a button calls it."""
    return engagement.number or shorten(engagement.title, 48)


# `starts_on` and `due_on` are read from `dates`: the words are shown, never a day they hide.
FIELDS: dict[str, LazyString] = {
    "level": _("Level"),
    "number": _("Number in the plan"),
    "title": _("Title"),
    "words": _("Description"),
    "under": _("Stands under"),
    "dates": _("When"),
    "periodicity": _("How often"),
    "events": _("Events"),
    "unit": _("Service in charge"),
    "organisations": _("Who takes part"),
    "engagements": _("Engagements served"),
}


class Line(NamedTuple):
    """One field of a promise in plain words."""

    label: LazyString
    words: str


class Change(NamedTuple):
    """One field of a promise: what it was, what it became."""

    label: LazyString
    was: str
    became: str


def lines(promised: dict[str, Any]) -> list[Line]:
    """A promise in plain words, what it leaves empty left out."""
    said = [Line(label, _plain(promised.get(name))) for name, label in FIELDS.items()]
    return [line for line in said if line.words]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What differs between two states of a promise, in plain words."""
    rows = [
        Change(label, _plain(before.get(name)), _plain(after.get(name)))
        for name, label in FIELDS.items()
    ]
    return [row for row in rows if row.was != row.became]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['name']} ({value['role']})" if value.get("role") else value["name"]
    if isinstance(value, list):
        return " ; ".join(_plain(one) for one in value)
    return str(value or "")


# Labels.

LABELS: dict[str, Callable[[str], LazyString]] = {
    "engage en": lambda year: _("Begun in %(year)s", year=year),
    "lance en": lambda year: _("Launched in %(year)s", year=year),
    "realise en": lambda year: _("Done in %(year)s", year=year),
    "acheve en": lambda year: _("Completed in %(year)s", year=year),
    "reporte en": lambda year: _("Postponed to %(year)s", year=year),
}


def tag_words(tag: str) -> LazyString | str:
    """A printed label in ordinary letters, the accents its capitals lost put back."""
    head, _space, year = tag.strip().rpartition(" ")
    say = LABELS.get(fold(head))
    return say(year) if say and year.isdigit() else tag
