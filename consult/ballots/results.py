"""What is published of a vote: one file that anybody can recount, and a table of the same ballots.

A ballot alone, or a handful of them, may tell how one person voted: a place with fewer than `FEW`
ballots is published together with the others, and a channel with so few together with the other.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from consult.ballots.counting import FEW, GRADES, Marks, Method, Terms, added, counted, tallied
from consult.core.tables import write_csv

FORMAT = "consult-ballots/1"
Sheet = Mapping[str, Any]  # station, ballots, blank, spoilt, marks


def faults(terms: Terms, sheet: Mapping[str, Any]) -> list[str]:
    """What cannot be in a counting sheet, as codes: it was misread, or mistyped.

    `more`: more blank and spoilt ballots than ballots; `many`: more voices for one choice than
    ballots that say something; `total`: more voices, points or euros in all than these can hold;
    `grades`: a choice whose grades are not as many as these ballots; `few`: fewer voices than them.
    """
    expressed = sheet["ballots"] - sheet["blank"] - sheet["spoilt"]
    if expressed < 0:
        return ["more"]
    sums = {int(one): sum(marks.values()) for one, marks in sheet["marks"].items()}
    if terms.method == Method.JUDGMENT:
        return ["grades"] if any(number != expressed for number in sums.values()) else []
    costs = {option.number: option.cost or 0 for option in terms.options}
    spent = sum(costs[one] * number for one, number in sums.items())
    room = {
        Method.ENVELOPE: spent <= (terms.envelope or 0) * expressed,
    }.get(terms.method, sum(sums.values()) <= terms.limit * expressed)
    found = [] if room else ["total"]
    if terms.method != Method.POINTS and any(number > expressed for number in sums.values()):
        found.append("many")
    if sum(sums.values()) < expressed:
        found.append("few")
    return found


def summed(station: str, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Several sheets as one."""
    numbers = {key: sum(sheet[key] for sheet in sheets) for key in ("ballots", "blank", "spoilt")}
    marks: dict[str, dict[str, int]] = {}
    for sheet in sheets:
        for one, given in sheet["marks"].items():
            of_one = marks.setdefault(one, {})
            for mark, number in given.items():
                of_one[mark] = of_one.get(mark, 0) + number
    return {"station": station, **numbers, "marks": marks}


def sheet_of(terms: Terms, station: str, ballots: Sequence[Marks]) -> dict[str, Any]:
    """What a counting sheet would say of these ballots."""
    expressed = [ballot for ballot in ballots if ballot]
    marks = {
        str(one): {str(mark): number for mark, number in sorted(given.items())}
        for one, given in tallied(terms, expressed).items()
    }
    if terms.method == Method.JUDGMENT:  # no grade given: rejected
        for given in marks.values():
            silent = len(expressed) - sum(given.values())
            if silent:
                given["0"] = given.get("0", 0) + silent
    elif terms.method == Method.POINTS:
        marks = {
            one: {"1": sum(int(mark) * number for mark, number in given.items())}
            for one, given in marks.items()
        }
    blank = len(ballots) - len(expressed)
    return {
        "station": station,
        "ballots": len(ballots),
        "blank": blank,
        "spoilt": 0,
        "marks": marks,
    }


def parted(
    terms: Terms, ballots: Sequence[Marks], sheets: Sequence[Sheet]
) -> tuple[list[Marks], list[Sheet]]:
    """What may be shown apart without telling how one person voted."""
    kept = [sheet for sheet in sheets if sheet["ballots"]]
    if any(sheet["ballots"] < FEW for sheet in kept):
        kept = [summed("", kept)]
    on_paper = sum(sheet["ballots"] for sheet in kept)
    if ballots and (len(ballots) < FEW or 0 < on_paper < FEW):
        return [], [summed("", [sheet_of(terms, "", ballots), *kept])]
    return list(ballots), kept


def drawn_up(
    said: Mapping[str, Any],
    terms: Terms,
    ballots: Sequence[Marks],
    sheets: Sequence[Sheet],
    roll: Mapping[str, int],
) -> dict[str, Any]:
    """The whole published file; `said` is the question as it froze, `roll` voters by channel.

    The ballots stand in the order they are given in: shuffle them first.
    """
    shown, together = parted(terms, ballots, sheets)
    return {
        "format": FORMAT,
        **said,
        "roll": dict(roll),
        "ballots": [{str(one): mark for one, mark in sorted(b.items())} for b in shown],
        "sheets": [dict(sheet) for sheet in together],
        "result": result(terms, shown, together),
    }


def result(terms: Terms, ballots: Sequence[Marks], sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Ballots, blank and spoilt ones, and each choice in its place."""
    blank = sum(not ballot for ballot in ballots) + sum(sheet["blank"] for sheet in sheets)
    spoilt = sum(sheet["spoilt"] for sheet in sheets)
    number = len(ballots) + sum(sheet["ballots"] for sheet in sheets)
    tally = added(terms, [tallied(terms, ballots), *map(_marks, sheets)])
    expressed = number - blank - spoilt
    lines = counted(terms, tally, expressed)
    if terms.method == Method.JUDGMENT:  # the grades of a choice are as many as the ballots
        lines = [
            line._replace(
                marks={
                    grade: line.marks.get(grade, 0)
                    + (expressed - sum(line.marks.values())) * (grade == 0)
                    for grade in range(GRADES)
                }
            )
            for line in lines
        ]
    return {
        "ballots": number,
        "blank": blank,
        "spoilt": spoilt,
        "expressed": expressed,
        "lines": [
            {
                "number": line.number,
                "score": line.score,
                "marks": {str(mark): given for mark, given in line.marks.items()},
                "outcome": line.outcome.value,
                "tied": line.tied,
            }
            for line in lines
        ],
    }


def of_channel(data: Mapping[str, Any], number: int, channel: str) -> int:
    """The voices or points one choice had on the site (`web`) or on paper, in a published file."""
    if channel == "web":
        return sum(ballot.get(str(number), 0) for ballot in data["ballots"])
    return sum(
        int(mark) * given
        for sheet in data["sheets"]
        for mark, given in sheet["marks"].get(str(number), {}).items()
    )


def as_json(data: Mapping[str, Any]) -> str:
    """The file as it is published, one ballot a line, so that it can be read by eye."""
    parts = []
    for key, value in data.items():
        if key in ("ballots", "sheets") and value:
            rows = ",\n".join(f"  {_compact(row)}" for row in value)
            parts.append(f'"{key}": [\n{rows}\n]')
        else:
            parts.append(f'"{key}": {_compact(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def as_csv(data: Mapping[str, Any]) -> str:
    """The ballots cast on the site as a table: a line a ballot, a column a choice."""
    numbers = [str(one["number"]) for one in data["choices"]]
    header = ["bulletin", *(f"{one['number']} - {one['title']}" for one in data["choices"])]
    rows = (
        ["exprimé" if ballot else "blanc", *(ballot.get(one, "") for one in numbers)]
        for ballot in data["ballots"]
    )
    return "".join(write_csv(rows, header))


def sha256(text: str) -> str:
    """The fingerprint of a published file."""
    return hashlib.sha256(text.encode()).hexdigest()


def _marks(sheet: Sheet) -> dict[int, dict[int, int]]:
    return {
        int(one): {int(mark): number for mark, number in given.items()}
        for one, given in sheet["marks"].items()
    }


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
