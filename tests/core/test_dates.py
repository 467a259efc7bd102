"""Dates keep the words of the document and never say more than they do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.dates import PartialDate, Precision, find, parse, recurrence

MONTHS = [
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
]


@pytest.mark.parametrize(
    ("text", "period", "precision"),
    [
        ("printemps 2021", "2021-03-20/2021-06-20", "season"),
        ("au printemps 2021", "2021-03-20/2021-06-20", "season"),
        ("Hiver 2021", "2021-12-21/2022-03-19", "season"),
        ("l'hiver 2021-2022", "2021-12-21/2022-03-19", "season"),
        ("été 2020", "2020-06-21/2020-09-21", "season"),
        ("courant novembre 2022", "2022-11", "month"),
        ("Octobre 2024", "2024-10", "month"),
        ("en oct. 2024", "2024-10", "month"),
        ("second semestre 2023", "2023-07-01/2023-12-31", "semester"),
        ("au cours du second semestre 2023", "2023-07-01/2023-12-31", "semester"),
        ("1er semestre 2023", "2023-01-01/2023-06-30", "semester"),
        ("S2 2023", "2023-07-01/2023-12-31", "semester"),
        ("3e trimestre 2023", "2023-07-01/2023-09-30", "quarter"),
        ("dernier trimestre 2023", "2023-10-01/2023-12-31", "quarter"),
        ("T1 2024", "2024-01-01/2024-03-31", "quarter"),
        ("Début 2024", "2024-01-01/2024-04-30", "part"),
        ("mi-2024", "2024-05-01/2024-08-31", "part"),
        ("fin 2024", "2024-09-01/2024-12-31", "part"),
        ("fin février 2024", "2024-02-21/2024-02-29", "part"),
        ("le 16 octobre 2021", "2021-10-16", "day"),
        ("samedi 16 octobre 2021", "2021-10-16", "day"),
        ("1er mars 2022", "2022-03-01", "day"),
        ("16/10/2021", "2021-10-16", "day"),
        ("16.10.2021", "2021-10-16", "day"),
        ("2024-2030", "2024-01-01/2030-12-31", "range"),
        ("2024 – 2030", "2024-01-01/2030-12-31", "range"),
        ("2007/2009", "2007-01-01/2009-12-31", "range"),
        ("2021-22", "2021-01-01/2022-12-31", "range"),
        ("entre 2024 et 2030", "2024-01-01/2030-12-31", "range"),
        ("janvier 2007 à avril 2008", "2007-01-01/2008-04-30", "range"),
        ("d'octobre 2007 à mars 2008", "2007-10-01/2008-03-31", "range"),
        ("de mai à juillet 2021", "2021-05-01/2021-07-31", "range"),
        ("du 7 au 20 mai 2021", "2021-05-07/2021-05-20", "range"),
        ("du 28 avril au 3 mai 2021", "2021-04-28/2021-05-03", "range"),
        ("2023", "2023", "year"),
        ("en 2023", "2023", "year"),
        ("année 2023", "2023", "year"),
        ("2022-11", "2022-11", "month"),
        ("2021-10-16", "2021-10-16", "day"),
        ("2023-07-01/2023-12-31", "2023-07-01/2023-12-31", "range"),
    ],
)
def test_what_the_words_say(text, period, precision):
    moment = parse(text)
    assert (moment.text, moment.iso, moment.precision) == (text, period, precision)


@pytest.mark.parametrize(
    "text",
    [
        "Vacances de Printemps et de la Toussaint",
        "31 février 2021",
        "2021-02-30",
        "2030-2024",
        "du 20 au 7 mai 2021",
        "prochainement",
        "5e trimestre 2023",
        "2021 spring (no dates in the seed)",
        "",
    ],
)
def test_other_words_are_kept_and_nothing_is_guessed(text):
    assert parse(text) == PartialDate(text)
    assert parse(text).iso == ""
    assert not parse(text)


def test_only_a_printed_day_is_a_day():
    assert parse("le 16 octobre 2021").day == date(2021, 10, 16)
    assert parse("octobre 2021").day is None
    assert parse("second semestre 2023").day is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_in_words_in_figures_and_in_iso(day):
    for text in (
        f"le {day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{day:%d/%m/%Y}",
        day.isoformat(),
    ):
        assert parse(text) == PartialDate(text, day, day, Precision.DAY)


@given(st.dates(date(1900, 1, 1), date(2098, 12, 31)), st.integers(0, 700))
def test_the_iso_form_says_the_same_period(day, length):
    end = day + timedelta(days=length)
    for text in (f"{MONTHS[day.month - 1]} {day.year}", f"{day.isoformat()}/{end.isoformat()}"):
        moment = parse(text)
        again = parse(moment.iso)
        assert (again.start, again.end) == (moment.start, moment.end)


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-z/ .-]{0,25}", fullmatch=True))
def test_no_words_make_it_fail(text):
    moment = parse(text)
    assert moment.text == " ".join(text.split())
    assert not moment or moment.start <= moment.end
    recurrence(text)
    find(text)


def test_dates_in_a_sentence_keep_their_own_words():
    sentence = (
        "Lancée au printemps 2021, adoptée le 16 octobre 2021, ouverte courant novembre 2022 ; "
        "médiateurs au second semestre 2023, travaux 2024-2030, ligne 6, 31 actions."
    )
    assert [moment.text for moment in find(sentence)] == [
        "printemps 2021",
        "16 octobre 2021",
        "novembre 2022",
        "second semestre 2023",
        "2024-2030",
    ]


@pytest.mark.parametrize(
    ("text", "every", "unit"),
    [
        ("mensuel", 1, "month"),
        ("rendez-vous mensuels", 1, "month"),
        ("chaque mois", 1, "month"),
        ("tous les mois", 1, "month"),
        ("une année sur deux", 2, "year"),
        ("tous les deux ans", 2, "year"),
        ("toutes les 3 semaines", 3, "week"),
        ("Revue annuelle", 1, "year"),
        ("trimestrielle", 3, "month"),
        ("hebdomadaire", 1, "week"),
        ("une fois par an", 1, "year"),
        ("de temps en temps", None, None),
    ],
)
def test_what_comes_back(text, every, unit):
    again = recurrence(text)
    assert (again.text, again.every, again.unit) == (text, every, unit)
    assert bool(again) == (unit is not None)
