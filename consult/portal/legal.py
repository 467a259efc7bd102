"""The rules of the house in words: those of the first day, until a town writes its own."""

from datetime import date
from functools import cache
from typing import NamedTuple

from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape
from werkzeug.routing import BaseConverter, ValidationError

from consult.core.i18n import LANGUAGES, _, gettext
from consult.core.paths import data_path
from consult.core.text import render
from consult.portal.models import Site

TITLES: dict[str, LazyString] = {
    "charter": _("Charter of participation"),
    "terms": _("Terms of use"),
    "privacy": _("Personal data"),
    "notice": _("Legal notice"),
    "contact": _("Contact"),
}
ADDRESSES = {
    "charter": "charte",
    "terms": "conditions",
    "privacy": "donnees-personnelles",
    "notice": "mentions",
    "contact": "contact",
}
WRITTEN_ON = date(2026, 11, 21)  # the texts of the first day


class LegalPage(BaseConverter):
    """These pages by their French name in addresses."""

    def to_python(self, value: str) -> str:
        for page, address in ADDRESSES.items():
            if address == value:
                return page
        raise ValidationError

    def to_url(self, value: str) -> str:
        return ADDRESSES[value]


class Text(NamedTuple):
    """A page in Markdown, since when it stands, and whether the town wrote it."""

    words: str
    on: date
    is_own: bool


def text(site: Site, page: str, language: str) -> Text:
    """What this page says: the town's own words, else those of the first day."""
    if own := site.texts.get(page):
        return Text(own["words"], date.fromisoformat(own["on"]), True)
    return Text(first_words(page, language), WRITTEN_ON, False)


@cache
def first_words(page: str, language: str) -> str:
    folder = data_path("translations") / (language if language in LANGUAGES else LANGUAGES[0])
    return (folder / "pages" / f"{page}.md").read_text(encoding="utf-8")


def shown(words: str, site: Site) -> Markup:
    """The page as HTML, the names of the site in their places; its headings stand right below the
    title of the page."""
    words = words.replace("%(site)s", site.name)
    words = words.replace("%(contact)s", site.contact_email or _missing_address())
    html = str(render(words))
    for level in (3, 4, 5, 6):
        html = html.replace(f"<h{level}>", f"<h{level - 1}>")
        html = html.replace(f"</h{level}>", f"</h{level - 1}>")
    label = gettext("Table")
    html = html.replace("<table>", TABLE.format(label=escape(label)) + '<table class="table">')
    return Markup(html.replace("</table>", "</table></div>"))  # noqa: S704 - cleaned by render


TABLE = '<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">'


def _missing_address() -> str:  # noqa: N802
    return gettext("**[to be completed: e-mail address]**")


def is_unfinished(words: str) -> bool:
    """Whether the town still has something to fill in."""
    return "[à compléter" in words.lower() or "[to be completed" in words.lower()
