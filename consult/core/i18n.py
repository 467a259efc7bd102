"""Words in the reader's language: French first, English beside; days and moments in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Self

from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, force_locale
from flask_babel.speaklater import LazyString
from markupsafe import escape

from consult.core import clock
from consult.core.paths import data_path

LANGUAGES = ("fr", "en")


class _Catalog(NullTranslations):
    """The messages of one language, read from its .po files: nothing compiled to go stale."""

    def __init__(self, messages: dict[Any, Any], plural: Any) -> None:
        super().__init__()
        self.messages = messages
        self.plural = plural

    def ugettext(self, message: str) -> str:
        return self.messages.get(message) or message

    def ungettext(self, singular: str, plural: str, number: float) -> str:
        found = self.messages.get((singular, self.plural(number)))
        return found or (singular if number == 1 else plural)

    gettext = ugettext  # type: ignore[assignment]
    ngettext = ungettext  # type: ignore[assignment]


@cache
def catalog(language: str) -> NullTranslations:
    """All messages of a language, from every file in its folder; English is the source."""
    folder = data_path("translations") / language
    messages: dict[Any, Any] = {}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if not message.id or message.fuzzy:
                    continue
                if message.pluralizable:
                    for form, text in enumerate(message.string or ()):
                        if text:
                            messages[message.id[0], form] = text
                elif message.string:
                    messages[message.id] = message.string
    return (
        _Catalog(messages, lambda number: int(abs(number) >= 2)) if messages else NullTranslations()
    )


def gettext(message: str, **values: Any) -> str:
    """The message in the reader's language, with its values in place."""
    text = catalog(language()).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: float, **values: Any) -> str:
    """The message for this number, in the reader's language; `num` is among its values."""
    text = catalog(language()).ungettext(singular, plural, num)  # type: ignore[arg-type]
    return text % {"num": num, **values}


class _Later(LazyString):  # type: ignore[misc]
    """A message not yet said. In a page its own words are ours; its values are somebody's."""

    def __html__(self) -> str:
        values = {
            name: escape(value) if isinstance(value, str) or hasattr(value, "__html__") else value
            for name, value in self._kwargs.items()
        }
        return str(self._func(*self._args, **values))


def _(message: str, **values: Any) -> LazyString:
    """The message, put into the reader's language when it is shown."""
    return _Later(gettext, message, **values)


def n_(singular: str, plural: str, num: float, **values: Any) -> LazyString:
    """The message for this number, put into the reader's language when it is shown."""
    return _Later(ngettext, singular, plural, num, **values)


class Labelled(StrEnum):
    """A closed list of codes, each beside the words that say it: `OPEN = "open", _("Open")`."""

    label: LazyString

    def __new__(cls, code: str, label: LazyString = "") -> Self:  # `Kind("open")` looks it up
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class _Folder(Domain):
    """The translations folder as Flask-Babel wants to see it."""

    def get_translations(self) -> NullTranslations:
        return catalog(language())


def language() -> str:
    """The language of this page or mail: asked for in the address or a cookie, else French."""
    if not has_app_context():
        return LANGUAGES[0]
    context = g._get_current_object()
    known: str | None = context.get("language")
    if known is None:
        asked = has_request_context() and (request.args.get("lang") or request.cookies.get("lang"))
        known = context.language = asked if asked in LANGUAGES else LANGUAGES[0]
    return known


@contextmanager
def spoken(in_language: str) -> Iterator[None]:
    """Speak this language for a while: how the worker writes to each person in theirs."""
    before, g.language = language(), in_language
    try:
        with force_locale(in_language):
            yield
    finally:
        g.language = before


def day(value: date | datetime, form: str = "long") -> str:
    """A day in words: « 16 octobre 2021 »."""
    if isinstance(value, datetime):
        value = clock.in_town(value).date()
    return _day(value, form, language())


def moment(value: datetime) -> str:
    """A day and an hour in words: « 16 octobre 2021 à 14 h 05 »."""
    local = clock.in_town(value)
    pattern = "HH:mm" if language() == "en" else "H\u00a0'h'\u00a0mm"
    hour = format_time(local, pattern, locale=language())
    return gettext("%(day)s at %(hour)s", day=day(value), hour=hour)


def number(value: float) -> str:
    """A number as it is written in this language."""
    return _number(value, language())


# Pages repeat the same few days and numbers, and Babel takes its time over each.
@lru_cache(maxsize=4096)
def _day(value: date, form: str, in_language: str) -> str:
    text = format_date(value, form, locale=in_language)
    return "1er" + text[1:] if in_language == "fr" and text.startswith("1 ") else text


@lru_cache(maxsize=4096)
def _number(value: float, in_language: str) -> str:
    return format_decimal(value, locale=in_language)


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[0])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", str(clock.TOWN))
    Babel(app, locale_selector=language).domain_instance = _Folder()
    app.jinja_env.filters.update(day=day, moment=moment, number=number)
    app.jinja_env.globals.update(language=language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalog(language()).ugettext(message),
        lambda singular, plural, num: catalog(language()).ungettext(singular, plural, num),
        newstyle=True,
    )
