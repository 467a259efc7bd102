"""What the law counts: a quorum, clear days, the last day of an appeal, a number as one spelling.

Sources, to be checked on Légifrance before a page calls them law: code général des collectivités
territoriales, L.2121-17, L.2121-20 and L.2121-21 (sittings), L.2121-25 and L.2131-1 (publication);
code de justice administrative, R.421-1 (appeals).
"""

import re
from calendar import monthrange
from datetime import date, timedelta

CLEAR_DAYS = 3  # between a sitting without quorum and the one that needs none
LIST_DAYS = 7  # to put online the list of what was examined, or the minutes once approved
APPEAL_MONTHS = 2  # to go to court, and the least time an act stays online


def quorum_needed(in_office: int) -> int:
    """More than half of the members in office: 11 → 6, 8 → 5."""
    return in_office // 2 + 1


def clear_days(first: date, second: date) -> int:
    """Whole days between two days, neither of them counted."""
    return (second - first).days - 1


def last_day_of_appeal(published_on: date, months: int = APPEAL_MONTHS) -> date:
    """The last day to go to court: the day of publication and the last of the months are not
    counted, and a Saturday, a Sunday or a holiday moves it on (14 October 2024 → 16 December)."""
    day = _after_months(published_on, months) + timedelta(days=1)
    while day.weekday() >= 5 or day in holidays(day.year):
        day += timedelta(days=1)
    return day


def may_leave_on(published_on: date) -> date:
    """The first day on which a published act may be taken offline."""
    return _after_months(published_on, APPEAL_MONTHS) + timedelta(days=1)


def _after_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def holidays(year: int) -> set[date]:
    """The public holidays of metropolitan France."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    return {date(year, month, day) for month, day in fixed} | moving


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian rule."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def number_key(number: str | None) -> str | None:
    """One spelling of the number of an act: « N° 2024 -7 - 2 . 2 . 15 » → 2024-7-2.2.15."""
    bare = re.sub(r"\s+", "", number or "")
    bare = re.sub(r"^(n°|nº|n\.|no\.)", "", bare, flags=re.IGNORECASE)
    return bare.casefold() or None


def is_siret(number: str) -> bool:
    """Whether these are the fourteen digits of an establishment: the sum of Luhn says so.

    La Poste (356000000) alone may instead have digits that add up to a multiple of five.
    """
    if not re.fullmatch(r"\d{14}", number):
        return False
    digits = [int(one) for one in number]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    luhn = sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
    return luhn or (number.startswith("356000000") and sum(digits) % 5 == 0)
